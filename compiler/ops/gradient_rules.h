// Pieces that gradient rules in several op tables are made of.
#pragma once

#include <vector>

#include "ops/build.h"
#include "ops/record.h"

namespace nncc {

// `value` where the adjoint is not 0, and 0 where it is: for rules whose slope may be infinite or NaN. It is what makes
// `select(x > 0, log(x), 0)` differentiable at x = 0: the dead branch gets an adjoint of exactly 0, and keeps it.
Value where_adjoint(const GradientContext& c, Value value);

// The adjoint of one of the equals a reduction chose: the mask of the first largest over sorted axes, in x's shape.
Value first_largest(GraphBuilder& b, Value x, const Axes& axes);

// Calls `rule(x merged over `axes` into one last axis)` and brings its result, of that shape, back to x's shape.
Value over_merged_axes(GraphBuilder& b, Value x, const Axes& axes, const std::function<Value(Value merged)>& rule);

}  // namespace nncc
