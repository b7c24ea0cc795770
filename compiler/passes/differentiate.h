// differentiate: from a scalar of a graph to ordinary nodes that compute its derivatives.
#pragma once

#include <vector>

#include "base/expected.h"
#include "graph/graph.h"

namespace nncc {

// Adds the nodes of d loss / d by[k] to the builder; result k has the type of by[k] (zeros where loss does not depend
// on it). A reverse walk from `loss` (floating, rank 0; any shape is taken as the gradient of its sum); only nodes
// between `by` and `loss` get an adjoint. A scan's is a scan (scan_gradient.h).
Expected<std::vector<Value>> differentiate(GraphBuilder& builder, Value loss, const std::vector<Value>& by);

// The same from given adjoints of several values; empty where nothing arrives at by[k].
struct Seed {
    Value value;
    Value adjoint;  // of its type
};
Expected<std::vector<Value>> pull_back(GraphBuilder& builder, const std::vector<Seed>& seeds,
                                       const std::vector<Value>& by);

// Nodes up to `last` whose value changes with one of `by` along differentiable ops.
std::vector<bool> depends_on(const GraphBuilder& builder, int last, const std::vector<Value>& by);

}  // namespace nncc
