// The numbers of random.h for a vector of indices at once.
#pragma once

#include "nncc/memory.h"
#include "nncc/random.h"

namespace nncc {
namespace raw {

// The 64-bit products of the even 32-bit lanes.
template <int n>
NNCC_INLINE RawVector<u64, n / 2> multiply_even(RawVector<u32, n> a, RawVector<u32, n> b) noexcept {
    using Wide = RawVector<u64, n / 2>;
#if defined(NNCC_AVX2)
    if constexpr (n == 8) {
        return bits_as<Wide>(__builtin_ia32_pmuludq256(bits_as<RawVector<i32, 8>>(a), bits_as<RawVector<i32, 8>>(b)));
    }
#endif
    return (bits_as<Wide>(a) & 0xFFFFFFFFU) * (bits_as<Wide>(b) & 0xFFFFFFFFU);
}

}  // namespace raw

template <int n>
NNCC_INLINE Vec<i32, n> random_bits(u64 seed, u64 step, u32 site, Vec<i32, n> index) noexcept {
    if constexpr (n < 4) {
        Vec<i32, n> result = index;
        for (int lane = 0; lane < n; ++lane)
            result.v[lane] = bits_as<i32>(random_bits(seed, step, site, bits_as<u32>(index.v[lane])));
        return result;
    } else {
        using U = RawVector<u32, n>;
        using Wide = RawVector<u64, n / 2>;
        U a = bits_as<U>(index.v), b = raw::splat<U>(site);
        U c = raw::splat<U>(static_cast<u32>(step)), d = raw::splat<U>(static_cast<u32>(step >> 32));
        u32 key0 = static_cast<u32>(seed), key1 = static_cast<u32>(seed >> 32);
        const U factor0 = raw::splat<U>(0xD2511F53U), factor1 = raw::splat<U>(0xCD9E8D57U);
        const auto halves = [](U v, U factor, U& high, U& low) {
            const Wide even = raw::multiply_even<n>(v, factor);
            const Wide odd = raw::multiply_even<n>(bits_as<U>(bits_as<Wide>(v) >> 32), factor);
            high = bits_as<U>((even >> 32) | (odd & 0xFFFFFFFF00000000U));
            low = bits_as<U>((even & 0xFFFFFFFFU) | (odd << 32));
        };
        for (int round = 0; round < 10; ++round) {
            U high0, low0, high1, low1;
            halves(a, factor0, high0, low0);
            halves(c, factor1, high1, low1);
            a = high1 ^ b ^ key0;
            b = low1;
            c = high0 ^ d ^ key1;
            d = low0;
            key0 += 0x9E3779B9U;
            key1 += 0xBB67AE85U;
        }
        return bits_as<RawVector<i32, n>>(a);
    }
}

template <int n>
NNCC_INLINE Vec<f32, n> uniform24(u64 seed, u64 step, u32 site, Vec<i32, n> index) noexcept {
    const auto bits = bits_as<RawVector<u32, n>>(random_bits(seed, step, site, index).v) >> 8;
    return cast<f32>(Vec<i32, n>(bits_as<RawVector<i32, n>>(bits))) * Vec<f32, n>(0x1p-24F);
}
template <class L>
NNCC_INLINE Vec<f32, L::n> uniform24(u64 seed, u64 step, u32 site, u32 first_index, L lanes) noexcept {
    return uniform24(seed, step, site, iota<i32>(bits_as<i32>(first_index), 1, lanes));
}

}  // namespace nncc
