// What windows and convolutions do to extents: shared by type rules, evaluation, gradients and expansion.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "graph/graph.h"

namespace nncc {

// Element [.., o, .., k, ..] of a window is element o * stride + k * dilation of the operand's axis. The number of
// places o: (extent - (kernel - 1) * dilation - 1) / stride + 1. nullopt when the kernel does not fit, when a number is
// below 1, on overflow, and when an extent that is not constant leaves a remainder.
std::optional<Dim> window_count(const Dim& extent, const Dim& kernel, std::int64_t stride, std::int64_t dilation);

// The attributes of a `window` or `overlap_add`. The result of `window` has the places along `axes`, and the kernel's
// axes right after the last of `axes`, in their order.
struct Windows {
    std::vector<std::int64_t> axes, kernel, stride, dilation;

    // Where kernel axis `index` stands in the window's shape.
    std::size_t kernel_axis(std::size_t index) const { return static_cast<std::size_t>(axes.back()) + 1 + index; }
    // The axis of the window's shape that axis `axis` of the plain shape is.
    std::size_t outer_axis(std::size_t axis) const {
        return static_cast<std::int64_t>(axis) <= axes.back() ? axis : axis + axes.size();
    }
};
// Of a node of either op; an overlap_add has its kernel in the operand's type.
Windows windows_of(const Node& node, const Type& operand);

// result[n, p.., o] = sum over k.., c of x'[batch(n, o), p * stride + k * w_dilation - low, channel(c, o)] * w[k.., c,
// o] where x' has x_dilation - 1 zeros between its elements and zeros around them. With `groups` the channels of x and
// of the result fall into that many equal runs, and each sees its own; with `batch_groups` the batch of x and the
// channels of the result do.
struct ConvolutionForm {
    std::vector<std::int64_t> strides, low, high, x_dilation, w_dilation;
    std::int64_t groups = 1, batch_groups = 1;

    std::size_t rank() const { return strides.size(); }  // of space
};
ConvolutionForm convolution_form(const Attributes& attributes);
Attributes attributes_of(const ConvolutionForm& form);

// The extent of x with zeros between its elements: (extent - 1) * dilation + 1.
std::optional<Dim> dilated_extent(const Dim& extent, std::int64_t dilation);

// ---- nodes; a window of one element is a slice ----
Value window(GraphBuilder& b, Value x, std::vector<std::int64_t> axes, std::vector<std::int64_t> kernel,
             std::vector<std::int64_t> stride, std::vector<std::int64_t> dilation);
Value overlap_add(GraphBuilder& b, Value x, std::vector<std::int64_t> axes, Shape extents,
                  std::vector<std::int64_t> stride, std::vector<std::int64_t> dilation);
Value convolution(GraphBuilder& b, Value x, Value w, const ConvolutionForm& form);

}  // namespace nncc
