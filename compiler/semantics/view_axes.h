// View axes: which axis of a view's operand an axis of its result is.
#pragma once

#include <cstddef>
#include <optional>

#include "graph/graph.h"

namespace nncc {

// The axis of that operand whose element i is element i along `axis` of the result, all of them; nothing where the
// result repeats elements along it, takes a part of them, or mixes axes. Of reshapes, transposes, broadcasts, slices
// and concatenations; nothing for any other node.
std::optional<std::size_t> operand_axis(const Graph& graph, const Node& view, std::size_t operand, std::size_t axis);

}  // namespace nncc
