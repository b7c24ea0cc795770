// Formatting: what moves, what stays, and that formatting twice changes nothing.
#include "syntax/format.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <random>

#include "base/file.h"
#include "syntax/lexer.h"
#include "syntax/parser.h"
#include "text_file.h"

namespace nncc::testing {

namespace {

std::string formatted(const std::string& text) {
    const SourceFile source{"m.nn", text};
    Diagnostics diagnostics;
    std::optional<std::string> result = format_text(source, diagnostics);
    for (const Diagnostic& diagnostic : diagnostics.all()) {
        if (diagnostic.severity == Severity::kError) ADD_FAILURE() << render_text(diagnostic, false);
    }
    return result.value_or("");
}

TEST(Format, SetsBlanksBetweenWords) {
    EXPECT_EQ(formatted("model m( x:f32[batch,8],n:int=3 )->f32[ batch,1 ]{\n"
                        "let y=x[ :,- 1 : 3]**2- -1.0*x [..., 0:n : 2,:3, ::-1]\n"
                        "(y|>f(axis=- 1,keep = ! true))@w. b\n"
                        "}\n"),
              "model m(x: f32[batch, 8], n: int = 3) -> f32[batch, 1] {\n"
              "    let y = x[:, -1:3] ** 2 - -1.0 * x[..., 0:n:2, :3, ::-1]\n"
              "    (y |> f(axis = -1, keep = !true)) @ w.b\n"
              "}\n");
}

TEST(Format, IndentsByOpenBrackets) {
    EXPECT_EQ(formatted("fn f(x: f32[...]) {\n"
                        "for layer in 0 .. 3 carry x {\n"
                        "      x\n"
                        "+ g(\n"
                        "x,\n"
                        "  y)\n"
                        "|> dense(3)\n"
                        "}\n"
                        "let z = g(x,\n"
                        "y, fn(q) {\n"
                        "q\n"
                        "})\n"
                        "  }\n"),
              "fn f(x: f32[...]) {\n"
              "    for layer in 0..3 carry x {\n"
              "        x\n"
              "            + g(\n"
              "                x,\n"
              "                y)\n"
              "          |> dense(3)\n"
              "    }\n"
              "    let z = g(x,\n"
              "              y, fn(q) {\n"
              "                  q\n"
              "              })\n"
              "}\n");
}

TEST(Format, KeepsColumnsAndComments) {
    EXPECT_EQ(formatted("# what it is\n"
                        "train m { # here\n"
                        "  data     =csv(\"a.csv\")   # rows\n"
                        "  epochs   =  3            # passes\n"
                        "\n\n\n"
                        "     # alone\n"
                        "  seed = 7\n"
                        "\n"
                        "}\n\n"),
              "# what it is\n"
              "train m {  # here\n"
              "    data     = csv(\"a.csv\")   # rows\n"
              "    epochs   = 3              # passes\n"
              "\n"
              "    # alone\n"
              "    seed = 7\n"
              "}\n");
}

TEST(Format, AColumnMovesWithItsLongestLine) {
    EXPECT_EQ(formatted("fn f() {\n"
                        "    param w:f32[a,b] = zeros\n"
                        "    param b:f32[b]   = zeros\n"
                        "    1\n"
                        "}\n"),
              "fn f() {\n"
              "    param w: f32[a, b] = zeros\n"
              "    param b: f32[b]    = zeros\n"
              "    1\n"
              "}\n");
}

TEST(Format, RefusesWhatIsNotInTheGrammar) {
    const SourceFile source{"m.nn", "model m( {\n"};
    Diagnostics diagnostics;
    EXPECT_FALSE(format_text(source, diagnostics));
    EXPECT_TRUE(diagnostics.has_errors());
}

std::vector<std::string> program_paths() {
    std::vector<std::string> paths;
    for (const char* folder : {"/models", "/compiler/stdlib", "/tests/syntax/programs", "/tests/semantics/graphs"}) {
        for (const auto& entry : std::filesystem::directory_iterator(std::string(NNCC_SOURCE_DIR) + folder)) {
            if (entry.path().extension() == ".nn") paths.push_back(entry.path());
        }
    }
    std::sort(paths.begin(), paths.end());
    return paths;
}

// All but comments' place and blanks: the kinds and texts of tokens, and on which lines they follow each other.
std::string skeleton(const std::string& text) {
    const SourceFile source{"m.nn", text};
    std::string result;
    const Lexed lexed = lex(source);
    for (const Token& token : lexed.tokens) {
        if (token.starts_line) result += '\n';
        result += source.text.substr(token.begin, token.end - token.begin) + " ";
    }
    for (const Comment& comment : lexed.comments) result += std::string(comment.text) + "\n";
    return result;
}

TEST(Format, OurOwnFilesAreFormatted) {
    for (const std::string& path : program_paths()) {
        if (path.find("/tests/") != std::string::npos) continue;
        Expected<std::string> text = read_file(path);
        ASSERT_TRUE(text);
        EXPECT_EQ(formatted(*text), *text) << path;
    }
}

// Blanks put in and taken out at random places, where they separate nothing: the result is always the same program,
// and formatting it again changes nothing.
TEST(Format, IsIdempotentAndKeepsTokensAndComments) {
    std::mt19937 generator(20);
    for (const std::string& path : program_paths()) {
        Expected<std::string> text = read_file(path);
        ASSERT_TRUE(text);
        const SourceFile source{path, *text};
        Diagnostics diagnostics;
        parse(source, diagnostics);
        if (diagnostics.has_errors()) continue;
        const Lexed lexed = lex(source);
        for (int round = 0; round < 5; ++round) {
            std::string disturbed;
            std::size_t at = 0;
            for (const Token& token : lexed.tokens) {
                std::string gap = text->substr(at, token.begin - at);
                const bool only_blanks = gap.find_first_not_of(' ') == std::string::npos;
                if (round > 0 && at > 0 && only_blanks && (!gap.empty() || round % 2 == 0))
                    gap += std::string(generator() % 3, ' ');
                disturbed += gap + text->substr(token.begin, token.end - token.begin);
                at = token.end;
            }
            disturbed += text->substr(at);
            const std::string once = formatted(disturbed);
            EXPECT_EQ(formatted(once), once) << path << "\n" << disturbed;
            EXPECT_EQ(skeleton(once), skeleton(*text)) << path;
        }
    }
}

}  // namespace

}  // namespace nncc::testing
