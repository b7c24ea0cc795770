// SHA-256 of bytes, as hexadecimal text: how models and files are recognised.
#pragma once

#include <string>
#include <string_view>

namespace nncc {

std::string sha256_hex(std::string_view bytes);  // 64 lower-case digits

}  // namespace nncc
