// TrainerSteps: one update of the emitted trainer: what its schedules are told, one or several batches, averaged
// weights.
#pragma once

#include <cstdint>
#include <functional>
#include <span>

#include "driver/native_model.h"
#include "semantics/model.h"

namespace nncc {

// What `schedule` bodies may ask for besides their step.
struct TrainingMoment {
    std::int64_t epoch = 1;
    bool epoch_start = true;
    std::int64_t steps = 1;  // of the whole training
    double validation_loss;  // of the last epoch; infinite before there is one
};

class TrainerSteps {
  public:
    TrainerSteps(NativeModel& native, const TrainSpec& spec);

    // How many batches one update reads.
    std::int64_t batches() const { return accumulate_; }
    // `load` brings batch k (of the update at hand) into place. The mean loss of the batches, before the update.
    double step(const TrainingMoment& moment, const std::function<std::span<const void* const>(std::int64_t)>& load);

    // The trainer's weights as they are used and saved: averages in place of parameters where the model asks for them.
    void copy_weights(AlignedBytes& weights) const;

  private:
    void tell(const TrainingMoment& moment);
    double accumulate(const std::function<std::span<const void* const>(std::int64_t)>& load);

    NativeModel& native_;
    const TrainSpec& spec_;
    std::int64_t accumulate_;
    AlignedBytes gradient_, sum_;  // only where several batches make one update
};

}  // namespace nncc
