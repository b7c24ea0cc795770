// Live signals: process in blocks of any size is the signal at once, bit for bit, and what the formula says; recurrent
// models learn.
#include <gtest/gtest.h>

#include "run_nncc.h"

namespace nncc::testing {
namespace {

// The amplifier in plain loops over doubles, from the weights' struct; prints the largest difference, then how many
// samples of each block size differ by bits from the signal at once.
constexpr std::string_view kProgram = R"(
#include "amp_lstm.h"
#include <cmath>
#include <cstdio>
#include <cstring>
#include <initializer_list>
#include <new>
static amp_lstm::Weights w;
static amp_lstm::Packed packed;
static float x[1000], whole[1000], y[1000], forward[1000];
static double sigmoid(double z) { return 1 / (1 + std::exp(-z)); }
int main() {
    amp_lstm::initialize(w, 7);
    for (int j = 0; j < 80; ++j) w.lstm_1.b[j] = float(0.01 * j - 0.3);
    amp_lstm::pack(w, packed);
    for (int i = 0; i < 1000; ++i) x[i] = float((i * 7919) % 1000) / 500 - 1;
    alignas(64) static unsigned char memory[sizeof(amp_lstm::Model<1>)];
    amp_lstm::Model<1>& model = *new (memory) amp_lstm::Model<1>(packed);
    if (!model.process(1000, {x, 1000}, {whole, 1000}) || !model.forward(1000, {x, 1000}, {forward, 1000})) return 2;
    double h[20] = {}, c[20] = {}, worst = 0;
    for (int t = 0; t < 1000; ++t) {
        double z[80];
        for (int j = 0; j < 80; ++j) {
            z[j] = x[t] * double(w.lstm_1.w[0][j]) + double(w.lstm_1.b[j]);
            for (int k = 0; k < 20; ++k) z[j] += h[k] * double(w.lstm_1.u[k][j]);
        }
        double sum = double(x[t]) + double(w.dense_1.b[0]);
        for (int k = 0; k < 20; ++k) {
            c[k] = sigmoid(z[20 + k]) * c[k] + sigmoid(z[k]) * std::tanh(z[40 + k]);
            h[k] = sigmoid(z[60 + k]) * std::tanh(c[k]);
            sum += h[k] * double(w.dense_1.w[k][0]);
        }
        worst = std::fmax(worst, std::fabs(sum - double(whole[t])));
    }
    std::printf("%.1e\n%d\n", worst, std::memcmp(whole, forward, sizeof whole) != 0);
    for (int block : {1, 7, 64, 1000}) {
        model.reset();
        for (int i = 0; i < 1000; i += block) {
            const int n = i + block > 1000 ? 1000 - i : block;
            if (!model.process(n, {x + i, n}, {y + i, n})) return 3;
        }
        int differ = 0;
        for (int i = 0; i < 1000; ++i) differ += std::memcmp(&y[i], &whole[i], sizeof(float)) != 0;
        std::printf("%d\n", differ);
    }
    return model.process(1001, {x, 1000}, {y, 1000}) ? 4 : 0;
}
)";

// 1,000 steps of a contracting recurrence, each of some 20 roundings of 6e-8.
constexpr double kBound = 1e-5;

TEST(Process, BlocksOfAnySizeAreTheSignalAtOnce) {
    const ScratchFolder folder;
    folder.write("amp_lstm.nn", read_text(source_path("models/amp_lstm.nn")));
    folder.write("main.cpp", std::string(kProgram));
    const RunResult run = run_with_model(folder, "amp_lstm", {"-D", "time<=1000"});
    EXPECT_EQ(run.exit_code, 0) << run.errors;
    const std::vector<std::string> lines = split_lines(run.output);
    ASSERT_GE(lines.size(), 6U) << run.output;
    EXPECT_LT(std::stod(lines[0]), kBound);
    EXPECT_GT(std::stod(lines[0]), 0);
    for (std::size_t k = 1; k < 6; ++k) EXPECT_EQ(lines[k], "0") << run.output;
}

}  // namespace
}  // namespace nncc::testing
