// Scan bodies: nodes that depend on a leaf are copied into the body; what they read of outside is captured. So whatever
// is the same in each step stays outside, but for constants and repetitions, which a body has for nothing.
#include "semantics/scan_body.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>

#include "ops/record.h"

namespace nncc {
namespace {

std::size_t at(int index) { return static_cast<std::size_t>(index); }

// The values made again with leaves replaced by values of outside.
class Replacement {
  public:
    Replacement(GraphBuilder& builder, const std::vector<ScanInput>& constant) : builder_(builder) {
        made_.resize(at(builder.size()));
        first_ = builder.size();
        for (const ScanInput& one : constant) {
            made_[at(one.leaf.node)] = one.outer;
            first_ = std::min(first_, one.leaf.node);
        }
        leaves_ = constant;
        for (int index = first_; index < static_cast<int>(made_.size()); ++index) {
            if (!made_[at(index)]) make(index);
        }
    }

    Value operator()(Value value) const {
        if (value.node < first_) return value;
        const Value made = made_[at(value.node)];
        if (!made) return value;
        const bool is_leaf =
            std::any_of(leaves_.begin(), leaves_.end(), [&](const ScanInput& one) { return one.leaf == value; });
        return is_leaf ? made : Value{made.node, value.result};
    }

  private:
    void make(int index) {
        const Node node = builder_.node(Value{index, 0});
        std::vector<Value> operands;
        for (Value operand : node.operands) operands.push_back((*this)(operand));
        if (operands == node.operands) return;
        made_[at(index)] = builder_.add(*node.op, std::move(operands), node.attributes, node.origin, node.body);
    }

    GraphBuilder& builder_;
    std::vector<ScanInput> leaves_;
    std::vector<Value> made_;  // of each node: its first result made again; empty where it stays
    int first_ = 0;
};

class BodyCopy {
  public:
    BodyCopy(const GraphBuilder& outer, int first) : outer_(outer), first_(first) {
        depends_.resize(at(outer.size()), false);
        inner_.resize(at(outer.size()));
    }

    void argument(Value leaf) {
        depends_[at(leaf.node)] = true;
        inner_[at(leaf.node)] = {add_argument(leaf)};
    }

    // Copies what `roots` need, in order.
    void copy(const std::vector<Value>& roots) {
        for (int index = first_; index < outer_.size(); ++index) {
            for (Value operand : outer_.node(Value{index, 0}).operands) {
                if (depends_[at(operand.node)]) depends_[at(index)] = true;
            }
        }
        std::vector<bool> needed(at(outer_.size()), false);
        for (Value root : roots) needed[at(root.node)] = true;
        for (int index = outer_.size() - 1; index >= first_; --index) {
            if (!needed[at(index)] || !depends_[at(index)]) continue;
            for (Value operand : outer_.node(Value{index, 0}).operands) needed[at(operand.node)] = true;
        }
        for (int index = first_; index < outer_.size(); ++index) {
            if (needed[at(index)] && depends_[at(index)] && inner_[at(index)].empty()) copy_node(index);
        }
    }

    Value image(Value value) {
        if (inner_[at(value.node)].empty()) {
            if (!depends_[at(value.node)] && is_free(outer_.node(value))) copy_node(value.node);
            else return captured(value);
        }
        return inner_[at(value.node)][at(value.result)];
    }

    GraphBuilder& body() { return body_; }
    const std::vector<Value>& captures() const { return captures_; }

  private:
    // A loop reads these without an array of them.
    bool is_free(const Node& node) const {
        if (node.op->name == "constant" || node.op->name == "iota") return true;
        const auto* view = lowering_of<ViewLowering>(node);
        return view != nullptr && view->kind == ViewKind::kBroadcast;
    }

    void copy_node(int index) {
        const Node& node = outer_.node(Value{index, 0});
        std::vector<Value> operands;
        for (Value operand : node.operands) operands.push_back(image(operand));
        const Value first = body_.add(*node.op, std::move(operands), node.attributes, node.origin, node.body);
        for (int k = 0; k < static_cast<int>(node.types.size()); ++k) inner_[at(index)].push_back({first.node, k});
    }

    Value captured(Value value) {
        auto found = captured_.find(value);
        if (found != captured_.end()) return found->second;
        captures_.push_back(value);
        return captured_.emplace(value, add_argument(value)).first->second;
    }

    Value add_argument(Value of) {
        Attributes attributes;
        attributes.set("index", std::int64_t{arguments_++});
        attributes.set("type", outer_.type(of));
        return body_.add("argument", {}, attributes, outer_.node(of).origin);
    }

    const GraphBuilder& outer_;
    int first_;
    GraphBuilder body_{"step"};
    std::vector<bool> depends_;              // on a leaf
    std::vector<std::vector<Value>> inner_;  // of each node of outside: its results in the body
    std::map<Value, Value> captured_;
    std::vector<Value> captures_;
    int arguments_ = 0;
};

}  // namespace

std::vector<Value> add_scan(GraphBuilder& builder, const std::vector<ScanInput>& sequences,
                            const std::vector<ScanCarry>& carries, const std::vector<ScanInput>& constant,
                            const std::vector<Value>& yields) {
    std::vector<Value> roots = yields;
    for (const ScanCarry& carry : carries) roots.push_back(carry.next);
    if (!constant.empty()) {
        Replacement replacement(builder, constant);
        for (Value& root : roots) root = replacement(root);
    }
    int first = builder.size();
    for (const ScanInput& one : sequences) first = std::min(first, one.leaf.node);
    for (const ScanCarry& one : carries) first = std::min(first, one.leaf.node);
    BodyCopy copy(builder, first);
    std::vector<Value> operands;
    for (const ScanInput& one : sequences) {
        copy.argument(one.leaf);
        operands.push_back(one.outer);
    }
    for (const ScanCarry& one : carries) {
        copy.argument(one.leaf);
        operands.push_back(one.before);
    }
    copy.copy(roots);
    for (std::size_t k = 0; k < roots.size(); ++k) {
        const Value value = copy.image(roots[k]);
        copy.body().output(
            k < yields.size() ? fmt::format("yield_{}", k + 1) : fmt::format("carry_{}", k + 1 - yields.size()), value);
    }
    operands.insert(operands.end(), copy.captures().begin(), copy.captures().end());
    Attributes attributes;
    attributes.set("axis", std::int64_t{0});
    attributes.set("carries", static_cast<std::int64_t>(carries.size()));
    attributes.set("reverse", false);
    attributes.set("sequences", static_cast<std::int64_t>(sequences.size()));
    auto body = std::make_shared<const Graph>(std::move(copy.body()).finish());
    const Value node =
        builder.add(op_named("scan"), std::move(operands), std::move(attributes), builder.origin(), body);
    std::vector<Value> results;
    for (std::size_t k = 0; k < roots.size(); ++k) results.push_back({node.node, static_cast<int>(k)});
    return results;
}

}  // namespace nncc
