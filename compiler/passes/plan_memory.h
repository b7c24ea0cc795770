// plan_memory: a place for every value of a scheduled, fused graph (passes/plan.h).
#pragma once

#include "base/expected.h"
#include "passes/plan.h"

namespace nncc {

// Stores and outputs are written where they end up; everything else shares one arena, largest first at the lowest
// offset that is free over its lifetime; a loop overwrites an operand that nobody reads later.
Expected<Plan> plan_memory(const Graph& fused, const DimBindings& dims);

}  // namespace nncc
