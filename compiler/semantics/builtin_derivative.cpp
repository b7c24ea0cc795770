// The builtin `derivative`: a function's or a value's gradient as nodes of the graph at hand, which may be derived
// again.
#include <fmt/format.h>

#include "graph/constants.h"
#include "ops/record.h"
#include "passes/differentiate.h"
#include "semantics/arithmetic.h"
#include "semantics/builtin.h"
#include "semantics/diagnostic_kinds.h"
#include "semantics/storage.h"

namespace nncc {
namespace {

// Makes nodes again with one leaf replaced. Equal expressions are one node, so "by this value" would mean every other
// use of an equal value too; a leaf of its own is used in the function alone, and gives way to the value afterwards.
class Substitution {
  public:
    Substitution(GraphBuilder& builder, Value leaf, Value value) : builder_(builder), leaf_(leaf) {
        made_.resize(static_cast<std::size_t>(builder.size()));
        made_[static_cast<std::size_t>(leaf.node)] = value;
    }

    Value operator()(Value root) {
        if (root.node < leaf_.node) return root;
        const std::vector<bool> needed = cone(root.node);
        for (int index = leaf_.node + 1; index <= root.node; ++index) {
            if (needed[static_cast<std::size_t>(index)] && !made_[static_cast<std::size_t>(index)]) make(index);
        }
        return image(root);
    }

  private:
    std::vector<bool> cone(int root) const {
        std::vector<bool> needed(static_cast<std::size_t>(root) + 1, false);
        needed[static_cast<std::size_t>(root)] = true;
        for (int index = root; index > leaf_.node; --index) {
            if (!needed[static_cast<std::size_t>(index)]) continue;
            for (Value operand : builder_.node({index, 0}).operands)
                needed[static_cast<std::size_t>(operand.node)] = true;
        }
        return needed;
    }

    void make(int index) {
        const Node node = builder_.node({index, 0});
        std::vector<Value> operands;
        for (Value operand : node.operands) operands.push_back(image(operand));
        if (operands == node.operands) return;
        const Value result = builder_.add(*node.op, operands, node.attributes, node.origin, node.body);
        made_[static_cast<std::size_t>(index)] = {result.node, 0};
    }

    Value image(Value value) const {
        if (value.node >= static_cast<int>(made_.size())) return value;
        const Value made = made_[static_cast<std::size_t>(value.node)];
        if (!made) return value;
        return value.node == leaf_.node ? made : Value{made.node, value.result};
    }

    GraphBuilder& builder_;
    Value leaf_;
    std::vector<Value> made_;  // of each node that depends on the leaf: its first result made again
};

std::optional<std::vector<Value>> derive(const BuiltinCall& call, Value value, const std::vector<Value>& by) {
    auto result = differentiate(call.elaboration.builder, value, by);
    if (result) return std::move(*result);
    report(call.elaboration, *result.error().kind, call.range, result.error().message).hint = result.error().hint;
    return std::nullopt;
}

// The value as one that has a derivative: a floating tensor.
std::optional<Value> floating(const BuiltinCall& call, const Operand& operand, const char* what) {
    std::optional<Value> value = to_tensor(call.elaboration, operand, real_dtype(call.elaboration));
    if (!value) return std::nullopt;
    const Type& type = call.elaboration.builder.type(*value);
    if (is_floating(type.dtype)) return value;
    report(call.elaboration, kWrongKind, operand.range,
           fmt::format("{} is `{}`, which is {}; only floating values have a derivative", what, operand.text(),
                       type_text(type)));
    return std::nullopt;
}

// The values that the function has given to states are made again too: none may keep the leaf.
void substitute_states(Elaboration& elaboration, Substitution& substitution) {
    std::vector<std::map<std::string, Meaning>*> all = {&elaboration.states};
    for (ScanFrame* scan : elaboration.scans) all.push_back(&scan->values);
    for (std::map<std::string, Meaning>* values : all) {
        for (auto& [path, state] : *values) {
            if (const auto* tensor = state.as<TensorMeaning>())
                state = Meaning::tensor(substitution(tensor->value), tensor->adapts);
        }
    }
}

// The gradient of sum(f(x)) by x.
Meaning derivative_of_function(const BuiltinCall& call) {
    Elaboration& elaboration = call.elaboration;
    const Operand& function = call.operand(0);
    if (!is_callable(function.meaning)) {
        Diagnostic& diagnostic = report(elaboration, kNotCallable, function.range,
                                        fmt::format("`derivative(f, x)` takes a function, and `{}` is {}",
                                                    function.text(), describe(function.meaning, elaboration.builder)));
        diagnostic.hint =
            "as in `derivative(fn(q) { sum(q ** 2) }, x)`; `derivative(loss, by = params)` is by parameters";
        return Meaning::poison();
    }
    std::optional<Value> x = floating(call, call.operand(1), "`x`");
    if (!x) return Meaning::poison();
    Attributes attributes;
    attributes.set("name", fmt::format("derivative at {}", elaboration.builder.size()));
    attributes.set("type", elaboration.builder.type(*x));
    const Value leaf = elaboration.builder.add("input", {}, attributes, elaboration.builder.node(*x).origin);

    const auto* declared = function.meaning.as<FunctionMeaning>();
    const std::string name = declared != nullptr ? declared->function->name.text : "derivative";
    const std::string layer = reserve_layer_name(elaboration, name);
    Meaning result = apply_call(elaboration, function.meaning, name, layer,
                                {{"", {}, {Meaning::tensor(leaf), call.operand(1).range}}}, call.range);
    if (result.is_poison()) return result;
    std::optional<Value> y = floating(call, {result, function.range}, "what is derived");
    if (!y) return Meaning::poison();
    OriginScope origin(elaboration, call.range);
    std::optional<std::vector<Value>> gradient = derive(call, *y, {leaf});
    if (!gradient) return Meaning::poison();
    Substitution substitution(elaboration.builder, leaf, *x);
    const Value at_x = substitution((*gradient)[0]);
    substitute_states(elaboration, substitution);
    return Meaning::tensor(at_x);
}

// The leaves of parameters; nothing after a report.
std::optional<std::vector<Value>> parameter_leaves(const BuiltinCall& call, const Operand& by) {
    Elaboration& elaboration = call.elaboration;
    std::vector<Value> leaves;
    if (const auto* parameters = by.meaning.as<ParametersMeaning>()) {
        for (const std::string& name : parameters->names)
            leaves.push_back(whole_storage_value(elaboration, name).as<TensorMeaning>()->value);
        return leaves;
    }
    if (const auto* tensor = by.meaning.as<TensorMeaning>()) {
        const Node& node = elaboration.builder.node(tensor->value);
        if (node.op->name == "storage" && node.attributes.text("storage_kind") == "param")
            return std::vector{tensor->value};
    }
    report(elaboration, kWrongKind, by.range,
           fmt::format("`by` takes parameters, and `{}` is {}", by.text(), describe(by.meaning, elaboration.builder)))
        .hint = "by any other value, write `derivative(fn(q) { … q … }, x)`";
    return std::nullopt;
}

// The gradients of a value by parameters: a list, or one where one parameter is given.
Meaning derivative_by_parameters(const BuiltinCall& call) {
    std::optional<Value> value = floating(call, call.operand(0), "what is derived");
    std::optional<std::vector<Value>> leaves = parameter_leaves(call, call.operand(2));
    if (!value || !leaves) return Meaning::poison();
    std::optional<std::vector<Value>> gradients = derive(call, *value, *leaves);
    if (!gradients) return Meaning::poison();
    if (call.operand(2).meaning.as<TensorMeaning>() != nullptr) return Meaning::tensor((*gradients)[0]);
    std::vector<Meaning> list;
    for (Value gradient : *gradients) list.push_back(Meaning::tensor(gradient));
    return Meaning::list(std::move(list));
}

Meaning apply_derivative(const BuiltinCall& call) {
    if (call.has(1) != call.has(2)) return call.has(2) ? derivative_by_parameters(call) : derivative_of_function(call);
    report(call.elaboration, kMissingArgument, call.range,
           call.has(1) ? "`derivative` takes either `x` or `by`" : "`derivative` needs what to derive by")
        .hint =
        "`derivative(f, x)` is the gradient of sum(f(x)) by x, `derivative(loss, by = params)` that by parameters";
    return Meaning::poison();
}

constexpr Builtin kDerivativeBuiltins[] = {
    {"derivative", "f, x?, by?", apply_derivative},
};

}  // namespace

std::span<const Builtin> derivative_builtins() { return kDerivativeBuiltins; }

}  // namespace nncc
