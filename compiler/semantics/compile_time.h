// Compile-time values: operators on numbers, flags and strings whose result is known while the model is elaborated.
#pragma once

#include <optional>

#include "semantics/elaboration.h"

namespace nncc {

// The result, poison after a reported mistake, or nothing when an operand is a tensor (or an extent that only tensor
// arithmetic can combine).
std::optional<Meaning> fold_binary(Elaboration& elaboration, ast::BinaryOperator op, const Operand& a, const Operand& b,
                                   SourceRange range);
std::optional<Meaning> fold_unary(Elaboration& elaboration, ast::UnaryOperator op, const Operand& a, SourceRange range);

// What `if`, `for`, axes and shapes need; reports and gives nothing when the value is something else.
std::optional<bool> to_flag(Elaboration& elaboration, const Operand& operand);
std::optional<Dim> to_dim(Elaboration& elaboration, const Operand& operand);
std::optional<std::int64_t> to_integer(Elaboration& elaboration, const Operand& operand);
std::optional<std::string> to_text(Elaboration& elaboration, const Operand& operand);
// A list of extents, or one alone.
std::optional<Shape> to_shape(Elaboration& elaboration, const Operand& operand);

}  // namespace nncc
