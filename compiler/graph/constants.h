// Constants of a graph: made for folding and sharing (rounded, canonical NaN, one element where all are equal), and
// read.
#pragma once

#include "graph/graph.h"

namespace nncc {

// Rounds f32 elements to f32, gives NaN one bit pattern, and keeps one element where all are equal by bits.
void normalise(ConstantData& data, const Type& type);

// What can be wrong with the elements of a constant of that type; "" when nothing is.
std::string constant_error(const ConstantData& data, const Type& type);

Value splat(GraphBuilder& builder, double value, const Type& type);
Value scalar(GraphBuilder& builder, double value, DType dtype);
// All elements, row-major; the shape must be constant.
Value constant(GraphBuilder& builder, std::vector<double> elements, const Type& type);

// The one value all elements have, seen through broadcasts, reshapes and transposes; nullopt when that is not known.
std::optional<double> splat_value(const GraphBuilder& builder, Value value);
std::optional<double> splat_value(const Graph& graph, Value value);

}  // namespace nncc
