// Products and sums of sizes that cannot overflow silently: nullopt, and the caller reports.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

namespace nncc {

inline std::optional<std::int64_t> checked_multiply(std::int64_t a, std::int64_t b) {
    std::int64_t result = 0;
    if (__builtin_mul_overflow(a, b, &result)) return std::nullopt;
    return result;
}

inline std::optional<std::int64_t> checked_add(std::int64_t a, std::int64_t b) {
    std::int64_t result = 0;
    if (__builtin_add_overflow(a, b, &result)) return std::nullopt;
    return result;
}

// The product of extents; nullopt when it overflows or an extent is negative.
inline std::optional<std::int64_t> checked_product(std::span<const std::int64_t> extents) {
    std::int64_t result = 1;
    for (std::int64_t extent : extents) {
        if (extent < 0 || __builtin_mul_overflow(result, extent, &result)) return std::nullopt;
    }
    return result;
}

}  // namespace nncc
