// The library as a whole: every item is tested here, and none has a name that is unknown or unused.
#include <gtest/gtest.h>

#include <cctype>
#include <filesystem>
#include <set>
#include <utility>

#include "base/file.h"
#include "program.h"
#include "stdlib/stdlib.h"
#include "syntax/parser.h"

namespace nncc::testing {

namespace {

std::vector<std::string> item_names() {
    std::vector<std::string> names;
    for (const SourceFile& file : stdlib_files()) {
        Diagnostics diagnostics;
        std::unique_ptr<ast::File> tree = parse(file, diagnostics);
        EXPECT_FALSE(diagnostics.has_errors()) << file.path;
        for (const ast::Item& item : tree->items) {
            if (const auto* function = std::get_if<ast::Function>(&item.value)) {
                names.push_back(function->name.text);
                EXPECT_FALSE(item.doc.empty() && function->kind == ast::FunctionKind::kOptimizer)
                    << function->name.text;
            }
        }
    }
    return names;
}

TEST(Library, HasATestForEveryItem) {
    std::set<std::string> words;
    for (const char* folder : {"/tests/stdlib", "/tests/data/oracle", "/tests/driver"}) {
        for (const auto& entry : std::filesystem::directory_iterator(std::string(NNCC_SOURCE_DIR) + folder)) {
            const std::filesystem::path extension = entry.path().extension();
            if (extension != ".cpp" && extension != ".h" && extension != ".nn" && extension != ".py") continue;
            std::string word;
            for (char letter : *read_file(entry.path()) + " ") {
                bool goes_on = std::isalnum(static_cast<unsigned char>(letter)) != 0 || letter == '_';
                if (goes_on) word += letter;
                else words.insert(std::exchange(word, {}));
            }
        }
    }
    EXPECT_GE(item_names().size(), 50U);
    for (const std::string& name : item_names()) {
        EXPECT_TRUE(words.contains(name)) << name << " has no test";
    }
}

TEST(Library, HasNoUnknownOrUnusedNames) {
    // As a user's file, so that names are looked at in functions that nothing calls.
    std::string text;
    for (const SourceFile& file : stdlib_files()) text += file.text;
    TestProgram program(text + "\nmodel m(x: f32[batch, 2]) { dense(x, 1) }\n");
    EXPECT_TRUE(program.is_valid());
}

TEST(Library, FilesAreInTheFolder) {
    for (const SourceFile& file : stdlib_files()) {
        EXPECT_EQ(file.text, *read_file(std::string(NNCC_SOURCE_DIR) + "/compiler/" + file.path))
            << "the embedded library is stale";
    }
}

}  // namespace

}  // namespace nncc::testing
