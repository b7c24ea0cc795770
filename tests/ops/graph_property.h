// From a property of graphs to a test of it over many random ones, with the failing ones shrunk and saved.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "failing_case.h"
#include "random_graph.h"

namespace nncc::testing {

// What is wrong with a graph, or nothing.
using GraphProperty = std::function<std::string(const RandomGraph&)>;

// The property for every seed's graph; of NNCC_SAVED_CASE's alone where that is set.
void expect_of_graphs(const SeedRange& range, const std::function<RandomGraph(std::uint64_t)>& make,
                      const GraphProperty& property);

// Shrinks one graph known to fail, saves it and fails the test.
void report_failing(const RandomGraph& failing, const GraphProperty& property);

// The graph that NNCC_SAVED_CASE names, or nothing.
std::optional<RandomGraph> saved_graph();

}  // namespace nncc::testing
