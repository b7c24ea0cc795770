// Late steps: the nodes that make a value along time late, and what reads it begin at its first step.
#pragma once

#include <cstdint>
#include <vector>

#include "graph/graph.h"

namespace nncc {

// `value` that many steps later, along that axis; zeros come first.
Value later(GraphBuilder& builder, Value value, std::size_t axis, std::int64_t steps);

// A value that is `delay` steps late, with `fill` in place of what it has before its first step.
Value from_the_first(GraphBuilder& builder, Value value, std::size_t axis, std::int64_t delay, double fill);

// The scan `node` along time over sequences that are `delay` steps late: what it carries stays as it is until their
// first step. The new node's result 0.
Value scan_from_the_first(GraphBuilder& builder, const Node& node, std::vector<Value> operands, std::int64_t delay);

}  // namespace nncc
