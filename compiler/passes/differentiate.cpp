// differentiate: walks a graph backward from the loss and builds each node's adjoint by its op's gradient rule.
#include "passes/differentiate.h"

#include <fmt/format.h>

#include "graph/constants.h"
#include "ops/record.h"
#include "passes/diagnostic_kinds.h"

namespace nncc {
namespace {

// Nodes up to `last` whose value changes with one of `by` along differentiable ops.
std::vector<bool> depends_on(const GraphBuilder& builder, int last, const std::vector<Value>& by) {
    std::vector<bool> depends(static_cast<std::size_t>(last) + 1, false);
    for (Value value : by) {
        if (value.node <= last) depends[static_cast<std::size_t>(value.node)] = true;
    }
    for (int index = 0; index <= last; ++index) {
        const Node& node = builder.node({index, 0});
        if (std::holds_alternative<NotDifferentiable>(node.op->gradient)) continue;
        for (Value operand : node.operands) {
            if (depends[static_cast<std::size_t>(operand.node)] && is_floating(builder.type(operand).dtype)) {
                depends[static_cast<std::size_t>(index)] = true;
            }
        }
    }
    return depends;
}

Error refused(const Node& node) {
    Error error{&kNotDifferentiable,
                fmt::format("cannot differentiate through `{}`", node.op->name),
                "train a model without it, or compile for inference only",
                {},
                ExitCode::kWrongInput};
    if (!node.origin.place.empty())
        error.notes.push_back(fmt::format("{}: {}", node.origin.place, node.origin.expression));
    return error;
}

}  // namespace

Expected<std::vector<Value>> differentiate(GraphBuilder& builder, Value loss, const std::vector<Value>& by) {
    const int last = loss.node;
    const std::vector<bool> depends = depends_on(builder, last, by);
    std::vector<std::vector<Value>> adjoints(static_cast<std::size_t>(last) + 1);
    const auto accumulate = [&](Value at, Value adjoint) {
        auto& of_node = adjoints[static_cast<std::size_t>(at.node)];
        of_node.resize(builder.node(at).types.size());
        Value& slot = of_node[static_cast<std::size_t>(at.result)];
        NNCC_CHECK(builder.type(adjoint) == builder.type(at), "adjoint {} of {} {}", type_text(builder.type(adjoint)),
                   builder.node(at).op->name, type_text(builder.type(at)));
        slot = slot ? builder.add("add", {slot, adjoint}) : adjoint;
    };
    const Origin outer = builder.origin();
    NNCC_CHECK(is_floating(builder.type(loss).dtype));
    accumulate(loss, splat(builder, 1.0, builder.type(loss)));
    for (int index = last; index >= 0; --index) {
        const auto& of_node = adjoints[static_cast<std::size_t>(index)];
        if (of_node.empty() || !depends[static_cast<std::size_t>(index)]) continue;
        const Node node = builder.node({index, 0});
        if (node.operands.empty()) continue;
        if (std::holds_alternative<NotDifferentiable>(node.op->gradient)) continue;
        if (std::holds_alternative<StructuralGradient>(node.op->gradient)) return refused(node);
        Origin origin = node.origin;
        if (!origin.name.empty()) origin.name = fmt::format("d_{}", origin.name);
        builder.set_origin(origin);
        const GradientContext context{builder, {index, 0}, node, node.operands, of_node};
        const std::vector<Value> operand_adjoints = std::get<GradientRule>(node.op->gradient)(context);
        NNCC_CHECK(operand_adjoints.size() == node.operands.size(), "gradient of {}", node.op->name);
        for (std::size_t k = 0; k < node.operands.size(); ++k) {
            const Value operand = node.operands[k];
            if (operand_adjoints[k] && depends[static_cast<std::size_t>(operand.node)] &&
                is_floating(builder.type(operand).dtype)) {
                accumulate(operand, operand_adjoints[k]);
            }
        }
    }
    builder.set_origin(outer);
    std::vector<Value> results;
    for (Value value : by) {
        Value adjoint;
        if (value.node <= last && !adjoints[static_cast<std::size_t>(value.node)].empty()) {
            adjoint = adjoints[static_cast<std::size_t>(value.node)][static_cast<std::size_t>(value.result)];
        }
        results.push_back(adjoint ? adjoint : splat(builder, 0.0, builder.type(value)));
    }
    return results;
}

}  // namespace nncc
