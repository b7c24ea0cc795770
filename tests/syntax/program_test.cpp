// Whole programs: read without a complaint, to the same tree whatever the line ends.
#include <gtest/gtest.h>

#include "syntax/parser.h"
#include "syntax/print_ast.h"
#include "text_file.h"

namespace nncc::testing {

namespace {

class SyntaxProgram : public ::testing::TestWithParam<std::string> {};

std::string tree_of(const SourceFile& source) {
    Diagnostics diagnostics;
    std::unique_ptr<ast::File> file = parse(source, diagnostics);
    for (const Diagnostic& diagnostic : diagnostics.all()) ADD_FAILURE() << render_text(diagnostic, false);
    return print_ast(*file);
}

TEST_P(SyntaxProgram, ParsesWithoutDiagnostics) {
    std::unique_ptr<SourceFile> source = read_case("syntax/programs", GetParam() + ".nn");
    std::string tree = tree_of(*source);
    EXPECT_GT(tree.size(), source->text.size());
    EXPECT_EQ(tree.find("invalid"), std::string::npos);
}

TEST_P(SyntaxProgram, HasTheSameTreeWithCarriageReturnsAndByteOrderMark) {
    std::unique_ptr<SourceFile> source = read_case("syntax/programs", GetParam() + ".nn");
    SourceFile other = {source->path, ""};
    for (char c : source->text) other.text += c == '\n' ? std::string("\r\n") : std::string(1, c);
    EXPECT_EQ(tree_of(*source), tree_of(other));
    SourceFile marked = {source->path, "\xEF\xBB\xBF\n" + source->text};
    SourceFile shifted = {source->path, "\n" + source->text};
    EXPECT_EQ(tree_of(shifted), tree_of(marked));
}

INSTANTIATE_TEST_SUITE_P(Programs, SyntaxProgram, ::testing::ValuesIn(case_names("syntax/programs", ".nn")),
                         [](const auto& instance) { return instance.param; });

}  // namespace

}  // namespace nncc::testing
