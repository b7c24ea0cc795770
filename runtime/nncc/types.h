// Fixed-width number types and the inlining attribute, without any standard header.
#pragma once

#define NNCC_INLINE inline __attribute__((always_inline))
// One copy of the code, neither inlined nor made anew for known arguments.
#if defined(__clang__)
#define NNCC_ONCE __attribute__((noinline))
#else
#define NNCC_ONCE __attribute__((noinline, noclone))
#endif

namespace nncc {

using u8 = unsigned char;
using u32 = unsigned int;
using u64 = __UINT64_TYPE__;
using i32 = int;
using i64 = __INT64_TYPE__;
using f32 = float;
using f64 = double;

static_assert(sizeof(u32) == 4 && sizeof(u64) == 8 && sizeof(bool) == 1);

}  // namespace nncc
