// A seed and a stream to a permutation; integer arithmetic only, so every host draws the same.
#include "data/permutation.h"

#include <numeric>
#include <utility>

namespace nncc {

namespace {

std::uint64_t mix(std::uint64_t z) {
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31);
}

struct SplitMix64 {
    std::uint64_t state;
    std::uint64_t next() { return mix(state += 0x9e3779b97f4a7c15U); }
    // Uniform in [0, bound): draws at or beyond the largest multiple of bound are drawn again.
    std::uint64_t below(std::uint64_t bound) {
        std::uint64_t excess = (0 - bound) % bound;  // 2^64 mod bound
        std::uint64_t draw = next();
        while (draw > ~std::uint64_t{0} - excess) draw = next();
        return draw % bound;
    }
};

}  // namespace

std::vector<std::int64_t> seeded_permutation(std::int64_t rows, std::uint64_t seed, std::uint64_t stream) {
    std::vector<std::int64_t> order(static_cast<std::size_t>(rows));
    std::iota(order.begin(), order.end(), std::int64_t{0});
    SplitMix64 random = {.state = mix(seed + 0x9e3779b97f4a7c15U) + mix(stream)};
    for (std::size_t i = order.size(); i-- > 1;) {
        std::swap(order[i], order[random.below(static_cast<std::uint64_t>(i) + 1)]);
    }
    return order;
}

}  // namespace nncc
