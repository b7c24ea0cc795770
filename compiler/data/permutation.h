// Permutations drawn from a seed, the same on every host: what splits and shuffled batches are made of.
#pragma once

#include <cstdint>
#include <vector>

namespace nncc {

// A permutation of 0 .. rows-1: Fisher-Yates from the last element down, j drawn from [0, i] with SplitMix64 (Steele,
// Lea and Flood 2014), drawing again at or beyond the largest multiple of i+1. Its state starts at
// mix(seed + 0x9e3779b97f4a7c15) + mix(stream), mix being SplitMix64's output function, so that the streams of one seed
// (one per pass over the data, one for the split) are unrelated.
std::vector<std::int64_t> seeded_permutation(std::int64_t rows, std::uint64_t seed, std::uint64_t stream);

}  // namespace nncc
