// Causal attention and positions on live signals: blocks of any size give the same bits, and what `forward` gives for
// all steps at once (kLatency later where a model looks ahead), until the bound; then nothing more until `reset`.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "run_nncc.h"

namespace nncc::testing {
namespace {

// Prints the largest difference between blocks of 64 and `forward` over all steps, which they are late by kLatency to,
// then for each other size of blocks how many outputs differ by bits from those; then how many differ when another
// signal went before a `reset`.
constexpr std::string_view kAttentionProgram = R"(
#include "{0}.h"
#include "{0}_c.h"
#include <cmath>
#include <cstdio>
#include <cstring>
#include <initializer_list>
constexpr int kSteps = 64, kIn = {1}, kOut = {2};
static {0}::Weights w;
static {0}::Packed packed;
static {3} x[kSteps * kIn];
static float whole[kSteps * kOut], first[kSteps * kOut], y[kSteps * kOut];
static {0}::Model<1> model(packed);
constexpr int kLate = {5} * kOut;
static bool run(int block) {{
    for (float& value : y) value = 7;
    for (int t = 0; t < kSteps; t += block) {{
        const int n = t + block > kSteps ? kSteps - t : block;
        if (!model.process(n, {{x + t * kIn, n * kIn}}, {{y + t * kOut, n * kOut}})) return false;
    }}
    return true;
}}
int main() {{
    {0}::initialize(w, 7);
    {0}::pack(w, packed);
    for (int i = 0; i < kSteps * kIn; ++i) x[i] = {3}({4});
    if (!model.forward(kSteps, {{x, kSteps * kIn}}, {{whole, kSteps * kOut}})) return 2;
    if (!run(64)) return 3;
    std::memcpy(first, y, sizeof y);
    double worst = 0, largest = 0;
    for (int i = 0; i + kLate < kSteps * kOut; ++i) {{
        worst = std::fmax(worst, std::fabs(double(first[i + kLate]) - double(whole[i])));
        largest = std::fmax(largest, std::fabs(double(whole[i])));
    }}
    std::printf("%.2e\n%.2e\n", worst, largest);
    for (int block : {{1, 7, 37}}) {{
        model.reset();
        if (!run(block)) return 4;
        int differ = 0;
        for (int i = 0; i < kSteps * kOut; ++i) differ += std::memcmp(&y[i], &first[i], sizeof(float)) != 0;
        std::printf("%d\n", differ);
    }}
    for (float& value : y) value = 7;
    if ({0}_process(&model, 1, x, y) != 0) return 5;
    for (float value : y) if (value != 7) return 6;
    {0}_reset(&model);
    if (!model.process(60, {{x + 4 * kIn, 60 * kIn}}, {{y, 60 * kOut}})) return 7;
    if (model.process(5, {{x, 5 * kIn}}, {{y, 5 * kOut}})) return 8;
    if (!model.process(4, {{x, 4 * kIn}}, {{y, 4 * kOut}})) return 9;
    model.reset();
    if (!run(64)) return 10;
    std::printf("%d\n", std::memcmp(y, first, sizeof y) != 0);
    return 0;
}}
)";

struct AttentionCase {
    const char* name;
    const char* text;
    int in = 8, out = 8;
    bool tokens = false;
    int latency = 0;
};

constexpr AttentionCase kAttentionCases[] = {
    // Attention written by hand, a table of positions.
    {"gpt", R"(
fn attention(x: f32[batch, time, width], heads: int) -> f32[batch, time, width] {
    let qkv     = x |> dense(3 * width) |> reshape([batch, time, 3, heads, width / heads])
    let [q, k, v] = unstack(qkv, axis = 2)
    let scores  = einsum("bthd, bshd -> bhts", q, k) / sqrt(width / heads)
    let weights = scores |> causal_mask |> softmax
    einsum("bhts, bshd -> bthd", weights, v) |> reshape([batch, time, width]) |> dense(width)
}

fn block(x: f32[batch, time, width], heads: int) -> f32[batch, time, width] {
    let y = x + attention(layer_norm(x), heads)
    y + (layer_norm(y) |> dense(4 * width) |> gelu |> dense(width))
}

model gpt(tokens: i32[batch, time], vocabulary: int = 65, layers: int = 2) -> f32[batch, time, vocabulary] {
    let x = embedding(tokens, vocabulary, 32) + positional_embedding(time, 32)
    let x = for layer in 0..layers carry x { block(x, heads = 4) }
    x |> layer_norm |> dense(vocabulary, bias = false)
}
)",
     1, 65, true},
    // Rotary positions, groups of heads that share keys and values.
    {"rotary", R"(
model rotary(x: f32[batch, time, 8]) -> f32[batch, time, 8] {
    let y = x + (dense(x, 16) |> multi_head_attention(heads = 4, shared_heads = 2, causal = true, rotary = true) |> dense(8))
    y + (y |> layer_norm |> multi_head_attention(heads = 2, causal = true, rotary = true))
}
)"},
    // Fixed positions, a convolution and a recurrence before and behind.
    {"mixed", R"(
model mixed(x: f32[batch, time, 8]) -> f32[batch, time, 8] {
    x + sinusoidal_positions(time, 8)
      |> conv1d(8, kernel = 3, padding = "causal")
      |> multi_head_attention(heads = 2, causal = true)
      |> gru(8)
      |> transformer_block(heads = 4, causal = true, norm_first = false)
      |> conv1d(8, kernel = 3, padding = "causal")
}
)"},
    // Masks of other kinds: a window, distances that weigh, an average by hand, a table for pairs of steps, a product
    // without softmax.
    {"masks", R"(
model masks(x: f32[batch, time, 8]) -> f32[batch, time, 8] {
    param table: f32[time, time] = uniform(-1.0, 1.0)
    let row      = broadcast(reshape(iota(time), [time, 1]), [time, time])
    let column   = broadcast(reshape(iota(time), [1, time]), [time, time])
    let scores   = einsum("btd, bsd -> bts", dense(x, 4), dense(x, 4))
    let near     = broadcast(column <= row && row - column < 5, [batch, time, time])
    let windowed = where(near, scores, -1e9) |> softmax
    let distance = broadcast(f32(row - column) * -0.3, [batch, time, time])
    let hidden   = broadcast(where(column > row, -1e9, table), [batch, time, time])
    let biased   = scores + distance + hidden |> softmax
    let ones     = f32(column <= row)
    let average  = ones / broadcast(sum(ones, axis = 1, keep = true), [time, time])
    let linear   = where(broadcast(column <= row, [batch, time, time]), scores, 0.0)
    let e        = exp(windowed - 1.0) * broadcast(f32(column <= row), [batch, time, time])
    windowed @ x + biased @ x + einsum("ts, bsd -> btd", average, x) + linear @ x + e @ dense(x, 8)
}
)"},
    // What looks ahead behind attention.
    {"ahead", R"(
model ahead(x: f32[batch, time, 8]) -> f32[batch, time, 8] {
    let y = x + (layer_norm(x) |> multi_head_attention(heads = 2, causal = true, rotary = true))
    let z = y |> conv1d(8, kernel = 5, padding = "same") |> relu
    y + (z |> gru(8) |> conv1d(8, kernel = 3, padding = "same"))
}
)",
     8, 8, false, 3},
};

class AttentionProcess : public ::testing::TestWithParam<AttentionCase> {};

// Of numbers around 1 that come of chains of sums of at most 64 products, each rounded to 6e-8.
constexpr double kRelativeRounding = 2e-5;

TEST_P(AttentionProcess, BlocksOfAnySizeAreAllStepsAtOnce) {
    const AttentionCase& one = GetParam();
    const ScratchFolder folder;
    const std::string name = one.name;
    folder.write(name + ".nn", one.text);
    folder.write("main.cpp", fmt::format(kAttentionProgram, name, one.in, one.out, one.tokens ? "int" : "float",
                                         one.tokens ? "(i * 7919) % 65" : "float((i * 7919) % 1000) / 500 - 1",
                                         one.latency > 0 ? name + "::Model<1>::kLatency" : "0"));
    const RunResult run = run_with_model(folder, name, {"-D", "time<=64"});
    if (one.latency > 0) {
        EXPECT_NE(read_text(folder.file(name + ".h")).find(fmt::format("kLatency = {};", one.latency)),
                  std::string::npos);
    }
    EXPECT_EQ(run.exit_code, 0) << run.errors;
    const std::vector<std::string> lines = split_lines(run.output);
    ASSERT_EQ(lines.size(), 6U) << run.output;
    const double largest = std::stod(lines[1]);
    EXPECT_GT(largest, 0.1);
    EXPECT_LT(std::stod(lines[0]), kRelativeRounding * largest);
    for (std::size_t k = 2; k < 6; ++k) EXPECT_EQ(lines[k], "0") << run.output;
}

INSTANTIATE_TEST_SUITE_P(Models, AttentionProcess, ::testing::ValuesIn(kAttentionCases),
                         [](const auto& instance) { return std::string(instance.param.name); });

}  // namespace
}  // namespace nncc::testing
