// cases/*.nn, one mistake each, to the whole text of their diagnostics.
#include <gtest/gtest.h>

#include <set>

#include "syntax/diagnostic_kinds.h"
#include "syntax/parser.h"
#include "text_file.h"

namespace nncc::testing {

namespace {

std::string diagnostics_of(const SourceFile& source) {
    Diagnostics diagnostics;
    std::unique_ptr<ast::File> file = parse(source, diagnostics);
    EXPECT_NE(file, nullptr);
    std::string text;
    for (const Diagnostic& diagnostic : diagnostics.all()) text += render_text(diagnostic, false);
    return text.empty() ? "no diagnostics\n" : text;
}

class SyntaxCase : public ::testing::TestWithParam<std::string> {};

TEST_P(SyntaxCase, GivesTheseDiagnostics) {
    std::unique_ptr<SourceFile> source = read_case("syntax/cases", GetParam() + ".nn");
    expect_text("syntax/cases", GetParam() + ".expected", diagnostics_of(*source));
}

INSTANTIATE_TEST_SUITE_P(Cases, SyntaxCase, ::testing::ValuesIn(case_names("syntax/cases", ".nn")),
                         [](const auto& instance) { return instance.param; });

TEST(SyntaxCases, HaveNoExpectationWithoutACase) {
    EXPECT_EQ(case_names("syntax/cases", ".nn"), case_names("syntax/cases", ".expected"));
}

TEST(SyntaxCases, ShowEveryKindOfDiagnostic) {
    std::set<std::string> shown = {kSourceTooLarge.code};  // SyntaxLimit.SourceTooLarge: too large to be kept as a file
    for (const std::string& name : case_names("syntax/cases", ".nn")) {
        std::unique_ptr<SourceFile> source = read_case("syntax/cases", name + ".nn");
        Diagnostics diagnostics;
        parse(*source, diagnostics);
        for (const Diagnostic& diagnostic : diagnostics.all()) shown.insert(diagnostic.kind->code);
    }
    for (const DiagnosticKind* kind : syntax_diagnostics()) {
        EXPECT_TRUE(shown.contains(kind->code))
            << "no file in tests/syntax/cases shows " << kind->code << ", " << kind->title;
    }
}

TEST(SyntaxDiagnosticKinds, AreOrderedNamedAndExplained) {
    std::string before = "NN0000";
    for (const DiagnosticKind* kind : syntax_diagnostics()) {
        EXPECT_LT(before, kind->code);
        EXPECT_LT(std::string(kind->code), "NN0100");
        EXPECT_GT(std::string(kind->explanation).size(), 150U) << kind->code;
        before = kind->code;
    }
}

}  // namespace

}  // namespace nncc::testing
