// Pieces of the graph's text form, for whoever prints more than a graph.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "graph/graph.h"

namespace nncc {

std::string quoted_text(std::string_view text);  // "..." with escapes
std::string name_text(std::string_view name);    // bare where it can be, quoted otherwise
std::string number_text(double value);           // the shortest that reads back as the same bits (NaN as nan)

// A comment behind a node's line: "# ...", ignored by the parser.
using NodeNote = std::function<std::string(int node)>;
std::string print_graph(const Graph& graph, const NodeNote& note);

}  // namespace nncc
