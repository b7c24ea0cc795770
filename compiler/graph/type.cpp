// Names, sizes and text of element types and tensor types.
#include "graph/type.h"

#include "base/check.h"

namespace nncc {

std::string_view dtype_name(DType dtype) {
    switch (dtype) {
        case DType::kF32: return "f32";
        case DType::kF64: return "f64";
        case DType::kI32: return "i32";
        case DType::kBool: return "bool";
    }
    NNCC_CHECK(false, "dtype {}", static_cast<int>(dtype));
}

std::optional<DType> dtype_from_name(std::string_view name) {
    for (DType dtype : {DType::kF32, DType::kF64, DType::kI32, DType::kBool}) {
        if (dtype_name(dtype) == name) return dtype;
    }
    return std::nullopt;
}

int dtype_bytes(DType dtype) { return dtype == DType::kF64 ? 8 : dtype == DType::kBool ? 1 : 4; }

std::string type_text(const Type& type) { return std::string(dtype_name(type.dtype)) + shape_text(type.shape); }

}  // namespace nncc
