// The text of a syntax tree for `--emit=ast`: one node a line, indented, with line:column ranges.
#pragma once

#include <string>

#include "syntax/ast.h"

namespace nncc {

// The same tree gives the same bytes.
std::string print_ast(const ast::File& file);

}  // namespace nncc
