// Plan: a fused Graph with its launch order and the place of every buffer; what lowering and emission read.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "graph/program.h"

namespace nncc {

enum class Place : std::uint8_t {
    kInput,     // an argument of the entry function: `name` is the input's
    kOutput,    // an argument of the entry function: `name` is the output's
    kStorage,   // a member of Weights, Packed, slots ...: `name` is the storage's
    kConstant,  // a constant of the graph, emitted inline or as a static table
    kArena,     // at `offset` of the arena
};

struct Buffer {
    Place place = Place::kArena;
    std::string name;
    std::int64_t offset = 0;  // bytes, a multiple of kArenaAlignment; of kArena only
    std::int64_t bytes = 0;   // at the bounds of bounded dimensions
    int first = 0;            // launch that writes it; -1: before the call
    int last = 0;             // last launch that reads it; launches.size(): after the call
};

struct ScanPlan;

// Invariants (verify): every compute node of `graph` is a `group`; besides groups there are only leaves (input,
// storage, constant, extent), `store`, and reshapes, which alias their operand's buffer. A group's attribute `kind` is
// one of
//   "loop"         elementwise nodes of one shape, the domain; arguments read through chains of affine views
//                  (transpose, broadcast, slice, reshape that only adds or drops extents of 1); iota, random, splat
//                  constants
//   "reduction"    a loop prologue over the input domain, reductions over one and the same axes, elementwise nodes of
//   the
//                  reduced shape (the epilogue), whose arguments are read through affine views too
//   "contraction"  one einsum whose operands are arguments, then elementwise nodes of its shape (the epilogue)
//   "single"       exactly one node of any other op
//   "scan"         one scan in normal form (along axis 0), whose body is a graph of groups again: Plan::scans has its
//   plan
// A loop's body may be a view or an iota alone (a copy in another order). Scalars are loops over []. A group may have
// several results. A loop reads element i of every argument before it writes element i of any result: the arena may
// give a result the place of an argument that is read element by element and dies there (never in the other kinds). The
// attribute `recompute = k` only keeps equal groups apart (two storages filled with the same constant). Every result of
// a group is written to its own buffer. A `store`'s operand has the storage itself as its buffer (written in place)
// when every reader of the old value runs earlier or is that same group reading element i to write element i; otherwise
// the plan holds a copy launch ("loop" group of one cast) before.
struct Plan {
    static constexpr int kArenaAlignment = 64;

    Graph graph;
    std::vector<int> launches;  // indices of group nodes in execution order
    std::vector<Buffer> buffers;
    std::vector<std::vector<int>> buffer_of;               // [node][result] → index into buffers; -1: none (stores)
    std::map<int, std::shared_ptr<const ScanPlan>> scans;  // by launched node: what runs at each step
    std::int64_t arena_bytes = 0;
    std::int64_t live_bytes = 0;  // the largest sum of bytes live at once: the lower bound of arena_bytes

    const Buffer& buffer(Value value) const {
        return buffers[static_cast<std::size_t>(
            buffer_of[static_cast<std::size_t>(value.node)][static_cast<std::size_t>(value.result)])];
    }
};

// The steps of a scan. The body's arena is a buffer of the outer plan, live during the launch; a carry's storage is the
// result of the scan that is its last value, filled with the initial value before the first step.
struct ScanPlan {
    Plan plan;                          // of the body; its buffers are inputs, outputs, storages named below, and arena
    std::vector<std::string> operands;  // of the scan: name of the input, or of the carry's storage
    std::vector<std::string> yields;    // names of the outputs
    int arena = -1;                     // in the outer plan's buffers; -1: none
};

// The graph with, on each node, its launch number and arena range.
std::string print_plan(const Plan& plan);
// Lifetimes that overlap in time are disjoint in the arena, operands are written before they are read, no reader of a
// storage runs after its store; the first violation, or nothing.
std::optional<std::string> verify(const Plan& plan, const DimBindings& dims);

}  // namespace nncc
