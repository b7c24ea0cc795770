// Convolutions of few channels: each line of the result from a band of padded lines of x, copied to the stack.
#pragma once

#include "nncc/convolve_tile.h"

namespace nncc::detail {

// sums[place][16] for places `a_row` apart in a band: `lines` stretches of `depth` elements, `a_line` apart. Where
// `depth_` and `row_` are not 0 they are depth and a_row: short stretches are worth code of their own.
template <int places, bool two, int depth_, int row_, class T>
NNCC_ONCE void convolve_band_tile(const T* a, i64 a_row, i64 a_line, int lines, i64 depth, const T* b,
                                  T* sums) noexcept {
    static_assert(places <= (two ? 6 : 8));
    const i64 length = depth_ > 0 ? depth_ : depth, apart = depth_ > 0 ? row_ : a_row;
    tile_sums<places, two>(
        lines, length,
        [&](int line, auto row) {
            constexpr int r = decltype(row)::count;
            return a + line * a_line + (r < places ? r : 0) * apart;
        },
        [&](int) { return length; }, [&](int line) { return b + line * length * kPanel<T>; }, sums);
}

template <class T, class A0, class A1, class A2, int channels>
struct Band {
    static constexpr int kSpan = (A2::places - 1) * A2::stride + A2::taps;  // elements of a line that are read
    static constexpr int kHead = A2::low < 0 ? 0 : A2::low < kSpan ? A2::low : kSpan;
    static constexpr int kFrom = A2::low < 0 ? -A2::low : 0;
    static constexpr int kThere = A2::extent - kFrom < kSpan - kHead ? A2::extent - kFrom : kSpan - kHead;
    static constexpr int kCopied = kThere < 0 ? 0 : kThere;
    static constexpr int kLines = A0::taps * A1::taps, kLine = kSpan * channels;

    alignas(64) T elements[static_cast<u64>(kLines * kLine)];

    // For the line [p0, p1] of the image at x.
    NNCC_INLINE void fill(const T* x, int p0, int p1) noexcept {
        constexpr int n = kLanes<T>;
        for (int k0 = 0; k0 < A0::taps; ++k0) {
            for (int k1 = 0; k1 < A1::taps; ++k1) {
                T* to = elements + (k0 * A1::taps + k1) * kLine;
                const int i0 = p0 * A0::stride + k0 * A0::dilation - A0::low;
                const int i1 = p1 * A1::stride + k1 * A1::dilation - A1::low;
                if (!is_inside(i0, A0::extent) || !is_inside(i1, A1::extent)) {
                    each_vector<kLine, n>([&](int k, auto lanes) { store(to + k, splat(T(0), lanes), lanes); });
                    continue;
                }
                const T* from = x + ((static_cast<i64>(i0) * A1::extent + i1) * A2::extent + kFrom) * channels;
                each_vector<kHead * channels, n>([&](int k, auto lanes) { store(to + k, splat(T(0), lanes), lanes); });
                to += kHead * channels;
                each_vector<kCopied * channels, n>(
                    [&](int k, auto lanes) { store(to + k, load(from + k, lanes), lanes); });
                to += kCopied * channels;
                each_vector<(kSpan - kHead - kCopied) * channels, n>(
                    [&](int k, auto lanes) { store(to + k, splat(T(0), lanes), lanes); });
            }
        }
    }
};

// One panel of filters at one line of the result, from a band.
template <class B, class A2, int channels, int width, int w, class T, class E>
NNCC_INLINE void convolve_band_panel(Lanes<width, w>, const B& band, int row, int j, const T* panel,
                                     E& epilogue) noexcept {
    constexpr int n = kLanes<T>;
    constexpr bool two = width > n;
    alignas(64) T sums[kMostPlaces * static_cast<u64>(w)];
    each_row_tile<A2::places, (two ? 6 : 8)>([&](int first, auto height) {
        constexpr int places = decltype(height)::count;
        constexpr int apart = A2::stride * channels, known = A2::taps * channels <= 32 ? A2::taps * channels : 0;
        convolve_band_tile<places, two, known, known == 0 ? 0 : apart, T>(
            static_cast<const T*>(band.elements) + first * apart, apart, B::kLine, B::kLines, A2::taps * channels,
            panel, sums);
        for (int r = 0; r < places; ++r) {
            each_vector<width, n>([&](int c, auto lanes) {
                epilogue(row + first + r, j + c, lanes, load(static_cast<const T*>(sums) + r * w + c, Lanes<n, n>{}));
            });
        }
    });
}

// Copying a band costs about 2 / (taps of a line * filters) of the sums; finding stretches costs as much as some 40
// steps of a tile. Beside the band `packed_bytes` of panels are on the stack.
template <class A0, class A1, class A2, int channels, int pixel, int element, int packed_bytes>
inline constexpr bool kTakesBand =
    A0::spread * A1::spread * A2::spread == 1 && A2::dilation == 1 && pixel == channels && A2::taps * channels <= 192 &&
    A2::places >= 4 &&
    A0::taps * A1::taps * ((A2::places - 1) * A2::stride + A2::taps) * channels * element + packed_bytes <= (1 << 16);

template <int batch, class A0, class A1, class A2, int channels, int filters, class T>
NNCC_INLINE void convolve_by_bands(const T* x, const T* panels, auto& epilogue) noexcept {
    constexpr int w = kPanel<T>, depth = A0::taps * A1::taps * A2::taps * channels;
    constexpr i64 image = static_cast<i64>(A0::extent) * A1::extent * A2::extent * channels;
    Band<T, A0, A1, A2, channels> band;
    int row = 0;
    for (int n = 0; n < batch; ++n) {
        for (int p0 = 0; p0 < A0::places; ++p0) {
            for (int p1 = 0; p1 < A1::places; ++p1, row += A2::places) {
                band.fill(x + n * image, p0, p1);
                each_vector<filters, w>([&](int j, auto columns) {
                    convolve_band_panel<Band<T, A0, A1, A2, channels>, A2, channels>(
                        columns, band, row, j, panels + static_cast<i64>(j) * depth, epilogue);
                });
            }
        }
    }
}

}  // namespace nncc::detail
