// Convolutions with an epilogue: sums over kernel places and channels, read where they lie in x, by register tiles.
#pragma once

#include "nncc/convolve_band.h"

// x is [batch, places.., channels], channels last; w is panels of a [taps.. * channels, filters] matrix. One register
// tile is 6 places (of the result, wherever they lie) x 16 filters, or 8 x 8: the sums run over stretches of x that are
// contiguous for every place of the tile, each place by a pointer of its own; outside of x the pointer is to zeros.
// So there is no copy of x, neither padded nor as windows, and a tile may cross rows and images.

namespace nncc {
namespace detail {

// One phase of a convolution: the places whose taps are `t0`, `t1`, `t2`.
template <class T, class A0, class A1, class A2, int channels, int pixel>
struct Phase {
    static constexpr bool kJoinsTaps = pixel == channels && A2::dilation == 1 && A2::spread == 1;
    static constexpr int kMostStretches = A0::taps * A1::taps * A2::taps;
    static constexpr int kLongest = kJoinsTaps ? A2::taps * channels : channels;

    const T* x;
    int f0, f1, f2;
    Taps<A0> t0{f0};
    Taps<A1> t1{f1};
    Taps<A2> t2{f2};

    NNCC_INLINE int rows_of_image() const noexcept { return t0.places * t1.places * t2.places; }

    // Where places `first` ... of the phase read, and which rows of the result they are. Returns the stretches' number.
    template <int places>
    NNCC_INLINE int find(int first, const T* panel, Stretch<T>* stretches, int* rows) const noexcept {
        constexpr i64 line = static_cast<i64>(A2::extent) * pixel, plane = A1::extent * line,
                      image = A0::extent * plane;
        int i0[kMostPlaces], i1[kMostPlaces], i2[kMostPlaces];
        const T* base[kMostPlaces];
        int p2 = first % t2.places, rest = first / t2.places;
        int p1 = rest % t1.places;
        rest /= t1.places;
        int p0 = rest % t0.places, batch = rest / t0.places;
        bool joins = kJoinsTaps;
        for (int r = 0; r < places; ++r) {
            rows[r] = ((batch * A0::places + f0 + p0 * A0::spread) * A1::places + f1 + p1 * A1::spread) * A2::places +
                      f2 + p2 * A2::spread;
            i0[r] = p0 * A0::stride;
            i1[r] = p1 * A1::stride;
            i2[r] = p2 * A2::stride;
            base[r] = x + batch * image + i0[r] * plane + i1[r] * line + static_cast<i64>(i2[r]) * pixel;
            if constexpr (kJoinsTaps) {
                joins = joins && i2[r] >= A2::low && i2[r] - A2::low + A2::taps <= A2::extent;
            }
            if (++p2 < t2.places) continue;
            p2 = 0;
            if (++p1 < t1.places) continue;
            p1 = 0;
            if (++p0 < t0.places) continue;
            p0 = 0;
            ++batch;
        }
        int count = 0;
        const T* zeros = kZeros<T, kLongest>;
        for (int a = 0; a < A0::taps && a < t0.count; ++a) {
            for (int b = 0; b < A1::taps && b < t1.count; ++b) {
                const i64 offset = t0.at[a] * plane + t1.at[b] * line;
                bool inside[kMostPlaces];
                bool any = false;
                for (int r = 0; r < places; ++r) {
                    inside[r] = is_inside(i0[r] + t0.at[a], A0::extent) && is_inside(i1[r] + t1.at[b], A1::extent);
                    any = any || inside[r];
                }
                if (!any) continue;
                const int tap = (t0.k[a] * A1::taps + t1.k[b]) * A2::taps;
                if (joins) {
                    Stretch<T>& s = stretches[count++];
                    for (int r = 0; r < places; ++r)
                        s.a[r] = inside[r] ? base[r] + offset - static_cast<i64>(A2::low) * pixel : zeros;
                    s.b = panel + static_cast<i64>(tap) * channels * kPanel<T>;
                    s.depth = A2::taps * channels;
                    continue;
                }
                for (int c = 0; c < A2::taps && c < t2.count; ++c) {
                    Stretch<T>& s = stretches[count];
                    bool reads = false;
                    for (int r = 0; r < places; ++r) {
                        const bool reads_x = inside[r] && is_inside(i2[r] + t2.at[c], A2::extent);
                        reads = reads || reads_x;
                        s.a[r] = reads_x ? base[r] + offset + static_cast<i64>(t2.at[c]) * pixel : zeros;
                    }
                    s.b = panel + static_cast<i64>(tap + t2.k[c]) * channels * kPanel<T>;
                    s.depth = channels;
                    count += reads ? 1 : 0;
                }
            }
        }
        return count;
    }
};

// Bytes of x that the tiles between two panels should read: they stay in the second-level cache meanwhile.
inline constexpr int kBlockBytes = 1 << 17;

// One panel of filters at places [begin, end) of a phase.
template <int width, int w, class T, class P, class E>
NNCC_INLINE void convolve_panel(Lanes<width, w>, const P& phase, int begin, int end, int j, const T* panel,
                                E& epilogue) noexcept {
    constexpr int n = kLanes<T>;
    constexpr bool two = width > n;
    constexpr int most = two ? 6 : 8;
    Stretch<T> stretches[static_cast<u64>(P::kMostStretches)];
    int rows[kMostPlaces];
    alignas(64) T sums[kMostPlaces * static_cast<u64>(w)];
    const auto tile = [&](int first, auto height) {
        constexpr int places = decltype(height)::count;
        const int found =
            phase.template find<places>(first, panel, static_cast<Stretch<T>*>(stretches), static_cast<int*>(rows));
        const int count = found < P::kMostStretches ? found : P::kMostStretches;
        convolve_tile<places, two, T>(static_cast<const Stretch<T>*>(stretches), count, P::kLongest,
                                      static_cast<T*>(sums));
        for (int r = 0; r < places; ++r) {
            each_vector<width, n>([&](int c, auto lanes) {
                epilogue(rows[r], j + c, lanes, load(static_cast<const T*>(sums) + r * w + c, Lanes<n, n>{}));
            });
        }
    };
    int place = begin;
    for (; place + 2 * most <= end; place += most) tile(place, Rows<most>{});
    if (const int left = end - place; left == 2 * most - 2 || left == most + 2) {
        tile(place, Rows<most - 1>{});
        place += most - 1;
    }
    for (; place + most <= end; place += most) tile(place, Rows<most>{});
    for (; place + (most - 1) <= end; place += most - 1) tile(place, Rows<most - 1>{});
    for (; place + 3 <= end; place += 3) tile(place, Rows<3>{});
    for (; place < end; ++place) tile(place, Rows<1>{});
}

// All filters at the first `places` places of a phase, `block` of them at a time.
template <int filters, int depth, int block, class T, class P, class B, class E>
NNCC_INLINE void convolve_phase(const P& phase, int places, B b, E& epilogue) noexcept {
    constexpr int w = kPanel<T>;
    if constexpr (B::kPacked) {
        for (int begin = 0; begin < places; begin += block) {
            const int end = places - begin < block ? places : begin + block;
            each_vector<filters, w>([&](int j, auto columns) {
                convolve_panel(columns, phase, begin, end, j, b.p + static_cast<i64>(j) * depth, epilogue);
            });
        }
    } else {
        alignas(64) T panel[static_cast<u64>(depth * w)];
        each_vector<filters, w>([&](int j, auto columns) {
            pack_panel(columns, depth, b.at(0, j), b.row_stride(), b.column_stride(), static_cast<T*>(panel));
            convolve_panel(columns, phase, 0, places, j, static_cast<const T*>(panel), epilogue);
        });
    }
}

}  // namespace detail

// epilogue(row, filter, lanes, sum) for each row [batch, places..] of the result, row-major, and each filter. `pixel`
// is the distance of neighbouring places of x; b is Panels or a Matrix of [taps.. * channels, filters].
template <int batch, class A0, class A1, class A2, int channels, int pixel, int filters, class T, class B, class E>
NNCC_INLINE void convolve(const T* x, B b, E&& epilogue) noexcept {
    constexpr int depth = A0::taps * A1::taps * A2::taps * channels;
    constexpr int element = static_cast<int>(sizeof(T));
    constexpr int packed = B::kPacked ? 0 : static_cast<int>(panel_elements<depth, filters, T>) * element;
    if constexpr (detail::kTakesBand<A0, A1, A2, channels, pixel, element, packed>) {
        if constexpr (B::kPacked) {
            detail::convolve_by_bands<batch, A0, A1, A2, channels, filters>(x, b.p, epilogue);
        } else {
            alignas(64) T panels[static_cast<u64>(panel_elements<depth, filters, T>)];
            pack_panels<depth, filters>(b, static_cast<T*>(panels));
            detail::convolve_by_bands<batch, A0, A1, A2, channels, filters>(x, static_cast<const T*>(panels), epilogue);
        }
        return;
    }
    constexpr int all = batch * A0::places * A1::places * A2::places;
    constexpr i64 place_elements = static_cast<i64>(A2::extent) * pixel * A1::stride / A2::places + 1;  // that it reads
    constexpr i64 fitting = (detail::kBlockBytes / (place_elements * element) / 6 + 1) * 6;
    constexpr int block = filters <= kPanel<T> || fitting > all ? all : static_cast<int>(fitting);
    for (int f0 = 0; f0 < A0::spread; ++f0) {
        for (int f1 = 0; f1 < A1::spread; ++f1) {
            for (int f2 = 0; f2 < A2::spread; ++f2) {
                const detail::Phase<T, A0, A1, A2, channels, pixel> phase{x, f0, f1, f2};
                const int found = batch * phase.rows_of_image(), places = found < all ? found : all;
                detail::convolve_phase<filters, depth, block, T>(phase, places, b, epilogue);
            }
        }
    }
}

}  // namespace nncc
