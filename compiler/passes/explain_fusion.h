// The fusion report: for each op of an entry which launch it is in, and why what that launch gives is written to
// memory.
#pragma once

#include <string>

#include "graph/graph.h"
#include "passes/pass.h"

namespace nncc {

// Of a graph before `fuse`, as `fuse` does it. One paragraph a launch, in an order they can run in; those of a scan's
// steps under it.
std::string explain_fusion(const Graph& graph, FuseLevel level = FuseLevel::kFull);

}  // namespace nncc
