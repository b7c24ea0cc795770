// Contraction: `a @ b` and `einsum("...", …)` to one einsum node with explicit batch letters.
#pragma once

#include "semantics/elaboration.h"

namespace nncc {

// NumPy's matmul: contracts the last axis of `a` with the last but one of `b` (the only one, when `b` has one axis);
// leading axes are equal, or absent on one side.
Meaning apply_matrix_multiply(Elaboration& elaboration, const Operand& a, const Operand& b, SourceRange range);

// NumPy's einsum with `...` and an optional `->`.
Meaning apply_einsum(Elaboration& elaboration, const Operand& equation, const std::vector<Operand>& operands,
                     SourceRange range);

}  // namespace nncc
