// Integers of which only the ends may be known, and what arithmetic makes of them.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

namespace nncc::clang_module {

// What is known of an integer: an end that is absent is not known.
struct Interval {
    std::optional<std::int64_t> low;
    std::optional<std::int64_t> high;
    bool operator==(const Interval&) const = default;
    bool operator<(const Interval& other) const { return low != other.low ? low < other.low : high < other.high; }
    static Interval of(std::int64_t value) { return {value, value}; }
};

using End = std::optional<std::int64_t>;

inline End add(End a, End b) {
    std::int64_t result = 0;
    if (!a || !b || __builtin_add_overflow(*a, *b, &result)) return std::nullopt;
    return result;
}

inline End subtract(End a, End b) {
    std::int64_t result = 0;
    if (!a || !b || __builtin_sub_overflow(*a, *b, &result)) return std::nullopt;
    return result;
}

inline End smaller(End a, End b) { return !a ? b : !b ? a : std::min(*a, *b); }  // the known one, if one is not
inline End larger(End a, End b) { return !a ? b : !b ? a : std::max(*a, *b); }

inline Interval multiply(Interval a, Interval b) {
    // Sizes are not negative; then the upper end needs no lower one to be finite.
    if (a.low && b.low && *a.low >= 0 && *b.low >= 0) {
        Interval result;
        std::int64_t value = 0;
        if (!__builtin_mul_overflow(*a.low, *b.low, &value)) result.low = value;
        if (a.high && b.high && !__builtin_mul_overflow(*a.high, *b.high, &value)) result.high = value;
        return result;
    }
    if (!a.low || !a.high || !b.low || !b.high) return {};
    Interval result;
    for (std::int64_t x : {*a.low, *a.high}) {
        for (std::int64_t y : {*b.low, *b.high}) {
            std::int64_t value = 0;
            if (__builtin_mul_overflow(x, y, &value)) return {};
            result.low = smaller(result.low, value);
            result.high = larger(result.high, value);
        }
    }
    return result;
}

inline Interval divide(Interval a, Interval b) {
    if (!b.low || *b.low <= 0) return {};
    Interval result;
    if (a.low) result.low = *a.low >= 0 ? (b.high ? *a.low / *b.high : 0) : *a.low / *b.low;
    if (a.high) result.high = *a.high >= 0 ? *a.high / *b.low : 0;
    return result;
}

inline Interval remainder(Interval a, Interval b) {
    if (!b.low || *b.low <= 0 || !b.high) return {};
    const bool negative = !a.low || *a.low < 0;
    Interval result = {negative ? 1 - *b.high : 0, *b.high - 1};
    if (!negative) result.high = smaller(result.high, a.high);
    return result;
}

}  // namespace nncc::clang_module
