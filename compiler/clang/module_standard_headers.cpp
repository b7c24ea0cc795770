// <cmath>, <algorithm> and the like as short texts: parsing them takes milliseconds, and no file of the machine is
// read.
//
// Overloads are those of the standard: float for float, double for double and for integers. What is declared here and
// cannot be part of a model is refused where it is called, which says more than "no member named `fmod`".
#include "clang/module_standard_headers.h"

namespace nncc::clang_module {
namespace {

constexpr char kCmath[] = R"header(#pragma once
#define NNCC_NAMES(name) extern "C" double name(double) noexcept; extern "C" float name##f(float) noexcept;
#define NNCC_OVERLOADS(name) \
    using ::name; using ::name##f; float name(float) noexcept; \
    template <class T> requires(__is_integral(T)) double name(T) noexcept;
#define NNCC_ONE(name) NNCC_NAMES(name) namespace std { NNCC_OVERLOADS(name) }
#define NNCC_TWO(name) \
    extern "C" double name(double, double) noexcept; extern "C" float name##f(float, float) noexcept; \
    namespace std { using ::name; using ::name##f; float name(float, float) noexcept; \
    template <class A, class B> requires(__is_arithmetic(A) && __is_arithmetic(B)) double name(A, B) noexcept; }
NNCC_ONE(acos) NNCC_ONE(acosh) NNCC_ONE(asin) NNCC_ONE(asinh) NNCC_ONE(atan) NNCC_ONE(atanh) NNCC_ONE(cbrt)
NNCC_ONE(ceil) NNCC_ONE(cos) NNCC_ONE(cosh) NNCC_ONE(erf) NNCC_ONE(erfc) NNCC_ONE(exp) NNCC_ONE(exp2) NNCC_ONE(expm1)
NNCC_ONE(fabs) NNCC_ONE(floor) NNCC_ONE(lgamma) NNCC_ONE(log) NNCC_ONE(log10) NNCC_ONE(log1p) NNCC_ONE(log2)
NNCC_ONE(nearbyint) NNCC_ONE(rint) NNCC_ONE(round) NNCC_ONE(sin) NNCC_ONE(sinh) NNCC_ONE(sqrt) NNCC_ONE(tan)
NNCC_ONE(tanh) NNCC_ONE(tgamma) NNCC_ONE(trunc)
NNCC_TWO(atan2) NNCC_TWO(copysign) NNCC_TWO(fdim) NNCC_TWO(fmax) NNCC_TWO(fmin) NNCC_TWO(fmod) NNCC_TWO(hypot)
NNCC_TWO(nextafter) NNCC_TWO(pow) NNCC_TWO(remainder)
extern "C" double fma(double, double, double) noexcept;
extern "C" float fmaf(float, float, float) noexcept;
extern "C" long lround(double) noexcept;
extern "C" long lroundf(float) noexcept;
extern "C" int abs(int) noexcept;
namespace std {
using ::abs; using ::fma; using ::fmaf; using ::lround; using ::lroundf;
float fma(float, float, float) noexcept;
long lround(float) noexcept;
float abs(float) noexcept;
double abs(double) noexcept;
bool isnan(float) noexcept; bool isnan(double) noexcept;
bool isinf(float) noexcept; bool isinf(double) noexcept;
bool isfinite(float) noexcept; bool isfinite(double) noexcept;
bool signbit(float) noexcept; bool signbit(double) noexcept;
}
#undef NNCC_NAMES
#undef NNCC_OVERLOADS
#undef NNCC_ONE
#undef NNCC_TWO
#define HUGE_VAL __builtin_huge_val()
#define INFINITY __builtin_inff()
#define NAN __builtin_nanf("")
#define M_E 2.7182818284590452354
#define M_LOG2E 1.4426950408889634074
#define M_LOG10E 0.43429448190325182765
#define M_LN2 0.69314718055994530942
#define M_LN10 2.30258509299404568402
#define M_PI 3.14159265358979323846
#define M_PI_2 1.57079632679489661923
#define M_PI_4 0.78539816339744830962
#define M_1_PI 0.31830988618379067154
#define M_2_PI 0.63661977236758134308
#define M_2_SQRTPI 1.12837916709551257390
#define M_SQRT2 1.41421356237309504880
#define M_SQRT1_2 0.70710678118654752440
)header";

constexpr char kMathH[] = R"header(#pragma once
#include <cmath>
using std::abs; using std::acos; using std::asin; using std::atan; using std::atan2; using std::atanh; using std::ceil;
using std::copysign; using std::cos; using std::cosh; using std::erf; using std::exp; using std::exp2; using std::expm1;
using std::fabs; using std::fdim; using std::floor; using std::fmax; using std::fmin; using std::fmod; using std::hypot;
using std::isfinite; using std::isinf; using std::isnan; using std::log; using std::log10; using std::log1p;
using std::log2; using std::nearbyint; using std::pow; using std::rint; using std::round; using std::sin;
using std::sinh; using std::sqrt; using std::tan; using std::tanh; using std::trunc;
)header";

constexpr char kAlgorithm[] = R"header(#pragma once
namespace std {
template <class T> constexpr const T& min(const T& a, const T& b) { return b < a ? b : a; }
template <class T> constexpr const T& max(const T& a, const T& b) { return a < b ? b : a; }
template <class T> constexpr const T& clamp(const T& x, const T& low, const T& high) {
    return x < low ? low : high < x ? high : x;
}
}
)header";

constexpr char kNumbers[] = R"header(#pragma once
namespace std::numbers {
template <class T> inline constexpr T e_v = 2.718281828459045235360287471352662498L;
template <class T> inline constexpr T log2e_v = 1.442695040888963407359924681001892137L;
template <class T> inline constexpr T log10e_v = 0.434294481903251827651128918916605082L;
template <class T> inline constexpr T pi_v = 3.141592653589793238462643383279502884L;
template <class T> inline constexpr T inv_pi_v = 0.318309886183790671537767526745028724L;
template <class T> inline constexpr T inv_sqrtpi_v = 0.564189583547756286948079451560772586L;
template <class T> inline constexpr T ln2_v = 0.693147180559945309417232121458176568L;
template <class T> inline constexpr T ln10_v = 2.302585092994045684017991454684364208L;
template <class T> inline constexpr T sqrt2_v = 1.414213562373095048801688724209698079L;
template <class T> inline constexpr T sqrt3_v = 1.732050807568877293527446341505872367L;
template <class T> inline constexpr T inv_sqrt3_v = 0.577350269189625764509148780501957456L;
inline constexpr double e = e_v<double>, log2e = log2e_v<double>, log10e = log10e_v<double>, pi = pi_v<double>,
                        inv_pi = inv_pi_v<double>, inv_sqrtpi = inv_sqrtpi_v<double>, ln2 = ln2_v<double>,
                        ln10 = ln10_v<double>, sqrt2 = sqrt2_v<double>, sqrt3 = sqrt3_v<double>,
                        inv_sqrt3 = inv_sqrt3_v<double>;
}
)header";

constexpr char kLimits[] = R"header(#pragma once
namespace std {
template <class T> struct numeric_limits;
template <> struct numeric_limits<float> {
    static constexpr float min() noexcept { return __FLT_MIN__; }
    static constexpr float max() noexcept { return __FLT_MAX__; }
    static constexpr float lowest() noexcept { return -__FLT_MAX__; }
    static constexpr float epsilon() noexcept { return __FLT_EPSILON__; }
    static constexpr float infinity() noexcept { return __builtin_inff(); }
    static constexpr float quiet_NaN() noexcept { return __builtin_nanf(""); }
};
template <> struct numeric_limits<double> {
    static constexpr double min() noexcept { return __DBL_MIN__; }
    static constexpr double max() noexcept { return __DBL_MAX__; }
    static constexpr double lowest() noexcept { return -__DBL_MAX__; }
    static constexpr double epsilon() noexcept { return __DBL_EPSILON__; }
    static constexpr double infinity() noexcept { return __builtin_inf(); }
    static constexpr double quiet_NaN() noexcept { return __builtin_nan(""); }
};
template <> struct numeric_limits<int> {
    static constexpr int min() noexcept { return -__INT_MAX__ - 1; }
    static constexpr int max() noexcept { return __INT_MAX__; }
    static constexpr int lowest() noexcept { return -__INT_MAX__ - 1; }
};
}
)header";

constexpr char kCfloat[] = R"header(#pragma once
#define FLT_MIN __FLT_MIN__
#define FLT_MAX __FLT_MAX__
#define FLT_EPSILON __FLT_EPSILON__
#define DBL_MIN __DBL_MIN__
#define DBL_MAX __DBL_MAX__
#define DBL_EPSILON __DBL_EPSILON__
)header";

constexpr char kCstdint[] = R"header(#pragma once
typedef __INT8_TYPE__ int8_t; typedef __INT16_TYPE__ int16_t; typedef __INT32_TYPE__ int32_t;
typedef __INT64_TYPE__ int64_t; typedef __UINT8_TYPE__ uint8_t; typedef __UINT16_TYPE__ uint16_t;
typedef __UINT32_TYPE__ uint32_t; typedef __UINT64_TYPE__ uint64_t; typedef __SIZE_TYPE__ size_t;
typedef __PTRDIFF_TYPE__ ptrdiff_t;
namespace std {
using ::int8_t; using ::int16_t; using ::int32_t; using ::int64_t; using ::uint8_t; using ::uint16_t; using ::uint32_t;
using ::uint64_t; using ::size_t; using ::ptrdiff_t;
}
)header";

constexpr char kCstdlib[] = R"header(#pragma once
#include <cmath>
#include <cstdint>
)header";

constexpr MemoryFile kHeaders[] = {
    {"algorithm", kAlgorithm}, {"cfloat", kCfloat},   {"cmath", kCmath},      {"cstddef", kCstdint},
    {"cstdint", kCstdint},     {"cstdlib", kCstdlib}, {"float.h", kCfloat},   {"limits", kLimits},
    {"math.h", kMathH},        {"numbers", kNumbers}, {"stddef.h", kCstdint}, {"stdint.h", kCstdint},
    {"stdlib.h", kCstdlib},
};

}  // namespace

std::span<const MemoryFile> standard_headers() { return kHeaders; }

}  // namespace nncc::clang_module
