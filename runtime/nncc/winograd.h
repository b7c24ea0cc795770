// 3 x 3 convolutions in fewer multiplications: Winograd's F(2x2, 3x3) and F(4x4, 3x3), with an epilogue.
#pragma once

#include "nncc/convolve_tile.h"
#include "nncc/winograd_tile.h"

namespace nncc {
namespace detail {

// The image's axes and its tiles.
template <int m, class A1, class A2>
struct WinogradTiles {
    static constexpr int side = m + 2;
    static constexpr int rows = (A1::places + m - 1) / m, columns = (A2::places + m - 1) / m, count = rows * columns;

    // Tiles [first, first + count) of all images to `to`.
    template <int channels>
    static NNCC_INLINE void x_to_points(const f32* x, int first, int tiles, f32* to, i64 apart) noexcept {
        for (int t = 0; t < tiles; ++t) {
            const int tile = first + t, image = tile / count, i1 = tile % count / columns * m - A1::low,
                      i2 = tile % columns * m - A2::low;
            const f32* base = x + static_cast<i64>(image) * A1::extent * A2::extent * channels;
            const f32* at[static_cast<u64>(side * side)];
            for (int row = 0; row < side; ++row) {
                const f32* line = base + (static_cast<i64>(i1 + row) * A2::extent + i2) * channels;
                for (int column = 0; column < side; ++column) {
                    at[row * side + column] = is_inside(i1 + row, A1::extent) && is_inside(i2 + column, A2::extent)
                                                  ? line + column * channels
                                                  : static_cast<const f32*>(kZeros<f32, channels>);
                }
            }
            winograd_x_to_points<m>(at, channels, to + t * winograd_row(channels), apart);
        }
    }

    // f(row of the result, place of the tile) for those places that there are.
    template <class F>
    static NNCC_INLINE void each_place(int tile, F&& f) noexcept {
        const int image = tile / count, p1 = tile % count / columns * m, p2 = tile % columns * m;
        for (int row = 0; row < m && p1 + row < A1::places; ++row) {
            for (int column = 0; column < m && p2 + column < A2::places; ++column)
                f((image * A1::places + p1 + row) * A2::places + p2 + column, row * m + column);
        }
    }
};

}  // namespace detail

// Where the transformed weights lie, as pack_winograd writes them.
struct WinogradPanels {
    const f32* p;
};

// The same as convolve of the axes NoAxis, A1 and A2, of 3 taps and steps of 1, for at least 8 channels; in chunks of
// `chunk` tiles, with winograd_scratch(m, chunk, channels) elements of scratch, aligned to 64 bytes.
template <int m, int chunk, int batch, class A1, class A2, int channels, int filters, class E>
NNCC_INLINE void convolve_winograd(const f32* x, WinogradPanels w, f32* scratch, E&& epilogue) noexcept {
    static_assert(A1::taps == 3 && A1::stride == 1 && A1::spread == 1 && A1::dilation == 1);
    static_assert(A2::taps == 3 && A2::stride == 1 && A2::spread == 1 && A2::dilation == 1);
    static_assert(channels >= kLanes<f32> && chunk > 0);
    using Tiles = detail::WinogradTiles<m, A1, A2>;
    constexpr int n = kLanes<f32>, panel = kPanel<f32>, points = winograd_points(m), all = batch * Tiles::count;
    constexpr i64 row = winograd_row(channels), x_apart = winograd_point(chunk, row),
                  sums_apart = winograd_point(chunk, panel);
    f32* const sums = scratch + points * x_apart;
    alignas(64) f32 places[static_cast<u64>(m * m * panel)];
    for (int first = 0; first < all; first += chunk) {
        const int tiles = all - first < chunk ? all - first : chunk;
        Tiles::template x_to_points<channels>(x, first, tiles, scratch, x_apart);
        each_vector<filters, panel>([&](int j, auto columns) {
            constexpr int width = decltype(columns)::count;
            detail::winograd_products<(width > n)>(points, tiles, channels, scratch, row, x_apart,
                                                   w.p + static_cast<i64>(j) * points * channels, sums, sums_apart);
            for (int t = 0; t < tiles; ++t) {
                detail::winograd_points_to_places<m>(static_cast<const f32*>(sums) + t * panel, sums_apart, width,
                                                     static_cast<f32*>(places));
                Tiles::each_place(first + t, [&](int place, int of_tile) {
                    each_vector<width, n>([&](int c, auto lanes) {
                        epilogue(place, j + c, lanes,
                                 load(static_cast<const f32*>(places) + of_tile * panel + c, Lanes<n, n>{}));
                    });
                });
            }
        });
    }
}

// Weights [3, 3, channels, filters], a matrix b of [9 * channels, filters] of any strides, to
// winograd_weights(m, channels, filters) elements.
template <int m, int channels, int filters, class B>
inline void pack_winograd(B b, f32* to) noexcept {
    each_vector<filters, kPanel<f32>>([&](int j, auto columns) {
        detail::winograd_weights_to_points<m>(channels, columns.count, b.at(0, j), b.row_stride(), b.column_stride(),
                                              to + static_cast<i64>(j) * winograd_points(m) * channels);
    });
}

}  // namespace nncc
