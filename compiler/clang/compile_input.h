// Turns what a caller asks for into what the Clang module is given: the text, the caller's files, the runtime's.
#pragma once

#include <string_view>

#include "clang/compile.h"
#include "clang/module_interface.h"

namespace nncc {

// Views into `text`, `file_name` and `options`, which must outlive it.
clang_module::CompileInput compile_input(std::string_view text, std::string_view file_name,
                                         const CompileOptions& options);

}  // namespace nncc
