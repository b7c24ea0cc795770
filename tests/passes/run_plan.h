// Runs a Plan as memory, launch by launch: what the evaluator cannot show, a value overwritten too early, is seen here.
#pragma once

#include "ops/evaluate.h"
#include "passes/plan.h"

namespace nncc::testing {

// Every value lives where its buffer says: writing an arena range destroys whatever overlaps it, a stored value
// replaces the storage at once. Reading what is no longer whole gives NaN in every element. Constant dimensions only.
Evaluation<double> run_plan(const Plan& plan, const Bindings<double>& bindings);

}  // namespace nncc::testing
