// FunctionText: names, sizes and expressions inside one emitted function.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "emit/code.h"
#include "emit/mangle.h"
#include "lowering/kernel.h"

namespace nncc {

// One emitted kernel: C++ text from "static void name(" on, and what is called with what.
struct KernelText {
    std::string parameters;            // "const float* x, float* relu_1": to recognise equal kernels
    std::vector<std::string> items;    // the parameters one by one
    std::string body;                  // from behind the opening brace's line to the closing one
    std::vector<std::string> extents;  // names of run-time extents, passed first
    std::vector<std::size_t> unused;   // parameters of the kernel that the text does not need and does not take
    std::int64_t stack_bytes = 0;      // of arrays in the function; an estimate of what the runtime adds included
};

// The state shared by the printers of one function.
struct FunctionText {
    const Kernel& kernel;
    NameScope scope;
    std::vector<std::string> parameters;        // identifier of each
    std::set<std::string> extents;              // dimensions known at run time that were used
    std::map<std::int64_t, std::string> sizes;  // named sizes of the nest at hand
    std::vector<std::string> size_names;
    std::int64_t stack_bytes = 0;
    bool strict = false;  // see EmitRequest

    FunctionText(const Kernel& kernel, bool strict);

    // An extent, stride or offset: a named size, a number, or a sum over run-time extents.
    std::string dim(const Dim& dim, bool factor = true);
    // offset + i * stride + ... over the index variables of the axes; "" when it is 0.
    std::string index(const IndexMap& map, const std::vector<std::string>& variables);
    // pointer + index, for loads and stores.
    std::string pointer(int parameter, const IndexMap& map, const std::vector<std::string>& variables);
    // Declares constexpr sizes for the extents that are constant, e.g. kRows, kColumns; written by `size_line`.
    void name_sizes(const std::vector<Dim>& extents, const std::vector<std::string>& names);
    // "constexpr int kRows = 32, kColumns = 10;" for those that `body` uses; "" when it uses none.
    std::string size_line(std::string_view body) const;
};

// Index variables of loops: i, j, k, l, p, q, r, s, then i_8 ...
std::string index_variable(std::size_t axis);

KernelText print_kernel(const Kernel& kernel, bool strict);

// ---- printers of bodies (one file each) ----
void print_nest(FunctionText& function, const LoopNest& nest, Code& code);
void print_contraction(FunctionText& function, const Contraction& contraction, Code& code);
void print_axis_call(FunctionText& function, const AxisCall& call, Code& code);

}  // namespace nncc
