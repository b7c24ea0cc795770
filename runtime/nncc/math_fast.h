// The fast forms, nncc::fast: f32 functions of at most 5 ULP for every argument, in fewer steps; else the exact ones.
#pragma once

#include "nncc/math.h"

// Coefficients are minimax (Remez exchange; of erf differential correction), with the error relative to the result as
// its weight. A quotient costs little where division has a unit of its own, and two polynomials run beside each other.

namespace nncc::fast {
namespace detail {

using nncc::detail::bounded;
using nncc::detail::polynomial;
using nncc::detail::power_of_two;

// x = k ln 2 + r, or -(k ln 2) + r where `sign` is -1; |r| <= 0.3467; `shifted` holds k above 1.5 * 2^23 + bias. r is
// `near` but for the error of ln 2 as f32, and may be used for it where the next step is r^2.
template <int n>
struct Reduced {
    RawVector<u32, n> shifted;
    Vec<f32, n> near, r;
};
template <int n>
NNCC_INLINE Reduced<n> reduced(Vec<f32, n> x, f32 bias, f32 sign = 1.0F) noexcept {
    using V = Vec<f32, n>;
    const V magic(12582912.0F + bias);
    const V shifted = multiply_add(x, V(sign * 1.442695041F), magic);
    const V k = shifted - magic;
    if constexpr (raw::kFusedMultiplyAdd) {
        const V near = multiply_add(k, V(sign * -0.693147182F), x);
        return {bits_as<RawVector<u32, n>>(shifted.v), near, multiply_add(k, V(sign * 1.90465421e-9F), near)};
    } else {
        const V near = multiply_add(k, V(sign * -0.693359375F), x);  // ten bits: the product is exact
        const V r = multiply_add(k, V(sign * 2.12194440e-4F), near);
        return {bits_as<RawVector<u32, n>>(shifted.v), r, r};
    }
}

// 2 t / (1 + t^2) of t = part / whole, which is far from 1 for longer than the result is.
template <int n>
NNCC_INLINE Vec<f32, n> of_half(Vec<f32, n> part, Vec<f32, n> whole) noexcept {
    return (part + part) * whole / multiply_add(whole, whole, part * part);
}

}  // namespace detail

// exp(x) = 2^k e^r, e^r = 1 + r + r^2 P(r) with an error of 1.8 * 2^-24.
template <int n>
NNCC_INLINE Vec<f32, n> exp(Vec<f32, n> x) noexcept {  // 3.4 ULP
    using V = Vec<f32, n>;
    const auto [biased, near, r] = detail::reduced(detail::bounded(x, -104.0F, 89.0F), 254.0F);
    const V u = near * near;
    const V q = multiply_add(u, multiply_add(r, V(0.008311966399F), V(0.04188975852F)),
                             multiply_add(r, V(0.1666712119F), V(0.4999923703F)));
    // 2^k in two steps: results near the limits and denormal ones are rounded once.
    const RawVector<u32, n> half = biased >> 1;
    const V scale = detail::power_of_two<n>(half);
    return multiply_add(scale, multiply_add(u, q, r), scale) * detail::power_of_two<n>(biased - half);
}

// 1 / (1 + e^-x) with e^-x = 2^k N / D, N = A - r, D = A + r, A = r coth(r / 2) = 2 + u / 6 - u^2 / 361.5, u = r^2: of
// e^-x 2^-30 is lost. 2^k N overflows where the result is denormal, so D is kept 2^24 times smaller and k too.
template <int n>
NNCC_INLINE Vec<f32, n> sigmoid(Vec<f32, n> x) noexcept {  // 2.4 ULP
    using V = Vec<f32, n>;
    using U = RawVector<u32, n>;
    const auto [shifted, near, r] = detail::reduced(detail::bounded(x, -104.0F, 40.0F), 127.0F - 24.0F, -1.0F);
    const V u = near * near;
    const V a = multiply_add(multiply_add(u, V(-0.00276594227F), V(0.166666173F)), u, V(2.0F));
    const V d = bits_as<RawVector<f32, n>>(bits_as<U>((a + r).v) - (24U << 23));
    return d / multiply_add(detail::power_of_two<n>(shifted), a - r, d);
}

// tanh x = 2 t / (1 + t^2) of t = tanh(x / 2) = N / D: an error of t hardly matters where tanh is near 1, so that
// degrees 5 and 6 do for |x| <= 9.1, within 0.14 * 2^-24 of the result.
template <int n>
NNCC_INLINE Vec<f32, n> tanh(Vec<f32, n> x) noexcept {  // 3.8 ULP; 4.4 without FMA
    using V = Vec<f32, n>;
    const V a = detail::bounded(x, -9.04F, 9.04F), u = a * a;
    const V p = multiply_add(multiply_add(u, V(46.6662773F), V(12202.5107F)), u, V(410143.5F));
    const V d = multiply_add(multiply_add(u + V(987.829412F), u, V(92762.2335F)), u, V(820287.0F));
    return detail::of_half(a * p, d);
}

// erf x = 2 t / (1 + t^2) in the same way; 1 - erf(3.92) is half a unit of the last place of 1.
template <int n>
NNCC_INLINE Vec<f32, n> erf(Vec<f32, n> x) noexcept {  // 4.0 ULP; 4.6 without FMA
    using V = Vec<f32, n>;
    const V a = detail::bounded(x, -3.92F, 3.92F), u = a * a;
    const V p = detail::polynomial(u, 1.0F, 0.2726503586F, 0.02936182023F, 0.002372832984F);
    const V d = detail::polynomial(u, 1.772453785F, 0.5098908268F, 0.0874608995F, 0.01121326969F, 0.0001854910041F);
    const V result = detail::of_half(a * p, d);
    if constexpr (raw::kFusedMultiplyAdd) return result;
    return detail::bounded(result, -1.0F, 1.0F);
}

// ---- f64: the exact forms ----
template <int n>
NNCC_INLINE Vec<f64, n> exp(Vec<f64, n> x) noexcept {
    return nncc::exp(x);
}
template <int n>
NNCC_INLINE Vec<f64, n> sigmoid(Vec<f64, n> x) noexcept {
    return nncc::sigmoid(x);
}
template <int n>
NNCC_INLINE Vec<f64, n> tanh(Vec<f64, n> x) noexcept {
    return nncc::tanh(x);
}
template <int n>
NNCC_INLINE Vec<f64, n> erf(Vec<f64, n> x) noexcept {
    return nncc::erf(x);
}

// ---- single numbers ----
template <Floating T>
NNCC_INLINE T exp(T x) noexcept {
    return fast::exp(OneVec<T>(x)).v[0];
}
template <Floating T>
NNCC_INLINE T sigmoid(T x) noexcept {
    return fast::sigmoid(OneVec<T>(x)).v[0];
}
template <Floating T>
NNCC_INLINE T tanh(T x) noexcept {
    return fast::tanh(OneVec<T>(x)).v[0];
}
template <Floating T>
NNCC_INLINE T erf(T x) noexcept {
    return fast::erf(OneVec<T>(x)).v[0];
}

}  // namespace nncc::fast
