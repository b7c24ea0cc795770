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

const DiagnosticKind kHeaderRejected = {
    "NN0807", "a header that does not compile",
    "The header that an `extern` item names is read as C++20, and Clang refused it; the message and the place are "
    "Clang's.\n"
    "Headers are read alone: of the standard library there are <cmath>, <algorithm>, <cfloat>, <cstddef>, <cstdint>,\n"
    "<cstdlib>, <limits> and <numbers>, and headers of your own are found beside the one that includes them and in "
    "the\n"
    "folders of -I.\n\n"
    "    float half(float x) { return x / 2 }      `;` is missing"};

const DiagnosticKind kDeclarationDiffers = {
    "NN0808", "an `extern` declaration that the header does not fit",
    "An `extern` item repeats the function's signature, so that the model can be read without the header. Both must "
    "say the\n"
    "same: the function is in the header, outside of namespaces and with a body, has as many parameters, called the "
    "same,\n"
    "and their types correspond: `f32` is C++'s `float`, `i32` its `int`, `bool` its `bool`.\n\n"
    "    extern \"effects.h\" fn soft_clip(x: f32, drive: f32) -> f32\n"
    "    float soft_clip(float x, float drive) { ... }            fits\n"
    "    double soft_clip(double x, double drive) { ... }         does not"};

const DiagnosticKind kNotPartOfAModel = {
    "NN0809", "C++ that cannot be part of a model",
    "A function of a header becomes part of the model: it is differentiated, and fused with what is around it. So it "
    "has to be\n"
    "arithmetic: numbers in, a number out, the same for the same arguments. Local variables and their assignments, "
    "`if`,\n"
    "`? :`, early `return`, loops with a constant bound, arrays with constant indices, calls of the header's own "
    "functions and\n"
    "of <cmath> are understood. Pointers, classes, static and global variables, recursion, `goto`, `switch`, "
    "exceptions and\n"
    "loops whose number of turns depends on an argument are not.\n\n"
    "    while (x > 1) x /= 2;                                    no bound\n"
    "    for (int i = 0; i < 8 && x > 1; ++i) x /= 2;             right"};

std::span<const DiagnosticKind* const> clang_diagnostics() {
    static constexpr const DiagnosticKind* kAll[] = {&kClangModuleMissing, &kEmittedTextRejected, &kLinkFailed,
                                                     &kLoadFailed,         &kTargetUnsupported,   &kEntryPointMissing,
                                                     &kHeaderRejected,     &kDeclarationDiffers,  &kNotPartOfAModel};
    return kAll;
}

}  // namespace nncc
