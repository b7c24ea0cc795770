// Builds graphs: infers types, shares equal nodes, and compares whole graphs.
#include <bit>

#include "graph/constants.h"
#include "graph/graph.h"
#include "ops/record.h"
#include "ops/type_rules.h"

namespace nncc {
namespace {

class Hash {
  public:
    void mix(std::uint64_t value) {
        state_ = (state_ ^ value) * 0x9E3779B97F4A7C15ULL;
        state_ ^= state_ >> 32;
    }
    void mix(std::string_view text) { mix(std::hash<std::string_view>{}(text)); }
    void mix(const Shape& shape) {
        mix(shape.size());
        for (const Dim& dim : shape) {
            if (dim.is_constant()) {
                mix(static_cast<std::uint64_t>(dim.constant()));
                continue;
            }
            for (const Dim::Term& term : dim.terms()) {
                mix(static_cast<std::uint64_t>(term.coefficient));
                for (const std::string& name : term.names) mix(std::string_view(name));
            }
        }
    }
    void mix(const Attribute& attribute) {
        mix(attribute.index());
        std::visit([this](const auto& value) { mix_value(value); }, attribute);
    }
    std::size_t value() const { return state_; }

  private:
    void mix_value(std::int64_t value) { mix(static_cast<std::uint64_t>(value)); }
    void mix_value(bool value) { mix(std::uint64_t{value}); }
    void mix_value(const std::string& text) { mix(std::string_view(text)); }
    void mix_value(const std::vector<std::int64_t>& values) {
        for (std::int64_t value : values) mix(static_cast<std::uint64_t>(value));
    }
    void mix_value(DType dtype) { mix(static_cast<std::uint64_t>(dtype)); }
    void mix_value(const Shape& shape) { mix(shape); }
    void mix_value(const Type& type) {
        mix(static_cast<std::uint64_t>(type.dtype));
        mix(type.shape);
    }
    void mix_value(const ConstantData& data) {
        mix(data.elements.size());
        for (double element : data.elements) mix(std::bit_cast<std::uint64_t>(element));
    }
    std::uint64_t state_ = 0x243F6A8885A308D3ULL;
};

std::size_t hash_of(const OpRecord& op, const std::vector<Value>& operands, const Attributes& attributes,
                    const Graph* body) {
    Hash hash;
    hash.mix(std::bit_cast<std::uintptr_t>(&op));
    for (const Value& operand : operands) {
        hash.mix((static_cast<std::uint64_t>(operand.node) << 8) ^ static_cast<std::uint64_t>(operand.result));
    }
    for (const auto& [name, value] : attributes.items()) {
        hash.mix(std::string_view(name));
        hash.mix(value);
    }
    if (body != nullptr) hash.mix(static_cast<std::uint64_t>(body->size()));
    return hash.value();
}

bool same_body(const std::shared_ptr<const Graph>& a, const std::shared_ptr<const Graph>& b) {
    return a == b || (a && b && *a == *b);
}

bool same_node(const Node& a, const Node& b) {
    return a.op == b.op && a.operands == b.operands && a.attributes == b.attributes && a.types == b.types &&
           a.origin == b.origin && same_body(a.body, b.body);
}

}  // namespace

std::vector<int> Graph::stores() const {
    std::vector<int> result;
    for (int i = 0; i < size(); ++i) {
        if (lowering_of<EffectLowering>(node(i)) != nullptr) result.push_back(i);
    }
    return result;
}

bool operator==(const Graph& a, const Graph& b) {
    if (a.name() != b.name() || a.size() != b.size() || a.outputs() != b.outputs()) return false;
    for (int i = 0; i < a.size(); ++i) {
        if (!same_node(a.node(i), b.node(i))) return false;
    }
    return true;
}

GraphBuilder::GraphBuilder(std::string name) { graph_.name_ = std::move(name); }

std::variant<std::vector<Type>, TypeError> GraphBuilder::infer(const OpRecord& op, const std::vector<Value>& operands,
                                                               const Attributes& attributes,
                                                               const std::shared_ptr<const Graph>& body) const {
    std::vector<Type> types;
    types.reserve(operands.size());
    for (const Value& operand : operands) {
        NNCC_CHECK(operand.node >= 0 && operand.node < size() && operand.result >= 0 &&
                       operand.result < static_cast<int>(node(operand).types.size()),
                   "operand {}.{} of `{}` is not a value of this graph", operand.node, operand.result, op.name);
        types.push_back(type(operand));
    }
    return infer_types(op, TypeContext{std::move(types), attributes, body.get()});
}

Value GraphBuilder::add(const OpRecord& op, std::vector<Value> operands, Attributes attributes, Origin origin,
                        std::shared_ptr<const Graph> body) {
    if (const Attribute* value = attributes.find("value"); value && std::holds_alternative<ConstantData>(*value)) {
        if (const Attribute* type = attributes.find("type"); type && std::holds_alternative<Type>(*type)) {
            ConstantData data = std::get<ConstantData>(*value);
            normalise(data, std::get<Type>(*type));
            attributes.set("value", std::move(data));
        }
    }
    const std::size_t hash = hash_of(op, operands, attributes, body.get());
    if (const int* known = find(hash, op, operands, attributes, body)) return Value{*known, 0};
    auto types = infer(op, operands, attributes, body);
    if (const TypeError* error = std::get_if<TypeError>(&types)) {
        NNCC_CHECK(false, "`{}`: {}", op.name, error->message);
    }
    return append(hash, Node{&op, std::move(operands), std::move(attributes), std::get<0>(std::move(types)),
                             std::move(body), std::move(origin)});
}

Value GraphBuilder::copy(const Graph& from, const Node& node, std::vector<Value> operands) {
    for (std::size_t k = 0; k < operands.size(); ++k) {
        if (type(operands[k]) != from.type(node.operands[k])) {
            return add(*node.op, std::move(operands), node.attributes, node.origin, node.body);
        }
    }
    const std::size_t hash = hash_of(*node.op, operands, node.attributes, node.body.get());
    if (const int* known = find(hash, *node.op, operands, node.attributes, node.body)) return Value{*known, 0};
    return append(hash, Node{node.op, std::move(operands), node.attributes, node.types, node.body, node.origin});
}

const int* GraphBuilder::find(std::size_t hash, const OpRecord& op, const std::vector<Value>& operands,
                              const Attributes& attributes, const std::shared_ptr<const Graph>& body) const {
    if (std::holds_alternative<EffectLowering>(op.lowering)) return nullptr;
    for (auto [at, end] = by_hash_.equal_range(hash); at != end; ++at) {
        const Node& node = graph_.node(at->second);
        if (node.op == &op && node.operands == operands && node.attributes == attributes &&
            same_body(node.body, body)) {
            return &at->second;
        }
    }
    return nullptr;
}

Value GraphBuilder::append(std::size_t hash, Node node) {
    if (node.origin == Origin{}) node.origin = origin_;
    const int index = size();
    if (!std::holds_alternative<EffectLowering>(node.op->lowering)) by_hash_.emplace(hash, index);
    graph_.nodes_.edit().push_back(std::move(node));
    return Value{index, 0};
}

Value GraphBuilder::add(std::string_view op_name, std::vector<Value> operands, Attributes attributes, Origin origin) {
    return add(op_named(op_name), std::move(operands), std::move(attributes), std::move(origin));
}

void GraphBuilder::output(std::string name, Value value) { graph_.outputs_.push_back(Output{std::move(name), value}); }

Graph GraphBuilder::finish() && { return std::move(graph_); }

}  // namespace nncc
