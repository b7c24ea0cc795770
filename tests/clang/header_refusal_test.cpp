// What cannot be part of a model is refused, with the whole text of the diagnostic; what is around `extern` items
// works.
#include <gtest/gtest.h>

#include <cctype>
#include <map>
#include <memory>
#include <random>
#include <set>

#include "clang/diagnostic_kinds.h"
#include "clang/header_reader.h"
#include "graph/print.h"
#include "ops/record.h"
#include "semantics/model.h"
#include "text_file.h"

namespace nncc {
namespace {

// Files from memory.
class TextLoader : public SourceLoader {
  public:
    explicit TextLoader(const std::map<std::string, std::string>& texts) {
        for (const auto& [path, text] : texts) files_[path] = std::make_unique<SourceFile>(SourceFile{path, text});
    }
    Expected<const SourceFile*> load(const std::string& path) override {
        const auto found = files_.find(path);
        if (found == files_.end()) return Error{nullptr, "there is no such file", "", {}, ExitCode::kEnvironment};
        return static_cast<const SourceFile*>(found->second.get());
    }

  private:
    std::map<std::string, std::unique_ptr<SourceFile>> files_;
};

struct Analysed {
    std::string diagnostics;
    std::vector<const DiagnosticKind*> kinds;
    std::optional<CompiledModel> model;
};

Analysed analyse_files(const std::map<std::string, std::string>& texts, const std::vector<std::string>& folders = {}) {
    TextLoader loader(texts);
    HeaderReader reader;
    AnalyseOptions options;
    options.user_functions = &reader;
    options.import_folders = folders;
    Diagnostics diagnostics;
    const Expected<const SourceFile*> file = loader.load("m.nn");
    Analysed result;
    result.model = analyse(**file, "", options, loader, diagnostics);
    for (const Diagnostic& diagnostic : diagnostics.all()) {
        result.diagnostics += render_text(diagnostic, false);
        result.kinds.push_back(diagnostic.kind);
    }
    return result;
}

std::string model_with(const std::string& declaration, const std::string& body = "f(x, 2)") {
    return "extern \"e.h\" fn " + declaration + "\nmodel m(x: f32[batch, 2]) { " + body + " }\n";
}
const std::string kDeclaration = "f(x: f32, y: f32) -> f32";

// Each header of refusals/ should define `float f(float x, float y)`, and does something else or more.
class HeaderRefusal : public ::testing::TestWithParam<std::string> {};

TEST_P(HeaderRefusal, GivesThisDiagnostic) {
    const auto header = testing::read_case("clang/refusals", GetParam() + ".h");
    const Analysed analysed = analyse_files({{"m.nn", model_with(kDeclaration)}, {"e.h", header->text}});
    EXPECT_FALSE(analysed.model);
    testing::expect_text("clang/refusals", GetParam() + ".expected", analysed.diagnostics);
}

INSTANTIATE_TEST_SUITE_P(Headers, HeaderRefusal, ::testing::ValuesIn(testing::case_names("clang/refusals", ".h")),
                         [](const auto& instance) { return instance.param; });

TEST(HeaderRefusals, ShowEveryKindOfDiagnosticAboutHeaders) {
    std::set<const DiagnosticKind*> shown;
    for (const std::string& name : testing::case_names("clang/refusals", ".h")) {
        const auto header = testing::read_case("clang/refusals", name + ".h");
        const Analysed analysed = analyse_files({{"m.nn", model_with(kDeclaration)}, {"e.h", header->text}});
        shown.insert(analysed.kinds.begin(), analysed.kinds.end());
    }
    EXPECT_EQ(shown, (std::set{&kHeaderRejected, &kDeclarationDiffers, &kNotPartOfAModel}));
}

// Words and signs, each once, as pieces of a text.
std::vector<std::string> pieces_of(const std::string& text) {
    std::vector<std::string> pieces;
    for (const char c : text) {
        const bool in_word = std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '.';
        const bool goes_on = !pieces.empty() && (std::isalnum(static_cast<unsigned char>(pieces.back().back())) != 0 ||
                                                 pieces.back().back() == '_' || pieces.back().back() == '.');
        if (in_word && goes_on) pieces.back() += c;
        else pieces.emplace_back(1, c);
    }
    return pieces;
}

// A header with one piece deleted, doubled or replaced by another: a graph that can be built, or mistakes with places.
TEST(HeaderRefusals, HoldForHeadersThatAreEdited) {
    const std::string text = testing::read_case("clang", "smooth_functions.h")->text;
    const std::vector<std::string> pieces = pieces_of(text);
    const std::string functions[] = {"soft_clip",        "early",       "left_by_break", "newton",
                                     "guarded_quotient", "by_reference"};
    std::mt19937 random(20'261'124);
    const auto below = [&](std::size_t bound) {
        return std::uniform_int_distribution<std::size_t>(0, bound - 1)(random);
    };
    HeaderReader reader;
    int read = 0, refused = 0;
    for (int edit = 0; edit < 400; ++edit) {
        std::vector<std::string> changed = pieces;
        const std::size_t at = below(pieces.size());
        changed[at] = edit % 3 == 0 ? "" : edit % 3 == 1 ? pieces[at] + " " + pieces[at] : pieces[below(pieces.size())];
        SourceFile header{"e.h", ""};
        for (const std::string& piece : changed) header.text += piece;
        UserFunctionRequest request;
        request.files = {&header};
        request.function = functions[below(std::size(functions))];
        request.parameters = {{"x", "f32"}, {"y", "f32"}};
        request.result = "f32";
        const Expected<UserFunction> function = reader.read(request);
        ASSERT_TRUE(function) << header.text;
        (function->graph ? read : refused) += 1;
        ASSERT_EQ(function->graph.has_value(), function->mistakes.empty()) << header.text;
        for (const Diagnostic& mistake : function->mistakes) {
            ASSERT_FALSE(mistake.message.empty()) << header.text;
            ASSERT_TRUE(mistake.range.file == nullptr ||
                        (mistake.range.begin <= mistake.range.end && mistake.range.end <= header.text.size()))
                << mistake.message << "\n"
                << header.text;
            ASSERT_FALSE(render_text(mistake, false).empty());
        }
    }
    EXPECT_GT(read, 40);
    EXPECT_GT(refused, 40);
}

TEST(ExternFunctions, AreMissedWithoutTheirHeader) {
    EXPECT_EQ(analyse_files({{"m.nn", model_with(kDeclaration)}}).diagnostics,
              R"(m.nn:1:8: error[NN0122]: cannot read `e.h`: there is no such file
    1 | extern "e.h" fn f(x: f32, y: f32) -> f32
      |        ^~~~~
)");
}

TEST(ExternFunctions, AreReadThoughNothingCallsThem) {
    const Analysed analysed = analyse_files({{"m.nn", model_with(kDeclaration, "x")}, {"e.h", "int f;\n"}});
    EXPECT_FALSE(analysed.model);
    EXPECT_EQ(analysed.kinds, std::vector{&kDeclarationDiffers});
}

TEST(ExternFunctions, FindTheirHeadersBesideTheModelAndInFolders) {
    const Analysed analysed = analyse_files({{"m.nn", model_with(kDeclaration)},
                                             {"include/e.h",
                                              "#pragma once\n#include \"parts/g.h\"\n#include <h.h>\n"
                                              "inline float f(float x, float y) { return g(x) * h(y); }\n"},
                                             {"include/parts/g.h",
                                              "#include \"../e.h\"\n#include \"here.h\"\n"
                                              "inline float g(float x) { return x + kHere; }\n"},
                                             {"include/parts/here.h", "constexpr float kHere = 3;\n"},
                                             {"other/h.h", "inline float h(float x) { return 2 * x; }\n"}},
                                            {"include", "other"});
    EXPECT_EQ(analysed.diagnostics, "");
    EXPECT_TRUE(analysed.model);
}

TEST(ExternFunctions, MayLieAboveTheModel) {
    const std::string model = "extern \"../../up/e.h\" fn f(x: f32) -> f32\nmodel m(x: f32[batch, 2]) { f(x) }\n";
    const Analysed analysed =
        analyse_files({{"m.nn", model}, {"../../up/e.h", "inline float f(float x) { return x / 3; }\n"}});
    EXPECT_EQ(analysed.diagnostics, "");
}

// Constants become tensors of the result's shape; a scalar argument is broadcast.
TEST(ExternFunctions, AreAppliedElementwise) {
    const Analysed analysed =
        analyse_files({{"m.nn", model_with(kDeclaration)},
                       {"e.h", "inline float f(float x, float y) { return x > 1 ? y : x - 0.5f; }\n"}});
    ASSERT_TRUE(analysed.model) << analysed.diagnostics;
    EXPECT_EQ(print_graph(analysed.model->program.entries.at("forward")), R"ir(graph forward {
    %0 = input() {name = "x", type = f32[batch, 2]} : f32[batch, 2]  @ "x" "m.nn:2" "x: f32[batch, 2]"
    %1 = constant() {type = f32[batch, 2], value = 2} : f32[batch, 2]  @ "" "m.nn:2" "f(x, 2)"
    %2 = constant() {type = f32[batch, 2], value = 1} : f32[batch, 2]  @ "" "m.nn:2" "f(x, 2)"
    %3 = less(%2, %0) : bool[batch, 2]  @ "" "m.nn:2" "f(x, 2)"
    %4 = constant() {type = f32[batch, 2], value = 0.5} : f32[batch, 2]  @ "" "m.nn:2" "f(x, 2)"
    %5 = subtract(%0, %4) : f32[batch, 2]  @ "" "m.nn:2" "f(x, 2)"
    %6 = select(%3, %1, %5) : f32[batch, 2]  @ "" "m.nn:2" "f(x, 2)"
    return output = %6
}
)ir");
}

TEST(ExternFunctions, TakeDefaultsAndArgumentsByName) {
    const std::string header = "inline float f(float x, int n, bool on) { return on ? x * n : x; }\n";
    const std::string declaration = "f(x: f32, n: i32 = 3, on: bool = true) -> f32";
    for (const char* call : {"f(x)", "x |> f(on = false)", "f(x, 2, x > 1)", "f(on = true, x = x)"}) {
        EXPECT_EQ(analyse_files({{"m.nn", model_with(declaration, call)}, {"e.h", header}}).diagnostics, "") << call;
    }
}

TEST(ExternFunctions, CheckTheirArguments) {
    const std::string header = "inline float f(float x, float y) { return x * y; }\n";
    const auto diagnostics = [&](const std::string& call) {
        return analyse_files({{"m.nn", model_with(kDeclaration, call)}, {"e.h", header}}).diagnostics;
    };
    EXPECT_EQ(diagnostics("f(x)"), R"(m.nn:2:29: error[NN0103]: `f` needs its argument `y`
    2 | model m(x: f32[batch, 2]) { f(x) }
      |                             ^~~~
m.nn:1:18: note: `f` is declared here
    1 | extern "e.h" fn f(x: f32, y: f32) -> f32
      |                  ^~~~~~~~~~~~~~~~
)");
    EXPECT_EQ(diagnostics("f(x, x > 1)"),
              R"(m.nn:2:34: error[NN0107]: argument `y` of `f` is f32, and `x > 1` is bool[batch, 2]
    2 | model m(x: f32[batch, 2]) { f(x, x > 1) }
      |                                  ^~~~~
m.nn:1:27: note: `y` is declared here
    1 | extern "e.h" fn f(x: f32, y: f32) -> f32
      |                           ^~~~~~
)");
    EXPECT_EQ(diagnostics("f(x, [1, 2, 3])"),
              R"(m.nn:2:29: error[NN0250]: cannot apply `f` to `x` [batch, 2] and `[1, 2, 3]` [3]
    2 | model m(x: f32[batch, 2]) { f(x, [1, 2, 3]) }
      |                             ^~~~~~~~~~~~~~~
m.nn:2:31: note: this is f32[batch, 2]
    2 | model m(x: f32[batch, 2]) { f(x, [1, 2, 3]) }
      |                               ^
      = hint: shapes align at the last axis; 2 and 3 differ
)");
}

TEST(ExternFunctions, ArePartOfTheModelsHash) {
    const auto hash = [](const std::string& header) {
        const Analysed analysed = analyse_files({{"m.nn", model_with(kDeclaration)}, {"e.h", header}});
        return analysed.model ? analysed.model->model_hash : "";
    };
    const std::string header = "inline float f(float x, float y) { return x * y; }\n";
    EXPECT_EQ(hash(header), hash(header));
    EXPECT_NE(hash(header), hash("// Changed.\n" + header));
    EXPECT_NE(hash(header), "");
}

// With f64 in place of f32, float is computed as double; constants keep the value that the text gives them.
TEST(ExternFunctions, MayBeComputedInF64) {
    TextLoader loader({{"m.nn", model_with("f(x: f32) -> f32", "f(x)")},
                       {"e.h", "inline float f(float x) { double y = x; return static_cast<float>(y * 0.1f); }\n"}});
    HeaderReader reader;
    AnalyseOptions options;
    options.user_functions = &reader;
    options.real_f64 = true;
    Diagnostics diagnostics;
    const std::optional<CompiledModel> model = analyse(**loader.load("m.nn"), "", options, loader, diagnostics);
    ASSERT_TRUE(model);
    for (const Node& node : model->program.entries.at("forward").nodes()) {
        EXPECT_EQ(node.type().dtype, DType::kF64);
        if (node.op->name != "constant") continue;
        EXPECT_EQ(node.attributes.constant("value").elements[0], double{0.1F});
    }
}

}  // namespace
}  // namespace nncc
