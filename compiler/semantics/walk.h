// Walk: visits the parts of a syntax tree, for questions about a text that need no elaboration.
#pragma once

#include <functional>
#include <set>
#include <string>

#include "syntax/ast.h"

namespace nncc {

// Calls `visit` on every direct sub-expression, in text order; bodies of blocks are entered statement by statement.
void for_each_child(const ast::Expression& expression, const std::function<void(const ast::Expression&)>& visit);
void for_each_expression(const ast::Block& block, const std::function<void(const ast::Expression&)>& visit);

// Every name used in it, whatever it means.
void collect_names(const ast::Expression& expression, std::set<std::string>& names);

}  // namespace nncc
