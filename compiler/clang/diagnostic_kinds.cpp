// The texts of NN08xx for `nncc explain`.
#include "clang/diagnostic_kinds.h"

namespace nncc {

const DiagnosticKind kClangModuleMissing = {
    "NN0801", "the compiling module cannot be opened",
    "`train`, `predict`, `run`, `build` and `verify` compile the emitted C++ inside nncc. The compiler they use is "
    "kept in\n"
    "`libnncc_clang.so`, which is opened on first need so that other commands start at once. It is looked for beside "
    "the\n"
    "nncc binary, then in `../lib/nncc`, then where it was built. This error says that none of these has one that "
    "opens:\n"
    "the file was not installed, or the libraries it needs (libclang-cpp and libLLVM 19) are not there.\n\n"
    "Install nncc with its module, or use `nncc MODEL.nn -o MODEL.cpp` and compile the text with any C++20 compiler."};

const DiagnosticKind kEmittedTextRejected = {
    "NN0802", "the emitted C++ does not compile",
    "nncc emits C++ and compiles it by itself. The text was refused, which no model should be able to cause: this is a "
    "bug\n"
    "of nncc. The notes are Clang's diagnostics. Please report it with the model, and with the text that\n"
    "`nncc MODEL.nn -o MODEL.cpp` writes."};

const DiagnosticKind kLinkFailed = {"NN0803", "the compiled objects cannot be linked",
                                    "The linker inside nncc refused the objects made from the emitted C++. For `nncc "
                                    "build` this happens when the C library\n"
                                    "of this machine cannot be found or is not one that nncc knows how to start (glibc "
                                    "on x86-64 Linux). Anything else is a\n"
                                    "bug of nncc; the notes are the linker's diagnostics."};

const DiagnosticKind kLoadFailed = {
    "NN0804", "the compiled code cannot be loaded",
    "Compiled code is kept in a file in memory and mapped by the system's dynamic linker. The machine refused: a "
    "policy\n"
    "forbids executable memory files (`vm.memfd_noexec`, SELinux), `/proc` is not mounted, or memory ran out.\n\n"
    "`nncc build MODEL.nn -o PROGRAM` makes a binary that needs neither."};

const DiagnosticKind kTargetUnsupported = {
    "NN0805", "this target is not supported",
    "A processor name that LLVM does not know was asked for, or something that works only on another kind of machine "
    "or\n"
    "build: standalone binaries are linked for x86-64 Linux only, sanitized code runs only inside a sanitized nncc and "
    "is\n"
    "not linked into binaries.\n\n"
    "Names are LLVM's: `x86-64-v3`, `znver3`, `skylake-avx512`. Without a name the code is made for this machine."};

const DiagnosticKind kEntryPointMissing = {
    "NN0806", "an entry point to be checked is not defined",
    "The real-time check starts at named functions and follows every call from there. A name was given that the text "
    "does\n"
    "not define as a function. Give the qualified name, as in `pima::Model::forward`."};

std::span<const DiagnosticKind* const> clang_diagnostics() {
    static constexpr const DiagnosticKind* kAll[] = {&kClangModuleMissing, &kEmittedTextRejected, &kLinkFailed,
                                                     &kLoadFailed,         &kTargetUnsupported,   &kEntryPointMissing};
    return kAll;
}

}  // namespace nncc
