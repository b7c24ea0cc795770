// Op records of views: results whose every element is one element of an operand, by an index map.
#include <algorithm>

#include "graph/diagnostic_kinds.h"
#include "ops/evaluate_view.h"
#include "ops/gradient_rules.h"
#include "ops/tables.h"
#include "ops/type_rules.h"

namespace nncc {
namespace {

using Values = std::vector<Value>;

constexpr std::int64_t kMaximumPadding = std::int64_t{1} << 40;

TypeResult reshape_type(const TypeContext& c) {
    const Type& from = c.operands[0];
    const Shape& shape = c.attributes.shape("shape");
    std::optional<Dim> before = element_count(from.shape);
    std::optional<Dim> after = element_count(shape);
    if (!before || !after) return type_error(kTooLarge, "the number of elements does not fit in 63 bits", {0});
    if (*before != *after) {
        return type_error(kCannotReshape,
                          fmt::format("cannot reshape {} of {} elements to {} of {}", type_text(from), before->text(),
                                      shape_text(shape), after->text()),
                          {0});
    }
    return std::vector{Type{from.dtype, shape}};
}

TypeResult transpose_type(const TypeContext& c) {
    const Type& from = c.operands[0];
    const Axes& permutation = c.attributes.integers("permutation");
    Axes sorted = permutation;
    std::sort(sorted.begin(), sorted.end());
    bool fits = static_cast<int>(sorted.size()) == from.rank();
    for (std::size_t i = 0; fits && i < sorted.size(); ++i) fits = sorted[i] == static_cast<std::int64_t>(i);
    if (!fits) return type_error(kAxisWrong, fmt::format("not a permutation of the axes of {}", type_text(from)), {0});
    Type type{from.dtype, {}};
    for (std::int64_t axis : permutation) type.shape.push_back(from.shape[static_cast<std::size_t>(axis)]);
    return std::vector{type};
}

TypeResult broadcast_type(const TypeContext& c) {
    const Type& from = c.operands[0];
    const Shape& shape = c.attributes.shape("shape");
    const Axes& axes = c.attributes.integers("axes");
    if (static_cast<int>(axes.size()) != from.rank()) {
        return type_error(kAxisWrong, fmt::format("{} axes given for {}", axes.size(), type_text(from)), {0});
    }
    if (auto error = axes_error(axes, static_cast<int>(shape.size()))) return *error;
    for (std::size_t k = 0; k < axes.size(); ++k) {
        if (from.shape[k].is_constant(1) || from.shape[k] == shape[static_cast<std::size_t>(axes[k])]) continue;
        return type_error(
            kCannotBroadcast,
            fmt::format("cannot broadcast {} to {}: axis {} has extent {}, not 1 or {}", type_text(from),
                        shape_text(shape), k, from.shape[k].text(), shape[static_cast<std::size_t>(axes[k])].text()),
            {0});
    }
    return std::vector{Type{from.dtype, shape}};
}

// What `extents` says of a result axis, or null where it leaves the axis to the other attributes.
const Dim* run_time_extent(const Attributes& attributes, std::size_t axis) {
    const Attribute* found = attributes.find("extents");
    if (found == nullptr) return nullptr;
    const Shape& extents = std::get<Shape>(*found);
    return axis < extents.size() ? &extents[axis] : nullptr;
}

// Whether `part` elements from `start` on may lie within `whole`: refused only where all are known.
bool may_fit(std::int64_t start, const Dim& part, const Dim& whole) {
    if (start < 0 || start > kMaximumPadding) return false;
    return !part.is_constant() || !whole.is_constant() || part.constant() <= whole.constant() - start;
}

TypeResult slice_type(const TypeContext& c) {
    const Type& from = c.operands[0];
    const Axes& start = c.attributes.integers("start");
    const Axes& stop = c.attributes.integers("stop");
    const Axes& step = c.attributes.integers("step");
    const std::size_t rank = from.shape.size();
    if (start.size() != rank || stop.size() != rank || step.size() != rank) {
        return type_error(kAxisWrong,
                          fmt::format("a slice of {} needs {} starts, stops and steps", type_text(from), rank), {0});
    }
    Type type{from.dtype, {}};
    for (std::size_t i = 0; i < rank; ++i) {
        const Dim& dim = from.shape[i];
        const Dim* part = run_time_extent(c.attributes, i);
        if (part != nullptr && stop[i] == kSliceEnd && step[i] == 1) {
            if (!may_fit(start[i], *part, dim)) {
                return type_error(kExtentWrong,
                                  fmt::format("{} elements from {} on reach outside axis {} of {}", part->text(),
                                              start[i], i, type_text(from)),
                                  {0});
            }
            type.shape.push_back(*part);
        } else if (dim.is_constant()) {
            std::optional<SliceRange> range = slice_range(dim.constant(), start[i], stop[i], step[i]);
            if (!range) {
                return type_error(kExtentWrong,
                                  fmt::format("slice {}:{}:{} reaches outside axis {} of {}", start[i], stop[i],
                                              step[i], i, type_text(from)),
                                  {0});
            }
            type.shape.push_back(range->count);
        } else if (start[i] >= 0 && start[i] != kSliceEnd && stop[i] == kSliceEnd && step[i] == 1) {
            std::optional<Dim> rest = Dim::subtract(dim, start[i]);
            if (!rest) return type_error(kTooLarge, "the extent does not fit in 63 bits", {0});
            type.shape.push_back(*rest);
        } else if (start[i] == kSliceEnd && stop[i] == -1 && step[i] == -1) {
            type.shape.push_back(dim);
        } else {
            return type_error(kExtentWrong,
                              fmt::format("axis {} of {} is only known at run time: take all of it, or all from a "
                                          "start on",
                                          i, type_text(from)),
                              {0});
        }
    }
    return std::vector{type};
}

TypeResult pad_type(const TypeContext& c) {
    const Type& from = c.operands[0];
    if (c.operands[1] != Type{from.dtype, {}}) {
        return type_error(kDTypeDiffers,
                          fmt::format("{} is padded with a scalar {}, not {}", type_text(from), dtype_name(from.dtype),
                                      type_text(c.operands[1])),
                          {0, 1});
    }
    const Axes& low = c.attributes.integers("low");
    const Axes& high = c.attributes.integers("high");
    const Axes& interior = c.attributes.integers("interior");
    const std::size_t rank = from.shape.size();
    if (low.size() != rank || high.size() != rank || interior.size() != rank) {
        return type_error(kAxisWrong, fmt::format("padding {} needs {} numbers each", type_text(from), rank), {0});
    }
    Type type{from.dtype, {}};
    for (std::size_t i = 0; i < rank; ++i) {
        const Dim& dim = from.shape[i];
        std::optional<Dim> extent;
        if (std::min(low[i], high[i]) < -kMaximumPadding ||
            std::max({low[i], high[i], interior[i]}) > kMaximumPadding) {
            return type_error(kTooLarge, fmt::format("padding of more than {} elements", kMaximumPadding), {0});
        }
        if (const Dim* whole = run_time_extent(c.attributes, i)) {
            if (high[i] == 0 && interior[i] == 0 && may_fit(low[i], dim, *whole)) extent = *whole;
        } else if (dim.is_constant()) {
            if (auto padded = padded_extent(dim.constant(), low[i], high[i], interior[i])) extent = Dim(*padded);
        } else if (interior[i] == 0) {
            extent = Dim::add(dim, low[i]);
            if (extent) extent = Dim::add(*extent, high[i]);
        }
        if (!extent) {
            return type_error(kExtentWrong,
                              fmt::format("axis {} of {} cannot be padded by {} before, {} after, {} between", i,
                                          type_text(from), low[i], high[i], interior[i]),
                              {0});
        }
        type.shape.push_back(*extent);
    }
    return std::vector{type};
}

TypeResult concatenate_type(const TypeContext& c) {
    Type type = c.operands[0];
    const std::int64_t axis = c.attributes.integer("axis");
    if (auto error = axis_error(axis, type.rank())) return *error;
    for (std::size_t k = 1; k < c.operands.size(); ++k) {
        const Type& part = c.operands[k];
        bool fits = part.dtype == type.dtype && part.rank() == type.rank();
        for (std::size_t i = 0; fits && i < part.shape.size(); ++i) {
            fits = static_cast<std::int64_t>(i) == axis || part.shape[i] == type.shape[i];
        }
        if (!fits) {
            return type_error(part.dtype == type.dtype ? kShapeDiffers : kDTypeDiffers,
                              fmt::format("cannot concatenate {} and {} along axis {}", type_text(c.operands[0]),
                                          type_text(part), axis),
                              {0, static_cast<int>(k)});
        }
        Dim& extent = type.shape[static_cast<std::size_t>(axis)];
        std::optional<Dim> sum = Dim::add(extent, part.shape[static_cast<std::size_t>(axis)]);
        if (!sum) return type_error(kTooLarge, "the extent does not fit in 63 bits", {static_cast<int>(k)});
        extent = *sum;
    }
    return std::vector{type};
}

Values transpose_gradient(const GradientContext& c) {
    const Axes& permutation = c.node.attributes.integers("permutation");
    Axes inverse(permutation.size());
    for (std::size_t i = 0; i < permutation.size(); ++i)
        inverse[static_cast<std::size_t>(permutation[i])] = static_cast<std::int64_t>(i);
    return {transpose(c.builder, c.adjoint(), inverse)};
}

Values broadcast_gradient(const GradientContext& c) {
    const Shape from = c.builder.type(c.operands[0]).shape;
    const Shape& shape = c.node.attributes.shape("shape");
    const Axes& axes = c.node.attributes.integers("axes");
    Axes summed;
    for (std::int64_t axis = 0; axis < static_cast<std::int64_t>(shape.size()); ++axis) {
        auto found = std::find(axes.begin(), axes.end(), axis);
        if (found == axes.end() ||
            from[static_cast<std::size_t>(found - axes.begin())] != shape[static_cast<std::size_t>(axis)]) {
            summed.push_back(axis);
        }
    }
    return {reshape(c.builder, reduce_sum(c.builder, c.adjoint(), summed), from)};
}

// Back into zeros of the operand's shape: a negative step is undone first, then the rest is padding.
Values slice_gradient(const GradientContext& c) {
    GraphBuilder& b = c.builder;
    const Type from = b.type(c.operands[0]);
    const Attributes& attributes = c.node.attributes;
    const std::size_t rank = from.shape.size();
    Axes low(rank, 0), high(rank, 0), interior(rank, 0);
    Value adjoint = c.adjoint();
    if (attributes.find("extents") != nullptr) {
        const Axes& starts = attributes.integers("start");
        return {pad_to(b, adjoint, scalar(b, 0.0, from.dtype), starts, from.shape)};
    }
    for (std::size_t i = 0; i < rank; ++i) {
        const std::int64_t start = attributes.integers("start")[i];
        const std::int64_t step = attributes.integers("step")[i];
        const auto axis = static_cast<std::int64_t>(i);
        if (!from.shape[i].is_constant()) {
            if (step < 0) adjoint = reverse_axis(b, adjoint, axis);
            else low[i] = start;
            continue;
        }
        const std::int64_t extent = from.shape[i].constant();
        SliceRange range = *slice_range(extent, start, attributes.integers("stop")[i], step);
        if (range.count == 0) {
            high[i] = extent;
            continue;
        }
        if (range.step < 0) {
            adjoint = reverse_axis(b, adjoint, axis);
            range = {range.start + (range.count - 1) * range.step, -range.step, range.count};
        }
        low[i] = range.start;
        interior[i] = range.count > 1 ? range.step - 1 : 0;
        high[i] = extent - 1 - range.start - (range.count - 1) * range.step;
    }
    if (b.type(adjoint) == from && low == Axes(rank, 0)) return {adjoint};
    return {pad(b, adjoint, scalar(b, 0.0, from.dtype), low, high, interior)};
}

// Padding by the negative takes away what padding added (and brings zeros for what it dropped); then every
// (interior + 1)-th element is an operand's.
Values pad_gradient(const GradientContext& c) {
    GraphBuilder& b = c.builder;
    const Type from = b.type(c.operands[0]);
    const Axes& low = c.node.attributes.integers("low");
    const Axes& high = c.node.attributes.integers("high");
    const Axes& interior = c.node.attributes.integers("interior");
    const std::size_t rank = low.size();
    Value zero = scalar(b, 0.0, from.dtype);
    Axes starts(rank, 0), stops(rank, kSliceEnd), steps(rank, 1), less_low(rank), less_high(rank);
    bool plain = true, is_empty = false;
    for (std::size_t i = 0; i < rank; ++i) {
        less_low[i] = -low[i];
        less_high[i] = -high[i];
        steps[i] = interior[i] + 1;
        plain = plain && low[i] >= 0 && high[i] >= 0 && from.shape[i].is_constant();
        is_empty = is_empty || from.shape[i].is_constant(0);
    }
    Value by_a;
    if (is_empty) {
        by_a = splat(b, 0.0, from);
    } else if (c.node.attributes.find("extents") != nullptr) {
        by_a = slice_to(b, c.adjoint(), low, from.shape);
    } else if (plain) {
        for (std::size_t i = 0; i < rank; ++i) {
            starts[i] = low[i];
            stops[i] = low[i] + (from.shape[i].constant() - 1) * steps[i] + 1;
        }
        by_a = slice(b, c.adjoint(), starts, stops, steps);
    } else {
        by_a = pad(b, c.adjoint(), zero, less_low, less_high, Axes(rank, 0));
        if (steps != Axes(rank, 1)) by_a = slice(b, by_a, starts, stops, steps);
    }
    if (splat_value(b, c.operands[1])) return {by_a, Value{}};
    const Value inside = splat(b, 0.0, Type{DType::kBool, from.shape}), outside = scalar(b, 1.0, DType::kBool);
    const Value filled = c.node.attributes.find("extents") != nullptr
                             ? pad_to(b, inside, outside, low, c.node.type().shape)
                             : pad(b, inside, outside, low, high, interior);
    Axes all;
    for (std::size_t i = 0; i < rank; ++i) all.push_back(static_cast<std::int64_t>(i));
    return {by_a, reduce_sum(b, select(b, filled, c.adjoint(), like(b, c.adjoint(), 0.0)), all)};
}

// The part that starts at a symbolic offset cannot be sliced; it is gathered.
Values concatenate_gradient(const GradientContext& c) {
    GraphBuilder& b = c.builder;
    const std::int64_t axis = c.node.attributes.integer("axis");
    const Dim total = c.node.type().shape[static_cast<std::size_t>(axis)];
    Values result;
    Dim first = 0;
    for (const Value& operand : c.operands) {
        const Dim extent = b.type(operand).shape[static_cast<std::size_t>(axis)];
        if (total.is_constant()) {
            result.push_back(slice_axis(b, c.adjoint(), axis, first.constant(), first.constant() + extent.constant()));
        } else {
            Value offset = broadcast_scalar(b, extent_value(b, first, DType::kI32), {extent});
            Value indices = add(b, iota(b, DType::kI32, {extent}, 0), offset);
            result.push_back(gather(b, c.adjoint(), indices, axis));
        }
        first = *Dim::add(first, extent);  // no overflow: the sum of all is `total`
    }
    return result;
}

std::optional<Reach> slice_reach(const Graph&, const Node& node, std::size_t axis) {
    const std::int64_t start = node.attributes.integers("start")[axis];
    if (node.attributes.integers("step")[axis] != 1 || start == kSliceEnd) return std::nullopt;
    return Reach{start, start, axis};
}

std::optional<Reach> pad_reach(const Graph&, const Node& node, std::size_t axis) {
    if (node.attributes.integers("interior")[axis] != 0) return std::nullopt;
    const std::int64_t low = node.attributes.integers("low")[axis];
    return Reach{-low, -low, axis};
}

Attributes pad_with_past(const Node& node, std::size_t axis) {
    Attributes attributes = node.attributes;
    Axes low = attributes.integers("low");
    low[axis] = 0;
    attributes.set("low", std::move(low));
    return attributes;
}

const OpRecord kViewTable[] = {
    {.name = "reshape",
     .operands = "a",
     .attributes = {{"shape", attribute_kind<Shape>()}},
     .summary = "the same elements in row-major order in another shape",
     .type = reshape_type,
     .gradient = GradientRule([](const GradientContext& c) -> Values {
         const Shape shape = c.builder.type(c.operands[0]).shape;
         return {reshape(c.builder, c.adjoint(), shape)};
     }),
     .lowering = ViewLowering{ViewKind::kReshape},
     .evaluate = [](auto& context) { context.results[0].elements = context.operands[0]->elements; },
     .facts = {.zero_to_zero = true}},
    {.name = "transpose",
     .operands = "a",
     .attributes = {{"permutation", attribute_kind<Axes>()}},
     .summary = "axes permuted: result axis i is operand axis permutation[i]",
     .type = transpose_type,
     .gradient = GradientRule(transpose_gradient),
     .lowering = ViewLowering{ViewKind::kTranspose},
     .evaluate = [](auto& context) { evaluate_transpose(context); },
     .facts = {.zero_to_zero = true}},
    {.name = "broadcast",
     .operands = "a",
     .attributes = {{"axes", attribute_kind<Axes>()}, {"shape", attribute_kind<Shape>()}},
     .summary = "stretched: operand axis k is result axis axes[k]; an extent of 1 repeats",
     .type = broadcast_type,
     .gradient = GradientRule(broadcast_gradient),
     .lowering = ViewLowering{ViewKind::kBroadcast},
     .evaluate = [](auto& context) { evaluate_broadcast(context); },
     .facts = {.zero_to_zero = true}},
    {.name = "slice",
     .operands = "a",
     .attributes = {{"extents", attribute_kind<Shape>(), false},
                    {"start", attribute_kind<Axes>()},
                    {"step", attribute_kind<Axes>()},
                    {"stop", attribute_kind<Axes>()}},
     .summary = "elements start, start + step ... before stop, along each axis; a negative step reverses; `extents`: "
                "how many, where that is known at run time only",
     .type = slice_type,
     .gradient = GradientRule(slice_gradient),
     .lowering = ViewLowering{ViewKind::kSlice},
     .evaluate = [](auto& context) { evaluate_slice(context); },
     .facts = {.zero_to_zero = true},
     .reach = slice_reach},
    {.name = "pad",
     .operands = "a, value",
     .attributes = {{"extents", attribute_kind<Shape>(), false},
                    {"high", attribute_kind<Axes>()},
                    {"interior", attribute_kind<Axes>()},
                    {"low", attribute_kind<Axes>()}},
     .summary = "`value` before, after and between the elements of each axis; a negative count drops elements; "
                "`extents`: of the result, where it is known at run time only",
     .type = pad_type,
     .gradient = GradientRule(pad_gradient),
     .lowering = ViewLowering{ViewKind::kPad},
     .evaluate = [](auto& context) { evaluate_pad(context); },
     .reach = pad_reach,
     .with_past = pad_with_past},
    {.name = "concatenate",
     .operands = "a, ...",
     .attributes = {{"axis", attribute_kind<std::int64_t>()}},
     .summary = "one after another along an axis",
     .type = concatenate_type,
     .gradient = GradientRule(concatenate_gradient),
     .lowering = ViewLowering{ViewKind::kConcatenate},
     .evaluate = [](auto& context) { evaluate_concatenate(context); }},
};

}  // namespace

std::span<const OpRecord> view_ops() { return kViewTable; }

}  // namespace nncc
