// Views to offsets and strides: the only place besides `evaluate` that knows what a view does.
#include "lowering/index_map.h"

#include "ops/record.h"
#include "ops/windows.h"

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

// Where a slice begins along an axis; kSliceEnd is the last element, for a negative step.
std::optional<Dim> first_index(std::int64_t start, const Dim& extent) {
    return start == kSliceEnd ? Dim::subtract(extent, Dim(1)) : std::optional(Dim(start));
}

std::optional<IndexMap> map_through_slice(const Node& view, const Shape& shape, const IndexMap& operand) {
    const auto& start = view.attributes.integers("start");
    const auto& step = view.attributes.integers("step");
    IndexMap result = operand;
    for (std::size_t axis = 0; axis < operand.strides.size(); ++axis) {
        auto begin = first_index(start[axis], shape[axis]);
        auto first = begin ? Dim::multiply(operand.strides[axis], *begin) : std::nullopt;
        auto stride = Dim::multiply(operand.strides[axis], Dim(step[axis]));
        if (!first || !stride) return std::nullopt;
        auto offset = Dim::add(result.offset, *first);
        if (!offset) return std::nullopt;
        result.offset = *offset;
        result.strides[axis] = *stride;
    }
    return result;
}

// A place is `stride` elements further, an element of the kernel `dilation`.
std::optional<IndexMap> map_through_window(const Node& view, const Shape& shape, const IndexMap& operand) {
    const Windows windows = windows_of(view, {});
    IndexMap result{.offset = operand.offset, .strides = std::vector<Dim>(view.type().shape.size(), Dim(0))};
    for (std::size_t axis = 0; axis < shape.size(); ++axis)
        result.strides[windows.outer_axis(axis)] = operand.strides[axis];
    for (std::size_t k = 0; k < windows.axes.size(); ++k) {
        const auto axis = static_cast<std::size_t>(windows.axes[k]);
        auto place = Dim::multiply(operand.strides[axis], Dim(windows.stride[k]));
        auto element = Dim::multiply(operand.strides[axis], Dim(windows.dilation[k]));
        if (!place || !element) return std::nullopt;
        result.strides[axis] = *place;
        result.strides[windows.kernel_axis(k)] = *element;
    }
    return result;
}

}  // namespace

std::optional<IndexMap> map_through_view(const Node& view, const Shape& shape, const IndexMap& operand) {
    const auto* lowering = lowering_of<ViewLowering>(view);
    NNCC_CHECK(lowering != nullptr, "{} is no view", view.op->name);
    const Shape& result_shape = view.type().shape;
    switch (lowering->kind) {
        case ViewKind::kReshape: return map_through_reshape(shape, result_shape, operand);
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
        case ViewKind::kSlice: return map_through_slice(view, shape, operand);
        case ViewKind::kWindow: return map_through_window(view, shape, operand);
        case ViewKind::kPad:
        case ViewKind::kConcatenate: return std::nullopt;
    }
    return std::nullopt;
}

Position identity_position(const std::vector<int>& axes, int axis_count) {
    Position position;
    for (int axis : axes) {
        IndexMap map{.offset = Dim(0), .strides = std::vector<Dim>(static_cast<std::size_t>(axis_count), Dim(0))};
        map.strides[static_cast<std::size_t>(axis)] = Dim(1);
        position.push_back(std::move(map));
    }
    return position;
}

namespace {

// to += from * factor; false on overflow.
bool add_scaled(IndexMap& to, const IndexMap& from, const Dim& factor) {
    const auto add = [&](Dim& target, const Dim& term) {
        auto product = Dim::multiply(term, factor);
        auto sum = product ? Dim::add(target, *product) : std::nullopt;
        if (sum) target = *sum;
        return sum.has_value();
    };
    bool fits = add(to.offset, from.offset);
    for (std::size_t k = 0; k < to.strides.size(); ++k) fits = add(to.strides[k], from.strides[k]) && fits;
    return fits;
}

// Each axis of the operand is a run of axes of the result (extents of 1 may stand anywhere).
std::optional<Position> position_through_reshape(const Shape& operand, const Shape& result, const Position& position,
                                                 const IndexMap& zero) {
    Position mapped;
    std::size_t next = 0;
    for (const Dim& extent : operand) {
        IndexMap map = zero;
        Dim covered(1);
        while (covered != extent && next < result.size()) {
            IndexMap scaled = zero;
            if (!add_scaled(scaled, map, result[next]) || !add_scaled(scaled, position[next], Dim(1)))
                return std::nullopt;
            auto product = Dim::multiply(covered, result[next]);
            if (!product) return std::nullopt;
            map = std::move(scaled);
            covered = *product;
            ++next;
        }
        if (covered != extent) return std::nullopt;
        mapped.push_back(std::move(map));
    }
    for (; next < result.size(); ++next) {
        if (!result[next].is_constant(1)) return std::nullopt;
    }
    return mapped;
}

}  // namespace

std::optional<Position> position_through_view(const Node& view, const Shape& operand, const Position& result) {
    const auto* lowering = lowering_of<ViewLowering>(view);
    NNCC_CHECK(lowering != nullptr, "{} is no view", view.op->name);
    IndexMap zero{.offset = Dim(0), .strides = std::vector<Dim>(result.empty() ? 0 : result[0].strides.size(), Dim(0))};
    Position mapped(operand.size(), zero);
    switch (lowering->kind) {
        case ViewKind::kReshape: return position_through_reshape(operand, view.type().shape, result, zero);
        case ViewKind::kTranspose: {
            const auto& permutation = view.attributes.integers("permutation");
            for (std::size_t k = 0; k < permutation.size(); ++k)
                mapped[static_cast<std::size_t>(permutation[k])] = result[k];
            return mapped;
        }
        case ViewKind::kBroadcast: {
            const auto& axes = view.attributes.integers("axes");
            for (std::size_t k = 0; k < axes.size(); ++k) {
                const auto axis = static_cast<std::size_t>(axes[k]);
                if (operand[k] == view.type().shape[axis]) mapped[k] = result[axis];
            }
            return mapped;
        }
        case ViewKind::kSlice:
            for (std::size_t k = 0; k < operand.size(); ++k) {
                auto begin = first_index(view.attributes.integers("start")[k], operand[k]);
                if (!begin) return std::nullopt;
                mapped[k].offset = *begin;
                if (!add_scaled(mapped[k], result[k], Dim(view.attributes.integers("step")[k]))) return std::nullopt;
            }
            return mapped;
        case ViewKind::kWindow: {
            const Windows windows = windows_of(view, {});
            for (std::size_t axis = 0; axis < operand.size(); ++axis) mapped[axis] = result[windows.outer_axis(axis)];
            for (std::size_t k = 0; k < windows.axes.size(); ++k) {
                const auto axis = static_cast<std::size_t>(windows.axes[k]);
                IndexMap sum = zero;
                if (!add_scaled(sum, result[axis], Dim(windows.stride[k])) ||
                    !add_scaled(sum, result[windows.kernel_axis(k)], Dim(windows.dilation[k])))
                    return std::nullopt;
                mapped[axis] = std::move(sum);
            }
            return mapped;
        }
        case ViewKind::kPad:
        case ViewKind::kConcatenate: return std::nullopt;
    }
    return std::nullopt;
}

std::optional<IndexMap> compose(const IndexMap& map, const Position& position, int axis_count) {
    IndexMap result{.offset = map.offset, .strides = std::vector<Dim>(static_cast<std::size_t>(axis_count), Dim(0))};
    for (std::size_t k = 0; k < map.strides.size(); ++k) {
        if (!add_scaled(result, position[k], map.strides[k])) return std::nullopt;
    }
    return result;
}

}  // namespace nncc
