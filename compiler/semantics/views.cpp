// Views: nodes that rearrange a tensor, and axes resolved from ints, dimension names, lists and `...`.
#include "semantics/views.h"

#include <fmt/format.h>

#include <algorithm>

#include "ops/record.h"
#include "semantics/compile_time.h"
#include "semantics/diagnostic_kinds.h"

namespace nncc {

std::optional<Value> add_slice(Elaboration& elaboration, Value value, const std::vector<std::int64_t>& start,
                               const std::vector<std::int64_t>& stop, const std::vector<std::int64_t>& step,
                               SourceRange range) {
    const Shape& shape = elaboration.builder.type(value).shape;
    bool whole = true;
    for (std::size_t axis = 0; axis < shape.size(); ++axis) {
        bool all = stop[axis] == kSliceEnd || (shape[axis].is_constant() && stop[axis] == shape[axis].constant());
        whole = whole && start[axis] == 0 && all && step[axis] == 1;
    }
    if (whole) return value;
    Attributes attributes;
    attributes.set("start", start);
    attributes.set("stop", stop);
    attributes.set("step", step);
    return add_node(elaboration, "slice", {value}, attributes, range);
}

std::optional<Value> add_reshape(Elaboration& elaboration, Value value, const Shape& shape, SourceRange range) {
    if (elaboration.builder.type(value).shape == shape) return value;
    Attributes attributes;
    attributes.set("shape", shape);
    return add_node(elaboration, "reshape", {value}, attributes, range);
}

std::optional<Value> add_axis_slice(Elaboration& elaboration, Value value, std::size_t axis, std::int64_t first,
                                    std::int64_t last, SourceRange range) {
    std::size_t rank = elaboration.builder.type(value).shape.size();
    std::vector<std::int64_t> start(rank, 0);
    std::vector<std::int64_t> stop(rank, kSliceEnd);
    for (std::size_t at = 0; at < rank; ++at) {
        const Dim& extent = elaboration.builder.type(value).shape[at];
        if (extent.is_constant()) stop[at] = extent.constant();
    }
    start[axis] = first;
    stop[axis] = last;
    return add_slice(elaboration, value, start, stop, std::vector<std::int64_t>(rank, 1), range);
}

std::optional<std::size_t> to_axis(Elaboration& elaboration, const Operand& axis, const Shape& shape) {
    const auto* integer = axis.meaning.as<IntegerMeaning>();
    if (integer != nullptr && !integer->dimension.empty()) {
        auto count = std::count(shape.begin(), shape.end(), integer->value);
        if (count == 1)
            return static_cast<std::size_t>(std::find(shape.begin(), shape.end(), integer->value) - shape.begin());
        Diagnostic& diagnostic = report(elaboration, kWrongAxis, axis.range,
                                        fmt::format("`{}`, {} here, is the extent of {} axes of {}", integer->dimension,
                                                    integer->value.text(), count, shape_text(shape)));
        diagnostic.hint = "a dimension names an axis when exactly one has its extent; a number always does";
        return std::nullopt;
    }
    std::optional<std::int64_t> number = to_integer(elaboration, axis);
    if (!number) return std::nullopt;
    auto rank = static_cast<std::int64_t>(shape.size());
    if (*number >= -rank && *number < rank) return static_cast<std::size_t>(*number < 0 ? *number + rank : *number);
    report(elaboration, kWrongAxis, axis.range, fmt::format("there is no axis {} in {}", *number, shape_text(shape)));
    return std::nullopt;
}

std::optional<std::vector<std::int64_t>> to_axes(Elaboration& elaboration, const Operand* axis, const Shape& shape) {
    std::vector<std::int64_t> axes;
    if (axis == nullptr) {
        for (std::size_t at = 0; at < shape.size(); ++at) axes.push_back(static_cast<std::int64_t>(at));
        return axes;
    }
    if (const auto* dots = axis->meaning.as<EllipsisMeaning>()) {
        std::size_t end = dots->count ? dots->first + *dots->count : shape.size();
        if (end > shape.size()) {
            report(elaboration, kWrongAxis, axis->range,
                   fmt::format("`...` stands for {} axes, and there are {}", *dots->count, shape_text(shape)));
            return std::nullopt;
        }
        for (std::size_t at = dots->first; at < end; ++at) axes.push_back(static_cast<std::int64_t>(at));
        return axes;
    }
    std::vector<Meaning> chosen;
    if (const auto* list = axis->meaning.as<ListMeaning>()) chosen = list->elements;
    else chosen = {axis->meaning};
    for (const Meaning& one : chosen) {
        std::optional<std::size_t> at = to_axis(elaboration, {one, axis->range}, shape);
        if (!at) return std::nullopt;
        axes.push_back(static_cast<std::int64_t>(*at));
    }
    std::sort(axes.begin(), axes.end());
    if (std::adjacent_find(axes.begin(), axes.end()) == axes.end()) return axes;
    report(elaboration, kWrongAxis, axis->range, fmt::format("`{}` names an axis twice", axis->text()));
    return std::nullopt;
}

}  // namespace nncc
