// scan_gradient: from the adjoints of a scan's results to a scan in the other direction and the adjoints of operands.
#pragma once

#include <vector>

#include "base/expected.h"
#include "graph/graph.h"

namespace nncc {

// Element k is the adjoint of operand k, empty where it is none of `wanted` or has none. The forward scan is made again
// in normal form, yielding what the backward one reads besides (merge_scans joins it with the first one): see
// Note [residuals] in the source.
Expected<std::vector<Value>> scan_gradient(GraphBuilder& builder, const Node& scan, const std::vector<Value>& adjoints,
                                           const std::vector<bool>& wanted);

}  // namespace nncc
