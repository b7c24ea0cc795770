// Derived entries of `fit`: turns reductions over all rows into sweeps over batches, for a trainer that sees no data
// set.
#pragma once

#include <optional>
#include <string>

#include "base/expected.h"
#include "graph/program.h"

namespace nncc {

// Adds the entries `fit_sweep_1` ... and `fit_end`, and the slots in which the sweeps add up, when the program has a
// `fit` that sweeps can compute; else the program as it is. In f64, as the evaluator.
//   fit_sweep_k  inputs = the model's, `fit rows` (i32: how many rows of the batch exist) → stores of slots
//   fit_end      stores of the fit storages; and of the slots, which are zero again
Expected<Program> derive_fit_sweeps(const Program& program);

// Why sweeps over batches cannot compute it ("`argsort` needs all rows at once"), or nothing.
std::optional<std::string> fit_obstacle(const Graph& fit);

// Name of the input that holds how many rows exist.
inline constexpr std::string_view kFitRows = "fit rows";
std::string fit_sweep_name(int sweep);  // from 1

}  // namespace nncc
