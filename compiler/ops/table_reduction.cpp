// Op records of reductions along axes, argmax and running reductions.
#include "graph/diagnostic_kinds.h"
#include "ops/elements.h"
#include "ops/evaluate_reduction.h"
#include "ops/gradient_rules.h"
#include "ops/tables.h"
#include "ops/type_rules.h"

namespace nncc {
namespace {

using Values = std::vector<Value>;

TypeResult reduction_type(const TypeContext& c) {
    if (auto error = wants_number(c, "a reduction")) return *error;
    const Axes& axes = c.attributes.integers("axes");
    const Type& type = c.operands[0];
    if (auto error = axes_error(axes, type.rank())) return *error;
    return std::vector{Type{type.dtype, without_axes(type.shape, axes)}};
}

TypeResult argmax_type(const TypeContext& c) {
    if (auto error = wants_number(c, "`argmax`")) return *error;
    const std::int64_t axis = c.attributes.integer("axis");
    if (auto error = axis_error(axis, c.operands[0].rank())) return *error;
    return std::vector{Type{DType::kI32, without_axes(c.operands[0].shape, {axis})}};
}

TypeResult cumulative_type(const TypeContext& c) {
    if (auto error = wants_number(c, "`cumulative`")) return *error;
    const std::string& kind = c.attributes.text("kind");
    if (kind != "sum" && kind != "max" && kind != "product") {
        return type_error(kAttributeWrong, fmt::format("`{}` is no kind of `cumulative`: sum, max or product", kind));
    }
    if (auto error = axis_error(c.attributes.integer("axis"), c.operands[0].rank())) return *error;
    return std::vector{c.operands[0]};
}

// The product of all others, without dividing: products before times products after.
Value product_of_others(GraphBuilder& b, Value x) {
    const std::int64_t axis = b.type(x).rank() - 1;
    const Axes none(static_cast<std::size_t>(axis) + 1, 0);
    Axes one = none, minus_one = none;
    one.back() = 1;
    minus_one.back() = -1;
    Value fill = scalar(b, 1.0, b.type(x).dtype);
    Value before = pad(b, cumulative(b, x, "product", axis, false), fill, one, minus_one, none);
    Value after = pad(b, cumulative(b, x, "product", axis, true), fill, minus_one, one, none);
    return multiply(b, before, after);
}

Values reduce_product_gradient(const GradientContext& c) {
    GraphBuilder& b = c.builder;
    const Axes& axes = c.node.attributes.integers("axes");
    Value others = over_merged_axes(b, c.operands[0], axes, [&](Value x) { return product_of_others(b, x); });
    const Shape shape = b.type(others).shape;
    return {multiply(b, restore_axes(b, c.adjoint(), shape, axes), others)};
}

// y_i = x_0 ... x_i, so dy_i/dx_k = the product over j <= i, j != k. Over [.., k, i]: x with element k set to 1, its
// running products, masked to i >= k. Quadratic in the extent, and right where an x is 0.
Value cumulative_product_gradient(const GradientContext& c, std::int64_t axis, bool reverse) {
    GraphBuilder& b = c.builder;
    const Type type = b.type(c.operands[0]);
    Shape shape = type.shape;
    shape.insert(shape.begin() + axis, type.shape[static_cast<std::size_t>(axis)]);
    Axes others;
    for (std::int64_t a = 0; a < static_cast<std::int64_t>(shape.size()); ++a) {
        if (a != axis) others.push_back(a);
    }
    Value k = iota(b, DType::kI32, shape, axis);
    Value i = iota(b, DType::kI32, shape, axis + 1);
    Value x = b.add("broadcast", {c.operands[0]}, {{"shape", shape}, {"axes", others}});
    Value without = select(b, equal(b, k, i), like(b, x, 1.0), x);
    Value products = cumulative(b, without, "product", axis + 1, reverse);
    Value adjoint = b.add("broadcast", {c.adjoint()}, {{"shape", shape}, {"axes", others}});
    Value counts = reverse ? less_equal(b, i, k) : less_equal(b, k, i);
    Value parts = select(b, counts, multiply(b, adjoint, products), like(b, x, 0.0));
    return reduce_sum(b, parts, {axis + 1});
}

Values cumulative_gradient(const GradientContext& c) {
    const std::string& kind = c.node.attributes.text("kind");
    const std::int64_t axis = c.node.attributes.integer("axis");
    const bool reverse = c.node.attributes.flag("reverse");
    if (kind == "sum") return {cumulative(c.builder, c.adjoint(), "sum", axis, !reverse)};
    if (kind == "product") return {cumulative_product_gradient(c, axis, reverse)};
    return {Value{}};  // max: not differentiable, by decision
}

const OpRecord kReductionTable[] = {
    {.name = "reduce_sum",
     .operands = "a",
     .attributes = {{"axes", attribute_kind<Axes>()}},
     .summary = "the sum along axes, which disappear",
     .type = reduction_type,
     .gradient = GradientRule([](const GradientContext& c) -> Values {
         const Shape shape = c.builder.type(c.operands[0]).shape;
         return {restore_axes(c.builder, c.adjoint(), shape, c.node.attributes.integers("axes"))};
     }),
     .lowering = ReductionLowering{Reducer::kSum},
     .evaluate = [](auto& context) { evaluate_reduction(context, Reducer::kSum); },
     .facts = {.zero_to_zero = true}},
    {.name = "reduce_max",
     .operands = "a",
     .attributes = {{"axes", attribute_kind<Axes>()}},
     .summary = "the largest along axes; the first of equals gets the adjoint",
     .type = reduction_type,
     .gradient = GradientRule([](const GradientContext& c) -> Values {
         GraphBuilder& b = c.builder;
         const Axes& axes = c.node.attributes.integers("axes");
         const Shape shape = b.type(c.operands[0]).shape;
         Value adjoint = restore_axes(b, c.adjoint(), shape, axes);
         return {select(b, first_largest(b, c.operands[0], axes), adjoint, like(b, adjoint, 0.0))};
     }),
     .lowering = ReductionLowering{Reducer::kMax},
     .evaluate = [](auto& context) { evaluate_reduction(context, Reducer::kMax); },
     .facts = {.zero_to_zero = true}},
    {.name = "reduce_product",
     .operands = "a",
     .attributes = {{"axes", attribute_kind<Axes>()}},
     .summary = "the product along axes",
     .type = reduction_type,
     .gradient = GradientRule(reduce_product_gradient),
     .lowering = ReductionLowering{Reducer::kProduct},
     .evaluate = [](auto& context) { evaluate_reduction(context, Reducer::kProduct); }},
    {.name = "argmax",
     .operands = "a",
     .attributes = {{"axis", attribute_kind<std::int64_t>()}},
     .summary = "where the largest is, first of equals; a NaN wins",
     .type = argmax_type,
     .gradient = NotDifferentiable{},
     .lowering = CustomLowering{"argmax"},
     .evaluate = [](auto& context) { evaluate_argmax(context); }},
    {.name = "cumulative",
     .operands = "a",
     .attributes = {{"axis", attribute_kind<std::int64_t>()},
                    {"kind", attribute_kind<std::string>()},
                    {"reverse", attribute_kind<bool>()}},
     .summary = "running sum, max or product along an axis; max is not differentiable",
     .type = cumulative_type,
     .gradient = GradientRule(cumulative_gradient),
     .lowering = CustomLowering{"cumulative"},
     .evaluate = [](auto& context) { evaluate_cumulative(context); }},
};

}  // namespace

std::span<const OpRecord> reduction_ops() { return kReductionTable; }

}  // namespace nncc
