// dot: a graph as Graphviz text, for `--emit=dot`.
#pragma once

#include <string>

#include "graph/graph.h"

namespace nncc {

// Groups are clusters with their bodies inside.
std::string print_dot(const Graph& graph);

}  // namespace nncc
