// Pass: a named, pure Graph → Graph function and what it may ask about the program around the graph.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "graph/program.h"

namespace nncc {

// How far `fuse` goes. kIsolate puts every compute node in a group of its own: the reference fused code is held
// against.
enum class FuseLevel { kIsolate, kFull };

struct PassContext {
    std::string entry;  // "forward"; empty for a graph on its own
    DimBindings dims;   // what `bind` substitutes; bounded ones stay
    FuseLevel fuse_level = FuseLevel::kFull;
};

struct Pass {
    std::string_view name;
    std::string_view summary;
    Graph (*run)(const Graph&, const PassContext&);
};

std::span<const Pass> all_passes();            // in alphabetical order
const Pass* find_pass(std::string_view name);  // null when there is none

// ---- the passes ----
// Named dimensions become numbers in types and attributes; `extent` of a bound one becomes a constant.
Graph bind(const Graph& graph, const DimBindings& dims);
// Nodes whose operands are all constants become constants (f32 results rounded to f32). A result that would be larger
// than kFoldElements and is not one repeated element stays as it is.
inline constexpr std::int64_t kFoldElements = 1 << 14;
Graph fold(const Graph& graph);
// Applies the table of rules (rules.h) until none matches, folding in between.
Graph simplify(const Graph& graph);
// Scans along axis 0 everywhere, without dead yields, carries and captured values, and none of one step; part of `dead`
// and `simplify`. The bodies of scans are graphs like any other to fold, simplify, dead and expand.
// What a scan computes from its sequences and captured values alone moves in front of it, for all steps at once where
// that is worth its memory: `x @ w` becomes one product.
Graph hoist(const Graph& graph);
// What a scan only adds up, or only yields, moves behind it: dW becomes one product over all steps.
Graph sink(const Graph& graph);
// Two scans that carry the same values become one: the forward one and the one that yields residuals.
Graph merge_scans(const Graph& graph);
// Drops what neither an output nor a store needs.
Graph remove_dead(const Graph& graph);
// Composites become the primitives they stand for; stop_gradient, which only differentiation reads, goes.
Graph expand(const Graph& graph);

}  // namespace nncc
