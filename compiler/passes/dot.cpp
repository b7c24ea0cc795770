// dot: turns a graph into Graphviz text, groups as clusters.
#include "passes/dot.h"

#include <fmt/format.h>

#include <map>

#include "graph/print.h"
#include "ops/record.h"

namespace nncc {
namespace {

std::string label_of(const Node& node) {
    std::string label(node.op->name);
    if (const Attribute* name = node.attributes.find("name")) label += " " + std::get<std::string>(*name);
    if (const Attribute* equation = node.attributes.find("equation")) label += " " + std::get<std::string>(*equation);
    for (const Type& type : node.types) label += "\n" + type_text(type);
    return quoted_text(label);
}

class DotPrinter {
  public:
    std::string run(const Graph& graph) {
        text_ =
            fmt::format("digraph {} {{\n    node [shape=box, fontname=\"monospace\"];\n", quoted_text(graph.name()));
        print(graph, "n", "    ", nullptr, {});
        for (std::size_t k = 0; k < graph.outputs().size(); ++k) {
            const Output& output = graph.outputs()[k];
            text_ += fmt::format("    out{} [shape=ellipse, label={}];\n    {} -> out{};\n", k,
                                 quoted_text(output.name), names_.at(output.value.node), k);
        }
        return text_ + "}\n";
    }

  private:
    // Of a body, `operands` are the names of what its arguments stand for.
    void print(const Graph& graph, const std::string& prefix, const std::string& indent, const Node* owner,
               const std::vector<std::string>& operands) {
        std::map<int, std::string> names;
        for (int index = 0; index < graph.size(); ++index) {
            const Node& node = graph.node(index);
            if (owner != nullptr && node.op->name == "argument") {
                names[index] = operands[static_cast<std::size_t>(node.attributes.integer("index"))];
                continue;
            }
            std::vector<std::string> from;
            for (Value operand : node.operands) from.push_back(names.at(operand.node));
            const std::string name = fmt::format("{}_{}", prefix, index);
            if (node.body != nullptr && node.op->name == "group") {
                text_ += fmt::format("{}subgraph cluster_{} {{\n{}    label={};\n", indent, name, indent,
                                     quoted_text(node.attributes.text("kind") + " " + node.origin.expression));
                print(*node.body, name, indent + "    ", &node, from);
                text_ += indent + "}\n";
                names[index] = last_;
                continue;
            }
            text_ += fmt::format("{}{} [label={}];\n", indent, name, label_of(node));
            for (const std::string& source : from) edges_ += fmt::format("    {} -> {};\n", source, name);
            names[index] = name;
        }
        last_ = graph.outputs().empty() ? "" : names.at(graph.outputs().back().value.node);
        if (owner == nullptr) {
            names_ = std::move(names);
            text_ += edges_;
        }
    }

    std::string text_;
    std::string edges_;
    std::string last_;  // where the last result of the body just printed comes from
    std::map<int, std::string> names_;
};

}  // namespace

std::string print_dot(const Graph& graph) { return DotPrinter().run(graph); }

}  // namespace nncc
