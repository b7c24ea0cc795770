// schedule: the order of launches; small peak memory, and readers of a storage before what replaces it.
#pragma once

#include <vector>

#include "graph/program.h"

namespace nncc {

// Indices of the group nodes of a fused graph in execution order. Greedy: among the groups whose operands are there,
// the one that leaves the fewest bytes live, the earliest in the graph among equals. NNCC_CHECK that an order exists.
std::vector<int> schedule(const Graph& fused, const DimBindings& dims);

// The value whose buffer this one has, seen through reshapes.
Value buffer_root(const Graph& fused, Value value);

// Whether the group reads that operand only element by element, each just before it writes the same element of every
// result: then a result may overwrite it. `with_epilogues`: epilogues of contractions and reductions count as well.
bool reads_in_place(const Graph& fused, const Node& group, int operand, bool with_epilogues);

// The result of a group that begins as that operand, or -1: of kind "scan", the last value of the carry which starts
// from it; of kind "single", what changes it in place. It may then live where the operand does, since nothing else of
// the group reads it.
int carry_result(const Node& group, std::size_t operand);

}  // namespace nncc
