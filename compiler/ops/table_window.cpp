// Op records of sliding windows: `window` makes them, `overlap_add`, its adjoint, adds them up again.
#include <algorithm>

#include "graph/diagnostic_kinds.h"
#include "ops/evaluate_reduction.h"
#include "ops/evaluate_view.h"
#include "ops/gradient_rules.h"
#include "ops/tables.h"
#include "ops/type_rules.h"
#include "ops/windows.h"

namespace nncc {
namespace {

using Values = std::vector<Value>;

std::optional<TypeError> list_error(const TypeContext& c, std::size_t count,
                                    std::initializer_list<std::string_view> names) {
    for (std::string_view name : names) {
        const Axes& numbers = c.attributes.integers(name);
        const bool fits = numbers.size() == count &&
                          std::all_of(numbers.begin(), numbers.end(), [](std::int64_t n) { return n >= 1; });
        if (!fits) {
            return type_error(kAttributeWrong,
                              fmt::format("`{}` is a number of at least 1 for each of {} axes", name, count));
        }
    }
    return std::nullopt;
}

TypeResult window_type(const TypeContext& c) {
    const Type& from = c.operands[0];
    const Axes& axes = c.attributes.integers("axes");
    if (axes.empty()) return type_error(kAttributeWrong, "a window needs an axis", {0});
    if (auto error = axes_error(axes, from.rank())) return *error;
    if (auto error = list_error(c, axes.size(), {"dilation", "kernel", "stride"})) return *error;
    Type type = from;
    const Axes& kernel = c.attributes.integers("kernel");
    for (std::size_t k = 0; k < axes.size(); ++k) {
        Dim& extent = type.shape[static_cast<std::size_t>(axes[k])];
        const std::int64_t stride = c.attributes.integers("stride")[k];
        const std::int64_t dilation = c.attributes.integers("dilation")[k];
        const std::optional<Dim> count = window_count(extent, kernel[k], stride, dilation);
        if (!count) {
            const std::string spread = dilation > 1 ? fmt::format(", {} apart,", dilation) : "";
            return type_error(kExtentWrong,
                              fmt::format("windows of {}{} at every {} do not fit axis {} of {}", kernel[k], spread,
                                          stride, axes[k], type_text(from)),
                              {0},
                              extent.is_constant() ? "pad the axis, as `same` padding does"
                                                   : "bind the dimension to a number, or use a stride of 1");
        }
        extent = *count;
    }
    const auto after = type.shape.begin() + axes.back() + 1;
    type.shape.insert(after, kernel.begin(), kernel.end());
    return std::vector{type};
}

TypeResult overlap_add_type(const TypeContext& c) {
    if (auto error = wants_number(c, "`overlap_add`")) return *error;
    const Type& from = c.operands[0];
    const Axes& axes = c.attributes.integers("axes");
    const Shape& extents = c.attributes.shape("extents");
    if (axes.empty() || extents.size() != axes.size()) {
        return type_error(kAttributeWrong, "`overlap_add` needs axes, and an extent for each", {0});
    }
    if (auto error = axes_error(axes, from.rank() - static_cast<int>(axes.size()))) return *error;
    if (auto error = list_error(c, axes.size(), {"dilation", "stride"})) return *error;
    Type type = from;
    const auto first = static_cast<std::size_t>(axes.back()) + 1;
    for (std::size_t k = 0; k < axes.size(); ++k) {
        Dim& places = type.shape[static_cast<std::size_t>(axes[k])];
        const Dim& kernel = from.shape[first + k];
        const std::optional<Dim> count = kernel.is_constant()
                                             ? window_count(extents[k], kernel, c.attributes.integers("stride")[k],
                                                            c.attributes.integers("dilation")[k])
                                             : std::nullopt;
        if (!count || *count != places) {
            return type_error(kExtentWrong,
                              fmt::format("axis {} of {} does not hold the windows of an axis of {}", axes[k],
                                          type_text(from), extents[k].text()),
                              {0});
        }
        places = extents[k];
    }
    const auto kernels = type.shape.begin() + axes.back() + 1;
    type.shape.erase(kernels, kernels + static_cast<std::ptrdiff_t>(axes.size()));
    return std::vector{type};
}

// Strides over the window's axes into a tensor of the plain shape.
Extents window_strides(const Windows& windows, const Extents& plain) {
    const Extents from = strides_of(plain);
    Extents strides(plain.size() + windows.axes.size(), 0);
    for (std::size_t axis = 0; axis < plain.size(); ++axis) strides[windows.outer_axis(axis)] = from[axis];
    for (std::size_t k = 0; k < windows.axes.size(); ++k) {
        const auto axis = static_cast<std::size_t>(windows.axes[k]);
        strides[axis] = from[axis] * windows.stride[k];
        strides[windows.kernel_axis(k)] = from[axis] * windows.dilation[k];
    }
    return strides;
}

template <class S>
void evaluate_window(EvaluateContext<S>& context) {
    const Windows windows = windows_of(context.node, {});
    read_strided(context, window_strides(windows, context.operands[0]->extents));
}

template <class S>
void evaluate_overlap_add(EvaluateContext<S>& context) {
    Windows windows{context.node.attributes.integers("axes"),
                    {},
                    context.node.attributes.integers("stride"),
                    context.node.attributes.integers("dilation")};
    const Tensor<S>& a = *context.operands[0];
    Tensor<S>& r = context.results[0];
    r.elements.setConstant(S(0.0));
    Eigen::Index at = 0;
    walk(a.extents, window_strides(windows, r.extents), [&](const Extents&, std::int64_t to) {
        r.elements[to] = joined(Reducer::kSum, r.dtype, r.elements[to], a.elements[at++]);
    });
}

Values window_gradient(const GradientContext& c) {
    const Attributes& attributes = c.node.attributes;
    const Shape from = c.builder.type(c.operands[0]).shape;
    Shape extents;
    for (std::int64_t axis : attributes.integers("axes")) extents.push_back(from[static_cast<std::size_t>(axis)]);
    return {overlap_add(c.builder, c.adjoint(), attributes.integers("axes"), extents, attributes.integers("stride"),
                        attributes.integers("dilation"))};
}

Values overlap_add_gradient(const GradientContext& c) {
    const Windows windows = windows_of(c.node, c.builder.type(c.operands[0]));
    return {window(c.builder, c.adjoint(), windows.axes, windows.kernel, windows.stride, windows.dilation)};
}

std::optional<Reach> window_reach(const Graph&, const Node& node, std::size_t axis) {
    const Windows windows = windows_of(node, {});
    for (std::size_t k = 0; k < windows.axes.size(); ++k) {
        if (windows.axes[k] != static_cast<std::int64_t>(axis)) continue;
        if (windows.stride[k] != 1) return std::nullopt;
        return Reach{0, (windows.kernel[k] - 1) * windows.dilation[k], axis};
    }
    return Reach{0, 0, windows.outer_axis(axis)};
}

const OpRecord kWindowTable[] = {
    {.name = "window",
     .operands = "a",
     .attributes = {{"axes", attribute_kind<Axes>()},
                    {"dilation", attribute_kind<Axes>()},
                    {"kernel", attribute_kind<Axes>()},
                    {"stride", attribute_kind<Axes>()}},
     .summary = "windows of `kernel` elements, `dilation` apart, at every `stride`-th place; the kernel's axes follow "
                "the last of `axes`",
     .type = window_type,
     .gradient = GradientRule(window_gradient),
     .lowering = ViewLowering{ViewKind::kWindow},
     .evaluate = [](auto& context) { evaluate_window(context); },
     .facts = {.zero_to_zero = true},
     .reach = window_reach},
    {.name = "overlap_add",
     .operands = "a",
     .attributes = {{"axes", attribute_kind<Axes>()},
                    {"dilation", attribute_kind<Axes>()},
                    {"extents", attribute_kind<Shape>()},
                    {"stride", attribute_kind<Axes>()}},
     .summary = "windows added up where they overlap, over axes of `extents`: the adjoint of `window`",
     .type = overlap_add_type,
     .gradient = GradientRule(overlap_add_gradient),
     .lowering = CustomLowering{"overlap_add"},
     .evaluate = [](auto& context) { evaluate_overlap_add(context); },
     .facts = {.zero_to_zero = true}},
};

}  // namespace

std::span<const OpRecord> window_ops() { return kWindowTable; }

}  // namespace nncc
