// exp, expm1, log, log1p, tanh, erf, atan, sine and cosine of f64 vectors; the quadrant reduction that f32 shares.
#pragma once

#include "nncc/math_f32.h"

namespace nncc {
namespace detail {

template <int n>
NNCC_INLINE Vec<f64, n> with_sign(Vec<f64, n> v, Vec<f64, n> from) noexcept {
    using U = RawVector<u64, n>;
    return bits_as<RawVector<f64, n>>((bits_as<U>(v.v) & 0x7FFFFFFFFFFFFFFFU) |
                                      (bits_as<U>(from.v) & 0x8000000000000000U));
}

template <int n>
struct ExpParts64 {
    RawVector<u64, n> k;
    Vec<f64, n> minus_1;
};
// exp(x + rest), |rest| small against x.
template <int n>
NNCC_INLINE ExpParts64<n> exp_parts(Vec<f64, n> x, Vec<f64, n> rest = Vec<f64, n>(0.0)) noexcept {
    using V = Vec<f64, n>;
    const V magic(6755399441055744.0);
    const V shifted = multiply_add(x, V(1.4426950408889634074), magic);
    const V k = shifted - magic;
    V r = multiply_add(k, V(-0.693147180369123816490), x);  // 32 bits: the product is exact
    r = multiply_add(k, V(-1.90821492927058770002e-10), r) + rest;
    const V q =
        polynomial(r, 0.5, 0.166666666666666762, 0.0416666666666667, 0.00833333333332188186, 0.00138888888888673371,
                   0.000198412698855720772, 0.0000248015873597796119, 2.75572447054692742e-6, 2.75572433015788296e-7,
                   2.51088812231227671e-8, 2.09243032933659563e-9);
    return {bits_as<RawVector<u64, n>>(shifted.v) - bits_as<RawVector<u64, n>>(magic.v), multiply_add(r * r, q, r)};
}
template <int n>
NNCC_INLINE Vec<f64, n> power_of_two(Vec<f64, n>, RawVector<u64, n> k) noexcept {
    return bits_as<RawVector<f64, n>>((k + 1023U) << 52);
}
template <int n>
NNCC_INLINE Vec<f64, n> scaled(Vec<f64, n> v, RawVector<u64, n> k) noexcept {
    const RawVector<u64, n> half = ((k + 4096U) >> 1) - 2048U;
    return v * power_of_two(v, half) * power_of_two(v, k - half);
}

// u = m 2^k with m in [sqrt(1/2), sqrt(2)); k as f64 and m - 1.
template <int n>
struct LogParts64 {
    Vec<f64, n> k, f;
};
template <int n>
NNCC_INLINE LogParts64<n> log_parts(Vec<f64, n> u) noexcept {
    using U = RawVector<u64, n>;
    using R = RawVector<f64, n>;
    const U moved = bits_as<U>(u.v) + (0x3FF0000000000000U - 0x3FE6A09E667F3BCDU);
    const Vec<f64, n> k =
        Vec<f64, n>(bits_as<R>((moved >> 52) | 0x4330000000000000U)) - Vec<f64, n>(4503599627370496.0 + 1023.0);
    return {k, Vec<f64, n>(bits_as<R>((moved & 0x000FFFFFFFFFFFFFU) + 0x3FE6A09E667F3BCDU)) - Vec<f64, n>(1.0)};
}
template <int n>
NNCC_INLINE Vec<f64, n> log_tail(Vec<f64, n> z) noexcept {  // z P(z): log((1 + s) / (1 - s)) = 2 s + s z P(z), z = s^2
    return z * polynomial(z, 0.666666666666666665, 0.400000000000008801, 0.285714285708019285, 0.222222223920575276,
                          0.181817956067423795, 0.153862413680873693, 0.132687319628391536, 0.130870260732526555);
}
template <int n>
NNCC_INLINE Vec<f64, n> log_normal(Vec<f64, n> u, Vec<f64, n> k_extra, Vec<f64, n> correction) noexcept {
    using V = Vec<f64, n>;
    const auto parts = log_parts(u);
    const V k = parts.k + k_extra, f = parts.f;
    const V s = f / (f + V(2.0));
    const V half_square = V(0.5) * f * f;
    const V low =
        multiply_add(s, half_square + log_tail(s * s), multiply_add(k, V(1.90821492927058770002e-10), correction));
    return multiply_add(k, V(0.693147180369123816490), f - (half_square - low));
}

}  // namespace detail

template <int n>
NNCC_INLINE Vec<f64, n> exp(Vec<f64, n> x) noexcept {  // 1 ULP
    const auto parts = detail::exp_parts(detail::bounded(x, -746.0, 710.0));
    return detail::scaled(parts.minus_1 + Vec<f64, n>(1.0), parts.k);
}

template <int n>
NNCC_INLINE Vec<f64, n> exp_of_negative(Vec<f64, n> x) noexcept {  // x <= 0 or NaN
    return exp(x);
}

template <int n>
NNCC_INLINE Vec<f64, n> expm1(Vec<f64, n> x) noexcept {  // 2 ULP
    using V = Vec<f64, n>;
    const auto parts = detail::exp_parts(detail::bounded(x, -40.0, 710.0));
    const V half_scale = detail::power_of_two(x, parts.k - 1U);
    const V half = multiply_add(half_scale, parts.minus_1, half_scale - V(0.5));
    return detail::with_sign(half + half, x);
}

template <int n>
NNCC_INLINE Vec<f64, n> log(Vec<f64, n> x) noexcept {  // 1 ULP
    using V = Vec<f64, n>;
    const V zero(0.0), infinity(__builtin_inf());
    const auto small = less(x, V(2.2250738585072014e-308));
    const V result =
        detail::log_normal(select(small, x * V(4503599627370496.0), x), select(small, V(-52.0), zero), zero);
    const V special = select(less(x, zero), V(__builtin_nan("")), select(equal(x, zero), -infinity, x));
    return select(less(zero, x) & less(x, infinity), result, special);
}

template <int n>
NNCC_INLINE Vec<f64, n> log1p(Vec<f64, n> x) noexcept {  // 2 ULP
    using V = Vec<f64, n>;
    const V zero(0.0), one(1.0), infinity(__builtin_inf());
    const V u = x + one;
    const V lost = select(less(x, one), x - (u - one), one - (u - x));
    const V result = detail::log_normal(u, zero, lost / u);
    const V special = select(less(x, -one), V(__builtin_nan("")), select(equal(x, -one), -infinity, x));
    return select(less(-one, x) & less(x, infinity) & !equal(x, zero), result, special);
}

template <int n>
NNCC_INLINE Vec<f64, n> tanh(Vec<f64, n> x) noexcept {  // 3 ULP
    using V = Vec<f64, n>;
    const V a = detail::bounded(absolute(x), 0.0, 20.0);
    const V e = expm1(a + a);
    return detail::with_sign(e / (e + V(2.0)), x);
}

template <int n>
NNCC_INLINE Vec<f64, n> erf(Vec<f64, n> x) noexcept {  // 2 ULP
    using V = Vec<f64, n>;
    const V a = detail::bounded(absolute(x), 0.0, 6.0), u = a * a;
    const V e =
        detail::polynomial(u, 0.128379167095512574, -0.376126389031837476, 0.112837916709548575, -0.0268661706450728912,
                           0.00522397762478083465, -0.000854832697874056762, 0.000120553310368466683,
                           -0.000014925593505766363, 1.64609728011907177e-6, -1.63500250762238812e-7,
                           1.46578789898888785e-8, -1.13656631366284934e-9, 5.94525769394154252e-11);
    const V near = multiply_add(a, e, a);
    const V t = (a - V(2.0)) / (a + V(2.0));  // log(erfc(a)) + a^2 on [1, 6]
    const V g =
        detail::polynomial(t, -1.36494126461664325, -1.67264322397848368, -0.45265669316260056, -0.286437722690674483,
                           -0.259872684607648511, -0.208824968551122211, -0.164908357162131572, -0.140512425711904236,
                           -0.125123366681031498, -0.111666771245437818, -0.100219887199160542, -0.0930056872050918954,
                           -0.0878974124843101016, -0.0701051011891624487, -0.0304498951028863849);
    const V far = V(1.0) - exp(g - u);
    return detail::with_sign(select(less(a, V(1.0)), near, far), x);
}

template <int n>
NNCC_INLINE Vec<f64, n> atan(Vec<f64, n> x) noexcept {  // 2 ULP
    using V = Vec<f64, n>;
    const V a = absolute(x), one(1.0);
    const auto middle = less(V(0.41421356237309505), a), far = less(V(2.41421356237309505), a);
    const V above = select(far, -one, select(middle, a - one, a));
    const V below = select(far, a, select(middle, a + one, one));
    const V t = above / below, u = t * t;
    const V p =
        detail::polynomial(u, -0.333333333333333302, 0.199999999999955902, -0.142857142846794516, 0.11111111016186239,
                           -0.0909090461213956829, 0.076921839053478222, -0.0666452058047401435, 0.0585822112093985954,
                           -0.0508579447368771205, 0.0392407622626779678, -0.0191870948157805561);
    const V turn = select(far, V(1.57079632679489662), select(middle, V(0.785398163397448310), V(0.0)));
    const V lost = select(far, V(6.123233995736766e-17), select(middle, V(3.061616997868383e-17), V(0.0)));
    return detail::with_sign(turn + (multiply_add(t * u, p, t) + lost), x);
}

namespace detail {

template <int n>
NNCC_INLINE Vec<f64, n> turned_sine(Vec<f64, n> r, Vec<f64, n> rest, Vec<i32, n> quadrant) noexcept {
    using V = Vec<f64, n>;
    using U = RawVector<u64, n>;
    const V u = r * r, half(0.5), one(1.0);
    const V p = polynomial(u, -0.166666666666666646, 0.00833333333333091888, -0.000198412698367188274,
                           2.75573160839289015e-6, -2.50511282886869152e-8, 1.59178918515452348e-10);
    const V sine = r + multiply_add(u * r, p, rest * multiply_add(u, -half, one));
    const V q = polynomial(u, 0.0416666666666666654, -0.00138888888888873839, 0.0000248015872987475934,
                           -2.75573172631486102e-7, 2.08761446115456513e-9, -1.13825206628745725e-11);
    const V top = one - half * u;
    const V cosine = top + (((one - top) - half * u) + multiply_add(u * u, q, -(r * rest)));
    const V chosen = select(equal(Vec<i32, n>(quadrant.v & 1), Vec<i32, n>(1)), cosine, sine);
    const U sign = __builtin_convertvector(bits_as<RawVector<u32, n>>(quadrant.v & 2), U) << 62;
    return bits_as<RawVector<f64, n>>(bits_as<U>(chosen.v) ^ sign);
}

}  // namespace detail

}  // namespace nncc
