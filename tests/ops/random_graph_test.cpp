// Random graphs: they verify, print and parse, evaluate, and their reverse derivatives agree with dual numbers.
#include "random_graph.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "graph_property.h"
#include "ops/build.h"
#include "passes/differentiate.h"
#include "rounding_bound.h"
#include "saved_graph.h"

namespace nncc::testing {
namespace {

#if defined(NNCC_SANITISED)
constexpr std::uint64_t kGraphs = 300;
#else
constexpr std::uint64_t kGraphs = 2000;
#endif

RandomGraph drawn(std::uint64_t seed) {
    return random_graph(seed, {.fusable_chain = seed % 2 == 0, .with_regions = seed % 5 == 0});
}

TEST(RandomGraph, CoversTheTable) {
    std::set<std::string_view> seen;
    std::set<int> ranks;
    bool has_empty = false;
    for (std::uint64_t seed = 0; seed < kGraphs; ++seed) {
        const RandomGraph random = drawn(seed);
        for (const Node& node : random.graph.nodes()) {
            seen.insert(node.op->name);
            for (const Type& type : node.types) {
                ranks.insert(type.rank());
                for (const Dim& dim : type.shape) has_empty = has_empty || dim.is_constant(0);
            }
        }
    }
    for (const OpRecord* op : all_ops()) {
        if (std::set<std::string_view>{"storage", "extent", "argument", "group", "store"}.contains(op->name)) continue;
        EXPECT_TRUE(seen.contains(op->name)) << op->name << " is in no random graph";
    }
    EXPECT_TRUE(ranks.contains(0) && ranks.contains(4));
    EXPECT_TRUE(has_empty);
}

TEST(RandomGraph, VerifiesAndRoundTrips) {
    expect_of_graphs(seeds(0, kGraphs), drawn, [](const RandomGraph& random) -> std::string {
        if (const auto problem = verify(random.graph)) return *problem;
        const Expected<RandomGraph> read = read_saved(saved_text(random));
        if (!read) return read.error().message;
        if (!(read->graph == random.graph)) return "another graph was read than was printed";
        for (const auto& [name, tensor] : random.bindings.inputs) {
            if ((read->bindings.inputs.at(name).elements != tensor.elements).any()) return "other numbers of " + name;
        }
        return "";
    });
}

// The gradients of the loss by every floating input, under the inputs' names; or why there are none.
Expected<Graph> gradients_of(const Graph& graph) {
    GraphBuilder builder("gradients");
    const std::vector<std::vector<Value>> copies = inline_graph(builder, graph, nullptr, false);
    std::vector<std::string> names;
    std::vector<Value> by;
    for (int i = 0; i < graph.size(); ++i) {
        const Node& node = graph.node(i);
        if (node.op->name != "input" || !is_floating(node.type().dtype)) continue;
        names.push_back(node.attributes.text("name"));
        by.push_back(copies[static_cast<std::size_t>(i)][0]);
    }
    const Value loss = graph.outputs().back().value;
    Expected<std::vector<Value>> adjoints = differentiate(builder, copies[static_cast<std::size_t>(loss.node)][0], by);
    if (!adjoints) return adjoints.error();
    for (std::size_t k = 0; k < by.size(); ++k) builder.output(names[k], (*adjoints)[k]);
    return std::move(builder).finish();
}

struct Derivative {
    std::string problem;
    double expected = 0;  // by dual numbers
};

// d loss along a random direction of all floating inputs at once.
Derivative compare_derivatives(const RandomGraph& random) {
    const Expected<Graph> gradients = gradients_of(random.graph);
    if (!gradients) return {gradients.error().message};
    if (const auto problem = verify(*gradients)) return {*problem};
    const Evaluation<double> reverse = evaluate(*gradients, random.bindings);

    Random directions(random.seed ^ 0xD1CE);
    Bindings<Dual> dual;
    Directions directions_of;
    double reversed = 0, scale = 1e-300;
    for (const auto& [name, tensor] : random.bindings.inputs) {
        Tensor<Dual> t{tensor.dtype, tensor.extents, {}};
        t.elements.resize(tensor.size());
        const bool moves = is_floating(tensor.dtype);
        for (Eigen::Index e = 0; e < tensor.size(); ++e) {
            const double direction = moves ? directions.uniform(-1, 1) : 0.0;
            directions_of[name].push_back(direction);
            t.elements[e] = Dual(tensor.elements[e], direction);
            if (!moves) continue;
            const double term = reverse.outputs.at(name).elements[e] * direction;
            reversed += term;
            scale += std::abs(term);
        }
        dual.inputs[name] = std::move(t);
    }
    const double expected = evaluate(random.graph, dual).outputs.at("loss").elements[0].tangent;
    // Relative to what is summed here, and to 1 where all of that cancelled inside the graph; where more cancels
    // there, what roundings of the adjoints and of the tangents do to the sum.
    double tolerance = 1e-12 * (scale + std::abs(expected) + 1);
    if (!(std::abs(reversed - expected) <= tolerance))
        tolerance += derivative_bound(*gradients, random.bindings, directions_of, reversed, random.seed) +
                     tangent_bound(random.graph, dual, expected, random.seed);
    if (std::abs(reversed - expected) <= tolerance) return {"", expected};
    return {fmt::format("the derivative is {} by reverse, {} by dual numbers, tolerance {:.3g}", reversed, expected,
                        tolerance)};
}

TEST(RandomGraph, ReverseAgreesWithDualNumbers) {
    expect_of_graphs(seeds(0, kGraphs), drawn,
                     [](const RandomGraph& random) { return compare_derivatives(random).problem; });
}

TEST(RandomGraph, DependsOnItsInputs) {
    int moved = 0;
    for (std::uint64_t seed = 0; seed < 100; ++seed) moved += compare_derivatives(drawn(seed)).expected != 0 ? 1 : 0;
    EXPECT_GT(moved, 50);
}

}  // namespace
}  // namespace nncc::testing
