// Several batches of forward in one emitted file: one set of packed weights serves them all, row by row.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "run_nncc.h"

namespace nncc::testing {
namespace {

struct BatchesCase {
    const char* name;
    const char* model;
    int inputs, outputs;  // elements of a row
};

class SeveralBatches : public ::testing::TestWithParam<BatchesCase> {};

TEST_P(SeveralBatches, GiveEachRowWhatBatchOneGives) {
    const BatchesCase& given = GetParam();
    const std::string program = fmt::format(R"(#include "m.h"
#include <cmath>
#include <cstdio>
static m::Weights weights;
static m::Packed packed;
constexpr int kInputs = {}, kOutputs = {};
static float x[5 * kInputs], one[5 * kOutputs], five[5 * kOutputs], three[3 * kOutputs];
int main() {{
    m::initialize(weights, 1);
    unsigned bits = 1;
    for (float& value : x) value = float((bits = bits * 1664525u + 1013904223u) >> 8) / float(1 << 24) - 0.3F;
    m::pack(weights, packed);
    m::Model<1> first(packed);
    m::Model<3> second(packed);
    m::Model<5> third(packed);
    for (int row = 0; row < 5; ++row)
        first.forward(nncc::In<float, kInputs>(x + row * kInputs), nncc::Out<float, kOutputs>(one + row * kOutputs));
    second.forward(nncc::In<float, 3, kInputs>(x), nncc::Out<float, 3, kOutputs>(three));
    third.forward(nncc::In<float, 5, kInputs>(x), nncc::Out<float, 5, kOutputs>(five));
    float largest = 0, difference = 0;
    for (int k = 0; k < 5 * kOutputs; ++k) {{
        largest = std::fmax(largest, std::fabs(one[k]));
        difference = std::fmax(difference, std::fabs(five[k] - one[k]));
        if (k < 3 * kOutputs) difference = std::fmax(difference, std::fabs(three[k] - one[k]));
    }}
    std::printf("%s %s\n", largest > 0.01F ? "moves" : "zero", difference <= 2e-6F * largest ? "same" : "differs");
    return m::selftest();
}}
)",
                                            given.inputs, given.outputs);
    const RunResult result = run_emitted(given.model, program, {"-D", "batch=1,3,5"});
    EXPECT_EQ(result.exit_code, 0) << result.errors;
    EXPECT_EQ(result.output, "moves same\n");
}

// At batch 1 a broadcast of one row is a reshape, and what comes of weights alone is smaller than at others.
INSTANTIATE_TEST_SUITE_P(
    Layers, SeveralBatches,
    ::testing::Values(
        BatchesCase{"dense",
                    "model m(x: f32[batch, 6]) -> f32[batch, 3] {\n    x |> standardize |> dense(8) |> relu |> "
                    "dense(3) |> softmax\n}\n",
                    6, 3},
        BatchesCase{"batch_norm",
                    "model m(x: f32[batch, 6]) -> f32[batch, 3] {\n    x |> dense(8) |> batch_norm |> relu |> "
                    "dense(3) |> batch_norm\n}\n",
                    6, 3},
        BatchesCase{"convolution",
                    "model m(x: f32[batch, 36]) -> f32[batch, 4] {\n    reshape(x, [batch, 6, 6, 1]) |> conv2d(8, 3) "
                    "|> batch_norm |> relu |> flatten |> dense(4)\n}\n",
                    36, 4},
        BatchesCase{"layer_norm",
                    "model m(x: f32[batch, 6]) -> f32[batch, 3] {\n    x |> dense(8) |> layer_norm |> gelu |> "
                    "dense(3)\n}\n",
                    6, 3}),
    [](const auto& instance) { return std::string(instance.param.name); });

}  // namespace
}  // namespace nncc::testing
