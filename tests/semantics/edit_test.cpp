// Programs of models/ with one token deleted, doubled, replaced or swapped: errors with a place, or a model; no crash.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <random>

#include "base/file.h"
#include "case_file.h"
#include "syntax/lexer.h"

namespace nncc::testing {
namespace {

// Over all programs.
#if defined(NNCC_SANITISED)
constexpr int kAllEdits = 1'000;
#else
constexpr int kAllEdits = 10'000;
#endif
constexpr unsigned kSeed = 20'261'124;

std::filesystem::path models_folder() { return std::filesystem::path(NNCC_SOURCE_DIR) / "models"; }

std::vector<std::string> model_names() {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(models_folder())) {
        if (entry.path().extension() == ".nn") names.push_back(entry.path().stem());
    }
    std::sort(names.begin(), names.end());
    return names;
}

class ModelsLoader : public SourceLoader {
  public:
    Expected<const SourceFile*> load(const std::string& path) override {
        Expected<std::string> text = read_file(models_folder() / path);
        if (!text) return text.error();
        auto& file = files_[path];
        file = std::make_unique<SourceFile>(SourceFile{path, *text});
        return file.get();
    }

  private:
    std::map<std::string, std::unique_ptr<SourceFile>> files_;
};

class SemanticEdit : public ::testing::TestWithParam<std::string> {};

TEST_P(SemanticEdit, OfOneTokenGivesAModelOrPlacedErrors) {
    const std::string text = *read_file(models_folder() / (GetParam() + ".nn"));
    const SourceFile original{"edited.nn", text};
    const Lexed lexed = lex(original);
    std::vector<std::string> words = {"3",     "0.5", "\"text\"", "-1",  "0", "1000000000000",
                                      "batch", "f32", "i32",      "bool"};
    for (const Token& token : lexed.tokens) words.push_back(text.substr(token.begin, token.end - token.begin));
    std::mt19937 random(kSeed);
    const auto below = [&](std::size_t bound) {
        return std::uniform_int_distribution<std::size_t>(0, bound - 1)(random);
    };
    int valid = 0, refused = 0;
    const int edits = (kAllEdits + static_cast<int>(model_names().size()) - 1) / static_cast<int>(model_names().size());
    for (int edit = 0; edit < edits; ++edit) {
        const Token& token = lexed.tokens[below(lexed.tokens.size())];
        const std::string own = text.substr(token.begin, token.end - token.begin);
        const std::string& word = words[below(words.size())];
        const std::string replacement = edit % 4 == 0   ? ""
                                        : edit % 4 == 1 ? own + " " + own
                                        : edit % 4 == 2 ? word
                                                        : own + " " + word;
        const SourceFile source{"edited.nn", text.substr(0, token.begin) + replacement + text.substr(token.end)};
        ModelsLoader loader;
        Diagnostics diagnostics;
        const bool is_model = analyse(source, "", {}, loader, diagnostics).has_value();
        (is_model ? valid : refused) += 1;
        ASSERT_EQ(is_model, !diagnostics.has_errors()) << source.text;
        for (const Diagnostic& diagnostic : diagnostics.all()) {
            ASSERT_TRUE(diagnostic.kind != nullptr && !diagnostic.message.empty()) << source.text;
            ASSERT_EQ(diagnostic.message.find("internal"), std::string::npos) << source.text;
            const SourceRange& range = diagnostic.range;
            ASSERT_TRUE(range.file != nullptr && range.begin <= range.end && range.end <= range.file->text.size())
                << diagnostic.message << "\n"
                << source.text;
            ASSERT_FALSE(render_text(diagnostic, false).empty());
        }
    }
    std::printf("  %d edits: %d models, %d refused\n", edits, valid, refused);
    EXPECT_GT(refused, 0);
}

INSTANTIATE_TEST_SUITE_P(Models, SemanticEdit, ::testing::ValuesIn(model_names()),
                         [](const auto& instance) { return instance.param; });

}  // namespace
}  // namespace nncc::testing
