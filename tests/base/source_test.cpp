// Offsets to lines and columns, also at the ends of lines and of the text.
#include "base/source.h"

#include <gtest/gtest.h>

namespace nncc {

namespace {

std::string at(const SourceFile& file, std::uint32_t offset) {
    LineColumn place = line_column(file, offset);
    return std::to_string(place.line) + ":" + std::to_string(place.column) + " " + std::string(line_text(file, offset));
}

TEST(Source, PlacesAreCountedFromOne) {
    SourceFile file = {"m.nn", "ab\n\ncd"};
    EXPECT_EQ(at(file, 0), "1:1 ab");
    EXPECT_EQ(at(file, 2), "1:3 ab") << "the newline belongs to its line";
    EXPECT_EQ(at(file, 3), "2:1 ");
    EXPECT_EQ(at(file, 4), "3:1 cd");
    EXPECT_EQ(at(file, 6), "3:3 cd") << "the end of the text";
    EXPECT_EQ(at(file, 60), "3:3 cd") << "beyond the end counts as the end";
}

TEST(Source, EmptyTextAndTrailingNewline) {
    SourceFile empty = {"m.nn", ""};
    EXPECT_EQ(at(empty, 0), "1:1 ");
    SourceFile line = {"m.nn", "ab\n"};
    EXPECT_EQ(at(line, 3), "2:1 ");
}

TEST(Source, CarriageReturnsAreNoPartOfTheLine) {
    SourceFile file = {"m.nn", "ab\r\ncd\r\n"};
    EXPECT_EQ(at(file, 1), "1:2 ab");
    EXPECT_EQ(at(file, 5), "2:2 cd");
}

TEST(Source, JoinSpansBothAndKeepsThePlaceOfOne) {
    SourceFile file = {"m.nn", "abcdef"};
    SourceRange both = join({&file, 1, 2}, {&file, 4, 6});
    EXPECT_EQ(both.begin, 1U);
    EXPECT_EQ(both.end, 6U);
    EXPECT_EQ(join({}, {&file, 4, 6}).begin, 4U);
    EXPECT_EQ(join({&file, 1, 2}, {}).end, 2U);
    EXPECT_EQ(join({}, {}).file, nullptr);
}

}  // namespace

}  // namespace nncc
