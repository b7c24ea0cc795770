// Emitted code against the evaluator: every op by itself in every type.
#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "compile_and_run.h"
#include "ops/build.h"
#include "ops/random.h"
#include "random_graph.h"

namespace nncc::testing {
namespace {

// Rounds inputs to their types, so that evaluator and emitted code start from the same numbers.
void round_inputs(Bindings<double>& bindings, const Graph& graph) {
    for (const Node& node : graph.nodes()) {
        if (node.op->name != "input" || node.type().dtype != DType::kF32) continue;
        Tensor<double>& tensor = bindings.inputs.at(node.attributes.text("name"));
        for (double& element : tensor.elements) element = static_cast<double>(static_cast<float>(element));
    }
}

struct Case {
    std::string what;
    Graph graph;
    Bindings<double> bindings;
    int index = -1;
};

std::string difference(const Tensor<double>& emitted, const Tensor<double>& expected, const Tensor<double>& scale,
                       double relative, double absolute) {
    if (emitted.extents != expected.extents) return "extents differ";
    for (Eigen::Index e = 0; e < expected.size(); ++e) {
        const double a = emitted.elements[e], b = expected.elements[e];
        if (std::isnan(a) && std::isnan(b)) continue;
        if (a == b) continue;
        const double bound = relative * std::max(std::abs(b), std::abs(scale.elements[e])) + absolute;
        if (!(std::abs(a - b) <= bound))
            return fmt::format("element {}: {} instead of {}, bound {:.3g}", e, a, b, bound);
    }
    return "";
}

// The number of elements that go into one result: roundings of sums grow with it.
double depth_of(const Case& test) {
    double depth = 1;
    for (const auto& [name, tensor] : test.bindings.inputs) depth = std::max(depth, static_cast<double>(tensor.size()));
    return depth;
}

// The same with the absolute value of every input: what roundings of a sum are relative to.
Evaluation<double> magnitudes(const Case& test) {
    Bindings<double> absolute = test.bindings;
    for (auto& [name, tensor] : absolute.inputs) {
        if (is_floating(tensor.dtype)) tensor.elements = tensor.elements.abs();
    }
    return evaluate(test.graph, absolute);
}

TEST(Run, EveryOpByItself) {
    std::vector<Case> cases;
    GraphBatch batch;
    for (const OpRecord* op : all_ops()) {
        const std::set<std::string_view> others{"input", "storage", "argument", "extent", "group", "scan", "store"};
        if (others.contains(op->name)) continue;
        ASSERT_TRUE(has_generator(*op)) << op->name;
        Random random(site_hash(op->name));
        for (int round = 0; round < 8; ++round) {
            const DType floating = round % 2 == 0 ? DType::kF32 : DType::kF64;
            auto application = random_application(*op, random, floating);
            if (!application || application->body != nullptr) continue;
            GraphBuilder builder("one");
            Case test{.what = fmt::format("{} round {}", op->name, round), .graph = {}, .bindings = {}};
            std::vector<Value> operands;
            for (std::size_t k = 0; k < application->operands.size(); ++k) {
                const std::string name = fmt::format("x{}", k);
                operands.push_back(builder.add("input", {}, {{"name", name}, {"type", application->operands[k]}}));
                test.bindings.inputs[name] = random_operand(*op, *application, k, random);
            }
            builder.output("result", builder.add(*op, operands, application->attributes));
            test.graph = std::move(builder).finish();
            round_inputs(test.bindings, test.graph);
            auto index = batch.add(test.graph);
            ASSERT_TRUE(index) << test.what << ": " << index.error().message << "\n" << print_graph(test.graph);
            test.index = *index;
            cases.push_back(std::move(test));
        }
    }
    auto compiled = batch.compile({.with_warnings = true});
    ASSERT_TRUE(compiled) << compiled.error().message.substr(0, 6000);
    for (const Case& test : cases) {
        const Evaluation<double> expected = evaluate(test.graph, test.bindings), scale = magnitudes(test);
        const Evaluation<double> emitted = batch.run(test.index, test.bindings);
        const Type& type = test.graph.type(test.graph.outputs()[0].value);
        // Own functions are within 8 units in the last place (runtime/nncc/math.h); each sum of n terms adds n
        // roundings.
        const double unit = type.dtype == DType::kF32 ? 0x1p-24 : 0x1p-53;
        const double relative = is_floating(type.dtype) ? (16 + depth_of(test)) * unit : 0;
        const std::string error = difference(emitted.outputs.at("result"), expected.outputs.at("result"),
                                             scale.outputs.at("result"), relative, 16 * unit * 0x1p-6);
        EXPECT_EQ(error, "") << test.what << "\n" << print_graph(test.graph);
    }
}

// Found by random graphs: between the two sums of a step stands a value without elements, so that the steps have no
// arena.
TEST(Run, StepsOfAScanOverNothingHaveNoArena) {
    const Expected<Graph> graph = parse_graph(
        "graph g {\n%0 = input() {name = \"x\", type = f64[2, 0, 3]}\n"
        "%1 = scan(%0) {axis = 0, carries = 0, reverse = false, sequences = 1} graph b {\n"
        "%0 = argument() {index = 0, type = f64[0, 3]}\n"
        "%1 = cumulative(%0) {axis = 1, kind = \"sum\", reverse = false}\n"
        "%2 = cumulative(%1) {axis = 1, kind = \"max\", reverse = false}\nreturn r = %2 }\nreturn out = %1\n}\n");
    ASSERT_TRUE(graph) << graph.error().message;
    GraphBatch batch;
    const Expected<int> index = batch.add(*graph);
    ASSERT_TRUE(index) << index.error().message;
    const Expected<> compiled = batch.compile();
    ASSERT_TRUE(compiled) << compiled.error().message;
    Bindings<double> bindings;
    bindings.inputs["x"] = {DType::kF64, {2, 0, 3}, Eigen::ArrayXd(0)};
    EXPECT_EQ(batch.run(*index, bindings).outputs.at("out").extents, (Extents{2, 0, 3}));
}

}  // namespace
}  // namespace nncc::testing
