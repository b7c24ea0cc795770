// The runtime's files as text inside the compiler: what in-process compilation and `--single-file` read instead of the
// disk.
#pragma once

#include <span>
#include <string_view>

namespace nncc {

struct RuntimeFile {
    std::string_view
        name;  // as it is included, "nncc/simd.h"; "program/start.cpp" for the parts of a standalone binary
    std::string_view text;
};

// Sorted by name.
std::span<const RuntimeFile> runtime_files();

// The text of one file; empty when there is none of that name.
std::string_view runtime_text(std::string_view name);

}  // namespace nncc
