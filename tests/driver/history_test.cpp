// Live signals through causal convolutions and pools: blocks of any size are the signal at once, bit for bit, `reset`
// forgets, and what reaches back is no more than the model says.
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
    ScratchFolder folder;
    const std::string name = one.name;
    folder.write(name + ".nn", one.text);
    folder.write("main.cpp", fmt::format(kHistoryProgram, name));
    const RunResult emitted =
        run_nncc({name + ".nn", "-D", "time<=1000", "-o", name + ".cpp"}, {.folder = folder.path()});
    ASSERT_EQ(emitted.exit_code, 0) << emitted.errors;
    const RunResult compiled = run_program({"g++", "-std=c++20", "-O1", "-march=native", "-fsanitize=address,undefined",
                                            "-I", source_path("runtime"), "main.cpp", name + ".cpp", "-o", "live"},
                                           {.folder = folder.path()});
    ASSERT_EQ(compiled.exit_code, 0) << compiled.errors;
    const RunResult run = run_program({folder.file("live")}, {.folder = folder.path()});
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

}  // namespace
}  // namespace nncc::testing
