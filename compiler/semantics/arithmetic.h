// Arithmetic: operators on compile-time numbers and on tensors, with NumPy's broadcasting made explicit.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "semantics/elaboration.h"

namespace nncc {

// `a op b` and `op a`; poison when it cannot be, which is then reported.
Meaning apply_binary(Elaboration& elaboration, ast::BinaryOperator op, const Operand& a, const Operand& b,
                     SourceRange range);
Meaning apply_unary(Elaboration& elaboration, ast::UnaryOperator op, const Operand& a, SourceRange range);

// An elementwise op of the graph on operands brought to one dtype and shape. `verb` is for messages: "cannot add".
// `mask` operands (the first `mask_count`) are bool whatever the others are.
Meaning apply_elementwise(Elaboration& elaboration, std::string_view op, std::string_view verb,
                          const std::vector<Operand>& operands, SourceRange range, std::size_t mask_count = 0);

// The shape all operands stretch to; one of them must have it already. `values` are the operands as tensors.
std::optional<Shape> common_shape(Elaboration& elaboration, std::string_view verb, const std::vector<Operand>& operands,
                                  const std::vector<Value>& values, SourceRange range);

// The operand as a tensor of its own shape: numbers and lists of numbers become constants of `dtype`, a value that
// adapts is cast to it.
std::optional<Value> to_tensor(Elaboration& elaboration, const Operand& operand, DType dtype);
// The same with the dtype it has by itself (f32 for a float, i32 for an int).
std::optional<Value> to_tensor(Elaboration& elaboration, const Operand& operand);
// The operand as an f64 scalar that adapts: for numbers and extents.
std::optional<Value> to_scalar(Elaboration& elaboration, const Operand& operand, DType dtype);

// The extent as a scalar node of `dtype`: a constant, or arithmetic on `extent`.
Value extent_value(Elaboration& elaboration, const Dim& dim, DType dtype);
Value constant_value(Elaboration& elaboration, double number, const Type& type);
// `value` repeated to `shape`, aligned at the last axis; itself when it has that shape.
Value broadcast_value(Elaboration& elaboration, Value value, const Shape& shape);
Value cast_value(Elaboration& elaboration, Value value, DType dtype);

// f32 of the language: f64 when the options ask for it.
DType real_dtype(const Elaboration& elaboration);

// Exact quotient; reports a remainder.
std::optional<Dim> divide_exactly(Elaboration& elaboration, const Dim& a, const Dim& b, SourceRange range);

}  // namespace nncc
