// One convolution with its result by plain loops in f64, and what emitted code's epilogue gets held against it.
#pragma once

#include <gtest/gtest.h>
#include <nncc/kernels.h>

#include <cmath>
#include <cstddef>
#include <vector>

namespace nncc {

// Values in [-1, 1) that do not repeat soon.
template <class T>
inline std::vector<T> elements(std::size_t count, unsigned seed) {
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
    std::vector<double> magnitude = expected;  // the same sums of absolute values

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
                        const double product = static_cast<double>(x[at(pixel * kPixel + f / filters * channels + c)]) *
                                               static_cast<double>(w[at((tap * channels + c) * kFilters + f)]);
                        expected[at(row * kFilters + f)] += product;
                        magnitude[at(row * kFilters + f)] += std::abs(product);
                    }
                }
            }
        }
    }
    static std::size_t at(int index) { return static_cast<std::size_t>(index); }

    // Every element once, each within kDepth roundings of products of at most 1, or `bound` of each element.
    void check(const char* what, const auto& run) const {
        const double bound = (kDepth + 1) * (sizeof(T) == 8 ? 1.2e-16 : 6e-8) * kDepth;
        check(what, run, [bound](std::size_t) { return bound; });
    }
    void check(const char* what, const auto& run, const auto& bound) const {
        std::vector<double> result(expected.size(), NAN);
        run([&](int row, int j, auto lanes, auto sum) {
            for (int lane = 0; lane < lanes.count; ++lane) {
                double& to = result[at(row * kFilters + j + lane)];
                EXPECT_TRUE(std::isnan(to)) << what << ": written twice";
                to = static_cast<double>(sum.v[lane]);
            }
        });
        for (std::size_t k = 0; k < expected.size(); ++k) {
            ASSERT_NEAR(result[k], expected[k], bound(k))
                << what << ", row " << k / kFilters << ", filter " << k % kFilters << " of " << channels << " channels";
        }
    }
};

}  // namespace nncc
