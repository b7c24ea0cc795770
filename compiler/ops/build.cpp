// Adds common nodes to a graph under construction.
#include "ops/build.h"

#include <algorithm>
#include <numeric>

#include "ops/record.h"

namespace nncc {
namespace {

// Operand axis k is result axis k.
Axes identity(std::size_t rank) {
    Axes axes(rank);
    std::iota(axes.begin(), axes.end(), 0);
    return axes;
}

}  // namespace

Value add(GraphBuilder& b, Value x, Value y) { return b.add("add", {x, y}); }
Value subtract(GraphBuilder& b, Value x, Value y) { return b.add("subtract", {x, y}); }
Value multiply(GraphBuilder& b, Value x, Value y) { return b.add("multiply", {x, y}); }
Value divide(GraphBuilder& b, Value x, Value y) { return b.add("divide", {x, y}); }
Value power(GraphBuilder& b, Value x, Value y) { return b.add("power", {x, y}); }
Value minimum(GraphBuilder& b, Value x, Value y) { return b.add("minimum", {x, y}); }
Value maximum(GraphBuilder& b, Value x, Value y) { return b.add("maximum", {x, y}); }
Value equal(GraphBuilder& b, Value x, Value y) { return b.add("equal", {x, y}); }
Value less(GraphBuilder& b, Value x, Value y) { return b.add("less", {x, y}); }
Value less_equal(GraphBuilder& b, Value x, Value y) { return b.add("less_equal", {x, y}); }
Value logical_and(GraphBuilder& b, Value x, Value y) { return b.add("and", {x, y}); }
Value logical_or(GraphBuilder& b, Value x, Value y) { return b.add("or", {x, y}); }
Value logical_not(GraphBuilder& b, Value x) { return b.add("not", {x}); }
Value select(GraphBuilder& b, Value mask, Value x, Value y) { return b.add("select", {mask, x, y}); }
Value cast(GraphBuilder& b, Value x, DType dtype) {
    return b.type(x).dtype == dtype ? x : b.add("cast", {x}, {{"dtype", dtype}});
}
Value unary(GraphBuilder& b, std::string_view op, Value x) { return b.add(op, {x}); }

Value like(GraphBuilder& b, Value x, double value) { return splat(b, value, Type(b.type(x))); }
Value add(GraphBuilder& b, Value x, double y) { return add(b, x, like(b, x, y)); }
Value multiply(GraphBuilder& b, Value x, double y) { return multiply(b, x, like(b, x, y)); }
Value divide(GraphBuilder& b, Value x, double y) { return divide(b, x, like(b, x, y)); }

Value reduce(GraphBuilder& b, std::string_view op, Value x, Axes axes) {
    if (axes.empty()) return x;
    std::sort(axes.begin(), axes.end());
    return b.add(op, {x}, {{"axes", std::move(axes)}});
}
Value reduce_sum(GraphBuilder& b, Value x, Axes axes) { return reduce(b, "reduce_sum", x, std::move(axes)); }

Value broadcast_to(GraphBuilder& b, Value x, Shape shape, Axes axes) {
    if (b.type(x).shape == shape) return x;
    return b.add("broadcast", {x}, {{"shape", std::move(shape)}, {"axes", std::move(axes)}});
}
Value broadcast_scalar(GraphBuilder& b, Value x, Shape shape) { return broadcast_to(b, x, std::move(shape), {}); }
Value restore_axes(GraphBuilder& b, Value x, const Shape& shape, const Axes& reduced) {
    Axes kept;
    for (std::int64_t axis = 0; axis < static_cast<std::int64_t>(shape.size()); ++axis) {
        if (std::find(reduced.begin(), reduced.end(), axis) == reduced.end()) kept.push_back(axis);
    }
    return broadcast_to(b, x, shape, std::move(kept));
}

Value reshape(GraphBuilder& b, Value x, Shape shape) {
    if (b.type(x).shape == shape) return x;
    return b.add("reshape", {x}, {{"shape", std::move(shape)}});
}
Value transpose(GraphBuilder& b, Value x, Axes permutation) {
    if (permutation == identity(permutation.size())) return x;
    return b.add("transpose", {x}, {{"permutation", std::move(permutation)}});
}
Value slice(GraphBuilder& b, Value x, Axes start, Axes stop, Axes step) {
    return b.add("slice", {x}, {{"start", std::move(start)}, {"stop", std::move(stop)}, {"step", std::move(step)}});
}
Value slice_to(GraphBuilder& b, Value x, Axes start, Shape shape) {
    const std::size_t rank = start.size();
    return b.add("slice", {x},
                 {{"start", std::move(start)},
                  {"stop", Axes(rank, kSliceEnd)},
                  {"step", Axes(rank, 1)},
                  {"extents", std::move(shape)}});
}
Value slice_axis(GraphBuilder& b, Value x, std::int64_t axis, std::int64_t start, std::int64_t stop,
                 std::int64_t step) {
    const std::size_t rank = b.type(x).shape.size();
    Axes starts(rank, 0), stops(rank, kSliceEnd), steps(rank, 1);
    starts[static_cast<std::size_t>(axis)] = start;
    stops[static_cast<std::size_t>(axis)] = stop;
    steps[static_cast<std::size_t>(axis)] = step;
    return slice(b, x, std::move(starts), std::move(stops), std::move(steps));
}
Value reverse_axis(GraphBuilder& b, Value x, std::int64_t axis) { return slice_axis(b, x, axis, kSliceEnd, -1, -1); }
Value pad(GraphBuilder& b, Value x, Value fill, Axes low, Axes high, Axes interior) {
    return b.add("pad", {x, fill},
                 {{"low", std::move(low)}, {"high", std::move(high)}, {"interior", std::move(interior)}});
}
Value pad_to(GraphBuilder& b, Value x, Value fill, Axes low, Shape shape) {
    const std::size_t rank = low.size();
    return b.add(
        "pad", {x, fill},
        {{"low", std::move(low)}, {"high", Axes(rank, 0)}, {"interior", Axes(rank, 0)}, {"extents", std::move(shape)}});
}
Value concatenate(GraphBuilder& b, std::vector<Value> parts, std::int64_t axis) {
    return b.add("concatenate", std::move(parts), {{"axis", axis}});
}
Value gather(GraphBuilder& b, Value x, Value indices, std::int64_t axis, std::int64_t batch_axes) {
    return b.add("gather", {x, indices}, {{"axis", axis}, {"batch_axes", batch_axes}});
}
Value scatter_add(GraphBuilder& b, Value indices, Value updates, std::int64_t axis, std::int64_t batch_axes,
                  Dim extent) {
    return b.add("scatter_add", {indices, updates},
                 {{"axis", axis}, {"batch_axes", batch_axes}, {"extent", Shape{std::move(extent)}}});
}
Value overwrite(GraphBuilder& b, Value x, Value rows, Value start, std::int64_t axis) {
    return b.add("overwrite", {x, rows, start}, {{"axis", axis}});
}
Value einsum(GraphBuilder& b, std::string equation, std::vector<Value> operands) {
    return b.add("einsum", std::move(operands), {{"equation", std::move(equation)}});
}
Value cumulative(GraphBuilder& b, Value x, std::string kind, std::int64_t axis, bool reverse) {
    return b.add("cumulative", {x}, {{"kind", std::move(kind)}, {"axis", axis}, {"reverse", reverse}});
}
Value iota(GraphBuilder& b, DType dtype, Shape shape, std::int64_t axis) {
    return b.add("iota", {}, {{"type", Type{dtype, std::move(shape)}}, {"axis", axis}});
}

Value extent_value(GraphBuilder& b, const Dim& dim, DType dtype) {
    if (dim.is_constant()) return scalar(b, static_cast<double>(dim.constant()), dtype);
    Value sum;
    for (const Dim::Term& term : dim.terms()) {
        Value product = scalar(b, static_cast<double>(term.coefficient), DType::kI32);
        for (std::size_t i = 0; i < term.names.size(); ++i) {
            Value extent = b.add("extent", {}, {{"dimension", term.names[i]}});
            product = i == 0 && term.coefficient == 1 ? extent : multiply(b, product, extent);
        }
        sum = sum ? add(b, sum, product) : product;
    }
    return cast(b, sum, dtype);
}

}  // namespace nncc
