// Turns C++ text into an object, an object into functions that can be called or a standalone binary; all inside the
// process.
//
// The first call opens the module that holds Clang (30-40 ms). Only the runtime and CompileOptions::files can be
// included.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "base/expected.h"

namespace nncc {

struct MemoryFile {
    std::string name;  // as `#include` or `#embed` names it
    std::string text;
};

struct CompileOptions {
    int optimisation_level = 3;        // 0..3
    bool contract = true;              // a * b + c may be one operation, -0 may be 0; off for the same bits everywhere
    bool sanitize = false;             // address and undefined; nncc itself must be built with -fsanitize=address
    std::string target_cpu;            // an LLVM name such as "x86-64-v3"; "" is this machine with the features it has
    std::vector<std::string> defines;  // "NAME" or "NAME=VALUE"
    // Names of extern "C" functions. What none of them reaches is parsed but neither optimised nor in the object;
    // empty: everything stays.
    std::vector<std::string> roots;
    std::vector<MemoryFile> files;  // found before the runtime's
};

struct ObjectCode {
    std::string bytes;                           // an ELF relocatable file
    std::vector<std::string> undefined_symbols;  // sorted: what it needs from outside
    double module_milliseconds = 0;              // opening Clang's module; 0 when it was open
    double front_end_milliseconds = 0;           // preprocessing, parsing and checking
    double milliseconds = 0;                     // the whole call
};

// `file_name` names the text in diagnostics. Text that does not compile is a bug of the emitter: ExitCode::kInternal.
Expected<ObjectCode> compile_to_object(std::string_view text, std::string_view file_name,
                                       const CompileOptions& options = {});

// Defines `extern "C" const unsigned char symbol[]` of these bytes, aligned to 64: weights, without a compiler reading
// digits.
ObjectCode data_to_object(std::string_view symbol, std::string_view bytes);

// Objects mapped into the process. The addresses it gives are valid until it is destroyed.
class LoadedModule {
  public:
    LoadedModule(LoadedModule&& other) noexcept;
    LoadedModule& operator=(LoadedModule&& other) noexcept;
    ~LoadedModule();

    // The address of an extern "C" function or object; nullptr when there is none.
    void* symbol(const std::string& name) const;

    // symbol() as a function: `module.function<int(int)>("f")`.
    template <class Signature>
        requires std::is_function_v<Signature>
    Signature* function(const std::string& name) const {
        return reinterpret_cast<Signature*>(symbol(name));
    }

    double milliseconds() const { return milliseconds_; }  // linking and mapping

  private:
    friend Expected<LoadedModule> load(std::span<const ObjectCode> objects);
    LoadedModule(void* handle, int file, double milliseconds)
        : handle_(handle), file_(file), milliseconds_(milliseconds) {}

    void* handle_ = nullptr;
    int file_ = -1;  // stays open: the dynamic linker knows the module by this number
    double milliseconds_ = 0;
};

Expected<LoadedModule> load(std::span<const ObjectCode> objects);
Expected<LoadedModule> load(const ObjectCode& object);

struct LinkedExecutable {
    std::size_t byte_count = 0;
    double milliseconds = 0;
};

// Writes a position-independent executable that needs nothing but the C library (and its libm, if used). One object
// defines `int main(int, char**)`; C functions are declared by the text itself, there being no header.
Expected<LinkedExecutable> link_executable(std::span<const ObjectCode> objects, const std::string& output_path);

// "compiled in 290 ms (module 35, front end 23)", for `--verbose`.
std::string describe_times(const ObjectCode& object);

}  // namespace nncc
