// Evaluate bodies of reductions, argmax and running reductions.
#pragma once

#include <limits>

#include "ops/elements.h"
#include "ops/record.h"

namespace nncc {

// Neutral element in that dtype: what a reduction over nothing gives.
inline double neutral_of(Reducer reducer, DType dtype) {
    switch (reducer) {
        case Reducer::kSum: return 0.0;
        case Reducer::kProduct: return 1.0;
        case Reducer::kMax:
            return is_floating(dtype) ? -std::numeric_limits<double>::infinity() : static_cast<double>(INT32_MIN);
    }
    return 0.0;
}

// The first of equals stays, a NaN wins.
template <class S>
S joined(Reducer reducer, DType dtype, const S& a, const S& b) {
    const bool wraps = dtype == DType::kI32;
    switch (reducer) {
        case Reducer::kSum: return wraps ? S(wrapped(whole(a) + whole(b))) : S(a + b);
        case Reducer::kProduct: return wraps ? S(wrapped(whole(a) * whole(b))) : S(a * b);
        case Reducer::kMax: return primal(b) > primal(a) || (primal(b) != primal(b) && primal(a) == primal(a)) ? b : a;
    }
    return a;
}

template <class S>
void evaluate_reduction(EvaluateContext<S>& context, Reducer reducer) {
    const Tensor<S>& a = *context.operands[0];
    Tensor<S>& r = context.results[0];
    const auto& axes = context.node.attributes.integers("axes");
    // Strides of the result seen over the operand's index: 0 along reduced axes.
    Extents strides(a.extents.size(), 0);
    const Extents kept = strides_of(r.extents);
    std::size_t next = 0;
    for (std::size_t i = 0; i < a.extents.size(); ++i) {
        bool reduced = false;
        for (std::int64_t axis : axes) reduced = reduced || axis == static_cast<std::int64_t>(i);
        if (!reduced) strides[i] = kept[next++];
    }
    // The first element replaces the neutral one, so that the first of equals is kept and -inf has its own derivative.
    std::vector<bool> started(static_cast<std::size_t>(r.size()), false);
    for (Eigen::Index i = 0; i < r.elements.size(); ++i) r.elements[i] = S(neutral_of(reducer, r.dtype));
    Eigen::Index at = 0;
    walk(a.extents, strides, [&](const Extents&, std::int64_t to) {
        const S& x = a.elements[at++];
        r.elements[to] = started[static_cast<std::size_t>(to)] ? joined(reducer, r.dtype, r.elements[to], x) : x;
        started[static_cast<std::size_t>(to)] = true;
    });
}

template <class S>
void evaluate_argmax(EvaluateContext<S>& context) {
    const Tensor<S>& a = *context.operands[0];
    Tensor<S>& r = context.results[0];
    const AxisView view = axis_view(a.extents, context.node.attributes.integer("axis"));
    for (std::int64_t o = 0; o < view.outer; ++o) {
        for (std::int64_t i = 0; i < view.inner; ++i) {
            std::int64_t best = 0;
            for (std::int64_t k = 1; k < view.extent; ++k) {
                const double x = primal(a.elements[view.offset(o, k, i)]);
                const double y = primal(a.elements[view.offset(o, best, i)]);
                if (x > y || (x != x && y == y)) best = k;
            }
            r.elements[o * view.inner + i] = S(static_cast<double>(best));
        }
    }
}

template <class S>
void evaluate_cumulative(EvaluateContext<S>& context) {
    const Tensor<S>& a = *context.operands[0];
    Tensor<S>& r = context.results[0];
    const std::string& kind = context.node.attributes.text("kind");
    const bool reverse = context.node.attributes.flag("reverse");
    const Reducer reducer = kind == "sum" ? Reducer::kSum : kind == "max" ? Reducer::kMax : Reducer::kProduct;
    const AxisView view = axis_view(a.extents, context.node.attributes.integer("axis"));
    for (std::int64_t o = 0; o < view.outer; ++o) {
        for (std::int64_t i = 0; i < view.inner; ++i) {
            for (std::int64_t k = 0; k < view.extent; ++k) {
                const std::int64_t at = view.offset(o, reverse ? view.extent - 1 - k : k, i);
                const std::int64_t before = reverse ? at + view.inner : at - view.inner;
                r.elements[at] = k == 0 ? a.elements[at] : joined(reducer, r.dtype, r.elements[before], a.elements[at]);
                if (reducer == Reducer::kMax)
                    r.elements[at] = S(primal(r.elements[at]));  // by decision not differentiable
            }
        }
    }
}

}  // namespace nncc
