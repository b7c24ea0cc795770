// Turns the JSON header of a safetensors file into entries, without ever holding the JSON as a tree.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/expected.h"

namespace nncc {

struct SafetensorsEntry {
    std::string name;
    std::string dtype;  // as written, any text
    std::vector<std::int64_t> shape;
    std::int64_t begin = 0;  // bytes from the start of the data
    std::int64_t end = 0;
};

struct SafetensorsHeader {
    std::vector<SafetensorsEntry> entries;  // in the file's order; each had all three fields exactly once
    std::map<std::string, std::string> metadata;
};

// Checks the form only: extents and offsets are non-negative integers of 63 bits, a rank is at most 32.
Expected<SafetensorsHeader> parse_safetensors_header(std::string_view json, const std::string& path);

}  // namespace nncc
