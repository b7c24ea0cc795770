// Operations along one axis that depend on order: stable argsort, argmax, cumulative reductions.
#pragma once

#include "nncc/reduce.h"

namespace nncc {
namespace detail {

template <class T>
NNCC_INLINE bool comes_before(T a, T b) noexcept {  // ascending, NaN after everything and equal to NaN
    if constexpr (Floating<T>) return a < b || (a == a && b != b);
    else return a < b;
}

}  // namespace detail

// order[r * order_stride] = index of the r-th smallest of p[i * stride], i < count; equals keep their order. Bottom-up
// merge; scratch holds 2 * count.
template <class T>
inline void argsort(const T* p, i64 stride, int count, i32* order, i64 order_stride, i32* scratch) noexcept {
    i32 *from = scratch, *to = scratch + count;
    for (int i = 0; i < count; ++i) from[i] = i;
    for (i64 run = 1; run < count; run *= 2) {
        for (i64 start = 0; start < count; start += 2 * run) {
            const i64 middle = start + run < count ? start + run : count;
            const i64 end = start + 2 * run < count ? start + 2 * run : count;
            i64 left = start, right = middle;
            for (i64 k = start; k < end; ++k) {
                const bool take_right = right < end && (left >= middle || detail::comes_before(p[from[right] * stride],
                                                                                               p[from[left] * stride]));
                to[k] = take_right ? from[right++] : from[left++];
            }
        }
        i32* const swapped = from;
        from = to;
        to = swapped;
    }
    for (int i = 0; i < count; ++i) order[i * order_stride] = from[i];
}
template <class T>
inline void argsort(const T* p, int count, i32* order, i32* scratch) noexcept {
    argsort(p, 1, count, order, 1, scratch);
}

// The first of the largest; the first NaN if there is one. count > 0.
template <class T>
inline i32 argmax(const T* p, i64 stride, int count) noexcept {
    i32 best = 0;
    for (int i = 1; i < count; ++i) {
        const T value = p[i * stride], held = p[best * stride];
        const bool better = Floating<T> ? (value > held || value != value) && held == held : value > held;
        best = better ? i : best;
    }
    return best;
}

// out[i] = p[0] op ... op p[i]; reverse: p[count - 1] op ... op p[i].
template <class Op, class T>
inline void cumulative(const T* p, i64 stride, T* out, i64 out_stride, int count, bool reverse) noexcept {
    T running = Op::template identity<T>();
    for (int i = 0; i < count; ++i) {
        const i64 at = reverse ? count - 1 - i : i;
        running = Op::combine(running, p[at * stride]);
        out[at * out_stride] = running;
    }
}

}  // namespace nncc
