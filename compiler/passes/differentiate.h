// differentiate: from a scalar of a graph to ordinary nodes that compute its derivatives.
#pragma once

#include <vector>

#include "base/expected.h"
#include "graph/graph.h"

namespace nncc {

// Adds the nodes of d loss / d by[k] to the builder; result k has the type of by[k] (zeros where loss does not depend
// on it). A reverse walk from `loss` (floating, rank 0; any shape is taken as the gradient of its sum); only nodes
// between `by` and `loss` get an adjoint. Refused (NN0740) when such a path leads through `scan`.
Expected<std::vector<Value>> differentiate(GraphBuilder& builder, Value loss, const std::vector<Value>& by);

}  // namespace nncc
