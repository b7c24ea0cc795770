// The training loop: batches through the emitted step, metrics over the held-back rows after each epoch.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "data/batches.h"
#include "driver/feeds.h"
#include "driver/native_model.h"
#include "driver/progress.h"

namespace nncc {

// Values of the model's fits over the given rows, in double, by storage name (A7: one sweep per level, all rows at
// once).
std::map<std::string, Tensor<double>> fit_values(const CompiledModel& model, const Feeds& feeds,
                                                 std::span<const std::int64_t> rows);

// One member of Weights as an evaluator's tensor.
Tensor<double> storage_tensor(const WeightTensor& tensor, const std::byte* weights);

// Writes them into Weights.
void store_fits(const std::map<std::string, Tensor<double>>& fits, const std::vector<WeightTensor>& tensors,
                AlignedBytes& weights);

// The outputs of the model for the given rows, each [rows, ...] in double; the last batch is padded, and what that
// added dropped.
std::vector<Tensor<double>> predict_rows(const CompiledModel& model, const NativeModel& native, const Feeds& feeds,
                                         std::span<const std::int64_t> rows, std::int64_t batch);

// "loss" and every metric over all the given rows at once; needs feeds with data. Empty when the model has none.
NamedValues metric_values(const CompiledModel& model, const std::vector<Tensor<double>>& outputs, const Feeds& feeds,
                          std::span<const std::int64_t> rows, const std::vector<WeightTensor>& tensors,
                          const std::byte* weights);

struct TrainingRequest {
    const CompiledModel& model;
    NativeModel& native;  // with weights set and the trainer not yet started
    const Feeds& feeds;
    std::vector<std::int64_t> training_rows;
    std::vector<std::int64_t> validation_rows;
    std::int64_t batch = 32;          // of the trainer
    std::int64_t forward_batch = 32;  // of forward
    std::int64_t epochs = 1;
    std::optional<std::int64_t> steps;  // stops after so many
    std::uint64_t seed = 0;
    bool shuffle = true;
    bool quiet = false;
};

// Called after each step (its loss, before the update) and after each epoch (with the weights of that moment).
struct TrainingHooks {
    std::function<Expected<>(std::int64_t step, std::int64_t epoch, double loss, const NamedValues* metrics)> on_step;
    std::function<Expected<>(std::int64_t epoch, double mean_loss, const NamedValues& metrics,
                             const std::byte* weights)>
        on_epoch;
    std::function<Expected<>(const AlignedBytes& gradient)> on_first_gradient;  // optional; before the first step
};

struct TrainingOutcome {
    bool interrupted = false;
    std::int64_t steps = 0;
    std::int64_t epochs = 0;  // completed
    double seconds = 0;
    double first_step_seconds = 0;  // from the call to the end of the first step
    double last_loss = 0;
};

// Stops early at Ctrl-C. A loss that is not finite is NN0600 with the op that produced it, exit code 5.
Expected<TrainingOutcome> train_model(const TrainingRequest& request, const AlignedBytes& weights,
                                      const TrainingHooks& hooks, const Console& console);

}  // namespace nncc
