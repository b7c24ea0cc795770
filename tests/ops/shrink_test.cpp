// The shrinker on planted failures: what is left still fails, is small, and is the same after saving and reading.
#include <gtest/gtest-spi.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "graph_property.h"
#include "saved_graph.h"
#include "shrink_graph.h"

namespace nncc::testing {
namespace {

RandomGraph large_graph(std::uint64_t seed) {
    return random_graph(seed, {.minimum_nodes = 20, .fusable_chain = seed % 2 == 0, .with_regions = seed % 5 == 0});
}

// As if every graph with a sigmoid whose result is above 0.7 somewhere were wrong.
bool planted(const RandomGraph& random) {
    bool wrong = false;
    Bindings<double> bindings = random.bindings;
    bindings.observe = [&](const Node& node, std::vector<Tensor<double>>& results) {
        if (node.op->name == "sigmoid") wrong = wrong || (results[0].elements > 0.7).any();
    };
    evaluate(random.graph, bindings);
    return wrong;
}

TEST(Shrink, LeavesThePlantedMistakeAlone) {
    int tried = 0, scans = 0;
    for (std::uint64_t seed = 0; seed < 400 && (tried < 40 || scans == 0); ++seed) {
        const RandomGraph whole = large_graph(seed);
        if (!planted(whole)) continue;
        ++tried;
        const RandomGraph small = shrink(whole, planted);
        EXPECT_TRUE(planted(small)) << "seed " << seed;
        EXPECT_EQ(verify(small.graph), std::nullopt);
        // An input, the sigmoid, the loss: a sum of a constant or so more. In a scan: its operands, and little of its
        // body.
        EXPECT_LE(small.graph.size(), 7) << "seed " << seed << "\n" << print_graph(small.graph);
        for (const Node& node : small.graph.nodes()) {
            if (node.body == nullptr) continue;
            ++scans;
            EXPECT_LE(node.body->size(), static_cast<int>(node.operands.size()) + 6) << print_graph(small.graph);
        }
        const Expected<RandomGraph> read = read_saved(saved_text(small));
        ASSERT_TRUE(read) << read.error().message;
        EXPECT_TRUE(planted(*read));
    }
    EXPECT_GE(tried, 40);
    EXPECT_GT(scans, 0);
}

// Wrong only where a product follows a sum: both stay, with one element each if they can.
TEST(Shrink, KeepsTwoNodesThatFailTogether) {
    const auto fails = [](const RandomGraph& random) {
        for (const Node& node : random.graph.nodes()) {
            if (node.op->name != "multiply") continue;
            for (const Value& operand : node.operands) {
                if (random.graph.node(operand).op->name == "add") return true;
            }
        }
        return false;
    };
    int tried = 0;
    for (std::uint64_t seed = 0; seed < 400 && tried < 10; seed += 2) {
        const RandomGraph whole = large_graph(seed);
        if (!fails(whole)) continue;
        ++tried;
        const RandomGraph small = shrink(whole, fails);
        EXPECT_TRUE(fails(small));
        EXPECT_LE(small.graph.size(), 7) << "seed " << seed << "\n" << print_graph(small.graph);
        for (const auto& [name, tensor] : small.bindings.inputs)
            EXPECT_LE(tensor.size(), 2) << print_graph(small.graph);
    }
    EXPECT_EQ(tried, 10);
}

// A property that ends the program where the mistake is: the graph is found, shrunk and saved all the same.
TEST(GraphProperty, SavesWhatFailsWithTheCommandThatRerunsIt) {
    std::uint64_t seed = 0;
    while (!planted(large_graph(seed))) ++seed;
    const std::string path = NNCC_BINARY_DIR "/failing/GraphProperty.SavesWhatFailsWithTheCommandThatRerunsIt_" +
                             std::to_string(seed) + ".graph";
    std::filesystem::remove(path);
    const GraphProperty ends = [](const RandomGraph& random) -> std::string {
        if (planted(random)) std::abort();
        return "";
    };
    EXPECT_NONFATAL_FAILURE(expect_of_graphs({0, seed + 1}, large_graph, ends), "NNCC_SAVED_CASE=" + path);
    std::stringstream text;
    text << std::ifstream(path).rdbuf();
    EXPECT_EQ(text.str().find("# it ends the program\n"), 0U) << text.str();
    const Expected<RandomGraph> read = read_saved(text.str());
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_TRUE(planted(*read));
    EXPECT_EQ(read->seed, seed);
    const GraphProperty says = [](const RandomGraph& random) { return planted(random) ? "too large" : ""; };
    EXPECT_NONFATAL_FAILURE(expect_of_graphs({0, seed + 1}, large_graph, says), "too large");
    expect_of_graphs({0, seed}, large_graph, ends);
}

TEST(Shrink, StopsAfterItsTries) {
    int asked = 0;
    shrink(large_graph(4), [&](const RandomGraph&) { return ++asked > 0; }, 7);
    EXPECT_LE(asked, 7);
}

}  // namespace
}  // namespace nncc::testing
