// Bodies for AVX2 with FMA of the raw operations whose generic form compiles to more than one instruction.
#pragma once

#include "nncc/simd_scalar.h"

namespace nncc::raw {

using F32x8 = RawVector<f32, 8>;
using F32x4 = RawVector<f32, 4>;
using F64x4 = RawVector<f64, 4>;
using F64x2 = RawVector<f64, 2>;

NNCC_INLINE F32x8 blend(RawVector<i32, 8> mask, F32x8 a, F32x8 b) noexcept {
    return __builtin_ia32_blendvps256(b, a, bits_as<F32x8>(mask));
}
NNCC_INLINE F32x4 blend(RawVector<i32, 4> mask, F32x4 a, F32x4 b) noexcept {
    return __builtin_ia32_blendvps(b, a, bits_as<F32x4>(mask));
}
NNCC_INLINE F64x4 blend(RawVector<i64, 4> mask, F64x4 a, F64x4 b) noexcept {
    return __builtin_ia32_blendvpd256(b, a, bits_as<F64x4>(mask));
}
NNCC_INLINE F64x2 blend(RawVector<i64, 2> mask, F64x2 a, F64x2 b) noexcept {
    return __builtin_ia32_blendvpd(b, a, bits_as<F64x2>(mask));
}

#if !defined(NNCC_STRICT)
inline constexpr bool kFusedMultiplyAdd = true;
#if defined(__clang__)
NNCC_INLINE F32x8 multiply_add(F32x8 a, F32x8 b, F32x8 c) noexcept { return __builtin_elementwise_fma(a, b, c); }
NNCC_INLINE F32x4 multiply_add(F32x4 a, F32x4 b, F32x4 c) noexcept { return __builtin_elementwise_fma(a, b, c); }
NNCC_INLINE F64x4 multiply_add(F64x4 a, F64x4 b, F64x4 c) noexcept { return __builtin_elementwise_fma(a, b, c); }
NNCC_INLINE F64x2 multiply_add(F64x2 a, F64x2 b, F64x2 c) noexcept { return __builtin_elementwise_fma(a, b, c); }
#else
NNCC_INLINE F32x8 multiply_add(F32x8 a, F32x8 b, F32x8 c) noexcept { return __builtin_ia32_vfmaddps256(a, b, c); }
NNCC_INLINE F32x4 multiply_add(F32x4 a, F32x4 b, F32x4 c) noexcept { return __builtin_ia32_vfmaddps(a, b, c); }
NNCC_INLINE F64x4 multiply_add(F64x4 a, F64x4 b, F64x4 c) noexcept { return __builtin_ia32_vfmaddpd256(a, b, c); }
NNCC_INLINE F64x2 multiply_add(F64x2 a, F64x2 b, F64x2 c) noexcept { return __builtin_ia32_vfmaddpd(a, b, c); }
#endif
#else
inline constexpr bool kFusedMultiplyAdd = false;
#endif

NNCC_INLINE F32x8 lesser(F32x8 a, F32x8 b) noexcept { return __builtin_ia32_minps256(a, b); }
NNCC_INLINE F32x4 lesser(F32x4 a, F32x4 b) noexcept { return __builtin_ia32_minps(a, b); }
NNCC_INLINE F64x4 lesser(F64x4 a, F64x4 b) noexcept { return __builtin_ia32_minpd256(a, b); }
NNCC_INLINE F64x2 lesser(F64x2 a, F64x2 b) noexcept { return __builtin_ia32_minpd(a, b); }
NNCC_INLINE F32x8 greater(F32x8 a, F32x8 b) noexcept { return __builtin_ia32_maxps256(a, b); }
NNCC_INLINE F32x4 greater(F32x4 a, F32x4 b) noexcept { return __builtin_ia32_maxps(a, b); }
NNCC_INLINE F64x4 greater(F64x4 a, F64x4 b) noexcept { return __builtin_ia32_maxpd256(a, b); }
NNCC_INLINE F64x2 greater(F64x2 a, F64x2 b) noexcept { return __builtin_ia32_maxpd(a, b); }

NNCC_INLINE F32x8 round(F32x8 a) noexcept { return __builtin_ia32_roundps256(a, 8); }
NNCC_INLINE F32x4 round(F32x4 a) noexcept { return __builtin_ia32_roundps(a, 8); }
NNCC_INLINE F64x4 round(F64x4 a) noexcept { return __builtin_ia32_roundpd256(a, 8); }
NNCC_INLINE F64x2 round(F64x2 a) noexcept { return __builtin_ia32_roundpd(a, 8); }
NNCC_INLINE F32x8 floor(F32x8 a) noexcept { return __builtin_ia32_roundps256(a, 9); }
NNCC_INLINE F32x4 floor(F32x4 a) noexcept { return __builtin_ia32_roundps(a, 9); }
NNCC_INLINE F64x4 floor(F64x4 a) noexcept { return __builtin_ia32_roundpd256(a, 9); }
NNCC_INLINE F64x2 floor(F64x2 a) noexcept { return __builtin_ia32_roundpd(a, 9); }
NNCC_INLINE F32x8 sqrt(F32x8 a) noexcept { return __builtin_ia32_sqrtps256(a); }
NNCC_INLINE F64x4 sqrt(F64x4 a) noexcept { return __builtin_ia32_sqrtpd256(a); }

// One masked load instead of several pieces (masked stores are slow on many processors, so stores stay in pieces).
template <int count>
NNCC_INLINE F32x8 load_masked(const f32* p) noexcept {
#if defined(__clang__)
#if __has_feature(address_sanitizer)
    return load_pieces<f32, 8, count>(p);  // the sanitizer takes a masked load for a whole one
#endif
#endif
    const RawVector<i32, 8> mask{count > 0 ? -1 : 0, count > 1 ? -1 : 0, count > 2 ? -1 : 0, count > 3 ? -1 : 0,
                                 count > 4 ? -1 : 0, count > 5 ? -1 : 0, count > 6 ? -1 : 0, count > 7 ? -1 : 0};
    return __builtin_ia32_maskloadps256(reinterpret_cast<const F32x8*>(p), mask);
}

}  // namespace nncc::raw
