// History: what an op reaches back to along time is kept in a stream, in front of the steps of the block.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "graph/graph.h"
#include "graph/program.h"

namespace nncc {

struct History {
    Storage storage;  // of kind kStream
    double fill = 0;  // what it starts as: what `forward` has in front of the first step
    Origin origin;    // of the op that reaches back
};

struct WithHistories {
    Graph graph;
    std::vector<History> histories;
};

// The one number that all elements are, seen through broadcasts; nothing where they may differ.
std::optional<double> repeated_value(const Graph& graph, Value value);

// Each op of `process` that reaches to elements before the first along `time` reads the last ones of the block before
// instead. Names of storages are made to differ from those in `taken`.
WithHistories keep_histories(const Graph& process, const std::vector<std::string>& taken);

}  // namespace nncc

// Note [blocks]. Let V be a value along time in the graph for the whole signal, with N + c elements for N steps, and
// let a block begin at step T and have n. In `process` the same node has the elements T … T + n + c - 1 of V: the last
// n of them are new, and the c before them belong to steps that have been. So shapes are those of `forward`, and an op
// that makes its element i of its operand's elements i + first … i + last does so here too, as long as they are there:
// `first` may not be negative, which keep_histories sees to, and the elements from n + c - ahead on, which
// need steps that have not come yet, may not reach an output. With c' the elements the result has beside the steps, its
// last ahead + c' - c + last elements are such.
