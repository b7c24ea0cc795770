// Reading whole files, and writing them so that a reader sees the old one or the new one, never half of one.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/expected.h"

namespace nncc {

extern const DiagnosticKind kFileUnreadable;  // NN0501
extern const DiagnosticKind kFileUnwritable;  // NN0502
extern const DiagnosticKind kFileTooLarge;    // NN0503

// The bytes of a file, pipe or device ("-" is standard input); refused above `limit_bytes`.
Expected<std::string> read_file(const std::string& path, std::int64_t limit_bytes = std::int64_t{1} << 30);

// Writes beside the target, syncs, renames; on any failure the old file is untouched and no temporary stays.
// "-" is standard output; a device or pipe that exists is written to directly.
Expected<> write_file_atomically(const std::string& path, std::string_view bytes);

}  // namespace nncc
