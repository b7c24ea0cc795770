// Functions with integers, casts and the rest of <cmath>: read as part of a model, and compiled natively.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numbers>

inline float integers(float x, float y) {
    int n = static_cast<int>(x * 10);
    const int m = static_cast<int>(y * 10) + 3;
    n = n * m - 7;
    n += m;
    if (m != 0) n = n / m + 5 * (n % m);
    n -= -n;
    return static_cast<float>(n) + (n > m) + (n == 4) - (n <= -3);
}

inline float flags(float x, float y) {
    bool positive = x;
    positive = positive && y > 0;
    const int count = positive + (x >= y) + !positive;
    return positive == (x < y) ? static_cast<float>(count) : x * count;
}

inline float through_double(float x, float y) {
    double sum = x;
    sum = sum * 1.1 + y;
    sum /= 3.0;
    return static_cast<float>(sum * sum);
}

inline float constants(float x, float y) {
    std::size_t turns = 0;
    for (std::size_t i = 0; i < sizeof(int); ++i) turns += i;
    const std::uint8_t small = static_cast<std::uint8_t>(300);
    const double pi = std::min(std::numeric_limits<double>::max(), std::numbers::pi);
    return static_cast<float>(x * static_cast<float>(turns) + y * small + (5 / 2) + (-7 % 3) + (1 << 4) + x * pi);
}

template <class T>
constexpr T blended(T a, T b, T amount) {
    return a + (b - a) * amount;
}
inline float templated(float x, float y) { return blended<float>(x, y, 0.25f) + blended(y, x, x); }

constexpr int factorial(int n) { return n < 2 ? 1 : n * factorial(n - 1); }
inline float series(float x, float y) {
    float sum = y, power = 1;
    for (int i = 1; i <= 5; ++i) {
        power *= x;
        sum += power / factorial(5) * i;
    }
    return sum;
}

inline float extremes(float x, float y) {
    const float low = -0.5f, high = 0.75f;
    return std::fmin(x, y) * 2 + std::fmax(x, high) + std::min(x, y) - std::max(x, y) * 3 + std::clamp(x, low, high) +
           std::fdim(x, y);
}
inline const float& third(const float& a, const float& b, const float& c) { return a < b ? c : b; }
inline float references(float x, float y) {
    const float sum = third(x, y, third(y, x, std::max(x, y))) + (x < y ? x : y);
    float kept = x;
    const float& same = kept;
    kept += y;
    return same * sum;
}
inline float smaller(float x, float y) { return std::fmin(x, y); }
inline float larger(float x, float y) { return std::fmax(x, y); }
inline float roundings(float x, float y) {
    return std::floor(x * 4) + 10 * std::ceil(y * 4) + 100 * std::round(x * 4) + 1000 * std::trunc(y * 4) +
           10000 * std::rint(x * 4) + std::nearbyint(y);
}
inline float absolutes(float x, float y) { return std::abs(x) + 2 * std::fabs(y) + std::copysign(x, y); }
inline float classes(float x, float y) {
    return std::isnan(x) ? 1.0f : std::isinf(y) ? 2.0f : std::isfinite(x * y) ? x : 3.0f;
}

inline float tangent(float x, float) { return std::tan(x); }
inline float hyperbolic_sine(float x, float) { return std::sinh(x); }
inline float hyperbolic_cosine(float x, float) { return std::cosh(x); }
inline float arc_sine(float x, float y) { return std::asin(x / (1 + std::fabs(x) + y * y)); }
inline float arc_cosine(float x, float y) { return std::acos(x / (1 + std::fabs(x) + y * y)); }
inline float area_tangent(float x, float y) { return std::atanh(x / (1.2f + std::fabs(x) + y * y)); }
inline float angle(float x, float y) { return std::atan2(y, x); }
inline float length(float x, float y) { return std::hypot(x, y); }
inline float powers(float x, float y) { return std::pow(std::fabs(x) + 0.1f, y); }
inline float squares(float x, float y) { return static_cast<float>(std::pow(x, 2) + std::pow(y, 3.0f)); }
inline float power_of_two(float x, float y) { return std::exp2(x) + y; }
inline float logarithms(float x, float y) { return std::log2(std::fabs(x) + 1.01f) + std::log10(std::fabs(y) + 1.01f); }
