// Finds the first op that made a NaN or an infinity, for the error that ends training.
#pragma once

#include "driver/feeds.h"
#include "driver/native_model.h"

namespace nncc {

// Evaluates the loss on this batch with the trainer's present weights, node by node and rounded to the model's element
// types, and names the first op whose result is not finite though its operands are. NN0600, exit code 5.
Error numeric_failure(const CompiledModel& model, const Feeds& feeds, std::span<const std::int64_t> batch,
                      const NativeModel& native, std::int64_t step, std::int64_t epoch, double loss);

}  // namespace nncc
