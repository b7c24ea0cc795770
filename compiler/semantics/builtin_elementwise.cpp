// Builtins that act on each element: functions, arithmetic by name, comparisons, choice and conversion.
#include <fmt/format.h>

#include <cmath>

#include "semantics/arithmetic.h"
#include "semantics/builtin.h"
#include "semantics/compile_time.h"
#include "semantics/diagnostic_kinds.h"

namespace nncc {
namespace {

using Function = double (*)(double);

double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }
double rsqrt(double x) { return 1 / std::sqrt(x); }
double identity(double x) { return x; }
double softplus(double x) { return std::max(x, 0.0) + std::log1p(std::exp(-std::abs(x))); }
double round_half_even(double x) { return std::nearbyint(x); }

Function function_of(std::string_view op) {
    static constexpr std::pair<std::string_view, Function> kFunctions[] = {
        {"exp", [](double x) { return std::exp(x); }},
        {"expm1", [](double x) { return std::expm1(x); }},
        {"log", [](double x) { return std::log(x); }},
        {"log1p", [](double x) { return std::log1p(x); }},
        {"sqrt", [](double x) { return std::sqrt(x); }},
        {"rsqrt", rsqrt},
        {"sin", [](double x) { return std::sin(x); }},
        {"cos", [](double x) { return std::cos(x); }},
        {"atan", [](double x) { return std::atan(x); }},
        {"tanh", [](double x) { return std::tanh(x); }},
        {"sigmoid", sigmoid},
        {"erf", [](double x) { return std::erf(x); }},
        {"floor", [](double x) { return std::floor(x); }},
        {"round", round_half_even},
        {"stop_gradient", identity},
        {"softplus", softplus}};
    for (const auto& [name, function] : kFunctions) {
        if (name == op) return function;
    }
    return nullptr;
}

std::string_view op_of(const BuiltinCall& call) {
    return call.builtin.op.empty() ? call.builtin.name : call.builtin.op;
}

Meaning apply_function_of_one(const BuiltinCall& call) {
    const Operand& x = call.operand(0);
    std::string_view op = op_of(call);
    if (std::optional<double> number = x.meaning.number()) return Meaning::real(function_of(op)(*number));
    return apply_elementwise(call.elaboration, op, fmt::format("take `{}` of", call.builtin.name), {x}, call.range);
}

Meaning apply_absolute(const BuiltinCall& call) {
    const Operand& x = call.operand(0);
    if (std::optional<std::int64_t> whole = x.meaning.constant_integer())
        return Meaning::integer(Dim(*whole < 0 ? -*whole : *whole));
    if (std::optional<double> number = x.meaning.number()) return Meaning::real(std::abs(*number));
    return apply_elementwise(call.elaboration, "absolute", "take the absolute of", {x}, call.range);
}

Meaning apply_extremum(const BuiltinCall& call) {
    std::string_view op = op_of(call);
    const Meaning& a = call.operand(0).meaning;
    const Meaning& b = call.operand(1).meaning;
    if (a.number() && b.number()) {
        bool first = op == "minimum" ? *a.number() <= *b.number() : *a.number() >= *b.number();
        if (std::isnan(*a.number())) first = true;
        bool whole = a.constant_integer() && b.constant_integer();
        if (whole) return Meaning::integer(Dim(*(first ? a : b).constant_integer()));
        return Meaning::real(*(first ? a : b).number());
    }
    return apply_elementwise(call.elaboration, op, "compare", {call.operand(0), call.operand(1)}, call.range);
}

template <ast::BinaryOperator op>
Meaning apply_operator(const BuiltinCall& call) {
    return apply_binary(call.elaboration, op, call.operand(0), call.operand(1), call.range);
}

template <ast::UnaryOperator op>
Meaning apply_prefix(const BuiltinCall& call) {
    return apply_unary(call.elaboration, op, call.operand(0), call.range);
}

Meaning apply_where(const BuiltinCall& call) {
    const Operand& mask = call.operand(0);
    if (const bool* known = mask.meaning.as<bool>()) return call.operand(*known ? 1 : 2).meaning;
    const auto* tensor = mask.meaning.as<TensorMeaning>();
    if (tensor == nullptr || call.elaboration.builder.type(tensor->value).dtype != DType::kBool) {
        if (!mask.meaning.is_poison()) {
            report(call.elaboration, kWrongKind, mask.range,
                   fmt::format("`{}` is {}; `{}` chooses by a bool", mask.text(),
                               describe(mask.meaning, call.elaboration.builder), call.builtin.name))
                .hint = "a comparison makes one, as in `x > 0`";
        }
        return Meaning::poison();
    }
    return apply_elementwise(call.elaboration, "select", "choose by", {mask, call.operand(1), call.operand(2)},
                             call.range, 1);
}

Meaning convert(const BuiltinCall& call, std::string_view name) {
    const Operand& x = call.operand(0);
    DType dtype = name == "f32" ? real_dtype(call.elaboration) : name == "i32" ? DType::kI32 : DType::kBool;
    if (std::optional<double> number = x.meaning.number(); number && dtype == DType::kI32)
        return Meaning::integer(Dim(static_cast<std::int64_t>(*number)));
    std::optional<Value> value =
        x.meaning.number() ? to_tensor(call.elaboration, x, dtype) : to_tensor(call.elaboration, x);
    if (!value) return Meaning::poison();
    return Meaning::tensor(cast_value(call.elaboration, *value, dtype));
}

Meaning apply_cast(const BuiltinCall& call) {
    std::optional<std::string> name = to_text(call.elaboration, call.operand(1));
    if (!name) return Meaning::poison();
    if (*name == "f32" || *name == "i32" || *name == "bool") return convert(call, *name);
    report(call.elaboration, kWrongKind, call.operand(1).range, fmt::format("`{}` is no type of a tensor", *name))
        .hint = "the types are f32, i32 and bool";
    return Meaning::poison();
}

Meaning apply_conversion(const BuiltinCall& call) { return convert(call, call.builtin.name); }

using Op = ast::BinaryOperator;
constexpr Builtin kElementwiseBuiltins[] = {
    {"abs", "x", apply_absolute},
    {"absolute", "x", apply_absolute},
    {"add", "a, b", apply_operator<Op::kAdd>},
    {"and", "a, b", apply_operator<Op::kAnd>},
    {"atan", "x", apply_function_of_one},
    {"cast", "x, dtype", apply_cast},
    {"cos", "x", apply_function_of_one},
    {"divide", "a, b", apply_operator<Op::kDivide>},
    {"equal", "a, b", apply_operator<Op::kEqual>},
    {"erf", "x", apply_function_of_one},
    {"exp", "x", apply_function_of_one},
    {"expm1", "x", apply_function_of_one},
    {"f32", "x", apply_conversion},
    {"floor", "x", apply_function_of_one},
    {"i32", "x", apply_conversion},
    {"less", "a, b", apply_operator<Op::kLess>},
    {"less_equal", "a, b", apply_operator<Op::kLessEqual>},
    {"log", "x", apply_function_of_one},
    {"log1p", "x", apply_function_of_one},
    {"maximum", "a, b", apply_extremum},
    {"minimum", "a, b", apply_extremum},
    {"multiply", "a, b", apply_operator<Op::kMultiply>},
    {"negate", "x", apply_prefix<ast::UnaryOperator::kNegate>},
    {"not", "x", apply_prefix<ast::UnaryOperator::kNot>},
    {"or", "a, b", apply_operator<Op::kOr>},
    {"power", "a, b", apply_operator<Op::kPower>},
    {"round", "x", apply_function_of_one},
    {"rsqrt", "x", apply_function_of_one},
    {"select", "mask, a, b", apply_where},
    {"sigmoid", "x", apply_function_of_one},
    {"sin", "x", apply_function_of_one},
    {"softplus", "x", apply_function_of_one},
    {"sqrt", "x", apply_function_of_one},
    {"stop_gradient", "x", apply_function_of_one},
    {"subtract", "a, b", apply_operator<Op::kSubtract>},
    {"tanh", "x", apply_function_of_one},
    {"where", "mask, a, b", apply_where},
};

}  // namespace

std::span<const Builtin> elementwise_builtins() { return kElementwiseBuiltins; }

}  // namespace nncc
