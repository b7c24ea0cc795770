// fuse: turns a graph of ops into a graph of groups, each a nested graph that runs as one launch.
#include "passes/fuse.h"

#include <fmt/format.h>

#include <set>

#include "graph/constants.h"
#include "ops/record.h"
#include "passes/fuse_groups.h"
#include "passes/fuse_units.h"
#include "passes/node_kinds.h"
#include "passes/scan_body.h"
#include "passes/scan_builder.h"

namespace nncc {
namespace {

const char* kind_name(GroupKind kind) {
    switch (kind) {
        case GroupKind::kLoop: return "loop";
        case GroupKind::kReduction: return "reduction";
        case GroupKind::kContraction: return "contraction";
        case GroupKind::kSingle: return "single";
    }
    return "";
}

bool is_repeated_constant(const Node& node) {
    return node.op->name == "constant" && node.attributes.constant("value").elements.size() == 1;
}

// relu is one maximum, now that its gradient is taken (which is 0 at 0, where that of maximum is not), and keeps its
// result, not its argument: the mask `x <= 0` in the backward pass is the same as `select(x <= 0, 0, x)
// <= 0`, which is in a buffer anyway as the next layer's operand; `0 < x` with its branches swapped likewise, but for
// the maximum: it is 0 for NaN.
struct Relu {
    Value mask, zero;
    bool less = false;  // the form of the mask
};

std::optional<Relu> as_relu(const GraphBuilder& builder, const Node& node) {
    if (node.op->name != "select") return std::nullopt;
    const Node& mask = builder.node(node.operands[0]);
    const bool less = mask.op->name == "less";
    if (!less && mask.op->name != "less_equal") return std::nullopt;
    const Value x = node.operands[less ? 1 : 2];
    const Value zero = node.operands[less ? 2 : 1];
    if (splat_value(builder, zero) != 0.0) return std::nullopt;
    if (mask.operands[less ? 1 : 0] != x || mask.operands[less ? 0 : 1] != zero) return std::nullopt;
    return Relu{node.operands[0], zero, less};
}

Graph read_masks_from_results(const Graph& graph) {
    std::map<Value, std::pair<Relu, Value>> by_mask;  // with the relu's result
    return rewrite(graph,
                   [&](GraphBuilder& builder, const Node& node,
                       const std::vector<Value>& operands) -> std::optional<std::vector<Value>> {
                       std::vector<Value> changed = operands;
                       for (Value& operand : changed) {
                           auto found = by_mask.find(operand);
                           if (found == by_mask.end()) continue;
                           const auto& [relu, result] = found->second;
                           operand = relu.less ? builder.add("less", {relu.zero, result})
                                               : builder.add("less_equal", {result, relu.zero});
                       }
                       if (lowering_of<EffectLowering>(node) != nullptr && changed == operands) return std::nullopt;
                       Value made = builder.add(*node.op, changed, node.attributes, node.origin, node.body);
                       if (changed == operands) {
                           const Node copy = builder.node(made);
                           if (std::optional<Relu> relu = as_relu(builder, copy)) {
                               if (!relu->less) {
                                   made = builder.add("maximum", {copy.operands[2], relu->zero}, {}, node.origin);
                               }
                               by_mask.insert({relu->mask, {*relu, made}});
                           }
                       }
                       std::vector<Value> results;
                       for (int k = 0; k < static_cast<int>(node.types.size()); ++k) results.push_back({made.node, k});
                       return results;
                   });
}

class Assembler {
  public:
    Assembler(const Graph& graph, FuseLevel level)
        : graph_(graph),
          units_(find_units(graph, level)),
          groups_(find_groups(graph, units_, level)),
          level_(level),
          builder_(graph.name()) {
        group_of_.resize(at(graph.size()), -1);
        for (std::size_t g = 0; g < groups_.size(); ++g) {
            for (int unit : groups_[g].units) group_of_[at(unit)] = static_cast<int>(g);
        }
        read_elsewhere_.resize(at(graph.size()), false);
        for (const UnitEdge& edge : units_.edges) {
            if (group_of_[at(edge.from)] != group_of_[at(edge.to)]) read_elsewhere_[at(edge.from)] = true;
        }
    }

    Graph run() {
        for (int index = 0; index < graph_.size(); ++index) {
            if (units_.role[at(index)] == NodeRole::kLeaf) outer({index, 0});
        }
        for (std::size_t g = 0; g < groups_.size(); ++g) add_group(static_cast<int>(g));
        for (int store : graph_.stores()) {
            const Node& node = graph_.node(store);
            const bool copy = units_.store_needs_copy[at(store)];
            builder_.add("store", {sink(node.operands[0], copy, node.origin, true)}, node.attributes, node.origin);
        }
        for (const Output& output : graph_.outputs()) {
            builder_.output(output.name, sink(output.value, false, graph_.node(output.value).origin, false));
        }
        return std::move(builder_).finish();
    }

  private:
    // The value as groups' operands, stores and outputs see it.
    Value outer(Value value) {
        auto found = outer_.find(value);
        if (found != outer_.end()) return found->second;
        const Node& node = graph_.node(value);
        const NodeRole role = units_.role[at(value.node)];
        NNCC_CHECK(role == NodeRole::kLeaf || role == NodeRole::kAlias, "{} is not in a buffer yet", node.op->name);
        std::vector<Value> operands;
        for (Value operand : node.operands) operands.push_back(outer(operand));
        const Value made = builder_.add(*node.op, operands, node.attributes, node.origin);
        outer_[value] = made;
        return made;
    }

    struct Body {
        GraphBuilder builder{"group"};
        std::map<Value, Value> inner;  // value of the graph → value of the body
        std::vector<Value> operands;   // of the group
        int group = -1;
    };

    Value argument(Body& body, Value value) {
        auto found = body.inner.find(value);
        if (found != body.inner.end()) return found->second;
        const Value made = body.builder.add(
            "argument", {}, {{"index", static_cast<std::int64_t>(body.operands.size())}, {"type", graph_.type(value)}});
        body.operands.push_back(outer(value));
        body.inner[value] = made;
        return made;
    }

    Value clone(Body& body, int index) {
        const Node& node = graph_.node(index);
        std::vector<Value> operands;
        for (Value operand : node.operands) operands.push_back(inner(body, operand));
        return body.builder.add(*node.op, operands, node.attributes, node.origin, node.body);
    }

    // The value inside the body: a unit of the same group, a clone of a virtual node, or an argument.
    Value inner(Body& body, Value value) {
        auto found = body.inner.find(value);
        if (found != body.inner.end()) return found->second;
        const bool clonable =
            units_.role[at(value.node)] == NodeRole::kVirtual || is_repeated_constant(graph_.node(value));
        if (!clonable) return argument(body, value);
        const Value made = clone(body, value.node);
        body.inner[value] = made;
        return made;
    }

    void add_group(int index) {
        const UnitGroup& group = groups_[at(index)];
        Body body;
        body.group = index;
        int main_unit = group.units.back();
        for (int unit : group.units) {
            const UnitKind kind = units_.kind(graph_, unit);
            if (kind == UnitKind::kContraction || kind == UnitKind::kSingle) {
                const Node& node = graph_.node(unit);
                std::vector<Value> operands;
                for (Value operand : node.operands) operands.push_back(argument(body, operand));
                const Value first =
                    body.builder.add(*node.op, operands, node.attributes, node.origin, fused_body(node));
                for (int k = 0; k < static_cast<int>(node.types.size()); ++k) body.inner[{unit, k}] = {first.node, k};
                main_unit = unit;
            } else {
                body.inner[{unit, 0}] = clone(body, unit);
                if (kind == UnitKind::kReduction) main_unit = unit;
            }
        }
        std::vector<Value> results;
        for (int unit : group.units) {
            if (!read_elsewhere_[at(unit)] && !units_.needs_buffer[at(unit)]) continue;
            for (int k = 0; k < static_cast<int>(graph_.node(unit).types.size()); ++k) {
                body.builder.output(fmt::format("{}", results.size()), body.inner.at({unit, k}));
                results.push_back({unit, k});
            }
        }
        NNCC_CHECK(!results.empty(), "group of {} has no reader", graph_.node(group.units[0]).op->name);
        auto graph = std::make_shared<const Graph>(std::move(body.builder).finish());
        const Value first = builder_.add(op_named("group"), body.operands, {{"kind", kind_of(group, main_unit)}},
                                         graph_.node(main_unit).origin, graph);
        for (std::size_t k = 0; k < results.size(); ++k) outer_[results[k]] = {first.node, static_cast<int>(k)};
    }

    std::string kind_of(const UnitGroup& group, int main_unit) const {
        return is_scan(graph_.node(main_unit)) ? "scan" : kind_name(group.kind);
    }

    // A scan is a launch of many: its body is fused like an entry of its own.
    std::shared_ptr<const Graph> fused_body(const Node& node) const {
        if (!is_scan(node)) return node.body;
        const ScanBody body = body_of(node);
        return scan_of(fuse(body.graph, level_), node, body);
    }

    // The value as the only one its sink has: a store or output names the buffer, so a value with two sinks, a leaf,
    // and a new value that must wait for readers of the old one are copied. A storage that this call replaces is copied
    // twice into another one, so that two can be swapped.
    Value sink(Value value, bool copy, const Origin& origin, bool stores) {
        const Value base = alias_base(graph_, units_, value);
        if (units_.is_unit[at(base.node)] && !copy && claimed_.insert(outer(base)).second) return outer(value);
        const Node& node = graph_.node(value);
        if (is_repeated_constant(node)) {
            GraphBuilder body("group");
            const Value element = body.add(*node.op, {}, node.attributes, node.origin);
            return copy_group(std::move(body), element, {}, origin);
        }
        Value source = outer(value);
        if (stores && is_replaced(graph_.node(base))) source = copy_of(source, graph_.type(value), origin);
        return copy_of(source, graph_.type(value), origin);
    }

    bool is_replaced(const Node& leaf) const {
        if (leaf.op->name != "storage") return false;
        for (int store : graph_.stores()) {
            if (graph_.node(store).attributes.text("name") == leaf.attributes.text("name")) return true;
        }
        return false;
    }

    Value copy_of(Value source, const Type& type, const Origin& origin) {
        GraphBuilder body("group");
        const Value element = body.add("argument", {}, {{"index", std::int64_t{0}}, {"type", type}});
        return copy_group(std::move(body), element, {source}, origin);
    }

    Value copy_group(GraphBuilder body, Value element, std::vector<Value> operands, const Origin& origin) {
        body.output("0", body.add("cast", {element}, {{"dtype", body.type(element).dtype}}, origin));
        // `recompute` keeps equal copies apart.
        return builder_.add(op_named("group"), std::move(operands),
                            {{"kind", std::string("loop")}, {"recompute", ++copies_}}, origin,
                            std::make_shared<const Graph>(std::move(body).finish()));
    }

    const Graph& graph_;
    Units units_;
    std::vector<UnitGroup> groups_;
    FuseLevel level_;
    GraphBuilder builder_;
    std::vector<int> group_of_;
    std::vector<bool> read_elsewhere_;
    std::map<Value, Value> outer_;
    std::set<Value> claimed_;
    std::int64_t copies_ = 0;
};

}  // namespace

Graph prepare_fusion(const Graph& graph, FuseLevel level) {
    return remove_dead(level == FuseLevel::kFull ? read_masks_from_results(graph) : graph);
}

Graph fuse(const Graph& graph, FuseLevel level) {
    const Graph prepared = prepare_fusion(graph, level);
    return remove_dead(Assembler(prepared, level).run());
}

std::map<std::pair<std::string, std::string>, int> fused_pairs(const Graph& fused) {
    std::map<std::pair<std::string, std::string>, int> counts;
    for (const Node& node : fused.nodes()) {
        if (node.op->name != "group") continue;
        for (const Node& consumer : node.body->nodes()) {
            for (Value operand : consumer.operands) {
                const Node& producer = node.body->node(operand);
                if (std::holds_alternative<LeafLowering>(producer.op->lowering)) continue;
                ++counts[{std::string(producer.op->name), std::string(consumer.op->name)}];
            }
        }
    }
    return counts;
}

std::map<std::string, int> group_counts(const Graph& fused) {
    std::map<std::string, int> counts;
    for (const Node& node : fused.nodes()) {
        if (node.op->name == "group") ++counts[node.attributes.text("kind")];
    }
    return counts;
}

}  // namespace nncc
