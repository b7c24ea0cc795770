// Winograd's convolutions: transforms exact on whole numbers, sums within their bounds of plain loops in double,
// nothing read outside of x or written outside of the scratch.
#include <algorithm>
#include <cstdint>

#include "runtime/convolution_problem.h"

namespace nncc {
namespace {

// ---- one line through a tile, in f64 ----
template <int m>
struct Line {
    static constexpr int kPoints = m + 2;
    static std::vector<double> x_to_points(const std::vector<double>& x) {
        std::vector<double> points(kPoints);
        detail::WinogradLine<m>::x_to_points([&](int k) { return x[static_cast<std::size_t>(k)]; },
                                             [&](int k, double v) { points[static_cast<std::size_t>(k)] = v; });
        return points;
    }
    static std::vector<double> weights_to_points(const std::vector<double>& w) {
        std::vector<double> points(kPoints);
        detail::WinogradLine<m>::weights_to_points([&](int k) { return w[static_cast<std::size_t>(k)]; },
                                                   [&](int k, double v) { points[static_cast<std::size_t>(k)] = v; });
        return points;
    }
    static std::vector<double> points_to_places(const std::vector<double>& points) {
        std::vector<double> places(m);
        detail::WinogradLine<m>::points_to_places([&](int k) { return points[static_cast<std::size_t>(k)]; },
                                                  [&](int k, double v) { places[static_cast<std::size_t>(k)] = v; });
        return places;
    }
};

std::vector<double> unit(std::size_t count, std::size_t at) {
    std::vector<double> values(count, 0.0);
    values[at] = 1;
    return values;
}

// Each pair of an element and a weight, so every coefficient: whole multiples of what the transform divides by stay
// whole, or halves of halves.
template <int m>
void check_exact(double scale) {
    for (std::size_t i = 0; i < m + 2; ++i) {
        for (std::size_t k = 0; k < 3; ++k) {
            std::vector<double> w = unit(3, k);
            w[k] = scale * static_cast<double>(k + 1);
            std::vector<double> x = unit(m + 2, i);
            x[i] = 3 - 2 * static_cast<double>(i);
            std::vector<double> points = Line<m>::x_to_points(x);
            const std::vector<double> weights = Line<m>::weights_to_points(w);
            for (std::size_t p = 0; p < m + 2; ++p) points[p] *= weights[p];
            const std::vector<double> places = Line<m>::points_to_places(points);
            for (std::size_t place = 0; place < m; ++place)
                EXPECT_EQ(places[place], place + k == i ? x[i] * w[k] : 0.0) << i << " " << k << " " << place;
        }
    }
}

TEST(Winograd, LinesAreExactOnWholeNumbers) {
    check_exact<2>(2);
    check_exact<4>(26775);  // 225 from a^2 b^2; 17 and 7 from a^2 - b^2
}

// max over places of the sum over points of |A| (sum |B|) (sum |G|): how far errors at points can grow, along one axis.
template <int m>
double growth() {
    std::vector<double> b(m + 2), g(m + 2);
    double largest = 0;
    for (std::size_t i = 0; i < m + 2; ++i) {
        const std::vector<double> points = Line<m>::x_to_points(unit(m + 2, i));
        for (std::size_t p = 0; p < m + 2; ++p) b[p] += std::abs(points[p]);
    }
    for (std::size_t k = 0; k < 3; ++k) {
        const std::vector<double> points = Line<m>::weights_to_points(unit(3, k));
        for (std::size_t p = 0; p < m + 2; ++p) g[p] += std::abs(points[p]);
    }
    for (std::size_t place = 0; place < m; ++place) {
        double sum = 0;
        for (std::size_t p = 0; p < m + 2; ++p)
            sum += std::abs(Line<m>::points_to_places(unit(m + 2, p))[place]) * b[p] * g[p];
        largest = std::max(largest, sum);
    }
    return largest;
}

TEST(Winograd, ErrorsGrowAsStated) {
    EXPECT_EQ(growth<2>() * growth<2>(), winograd_growth(2));
    EXPECT_NEAR(growth<4>() * growth<4>(), winograd_growth(4), 1);
    EXPECT_LE(growth<4>() * growth<4>(), winograd_growth(4));
}

// ---- whole convolutions ----
constexpr double kRounding = 0x1p-24;

template <class T>
struct Aligned {
    std::vector<T> memory;
    T* first;
    explicit Aligned(std::size_t count, T fill) : memory(count + 64, fill) {
        const auto address = reinterpret_cast<std::uintptr_t>(memory.data() + 32);
        first = memory.data() + 32 + (64 - address % 64) % 64 / sizeof(T);
    }
};

template <int m, int chunk, int batch, class A1, class A2, int channels, int filters>
void check_form(const char* what) {
    const Problem<batch, NoAxis, A1, A2, channels, filters, 1, float> p;
    using Problem = decltype(p);
    Aligned<float> weights(static_cast<std::size_t>(winograd_weights(m, channels, filters)), 777);
    pack_winograd<m, channels, filters>(Matrix<float, filters, 1>{p.w.data()}, weights.first);
    const auto scratch_elements = static_cast<std::size_t>(winograd_scratch(m, chunk, channels));
    Aligned<float> scratch(scratch_elements, 777), x(p.x.size(), NAN);  // what is read around x poisons the sums
    std::copy(p.x.begin(), p.x.end(), x.first);
    // For any x and w of at most 1, and relative to the sum of |x| |w| for those that do not conspire. Places with few
    // elements have the errors of whole tiles, so such sums count as half of full ones.
    const double any = (channels + 16) * kRounding * winograd_growth(m) * channels;
    const double full = *std::max_element(p.magnitude.begin(), p.magnitude.end());
    double worst = 0;
    p.check(
        what,
        [&](auto epilogue) {
            convolve_winograd<m, chunk, batch, A1, A2, channels, filters>(
                x.first, WinogradPanels{weights.first}, scratch.first, [&](int row, int j, auto lanes, auto sum) {
                    for (int lane = 0; lane < lanes.count; ++lane) {
                        const std::size_t k = Problem::at(row * filters + j + lane);
                        worst = std::max(worst, std::abs(static_cast<double>(sum.v[lane]) - p.expected[k]) /
                                                    std::max(p.magnitude[k], full / 2) / kRounding);
                    }
                    epilogue(row, j, lanes, sum);
                });
        },
        [&](std::size_t) { return any; });
    EXPECT_LE(worst, winograd_roundings(m)) << what << " of " << channels << " channels, roundings of sum |x| |w|";
    for (const Aligned<float>* memory : {&weights, &scratch}) {
        const std::size_t used =
            memory == &weights ? static_cast<std::size_t>(winograd_weights(m, channels, filters)) : scratch_elements;
        const auto offset = static_cast<std::size_t>(memory->first - memory->memory.data());
        for (std::size_t k = 0; k < memory->memory.size(); ++k) {
            if (k >= offset && k < offset + used) continue;
            ASSERT_EQ(memory->memory[k], 777.0F) << what << ": written outside";
        }
    }
}

template <int chunk, int batch, class A1, class A2, int channels, int filters>
void check_both() {
    check_form<2, chunk, batch, A1, A2, channels, filters>("F(2x2, 3x3)");
    check_form<4, chunk, batch, A1, A2, channels, filters>("F(4x4, 3x3)");
}

template <int extent>
using Same = Axis<extent, extent, 3, 1, 1>;

TEST(Winograd, ChannelsAndFilters) {
    check_both<5, 1, Same<8>, Same<8>, 8, 1>();
    check_both<5, 1, Same<8>, Same<8>, 9, 8>();
    check_both<5, 1, Same<8>, Same<8>, 15, 9>();
    check_both<5, 1, Same<8>, Same<8>, 16, 16>();
    check_both<5, 1, Same<8>, Same<8>, 33, 17>();
    check_both<5, 1, Same<8>, Same<8>, 70, 70>();
    check_both<5, 1, Same<8>, Same<8>, 257, 24>();
}

TEST(Winograd, OddSizesAndPaddings) {
    check_both<7, 1, Same<7>, Same<7>, 24, 20>();
    check_both<4, 1, Same<13>, Same<9>, 10, 5>();
    check_both<100, 1, Same<5>, Same<11>, 12, 16>();
    check_both<1, 1, Same<1>, Same<1>, 8, 4>();                            // eight of nine taps are padding
    check_both<3, 1, Axis<9, 7, 3, 1, 0>, Axis<10, 8, 3, 1, 0>, 8, 6>();   // valid
    check_both<6, 1, Axis<5, 7, 3, 1, 2>, Axis<6, 8, 3, 1, 2>, 8, 6>();    // full
    check_both<2, 1, Axis<9, 5, 3, 1, -1>, Axis<9, 4, 3, 1, -2>, 8, 6>();  // part of x is not read
    check_both<3, 1, Axis<4, 9, 3, 1, 5>, Axis<3, 9, 3, 1, 4>, 8, 6>();    // more border than image
}

TEST(Winograd, ChunksOfSeveralImages) {
    check_both<1, 2, Same<6>, Same<5>, 11, 3>();
    check_both<7, 3, Same<6>, Same<5>, 17, 18>();
    check_both<64, 3, Same<3>, Same<10>, 8, 32>();
}

// Panels from a transposed matrix are those of a plain one.
TEST(Winograd, WeightsOfAnyStrides) {
    constexpr int channels = 9, filters = 21;
    const std::vector<float> w = elements<float>(static_cast<std::size_t>(9 * channels * filters), 3);
    std::vector<float> turned(w.size());
    for (std::size_t k = 0; k < 9 * channels; ++k) {
        for (std::size_t f = 0; f < filters; ++f) turned[f * 9 * channels + k] = w[k * filters + f];
    }
    std::vector<float> a(static_cast<std::size_t>(winograd_weights(4, channels, filters)), 1), b(a.size(), 2);
    pack_winograd<4, channels, filters>(Matrix<float, filters, 1>{w.data()}, a.data());
    pack_winograd<4, channels, filters>(Matrix<float, 1, 9 * channels>{turned.data()}, b.data());
    EXPECT_EQ(a, b);
}

}  // namespace
}  // namespace nncc
