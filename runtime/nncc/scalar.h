// The arithmetic of simd.h on single numbers: the same bodies on a vector of copies, so the same results.
#pragma once

#include "nncc/simd.h"

namespace nncc {

template <class T>
using OneVec = Vec<T, static_cast<int>(16 / sizeof(T))>;

template <Scalar T>
NNCC_INLINE T add(T a, T b) noexcept {
    return (OneVec<T>(a) + OneVec<T>(b)).v[0];
}
template <Scalar T>
NNCC_INLINE T subtract(T a, T b) noexcept {
    return (OneVec<T>(a) - OneVec<T>(b)).v[0];
}
template <Scalar T>
NNCC_INLINE T multiply(T a, T b) noexcept {
    return (OneVec<T>(a) * OneVec<T>(b)).v[0];
}
template <Scalar T>
NNCC_INLINE T divide(T a, T b) noexcept {
    if constexpr (Floating<T>) return (OneVec<T>(a) / OneVec<T>(b)).v[0];
    else return (Vec<T, 1>(RawVector<T, 1>{a}) / Vec<T, 1>(RawVector<T, 1>{b})).v[0];
}
template <Scalar T>
NNCC_INLINE T negate(T a) noexcept {
    return (-OneVec<T>(a)).v[0];
}
template <Scalar T>
NNCC_INLINE T multiply_add(T a, T b, T c) noexcept {
    return multiply_add(OneVec<T>(a), OneVec<T>(b), OneVec<T>(c)).v[0];
}
template <Scalar T>
NNCC_INLINE T minimum(T a, T b) noexcept {
    return minimum(OneVec<T>(a), OneVec<T>(b)).v[0];
}
template <Scalar T>
NNCC_INLINE T maximum(T a, T b) noexcept {
    return maximum(OneVec<T>(a), OneVec<T>(b)).v[0];
}
template <Scalar T>
NNCC_INLINE T absolute(T a) noexcept {
    return absolute(OneVec<T>(a)).v[0];
}
template <Scalar T>
NNCC_INLINE T floor(T a) noexcept {
    return floor(OneVec<T>(a)).v[0];
}
template <Scalar T>
NNCC_INLINE T round(T a) noexcept {
    return round(OneVec<T>(a)).v[0];
}
template <Scalar T>
NNCC_INLINE T sqrt(T a) noexcept {
    return sqrt(OneVec<T>(a)).v[0];
}
template <Scalar T>
NNCC_INLINE T rsqrt(T a) noexcept {
    return rsqrt(OneVec<T>(a)).v[0];
}
template <class To, Scalar From>
NNCC_INLINE To cast(From a) noexcept {
    if constexpr (__is_same(To, bool)) return a != From(0);
    else if constexpr (__is_same(To, i32) && Floating<From>) return cast<i32>(OneVec<From>(a)).v[0];
    else return static_cast<To>(a);
}

}  // namespace nncc
