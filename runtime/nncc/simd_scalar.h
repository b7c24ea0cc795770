// Raw vectors (compiler vector extensions) and the generic bodies of what instruction sets do differently.
#pragma once

#include "nncc/types.h"

#if !defined(__AVX__)
// Vectors wider than the registers never cross a call here: everything is inlined.
#pragma GCC diagnostic ignored "-Wpsabi"
#endif

namespace nncc {

template <class T, int n>
struct RawVectorOf {
    typedef T Type __attribute__((vector_size(sizeof(T) * static_cast<u64>(n))));
};
// A mask: 32-bit lanes, 0 or -1, whatever the type that was compared.
template <int n>
struct RawVectorOf<bool, n> {
    typedef i32 Type __attribute__((vector_size(4 * static_cast<u64>(n))));
};
template <class T, int n>
using RawVector = typename RawVectorOf<T, n>::Type;

template <class To, class From>
NNCC_INLINE To bits_as(From from) noexcept {
    return __builtin_bit_cast(To, from);
}

namespace raw {

template <class R, class T>
NNCC_INLINE R splat(T value) noexcept {
    constexpr int n = sizeof(R) / sizeof(T);
    if constexpr (n == 8) {
        return R{value, value, value, value, value, value, value, value};
    } else if constexpr (n == 4) {
        return R{value, value, value, value};
    } else if constexpr (n == 2) {
        return R{value, value};
    } else {
        R result{};
        for (int lane = 0; lane < n; ++lane) result[lane] = value;
        return result;
    }
}

// ---- halves, in lane order ----
template <class T, int n>
NNCC_INLINE RawVector<T, n / 2> low_half(RawVector<T, n> v) noexcept {
    if constexpr (n == 16) {
        return __builtin_shufflevector(v, v, 0, 1, 2, 3, 4, 5, 6, 7);
    } else if constexpr (n == 8) {
        return __builtin_shufflevector(v, v, 0, 1, 2, 3);
    } else if constexpr (n == 4) {
        return __builtin_shufflevector(v, v, 0, 1);
    } else {
        return RawVector<T, 1>{v[0]};
    }
}
template <class T, int n>
NNCC_INLINE RawVector<T, n / 2> high_half(RawVector<T, n> v) noexcept {
#if defined(__AVX__) && !defined(__clang__)
    if constexpr (n == 8 && __is_same(T, f32)) return __builtin_ia32_vextractf128_ps256(v, 1);  // not a permutation
    else if constexpr (n == 4 && __is_same(T, f64)) return __builtin_ia32_vextractf128_pd256(v, 1);
    else
#endif
        if constexpr (n == 16) {
        return __builtin_shufflevector(v, v, 8, 9, 10, 11, 12, 13, 14, 15);
    } else if constexpr (n == 8) {
        return __builtin_shufflevector(v, v, 4, 5, 6, 7);
    } else if constexpr (n == 4) {
        return __builtin_shufflevector(v, v, 2, 3);
    } else {
        return RawVector<T, 1>{v[1]};
    }
}
template <class T, int n>  // n of the halves
NNCC_INLINE RawVector<T, 2 * n> join(RawVector<T, n> low, RawVector<T, n> high) noexcept {
    if constexpr (n == 8) {
        return __builtin_shufflevector(low, high, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    } else if constexpr (n == 4) {
        return __builtin_shufflevector(low, high, 0, 1, 2, 3, 4, 5, 6, 7);
    } else if constexpr (n == 2) {
        return __builtin_shufflevector(low, high, 0, 1, 2, 3);
    } else {
        return RawVector<T, 2>{low[0], high[0]};
    }
}

template <int n>
NNCC_INLINE bool any(RawVector<i32, n> mask) noexcept {  // whether a lane is set
    if constexpr (n > 2) return any<n / 2>(low_half<i32, n>(mask) | high_half<i32, n>(mask));
    else if constexpr (n == 2) return bits_as<i64>(mask) != 0;
    else return mask[0] != 0;
}

// ---- partial loads and stores: power-of-two pieces, nothing outside is touched, other lanes are 0 ----
template <class T, int n, int count>
NNCC_INLINE RawVector<T, n> load_pieces(const T* p) noexcept {
    if constexpr (count == n) {
        RawVector<T, n> v;
        __builtin_memcpy(&v, p, sizeof(v));
        return v;
    } else if constexpr (count == 0) {
        return RawVector<T, n>{};
    } else if constexpr (sizeof(T) == 4 && n == 4 && count == 2) {  // one load that clears the rest
        f64 pair;
        __builtin_memcpy(&pair, p, sizeof(pair));
        return bits_as<RawVector<T, n>>(RawVector<f64, 2>{pair, 0.0});
    } else if constexpr (count >= n / 2) {
        return join<T, n / 2>(load_pieces<T, n / 2, n / 2>(p), load_pieces<T, n / 2, count - n / 2>(p + n / 2));
    } else {
        return join<T, n / 2>(load_pieces<T, n / 2, count>(p), RawVector<T, n / 2>{});
    }
}
template <class T, int n, int count>
NNCC_INLINE void store_pieces(T* p, RawVector<T, n> v) noexcept {
    if constexpr (count == n) {
        __builtin_memcpy(p, &v, sizeof(v));
    } else if constexpr (count >= n / 2 && count > 0) {
        store_pieces<T, n / 2, n / 2>(p, low_half<T, n>(v));
        store_pieces<T, n / 2, count - n / 2>(p + n / 2, high_half<T, n>(v));
    } else if constexpr (count > 0) {
        store_pieces<T, n / 2, count>(p, low_half<T, n>(v));
    }
}

// ---- what instruction sets do differently; R is a raw vector of f32 or f64. simd_avx2.h overloads these ----
template <class R, class M>
NNCC_INLINE R blend(M mask, R a, R b) noexcept {  // lanes of a where the mask (as wide as R's lanes) is set
    return bits_as<R>((mask & bits_as<M>(a)) | (~mask & bits_as<M>(b)));
}
template <class R>
NNCC_INLINE R multiply_add(R a, R b, R c) noexcept {
    return a * b + c;
}
// b where either is NaN, or both are equal.
template <class R>
NNCC_INLINE R lesser(R a, R b) noexcept {
    const auto mask = a < b;
    return blend(mask, a, b);
}
template <class R>
NNCC_INLINE R greater(R a, R b) noexcept {
    const auto mask = a > b;
    return blend(mask, a, b);
}
template <class R>
NNCC_INLINE R absolute(R a) noexcept {
    using I = decltype(a < a);
    if constexpr (sizeof(a[0]) == 4) {
        return bits_as<R>(bits_as<I>(a) & 0x7FFFFFFF);
    } else {
        return bits_as<R>(bits_as<I>(a) & 0x7FFFFFFFFFFFFFFF);
    }
}
// Half to even, by adding and taking away 2^23 (2^52) with the sign of a; larger values are whole already.
template <class R>
NNCC_INLINE R round(R a) noexcept {
    using I = decltype(a < a);
    constexpr bool wide = sizeof(a[0]) == 8;
    const R limit = splat<R>(static_cast<decltype(R{}[0] + R{}[0])>(wide ? 4503599627370496.0 : 8388608.0));
    const I sign = bits_as<I>(a) & ~bits_as<I>(absolute(bits_as<R>(~I{})));
    const R signed_limit = bits_as<R>(bits_as<I>(limit) | sign);
    const R moved = a + signed_limit;
    const R rounded = bits_as<R>(bits_as<I>(moved - signed_limit) | sign);
    return blend(absolute(a) < limit, rounded, a);
}
template <class R>
NNCC_INLINE R floor(R a) noexcept {
    const R rounded = round(a);
    const R one = splat<R>(static_cast<decltype(R{}[0] + R{}[0])>(1));
    return blend(rounded > a, rounded - one, rounded);
}
template <class R>
NNCC_INLINE R sqrt(R a) noexcept {
    constexpr int n = static_cast<int>(sizeof(a) / sizeof(a[0]));
    using T = decltype(R{}[0] + R{}[0]);
#if defined(__SSE2__)
    if constexpr (sizeof(R) > 16) {
        return join<T, n / 2>(raw::sqrt(low_half<T, n>(a)), raw::sqrt(high_half<T, n>(a)));
    } else if constexpr (sizeof(R) == 16 && sizeof(T) == 4) {
        return __builtin_ia32_sqrtps(a);
    } else if constexpr (sizeof(R) == 16) {
        return __builtin_ia32_sqrtpd(a);
    } else {
        return low_half<T, 2 * n>(raw::sqrt(join<T, n>(a, a)));
    }
#else
    for (int lane = 0; lane < n; ++lane) {
        if constexpr (sizeof(T) == 4) {
            a[lane] = __builtin_sqrtf(a[lane]);
        } else {
            a[lane] = __builtin_sqrt(a[lane]);
        }
    }
    return a;
#endif
}

}  // namespace raw
}  // namespace nncc
