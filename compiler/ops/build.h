// Adds common nodes to a graph under construction: what gradient rules, passes and the semantics build with.
#pragma once

#include <string>
#include <vector>

#include "graph/constants.h"
#include "graph/graph.h"

namespace nncc {

using Axes = std::vector<std::int64_t>;

// ---- elementwise; operands of equal type ----
Value add(GraphBuilder& b, Value x, Value y);
Value subtract(GraphBuilder& b, Value x, Value y);
Value multiply(GraphBuilder& b, Value x, Value y);
Value divide(GraphBuilder& b, Value x, Value y);
Value power(GraphBuilder& b, Value x, Value y);
Value minimum(GraphBuilder& b, Value x, Value y);
Value maximum(GraphBuilder& b, Value x, Value y);
Value equal(GraphBuilder& b, Value x, Value y);
Value less(GraphBuilder& b, Value x, Value y);
Value less_equal(GraphBuilder& b, Value x, Value y);
Value logical_and(GraphBuilder& b, Value x, Value y);
Value logical_or(GraphBuilder& b, Value x, Value y);
Value logical_not(GraphBuilder& b, Value x);
Value select(GraphBuilder& b, Value mask, Value x, Value y);
Value cast(GraphBuilder& b, Value x, DType dtype);  // the value itself when it has that dtype
// Any op of one operand and no attribute: "exp", "negate", "stop_gradient" ...
Value unary(GraphBuilder& b, std::string_view op, Value x);

// With a number in place of an operand: a constant of x's type, all elements equal.
Value like(GraphBuilder& b, Value x, double value);
Value add(GraphBuilder& b, Value x, double y);
Value multiply(GraphBuilder& b, Value x, double y);
Value divide(GraphBuilder& b, Value x, double y);

// ---- shapes ----
Value reduce(GraphBuilder& b, std::string_view op, Value x,
             Axes axes);  // "reduce_sum" ...; the value itself without axes
Value reduce_sum(GraphBuilder& b, Value x, Axes axes);
Value broadcast_to(GraphBuilder& b, Value x, Shape shape,
                   Axes axes);  // operand axis k becomes axes[k]; itself if nothing changes
Value broadcast_scalar(GraphBuilder& b, Value x, Shape shape);  // of rank 0
Value restore_axes(GraphBuilder& b, Value x, const Shape& shape,
                   const Axes& reduced);                      // undoes the shape of a reduction
Value reshape(GraphBuilder& b, Value x, Shape shape);         // itself if it has that shape
Value transpose(GraphBuilder& b, Value x, Axes permutation);  // itself if it is the identity
Value slice(GraphBuilder& b, Value x, Axes start, Axes stop, Axes step);
// From `start` on along each axis, to a result of that shape, whose extents may be bounded dimensions.
Value slice_to(GraphBuilder& b, Value x, Axes start, Shape shape);
Value slice_axis(GraphBuilder& b, Value x, std::int64_t axis, std::int64_t start, std::int64_t stop,
                 std::int64_t step = 1);
Value reverse_axis(GraphBuilder& b, Value x, std::int64_t axis);
Value pad(GraphBuilder& b, Value x, Value fill, Axes low, Axes high, Axes interior);
// `low` fills before the elements of each axis, then the elements, then as many as make that shape.
Value pad_to(GraphBuilder& b, Value x, Value fill, Axes low, Shape shape);
Value concatenate(GraphBuilder& b, std::vector<Value> parts, std::int64_t axis);
Value gather(GraphBuilder& b, Value x, Value indices, std::int64_t axis, std::int64_t batch_axes = 0);
Value scatter_add(GraphBuilder& b, Value indices, Value updates, std::int64_t axis, std::int64_t batch_axes,
                  Dim extent);
Value overwrite(GraphBuilder& b, Value x, Value rows, Value start, std::int64_t axis);
Value einsum(GraphBuilder& b, std::string equation, std::vector<Value> operands);
Value cumulative(GraphBuilder& b, Value x, std::string kind, std::int64_t axis, bool reverse);
Value iota(GraphBuilder& b, DType dtype, Shape shape, std::int64_t axis);
// The extent as a scalar: a constant, or arithmetic on `extent` nodes in i32 and then a cast.
Value extent_value(GraphBuilder& b, const Dim& dim, DType dtype);

}  // namespace nncc
