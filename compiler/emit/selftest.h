// Selftest: inputs from a seed and what the evaluator makes of them in f64, to be embedded beside the emitted forward.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "emit/emit.h"

namespace nncc {

struct SelftestOutput {
    std::vector<std::vector<double>> expected;  // by vector: elements 0, apart, 2 * apart ...
    std::int64_t apart = 1;
    double bound = 0;  // on the difference
};

// Of one forward entry.
struct Selftest {
    static constexpr int kVectors = 2;
    static constexpr int kSeed = 1;             // of `initialize`
    std::map<std::string, std::int64_t> dims;   // run-time extents of bounded dimensions
    std::vector<std::int64_t> input_elements;   // in order of the model's inputs
    std::vector<std::int64_t> output_elements;  // in order of the graph's outputs
    std::vector<SelftestOutput> outputs;
};

// Evaluates `forward` on weights as `initialize` makes them. Nothing for a model that is too large to evaluate while it
// is compiled, whose result is not finite, or that reads what is in no weight file.
std::optional<Selftest> make_selftest(const EmitRequest& request, const EmitEntry& forward);

}  // namespace nncc
