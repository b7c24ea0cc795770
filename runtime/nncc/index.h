// Moves elements by index and by stride: gather, scatter_add, fill, copies of up to eight axes.
#pragma once

#include "nncc/reduce.h"

namespace nncc {

template <class T>
inline void fill(T* p, i64 count, T value) noexcept {
    for (i64 i = 0; i < count; ++i) p[i] = value;
}
template <class T>
inline void copy(const T* p, T* out, i64 count) noexcept {  // not overlapping
    __builtin_memcpy(out, p, static_cast<u64>(count) * sizeof(T));
}

// out[c][0 ... inner) = p[indices[c]][0 ... inner); NaN (0 for i32, bool) where the index is not in [0, extent).
template <class T>
inline void gather(const T* p, i32 extent, const i32* indices, i64 count, i64 inner, T* out) noexcept {
    for (i64 c = 0; c < count; ++c, out += inner) {
        const i32 index = indices[c];
        if (index >= 0 && index < extent) copy(p + index * inner, out, inner);
        else fill(out, inner, missing_element<T>());
    }
}

// out[indices[c]][0 ... inner) += updates[c][0 ... inner), in order of c; what is not in [0, extent) is dropped.
template <class T>
inline void scatter_add(const i32* indices, i64 count, const T* updates, i64 inner, T* out, i32 extent) noexcept {
    for (i64 c = 0; c < count; ++c, updates += inner) {
        const i32 index = indices[c];
        if (index < 0 || index >= extent) continue;
        T* row = out + index * inner;
        for (i64 i = 0; i < inner; ++i) row[i] = add(row[i], updates[i]);
    }
}

// out[i . out_strides] = p[i . strides] for every index i below extents; strides may be 0 (broadcast) or negative.
template <int rank, class T>
inline void copy_strided(const T* p, const i64 (&strides)[static_cast<u64>(rank)], T* out,
                         const i64 (&out_strides)[static_cast<u64>(rank)],
                         const i64 (&extents)[static_cast<u64>(rank)]) noexcept {
    static_assert(rank >= 1 && rank <= 8);
    constexpr int last = rank - 1;
    for (int axis = 0; axis < rank; ++axis) {
        if (extents[axis] <= 0) return;
    }
    i64 index[8] = {};
    for (;;) {
        if (strides[last] == 1 && out_strides[last] == 1) {
            copy(p, out, extents[last]);
        } else {
            for (i64 i = 0; i < extents[last]; ++i) out[i * out_strides[last]] = p[i * strides[last]];
        }
        int axis = last - 1;
        for (; axis >= 0; --axis) {  // the next index of the outer axes, as an odometer
            p += strides[axis];
            out += out_strides[axis];
            if (++index[axis] < extents[axis]) break;
            index[axis] = 0;
            p -= strides[axis] * extents[axis];
            out -= out_strides[axis] * extents[axis];
        }
        if (axis < 0) return;
    }
}

}  // namespace nncc
