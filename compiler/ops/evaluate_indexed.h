// Evaluate bodies of gather, scatter_add, overwrite and argsort.
#pragma once

#include <algorithm>
#include <limits>
#include <numeric>

#include "ops/elements.h"

namespace nncc {

// gather's result is [batch, before, places, inner], its operand [batch, before, extent, inner]: the axes up to
// batch_axes, those up to axis, the gathered one, the rest. `places` are the indices of one batch element.
struct GatherView {
    std::int64_t batch = 1;
    std::int64_t before = 1;
    std::int64_t extent = 1;
    std::int64_t places = 1;
    std::int64_t inner = 1;
};

inline GatherView gather_view(const Extents& operand, const Extents& indices, const Attributes& attributes) {
    const std::int64_t axis = attributes.integer("axis");
    const std::int64_t batch_axes = attributes.integer("batch_axes");
    GatherView view;
    for (std::size_t i = 0; i < operand.size(); ++i) {
        const auto at = static_cast<std::int64_t>(i);
        (at < batch_axes ? view.batch : at < axis ? view.before : at == axis ? view.extent : view.inner) *= operand[i];
    }
    for (std::size_t i = static_cast<std::size_t>(batch_axes); i < indices.size(); ++i) view.places *= indices[i];
    return view;
}

// Calls f(operand offset or -1 when out of range, result offset) for each run of `inner` elements, in result order.
template <class S, class F>
void each_gathered(const GatherView& view, const Tensor<S>& indices, F f) {
    std::int64_t result = 0;
    for (std::int64_t b = 0; b < view.batch; ++b) {
        for (std::int64_t i = 0; i < view.before; ++i) {
            for (std::int64_t p = 0; p < view.places; ++p, result += view.inner) {
                const std::int64_t index = whole(indices.elements[b * view.places + p]);
                const bool inside = index >= 0 && index < view.extent;
                f(inside ? ((b * view.before + i) * view.extent + index) * view.inner : -1, result);
            }
        }
    }
}

template <class S>
void evaluate_gather(EvaluateContext<S>& context) {
    const Tensor<S>& a = *context.operands[0];
    Tensor<S>& r = context.results[0];
    const GatherView view = gather_view(a.extents, context.operands[1]->extents, context.node.attributes);
    const S outside(is_floating(r.dtype) ? std::numeric_limits<double>::quiet_NaN() : 0.0);
    each_gathered(view, *context.operands[1], [&](std::int64_t from, std::int64_t to) {
        for (std::int64_t i = 0; i < view.inner; ++i) r.elements[to + i] = from < 0 ? outside : a.elements[from + i];
    });
}

template <class S>
void evaluate_scatter_add(EvaluateContext<S>& context) {
    const Tensor<S>& updates = *context.operands[1];
    Tensor<S>& r = context.results[0];
    r.elements.setConstant(S(0.0));
    const GatherView view = gather_view(r.extents, context.operands[0]->extents, context.node.attributes);
    const bool wraps = r.dtype == DType::kI32;
    each_gathered(view, *context.operands[0], [&](std::int64_t to, std::int64_t from) {
        for (std::int64_t i = 0; to >= 0 && i < view.inner; ++i) {
            const S sum = r.elements[to + i] + updates.elements[from + i];
            r.elements[to + i] = wraps ? S(wrapped(whole(sum))) : sum;
        }
    });
}

template <class S>
void evaluate_overwrite(EvaluateContext<S>& context) {
    const Tensor<S>& rows = *context.operands[1];
    Tensor<S>& r = context.results[0];
    r.elements = context.operands[0]->elements;
    const AxisView to = axis_view(r.extents, context.node.attributes.integer("axis"));
    const AxisView from = axis_view(rows.extents, context.node.attributes.integer("axis"));
    const std::int64_t start = whole(context.operands[2]->elements[0]);
    for (std::int64_t o = 0; o < to.outer; ++o) {
        for (std::int64_t k = 0; k < from.extent; ++k) {
            if (start + k < 0 || start + k >= to.extent) continue;
            for (std::int64_t i = 0; i < to.inner; ++i)
                r.elements[to.offset(o, start + k, i)] = rows.elements[from.offset(o, k, i)];
        }
    }
}

// Stable, ascending, NaN last.
template <class S>
void evaluate_argsort(EvaluateContext<S>& context) {
    const Tensor<S>& a = *context.operands[0];
    Tensor<S>& r = context.results[0];
    const AxisView view = axis_view(a.extents, context.node.attributes.integer("axis"));
    std::vector<std::int64_t> order(static_cast<std::size_t>(view.extent));
    for (std::int64_t o = 0; o < view.outer; ++o) {
        for (std::int64_t i = 0; i < view.inner; ++i) {
            std::iota(order.begin(), order.end(), 0);
            std::stable_sort(order.begin(), order.end(), [&](std::int64_t x, std::int64_t y) {
                const double p = primal(a.elements[view.offset(o, x, i)]);
                const double q = primal(a.elements[view.offset(o, y, i)]);
                return p < q || (p == p && q != q);
            });
            for (std::int64_t k = 0; k < view.extent; ++k) {
                r.elements[view.offset(o, k, i)] = S(static_cast<double>(order[static_cast<std::size_t>(k)]));
            }
        }
    }
}

}  // namespace nncc
