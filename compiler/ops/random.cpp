// The random numbers of one `random` node, from the same header that emitted code includes.
#include "ops/random.h"

#include "nncc/random.h"

namespace nncc {

RandomStream::RandomStream(std::string_view site, std::int64_t seed, std::int64_t step, std::int64_t index)
    : site_(site_hash(site)),
      seed_(static_cast<std::int32_t>(seed)),
      step_(static_cast<std::int32_t>(step)),
      index_(static_cast<std::int32_t>(index)) {}

double RandomStream::uniform(std::int64_t element) const {
    const u64 step = static_cast<u64>(static_cast<std::uint32_t>(step_)) |
                     static_cast<u64>(static_cast<std::uint32_t>(index_)) << 32;
    return static_cast<double>(
        uniform24(static_cast<u64>(static_cast<std::uint32_t>(seed_)), step, site_, static_cast<u32>(element)));
}

std::uint32_t site_hash(std::string_view site) {
    std::uint32_t hash = 2166136261U;
    for (char c : site) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
    return hash;
}

}  // namespace nncc
