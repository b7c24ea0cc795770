// Calls: matches arguments, binds them in a fresh scope, inlines the body and checks the result against its
// declaration.
#include "semantics/call.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "semantics/arithmetic.h"
#include "semantics/builtin.h"
#include "semantics/compile_time.h"
#include "semantics/diagnostic_kinds.h"
#include "semantics/expression.h"
#include "semantics/extern.h"
#include "semantics/signature.h"
#include "semantics/storage.h"

namespace nncc {

bool is_callable(const Meaning& value) {
    return value.as<FunctionMeaning>() != nullptr || value.as<LambdaMeaning>() != nullptr ||
           value.as<BuiltinMeaning>() != nullptr || value.as<InstanceMeaning>() != nullptr;
}

std::string reserve_layer_name(Elaboration& elaboration, const std::string& callee) {
    NameSpace& names = *elaboration.names;
    return names.unique(fmt::format("{}_{}", callee, ++names.calls[callee]));
}
namespace {

SourceRange last_value_range(const ast::Function& function) {
    return function.body.statements.empty() ? function.name.range : function.body.statements.back().range;
}

// The body's value as the declared type says; poison after a report.
Meaning checked_result(Elaboration& elaboration, const ast::Function& function, const Meaning& value,
                       const ast::TypeSyntax& declared, const ScopePtr& scope) {
    SourceRange range = last_value_range(function);
    if (value.is_poison()) return value;
    if (parameter_kind(declared) != ParameterKind::kTensor && declared.name.text != "bool") return value;
    std::optional<DType> dtype = declared_dtype(elaboration, declared);
    if (!dtype) return Meaning::poison();
    // A number known at compile time stays one where a scalar is declared.
    if (value.number() && declared.dimensions.empty()) return value;
    std::optional<Value> tensor = to_tensor(elaboration, {value, range}, *dtype);
    if (!tensor) return Meaning::poison();
    const Type actual = elaboration.builder.type(*tensor);
    std::string problem = actual.dtype == *dtype
                              ? Unification(elaboration, scope).match(declared, actual)
                              : fmt::format("it holds {} instead of {}", dtype_name(actual.dtype), dtype_name(*dtype));
    if (problem.empty()) return Meaning::tensor(*tensor);
    Diagnostic& diagnostic = report(elaboration, kWrongResult, range,
                                    fmt::format("`{}` is declared to give {}, and gives {}: {}", function.name.text,
                                                declared_text(declared), type_text(actual), problem));
    diagnostic.notes.push_back({declared.range, "it is declared here"});
    return Meaning::poison();
}

Meaning checked_results(Elaboration& elaboration, const ast::Function& function, const Meaning& value,
                        const ScopePtr& scope) {
    if (value.is_poison()) return value;
    if (value.as<NoValue>() != nullptr) {
        Diagnostic& diagnostic =
            report(elaboration, kNoValue, function.name.range, fmt::format("`{}` has no value", function.name.text));
        diagnostic.hint = "the last statement of a body is its value, when it is an expression";
        return Meaning::poison();
    }
    if (function.result) return checked_result(elaboration, function, value, *function.result, scope);
    if (function.named_results.empty()) return value;
    const auto* list = value.as<ListMeaning>();
    if (list == nullptr || list->elements.size() != function.named_results.size()) {
        report(elaboration, kWrongResult, last_value_range(function),
               fmt::format("`{}` is declared to give {} results, and gives {}", function.name.text,
                           function.named_results.size(), describe(value, elaboration.builder)))
            .hint = "a list of them, as in `[mean, spread]`";
        return Meaning::poison();
    }
    std::vector<Meaning> results;
    for (std::size_t index = 0; index < list->elements.size(); ++index) {
        results.push_back(
            checked_result(elaboration, function, list->elements[index], function.named_results[index].type, scope));
        if (results.back().is_poison()) return Meaning::poison();
    }
    return Meaning::list(std::move(results));
}

}  // namespace

Meaning apply_function(Elaboration& elaboration, const ast::Function& function, const std::vector<GivenArgument>& given,
                       SourceRange call, NameSpace& names) {
    if (function.kind == ast::FunctionKind::kExtern) return apply_extern(elaboration, function, given, call, names);
    for (const Frame& frame : elaboration.frames) {
        if (frame.function != &function) continue;
        Diagnostic& diagnostic =
            report(elaboration, kRecursion, call, fmt::format("`{}` calls itself", function.name.text));
        diagnostic.notes.push_back({function.name.range, "it is declared here"});
        diagnostic.hint = "calls are inlined, so they must end; `for` repeats";
        return Meaning::poison();
    }
    auto matched = match_arguments(elaboration, function.name.text, parameter_slots(function), given, call,
                                   function.parameters_range);
    if (!matched) return Meaning::poison();
    // Nodes are named after the layer as the user's text has it: what the library calls within keeps that name.
    HintScope hint(elaboration, call.file != nullptr && !is_embedded(call.file) ? underscored(names.path) : "");
    OriginScope origin(elaboration, call);
    Meaning result = Meaning::poison();
    auto scope = std::make_shared<Scope>();
    if (bind_arguments(elaboration, function, given, std::move(*matched), scope)) {
        NameSpace* outer = elaboration.names;
        elaboration.names = &names;
        elaboration.frames.push_back({function.name.text, &function, call});
        bool in_let = std::exchange(elaboration.in_let, false);
        Meaning value = evaluate_block(elaboration, function.body, scope);
        result = checked_results(elaboration, function, value, scope);
        elaboration.in_let = in_let;
        elaboration.frames.pop_back();
        elaboration.names = outer;
    }
    return result;
}

namespace {

Meaning apply_lambda(Elaboration& elaboration, const LambdaMeaning& lambda, const std::string& name,
                     const std::string& layer, const std::vector<GivenArgument>& given, SourceRange call) {
    std::vector<ParameterSlot> slots;
    for (const ast::Name& parameter : lambda.lambda->parameters) slots.push_back({parameter.text, true});
    auto matched = match_arguments(elaboration, name, slots, given, call, {});
    if (!matched) return Meaning::poison();
    auto scope = std::make_shared<Scope>(lambda.scope);
    for (std::size_t index = 0; index < slots.size(); ++index) {
        scope->bind(slots[index].name, {(*matched)[index]->operand.meaning, Binding::Kind::kArgument, {}, nullptr});
    }
    NameSpace names;
    names.path = elaboration.names->below(layer);
    NameSpace* outer = elaboration.names;
    elaboration.names = &names;
    elaboration.frames.push_back({name, nullptr, call});
    Meaning value = evaluate_block(elaboration, lambda.lambda->body, scope);
    elaboration.frames.pop_back();
    elaboration.names = outer;
    if (value.as<NoValue>() == nullptr) return value;
    report(elaboration, kNoValue, lambda.lambda->body.range, fmt::format("`{}` has no value", name));
    return Meaning::poison();
}

Meaning apply_instance(Elaboration& elaboration, NewInstance& instance, const std::vector<GivenArgument>& given,
                       SourceRange call) {
    std::vector<GivenArgument> all;
    for (const GivenArgument& argument : given) {
        if (argument.name.empty()) all.push_back(argument);
    }
    for (const Meaning& value : instance.positional) all.push_back({"", {}, {value, instance.range}});
    for (const GivenArgument& argument : given) {
        if (!argument.name.empty()) all.push_back(argument);
    }
    for (const auto& [name, value] : instance.named) all.push_back({name, instance.range, {value, instance.range}});
    NameSpace names;
    names.path = instance.path;
    names.application = ++instance.applications;
    return apply_function(elaboration, *instance.function, all, call, names);
}

// Binds the arguments of an optimizer, a schedule or an initializer; its body runs where it is used.
Meaning bind_applied(Elaboration& elaboration, const ast::Function& function, const std::vector<GivenArgument>& given,
                     SourceRange call) {
    auto matched = match_arguments(elaboration, function.name.text, parameter_slots(function), given, call,
                                   function.parameters_range);
    if (!matched) return Meaning::poison();
    AppliedMeaning applied{&function, {}, call};
    for (std::size_t index = 0; index < function.parameters.size(); ++index) {
        if ((*matched)[index] == nullptr) continue;
        const ast::Parameter& parameter = function.parameters[index];
        Operand operand = (*matched)[index]->operand;
        std::string needed = parameter_kind(parameter.type) == ParameterKind::kTensor
                                 ? "a value known at compile time"
                                 : check_argument_kind(elaboration, parameter, operand.meaning);
        if (!needed.empty()) {
            Diagnostic& diagnostic = report(
                elaboration, kWrongKind, operand.range,
                fmt::format("argument `{}` of `{}` is {}, and `{}` is {}", parameter.name.text, function.name.text,
                            needed, operand.text(), describe(operand.meaning, elaboration.builder)));
            diagnostic.notes.push_back({parameter.range, fmt::format("`{}` is declared here", parameter.name.text)});
            return Meaning::poison();
        }
        applied.arguments.emplace_back(parameter.name.text, operand.meaning);
    }
    return {std::move(applied)};
}

}  // namespace

Meaning apply_call(Elaboration& elaboration, const Meaning& callee, const std::string& name,
                   const std::string& layer_name, const std::vector<GivenArgument>& given, SourceRange call) {
    if (callee.is_poison()) return callee;
    if (const auto* builtin = callee.as<BuiltinMeaning>())
        return apply_builtin(elaboration, *builtin->builtin, given, call);
    if (const auto* lambda = callee.as<LambdaMeaning>())
        return apply_lambda(elaboration, *lambda, name, layer_name, given, call);
    if (const auto* instance = callee.as<InstanceMeaning>())
        return apply_instance(elaboration, *instance->instance, given, call);
    if (const auto* parameters = callee.as<ParametersMeaning>())
        return select_parameters(elaboration, *parameters, given, call);
    if (const auto* declared = callee.as<FunctionMeaning>()) {
        const ast::Function& function = *declared->function;
        if (function.kind == ast::FunctionKind::kOptimizer || function.kind == ast::FunctionKind::kSchedule ||
            function.kind == ast::FunctionKind::kInitializer) {
            return bind_applied(elaboration, function, given, call);
        }
        NameSpace names;
        bool again = &function == elaboration.analysis.model;  // called in a train block: shares the model's parameters
        names.path = again ? "" : elaboration.names->below(layer_name);
        bool saved = elaboration.may_declare;
        elaboration.may_declare = saved || again;
        Meaning result = apply_function(elaboration, function, given, call, names);
        elaboration.may_declare = saved;
        return result;
    }
    report(elaboration, kNotCallable, call,
           fmt::format("`{}` is {}, which cannot be called", name, describe(callee, elaboration.builder)));
    return Meaning::poison();
}

Meaning evaluate_applied(Elaboration& elaboration, const AppliedMeaning& applied, const ScopePtr& context) {
    std::vector<GivenArgument> given;
    for (const auto& [name, value] : applied.arguments) given.push_back({name, applied.range, {value, applied.range}});
    auto matched = match_arguments(elaboration, applied.function->name.text, parameter_slots(*applied.function), given,
                                   applied.range, {});
    if (!matched) return Meaning::poison();
    auto scope = std::make_shared<Scope>(context);
    if (!bind_arguments(elaboration, *applied.function, given, std::move(*matched), scope)) return Meaning::poison();
    elaboration.frames.push_back({applied.function->name.text, applied.function, applied.range});
    for (const ast::Parameter& parameter : applied.function->parameters) {
        Binding* binding = scope->find(parameter.name.text);
        const auto* schedule = binding->value.as<AppliedMeaning>();
        if (schedule == nullptr || schedule->function->kind != ast::FunctionKind::kSchedule) continue;
        binding->value = evaluate_applied(elaboration, AppliedMeaning(*schedule), context);
    }
    Meaning value = evaluate_block(elaboration, applied.function->body, scope);
    elaboration.frames.pop_back();
    return value;
}

}  // namespace nncc
