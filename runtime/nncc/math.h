// The elementwise functions of vectors and single numbers that have more than one step; max errors are tested.
#pragma once

#include "nncc/math_f64.h"
#include "nncc/scalar.h"
#include "nncc/turns.h"

namespace nncc {

template <class T, int n>
NNCC_INLINE Vec<T, n> sigmoid(Vec<T, n> x) noexcept {  // 3 ULP; also where the result is denormal
    using V = Vec<T, n>;
    const V e = exp(-absolute(x)), one(T(1));
    return select(less(x, V(T(0))), e, one) / (one + e);
}

template <class T, int n>
NNCC_INLINE Vec<T, n> softplus(Vec<T, n> x) noexcept {  // log(1 + exp(x)); 3 ULP
    return maximum(x, Vec<T, n>(T(0))) + log1p(exp(-absolute(x)));
}

template <int n>
NNCC_INLINE Vec<f64, n> sin(Vec<f64, n> x) noexcept {  // 2 ULP
    const auto turn = detail::quarter_turns(x);
    return detail::turned_sine(turn.r, turn.rest, turn.quadrant);
}
template <int n>
NNCC_INLINE Vec<f64, n> cos(Vec<f64, n> x) noexcept {
    const auto turn = detail::quarter_turns(x);
    return detail::turned_sine(turn.r, turn.rest, turn.quadrant + Vec<i32, n>(1));
}

namespace detail {

// f applied to an f32 vector as f64, in vectors of at most four.
template <int n, class F>
NNCC_INLINE Vec<f32, n> through_f64(Vec<f32, n> a, Vec<f32, n> b, F f) noexcept {
    if constexpr (n > 4) {
        const auto low = [](Vec<f32, n> v) { return Vec<f32, n / 2>(raw::low_half<f32, n>(v.v)); };
        const auto high = [](Vec<f32, n> v) { return Vec<f32, n / 2>(raw::high_half<f32, n>(v.v)); };
        return raw::join<f32, n / 2>(through_f64(low(a), low(b), f).v, through_f64(high(a), high(b), f).v);
    } else {
        return cast<f32>(f(cast<f64>(a), cast<f64>(b)));
    }
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
    const auto outside = negative & less(x, zero) & !whole & less(V(static_cast<T>(-__builtin_inf())), x);
    result = select(outside, V(static_cast<T>(__builtin_nan(""))), result);
    return select(equal(y, zero) | equal(x, one), one, result);
}

// a^y for a > 0 or NaN, with log(a) as high + low: 2 s and 2/3 s^3 carry their rounding errors.
template <int n>
NNCC_INLINE Vec<f64, n> positive_power(Vec<f64, n> a, Vec<f64, n> y) noexcept {
    using V = Vec<f64, n>;
    using U = RawVector<u64, n>;
    const V zero(0.0), infinity(__builtin_inf());
    const auto top_bits = [](V v) {
        return V(bits_as<RawVector<f64, n>>(bits_as<U>(v.v) & 0xFFFFFFFFF8000000U));
    };                                               // 26 bits
    const auto product_error = [&](V p, V u, V v) {  // u v - p, by Dekker's splitting: exact without FMA
        const V u1 = top_bits(u), v1 = top_bits(v), u2 = u - u1, v2 = v - v1;
        return ((u1 * v1 - p) + (u1 * v2 + u2 * v1)) + u2 * v2;
    };
    const auto small = less(a, V(2.2250738585072014e-308));
    const auto parts = log_parts(select(small, a * V(4503599627370496.0), a));
    const V k = parts.k + select(small, V(-52.0), zero), f = parts.f;
    // log(1 + f) = f - f^2/2 + s (f^2/2 + z P(z)): f is exact, f^2/2 as a sum of two.
    const V square = f * f, square_low = product_error(square, f, f);
    const V s = f / (f + V(2.0));
    const V tail = s * (V(0.5) * square + log_tail(s * s));
    const V k_high = k * V(0.693147180369123816490), k_low = k * V(1.90821492927058770002e-10);
    // (k_high + f) - square/2 + small terms, each addition with its error
    const V first = k_high + f;
    const V first_low = select(less(absolute(k_high), absolute(f)), (f - first) + k_high, (k_high - first) + f);
    const V half_square = V(0.5) * square;
    const V second = first - half_square;
    const V bigger = absolute(first), lesser_one = absolute(half_square);
    const V second_low =
        select(less(bigger, lesser_one), first - (second + half_square), (first - second) - half_square);
    const V rest = ((first_low + second_low) + (k_low - V(0.5) * square_low)) + tail;
    const V high = second + rest;
    const V low = (second - high) + rest;
    const V product = y * high;
    const V product_low = product_error(product, y, high) + y * low;
    const auto usable = less(absolute(product), V(1000.0));
    const auto exponent = exp_parts(bounded(product, -746.0, 710.0), select(usable, product_low, zero));
    const V ordinary = scaled(exponent.minus_1 + V(1.0), exponent.k);
    const V limit = y * select(equal(a, zero), -infinity, infinity);  // a is 0 or inf
    return select(equal(a, zero) | equal(a, infinity), exp(limit), select(equal(a, a), ordinary, a));
}

}  // namespace detail

template <int n>
NNCC_INLINE Vec<f32, n> sin(Vec<f32, n> x) noexcept {  // 2 ULP for every argument
    return detail::turned_f32(x, 0);
}
template <int n>
NNCC_INLINE Vec<f32, n> cos(Vec<f32, n> x) noexcept {
    return detail::turned_f32(x, 1);
}

template <int n>
NNCC_INLINE Vec<f64, n> power(Vec<f64, n> x, Vec<f64, n> y) noexcept {  // 4 ULP; C's special cases
    return detail::power_cases(x, y, detail::positive_power(absolute(x), y));
}
template <int n>
NNCC_INLINE Vec<f32, n> power(Vec<f32, n> x, Vec<f32, n> y) noexcept {  // 1 ULP, through f64
    return detail::power_cases(x, y,
                               detail::through_f64(absolute(x), y, [](auto a, auto b) { return exp(b * log(a)); }));
}

// ---- single numbers ----
template <Floating T>
NNCC_INLINE T exp(T x) noexcept {
    return exp(OneVec<T>(x)).v[0];
}
template <Floating T>
NNCC_INLINE T expm1(T x) noexcept {
    return expm1(OneVec<T>(x)).v[0];
}
template <Floating T>
NNCC_INLINE T log(T x) noexcept {
    return log(OneVec<T>(x)).v[0];
}
template <Floating T>
NNCC_INLINE T log1p(T x) noexcept {
    return log1p(OneVec<T>(x)).v[0];
}
template <Floating T>
NNCC_INLINE T power(T x, T y) noexcept {
    return power(OneVec<T>(x), OneVec<T>(y)).v[0];
}
template <Floating T>
NNCC_INLINE T sin(T x) noexcept {
    return sin(OneVec<T>(x)).v[0];
}
template <Floating T>
NNCC_INLINE T cos(T x) noexcept {
    return cos(OneVec<T>(x)).v[0];
}
template <Floating T>
NNCC_INLINE T atan(T x) noexcept {
    return atan(OneVec<T>(x)).v[0];
}
template <Floating T>
NNCC_INLINE T tanh(T x) noexcept {
    return tanh(OneVec<T>(x)).v[0];
}
template <Floating T>
NNCC_INLINE T sigmoid(T x) noexcept {
    return sigmoid(OneVec<T>(x)).v[0];
}
template <Floating T>
NNCC_INLINE T erf(T x) noexcept {
    return erf(OneVec<T>(x)).v[0];
}
template <Floating T>
NNCC_INLINE T softplus(T x) noexcept {
    return softplus(OneVec<T>(x)).v[0];
}

}  // namespace nncc
