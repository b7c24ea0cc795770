// Reduces angles to a whole number of quarter turns and a rest of at most an eighth, exactly for every finite argument.
#pragma once

#include "nncc/math_f64.h"

namespace nncc::detail {

__extension__ typedef unsigned __int128 u128;

template <int n>
struct QuarterTurns {
    Vec<f64, n> r, rest;  // x = quadrant * pi/2 + r + rest, |r| <= pi/4, |rest| far below r
    Vec<i32, n> quadrant;
};

// Payne and Hanek: m * (2/pi) modulo 4 in integers, from the 192 bits of 2/pi that matter for |x| = m 2^e >= 2^20.
inline void quarter_turns_of_large(f64 x, f64& r, f64& rest, i32& quadrant) noexcept {
    constexpr u64 kTwoOverPi[20] = {// 2/pi after 64 zero bits
                                    0x0000000000000000U, 0xA2F9836E4E441529U, 0xFC2757D1F534DDC0U, 0xDB6295993C439041U,
                                    0xFE5163ABDEBBC561U, 0xB7246E3A424DD2E0U, 0x06492EEA09D1921CU, 0xFE1DEB1CB129A73EU,
                                    0xE88235F52EBB4484U, 0xE99C7026B45F7E41U, 0x3991D639835339F4U, 0x9C845F8BBDF9283BU,
                                    0x1FF897FFDE05980FU, 0xEF2F118B5A0A6D1FU, 0x6D367ECF27CB09B7U, 0x4F463F669E5FEA2DU,
                                    0x7527BAC7EBE5F17BU, 0x3D0739F78A5292EAU, 0x6BFB5FB11F8D5D08U, 0x56033046FC7B6BABU};
    const u64 bits = bits_as<u64>(x);
    const u64 mantissa = (bits & 0x000FFFFFFFFFFFFFU) | 0x0010000000000000U;
    const u64 skipped = ((bits >> 52) & 0x7FFU) - 1075U + 62U;  // bits whose products are multiples of 4
    const u64 word = skipped >> 6, shift = skipped & 63U;
    const auto bits_from = [&](u64 k) {
        return shift == 0 ? kTwoOverPi[k] : (kTwoOverPi[k] << shift) | (kTwoOverPi[k + 1] >> (64U - shift));
    };
    const u128 low = static_cast<u128>(mantissa) * bits_from(word + 2);
    const u128 middle = static_cast<u128>(mantissa) * bits_from(word + 1) + static_cast<u64>(low >> 64);
    const u64 high = mantissa * bits_from(word) + static_cast<u64>(middle >> 64);
    const u64 next = static_cast<u64>(middle);
    const u64 fraction = (high << 2) | (next >> 62), tail = (next << 2) | (static_cast<u64>(low) >> 62);
    // Read as signed, the fraction is in [-1/2, 1/2) and what it lost goes to the quadrant.
    const i32 turns = static_cast<i32>(((high >> 62) + (fraction >> 63)) & 3U);
    const i32 top = bits_as<i32>(static_cast<u32>(fraction >> 32));
    const f64 a = static_cast<f64>(top) * 0x1p-32, b = static_cast<f64>(static_cast<u32>(fraction)) * 0x1p-64;
    const f64 c = static_cast<f64>(tail) * 0x1p-128;
    const f64 sum = a + b, error = (b - (sum - a)) + c;
    const bool negative = (bits >> 63) != 0;
    const f64 half_turn = negative ? -1.57079632679489662 : 1.57079632679489662;
    r = sum * half_turn;
    rest = error * half_turn + sum * (negative ? -6.1232339957367658861e-17 : 6.1232339957367658861e-17);
    quadrant = negative ? -turns : turns;
}

// Cody and Waite in three parts (33, 33, 53 bits: two exact products) below 2^20 quarter turns.
template <int n>
NNCC_INLINE QuarterTurns<n> quarter_turns(Vec<f64, n> x) noexcept {
    using V = Vec<f64, n>;
    const V magic(6755399441055744.0);
    const V shifted = x * V(0.63661977236758134308) + magic;
    const V k = shifted - magic;
    const V near = x - k * V(1.57079632673412561416626);
    const V middle = k * V(6.077100506303965976595549e-11);
    const V d = near - middle, lost = (near - d) - middle;
    const V far = k * V(2.022266248795950732399685e-21) - lost;
    const V r = d - far;
    QuarterTurns<n> result{r, (d - r) - far,
                           Vec<i32, n>(bits_as<RawVector<i32, n>>(
                               __builtin_convertvector(bits_as<RawVector<u64, n>>(shifted.v), RawVector<u32, n>)))};
    const V a = absolute(x);
    const auto large = less(V(1.6e6), a) & less(a, V(__builtin_inf()));
    if (raw::any<n>(large.v)) {
        for (int lane = 0; lane < n; ++lane) {
            if (large.v[lane] == 0) continue;
            f64 lane_r = 0.0, lane_rest = 0.0;
            i32 lane_quadrant = 0;
            quarter_turns_of_large(x.v[lane], lane_r, lane_rest, lane_quadrant);
            result.r.v[lane] = lane_r;
            result.rest.v[lane] = lane_rest;
            result.quadrant.v[lane] = lane_quadrant;
        }
    }
    return result;
}

// sin of x plus `turns` quarter turns; reduced as f64.
template <int n>
NNCC_INLINE Vec<f32, n> turned_as_f64(Vec<f32, n> x, i32 turns) noexcept {
    if constexpr (n > 4) {
        const auto low = turned_as_f64(Vec<f32, n / 2>(raw::low_half<f32, n>(x.v)), turns);
        const auto high = turned_as_f64(Vec<f32, n / 2>(raw::high_half<f32, n>(x.v)), turns);
        return raw::join<f32, n / 2>(low.v, high.v);
    } else {
        const auto turn = quarter_turns(cast<f64>(x));
        return turned_sine(cast<f32>(turn.r), x, turn.quadrant + Vec<i32, n>(turns));
    }
}

// The same; with FMA in f32 as far as |x| <= 1e5: pi/2 in three f32, of whose products the first leaves an exact
// difference. What a lane gets does not depend on the others.
template <int n>
NNCC_INLINE Vec<f32, n> turned_f32(Vec<f32, n> x, i32 turns) noexcept {
    if constexpr (!raw::kFusedMultiplyAdd) {
        return turned_as_f64(x, turns);
    } else {
        using V = Vec<f32, n>;
        const V magic(12582912.0F);
        const V shifted = multiply_add(x, V(0.636619772F), magic);
        const V k = shifted - magic;
        V r = multiply_add(k, V(-1.57079637F), x);
        r = multiply_add(k, V(4.37113883e-8F), r);
        r = multiply_add(k, V(1.71512451e-15F), r);
        const Vec<i32, n> quadrant(bits_as<RawVector<i32, n>>(shifted.v));
        const V near = turned_sine(r, x, quadrant + Vec<i32, n>(turns));
        const auto large = less(V(1e5F), absolute(x));
        if (!raw::any<n>(large.v)) [[likely]]
            return near;
        return select(large, turned_as_f64(x, turns), near);
    }
}

}  // namespace nncc::detail
