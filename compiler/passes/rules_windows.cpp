// Windows: turns those that do not overlap, or are one element, into plain views.
#include <algorithm>

#include "graph/constants.h"
#include "ops/build.h"
#include "ops/record.h"
#include "ops/windows.h"
#include "passes/rules.h"

namespace nncc {
namespace {

std::optional<Value> window_of_one(GraphBuilder& builder, const Node& node) {
    const Windows windows = windows_of(node, {});
    for (std::size_t k = 0; k < windows.axes.size(); ++k) {
        // On an axis whose extent is not constant a slice takes all.
        const Dim extent = builder.type(node.operands[0]).shape[static_cast<std::size_t>(windows.axes[k])];
        if (windows.kernel[k] != 1 || (!extent.is_constant() && windows.stride[k] != 1)) return std::nullopt;
    }
    return window(builder, node.operands[0], windows.axes, windows.kernel, windows.stride, windows.dilation);
}

// Windows beside each other, with or without gaps: each kernel's axis, filled up to the stride, moves behind its places
// and joins them.
std::optional<Value> add_without_overlap(GraphBuilder& builder, const Node& node) {
    const Type from = builder.type(node.operands[0]);
    const Windows windows = windows_of(node, from);
    const Shape& to = node.type().shape;
    const std::size_t rank = from.shape.size();
    Axes low(rank, 0), gaps(rank, 0), rest(to.size(), 0);
    Shape joined = to;
    for (std::size_t k = 0; k < windows.axes.size(); ++k) {
        const auto axis = static_cast<std::size_t>(windows.axes[k]);
        if (windows.kernel[k] > windows.stride[k] || (windows.dilation[k] > 1 && windows.kernel[k] > 1))
            return std::nullopt;
        gaps[windows.kernel_axis(k)] = windows.stride[k] - windows.kernel[k];
        const std::optional<Dim> length = Dim::multiply(from.shape[axis], windows.stride[k]);
        const std::optional<Dim> left = length ? Dim::subtract(to[axis], *length) : std::nullopt;
        if (!left || !left->is_constant()) return std::nullopt;
        joined[axis] = *length;
        rest[axis] = left->constant();
    }
    Value x = node.operands[0];
    const Value zero = scalar(builder, 0.0, from.dtype);
    if (gaps != low) x = pad(builder, x, zero, low, gaps, Axes(rank, 0));
    Axes order;
    for (std::size_t axis = 0; axis < to.size(); ++axis) {
        order.push_back(static_cast<std::int64_t>(windows.outer_axis(axis)));
        const auto found = std::find(windows.axes.begin(), windows.axes.end(), static_cast<std::int64_t>(axis));
        if (found == windows.axes.end()) continue;
        const auto index = static_cast<std::size_t>(found - windows.axes.begin());
        order.push_back(static_cast<std::int64_t>(windows.kernel_axis(index)));
    }
    x = reshape(builder, transpose(builder, x, order), joined);
    const Axes none(to.size(), 0);
    return rest == none ? x : pad(builder, x, zero, none, rest, none);
}

// Zeros around the places of x (or taken off there, where the padding is negative) are the convolution's own padding.
std::optional<Value> padding_of_convolution(GraphBuilder& builder, const Node& node) {
    const Node& pad = builder.node(node.operands[0]);
    if (pad.op->name != "pad" || splat_value(builder, pad.operands[1]) != 0.0) return std::nullopt;
    ConvolutionForm form = convolution_form(node.attributes);
    const Axes low = pad.attributes.integers("low"), high = pad.attributes.integers("high"),
               interior = pad.attributes.integers("interior");
    if (low.front() != 0 || high.front() != 0 || low.back() != 0 || high.back() != 0) return std::nullopt;
    if (std::any_of(interior.begin(), interior.end(), [](std::int64_t gap) { return gap != 0; })) return std::nullopt;
    for (std::size_t i = 0; i < form.rank(); ++i) {
        if (form.x_dilation[i] != 1) return std::nullopt;
        form.low[i] += low[i + 1];
        form.high[i] += high[i + 1];
    }
    return convolution(builder, pad.operands[0], node.operands[1], form);
}

const Rule kWindowsRules[] = {
    {.name = "padding_of_convolution",
     .reason = "a convolution pads where it reads",
     .root = "convolution",
     .build = padding_of_convolution},
    {.name = "window_of_one", .reason = "a window of one element is a slice", .root = "window", .build = window_of_one},
    {.name = "add_without_overlap",
     .reason = "nothing is added: the elements are only rearranged",
     .root = "overlap_add",
     .build = add_without_overlap},
};

}  // namespace

std::span<const Rule> window_rules() { return kWindowsRules; }

}  // namespace nncc
