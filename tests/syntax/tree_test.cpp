// trees/*.nn, one construct each, to the whole text of their trees; and what the text of a tree does not show.
#include <gtest/gtest.h>

#include "syntax/parser.h"
#include "syntax/print_ast.h"
#include "text_file.h"

namespace nncc::testing {

namespace {

class SyntaxTree : public ::testing::TestWithParam<std::string> {};

TEST_P(SyntaxTree, IsThis) {
    std::unique_ptr<SourceFile> source = read_case("syntax/trees", GetParam() + ".nn");
    Diagnostics diagnostics;
    std::unique_ptr<ast::File> file = parse(*source, diagnostics);
    for (const Diagnostic& diagnostic : diagnostics.all()) ADD_FAILURE() << render_text(diagnostic, false);
    expect_text("syntax/trees", GetParam() + ".expected", print_ast(*file));
}

INSTANTIATE_TEST_SUITE_P(Trees, SyntaxTree, ::testing::ValuesIn(case_names("syntax/trees", ".nn")),
                         [](const auto& instance) { return instance.param; });

TEST(SyntaxTrees, KeepTheRangesOfNamesAndOperators) {
    SourceFile source = {"m.nn", "const a = f(3 + 40, axis = b.c)\n"};
    Diagnostics diagnostics;
    std::unique_ptr<ast::File> file = parse(source, diagnostics);
    ASSERT_FALSE(diagnostics.has_errors());
    auto text = [&](SourceRange range) { return source.text.substr(range.begin, range.end - range.begin); };
    const auto& constant = std::get<ast::Constant>(file->items.at(0).value);
    EXPECT_EQ(text(constant.name.range), "a");
    const auto& call = std::get<ast::Call>(constant.value->value);
    EXPECT_EQ(text(call.arguments_range), "(3 + 40, axis = b.c)");
    EXPECT_EQ(text(std::get<ast::Binary>(call.arguments.at(0).value->value).operator_range), "+");
    EXPECT_EQ(text(call.arguments.at(1).name->range), "axis");
    EXPECT_EQ(text(std::get<ast::Member>(call.arguments.at(1).value->value).name.range), "c");
}

TEST(SyntaxTrees, KeepNumbersExactly) {
    SourceFile source = {"m.nn", "const a = [9223372036854775807, 0.1, 1e-8, 5e-324, 007]\n"};
    Diagnostics diagnostics;
    std::unique_ptr<ast::File> file = parse(source, diagnostics);
    ASSERT_FALSE(diagnostics.has_errors());
    const auto& constant = std::get<ast::Constant>(file->items.at(0).value);
    const auto& list = std::get<ast::ListLiteral>(constant.value->value);
    EXPECT_EQ(std::get<ast::IntegerLiteral>(list.elements.at(0)->value).value, INT64_MAX);
    EXPECT_EQ(std::get<ast::FloatLiteral>(list.elements.at(1)->value).value, 0.1);
    EXPECT_EQ(std::get<ast::FloatLiteral>(list.elements.at(2)->value).value, 1e-8);
    EXPECT_EQ(std::get<ast::FloatLiteral>(list.elements.at(2)->value).text, "1e-8");
    EXPECT_EQ(std::get<ast::FloatLiteral>(list.elements.at(3)->value).value, 5e-324);
    EXPECT_EQ(std::get<ast::IntegerLiteral>(list.elements.at(4)->value).value, 7);
}

TEST(SyntaxTrees, KeepWhatCouldBeReadOfAFileWithErrors) {
    SourceFile source = {"m.nn", "const a = = 1\nfn f(x: f32) -> f32 {\n    let y = )\n    y\n}\nconst b = 2\n"};
    Diagnostics diagnostics;
    std::unique_ptr<ast::File> file = parse(source, diagnostics);
    EXPECT_EQ(diagnostics.error_count(), 2);
    ASSERT_EQ(file->items.size(), 3U);
    const auto& function = std::get<ast::Function>(file->items.at(1).value);
    EXPECT_EQ(function.body.statements.size(), 2U);
    EXPECT_EQ(std::get<ast::Constant>(file->items.at(2).value).name.text, "b");
}

}  // namespace

}  // namespace nncc::testing
