// exp, expm1, log, log1p, tanh, erf, atan, sine and cosine of f32 vectors: range reduction and minimax polynomials.
#pragma once

#include "nncc/memory.h"

// Polynomials were fitted by Remez exchange to the error stated; coefficients from the constant term up. The whole part
// of a quotient is taken by adding 1.5 * 2^23, whose sum's low bits are that integer: no conversion, defined for NaN
// too.

namespace nncc {
namespace detail {

// c0 + x * (c1 + x * (...)), Horner.
template <class V, class T>
NNCC_INLINE V polynomial(V, T c) noexcept {
    return V(c);
}
template <class V, class T, class... Rest>
NNCC_INLINE V polynomial(V x, T c, Rest... rest) noexcept {
    return multiply_add(polynomial(x, rest...), x, V(c));
}
// The sign bit of `from` on the magnitude of v.
template <int n>
NNCC_INLINE Vec<f32, n> with_sign(Vec<f32, n> v, Vec<f32, n> from) noexcept {
    using U = RawVector<u32, n>;
    return bits_as<RawVector<f32, n>>((bits_as<U>(v.v) & 0x7FFFFFFFU) | (bits_as<U>(from.v) & 0x80000000U));
}
// The nearer limit where x is outside [low, high]; NaN stays.
template <class T, int n>
NNCC_INLINE Vec<T, n> bounded(Vec<T, n> x, T low, T high) noexcept {
    return raw::greater(Vec<T, n>(low).v, raw::lesser(Vec<T, n>(high).v, x.v));
}

template <int n>
struct ExpParts32 {
    RawVector<u32, n> biased;  // k + 254 in the low nine bits, those above are a multiple of 2^21
    Vec<f32, n> minus_1;       // exp(r) - 1, x = k ln 2 + r, |r| <= 0.3466
};
template <int n>
NNCC_INLINE ExpParts32<n> exp_parts(Vec<f32, n> x) noexcept {
    using V = Vec<f32, n>;
    const V magic(12582912.0F + 254.0F);
    const V shifted = multiply_add(x, V(1.442695041F), magic);
    const V k = shifted - magic;
    V r = multiply_add(k, V(-0.693359375F), x);  // ten bits: the product is exact
    r = multiply_add(k, V(2.12194440e-4F), r);
    // By pairs (Estrin): three steps deep, not five.
    const V u = r * r;
    const V low = multiply_add(r, V(0.1666666681F), V(0.5000000044F));
    const V middle = multiply_add(r, V(0.008333273469F), V(0.04166636035F));
    const V high = multiply_add(r, V(0.0001991398892F), V(0.001394067382F));
    const V q = multiply_add(u, multiply_add(u, high, middle), low);
    return {bits_as<RawVector<u32, n>>(shifted.v), multiply_add(u, q, r)};
}
// 2^(biased - 127): the bits above the low nine are shifted out.
template <int n>
NNCC_INLINE Vec<f32, n> power_of_two(RawVector<u32, n> biased) noexcept {
    return bits_as<RawVector<f32, n>>(biased << 23);
}
// exp of x that needs no bounds, -104 <= x <= 89. 2^k is applied in two steps, so that results near the limits and
// denormal ones are rounded once.
template <int n>
NNCC_INLINE Vec<f32, n> bounded_exp(Vec<f32, n> x) noexcept {
    const auto parts = exp_parts(x);
    const RawVector<u32, n> half = parts.biased >> 1;
    const Vec<f32, n> scale = power_of_two<n>(half);
    return multiply_add(scale, parts.minus_1, scale) * power_of_two<n>(parts.biased - half);
}

// log(m 2^k) + correction for normal u = m 2^k, m in [sqrt(1/2), sqrt(2)): f = m - 1, s = f / (2 + f), and
// log(1 + f) = f - f^2/2 + s (f^2/2 + s^2 P(s^2)).
template <int n>
NNCC_INLINE Vec<f32, n> log_normal(Vec<f32, n> u, Vec<f32, n> k_extra, Vec<f32, n> correction) noexcept {
    using V = Vec<f32, n>;
    using U = RawVector<u32, n>;
    const U bits = bits_as<U>(u.v);
    const U moved = bits + (0x3F800000U - 0x3F3504F3U);
    const V k = cast<f32>(Vec<i32, n>(bits_as<RawVector<i32, n>>((moved >> 23) - 127U))) + k_extra;
    const V f = V(bits_as<RawVector<f32, n>>((moved & 0x007FFFFFU) + 0x3F3504F3U)) - V(1.0F);
    const V s = f / (f + V(2.0F));
    const V z = s * s;
    const V half_square = V(0.5F) * f * f;
    const V tail = z * polynomial(z, 0.6666666655F, 0.400001221F, 0.2855079761F, 0.2333099368F);
    const V low = multiply_add(s, half_square + tail, multiply_add(k, V(-2.12194440e-4F), correction));
    return multiply_add(k, V(0.693359375F), f - (half_square - low));
}

}  // namespace detail

template <int n>
NNCC_INLINE Vec<f32, n> exp(Vec<f32, n> x) noexcept {  // 1 ULP
    return detail::bounded_exp(detail::bounded(x, -104.0F, 89.0F));
}
template <int n>
NNCC_INLINE Vec<f32, n> exp_of_negative(Vec<f32, n> x) noexcept {  // x <= 0 or NaN
    return detail::bounded_exp(Vec<f32, n>(raw::greater(Vec<f32, n>(-104.0F).v, x.v)));
}

template <int n>
NNCC_INLINE Vec<f32, n> sigmoid(Vec<f32, n> x) noexcept {  // 2.5 ULP; also where the result is denormal
    using V = Vec<f32, n>;
    const V minus = bits_as<RawVector<f32, n>>(bits_as<RawVector<u32, n>>(x.v) | 0x80000000U);  // -|x|
    const auto parts = detail::exp_parts(V(raw::greater(V(-104.0F).v, minus.v)));
    // exp(-|x|) = part * rest; the second factor goes into the denominator's sum.
    const RawVector<u32, n> half = parts.biased >> 1;
    const V scale = detail::power_of_two<n>(half), rest = detail::power_of_two<n>(parts.biased - half), one(1.0F);
    const V part = multiply_add(scale, parts.minus_1, scale);
    return select(less(x, V(0.0F)), part * rest, one) / multiply_add(part, rest, one);
}

template <int n>
NNCC_INLINE Vec<f32, n> expm1(Vec<f32, n> x) noexcept {  // 2 ULP
    using V = Vec<f32, n>;
    const auto parts = detail::exp_parts(detail::bounded(x, -18.0F, 89.0F));
    const V half_scale = detail::power_of_two<n>(parts.biased - 128U);
    const V half = multiply_add(half_scale, parts.minus_1, half_scale - V(0.5F));
    return detail::with_sign(half + half, x);
}

template <int n>
NNCC_INLINE Vec<f32, n> log(Vec<f32, n> x) noexcept {  // 1 ULP; log(0) = -inf, of negative NaN
    using V = Vec<f32, n>;
    const V zero(0.0F), infinity(__builtin_inff());
    const auto small = less(x, V(1.17549435e-38F));  // denormal
    const V result = detail::log_normal(select(small, x * V(8388608.0F), x), select(small, V(-23.0F), zero), zero);
    const V special = select(less(x, zero), V(__builtin_nanf("")), select(equal(x, zero), -infinity, x));
    return select(less(zero, x) & less(x, infinity), result, special);
}

template <int n>
NNCC_INLINE Vec<f32, n> log1p(Vec<f32, n> x) noexcept {  // 2 ULP; log1p(-1) = -inf
    using V = Vec<f32, n>;
    const V zero(0.0F), one(1.0F), infinity(__builtin_inff());
    const V u = x + one;
    const V lost = select(less(x, one), x - (u - one), one - (u - x));
    const V result = detail::log_normal(u, zero, lost / u);
    const V special = select(less(x, -one), V(__builtin_nanf("")), select(equal(x, -one), -infinity, x));
    return select(less(-one, x) & less(x, infinity) & !equal(x, zero), result, special);
}

template <int n>
NNCC_INLINE Vec<f32, n> tanh(Vec<f32, n> x) noexcept {  // 2 ULP
    using V = Vec<f32, n>;
    const V a = absolute(x), u = x * x;
    const V p = detail::polynomial(u, -0.3333333317F, 0.1333330379F, -0.05395931514F, 0.02176936704F, -0.008345404653F,
                                   0.002294390175F);
    const V near = multiply_add(u * a, p, a);
    const V far = V(1.0F) - V(2.0F) / (exp(a + a) + V(1.0F));
    return detail::with_sign(select(less(a, V(0.625F)), near, far), x);
}

template <int n>
NNCC_INLINE Vec<f32, n> erf(Vec<f32, n> x) noexcept {  // 2 ULP
    using V = Vec<f32, n>;
    const V a = absolute(x), u = x * x;
    const V e = detail::polynomial(u, 0.1283791657F, -0.3761262583F, 0.1128358515F, -0.02685381185F, 0.00518832732F,
                                   -0.0008010189247F, 7.853844046e-5F);
    const V near = multiply_add(a, e, a);
    // log(erfc(a)) on [1, 4]
    const V log_rest =
        detail::polynomial(detail::bounded(a, 0.0F, 4.0F), -0.0002930099041F, -1.127279543F, -0.6378397344F,
                           -0.103362253F, 0.02195589029F, -0.002976013497F, 0.0001891598568F);
    const V far = V(1.0F) - exp(log_rest);
    return detail::with_sign(select(less(a, V(1.0F)), near, far), x);
}

template <int n>
NNCC_INLINE Vec<f32, n> atan(Vec<f32, n> x) noexcept {  // 2.2 ULP: turned by pi/4 or pi/2 so that |t| <= tan(pi/8)
    using V = Vec<f32, n>;
    const V a = absolute(x), one(1.0F);
    const auto middle = less(V(0.41421356F), a), far = less(V(2.41421356F), a);
    const V above = select(far, -one, select(middle, a - one, a));
    const V below = select(far, a, select(middle, a + one, one));
    const V t = above / below, u = t * t;
    const V p = detail::polynomial(u, -0.3333333179F, 0.1999954545F, -0.142640933F, 0.1074495793F, -0.06455345975F);
    const V turn = select(far, V(1.57079633F), select(middle, V(0.785398163F), V(0.0F)));
    const V lost =
        select(far, V(-4.37113883e-8F), select(middle, V(-2.18556941e-8F), V(0.0F)));  // of the turn, rounded
    return detail::with_sign(turn + (multiply_add(t * u, p, t) + lost), x);
}

namespace detail {
// sin (or cos) of r turned by `quadrant` quarter turns, |r| <= pi/4.
template <int n>
NNCC_INLINE Vec<f32, n> turned_sine(Vec<f32, n> r, Vec<f32, n>, Vec<i32, n> quadrant) noexcept {
    using V = Vec<f32, n>;
    using U = RawVector<u32, n>;
    const V u = r * r;
    const V sine = multiply_add(u * r, polynomial(u, -0.1666666463F, 0.008332744383F, -0.0001958722891F), r);
    const V cosine = multiply_add(u * u, polynomial(u, 0.04166666464F, -0.001388830037F, 2.454747777e-5F),
                                  multiply_add(u, V(-0.5F), V(1.0F)));
    const V chosen = select(equal(Vec<i32, n>(quadrant.v & 1), Vec<i32, n>(1)), cosine, sine);
    return bits_as<RawVector<f32, n>>(bits_as<U>(chosen.v) ^ (bits_as<U>(quadrant.v & 2) << 30));
}
}  // namespace detail

}  // namespace nncc
