// Inputs made from a seed, and the comparison with expected outputs, for the `selftest` of emitted code.
#pragma once

#include "nncc/random.h"

namespace nncc::selftest {

// Elements of input number `input` of vector number `vector`: numbers in [-1, 1), integers 0 and 1, truth values.
template <class T>
inline void fill(T* to, int count, int vector, int input) noexcept {
    for (int i = 0; i < count; ++i) {
        const f32 u = uniform24(static_cast<u64>(vector), 0, static_cast<u32>(input), static_cast<u32>(i));
        if constexpr (__is_same(T, bool)) to[i] = u < 0.5F;
        else if constexpr (__is_same(T, i32)) to[i] = u < 0.5F ? 0 : 1;
        else to[i] = static_cast<T>(2.0F * u - 1.0F);
    }
}

// Whether element k * apart of `got` is within `bound` of element k of `expected`, for all k.
template <class T>
inline bool agrees(const T* got, const f64* expected, int count, int apart, f64 bound) noexcept {
    for (int k = 0; k < count; ++k) {
        const f64 difference = static_cast<f64>(got[k * apart]) - expected[k];
        if (!(difference <= bound && -difference <= bound)) return false;
    }
    return true;
}

}  // namespace nncc::selftest
