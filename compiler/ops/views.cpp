// Extents and index ranges of slices and paddings.
#include "ops/views.h"

#include <algorithm>

#include "base/checked.h"
#include "ops/record.h"

namespace nncc {

std::optional<SliceRange> slice_range(std::int64_t extent, std::int64_t start, std::int64_t stop, std::int64_t step) {
    if (step == 0 || step == INT64_MIN) return std::nullopt;
    if (step > 0) {
        if (stop == kSliceEnd) {
            stop = extent;
            start = std::min(start, extent);  // all from a start on, which may be nothing
        }
        if (start < 0 || start > extent || stop < 0 || stop > extent) return std::nullopt;
        return SliceRange{start, step, stop > start ? (stop - start - 1) / step + 1 : 0};
    }
    if (start == kSliceEnd) start = extent - 1;
    if (start < -1 || start >= extent || stop < -1 || stop >= extent) return std::nullopt;
    return SliceRange{start, step, start > stop ? (start - stop - 1) / -step + 1 : 0};
}

std::optional<std::int64_t> padded_extent(std::int64_t extent, std::int64_t low, std::int64_t high,
                                          std::int64_t interior) {
    if (interior < 0) return std::nullopt;
    std::optional<std::int64_t> between = checked_multiply(std::max<std::int64_t>(extent - 1, 0), interior);
    std::optional<std::int64_t> inside = between ? checked_add(extent, *between) : std::nullopt;
    std::optional<std::int64_t> around = checked_add(low, high);
    std::optional<std::int64_t> result = inside && around ? checked_add(*inside, *around) : std::nullopt;
    return result && *result >= 0 ? result : std::nullopt;
}

}  // namespace nncc
