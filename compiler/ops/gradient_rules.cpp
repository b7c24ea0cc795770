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

Value first_largest(GraphBuilder& b, Value x, const Axes& axes) {
    auto mask_along = [&](Value merged, std::int64_t axis) {
        const Shape shape = b.type(merged).shape;
        Value first = b.add("argmax", {merged}, {{"axis", axis}});
        return equal(b, iota(b, DType::kI32, shape, axis), restore_axes(b, first, shape, {axis}));
    };
    if (axes.size() == 1) return mask_along(x, axes[0]);
    return over_merged_axes(b, x, axes, [&](Value merged) { return mask_along(merged, b.type(merged).rank() - 1); });
}

}  // namespace nncc
