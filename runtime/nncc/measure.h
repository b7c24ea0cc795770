// For builds that are measured, never for those that ship: ticks spent in each launch, and what the processor can do.
#pragma once

#include "nncc/api.h"

namespace nncc {

inline constexpr int kLaunches = 4096;  // those beyond are counted with the last one

inline u64 launch_ticks[kLaunches];  // in total, by launch
inline u64 last_tick;

// Of a constant rate; what came before is done when it is read.
inline u64 tick() noexcept {
#if defined(__x86_64__)
    __builtin_ia32_lfence();
    const u64 now = __builtin_ia32_rdtsc();
    __builtin_ia32_lfence();
    return now;
#elif defined(__aarch64__)
    u64 now;
    __asm__ volatile("isb\nmrs %0, cntvct_el0" : "=r"(now)::"memory");
    return now;
#else
    return 0;
#endif
}

// At the head of an entry.
inline void begin_launches() noexcept { last_tick = tick(); }

// Behind a launch. Its ticks include one reading of the clock.
inline void end_launch(int launch) noexcept {
    __asm__ volatile("" ::: "memory");
    const u64 now = tick();
    launch_ticks[launch < kLaunches ? launch : kLaunches - 1] += now - last_tick;
    last_tick = now;
}

// Multiply-adds of f32 in independent chains, as many as hide the latency: 2 * 8 * 12 operations a round and per 32
// bytes of vector. The result must be used.
inline float multiply_add_chains(int rounds) noexcept {
    typedef float Wide __attribute__((vector_size(32)));
    const float factor = static_cast<float>(rounds) * 1e-9F;  // unknown to the compiler
    Wide a[12];
    for (int k = 0; k < 12; ++k) a[k] = Wide{} + static_cast<float>(k);
    const Wide x = Wide{} + factor, y = Wide{} + 0.5F;
    for (int round = 0; round < rounds; ++round) {
        for (Wide& chain : a) chain = chain * x + y;
    }
    Wide sum{};
    for (const Wide& chain : a) sum += chain;
    return sum[0] + sum[1] + sum[2] + sum[3] + sum[4] + sum[5] + sum[6] + sum[7];
}
inline constexpr double kOperationsOfRound = 2 * 8 * 12;

}  // namespace nncc
