// vectorize: adds the steps of a scan as a leading axis to a node's operands and attributes.
#include "passes/vectorize.h"

#include <algorithm>

#include "ops/build.h"
#include "ops/einsum.h"
#include "ops/record.h"
#include "passes/node_kinds.h"

namespace nncc {
namespace {

// What storing, and loading again, an element costs in cycles.
constexpr int kMemoryCost = 4;
constexpr int kVectorRandomCost = 2;

// softmax and its like: one shape in and out, and at most an axis.
bool is_along_axis(const Graph& body, const Node& node) {
    if (lowering_of<ExpandLowering>(node) == nullptr || node.types.size() != 1) return false;
    for (const auto& [name, attribute] : node.attributes.items()) {
        if (name != "axis" || !std::holds_alternative<std::int64_t>(attribute)) return false;
    }
    return std::all_of(node.operands.begin(), node.operands.end(),
                       [&](Value operand) { return body.type(operand).shape == node.type().shape; });
}

char free_letter(const Equation& equation) {
    const std::string used = all_letters(equation);
    for (const char* range : {"tTuvwxyzabcdefghijklmnopqrs", "ABCDEFGHIJKLMNOPQRSUVWXYZ"}) {
        for (const char* letter = range; *letter != 0; ++letter) {
            if (used.find(*letter) == std::string::npos) return *letter;
        }
    }
    return 0;
}

Axes shifted(Axes axes) {
    for (std::int64_t& axis : axes) ++axis;
    return axes;
}

Axes with_first(Axes list, std::int64_t first) {
    list.insert(list.begin(), first);
    return list;
}

Shape with_steps(Shape shape, const Dim& steps) {
    shape.insert(shape.begin(), steps);
    return shape;
}

Attributes view_attributes(const Node& node, ViewKind kind, const Dim& steps) {
    Attributes attributes = node.attributes;
    const auto prepend = [&](std::string_view name, std::int64_t first) {
        attributes.set(std::string(name), with_first(node.attributes.integers(name), first));
    };
    switch (kind) {
        case ViewKind::kReshape: attributes.set("shape", with_steps(node.attributes.shape("shape"), steps)); break;
        case ViewKind::kTranspose:
            attributes.set("permutation", with_first(shifted(node.attributes.integers("permutation")), 0));
            break;
        case ViewKind::kBroadcast:
            attributes.set("shape", with_steps(node.attributes.shape("shape"), steps));
            attributes.set("axes", with_first(shifted(node.attributes.integers("axes")), 0));
            break;
        case ViewKind::kSlice:
            prepend("start", 0);
            prepend("stop", steps.is_constant() ? steps.constant() : kSliceEnd);
            prepend("step", 1);
            if (const Attribute* extents = node.attributes.find("extents"))
                attributes.set("extents", with_steps(std::get<Shape>(*extents), steps));
            break;
        case ViewKind::kPad:
            for (const char* name : {"low", "high", "interior"}) prepend(name, 0);
            break;
        case ViewKind::kConcatenate: attributes.set("axis", node.attributes.integer("axis") + 1); break;
        case ViewKind::kWindow: NNCC_CHECK(false, "windows are not vectorized");
    }
    return attributes;
}

bool can_index(const Node& node, const std::vector<bool>& stacked, std::string_view kernel) {
    if (stacked[0] && stacked[1]) return true;
    if (kernel != "gather" || node.attributes.integer("batch_axes") != 0) return false;
    return stacked[0] || node.attributes.integer("axis") == 0;
}

}  // namespace

bool is_cheap(const Node& node) {
    if (node.body != nullptr || node.types.size() != 1) return false;
    if (node.op->facts.random) return true;
    if (const auto* elementwise = lowering_of<ElementwiseLowering>(node)) return elementwise->cost <= kMemoryCost;
    if (const auto* view = lowering_of<ViewLowering>(node)) {
        return view->kind != ViewKind::kPad && view->kind != ViewKind::kConcatenate && view->kind != ViewKind::kWindow;
    }
    return lowering_of<LeafLowering>(node) != nullptr;
}

int elementwise_cost(const Node& node) {
    if (node.op->facts.random) return kVectorRandomCost;
    const auto* elementwise = lowering_of<ElementwiseLowering>(node);
    return elementwise == nullptr ? 0 : elementwise->cost;
}

bool is_heavy(const Node& node) {
    if (node.body != nullptr || lowering_of<LeafLowering>(node) != nullptr || node.op->facts.random) return false;
    if (const auto* elementwise = lowering_of<ElementwiseLowering>(node)) return elementwise->cost > kMemoryCost;
    return lowering_of<ViewLowering>(node) == nullptr;
}

bool can_vectorize(const Graph& body, const Node& node, const std::vector<bool>& stacked) {
    if (node.body != nullptr || node.types.size() != 1 || node.operands.empty()) return false;
    if (is_elementwise(node) || is_along_axis(body, node)) return true;
    if (const auto* view = lowering_of<ViewLowering>(node)) {
        if (view->kind == ViewKind::kWindow) return false;
        return view->kind != ViewKind::kPad || !stacked[1];
    }
    if (lowering_of<ReductionLowering>(node) != nullptr) return node.attributes.find("axes") != nullptr;
    if (lowering_of<CustomLowering>(node) != nullptr)
        return node.operands.size() == 1 && node.attributes.find("axis") != nullptr;
    if (const auto* indexed = lowering_of<IndexedLowering>(node)) return can_index(node, stacked, indexed->kernel);
    if (const auto* contraction = lowering_of<ContractionLowering>(node))
        return contraction->kind == ContractionKind::kEinsum && free_letter(equation_of(node)) != 0;
    return false;
}

Value stack_same(GraphBuilder& builder, Value value, const Dim& steps) {
    const Shape shape = with_steps(builder.type(value).shape, steps);
    Axes axes;
    for (std::size_t k = 1; k < shape.size(); ++k) axes.push_back(static_cast<std::int64_t>(k));
    return broadcast_to(builder, value, shape, axes);
}

Value vectorize_einsum(GraphBuilder& builder, const Node& node, const std::vector<Value>& operands,
                       const std::vector<bool>& stacked, bool sum_steps) {
    Equation equation = equation_of(node);
    const char letter = free_letter(equation);
    NNCC_CHECK(letter != 0);
    for (std::size_t k = 0; k < operands.size(); ++k) {
        if (stacked[k]) equation.inputs[k].insert(equation.inputs[k].begin(), letter);
    }
    if (!sum_steps) equation.output.insert(equation.output.begin(), letter);
    return einsum(builder, equation.text(), operands);
}

Value vectorize(GraphBuilder& builder, const Graph& body, const Node& node, const std::vector<Value>& given,
                const std::vector<bool>& stacked, const Dim& steps) {
    NNCC_CHECK(can_vectorize(body, node, stacked), "`{}` has no form for all steps", node.op->name);
    if (lowering_of<ContractionLowering>(node) != nullptr)
        return vectorize_einsum(builder, node, given, stacked, false);
    std::vector<Value> operands = given;
    Attributes attributes = node.attributes;
    const auto stack = [&](std::size_t k) {
        if (!stacked[k]) operands[k] = stack_same(builder, operands[k], steps);
    };
    const auto shift_axis = [&] { attributes.set("axis", node.attributes.integer("axis") + 1); };
    if (const auto* view = lowering_of<ViewLowering>(node)) {
        attributes = view_attributes(node, view->kind, steps);
        for (std::size_t k = 0; k < operands.size(); ++k) {
            if (view->kind != ViewKind::kPad || k == 0) stack(k);
        }
    } else if (lowering_of<IndexedLowering>(node) != nullptr) {
        if (stacked[0] && stacked[1]) attributes.set("batch_axes", node.attributes.integer("batch_axes") + 1);
        if (stacked[0]) shift_axis();
    } else if (lowering_of<ReductionLowering>(node) != nullptr) {
        attributes.set("axes", shifted(node.attributes.integers("axes")));
    } else {
        for (std::size_t k = 0; k < operands.size(); ++k) stack(k);
        if (node.attributes.find("axis") != nullptr) shift_axis();
    }
    return builder.add(*node.op, operands, attributes, node.origin);
}

}  // namespace nncc
