// The headers of the standard library that a user's header may include, as declarations only.
#pragma once

#include <span>

#include "clang/module_interface.h"

namespace nncc::clang_module {

std::span<const MemoryFile> standard_headers();  // "cmath", "math.h" ...

}  // namespace nncc::clang_module
