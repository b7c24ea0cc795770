// What views do to extents and indices, in numbers: shared by type rules, evaluation and lowering.
#pragma once

#include <cstdint>
#include <optional>

namespace nncc {

// Element k of the result is element start + k * step of the operand, 0 <= k < count.
struct SliceRange {
    std::int64_t start = 0;
    std::int64_t step = 1;
    std::int64_t count = 0;
    bool operator==(const SliceRange&) const = default;
};

// The range of one axis of `slice`; nullopt when it reaches outside the axis.
std::optional<SliceRange> slice_range(std::int64_t extent, std::int64_t start, std::int64_t stop, std::int64_t step);

// The extent of one axis of `pad`: low + high + n + (n - 1) * interior. low and high may be negative, and then drop
// elements. nullopt when it is negative or does not fit. Element i of the operand lands at low + i * (interior + 1).
std::optional<std::int64_t> padded_extent(std::int64_t extent, std::int64_t low, std::int64_t high,
                                          std::int64_t interior);

}  // namespace nncc
