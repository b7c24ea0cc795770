// Vectors against plain C++: memory access lane by lane, arithmetic, comparison, casts, and scalars against vectors.
#include <gtest/gtest.h>
#include <nncc/kernels.h>

#include <cmath>
#include <limits>
#include <vector>

namespace nncc {
namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kInf = std::numeric_limits<float>::infinity();

// The address sanitizer watches the ends of these vectors.
template <class T, int n, int count>
void check_partial_access() {
    std::vector<T> from(static_cast<std::size_t>(count)), to(static_cast<std::size_t>(count) + 1, T(77));
    for (int i = 0; i < count; ++i) from[static_cast<std::size_t>(i)] = T(i + 1);
    constexpr Lanes<count, n> lanes{};
    const Vec<T, n> v = load(from.data(), lanes);
    for (int i = 0; i < n; ++i) EXPECT_EQ(v.v[i], i < count ? T(i + 1) : T(0)) << n << " " << count;
    store(to.data(), v, lanes);
    for (int i = 0; i < count; ++i) EXPECT_EQ(to[static_cast<std::size_t>(i)], T(i + 1));
    EXPECT_EQ(to.back(), T(77));

    std::vector<T> again(static_cast<std::size_t>(count) + 1, T(77));
    const SomeLanes<n> some{count};
    store(again.data(), load(from.data(), some), some);
    EXPECT_EQ(again, to);
    EXPECT_EQ(load_reversed(from.data() + count - 1, lanes).v[0], T(count));
    std::vector<T> spread(static_cast<std::size_t>(3 * count), T(0));
    store_strided(spread.data(), 3, v, lanes);
    const Vec<T, n> gathered = load_strided(spread.data(), 3, lanes);
    for (int i = 0; i < count; ++i) EXPECT_EQ(gathered.v[i], v.v[i]);
}
template <class T, int n, int... counts>
void check_all_counts(std::integer_sequence<int, counts...>) {
    (check_partial_access<T, n, counts + 1>(), ...);
}

TEST(Simd, LoadsAndStoresTouchOnlyWhatExists) {
    check_all_counts<float, 8>(std::make_integer_sequence<int, 8>{});
    check_all_counts<float, 4>(std::make_integer_sequence<int, 4>{});
    check_all_counts<float, 2>(std::make_integer_sequence<int, 2>{});
    check_all_counts<float, 1>(std::make_integer_sequence<int, 1>{});
    check_all_counts<double, 4>(std::make_integer_sequence<int, 4>{});
    check_all_counts<double, 2>(std::make_integer_sequence<int, 2>{});
    check_all_counts<double, 1>(std::make_integer_sequence<int, 1>{});
    check_all_counts<int, 8>(std::make_integer_sequence<int, 8>{});
    check_all_counts<int, 4>(std::make_integer_sequence<int, 4>{});
}

TEST(Simd, BoolsAreOneByteEach) {
    const bool from[8] = {true, false, true, true, false, false, true, false};
    bool to[8] = {};
    for (int count : {1, 3, 5, 8}) {
        const SomeLanes<8> some{count};
        store(to, !load(from, some), some);
        for (int i = 0; i < count; ++i) EXPECT_EQ(to[i], !from[i]);
    }
    store(to, load(from, Lanes<3, 4>{}), Lanes<3, 4>{});
    EXPECT_TRUE(to[0] && !to[1] && to[2]);
}

TEST(Simd, GatherOutsideIsNanOrZero) {
    const float table[4] = {1, 2, 3, 4};
    const int numbers[4] = {5, 6, 7, 8};
    const Vec<i32, 4> index(RawVector<i32, 4>{3, -1, 4, 0});
    const auto v = load_indexed(table, 4, 1, index, Lanes<4, 4>{});
    EXPECT_EQ(v.v[0], 4);
    EXPECT_TRUE(std::isnan(v.v[1]) && std::isnan(v.v[2]));
    EXPECT_EQ(v.v[3], 1);
    const auto k = load_indexed(numbers, 4, 1, index, Lanes<4, 4>{});
    EXPECT_EQ(k.v[0], 8);
    EXPECT_EQ(k.v[1], 0);
    EXPECT_EQ(k.v[2], 0);
}

TEST(Simd, MinimumAndMaximumPropagateNan) {
    const float values[] = {-kInf, -1, 0, 2, kInf, kNan};
    for (float a : values) {
        for (float b : values) {
            const bool nan = std::isnan(a) || std::isnan(b);
            const Vec<float, 8> low = minimum(Vec<float, 8>(a), Vec<float, 8>(b)),
                                high = maximum(Vec<float, 8>(a), Vec<float, 8>(b));
            EXPECT_TRUE(nan ? std::isnan(low.v[3]) : low.v[3] == std::fmin(a, b)) << a << " " << b;
            EXPECT_TRUE(nan ? std::isnan(high.v[3]) : high.v[3] == std::fmax(a, b)) << a << " " << b;
            const double low_double = minimum(static_cast<double>(a), static_cast<double>(b));
            EXPECT_TRUE(nan ? std::isnan(low_double) : low_double == static_cast<double>(std::fmin(a, b)));
        }
    }
}

TEST(Simd, RoundsHalfToEvenAndFloors) {
    const float values[] = {-2.5F,       -1.5F,      -0.5F,       -0.0F, 0.0F, 0.5F,  1.5F,  2.5F,
                            0.49999997F, 8388607.5F, -8388607.5F, 1e20F, kInf, -kInf, -3.2F, 1e-40F};
    for (float x : values) {
        EXPECT_EQ(round(x), std::nearbyint(x)) << x;
        EXPECT_EQ(std::signbit(round(x)), std::signbit(x)) << x;
        EXPECT_EQ(floor(x), std::floor(x)) << x;
        const double wide = static_cast<double>(x) * 3.0;
        EXPECT_EQ(round(wide), std::nearbyint(wide)) << wide;
        EXPECT_EQ(floor(wide), std::floor(wide)) << wide;
    }
    EXPECT_TRUE(std::isnan(round(kNan)) && std::isnan(floor(kNan)));
}

TEST(Simd, IntegersWrapAndDivideWithoutTraps) {
    constexpr int kLow = std::numeric_limits<int>::min(), kHigh = std::numeric_limits<int>::max();
    EXPECT_EQ(add(kHigh, 1), kLow);
    EXPECT_EQ(subtract(kLow, 1), kHigh);
    EXPECT_EQ(multiply(65536, 65536), 0);
    EXPECT_EQ(negate(kLow), kLow);
    EXPECT_EQ(absolute(kLow), kLow);
    EXPECT_EQ(divide(kLow, -1), kLow);
    EXPECT_EQ(divide(7, 0), 0);
    EXPECT_EQ(divide(-7, 2), -3);
    EXPECT_EQ((Vec<int, 8>(-7) / Vec<int, 8>(2)).v[5], -3);
    EXPECT_EQ(minimum(-3, 2), -3);
    EXPECT_EQ(maximum(-3, 2), 2);
}

TEST(Simd, CastsSaturateAndAreDefinedForNan) {
    struct Case {
        double from;
        int to;
    };
    const Case cases[] = {{1.9, 1},
                          {-1.9, -1},
                          {3e9, 2147483647},
                          {-3e9, -2147483647 - 1},
                          {kNan, 0},
                          {kInf, 2147483647},
                          {-kInf, -2147483647 - 1},
                          {0.0, 0},
                          {2147483520.0, 2147483520}};
    for (const Case& c : cases) {
        EXPECT_EQ(cast<i32>(c.from), c.to) << c.from;
        EXPECT_EQ(cast<i32>(static_cast<float>(c.from)), c.to) << c.from;
        EXPECT_EQ((cast<i32>(Vec<double, 4>(c.from)).v[2]), c.to) << c.from;
        EXPECT_EQ((cast<i32>(Vec<float, 8>(static_cast<float>(c.from))).v[7]), c.to) << c.from;
    }
    EXPECT_EQ((cast<float>(Vec<bool, 8>(true)).v[0]), 1.0F);
    EXPECT_EQ((cast<double>(Vec<bool, 4>(false)).v[0]), 0.0);
    EXPECT_NE((cast<bool>(Vec<double, 4>(0.5)).v[1]), 0);
    EXPECT_EQ((cast<bool>(Vec<float, 4>(-0.0F)).v[1]), 0);
    EXPECT_EQ((cast<double>(Vec<float, 4>(1.5F)).v[3]), 1.5);
}

TEST(Simd, ComparisonAndSelectionWithNan) {
    const Vec<float, 8> a(RawVector<float, 8>{1, 2, 3, kNan, kInf, -kInf, 0.0F, -0.0F}),
        b(RawVector<float, 8>{2, 2, 1, 1, kInf, kInf, -0.0F, 1});
    const int less_expected[8] = {1, 0, 0, 0, 0, 1, 0, 1}, equal_expected[8] = {0, 1, 0, 0, 1, 0, 1, 0};
    const Vec<float, 8> chosen = select(less(a, b), a, b);
    for (int i = 0; i < 8; ++i) {
        EXPECT_EQ(less(a, b).v[i] != 0, less_expected[i] != 0) << i;
        EXPECT_EQ(equal(a, b).v[i] != 0, equal_expected[i] != 0) << i;
        EXPECT_EQ(less_equal(a, b).v[i] != 0, less_expected[i] != 0 || equal_expected[i] != 0) << i;
        EXPECT_EQ(chosen.v[i], less_expected[i] != 0 ? a.v[i] : b.v[i]) << i;
    }
    const Vec<double, 4> d = select(less(Vec<float, 4>(RawVector<float, 4>{0, 1, 2, 3}), Vec<float, 4>(2.0F)),
                                    Vec<double, 4>(1.0), Vec<double, 4>(-1.0));
    EXPECT_EQ(d.v[1], 1.0);
    EXPECT_EQ(d.v[2], -1.0);
}

TEST(Simd, HorizontalReductionsAreATreeOfHalves) {
    const Vec<float, 8> v(RawVector<float, 8>{1e8F, 1, 2, 3, -1e8F, 4, 5, 6});
    EXPECT_EQ(lane_sum(v), ((1e8F + -1e8F) + (2.0F + 5.0F)) + ((1.0F + 4.0F) + (3.0F + 6.0F)));
    EXPECT_EQ(lane_max(v), 1e8F);
    EXPECT_EQ(lane_min(v), -1e8F);
    EXPECT_EQ(lane_product(Vec<double, 4>(RawVector<double, 4>{1, 2, 3, 4})), 24.0);
    EXPECT_EQ(lane_sum(Vec<int, 8>(3)), 24);
}

}  // namespace
}  // namespace nncc
