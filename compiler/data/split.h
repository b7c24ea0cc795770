// Turns a number of rows and a `validation` setting into the rows to train on and the rows held back.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/expected.h"

namespace nncc {

enum class SplitKind {
    kNone,          // all rows train
    kFraction,      // validation = 0.2: a seeded choice
    kLastFraction,  // validation = last(0.25)
    kLastCount,     // validation = last(192)
    kFold,          // --folds 5: fold `fold` of `count`, seeded
};

struct ValidationSplit {
    SplitKind kind = SplitKind::kNone;
    double fraction = 0;     // kFraction, kLastFraction: 0 < fraction < 1
    std::int64_t count = 0;  // kLastCount: rows; kFold: folds, at least 2
    std::int64_t fold = 0;   // kFold: 0 .. count-1
};

struct SplitRows {
    std::vector<std::int64_t> training;    // ascending
    std::vector<std::int64_t> validation;  // ascending
};

// A fraction of n rows is floor(fraction * n + 0.5) rows. kFraction holds back the first so many of
// seeded_permutation(n, seed, kSplitStream); fold k of that permutation is its range [k*n/count, (k+1)*n/count).
// Either side empty, or a fraction or count outside its bounds: NN0323.
inline constexpr std::uint64_t kSplitStream = ~std::uint64_t{0};
Expected<SplitRows> split_rows(std::int64_t rows, const ValidationSplit& split, std::uint64_t seed);

// "20% of the rows, chosen with seed 7: 154 of 768", "the last 192 of 768 rows", "none".
std::string split_text(std::int64_t rows, const ValidationSplit& split, std::uint64_t seed);

}  // namespace nncc
