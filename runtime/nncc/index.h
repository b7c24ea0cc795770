// Moves elements by index and by stride: gather, scatter_add, overwrite, fill, copies of up to eight axes.
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

// out[start + c][0 ... inner) = rows[c][0 ... inner); what is not in [0, extent) is dropped.
template <class T>
inline void overwrite(const T* rows, i64 count, i64 inner, i32 start, T* out, i32 extent) noexcept {
    const i64 skipped = start < 0 ? -static_cast<i64>(start) : 0, room = static_cast<i64>(extent) - start;
    const i64 end = count < room ? count : room;
    if (skipped < end) copy(rows + skipped * inner, out + (start + skipped) * inner, (end - skipped) * inner);
}

// One axis of a copy: how many elements, and how far apart they lie in both places (0: broadcast; negative: backwards).
struct CopyAxis {
    i64 extent, from, to;
};

// out[i . to] = p[i . from] for every index i below the extents, one axis after the other, the last one innermost.
template <class T, class... Inner>
inline void copy_strided(const T* p, T* out, CopyAxis axis, Inner... inner) noexcept {
    static_assert(sizeof...(inner) < 8);
    if constexpr (sizeof...(inner) > 0) {
        for (i64 i = 0; i < axis.extent; ++i) copy_strided(p + i * axis.from, out + i * axis.to, inner...);
    } else if (axis.from == 1 && axis.to == 1) {
        if (axis.extent > 0) copy(p, out, axis.extent);
    } else {
        for (i64 i = 0; i < axis.extent; ++i) out[i * axis.to] = p[i * axis.from];
    }
}

}  // namespace nncc
