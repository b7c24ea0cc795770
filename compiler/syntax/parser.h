// Parsing: the text of one .nn file to its syntax tree and the diagnostics of everything that is not in the grammar.
#pragma once

#include <memory>

#include "base/diagnostics.h"
#include "syntax/ast.h"

namespace nncc {

// Always returns what could be read; the tree is complete exactly when no error was added. Linear time.
// `source` must outlive the tree and the diagnostics.
std::unique_ptr<ast::File> parse(const SourceFile& source, Diagnostics& diagnostics);

}  // namespace nncc
