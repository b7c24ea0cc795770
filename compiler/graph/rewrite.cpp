// Copies of graphs: rewritten node by node, inlined into another, and without what no root reaches.
#include "graph/graph.h"
#include "ops/record.h"

namespace nncc {
namespace {

using Results = std::vector<std::vector<Value>>;

std::vector<Value> mapped(const std::vector<Value>& operands, const Results& results) {
    std::vector<Value> values;
    values.reserve(operands.size());
    for (const Value& operand : operands) {
        const std::vector<Value>& made = results[static_cast<std::size_t>(operand.node)];
        NNCC_CHECK(operand.result < static_cast<int>(made.size()), "result {} of node {} has no replacement",
                   operand.result, operand.node);
        values.push_back(made[static_cast<std::size_t>(operand.result)]);
    }
    return values;
}

std::vector<Value> results_of(const GraphBuilder& builder, Value first) {
    std::vector<Value> values;
    const int count = static_cast<int>(builder.node(first).types.size());
    for (int k = 0; k < count; ++k) values.push_back(Value{first.node, k});
    return values;
}

std::vector<Value> copied(GraphBuilder& builder, const Graph& from, const Node& node, std::vector<Value> operands) {
    return results_of(builder, builder.copy(from, node, std::move(operands)));
}

Graph rewrite_live(const Graph& graph, const std::vector<bool>& live, const RewriteVisit& visit) {
    GraphBuilder builder(graph.name());
    Results results(static_cast<std::size_t>(graph.size()));
    for (int i = 0; i < graph.size(); ++i) {
        if (!live[static_cast<std::size_t>(i)]) continue;
        const Node& node = graph.node(i);
        std::vector<Value> operands = mapped(node.operands, results);
        std::optional<std::vector<Value>> replacement;
        if (visit) {
            builder.set_origin(node.origin);
            replacement = visit(builder, node, operands);
        }
        std::vector<Value>& made = results[static_cast<std::size_t>(i)];
        made = replacement ? std::move(*replacement) : copied(builder, graph, node, std::move(operands));
    }
    builder.set_origin({});
    for (const Output& output : graph.outputs()) builder.output(output.name, mapped({output.value}, results)[0]);
    return std::move(builder).finish();
}

}  // namespace

std::vector<bool> live_nodes(const Graph& graph) {
    std::vector<bool> live(static_cast<std::size_t>(graph.size()), false);
    for (const Output& output : graph.outputs()) live[static_cast<std::size_t>(output.value.node)] = true;
    for (int store : graph.stores()) live[static_cast<std::size_t>(store)] = true;
    for (int i = graph.size() - 1; i >= 0; --i) {
        if (!live[static_cast<std::size_t>(i)]) continue;
        for (const Value& operand : graph.node(i).operands) live[static_cast<std::size_t>(operand.node)] = true;
    }
    return live;
}

Graph rewrite(const Graph& graph, const RewriteVisit& visit) {
    Graph result = rewrite_live(graph, live_nodes(graph), visit);
    // A replacement leaves the nodes that only the replaced one used.
    std::vector<bool> live = live_nodes(result);
    for (bool is_live : live) {
        if (!is_live) return rewrite_live(result, live, nullptr);
    }
    return result;
}

std::vector<std::vector<Value>> inline_graph(
    GraphBuilder& builder, const Graph& graph,
    const std::function<std::optional<std::vector<Value>>(const Node&)>& replace, bool with_stores) {
    Results results(static_cast<std::size_t>(graph.size()));
    for (int i = 0; i < graph.size(); ++i) {
        const Node& node = graph.node(i);
        if (!with_stores && lowering_of<EffectLowering>(node) != nullptr) continue;
        std::optional<std::vector<Value>> replacement;
        if (replace) replacement = replace(node);
        std::vector<Value>& made = results[static_cast<std::size_t>(i)];
        made = replacement ? std::move(*replacement) : copied(builder, graph, node, mapped(node.operands, results));
    }
    return results;
}

}  // namespace nncc
