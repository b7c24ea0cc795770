// A random graph with its numbers as text, and back, bit for bit: what a failing one is kept as.
#pragma once

#include <string>

#include "random_graph.h"

namespace nncc::testing {

// Lines `# ...` first: the seed, every input with its numbers in hexadecimal; then the graph.
std::string saved_text(const RandomGraph& random);
Expected<RandomGraph> read_saved(std::string_view text);

}  // namespace nncc::testing
