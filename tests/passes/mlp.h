// A multi-layer perceptron as a Program, built node by node as the semantics would; and random values for its entries.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "graph/program.h"
#include "ops/evaluate.h"

namespace nncc::testing {

struct MlpOptions {
    std::vector<std::int64_t> sizes = {8, 10, 8, 1};
    DType floating = DType::kF32;
    bool adam = true;
};

// Layers with relu, the last with sigmoid; binary cross entropy with PyTorch's floor; Adam. `batch` is free.
Program mlp_program(const MlpOptions& options = {});

// Values for every input and storage that the graph reads.
Bindings<double> random_bindings(const Graph& graph, std::uint64_t seed);

// The largest difference over all outputs and stores, relative to 1 + magnitude; infinite when names differ.
double largest_difference(const Evaluation<double>& a, const Evaluation<double>& b);

}  // namespace nncc::testing
