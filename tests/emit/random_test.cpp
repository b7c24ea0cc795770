// Random graphs: emitted = evaluated and fused = unfused, within a bound found for each graph by rounding it otherwise.
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "compile_and_run.h"
#include "graph_property.h"
#include "ops/record.h"
#include "passes/fuse.h"
#include "passes/pass.h"
#include "passes/scan_builder.h"
#include "random_graph.h"
#include "rounding_bound.h"

namespace nncc::testing {
namespace {

#if defined(NNCC_SANITISED)
constexpr int kGraphs = 100;  // each compiled with the sanitizers
constexpr int kGraphsPerBatch = 10;
#else
constexpr int kGraphs = 1000;
constexpr int kGraphsPerBatch = 50;
#endif
constexpr std::uint64_t kFirstSeed = 20'000;

// Three of four are small: what the compiler of the machine takes for a graph grows with its nodes, what is found does
// less.
RandomGraph graph_of(std::uint64_t seed) {
    return random_graph(seed, {.minimum_nodes = 3,
                               .maximum_nodes = seed / 4 % 4 == 0 ? 40 : 14,
                               .fusable_chain = seed % 2 == 0,
                               .with_regions = seed % 4 == 3});
}

// One graph in the forms it is emitted in.
struct Forms {
    std::vector<std::pair<std::string, int>> forms;  // what is done to it, and its index in the batch
    std::string problem;

    // `isolated`: not fused as well, each op a launch of its own.
    static Forms add(GraphBatch& batch, const RandomGraph& random, bool isolated) {
        Forms result;
        const auto add_one = [&](const char* form, const Graph& graph, FuseLevel level) {
            Expected<int> index = batch.add(graph, {}, level);
            if (index) result.forms.emplace_back(form, *index);
            else result.problem = fmt::format("{}: {}", form, index.error().message);
        };
        add_one("fused", random.graph, FuseLevel::kFull);
        if (isolated) add_one("not fused", random.graph, FuseLevel::kIsolate);
        // The work of its scans in front of them and behind them.
        if (has_scan(random.graph)) add_one("moved out of scans", sink(hoist(random.graph)), FuseLevel::kFull);
        return result;
    }

    // Each form is what the evaluator says, and so all are alike.
    std::string difference_in(const GraphBatch& batch, const RandomGraph& random) const {
        if (!problem.empty()) return problem;
        const Evaluation<double> expected = evaluate(random.graph, random.bindings);
        const Tensors bounds = rounding_bounds(random.graph, random.bindings, expected, random.seed);
        for (const auto& [form, index] : forms) {
            const std::string what = first_difference(batch.run(index, random.bindings), expected, bounds);
            if (!what.empty()) return fmt::format("emitted, {}: {}", form, what);
        }
        return "";
    }
};

CompileOptions options() {
    CompileOptions options;
#if defined(NNCC_SANITISED)
    options.compiler = "clang++-19";  // whose runtime this program has
    options.flags = {"-O1", "-march=native", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"};
#endif
    return options;
}

// One graph by itself: what a failing one is shrunk by.
std::string emitted_problem(const RandomGraph& random) {
    GraphBatch batch;
    const Forms forms = Forms::add(batch, random, true);
    if (forms.problem.empty()) {
        if (Expected<> compiled = batch.compile(options()); !compiled)
            return "does not compile: " + compiled.error().message.substr(0, 2000);
    }
    return forms.difference_in(batch, random);
}

class RandomGraphs : public ::testing::TestWithParam<int> {};

TEST_P(RandomGraphs, EmittedIsEvaluatedFusedOrNot) {
    const auto per_batch = static_cast<std::uint64_t>(kGraphsPerBatch);
    const SeedRange all = seeds(kFirstSeed, kGraphs);
    const std::uint64_t first = all.first + static_cast<std::uint64_t>(GetParam()) * per_batch;
    if (const std::optional<RandomGraph> saved = saved_graph()) {
        EXPECT_EQ(emitted_problem(*saved), "");
        return;
    }
    GraphBatch batch;
    std::vector<std::pair<RandomGraph, Forms>> cases;
    for (std::uint64_t seed = first; seed < first + per_batch; ++seed) {
        RandomGraph random = graph_of(seed);
        const Forms forms = Forms::add(batch, random, seed % 8 == 7 || seed % 8 == 0);
        if (!forms.problem.empty()) report_failing(random, emitted_problem);
        cases.emplace_back(std::move(random), forms);
    }
    Expected<> compiled = batch.compile(options());
    ASSERT_TRUE(compiled) << compiled.error().message.substr(0, 6000);
    int reported = 0;
    for (const auto& [random, forms] : cases) {
        const std::string what = forms.difference_in(batch, random);
        if (what.empty() || ++reported > 3) continue;
        ADD_FAILURE() << "seed " << random.seed << " " << what;
        report_failing(random, emitted_problem);
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
    // Every kind of fusion there is.
    const auto kind_of = [](const std::string& name) {
        const OpRecord& op = op_named(name);
        if (op.facts.random || std::holds_alternative<ElementwiseLowering>(op.lowering)) return "elementwise";
        if (std::holds_alternative<ViewLowering>(op.lowering)) return "view";
        if (std::holds_alternative<ReductionLowering>(op.lowering)) return "reduction";
        return std::holds_alternative<ContractionLowering>(op.lowering) ? "contraction" : "other";
    };
    std::map<std::string, int> kinds;
    for (const auto& [pair, count] : pairs)
        kinds[fmt::format("{} into {}", kind_of(pair.first), kind_of(pair.second))] += count;
    for (const char* kind :
         {"elementwise into elementwise", "elementwise into reduction", "view into elementwise", "view into reduction",
          "reduction into elementwise", "contraction into elementwise", "view into view", "elementwise into view"}) {
        std::printf("  %-30s %6d times\n", kind, kinds[kind]);
        if (kGraphs >= 1000) {
            EXPECT_GT(kinds[kind], 0) << kind;
        }
    }
    int fused = 0;
    std::map<std::string, std::string> readers;  // of what an op makes, in one group
    for (const auto& [pair, count] : pairs) {
        fused += count;
        readers[pair.first] += fmt::format(" {} {}", pair.second, count);
    }
    for (const auto& [made, by] : readers) std::printf("  %s ->%s\n", made.c_str(), by.c_str());
    std::printf("  %d graphs, %d fused neighbours of %zu kinds\n", kGraphs, fused, pairs.size());
}

}  // namespace
}  // namespace nncc::testing
