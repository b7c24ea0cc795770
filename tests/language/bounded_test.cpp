// Bounded dimensions: `time <= 64` stays free at run time; emitted functions agree with the evaluator at every length.
#include <gtest/gtest.h>

#include "base/file.h"
#include "emitted_model.h"

namespace nncc::testing {
namespace {

// f32 with sums of at most a few hundred terms of order 1, through a softmax: relative errors stay far below.
constexpr double kForwardBound = 2e-5;

Dims length(std::int64_t time) { return {{"time", time}}; }

constexpr const char* kAttention = R"(
fn positions(length: int, width: int) -> f32[length, width] {
    param w: f32[length, width] = uniform(-1.0, 1.0)
    w
}

model m(x: f32[batch, time <= 24, 6]) -> [weighted: f32[batch, time, 6], middle: f32[batch, 6]] {
    let y = x + positions(time, 6)
    let q = y |> dense(6)
    let k = y |> dense(6)
    let weights = einsum("bte, bse -> bts", q, k) / sqrt(6) |> causal_mask |> softmax
    let z = weights @ y
    [z, mean(z, axis = time) + z[:, -1]]
}
)";

TEST(Bounded, AttentionAgreesWithTheEvaluatorAtEveryLength) {
    EmittedModel model(kAttention);
    ASSERT_TRUE(model.is_valid());
    EXPECT_EQ(model.storages().at("positions_1.w").extents, (Extents{24, 6}));  // the parameter owns its bound
    EXPECT_NE(model.files().header.find("bool forward(int time, nncc::In<float> x"), std::string::npos)
        << model.files().header;
    for (std::int64_t time = 1; time <= 24; ++time) {
        const Tensors inputs{{"x", random_tensor(DType::kF32, {1, time, 6}, -1, 1, static_cast<unsigned>(time))}};
        std::optional<Tensors> actual = model.forward(inputs, length(time));
        ASSERT_TRUE(actual) << time;
        for (const auto& [name, tensor] : model.expected_forward(inputs, length(time)))
            EXPECT_LT(distance(actual->at(name), tensor), kForwardBound) << name << " at " << time;
    }
}

TEST(Bounded, WhatIsTooLongIsRefusedAndNothingWritten) {
    EmittedModel model(kAttention);
    ASSERT_TRUE(model.is_valid());
    const Tensors inputs{{"x", random_tensor(DType::kF32, {1, 25, 6}, -1, 1, 3)}};
    EXPECT_FALSE(model.forward(inputs, length(25)));
    EXPECT_TRUE(model.untouched());
    EXPECT_FALSE(model.forward(inputs, length(-1)));
    EXPECT_TRUE(model.forward(inputs, length(24)));
}

TEST(Bounded, AnExtentMadeOfABoundedOneDoesTheSame) {
    EmittedModel model(R"(
model m(x: f32[batch, time, 3]) -> f32[batch, time, 3] {
    param scale: f32[2 * time + 1, 3] = uniform(0.5, 1.5)
    x * sum(scale, axis = 0)
}
)",
                       {.defines = {{"time", "<=6"}}});
    ASSERT_TRUE(model.is_valid());
    EXPECT_EQ(model.storages().at("scale").extents, (Extents{13, 3}));
    for (std::int64_t time : {1, 4, 6}) {
        const Tensors inputs{{"x", random_tensor(DType::kF32, {1, time, 3}, -1, 1, 5)}};
        EXPECT_LT(distance(model.forward(inputs, length(time))->at("output"),
                           model.expected_forward(inputs, length(time)).at("output")),
                  kForwardBound);
    }
}

// Neighbours and their differences: from a start on, up to an end, up to a dimension.
TEST(Bounded, SlicesEndBeforeAFreeAxisDoes) {
    EmittedModel model(R"(
model m(x: f32[batch, time <= 9, 3]) -> [change: f32[batch, time - 1, 3], inner: f32[batch, time - 2, 2]] {
    let later = x[:, 1:]
    [later - x[:, :-1], later[:, :time - 2, 1:] * x[:, 1:-1, :-1]]
}
)");
    ASSERT_TRUE(model.is_valid());
    for (std::int64_t time : {2, 3, 9}) {
        const Tensor<double> x = random_tensor(DType::kF32, {1, time, 3}, -1, 1, 5);
        const std::optional<Tensors> actual = model.forward({{"x", x}}, length(time));
        ASSERT_TRUE(actual) << time;
        const Tensor<double>& change = actual->at("change");
        const Tensor<double>& inner = actual->at("inner");
        ASSERT_EQ(change.elements.size(), 3 * (time - 1));
        ASSERT_EQ(inner.elements.size(), 2 * (time - 2));
        for (Eigen::Index k = 0; k < change.elements.size(); ++k)
            EXPECT_NEAR(change.elements[k], x.elements[k + 3] - x.elements[k], 1e-6);
        for (Eigen::Index t = 0; t + 2 < time; ++t) {
            for (Eigen::Index c = 0; c < 2; ++c)
                EXPECT_NEAR(inner.elements[2 * t + c], x.elements[3 * (t + 1) + c + 1] * x.elements[3 * (t + 1) + c],
                            1e-6);
        }
    }
}

TEST(Bounded, CharGptAgreesWithTheEvaluator) {
    Expected<std::string> text = read_file(std::string(NNCC_SOURCE_DIR) + "/models/char_gpt.nn");
    ASSERT_TRUE(text);
    EmittedModel model(*text, {.defines = {{"time", "<=64"}, {"layers", "2"}}});
    ASSERT_TRUE(model.is_valid());
    EXPECT_EQ(model.storages().at("positional_embedding_1.w").extents, (Extents{64, 128}));
    for (std::int64_t time : {1, 5, 64}) {
        const Tensors inputs{{"tokens", random_tensor(DType::kI32, {1, time}, 0, 65, 11)}};
        std::optional<Tensors> actual = model.forward(inputs, length(time));
        ASSERT_TRUE(actual) << time;
        EXPECT_LT(distance(actual->at("output"), model.expected_forward(inputs, length(time)).at("output")), 1e-4)
            << time;
    }
    EXPECT_FALSE(model.forward({{"tokens", random_tensor(DType::kI32, {1, 65}, 0, 65, 11)}}, length(65)));
}

// Only the rows that are read get a gradient; Adam leaves the rest where it was.
TEST(Bounded, TrainingMovesTheRowsThatAreRead) {
    EmittedModel model(R"(
model m(x: f32[batch, time <= 8, 3]) -> f32[batch, time, 3] {
    param w: f32[time, 3] = uniform(-1.0, 1.0)
    dense(x, 3) + w
}

train m {
    data      = npz("rows.npz")
    x         = array("x")
    y         = array("y")
    loss      = mean((output - y) ** 2) + 0.01 * sum(derivative(fn(q) { q ** 3 }, output))
    optimizer = sgd(0.1)
}
)",
                       {.train_batch = 2});
    ASSERT_TRUE(model.is_valid());
    model.start(3);
    const Tensors arguments{{"x", random_tensor(DType::kF32, {2, 5, 3}, -1, 1, 1)},
                            {"y", random_tensor(DType::kF32, {2, 5, 3}, -1, 1, 2)}};
    for (int step = 0; step < 3; ++step)
        EXPECT_NEAR(model.step(arguments, length(5)), model.expected_step(arguments, length(5)), 1e-5);
    const Tensor<double> trained = model.trained().at("w");
    EXPECT_LT(distance(trained, model.expected_trained().at("w")), 1e-5);
    const Tensor<double>& start = model.storages().at("w");
    for (Eigen::Index k = 0; k < 24; ++k) EXPECT_EQ(trained.elements[k] == start.elements[k], k >= 15) << k;
}

}  // namespace
}  // namespace nncc::testing
