// Sizes of Winograd's convolutions, for the code that runs them and for the compiler that makes room for them.
#pragma once

#include "nncc/types.h"

namespace nncc {

// F(m x m, 3 x 3) makes m x m places of the result, a tile, at (m + 2)^2 points.
constexpr int winograd_points(int m) noexcept { return (m + 2) * (m + 2); }

// Errors: a sum over c channels is off by at most about (c + 16) * 2^-24 * growth * the sum over channels of the
// largest |x| of its tile times the largest |w|, where the direct form's has 9 * c * 2^-24 times the sum of |x| |w|.
// That is for the worst x and w. Those at random stay within some roundings of 2^-24 times the sum of |x| |w| of a full
// tile: measured up to 2 and 10, the direct form's up to 4.
constexpr double winograd_growth(int m) noexcept { return m == 2 ? 64 : 564; }
constexpr double winograd_roundings(int m) noexcept { return m == 2 ? 4 : 20; }

// Tiles are worked on in chunks. Of a chunk, transformed: [point][tile][channel], tiles beginning with a line of 64
// bytes, points a line further apart than they need, lest those of one tile all meet in one set of a cache. Its sums
// for 16 filters: [point][tile][16], likewise.
constexpr i64 winograd_row(i64 channels) noexcept { return (channels + 15) / 16 * 16; }
constexpr i64 winograd_point(i64 tiles, i64 row) noexcept { return tiles * row + 16; }

// Elements of f32: what a chunk needs, and the transformed weights [filters / 16][point][channel][16].
constexpr i64 winograd_scratch(int m, i64 tiles, i64 channels) noexcept {
    return winograd_points(m) * (winograd_point(tiles, winograd_row(channels)) + winograd_point(tiles, 16));
}
constexpr i64 winograd_weights(int m, i64 channels, i64 filters) noexcept {
    return winograd_points(m) * channels * ((filters + 15) / 16 * 16);
}

}  // namespace nncc
