// What of a text is shown, and in how many columns.
#include "base/display.h"

#include <gtest/gtest.h>

namespace nncc {

namespace {

int columns(std::string_view text) {
    int count = 0;
    for (std::size_t at = 0; at < text.size();) {
        DisplayedCharacter character = displayed_character(text, at);
        count += character.column_count;
        at += character.byte_count;
    }
    return count;
}

TEST(Display, CountsColumnsNotBytes) {
    EXPECT_EQ(columns("plain"), 5);
    EXPECT_EQ(columns("größe"), 5);
    EXPECT_EQ(columns("e\u0301"), 1) << "a combining accent stands upon its letter";
    EXPECT_EQ(columns("中文"), 4) << "two columns each";
    EXPECT_EQ(columns("\U0001F600"), 2);
}

TEST(Display, ReplacesWhatATerminalWouldObey) {
    EXPECT_EQ(displayed("a\x1b[31mb"), "a\uFFFD[31mb");
    EXPECT_EQ(displayed(std::string_view("a\0b", 3)), "a\uFFFDb");
    EXPECT_EQ(displayed("a\u202Eb"), "a\uFFFDb") << "text that runs backwards";
    EXPECT_EQ(displayed("a\u200Bb"), "a\uFFFDb") << "no width";
    EXPECT_EQ(displayed("a\u0085b"), "a\uFFFDb") << "C1";
    EXPECT_EQ(displayed("a\nb"), "a\nb");
}

TEST(Display, TellsUtf8FromOtherBytes) {
    constexpr std::size_t kNone = std::string_view::npos;
    EXPECT_EQ(find_invalid_utf8("a é 中 \U0001F600"), kNone);
    EXPECT_EQ(find_invalid_utf8("ab\xE9"), 2U) << "Latin-1";
    EXPECT_EQ(find_invalid_utf8("\xC0\x80"), 0U) << "overlong";
    EXPECT_EQ(find_invalid_utf8("\xE0\x80\x80"), 0U) << "overlong";
    EXPECT_EQ(find_invalid_utf8("\xED\xA0\x80"), 0U) << "a surrogate";
    EXPECT_EQ(find_invalid_utf8("\xF4\x90\x80\x80"), 0U) << "above U+10FFFF";
    EXPECT_EQ(find_invalid_utf8("a\xE4\xB8"), 1U) << "cut off";
    EXPECT_EQ(displayed("\xE4\xB8"
                        "a"),
              "\uFFFD\uFFFDa");
}

}  // namespace

}  // namespace nncc
