// Checks every invariant of graphs and programs; the first violation as one line, or nothing.
#include <set>

#include "graph/constants.h"
#include "graph/print.h"
#include "graph/program.h"
#include "ops/record.h"
#include "ops/type_rules.h"

namespace nncc {
namespace {

using Fault = std::optional<std::string>;

bool exists(const Graph& graph, Value value, int before) {
    return value.node >= 0 && value.node < before && value.result >= 0 &&
           value.result < static_cast<int>(graph.node(value).types.size());
}

Fault node_fault(const Graph& graph, int index, bool is_body) {
    const Node& node = graph.node(index);
    if (node.op == nullptr) return "has no op";
    if (find_op(node.op->name) != node.op) return fmt::format("op `{}` is not in the table", node.op->name);
    std::vector<Type> operands;
    for (const Value& operand : node.operands) {
        if (!exists(graph, operand, index)) {
            return fmt::format("operand %{}.{} is no value of an earlier node", operand.node, operand.result);
        }
        operands.push_back(graph.type(operand));
    }
    TypeResult inferred = infer_types(*node.op, TypeContext{std::move(operands), node.attributes, node.body.get()});
    if (const TypeError* error = std::get_if<TypeError>(&inferred)) return error->message;
    const std::vector<Type>& types = std::get<0>(inferred);
    if (types.size() != node.types.size())
        return fmt::format("has {} results, not {}", node.types.size(), types.size());
    for (std::size_t k = 0; k < types.size(); ++k) {
        if (types[k] != node.types[k]) {
            return fmt::format("result {} is {}, but the op gives {}", k, type_text(node.types[k]),
                               type_text(types[k]));
        }
    }
    const std::string_view name = node.op->name;
    if (name == "constant") {
        ConstantData data = node.attributes.constant("value");
        normalise(data, node.type());
        if (data != node.attributes.constant("value")) return "the constant's elements are not in normal form";
    }
    const bool of_entries = name == "input" || name == "storage" || name == "store";
    if (is_body && of_entries) return fmt::format("`{}` inside a body", name);
    if (!is_body && name == "argument") return "`argument` outside a body";
    return std::nullopt;
}

Fault graph_fault(const Graph& graph, bool is_body, int depth) {
    if (depth > kMaximumBodyDepth) return fmt::format("bodies nest deeper than {}", kMaximumBodyDepth);
    std::set<std::string_view> inputs, storages, stores;
    for (int i = 0; i < graph.size(); ++i) {
        const Node& node = graph.node(i);
        Fault fault = node_fault(graph, i, is_body);
        if (!fault && node.body) fault = graph_fault(*node.body, true, depth + 1);
        if (!fault) {
            const std::string_view op = node.op->name;
            auto* names = op == "input" ? &inputs : op == "storage" ? &storages : op == "store" ? &stores : nullptr;
            if (names != nullptr && !names->insert(node.attributes.text("name")).second) {
                fault = fmt::format("a second {} named `{}`", op, node.attributes.text("name"));
            }
        }
        if (fault) return fmt::format("%{} = {}: {}", i, node.op ? node.op->name : "?", *fault);
    }
    std::set<std::string_view> outputs;
    for (const Output& output : graph.outputs()) {
        if (!exists(graph, output.value, graph.size())) {
            return fmt::format("output `{}` is no value of the graph", output.name);
        }
        // A body's outputs go by position, so they may be without names.
        if (!(is_body && output.name.empty()) && !outputs.insert(output.name).second) {
            return fmt::format("two outputs are named `{}`", output.name);
        }
    }
    return std::nullopt;
}

Fault storage_fault(const Program& program, const Graph& graph) {
    for (int i = 0; i < graph.size(); ++i) {
        const Node& node = graph.node(i);
        const bool is_store = node.op->name == "store";
        if (!is_store && node.op->name != "storage") continue;
        const std::string& name = node.attributes.text("name");
        const Storage* storage = program.find_storage(name);
        if (storage == nullptr) return fmt::format("%{}: storage `{}` is not in the table", i, name);
        const Type& type = is_store ? graph.type(node.operands[0]) : node.type();
        if (type != storage->type) {
            return fmt::format("%{}: storage `{}` is {}, not {}", i, name, type_text(storage->type), type_text(type));
        }
        if (!is_store && node.attributes.text("storage_kind") != storage_kind_name(storage->kind)) {
            return fmt::format("%{}: storage `{}` is a {}", i, name, storage_kind_name(storage->kind));
        }
    }
    return std::nullopt;
}

}  // namespace

std::optional<std::string> verify(const Graph& graph) { return graph_fault(graph, false, 0); }

std::optional<std::string> verify(const Program& program) {
    std::set<std::string_view> names;
    for (const Storage& storage : program.storages) {
        if (!names.insert(storage.name).second) return fmt::format("two storages are named `{}`", storage.name);
    }
    if (!program.position.empty()) {
        const Storage* position = program.find_storage(program.position);
        const auto time = program.dims.find("time");
        if (position == nullptr || position->kind != StorageKind::kStream || position->type != Type{DType::kI32, {}})
            return fmt::format("the position `{}` is no stream i32[]", program.position);
        if (time == program.dims.end() || !time->second.bounded) return "a position needs a bound of `time`";
    }
    for (const auto& [name, graph] : program.entries) {
        Fault fault = verify(graph);
        if (!fault) fault = storage_fault(program, graph);
        if (fault) return fmt::format("entry {}: {}", name_text(name), *fault);
    }
    return std::nullopt;
}

}  // namespace nncc
