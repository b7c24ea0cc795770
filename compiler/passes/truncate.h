// truncate: gradients through what scans carry end after so many steps.
#pragma once

#include "base/expected.h"
#include "graph/graph.h"

namespace nncc {

// Every scan of more steps becomes a scan over pieces of that length, whose carries stop_gradient between two pieces;
// values stay what they are. Carries may start from trained values: the first piece's gradient reaches them. Refused
// (NN0740) when the steps of a scan are no multiple of the length, or not known.
Expected<Graph> truncate(const Graph& graph, std::int64_t length);

}  // namespace nncc
