// Positions: step numbers go on from block to block, and what causal attention reads of earlier steps is cached.
#pragma once

#include "semantics/history.h"
#include "semantics/streaming.h"

namespace nncc {

struct WithPositions {
    Graph graph;                   // with nodes that nothing needs
    std::vector<History> streams;  // the count of steps and the caches; zeros at first
    std::string counter;           // the stream that counts steps, when there is one
    bool is_limited = false;       // to as many steps as `time` is bounded by
    bool has_caches = false;
    Assured assured;
};

// In `process`, an `iota` along time counts from the steps that have been, and a table's rows are read from there on.
// Where a contraction over time gives later steps no weight (later_steps.h), its operands are put in caches with a row
// for each of `bound` steps, and it runs over these; without a bound there are no caches and no tables. Everything else
// stays as it is: find_obstacle says whether it may. Names of storages are made to differ from those in `taken`.
WithPositions keep_positions(const Graph& process, const std::vector<std::string>& taken,
                             std::optional<std::int64_t> bound);

}  // namespace nncc

// Note [rows and columns]. A value with several axes of time, such as scores [.., t, s], is made anew with a role for
// each of these axes: the n steps of the block, whose element i is step T + i, or all `bound` steps, whose element i is
// step i. The element of steps t and s follows from steps up to the later of both, so what is beyond the last step so
// far is not known yet; the caches have zeros there. It reaches no output: every contraction, softmax or sum over an
// axis of all steps stands behind a mask by which steps later than another of its axes' have weight 0, and 0 times a
// row of zeros adds nothing.
