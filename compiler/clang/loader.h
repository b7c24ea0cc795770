// Opens the module that holds Clang on first need and says where the C library of this process is.
#pragma once

#include <string>
#include <vector>

#include "base/expected.h"
#include "clang/module_interface.h"

namespace nncc {

struct OpenedModule {
    const clang_module::Interface* interface = nullptr;
    double milliseconds = 0;  // what opening took in this call; 0 when it was open
};

Expected<OpenedModule> open_clang_module();

// The files that this very process was started with, which are those that a binary made here can be started with.
struct CLibrary {
    std::string interpreter;         // ld.so
    std::vector<std::string> files;  // libc.so.6, libm.so.6
};
CLibrary find_c_library();

// A failure of the module as an Error of the fitting kind.
Error module_error(const clang_module::Failure& failure, const DiagnosticKind& kind);

}  // namespace nncc
