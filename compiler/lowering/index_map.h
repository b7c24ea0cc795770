// IndexMap: where an element of a view lies in the memory below it, as an offset and one stride per axis.
#pragma once

#include <optional>
#include <vector>

#include "graph/graph.h"

namespace nncc {

// Element [i0, i1, ...] lies at offset + i0 * strides[0] + i1 * strides[1] + ..., counted in elements. Extents, and so
// strides, may contain bounded dimensions: data is compact at the run-time extents.
struct IndexMap {
    Dim offset;
    std::vector<Dim> strides;
    bool operator==(const IndexMap&) const = default;
};

// Row-major; nullopt when a product overflows.
std::optional<IndexMap> contiguous_map(const Shape& shape);

// The map of a view's result over the memory that `operand` describes; nullopt when the view is not affine (a reshape
// that splits or merges strided axes, pad, concatenate) or on overflow. `shape` is the operand's.
std::optional<IndexMap> map_through_view(const Node& view, const Shape& shape, const IndexMap& operand);

// The same for a reshape given by its result's shape: extents of 1 come and go freely, the rest needs row-major
// strides.
std::optional<IndexMap> map_through_reshape(const Shape& from, const Shape& to, const IndexMap& operand);

// Where, for each axis of a node's shape, an index of a loop nest points: an affine function of the nest's indices.
using Position = std::vector<IndexMap>;

// Axis k of the node is axis axes[k] of a nest of `axis_count` axes.
Position identity_position(const std::vector<int>& axes, int axis_count);

// The position in the operand of a view that the position in its result stands for; nullopt when it is not affine.
std::optional<Position> position_through_view(const Node& view, const Shape& operand, const Position& result);

// The map over the nest's indices of what `map` describes over the node's.
std::optional<IndexMap> compose(const IndexMap& map, const Position& position, int axis_count);

// Whether axes `axis` and `axis + 1` act as one axis in this map: stride[axis] == stride[axis + 1] * extent[axis + 1].
bool merges_with_next(const IndexMap& map, const Shape& shape, std::size_t axis);

}  // namespace nncc
