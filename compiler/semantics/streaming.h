// Streaming: whether a graph gives block by block what it gives for all of time at once.
#pragma once

#include <optional>
#include <string>

#include "graph/graph.h"

namespace nncc {

// What stands in the way: a node that needs more than the steps so far.
struct Obstacle {
    Origin origin;
    std::string message;  // "`mean(x, axis = time)` needs all of time"
    std::string hint;
};

// `process` has streams as storages; its inputs have the steps along their axes of extent `time`.
std::optional<Obstacle> find_obstacle(const Graph& process);

}  // namespace nncc
