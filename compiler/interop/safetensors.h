// Turns a safetensors file into named tensors with metadata, and such tensors into the bytes of a file.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/expected.h"
#include "graph/type.h"

namespace nncc {

struct TensorData {
    std::string name;
    DType dtype = DType::kF32;        // in a file: "F32" "F64" "I32" "BOOL"
    std::vector<std::int64_t> shape;  // row-major; a scalar has none
    std::string bytes;                // little endian, exactly product(shape) * element size
};

struct WeightFile {
    std::vector<TensorData> tensors;  // after reading: in order of name
    std::map<std::string, std::string> metadata;

    const TensorData* find(std::string_view name) const;
};

// "F32" and its like; the only dtypes that are read and written.
std::string_view safetensors_dtype_name(DType dtype);

// Every size is checked before memory is touched, so a hostile file costs at most 64 MiB + 4 times its size. The
// tensors must cover the data without gap or overlap. `path` only appears in messages. Errors: NN0401 to NN0407.
Expected<WeightFile> parse_safetensors(std::string_view bytes, const std::string& path);
Expected<WeightFile> read_safetensors(const std::string& path);

// The same tensors give the same bytes, whatever their order: entries and metadata sorted by name, header padded with
// spaces to 8 bytes, data in order of falling element size, then name, so that each tensor is aligned to its element.
// Names are unique, and `bytes` fits dtype and shape: NNCC_CHECKed.
std::string write_safetensors(const WeightFile& weights);

}  // namespace nncc
