// Vec<T, n>: n lanes of f32, f64, i32 or bool (a mask) with loads, stores, arithmetic, comparison, selection and casts.
#pragma once

#include "nncc/simd_scalar.h"
#if defined(__AVX2__) && defined(__FMA__) && !defined(NNCC_SCALAR)
#include "nncc/simd_avx2.h"
#else
namespace nncc::raw {
inline constexpr bool kFusedMultiplyAdd = false;
template <int count>
NNCC_INLINE RawVector<f32, 8> load_masked(const f32* p) noexcept {
    return load_pieces<f32, 8, count>(p);
}
}  // namespace nncc::raw
#endif

namespace nncc {

// Lanes of a loop whose widest element type is T: 32 bytes, on every instruction set (so that trees of sums agree).
template <class T>
inline constexpr int kLanes = sizeof(T) == 8 ? 4 : 8;

// How many of the n lanes exist, as a type; and with a count known at run time.
template <int count_, int n_>
struct Lanes {
    static constexpr int count = count_, n = n_;
};
template <int n_>
struct SomeLanes {
    static constexpr int n = n_;
    int count;
};
// `count` elements in the narrowest vector of two widths: half the registers do for a remainder of at most 4 of 8
// lanes.
template <class T, int count>
using NarrowLanes = Lanes<count, (sizeof(T) == 4 && count <= 4 ? 4 : kLanes<T>)>;
template <class L>
inline constexpr bool kFixedLanes = false;
template <int count, int n>
inline constexpr bool kFixedLanes<Lanes<count, n>> = true;

template <class T>
concept Scalar = __is_same(T, f32) || __is_same(T, f64) || __is_same(T, i32) || __is_same(T, bool);
template <class T>
concept Floating = __is_same(T, f32) || __is_same(T, f64);

template <class T, int n>
struct Vec {
    using Raw = RawVector<T, n>;
    Raw v;

    Vec() = default;
    NNCC_INLINE Vec(Raw raw) noexcept : v(raw) {}                     // NOLINT(google-explicit-constructor)
    NNCC_INLINE Vec(T value) noexcept : v(raw::splat<Raw>(value)) {}  // NOLINT(google-explicit-constructor)

    // Signed overflow wraps: i32 lanes are computed as u32.
    friend NNCC_INLINE Vec operator+(Vec a, Vec b) noexcept {
        if constexpr (Floating<T>) return a.v + b.v;
        else return bits_as<Raw>(bits_as<RawVector<u32, n>>(a.v) + bits_as<RawVector<u32, n>>(b.v));
    }
    friend NNCC_INLINE Vec operator-(Vec a, Vec b) noexcept {
        if constexpr (Floating<T>) return a.v - b.v;
        else return bits_as<Raw>(bits_as<RawVector<u32, n>>(a.v) - bits_as<RawVector<u32, n>>(b.v));
    }
    friend NNCC_INLINE Vec operator*(Vec a, Vec b) noexcept {
        if constexpr (Floating<T>) return a.v * b.v;
        else return bits_as<Raw>(bits_as<RawVector<u32, n>>(a.v) * bits_as<RawVector<u32, n>>(b.v));
    }
    // Integers: towards zero; x / 0 = 0, the lowest integer / -1 is itself.
    friend NNCC_INLINE Vec operator/(Vec a, Vec b) noexcept {
        if constexpr (Floating<T>) {
            return a.v / b.v;
        } else {
            Vec result;
            for (int lane = 0; lane < n; ++lane) {
                const i32 x = a.v[lane], y = b.v[lane];
                result.v[lane] = y == 0 ? 0 : y == -1 ? static_cast<i32>(0U - static_cast<u32>(x)) : x / y;
            }
            return result;
        }
    }
    friend NNCC_INLINE Vec operator-(Vec a) noexcept {
        if constexpr (Floating<T>) return -a.v;
        else return Vec(0) - a;
    }
};

template <int n>
struct Vec<bool, n> {
    using Raw = RawVector<bool, n>;
    Raw v;

    Vec() = default;
    NNCC_INLINE Vec(Raw raw) noexcept : v(raw) {}                                 // NOLINT(google-explicit-constructor)
    NNCC_INLINE Vec(bool value) noexcept : v(raw::splat<Raw>(value ? -1 : 0)) {}  // NOLINT(google-explicit-constructor)
    friend NNCC_INLINE Vec operator&(Vec a, Vec b) noexcept { return a.v & b.v; }
    friend NNCC_INLINE Vec operator|(Vec a, Vec b) noexcept { return a.v | b.v; }
    friend NNCC_INLINE Vec operator!(Vec a) noexcept { return ~a.v; }
};

// ---- lanes as wide as T's, from a mask and back ----
template <class T, int n>
NNCC_INLINE auto wide_mask(Vec<bool, n> mask) noexcept {
    if constexpr (sizeof(T) == 8) return __builtin_convertvector(mask.v, RawVector<i64, n>);
    else return mask.v;
}
template <int n, class M>
NNCC_INLINE Vec<bool, n> narrow_mask(M mask) noexcept {
    if constexpr (sizeof(mask[0]) == 8) return __builtin_convertvector(mask, RawVector<i32, n>);
    else return mask;
}

template <class T, int n>
NNCC_INLINE Vec<T, n> select(Vec<bool, n> mask, Vec<T, n> a, Vec<T, n> b) noexcept {
    return raw::blend(wide_mask<T, n>(mask), a.v, b.v);
}
template <Scalar T>
NNCC_INLINE T select(bool mask, T a, T b) noexcept {
    return mask ? a : b;
}

// ---- comparison ----
template <class T, int n>
NNCC_INLINE Vec<bool, n> equal(Vec<T, n> a, Vec<T, n> b) noexcept {
    return narrow_mask<n>(a.v == b.v);
}
template <class T, int n>
NNCC_INLINE Vec<bool, n> less(Vec<T, n> a, Vec<T, n> b) noexcept {
    return narrow_mask<n>(a.v < b.v);
}
template <class T, int n>
NNCC_INLINE Vec<bool, n> less_equal(Vec<T, n> a, Vec<T, n> b) noexcept {
    return narrow_mask<n>(a.v <= b.v);
}
// Of masks, whose lanes are 0 and -1: false < true.
template <int n>
NNCC_INLINE Vec<bool, n> less(Vec<bool, n> a, Vec<bool, n> b) noexcept {
    return !a & b;
}
template <int n>
NNCC_INLINE Vec<bool, n> less_equal(Vec<bool, n> a, Vec<bool, n> b) noexcept {
    return !a | b;
}
template <Scalar T>
NNCC_INLINE bool equal(T a, T b) noexcept {
    return a == b;
}
template <Scalar T>
NNCC_INLINE bool less(T a, T b) noexcept {
    return a < b;
}
template <Scalar T>
NNCC_INLINE bool less_equal(T a, T b) noexcept {
    return a <= b;
}
template <int n>
NNCC_INLINE Vec<bool, n> logical_and(Vec<bool, n> a, Vec<bool, n> b) noexcept {
    return a & b;
}
template <int n>
NNCC_INLINE Vec<bool, n> logical_or(Vec<bool, n> a, Vec<bool, n> b) noexcept {
    return a | b;
}
template <int n>
NNCC_INLINE Vec<bool, n> logical_not(Vec<bool, n> a) noexcept {
    return !a;
}
NNCC_INLINE bool logical_and(bool a, bool b) noexcept { return a && b; }
NNCC_INLINE bool logical_or(bool a, bool b) noexcept { return a || b; }
NNCC_INLINE bool logical_not(bool a) noexcept { return !a; }

// ---- arithmetic ----
template <class T, int n>
NNCC_INLINE Vec<T, n> add(Vec<T, n> a, Vec<T, n> b) noexcept {
    return a + b;
}
template <class T, int n>
NNCC_INLINE Vec<T, n> subtract(Vec<T, n> a, Vec<T, n> b) noexcept {
    return a - b;
}
template <class T, int n>
NNCC_INLINE Vec<T, n> multiply(Vec<T, n> a, Vec<T, n> b) noexcept {
    return a * b;
}
template <class T, int n>
NNCC_INLINE Vec<T, n> divide(Vec<T, n> a, Vec<T, n> b) noexcept {
    return a / b;
}
template <class T, int n>
NNCC_INLINE Vec<T, n> negate(Vec<T, n> a) noexcept {
    return -a;
}
template <class T, int n>
NNCC_INLINE Vec<T, n> multiply_add(Vec<T, n> a, Vec<T, n> b, Vec<T, n> c) noexcept {
    if constexpr (Floating<T>) return raw::multiply_add(a.v, b.v, c.v);
    else return a * b + c;
}

// NaN if either is NaN, as numpy. One instruction when b is known not to be NaN.
template <class T, int n>
NNCC_INLINE Vec<T, n> minimum(Vec<T, n> a, Vec<T, n> b) noexcept {
    if constexpr (Floating<T>) return raw::blend(b.v != b.v, b.v, raw::lesser(b.v, a.v));
    else return select(less(a, b), a, b);
}
template <class T, int n>
NNCC_INLINE Vec<T, n> maximum(Vec<T, n> a, Vec<T, n> b) noexcept {
    if constexpr (Floating<T>) return raw::blend(b.v != b.v, b.v, raw::greater(b.v, a.v));
    else return select(less(b, a), a, b);
}
template <class T, int n>
NNCC_INLINE Vec<T, n> absolute(Vec<T, n> a) noexcept {
    if constexpr (Floating<T>) return raw::absolute(a.v);
    else return select(less(a, Vec<T, n>(0)), -a, a);
}
template <class T, int n>
NNCC_INLINE Vec<T, n> floor(Vec<T, n> a) noexcept {
    if constexpr (Floating<T>) return raw::floor(a.v);
    else return a;
}
template <class T, int n>
NNCC_INLINE Vec<T, n> round(Vec<T, n> a) noexcept {
    if constexpr (Floating<T>) return raw::round(a.v);
    else return a;
}
template <Floating T, int n>
NNCC_INLINE Vec<T, n> sqrt(Vec<T, n> a) noexcept {
    return raw::sqrt(a.v);
}
template <Floating T, int n>
NNCC_INLINE Vec<T, n> rsqrt(Vec<T, n> a) noexcept {
    return Vec<T, n>(T(1)) / sqrt(a);
}

// ---- casts: to i32 truncates, saturates, NaN becomes 0; from bool 0 or 1; to bool a != 0 ----
template <class To, class From, int n>
NNCC_INLINE Vec<To, n> cast(Vec<From, n> a) noexcept {
    if constexpr (__is_same(To, From)) {
        return a;
    } else if constexpr (__is_same(To, bool)) {
        return narrow_mask<n>(a.v != RawVector<From, n>{});
    } else if constexpr (__is_same(From, bool)) {
        return __builtin_convertvector(a.v & 1, RawVector<To, n>);
    } else if constexpr (__is_same(To, i32)) {
        constexpr From kTop = sizeof(From) == 4 ? From(2147483520) : From(2147483647);  // the largest that converts
        const Vec<From, n> known = select(equal(a, a), a, Vec<From, n>(From(0)));
        const auto bounded =
            raw::lesser(raw::greater(known.v, Vec<From, n>(From(-2147483648.0)).v), Vec<From, n>(kTop).v);
        const Vec<i32, n> whole = __builtin_convertvector(bounded, RawVector<i32, n>);
        return select(less(Vec<From, n>(kTop), known), Vec<i32, n>(2147483647), whole);
    } else {
        return __builtin_convertvector(a.v, RawVector<To, n>);
    }
}

}  // namespace nncc
