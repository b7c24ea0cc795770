// Compiles emitted text with an adapter, loads it and resolves its functions.
#include "driver/native_model.h"

#include <nncc/api.h>
#include <nncc/measure.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <optional>

#include "base/parallel.h"
#include "driver/compile_model.h"
#include "emit/code.h"

namespace nncc {

namespace {

constexpr std::size_t kAlignment = 64;

// `static_cast<const float*>(in[0])` for each type, in order, from `first`.
std::string cast_arguments(const std::vector<Type>& types, std::string_view array, bool constant) {
    std::string text;
    for (std::size_t index = 0; index < types.size(); ++index) {
        text += fmt::format(", static_cast<{}{}*>({}[{}])", constant ? "const " : "", cpp_type(types[index].dtype),
                            array, index);
    }
    return text;
}

// The emitted functions take one pointer per tensor; these take arrays of pointers, so that one caller fits all models.
std::string adapter_text(const EmittedFiles& files, const CompiledModel& model, NativeUse use,
                         const NativeMeasure& measure) {
    std::string extents;  // data has the bounds of run-time extents
    for (const auto& [name, binding] : model.program.dims) {
        if (binding.bounded) extents += fmt::format(", {}", binding.value);
    }
    std::vector<Type> inputs;
    std::vector<Type> outputs;
    for (const auto& [name, type] : model.inputs) inputs.push_back(type);
    for (const auto& [name, type] : model.outputs) outputs.push_back(type);
    const std::string& prefix = files.cpp_namespace;
    std::string text = fmt::format(
        "\nextern \"C\" void nncc_adapter_forward(void* model, const void* const* in, void* const* out) {{\n"
        "    {}_forward(model{}{});\n}}\n",
        prefix, extents + cast_arguments(inputs, "in", true), cast_arguments(outputs, "out", false));
    if (measure.peak) {
        text +=
            "#include <nncc/measure.h>\n"
            "extern \"C\" double nncc_adapter_multiply_adds(int rounds) {\n"
            "    static volatile float used;\n"
            "    used = nncc::multiply_add_chains(rounds);\n"
            "    return nncc::kOperationsOfRound * rounds;\n}\n";
    }
    if (measure.launches)
        text += "extern \"C\" nncc::u64* nncc_adapter_launch_ticks() { return nncc::launch_ticks; }\n";
    if (use == NativeUse::kForward) return text;
    std::vector<Type> arguments = inputs;
    for (const std::string& name : model.program.data) {
        for (const Feed& feed : model.train->feeds) {
            if (feed.name == name) arguments.push_back(feed.type);
        }
    }
    const std::string casts = cast_arguments(arguments, "in", true);
    text += fmt::format(
        "extern \"C\" double nncc_adapter_step(void* trainer, const void* const* in) {{\n"
        "    return {0}_trainer_step(trainer{1});\n}}\n",
        prefix, extents + casts);
    if (use == NativeUse::kStep) return text;
    text += fmt::format(
        "extern \"C\" double nncc_adapter_gradients(void* trainer, const void* const* in, void* gradient) {{\n"
        "    return {0}_trainer_gradients(trainer{1}, gradient);\n}}\n"
        "extern \"C\" void nncc_adapter_update(void* trainer, const void* gradient) {{\n"
        "    static_cast<{0}::Trainer*>(trainer)->update(*static_cast<const {0}::Weights*>(gradient));\n}}\n",
        prefix, extents + casts);
    return text;
}

// What `compile` looks up, in parts that are compiled at once; the rest of the emitted text need not be optimised.
std::vector<std::vector<std::string>> function_names(const std::string& prefix, NativeUse use,
                                                     const NativeMeasure& measure) {
    const auto prefixed = [&](std::initializer_list<const char*> endings) {
        std::vector<std::string> names;
        for (const char* ending : endings) names.push_back(prefix + ending);
        return names;
    };
    std::vector<std::string> model = prefixed({"_tensors", "_tensor_count", "_weights_bytes", "_initialize", "_pack",
                                               "_packed_bytes", "_model_init", "_model_bytes"});
    model.emplace_back("nncc_adapter_forward");
    if (measure.peak) model.emplace_back("nncc_adapter_multiply_adds");
    if (measure.launches) model.emplace_back("nncc_adapter_launch_ticks");
    if (use == NativeUse::kForward) return {model};
    std::vector<std::string> trainer = prefixed({"_trainer_bytes", "_trainer_init", "_trainer_slots", "_slot_tensors",
                                                 "_slot_tensor_count", "_trainer_weights"});
    trainer.emplace_back("nncc_adapter_step");
    if (use == NativeUse::kGradients) trainer.insert(trainer.end(), {"nncc_adapter_gradients", "nncc_adapter_update"});
    if (measure.launches) {  // one table of ticks: one part
        model.insert(model.end(), trainer.begin(), trainer.end());
        return {model};
    }
    return {model, trainer};
}

// The parts' objects; the first error there is.
Expected<std::vector<ObjectCode>> compile_parts(const EmittedFiles& files, const CompiledModel& model, NativeUse use,
                                                const NativeMeasure& measure) {
    const std::vector<std::vector<std::string>> parts = function_names(files.cpp_namespace, use, measure);
    const std::string text = files.source + adapter_text(files, model, use, measure);
    std::vector<std::optional<Expected<ObjectCode>>> compiled(parts.size());
    parallel_for(parts.size(), [&](std::size_t k) {
        CompileOptions options;
        options.sanitize = NativeModel::kSanitised;
        if (options.sanitize) options.optimisation_level = 1;  // checks survive, and compiling takes half the time
        options.contract = !files.strict;
        options.files = {{header_name(files), files.header}};
        options.roots = parts[k];
        compiled[k] = compile_to_object(text, source_name(files), options);
    });
    std::vector<ObjectCode> objects;
    for (std::optional<Expected<ObjectCode>>& part : compiled) {
        if (!*part) return part->error();
        objects.push_back(std::move(**part));
    }
    return objects;
}

StorageKind storage_kind(TensorKind kind) {
    switch (kind) {
        case TensorKind::kParam: return StorageKind::kParam;
        case TensorKind::kState: return StorageKind::kState;
        case TensorKind::kFit: return StorageKind::kFit;
        case TensorKind::kStream: return StorageKind::kStream;
        case TensorKind::kSlot: return StorageKind::kSlot;
    }
    return StorageKind::kParam;
}

DType dtype_of(ElementType type) {
    switch (type) {
        case ElementType::kF32: return DType::kF32;
        case ElementType::kF64: return DType::kF64;
        case ElementType::kI32: return DType::kI32;
        case ElementType::kBool: return DType::kBool;
    }
    return DType::kF32;
}

WeightTensor weight_tensor(const Tensor& tensor) {
    WeightTensor result{tensor.name,  storage_kind(tensor.kind), dtype_of(tensor.dtype),
                        {},           tensor.elements(),         tensor.bytes(),
                        tensor.offset};
    result.extents.assign(tensor.extents, tensor.extents + tensor.rank);
    return result;
}

}  // namespace

AlignedBytes::AlignedBytes(std::size_t size) : size_(size) {
    const std::size_t rounded = (std::max<std::size_t>(size, 1) + kAlignment - 1) / kAlignment * kAlignment;
    data_.reset(static_cast<std::byte*>(std::aligned_alloc(kAlignment, rounded)));
    NNCC_CHECK(data_ != nullptr, "{} bytes", size);
    std::memset(data_.get(), 0, rounded);
}

void AlignedBytes::Free::operator()(std::byte* memory) const { std::free(memory); }

AlignedBytes AlignedBytes::copy() const {
    AlignedBytes result(size_);
    std::memcpy(result.data(), data(), size_);
    return result;
}

Expected<NativeModel> NativeModel::compile(const EmittedFiles& files, const CompiledModel& model, NativeUse use,
                                           NativeMeasure measure) {
    Expected<std::vector<ObjectCode>> objects = compile_parts(files, model, use, measure);
    if (!objects) return objects.error();
    Expected<LoadedModule> module = load(*objects);
    if (!module) return module.error();

    NativeModel native(std::move(*module));
    const auto slowest = std::max_element(objects->begin(), objects->end(), [](const auto& one, const auto& other) {
        return one.milliseconds < other.milliseconds;
    });
    native.compile_milliseconds_ = slowest->milliseconds;
    native.times_ = describe_times(*slowest);
    const auto find = [&native](const std::string& name) {
        void* address = native.module_.symbol(name);
        NNCC_CHECK(address != nullptr, "the emitted code has no {}", name);
        return address;
    };
    const auto size_of = [&](const std::string& name) { return reinterpret_cast<std::size_t (*)()>(find(name))(); };
    const std::string& prefix = files.cpp_namespace;
    const auto* tensors = reinterpret_cast<const Tensor* (*)()>(find(prefix + "_tensors"))();
    const int tensor_count = reinterpret_cast<int (*)()>(find(prefix + "_tensor_count"))();
    for (int index = 0; index < tensor_count; ++index) native.tensors_.push_back(weight_tensor(tensors[index]));
    native.weights_bytes_ = size_of(prefix + "_weights_bytes");
    native.initialize_ = reinterpret_cast<void (*)(void*, u64)>(find(prefix + "_initialize"));
    native.pack_ = reinterpret_cast<void (*)(const void*, void*)>(find(prefix + "_pack"));
    native.model_init_ = reinterpret_cast<void (*)(void*, const void*)>(find(prefix + "_model_init"));
    native.forward_ = reinterpret_cast<void (*)(void*, const void* const*, void* const*)>(find("nncc_adapter_forward"));
    if (measure.peak) native.multiply_adds_ = reinterpret_cast<double (*)(int)>(find("nncc_adapter_multiply_adds"));
    if (measure.launches)
        native.launch_ticks_ = reinterpret_cast<std::uint64_t* (*)()>(find("nncc_adapter_launch_ticks"));
    native.packed_ = AlignedBytes(size_of(prefix + "_packed_bytes"));
    native.model_ = AlignedBytes(size_of(prefix + "_model_bytes"));
    if (use != NativeUse::kForward) {
        native.trainer_ = AlignedBytes(size_of(prefix + "_trainer_bytes"));
        native.trainer_init_ = reinterpret_cast<void (*)(void*, const void*, u64)>(find(prefix + "_trainer_init"));
        native.step_ = reinterpret_cast<double (*)(void*, const void* const*)>(find("nncc_adapter_step"));
        if (use == NativeUse::kGradients) {
            native.gradients_ =
                reinterpret_cast<double (*)(void*, const void* const*, void*)>(find("nncc_adapter_gradients"));
            native.update_ = reinterpret_cast<void (*)(void*, const void*)>(find("nncc_adapter_update"));
        }
        if (native.module_.symbol(prefix + "_trainer_slots") != nullptr) {
            const auto* slots = reinterpret_cast<const Tensor* (*)()>(find(prefix + "_slot_tensors"))();
            const int slot_count = reinterpret_cast<int (*)()>(find(prefix + "_slot_tensor_count"))();
            for (int index = 0; index < slot_count; ++index) native.slots_.push_back(weight_tensor(slots[index]));
            native.trainer_slots_ = reinterpret_cast<void* (*)(void*)>(find(prefix + "_trainer_slots"));
        }
        native.trainer_weights_ = reinterpret_cast<const void* (*)(const void*)>(find(prefix + "_trainer_weights"));
    }
    return native;
}

std::span<std::uint64_t> NativeModel::launch_ticks(std::size_t launches) const {
    return {launch_ticks_(), std::min<std::size_t>(launches, kLaunches)};
}

std::uint64_t NativeModel::tick() { return nncc::tick(); }

void NativeModel::use(const AlignedBytes& weights) {
    pack_(weights.data(), packed_.data());
    model_init_(model_.data(), packed_.data());
}

void NativeModel::forward(std::span<const void* const> inputs, std::span<void* const> outputs) const {
    forward_(model_.data(), inputs.data(), outputs.data());
}

void NativeModel::start(const AlignedBytes& weights, std::uint64_t seed) {
    trainer_init_(trainer_.data(), weights.data(), seed);
}

double NativeModel::step(std::span<const void* const> arguments) { return step_(trainer_.data(), arguments.data()); }

double NativeModel::gradients(std::span<const void* const> arguments, AlignedBytes& gradient) {
    NNCC_CHECK(gradients_ != nullptr);
    return gradients_(trainer_.data(), arguments.data(), gradient.data());
}

std::byte* NativeModel::slot_memory() {
    NNCC_CHECK(trainer_slots_ != nullptr);
    return static_cast<std::byte*>(trainer_slots_(trainer_.data()));
}

const std::byte* NativeModel::trainer_weights() const {
    return static_cast<const std::byte*>(trainer_weights_(trainer_.data()));
}

void NativeModel::restore_trainer(const AlignedBytes& memory) {
    NNCC_CHECK(memory.size() == trainer_.size());
    std::memcpy(trainer_.data(), memory.data(), memory.size());
}

}  // namespace nncc
