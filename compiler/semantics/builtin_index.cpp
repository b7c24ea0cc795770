// Builtins that choose by index: gather, scatter_add, one_hot.
#include <fmt/format.h>

#include "semantics/arithmetic.h"
#include "semantics/builtin.h"
#include "semantics/compile_time.h"
#include "semantics/diagnostic_kinds.h"
#include "semantics/views.h"

namespace nncc {
namespace {

std::optional<Value> to_indices(const BuiltinCall& call, std::size_t index) {
    std::optional<Value> value = to_tensor(call.elaboration, call.operand(index));
    if (!value) return std::nullopt;
    const Type& type = call.elaboration.builder.type(*value);
    if (type.dtype == DType::kI32) return value;
    report(call.elaboration, kDTypesDiffer, call.operand(index).range,
           fmt::format("`{}` is {}; indices are i32", call.operand(index).text(), type_text(type)))
        .hint = "`i32(x)` converts";
    return std::nullopt;
}

// gather(x, indices, axis = 0, batch_axes = 0): the leading `batch_axes` of both run together.
Meaning apply_gather(const BuiltinCall& call) {
    std::optional<Value> value = to_tensor(call.elaboration, call.operand(0));
    std::optional<Value> indices = to_indices(call, 1);
    if (!value || !indices) return Meaning::poison();
    const Type type = call.elaboration.builder.type(*value);
    std::optional<std::int64_t> batch_axes = call.has(3) ? to_integer(call.elaboration, call.operand(3)) : 0;
    if (!batch_axes) return Meaning::poison();
    Operand axis = call.has(2) ? call.operand(2) : Operand{Meaning::integer(Dim(*batch_axes)), call.range};
    std::optional<std::size_t> along = to_axis(call.elaboration, axis, type.shape);
    if (!along) return Meaning::poison();
    Attributes attributes;
    attributes.set("axis", static_cast<std::int64_t>(*along));
    attributes.set("batch_axes", *batch_axes);
    return result_of(add_node(call.elaboration, "gather", {*value, *indices}, attributes, call.range,
                              {call.operand(0), call.operand(1)}));
}

// scatter_add(indices, updates, extent, axis = 0): zeros of `extent` along the axis, each update added at its index.
Meaning apply_scatter_add(const BuiltinCall& call) {
    std::optional<Value> indices = to_indices(call, 0);
    std::optional<Value> updates = to_tensor(call.elaboration, call.operand(1));
    std::optional<Dim> extent = to_dim(call.elaboration, call.operand(2));
    std::optional<std::int64_t> axis = call.has(3) ? to_integer(call.elaboration, call.operand(3)) : 0;
    if (!indices || !updates || !extent || !axis) return Meaning::poison();
    Attributes attributes;
    attributes.set("axis", *axis);
    attributes.set("batch_axes", std::int64_t{0});
    attributes.set("extent", Shape{*extent});
    return result_of(add_node(call.elaboration, "scatter_add", {*indices, *updates}, attributes, call.range,
                              {call.operand(0), call.operand(1)}));
}

// one_hot(indices, classes): f32, a new last axis that is 1 at the index and 0 elsewhere.
Meaning apply_one_hot(const BuiltinCall& call) {
    Elaboration& elaboration = call.elaboration;
    std::optional<Value> indices = to_indices(call, 0);
    std::optional<Dim> classes = to_dim(elaboration, call.operand(1));
    if (!indices || !classes) return Meaning::poison();
    Shape shape = elaboration.builder.type(*indices).shape;
    std::size_t axis = shape.size();
    std::vector<std::int64_t> axes;
    for (std::size_t at = 0; at < axis; ++at) axes.push_back(static_cast<std::int64_t>(at));
    shape.push_back(*classes);
    Attributes attributes;
    attributes.set("type", Type{DType::kI32, shape});
    attributes.set("axis", static_cast<std::int64_t>(axis));
    std::optional<Value> numbers = add_node(elaboration, "iota", {}, attributes, call.range);
    Attributes spread;
    spread.set("shape", shape);
    spread.set("axes", axes);
    std::optional<Value> repeated = add_node(elaboration, "broadcast", {*indices}, spread, call.range);
    if (!numbers || !repeated) return Meaning::poison();
    std::optional<Value> hot = add_node(elaboration, "equal", {*repeated, *numbers}, {}, call.range);
    return hot ? Meaning::tensor(cast_value(elaboration, *hot, real_dtype(elaboration))) : Meaning::poison();
}

constexpr Builtin kIndexBuiltins[] = {
    {"gather", "x, indices, axis?, batch_axes?", apply_gather},
    {"one_hot", "indices, classes", apply_one_hot},
    {"scatter_add", "indices, updates, extent, axis?", apply_scatter_add},
};

}  // namespace

std::span<const Builtin> index_builtins() { return kIndexBuiltins; }

}  // namespace nncc
