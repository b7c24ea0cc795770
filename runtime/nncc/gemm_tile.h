// The register tiles of gemm.h: a few rows by one or two vectors of columns, accumulators by name.
#pragma once

#include "nncc/pack.h"

namespace nncc::detail {

template <int count_>
struct Rows {
    static constexpr int count = count_;
};

// One row's part of one step over k: c += a * b0, d += a * b1.
template <bool row, bool two, class T, class V>
NNCC_INLINE void tile_step(const T* a, V b0, V b1, V& c, V& d) noexcept {
    if constexpr (row) {
        const V x(*a);
        c = multiply_add(x, b0, c);
        if constexpr (two) d = multiply_add(x, b1, d);
    }
}
// emit(r, c, lanes, v) for each of `rows` rows and 1 or 2 vectors of `width` columns, of the sum over k < K of
// a[r * a_row + k * a_depth] * b[k * b_depth + column].
template <int rows, int width, int K, class T, class F>
NNCC_INLINE void gemm_tile(const T* a, i64 a_row, i64 a_depth, const T* b, i64 b_depth, F&& emit) noexcept {
    constexpr int n = kLanes<T>;
    constexpr bool two = width > n;
    static_assert(rows <= (two ? 6 : 8) && width <= 2 * n);
    using V = Vec<T, n>;
    constexpr Lanes<(two ? n : width), n> first{};
    constexpr Lanes<(two ? width - n : 0), n> second{};
    const V zero(T(0));
    V c0 = zero, c1 = zero, c2 = zero, c3 = zero, c4 = zero, c5 = zero, c6 = zero, c7 = zero;
    V d0 = zero, d1 = zero, d2 = zero, d3 = zero, d4 = zero, d5 = zero, unused = zero;
    for (int k = 0; k < K; ++k) {
        const V b0 = load(b, first), b1 = load(two ? b + n : b, second);
        tile_step<(rows > 0), two>(a, b0, b1, c0, d0);
        tile_step<(rows > 1), two>(a + a_row, b0, b1, c1, d1);
        tile_step<(rows > 2), two>(a + 2 * a_row, b0, b1, c2, d2);
        tile_step<(rows > 3), two>(a + 3 * a_row, b0, b1, c3, d3);
        tile_step<(rows > 4), two>(a + 4 * a_row, b0, b1, c4, d4);
        tile_step<(rows > 5), two>(a + 5 * a_row, b0, b1, c5, d5);
        tile_step<(rows > 6), two>(a + 6 * a_row, b0, b1, c6, unused);
        tile_step<(rows > 7), two>(a + 7 * a_row, b0, b1, c7, unused);
        a += a_depth;
        b += b_depth;
    }
    // Through the first-level cache, so that the epilogue is compiled once and not once a row.
    alignas(64) T sums[static_cast<u64>(rows * 2 * n)];
    const auto keep_row = [&](auto row, V c, V d) {
        constexpr int r = decltype(row)::count;
        if constexpr (r < rows) {
            store(sums + r * 2 * n, c, Lanes<n, n>{});
            if constexpr (two) store(sums + r * 2 * n + n, d, Lanes<n, n>{});
        }
    };
    keep_row(Rows<0>{}, c0, d0);
    keep_row(Rows<1>{}, c1, d1);
    keep_row(Rows<2>{}, c2, d2);
    keep_row(Rows<3>{}, c3, d3);
    keep_row(Rows<4>{}, c4, d4);
    keep_row(Rows<5>{}, c5, d5);
    keep_row(Rows<6>{}, c6, unused);
    keep_row(Rows<7>{}, c7, unused);
    for (int r = 0; r < rows; ++r) {
        emit(r, 0, first, load(sums + r * 2 * n, Lanes<n, n>{}));
        if constexpr (two) emit(r, n, second, load(sums + r * 2 * n + n, Lanes<n, n>{}));
    }
}

// Adds (or, `first`, sets) the tile's sums to sums[row][w]: for products deeper than what is packed at a time.
template <int rows, class T>
NNCC_INLINE void gemm_tile_add(int depth, bool first, const T* a, i64 a_row, i64 a_depth, const T* panel,
                               T* sums) noexcept {
    constexpr int n = kLanes<T>, w = 2 * n;
    using V = Vec<T, n>;
    const V zero(T(0));
    constexpr Lanes<n, n> all{};
    V c0 = zero, c1 = zero, c2 = zero, c3 = zero, c4 = zero, c5 = zero, d0 = zero, d1 = zero, d2 = zero, d3 = zero,
      d4 = zero, d5 = zero;
    for (int k = 0; k < depth; ++k) {
        const V b0 = load(panel, all), b1 = load(panel + n, all);
        tile_step<(rows > 0), true>(a, b0, b1, c0, d0);
        tile_step<(rows > 1), true>(a + a_row, b0, b1, c1, d1);
        tile_step<(rows > 2), true>(a + 2 * a_row, b0, b1, c2, d2);
        tile_step<(rows > 3), true>(a + 3 * a_row, b0, b1, c3, d3);
        tile_step<(rows > 4), true>(a + 4 * a_row, b0, b1, c4, d4);
        tile_step<(rows > 5), true>(a + 5 * a_row, b0, b1, c5, d5);
        a += a_depth;
        panel += w;
    }
    const auto add_row = [&](auto row, V c, V d) {
        constexpr int r = decltype(row)::count;
        if constexpr (r < rows) {
            T* to = sums + r * w;
            store(to, first ? c : c + load(to, all), all);
            store(to + n, first ? d : d + load(to + n, all), all);
        }
    };
    add_row(Rows<0>{}, c0, d0);
    add_row(Rows<1>{}, c1, d1);
    add_row(Rows<2>{}, c2, d2);
    add_row(Rows<3>{}, c3, d3);
    add_row(Rows<4>{}, c4, d4);
    add_row(Rows<5>{}, c5, d5);
}

// One row by 1, 2, 4 or 8 vectors, in 4, 4, 2 or 1 chains over k. b_depth apart in depth, unit stride in columns.
template <int vectors, int last, int K, class T, class F>
NNCC_INLINE void gemm_row_tile(const T* a, i64 a_depth, const T* b, i64 b_depth, F&& emit) noexcept {
    constexpr int n = kLanes<T>;
    using V = Vec<T, n>;
    constexpr int chains = K < 2          ? 1
                           : vectors == 1 ? (K < 4 ? 2 : 4)
                           : vectors == 2 ? (K < 8 ? 2 : 4)
                           : vectors <= 4 ? 2
                                          : 1;
    constexpr Lanes<n, n> full{};
    constexpr Lanes<last, n> tail{};
    const V zero(T(0));
    V c0 = zero, c1 = zero, c2 = zero, c3 = zero, c4 = zero, c5 = zero, c6 = zero, c7 = zero;
    V d0 = zero, d1 = zero, d2 = zero, d3 = zero, e0 = zero, e1 = zero, f0 = zero, f1 = zero;
    const auto step = [&](auto vector, V x, const T* row, V& sum) {
        constexpr int v = decltype(vector)::count;
        if constexpr (v < vectors - 1) sum = multiply_add(x, load(row + v * n, full), sum);
        else if constexpr (v == vectors - 1) sum = multiply_add(x, load(row + v * n, tail), sum);
    };
    const auto depth_one = [&](const T* element, const T* row, V& s0, V& s1, V& s2, V& s3) {
        const V x(*element);
        step(Rows<0>{}, x, row, s0);
        step(Rows<1>{}, x, row, s1);
        step(Rows<2>{}, x, row, s2);
        step(Rows<3>{}, x, row, s3);
        return x;
    };
    V unused0 = zero, unused1 = zero;
    constexpr int rounds = K / chains;
    for (int round = 0; round < rounds; ++round) {
        const V x = depth_one(a, b, c0, c1, c2, c3);
        step(Rows<4>{}, x, b, c4);
        step(Rows<5>{}, x, b, c5);
        step(Rows<6>{}, x, b, c6);
        step(Rows<7>{}, x, b, c7);
        if constexpr (chains > 1) depth_one(a + a_depth, b + b_depth, d0, d1, d2, d3);
        if constexpr (chains > 2) {
            depth_one(a + 2 * a_depth, b + 2 * b_depth, e0, e1, unused0, unused1);
            depth_one(a + 3 * a_depth, b + 3 * b_depth, f0, f1, unused0, unused1);
        }
        a += chains * a_depth;
        b += chains * b_depth;
    }
    if constexpr (K % chains > 0) depth_one(a, b, c0, c1, c2, c3);
    if constexpr (K % chains > 1) depth_one(a + a_depth, b + b_depth, d0, d1, d2, d3);
    if constexpr (K % chains > 2) depth_one(a + 2 * a_depth, b + 2 * b_depth, e0, e1, unused0, unused1);
    if constexpr (chains > 1) {
        c0 = (c0 + d0) + (e0 + f0);
        c1 = (c1 + d1) + (e1 + f1);
        c2 = c2 + d2;
        c3 = c3 + d3;
    }
    const auto finish = [&](auto vector, V sum) {
        constexpr int v = decltype(vector)::count;
        if constexpr (v < vectors - 1) emit(v * n, full, sum);
        else if constexpr (v == vectors - 1) emit(v * n, tail, sum);
    };
    finish(Rows<0>{}, c0);
    finish(Rows<1>{}, c1);
    finish(Rows<2>{}, c2);
    finish(Rows<3>{}, c3);
    finish(Rows<4>{}, c4);
    finish(Rows<5>{}, c5);
    finish(Rows<6>{}, c6);
    finish(Rows<7>{}, c7);
}

}  // namespace nncc::detail
