// Convolutions and windows through the passes: the same as evaluated, with gradients, expanded, fused and planned.
#include <gtest/gtest.h>

#include "mlp.h"
#include "ops/build.h"
#include "ops/record.h"
#include "ops/windows.h"
#include "passes/differentiate.h"
#include "passes/fuse.h"
#include "passes/pass.h"
#include "passes/plan_memory.h"
#include "random_graph.h"
#include "run_plan.h"

namespace nncc::testing {
namespace {

struct Example {
    Graph graph;
    Bindings<double> bindings;
};

// sum(weight * op(operands)) and its gradients by every operand.
Example with_gradients(const OpRecord& op, Random& random) {
    std::optional<Application> application;
    while (!application || !is_floating(application->operands[0].dtype))
        application = random_application(op, random, DType::kF64);
    GraphBuilder builder("one");
    Example example;
    std::vector<Value> operands;
    const auto input = [&](const std::string& name, const Type& type) {
        example.bindings.inputs[name] = random_tensor(type, random);
        return builder.add("input", {}, {{"name", name}, {"type", type}});
    };
    for (std::size_t k = 0; k < application->operands.size(); ++k)
        operands.push_back(input(fmt::format("o{}", k), application->operands[k]));
    const Value result = builder.add(op, operands, application->attributes);
    const Value weight = input("weight", Type(builder.type(result)));
    Axes all;
    for (std::int64_t axis = 0; axis < builder.type(result).rank(); ++axis) all.push_back(axis);
    const Value loss = reduce_sum(builder, multiply(builder, result, weight), all);
    builder.output("result", result);
    const std::vector<Value> gradients = *differentiate(builder, loss, operands);
    for (std::size_t k = 0; k < gradients.size(); ++k) builder.output(fmt::format("d{}", k), gradients[k]);
    example.graph = std::move(builder).finish();
    return example;
}

class Sliding : public ::testing::TestWithParam<std::string> {};

TEST_P(Sliding, IsTheSameExpandedFusedAndPlanned) {
    Random random(29);
    int kept = 0, products = 0;
    for (int round = 0; round < 60; ++round) {
        const Example example = with_gradients(op_named(GetParam()), random);
        const Evaluation<double> expected = evaluate(example.graph, example.bindings);
        const Graph prepared = simplify(expand(simplify(example.graph)));
        ASSERT_EQ(verify(prepared), std::nullopt);
        for (const Node& node : prepared.nodes()) {
            kept += node.op->name == "convolution" ? 1 : 0;
            products += node.op->name == "einsum" ? 1 : 0;
        }
        // Sums of a few hundred products in another order.
        ASSERT_LE(largest_difference(expected, evaluate(prepared, example.bindings)), 1e-12)
            << print_graph(example.graph) << print_graph(prepared);
        for (FuseLevel level : {FuseLevel::kIsolate, FuseLevel::kFull}) {
            Expected<Plan> plan = plan_memory(fuse(prepared, level), {});
            ASSERT_TRUE(plan) << plan.error().message;
            ASSERT_EQ(verify(*plan, {}), std::nullopt);
            ASSERT_LE(largest_difference(expected, run_plan(*plan, example.bindings)), 1e-12) << print_plan(*plan);
        }
    }
    // Of both kinds: those with a kernel of their own, and matrix products.
    if (GetParam() == "convolution") {
        EXPECT_GT(kept, 10);
        EXPECT_GT(products, 10);
    }
}

INSTANTIATE_TEST_SUITE_P(Ops, Sliding, ::testing::Values("convolution", "window", "overlap_add"),
                         [](const auto& test) { return test.param; });

int nodes_of(const Graph& graph, std::string_view op) {
    int count = 0;
    for (const Node& node : graph.nodes()) count += node.op->name == op ? 1 : 0;
    return count;
}

// The forward pass reads x where it lies; the gradient by the kernel is one product with its windows, not transposed.
TEST(Convolution, GradientByTheKernelIsOneProductWithWindows) {
    GraphBuilder b("conv");
    const Type x{DType::kF32, {4, 8, 8, 3}}, w{DType::kF32, {3, 3, 3, 5}};
    const Value image = b.add("input", {}, {{"name", std::string("x")}, {"type", x}});
    const Value kernel = b.add("input", {}, {{"name", std::string("w")}, {"type", w}});
    ConvolutionForm form{{2, 2}, {1, 1}, {1, 1}, {1, 1}, {1, 1}, 1, 1};
    const Value result = convolution(b, image, kernel, form);
    b.output("d", (*differentiate(b, reduce_sum(b, multiply(b, result, result), {0, 1, 2, 3}), {kernel}))[0]);
    b.output("result", result);
    const Graph prepared = simplify(expand(simplify(std::move(b).finish())));
    EXPECT_EQ(nodes_of(prepared, "window"), 1) << print_graph(prepared);
    EXPECT_EQ(nodes_of(prepared, "pad"), 1);
    EXPECT_EQ(nodes_of(prepared, "einsum"), 1);
    EXPECT_EQ(nodes_of(prepared, "convolution"), 1);
    EXPECT_EQ(nodes_of(prepared, "transpose"), 0);
}

}  // namespace
}  // namespace nncc::testing
