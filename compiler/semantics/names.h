// Names: every name that may stand in an expression, and the report of one that may not, with the nearest that may.
#pragma once

#include <string>

#include "semantics/elaboration.h"

namespace nncc {

// With a hint when a name in scope, an item or a builtin is near.
void report_unknown_name(Elaboration& elaboration, const std::string& name, SourceRange range, const ScopePtr& scope);

std::string unknown_name_message(const std::string& name);
// All items of the library and builtins, plus `locals`.
std::string suggest_name(const Library& library, const std::string& name, std::vector<std::string> locals);

}  // namespace nncc
