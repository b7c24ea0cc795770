// Builtins that rearrange: reshape, transpose, broadcast, split, stack, concatenate, pad, flip.
#include <fmt/format.h>

#include <algorithm>

#include "ops/record.h"
#include "semantics/arithmetic.h"
#include "semantics/builtin.h"
#include "semantics/compile_time.h"
#include "semantics/diagnostic_kinds.h"
#include "semantics/padding.h"
#include "semantics/views.h"

namespace nncc {
namespace {

std::optional<std::size_t> axis_argument(const BuiltinCall& call, std::size_t index, const Shape& shape,
                                         std::size_t otherwise) {
    if (call.has(index)) return to_axis(call.elaboration, call.operand(index), shape);
    if (otherwise < shape.size()) return otherwise;
    report(call.elaboration, kWrongAxis, call.operand(0).range,
           fmt::format("`{}` needs an axis, and `{}` is a scalar", call.builtin.name, call.operand(0).text()));
    return std::nullopt;
}

// -1 once: what is left of the elements.
std::optional<Shape> resolved_shape(const BuiltinCall& call, Shape shape, const Type& type) {
    auto open = std::find_if(shape.begin(), shape.end(), [](const Dim& dim) { return dim.is_constant(-1); });
    std::optional<Dim> total = element_count(type.shape);
    if (open != shape.end()) {
        *open = Dim(1);
        std::optional<Dim> known = element_count(shape);
        std::optional<Dim> rest = total && known && !known->is_constant(0) ? Dim::divide(*total, *known) : std::nullopt;
        if (rest) *open = *rest;
    }
    std::optional<Dim> count = element_count(shape);
    if (total && count && *total == *count) return shape;
    report(call.elaboration, kCannotReshape, call.range,
           fmt::format("cannot reshape `{}` {} to {}: {} elements are not {}", call.operand(0).text(),
                       shape_text(type.shape), shape_text(shape), total ? total->text() : "too many",
                       count ? count->text() : "too many"));
    return std::nullopt;
}

Meaning apply_reshape(const BuiltinCall& call) {
    std::optional<Value> value = to_tensor(call.elaboration, call.operand(0));
    std::optional<Shape> shape = to_shape(call.elaboration, call.operand(1));
    if (!value || !shape) return Meaning::poison();
    shape = resolved_shape(call, *shape, call.elaboration.builder.type(*value));
    return shape ? result_of(add_reshape(call.elaboration, *value, *shape, call.range)) : Meaning::poison();
}

Meaning apply_transpose(const BuiltinCall& call) {
    std::optional<Value> value = to_tensor(call.elaboration, call.operand(0));
    if (!value) return Meaning::poison();
    const Type type = call.elaboration.builder.type(*value);
    std::vector<std::int64_t> permutation;
    for (int axis = type.rank() - 1; axis >= 0; --axis) permutation.push_back(axis);
    if (call.has(1)) {
        const auto* list = call.operand(1).meaning.as<ListMeaning>();
        permutation.clear();
        for (const Meaning& element :
             list != nullptr ? list->elements : std::vector<Meaning>{call.operand(1).meaning}) {
            std::optional<std::size_t> axis = to_axis(call.elaboration, {element, call.operand(1).range}, type.shape);
            if (!axis) return Meaning::poison();
            permutation.push_back(static_cast<std::int64_t>(*axis));
        }
    }
    Attributes attributes;
    attributes.set("permutation", permutation);
    return result_of(add_node(call.elaboration, "transpose", {*value}, attributes, call.range, {call.operand(0)}));
}

// One axis to another place, the others in their order.
Meaning apply_move_axis(const BuiltinCall& call) {
    std::optional<Value> value = to_tensor(call.elaboration, call.operand(0));
    if (!value) return Meaning::poison();
    const Shape shape = call.elaboration.builder.type(*value).shape;
    std::optional<std::size_t> from = to_axis(call.elaboration, call.operand(1), shape);
    std::optional<std::size_t> to = to_axis(call.elaboration, call.operand(2), shape);
    if (!from || !to) return Meaning::poison();
    if (*from == *to) return Meaning::tensor(*value);
    std::vector<std::int64_t> permutation;
    for (std::size_t axis = 0; axis < shape.size(); ++axis) {
        if (axis != *from) permutation.push_back(static_cast<std::int64_t>(axis));
    }
    permutation.insert(permutation.begin() + static_cast<std::ptrdiff_t>(*to), static_cast<std::int64_t>(*from));
    Attributes attributes;
    attributes.set("permutation", permutation);
    return result_of(add_node(call.elaboration, "transpose", {*value}, attributes, call.range, {call.operand(0)}));
}

Meaning apply_broadcast(const BuiltinCall& call) {
    std::optional<Value> value = to_tensor(call.elaboration, call.operand(0));
    std::optional<Shape> shape = to_shape(call.elaboration, call.operand(1));
    if (!value || !shape) return Meaning::poison();
    const Type type = call.elaboration.builder.type(*value);
    bool fits = type.shape.size() <= shape->size();
    for (std::size_t back = 1; fits && back <= type.shape.size(); ++back) {
        const Dim& mine = type.shape[type.shape.size() - back];
        fits = mine.is_constant(1) || mine == (*shape)[shape->size() - back];
    }
    if (fits) return Meaning::tensor(broadcast_value(call.elaboration, *value, *shape));
    report(call.elaboration, kShapesDiffer, call.range,
           fmt::format("cannot broadcast `{}` {} to {}", call.operand(0).text(), shape_text(type.shape),
                       shape_text(*shape)))
        .hint = "shapes align at the last axis; only absent axes and extents of 1 stretch";
    return Meaning::poison();
}

constexpr std::int64_t kMaximumParts = 10'000;  // each becomes a node

// Parts of equal length, or of the lengths in a list.
Meaning apply_split(const BuiltinCall& call) {
    Elaboration& elaboration = call.elaboration;
    std::optional<Value> value = to_tensor(elaboration, call.operand(0));
    if (!value) return Meaning::poison();
    const Type type = elaboration.builder.type(*value);
    std::optional<std::size_t> axis = axis_argument(call, 2, type.shape, type.shape.size() - 1);
    std::optional<Shape> parts = to_shape(elaboration, call.operand(1));
    if (!axis || !parts) return Meaning::poison();
    const Dim& extent = type.shape[*axis];
    auto refuse = [&](const std::string& why) {
        report(elaboration, kDimensionRemainder, call.range,
               fmt::format("cannot split `{}` {} along axis {}: {}", call.operand(0).text(), shape_text(type.shape),
                           *axis, why));
        return Meaning::poison();
    };
    if (!extent.is_constant()) return refuse(fmt::format("its extent, {}, is free", extent.text()));
    std::vector<std::int64_t> lengths;
    if (call.operand(1).meaning.as<ListMeaning>() == nullptr) {
        std::int64_t count = (*parts)[0].is_constant() ? (*parts)[0].constant() : 0;
        if (count < 1 || count > kMaximumParts || extent.constant() % count != 0)
            return refuse(fmt::format("{} is not {} equal parts", extent.text(), (*parts)[0].text()));
        lengths.assign(static_cast<std::size_t>(count), extent.constant() / count);
    } else {
        std::int64_t total = 0;
        for (const Dim& part : *parts) {
            if (!part.is_constant() || part.constant() < 0 || part.constant() > extent.constant())
                return refuse(fmt::format("a part of {}", part.text()));
            lengths.push_back(part.constant());
            total += part.constant();
        }
        if (total != extent.constant()) return refuse(fmt::format("the parts make {}, not {}", total, extent.text()));
    }
    std::vector<Meaning> results;
    std::int64_t first = 0;
    for (std::int64_t length : lengths) {
        results.push_back(result_of(add_axis_slice(elaboration, *value, *axis, first, first + length, call.range)));
        first += length;
    }
    return Meaning::list(std::move(results));
}

Meaning apply_unstack(const BuiltinCall& call) {
    Elaboration& elaboration = call.elaboration;
    std::optional<Value> value = to_tensor(elaboration, call.operand(0));
    if (!value) return Meaning::poison();
    const Type type = elaboration.builder.type(*value);
    std::optional<std::size_t> axis = axis_argument(call, 1, type.shape, 0);
    if (!axis) return Meaning::poison();
    const Dim& extent = type.shape[*axis];
    if (!extent.is_constant() || extent.constant() > kMaximumParts) {
        report(elaboration, kNotCompileTime, call.range,
               fmt::format("cannot unstack {} parts of `{}` {}", extent.text(), call.operand(0).text(),
                           shape_text(type.shape)));
        return Meaning::poison();
    }
    Shape shape = type.shape;
    shape.erase(shape.begin() + static_cast<std::ptrdiff_t>(*axis));
    std::vector<Meaning> results;
    for (std::int64_t at = 0; at < extent.constant(); ++at) {
        std::optional<Value> part = add_axis_slice(elaboration, *value, *axis, at, at + 1, call.range);
        if (part) part = add_reshape(elaboration, *part, shape, call.range);
        results.push_back(result_of(part));
    }
    return Meaning::list(std::move(results));
}

// The tensors of a list, numbers taking the dtype of the first tensor.
std::optional<std::vector<Value>> tensors_of(const BuiltinCall& call) {
    const Operand& parts = call.operand(0);
    const auto* list = parts.meaning.as<ListMeaning>();
    if (list == nullptr || list->elements.empty()) {
        if (!parts.meaning.is_poison()) {
            report(call.elaboration, kWrongKind, parts.range,
                   fmt::format("`{}` takes a list of tensors, and `{}` is {}", call.builtin.name, parts.text(),
                               describe(parts.meaning, call.elaboration.builder)));
        }
        return std::nullopt;
    }
    std::vector<Value> values;
    for (const Meaning& element : list->elements) {
        std::optional<Value> value = to_tensor(call.elaboration, {element, parts.range});
        if (!value) return std::nullopt;
        values.push_back(*value);
    }
    return values;
}

Meaning apply_concatenate(const BuiltinCall& call) {
    std::optional<std::vector<Value>> values = tensors_of(call);
    if (!values) return Meaning::poison();
    const Type first = call.elaboration.builder.type((*values)[0]);
    std::optional<std::size_t> axis = axis_argument(call, 1, first.shape, first.shape.size() - 1);
    if (!axis) return Meaning::poison();
    if (values->size() == 1) return Meaning::tensor((*values)[0]);
    Attributes attributes;
    attributes.set("axis", static_cast<std::int64_t>(*axis));
    return result_of(add_node(call.elaboration, "concatenate", *values, attributes, call.range));
}

Meaning apply_stack(const BuiltinCall& call) {
    std::optional<std::vector<Value>> values = tensors_of(call);
    if (!values) return Meaning::poison();
    Shape shape = call.elaboration.builder.type((*values)[0]).shape;
    Shape stacked = shape;
    stacked.emplace_back(1);
    std::size_t place = 0;
    if (call.has(1)) {
        std::optional<std::size_t> axis = to_axis(call.elaboration, call.operand(1), stacked);
        if (!axis) return Meaning::poison();
        place = *axis;
    }
    shape.insert(shape.begin() + static_cast<std::ptrdiff_t>(place), Dim(1));
    for (Value& value : *values) {
        if (call.elaboration.builder.type(value).shape != call.elaboration.builder.type((*values)[0]).shape) {
            report(call.elaboration, kShapesDiffer, call.range,
                   fmt::format("cannot stack {} and {}", type_text(call.elaboration.builder.type((*values)[0])),
                               type_text(call.elaboration.builder.type(value))));
            return Meaning::poison();
        }
    }
    for (Value& value : *values) {
        std::optional<Value> widened = add_reshape(call.elaboration, value, shape, call.range);
        if (!widened) return Meaning::poison();
        value = *widened;
    }
    if (values->size() == 1) return Meaning::tensor((*values)[0]);
    Attributes attributes;
    attributes.set("axis", static_cast<std::int64_t>(place));
    return result_of(add_node(call.elaboration, "concatenate", *values, attributes, call.range));
}

// pad(x, [[1, 1], [0, 2]], value): before and after each axis; with a mode, by x's own elements.
Meaning apply_pad(const BuiltinCall& call) {
    Elaboration& elaboration = call.elaboration;
    std::optional<Value> value = to_tensor(elaboration, call.operand(0));
    if (!value) return Meaning::poison();
    const Type type = elaboration.builder.type(*value);
    const auto* list = call.operand(1).meaning.as<ListMeaning>();
    std::vector<std::int64_t> low;
    std::vector<std::int64_t> high;
    for (std::size_t axis = 0; list != nullptr && axis < list->elements.size(); ++axis) {
        const auto* pair = list->elements[axis].as<ListMeaning>();
        if (pair == nullptr || pair->elements.size() != 2 || !pair->elements[0].constant_integer() ||
            !pair->elements[1].constant_integer())
            break;
        low.push_back(*pair->elements[0].constant_integer());
        high.push_back(*pair->elements[1].constant_integer());
    }
    if (low.size() != type.shape.size()) {
        if (!call.operand(1).meaning.is_poison()) {
            report(elaboration, kWrongKind, call.operand(1).range,
                   fmt::format("`{}` is no pair of ints for each of {} axes", call.operand(1).text(), type.rank()))
                .hint = "before and after each axis, as in `[[0, 0], [1, 1]]`";
        }
        return Meaning::poison();
    }
    std::optional<std::string> mode = call.has(3) ? to_text(elaboration, call.operand(3)) : "constant";
    if (!mode) return Meaning::poison();
    if (*mode != "constant") {
        if (!call.has(2))
            return result_of(pad_by_mode(elaboration, *value, {low, high}, *mode, call.operand(3), call.range));
        report(elaboration, kWrongKind, call.operand(2).range, fmt::format("a value, and the mode `{}`", *mode)).hint =
            "only \"constant\" padding has a value";
        return Meaning::poison();
    }
    Operand fill = call.has(2) ? call.operand(2) : Operand{Meaning::integer(Dim(0)), call.range};
    std::optional<Value> filled = to_scalar(elaboration, fill, type.dtype);
    if (!filled) return Meaning::poison();
    Attributes attributes;
    attributes.set("low", low);
    attributes.set("high", high);
    attributes.set("interior", std::vector<std::int64_t>(low.size(), 0));
    return result_of(add_node(elaboration, "pad", {*value, *filled}, attributes, call.range, {call.operand(0), fill}));
}

Meaning apply_flip(const BuiltinCall& call) {
    std::optional<Value> value = to_tensor(call.elaboration, call.operand(0));
    if (!value) return Meaning::poison();
    const Type type = call.elaboration.builder.type(*value);
    std::optional<std::size_t> axis = axis_argument(call, 1, type.shape, type.shape.size() - 1);
    if (!axis) return Meaning::poison();
    std::vector<std::int64_t> start(type.shape.size(), 0);
    std::vector<std::int64_t> stop(type.shape.size(), kSliceEnd);
    std::vector<std::int64_t> step(type.shape.size(), 1);
    start[*axis] = kSliceEnd;
    stop[*axis] = -1;
    step[*axis] = -1;
    return result_of(add_slice(call.elaboration, *value, start, stop, step, call.range));
}

constexpr Builtin kViewBuiltins[] = {
    {"broadcast", "x, shape", apply_broadcast},
    {"concatenate", "parts, axis?", apply_concatenate},
    {"flip", "x, axis?", apply_flip},
    {"pad", "x, widths, value?, mode?", apply_pad},
    {"move_axis", "x, from, to", apply_move_axis},
    {"reshape", "x, shape", apply_reshape},
    {"split", "x, parts, axis?", apply_split},
    {"stack", "parts, axis?", apply_stack},
    {"transpose", "x, permutation?", apply_transpose},
    {"unstack", "x, axis?", apply_unstack},
};

}  // namespace

std::span<const Builtin> view_builtins() { return kViewBuiltins; }

}  // namespace nncc
