// RTNeural's test models, written in the language: what nncc emits, at once and block by block, against the signals
// that Keras and PyTorch made (tests/data/rtneural).
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "run_nncc.h"

namespace nncc::testing {
namespace {

constexpr std::string_view kPreamble = R"(
#include <nncc/files.h>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <iterator>
static float x[1000], expected[1000], whole[1000], y[1000];
static int read_signal(const char* path) {
    FILE* file = std::fopen(path, "r");
    int count = 0;
    while (count < 1000 && std::fscanf(file, "%f,%f", &x[count], &expected[count]) == 2) ++count;
    std::fclose(file);
    return count;
}
static double worst(const float* given, int count) {
    double largest = 0;
    for (int i = 0; i < count; ++i) largest = std::fmax(largest, std::fabs(double(given[i]) - expected[i]));
    return largest;
}
)";

// {0} is the model. Prints the number of samples, the largest difference from the signal expected, and how many samples
// of blocks of 1, 7 and 64 differ by bits from the signal at once.
constexpr std::string_view kLive = R"(
#include "{0}.h"
static int run_{0}() {{
    static {0}::Weights weights;
    if (nncc::load_safetensors("{0}.safetensors", {0}::kTensors, std::size({0}::kTensors), &weights, nullptr, 0) !=
        nncc::FileStatus::kDone) return 1;
    static {0}::Packed packed;
    {0}::pack(weights, packed);
    static {0}::Model<1> model(packed);
    const int count = read_signal("{0}.csv");
    if (!model.forward(count, {{x, count}}, {{whole, count}})) return 1;
    std::printf("%d %.2e", count, worst(whole, count));
    for (int block : {{1, 7, 64}}) {{
        model.reset();
        for (int i = 0; i < count; i += block) {{
            const int n = i + block > count ? count - i : block;
            if (!model.process(n, {{x + i, n}}, {{y + i, n}})) return 1;
        }}
        int differ = 0;
        for (int i = 0; i < count; ++i) differ += std::memcmp(&y[i], &whole[i], sizeof(float)) != 0;
        std::printf(" %d", differ);
    }}
    std::printf("\n");
    return 0;
}}
)";

constexpr std::string_view kDenseLayers = R"(
#include "dense_layers.h"
static int run_dense_layers() {
    static dense_layers::Weights weights;
    if (nncc::load_safetensors("dense_layers.safetensors", dense_layers::kTensors, std::size(dense_layers::kTensors), &weights,
                               nullptr, 0) != nncc::FileStatus::kDone) return 1;
    static dense_layers::Packed packed;
    dense_layers::pack(weights, packed);
    static dense_layers::Model<1> model(packed);
    const int count = read_signal("dense_layers.csv");
    for (int i = 0; i < count; ++i) {
        const float in[1] = {x[i]};
        float out[1];
        model.forward(in, out);
        y[i] = out[0];
    }
    std::printf("%d %.2e\n", count, worst(y, count));
    return 0;
}
)";

// Signals of 1 and below, computed in f32 by three programs: 1,000 steps of a recurrence of some 50 roundings of 6e-8
// each, which forgets.
constexpr double kLargestError = 1e-6;

TEST(Rtneural, ModelsGiveTheSignalsOfKerasAndPytorch) {
    const std::vector<std::string> live = {"conv", "gru_keras", "gru_torch", "lstm_keras", "lstm_torch"};
    ScratchFolder folder;
    std::string program(kPreamble), calls;
    std::vector<std::string> command{"g++", "-std=c++20",           "-O1",     "-march=native",
                                     "-I",  source_path("runtime"), "main.cpp"};
    std::vector<std::string> names = live;
    names.emplace_back("dense_layers");
    for (const std::string& name : names) {
        for (const char* end : {".nn", ".csv", ".safetensors"})
            folder.write(name + end, read_text(source_path("tests/data/rtneural/" + name + end)));
        std::vector<std::string> arguments{name + ".nn", "-o", name + ".cpp"};
        if (name != "dense_layers") arguments.insert(arguments.end(), {"-D", "time<=1000"});
        const RunResult emitted = run_nncc(arguments, {.folder = folder.path()});
        ASSERT_EQ(emitted.exit_code, 0) << emitted.errors;
        command.push_back(name + ".cpp");
        program += name == "dense_layers" ? std::string(kDenseLayers) : fmt::format(kLive, name);
        calls += fmt::format("    if (run_{}() != 0) return 1;\n", name);
    }
    folder.write("main.cpp", fmt::format("{}int main() {{\n{}}}\n", program, calls));
    command.insert(command.end(), {"-o", "signals"});
    const RunResult compiled = run_program(command, {.folder = folder.path()});
    ASSERT_EQ(compiled.exit_code, 0) << compiled.errors;
    const RunResult run = run_program({folder.file("signals")}, {.folder = folder.path()});
    ASSERT_EQ(run.exit_code, 0) << run.errors;
    const std::vector<std::string> lines = split_lines(run.output);
    ASSERT_EQ(lines.size(), names.size()) << run.output;
    for (std::size_t k = 0; k < names.size(); ++k) {
        int count = 0, one = 0, seven = 0, many = 0;
        double worst = 1;
        const int read = std::sscanf(lines[k].c_str(), "%d %lf %d %d %d", &count, &worst, &one, &seven, &many);
        EXPECT_EQ(read, names[k] == "dense_layers" ? 2 : 5) << lines[k];
        EXPECT_GE(count, 100) << names[k];
        EXPECT_LT(worst, kLargestError) << names[k];
        EXPECT_EQ(one + seven + many, 0) << names[k] << ": " << lines[k];
    }
}

}  // namespace
}  // namespace nncc::testing
