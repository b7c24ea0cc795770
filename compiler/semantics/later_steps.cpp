// Later steps: masks by comparisons of affine step numbers, followed to where they make zeros.
#include "semantics/later_steps.h"

#include <algorithm>
#include <cmath>

#include "base/checked.h"
#include "graph/constants.h"
#include "ops/einsum.h"
#include "ops/record.h"
#include "semantics/view_axes.h"

namespace nncc {
namespace {

constexpr double kHiding = -1e9;  // far below any score
// Within these, with at most 2^20 steps, sums of step numbers are exact in f32 and do not wrap in i32.
constexpr std::int64_t kLargestConstant = 1 << 20;
constexpr std::int64_t kLargestFactor = 4;
constexpr int kMostNested = 200;

bool is(const Node& node, std::string_view op) { return node.op->name == op; }

}  // namespace

bool LaterSteps::spend() { return --budget_ > 0 && depth_ < kMostNested; }

Later LaterSteps::of(Value value, std::size_t own, std::size_t later) {
    const auto key = std::make_tuple(value, own, later);
    if (auto found = known_.find(key); found != known_.end()) return found->second;
    if (!spend()) return Later::kAny;
    if (const std::optional<double> all = splat_value(graph_, value)) return *all == 0 ? Later::kZero : Later::kAny;
    ++depth_;
    const Later result = through(graph_.node(value), {own, later});
    --depth_;
    known_[key] = result;
    return result;
}

Later LaterSteps::through(const Node& node, Axes axes) {
    const auto operand = [&](std::size_t k) { return of(node.operands[k], axes.own, axes.later); };
    if (is(node, "select")) return of_select(node, axes);
    if (lowering_of<ViewLowering>(node) != nullptr) return of_view(node, axes);
    if (is(node, "einsum")) return of_einsum(node, axes);
    if (is(node, "softmax") || is(node, "log_softmax")) {
        const bool along = node.attributes.integer("axis") == static_cast<std::int64_t>(axes.later);
        if (!along || operand(0) != Later::kHidden) return Later::kAny;
        return is(node, "softmax") ? Later::kZero : Later::kHidden;
    }
    if (is(node, "cast") && graph_.type(node.operands[0]).dtype == DType::kBool)
        return implies_not_later(node.operands[0], true, axes) ? Later::kZero : Later::kAny;
    if (is(node, "exp")) return operand(0) == Later::kHidden ? Later::kZero : Later::kAny;
    if (is(node, "multiply"))
        return operand(0) == Later::kZero || operand(1) == Later::kZero ? Later::kZero : Later::kAny;
    if (is(node, "divide")) return operand(0) == Later::kZero ? Later::kZero : Later::kAny;
    if (is(node, "add") || is(node, "subtract")) {
        const Later a = operand(0);
        const Later b = operand(1);
        if (a == Later::kZero && b == Later::kZero) return Later::kZero;
        if (is(node, "subtract"))
            return a == Later::kHidden && b != a && hides_nothing(node.operands[1], axes) ? a : Later::kAny;
        for (const std::size_t k : {0U, 1U}) {
            if ((k == 0 ? a : b) == Later::kHidden && hides_nothing(node.operands[1 - k], axes)) return Later::kHidden;
        }
        return Later::kAny;
    }
    const bool keeps_zero =
        lowering_of<ElementwiseLowering>(node) != nullptr && node.operands.size() == 1 && node.op->facts.zero_to_zero;
    return keeps_zero && operand(0) == Later::kZero ? Later::kZero : Later::kAny;
}

Later LaterSteps::of_select(const Node& node, Axes axes) {
    const Value condition = node.operands[0];
    for (const bool chosen : {true, false}) {
        if (!implies_not_later(condition, chosen, axes)) continue;
        const Value other = node.operands[chosen ? 2 : 1];
        if (of(other, axes.own, axes.later) == Later::kZero) return Later::kZero;
        const std::optional<double> fill = splat_value(graph_, other);
        const Value shown = node.operands[chosen ? 1 : 2];
        if (fill && *fill <= kHiding && holds_at_own(condition, chosen, axes) && hides_nothing(shown, axes))
            return Later::kHidden;
    }
    const Later a = of(node.operands[1], axes.own, axes.later);
    const Later b = of(node.operands[2], axes.own, axes.later);
    return a == b ? a : Later::kAny;
}

// Whether no mask of another kind may hide the own step: then all of a row could be hidden, and a softmax would give
// later steps their share.
bool LaterSteps::hides_nothing(Value value, Axes axes) {
    if (!spend()) return false;
    if (const std::optional<double> all = splat_value(graph_, value)) return *all > kHiding;
    if (of(value, axes.own, axes.later) == Later::kHidden) return true;
    const Node& node = graph_.node(value);
    const bool elementwise = lowering_of<ElementwiseLowering>(node) != nullptr;
    if (!elementwise && lowering_of<ViewLowering>(node) == nullptr) return true;
    const std::optional<Axes> behind = elementwise ? axes : behind_view(node, axes);
    if (behind) {
        ++depth_;
        const bool result = std::all_of(node.operands.begin(), node.operands.end(), [&](Value operand) {
            return graph_.type(operand).dtype == DType::kBool || hides_nothing(operand, *behind);
        });
        --depth_;
        return result;
    }
    // Without both axes, nothing is known of what it hides but where it hides nothing at all.
    return has_no_hiding_constant(node.operands[0]);
}

bool LaterSteps::has_no_hiding_constant(Value value) {
    if (!spend()) return false;
    if (const std::optional<double> all = splat_value(graph_, value)) return *all > kHiding;
    const Node& node = graph_.node(value);
    if (lowering_of<ElementwiseLowering>(node) == nullptr && lowering_of<ViewLowering>(node) == nullptr) return true;
    ++depth_;
    const bool result = std::all_of(node.operands.begin(), node.operands.end(),
                                    [&](Value operand) { return has_no_hiding_constant(operand); });
    --depth_;
    return result;
}

std::optional<LaterSteps::Axes> LaterSteps::behind_view(const Node& node, Axes axes) {
    const std::optional<std::size_t> own = operand_axis(graph_, node, 0, axes.own);
    const std::optional<std::size_t> later = operand_axis(graph_, node, 0, axes.later);
    if (!own || !later) return std::nullopt;
    return Axes{*own, *later};
}

Later LaterSteps::of_view(const Node& node, Axes axes) {
    const ViewKind kind = lowering_of<ViewLowering>(node)->kind;
    if (kind == ViewKind::kPad || kind == ViewKind::kWindow) return Later::kAny;
    const std::optional<Axes> behind = behind_view(node, axes);
    if (!behind) return Later::kAny;
    const Later first = of(node.operands[0], behind->own, behind->later);
    for (const Value operand : node.operands) {
        if (of(operand, behind->own, behind->later) != first) return Later::kAny;
    }
    return first;
}

// A product with 0.
Later LaterSteps::of_einsum(const Node& node, Axes axes) {
    auto parsed = parse_equation(node.attributes.text("equation"));
    const auto* equation = std::get_if<Equation>(&parsed);
    if (equation == nullptr) return Later::kAny;
    for (std::size_t k = 0; k < node.operands.size(); ++k) {
        const std::size_t own = equation->inputs[k].find(equation->output[axes.own]);
        const std::size_t later = equation->inputs[k].find(equation->output[axes.later]);
        if (own == std::string::npos || later == std::string::npos) continue;
        if (of(node.operands[k], own, later) == Later::kZero) return Later::kZero;
    }
    return Later::kAny;
}

std::optional<LaterSteps::Affine> LaterSteps::affine(Value value) {
    if (!spend()) return std::nullopt;
    const Node& node = graph_.node(value);
    const std::size_t rank = node.type(value.result).shape.size();
    if (const std::optional<double> all = splat_value(graph_, value)) {
        if (*all != std::floor(*all) || std::abs(*all) > static_cast<double>(kLargestConstant)) return std::nullopt;
        return Affine{static_cast<std::int64_t>(*all), std::vector<std::int64_t>(rank, 0)};
    }
    ++depth_;
    std::optional<Affine> result;
    if (is(node, "iota")) {
        result = Affine{0, std::vector<std::int64_t>(rank, 0)};
        result->by_axis[static_cast<std::size_t>(node.attributes.integer("axis"))] = 1;
    } else if (is(node, "add") || is(node, "subtract")) {
        result = combined(node, is(node, "add") ? 1 : -1);
    } else if (is(node, "cast") && graph_.type(node.operands[0]).dtype == DType::kI32) {
        result = affine(node.operands[0]);
    } else if (lowering_of<ViewLowering>(node) != nullptr && node.operands.size() == 1) {
        result = affine_view(node);
    }
    --depth_;
    return result;
}

// a + factor * b.
std::optional<LaterSteps::Affine> LaterSteps::combined(const Node& node, std::int64_t factor) {
    std::optional<Affine> a = affine(node.operands[0]);
    const std::optional<Affine> b = a ? affine(node.operands[1]) : std::nullopt;
    if (!b) return std::nullopt;
    a->constant += factor * b->constant;
    bool fits = std::abs(a->constant) <= kLargestConstant;
    for (std::size_t axis = 0; axis < a->by_axis.size(); ++axis) {
        a->by_axis[axis] += factor * b->by_axis[axis];
        fits = fits && std::abs(a->by_axis[axis]) <= kLargestFactor;
    }
    return fits ? a : std::nullopt;
}

std::optional<LaterSteps::Affine> LaterSteps::affine_view(const Node& node) {
    const std::optional<Affine> from = affine(node.operands[0]);
    if (!from) return std::nullopt;
    Affine result{from->constant, std::vector<std::int64_t>(node.type().shape.size(), 0)};
    std::vector<bool> seen(from->by_axis.size(), false);
    for (std::size_t axis = 0; axis < result.by_axis.size(); ++axis) {
        const std::optional<std::size_t> behind = operand_axis(graph_, node, 0, axis);
        if (!behind) continue;
        seen[*behind] = true;
        result.by_axis[axis] = from->by_axis[*behind];
    }
    const Shape& shape = graph_.type(node.operands[0]).shape;
    for (std::size_t axis = 0; axis < seen.size(); ++axis) {
        if (!seen[axis] && from->by_axis[axis] != 0 && !shape[axis].is_constant(1)) return std::nullopt;
    }
    return result;
}

std::optional<LaterSteps::Affine> LaterSteps::difference(const Node& node, bool wanted) {
    const bool strict = is(node, "less");
    if (!strict && !is(node, "less_equal")) return std::nullopt;
    const std::optional<Affine> a = affine(node.operands[wanted ? 0 : 1]);
    const std::optional<Affine> b = affine(node.operands[wanted ? 1 : 0]);
    if (!a || !b) return std::nullopt;
    Affine result = *b;
    // Whole numbers: a < b is b - a - 1 >= 0.
    result.constant -= a->constant + (strict == wanted ? 1 : 0);
    for (std::size_t axis = 0; axis < result.by_axis.size(); ++axis) result.by_axis[axis] -= a->by_axis[axis];
    return result;
}

bool LaterSteps::implies_not_later(Value condition, bool wanted, Axes axes) {
    if (!spend()) return false;
    const Node& node = graph_.node(condition);
    if (const std::optional<double> all = splat_value(graph_, condition)) return (*all != 0) != wanted;
    ++depth_;
    const auto operand = [&](std::size_t k) { return implies_not_later(node.operands[k], wanted, axes); };
    bool result = false;
    if (is(node, "not")) {
        result = implies_not_later(node.operands[0], !wanted, axes);
    } else if (is(node, "and") || is(node, "or")) {
        // What makes a conjunction true makes both true; what makes it false, one of them.
        result = is(node, "and") == wanted ? operand(0) || operand(1) : operand(0) && operand(1);
    } else if (lowering_of<ViewLowering>(node) != nullptr && node.operands.size() == 1) {
        const std::optional<Axes> behind = behind_view(node, axes);
        result = behind && implies_not_later(node.operands[0], wanted, *behind);
    } else if (const std::optional<Affine> d = difference(node, wanted)) {
        // factor * (own - later) + constant >= 0 with constant < factor.
        const std::int64_t factor = d->by_axis[axes.own];
        result = factor > 0 && d->by_axis[axes.later] == -factor && d->constant < factor;
        for (std::size_t axis = 0; axis < d->by_axis.size(); ++axis)
            result = result && (axis == axes.own || axis == axes.later || d->by_axis[axis] == 0);
    }
    --depth_;
    return result;
}

bool LaterSteps::holds_at_own(Value condition, bool wanted, Axes axes) {
    if (!spend()) return false;
    const Node& node = graph_.node(condition);
    if (const std::optional<double> all = splat_value(graph_, condition)) return (*all != 0) == wanted;
    ++depth_;
    const auto operand = [&](std::size_t k) { return holds_at_own(node.operands[k], wanted, axes); };
    bool result = false;
    if (is(node, "not")) {
        result = holds_at_own(node.operands[0], !wanted, axes);
    } else if (is(node, "and") || is(node, "or")) {
        result = is(node, "and") == wanted ? operand(0) && operand(1) : operand(0) || operand(1);
    } else if (lowering_of<ViewLowering>(node) != nullptr && node.operands.size() == 1) {
        const std::optional<Axes> behind = behind_view(node, axes);
        result = behind && holds_at_own(node.operands[0], wanted, *behind);
    } else if (const std::optional<Affine> d = difference(node, wanted)) {
        result = d->by_axis[axes.own] + d->by_axis[axes.later] == 0 && d->constant >= 0;
        for (std::size_t axis = 0; axis < d->by_axis.size(); ++axis)
            result = result && (axis == axes.own || axis == axes.later || d->by_axis[axis] == 0);
    }
    --depth_;
    return result;
}

}  // namespace nncc
