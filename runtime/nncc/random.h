// Random bits as a pure function of (seed, step, site, index): Philox4x32-10 (Salmon et al., 2011), first word.
#pragma once

#include "nncc/types.h"

// Stands alone, so that the compiler's evaluator draws the same numbers. Counter: index, site, step low, step high;
// key: seed.

namespace nncc {

struct PhiloxBlock {
    u32 word[4];
};
constexpr PhiloxBlock philox4x32(PhiloxBlock counter, u32 key0, u32 key1) noexcept {
    u32 a = counter.word[0], b = counter.word[1], c = counter.word[2], d = counter.word[3];
    for (int round = 0; round < 10; ++round) {
        const u64 product0 = u64{0xD2511F53U} * a, product1 = u64{0xCD9E8D57U} * c;
        a = static_cast<u32>(product1 >> 32) ^ b ^ key0;
        b = static_cast<u32>(product1);
        c = static_cast<u32>(product0 >> 32) ^ d ^ key1;
        d = static_cast<u32>(product0);
        key0 += 0x9E3779B9U;
        key1 += 0xBB67AE85U;
    }
    return {{a, b, c, d}};
}

constexpr u32 random_bits(u64 seed, u64 step, u32 site, u32 index) noexcept {
    const PhiloxBlock counter{{index, site, static_cast<u32>(step), static_cast<u32>(step >> 32)}};
    return philox4x32(counter, static_cast<u32>(seed), static_cast<u32>(seed >> 32)).word[0];
}

// A multiple of 2^-24 in [0, 1).
constexpr f32 uniform24(u64 seed, u64 step, u32 site, u32 index) noexcept {
    return static_cast<f32>(random_bits(seed, step, site, index) >> 8) * 0x1p-24F;
}

}  // namespace nncc
