// Type inference shared by builder and verifier, and the pieces the type rules in the op records are made of.
#pragma once

#include <string>
#include <vector>

#include "ops/record.h"

namespace nncc {

// Checks operand count and attributes against the record, applies the type rule, and bounds the results' sizes.
TypeResult infer_types(const OpRecord& op, const TypeContext& context);

TypeError type_error(const DiagnosticKind& kind, std::string message, std::vector<int> operands = {},
                     std::string hint = "");

// "" when every operand has the dtype and shape of the first; else the error.
std::optional<TypeError> same_types(const TypeContext& context, std::string_view op, std::size_t first = 0);
std::optional<TypeError> wants_floating(const TypeContext& context, std::string_view op);
std::optional<TypeError> wants_number(const TypeContext& context, std::string_view op);  // not bool

// Whole rules for elementwise ops.
TypeResult floating_unary(const TypeContext& context);
TypeResult floating_binary(const TypeContext& context);
TypeResult number_unary(const TypeContext& context);  // floating or i32
TypeResult number_binary(const TypeContext& context);
TypeResult comparison(const TypeContext& context);  // of numbers → bool
TypeResult logical(const TypeContext& context);     // of bools → bool

// The attribute as an axis of that rank, or the error.
std::optional<TypeError> axis_error(std::int64_t axis, int rank, int operand = 0);
std::optional<TypeError> axes_error(const std::vector<std::int64_t>& axes, int rank,
                                    int operand = 0);  // sorted, unique

// Shape without those axes.
Shape without_axes(const Shape& shape, const std::vector<std::int64_t>& axes);

// Number of nodes' operands an op takes; `variadic` when it takes any number from `count` on.
struct Arity {
    int count = 0;
    bool variadic = false;
};
Arity arity_of(const OpRecord& op);

}  // namespace nncc
