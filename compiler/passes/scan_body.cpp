// ScanBody: arguments and results of a body to named inputs, storages and outputs, and back.
#include "passes/scan_body.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "ops/build.h"
#include "ops/record.h"
#include "passes/node_kinds.h"
#include "passes/scan_builder.h"

namespace nncc {
namespace {

class Names {
  public:
    std::string take(const std::string& wanted, std::string_view otherwise) {
        const std::string base = wanted.empty() ? std::string(otherwise) : wanted;
        std::string name = base;
        for (int k = 2; !taken_.insert(name).second; ++k) name = fmt::format("{}_{}", base, k);
        return name;
    }

  private:
    std::set<std::string> taken_;
};

}  // namespace

ScanBody body_of(const Node& scan) {
    const ScanRoles roles = roles_of(scan);
    const Graph& body = *scan.body;
    ScanBody result;
    Names names;
    const std::vector<Origin> origins = argument_origins(scan);
    for (std::size_t k = 0; k < scan.operands.size(); ++k) {
        const std::string_view otherwise = roles.is_sequence(k) ? "step" : roles.is_carry(k) ? "carry" : "captured";
        result.operands.push_back(names.take(origins[k].name, otherwise));
    }
    GraphBuilder builder(body.name());
    const auto inner = inline_graph(
        builder, body,
        [&](const Node& node) -> std::optional<std::vector<Value>> {
            if (node.op->name != "argument") return std::nullopt;
            const auto index = static_cast<std::size_t>(node.attributes.integer("index"));
            Attributes attributes{{"name", result.operands[index]}, {"type", node.type()}};
            if (roles.is_carry(index)) attributes.set("storage_kind", std::string("stream"));
            return std::vector<Value>{
                builder.add(roles.is_carry(index) ? "storage" : "input", {}, attributes, node.origin)};
        },
        false);
    std::set<Value> carried;
    std::vector<Value> values;
    for (std::size_t k = 0; k < body.outputs().size(); ++k) {
        const Value output = body.outputs()[k].value;
        values.push_back(inner[at(output.node)][at(output.result)]);
        if (k < roles.yields) continue;
        carried.insert(values.back());
        builder.add("store", {values.back()}, {{"name", result.operands[roles.sequences + k - roles.yields]}},
                    builder.node(values.back()).origin);
    }
    for (std::size_t k = 0; k < roles.yields; ++k) {
        const Origin origin = builder.node(values[k]).origin;
        result.yields.push_back(names.take(origin.name, "yield"));
        // What is carried and yielded is written to both places by what computes it.
        const bool twice = carried.contains(values[k]) && !builder.node(values[k]).operands.empty();
        const Value own =
            twice ? builder.add("cast", {values[k]}, {{"dtype", builder.type(values[k]).dtype}}, origin) : values[k];
        builder.output(result.yields.back(), own);
    }
    result.graph = std::move(builder).finish();
    return result;
}

std::shared_ptr<const Graph> scan_of(const Graph& graph, const Node& scan, const ScanBody& body) {
    const ScanRoles roles = roles_of(scan);
    const auto index_of = [&](const std::string& name) {
        const auto found = std::find(body.operands.begin(), body.operands.end(), name);
        NNCC_CHECK(found != body.operands.end(), "`{}` is no operand of a scan", name);
        return static_cast<std::int64_t>(found - body.operands.begin());
    };
    GraphBuilder builder(graph.name());
    const auto inner = inline_graph(
        builder, graph,
        [&](const Node& node) -> std::optional<std::vector<Value>> {
            if (node.op->name != "input" && node.op->name != "storage") return std::nullopt;
            return std::vector<Value>{
                builder.add("argument", {}, {{"index", index_of(node.attributes.text("name"))}, {"type", node.type()}},
                            node.origin)};
        },
        false);
    for (const Output& output : graph.outputs())
        builder.output("", inner[at(output.value.node)][at(output.value.result)]);
    const std::vector<int> stores = graph.stores();
    for (std::size_t k = 0; k < roles.carries; ++k) {
        const std::string& name = body.operands[roles.sequences + k];
        const auto store = std::find_if(stores.begin(), stores.end(),
                                        [&](int node) { return graph.node(node).attributes.text("name") == name; });
        NNCC_CHECK(store != stores.end(), "the carry `{}` is not stored", name);
        const Value value = graph.node(*store).operands[0];
        builder.output("", inner[at(value.node)][at(value.result)]);
    }
    return std::make_shared<const Graph>(std::move(builder).finish());
}

const Node& scan_in(const Node& group) {
    const std::vector<Node>& nodes = group.body->nodes();
    const auto scan = std::find_if(nodes.begin(), nodes.end(), [](const Node& node) { return is_scan(node); });
    NNCC_CHECK(scan != nodes.end(), "a group of kind `scan` without one");
    return *scan;
}

}  // namespace nncc
