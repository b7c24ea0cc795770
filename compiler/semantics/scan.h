// Scan: `scan xt in x along time { … }` to a node whose body is a graph of its own.
#pragma once

#include "semantics/elaboration.h"

namespace nncc {

// The stacked yields (one, or a list), or NoValue of a scan that is there for its `<-`.
Meaning evaluate_scan(Elaboration& elaboration, const ast::Scan& scan, SourceRange range, const ScopePtr& scope);

}  // namespace nncc
