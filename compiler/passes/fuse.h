// fuse: wraps every compute node in a `group`, one launch each (passes/plan.h has the invariants).
#pragma once

#include <map>
#include <string>
#include <utility>

#include "graph/graph.h"
#include "passes/pass.h"

namespace nncc {

Graph fuse(const Graph& graph, FuseLevel level);
// The graph that `fuse` takes apart: without dead nodes, masks read from results.
Graph prepare_fusion(const Graph& graph, FuseLevel level);

// How often an op feeds another inside a group, for statistics over random graphs: (producer, consumer) → count.
std::map<std::pair<std::string, std::string>, int> fused_pairs(const Graph& fused);

// Number of groups of each kind, "contraction" → 3.
std::map<std::string, int> group_counts(const Graph& fused);

}  // namespace nncc
