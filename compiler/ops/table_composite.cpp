// Op records of composites: ops with a meaning in primitives, and a gradient and stable evaluation of their own.
#include "ops/elements.h"
#include "ops/gradient_rules.h"
#include "ops/tables.h"
#include "ops/type_rules.h"

namespace nncc {
namespace {

using Values = std::vector<Value>;

TypeResult along_axis_type(const TypeContext& c) {
    if (auto error = wants_floating(c, "a softmax")) return *error;
    if (auto error = axis_error(c.attributes.integer("axis"), c.operands[0].rank())) return *error;
    return std::vector{c.operands[0]};
}

// x less the largest along the axis, through which no derivative needs to flow.
Value shifted(GraphBuilder& b, Value x, std::int64_t axis) {
    const Shape shape = b.type(x).shape;
    Value largest = unary(b, "stop_gradient", reduce(b, "reduce_max", x, {axis}));
    return subtract(b, x, restore_axes(b, largest, shape, {axis}));
}

Value sum_along(GraphBuilder& b, Value x, std::int64_t axis) {
    const Shape shape = b.type(x).shape;
    return restore_axes(b, reduce_sum(b, x, {axis}), shape, {axis});
}

Values softmax_gradient(const GradientContext& c) {
    GraphBuilder& b = c.builder;
    Value weighted = multiply(b, c.adjoint(), c.self);
    Value mean = sum_along(b, weighted, c.node.attributes.integer("axis"));
    return {multiply(b, c.self, subtract(b, c.adjoint(), mean))};
}

Values log_softmax_gradient(const GradientContext& c) {
    GraphBuilder& b = c.builder;
    Value total = sum_along(b, c.adjoint(), c.node.attributes.integer("axis"));
    return {subtract(b, c.adjoint(), multiply(b, unary(b, "exp", c.self), total))};
}

template <class S>
void evaluate_softmax(EvaluateContext<S>& context, bool in_log) {
    using std::exp, std::log;
    const Tensor<S>& a = *context.operands[0];
    Tensor<S>& r = context.results[0];
    const AxisView view = axis_view(a.extents, context.node.attributes.integer("axis"));
    for (std::int64_t o = 0; o < view.outer; ++o) {
        for (std::int64_t i = 0; i < view.inner; ++i) {
            double largest = -std::numeric_limits<double>::infinity();
            for (std::int64_t k = 0; k < view.extent; ++k)
                largest = maximum(largest, primal(a.elements[view.offset(o, k, i)]));
            S sum(0.0);
            for (std::int64_t k = 0; k < view.extent; ++k)
                sum = sum + exp(S(a.elements[view.offset(o, k, i)] - S(largest)));
            const S log_sum = log(sum);
            for (std::int64_t k = 0; k < view.extent; ++k) {
                const S x = a.elements[view.offset(o, k, i)] - S(largest);
                r.elements[view.offset(o, k, i)] = in_log ? S(x - log_sum) : S(exp(x) / sum);
            }
        }
    }
}

Values expand_softmax(GraphBuilder& b, const Node& node, const Values& operands) {
    const std::int64_t axis = node.attributes.integer("axis");
    Value e = unary(b, "exp", shifted(b, operands[0], axis));
    return {divide(b, e, sum_along(b, e, axis))};
}

Values expand_log_softmax(GraphBuilder& b, const Node& node, const Values& operands) {
    const std::int64_t axis = node.attributes.integer("axis");
    Value x = shifted(b, operands[0], axis);
    const Shape shape = b.type(x).shape;
    Value log_sum = unary(b, "log", reduce_sum(b, unary(b, "exp", x), {axis}));
    return {subtract(b, x, restore_axes(b, log_sum, shape, {axis}))};
}

const OpRecord kCompositeTable[] = {
    {.name = "softmax",
     .operands = "a",
     .attributes = {{"axis", attribute_kind<std::int64_t>()}},
     .summary = "exp(a) over its sum along an axis, without overflow",
     .type = along_axis_type,
     .gradient = GradientRule(softmax_gradient),
     .lowering = ExpandLowering{},
     .evaluate = [](auto& context) { evaluate_softmax(context, false); },
     .facts = {.lower = 0.0, .upper = 1.0},
     .expand = expand_softmax},
    {.name = "log_softmax",
     .operands = "a",
     .attributes = {{"axis", attribute_kind<std::int64_t>()}},
     .summary = "log(softmax(a)), without overflow",
     .type = along_axis_type,
     .gradient = GradientRule(log_softmax_gradient),
     .lowering = ExpandLowering{},
     .evaluate = [](auto& context) { evaluate_softmax(context, true); },
     .facts = {.upper = 0.0},
     .expand = expand_log_softmax},
};

}  // namespace

std::span<const OpRecord> composite_ops() { return kCompositeTable; }

}  // namespace nncc
