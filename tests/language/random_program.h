// Random programs of the language: statements over the library's layers, with a loss and an optimiser.
#pragma once

#include <cstdint>
#include <string>

namespace nncc::testing {

struct RandomProgram {
    std::string text;  // a model `m` and its train block
    std::uint64_t seed = 0;
};

// Statements grow in rounds; after each, analysis says which are valid and what types they have, and the others are
// dropped. Calls of layers, arithmetic, slices, lists, `for`, `if`, scans, functions of its own (shared by `new`),
// derivatives; one to three inputs, one or two results.
class RandomCalls;
RandomProgram random_program(const RandomCalls& calls, std::uint64_t seed);

}  // namespace nncc::testing
