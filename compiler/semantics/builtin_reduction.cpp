// Builtins over axes: sums, means, extrema, products, softmax, argmax and running sums.
#include <fmt/format.h>

#include <algorithm>

#include "semantics/arithmetic.h"
#include "semantics/builtin.h"
#include "semantics/compile_time.h"
#include "semantics/diagnostic_kinds.h"
#include "semantics/views.h"

namespace nncc {
namespace {

// The reduced axes come back as extents of 1.
std::optional<Value> keep_axes(Elaboration& elaboration, Value reduced, const Shape& shape,
                               const std::vector<std::int64_t>& axes, SourceRange range) {
    Shape kept = shape;
    for (std::int64_t axis : axes) kept[static_cast<std::size_t>(axis)] = Dim(1);
    return add_reshape(elaboration, reduced, kept, range);
}

std::optional<Value> reduce(Elaboration& elaboration, std::string_view op, Value value,
                            const std::vector<std::int64_t>& axes, const Operand& x, SourceRange range) {
    if (axes.empty()) return value;
    Attributes attributes;
    attributes.set("axes", axes);
    return add_node(elaboration, op, {value}, attributes, range, {x});
}

std::optional<Value> negate(Elaboration& elaboration, std::optional<Value> value, SourceRange range) {
    return value ? add_node(elaboration, "negate", {*value}, {}, range) : value;
}

std::optional<Value> divide_by_count(Elaboration& elaboration, Value total, const Shape& shape,
                                     const std::vector<std::int64_t>& axes, SourceRange range) {
    Shape reduced;
    for (std::int64_t axis : axes) reduced.push_back(shape[static_cast<std::size_t>(axis)]);
    std::optional<Dim> count = element_count(reduced);
    const Type type = elaboration.builder.type(total);
    if (!count) {
        report(elaboration, kModelTooLarge, range, fmt::format("{} has too many elements", shape_text(shape)));
        return std::nullopt;
    }
    Value divisor = count->is_constant()
                        ? constant_value(elaboration, static_cast<double>(count->constant()), type)
                        : broadcast_value(elaboration, extent_value(elaboration, *count, type.dtype), type.shape);
    return add_node(elaboration, "divide", {total, divisor}, {}, range);
}

Meaning apply_reduction(const BuiltinCall& call) {
    Elaboration& elaboration = call.elaboration;
    const Operand& x = call.operand(0);
    std::optional<Value> value = to_tensor(elaboration, x);
    if (!value) return Meaning::poison();
    std::string_view name = call.builtin.name;
    const Type type = elaboration.builder.type(*value);
    std::optional<std::vector<std::int64_t>> axes = to_axes(elaboration, call.find_operand(1), type.shape);
    if (!axes) return Meaning::poison();
    bool flags = name == "any" || name == "all";
    if (flags && type.dtype != DType::kBool) {
        report(elaboration, kDTypesDiffer, x.range,
               fmt::format("`{}` of `{}`, which is {}, not bool", name, x.text(), type_text(type)));
        return Meaning::poison();
    }
    if (name == "mean" && !is_floating(type.dtype)) {
        report(elaboration, kDTypesDiffer, x.range,
               fmt::format("`mean` of `{}`, which is {}: a mean is floating-point", x.text(), type_text(type)))
            .hint = "`f32(x)` converts";
        return Meaning::poison();
    }
    std::optional<Value> result = value;
    if (flags) {
        // any = max, all = min = 1 - any of the opposite, in i32.
        if (name == "all") result = add_node(elaboration, "not", {*result}, {}, call.range);
        result = reduce(elaboration, "reduce_max", cast_value(elaboration, *result, DType::kI32), *axes, x, call.range);
        if (result) result = cast_value(elaboration, *result, DType::kBool);
        if (result && name == "all") result = add_node(elaboration, "not", {*result}, {}, call.range);
    } else if (name == "min" || name == "reduce_min") {
        result = negate(elaboration, value, call.range);
        if (result) result = reduce(elaboration, "reduce_max", *result, *axes, x, call.range);
        result = negate(elaboration, result, call.range);
    } else {
        std::string_view op = name.starts_with("reduce_") ? name
                              : name == "max"             ? "reduce_max"
                              : name == "product"         ? "reduce_product"
                                                          : "reduce_sum";
        result = reduce(elaboration, op, *value, *axes, x, call.range);
        if (result && name == "mean" && !axes->empty())
            result = divide_by_count(elaboration, *result, type.shape, *axes, call.range);
    }
    if (result && flag_argument(call, 2, false))
        result = keep_axes(elaboration, *result, type.shape, *axes, call.range);
    return result_of(result);
}

// The last axis unless another is given.
std::optional<std::size_t> one_axis(const BuiltinCall& call, std::size_t index, const Type& type) {
    if (call.has(index)) return to_axis(call.elaboration, call.operand(index), type.shape);
    if (!type.shape.empty()) return type.shape.size() - 1;
    report(call.elaboration, kWrongAxis, call.operand(0).range,
           fmt::format("`{}` needs an axis, and `{}` is a scalar", call.builtin.name, call.operand(0).text()));
    return std::nullopt;
}

Meaning apply_along(const BuiltinCall& call) {
    std::optional<Value> value = to_tensor(call.elaboration, call.operand(0));
    if (!value) return Meaning::poison();
    std::optional<std::size_t> axis = one_axis(call, 1, call.elaboration.builder.type(*value));
    if (!axis) return Meaning::poison();
    Attributes attributes;
    attributes.set("axis", static_cast<std::int64_t>(*axis));
    return result_of(
        add_node(call.elaboration, call.builtin.name, {*value}, attributes, call.range, {call.operand(0)}));
}

Meaning apply_cumulative(const BuiltinCall& call) {
    std::optional<Value> value = to_tensor(call.elaboration, call.operand(0));
    if (!value) return Meaning::poison();
    std::optional<std::size_t> axis = one_axis(call, 1, call.elaboration.builder.type(*value));
    if (!axis) return Meaning::poison();
    Attributes attributes;
    attributes.set("axis", static_cast<std::int64_t>(*axis));
    attributes.set("kind", std::string(call.builtin.op));
    attributes.set("reverse", flag_argument(call, 2, false));
    return result_of(add_node(call.elaboration, "cumulative", {*value}, attributes, call.range, {call.operand(0)}));
}

constexpr Builtin kReductionBuiltins[] = {
    {"all", "x, axis?, keep?", apply_reduction},
    {"any", "x, axis?, keep?", apply_reduction},
    {"argmax", "x, axis?", apply_along},
    {"argsort", "x, axis?", apply_along},
    {"cumulative_max", "x, axis?, reverse?", apply_cumulative, "max"},
    {"cumulative_product", "x, axis?, reverse?", apply_cumulative, "product"},
    {"cumulative_sum", "x, axis?, reverse?", apply_cumulative, "sum"},
    {"log_softmax", "x, axis?", apply_along},
    {"max", "x, axis?, keep?", apply_reduction},
    {"mean", "x, axis?, keep?", apply_reduction},
    {"min", "x, axis?, keep?", apply_reduction},
    {"product", "x, axis?, keep?", apply_reduction},
    {"reduce_max", "x, axis?, keep?", apply_reduction},
    {"reduce_product", "x, axis?, keep?", apply_reduction},
    {"reduce_sum", "x, axis?, keep?", apply_reduction},
    {"softmax", "x, axis?", apply_along},
    {"sum", "x, axis?, keep?", apply_reduction},
};

}  // namespace

std::span<const Builtin> reduction_builtins() { return kReductionBuiltins; }

}  // namespace nncc
