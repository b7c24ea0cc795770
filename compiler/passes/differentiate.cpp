// differentiate: walks a graph backward from the loss and builds each node's adjoint by its op's gradient rule.
#include "passes/differentiate.h"

#include <fmt/format.h>

#include <algorithm>

#include "graph/constants.h"
#include "ops/record.h"
#include "passes/scan_builder.h"
#include "passes/scan_gradient.h"

namespace nncc {
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

Expected<std::vector<Value>> pull_back(GraphBuilder& builder, const std::vector<Seed>& seeds,
                                       const std::vector<Value>& by) {
    int last = -1;
    for (const Seed& seed : seeds) last = std::max(last, seed.value.node);
    const std::vector<bool> depends = depends_on(builder, last, by);
    std::vector<std::vector<Value>> adjoints(static_cast<std::size_t>(last + 1));
    const auto accumulate = [&](Value at, Value adjoint) {
        auto& of_node = adjoints[static_cast<std::size_t>(at.node)];
        of_node.resize(builder.node(at).types.size());
        Value& slot = of_node[static_cast<std::size_t>(at.result)];
        NNCC_CHECK(builder.type(adjoint) == builder.type(at), "adjoint {} of {} {}", type_text(builder.type(adjoint)),
                   builder.node(at).op->name, type_text(builder.type(at)));
        slot = slot ? builder.add("add", {slot, adjoint}) : adjoint;
    };
    const Origin outer = builder.origin();
    for (const Seed& seed : seeds) {
        NNCC_CHECK(is_floating(builder.type(seed.value).dtype));
        accumulate(seed.value, seed.adjoint);
    }
    for (int index = last; index >= 0; --index) {
        std::vector<Value> of_node = adjoints[static_cast<std::size_t>(index)];
        if (of_node.empty() || !depends[static_cast<std::size_t>(index)]) continue;
        const Node node = builder.node({index, 0});
        if (node.operands.empty()) continue;
        if (std::holds_alternative<NotDifferentiable>(node.op->gradient)) continue;
        of_node.resize(node.types.size());
        std::vector<bool> wanted;
        for (Value operand : node.operands) {
            wanted.push_back(depends[static_cast<std::size_t>(operand.node)] &&
                             is_floating(builder.type(operand).dtype));
        }
        Origin origin = node.origin;
        if (!origin.name.empty()) origin.name = fmt::format("d_{}", origin.name);
        builder.set_origin(origin);
        std::vector<Value> operand_adjoints;
        if (is_scan(node)) {
            Expected<std::vector<Value>> made = scan_gradient(builder, node, of_node, wanted);
            if (!made) return made.error();
            operand_adjoints = std::move(*made);
        } else {
            const GradientRule* rule = std::get_if<GradientRule>(&node.op->gradient);
            NNCC_CHECK(rule != nullptr, "`{}` is differentiated after fusion", node.op->name);
            operand_adjoints = (*rule)(GradientContext{builder, {index, 0}, node, node.operands, of_node});
        }
        NNCC_CHECK(operand_adjoints.size() == node.operands.size(), "gradient of {}", node.op->name);
        for (std::size_t k = 0; k < node.operands.size(); ++k) {
            if (operand_adjoints[k] && wanted[k]) accumulate(node.operands[k], operand_adjoints[k]);
        }
    }
    builder.set_origin(outer);
    std::vector<Value> results;
    for (Value value : by) {
        Value adjoint;
        if (value.node <= last && !adjoints[static_cast<std::size_t>(value.node)].empty()) {
            adjoint = adjoints[static_cast<std::size_t>(value.node)][static_cast<std::size_t>(value.result)];
        }
        results.push_back(adjoint);
    }
    return results;
}

Expected<std::vector<Value>> differentiate(GraphBuilder& builder, Value loss, const std::vector<Value>& by) {
    const Value one = splat(builder, 1.0, builder.type(loss));
    Expected<std::vector<Value>> results = pull_back(builder, {{loss, one}}, by);
    if (!results) return results;
    for (std::size_t k = 0; k < by.size(); ++k) {
        if (!(*results)[k]) (*results)[k] = splat(builder, 0.0, builder.type(by[k]));
    }
    return results;
}

}  // namespace nncc
