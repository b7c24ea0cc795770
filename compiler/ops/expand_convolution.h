// A convolution as padding, windows and a contraction, or as it is where its own kernel is the better one.
#pragma once

#include <vector>

#include "ops/windows.h"

namespace nncc {

// The same in other ops, what runs on the kernels of matrix products, or the node itself. `operands` stand in for the
// node's own.
std::vector<Value> expand_convolution(GraphBuilder& b, const Node& node, const std::vector<Value>& operands);

}  // namespace nncc
