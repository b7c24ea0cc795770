// Indexing: `x[:, -1]`, `x[..., 0:4]` to slices and reshapes; elements and slices of compile-time lists.
#pragma once

#include "semantics/elaboration.h"

namespace nncc {

Meaning apply_index(Elaboration& elaboration, const Operand& operand, const ast::Index& index, const ScopePtr& scope,
                    SourceRange range);

}  // namespace nncc
