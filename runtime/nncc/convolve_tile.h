// Sums of convolutions in register tiles, over stretches of x that begin anywhere for each place.
#pragma once

#include "nncc/gemm.h"

namespace nncc {

// One axis of space: place p of the result reads elements (p * stride + k * dilation - low) / spread of x for taps k,
// where that is a whole number and inside [0, extent).
template <int extent_, int places_, int taps_, int stride_, int low_, int spread_ = 1, int dilation_ = 1>
struct Axis {
    static constexpr int extent = extent_, places = places_, taps = taps_, stride = stride_, low = low_,
                         spread = spread_, dilation = dilation_;
    static_assert(stride == 1 || spread == 1);
};

using NoAxis = Axis<1, 1, 1, 1, 0>;

namespace detail {

// The taps that meet elements of x at the places phase, phase + spread, ...: place number t of these reads element
// t * stride + at[i] for tap k[i].
template <class A>
struct Taps {
    int count = 0, places = 0;
    int k[static_cast<u64>(A::taps)] = {};
    int at[static_cast<u64>(A::taps)] = {};

    NNCC_INLINE explicit Taps(int phase) noexcept : places((A::places - phase + A::spread - 1) / A::spread) {
        for (int tap = 0; tap < A::taps; ++tap) {
            const int from = phase + tap * A::dilation - A::low;
            int element = from / A::spread;
            if (from < 0 && element * A::spread != from) --element;
            if (element * A::spread != from) continue;
            k[count] = tap;
            at[count++] = element;
        }
    }
};

template <class T, int count>
alignas(64) inline constexpr T kZeros[static_cast<u64>(count)] = {};

inline constexpr u64 kMostPlaces = 8;

// A stretch of the sum: depth elements from a[place] for each place of the tile, and as many rows of a panel.
template <class T>
struct Stretch {
    const T* a[kMostPlaces];
    const T* b;
    i64 depth;
};

// sums[place][16] over `count` stretches: of each, where place r's elements begin, how many there are, and its panel.
// None is longer than `longest`.
template <int places, bool two, class T, class A, class D, class B>
NNCC_INLINE void tile_sums(int count, i64 longest, A&& a_of, D&& depth_of, B&& b_of, T* sums) noexcept {
    constexpr int n = kLanes<T>, w = kPanel<T>;
    constexpr Lanes<n, n> all{};
    using V = Vec<T, n>;
    const V zero(T(0));
    V c0 = zero, c1 = zero, c2 = zero, c3 = zero, c4 = zero, c5 = zero, c6 = zero, c7 = zero;
    V d0 = zero, d1 = zero, d2 = zero, d3 = zero, d4 = zero, d5 = zero, unused = zero;
    for (int s = 0; s < count; ++s) {
        const T* a0 = a_of(s, Rows<0>{});
        const T* a1 = a_of(s, Rows<1>{});
        const T* a2 = a_of(s, Rows<2>{});
        const T* a3 = a_of(s, Rows<3>{});
        const T* a4 = a_of(s, Rows<4>{});
        const T* a5 = a_of(s, Rows<5>{});
        const T* a6 = a_of(s, Rows<6>{});
        const T* a7 = a_of(s, Rows<7>{});
        const T* b = b_of(s);
        const i64 elements = depth_of(s), depth = elements < longest ? elements : longest;
        for (i64 k = 0; k < depth; ++k) {
            const V b0 = load(b, all);
            const V b1 = two ? load(b + n, all) : zero;
            tile_step<(places > 0), two>(a0 + k, b0, b1, c0, d0);
            tile_step<(places > 1), two>(a1 + k, b0, b1, c1, d1);
            tile_step<(places > 2), two>(a2 + k, b0, b1, c2, d2);
            tile_step<(places > 3), two>(a3 + k, b0, b1, c3, d3);
            tile_step<(places > 4), two>(a4 + k, b0, b1, c4, d4);
            tile_step<(places > 5), two>(a5 + k, b0, b1, c5, d5);
            tile_step<(places > 6), two>(a6 + k, b0, b1, c6, unused);
            tile_step<(places > 7), two>(a7 + k, b0, b1, c7, unused);
            b += w;
        }
    }
    const auto keep_row = [&](auto row, V c, V d) {
        constexpr int r = decltype(row)::count;
        if constexpr (r < places) {
            store(sums + r * w, c, all);
            if constexpr (two) store(sums + r * w + n, d, all);
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

// One copy of the code for all shapes.
template <int places, bool two, class T>
NNCC_ONCE void convolve_tile(const Stretch<T>* stretches, int count, i64 longest, T* sums) noexcept {
    static_assert(places <= (two ? 6 : 8));
    tile_sums<places, two>(
        count, longest,
        [&](int s, auto row) {
            constexpr int r = decltype(row)::count;
            return stretches[s].a[r < places ? r : 0];
        },
        [&](int s) { return stretches[s].depth; }, [&](int s) { return stretches[s].b; }, sums);
}

NNCC_INLINE bool is_inside(int index, int extent) noexcept {
    return static_cast<u32>(index) < static_cast<u32>(extent);
}

}  // namespace detail
}  // namespace nncc
