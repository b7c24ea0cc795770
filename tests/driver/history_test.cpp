// Live signals through causal convolutions and pools: blocks of any size are the signal at once, bit for bit, `reset`
// forgets, and what reaches back is no more than the model says. What looks ahead gives the same so many steps later.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "run_nncc.h"

namespace nncc::testing {
namespace {

// Prints how many samples of each block size differ by bits from `forward`; then how many outputs of a signal differ
// when its first sample does: what the model remembers, and then whether all of it follows the change.
constexpr std::string_view kHistoryProgram = R"(
#include "{0}.h"
#include <cstdio>
#include <cstring>
#include <initializer_list>
static {0}::Weights w;
static {0}::Packed packed;
static float x[1000], whole[1000], y[1000], other[1000];
static {0}::Model<1> model(packed);
int main() {{
    {0}::initialize(w, 7);
    {0}::pack(w, packed);
    for (int i = 0; i < 1000; ++i) x[i] = float((i * 7919) % 1000) / 500 - 1;
    if (!model.forward(1000, {{x, 1000}}, {{whole, 1000}})) return 2;
    for (int block : {{1, 7, 64, 1000}}) {{
        model.reset();
        for (int i = 0; i < 1000; i += block) {{
            const int n = i + block > 1000 ? 1000 - i : block;
            if (!model.process(n, {{x + i, n}}, {{y + i, n}})) return 3;
        }}
        int differ = 0;
        for (int i = 0; i < 1000; ++i) differ += std::memcmp(&y[i], &whole[i], sizeof(float)) != 0;
        std::printf("%d\n", differ);
    }}
    x[0] += 1;
    if (!model.forward(1000, {{x, 1000}}, {{other, 1000}})) return 2;
    int last = -1;
    for (int i = 0; i < 1000; ++i) last = other[i] != whole[i] ? i : last;
    std::printf("%d\n", last);
    return model.process(1001, {{x, 1000}}, {{y, 1000}}) ? 4 : 0;
}}
)";

struct Case {
    const char* name;
    const char* text;
    int reach;  // steps that follow from one
};

constexpr Case kCases[] = {
    // Dilated convolutions with gates: two that reach equally far back share what is kept.
    {"gated", R"(
fn gated_block(x: f32[batch, time, channels], dilation: int) -> f32[batch, time, channels] {
    let value = conv1d(x, channels, kernel = 3, padding = "causal", dilation = dilation)
    let gate  = conv1d(x, channels, kernel = 3, padding = "causal", dilation = dilation)
    x + dense(tanh(value) * sigmoid(gate), channels)
}

model gated(audio: f32[batch, time, 1]) -> f32[batch, time, 1] {
    let x = audio |> conv1d(8, kernel = 3, padding = "causal")
    let x = for layer in 0..5 carry x { gated_block(x, dilation = 2 ** layer) }
    x |> relu |> dense(1)
}
)",
     2 * (1 + 1 + 2 + 4 + 8 + 16)},
    // Padding on both sides and the end cut off again, a pool, a product of windows, a constant put in front.
    {"shifted", R"(
model shifted(x: f32[batch, time, 1]) -> f32[batch, time, 1] {
    let both   = pad(x, [[0, 0], [4, 4], [0, 0]]) |> conv1d(3, kernel = 5) |> relu
    let cut    = both[:, :-4]
    let pooled = max_pool(cut, 3, stride = 1, padding = "causal") + average_pool(cut, 4, stride = 1, padding = "causal")
    let before = concatenate([fill([batch, 2, 3], 0.5), pooled], axis = 1) |> max_pool(3, stride = 1)
    dense(before * cut, 1)
}
)",
     4 + 3 + 2},
    // Step numbers go on.
    {"counted", R"(
model counted(x: f32[batch, time, 1]) -> f32[batch, time, 1] {
    let steps = broadcast(reshape(f32(iota(time)), [time, 1]), shape(x))
    let y     = scan [xt, t] in [x, 0..time] along time { yield xt * f32(t) }
    y + x * cos(0.1 * steps) |> conv1d(1, kernel = 3, padding = "causal")
}
)",
     2},
    // A recurrence behind a convolution and a convolution behind the recurrence.
    {"mixed", R"(
model mixed(x: f32[batch, time, 1]) -> f32[batch, time, 1] {
    x |> conv1d(4, kernel = 3, padding = "causal") |> gru(4) |> conv1d(1, kernel = 3, dilation = 2, padding = "causal")
}
)",
     1000},
};

class History : public ::testing::TestWithParam<Case> {};

TEST_P(History, BlocksOfAnySizeAreTheSignalAtOnce) {
    const Case& one = GetParam();
    const ScratchFolder folder;
    const std::string name = one.name;
    folder.write(name + ".nn", one.text);
    folder.write("main.cpp", fmt::format(kHistoryProgram, name));
    const RunResult run = run_with_model(folder, name, {"-D", "time<=1000"});
    EXPECT_EQ(run.exit_code, 0) << run.errors;
    const std::vector<std::string> lines = split_lines(run.output);
    ASSERT_EQ(lines.size(), 5U) << run.output;
    for (std::size_t k = 0; k < 4; ++k) EXPECT_EQ(lines[k], "0") << run.output;
    const int last = std::stoi(lines[4]);
    EXPECT_GT(last, 0);
    EXPECT_LE(last, one.reach);
}

INSTANTIATE_TEST_SUITE_P(Models, History, ::testing::ValuesIn(kCases),
                         [](const auto& instance) { return std::string(instance.param.name); });

// Prints the latency; then for each size of blocks how many samples differ by bits from forward's so much earlier.
constexpr std::string_view kLatencyProgram = R"(
#include "{0}.h"
#include "{0}_c.h"
#include <cstdio>
#include <cstring>
#include <initializer_list>
static {0}::Weights w;
static {0}::Packed packed;
static float x[300], whole[300], y[300];
static {0}::Model<1> model(packed);
int main() {{
    {0}::initialize(w, 7);
    float* all = reinterpret_cast<float*>(&w);
    for (unsigned k = 0; k < sizeof w / sizeof(float); ++k) all[k] += 0.01F * float(k % 7) - 0.02F;  // biases too
    {0}::pack(w, packed);
    for (int i = 0; i < 300; ++i) x[i] = float((i * 7919) % 1000) / 500 - 1;
    if (!model.forward(300, {{x, 300}}, {{whole, 300}})) return 2;
    constexpr int kLate = {0}::Model<1>::kLatency;
    std::printf("%d\n", kLate);
    if ({0}_latency() != kLate || {0}::selftest() != 0) return 4;
    for (int block : {{1, 7, 64, 300}}) {{
        model.reset();
        for (int i = 0; i < 300; i += block) {{
            const int n = i + block > 300 ? 300 - i : block;
            if (!model.process(n, {{x + i, n}}, {{y + i, n}})) return 3;
        }}
        int differ = 0;
        for (int i = 0; i + kLate < 300; ++i) differ += std::memcmp(&y[i + kLate], &whole[i], sizeof(float)) != 0;
        std::printf("%d\n", differ);
    }}
    return 0;
}}
)";

struct LateCase {
    const char* name;
    const char* text;
    const char* latency;
};

constexpr LateCase kLateCases[] = {
    // Convolutions one behind the other see zeros before the first step, not what the first makes of zeros; what joins
    // them waits.
    {"same", R"(
fn gated(x: f32[batch, time, n], dilation: int) -> f32[batch, time, n] {
    let value = conv1d(x, n, kernel = 3, padding = "same", dilation = dilation)
    let gate  = conv1d(x, n, kernel = 5, padding = "causal")
    x + tanh(value) * sigmoid(gate)
}

model same(x: f32[batch, time, 1]) -> f32[batch, time, 1] {
    let first = x |> conv1d(4, kernel = 4, padding = "same") |> relu
    first |> gated(1) |> gated(4) |> dense(1) |> residual(fn(q) { conv1d(q, 1, kernel = 3, padding = "same") })
}
)",
     "8"},
    // Pools, paddings with numbers of their own, a recurrence and step numbers in front.
    {"padded", R"(
model padded(x: f32[batch, time, 1]) -> f32[batch, time, 1] {
    let steps  = broadcast(reshape(f32(iota(time)), [time, 1]), [batch, time, 3])
    let y      = gru(x, 3) + 0.01 * steps
    let pooled = max_pool(y, 3, stride = 1, padding = "same") - average_pool(y, 5, stride = 1, padding = "same")
    let wide   = pad(pooled, [[0, 0], [2, 2], [0, 0]], value = 0.5) |> conv1d(3, kernel = 5)
    dense(wide * y, 1)
}
)",
     "4"},
    // What recurrences carry begins with the first step of what is late.
    {"recurrent", R"(
model recurrent(x: f32[batch, time, 1]) -> f32[batch, time, 1] {
    let a = x |> conv1d(3, kernel = 5, padding = "same") |> gru(4)
    let b = a |> conv1d(3, kernel = 3, padding = "same") |> lstm(3) |> dense(1)
    b + scan xt in conv1d(a, 1, kernel = 3, dilation = 2, padding = "same") along time { yield smooth(xt) }
}

fn smooth(xt: f32[batch, n]) {
    stream h: f32[batch, n] = ones
    stream count: i32[batch] = zeros
    count <- count + 1
    h <- 0.5 * h + xt
    h + reshape(f32(count), [batch, 1]) / 100.0
}
)",
     "4"},
    // Slices from a later step on, windows without padding, an end cut off; what reaches back makes up for a look
    // ahead.
    {"shifted", R"(
model shifted(x: f32[batch, time, 1]) -> f32[batch, time, 1] {
    let ahead = concatenate([x[:, 2:], fill([batch, 2, 1], 0.25)], axis = 1)
    let back  = pad(ahead[:, :-3], [[0, 0], [3, 0], [0, 0]])
    let inner = conv1d(x, 2, kernel = 5) + x[:, 2:-2] |> max_pool(3, stride = 1)
    let up    = pad(inner, [[0, 0], [3, 3], [0, 0]], value = -0.5)
    let wave  = pad(ahead, [[0, 0], [4, 4], [0, 0]]) |> conv1d(2, kernel = 5)
    dense(up + wave[:, :-4], 1) + back
}
)",
     "3"},
    // Indices and masks.
    {"chosen", R"(
model chosen(x: f32[batch, time, 1]) -> f32[batch, time, 1] {
    let y     = x |> conv1d(1, kernel = 3, padding = "same")
    let index = i32(floor(4.0 * sigmoid(y)))
    let wide  = conv1d(x, 3, kernel = 7, padding = "same")
    where(x > 0.25, embedding(reshape(index, [batch, time]), 4, 3), wide) |> dense(1)
}
)",
     "3"},
};

class Latency : public ::testing::TestWithParam<LateCase> {};

TEST_P(Latency, OutputsAreThoseOfForwardSoMuchLater) {
    const LateCase& one = GetParam();
    const ScratchFolder folder;
    const std::string name = one.name;
    folder.write(name + ".nn", one.text);
    folder.write("main.cpp", fmt::format(kLatencyProgram, name));
    const RunResult run = run_with_model(folder, name, {"-D", "time<=300"});
    EXPECT_EQ(run.exit_code, 0) << run.errors;
    const std::vector<std::string> lines = split_lines(run.output);
    ASSERT_EQ(lines.size(), 5U) << run.output;
    EXPECT_EQ(lines[0], one.latency);
    for (std::size_t k = 1; k < 5; ++k) EXPECT_EQ(lines[k], "0") << run.output;
}

INSTANTIATE_TEST_SUITE_P(Models, Latency, ::testing::ValuesIn(kLateCases),
                         [](const auto& instance) { return std::string(instance.param.name); });

}  // namespace
}  // namespace nncc::testing
