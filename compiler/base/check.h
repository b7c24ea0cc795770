// NNCC_CHECK: what must hold unless nncc itself is wrong; prints the place and exits with code 70.
#pragma once

#include <fmt/format.h>

#include <string_view>

namespace nncc {

[[noreturn]] void internal_error(std::string_view file, int line, std::string_view condition, std::string_view detail);

}  // namespace nncc

// NNCC_CHECK(condition) or NNCC_CHECK(condition, "format {}", value). Input of a user must never reach one.
#define NNCC_CHECK(condition, ...)                                                                             \
    do {                                                                                                       \
        if (!(condition)) ::nncc::internal_error(__FILE__, __LINE__, #condition, fmt::format("" __VA_ARGS__)); \
    } while (false)
