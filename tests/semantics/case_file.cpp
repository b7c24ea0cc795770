// Test cases as files: reading and analysing.
#include "case_file.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <sstream>

#include "base/file.h"

namespace nncc::testing {

namespace {

std::filesystem::path folder_path(const std::string& folder) {
    return std::filesystem::path(NNCC_SOURCE_DIR) / "tests" / "semantics" / folder;
}

AnalyseOptions options_of(const std::string& directive) {
    AnalyseOptions options;
    std::istringstream words(directive);
    for (std::string word; words >> word;) {
        if (word == "-D" && words >> word) {
            std::size_t at = word.find("<=") != std::string::npos ? word.find("<=") : word.find('=');
            options.defines[word.substr(0, at)] = word.substr(word[at] == '<' ? at : at + 1);
        }
        if (word == "--f64") options.real_f64 = true;
    }
    return options;
}

std::string directive_of(const std::string& text) {
    return text.starts_with("# ") ? text.substr(2, text.find('\n') - 2) : std::string();
}

}  // namespace

Expected<const SourceFile*> FolderLoader::load(const std::string& path) {
    Expected<std::string> text = read_file(folder_path(folder_) / path);
    if (!text) return Error{nullptr, "there is no such file", "", {}, ExitCode::kEnvironment};
    auto& file = files_[path];
    file = std::make_unique<SourceFile>(SourceFile{path, *text});
    return file.get();
}

Analysed analyse_case(const std::string& folder, const std::string& file) {
    Analysed result;
    result.loader = std::make_unique<FolderLoader>(folder);
    Expected<const SourceFile*> source = result.loader->load(file);
    EXPECT_TRUE(source) << file;
    if (!source) return result;
    result.directive = directive_of((*source)->text);
    result.model = analyse(**source, "", options_of(result.directive), *result.loader, result.diagnostics);
    return result;
}

Analysed analyse_text(const std::string& text) {
    static std::vector<std::unique_ptr<SourceFile>> sources;  // diagnostics point into them
    sources.push_back(std::make_unique<SourceFile>(SourceFile{"m.nn", text}));
    Analysed result;
    result.loader = std::make_unique<FolderLoader>("../../models");
    result.directive = directive_of(text);
    result.model = analyse(*sources.back(), "", options_of(result.directive), *result.loader, result.diagnostics);
    for (const Diagnostic& diagnostic : result.diagnostics.all()) {
        if (diagnostic.severity == Severity::kError) ADD_FAILURE() << render_text(diagnostic, false);
    }
    return result;
}

}  // namespace nncc::testing
