// The register tiles of gemm.h: a few rows by one or two vectors of columns, accumulators by name.
#pragma once

#include "nncc/pack.h"

namespace nncc::detail {

template <int count_>
struct Rows {
    static constexpr int count = count_;
};

// One row's part of one step over k: c += a * b0, d += a * b1.
template <bool row, bool two, class T, class V, class W>
NNCC_INLINE void tile_step(const T* a, V b0, W b1, V& c, W& d) noexcept {
    if constexpr (row) {
        const V x(*a);
        c = multiply_add(x, b0, c);
        if constexpr (!two) return;
        else if constexpr (__is_same(V, W)) d = multiply_add(x, b1, d);
        else d = multiply_add(W(raw::low_half<T, kLanes<T>>(x.v)), b1, d);
    }
}
// How a tile finds its elements of a: rows that lie side by side, or one under the other, or neither.
enum class TileOrder { kAlongDepth, kAlongRows, kStrided };

// sums[r][2 * n] over k < depth of a[r * a_row + k * a_depth] * b[k * b_depth + column], for up to two vectors of
// `width` columns, n lanes each.
template <int rows, int width, TileOrder order, class T>
NNCC_INLINE void tile_sums_of(int depth, const T* a, i64 a_row, i64 a_depth, const T* b, i64 b_depth,
                              T* sums) noexcept {
    constexpr int n = kLanes<T>;
    constexpr bool two = width > n;
    static_assert(rows <= (two ? 6 : 8) && width <= 2 * n);
    constexpr NarrowLanes<T, (two ? n : width)> first{};
    constexpr NarrowLanes<T, (two ? width - n : 0)> second{};
    using V = Vec<T, first.n>;
    using W = Vec<T, second.n>;
    const V zero(T(0));
    V c0 = zero, c1 = zero, c2 = zero, c3 = zero, c4 = zero, c5 = zero, c6 = zero, c7 = zero;
    const W none(T(0));
    W d0 = none, d1 = none, d2 = none, d3 = none, d4 = none, d5 = none, unused = none;
    if (order == TileOrder::kAlongRows) a_row = 1;
    if (order == TileOrder::kAlongDepth) a_depth = 1;
    const T* a0 = a;
    const T* a1 = a + (rows > 1 ? a_row : 0);
    const T* a2 = a + (rows > 2 ? 2 * a_row : 0);
    const T* a3 = a + (rows > 3 ? 3 * a_row : 0);
    const T* a4 = a + (rows > 4 ? 4 * a_row : 0);
    const T* a5 = a + (rows > 5 ? 5 * a_row : 0);
    const T* a6 = a + (rows > 6 ? 6 * a_row : 0);
    const T* a7 = a + (rows > 7 ? 7 * a_row : 0);
    i64 at = 0;
    for (int k = 0; k < depth; ++k) {
        const V b0 = load(b, first);
        const W b1 = load(two ? b + n : b, second);
        tile_step<(rows > 0), two>(a0 + at, b0, b1, c0, d0);
        tile_step<(rows > 1), two>(a1 + at, b0, b1, c1, d1);
        tile_step<(rows > 2), two>(a2 + at, b0, b1, c2, d2);
        tile_step<(rows > 3), two>(a3 + at, b0, b1, c3, d3);
        tile_step<(rows > 4), two>(a4 + at, b0, b1, c4, d4);
        tile_step<(rows > 5), two>(a5 + at, b0, b1, c5, d5);
        tile_step<(rows > 6), two>(a6 + at, b0, b1, c6, unused);
        tile_step<(rows > 7), two>(a7 + at, b0, b1, c7, unused);
        at += a_depth;
        b += b_depth;
    }
    constexpr Lanes<first.n, first.n> first_all{};
    constexpr Lanes<second.n, second.n> second_all{};
    const auto keep_row = [&](auto row, V c, W d) {
        constexpr int r = decltype(row)::count;
        if constexpr (r < rows) {
            store(sums + r * 2 * n, c, first_all);
            if constexpr (two) store(sums + r * 2 * n + n, d, second_all);
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
}
// One copy of the code for all products: a call costs some ten cycles, a tile 12 for each step of the depth. Inlined
// beside a long epilogue, the accumulators would lose their registers to its constants.
template <int rows, int width, TileOrder order, class T>
NNCC_ONCE void shared_tile_sums(int depth, const T* a, i64 a_row, i64 a_depth, const T* b, i64 b_depth,
                                T* sums) noexcept {
    tile_sums_of<rows, width, order>(depth, a, a_row, a_depth, b, b_depth, sums);
}
inline constexpr int kSharedDepth = 128;

// emit(r, c, lanes, v) for each of `rows` rows and 1 or 2 vectors of `width` columns, of the sum over k < K of
// a[r * a_row + k * a_depth] * b[k * b_depth + column].
template <int rows, int width, int K, TileOrder order, class T, class F>
NNCC_INLINE void gemm_tile(const T* a, i64 a_row, i64 a_depth, const T* b, i64 b_depth, F&& emit) noexcept {
    constexpr int n = kLanes<T>;
    constexpr bool two = width > n;
    constexpr NarrowLanes<T, (two ? n : width)> first{};
    constexpr NarrowLanes<T, (two ? width - n : 0)> second{};
    // Through the first-level cache, so that the epilogue is compiled once and not once a row.
    alignas(64) T sums[static_cast<u64>(rows * 2 * n)];
    if constexpr (K >= kSharedDepth) {
        shared_tile_sums<rows, width, order, T>(K, a, a_row, a_depth, b, b_depth, static_cast<T*>(sums));
    } else {
        tile_sums_of<rows, width, order, T>(K, a, a_row, a_depth, b, b_depth, static_cast<T*>(sums));
    }
    for (int r = 0; r < rows; ++r) {
        emit(r, 0, first, load(static_cast<const T*>(sums) + r * 2 * n, Lanes<first.n, first.n>{}));
        if constexpr (two)
            emit(r, n, second, load(static_cast<const T*>(sums) + r * 2 * n + n, Lanes<second.n, second.n>{}));
    }
}

// Adds (or, `first`, sets) the tile's sums to sums[row][w]: for products deeper than what is packed at a time.
// `two`: of both vectors of a panel, else of the first, for more rows.
template <int rows, bool two, class T>
NNCC_INLINE void gemm_tile_add(int depth, bool first, const T* a, i64 a_row, i64 a_depth, const T* panel,
                               T* sums) noexcept {
    constexpr int n = kLanes<T>, w = 2 * n;
    static_assert(rows <= (two ? 6 : 8));
    using V = Vec<T, n>;
    const V zero(T(0));
    constexpr Lanes<n, n> all{};
    V c0 = zero, c1 = zero, c2 = zero, c3 = zero, c4 = zero, c5 = zero, c6 = zero, c7 = zero;
    V d0 = zero, d1 = zero, d2 = zero, d3 = zero, d4 = zero, d5 = zero, unused = zero;
    for (int k = 0; k < depth; ++k) {
        const V b0 = load(panel, all), b1 = two ? load(panel + n, all) : zero;
        tile_step<(rows > 0), two>(a, b0, b1, c0, d0);
        tile_step<(rows > 1), two>(a + a_row, b0, b1, c1, d1);
        tile_step<(rows > 2), two>(a + 2 * a_row, b0, b1, c2, d2);
        tile_step<(rows > 3), two>(a + 3 * a_row, b0, b1, c3, d3);
        tile_step<(rows > 4), two>(a + 4 * a_row, b0, b1, c4, d4);
        tile_step<(rows > 5), two>(a + 5 * a_row, b0, b1, c5, d5);
        tile_step<(rows > 6), two>(a + 6 * a_row, b0, b1, c6, unused);
        tile_step<(rows > 7), two>(a + 7 * a_row, b0, b1, c7, unused);
        a += a_depth;
        panel += w;
    }
    const auto add_row = [&](auto row, V c, V d) {
        constexpr int r = decltype(row)::count;
        if constexpr (r < rows) {
            T* to = sums + r * w;
            store(to, first ? c : c + load(to, all), all);
            if constexpr (two) store(to + n, first ? d : d + load(to + n, all), all);
        }
    };
    add_row(Rows<0>{}, c0, d0);
    add_row(Rows<1>{}, c1, d1);
    add_row(Rows<2>{}, c2, d2);
    add_row(Rows<3>{}, c3, d3);
    add_row(Rows<4>{}, c4, d4);
    add_row(Rows<5>{}, c5, d5);
    add_row(Rows<6>{}, c6, unused);
    add_row(Rows<7>{}, c7, unused);
}

template <int k, int K, class F>
NNCC_INLINE void each_step(F&& f) noexcept {
    if constexpr (k < K) {
        f(Rows<k>{});
        each_step<k + 1, K>(f);
    }
}
// One row of few elements by at most four columns, unrolled, in four chains. a is read four elements at once: computed
// just before, it is in registers, where a broadcast takes one cycle and one from memory waits for the store. Vectors
// of four because a broadcast to eight lanes is several instructions.
template <int K, class T, int columns>
NNCC_INLINE Vec<T, 4> gemm_short_row(const T* a, const T* b, i64 b_depth, Lanes<columns, 4> lanes) noexcept {
    using V = Vec<T, 4>;
    V s0(T(0)), s1 = s0, s2 = s0, s3 = s0;
    each_step<0, K>([&](auto step) {
        constexpr int k = decltype(step)::count, lane = k % 4, left = K - (k - lane);
        const auto four = load(a + (k - lane), Lanes<(left < 4 ? left : 4), 4>{}).v;
        const V x = __builtin_shufflevector(four, four, lane, lane, lane, lane);
        V y;
        if (k + 1 < K && b_depth >= 4 - columns) y = load(b + k * b_depth, Lanes<4, 4>{});  // on into the next row
        else y = load(b + k * b_depth, lanes);
        V& sum = lane == 0 ? s0 : lane == 1 ? s1 : lane == 2 ? s2 : s3;
        if constexpr (k < 4) sum = x * y;
        else sum = multiply_add(x, y, sum);
    });
    if constexpr (K == 1) return s0;
    else if constexpr (K == 2) return s0 + s1;
    else if constexpr (K == 3) return s0 + s1 + s2;
    else return (s0 + s1) + (s2 + s3);
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
