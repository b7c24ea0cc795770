// Late steps: pads and cuts that delay, and masks that are 0 before the first step and 1 from there on.
#include "semantics/late_steps.h"

#include "ops/build.h"
#include "ops/record.h"

namespace nncc {
namespace {

// [extent]: 0 for `delay` elements, then 1.
Value begun(GraphBuilder& builder, const Dim& extent, std::int64_t delay) {
    return later(builder, splat(builder, 1.0, {DType::kF32, {extent}}), 0, delay);
}

Value is_positive(GraphBuilder& builder, Value value) {
    const Value zeros = splat(builder, 0.0, builder.type(value));
    return less(builder, zeros, value);
}

Value argument(GraphBuilder& body, std::size_t index, const Type& type) {
    return body.add("argument", {}, {{"index", static_cast<std::int64_t>(index)}, {"type", type}});
}

}  // namespace

Value later(GraphBuilder& builder, Value value, std::size_t axis, std::int64_t steps) {
    const Type type = builder.type(value);
    // What a stream keeps is no bool.
    if (type.dtype == DType::kBool)
        return is_positive(builder, later(builder, cast(builder, value, DType::kF32), axis, steps));
    const Axes none(type.shape.size(), 0);
    Axes low = none;
    low[axis] = steps;
    const Value zero = scalar(builder, 0.0, type.dtype);
    const Value padded = pad(builder, value, zero, low, none, none);
    return slice_to(builder, padded, none, type.shape);
}

Value from_the_first(GraphBuilder& builder, Value value, std::size_t axis, std::int64_t delay, double fill) {
    const Type type = builder.type(value);
    const Value is_begun = is_positive(builder, begun(builder, type.shape[axis], delay));
    const Value mask = broadcast_to(builder, is_begun, type.shape, {static_cast<std::int64_t>(axis)});
    const Value before = splat(builder, fill, type);
    return select(builder, mask, value, before);
}

Value scan_from_the_first(GraphBuilder& builder, const Node& node, std::vector<Value> operands, std::int64_t delay) {
    const auto sequences = static_cast<std::size_t>(node.attributes.integer("sequences"));
    const auto carries = static_cast<std::size_t>(node.attributes.integer("carries"));
    const auto axis = static_cast<std::size_t>(node.attributes.integer("axis"));

    // One more sequence, [1, .., time], which a step sees as [1, ..].
    Shape shape(axis, Dim(1));
    const Type step{DType::kF32, shape};
    const Dim extent = builder.type(operands[0]).shape[axis];
    shape.push_back(extent);
    const Value steps = begun(builder, extent, delay);
    const Value sequence = broadcast_to(builder, steps, shape, {static_cast<std::int64_t>(axis)});

    const Graph& old = *node.body;
    GraphBuilder body(old.name());
    const Value now = argument(body, sequences, step);
    const auto made = inline_graph(
        body, old,
        [&](const Node& inner) -> std::optional<std::vector<Value>> {
            const Attribute* index = inner.op->name == "argument" ? inner.attributes.find("index") : nullptr;
            if (index == nullptr) return std::nullopt;
            const auto place = static_cast<std::size_t>(std::get<std::int64_t>(*index));
            body.set_origin(inner.origin);
            return std::vector{argument(body, place < sequences ? place : place + 1, inner.type())};
        },
        false);
    const Value scalar_now = reshape(body, now, {});
    const Value is_now = is_positive(body, scalar_now);
    const std::size_t yields = old.outputs().size() - carries;
    for (std::size_t k = 0; k < old.outputs().size(); ++k) {
        const Output& output = old.outputs()[k];
        body.set_origin(old.node(output.value).origin);
        Value value = made[static_cast<std::size_t>(output.value.node)][static_cast<std::size_t>(output.value.result)];
        if (k >= yields) {
            const Type type = body.type(value);
            const Value before = argument(body, sequences + 1 + k - yields, type);
            const Value mask = broadcast_scalar(body, is_now, type.shape);
            value = select(body, mask, value, before);
        }
        body.output(output.name, value);
    }

    operands.insert(operands.begin() + static_cast<std::ptrdiff_t>(sequences), sequence);
    Attributes attributes = node.attributes;
    attributes.set("sequences", static_cast<std::int64_t>(sequences) + 1);
    return builder.add(*node.op, std::move(operands), attributes, node.origin,
                       std::make_shared<const Graph>(std::move(body).finish()));
}

}  // namespace nncc
