// Turns the header of an .npy array (a Python dict literal) into dtype, order and shape.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/expected.h"

namespace nncc {

struct NpyHeader {
    std::string dtype;  // "f4" "f8" "i4" "i8" "u1" "b1"
    std::int64_t element_bytes = 0;
    bool fortran_order = false;
    std::vector<std::int64_t> shape;
    std::int64_t elements = 0;  // product of the shape; elements * 8 fits in 63 bits
};

// `literal`: "{'descr': '<f4', 'fortran_order': False, 'shape': (768, 8), }" with trailing spaces and a newline.
Expected<NpyHeader> parse_npy_header(std::string_view literal, const std::string& name);

}  // namespace nncc
