// x to the power of y, with a logarithm of about 66 bits and C's special cases.
#pragma once

#include "nncc/math_f64.h"

namespace nncc {
namespace detail {

// high + low, |low| at most half a unit in the last place of high.
template <int n>
struct Twofold {
    Vec<f64, n> high, low;
};
template <int n>
NNCC_INLINE Twofold<n> exact_product(Vec<f64, n> a, Vec<f64, n> b) noexcept {
    const Vec<f64, n> p = a * b;
    if constexpr (raw::kFusedMultiplyAdd) {
        return {p, multiply_add(a, b, -p)};
    } else {  // Dekker: halves of 26 bits, whose products are exact
        using U = RawVector<u64, n>;
        const auto top = [](Vec<f64, n> v) {
            return Vec<f64, n>(bits_as<RawVector<f64, n>>(bits_as<U>(v.v) & 0xFFFFFFFFF8000000U));
        };
        const Vec<f64, n> a1 = top(a), b1 = top(b), a2 = a - a1, b2 = b - b1;
        return {p, ((a1 * b1 - p) + (a1 * b2 + a2 * b1)) + a2 * b2};
    }
}
// |a| >= |b|, or a = 0
template <int n>
NNCC_INLINE Twofold<n> ordered_sum(Vec<f64, n> a, Vec<f64, n> b) noexcept {
    const Vec<f64, n> sum = a + b;
    return {sum, b - (sum - a)};
}

// log(a) for finite a > 0: k ln 2 + s (2 + z (2/3 + z Q(z))), s = f / (2 + f), z = s^2. All but Q's term is twofold: y
// * log may be 709, and 2^-53 of it would be hundreds of units in the last place of the result.
template <int n>
NNCC_INLINE Twofold<n> precise_log(Vec<f64, n> a) noexcept {
    using V = Vec<f64, n>;
    const V two(2.0), third(2.0 / 3.0);
    const auto small = less(a, V(2.2250738585072014e-308));
    const auto parts = log_parts(select(small, a * V(4503599627370496.0), a));
    const V k = parts.k + select(small, V(-52.0), V(0.0)), f = parts.f;
    const auto below = ordered_sum(two, f);
    const V s = f / below.high;
    const auto back = exact_product(s, below.high);
    const V s_low = (((f - back.high) - back.low) - s * below.low) / below.high;
    const auto z = exact_product(s, s);
    const V z_low = z.low + two * s * s_low;
    const V q = z.high * polynomial(z.high, 0.399999999999999953, 0.285714285714339382, 0.222222222201738043,
                                    0.181818185572060418, 0.153845775052252286, 0.133355510923581888,
                                    0.116898340047293763, 0.118682673573448022);
    const auto w = ordered_sum(third, q);
    const auto t = exact_product(z.high, w.high);
    const V t_low = t.low + z.high * (w.low + V(3.7007434154171884681e-17)) + z_low * w.high;
    const auto v = ordered_sum(two, t.high);
    const auto m = exact_product(s, v.high);
    const V m_low = m.low + s * (v.low + t_low) + s_low * v.high;
    const auto sum = ordered_sum(k * V(0.693147180369123816490), m.high);
    return ordered_sum(sum.high, sum.low + (m_low + k * V(1.90821492927058770002e-10)));
}

// a^y for a >= 0 or NaN.
template <int n>
NNCC_INLINE Vec<f64, n> positive_power(Vec<f64, n> a, Vec<f64, n> y) noexcept {
    using V = Vec<f64, n>;
    const V zero(0.0), infinity(__builtin_inf());
    const auto log_a = precise_log(a);
    const auto product = exact_product(y, log_a.high);
    const V rest = product.low + y * log_a.low;
    const V known_rest = select(less(absolute(product.high), V(1000.0)), rest, zero);
    const auto exponent = exp_parts(bounded(product.high, -746.0, 710.0), known_rest);
    const V ordinary = scaled(exponent.minus_1 + V(1.0), exponent.k);
    const auto zero_or_infinite = equal(a, zero) | equal(a, infinity);
    const V limit = exp(y * select(equal(a, zero), -infinity, infinity));
    return select(zero_or_infinite, limit, select(equal(a, a), ordinary, a));
}

// C's special cases around `magnitude` = |x|^y.
template <class T, int n>
NNCC_INLINE Vec<T, n> power_cases(Vec<T, n> x, Vec<T, n> y, Vec<T, n> magnitude) noexcept {
    using V = Vec<T, n>;
    const V zero(T(0)), one(T(1)), half_y = y * V(T(0.5));
    const auto whole = equal(floor(y), y), odd = whole & !equal(floor(half_y), half_y);
    const auto negative = less(with_sign(one, x), zero);
    V result = select(equal(absolute(x), one) & equal(y, y), one, magnitude);
    result = select(negative & odd, -result, result);
    const auto outside = less(x, zero) & !whole & less(V(static_cast<T>(-__builtin_inf())), x);
    result = select(outside, V(static_cast<T>(__builtin_nan(""))), result);
    return select(equal(y, zero) | equal(x, one), one, result);
}

// exp(y log(a)) in f64 for f32 vectors, at most four lanes at once.
template <int n>
NNCC_INLINE Vec<f32, n> positive_power(Vec<f32, n> a, Vec<f32, n> y) noexcept {
    if constexpr (n > 4) {
        using Half = Vec<f32, n / 2>;
        const Half low = positive_power(Half(raw::low_half<f32, n>(a.v)), Half(raw::low_half<f32, n>(y.v)));
        const Half high = positive_power(Half(raw::high_half<f32, n>(a.v)), Half(raw::high_half<f32, n>(y.v)));
        return raw::join<f32, n / 2>(low.v, high.v);
    } else {
        return cast<f32>(exp(cast<f64>(y) * log(cast<f64>(a))));
    }
}

}  // namespace detail

template <class T, int n>
NNCC_INLINE Vec<T, n> power(Vec<T, n> x, Vec<T, n> y) noexcept {  // 1 ULP
    return detail::power_cases(x, y, detail::positive_power(absolute(x), y));
}

}  // namespace nncc
