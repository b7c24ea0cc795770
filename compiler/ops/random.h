// The random numbers of one `random` node, element by element: the evaluator's view of runtime/nncc/random.h.
#pragma once

#include <cstdint>
#include <string_view>

namespace nncc {

class RandomStream {
  public:
    RandomStream(std::string_view site, std::int64_t seed, std::int64_t step, std::int64_t index);
    double uniform(std::int64_t element) const;  // in [0, 1), a multiple of 2^-24

  private:
    std::uint32_t site_;
    std::int32_t seed_;
    std::int32_t step_;
    std::int32_t index_;
};

// FNV-1a of the text, 32 bits: how a site is known to the runtime.
std::uint32_t site_hash(std::string_view site);

}  // namespace nncc
