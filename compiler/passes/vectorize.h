// vectorize: from a node that runs in every step of a scan to one node for all steps at once.
#pragma once

#include <vector>

#include "graph/graph.h"

namespace nncc {

// A value of a step is `stacked` when there is one for each step: all of them have the steps as axis 0. Nodes whose
// operands are not stacked are the same in every step and need no vectorize.
bool can_vectorize(const Graph& body, const Node& node, const std::vector<bool>& stacked);
// Result 0, stacked. `operands` are stacked where `stacked` says so.
Value vectorize(GraphBuilder& builder, const Graph& body, const Node& node, const std::vector<Value>& operands,
                const std::vector<bool>& stacked, const Dim& steps);

// The einsum over all steps; with `sum_steps` their sum.
Value vectorize_einsum(GraphBuilder& builder, const Node& node, const std::vector<Value>& operands,
                       const std::vector<bool>& stacked, bool sum_steps);

// The same value at every step, stacked.
Value stack_same(GraphBuilder& builder, Value value, const Dim& steps);

// Work that is better done for all steps at once: products of matrices, sums, lookups, functions that cost more than
// the memory they are read from.
bool is_heavy(const Node& node);
// Cheap work that costs less than a place in memory for its result.
bool is_cheap(const Node& node);
int elementwise_cost(const Node& node);  // of cheap ones, per element

}  // namespace nncc
