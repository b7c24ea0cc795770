// Writes schedule slots, sums gradients, reads averages: the parts of training around the emitted functions.
#include "driver/trainer_steps.h"

#include <algorithm>
#include <cstring>

namespace nncc {

namespace {

// sum += gradient, or sum /= count: on the parameters alone.
template <class T>
void add_elements(std::byte* sum, const std::byte* gradient, std::int64_t count) {
    for (std::int64_t index = 0; index < count; ++index) {
        T a;
        T b;
        std::memcpy(&a, sum + index * static_cast<std::int64_t>(sizeof(T)), sizeof(T));
        std::memcpy(&b, gradient + index * static_cast<std::int64_t>(sizeof(T)), sizeof(T));
        a += b;
        std::memcpy(sum + index * static_cast<std::int64_t>(sizeof(T)), &a, sizeof(T));
    }
}

template <class T>
void divide_elements(std::byte* sum, std::int64_t count, T divisor) {
    for (std::int64_t index = 0; index < count; ++index) {
        T a;
        std::memcpy(&a, sum + index * static_cast<std::int64_t>(sizeof(T)), sizeof(T));
        a /= divisor;
        std::memcpy(sum + index * static_cast<std::int64_t>(sizeof(T)), &a, sizeof(T));
    }
}

}  // namespace

TrainerSteps::TrainerSteps(NativeModel& native, const TrainSpec& spec)
    : native_(native), spec_(spec), accumulate_(spec.accumulate) {
    if (accumulate_ == 1) return;
    gradient_ = native.new_weights();
    sum_ = native.new_weights();
}

void TrainerSteps::tell(const TrainingMoment& moment) {
    if (spec_.feeds_of_schedules.empty()) return;
    std::byte* slots = native_.slot_memory();
    for (const WeightTensor& slot : native_.slots()) {
        if (std::find(spec_.feeds_of_schedules.begin(), spec_.feeds_of_schedules.end(), slot.name) ==
            spec_.feeds_of_schedules.end())
            continue;
        NNCC_CHECK(slot.dtype == DType::kF64 && slot.elements == 1, "{}", slot.name);
        const double value = slot.name == "schedule.epoch"         ? static_cast<double>(moment.epoch)
                             : slot.name == "schedule.epoch_start" ? static_cast<double>(moment.epoch_start)
                             : slot.name == "schedule.steps"       ? static_cast<double>(moment.steps)
                                                                   : moment.validation_loss;
        std::memcpy(slots + slot.offset, &value, sizeof value);
    }
}

double TrainerSteps::step(const TrainingMoment& moment,
                          const std::function<std::span<const void* const>(std::int64_t)>& load) {
    tell(moment);
    return accumulate_ == 1 ? native_.step(load(0)) : accumulate(load);
}

// The mean of the batches' gradients is that of one large batch, where the loss is a mean over its rows.
double TrainerSteps::accumulate(const std::function<std::span<const void* const>(std::int64_t)>& load) {
    std::memset(sum_.data(), 0, sum_.size());
    double loss = 0;
    for (std::int64_t k = 0; k < accumulate_; ++k) {
        loss += native_.gradients(load(k), gradient_);
        for (const WeightTensor& tensor : native_.tensors()) {
            if (tensor.kind != StorageKind::kParam) continue;
            std::byte* sum = sum_.data() + tensor.offset;
            const std::byte* gradient = gradient_.data() + tensor.offset;
            if (tensor.dtype == DType::kF64) add_elements<double>(sum, gradient, tensor.elements);
            else add_elements<float>(sum, gradient, tensor.elements);
        }
    }
    for (const WeightTensor& tensor : native_.tensors()) {
        if (tensor.kind != StorageKind::kParam) continue;
        std::byte* sum = sum_.data() + tensor.offset;
        if (tensor.dtype == DType::kF64)
            divide_elements<double>(sum, tensor.elements, static_cast<double>(accumulate_));
        else divide_elements<float>(sum, tensor.elements, static_cast<float>(accumulate_));
    }
    native_.update(sum_);
    return loss / static_cast<double>(accumulate_);
}

void TrainerSteps::copy_weights(AlignedBytes& weights) const {
    std::memcpy(weights.data(), native_.trainer_weights(), weights.size());
    if (spec_.average.empty()) return;
    const std::byte* slots = native_.slot_memory();
    for (const WeightTensor& slot : native_.slots()) {
        if (!slot.name.starts_with(spec_.average + "/")) continue;
        const std::string parameter = slot.name.substr(spec_.average.size() + 1);
        for (const WeightTensor& tensor : native_.tensors()) {
            if (tensor.name != parameter || tensor.bytes != slot.bytes || tensor.dtype != slot.dtype) continue;
            std::memcpy(weights.data() + tensor.offset, slots + slot.offset, slot.bytes);
        }
    }
}

}  // namespace nncc
