// Test cases as files: reading, comparing, rewriting.
#include "text_file.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "base/file.h"

namespace nncc::testing {

namespace {

std::filesystem::path folder_path(const std::string& folder) {
    return std::filesystem::path(NNCC_SOURCE_DIR) / "tests" / folder;
}

}  // namespace

std::vector<std::string> case_names(const std::string& folder, const std::string& extension) {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder_path(folder))) {
        if (entry.path().extension() == extension) names.push_back(entry.path().stem());
    }
    std::sort(names.begin(), names.end());
    return names;
}

std::unique_ptr<SourceFile> read_case(const std::string& folder, const std::string& file) {
    Expected<std::string> text = read_file(folder_path(folder) / file);
    EXPECT_TRUE(text) << (text ? "" : text.error().message);
    return std::make_unique<SourceFile>(SourceFile{file, text ? *text : ""});
}

void expect_text(const std::string& folder, const std::string& file, const std::string& actual) {
    std::string path = folder_path(folder) / file;
    if (is_updating()) {
        EXPECT_TRUE(write_file_atomically(path, actual));
        return;
    }
    Expected<std::string> expected = read_file(path);
    ASSERT_TRUE(expected) << "no expectation yet; look at the output and run this program with --update\n" << actual;
    EXPECT_EQ(*expected, actual) << path << "; if the change is meant: --update";
}

bool& is_updating() {
    static bool value = false;
    return value;
}

}  // namespace nncc::testing
