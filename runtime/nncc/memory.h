// Moves tensors' elements into vectors and back: contiguous, strided, indexed, partial; and vectors into one scalar.
#pragma once

#include "nncc/simd.h"

namespace nncc {

// ---- lane numbers ----
template <int n>
NNCC_INLINE Vec<i32, n> lane_numbers() noexcept {
    if constexpr (n == 8) return RawVector<i32, n>{0, 1, 2, 3, 4, 5, 6, 7};
    else if constexpr (n == 4) return RawVector<i32, n>{0, 1, 2, 3};
    else if constexpr (n == 2) return RawVector<i32, n>{0, 1};
    else return RawVector<i32, n>{};
}
template <class L>
NNCC_INLINE Vec<bool, L::n> existing(L lanes) noexcept {
    return less(lane_numbers<L::n>(), Vec<i32, L::n>(lanes.count));
}
// v where lanes exist, `other` elsewhere.
template <class T, int n, class L>
NNCC_INLINE Vec<T, n> keep(Vec<T, n> v, L lanes, T other) noexcept {
    if constexpr (kFixedLanes<L>) {
        if constexpr (L::count == n) return v;
    }
    return select(existing(lanes), v, Vec<T, n>(other));
}

template <class T, class L>
NNCC_INLINE Vec<T, L::n> splat(T value, L) noexcept {
    return Vec<T, L::n>(value);
}
// first + lane * step
template <class T, class L>
NNCC_INLINE Vec<T, L::n> iota(T first, T step, L) noexcept {
    return Vec<T, L::n>(first) + cast<T>(lane_numbers<L::n>()) * Vec<T, L::n>(step);
}

// ---- contiguous ----
template <class T, class L>
NNCC_INLINE Vec<T, L::n> load(const T* p, L lanes) noexcept {
    if constexpr (__is_same(T, bool)) {
        const Vec<u8, L::n> bytes = load(reinterpret_cast<const u8*>(p), lanes);
        return __builtin_convertvector(bytes.v, RawVector<i32, L::n>) != 0;
    } else if constexpr (!kFixedLanes<L>) {
        T elements[static_cast<u64>(L::n)] = {};
        for (int lane = 0; lane < L::n; ++lane) {
            if (lane < lanes.count) elements[lane] = p[lane];
        }
        return raw::load_pieces<T, L::n, L::n>(elements);
    } else if constexpr (__is_same(T, f32) && L::n == 8 && (L::count & (L::count - 1)) != 0) {
        return raw::load_masked<L::count>(p);
    } else {
        return raw::load_pieces<T, L::n, L::count>(p);
    }
}
template <class T, int n, class L>
NNCC_INLINE void store(T* p, Vec<T, n> v, L lanes) noexcept {
    static_assert(n == L::n);
    if constexpr (__is_same(T, bool)) {
        store(reinterpret_cast<u8*>(p), Vec<u8, n>(__builtin_convertvector(v.v & 1, RawVector<u8, n>)), lanes);
    } else if constexpr (kFixedLanes<L>) {
        raw::store_pieces<T, n, L::count>(p, v.v);
    } else {
        T elements[static_cast<u64>(n)];
        raw::store_pieces<T, n, n>(elements, v.v);
        for (int lane = 0; lane < n; ++lane) {
            if (lane < lanes.count) p[lane] = elements[lane];
        }
    }
}

// ---- elements `stride` apart: p[0], p[stride], ... ----
template <class T, class L>
NNCC_INLINE Vec<T, L::n> load_strided(const T* p, i64 stride, L lanes) noexcept {
    constexpr int n = L::n;
    const auto at = [&](int lane) { return lane < lanes.count ? p[lane * stride] : T{}; };
    if constexpr (__is_same(T, bool)) {
        const auto mask_at = [&](int lane) { return at(lane) ? -1 : 0; };
        RawVector<i32, n> mask{};
        for (int lane = 0; lane < n; ++lane) mask[lane] = mask_at(lane);
        return mask;
    } else if constexpr (n == 8) {
        return RawVector<T, n>{at(0), at(1), at(2), at(3), at(4), at(5), at(6), at(7)};
    } else if constexpr (n == 4) {
        return RawVector<T, n>{at(0), at(1), at(2), at(3)};
    } else {
        RawVector<T, n> v{};
        for (int lane = 0; lane < n; ++lane) v[lane] = at(lane);
        return v;
    }
}
template <class T, int n, class L>
NNCC_INLINE void store_strided(T* p, i64 stride, Vec<T, n> v, L lanes) noexcept {
    static_assert(n == L::n);
    for (int lane = 0; lane < n; ++lane) {
        if (lane < lanes.count) {
            if constexpr (__is_same(T, bool)) p[lane * stride] = v.v[lane] != 0;
            else p[lane * stride] = v.v[lane];
        }
    }
}
// p[0], p[-1], p[-2], ...
template <class T, class L>
NNCC_INLINE Vec<T, L::n> load_reversed(const T* p, L lanes) noexcept {
    return load_strided(p, -1, lanes);
}

template <class T>
constexpr T missing_element() noexcept {  // what reading outside a table gives
    if constexpr (__is_same(T, f32)) return __builtin_nanf("");
    else if constexpr (__is_same(T, f64)) return __builtin_nan("");
    else return T{};
}
// p[index * stride] where 0 <= index < extent, else NaN (integers and bools: 0).
template <class T, int n, class L>
NNCC_INLINE Vec<T, n> load_indexed(const T* p, i32 extent, i64 stride, Vec<i32, n> index, L lanes) noexcept {
    static_assert(n == L::n);
    T elements[static_cast<u64>(n)] = {};
    for (int lane = 0; lane < n; ++lane) {
        const i32 k = index.v[lane];
        if (lane < lanes.count) elements[lane] = k >= 0 && k < extent ? p[k * stride] : missing_element<T>();
    }
    return load(elements, Lanes<n, n>{});
}
template <class T>
NNCC_INLINE T load_indexed(const T* p, i32 extent, i64 stride, i32 index) noexcept {
    return index >= 0 && index < extent ? p[index * stride] : missing_element<T>();
}

// ---- all lanes into one scalar: upper half with lower half, until one is left ----
template <class T, int n, class F>
NNCC_INLINE T lane_tree(Vec<T, n> v, F combine) noexcept {
    if constexpr (n == 1) {
        return v.v[0];
    } else if constexpr (n * sizeof(T) <= 16) {  // within one register, whose other lanes do not matter
        if constexpr (n == 4) v = combine(v, Vec<T, n>(__builtin_shufflevector(v.v, v.v, 2, 3, 2, 3)));
        if constexpr (n == 4) return combine(v, Vec<T, n>(__builtin_shufflevector(v.v, v.v, 1, 1, 3, 3))).v[0];
        else return combine(v, Vec<T, n>(__builtin_shufflevector(v.v, v.v, 1, 1))).v[0];
    } else {
        using Half = Vec<T, n / 2>;
        return lane_tree(combine(Half(raw::low_half<T, n>(v.v)), Half(raw::high_half<T, n>(v.v))), combine);
    }
}
template <class T, int n>
NNCC_INLINE T lane_sum(Vec<T, n> v) noexcept {
    return lane_tree(v, [](auto a, auto b) { return a + b; });
}
template <class T, int n>
NNCC_INLINE T lane_product(Vec<T, n> v) noexcept {
    return lane_tree(v, [](auto a, auto b) { return a * b; });
}
template <class T, int n>
NNCC_INLINE T lane_max(Vec<T, n> v) noexcept {
    return lane_tree(v, [](auto a, auto b) { return maximum(a, b); });
}
template <class T, int n>
NNCC_INLINE T lane_min(Vec<T, n> v) noexcept {
    return lane_tree(v, [](auto a, auto b) { return minimum(a, b); });
}

}  // namespace nncc
