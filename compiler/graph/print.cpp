// Graph → text, one node a line, nested bodies indented.
#include "graph/print.h"

#include <charconv>
#include <cmath>

#include "ops/record.h"

namespace nncc {
namespace {

std::string integers_text(const std::vector<std::int64_t>& values) {
    std::string result = "[";
    for (std::size_t i = 0; i < values.size(); ++i) {
        result += (i > 0 ? ", " : "") + (values[i] == kSliceEnd ? std::string("end") : std::to_string(values[i]));
    }
    return result + "]";
}

struct AttributeText {
    std::string operator()(std::int64_t value) const { return std::to_string(value); }
    std::string operator()(bool value) const { return value ? "true" : "false"; }
    std::string operator()(const std::string& value) const { return quoted_text(value); }
    std::string operator()(const std::vector<std::int64_t>& value) const { return integers_text(value); }
    std::string operator()(DType value) const { return std::string(dtype_name(value)); }
    std::string operator()(const Shape& value) const { return shape_text(value); }
    std::string operator()(const Type& value) const { return type_text(value); }
    std::string operator()(const ConstantData& value) const {
        if (value.elements.size() == 1) return number_text(value.elements[0]);
        std::string result = "[";
        for (std::size_t i = 0; i < value.elements.size(); ++i)
            result += (i > 0 ? ", " : "") + number_text(value.elements[i]);
        return result + "]";
    }
};

std::string value_text(Value value) {
    return value.result == 0 ? fmt::format("%{}", value.node) : fmt::format("%{}.{}", value.node, value.result);
}

void print(const Graph& graph, const std::string& indent, const NodeNote& note, std::string& out) {
    out += "graph " + name_text(graph.name()) + " {\n";
    const std::string inner = indent + "    ";
    for (int i = 0; i < graph.size(); ++i) {
        const Node& node = graph.node(i);
        out += fmt::format("{}%{} = {}(", inner, i, node.op->name);
        for (std::size_t k = 0; k < node.operands.size(); ++k)
            out += (k > 0 ? ", " : "") + value_text(node.operands[k]);
        out += ")";
        if (!node.attributes.items().empty()) {
            out += " {";
            bool first = true;
            for (const auto& [name, value] : node.attributes.items()) {
                out += (first ? "" : ", ") + name + " = " + std::visit(AttributeText{}, value);
                first = false;
            }
            out += "}";
        }
        for (std::size_t k = 0; k < node.types.size(); ++k) out += (k == 0 ? " : " : ", ") + type_text(node.types[k]);
        if (node.body) {
            out += " ";
            print(*node.body, inner, nullptr, out);
        }
        if (node.origin != Origin{}) {
            out += "  @ " + quoted_text(node.origin.name) + " " + quoted_text(node.origin.place) + " " +
                   quoted_text(node.origin.expression);
        }
        if (note) {
            std::string text = note(i);
            if (!text.empty()) out += "  # " + text;
        }
        out += "\n";
    }
    if (!graph.outputs().empty()) {
        out += inner + "return ";
        for (std::size_t k = 0; k < graph.outputs().size(); ++k) {
            const Output& output = graph.outputs()[k];
            if (k > 0) out += ", ";
            if (!output.name.empty()) out += name_text(output.name) + " = ";
            out += value_text(output.value);
        }
        out += "\n";
    }
    out += indent + "}";
}

}  // namespace

std::string quoted_text(std::string_view text) {
    std::string result = "\"";
    for (char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') (result += '\\') += c;
        else if (c == '\n') result += "\\n";
        else if (byte < 0x20 || byte == 0x7F) result += fmt::format("\\x{:02x}", byte);
        else result += c;
    }
    return result + "\"";
}

std::string name_text(std::string_view name) {
    auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
    bool plain = !name.empty() && letter(name[0]);
    for (char c : name) plain = plain && (letter(c) || (c >= '0' && c <= '9') || c == '.');
    return plain ? std::string(name) : quoted_text(name);
}

std::string number_text(double value) {
    if (std::isnan(value)) return "nan";
    if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
    char buffer[32];
    auto [end, error] = std::to_chars(buffer, buffer + sizeof buffer, value);
    NNCC_CHECK(error == std::errc());
    return std::string(buffer, end);
}

std::string print_graph(const Graph& graph) { return print_graph(graph, nullptr); }

std::string print_graph(const Graph& graph, const NodeNote& note) {
    std::string out;
    print(graph, "", note, out);
    return out + "\n";
}

}  // namespace nncc
