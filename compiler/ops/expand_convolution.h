// A convolution as padding, windows and a contraction.
#pragma once

#include <vector>

#include "ops/windows.h"

namespace nncc {

// The same in other ops: what runs on the kernels of matrix products. `operands` stand in for the node's own.
std::vector<Value> expand_convolution(GraphBuilder& b, const Node& node, const std::vector<Value>& operands);

}  // namespace nncc
