// Builtins that act on each element: functions, arithmetic by name, comparisons, choice and conversion.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "ops/evaluate.h"
#include "ops/record.h"
#include "semantics/arithmetic.h"
#include "semantics/builtin.h"
#include "semantics/compile_time.h"
#include "semantics/diagnostic_kinds.h"

namespace nncc {
namespace {

// The op's own meaning, of numbers.
double evaluate_numbers(std::string_view op, const std::vector<double>& numbers) {
    GraphBuilder builder;
    std::vector<Value> operands;
    for (double number : numbers) {
        operands.push_back(
            builder.add("constant", {}, {{"type", Type{DType::kF64, {}}}, {"value", ConstantData{{number}}}}));
    }
    builder.output("value", builder.add(op, std::move(operands)));
    return evaluate(std::move(builder).finish(), Bindings<double>{}).outputs.at("value").elements[0];
}

std::string_view op_of(const BuiltinCall& call) {
    return call.builtin.op.empty() ? call.builtin.name : call.builtin.op;
}

// Of rows that are an op and nothing else: one or two operands, no attribute.
Meaning apply_op(const BuiltinCall& call) {
    std::vector<Operand> operands;
    std::vector<double> numbers;
    for (const Operand* operand : call.arguments) {
        operands.push_back(*operand);
        if (std::optional<double> number = operand->meaning.number()) numbers.push_back(*number);
    }
    const std::string_view op = op_of(call);
    if (numbers.size() == operands.size()) return Meaning::real(evaluate_numbers(op, numbers));
    return apply_elementwise(call.elaboration, op, fmt::format("take `{}` of", call.builtin.name), operands,
                             call.range);
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
    {"cast", "x, dtype", apply_cast},
    {"divide", "a, b", apply_operator<Op::kDivide>},
    {"equal", "a, b", apply_operator<Op::kEqual>},
    {"f32", "x", apply_conversion},
    {"i32", "x", apply_conversion},
    {"less", "a, b", apply_operator<Op::kLess>},
    {"less_equal", "a, b", apply_operator<Op::kLessEqual>},
    {"maximum", "a, b", apply_extremum},
    {"minimum", "a, b", apply_extremum},
    {"multiply", "a, b", apply_operator<Op::kMultiply>},
    {"negate", "x", apply_prefix<ast::UnaryOperator::kNegate>},
    {"not", "x", apply_prefix<ast::UnaryOperator::kNot>},
    {"or", "a, b", apply_operator<Op::kOr>},
    {"power", "a, b", apply_operator<Op::kPower>},
    {"select", "mask, a, b", apply_where},
    {"subtract", "a, b", apply_operator<Op::kSubtract>},
    {"where", "mask, a, b", apply_where},
};

// Every elementwise op without attributes is a function of the language under its own name, unless a row above says
// more of it.
std::vector<Builtin> rows_with_ops() {
    std::vector<Builtin> rows(std::begin(kElementwiseBuiltins), std::end(kElementwiseBuiltins));
    for (const OpRecord* op : all_ops()) {
        const bool one = op->operands == "a" || op->operands == "x";
        if (!std::holds_alternative<ElementwiseLowering>(op->lowering) || !op->attributes.empty() || op->facts.random)
            continue;
        if (!one && op->operands != "a, b") continue;
        const bool known = std::any_of(std::begin(kElementwiseBuiltins), std::end(kElementwiseBuiltins),
                                       [&](const Builtin& row) { return row.name == op->name; });
        if (!known) rows.push_back({op->name, one ? "x" : "a, b", apply_op});
    }
    std::sort(rows.begin(), rows.end(), [](const Builtin& a, const Builtin& b) { return a.name < b.name; });
    return rows;
}

}  // namespace

std::span<const Builtin> elementwise_builtins() {
    static const std::vector<Builtin> rows = rows_with_ops();
    return rows;
}

}  // namespace nncc
