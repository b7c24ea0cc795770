// In builds with AddressSanitizer: makes every byte of an arena an error but those of the tensors that are alive.
#pragma once

#include "nncc/api.h"

#if defined(__SANITIZE_ADDRESS__)
#define NNCC_CHECKS_ARENA 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define NNCC_CHECKS_ARENA 1
#endif
#endif

#if defined(NNCC_CHECKS_ARENA)
extern "C" {
void __asan_poison_memory_region(void const volatile* address, __SIZE_TYPE__ bytes);
void __asan_unpoison_memory_region(void const volatile* address, __SIZE_TYPE__ bytes);
}
#endif

namespace nncc {

struct ArenaRange {  // of one tensor, in bytes from the arena's start
    u64 offset, bytes;
};

// Before each launch: what it writes, reads, or what is read after it. Code emitted with such checks calls it.
template <__SIZE_TYPE__ n>
void only_alive([[maybe_unused]] unsigned char* arena, [[maybe_unused]] u64 arena_bytes,
                [[maybe_unused]] const ArenaRange (&alive)[n]) noexcept {
#if defined(NNCC_CHECKS_ARENA)
    __asan_poison_memory_region(arena, arena_bytes);
    for (const ArenaRange& range : alive) __asan_unpoison_memory_region(arena + range.offset, range.bytes);
#endif
}
// At the end of an entry: the arena is plain memory again.
inline void all_alive([[maybe_unused]] unsigned char* arena, [[maybe_unused]] u64 arena_bytes) noexcept {
#if defined(NNCC_CHECKS_ARENA)
    __asan_unpoison_memory_region(arena, arena_bytes);
#endif
}

}  // namespace nncc
