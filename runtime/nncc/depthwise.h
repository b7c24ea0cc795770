// Depthwise convolutions with an epilogue: each channel with taps of its own, lanes along the channels.
#pragma once

#include "nncc/convolve.h"

namespace nncc {
namespace detail {

// Where a line of the result has all its taps inside of x: the places [first, first + count).
template <class A>
struct Interior {
    static constexpr int kFirst = A::low <= 0 ? 0 : (A::low + A::stride - 1) / A::stride;
    static constexpr int kRoom = A::extent - 1 + A::low - (A::taps - 1) * A::dilation;  // the last place * stride
    static constexpr int kEnd = kRoom < 0 ? 0 : kRoom / A::stride + 1 < A::places ? kRoom / A::stride + 1 : A::places;
    static constexpr int kCount = kEnd > kFirst ? kEnd - kFirst : 0;
};

// Taps [first, end) of an axis that read inside of x when tap 0 reads element `at`.
template <class A>
struct TapRange {
    int first, end;
    NNCC_INLINE explicit TapRange(int at) noexcept
        : first(at >= 0 ? 0 : (-at + A::dilation - 1) / A::dilation),
          end(at >= A::extent ? 0 : (A::extent - 1 - at) / A::dilation + 1) {}
    NNCC_INLINE bool holds(int k) const noexcept { return k >= first && k < end; }
};

// The taps of one line of the result, over planes and lines of x.
template <class T, class A0, class A1, class A2, int channels>
struct DepthwiseLine {
    static constexpr i64 kLine = static_cast<i64>(A2::extent) * channels, kPlane = A1::extent * kLine;
    const T* x;  // element [0, 0, 0, 0] of the image
    const T* w;  // [taps.., channels]
    int at0, at1;
    TapRange<A0> range0{at0};
    TapRange<A1> range1{at1};

    // f(line of x, taps of that line) for each line that is read.
    template <class F>
    NNCC_INLINE void each(F&& f) const noexcept {
        for (int k0 = 0; k0 < A0::taps; ++k0) {
            for (int k1 = 0; k1 < A1::taps; ++k1) {
                if (!range0.holds(k0) || !range1.holds(k1)) continue;
                f(x + (at0 + k0 * A0::dilation) * kPlane + (at1 + k1 * A1::dilation) * kLine,
                  w + static_cast<i64>((k0 * A1::taps + k1) * A2::taps) * channels);
            }
        }
    }
};

// `places` neighbours, all of whose taps are inside, from place p on: neighbouring places share what they read.
template <int places, class T, class A0, class A1, class A2, int channels, class L, class F>
NNCC_INLINE void depthwise_tile(const DepthwiseLine<T, A0, A1, A2, channels>& line, int p, int c, L lanes,
                                F&& emit) noexcept {
    constexpr int n = L::n;
    using V = Vec<T, n>;
    V s0(T(0)), s1 = s0, s2 = s0, s3 = s0, s4 = s0, s5 = s0;
    line.each([&](const T* from, const T* taps) {
        const T* first = from + static_cast<i64>(p * A2::stride - A2::low) * channels + c;
        const auto tap = [&](int k) {
            const V weight = load(taps + static_cast<i64>(k) * channels + c, lanes);
            const auto step = [&](auto row, V& sum) {
                constexpr int r = decltype(row)::count;
                if constexpr (r < places) {
                    const V element =
                        load(first + static_cast<i64>(r * A2::stride + k * A2::dilation) * channels, lanes);
                    sum = multiply_add(element, weight, sum);
                }
            };
            step(Rows<0>{}, s0);
            step(Rows<1>{}, s1);
            step(Rows<2>{}, s2);
            step(Rows<3>{}, s3);
            step(Rows<4>{}, s4);
            step(Rows<5>{}, s5);
        };
        if constexpr (A2::taps <= 7) each_step<0, A2::taps>([&](auto k) { tap(decltype(k)::count); });
        else
            for (int k = 0; k < A2::taps; ++k) tap(k);
    });
    constexpr Lanes<n, n> all{};
    alignas(64) T sums[static_cast<u64>(6 * n)];
    store(sums, s0, all);
    if constexpr (places > 1) store(sums + n, s1, all);
    if constexpr (places > 2) store(sums + 2 * n, s2, all);
    if constexpr (places > 3) store(sums + 3 * n, s3, all);
    if constexpr (places > 4) store(sums + 4 * n, s4, all);
    if constexpr (places > 5) store(sums + 5 * n, s5, all);
    for (int r = 0; r < places; ++r) emit(p + r, load(static_cast<const T*>(sums) + r * n, all));
}

// One place at the border, some of whose taps may be outside.
template <class T, class A0, class A1, class A2, int channels, class L>
NNCC_INLINE Vec<T, L::n> depthwise_place(const DepthwiseLine<T, A0, A1, A2, channels>& line, int p, int c,
                                         L lanes) noexcept {
    Vec<T, L::n> sum(T(0));
    const int at = p * A2::stride - A2::low;
    const TapRange<A2> range(at);
    line.each([&](const T* from, const T* taps) {
        for (int k = 0; k < A2::taps; ++k) {
            if (!range.holds(k)) continue;
            sum = multiply_add(load(from + static_cast<i64>(at + k * A2::dilation) * channels + c, lanes),
                               load(taps + static_cast<i64>(k) * channels + c, lanes), sum);
        }
    });
    return sum;
}

}  // namespace detail

// epilogue(row, channel, lanes, sum) for each row [batch, places..] of the result, row-major. w is [taps.., channels].
template <int batch, class A0, class A1, class A2, int channels, class T, class E>
NNCC_INLINE void convolve_depthwise(const T* x, const T* w, E&& epilogue) noexcept {
    static_assert(A0::spread == 1 && A1::spread == 1 && A2::spread == 1);
    constexpr int n = kLanes<T>;
    using Line = detail::DepthwiseLine<T, A0, A1, A2, channels>;
    using Inner = detail::Interior<A2>;
    constexpr int inner_first = Inner::kCount > 0 ? Inner::kFirst : A2::places;
    int row = 0;
    for (int image = 0; image < batch; ++image, x += A0::extent * Line::kPlane) {
        for (int p0 = 0; p0 < A0::places; ++p0) {
            for (int p1 = 0; p1 < A1::places; ++p1, row += A2::places) {
                const Line line{x, w, p0 * A0::stride - A0::low, p1 * A1::stride - A1::low};
                const auto border = [&](int begin, int end) {
                    for (int p = begin; p < end; ++p) {
                        each_vector<channels, n>([&](int c, auto lanes) {
                            epilogue(row + p, c, lanes, detail::depthwise_place(line, p, c, lanes));
                        });
                    }
                };
                border(0, inner_first);
                if constexpr (Inner::kCount > 0) {
                    detail::each_row_tile<Inner::kCount, 6>([&](int first, auto height) {
                        constexpr int places = decltype(height)::count;
                        each_vector<channels, n>([&](int c, auto lanes) {
                            detail::depthwise_tile<places>(line, Inner::kFirst + first, c, lanes,
                                                           [&](int p, auto sum) { epilogue(row + p, c, lanes, sum); });
                        });
                    });
                    border(Inner::kEnd, A2::places);
                }
            }
        }
    }
}

}  // namespace nncc
