// Texts as windows of character numbers: places, vocabularies, and what is refused.
#include "data/dataset.h"
#include "scratch.h"

namespace nncc {
namespace {

class ReadText : public ScratchTest {
  protected:
    static DataSource source(std::int64_t window, std::int64_t stride = 0) {
        DataSource text;
        text.kind = DataSourceKind::kText;
        text.path = "a.txt";
        text.window = window;
        text.stride = stride;
        return text;
    }
};

TEST_F(ReadText, RowsAreWindowsAndAnOffsetLooksAhead) {
    write("a.txt", "cab\ncabs");  // sorted: \n a b c s
    Expected<Dataset> data = read_columns(source(3), {"characters", "characters+1"});
    ASSERT_TRUE(data) << data.error().message;
    EXPECT_EQ(data->characters, (std::vector<std::string>{"\n", "a", "b", "c", "s"}));
    EXPECT_EQ(data->rows, 2);  // 8 characters, 3 a row, one more to look ahead
    EXPECT_EQ(data->columns[0].values, (std::vector<double>{3, 1, 2, 0, 3, 1}));
    EXPECT_EQ(data->columns[1].values, (std::vector<double>{1, 2, 0, 3, 1, 2}));
    EXPECT_EQ(read_columns(source(3, 2), {"characters"})->columns[0].values,
              (std::vector<double>{3, 1, 2, 2, 0, 3, 3, 1, 2}));
    EXPECT_EQ(read_columns(source(8), {"characters"})->rows, 1);
}

TEST_F(ReadText, CharactersAreNotBytesAndKnownOnesKeepTheirNumbers) {
    write("a.txt", "é€é𝄞");
    Expected<Dataset> data = read_columns(source(4), {"characters"});
    ASSERT_TRUE(data) << data.error().message;
    EXPECT_EQ(data->columns[0].values, (std::vector<double>{0, 1, 0, 2}));
    DataSource known = source(2);
    known.characters = {"x", "€", "é", "𝄞"};
    EXPECT_EQ(read_columns(known, {"characters"})->columns[0].values, (std::vector<double>{2, 1, 2, 3}));
    known.characters = {"é", "€"};
    EXPECT_EQ(read_columns(known, {"characters"}).error().message,
              "character 4 of `a.txt`, `𝄞`, is none of the 2 that the weights know");
}

TEST_F(ReadText, WhatIsNoTextIsRefused) {
    const auto why = [](const std::string& bytes, std::int64_t window, const std::string& column) {
        write("a.txt", bytes);
        Expected<Dataset> data = read_columns(source(window), {column});
        return data ? std::string("read") : data.error().message;
    };
    EXPECT_EQ(why("abc", 4, "characters"), "`a.txt` has 3 characters, and a row of it needs 4");
    EXPECT_EQ(why("abc", 3, "characters+1"), "`a.txt` has 3 characters, and a row of it needs 4");
    EXPECT_EQ(why("", 1, "characters"), "`a.txt` has 0 characters, and a row of it needs 1");
    EXPECT_EQ(why("abc", 1, "letters"), "`a.txt` is a text and has no column `letters`");
    EXPECT_EQ(why("abc", 1, "characters+x"), "`a.txt` is a text and has no column `characters+x`");
    for (const char* bytes :
         {"ab\xff", "ab\xc3", "ab\xc0\x80", "ab\xed\xa0\x80", "ab\xf4\x90\x80\x80", "ab\xe0\x80\x80"})
        EXPECT_EQ(why(bytes, 1, "characters"), "byte 3 of `a.txt` is not UTF-8");
}

}  // namespace
}  // namespace nncc
