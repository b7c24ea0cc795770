// Latency: what looks ahead by a known number of steps becomes what gives its results that many steps later.
#pragma once

#include <cstdint>
#include <variant>

#include "graph/graph.h"
#include "semantics/streaming.h"

namespace nncc {

struct Delayed {
    Graph graph;
    std::int64_t latency = 0;
};

// A graph whose outputs have at step t what those of `graph` have at step t - latency, and of the first `latency` steps
// something that means nothing: what pads, cuts or looks ahead along time reaches as much further back as it looked
// ahead, and what meets its results is delayed alike. An obstacle where a late value meets what cannot wait: a value
// with several axes of time, or an output that is not along it. The result may still need all of time: find_obstacle
// says so.
std::variant<Delayed, Obstacle> delay_outputs(const Graph& graph);

}  // namespace nncc

// Note [late values]. A value V along time, with N + c elements for N steps, becomes V' with N + c' elements, c' =
// max(c, 0), and V'[i] = V[i - d] where V is d late. Its first d elements are of steps before the first and mean
// nothing. Where V has c < 0, as behind a window or a cut, V' goes on where V ends: as V would for a longer signal.
//
// An op that makes V[i] of X[i + first .. i + last] makes V'[i] of X'[i - d_V + d_X + first .. i - d_V + d_X + last],
// which is there for all of V' when d_V = max(0, d_X + c'_V - c'_X + last): what reaches back makes up for what looked
// ahead before.
//
// What pads in front of V has its fill there, and V' must have it too, so its first d elements are masked before it
// reads them; a scan carries nothing on before the first step, so its carries are masked; indices are masked, as they
// might be none. Everything else gives results of steps before the first again, which no output shows.
