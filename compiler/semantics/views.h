// Views: slice, reshape, transpose and their kin as nodes, for builtins and indexing.
#pragma once

#include "semantics/elaboration.h"

namespace nncc {

// The node itself where nothing changes.
std::optional<Value> add_slice(Elaboration& elaboration, Value value, const std::vector<std::int64_t>& start,
                               const std::vector<std::int64_t>& stop, const std::vector<std::int64_t>& step,
                               SourceRange range);
std::optional<Value> add_reshape(Elaboration& elaboration, Value value, const Shape& shape, SourceRange range);

// [first, last) of one axis with a constant extent.
std::optional<Value> add_axis_slice(Elaboration& elaboration, Value value, std::size_t axis, std::int64_t first,
                                    std::int64_t last, SourceRange range);

// An axis of a tensor of that shape, negative from the end; reports one that is not there.
std::optional<std::size_t> to_axis(Elaboration& elaboration, const Operand& axis, const Shape& shape);
// An int, a list, a dimension name or `...`; all axes when `axis` is null.
std::optional<std::vector<std::int64_t>> to_axes(Elaboration& elaboration, const Operand* axis, const Shape& shape);

}  // namespace nncc
