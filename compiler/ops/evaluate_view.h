// Evaluate bodies of views: every result element is copied from one operand element.
#pragma once

#include "ops/elements.h"
#include "ops/views.h"

namespace nncc {

// Result element at an index is operand element base + Σ index · stride.
template <class S>
void read_strided(EvaluateContext<S>& context, const Extents& strides, std::int64_t base = 0) {
    const auto& a = context.operands[0]->elements;
    Tensor<S>& r = context.results[0];
    Eigen::Index at = 0;
    walk(r.extents, strides, [&](const Extents&, std::int64_t from) { r.elements[at++] = a[base + from]; });
}

template <class S>
void evaluate_transpose(EvaluateContext<S>& context) {
    const Extents from = strides_of(context.operands[0]->extents);
    Extents strides;
    for (std::int64_t axis : context.node.attributes.integers("permutation"))
        strides.push_back(from[static_cast<std::size_t>(axis)]);
    read_strided(context, strides);
}

template <class S>
void evaluate_broadcast(EvaluateContext<S>& context) {
    const Extents& extents = context.operands[0]->extents;
    const Extents from = strides_of(extents);
    const auto& axes = context.node.attributes.integers("axes");
    Extents strides(context.results[0].extents.size(), 0);
    for (std::size_t k = 0; k < axes.size(); ++k) {
        if (extents[k] != 1) strides[static_cast<std::size_t>(axes[k])] = from[k];
    }
    read_strided(context, strides);
}

template <class S>
void evaluate_slice(EvaluateContext<S>& context) {
    const Attributes& attributes = context.node.attributes;
    const Extents& extents = context.operands[0]->extents;
    Extents strides = strides_of(extents);
    std::int64_t base = 0;
    for (std::size_t i = 0; i < extents.size(); ++i) {
        std::optional<SliceRange> range = slice_range(extents[i], attributes.integers("start")[i],
                                                      attributes.integers("stop")[i], attributes.integers("step")[i]);
        NNCC_CHECK(range.has_value());
        base += range->start * strides[i];
        strides[i] *= range->step;
    }
    read_strided(context, strides, base);
}

template <class S>
void evaluate_pad(EvaluateContext<S>& context) {
    const Attributes& attributes = context.node.attributes;
    const Tensor<S>& a = *context.operands[0];
    Tensor<S>& r = context.results[0];
    r.elements.setConstant(context.operands[1]->elements[0]);
    const Extents to = strides_of(r.extents);
    Eigen::Index at = 0;
    walk(a.extents, to, [&](const Extents& index, std::int64_t) {
        std::int64_t offset = 0;
        bool inside = true;
        for (std::size_t i = 0; i < index.size(); ++i) {
            const std::int64_t place =
                attributes.integers("low")[i] + index[i] * (attributes.integers("interior")[i] + 1);
            inside = inside && place >= 0 && place < r.extents[i];
            offset += place * to[i];
        }
        if (inside) r.elements[offset] = a.elements[at];
        ++at;
    });
}

template <class S>
void evaluate_concatenate(EvaluateContext<S>& context) {
    Tensor<S>& r = context.results[0];
    const std::int64_t axis = context.node.attributes.integer("axis");
    const AxisView whole_view = axis_view(r.extents, axis);
    std::int64_t first = 0;
    for (const Tensor<S>* part : context.operands) {
        const AxisView view = axis_view(part->extents, axis);
        const std::int64_t run = view.extent * view.inner;
        for (std::int64_t o = 0; o < view.outer; ++o) {
            r.elements.segment(whole_view.offset(o, first, 0), run) = part->elements.segment(o * run, run);
        }
        first += view.extent;
    }
}

}  // namespace nncc
