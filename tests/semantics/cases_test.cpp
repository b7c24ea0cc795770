// cases/*.nn, one mistake each, to the whole text of their diagnostics.
#include <gtest/gtest.h>

#include <set>

#include "case_file.h"
#include "semantics/diagnostic_kinds.h"
#include "text_file.h"

namespace nncc::testing {

namespace {

class SemanticsCase : public ::testing::TestWithParam<std::string> {};

TEST_P(SemanticsCase, GivesTheseDiagnostics) {
    Analysed analysed = analyse_case("cases", GetParam() + ".nn");
    std::string text;
    for (const Diagnostic& diagnostic : analysed.diagnostics.all()) text += render_text(diagnostic, false);
    EXPECT_EQ(analysed.model.has_value(), !analysed.diagnostics.has_errors());
    expect_text("semantics/cases", GetParam() + ".expected", text.empty() ? "no diagnostics\n" : text);
}

INSTANTIATE_TEST_SUITE_P(Cases, SemanticsCase, ::testing::ValuesIn(case_names("semantics/cases", ".nn")),
                         [](const auto& instance) { return instance.param; });

TEST(SemanticsCases, HaveNoExpectationWithoutACase) {
    EXPECT_EQ(case_names("semantics/cases", ".nn"), case_names("semantics/cases", ".expected"));
}

TEST(SemanticsCases, ShowEveryKindOfDiagnostic) {
    // A type rule of an op always brings its own kind; the fallback is for one that does not.
    std::set<std::string> shown = {kOperandRefused.code};
    for (const std::string& name : case_names("semantics/cases", ".nn")) {
        Analysed analysed = analyse_case("cases", name + ".nn");
        for (const Diagnostic& diagnostic : analysed.diagnostics.all()) shown.insert(diagnostic.kind->code);
    }
    for (const DiagnosticKind* kind : semantics_diagnostics()) {
        EXPECT_TRUE(shown.contains(kind->code))
            << "no file in tests/semantics/cases shows " << kind->code << ", " << kind->title;
    }
}

TEST(SemanticsDiagnosticKinds, AreOrderedNamedAndExplained) {
    std::string before = "NN0100";
    for (const DiagnosticKind* kind : semantics_diagnostics()) {
        EXPECT_LT(before, kind->code);
        EXPECT_LT(std::string(kind->code), "NN0300");
        EXPECT_GT(std::string(kind->explanation).size(), 60U) << kind->code;
        before = kind->code;
    }
}

}  // namespace

}  // namespace nncc::testing
