// From a property of graphs to a test of it over many random ones, with the failing ones shrunk and saved.
#pragma once

#include <functional>
#include <string>

#include "random_graph.h"

namespace nncc::testing {

struct SeedRange {
    std::uint64_t first = 0;
    std::uint64_t count = 0;
};
// The default, unless NNCC_RANDOM_FIRST and NNCC_RANDOM_GRAPHS say other seeds.
SeedRange seeds(std::uint64_t first, std::uint64_t count);

// What is wrong with a graph, or nothing.
using GraphProperty = std::function<std::string(const RandomGraph&)>;

// The property for every seed's graph. Runs in a process of its own, so that one that ends it is a failure like others.
// What fails (at most three) is shrunk and saved in the build folder as failing/<test>_<seed>.graph; the message says
// the command that checks that file alone: NNCC_SAVED_GRAPH names the one graph to be looked at.
void expect_of_graphs(const SeedRange& range, const std::function<RandomGraph(std::uint64_t)>& make,
                      const GraphProperty& property);

// Shrinks one graph known to fail, saves it and reports it to the test.
void report_failing(const RandomGraph& failing, const GraphProperty& property);

// The graph NNCC_SAVED_GRAPH names, or nothing.
std::optional<RandomGraph> saved_graph();

}  // namespace nncc::testing
