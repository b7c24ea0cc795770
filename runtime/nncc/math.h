// The elementwise functions of vectors and single numbers that have more than one step; max errors are tested.
#pragma once

#include "nncc/math_power.h"
#include "nncc/scalar.h"
#include "nncc/turns.h"

namespace nncc {

template <class T, int n>
NNCC_INLINE Vec<T, n> sigmoid(Vec<T, n> x) noexcept {  // 2.5 ULP; also where the result is denormal
    using V = Vec<T, n>;
    const V e = exp_of_negative(-absolute(x)), one(T(1));
    return select(less(x, V(T(0))), e, one) / (one + e);
}

template <class T, int n>
NNCC_INLINE Vec<T, n> softplus(Vec<T, n> x) noexcept {  // log(1 + exp(x)); 2 ULP
    return maximum(x, Vec<T, n>(T(0))) + log1p(exp_of_negative(-absolute(x)));
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

template <int n>
NNCC_INLINE Vec<f32, n> sin(Vec<f32, n> x) noexcept {  // 2 ULP for every argument
    return detail::turned_f32(x, 0);
}
template <int n>
NNCC_INLINE Vec<f32, n> cos(Vec<f32, n> x) noexcept {
    return detail::turned_f32(x, 1);
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
