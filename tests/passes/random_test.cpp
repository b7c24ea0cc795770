// Every pass keeps the meaning of random graphs, and what fusion makes of them can be planned.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>
#include <set>

#include "mlp.h"
#include "ops/record.h"
#include "passes/fuse.h"
#include "passes/pipeline.h"
#include "passes/plan_memory.h"
#include "random_graph.h"
#include "run_plan.h"

namespace nncc::testing {
namespace {

std::uint64_t graph_count() {
    const char* count = std::getenv("NNCC_RANDOM_GRAPHS");
    return count == nullptr ? 300 : std::strtoull(count, nullptr, 10);
}

RandomGraph drawn(std::uint64_t seed) {
    return random_graph(seed, {.floating = DType::kF64, .fusable_chain = seed % 2 == 0, .with_regions = seed % 5 == 0});
}

// Rules reassociate: 40 nodes with values up to 1e3, each a few roundings of 1e-16, and amplification by exp and
// power in between.
constexpr double kTolerance = 1e-9;

TEST(RandomGraphs, EveryPassKeepsTheMeaning) {
    for (std::uint64_t seed = 0; seed < graph_count(); ++seed) {
        const RandomGraph random = drawn(seed);
        const Evaluation<double> expected = evaluate(random.graph, random.bindings);
        for (const Pass& pass : all_passes()) {
            const Graph after = pass.run(random.graph, {});
            ASSERT_EQ(verify(after), std::nullopt) << pass.name << " seed " << seed << "\n" << print_graph(after);
            const bool reorders = std::set<std::string_view>{"simplify", "expand", "hoist", "sink"}.contains(pass.name);
            const double tolerance = reorders ? kTolerance : 1e-15;
            ASSERT_LE(largest_difference(expected, evaluate(after, random.bindings)), tolerance)
                << pass.name << " seed " << seed << "\n"
                << print_graph(random.graph) << print_graph(after);
        }
    }
}

TEST(RandomGraphs, FusedPlansVerify) {
    std::map<std::pair<std::string, std::string>, int> pairs;
    for (std::uint64_t seed = 0; seed < graph_count(); ++seed) {
        const RandomGraph random = drawn(seed);
        const Graph prepared = expand(simplify(random.graph));
        const Evaluation<double> expected = evaluate(prepared, random.bindings);
        for (FuseLevel level : {FuseLevel::kIsolate, FuseLevel::kFull}) {
            const Graph fused = fuse(prepared, level);
            ASSERT_EQ(verify(fused), std::nullopt) << "seed " << seed;
            ASSERT_EQ(largest_difference(expected, evaluate(fused, random.bindings)), 0)
                << "seed " << seed << "\n"
                << print_graph(prepared) << print_graph(fused);
            Expected<Plan> plan = plan_memory(fused, {});
            ASSERT_TRUE(plan) << plan.error().message;
            ASSERT_EQ(verify(*plan, {}), std::nullopt) << "seed " << seed << "\n" << print_plan(*plan);
            ASSERT_GE(plan->arena_bytes, plan->live_bytes);
            if (level == FuseLevel::kIsolate) continue;
            for (const auto& [pair, count] : fused_pairs(fused)) pairs[pair] += count;
        }
    }
    if (std::getenv("NNCC_STATISTICS") != nullptr) {
        for (const auto& [pair, count] : pairs) std::cout << pair.first << " → " << pair.second << " " << count << "\n";
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
    for (std::uint64_t seed = 0; seed < graph_count(); ++seed) {
        const RandomGraph random = drawn(seed);
        const Graph graph = expand(with_stores(random.graph, seed));
        ASSERT_EQ(verify(graph), std::nullopt);
        Bindings<double> bindings = random.bindings;
        bindings.storages = bindings.inputs;
        const Evaluation<double> expected = evaluate(graph, bindings);
        for (FuseLevel level : {FuseLevel::kIsolate, FuseLevel::kFull}) {
            Expected<Plan> plan = plan_memory(fuse(graph, level), {});
            ASSERT_TRUE(plan) << plan.error().message;
            ASSERT_EQ(verify(*plan, {}), std::nullopt) << "seed " << seed << "\n" << print_plan(*plan);
            ASSERT_EQ(largest_difference(expected, run_plan(*plan, bindings)), 0)
                << "seed " << seed << "\n"
                << print_graph(graph) << print_plan(*plan);
        }
    }
}

}  // namespace
}  // namespace nncc::testing
