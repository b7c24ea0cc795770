// From a graph that fails to a smaller one that still fails.
#pragma once

#include <functional>

#include "random_graph.h"

namespace nncc::testing {

// Keeps only what one node needs, puts inputs with the evaluated numbers in place of nodes, leaves nodes out in favour
// of an operand of their type, makes extents smaller, numbers rounder: each while `fails` says so, at most `tries`
// times in all. What is left evaluates, and has an output "loss" as random graphs do.
RandomGraph shrink(const RandomGraph& failing, const std::function<bool(const RandomGraph&)>& fails, int tries = 500);

}  // namespace nncc::testing
