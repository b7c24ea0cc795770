// Hostile names: what they become, and that nothing of them reaches C++ as code.
#include "emit/mangle.h"

#include <gtest/gtest.h>

namespace nncc {
namespace {

TEST(Mangle, KeepsPlainNames) {
    EXPECT_EQ(mangle("dense_1"), "dense_1");
    EXPECT_EQ(mangle("dense_1.w"), "dense_1_w");
    EXPECT_EQ(mangle("d dense_1.w"), "d_dense_1_w");
}

TEST(Mangle, MovesKeywordsAndOwnNamesAway) {
    EXPECT_EQ(mangle("class"), "class_v");
    EXPECT_EQ(mangle("lanes"), "lanes_v");
    EXPECT_EQ(mangle("nncc"), "nncc_v");
    EXPECT_EQ(mangle("unix"), "unix_v");
    EXPECT_EQ(mangle("EOF"), "v_EOF");
    EXPECT_EQ(mangle("INT_MAX"), "v_INT_MAX");
}

TEST(Mangle, LeavesNothingThatIsNoIdentifier) {
    EXPECT_EQ(mangle(""), "value");
    EXPECT_EQ(mangle("2x"), "v2x");
    EXPECT_EQ(mangle("__x__y"), "x_y");
    EXPECT_EQ(mangle("a*/b"), "a_b");
    EXPECT_EQ(mangle("\"\\\n#include <x>"), "include_x");
    EXPECT_EQ(mangle("\xc3\xa4\xc3\xb6"), "value");
}

TEST(Mangle, MakesConstants) { EXPECT_EQ(mangle_constant("dense_1.w"), "kDense1W"); }

TEST(Mangle, CommentsStayComments) {
    EXPECT_EQ(comment_text("a */ b"), "a * / b");
    EXPECT_EQ(comment_text("end \\"), "end /");
    EXPECT_EQ(comment_text("a\nint main() {}"), "a int main() {}");
    EXPECT_EQ(comment_text("what?"
                           "?/"),
              "what?/");
    EXPECT_EQ(comment_text("x // y"), "x / / y");
}

TEST(Mangle, LiteralsStayLiterals) {
    EXPECT_EQ(string_literal("a\"b"), "\"a\\042b\"");
    EXPECT_EQ(string_literal("a\\"), "\"a\\134\"");
    EXPECT_EQ(string_literal("\n?"), "\"\\012\\077\"");
}

TEST(Mangle, ScopesGiveEachNameOnce) {
    NameScope scope;
    EXPECT_EQ(scope.unique("x.y"), "x_y");
    EXPECT_EQ(scope.unique("x_y"), "x_y_2");
    EXPECT_EQ(scope.unique("x_y_2"), "x_y_2_2");
}

}  // namespace
}  // namespace nncc
