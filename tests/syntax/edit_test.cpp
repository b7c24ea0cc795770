// Programs with one token deleted, doubled or replaced, or with bytes changed: no crash, and errors with a place.
#include <gtest/gtest.h>

#include <random>

#include "syntax/lexer.h"
#include "syntax/parser.h"
#include "syntax/print_ast.h"
#include "text_file.h"

namespace nncc::testing {

namespace {

bool is_within(SourceRange range, const SourceFile& source) {
    return range.file == &source && range.begin <= range.end && range.end <= source.text.size();
}

// Parses, checks every range, renders everything; the number of errors.
int check(const std::string& text) {
    SourceFile source = {"edited.nn", text};
    Diagnostics diagnostics;
    std::unique_ptr<ast::File> file = parse(source, diagnostics);
    for (const Diagnostic& diagnostic : diagnostics.all()) {
        bool is_placed = is_within(diagnostic.range, source);
        for (const DiagnosticNote& note : diagnostic.notes) is_placed &= is_within(note.range, source);
        EXPECT_TRUE(is_placed && diagnostic.kind != nullptr && !diagnostic.message.empty()) << text;
        EXPECT_FALSE(render_text(diagnostic, true).empty());
    }
    std::string tree = print_ast(*file);
    EXPECT_FALSE(tree.empty());
    return diagnostics.error_count();
}

// Sanitised, fewer edits: each takes ten times as long.
#if defined(NNCC_SANITISED)
constexpr std::size_t kEveryToken = 5;
constexpr int kByteEdits = 500;
#else
constexpr std::size_t kEveryToken = 1;
constexpr int kByteEdits = 2000;
#endif

class SyntaxEdit : public ::testing::TestWithParam<std::string> {};

// One wrong token is one mistake. A bracket or a keyword changes what its neighbours mean, so a few edits give more.
constexpr int kMaximumErrorsOfAnEdit = 6;
constexpr double kMaximumMeanErrors = 1.5;

TEST_P(SyntaxEdit, OfOneTokenGivesPlacedErrors) {
    std::unique_ptr<SourceFile> source = read_case("syntax/programs", GetParam() + ".nn");
    const std::string& text = source->text;
    Lexed lexed = lex(*source);
    int failing_edits = 0;
    int all_errors = 0;
    auto try_edit = [&](const Token& token, const std::string& replacement) {
        std::string edited = text.substr(0, token.begin) + replacement + text.substr(token.end);
        int errors = check(edited);
        EXPECT_LE(errors, kMaximumErrorsOfAnEdit) << edited;
        failing_edits += errors > 0 ? 1 : 0;
        all_errors += errors;
    };
    std::vector<std::string> replacements = {"name", "3", "0.5", "\"text\"", "$", "\"", "\n", "\xFF", "model"};
    for (int kind = static_cast<int>(TokenKind::kLet); kind <= static_cast<int>(TokenKind::kNot); ++kind) {
        replacements.emplace_back(spelling(static_cast<TokenKind>(kind)));
    }
    for (std::size_t k = 0; k < lexed.tokens.size(); k += kEveryToken) {
        const Token& token = lexed.tokens[k];
        std::string own = text.substr(token.begin, token.end - token.begin);
        try_edit(token, "");
        try_edit(token, own + " " + own);
        for (const std::string& replacement : replacements) try_edit(token, " " + replacement + " ");
    }
    ASSERT_GT(failing_edits, 0);
    EXPECT_LE(static_cast<double>(all_errors) / failing_edits, kMaximumMeanErrors);
}

TEST_P(SyntaxEdit, OfBytesGivesPlacedErrors) {
    constexpr unsigned kSeed = 20240611;
    std::unique_ptr<SourceFile> source = read_case("syntax/programs", GetParam() + ".nn");
    std::mt19937 random(kSeed);
    auto below = [&](std::size_t bound) { return std::uniform_int_distribution<std::size_t>(0, bound - 1)(random); };
    for (int edit = 0; edit < kByteEdits; ++edit) {
        std::string text = source->text;
        for (std::size_t count = 1 + below(8); count > 0 && !text.empty(); --count) {
            std::size_t at = below(text.size());
            switch (below(3)) {
                case 0: text[at] = static_cast<char>(below(256)); break;
                case 1: text.erase(at, 1 + below(16)); break;
                default: text.insert(at, text.substr(below(text.size()), below(32))); break;
            }
        }
        check(text);
        if (HasFailure()) FAIL() << "seed " << kSeed << ", edit " << edit;
    }
}

INSTANTIATE_TEST_SUITE_P(Programs, SyntaxEdit, ::testing::ValuesIn(case_names("syntax/programs", ".nn")),
                         [](const auto& instance) { return instance.param; });

}  // namespace

}  // namespace nncc::testing
