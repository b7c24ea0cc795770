// The runtime's text inside the compiler is that of the files.
#include "clang/runtime_text.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "base/file.h"
#include "clang/compile.h"
#include "clang/diagnostic_kinds.h"

namespace nncc {
namespace {

TEST(RuntimeText, EqualsTheFiles) {
    const std::string root = std::string(NNCC_SOURCE_DIR) + "/runtime/";
    std::size_t count = 0;
    for (const RuntimeFile& file : runtime_files()) {
        Expected<std::string> text = read_file(root + std::string(file.name));
        ASSERT_TRUE(text) << file.name;
        EXPECT_TRUE(*text == file.text) << file.name;
        ++count;
    }
    std::size_t headers = 0;
    for (const auto& entry : std::filesystem::directory_iterator(root + "nncc"))
        headers += entry.path().extension() == ".h";
    EXPECT_GE(count, headers + 1);
    EXPECT_FALSE(runtime_text("program/start.cpp").empty());
    EXPECT_TRUE(runtime_text("nncc/absent.h").empty());
}

// What includes a standard header, as the reading of files does, is not on the compute path; if the compute path did,
// its entry `nncc/kernels.h` would fail here.
TEST(RuntimeText, EveryHeaderOfTheComputePathCompilesAloneInProcess) {
    EXPECT_EQ(runtime_text("nncc/kernels.h").find("#include <"), std::string_view::npos);
    for (const RuntimeFile& file : runtime_files()) {
        if (!file.name.starts_with("nncc/") || file.text.find("#include <") != std::string_view::npos) continue;
        CompileOptions options;
        options.optimisation_level = 0;
        Expected<ObjectCode> object =
            compile_to_object("#include <" + std::string(file.name) + ">\nint x;\n", "alone.cpp", options);
        EXPECT_TRUE(object) << file.name << ": " << (object.error().notes.empty() ? "" : object.error().notes[0]);
    }
}

TEST(ClangDiagnostics, EachHasACodeAndAnExplanation) {
    int code = 801;
    for (const DiagnosticKind* kind : clang_diagnostics()) {
        EXPECT_EQ(std::string(kind->code), "NN0" + std::to_string(code++));
        EXPECT_GT(std::string(kind->explanation).size(), 100u);
    }
}

}  // namespace
}  // namespace nncc
