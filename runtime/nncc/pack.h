// Operands of matrix products, and packing of b into panels: [N / w][K][w], zero padded, w two vectors wide.
#pragma once

#include "nncc/reduce.h"

namespace nncc {

template <class T>
inline constexpr int kPanel = 2 * kLanes<T>;

// Element (r, c) at p[r * row_stride + c * column_stride]. Swapped strides are the transposed matrix.
template <class T, i64 row_stride_, i64 column_stride_>
struct Matrix {
    using Element = T;
    static constexpr bool kPacked = false;
    const T* p;
    static constexpr i64 row_stride() noexcept { return row_stride_; }
    static constexpr i64 column_stride() noexcept { return column_stride_; }
    NNCC_INLINE const T* at(i64 r, i64 c) const noexcept { return p + r * row_stride_ + c * column_stride_; }
};
// The same with strides known at run time.
template <class T>
struct StridedMatrix {
    using Element = T;
    static constexpr bool kPacked = false;
    const T* p;
    i64 rows_apart, columns_apart;
    NNCC_INLINE i64 row_stride() const noexcept { return rows_apart; }
    NNCC_INLINE i64 column_stride() const noexcept { return columns_apart; }
    NNCC_INLINE const T* at(i64 r, i64 c) const noexcept { return p + r * rows_apart + c * columns_apart; }
};
template <class T>
struct Panels {
    using Element = T;
    static constexpr bool kPacked = true;
    const T* p;
};

namespace detail {

// 8 x 8 elements, rows `stride` apart, to columns `to_stride` apart.
NNCC_INLINE void transpose_8x8(const f32* p, i64 stride, f32* to, i64 to_stride) noexcept {
    using R = RawVector<f32, 8>;
    const auto pair = [&](i64 row)
                          __attribute__((always_inline)) -> R {  // rows `row` and `row + 4`, four elements of each
        return raw::join<f32, 4>(raw::load_pieces<f32, 4, 4>(p + row * stride),
                                 raw::load_pieces<f32, 4, 4>(p + (row + 4) * stride));
    };
    for (int half = 0; half < 2; ++half, p += 4, to += 4 * to_stride) {
        const R a = pair(0), b = pair(1), c = pair(2), d = pair(3);
        const R ab_low = __builtin_shufflevector(a, b, 0, 8, 1, 9, 4, 12, 5, 13);
        const R ab_high = __builtin_shufflevector(a, b, 2, 10, 3, 11, 6, 14, 7, 15);
        const R cd_low = __builtin_shufflevector(c, d, 0, 8, 1, 9, 4, 12, 5, 13);
        const R cd_high = __builtin_shufflevector(c, d, 2, 10, 3, 11, 6, 14, 7, 15);
        raw::store_pieces<f32, 8, 8>(to, __builtin_shufflevector(ab_low, cd_low, 0, 1, 8, 9, 4, 5, 12, 13));
        raw::store_pieces<f32, 8, 8>(to + to_stride,
                                     __builtin_shufflevector(ab_low, cd_low, 2, 3, 10, 11, 6, 7, 14, 15));
        raw::store_pieces<f32, 8, 8>(to + 2 * to_stride,
                                     __builtin_shufflevector(ab_high, cd_high, 0, 1, 8, 9, 4, 5, 12, 13));
        raw::store_pieces<f32, 8, 8>(to + 3 * to_stride,
                                     __builtin_shufflevector(ab_high, cd_high, 2, 3, 10, 11, 6, 7, 14, 15));
    }
}

// The lanes of the first or second vector of a panel that has `columns` of its w columns.
template <int vector, int n, class L>
NNCC_INLINE auto panel_lanes(L columns) noexcept {
    if constexpr (kFixedLanes<L>) {
        constexpr int left = L::count - vector * n;
        return Lanes<(left < 0 ? 0 : left < n ? left : n), n>{};
    } else {
        const int left = columns.count - vector * n;
        return SomeLanes<n>{left < 0 ? 0 : left < n ? left : n};
    }
}

// depth rows of some columns of b to to[depth][w]; columns that do not exist as 0. Not inlined: one copy for all
// shapes.
template <class L, class T>
__attribute__((noinline)) void pack_panel(L columns, int depth, const T* b, i64 row_stride, i64 column_stride,
                                          T* to) noexcept {
    constexpr int n = kLanes<T>, w = kPanel<T>;
    const int width = columns.count;
    if (column_stride == 1) {
        const auto first = panel_lanes<0, n>(columns);
        const auto second = panel_lanes<1, n>(columns);
        for (int k = 0; k < depth; ++k, b += row_stride, to += w) {
            store(to, load(b, first), Lanes<n, n>{});
            store(to + n, load(width > n ? b + n : b, second), Lanes<n, n>{});
        }
        return;
    }
    int left = depth;
    if constexpr (__is_same(T, f32)) {
        if (row_stride == 1) {
            for (; left >= 8; left -= 8, b += 8, to += 8 * w) {
                int column = 0;
                for (; column + 8 <= width; column += 8)
                    transpose_8x8(b + column * column_stride, column_stride, to + column, w);
                for (; column < w; ++column) {
                    for (int d = 0; d < 8; ++d)
                        to[d * w + column] = column < width ? b[d + column * column_stride] : 0.0F;
                }
            }
        }
    }
    for (; left > 0; --left, b += row_stride, to += w) {
        for (int column = 0; column < w; ++column) to[column] = column < width ? b[column * column_stride] : T(0);
    }
}

}  // namespace detail

template <int K, int N, class T>
inline constexpr i64 panel_elements = static_cast<i64>(K) * ((N + kPanel<T> - 1) / kPanel<T>)*kPanel<T>;

// All panels of b, a K x N matrix of any strides.
template <int K, int N, class B, class T>
inline void pack_panels(B b, T* to) noexcept {
    each_vector<N, kPanel<T>>([&](int j, auto columns) {
        detail::pack_panel(columns, K, b.at(0, j), b.row_stride(), b.column_stride(), to + static_cast<i64>(j) * K);
    });
}

}  // namespace nncc
