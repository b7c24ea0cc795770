// Streaming: whether a graph gives block by block what it gives for all of time at once.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "graph/graph.h"

namespace nncc {

// What stands in the way: a node that needs more than the steps so far.
struct Obstacle {
    Origin origin;
    std::string message;  // "`mean(x, axis = time)` needs all of time"
    std::string hint;
    bool looks_ahead = false;  // by a known number of steps
    bool moves_steps = false;  // cuts some off or puts constants beside them
};

inline constexpr std::string_view kCausalHint =
    "`padding = \"causal\"` reaches back only, and keeps the number of steps";

// How many elements an axis of time has beside one for each step: n of `time` + n; nothing for other extents.
std::optional<std::int64_t> steps_before(const Dim& extent);

// The one axis of extent `time` + n; nothing when there are others that depend on it.
std::optional<std::size_t> time_axis(const Shape& shape);

bool mentions_time(const Dim& dim);
bool mentions_time(const Shape& shape);

// What is right in `process` by how it was made.
struct Assured {
    std::map<int, std::size_t> along;  // nodes along time: which axis has the steps
    std::vector<Value> roots;          // what their rightness rests on: values along time, or the same in all steps
};

// `process` has streams as storages; its inputs have the steps along their axes of extent `time`. `histories` are the
// streams that keep_histories and keep_positions made.
std::optional<Obstacle> find_obstacle(const Graph& process, const std::set<std::string>& histories,
                                      const Assured& assured);

}  // namespace nncc
