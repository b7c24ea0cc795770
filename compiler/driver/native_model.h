// NativeModel: emitted C++ compiled inside the process, as functions on plain memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "clang/compile.h"
#include "emit/emit.h"
#include "semantics/model.h"

namespace nncc {

// Zeroed memory aligned to 64 bytes.
class AlignedBytes {
  public:
    AlignedBytes() = default;
    explicit AlignedBytes(std::size_t size);
    std::byte* data() const { return data_.get(); }
    std::size_t size() const { return size_; }
    AlignedBytes copy() const;

  private:
    struct Free {
        void operator()(std::byte* memory) const;
    };
    std::unique_ptr<std::byte, Free> data_;
    std::size_t size_ = 0;
};

// One member of the emitted Weights struct.
struct WeightTensor {
    std::string name;
    StorageKind kind = StorageKind::kParam;
    DType dtype = DType::kF32;
    std::vector<std::int64_t> extents;
    std::int64_t elements = 1;
    std::size_t bytes = 0;
    std::size_t offset = 0;  // bytes from the start of Weights
};

// How much of a model is compiled for calls; each has what those before it have.
enum class NativeUse {
    kForward,
    kStep,       // training, one batch an update
    kGradients,  // gradients() and update() too
};

// What is measured of a model, besides its calls.
struct NativeMeasure {
    bool peak = false;      // multiply_adds()
    bool launches = false;  // launch_ticks(), of files emitted so
};

class NativeModel {
  public:
#if defined(NNCC_SANITISED)
    static constexpr bool kSanitised = true;
#else
    static constexpr bool kSanitised = false;
#endif
    // Compiles `files` with a small adapter that takes arguments as arrays of pointers.
    // Inputs of forward are model.inputs; data of the trainer program.data. Sanitised when nncc itself is.
    static Expected<NativeModel> compile(const EmittedFiles& files, const CompiledModel& model, NativeUse use,
                                         NativeMeasure measure = {});

    // Weights, as in the emitted struct: `tensors` says where each lies.
    const std::vector<WeightTensor>& tensors() const { return tensors_; }
    AlignedBytes new_weights() const { return AlignedBytes(weights_bytes_); }
    void initialize(AlignedBytes& weights, std::uint64_t seed) const { initialize_(weights.data(), seed); }

    // Inference with a batch of `forward_batch` rows. `use` packs weights.
    void use(const AlignedBytes& weights);
    // One pointer per model input, one per output; whole batches.
    void forward(std::span<const void* const> inputs, std::span<void* const> outputs) const;

    // Training. start() makes the trainer; the rest needs it.
    void start(const AlignedBytes& weights, std::uint64_t seed);
    double step(std::span<const void* const> arguments);
    double gradients(std::span<const void* const> arguments, AlignedBytes& gradient);
    void update(const AlignedBytes& gradient) { update_(trainer_.data(), gradient.data()); }
    // The trainer's slots where the model shows them: see EmitRequest::slot_table.
    const std::vector<WeightTensor>& slots() const { return slots_; }
    std::byte* slot_memory();
    const std::byte* trainer_weights() const;
    const AlignedBytes& trainer_memory() const { return trainer_; }
    void restore_trainer(const AlignedBytes& memory);

    // runtime/nncc/measure.h. Ticks of each launch since the start, or since they were set to 0; of the first 4096.
    std::span<std::uint64_t> launch_ticks(std::size_t launches) const;
    static std::uint64_t tick();
    // Runs independent chains of multiply-adds and returns how many operations that were.
    double multiply_adds(int rounds) const { return multiply_adds_(rounds); }

    double compile_milliseconds() const { return compile_milliseconds_; }
    const std::string& times() const { return times_; }

  private:
    explicit NativeModel(LoadedModule module) : module_(std::move(module)) {}

    LoadedModule module_;
    std::vector<WeightTensor> tensors_;
    std::vector<WeightTensor> slots_;
    std::size_t weights_bytes_ = 0;
    void (*initialize_)(void*, std::uint64_t) = nullptr;
    void (*pack_)(const void*, void*) = nullptr;
    void (*model_init_)(void*, const void*) = nullptr;
    void (*forward_)(void*, const void* const*, void* const*) = nullptr;
    void (*trainer_init_)(void*, const void*, std::uint64_t) = nullptr;
    double (*step_)(void*, const void* const*) = nullptr;
    double (*gradients_)(void*, const void* const*, void*) = nullptr;
    const void* (*trainer_weights_)(const void*) = nullptr;
    void (*update_)(void*, const void*) = nullptr;
    void* (*trainer_slots_)(void*) = nullptr;
    std::uint64_t* (*launch_ticks_)() = nullptr;
    double (*multiply_adds_)(int) = nullptr;
    AlignedBytes packed_;
    AlignedBytes model_;
    AlignedBytes trainer_;
    double compile_milliseconds_ = 0;
    std::string times_;
};

}  // namespace nncc
