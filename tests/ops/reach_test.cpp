// How far an op says that it reaches along an axis, against which elements of its result follow a change of one
// operand's.
#include <gtest/gtest.h>

#include <algorithm>

#include "ops/build.h"
#include "ops/record.h"
#include "ops/windows.h"

namespace nncc::testing {
namespace {

constexpr std::int64_t kSteps = 11;
using Make = Value (*)(GraphBuilder&, Value x);

struct Reaching {
    const char* name;
    Make make;
    std::size_t axis;
    std::optional<Reach> expected;
};

Value zero(GraphBuilder& b) {
    return b.add("constant", {}, {{"type", Type{DType::kF64, {}}}, {"value", ConstantData{{0.0}}}});
}

Value convolved(GraphBuilder& b, Value x, std::int64_t stride, std::int64_t low) {
    const Value w = b.add("constant", {}, {{"type", Type{DType::kF64, {3, 2, 2}}}, {"value", ConstantData{{1.5}}}});
    const ConvolutionForm form{.strides = {stride},
                               .low = {low},
                               .high = {1},
                               .x_dilation = {1},
                               .w_dilation = {2},
                               .groups = 1,
                               .batch_groups = 1};
    return convolution(b, x, w, form);
}

const Reaching kCases[] = {
    {"pad", [](GraphBuilder& b, Value x) { return pad(b, x, zero(b), {0, 2, 0}, {0, 1, 0}, {0, 0, 0}); }, 1,
     Reach{-2, -2, 1}},
    {"crop", [](GraphBuilder& b, Value x) { return pad(b, x, zero(b), {0, -2, 0}, {0, 1, 0}, {0, 0, 0}); }, 1,
     Reach{2, 2, 1}},
    {"spread", [](GraphBuilder& b, Value x) { return pad(b, x, zero(b), {0, 2, 0}, {0, 1, 0}, {0, 1, 0}); }, 1,
     std::nullopt},
    {"slice", [](GraphBuilder& b, Value x) { return slice(b, x, {0, 3, 0}, {1, 9, 2}, {1, 1, 1}); }, 1, Reach{3, 3, 1}},
    {"every_other", [](GraphBuilder& b, Value x) { return slice(b, x, {0, 3, 0}, {1, 9, 2}, {1, 2, 1}); }, 1,
     std::nullopt},
    {"window", [](GraphBuilder& b, Value x) { return window(b, x, {1}, {3}, {1}, {2}); }, 1, Reach{0, 4, 1}},
    {"window_before",
     [](GraphBuilder& b, Value x) { return window(b, transpose(b, x, {0, 2, 1}), {1}, {2}, {1}, {1}); }, 2,
     Reach{0, 0, 3}},
    {"window_stride", [](GraphBuilder& b, Value x) { return window(b, x, {1}, {3}, {2}, {1}); }, 1, std::nullopt},
    {"convolution", [](GraphBuilder& b, Value x) { return convolved(b, x, 1, 4); }, 1, Reach{-4, 0, 1}},
    {"convolution_ahead", [](GraphBuilder& b, Value x) { return convolved(b, x, 1, 1); }, 1, Reach{-1, 3, 1}},
    {"convolution_stride", [](GraphBuilder& b, Value x) { return convolved(b, x, 2, 4); }, 1, std::nullopt},
};

class ReachOf : public ::testing::TestWithParam<Reaching> {};

TEST_P(ReachOf, IsWhatFollowsAChange) {
    const Reaching& one = GetParam();
    GraphBuilder b("reach");
    const Value x = b.add("input", {}, {{"name", std::string("x")}, {"type", Type{DType::kF64, {1, kSteps, 2}}}});
    const Value result = one.make(b, x);
    b.output("y", result);
    const Graph graph = std::move(b).finish();
    const Node& node = graph.node(result);
    ASSERT_NE(node.op->reach, nullptr);
    const std::optional<Reach> reach = node.op->reach(graph, node, one.axis);
    EXPECT_EQ(reach, one.expected);
    if (!reach) return;
    Bindings<double> bindings;
    Tensor<double> values{DType::kF64, {1, kSteps, 2}, Eigen::ArrayXd::LinSpaced(2 * kSteps, 1, 2)};
    bindings.inputs["x"] = values;
    const Tensor<double> before = evaluate(graph, bindings).outputs.at("y");
    std::int64_t inner = 1;
    for (std::size_t axis = reach->axis + 1; axis < before.extents.size(); ++axis) inner *= before.extents[axis];
    const std::int64_t count = before.extents[reach->axis];
    for (std::int64_t step = 0; step < kSteps; ++step) {
        Tensor<double> changed = values;
        changed.elements.segment(2 * step, 2) += 1;
        bindings.inputs["x"] = changed;
        const Tensor<double> after = evaluate(graph, bindings).outputs.at("y");
        for (std::int64_t k = 0; k < after.elements.size(); ++k) {
            const std::int64_t i = k / inner % count;
            if (step < i + reach->first || step > i + reach->last) {
                EXPECT_EQ(after.elements[k], before.elements[k]) << step;
            }
            if (step == i + reach->first && reach->first == reach->last) {
                EXPECT_NE(after.elements[k], before.elements[k]);
            }
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Ops, ReachOf, ::testing::ValuesIn(kCases),
                         [](const auto& instance) { return std::string(instance.param.name); });

}  // namespace
}  // namespace nncc::testing
