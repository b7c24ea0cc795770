// Extents of windows and convolutions, and their attributes taken apart.
#include "ops/windows.h"

#include <algorithm>

#include "ops/build.h"
#include "ops/record.h"

namespace nncc {

std::optional<Dim> dilated_extent(const Dim& extent, std::int64_t dilation) {
    if (dilation < 1) return std::nullopt;
    if (dilation == 1) return extent;
    std::optional<Dim> gaps = Dim::subtract(extent, 1);
    if (gaps) gaps = Dim::multiply(*gaps, dilation);
    return gaps ? Dim::add(*gaps, 1) : std::nullopt;
}

std::optional<Dim> window_count(const Dim& extent, const Dim& kernel, std::int64_t stride, std::int64_t dilation) {
    if (stride < 1 || (kernel.is_constant() && kernel.constant() < 1)) return std::nullopt;
    const std::optional<Dim> span = dilated_extent(kernel, dilation);
    const std::optional<Dim> rest = span ? Dim::subtract(extent, *span) : std::nullopt;
    if (!rest) return std::nullopt;
    if (!rest->is_constant()) {
        const std::optional<Dim> steps = Dim::divide(*rest, stride);
        return steps ? Dim::add(*steps, 1) : std::nullopt;
    }
    if (rest->constant() < 0) return std::nullopt;
    return Dim(rest->constant() / stride + 1);
}

Windows windows_of(const Node& node, const Type& operand) {
    Windows windows{.axes = node.attributes.integers("axes"),
                    .kernel = {},
                    .stride = node.attributes.integers("stride"),
                    .dilation = node.attributes.integers("dilation")};
    if (node.attributes.find("kernel") != nullptr) {
        windows.kernel = node.attributes.integers("kernel");
    } else {
        for (std::size_t k = 0; k < windows.axes.size(); ++k)
            windows.kernel.push_back(operand.shape[windows.kernel_axis(k)].constant());
    }
    return windows;
}

ConvolutionForm convolution_form(const Attributes& attributes) {
    return {.strides = attributes.integers("strides"),
            .low = attributes.integers("low"),
            .high = attributes.integers("high"),
            .x_dilation = attributes.integers("x_dilation"),
            .w_dilation = attributes.integers("w_dilation"),
            .groups = attributes.integer("groups"),
            .batch_groups = attributes.integer("batch_groups")};
}

Attributes attributes_of(const ConvolutionForm& form) {
    return {{"batch_groups", form.batch_groups},
            {"groups", form.groups},
            {"high", form.high},
            {"low", form.low},
            {"strides", form.strides},
            {"w_dilation", form.w_dilation},
            {"x_dilation", form.x_dilation}};
}

Value window(GraphBuilder& b, Value x, Axes axes, Axes kernel, Axes stride, Axes dilation) {
    if (std::all_of(kernel.begin(), kernel.end(), [](std::int64_t k) { return k == 1; })) {
        const std::size_t rank = b.type(x).shape.size();
        Axes start(rank, 0), stop(rank, kSliceEnd), step(rank, 1);
        for (std::size_t k = 0; k < axes.size(); ++k) step[static_cast<std::size_t>(axes[k])] = stride[k];
        if (step != Axes(rank, 1)) x = slice(b, x, start, stop, step);
        Shape shape = b.type(x).shape;
        shape.insert(shape.begin() + axes.back() + 1, axes.size(), Dim(1));
        return reshape(b, x, shape);
    }
    return b.add("window", {x},
                 {{"axes", std::move(axes)},
                  {"dilation", std::move(dilation)},
                  {"kernel", std::move(kernel)},
                  {"stride", std::move(stride)}});
}
Value overlap_add(GraphBuilder& b, Value x, Axes axes, Shape extents, Axes stride, Axes dilation) {
    return b.add("overlap_add", {x},
                 {{"axes", std::move(axes)},
                  {"dilation", std::move(dilation)},
                  {"extents", std::move(extents)},
                  {"stride", std::move(stride)}});
}
Value convolution(GraphBuilder& b, Value x, Value w, const ConvolutionForm& form) {
    return b.add("convolution", {x, w}, attributes_of(form));
}

}  // namespace nncc
