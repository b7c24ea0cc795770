// Weights in memory to and from a weight file that knows its model.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>

#include "driver/native_model.h"
#include "interop/safetensors.h"
#include "semantics/model.h"

namespace nncc {

// What a file's metadata holds besides what the model itself says (hash, parameter paths, fit values, version).
struct WeightsProvenance {
    std::uint64_t seed = 0;
    std::int64_t epoch = 0;                 // completed
    std::int64_t run = 0;                   // of the database's nncc_runs; 0: none
    std::string database;                   // where that is
    std::vector<std::string> characters{};  // of a text: what each number stands for
};

WeightFile weights_to_file(const CompiledModel& model, std::span<const WeightTensor> tensors, const std::byte* weights,
                           const WeightsProvenance& provenance);

// Gradients: one tensor per parameter, no metadata but the model.
WeightFile gradients_to_file(const CompiledModel& model, std::span<const WeightTensor> tensors,
                             const std::byte* gradients);

enum class WeightsUse {
    kPredict,     // everything must be there and the model the same
    kInitialise,  // a start for training: what has the name and the shape of one of the model's is taken
};

// Copies the file's tensors into `weights`; f32 and f64 are converted into each other. Refused with what is missing,
// extra and reshaped: NN0518. For kInitialise that is added to `left_out`, and only a file that has nothing for the
// model is refused.
Expected<> file_to_weights(const WeightFile& file, const std::string& path, const CompiledModel& model,
                           std::span<const WeightTensor> tensors, WeightsUse use, AlignedBytes& weights,
                           std::vector<std::string>* left_out = nullptr);

WeightsProvenance provenance_of(const WeightFile& file);

}  // namespace nncc
