// Op records whose index maps depend on data: gather, scatter_add, overwrite, argsort.
#include "graph/diagnostic_kinds.h"
#include "ops/evaluate_indexed.h"
#include "ops/gradient_rules.h"
#include "ops/tables.h"
#include "ops/type_rules.h"

namespace nncc {
namespace {

using Values = std::vector<Value>;

// Indices are i32, and their leading axes those of the tensor.
std::optional<TypeError> indices_error(const Type& tensor, const Type& indices, std::int64_t axis,
                                       std::int64_t batch_axes, int indices_operand) {
    if (indices.dtype != DType::kI32) {
        return type_error(kDTypeUnsupported, fmt::format("indices are i32, not {}", type_text(indices)),
                          {indices_operand});
    }
    if (batch_axes < 0 || batch_axes > axis || batch_axes > indices.rank()) {
        return type_error(
            kAxisWrong,
            fmt::format("{} batch axes do not fit axis {} and indices {}", batch_axes, axis, type_text(indices)),
            {0, 1});
    }
    for (std::size_t i = 0; i < static_cast<std::size_t>(batch_axes); ++i) {
        if (tensor.shape[i] == indices.shape[i]) continue;
        return type_error(kShapeDiffers,
                          fmt::format("batch axis {} is {} in {} and {} in {}", i, tensor.shape[i].text(),
                                      type_text(tensor), indices.shape[i].text(), type_text(indices)),
                          {0, 1});
    }
    return std::nullopt;
}

TypeResult gather_type(const TypeContext& c) {
    const Type& a = c.operands[0];
    const Type& indices = c.operands[1];
    const std::int64_t axis = c.attributes.integer("axis");
    const std::int64_t batch_axes = c.attributes.integer("batch_axes");
    if (auto error = axis_error(axis, a.rank())) return *error;
    if (auto error = indices_error(a, indices, axis, batch_axes, 1)) return *error;
    Shape shape(a.shape.begin(), a.shape.begin() + axis);
    shape.insert(shape.end(), indices.shape.begin() + batch_axes, indices.shape.end());
    shape.insert(shape.end(), a.shape.begin() + axis + 1, a.shape.end());
    return std::vector{Type{a.dtype, shape}};
}

TypeResult scatter_add_type(const TypeContext& c) {
    const Type& indices = c.operands[0];
    const Type& updates = c.operands[1];
    const std::int64_t axis = c.attributes.integer("axis");
    const std::int64_t batch_axes = c.attributes.integer("batch_axes");
    const Shape& extent = c.attributes.shape("extent");
    if (updates.dtype == DType::kBool) return type_error(kDTypeUnsupported, "`scatter_add` needs numbers", {1});
    if (extent.size() != 1) return type_error(kAttributeWrong, "`extent` of `scatter_add` is a shape of one extent");
    if (axis < 0 || axis > updates.rank()) {
        return type_error(kAxisWrong, fmt::format("axis {} does not fit {}", axis, type_text(updates)), {1});
    }
    if (auto error = indices_error(updates, indices, axis, batch_axes, 0)) return *error;
    const std::int64_t places = indices.rank() - batch_axes;
    bool fits = axis + places <= updates.rank();
    for (std::int64_t i = 0; fits && i < places; ++i) {
        fits = updates.shape[static_cast<std::size_t>(axis + i)] ==
               indices.shape[static_cast<std::size_t>(batch_axes + i)];
    }
    if (!fits) {
        return type_error(kShapeDiffers,
                          fmt::format("updates {} do not have the shape of indices {} at axis {}", type_text(updates),
                                      type_text(indices), axis),
                          {0, 1});
    }
    Shape shape(updates.shape.begin(), updates.shape.begin() + axis);
    shape.push_back(extent[0]);
    shape.insert(shape.end(), updates.shape.begin() + axis + places, updates.shape.end());
    return std::vector{Type{updates.dtype, shape}};
}

TypeResult overwrite_type(const TypeContext& c) {
    const Type& a = c.operands[0];
    const Type& rows = c.operands[1];
    const std::int64_t axis = c.attributes.integer("axis");
    if (auto error = axis_error(axis, a.rank())) return *error;
    bool fits = rows.dtype == a.dtype && rows.rank() == a.rank();
    for (std::size_t i = 0; fits && i < a.shape.size(); ++i)
        fits = static_cast<std::int64_t>(i) == axis || rows.shape[i] == a.shape[i];
    if (!fits) {
        return type_error(rows.dtype == a.dtype ? kShapeDiffers : kDTypeDiffers,
                          fmt::format("rows {} do not fit axis {} of {}", type_text(rows), axis, type_text(a)), {0, 1});
    }
    if (c.operands[2] != Type{DType::kI32, {}})
        return type_error(kDTypeUnsupported, fmt::format("a start is i32[], not {}", type_text(c.operands[2])), {2});
    return std::vector{a};
}

TypeResult argsort_type(const TypeContext& c) {
    if (auto error = wants_number(c, "`argsort`")) return *error;
    if (auto error = axis_error(c.attributes.integer("axis"), c.operands[0].rank())) return *error;
    return std::vector{Type{DType::kI32, c.operands[0].shape}};
}

Values gather_gradient(const GradientContext& c) {
    const std::int64_t axis = c.node.attributes.integer("axis");
    const Type from = c.builder.type(c.operands[0]);
    if (!is_floating(from.dtype)) return {Value{}, Value{}};
    return {scatter_add(c.builder, c.operands[1], c.adjoint(), axis, c.node.attributes.integer("batch_axes"),
                        from.shape[static_cast<std::size_t>(axis)]),
            Value{}};
}

// What was dropped gets 0, not the NaN of a gather out of range.
Values scatter_add_gradient(const GradientContext& c) {
    GraphBuilder& b = c.builder;
    const std::int64_t axis = c.node.attributes.integer("axis");
    const std::int64_t batch_axes = c.node.attributes.integer("batch_axes");
    const Dim extent = c.node.attributes.shape("extent")[0];
    Value indices = c.operands[0];
    const Type index_type = b.type(indices);
    Value end = broadcast_scalar(b, extent_value(b, extent, DType::kI32), index_type.shape);
    Value inside = logical_and(b, less_equal(b, like(b, indices, 0.0), indices), less(b, indices, end));
    Value gathered = gather(b, c.adjoint(), indices, axis, batch_axes);
    const Type type = b.type(gathered);
    Axes axes;
    for (std::int64_t i = 0; i < index_type.rank(); ++i) axes.push_back(i < batch_axes ? i : axis + i - batch_axes);
    Value mask = broadcast_to(b, inside, type.shape, axes);
    return {Value{}, select(b, mask, gathered, splat(b, 0.0, type))};
}

// What was dropped gets 0, as with scatter_add.
Values overwrite_gradient(const GradientContext& c) {
    GraphBuilder& b = c.builder;
    const std::int64_t axis = c.node.attributes.integer("axis");
    const Type rows = b.type(c.operands[1]);
    if (!is_floating(rows.dtype)) return {Value{}, Value{}, Value{}};
    const Value by_a = overwrite(b, c.adjoint(), splat(b, 0.0, rows), c.operands[2], axis);
    const Dim count = rows.shape[static_cast<std::size_t>(axis)];
    const Value first = broadcast_scalar(b, c.operands[2], {count});
    const Value indices = add(b, iota(b, DType::kI32, {count}, 0), first);
    const Dim extent = b.type(c.operands[0]).shape[static_cast<std::size_t>(axis)];
    const Value end = broadcast_scalar(b, extent_value(b, extent, DType::kI32), {count});
    const Value not_before = less_equal(b, like(b, indices, 0.0), indices);
    const Value inside = logical_and(b, not_before, less(b, indices, end));
    const Value gathered = gather(b, c.adjoint(), indices, axis);
    const Value mask = broadcast_to(b, inside, rows.shape, {axis});
    return {by_a, select(b, mask, gathered, splat(b, 0.0, rows)), Value{}};
}

const OpRecord kIndexedTable[] = {
    {.name = "gather",
     .operands = "a, indices",
     .attributes = {{"axis", attribute_kind<std::int64_t>()}, {"batch_axes", attribute_kind<std::int64_t>()}},
     .summary =
         "a at indices along an axis; NaN (0 for integers) out of range; the first batch_axes of both go together",
     .type = gather_type,
     .gradient = GradientRule(gather_gradient),
     .lowering = IndexedLowering{"gather"},
     .evaluate = [](auto& context) { evaluate_gather(context); }},
    {.name = "scatter_add",
     .operands = "indices, updates",
     .attributes = {{"axis", attribute_kind<std::int64_t>()},
                    {"batch_axes", attribute_kind<std::int64_t>()},
                    {"extent", attribute_kind<Shape>()}},
     .summary = "zeros, with every update added at its index along an axis; out of range it is dropped",
     .type = scatter_add_type,
     .gradient = GradientRule(scatter_add_gradient),
     .lowering = IndexedLowering{"scatter_add"},
     .evaluate = [](auto& context) { evaluate_scatter_add(context); }},
    {.name = "overwrite",
     .operands = "a, rows, start",
     .attributes = {{"axis", attribute_kind<std::int64_t>()}},
     .summary =
         "a with rows in place of its elements start, start + 1 ... along an axis; out of range they are dropped",
     .type = overwrite_type,
     .gradient = GradientRule(overwrite_gradient),
     .lowering = CustomLowering{"overwrite"},
     .evaluate = [](auto& context) { evaluate_overwrite(context); },
     .changes_in_place = true},
    {.name = "argsort",
     .operands = "a",
     .attributes = {{"axis", attribute_kind<std::int64_t>()}},
     .summary = "where the smallest is, the next ...; stable, NaN last",
     .type = argsort_type,
     .gradient = NotDifferentiable{},
     .lowering = CustomLowering{"argsort"},
     .evaluate = [](auto& context) { evaluate_argsort(context); }},
};

}  // namespace

std::span<const OpRecord> indexed_ops() { return kIndexedTable; }

}  // namespace nncc
