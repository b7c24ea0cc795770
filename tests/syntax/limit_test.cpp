// Inputs made to exhaust a parser: deep, long and repetitive ones are refused or read, in little time.
#include <gtest/gtest.h>

#include <ctime>

#include "syntax/diagnostic_kinds.h"
#include "syntax/parser.h"
#include "syntax/print_ast.h"

namespace nncc::testing {

namespace {

constexpr std::size_t kMostBytes = std::size_t{1} << 19;

std::string repeat(const std::string& text, std::size_t count) {
    std::string all;
    for (std::size_t i = 0; i < count; ++i) all += text;
    return all;
}

TEST(SyntaxLimit, SourceTooLarge) {
    SourceFile source = {"big.nn", std::string(kMostBytes + 1, '\n')};
    Diagnostics diagnostics;
    std::unique_ptr<ast::File> file = parse(source, diagnostics);
    ASSERT_EQ(diagnostics.error_count(), 1);
    EXPECT_EQ(diagnostics.all().at(0).kind, &kSourceTooLarge);
    EXPECT_TRUE(file->items.empty());
}

struct Deep {
    const char* name;
    const char* opening;
    const char* innermost;
    const char* closing;
};

class SyntaxDepth : public ::testing::TestWithParam<Deep> {};

// Ten thousand levels are one error at the level that is too deep; a hundred are fine.
TEST_P(SyntaxDepth, IsLimited) {
    auto errors = [](std::size_t depth) {
        const Deep& deep = GetParam();
        std::string text =
            "const a = " + repeat(deep.opening, depth) + deep.innermost + repeat(deep.closing, depth) + "\n";
        SourceFile source = {"deep.nn", std::move(text)};
        Diagnostics diagnostics;
        std::unique_ptr<ast::File> file = parse(source, diagnostics);
        EXPECT_FALSE(print_ast(*file).empty());
        for (const Diagnostic& diagnostic : diagnostics.all()) {
            EXPECT_EQ(diagnostic.kind, &kNestedTooDeep) << render_text(diagnostic, false);
        }
        return diagnostics.error_count();
    };
    EXPECT_EQ(errors(100), 0);
    EXPECT_EQ(errors(10000), 1);
}

INSTANTIATE_TEST_SUITE_P(Depths, SyntaxDepth,
                         ::testing::Values(Deep{"parentheses", "(", "1", ")"}, Deep{"lists", "[", "1", "]"},
                                           Deep{"calls", "f(", "1", ")"}, Deep{"indices", "x[", "1", "]"},
                                           Deep{"call_chain", "f", "(1)", "(1)"}, Deep{"negations", "-", "1", ""},
                                           Deep{"powers", "2 ** ", "1", ""}, Deep{"sums", "1 + ", "1", ""},
                                           Deep{"pipes", "", "1", " |> f"}, Deep{"members", "", "x", ".y"},
                                           Deep{"blocks", "if a { ", "1", " }"},
                                           Deep{"functions", "fn(x) { ", "1", " }"},
                                           Deep{"loops", "for i in 0..2 carry x { ", "1", " }"}),
                         [](const auto& instance) { return instance.param.name; });

// A chain of `else if` is one list, not a tree, and may be long.
TEST(SyntaxLimit, ManyBranchesAreRead) {
    std::string text = "const a = if a { 1 }" + repeat(" else if a { 1 }", 10000) + "\n";
    SourceFile source = {"branches.nn", std::move(text)};
    Diagnostics diagnostics;
    parse(source, diagnostics);
    EXPECT_FALSE(diagnostics.has_errors());
}

// Linear time: half a megabyte of anything takes well under a second; anything quadratic would take minutes.
class SyntaxTime : public ::testing::TestWithParam<const char*> {};

TEST_P(SyntaxTime, OfTheLargestInputIsShort) {
    std::string unit = GetParam();
    for (const char* head : {"", "const a = ", "fn f(x: f32) {\n"}) {
        SourceFile source = {"long.nn", head + repeat(unit, (kMostBytes - 100) / unit.size())};
        Diagnostics diagnostics;
        const std::clock_t start = std::clock();
        std::unique_ptr<ast::File> file = parse(source, diagnostics);
        EXPECT_FALSE(print_ast(*file).empty());
        const double seconds = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
        EXPECT_LT(seconds, 5.0) << "of the processor, for parsing and printing";
    }
}

INSTANTIATE_TEST_SUITE_P(Units, SyntaxTime,
                         ::testing::Values("(", ")", "[", "]", "{", "}", "if (a {\n", "if a\n", "if if ", "fn f(",
                                           "fn f(x: f32) {\n", "let y = (\n", "x |> f\n", "a $ ", "$ ", "\xFF",
                                           "\xC3\xA9 ", "\"", "1 + ", "1, ", "# c\n", "model ", "x <- {\n", "\n", "- ",
                                           "f(x, ", "train m {\n", ".", "else\n", "for i in (\n", "import \"a\"\n", "_",
                                           "a = ", "fn(x) {", "const a = (\n"));

}  // namespace

}  // namespace nncc::testing
