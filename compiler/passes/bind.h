// bind over a whole program: which dimensions are free, and what they are bound to.
#pragma once

#include <string>
#include <vector>

#include "base/expected.h"
#include "graph/program.h"

namespace nncc {

// `bindings` over the names the program's graphs and storages use: a missing `batch` becomes 1 silently, any other
// missing name becomes 1 and adds a note for the user.
DimBindings with_defaults(const Program& program, std::vector<std::string>& notes);

// Every entry and storage bound to program.dims. In `metrics` and `fit`, `batch` stands for all rows and stays free.
// Errors: kExtentDoesNotFit.
Expected<Program> bind(const Program& program);

}  // namespace nncc
