// Matches the tensors of a file with those of a model, name by name, and says what does not fit.
#include "driver/weights.h"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <nlohmann/json.hpp>
#include <set>

#include "driver/diagnostic_kinds.h"
#include "driver/version.h"
#include "interop/diagnostic_kinds.h"

namespace nncc {

namespace {

std::string extents_text(std::span<const std::int64_t> extents) {
    return fmt::format("[{}]", fmt::join(extents, ", "));
}

TensorData to_data(const WeightTensor& tensor, const std::byte* memory) {
    TensorData data{tensor.name, tensor.dtype, tensor.extents, {}};
    data.bytes.assign(reinterpret_cast<const char*>(memory + tensor.offset), tensor.bytes);
    return data;
}

// Element by element, widening or rounding.
template <class To, class From>
void convert(const char* from, std::byte* to, std::int64_t count) {
    for (std::int64_t index = 0; index < count; ++index) {
        From value;
        std::memcpy(&value, from + index * static_cast<std::int64_t>(sizeof(From)), sizeof(From));
        const To converted = static_cast<To>(value);
        std::memcpy(to + index * static_cast<std::int64_t>(sizeof(To)), &converted, sizeof(To));
    }
}

bool copy_elements(const TensorData& data, const WeightTensor& tensor, std::byte* weights) {
    std::byte* to = weights + tensor.offset;
    const DType wanted = tensor.dtype;
    if (data.dtype == wanted) {
        std::memcpy(to, data.bytes.data(), tensor.bytes);
    } else if (data.dtype == DType::kF64 && wanted == DType::kF32) {
        convert<float, double>(data.bytes.data(), to, tensor.elements);
    } else if (data.dtype == DType::kF32 && wanted == DType::kF64) {
        convert<double, float>(data.bytes.data(), to, tensor.elements);
    } else {
        return false;
    }
    return true;
}

std::string fit_values_json(std::span<const WeightTensor> tensors, const std::byte* weights) {
    nlohmann::json fits = nlohmann::json::object();
    for (const WeightTensor& tensor : tensors) {
        if (tensor.kind != StorageKind::kFit) continue;
        nlohmann::json values = nlohmann::json::array();
        for (std::int64_t index = 0; index < tensor.elements; ++index) {
            const std::byte* element =
                weights + tensor.offset +
                static_cast<std::size_t>(index) * static_cast<std::size_t>(dtype_bytes(tensor.dtype));
            if (tensor.dtype == DType::kF64) {
                double value = 0;
                std::memcpy(&value, element, sizeof value);
                values.push_back(value);
            } else {
                float value = 0;
                std::memcpy(&value, element, sizeof value);
                values.push_back(value);
            }
        }
        fits[tensor.name] = std::move(values);
    }
    return fits.dump();
}

template <class T>
T number_of(const WeightFile& file, const std::string& key) {
    T value = 0;
    const auto found = file.metadata.find(key);
    if (found != file.metadata.end())
        std::from_chars(found->second.data(), found->second.data() + found->second.size(), value);
    return value;
}

}  // namespace

WeightFile weights_to_file(const CompiledModel& model, std::span<const WeightTensor> tensors, const std::byte* weights,
                           const WeightsProvenance& provenance) {
    WeightFile file;
    nlohmann::json paths = nlohmann::json::array();
    for (const WeightTensor& tensor : tensors) {
        file.tensors.push_back(to_data(tensor, weights));
        if (tensor.kind == StorageKind::kParam) paths.push_back(tensor.name);
    }
    file.metadata["nncc.version"] = kVersion;
    file.metadata["nncc.model"] = model.program.name;
    file.metadata["nncc.model_hash"] = model.model_hash;
    file.metadata["nncc.parameters"] = paths.dump();
    file.metadata["nncc.fit"] = fit_values_json(tensors, weights);
    file.metadata["nncc.seed"] = std::to_string(provenance.seed);
    file.metadata["nncc.epoch"] = std::to_string(provenance.epoch);
    if (!provenance.characters.empty()) {
        file.metadata["nncc.characters"] = nlohmann::json(provenance.characters).dump();
    }
    if (provenance.run != 0) {
        file.metadata["nncc.run"] = std::to_string(provenance.run);
        file.metadata["nncc.database"] = provenance.database;
    }
    return file;
}

WeightFile gradients_to_file(const CompiledModel& model, std::span<const WeightTensor> tensors,
                             const std::byte* gradients) {
    WeightFile file;
    for (const WeightTensor& tensor : tensors) {
        if (tensor.kind == StorageKind::kParam) file.tensors.push_back(to_data(tensor, gradients));
    }
    file.metadata["nncc.version"] = kVersion;
    file.metadata["nncc.model_hash"] = model.model_hash;
    return file;
}

Expected<> file_to_weights(const WeightFile& file, const std::string& path, const CompiledModel& model,
                           std::span<const WeightTensor> tensors, WeightsUse use, AlignedBytes& weights,
                           std::vector<std::string>* left_out) {
    Error error{&kWeightsOtherModel,
                "",
                "train the model anew, or give weights that were trained for it",
                {},
                ExitCode::kWrongInput};
    std::set<std::string> known;
    std::set<std::string> unfit;
    for (const WeightTensor& tensor : tensors) {
        known.insert(tensor.name);
        const std::size_t problems = error.notes.size();
        const TensorData* data = file.find(tensor.name);
        if (data == nullptr) {
            if (use == WeightsUse::kInitialise && tensor.kind == StorageKind::kFit) continue;
            error.notes.push_back(fmt::format("missing: `{}` {}", tensor.name, extents_text(tensor.extents)));
        } else if (data->shape != tensor.extents) {
            error.notes.push_back(fmt::format("reshaped: `{}` is {} in the file and {} in the model", tensor.name,
                                              extents_text(data->shape), extents_text(tensor.extents)));
        } else if (!(data->dtype == tensor.dtype || (is_floating(data->dtype) && is_floating(tensor.dtype)))) {
            error.notes.push_back(fmt::format("other type: `{}` is {} in the file and {} in the model", tensor.name,
                                              dtype_name(data->dtype), dtype_name(tensor.dtype)));
        }
        if (error.notes.size() > problems) unfit.insert(tensor.name);
    }
    for (const TensorData& data : file.tensors) {
        if (!known.contains(data.name))
            error.notes.push_back(fmt::format("extra: `{}` {}", data.name, extents_text(data.shape)));
    }
    const auto is_taken = [&](const WeightTensor& tensor) {
        return file.find(tensor.name) != nullptr && !unfit.contains(tensor.name);
    };
    if (use == WeightsUse::kInitialise && std::any_of(tensors.begin(), tensors.end(), is_taken)) {
        if (left_out != nullptr) *left_out = std::move(error.notes);
        error.notes.clear();
    }
    if (!error.notes.empty()) {
        error.message = fmt::format("the weights in `{}` do not fit the model `{}`", path, model.program.name);
        return error;
    }
    const auto hash = file.metadata.find("nncc.model_hash");
    if (use == WeightsUse::kPredict && hash != file.metadata.end() && hash->second != model.model_hash) {
        error.message = fmt::format("the weights in `{}` were trained for another program than `{}` is now", path,
                                    model.program.name);
        error.notes = {"all tensors are there with their shapes, but the model computes something else",
                       fmt::format("hash in the file {:.12}, of the model {:.12}", hash->second, model.model_hash)};
        error.hint = "`nncc train --init` starts from them";
        return error;
    }
    for (const WeightTensor& tensor : tensors) {
        if (is_taken(tensor)) NNCC_CHECK(copy_elements(*file.find(tensor.name), tensor, weights.data()));
    }
    return Nothing{};
}

WeightsProvenance provenance_of(const WeightFile& file) {
    WeightsProvenance provenance;
    provenance.seed = number_of<std::uint64_t>(file, "nncc.seed");
    provenance.epoch = number_of<std::int64_t>(file, "nncc.epoch");
    provenance.run = number_of<std::int64_t>(file, "nncc.run");
    const auto database = file.metadata.find("nncc.database");
    if (database != file.metadata.end()) provenance.database = database->second;
    if (const auto found = file.metadata.find("nncc.characters"); found != file.metadata.end()) {
        const nlohmann::json characters = nlohmann::json::parse(found->second, nullptr, false);
        if (characters.is_array()) {
            for (const nlohmann::json& character : characters) {
                if (character.is_string()) provenance.characters.push_back(character.get<std::string>());
            }
        }
    }
    return provenance;
}

}  // namespace nncc
