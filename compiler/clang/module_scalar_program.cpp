// Adds nodes to a scalar program, folds logic, guards what dead branches compute, and prints what a result needs.
#include "clang/module_scalar_program.h"

#include <array>
#include <charconv>
#include <cmath>
#include <cstring>

namespace nncc::clang_module {
namespace {

constexpr std::array<std::string_view, 4> kTypeNames = {"bool", "i32", "f32", "f64"};

// How an op behaves at a dead branch's operands: whether a finite operand can give what is not finite, or a factor that
// is not; and its value.
struct OpMeaning {
    std::string_view op;
    bool has_pole;
    double (*value)(double a, double b);
};

constexpr OpMeaning kMeanings[] = {
    {"add", false, [](double a, double b) { return a + b; }},
    {"subtract", false, [](double a, double b) { return a - b; }},
    {"multiply", false, [](double a, double b) { return a * b; }},
    {"divide", true, [](double a, double b) { return a / b; }},
    {"power", true, [](double a, double b) { return std::pow(a, b); }},
    {"negate", false, [](double a, double) { return -a; }},
    {"absolute", false, [](double a, double) { return std::fabs(a); }},
    {"floor", false, [](double a, double) { return std::floor(a); }},
    {"round", false, [](double a, double) { return std::nearbyint(a); }},
    {"exp", true, [](double a, double) { return std::exp(a); }},
    {"expm1", true, [](double a, double) { return std::expm1(a); }},
    {"log", true, [](double a, double) { return std::log(a); }},
    {"log1p", true, [](double a, double) { return std::log1p(a); }},
    {"sqrt", true, [](double a, double) { return a > 0 ? std::sqrt(a) : NAN; }},  // its slope at 0 is infinite
    {"sin", true, [](double a, double) { return std::sin(a); }},
    {"cos", true, [](double a, double) { return std::cos(a); }},
    {"tanh", true, [](double a, double) { return std::tanh(a); }},
    {"atan", true, [](double a, double) { return std::atan(a); }},
    {"erf", true, [](double a, double) { return std::erf(a); }},
};

const OpMeaning* meaning_of(std::string_view op) {
    for (const OpMeaning& meaning : kMeanings) {
        if (meaning.op == op) return &meaning;
    }
    return nullptr;
}

std::string number_text(double value) {
    if (std::isnan(value)) return "nan";
    if (std::isinf(value)) return value < 0 ? "-inf" : "inf";
    std::array<char, 64> text;
    const auto end = std::to_chars(text.data(), text.data() + text.size(), value);
    return {text.data(), end.ptr};
}

}  // namespace

std::string_view scalar_type_name(ScalarType type) { return kTypeNames[static_cast<std::size_t>(type)]; }

std::optional<ScalarType> scalar_type_from_name(std::string_view name) {
    for (std::size_t index = 0; index < kTypeNames.size(); ++index) {
        if (kTypeNames[index] == name) return static_cast<ScalarType>(index);
    }
    return std::nullopt;
}

ScalarProgram::Node ScalarProgram::add(Step step) {
    std::string key = step.op + ' ' + std::string(scalar_type_name(step.type)) + ' ' + step.name;
    for (const Node operand : step.operands) key += ' ' + std::to_string(operand);
    if (step.op == "constant") {
        std::uint64_t bits = 0;
        std::memcpy(&bits, &step.value, sizeof bits);  // 0 and -0 differ
        key += std::to_string(bits);
    }
    const auto [found, is_new] = by_text_.emplace(std::move(key), static_cast<Node>(nodes_.size()));
    if (is_new) nodes_.push_back(std::move(step));
    return found->second;
}

ScalarProgram::Node ScalarProgram::input(const std::string& name, ScalarType type) {
    return add({.op = "input", .operands = {}, .type = type, .value = 0, .name = name});
}

ScalarProgram::Node ScalarProgram::constant(ScalarType type, double value) {
    if (type == ScalarType::kF32) value = static_cast<double>(static_cast<float>(value));
    return add({.op = "constant", .operands = {}, .type = type, .value = value, .name = {}});
}

std::optional<double> ScalarProgram::constant_value(Node node) const {
    const Step& step = nodes_[static_cast<std::size_t>(node)];
    if (step.op != "constant") return std::nullopt;
    return step.value;
}

void ScalarProgram::enter(Node mask) {
    Branch branch;
    branch.mask = branches_.empty() ? mask : logical_and(branches_.back().mask, mask);
    branches_.push_back(std::move(branch));
}

std::optional<double> ScalarProgram::dead_value(Node node) const {
    if (std::optional<double> constant = constant_value(node)) return constant;
    const auto found = branches_.back().dead.find(node);
    return found == branches_.back().dead.end() ? std::nullopt : found->second;
}

std::optional<double> ScalarProgram::dead_result(std::string_view op, const std::vector<Node>& operands) const {
    const OpMeaning* meaning = meaning_of(op);
    const std::optional<double> a = dead_value(operands[0]);
    const std::optional<double> b = operands.size() > 1 ? dead_value(operands[1]) : 0.0;
    if (meaning == nullptr || !a || !b) return std::nullopt;
    const double value = meaning->value(*a, *b);
    return std::isfinite(value) ? std::optional(value) : std::nullopt;
}

bool ScalarProgram::can_leave_the_reals(std::string_view op, const std::vector<Node>& operands) const {
    const OpMeaning* meaning = meaning_of(op);
    if (meaning == nullptr || !is_real(type(operands[0]))) return false;
    if (op == "multiply") return !constant_value(operands[0]) && !constant_value(operands[1]);
    if (op == "divide") return !constant_value(operands[1]) || constant_value(operands[1]) == 0.0;
    return meaning->has_pole;
}

// 1 where the branch is dead, where no function above has a pole.
ScalarProgram::Node ScalarProgram::guarded(Node node) {
    Branch& branch = branches_.back();
    if (const auto found = branch.guards.find(node); found != branch.guards.end()) return found->second;
    const Node guard = add({.op = "select",
                            .operands = {branch.mask, node, constant(type(node), 1)},
                            .type = type(node),
                            .value = 0,
                            .name = {}});
    branch.guards[node] = guard;
    branch.dead[guard] = 1.0;
    return guard;
}

ScalarProgram::Node ScalarProgram::make(std::string_view op, std::vector<Node> operands) {
    const bool is_comparison = op == "equal" || op == "less" || op == "less_equal";
    Step step{.op = std::string(op),
              .operands = {},
              .type = is_comparison ? ScalarType::kBool : type(operands[0]),
              .value = 0,
              .name = {}};
    if (!branches_.empty() && can_leave_the_reals(op, operands)) {
        for (Node& operand : operands) {
            if (!dead_value(operand)) operand = guarded(operand);
        }
        // All are known now; one more guard where the function has a pole at them.
        if (!dead_result(op, operands)) {
            for (Node& operand : operands) {
                if (!constant_value(operand)) operand = guarded(operand);
            }
        }
    }
    step.operands = operands;
    const Node node = add(std::move(step));
    if (!branches_.empty() && !constant_value(node)) branches_.back().dead[node] = dead_result(op, operands);
    return node;
}

ScalarProgram::Node ScalarProgram::apply(std::string_view op, Node a) { return make(op, {a}); }

ScalarProgram::Node ScalarProgram::apply(std::string_view op, Node a, Node b) { return make(op, {a, b}); }

ScalarProgram::Node ScalarProgram::cast(Node a, ScalarType to) {
    if (type(a) == to) return a;
    const Node node = add({.op = "cast", .operands = {a}, .type = to, .value = 0, .name = {}});
    if (!branches_.empty() && is_real(type(a)) && is_real(to)) branches_.back().dead[node] = dead_value(a);
    return node;
}

ScalarProgram::Node ScalarProgram::select(Node mask, Node a, Node b) {
    if (a == b || is_flag(mask, true)) return a;
    if (is_flag(mask, false)) return b;
    if (type(a) == ScalarType::kBool) {
        return logical_or(logical_and(mask, a), logical_and(logical_not(mask), b));
    }
    return add({.op = "select", .operands = {mask, a, b}, .type = type(a), .value = 0, .name = {}});
}

ScalarProgram::Node ScalarProgram::logical_not(Node a) {
    if (std::optional<double> known = constant_value(a)) return flag(*known == 0);
    const Step& step = nodes_[static_cast<std::size_t>(a)];
    if (step.op == "not") return step.operands[0];
    return add({.op = "not", .operands = {a}, .type = ScalarType::kBool, .value = 0, .name = {}});
}

ScalarProgram::Node ScalarProgram::logical_and(Node a, Node b) {
    if (is_flag(a, false) || is_flag(b, true) || a == b) return a;
    if (is_flag(b, false) || is_flag(a, true)) return b;
    return add({.op = "and", .operands = {a, b}, .type = ScalarType::kBool, .value = 0, .name = {}});
}

ScalarProgram::Node ScalarProgram::logical_or(Node a, Node b) {
    if (is_flag(a, true) || is_flag(b, false) || a == b) return a;
    if (is_flag(b, true) || is_flag(a, false)) return b;
    if (logical_not(a) == b) return flag(true);
    return add({.op = "or", .operands = {a, b}, .type = ScalarType::kBool, .value = 0, .name = {}});
}

std::string ScalarProgram::graph_text(const std::string& name, Node result) const {
    std::vector<bool> needed(nodes_.size(), false);
    needed[static_cast<std::size_t>(result)] = true;
    for (std::size_t index = nodes_.size(); index-- > 0;) {
        if (nodes_[index].op == "input") needed[index] = true;
        if (!needed[index]) continue;
        for (const Node operand : nodes_[index].operands) needed[static_cast<std::size_t>(operand)] = true;
    }
    std::string text = "graph " + name + " {\n";
    for (std::size_t index = 0; index < nodes_.size(); ++index) {
        if (!needed[index]) continue;
        const Step& step = nodes_[index];
        const std::string type = std::string(scalar_type_name(step.type)) + "[]";
        text += "    %" + std::to_string(index) + " = " + step.op + "(";
        for (std::size_t at = 0; at < step.operands.size(); ++at) {
            text += (at > 0 ? ", %" : "%") + std::to_string(step.operands[at]);
        }
        text += ")";
        if (step.op == "input") text += " {name = \"" + step.name + "\", type = " + type + "}";
        if (step.op == "constant") text += " {type = " + type + ", value = " + number_text(step.value) + "}";
        if (step.op == "cast") text += " {dtype = " + std::string(scalar_type_name(step.type)) + "}";
        text += " : " + type + "\n";
    }
    return text + "    return output = %" + std::to_string(result) + "\n}\n";
}

}  // namespace nncc::clang_module
