// Rows to those that train and those held back.
#include "data/split.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "data/data_error.h"
#include "data/diagnostic_kinds.h"
#include "data/permutation.h"

namespace nncc {

namespace {

// How many rows a fraction is.
std::int64_t rows_of_fraction(std::int64_t rows, double fraction) {
    return static_cast<std::int64_t>(std::floor(fraction * static_cast<double>(rows) + 0.5));
}

std::int64_t held_back_count(std::int64_t rows, const ValidationSplit& split) {
    switch (split.kind) {
        case SplitKind::kNone: return 0;
        case SplitKind::kFraction:
        case SplitKind::kLastFraction: return rows_of_fraction(rows, split.fraction);
        case SplitKind::kLastCount: return split.count;
        case SplitKind::kFold: break;
    }
    return (split.fold + 1) * rows / split.count - split.fold * rows / split.count;
}

Expected<> check_bounds(std::int64_t rows, const ValidationSplit& split) {
    bool is_fraction = split.kind == SplitKind::kFraction || split.kind == SplitKind::kLastFraction;
    if (is_fraction && !(split.fraction > 0 && split.fraction < 1)) {
        return wrong_data(kSplitEmpty,
                          fmt::format("a validation fraction of {} is not between 0 and 1", split.fraction));
    }
    if (split.kind == SplitKind::kFold && (split.count < 2 || split.count > rows)) {
        return wrong_data(kSplitEmpty, fmt::format("{} rows cannot be split into {} folds", rows, split.count),
                          fmt::format("between 2 and {} folds", rows));
    }
    if (split.kind == SplitKind::kFold && (split.fold < 0 || split.fold >= split.count)) {
        return wrong_data(kSplitEmpty, fmt::format("there is no fold {} of {}", split.fold, split.count));
    }
    return Nothing{};
}

}  // namespace

Expected<SplitRows> split_rows(std::int64_t rows, const ValidationSplit& split, std::uint64_t seed) {
    if (Expected<> bounds = check_bounds(rows, split); !bounds) return bounds.error();
    std::int64_t count = held_back_count(rows, split);
    if (count >= rows) {
        return wrong_data(
            kSplitEmpty,
            fmt::format("validation would hold back {} of {} rows, so that none is left to train on", count, rows));
    }
    if (count <= 0 && split.kind != SplitKind::kNone) {
        return wrong_data(kSplitEmpty, fmt::format("validation would hold back {} of {} rows", count, rows),
                          "hold back a larger part, or leave `validation` out");
    }

    SplitRows result;
    switch (split.kind) {
        case SplitKind::kNone:
        case SplitKind::kLastFraction:
        case SplitKind::kLastCount:
            result.training.resize(static_cast<std::size_t>(rows - count));
            result.validation.resize(static_cast<std::size_t>(count));
            std::iota(result.training.begin(), result.training.end(), std::int64_t{0});
            std::iota(result.validation.begin(), result.validation.end(), rows - count);
            return result;
        case SplitKind::kFraction:
        case SplitKind::kFold: break;
    }
    std::vector<std::int64_t> order = seeded_permutation(rows, seed, kSplitStream);
    std::int64_t begin = split.kind == SplitKind::kFold ? split.fold * rows / split.count : 0;
    auto first = order.begin() + begin;
    result.validation.assign(first, first + count);
    order.erase(first, first + count);
    result.training = std::move(order);
    std::sort(result.training.begin(), result.training.end());
    std::sort(result.validation.begin(), result.validation.end());
    return result;
}

std::string split_text(std::int64_t rows, const ValidationSplit& split, std::uint64_t seed) {
    std::int64_t count = held_back_count(rows, split);
    double percent = std::round(split.fraction * 1e8) / 1e6;  // 0.07 * 100 is not 7
    switch (split.kind) {
        case SplitKind::kNone: return "none";
        case SplitKind::kFraction:
            return fmt::format("{}% of the rows, chosen with seed {}: {} of {}", percent, seed, count, rows);
        case SplitKind::kLastFraction: return fmt::format("the last {}% of the rows: {} of {}", percent, count, rows);
        case SplitKind::kLastCount: return fmt::format("the last {} of {} rows", count, rows);
        case SplitKind::kFold: break;
    }
    return fmt::format("fold {} of {}, chosen with seed {}: {} of {} rows", split.fold + 1, split.count, seed, count,
                       rows);
}

}  // namespace nncc
