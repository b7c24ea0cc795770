// Permutations drawn from a seed, the same on every host: what splits and shuffled batches are made of.
#pragma once

#include <cstdint>
#include <vector>

namespace nncc {

// A permutation of 0 .. rows-1: Fisher-Yates from the last element down, j drawn from [0, i] with SplitMix64 (Steele,
// Lea and Flood 2014) by rejecting what exceeds the largest multiple of i+1. The generator starts at mix(seed) +
// mix(stream), so that streams of one seed (passes over the data, the split) are unrelated.
std::vector<std::int64_t> seeded_permutation(std::int64_t rows, std::uint64_t seed, std::uint64_t stream);

}  // namespace nncc
