// `extern` functions: C++ functions of a header, read once and applied elementwise like ops of the graph.
#pragma once

#include "semantics/call.h"

namespace nncc {

// Reads every `extern` function of the users' files into `analysis.externs`. What cannot be read is reported, and calls
// of it are poison.
void read_externs(Analysis& analysis, SourceLoader& loader);

// Adds the function's nodes on arguments broadcast to one shape.
Meaning apply_extern(Elaboration& elaboration, const ast::Function& function, const std::vector<GivenArgument>& given,
                     SourceRange call, const NameSpace& names);

}  // namespace nncc
