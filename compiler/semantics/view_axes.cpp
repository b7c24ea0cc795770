// View axes: by the kind of the view and its attributes.
#include "semantics/view_axes.h"

#include <algorithm>

#include "ops/build.h"
#include "ops/record.h"

namespace nncc {
namespace {

std::optional<Dim> leading(const Shape& shape, std::size_t count) {
    return element_count(Shape(shape.begin(), shape.begin() + static_cast<std::ptrdiff_t>(count)));
}

// As many elements lie before the axis, so it is the same one.
std::optional<std::size_t> through_reshape(const Shape& from, const Shape& to, std::size_t axis) {
    const std::optional<Dim> before = leading(to, axis);
    for (std::size_t k = 0; before && k < from.size(); ++k) {
        if (from[k] == to[axis] && leading(from, k) == before && !from[k].is_constant(1)) return k;
    }
    return std::nullopt;
}

}  // namespace

std::optional<std::size_t> operand_axis(const Graph& graph, const Node& view, std::size_t operand, std::size_t axis) {
    const auto* lowering = lowering_of<ViewLowering>(view);
    if (lowering == nullptr) return std::nullopt;
    const Attributes& attributes = view.attributes;
    const Shape& from = graph.type(view.operands[operand]).shape;
    const Shape& to = view.type().shape;
    switch (lowering->kind) {
        case ViewKind::kReshape: return through_reshape(from, to, axis);
        case ViewKind::kTranspose: return static_cast<std::size_t>(attributes.integers("permutation")[axis]);
        case ViewKind::kBroadcast: {
            const Axes& axes = attributes.integers("axes");
            const auto found = std::find(axes.begin(), axes.end(), static_cast<std::int64_t>(axis));
            if (found == axes.end()) return std::nullopt;
            const auto place = static_cast<std::size_t>(found - axes.begin());
            return from[place] == to[axis] ? std::optional(place) : std::nullopt;
        }
        case ViewKind::kSlice: {
            const bool whole = attributes.integers("start")[axis] == 0 && attributes.integers("step")[axis] == 1;
            return whole && from[axis] == to[axis] ? std::optional(axis) : std::nullopt;
        }
        case ViewKind::kConcatenate:
            return attributes.integer("axis") == static_cast<std::int64_t>(axis) ? std::nullopt : std::optional(axis);
        case ViewKind::kPad:
        case ViewKind::kWindow: break;
    }
    return std::nullopt;
}

}  // namespace nncc
