// KernelLibrary: the functions of one emitted source; equal ones are written once.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "emit/function_text.h"

namespace nncc {

struct EmittedKernel {
    std::string name;  // of the function
    KernelText text;
};

class KernelLibrary {
  public:
    // `strict`: see EmitRequest.
    explicit KernelLibrary(NameScope& scope, bool strict = false) : scope_(scope), strict_(strict) {}

    // Prints the kernel unless an equal one is there, or there is nothing to do. The text is the kernel's own: equal
    // functions may come from kernels whose parameters differ in what they do not use.
    // Where the kernel's name is taken by another, it becomes name_<entry>, then name_2 and so on.
    EmittedKernel add(const Kernel& kernel, std::string_view entry = "");
    // The name of a static table of constants: its elements, row-major.
    std::string table(const Type& type, const std::vector<double>& elements);

    int size() const { return static_cast<int>(kernels_.size()); }
    bool has_tables() const { return !tables_.empty(); }
    // Tables first, then functions in order of first use.
    void print(Code& code) const;

  private:
    NameScope& scope_;
    bool strict_;
    std::map<std::string, std::string> kernels_;  // name by parameters and body
    std::map<std::string, std::string> tables_;   // by text
    Code tables_text_, functions_text_;
};

}  // namespace nncc
