// Turns a stream of bytes in .npy form into an array, in pieces, within a budget of memory.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "base/expected.h"
#include "interop/npz.h"

namespace nncc {

// Fills the buffer from the stream: how many bytes came, fewer than asked only at the end, -1 on a failure.
using ReadBytes = std::function<std::int64_t(char* buffer, std::int64_t size)>;

// `stream_bytes`: what the stream is said to hold, which must be the header and the elements exactly. The values'
// memory is taken from `value_bytes_left`. A failure to read is reported by the caller, who knows why: the error has no
// kind.
Expected<NumpyArray> decode_npy(const ReadBytes& read, std::int64_t stream_bytes, const std::string& name,
                                std::int64_t& value_bytes_left);

// 64 MiB + 4 times the file's size, or what was asked for.
std::int64_t value_byte_limit(const NumpyLimits& limits, std::int64_t file_bytes);

}  // namespace nncc
