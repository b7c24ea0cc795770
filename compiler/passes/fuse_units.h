// Units: what of a graph has to be computed into a buffer, what is only an index map or cheap enough to compute again,
// and in which order units must run.
#pragma once

#include <string>
#include <vector>

#include "graph/graph.h"
#include "passes/pass.h"

namespace nncc {

enum class NodeRole {
    kLeaf,     // has a place before the call: input, storage, constant, extent
    kAlias,    // a reshape of something in a buffer: the same buffer
    kVirtual,  // cloned into every group that reads it: affine views, iota, random, cheap elementwise of what is in
               // buffers
    kUnit,     // computed once, in one group
    kStore,
};
enum class UnitKind { kElementwise, kReduction, kContraction, kSingle };

struct UnitEdge {
    int from = 0;
    int to = 0;
    bool direct = false;  // element i of `to` needs element i of `from` only, along elementwise nodes
};
// `reader` reads a storage that the result of `writer` replaces, so it runs first. `safe`: it may also be fused with
// the writer, because it reads element i to compute element i.
struct AntiEdge {
    int reader = 0;
    int writer = 0;
    bool safe = false;
};

struct Units {
    std::vector<NodeRole> role;      // of each node
    std::vector<bool> is_unit;       // kUnit, or kVirtual that must be in a buffer as well
    std::vector<bool> needs_buffer;  // read by an einsum, a single, an alias, a store or an output
    std::vector<UnitEdge> edges;
    std::vector<AntiEdge> anti_edges;
    std::vector<std::vector<Value>> leaves;  // of each unit: what it reads that has a place before the call
    std::vector<bool> store_needs_copy;      // of each node that is a store: a reader of the old value must run later

    UnitKind kind(const Graph& graph, int node) const;
};

Units find_units(const Graph& graph, FuseLevel level);

// The value whose buffer an alias stands for.
Value alias_base(const Graph& graph, const Units& units, Value value);

// A reshape that only adds or drops extents of 1.
bool is_affine_reshape(const Graph& graph, const Node& node);

}  // namespace nncc
