// Pieces that gradient rules in several op tables are made of.
#include "ops/gradient_rules.h"

#include <algorithm>

namespace nncc {

Value where_adjoint(const GradientContext& c, Value value) {
    GraphBuilder& b = c.builder;
    Value zero = like(b, value, 0.0);
    return select(b, equal(b, c.adjoint(), like(b, c.adjoint(), 0.0)), zero, value);
}

Value over_merged_axes(GraphBuilder& b, Value x, const Axes& axes, const std::function<Value(Value merged)>& rule) {
    if (axes.empty()) {
        Shape shape = b.type(x).shape;
        Shape merged = shape;
        merged.emplace_back(1);
        return reshape(b, rule(reshape(b, x, merged)), shape);
    }
    const Shape shape = b.type(x).shape;
    Axes order;
    Shape permuted, merged;
    Dim extent = 1;
    for (std::int64_t axis = 0; axis < static_cast<std::int64_t>(shape.size()); ++axis) {
        if (std::find(axes.begin(), axes.end(), axis) == axes.end()) order.push_back(axis);
    }
    for (std::int64_t axis : order) merged.push_back(shape[static_cast<std::size_t>(axis)]);
    for (std::int64_t axis : axes) {
        order.push_back(axis);
        std::optional<Dim> product = Dim::multiply(extent, shape[static_cast<std::size_t>(axis)]);
        NNCC_CHECK(product.has_value(), "{}", shape_text(shape));
        extent = *product;
    }
    merged.push_back(extent);
    for (std::int64_t axis : order) permuted.push_back(shape[static_cast<std::size_t>(axis)]);
    Axes inverse(order.size());
    for (std::size_t i = 0; i < order.size(); ++i)
        inverse[static_cast<std::size_t>(order[i])] = static_cast<std::int64_t>(i);
    Value result = rule(reshape(b, transpose(b, x, order), merged));
    return transpose(b, reshape(b, result, permuted), inverse);
}

// The first is the smallest index among the largest, counted row by row over the axes; NaNs are the largest.
Value first_largest(GraphBuilder& b, Value x, const Axes& axes) {
    const Type type = b.type(x);
    const Type indices{DType::kI32, type.shape};
    Value largest = restore_axes(b, reduce(b, "reduce_max", x, axes), type.shape, axes);
    Value chosen = equal(b, x, largest);
    if (is_floating(type.dtype)) chosen = logical_or(b, chosen, logical_not(b, equal(b, x, x)));
    Value index;
    for (std::int64_t axis : axes) {
        Value along = iota(b, DType::kI32, type.shape, axis);
        if (index) {
            Value extent = extent_value(b, type.shape[static_cast<std::size_t>(axis)], DType::kI32);
            index = add(b, multiply(b, index, broadcast_scalar(b, extent, type.shape)), along);
        } else {
            index = along;
        }
    }
    if (!index) return splat(b, 1.0, Type{DType::kBool, type.shape});
    Value before = unary(b, "negate", index);
    Value none = splat(b, static_cast<double>(INT32_MIN), indices);
    Value first = reduce(b, "reduce_max", select(b, chosen, before, none), axes);
    return equal(b, before, restore_axes(b, first, type.shape, axes));
}

}  // namespace nncc
