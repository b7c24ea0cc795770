// Convolutions against plain loops in double: sizes around every tile, strides, dilation, padding, spread x, 1 to 3
// axes.
#include <gtest/gtest.h>
#include <nncc/kernels.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

namespace nncc {
namespace {

// Values in [-1, 1) that do not repeat soon.
template <class T>
std::vector<T> elements(std::size_t count, unsigned seed) {
    std::vector<T> values(count);
    unsigned state = seed * 2654435761U + 1;
    for (T& value : values) {
        state = state * 1664525U + 1013904223U;
        value = static_cast<T>(static_cast<double>(state >> 9) / (1U << 22) - 1.0);
    }
    return values;
}

// The element of x that tap k reads at place p, -1 when none.
template <class A>
int element_of(int p, int k) {
    const int at = p * A::stride + k * A::dilation - A::low;
    return at < 0 || at % A::spread != 0 || at / A::spread >= A::extent ? -1 : at / A::spread;
}

template <int batch, class A0, class A1, class A2, int channels, int filters, int groups, class T>
struct Problem {
    static constexpr int kPixel = channels * groups, kFilters = filters * groups;
    static constexpr int kDepth = A0::taps * A1::taps * A2::taps * channels;
    static constexpr int kRows = batch * A0::places * A1::places * A2::places;
    std::vector<T> x = elements<T>(static_cast<std::size_t>(batch * A0::extent * A1::extent * A2::extent * kPixel), 1);
    std::vector<T> w = elements<T>(static_cast<std::size_t>(kDepth * kFilters), 2);
    std::vector<double> expected = std::vector<double>(static_cast<std::size_t>(kRows * kFilters), 0.0);

    Problem() {
        for (int row = 0; row < kRows; ++row) {
            const int p2 = row % A2::places, p1 = row / A2::places % A1::places;
            const int p0 = row / (A2::places * A1::places) % A0::places;
            const int n = row / (A2::places * A1::places * A0::places);
            for (int tap = 0; tap < A0::taps * A1::taps * A2::taps; ++tap) {
                const int i0 = element_of<A0>(p0, tap / (A1::taps * A2::taps));
                const int i1 = element_of<A1>(p1, tap / A2::taps % A1::taps), i2 = element_of<A2>(p2, tap % A2::taps);
                if (i0 < 0 || i1 < 0 || i2 < 0) continue;
                const int pixel = ((n * A0::extent + i0) * A1::extent + i1) * A2::extent + i2;
                for (int f = 0; f < kFilters; ++f) {
                    for (int c = 0; c < channels; ++c) {
                        expected[at(row * kFilters + f)] +=
                            static_cast<double>(x[at(pixel * kPixel + f / filters * channels + c)]) *
                            static_cast<double>(w[at((tap * channels + c) * kFilters + f)]);
                    }
                }
            }
        }
    }
    static std::size_t at(int index) { return static_cast<std::size_t>(index); }

    // Every element once, each within kDepth roundings of products of at most 1.
    void check(const char* what, const auto& run) const {
        std::vector<double> result(expected.size(), NAN);
        run([&](int row, int j, auto lanes, auto sum) {
            for (int lane = 0; lane < lanes.count; ++lane) {
                double& to = result[at(row * kFilters + j + lane)];
                EXPECT_TRUE(std::isnan(to)) << what << ": written twice";
                to = static_cast<double>(sum.v[lane]);
            }
        });
        const double bound = (kDepth + 1) * (sizeof(T) == 8 ? 1.2e-16 : 6e-8) * kDepth;
        for (std::size_t k = 0; k < expected.size(); ++k) {
            ASSERT_NEAR(result[k], expected[k], bound)
                << what << ", row " << k / kFilters << ", filter " << k % kFilters << " of " << channels << " channels";
        }
    }
};

template <int batch, class A0, class A1, class A2, int channels, int filters, class T = float>
void check_direct() {
    const Problem<batch, A0, A1, A2, channels, filters, 1, T> p;
    constexpr int depth = decltype(p)::kDepth;
    p.check("as it lies", [&](auto epilogue) {
        convolve<batch, A0, A1, A2, channels, channels, filters>(p.x.data(), Matrix<T, filters, 1>{p.w.data()},
                                                                 epilogue);
    });
    // Lines of 64 bytes, as Packed has them.
    std::vector<T> memory(static_cast<std::size_t>(panel_elements<depth, filters, T>) + 16);
    const auto address = reinterpret_cast<std::uintptr_t>(memory.data());
    T* panels = memory.data() + (64 - address % 64) % 64 / sizeof(T);
    pack_panels<depth, filters>(Matrix<T, filters, 1>{p.w.data()}, panels);
    p.check("packed", [&](auto epilogue) {
        convolve<batch, A0, A1, A2, channels, channels, filters>(p.x.data(), Panels<T>{panels}, epilogue);
    });
}

template <int batch, class A0, class A1, class A2, int channels, class T = float>
void check_depthwise() {
    const Problem<batch, A0, A1, A2, 1, 1, channels, T> p;
    p.check("depthwise",
            [&](auto epilogue) { convolve_depthwise<batch, A0, A1, A2, channels>(p.x.data(), p.w.data(), epilogue); });
}

TEST(Convolution, ChannelsAndFilters) {
    using Rows = Axis<6, 6, 3, 1, 1>;
    using Columns = Axis<7, 7, 3, 1, 1>;
    check_direct<1, NoAxis, Rows, Columns, 1, 1>();
    check_direct<2, NoAxis, Rows, Columns, 3, 8>();
    check_direct<1, NoAxis, Rows, Columns, 16, 9>();
    check_direct<1, NoAxis, Rows, Columns, 17, 33>();
    check_direct<2, NoAxis, Rows, Columns, 65, 16>();  // too many channels for a band
    check_direct<1, NoAxis, Rows, Columns, 70, 5>();
}

TEST(Convolution, StridesAndPadding) {
    check_direct<2, NoAxis, Axis<11, 6, 3, 2, 1>, Axis<13, 7, 3, 2, 1>, 4, 6>();
    check_direct<1, NoAxis, Axis<8, 3, 2, 3, 0>, Axis<9, 3, 4, 3, 2>, 66, 20>();
    check_direct<1, NoAxis, Axis<5, 9, 1, 1, 2>, Axis<6, 8, 1, 1, 1>, 5, 7>();     // a border of nothing but zeros
    check_direct<1, NoAxis, Axis<9, 5, 3, 1, -1>, Axis<9, 4, 3, 1, -2>, 3, 17>();  // part of x is not read
    check_direct<3, NoAxis, Axis<3, 3, 3, 1, 1>, Axis<2, 2, 3, 1, 1>, 33, 16>();   // tiles of several images
    check_direct<1, NoAxis, Axis<14, 7, 1, 2, 0>, Axis<14, 7, 1, 2, 0>, 12, 24>();
}

TEST(Convolution, DilatedKernelsAndSpreadInputs) {
    check_direct<1, NoAxis, Axis<11, 7, 3, 1, 1, 1, 3>, Axis<13, 9, 3, 1, 1, 1, 3>, 4, 33>();
    check_direct<2, NoAxis, Axis<5, 10, 3, 1, 2, 2>, Axis<6, 12, 4, 1, 2, 2>, 7, 20>();
    check_direct<1, NoAxis, Axis<4, 11, 2, 1, 1, 3, 2>, Axis<5, 5, 3, 1, 1>, 6, 10>();
}

TEST(Convolution, OneAndThreeAxes) {
    check_direct<2, NoAxis, NoAxis, Axis<40, 36, 5, 1, 0>, 3, 4>();
    check_direct<1, NoAxis, NoAxis, Axis<30, 30, 3, 1, 4, 1, 2>, 20, 18>();  // causal and dilated
    check_direct<2, Axis<5, 3, 3, 2, 1>, Axis<4, 4, 3, 1, 1>, Axis<6, 4, 3, 1, 0>, 2, 9>();
    check_direct<1, Axis<3, 5, 2, 1, 2, 2>, Axis<4, 4, 3, 1, 1>, Axis<5, 5, 3, 1, 1>, 3, 6>();
}

TEST(Convolution, Doubles) { check_direct<1, NoAxis, Axis<6, 6, 3, 1, 1>, Axis<7, 7, 3, 1, 1>, 5, 11, double>(); }

TEST(Convolution, GroupsReadTheirChannels) {
    using Rows = Axis<5, 5, 3, 1, 1>;
    using Columns = Axis<6, 6, 3, 1, 1>;
    const Problem<2, NoAxis, Rows, Columns, 5, 7, 3, float> p;
    p.check("groups", [&](auto epilogue) {
        for (int g = 0; g < 3; ++g) {
            convolve<2, NoAxis, Rows, Columns, 5, 15, 7>(
                p.x.data() + 5 * g, Matrix<float, 21, 1>{p.w.data() + 7 * g},
                [&](int row, int j, auto lanes, auto sum) { epilogue(row, 7 * g + j, lanes, sum); });
        }
    });
}

TEST(Convolution, Depthwise) {
    check_depthwise<2, NoAxis, Axis<7, 7, 3, 1, 1>, Axis<9, 9, 3, 1, 1>, 5>();
    check_depthwise<1, NoAxis, Axis<7, 7, 3, 1, 1>, Axis<2, 2, 3, 1, 1>, 33>();  // nothing but borders
    check_depthwise<2, NoAxis, Axis<9, 5, 3, 2, 1>, Axis<10, 5, 3, 2, 0>, 17>();
    check_depthwise<1, NoAxis, Axis<11, 7, 3, 1, 1, 1, 3>, Axis<13, 9, 3, 1, 1, 1, 3>, 12>();
    check_depthwise<1, Axis<5, 3, 3, 2, 1>, Axis<4, 4, 3, 1, 1>, Axis<26, 26, 9, 1, 4>, 6>();
    check_depthwise<1, NoAxis, NoAxis, Axis<40, 40, 5, 1, 4>, 24>();
    check_depthwise<1, NoAxis, Axis<4, 8, 2, 1, 3>, Axis<3, 9, 2, 1, 4>, 8>();  // more border than image
    check_depthwise<1, NoAxis, Axis<6, 4, 3, 1, 0>, Axis<6, 3, 2, 1, -1>, 9, double>();
}

}  // namespace
}  // namespace nncc
