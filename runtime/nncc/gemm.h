// Matrix products with an epilogue: C(i, j) = epilogue(sum over k of a(i, k) * b(k, j)), by register tiles of 6 x 16.
#pragma once

#include "nncc/gemm_tile.h"
#include "nncc/pack.h"

// Machine arithmetic (Zen 3, Haswell and later): two FMAs start in each cycle and take 4, so 8 independent accumulators
// are the least; 6 rows x 2 vectors are 12, in 16 registers with two of b and one of a. Their 12 FMAs take 6 cycles,
// the 8 loads 4. With one vector of columns, 8 rows. With one row, several chains over k, added at the end.

namespace nncc {
namespace detail {

// Depth that is packed at a time, and rows whose partial sums are kept meanwhile when K is deeper.
inline constexpr int kChunkDepth = 1024;
inline constexpr int kChunkRows = 192;

// Rows [row, row + count) in tiles as equal as possible: 32 rows by at most 6 are 6, 6, 5, 5, 5, 5.
template <int count, int most, class F>
NNCC_INLINE void each_row_tile(F&& f) noexcept {
    constexpr int tiles = (count + most - 1) / most;
    constexpr int height = count / tiles, taller = count % tiles;
    if constexpr (taller > 0) {
        for (int t = 0; t < taller; ++t) f(t * (height + 1), Rows<height + 1>{});
    }
    if constexpr (tiles > taller) {
        for (int t = taller; t < tiles; ++t) f(t * height + taller, Rows<height>{});
    }
}
template <int most, class F>
NNCC_INLINE void each_row_tile(int count, F&& f) noexcept {
    int row = 0;
    for (; row + most <= count; row += most) f(row, Rows<most>{});
    for (; row + 3 <= count; row += 3) f(row, Rows<3>{});
    for (; row < count; ++row) f(row, Rows<1>{});
}

// The most columns that there can be.
template <class L>
inline constexpr int kWidest = L::n;
template <int count, int n>
inline constexpr int kWidest<Lanes<count, n>> = count;

// Rows [first, first + count) of one block of columns, depth in chunks: partial sums are kept in sums[count][w]
// meanwhile.
template <class L, class T, class A, class B, class E>
NNCC_INLINE void gemm_chunks(L columns, int depth, int chunk, int first, int count, int j, A a, B b, T* panel, T* sums,
                             E& epilogue) noexcept {
    constexpr int n = kLanes<T>, w = kPanel<T>;
    constexpr bool two = kWidest<L> > n;
    for (int k = 0; k < depth; k += chunk) {
        const int part = depth - k < chunk ? depth - k : chunk;
        pack_panel(columns, part, b.at(k, j), b.row_stride(), b.column_stride(), panel);
        each_row_tile<(two ? 6 : 8)>(count, [&](int i, auto height) {
            constexpr int h = decltype(height)::count;
            gemm_tile_add<h, two>(part, k == 0, a.at(first + i, k), a.row_stride(), a.column_stride(),
                                  static_cast<const T*>(panel), sums + i * w);
        });
    }
    for (int i = 0; i < count; ++i) {
        const auto finish = [&](int c, auto lanes) {
            epilogue(first + i, j + c, lanes, load(sums + i * w + c, Lanes<n, n>{}));
        };
        if constexpr (kFixedLanes<L>) each_vector<L::count, n>(finish);
        else each_vector<n>(columns.count, finish);
    }
}

template <class A>
inline constexpr TileOrder kTileOrder = A::column_stride() == 1 ? TileOrder::kAlongDepth
                                        : A::row_stride() == 1  ? TileOrder::kAlongRows
                                                                : TileOrder::kStrided;

// One block of columns, at most a panel wide, over all rows. b has unit column stride from here on.
template <int M, int K, int width, class T, class A, class E>
NNCC_INLINE void gemm_block(int rows, int j, A a, const T* b, i64 b_stride, E& epilogue) noexcept {
    constexpr int n = kLanes<T>;
    constexpr int vectors = (width + n - 1) / n;
    constexpr int most = vectors == 1 ? 8 : 6;
    const auto tile = [&](int i, auto height) {
        constexpr int h = decltype(height)::count;
        gemm_tile<h, width, K, kTileOrder<A>>(
            a.at(i, 0), a.row_stride(), a.column_stride(), b, b_stride,
            [&](int r, int c, auto lanes, auto v) { epilogue(i + r, j + c, lanes, v); });
    };
    if constexpr (M > 0) each_row_tile<M, most>(tile);
    else each_row_tile<most>(rows, tile);
}

// The same for b of any strides: packed into a panel on the stack first.
template <int M, int K, int width, class T, class A, class B, class E>
NNCC_INLINE void gemm_packed_block(int rows, int j, A a, B b, E& epilogue) noexcept {
    constexpr int w = kPanel<T>;
    if constexpr (K <= kChunkDepth) {
        alignas(64) T panel[static_cast<u64>(K * w)];
        pack_panel(Lanes<width, w>{}, K, b.at(0, j), b.row_stride(), b.column_stride(), static_cast<T*>(panel));
        gemm_block<M, K, width>(rows, j, a, static_cast<const T*>(panel), w, epilogue);
    } else {
        alignas(64) T panel[static_cast<u64>(kChunkDepth * w)];
        alignas(64) T sums[static_cast<u64>(kChunkRows * w)];
        const int all = M > 0 ? M : rows;
        for (int first = 0; first < all; first += kChunkRows) {
            const int count = all - first < kChunkRows ? all - first : kChunkRows;
            gemm_chunks(Lanes<width, w>{}, K, kChunkDepth, first, count, j, a, b, static_cast<T*>(panel),
                        static_cast<T*>(sums), epilogue);
        }
    }
}

template <int M, int N, int K, class A, class B, class E>
NNCC_INLINE void gemm_any(int rows, A a, B b, E& epilogue) noexcept {
    using T = typename A::Element;
    constexpr int w = kPanel<T>;
    const auto block = [&](int j, auto columns) {
        constexpr int width = decltype(columns)::count;
        if constexpr (B::kPacked) {
            gemm_block<M, K, width>(rows, j, a, b.p + static_cast<i64>(j / w) * (K * w), w, epilogue);
        } else if constexpr (B::column_stride() == 1 &&
                             (M == 1 || K * B::row_stride() * static_cast<i64>(sizeof(T)) <= 16384)) {
            gemm_block<M, K, width>(rows, j, a, b.at(0, j), B::row_stride(), epilogue);
        } else {
            gemm_packed_block<M, K, width, T>(rows, j, a, b, epilogue);
        }
    };
    each_vector<N, w>(block);
}

// One row by columns of b that are contiguous in memory: dot products, n of them to a vector.
template <int N, int K, class A, class B, class E>
NNCC_INLINE void gemm_dots(A a, B b, E& epilogue) noexcept {
    using T = typename A::Element;
    constexpr int n = kLanes<T>;
    each_vector<N, n>([&](int j, auto columns) {
        alignas(64) T sums[static_cast<u64>(n)] = {};
        for (int c = 0; c < columns.count; ++c) {
            sums[c] = reduce<Sum, K, n>(
                [&](int k, auto lanes) { return load(a.at(0, k), lanes) * load(b.at(k, j + c), lanes); });
        }
        epilogue(0, j, columns, load(static_cast<const T*>(sums), Lanes<n, n>{}));
    });
}

// One row: bound by reading b, so as many columns at once as there are registers.
template <int N, int K, class A, class B, class E>
NNCC_INLINE void gemm_row(A a, B b, E& epilogue) noexcept {
    using T = typename A::Element;
    constexpr int n = kLanes<T>, w = kPanel<T>;
    const auto row = [&](int j, auto columns, const T* from, i64 stride) {
        constexpr int width = decltype(columns)::count, vectors = (width + n - 1) / n;
        if constexpr (sizeof(T) == 4 && A::column_stride() == 1 && K <= 16 && N <= 16) {
            each_vector<width, 4>(
                [&](int c, auto lanes) { epilogue(0, j + c, lanes, gemm_short_row<K>(a.p, from + c, stride, lanes)); });
        } else {
            gemm_row_tile<vectors, width - (vectors - 1) * n, K>(
                a.p, a.column_stride(), from, stride, [&](int c, auto lanes, auto v) { epilogue(0, j + c, lanes, v); });
        }
    };
    if constexpr (B::kPacked) {
        each_vector<N, w>([&](int j, auto columns) { row(j, columns, b.p + static_cast<i64>(j) * K, w); });
    } else if constexpr (B::column_stride() == 1) {
        each_vector<N, 8 * n>([&](int j, auto columns) { row(j, columns, b.at(0, j), B::row_stride()); });
    } else if constexpr (B::row_stride() == 1 && A::column_stride() == 1 && (N < n || K >= 4 * n)) {
        gemm_dots<N, K>(a, b, epilogue);
    } else {
        gemm_any<1, N, K>(1, a, b, epilogue);
    }
}

// The same with extents known at run time.
template <class A, class B, class E>
NNCC_INLINE void gemm_dynamic_dots(int N, int K, A a, B b, E& epilogue) noexcept {
    using T = typename A::Element;
    constexpr int n = kLanes<T>;
    each_vector<n>(N, [&](int j, auto columns) {
        alignas(64) T sums[static_cast<u64>(n)] = {};
        for (int c = 0; c < columns.count; ++c) {
            sums[c] = reduce<Sum, n>(
                K, [&](int k, auto lanes) { return load(a.at(0, k), lanes) * load(b.at(k, j + c), lanes); });
        }
        epilogue(0, j, columns, load(static_cast<const T*>(sums), Lanes<n, n>{}));
    });
}

}  // namespace detail

template <int M, int N, int K, class A, class B, class E>
NNCC_INLINE void gemm(A a, B b, E&& epilogue) noexcept {
    static_assert(M > 0 && N > 0 && K > 0);
    if constexpr (M == 1) detail::gemm_row<N, K>(a, b, epilogue);
    else detail::gemm_any<M, N, K>(M, a, b, epilogue);
}

// Any number of rows, known at run time.
template <int N, int K, class A, class B, class E>
NNCC_INLINE void gemm_rows(int rows, A a, B b, E&& epilogue) noexcept {
    static_assert(N > 0 && K > 0);
    detail::gemm_any<0, N, K>(rows, a, b, epilogue);
}

// Extents and strides known at run time (a and b are StridedMatrix).
template <class A, class B, class E>
NNCC_INLINE void gemm_dynamic(int M, int N, int K, A a, B b, E&& epilogue) noexcept {
    using T = typename A::Element;
    // Each column by itself, so that a column's sum is the same however many there are.
    if (M == 1 && a.column_stride() == 1 && b.row_stride() == 1) {
        detail::gemm_dynamic_dots(N, K, a, b, epilogue);
        return;
    }
    constexpr int w = kPanel<T>, chunk = 256;
    alignas(64) T panel[static_cast<u64>(chunk * w)];
    alignas(64) T sums[static_cast<u64>(detail::kChunkRows * w)];
    for (int j = 0; j < N; j += w) {
        const SomeLanes<w> columns{N - j < w ? N - j : w};
        for (int first = 0; first < M; first += detail::kChunkRows) {
            const int count = M - first < detail::kChunkRows ? M - first : detail::kChunkRows;
            detail::gemm_chunks(columns, K, chunk, first, count, j, a, b, static_cast<T*>(panel), static_cast<T*>(sums),
                                epilogue);
        }
    }
}

}  // namespace nncc
