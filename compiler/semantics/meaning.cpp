// Meanings: their constructors, the numbers in them, and what messages call them.
#include "semantics/meaning.h"

#include <fmt/format.h>

namespace nncc {

Meaning Meaning::real(double number) {
    Meaning result;
    result.value.emplace<double>(number);
    return result;
}

Meaning Meaning::flag(bool on) {
    Meaning result;
    result.value.emplace<bool>(on);
    return result;
}

Meaning Meaning::text(std::string characters) {
    Meaning result;
    result.value.emplace<std::string>(std::move(characters));
    return result;
}

std::optional<double> Meaning::number() const {
    if (const double* real = as<double>()) return *real;
    if (const auto* integer = as<IntegerMeaning>(); integer != nullptr && integer->value.is_constant()) {
        return static_cast<double>(integer->value.constant());
    }
    return std::nullopt;
}

std::optional<std::int64_t> Meaning::constant_integer() const {
    if (const auto* integer = as<IntegerMeaning>(); integer != nullptr && integer->value.is_constant()) {
        return integer->value.constant();
    }
    return std::nullopt;
}

namespace {

std::string function_kind(ast::FunctionKind kind) {
    switch (kind) {
        case ast::FunctionKind::kFunction:
        case ast::FunctionKind::kExtern: return "a function";
        case ast::FunctionKind::kModel: return "a model";
        case ast::FunctionKind::kOptimizer: return "an optimizer";
        case ast::FunctionKind::kSchedule: return "a schedule";
        case ast::FunctionKind::kInitializer: return "an initializer";
    }
    return "a function";
}

struct Describe {
    const GraphBuilder& builder;
    std::string operator()(const Poison&) const { return "nothing"; }
    std::string operator()(const NoValue&) const { return "no value"; }
    std::string operator()(const IntegerMeaning& integer) const {
        return fmt::format("the int {}", integer.value.text());
    }
    std::string operator()(double number) const { return fmt::format("the float {}", number); }
    std::string operator()(bool flag) const { return flag ? "true" : "false"; }
    std::string operator()(const std::string& text) const { return fmt::format("the string \"{}\"", text); }
    std::string operator()(const TensorMeaning& tensor) const {
        if (tensor.adapts) return "a number known only at run time";
        return fmt::format("a tensor {}", type_text(builder.type(tensor.value)));
    }
    std::string operator()(const RangeMeaning& range) const {
        return fmt::format("the range {}..{}", range.first.text(), range.last.text());
    }
    std::string operator()(const ListMeaning& list) const { return fmt::format("a list of {}", list.elements.size()); }
    std::string operator()(const FunctionMeaning& function) const { return function_kind(function.function->kind); }
    std::string operator()(const LambdaMeaning&) const { return "a function"; }
    std::string operator()(const BuiltinMeaning&) const { return "a function"; }
    std::string operator()(const AppliedMeaning& applied) const { return function_kind(applied.function->kind); }
    std::string operator()(const InstanceMeaning&) const { return "a layer made by `new`"; }
    std::string operator()(const ParametersMeaning&) const { return "the parameters"; }
    std::string operator()(const EllipsisMeaning&) const { return "`...`"; }
};

}  // namespace

std::string describe(const Meaning& meaning, const GraphBuilder& builder) {
    return std::visit(Describe{builder}, meaning.value);
}

}  // namespace nncc
