// The parts of Winograd's convolutions: x to points, products at each point, points to places; one copy for all shapes.
#pragma once

#include "nncc/gemm_tile.h"
#include "nncc/winograd_sizes.h"

namespace nncc::detail {

// One line through a tile, by polynomials at the points 0, 1, -1 and infinity: of its 4 elements d of x, B^T d; of the
// 3 weights g, G g; of the sums s at the points, A^T s. Everything is got by index and given away by index.
template <int m>
struct WinogradLine {
    static_assert(m == 2);
    template <class D, class P>
    static NNCC_INLINE void x_to_points(D&& d, P&& point) noexcept {
        const auto d0 = d(0), d1 = d(1), d2 = d(2), d3 = d(3);
        point(0, d0 - d2);
        point(1, d1 + d2);
        point(2, d2 - d1);
        point(3, d1 - d3);
    }
    template <class G, class P>
    static NNCC_INLINE void weights_to_points(G&& g, P&& point) noexcept {
        const auto g0 = g(0), g1 = g(1), g2 = g(2);
        point(0, g0);
        point(1, (g0 + g1 + g2) / 2);
        point(2, (g0 - g1 + g2) / 2);
        point(3, g2);
    }
    template <class S, class P>
    static NNCC_INLINE void points_to_places(S&& s, P&& place) noexcept {
        const auto s1 = s(1), s2 = s(2);
        place(0, s(0) + s1 + s2);
        place(1, s1 - s2 - s(3));
    }
};

// The same for 4 places, at 0, a, -a, b, -b and infinity. Rounding errors are half of those with the usual 1 and 2, and
// the squares and cubes still exact.
template <>
struct WinogradLine<4> {
    static constexpr f32 a = 0.625F, b = 1.5F;
    template <class D, class P>
    static NNCC_INLINE void x_to_points(D&& d, P&& point) noexcept {
        using V = decltype(d(0));
        const V d1 = d(1), d2 = d(2), d3 = d(3), d4 = d(4);
        const V aabb(a * a * b * b), sum(-(a * a + b * b)), aa(-a * a), bb(-b * b);
        point(0, multiply_add(aabb, d(0), multiply_add(sum, d2, d4)));
        const V even_a = multiply_add(bb, d2, d4), odd_a = multiply_add(bb, d1, d3);
        point(1, multiply_add(V(a), odd_a, even_a));
        point(2, multiply_add(V(-a), odd_a, even_a));
        const V even_b = multiply_add(aa, d2, d4), odd_b = multiply_add(aa, d1, d3);
        point(3, multiply_add(V(b), odd_b, even_b));
        point(4, multiply_add(V(-b), odd_b, even_b));
        point(5, multiply_add(aabb, d1, multiply_add(sum, d3, d(5))));
    }
    template <class G, class P>
    static NNCC_INLINE void weights_to_points(G&& g, P&& point) noexcept {
        using V = decltype(g(0));
        constexpr auto p = static_cast<double>(a), q = static_cast<double>(b);
        const V g0 = g(0), g1 = g(1), g2 = g(2);
        point(0, g0 / (p * p * q * q));
        point(1, (g0 + g1 * p + g2 * (p * p)) / (2 * p * p * (p * p - q * q)));
        point(2, (g0 - g1 * p + g2 * (p * p)) / (2 * p * p * (p * p - q * q)));
        point(3, (g0 + g1 * q + g2 * (q * q)) / (2 * q * q * (q * q - p * p)));
        point(4, (g0 - g1 * q + g2 * (q * q)) / (2 * q * q * (q * q - p * p)));
        point(5, g2);
    }
    template <class S, class P>
    static NNCC_INLINE void points_to_places(S&& s, P&& place) noexcept {
        using V = decltype(s(0));
        const V s1 = s(1), s2 = s(2), s3 = s(3), s4 = s(4);
        const V even_a = s1 + s2, odd_a = s1 - s2, even_b = s3 + s4, odd_b = s3 - s4;
        place(0, s(0) + even_a + even_b);
        place(1, multiply_add(V(b), odd_b, V(a) * odd_a));
        place(2, multiply_add(V(b * b), even_b, V(a * a) * even_a));
        place(3, multiply_add(V(b * b * b), odd_b, multiply_add(V(a * a * a), odd_a, s(5))));
    }
};

// One tile: at[row][column] are its elements' channels, at least 8, in x or in zeros. to[point][channel], points
// `apart`.
template <int m>
NNCC_ONCE void winograd_x_to_points(const f32* const* at, int channels, f32* to, i64 apart) noexcept {
    constexpr int n = kLanes<f32>, side = m + 2;
    constexpr Lanes<n, n> all{};
    alignas(64) f32 lines[static_cast<u64>(side * side * n)];
    for (int first = 0; first < channels; first += n) {
        const int c = first + n <= channels ? first : channels - n;  // the last vector overlaps the one before it
        for (int column = 0; column < side; ++column) {
            WinogradLine<m>::x_to_points([&](int k) { return load(at[k * side + column] + c, all); },
                                         [&](int k, auto v) { store(lines + (k * side + column) * n, v, all); });
        }
        for (int row = 0; row < side; ++row) {
            WinogradLine<m>::x_to_points(
                [&](int k) { return load(static_cast<const f32*>(lines) + (row * side + k) * n, all); },
                [&](int k, auto v) { store(to + (row * side + k) * apart + c, v, all); });
        }
    }
}

// One tile's sums at the points, `apart`, of the first `columns` of 16 filters, to places[row][column][16].
template <int m>
NNCC_ONCE void winograd_points_to_places(const f32* sums, i64 apart, int columns, f32* places) noexcept {
    constexpr int n = kLanes<f32>, w = kPanel<f32>, side = m + 2;
    constexpr Lanes<n, n> all{};
    alignas(64) f32 lines[static_cast<u64>(m * side * n)];
    for (int c = 0; c < columns; c += n) {
        for (int column = 0; column < side; ++column) {
            WinogradLine<m>::points_to_places([&](int k) { return load(sums + (k * side + column) * apart + c, all); },
                                              [&](int k, auto v) { store(lines + (k * side + column) * n, v, all); });
        }
        for (int row = 0; row < m; ++row) {
            WinogradLine<m>::points_to_places(
                [&](int k) { return load(static_cast<const f32*>(lines) + (row * side + k) * n, all); },
                [&](int k, auto v) { store(places + (row * m + k) * w + c, v, all); });
        }
    }
}

// sums[point][tile][16] = sum over channels of x[point][tile][channel] * panel[point][channel][16], of 8 or 16 columns.
// Fetching the next point's weights ahead by hand gains nothing.
template <bool two>
NNCC_ONCE void winograd_products(int points, int tiles, int channels, const f32* x, i64 row, i64 x_apart,
                                 const f32* panel, f32* sums, i64 sums_apart) noexcept {
    constexpr int w = kPanel<f32>, width = two ? w : w / 2;
    constexpr TileOrder order = TileOrder::kAlongDepth;
    const int strips = (tiles + 5) / 6, height = tiles / strips, taller = tiles % strips;
    for (int point = 0; point < points; ++point) {
        const f32* a = x;
        f32* to = sums;
        for (int strip = 0; strip < strips; ++strip) {
            const int rows = strip < taller ? height + 1 : height;
            if (rows == 6) shared_tile_sums<6, width, order, f32>(channels, a, row, 1, panel, w, to);
            else if (rows == 5) shared_tile_sums<5, width, order, f32>(channels, a, row, 1, panel, w, to);
            else if (rows == 4) shared_tile_sums<4, width, order, f32>(channels, a, row, 1, panel, w, to);
            else if (rows == 3) shared_tile_sums<3, width, order, f32>(channels, a, row, 1, panel, w, to);
            else if (rows == 2) shared_tile_sums<2, width, order, f32>(channels, a, row, 1, panel, w, to);
            else shared_tile_sums<1, width, order, f32>(channels, a, row, 1, panel, w, to);
            a += rows * row;
            to += rows * w;
        }
        x += x_apart;
        sums += sums_apart;
        panel += channels * w;
    }
}

// 3 x 3 weights of some filters, those of a tap and channel `row_stride` apart and of a filter `column_stride`, to
// [point][channel][16]: in f64, rounded once.
template <int m>
NNCC_ONCE void winograd_weights_to_points(int channels, int columns, const f32* b, i64 row_stride, i64 column_stride,
                                          f32* to) noexcept {
    constexpr int w = kPanel<f32>, side = m + 2;
    for (int channel = 0; channel < channels; ++channel) {
        for (int column = 0; column < w; ++column) {
            double lines[static_cast<u64>(side * 3)] = {};
            for (int k = 0; k < 3 && column < columns; ++k) {
                const f32* from = b + channel * row_stride + column * column_stride;
                const i64 tap = channels * row_stride;
                WinogradLine<m>::weights_to_points([&](int i) { return static_cast<double>(from[(i * 3 + k) * tap]); },
                                                   [&](int i, double v) { lines[i * 3 + k] = v; });
            }
            for (int row = 0; row < side; ++row) {
                WinogradLine<m>::weights_to_points([&](int i) { return lines[row * 3 + i]; },
                                                   [&](int i, double v) {
                                                       const int point = row * side + i;
                                                       to[(static_cast<i64>(point) * channels + channel) * w + column] =
                                                           static_cast<f32>(v);
                                                   });
            }
        }
    }
}

}  // namespace nncc::detail
