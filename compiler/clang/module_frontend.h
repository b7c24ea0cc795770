// What the translation units of the Clang module share: cc1 arguments and the file system in memory.
#pragma once

#include <llvm/ADT/IntrusiveRefCntPtr.h>
#include <llvm/Support/VirtualFileSystem.h>

#include <string>
#include <vector>

#include "clang/module_interface.h"

namespace nncc::clang_module {

inline constexpr const char kIncludeFolder[] = "/nncc-include";

// Registers the targets and the handler of LLVM's fatal errors; cheap after the first call.
void initialise_llvm();

// The language and target options that compiling and checking share, in cc1's words. The driver's defaults do not
// apply.
std::vector<std::string> language_arguments(const CompileInput& input);

// The text under its name and the headers under kIncludeFolder, and nothing else.
llvm::IntrusiveRefCntPtr<llvm::vfs::InMemoryFileSystem> memory_files(const CompileInput& input);

bool compile(const CompileInput& input, CompileOutput& output, Failure& failure);
bool link(const LinkInput& input, std::string& bytes, Failure& failure);
bool check_realtime(const CompileInput& input, const std::vector<std::string>& entry_points, RealtimeOutput& output,
                    Failure& failure);
bool read_function(const FunctionInput& input, FunctionOutput& output);

}  // namespace nncc::clang_module
