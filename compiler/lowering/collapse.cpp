// Loop nests to smaller ones: axes of extent 1 go, contiguous neighbours become one axis, and the lanes get theirs.
#include <algorithm>

#include "lowering/lower.h"

namespace nncc {

namespace {

// Calls f(map) for every access of the nest.
template <class F>
void each_map(LoopNest& nest, F f) {
    for (LoopValue& value : nest.values) {
        if (value.map.strides.size() == nest.axes.size()) f(value.map);
    }
    for (LoopStore& store : nest.stores) f(store.map);
}

Shape extents_of(const LoopNest& nest) {
    Shape shape;
    for (const LoopAxis& axis : nest.axes) shape.push_back(axis.extent);
    return shape;
}

void erase_axis(LoopNest& nest, std::size_t axis) {
    each_map(nest,
             [axis](IndexMap& map) { map.strides.erase(map.strides.begin() + static_cast<std::ptrdiff_t>(axis)); });
    nest.axes.erase(nest.axes.begin() + static_cast<std::ptrdiff_t>(axis));
}

}  // namespace

void collapse(LoopNest& nest) {
    for (std::size_t axis = nest.axes.size(); axis-- > 0;) {
        if (nest.axes[axis].extent.is_constant(1)) erase_axis(nest, axis);
    }
    for (std::size_t axis = nest.axes.size(); axis-- > 1;) {
        const std::size_t outer = axis - 1;
        if (nest.axes[outer].reduced != nest.axes[axis].reduced) continue;
        const Shape shape = extents_of(nest);
        bool merges = true;
        each_map(nest, [&](IndexMap& map) { merges = merges && merges_with_next(map, shape, outer); });
        auto extent = Dim::multiply(shape[outer], shape[axis]);
        if (!merges || !extent) continue;
        nest.axes[axis].extent = *extent;
        erase_axis(nest, outer);
    }
}

int vector_axis(const LoopNest& nest) {
    const int count = static_cast<int>(nest.axes.size());
    if (count == 0) return -1;
    int kept = -1, reduced = -1;
    for (int axis = 0; axis < count; ++axis)
        (nest.axes[static_cast<std::size_t>(axis)].reduced ? reduced : kept) = axis;
    if (kept < 0) return reduced;
    if (reduced < 0) return kept;
    const auto score = [&](int axis) {
        int sum = axis == count - 1 ? 1 : 0;  // ties go to the last axis
        for (const LoopValue& value : nest.values) {
            if (value.kind != LoopValue::Kind::kLoad) continue;
            const Dim& stride = value.map.strides[static_cast<std::size_t>(axis)];
            sum += stride.is_constant(1) ? 2 : stride.is_constant(0) ? 0 : -4;
        }
        return sum;
    };
    return score(reduced) >= score(kept) ? reduced : kept;
}

}  // namespace nncc
