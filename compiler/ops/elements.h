// Loops over tensor elements that evaluate bodies are made of: elementwise maps, strides, index walks, 32-bit wrapping.
#pragma once

#include <cstdint>
#include <vector>

#include "ops/evaluate.h"

namespace nncc {

// Two's complement wrap of a whole number held in int64.
inline double wrapped(std::int64_t x) {
    return static_cast<double>(static_cast<std::int32_t>(static_cast<std::uint32_t>(x)));
}

// A whole number held in S. NaN and numbers outside int64 give INT64_MIN.
template <class S>
std::int64_t whole(const S& x) {
    const double p = primal(x);
    return p >= -9.2e18 && p <= 9.2e18 ? static_cast<std::int64_t>(p) : INT64_MIN;
}

template <class S, class F>
void map_one(EvaluateContext<S>& context, F f) {
    const auto& a = context.operands[0]->elements;
    auto& r = context.results[0].elements;
    for (Eigen::Index i = 0; i < r.size(); ++i) r[i] = f(a[i]);
}

template <class S, class F>
void map_two(EvaluateContext<S>& context, F f) {
    const auto& a = context.operands[0]->elements;
    const auto& b = context.operands[1]->elements;
    auto& r = context.results[0].elements;
    for (Eigen::Index i = 0; i < r.size(); ++i) r[i] = f(a[i], b[i]);
}

// The same with a second meaning for i32, on int64, whose result wraps.
template <class S, class F, class I>
void map_two_or_wrap(EvaluateContext<S>& context, F f, I integer) {
    if (context.results[0].dtype == DType::kI32) {
        map_two(context, [&](const S& a, const S& b) { return S(wrapped(integer(whole(a), whole(b)))); });
    } else {
        map_two(context, f);
    }
}

inline std::int64_t count_of(const Extents& extents) {
    std::int64_t count = 1;
    for (std::int64_t extent : extents) count *= extent;
    return count;
}

// Row-major strides in elements.
inline Extents strides_of(const Extents& extents) {
    Extents strides(extents.size(), 1);
    for (std::size_t i = extents.size(); i-- > 1;) strides[i - 1] = strides[i] * extents[i];
    return strides;
}

// Calls f(index, offset) for every index of `extents` in row-major order, offset = Σ index · stride.
template <class F>
void walk(const Extents& extents, const Extents& strides, F f) {
    if (count_of(extents) == 0) return;
    Extents index(extents.size(), 0);
    std::int64_t offset = 0;
    while (true) {
        f(static_cast<const Extents&>(index), offset);
        std::size_t axis = extents.size();
        while (axis-- > 0) {
            offset += strides[axis];
            if (++index[axis] < extents[axis]) break;
            offset -= strides[axis] * extents[axis];
            index[axis] = 0;
        }
        if (axis == static_cast<std::size_t>(-1)) return;
    }
}

// A tensor seen as [outer, extent, inner] around one axis.
struct AxisView {
    std::int64_t outer = 1;
    std::int64_t extent = 1;
    std::int64_t inner = 1;
    std::int64_t offset(std::int64_t o, std::int64_t k, std::int64_t i) const { return (o * extent + k) * inner + i; }
};
inline AxisView axis_view(const Extents& extents, std::int64_t axis) {
    AxisView view;
    for (std::size_t i = 0; i < extents.size(); ++i) {
        const auto at = static_cast<std::int64_t>(i);
        (at < axis ? view.outer : at == axis ? view.extent : view.inner) *= extents[i];
    }
    return view;
}

}  // namespace nncc
