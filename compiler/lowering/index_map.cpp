// Views to offsets and strides: the only place besides `evaluate` that knows what a view does.
#include "lowering/index_map.h"

#include "ops/record.h"

namespace nncc {

std::optional<IndexMap> contiguous_map(const Shape& shape) {
    IndexMap map{.offset = Dim(0), .strides = std::vector<Dim>(shape.size(), Dim(1))};
    for (std::size_t axis = shape.size(); axis-- > 1;) {
        auto stride = Dim::multiply(map.strides[axis], shape[axis]);
        if (!stride) return std::nullopt;
        map.strides[axis - 1] = *stride;
    }
    return map;
}

bool merges_with_next(const IndexMap& map, const Shape& shape, std::size_t axis) {
    auto product = Dim::multiply(map.strides[axis + 1], shape[axis + 1]);
    return product && *product == map.strides[axis];
}

std::optional<IndexMap> map_through_reshape(const Shape& from, const Shape& to, const IndexMap& operand) {
    Shape long_from;
    IndexMap long_map{.offset = operand.offset, .strides = {}};
    for (std::size_t axis = 0; axis < from.size(); ++axis) {
        if (from[axis].is_constant(1)) continue;
        long_from.push_back(from[axis]);
        long_map.strides.push_back(operand.strides[axis]);
    }
    Shape long_to;
    for (const Dim& extent : to) {
        if (!extent.is_constant(1)) long_to.push_back(extent);
    }
    IndexMap result{.offset = operand.offset, .strides = std::vector<Dim>(to.size(), Dim(0))};
    if (long_from == long_to) {
        std::size_t next = 0;
        for (std::size_t axis = 0; axis < to.size(); ++axis) {
            if (!to[axis].is_constant(1)) result.strides[axis] = long_map.strides[next++];
        }
        return result;
    }
    // Memory that is one run of elements may be cut anew.
    for (std::size_t axis = 0; axis + 1 < long_from.size(); ++axis) {
        if (!merges_with_next(long_map, long_from, axis)) return std::nullopt;
    }
    auto rows = contiguous_map(to);
    if (!rows) return std::nullopt;
    const Dim unit = long_map.strides.empty() ? Dim(1) : long_map.strides.back();
    for (std::size_t axis = 0; axis < to.size(); ++axis) {
        auto stride = Dim::multiply(rows->strides[axis], unit);
        if (!stride) return std::nullopt;
        result.strides[axis] = *stride;
    }
    return result;
}

namespace {

std::optional<IndexMap> map_through_slice(const Node& view, const IndexMap& operand) {
    const auto& start = view.attributes.integers("start");
    const auto& step = view.attributes.integers("step");
    IndexMap result = operand;
    for (std::size_t axis = 0; axis < operand.strides.size(); ++axis) {
        auto first = Dim::multiply(operand.strides[axis], Dim(start[axis]));
        auto stride = Dim::multiply(operand.strides[axis], Dim(step[axis]));
        if (!first || !stride) return std::nullopt;
        auto offset = Dim::add(result.offset, *first);
        if (!offset) return std::nullopt;
        result.offset = *offset;
        result.strides[axis] = *stride;
    }
    return result;
}

}  // namespace

std::optional<IndexMap> map_through_view(const Node& view, const Shape& shape, const IndexMap& operand) {
    const auto* lowering = lowering_of<ViewLowering>(view);
    NNCC_CHECK(lowering != nullptr, "{} is no view", view.op->name);
    const Shape& result_shape = view.type().shape;
    switch (lowering->kind) {
        case ViewKind::kReshape:
            return map_through_reshape(shape, result_shape, operand);
        case ViewKind::kTranspose: {
            IndexMap result{.offset = operand.offset, .strides = {}};
            for (std::int64_t axis : view.attributes.integers("permutation")) {
                result.strides.push_back(operand.strides[static_cast<std::size_t>(axis)]);
            }
            return result;
        }
        case ViewKind::kBroadcast: {
            IndexMap result{.offset = operand.offset, .strides = std::vector<Dim>(result_shape.size(), Dim(0))};
            const auto& axes = view.attributes.integers("axes");
            for (std::size_t k = 0; k < axes.size(); ++k) {
                const auto axis = static_cast<std::size_t>(axes[k]);
                if (shape[k] == result_shape[axis]) result.strides[axis] = operand.strides[k];
            }
            return result;
        }
        case ViewKind::kSlice:
            return map_through_slice(view, operand);
        case ViewKind::kPad:
        case ViewKind::kWindow:
        case ViewKind::kConcatenate:
            return std::nullopt;
    }
    return std::nullopt;
}

}  // namespace nncc
