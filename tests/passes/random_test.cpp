// Every pass keeps the meaning of random graphs, and what fusion makes of them can be planned.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>
#include <set>

#include "graph_property.h"
#include "mlp.h"
#include "ops/record.h"
#include "passes/fuse.h"
#include "passes/pipeline.h"
#include "passes/plan_memory.h"
#include "random_graph.h"
#include "run_plan.h"

namespace nncc::testing {
namespace {

#if defined(NNCC_SANITISED)
constexpr std::uint64_t kGraphs = 150;
#else
constexpr std::uint64_t kGraphs = 2000;
#endif

RandomGraph drawn(std::uint64_t seed) {
    return random_graph(seed, {.floating = DType::kF64, .fusable_chain = seed % 2 == 0, .with_regions = seed % 5 == 0});
}

// Rules reassociate: 40 nodes with values up to 1e3, each a few roundings of 1e-16, and amplification by exp and
// power in between.
constexpr double kTolerance = 1e-9;

TEST(RandomGraphs, EveryPassKeepsTheMeaning) {
    expect_of_graphs(seeds(0, kGraphs), drawn, [](const RandomGraph& random) -> std::string {
        const Evaluation<double> expected = evaluate(random.graph, random.bindings);
        for (const Pass& pass : all_passes()) {
            const Graph after = pass.run(random.graph, {});
            if (const auto problem = verify(after)) return fmt::format("{}: {}", pass.name, *problem);
            const bool reorders = std::set<std::string_view>{"simplify", "expand", "hoist", "sink"}.contains(pass.name);
            const double off = largest_difference(expected, evaluate(after, random.bindings));
            if (!(off <= (reorders ? kTolerance : 1e-15)))
                return fmt::format("{} is off by {:.3g}\n{}", pass.name, off, print_graph(after));
        }
        return "";
    });
}

// A plan's problems, at one level of fusion.
std::string plan_problem(const RandomGraph& random, const Graph& prepared, const Evaluation<double>& expected,
                         FuseLevel level) {
    const Graph fused = fuse(prepared, level);
    if (const auto problem = verify(fused)) return *problem;
    const double off = largest_difference(expected, evaluate(fused, random.bindings));
    if (off != 0) return fmt::format("fused is off by {:.3g}\n{}", off, print_graph(fused));
    const Expected<Plan> plan = plan_memory(fused, {});
    if (!plan) return plan.error().message;
    if (const auto problem = verify(*plan, {})) return *problem + "\n" + print_plan(*plan);
    if (plan->arena_bytes < plan->live_bytes) return "the arena is smaller than what lives in it";
    return "";
}

TEST(RandomGraphs, FusedPlansVerify) {
    expect_of_graphs(seeds(0, kGraphs), drawn, [](const RandomGraph& random) {
        const Graph prepared = expand(simplify(random.graph));
        const Evaluation<double> expected = evaluate(prepared, random.bindings);
        std::string problem = plan_problem(random, prepared, expected, FuseLevel::kIsolate);
        return problem.empty() ? plan_problem(random, prepared, expected, FuseLevel::kFull) : problem;
    });
}

TEST(RandomGraphs, FuseManyKindsOfNeighbours) {
    std::map<std::pair<std::string, std::string>, int> pairs;
    for (std::uint64_t seed = 0; seed < 300; ++seed) {
        const Graph prepared = expand(simplify(drawn(seed).graph));
        for (const auto& [pair, count] : fused_pairs(fuse(prepared, FuseLevel::kFull))) pairs[pair] += count;
    }
    std::cout << pairs.size() << " kinds of fused neighbours\n";
    EXPECT_GT(pairs.size(), 100U);
}

// Inputs become storages, and results of their types replace them: orders, copies and overwriting in one memory.
Graph with_stores(const Graph& graph, std::uint64_t seed) {
    Random random(seed ^ 0x5709E5);
    GraphBuilder builder("stores");
    std::vector<std::pair<std::string, Type>> storages;
    const auto copies = inline_graph(
        builder, graph,
        [&](const Node& node) -> std::optional<std::vector<Value>> {
            if (node.op->name != "input" || random.chance(0.2)) return std::nullopt;
            const std::string& name = node.attributes.text("name");
            storages.push_back({name, node.type()});
            return std::vector<Value>{builder.add(
                "storage", {}, {{"name", name}, {"storage_kind", std::string("state")}, {"type", node.type()}})};
        },
        false);
    for (const auto& [name, type] : storages) {
        std::vector<Value> candidates;
        for (const auto& results : copies) {
            for (Value value : results) {
                if (builder.type(value) == type) candidates.push_back(value);
            }
        }
        if (random.chance(0.9)) builder.add("store", {random.of(candidates)}, {{"name", name}});
    }
    for (const Output& output : graph.outputs()) {
        const Value value =
            copies[static_cast<std::size_t>(output.value.node)][static_cast<std::size_t>(output.value.result)];
        builder.output(output.name, value);
    }
    return std::move(builder).finish();
}

TEST(RandomGraphs, PlansRunInOneMemory) {
    expect_of_graphs(seeds(0, kGraphs), drawn, [](const RandomGraph& random) -> std::string {
        const Graph graph = expand(with_stores(random.graph, random.seed));
        if (const auto problem = verify(graph)) return *problem;
        Bindings<double> bindings = random.bindings;
        bindings.storages = bindings.inputs;
        const Evaluation<double> expected = evaluate(graph, bindings);
        for (FuseLevel level : {FuseLevel::kIsolate, FuseLevel::kFull}) {
            const Expected<Plan> plan = plan_memory(fuse(graph, level), {});
            if (!plan) return plan.error().message;
            if (const auto problem = verify(*plan, {})) return *problem + "\n" + print_plan(*plan);
            const double off = largest_difference(expected, run_plan(*plan, bindings));
            if (off != 0) return fmt::format("in memory it is off by {:.3g}\n{}", off, print_plan(*plan));
        }
        return "";
    });
}

}  // namespace
}  // namespace nncc::testing
