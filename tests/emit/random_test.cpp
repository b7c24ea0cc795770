// Random graphs: emitted = evaluated and fused = unfused, within a bound found for each graph by rounding it otherwise.
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <set>

#include "compile_and_run.h"
#include "ops/record.h"
#include "passes/fuse.h"
#include "passes/pass.h"
#include "passes/scan_builder.h"
#include "random_graph.h"

namespace nncc::testing {
namespace {

#if defined(NNCC_SANITISED)
constexpr int kGraphs = 100;  // each compiled with the sanitizers
constexpr int kGraphsPerBatch = 10;
constexpr bool kAlsoIsolated = false;
#else
constexpr int kGraphs = 1000;
constexpr int kGraphsPerBatch = 50;
constexpr bool kAlsoIsolated = true;
#endif
constexpr std::uint64_t kFirstSeed = 20'000;

RandomGraph graph_of(std::uint64_t seed) {
    return random_graph(
        seed, {.minimum_nodes = 3, .maximum_nodes = 40, .fusable_chain = seed % 2 == 0, .with_regions = seed % 4 == 3});
}

// The outputs when every floating result is off by up to `units` roundings, pseudo-randomly: each element by itself, as
// roundings are, or all elements of a result alike, as the error of a function over equal or near arguments is.
Evaluation<double> perturbed(const Graph& graph, const Bindings<double>& bindings, double units, bool alike,
                             std::uint64_t seed) {
    Bindings<double> other = bindings;
    Random random(seed);
    other.observe = [&random, units, alike](const Node& node, std::vector<Tensor<double>>& results) {
        for (std::size_t k = 0; k < results.size(); ++k) {
            if (!is_floating(node.types[k].dtype)) continue;
            const double shared = random.chance(0.5) ? units : -units;
            for (double& element : results[k].elements)
                element *= 1 + (alike ? shared : random.uniform(-units, units)) * 0x1p-53;
        }
    };
    return evaluate(graph, other);
}

// How far each element of an output may be off. Emitted code rounds otherwise than the evaluator: sums in another order
// (n terms: n roundings of partial sums), functions within 4 units in the last place. The graph is evaluated again with
// every result off by as much as kUnits roundings; what that does to an element, times a safety factor for the few
// samples, plus its own last rounding, is the bound. An element that a comparison decides either way has no bound.
constexpr double kUnits = 64;
constexpr int kSamples = 8;  // every second one with errors alike
constexpr double kSafety = 16;

std::map<std::string, Tensor<double>> bounds_of(const RandomGraph& random, const Evaluation<double>& expected,
                                                std::uint64_t seed) {
    std::map<std::string, Tensor<double>> bounds;
    for (const auto& [name, tensor] : expected.outputs) {
        Tensor<double> bound = tensor;
        if (is_floating(tensor.dtype)) bound.elements = tensor.elements.abs() * (kUnits * 0x1p-53) + 0x1p-1000;
        else bound.elements.setZero();
        bounds[name] = std::move(bound);
    }
    for (int sample = 0; sample < kSamples; ++sample) {
        const Evaluation<double> other = perturbed(random.graph, random.bindings, kUnits, sample % 2 == 1,
                                                   seed * 10 + static_cast<std::uint64_t>(sample));
        for (auto& [name, bound] : bounds) {
            bound.elements += kSafety * (other.outputs.at(name).elements - expected.outputs.at(name).elements).abs();
        }
    }
    return bounds;
}

std::string difference(const Tensor<double>& found, const Tensor<double>& expected, const Tensor<double>& bound) {
    if (found.extents != expected.extents) return "extents differ";
    for (Eigen::Index e = 0; e < expected.size(); ++e) {
        const double a = found.elements[e];
        const double b = expected.elements[e];
        if (a == b || (std::isnan(a) && std::isnan(b)) || std::isnan(bound.elements[e])) continue;
        if (!(std::abs(a - b) <= bound.elements[e]))
            return fmt::format("element {}: {} instead of {}, bound {:.3g}", e, a, b, bound.elements[e]);
    }
    return "";
}

class RandomGraphs : public ::testing::TestWithParam<int> {};

TEST_P(RandomGraphs, EmittedIsEvaluatedFusedOrNot) {
    struct Case {
        std::uint64_t seed = 0;
        RandomGraph random;
        int fused = -1;
        int isolated = -1;
        int moved = -1;  // with the work of its scans moved in front of them and behind them
    };
    GraphBatch batch;
    std::vector<Case> cases;
    const std::uint64_t first = kFirstSeed + static_cast<std::uint64_t>(GetParam() * kGraphsPerBatch);
    for (std::uint64_t seed = first; seed < first + kGraphsPerBatch; ++seed) {
        Case test{seed, graph_of(seed)};
        for (const auto& [level, index] :
             {std::pair{FuseLevel::kFull, &test.fused}, {FuseLevel::kIsolate, &test.isolated}}) {
            if (level == FuseLevel::kIsolate && !kAlsoIsolated) continue;
            Expected<int> added = batch.add(test.random.graph, {}, level);
            ASSERT_TRUE(added) << "seed " << seed << ": " << added.error().message << "\n"
                               << print_graph(test.random.graph);
            *index = *added;
        }
        if (has_scan(test.random.graph)) {
            Expected<int> added = batch.add(sink(hoist(test.random.graph)), {}, FuseLevel::kFull);
            ASSERT_TRUE(added) << "seed " << seed << ": " << added.error().message << "\n"
                               << print_graph(test.random.graph);
            test.moved = *added;
        }
        cases.push_back(std::move(test));
    }
    CompileOptions options;
#if defined(NNCC_SANITISED)
    options.compiler = "clang++-19";  // whose runtime this program has
    options.flags = {"-O1", "-march=native", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"};
#endif
    Expected<> compiled = batch.compile(options);
    ASSERT_TRUE(compiled) << compiled.error().message.substr(0, 6000);
    for (const Case& test : cases) {
        const Evaluation<double> expected = evaluate(test.random.graph, test.random.bindings);
        const Evaluation<double> fused = batch.run(test.fused, test.random.bindings);
        const Evaluation<double> isolated = kAlsoIsolated ? batch.run(test.isolated, test.random.bindings) : fused;
        const Evaluation<double> moved = test.moved >= 0 ? batch.run(test.moved, test.random.bindings) : fused;
        const std::map<std::string, Tensor<double>> bounds = bounds_of(test.random, expected, test.seed);
        for (const auto& [name, tensor] : expected.outputs) {
            const std::string text = fmt::format("seed {} {}\n", test.seed, name) + print_graph(test.random.graph);
            EXPECT_EQ(difference(fused.outputs.at(name), tensor, bounds.at(name)), "") << "emitted, fused: " << text;
            EXPECT_EQ(difference(moved.outputs.at(name), tensor, bounds.at(name)), "")
                << "emitted, moved out of scans: " << text;
            EXPECT_EQ(difference(isolated.outputs.at(name), tensor, bounds.at(name)), "")
                << "emitted, not fused: " << text;
            EXPECT_EQ(difference(fused.outputs.at(name), isolated.outputs.at(name), bounds.at(name)), "")
                << "fused against not fused: " << text;
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Batches, RandomGraphs, ::testing::Range(0, kGraphs / kGraphsPerBatch));

// What the graphs above are made of: every op that can be drawn occurs, and every elementwise op beside another in a
// group.
TEST(RandomGraphCoverage, EveryOpAndEveryElementwiseNeighbour) {
    std::map<std::string, int> ops;
    std::map<std::pair<std::string, std::string>, int> pairs;
    for (std::uint64_t seed = kFirstSeed; seed < kFirstSeed + kGraphs; ++seed) {
        const RandomGraph random = graph_of(seed);
        for (const Node& node : random.graph.nodes()) ++ops[std::string(node.op->name)];
        for (const auto& [pair, count] : fused_pairs(fuse(expand(random.graph), FuseLevel::kFull)))
            pairs[pair] += count;
    }
    std::map<std::string, int> neighbours;
    for (const auto& [pair, count] : pairs) {
        neighbours[pair.first] += count;
        neighbours[pair.second] += count;
    }
    const std::set<std::string> not_drawn = {"storage", "store", "argument", "extent",
                                             "group"};  // not of entry graphs without effects
    for (const OpRecord* op : all_ops()) {
        const std::string name(op->name);
        if (not_drawn.contains(name)) continue;
        std::printf("  %-16s %6d times, %6d fused neighbours\n", name.c_str(), ops[name], neighbours[name]);
        if (kGraphs < 1000) continue;
        EXPECT_GT(ops[name], 0) << name;
        if (std::holds_alternative<ElementwiseLowering>(op->lowering) && name != "stop_gradient") {
            EXPECT_GT(neighbours[name], 0) << name;
        }
    }
    int fused = 0;
    for (const auto& [pair, count] : pairs) fused += count;
    std::printf("  %d graphs, %d fused neighbours of %zu kinds\n", kGraphs, fused, pairs.size());
}

}  // namespace
}  // namespace nncc::testing
