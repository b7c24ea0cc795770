// Builtins that slide along axes: convolution, window and overlap_add, and the numbers they take for each axis.
#include <fmt/format.h>

#include <algorithm>

#include "ops/record.h"
#include "ops/windows.h"
#include "semantics/arithmetic.h"
#include "semantics/builtin.h"
#include "semantics/compile_time.h"
#include "semantics/diagnostic_kinds.h"
#include "semantics/padding.h"
#include "semantics/views.h"

namespace nncc {
namespace {

std::optional<std::vector<std::int64_t>> numbers(const BuiltinCall& call, std::size_t index, std::size_t count,
                                                 std::string_view what) {
    return to_axis_numbers(call.elaboration, call.find_operand(index), count, 1, what);
}

// per_axis(3, 2) is [3, 3]; a list of 2 is itself.
Meaning apply_per_axis(const BuiltinCall& call) {
    std::optional<std::int64_t> count = to_integer(call.elaboration, call.operand(1));
    if (!count || *count < 0 || *count > 64) return Meaning::poison();
    auto list = to_axis_numbers(call.elaboration, call.find_operand(0), static_cast<std::size_t>(*count), INT32_MIN,
                                "a number");
    if (!list) return Meaning::poison();
    std::vector<Meaning> elements;
    for (std::int64_t number : *list) elements.push_back(Meaning::integer(Dim(number)));
    return Meaning::list(std::move(elements));
}

// A step over places needs to know how many there are: extents that are symbols, but bound to a number, become it.
// Along axes[k] the step is steps[k].
std::optional<Value> with_known_extents(const BuiltinCall& call, Value value, const std::vector<std::int64_t>& axes,
                                        const std::vector<std::int64_t>& steps) {
    Elaboration& elaboration = call.elaboration;
    const Shape shape = elaboration.builder.type(value).shape;
    Shape known = shape;
    for (std::size_t k = 0; k < axes.size(); ++k) {
        Dim& extent = known[static_cast<std::size_t>(axes[k])];
        const Dim bound = extent.bind(elaboration.analysis.dims);
        if (steps[k] > 1 && bound.is_constant()) extent = bound;
    }
    if (known == shape) return value;
    const std::size_t rank = shape.size();
    const Attributes attributes{{"extents", known},
                                {"start", std::vector<std::int64_t>(rank, 0)},
                                {"step", std::vector<std::int64_t>(rank, 1)},
                                {"stop", std::vector<std::int64_t>(rank, kSliceEnd)}};
    return add_node(elaboration, "slice", {value}, attributes, call.range, {call.operand(0)});
}

// x [batch, places.., channels] by w [kernel.., channels / groups, filters]: [batch, places.., filters].
Meaning apply_convolution(const BuiltinCall& call) {
    Elaboration& elaboration = call.elaboration;
    std::optional<Value> x = to_tensor(elaboration, call.operand(0));
    std::optional<Value> w = to_tensor(elaboration, call.operand(1));
    if (!x || !w) return Meaning::poison();
    const Type weights = elaboration.builder.type(*w);
    Type type = elaboration.builder.type(*x);
    const std::size_t rank = type.shape.size() < 3 ? 1 : type.shape.size() - 2;
    ConvolutionForm form;
    auto strides = numbers(call, 2, rank, "a stride");
    auto dilation = numbers(call, 4, rank, "a dilation");
    auto spread = numbers(call, 6, rank, "a dilation");
    std::optional<std::int64_t> groups = call.has(5) ? to_integer(elaboration, call.operand(5)) : 1;
    if (!strides || !dilation || !spread || !groups) return Meaning::poison();
    if (*groups < 1) {
        report(elaboration, kWrongKind, call.operand(5).range, fmt::format("{} groups: there is at least 1", *groups));
        return Meaning::poison();
    }
    form.strides = *strides, form.w_dilation = *dilation, form.x_dilation = *spread, form.groups = *groups;
    Padding padding{std::vector<std::int64_t>(rank, 0), std::vector<std::int64_t>(rank, 0)};
    if (type.shape.size() == rank + 2 && weights.shape.size() == rank + 2) {  // else the op's own rule reports
        std::vector<std::int64_t> axes, steps;
        for (std::size_t axis = 0; axis < rank; ++axis) {
            axes.push_back(static_cast<std::int64_t>(axis) + 1);
            steps.push_back(std::max((*strides)[axis], (*spread)[axis]));
        }
        x = with_known_extents(call, *x, axes, steps);
        if (!x) return Meaning::poison();
        type = elaboration.builder.type(*x);
        Sliding sliding{{}, *strides, *dilation};
        Shape extents;
        for (std::size_t axis = 0; axis < rank; ++axis) {
            const std::optional<Dim> extent = dilated_extent(type.shape[axis + 1], form.x_dilation[axis]);
            if (!weights.shape[axis].is_constant() || !extent) {
                report(elaboration, kNotCompileTime, call.operand(1).range,
                       fmt::format("`{}` {} has a kernel whose extent is not known", call.operand(1).text(),
                                   shape_text(weights.shape)));
                return Meaning::poison();
            }
            sliding.kernel.push_back(weights.shape[axis].constant());
            extents.push_back(*extent);
        }
        std::optional<Padding> given = to_padding(elaboration, call.find_operand(3), extents, sliding, call.range);
        if (!given) return Meaning::poison();
        padding = *given;
    }
    form.low = padding.low, form.high = padding.high;
    return result_of(add_node(elaboration, "convolution", {*x, *w}, attributes_of(form), call.range,
                              {call.operand(0), call.operand(1)}));
}

// The axes of a window: as given, else all but the first and the last.
std::optional<std::vector<std::int64_t>> window_axes(const BuiltinCall& call, std::size_t index, const Shape& shape) {
    if (call.has(index)) return to_axes(call.elaboration, &call.operand(index), shape);
    std::vector<std::int64_t> axes;
    for (std::size_t axis = 1; axis + 1 < shape.size(); ++axis) axes.push_back(static_cast<std::int64_t>(axis));
    if (!axes.empty()) return axes;
    report(call.elaboration, kWrongAxis, call.operand(0).range,
           fmt::format("`{}` {} has no axes between its first and its last: say which, as in `axes = 0`",
                       call.operand(0).text(), shape_text(shape)));
    return std::nullopt;
}

// window(x, kernel): an axis of places for each axis, and after the last of them an axis for each kernel's.
Meaning apply_window(const BuiltinCall& call) {
    Elaboration& elaboration = call.elaboration;
    std::optional<Value> value = to_tensor(elaboration, call.operand(0));
    if (!value) return Meaning::poison();
    Type type = elaboration.builder.type(*value);
    auto axes = window_axes(call, 4, type.shape);
    if (!axes) return Meaning::poison();
    auto kernel = numbers(call, 1, axes->size(), "a kernel");
    auto stride = numbers(call, 2, axes->size(), "a stride");
    auto dilation = numbers(call, 3, axes->size(), "a dilation");
    if (!kernel || !stride || !dilation) return Meaning::poison();
    value = with_known_extents(call, *value, *axes, *stride);
    if (!value) return Meaning::poison();
    type = elaboration.builder.type(*value);
    Shape extents;
    for (std::int64_t axis : *axes) extents.push_back(type.shape[static_cast<std::size_t>(axis)]);
    auto padding = to_padding(elaboration, call.find_operand(5), extents, {*kernel, *stride, *dilation}, call.range);
    const Operand fill = call.has(6) ? call.operand(6) : Operand{Meaning::integer(Dim(0)), call.range};
    std::optional<Value> filled = to_scalar(elaboration, fill, type.dtype);
    if (!padding || !filled) return Meaning::poison();
    std::vector<std::int64_t> low(type.shape.size(), 0), high = low;
    const std::vector<std::int64_t> none = low;
    for (std::size_t k = 0; k < axes->size(); ++k) {
        low[static_cast<std::size_t>((*axes)[k])] = padding->low[k];
        high[static_cast<std::size_t>((*axes)[k])] = padding->high[k];
    }
    if (low != none || high != none) {
        const Attributes widths{{"high", high}, {"interior", none}, {"low", low}};
        value = add_node(elaboration, "pad", {*value, *filled}, widths, call.range, {call.operand(0), fill});
        if (!value) return Meaning::poison();
    }
    const Attributes attributes{{"axes", *axes}, {"dilation", *dilation}, {"kernel", *kernel}, {"stride", *stride}};
    return result_of(add_node(elaboration, "window", {*value}, attributes, call.range, {call.operand(0)}));
}

// overlap_add(windows, extents): what `window` of axes of those extents gives, added up where it overlaps.
Meaning apply_overlap_add(const BuiltinCall& call) {
    Elaboration& elaboration = call.elaboration;
    std::optional<Value> value = to_tensor(elaboration, call.operand(0));
    std::optional<Shape> extents = to_shape(elaboration, call.operand(1));
    if (!value || !extents) return Meaning::poison();
    const Type type = elaboration.builder.type(*value);
    std::vector<std::int64_t> axes;
    if (call.has(4)) {
        auto given = to_axes(elaboration, &call.operand(4), type.shape);
        if (!given) return Meaning::poison();
        axes = *given;
    } else {
        for (std::size_t axis = 1; axis <= extents->size(); ++axis) axes.push_back(static_cast<std::int64_t>(axis));
    }
    auto stride = numbers(call, 2, axes.size(), "a stride");
    auto dilation = numbers(call, 3, axes.size(), "a dilation");
    if (!stride || !dilation) return Meaning::poison();
    const Attributes attributes{{"axes", axes}, {"dilation", *dilation}, {"extents", *extents}, {"stride", *stride}};
    return result_of(add_node(elaboration, "overlap_add", {*value}, attributes, call.range, {call.operand(0)}));
}

constexpr Builtin kWindowBuiltins[] = {
    {"convolution", "x, w, stride?, padding?, dilation?, groups?, x_dilation?", apply_convolution},
    {"overlap_add", "windows, extents, stride?, dilation?, axes?", apply_overlap_add},
    {"per_axis", "numbers, count", apply_per_axis},
    {"window", "x, kernel, stride?, dilation?, axes?, padding?, value?", apply_window},
};

}  // namespace

std::span<const Builtin> window_builtins() { return kWindowBuiltins; }

}  // namespace nncc
