// Elementwise functions against libm in wider precision: max error in units in the last place, special values, all lane
// counts.
#include <gtest/gtest.h>
#include <nncc/kernels.h>

#include <cmath>
#include <cstdio>
#include <cstring>
#include <limits>
#include <random>

namespace nncc {
namespace {

// |got - reference| in units in the last place of the T nearest to the reference.
template <class T, class Wide>
double ulps(T got, Wide reference) {
    if (std::isnan(got) || std::isnan(reference)) return std::isnan(got) && std::isnan(reference) ? 0 : 1e9;
    const T rounded = static_cast<T>(reference);
    if (std::isinf(got) || std::isinf(rounded)) return got == rounded ? 0 : 1e9;
    int exponent = 0;
    std::frexp(reference, &exponent);
    constexpr int digits = std::numeric_limits<T>::digits, smallest = std::numeric_limits<T>::min_exponent;
    const Wide unit = std::ldexp(static_cast<Wide>(1), std::max(exponent, smallest) - digits);
    return static_cast<double>(std::fabs(static_cast<Wide>(got) - reference) / unit);
}

struct Bounds {
    double f32_ulp, f64_ulp;  // promised
    double low, high;         // where f64 arguments are drawn, beside random bit patterns
};

template <class F, class Reference>
void check_function(const char* name, const Bounds& bounds, F f, Reference reference) {
    double worst32 = 0, worst64 = 0;
    float at32 = 0;
    double at64 = 0;
    // Every 4099th of all 2^32 f32 values: all exponents, both signs, denormals, infinities, NaN.
    constexpr u64 kStride = 4099;
    for (u64 pattern = 0; pattern < (u64{1} << 32); pattern += 8 * kStride) {
        float x[8], y[8];
        for (u64 i = 0; i < 8; ++i) x[i] = bits_as<float>(static_cast<u32>(pattern + i * kStride));
        store(y, f(load(x, Lanes<8, 8>{})), Lanes<8, 8>{});
        for (int i = 0; i < 8; ++i) {
            const double error = ulps(y[i], reference(static_cast<double>(x[i])));
            if (error > worst32) worst32 = error, at32 = x[i];
        }
    }
    std::mt19937_64 random(7);
    std::uniform_real_distribution<double> drawn(bounds.low, bounds.high);
    for (int k = 0; k < 40000; ++k) {
        double x[4], y[4];
        for (double& value : x) value = k % 2 == 0 ? drawn(random) : bits_as<double>(static_cast<u64>(random()));
        store(y, f(load(x, Lanes<4, 4>{})), Lanes<4, 4>{});
        for (int i = 0; i < 4; ++i) {
            const double error = ulps(y[i], reference(static_cast<long double>(x[i])));
            if (error > worst64) worst64 = error, at64 = x[i];
        }
    }
    std::printf("%-9s max ulp f32 %.3f (at %.9g)  f64 %.3f (at %.17g)\n", name, worst32, static_cast<double>(at32),
                worst64, at64);
    EXPECT_LE(worst32, bounds.f32_ulp) << name << " at " << at32;
    EXPECT_LE(worst64, bounds.f64_ulp) << name << " at " << at64;
}

TEST(Math, ErrorsStayWithinTheirBounds) {
    check_function("exp", {1, 1, -750, 715}, [](auto x) { return exp(x); }, [](auto x) { return std::exp(x); });
    check_function("expm1", {1.5, 2, -40, 5}, [](auto x) { return expm1(x); }, [](auto x) { return std::expm1(x); });
    check_function("log", {1, 1, 0, 10}, [](auto x) { return log(x); }, [](auto x) { return std::log(x); });
    check_function("log1p", {1, 1, -1, 3}, [](auto x) { return log1p(x); }, [](auto x) { return std::log1p(x); });
    check_function("sin", {2, 2, -1e4, 1e4}, [](auto x) { return sin(x); }, [](auto x) { return std::sin(x); });
    check_function("cos", {2, 2, -1e4, 1e4}, [](auto x) { return cos(x); }, [](auto x) { return std::cos(x); });
    check_function("atan", {2.5, 2.5, -5, 5}, [](auto x) { return atan(x); }, [](auto x) { return std::atan(x); });
    check_function("tanh", {1.5, 3, -20, 20}, [](auto x) { return tanh(x); }, [](auto x) { return std::tanh(x); });
    check_function("erf", {1.5, 2, -6, 6}, [](auto x) { return erf(x); }, [](auto x) { return std::erf(x); });
    check_function(
        "sigmoid", {2.5, 2.5, -40, 40}, [](auto x) { return sigmoid(x); },
        [](auto x) { return x < 0 ? std::exp(x) / (1 + std::exp(x)) : 1 / (1 + std::exp(-x)); });
    check_function(
        "softplus", {2, 2, -40, 40}, [](auto x) { return softplus(x); },
        [](auto x) { return (x > 0 || std::isnan(x) ? x : 0) + std::log1p(std::exp(-std::fabs(x))); });
    check_function("sqrt", {0.5, 0.5, 0, 10}, [](auto x) { return sqrt(x); }, [](auto x) { return std::sqrt(x); });
    check_function(
        "rsqrt", {1.5, 1.5, 0, 10}, [](auto x) { return rsqrt(x); }, [](auto x) { return 1 / std::sqrt(x); });
}

// The fast forms: every 331st of all f32 values, limits as of the exact ones, and no result beyond them.
template <class F, class Reference>
void check_fast(const char* name, double max_ulp, double low, double high, F f, Reference reference) {
    double worst = 0;
    float at = 0;
    constexpr u64 kStride = 331;
    for (u64 pattern = 0; pattern < (u64{1} << 32); pattern += 8 * kStride) {
        float x[8], y[8];
        for (u64 i = 0; i < 8; ++i) x[i] = bits_as<float>(static_cast<u32>(pattern + i * kStride));
        store(y, f(load(x, Lanes<8, 8>{})), Lanes<8, 8>{});
        for (int i = 0; i < 8; ++i) {
            const double error = ulps(y[i], reference(static_cast<double>(x[i])));
            if (error > worst) worst = error, at = x[i];
            if (y[i] < low || y[i] > high) ADD_FAILURE() << name << " of " << x[i] << " is " << y[i];
        }
    }
    std::printf("fast %-9s max ulp f32 %.3f (at %.9g)\n", name, worst, static_cast<double>(at));
    EXPECT_LE(worst, max_ulp) << name << " at " << at;
    const float infinity = std::numeric_limits<float>::infinity();
    for (const float x : {0.0F, -0.0F, infinity, -infinity, 100.0F, -150.0F, 3e38F, -3e38F}) {
        const float expected = static_cast<float>(reference(static_cast<double>(x)));
        EXPECT_EQ(bits_as<u32>(f(x)), bits_as<u32>(expected)) << name << " of " << x;
    }
    EXPECT_TRUE(std::isnan(f(std::numeric_limits<float>::quiet_NaN())));
    EXPECT_TRUE(std::isnan(f(-std::numeric_limits<float>::quiet_NaN())));
    for (const double x : {0.3, -2.0, 700.0})  // f64 has one form
        EXPECT_LE(ulps(f(x), reference(static_cast<long double>(x))), 3) << name << " of " << x;
}

TEST(Math, FastFormsStayWithinFiveUnits) {
    const double infinity = std::numeric_limits<double>::infinity();
    check_fast("exp", 3.5, 0, infinity, [](auto x) { return fast::exp(x); }, [](auto x) { return std::exp(x); });
    check_fast("tanh", 4, -1, 1, [](auto x) { return fast::tanh(x); }, [](auto x) { return std::tanh(x); });
    check_fast("erf", 4.7, -1, 1, [](auto x) { return fast::erf(x); }, [](auto x) { return std::erf(x); });
    check_fast(
        "sigmoid", 2.5, 0, 1, [](auto x) { return fast::sigmoid(x); },
        [](auto x) { return x < 0 ? std::exp(x) / (1 + std::exp(x)) : 1 / (1 + std::exp(-x)); });
}

// Near multiples of pi / 2 little is left of the argument.
TEST(Math, SineAndCosineNearTheirZeros) {
    double worst = 0;
    for (int k = -70000; k <= 70000; ++k) {
        const float middle = static_cast<float>(k * 1.5707963267948966);
        for (const float x : {std::nextafter(middle, -1e9F), middle, std::nextafter(middle, 1e9F)}) {
            worst = std::max(worst, ulps(sin(x), std::sin(static_cast<double>(x))));
            worst = std::max(worst, ulps(cos(x), std::cos(static_cast<double>(x))));
        }
    }
    std::printf("sin, cos near multiples of pi / 2: max ulp f32 %.3f\n", worst);
    EXPECT_LE(worst, 2);
}

// A lane's result is its own, whatever large angle lies beside it.
TEST(Math, SineDoesNotDependOnItsNeighbours) {
    std::mt19937_64 random(5);
    std::uniform_real_distribution<float> drawn(-2e5F, 2e5F);
    for (int k = 0; k < 20000; ++k) {
        float x[8], y[8];
        for (float& value : x) value = drawn(random);
        store(y, sin(load(x, Lanes<8, 8>{})), Lanes<8, 8>{});
        for (int i = 0; i < 8; ++i) ASSERT_EQ(bits_as<u32>(y[i]), bits_as<u32>(sin(x[i]))) << x[i];
    }
}

TEST(Math, PowerIsWithinItsBounds) {
    std::mt19937_64 random(11);
    std::uniform_real_distribution<double> unit(-0.5, 0.5);
    double worst32 = 0, worst64 = 0;
    for (int k = 0; k < 400000; ++k) {
        const int kind = k % 4;
        double x = std::exp(unit(random) * (kind == 1 ? 2 : 200)), y = unit(random) * (kind == 1 ? 1400 : 10);
        if (kind == 0) x = bits_as<double>(static_cast<u64>(random())), y = bits_as<double>(static_cast<u64>(random()));
        if (kind == 3) x = -x, y = std::round(y);
        const float x32 = static_cast<float>(x), y32 = static_cast<float>(y);
        worst64 =
            std::max(worst64, ulps(power(x, y), std::pow(static_cast<long double>(x), static_cast<long double>(y))));
        worst32 = std::max(
            worst32, ulps(power(x32, y32), std::pow(static_cast<long double>(x32), static_cast<long double>(y32))));
    }
    std::printf("power     max ulp f32 %.3f  f64 %.3f\n", worst32, worst64);
    EXPECT_LE(worst32, 0.51);
    EXPECT_LE(worst64, 1.5);
}

TEST(Math, PowerHasTheSpecialCasesOfC) {
    const double inf = std::numeric_limits<double>::infinity(), nan = std::numeric_limits<double>::quiet_NaN();
    const double values[] = {0.0,
                             -0.0,
                             1,
                             -1,
                             2,
                             -2,
                             0.5,
                             -0.5,
                             3,
                             -3,
                             2.5,
                             inf,
                             -inf,
                             nan,
                             1e300,
                             -1e300,
                             4503599627370497.0,
                             9007199254740993.0};
    for (double x : values) {
        for (double y : values) {
            const double expected = std::pow(x, y), got = power(x, y);
            EXPECT_LE(ulps(got, static_cast<long double>(expected)), 2)
                << x << " ** " << y << " = " << got << ", not " << expected;
            if (!std::isnan(expected)) {
                EXPECT_EQ(std::signbit(got), std::signbit(expected)) << x << " ** " << y;
            }
            const float x32 = static_cast<float>(x), y32 = static_cast<float>(y);
            const float expected32 = std::pow(x32, y32), got32 = power(x32, y32);
            EXPECT_LE(ulps(got32, static_cast<double>(expected32)), 1) << x32 << " ** " << y32 << " = " << got32;
        }
    }
}

TEST(Math, ZerosKeepTheirSign) {
    const auto check = [](auto f) {
        for (double zero : {0.0, -0.0}) {
            EXPECT_EQ(f(zero), 0.0);
            EXPECT_EQ(std::signbit(f(zero)), std::signbit(zero));
            EXPECT_EQ(std::signbit(f(static_cast<float>(zero))), std::signbit(zero));
        }
    };
    check([](auto x) { return expm1(x); });
    check([](auto x) { return log1p(x); });
    check([](auto x) { return tanh(x); });
    check([](auto x) { return erf(x); });
    check([](auto x) { return atan(x); });
    check([](auto x) { return sqrt(x); });
    check([](auto x) { return absolute(-absolute(x)) * x; });
}

// The bits; one value for every NaN, whose sign and payload IEEE 754 leaves to the operation, and compilers to
// themselves.
u64 bits_of(float x) { return x != x ? ~u64{0} : bits_as<u32>(x); }
u64 bits_of(double x) { return x != x ? ~u64{0} : bits_as<u64>(x); }

// The same bits from every lane count, and from scalars.
TEST(Math, LaneCountsAgree) {
    std::mt19937_64 random(3);
    for (int k = 0; k < 20000; ++k) {
        const float x = bits_as<float>(static_cast<u32>(random()));
        const double d = bits_as<double>(static_cast<u64>(random()));
        const auto check = [&](auto f) {
            const u64 expected = bits_of(f(x));
            EXPECT_EQ(bits_of(f(Vec<float, 8>(x)).v[5]), expected) << x;
            EXPECT_EQ(bits_of(f(Vec<float, 4>(x)).v[2]), expected) << x;
            EXPECT_EQ(bits_of(f(Vec<double, 4>(d)).v[3]), bits_of(f(d))) << d;
        };
        check([](auto v) { return exp(v); });
        check([](auto v) { return tanh(v); });
        check([](auto v) { return log1p(v); });
        check([](auto v) { return sin(v); });
        check([](auto v) { return sigmoid(v); });
        check([](auto v) { return power(v, v); });
    }
}

TEST(Math, LaneCountsAgreeOnTheFastForms) {
    std::mt19937_64 random(3);
    for (int k = 0; k < 20000; ++k) {
        const float x = bits_as<float>(static_cast<u32>(random()));
        const auto check = [&](auto f) {
            const u64 expected = bits_of(f(x));
            EXPECT_EQ(bits_of(f(Vec<float, 8>(x)).v[5]), expected) << x;
            EXPECT_EQ(bits_of(f(Vec<float, 4>(x)).v[2]), expected) << x;
        };
        check([](auto v) { return fast::exp(v); });
        check([](auto v) { return fast::tanh(v); });
        check([](auto v) { return fast::sigmoid(v); });
        check([](auto v) { return fast::erf(v); });
    }
}

}  // namespace
}  // namespace nncc
