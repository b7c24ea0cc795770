// expand: turns composites and convolutions into the ops they stand for, once differentiation no longer needs them
// whole.
#include "ops/record.h"
#include "passes/pass.h"

namespace nncc {
namespace {

Graph without_stop_gradient(const Graph& graph) {
    return rewrite(
        graph,
        [](GraphBuilder&, const Node& node, const std::vector<Value>& operands) -> std::optional<std::vector<Value>> {
            if (node.op->name == "stop_gradient") return std::vector<Value>{operands[0]};
            return std::nullopt;
        });
}

}  // namespace

Graph expand(const Graph& graph) {
    const Graph expanded =
        rewrite(graph,
                [](GraphBuilder& builder, const Node& node,
                   const std::vector<Value>& operands) -> std::optional<std::vector<Value>> {
                    NNCC_CHECK(node.op->expand != nullptr || !std::holds_alternative<ExpandLowering>(node.op->lowering),
                               "composite {} has no expansion", node.op->name);
                    if (node.op->expand != nullptr) {
                        builder.set_origin(node.origin);
                        std::vector<Value> results = node.op->expand(builder, node, operands);
                        builder.set_origin({});
                        return results;
                    }
                    if (node.body == nullptr) return std::nullopt;
                    auto body = std::make_shared<const Graph>(expand(*node.body));
                    const Value first = builder.add(*node.op, operands, node.attributes, node.origin, body);
                    std::vector<Value> results;
                    for (int k = 0; k < static_cast<int>(node.types.size()); ++k) results.push_back({first.node, k});
                    return results;
                });
    // Expansions bring their own.
    return without_stop_gradient(expanded);
}

}  // namespace nncc
