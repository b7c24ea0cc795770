// Turns NumPy's .npz archives and .npy files into named arrays of doubles in row-major order.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/expected.h"

namespace nncc {

struct NumpyArray {
    std::string name;                 // without ".npy"
    std::string dtype;                // "f4" "f8" "i4" "i8" "u1" "b1", as stored
    std::vector<std::int64_t> shape;  // a scalar has none
    std::vector<double> values;  // row-major whatever the file's order; i8 beyond 2^53 rounds to the nearest double
};

// What the values of one file may take as doubles. A deflated archive of a few kilobytes can claim gigabytes; the
// default of 0 means 64 MiB + 4 times the file's size. Raise it for data that the user chose and that compresses well.
struct NumpyLimits {
    std::int64_t value_bytes = 0;
};

// Format versions 1.0, 2.0 and 3.0, little endian, C and Fortran order. Errors: NN0411 to NN0416.
Expected<NumpyArray> parse_npy(std::string_view bytes, const std::string& name, const NumpyLimits& limits = {});
Expected<NumpyArray> read_npy(const std::string& path, const NumpyLimits& limits = {});

// All arrays in order of name, or the named ones in the order given (a missing one is NN0416). Stored and deflated
// members; encrypted or otherwise compressed ones are refused. Checksums are verified.
Expected<std::vector<NumpyArray>> read_npz(const std::string& path, const NumpyLimits& limits = {});
Expected<std::vector<NumpyArray>> read_npz(const std::string& path, const std::vector<std::string>& names,
                                           const NumpyLimits& limits = {});

// The arrays' names, sorted; nothing is unpacked.
Expected<std::vector<std::string>> list_npz(const std::string& path);

}  // namespace nncc
