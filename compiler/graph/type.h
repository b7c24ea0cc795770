// Type: element type and shape of a tensor, as in `f32[batch, 8]`.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "graph/dim.h"

namespace nncc {

enum class DType : std::uint8_t { kF32, kF64, kI32, kBool };

std::string_view dtype_name(DType dtype);  // "f32"
std::optional<DType> dtype_from_name(std::string_view name);
int dtype_bytes(DType dtype);  // 4 8 4 1, in memory
inline bool is_floating(DType dtype) { return dtype == DType::kF32 || dtype == DType::kF64; }

struct Type {
    DType dtype = DType::kF32;
    Shape shape;
    int rank() const { return static_cast<int>(shape.size()); }
    bool operator==(const Type&) const = default;
};

std::string type_text(const Type& type);  // "f32[batch, 8]", a scalar is "f32[]"

}  // namespace nncc
