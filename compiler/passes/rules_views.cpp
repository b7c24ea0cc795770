// Views: turns chains of views, reductions and contractions into shorter ones; transposes and broadcasts of operands go
// into the letters of an einsum.
#include <algorithm>
#include <set>

#include "graph/constants.h"
#include "ops/build.h"
#include "ops/einsum.h"
#include "ops/record.h"
#include "passes/node_kinds.h"
#include "passes/rules.h"

namespace nncc {
namespace {

std::size_t at(std::int64_t index) { return static_cast<std::size_t>(index); }

std::optional<Value> merge_transposes(GraphBuilder& builder, const Node& node) {
    const Axes& outer = node.attributes.integers("permutation");
    if (std::is_sorted(outer.begin(), outer.end())) return node.operands[0];
    const Node inner = builder.node(node.operands[0]);
    if (inner.op->name != "transpose") return std::nullopt;
    const Axes& first = inner.attributes.integers("permutation");
    Axes merged;
    for (std::int64_t axis : outer) merged.push_back(first[at(axis)]);
    return transpose(builder, inner.operands[0], merged);
}

std::optional<Value> merge_reshapes(GraphBuilder& builder, const Node& node) {
    const Value x = node.operands[0];
    if (builder.type(x).shape == node.type().shape) return x;
    const Node inner = builder.node(x);
    if (inner.op->name != "reshape") return std::nullopt;
    return reshape(builder, inner.operands[0], node.type().shape);
}

std::optional<Value> merge_broadcasts(GraphBuilder& builder, const Node& node) {
    const Value x = node.operands[0];
    const Axes& outer = node.attributes.integers("axes");
    if (builder.type(x).shape == node.type().shape) return x;
    const Node inner = builder.node(x);
    if (inner.op->name != "broadcast") return std::nullopt;
    Axes merged;
    for (std::int64_t axis : inner.attributes.integers("axes")) merged.push_back(outer[at(axis)]);
    return builder.add("broadcast", {inner.operands[0]}, {{"shape", node.type().shape}, {"axes", merged}});
}

// Broadcast of a reshape that only added extents of 1: the axes say the same.
std::optional<Value> broadcast_without_ones(GraphBuilder& builder, const Node& node) {
    const Node inner = builder.node(node.operands[0]);
    if (inner.op->name != "reshape") return std::nullopt;
    const Shape from = builder.type(inner.operands[0]).shape;
    const Shape& with_ones = inner.type().shape;
    const Axes& axes = node.attributes.integers("axes");
    Axes kept;
    std::size_t next = 0;
    for (std::size_t k = 0; k < with_ones.size(); ++k) {
        if (next < from.size() && from[next] == with_ones[k]) {
            kept.push_back(axes[k]);
            ++next;
        } else if (!with_ones[k].is_constant(1)) {
            return std::nullopt;
        }
    }
    if (next != from.size()) return std::nullopt;
    return builder.add("broadcast", {inner.operands[0]}, {{"shape", node.type().shape}, {"axes", kept}});
}

std::optional<Value> drop_whole_slice(GraphBuilder& builder, const Node& node) {
    const Axes& start = node.attributes.integers("start");
    const Axes& step = node.attributes.integers("step");
    if (builder.type(node.operands[0]).shape != node.type().shape) return std::nullopt;
    for (std::size_t k = 0; k < start.size(); ++k) {
        if (start[k] != 0 || step[k] != 1) return std::nullopt;
    }
    return node.operands[0];
}

std::optional<Value> drop_empty_pad(GraphBuilder& builder, const Node& node) {
    if (builder.type(node.operands[0]).shape != node.type().shape) return std::nullopt;
    for (std::string_view name : {"low", "high", "interior"}) {
        for (std::int64_t extent : node.attributes.integers(name)) {
            if (extent != 0) return std::nullopt;
        }
    }
    return node.operands[0];
}

std::optional<Value> drop_single_concatenate(GraphBuilder&, const Node& node) {
    if (node.operands.size() != 1) return std::nullopt;
    return node.operands[0];
}

// ---- sums of pads ----

// A pad with zeros along one axis, as the gradient of a slice is.
struct Placed {
    Value value;
    std::int64_t axis = -1, low = 0, high = 0;
};
std::optional<Placed> as_placed(const GraphBuilder& builder, const Node& node) {
    const auto* view = lowering_of<ViewLowering>(node);
    if (view == nullptr || view->kind != ViewKind::kPad) return std::nullopt;
    if (splat_value(builder, node.operands[1]) != 0.0) return std::nullopt;
    Placed placed{node.operands[0]};
    const Axes& low = node.attributes.integers("low");
    const Axes& high = node.attributes.integers("high");
    for (std::size_t k = 0; k < low.size(); ++k) {
        if (node.attributes.integers("interior")[k] != 0 || low[k] < 0 || high[k] < 0) return std::nullopt;
        if (low[k] == 0 && high[k] == 0) continue;
        if (placed.axis >= 0) return std::nullopt;
        placed.axis = static_cast<std::int64_t>(k);
        placed.low = low[k];
        placed.high = high[k];
    }
    if (placed.axis < 0) return std::nullopt;
    return placed;
}

// The gradient of `split`: pads that fill one axis without a gap.
std::optional<Value> join_pads(GraphBuilder& builder, const Node& node) {
    constexpr std::size_t kMostParts = 64;
    std::vector<Placed> parts;
    std::vector<Value> open{node.operands[1], node.operands[0]};
    while (!open.empty()) {
        const Node& term = builder.node(open.back());
        open.pop_back();
        if (term.op == node.op) {
            open.insert(open.end(), {term.operands[1], term.operands[0]});
            if (open.size() > kMostParts) return std::nullopt;
            continue;
        }
        const std::optional<Placed> placed = as_placed(builder, term);
        if (!placed || parts.size() == kMostParts || (!parts.empty() && placed->axis != parts[0].axis))
            return std::nullopt;
        parts.push_back(*placed);
    }
    std::sort(parts.begin(), parts.end(), [](const Placed& a, const Placed& b) { return a.low < b.low; });
    const std::int64_t axis = parts[0].axis;
    std::int64_t end = 0;
    std::vector<Value> values;
    for (const Placed& part : parts) {
        const Dim& extent = builder.type(part.value).shape[at(axis)];
        if (part.low != end || !extent.is_constant()) return std::nullopt;
        end += extent.constant();
        values.push_back(part.value);
    }
    if (parts.back().high != 0) return std::nullopt;
    return concatenate(builder, values, axis);
}

// ---- reductions ----

bool is_reduction(const Node& node) { return lowering_of<ReductionLowering>(node) != nullptr; }

std::optional<Value> drop_trivial_reduction(GraphBuilder& builder, const Node& node) {
    if (!is_reduction(node)) return std::nullopt;
    const Shape shape = builder.type(node.operands[0]).shape;
    for (std::int64_t axis : node.attributes.integers("axes")) {
        if (!shape[at(axis)].is_constant(1)) return std::nullopt;
    }
    return reshape(builder, node.operands[0], node.type().shape);
}

std::optional<Value> merge_reductions(GraphBuilder& builder, const Node& node) {
    if (!is_reduction(node)) return std::nullopt;
    const Node inner = builder.node(node.operands[0]);
    if (inner.op != node.op) return std::nullopt;
    Axes axes = inner.attributes.integers("axes");
    const std::set<std::int64_t> gone(axes.begin(), axes.end());
    std::vector<std::int64_t> left;
    for (std::int64_t axis = 0; axis < builder.type(inner.operands[0]).rank(); ++axis) {
        if (!gone.contains(axis)) left.push_back(axis);
    }
    for (std::int64_t axis : node.attributes.integers("axes")) axes.push_back(left[at(axis)]);
    std::sort(axes.begin(), axes.end());
    return builder.add(*node.op, {inner.operands[0]}, {{"axes", axes}});
}

// The sum over axes that a broadcast has just made is a product; a maximum over them is the value itself.
std::optional<Value> reduce_before_broadcast(GraphBuilder& builder, const Node& node) {
    if (!is_reduction(node) || lowering_of<ReductionLowering>(node)->reducer == Reducer::kProduct) return std::nullopt;
    const Node view = builder.node(node.operands[0]);
    if (view.op->name != "broadcast") return std::nullopt;
    const Value x = view.operands[0];
    const Shape from = builder.type(x).shape;
    const Axes& image = view.attributes.integers("axes");
    const Axes& reduced = node.attributes.integers("axes");
    std::int64_t count = 1;
    Axes places;  // in the result, of x's axes
    Shape kept;   // x's extents that are left
    for (std::int64_t axis : reduced) {
        auto found = std::find(image.begin(), image.end(), axis);
        if (found != image.end() && !from[at(found - image.begin())].is_constant(1)) return std::nullopt;
        const Dim& extent = view.type().shape[at(axis)];
        if (!extent.is_constant() || extent.constant() < 1 || extent.constant() > (std::int64_t{1} << 24) / count)
            return std::nullopt;
        count *= extent.constant();
    }
    for (std::size_t k = 0; k < from.size(); ++k) {
        if (std::binary_search(reduced.begin(), reduced.end(), image[k])) continue;
        const auto before = std::lower_bound(reduced.begin(), reduced.end(), image[k]) - reduced.begin();
        places.push_back(image[k] - before);
        kept.push_back(from[k]);
    }
    Value result = reshape(builder, x, kept);
    if (lowering_of<ReductionLowering>(node)->reducer == Reducer::kSum) {
        result = multiply(builder, result, static_cast<double>(count));
    }
    return broadcast_to(builder, result, node.type().shape, places);
}

std::optional<Value> sum_of_negated(GraphBuilder& builder, const Node& node) {
    const Node inner = builder.node(node.operands[0]);
    if (inner.op->name != "negate") return std::nullopt;
    return unary(builder, "negate", reduce_sum(builder, inner.operands[0], node.attributes.integers("axes")));
}

// ---- einsum ----

// einsum("ij,jk->ik", transpose(a), b) → einsum("ji,jk->ik", a, b); a broadcast axis whose letter another operand has
// is left out; an axis of extent 1 that is summed is dropped.
std::optional<Value> views_into_letters(GraphBuilder& builder, const Node& node) {
    Equation equation = equation_of(node);
    for (std::size_t k = 0; k < node.operands.size(); ++k) {
        const Node view = builder.node(node.operands[k]);
        std::string letters = equation.inputs[k];
        std::vector<Value> operands = node.operands;
        const auto elsewhere = [&](char letter) {
            for (std::size_t j = 0; j < equation.inputs.size(); ++j) {
                if (j != k && equation.inputs[j].find(letter) != std::string::npos) return true;
            }
            return false;
        };
        if (view.op->name == "transpose") {
            const Axes& permutation = view.attributes.integers("permutation");
            for (std::size_t axis = 0; axis < letters.size(); ++axis) {
                letters[at(permutation[axis])] = equation.inputs[k][axis];
            }
            operands[k] = view.operands[0];
        } else if (view.op->name == "broadcast") {
            const Axes& image = view.attributes.integers("axes");
            const Shape from = builder.type(view.operands[0]).shape;
            std::string left;
            bool fits = true;
            for (std::size_t axis = 0; axis < letters.size(); ++axis) {
                const auto found = std::find(image.begin(), image.end(), static_cast<std::int64_t>(axis));
                const bool stretched =
                    found != image.end() && from[at(found - image.begin())] != view.type().shape[axis];
                const bool diagonal = std::count(letters.begin(), letters.end(), letters[axis]) > 1;
                fits = fits && !stretched && !diagonal && (found != image.end() || elsewhere(letters[axis]));
                if (found != image.end()) left += letters[axis];
            }
            if (!fits) continue;
            letters = left;
            operands[k] = view.operands[0];
        } else {
            continue;
        }
        equation.inputs[k] = letters;
        return einsum(builder, equation.text(), operands);
    }
    return std::nullopt;
}

std::optional<Value> drop_letters_of_one(GraphBuilder& builder, const Node& node) {
    Equation equation = equation_of(node);
    std::vector<Value> operands = node.operands;
    bool changed = false;
    for (std::size_t k = 0; k < operands.size(); ++k) {
        const Shape shape = builder.type(operands[k]).shape;
        Shape kept;
        std::string letters;
        for (std::size_t axis = 0; axis < shape.size(); ++axis) {
            const char letter = equation.inputs[k][axis];
            if (shape[axis].is_constant(1) && equation.output.find(letter) == std::string::npos) continue;
            kept.push_back(shape[axis]);
            letters += letter;
        }
        if (letters == equation.inputs[k]) continue;
        operands[k] = reshape(builder, operands[k], kept);
        equation.inputs[k] = letters;
        changed = true;
    }
    if (!changed) return std::nullopt;
    return einsum(builder, equation.text(), operands);
}

// An operand spread to the output's letters, or nothing when a letter repeats.
std::optional<Value> spread(GraphBuilder& builder, Value x, const std::string& letters, const std::string& output,
                            const Shape& shape) {
    Axes axes;
    for (std::size_t k = 0; k < letters.size(); ++k) {
        const std::size_t place = output.find(letters[k]);
        if (place == std::string::npos || letters.find(letters[k]) != k) return std::nullopt;
        axes.push_back(static_cast<std::int64_t>(place));
    }
    Axes order(axes.size());
    for (std::size_t k = 0; k < order.size(); ++k) order[k] = static_cast<std::int64_t>(k);
    std::sort(order.begin(), order.end(), [&](std::int64_t a, std::int64_t b) { return axes[at(a)] < axes[at(b)]; });
    std::sort(axes.begin(), axes.end());
    return broadcast_to(builder, transpose(builder, x, order), shape, axes);
}

// Without a letter that is summed, a contraction of one or two operands is elementwise and fuses with its neighbours.
std::optional<Value> contraction_without_sum(GraphBuilder& builder, const Node& node) {
    const Equation equation = equation_of(node);
    if (equation.inputs.size() > 2) return std::nullopt;
    std::vector<Value> spread_operands;
    for (std::size_t k = 0; k < node.operands.size(); ++k) {
        const std::optional<Value> operand =
            spread(builder, node.operands[k], equation.inputs[k], equation.output, node.type().shape);
        if (!operand) return std::nullopt;
        spread_operands.push_back(*operand);
    }
    if (spread_operands.size() == 1) return spread_operands[0];
    return multiply(builder, spread_operands[0], spread_operands[1]);
}

// One operand without a repeated letter: a sum, then a transpose.
std::optional<Value> contraction_of_one(GraphBuilder& builder, const Node& node) {
    const Equation equation = equation_of(node);
    if (equation.inputs.size() != 1) return std::nullopt;
    const std::string& letters = equation.inputs[0];
    Axes summed;
    std::string left;
    for (std::size_t k = 0; k < letters.size(); ++k) {
        if (letters.find(letters[k]) != k) return std::nullopt;
        if (equation.output.find(letters[k]) == std::string::npos) summed.push_back(static_cast<std::int64_t>(k));
        else left += letters[k];
    }
    Axes order;
    for (char letter : equation.output) order.push_back(static_cast<std::int64_t>(left.find(letter)));
    return transpose(builder, reduce_sum(builder, node.operands[0], summed), order);
}

const Rule kViewsRules[] = {
    {.name = "transposes", .reason = "one index map, or none", .root = "transpose", .build = merge_transposes},
    {.name = "reshapes", .reason = "only the last shape counts", .root = "reshape", .build = merge_reshapes},
    {.name = "broadcasts", .reason = "one index map, or none", .root = "broadcast", .build = merge_broadcasts},
    {.name = "broadcast_of_ones",
     .reason = "axes of extent 1 need not be added before a broadcast",
     .root = "broadcast",
     .build = broadcast_without_ones},
    {.name = "whole_slice", .reason = "it takes everything", .root = "slice", .build = drop_whole_slice},
    {.name = "empty_pad", .reason = "it adds nothing", .root = "pad", .build = drop_empty_pad},
    {.name = "single_concatenate",
     .reason = "there is one part",
     .root = "concatenate",
     .build = drop_single_concatenate},
    {.name = "pads_side_by_side", .reason = "every element comes from one part", .root = "add", .build = join_pads},
    {.name = "trivial_reduction", .reason = "the reduced extents are 1", .build = drop_trivial_reduction},
    {.name = "reductions", .reason = "one sweep over all axes", .build = merge_reductions},
    {.name = "reduce_before_broadcast",
     .reason = "what is spread need not be added up",
     .build = reduce_before_broadcast},
    {.name = "sum_of_negated",
     .reason = "signs move outward, where they meet others",
     .root = "reduce_sum",
     .build = sum_of_negated},
    {.name = "views_into_letters",
     .reason = "an einsum's letters say what the views say",
     .root = "einsum",
     .build = views_into_letters},
    {.name = "letters_of_one",
     .reason = "a sum over one element is none",
     .root = "einsum",
     .build = drop_letters_of_one},
    {.name = "contraction_without_sum",
     .reason = "nothing is summed: a product that fuses",
     .root = "einsum",
     .build = contraction_without_sum},
    {.name = "contraction_of_one",
     .reason = "a plain sum fuses with what computes its operand",
     .root = "einsum",
     .build = contraction_of_one},
};

}  // namespace

std::span<const Rule> view_rules() { return kViewsRules; }

}  // namespace nncc
