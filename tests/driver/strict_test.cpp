// `--strict`: the emitted C++ gives the same bits whichever compiler, optimisation and instruction set it is built
// with.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "run_nncc.h"

namespace nncc::testing {
namespace {

// Sums, products, a convolution, recurrent gates, a softmax and random initial values.
constexpr const char* kModel = R"(model mixed(x: f32[batch, 12, 10, 3]) -> f32[batch, 5] {
    x |> conv2d(5, 3) |> tanh |> flatten |> dense(24) |> sigmoid |> dense(20) |> gelu |> dense(5) |> softmax
}
)";

constexpr const char* kStrictProgram = R"(#include "mixed.h"
#include <cstdio>
#include <cstring>
static mixed::Weights weights;
static mixed::Packed packed;
static float x[360], y[5];
int main() {
    mixed::initialize(weights, 5);
    mixed::pack(weights, packed);
    static mixed::Model<1> model(packed);
    for (int i = 0; i < 360; ++i) x[i] = static_cast<float>(i * 37 % 64 - 32) / 13.0F;
    model.forward(x, y);
    nncc::u64 hash = 7;
    const unsigned char* bytes = reinterpret_cast<const unsigned char*>(&weights);
    for (unsigned i = 0; i < sizeof(weights); ++i) hash = hash * 1099511628211U + bytes[i];
    std::printf("%016llx", static_cast<unsigned long long>(hash));
    for (float value : y) {
        unsigned bits;
        std::memcpy(&bits, &value, 4);
        std::printf(" %08x", bits);
    }
    return 0;
}
)";

std::string results_of(const ScratchFolder& folder, const std::vector<std::string>& compiler) {
    std::vector<std::string> command = compiler;
    command.insert(command.end(),
                   {"-std=c++20", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-I", source_path("runtime"),
                    folder.file("mixed.cpp"), folder.file("main.cpp"), "-o", folder.file("program")});
    const RunResult compiled = run_program(command);
    EXPECT_EQ(compiled.exit_code, 0) << compiled.errors.substr(0, 4000);
    return run_program({folder.file("program")}).output;
}

TEST(Strict, TheSameBitsFromEveryBuild) {
    const ScratchFolder folder;
    folder.write("mixed.nn", kModel);
    folder.write("main.cpp", kStrictProgram);
    const RunResult emitted = run_nncc({"mixed.nn", "--strict", "-q", "-o", "mixed.cpp"}, {folder.path(), "", ""});
    ASSERT_EQ(emitted.exit_code, 0) << emitted.errors;
    const std::string source = read_text(folder.file("mixed.cpp"));
    EXPECT_NE(source.find("\n// nncc mixed.nn --strict -o mixed.cpp\n"), std::string::npos);
    EXPECT_EQ(source.find("nncc::fast::"), std::string::npos);
    const std::string first = results_of(folder, {"g++", "-O1"});
    ASSERT_GT(first.size(), 16U);
    for (const std::vector<std::string>& compiler :
         {std::vector<std::string>{"g++", "-O2", "-march=native"}, std::vector<std::string>{"clang++-19", "-O1"},
          std::vector<std::string>{"clang++-19", "-O2", "-march=native"}})
        EXPECT_EQ(results_of(folder, compiler), first) << fmt::format("{}", fmt::join(compiler, " "));
}

TEST(Strict, OtherwiseTheFastFormsAreCalled) {
    const ScratchFolder folder;
    folder.write("mixed.nn", kModel);
    ASSERT_EQ(run_nncc({"mixed.nn", "-q", "-o", "mixed.cpp"}, {folder.path(), "", ""}).exit_code, 0);
    const std::string source = read_text(folder.file("mixed.cpp"));
    for (const char* name : {"exp", "tanh", "sigmoid", "erf"}) {
        EXPECT_NE(source.find(fmt::format("nncc::fast::{}(", name)), std::string::npos) << name;
        EXPECT_EQ(source.find(fmt::format("nncc::{}(", name)), std::string::npos) << name;
    }
}

}  // namespace
}  // namespace nncc::testing
