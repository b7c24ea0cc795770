// Arguments: matched to parameters by position and name, checked against their kinds, and bound in the function's
// scope.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "semantics/arithmetic.h"
#include "semantics/call.h"
#include "semantics/diagnostic_kinds.h"
#include "semantics/expression.h"
#include "semantics/foreign_names.h"
#include "semantics/signature.h"

namespace nncc {

std::optional<std::vector<const GivenArgument*>> match_arguments(Elaboration& elaboration, const std::string& callee,
                                                                 const std::vector<ParameterSlot>& parameters,
                                                                 const std::vector<GivenArgument>& given,
                                                                 SourceRange call, SourceRange declared) {
    std::vector<const GivenArgument*> matched(parameters.size(), nullptr);
    bool fits = true;
    auto declared_here = [&](Diagnostic& diagnostic) {
        if (declared.file != nullptr)
            diagnostic.notes.push_back({declared, fmt::format("`{}` is declared here", callee)});
    };
    std::size_t position = 0;
    for (const GivenArgument& argument : given) {
        std::size_t slot = position;
        if (argument.name.empty()) {
            ++position;
            if (slot >= parameters.size()) {
                if (fits) {
                    std::size_t count = static_cast<std::size_t>(std::count_if(
                        given.begin(), given.end(), [](const GivenArgument& one) { return one.name.empty(); }));
                    declared_here(report(elaboration, kTooManyArguments, argument.operand.range,
                                         fmt::format("`{}` takes at most {} arguments, and {} are given", callee,
                                                     parameters.size(), count)));
                }
                fits = false;
                continue;
            }
        } else {
            slot = static_cast<std::size_t>(
                std::find_if(parameters.begin(), parameters.end(),
                             [&](const ParameterSlot& one) { return one.name == argument.name; }) -
                parameters.begin());
            if (slot == parameters.size()) {
                std::vector<std::string> names;
                for (const ParameterSlot& one : parameters) names.push_back(one.name);
                Diagnostic& diagnostic = report(elaboration, kUnknownArgument, argument.name_range,
                                                fmt::format("`{}` has no argument `{}`", callee, argument.name));
                declared_here(diagnostic);
                std::string nearest = foreign_argument(argument.name, names);
                if (nearest.empty()) nearest = nearest_name(argument.name, names);
                if (!nearest.empty()) diagnostic.hint = fmt::format("did you mean `{}`?", nearest);
                fits = false;
                continue;
            }
        }
        if (matched[slot] != nullptr) {
            fits = false;
            const SourceRange& place = argument.name.empty() ? argument.operand.range : argument.name_range;
            if (place.file == nullptr) continue;  // of a parameter that is declared twice, which is reported
            Diagnostic& diagnostic = report(elaboration, kArgumentTwice, place,
                                            fmt::format("`{}` of `{}` is given twice", parameters[slot].name, callee));
            diagnostic.notes.push_back({matched[slot]->operand.range, "the first is here"});
            continue;
        }
        matched[slot] = &argument;
    }
    for (std::size_t slot = 0; slot < parameters.size() && fits; ++slot) {
        if (!parameters[slot].required || matched[slot] != nullptr) continue;
        declared_here(report(elaboration, kMissingArgument, call,
                             fmt::format("`{}` needs its argument `{}`", callee, parameters[slot].name)));
        fits = false;
    }
    if (!fits) return std::nullopt;
    return matched;
}

namespace {

bool is_applied_kind(const Meaning& value, ast::FunctionKind kind) {
    const auto* applied = value.as<AppliedMeaning>();
    return applied != nullptr && applied->function->kind == kind;
}

// A bare `adam` is `adam()`.
void apply_bare(Meaning& value, ast::FunctionKind kind) {
    const auto* function = value.as<FunctionMeaning>();
    if (function != nullptr && function->function->kind == kind)
        value = {AppliedMeaning{function->function, {}, function->function->name.range}};
}

bool is_integer_list(const Meaning& value) {
    if (value.as<IntegerMeaning>() != nullptr || value.as<EllipsisMeaning>() != nullptr) return true;
    const auto* list = value.as<ListMeaning>();
    return list != nullptr && std::all_of(list->elements.begin(), list->elements.end(), [](const Meaning& element) {
               return element.as<IntegerMeaning>() != nullptr;
           });
}

}  // namespace

std::string check_argument_kind(Elaboration&, const ast::Parameter& parameter, Meaning& value) {
    switch (parameter_kind(parameter.type)) {
        case ParameterKind::kInt: return value.as<IntegerMeaning>() != nullptr ? "" : "an int";
        case ParameterKind::kFloat:
            if (std::optional<double> number = value.number()) {
                value = Meaning::real(*number);
                return "";
            }
            return value.as<IntegerMeaning>() != nullptr ? "" : "a float known at compile time";
        case ParameterKind::kBool: return value.as<bool>() != nullptr ? "" : "a bool known at compile time";
        case ParameterKind::kString: return value.as<std::string>() != nullptr ? "" : "a string";
        case ParameterKind::kInts: return is_integer_list(value) ? "" : "an int or a list of ints";
        case ParameterKind::kFunction: return is_callable(value) ? "" : "a function";
        case ParameterKind::kInitializer:
            apply_bare(value, ast::FunctionKind::kInitializer);
            return value.number() || is_applied_kind(value, ast::FunctionKind::kInitializer) ? "" : "an initializer";
        case ParameterKind::kSchedule:
            apply_bare(value, ast::FunctionKind::kSchedule);
            // Or what one has come to, which adapts.
            if (const auto* tensor = value.as<TensorMeaning>()) return tensor->adapts ? "" : "a schedule or a number";
            return value.number() || is_applied_kind(value, ast::FunctionKind::kSchedule) ? ""
                                                                                          : "a schedule or a number";
        case ParameterKind::kOptimizer:
            apply_bare(value, ast::FunctionKind::kOptimizer);
            return is_applied_kind(value, ast::FunctionKind::kOptimizer) ? "" : "an optimizer";
        case ParameterKind::kTensors:
            return value.as<ListMeaning>() != nullptr || value.as<ParametersMeaning>() != nullptr ? ""
                                                                                                  : "a list of tensors";
        case ParameterKind::kTensor:
        case ParameterKind::kUnknown: return "";
    }
    return "";
}

namespace {

bool is_literal(const ast::Expression& expression) {
    if (const auto* unary = std::get_if<ast::Unary>(&expression.value)) return is_literal(*unary->operand);
    return std::holds_alternative<ast::IntegerLiteral>(expression.value) ||
           std::holds_alternative<ast::FloatLiteral>(expression.value) ||
           std::holds_alternative<ast::StringLiteral>(expression.value) ||
           std::holds_alternative<ast::BooleanLiteral>(expression.value);
}

struct Binder {
    Elaboration& elaboration;
    const ast::Function& function;
    const std::vector<GivenArgument>& given;
    std::vector<const GivenArgument*> matched;
    ScopePtr scope;
    bool fits = true;

    void wrong_kind(const ast::Parameter& parameter, const Operand& operand, const std::string& needed) {
        Diagnostic& diagnostic =
            report(elaboration, kWrongKind, operand.range,
                   fmt::format("argument `{}` of `{}` is {}, and `{}` is {}", parameter.name.text, function.name.text,
                               needed, operand.text(), describe(operand.meaning, elaboration.builder)));
        diagnostic.notes.push_back({parameter.range, fmt::format("`{}` is declared here", parameter.name.text)});
        fits = false;
    }

    void bind(const ast::Parameter& parameter, Meaning value, const ast::TypeSyntax* axes = nullptr) {
        scope->bind(parameter.name.text, {std::move(value), Binding::Kind::kArgument, {}, axes});
    }

    void bind_compile_time(const ast::Parameter& parameter, Operand operand) {
        std::string needed = check_argument_kind(elaboration, parameter, operand.meaning);
        if (!needed.empty()) wrong_kind(parameter, operand, needed);
        bind(parameter, fits ? operand.meaning : Meaning::poison());
    }

    void bind_tensor(const ast::Parameter& parameter, const Operand& operand, Unification& unification) {
        bind(parameter, Meaning::poison());
        std::optional<DType> dtype = declared_dtype(elaboration, parameter.type);
        if (!dtype) {
            fits = false;
            return;
        }
        const auto* tensor = operand.meaning.as<TensorMeaning>();
        if (tensor == nullptr && !operand.meaning.number() && operand.meaning.as<IntegerMeaning>() == nullptr &&
            operand.meaning.as<ListMeaning>() == nullptr && operand.meaning.as<bool>() == nullptr) {
            wrong_kind(parameter, operand, fmt::format("a tensor {}", declared_text(parameter.type)));
            return;
        }
        std::optional<Value> value = to_tensor(elaboration, operand, *dtype);
        if (!value) {
            fits = false;
            return;
        }
        const Type actual = elaboration.builder.type(*value);
        if (actual.dtype != *dtype) {
            wrong_kind(parameter, operand, declared_text(parameter.type));
            return;
        }
        std::string problem = unification.match(parameter.type, actual);
        if (!problem.empty()) {
            Diagnostic& diagnostic = report(
                elaboration, kSignatureMismatch, operand.range,
                fmt::format("argument `{}` of `{}` is {}, and `{}` is {}: {}", parameter.name.text, function.name.text,
                            declared_text(parameter.type), operand.text(), type_text(actual), problem));
            diagnostic.notes.push_back({parameter.range, fmt::format("`{}` is declared here", parameter.name.text)});
            fits = false;
            return;
        }
        bind(parameter, Meaning::tensor(*value), &parameter.type);
    }

    // Compile-time arguments and literal defaults first, as dimensions may be made of them; then tensors; then the
    // defaults that may be made of dimensions.
    bool run() {
        Unification unification(elaboration, scope);
        auto is_tensor = [](const ast::Parameter& parameter) {
            return parameter_kind(parameter.type) == ParameterKind::kTensor;
        };
        for (std::size_t index = 0; index < function.parameters.size(); ++index) {
            const ast::Parameter& parameter = function.parameters[index];
            if (parameter_kind(parameter.type) == ParameterKind::kUnknown) {
                report(elaboration, kUnknownName, parameter.type.name.range,
                       fmt::format("`{}` is no type", parameter.type.name.text))
                    .hint =
                    "types are f32, i32, bool, int, float, string, ints, fn, tensors, initializer, schedule and "
                    "optimizer";
                bind(parameter, Meaning::poison());
                fits = false;
            } else if (is_tensor(parameter)) {
                continue;
            } else if (matched[index] != nullptr) {
                bind_compile_time(parameter, matched[index]->operand);
            } else if (is_literal(*parameter.default_value)) {
                bind_compile_time(parameter, evaluate_operand(elaboration, *parameter.default_value, scope));
            }
        }
        for (std::size_t index = 0; index < function.parameters.size(); ++index) {
            if (is_tensor(function.parameters[index]) && matched[index] != nullptr)
                bind_tensor(function.parameters[index], matched[index]->operand, unification);
        }
        for (std::size_t index = 0; index < function.parameters.size() && fits; ++index) {
            const ast::Parameter& parameter = function.parameters[index];
            if (matched[index] != nullptr || scope->holds(parameter.name.text)) continue;
            Operand value = evaluate_operand(elaboration, *parameter.default_value, scope);
            if (value.meaning.is_poison()) fits = false;
            else if (is_tensor(parameter)) bind_tensor(parameter, value, unification);
            else bind_compile_time(parameter, value);
        }
        return fits;
    }
};

}  // namespace

bool bind_arguments(Elaboration& elaboration, const ast::Function& function, const std::vector<GivenArgument>& given,
                    std::vector<const GivenArgument*> matched, const ScopePtr& scope) {
    return Binder{elaboration, function, given, std::move(matched), scope}.run();
}

std::vector<ParameterSlot> parameter_slots(const ast::Function& function) {
    std::vector<ParameterSlot> slots;
    for (const ast::Parameter& parameter : function.parameters)
        slots.push_back({parameter.name.text, parameter.default_value == nullptr});
    return slots;
}

}  // namespace nncc
