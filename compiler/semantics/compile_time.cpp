// Compile-time values: exact integer arithmetic on extents, double arithmetic, comparisons and logic on flags.
#include "semantics/compile_time.h"

#include <fmt/format.h>

#include <cmath>

#include "semantics/arithmetic.h"
#include "semantics/diagnostic_kinds.h"

namespace nncc {

std::optional<Dim> divide_exactly(Elaboration& elaboration, const Dim& a, const Dim& b, SourceRange range) {
    if (b.is_constant(0)) {
        report(elaboration, kCompileTimeArithmetic, range, fmt::format("`{}` divides by 0", source_text(range)));
        return std::nullopt;
    }
    std::optional<Dim> quotient = Dim::divide(a, b);
    if (quotient) return quotient;
    Diagnostic& diagnostic =
        report(elaboration, kDimensionRemainder, range,
               fmt::format("`{}` leaves a remainder: {} / {}", source_text(range), a.text(), b.text()));
    diagnostic.hint = "int with int is exact; write a float, as in `6.0`, where a fraction is meant";
    return std::nullopt;
}

namespace {

using Op = ast::BinaryOperator;

Meaning overflow(Elaboration& elaboration, SourceRange range) {
    report(elaboration, kCompileTimeArithmetic, range, fmt::format("`{}` does not fit 64 bits", source_text(range)));
    return Meaning::poison();
}

Meaning checked(Elaboration& elaboration, const std::optional<Dim>& result, SourceRange range) {
    constexpr std::size_t kMaximumTerms = 64;  // far above any extent that is written on purpose
    if (result && result->terms().size() > kMaximumTerms) {
        report(elaboration, kModelTooLarge, range,
               fmt::format("`{}` has more than {} terms", source_text(range), kMaximumTerms));
        return Meaning::poison();
    }
    return result ? Meaning::integer(*result) : overflow(elaboration, range);
}

std::optional<Dim> power(const Dim& base, std::int64_t exponent) {
    Dim result(1);
    for (std::int64_t turn = 0; turn < exponent; ++turn) {
        std::optional<Dim> next = Dim::multiply(result, base);
        if (!next) return std::nullopt;
        if (*next == result) return result;  // 0 and 1 stay
        result = *next;
        if (result.is_constant() && base.is_constant(-1)) return Dim(exponent % 2 == 0 ? 1 : -1);
    }
    return result;
}

std::optional<Meaning> compare_integers(Elaboration& elaboration, Op op, const Dim& a, const Dim& b,
                                        SourceRange range) {
    std::optional<Dim> difference = Dim::subtract(a, b);
    if (!difference) return overflow(elaboration, range);
    if (!difference->is_constant()) {
        Diagnostic& diagnostic =
            report(elaboration, kNotCompileTime, range,
                   fmt::format("`{}` is not known: {} is a free dimension's", source_text(range), difference->text()));
        diagnostic.hint = "free dimensions have no value until the graph is built";
        return Meaning::poison();
    }
    std::int64_t sign = difference->constant();
    switch (op) {
        case Op::kEqual: return Meaning::flag(sign == 0);
        case Op::kNotEqual: return Meaning::flag(sign != 0);
        case Op::kLess: return Meaning::flag(sign < 0);
        case Op::kLessEqual: return Meaning::flag(sign <= 0);
        case Op::kGreater: return Meaning::flag(sign > 0);
        case Op::kGreaterEqual: return Meaning::flag(sign >= 0);
        default: return std::nullopt;
    }
}

std::optional<Meaning> fold_integers(Elaboration& elaboration, Op op, const Dim& a, const Dim& b, SourceRange range) {
    switch (op) {
        case Op::kAdd: return checked(elaboration, Dim::add(a, b), range);
        case Op::kSubtract: return checked(elaboration, Dim::subtract(a, b), range);
        case Op::kMultiply: return checked(elaboration, Dim::multiply(a, b), range);
        case Op::kDivide: {
            std::optional<Dim> quotient = divide_exactly(elaboration, a, b, range);
            return quotient ? Meaning::integer(*quotient) : Meaning::poison();
        }
        case Op::kRemainder: {
            if (b.is_constant(0)) {
                report(elaboration, kCompileTimeArithmetic, range,
                       fmt::format("`{}` divides by 0", source_text(range)));
                return Meaning::poison();
            }
            if (Dim::divide(a, b)) return Meaning::integer(Dim(0));
            if (!a.is_constant() || !b.is_constant()) return std::nullopt;
            std::int64_t rest = a.constant() % b.constant();
            if (rest != 0 && (rest < 0) != (b.constant() < 0)) rest += b.constant();
            return Meaning::integer(Dim(rest));
        }
        case Op::kPower:
            if (!b.is_constant()) return std::nullopt;
            if (b.constant() >= 0 && b.constant() <= (a.is_constant() ? 64 : 4))
                return checked(elaboration, power(a, b.constant()), range);
            if (!a.is_constant()) return std::nullopt;
            return Meaning::real(std::pow(static_cast<double>(a.constant()), static_cast<double>(b.constant())));
        case Op::kEqual:
        case Op::kNotEqual:
        case Op::kLess:
        case Op::kLessEqual:
        case Op::kGreater:
        case Op::kGreaterEqual: return compare_integers(elaboration, op, a, b, range);
        case Op::kMatrixMultiply:
        case Op::kAnd:
        case Op::kOr: return std::nullopt;
    }
    return std::nullopt;
}

std::optional<Meaning> fold_reals(Op op, double a, double b) {
    switch (op) {
        case Op::kAdd: return Meaning::real(a + b);
        case Op::kSubtract: return Meaning::real(a - b);
        case Op::kMultiply: return Meaning::real(a * b);
        case Op::kDivide: return Meaning::real(a / b);
        case Op::kRemainder: return Meaning::real(a - std::floor(a / b) * b);
        case Op::kPower: return Meaning::real(std::pow(a, b));
        case Op::kEqual: return Meaning::flag(a == b);
        case Op::kNotEqual: return Meaning::flag(a != b);
        case Op::kLess: return Meaning::flag(a < b);
        case Op::kLessEqual: return Meaning::flag(a <= b);
        case Op::kGreater: return Meaning::flag(a > b);
        case Op::kGreaterEqual: return Meaning::flag(a >= b);
        case Op::kMatrixMultiply:
        case Op::kAnd:
        case Op::kOr: return std::nullopt;
    }
    return std::nullopt;
}

}  // namespace

std::optional<Meaning> fold_binary(Elaboration& elaboration, Op op, const Operand& a, const Operand& b,
                                   SourceRange range) {
    const auto* left = a.meaning.as<IntegerMeaning>();
    const auto* right = b.meaning.as<IntegerMeaning>();
    if (left != nullptr && right != nullptr) return fold_integers(elaboration, op, left->value, right->value, range);
    if (std::optional<double> x = a.meaning.number()) {
        if (std::optional<double> y = b.meaning.number()) return fold_reals(op, *x, *y);
    }
    const auto* one = a.meaning.as<bool>();
    const auto* other = b.meaning.as<bool>();
    if (one != nullptr && other != nullptr) {
        if (op == Op::kAnd) return Meaning::flag(*one && *other);
        if (op == Op::kOr) return Meaning::flag(*one || *other);
        if (op == Op::kEqual) return Meaning::flag(*one == *other);
        if (op == Op::kNotEqual) return Meaning::flag(*one != *other);
    }
    const auto* text = a.meaning.as<std::string>();
    const auto* word = b.meaning.as<std::string>();
    if (text != nullptr && word != nullptr) {
        if (op == Op::kEqual) return Meaning::flag(*text == *word);
        if (op == Op::kNotEqual) return Meaning::flag(*text != *word);
        if (op == Op::kAdd) return Meaning::text(*text + *word);
    }
    return std::nullopt;
}

std::optional<Meaning> fold_unary(Elaboration& elaboration, ast::UnaryOperator op, const Operand& a,
                                  SourceRange range) {
    if (op == ast::UnaryOperator::kNot) {
        if (const bool* flag = a.meaning.as<bool>()) return Meaning::flag(!*flag);
        return std::nullopt;
    }
    if (const auto* integer = a.meaning.as<IntegerMeaning>())
        return checked(elaboration, Dim::subtract(Dim(0), integer->value), range);
    if (const double* real = a.meaning.as<double>()) return Meaning::real(-*real);
    return std::nullopt;
}

namespace {

void wrong_kind(Elaboration& elaboration, const Operand& operand, std::string_view needed) {
    if (operand.meaning.is_poison()) return;
    bool tensor = operand.meaning.as<TensorMeaning>() != nullptr;
    report(elaboration, tensor ? kNotCompileTime : kWrongKind, operand.range,
           fmt::format("`{}` is {}; {} known at compile time is needed", operand.text(),
                       describe(operand.meaning, elaboration.builder), needed));
}

}  // namespace

std::optional<bool> to_flag(Elaboration& elaboration, const Operand& operand) {
    if (const bool* flag = operand.meaning.as<bool>()) return *flag;
    wrong_kind(elaboration, operand, "a bool");
    return std::nullopt;
}

std::optional<Dim> to_dim(Elaboration& elaboration, const Operand& operand) {
    if (const auto* integer = operand.meaning.as<IntegerMeaning>()) return integer->value;
    wrong_kind(elaboration, operand, "an int");
    return std::nullopt;
}

std::optional<std::int64_t> to_integer(Elaboration& elaboration, const Operand& operand) {
    std::optional<Dim> dim = to_dim(elaboration, operand);
    if (!dim) return std::nullopt;
    if (dim->is_constant()) return dim->constant();
    report(elaboration, kNotCompileTime, operand.range,
           fmt::format("`{}` is the free dimension {}; an int known at compile time is needed", operand.text(),
                       dim->text()));
    return std::nullopt;
}

std::optional<std::string> to_text(Elaboration& elaboration, const Operand& operand) {
    if (const auto* text = operand.meaning.as<std::string>()) return *text;
    wrong_kind(elaboration, operand, "a string");
    return std::nullopt;
}

std::optional<Shape> to_shape(Elaboration& elaboration, const Operand& operand) {
    const auto* list = operand.meaning.as<ListMeaning>();
    if (list == nullptr) {
        std::optional<Dim> dim = to_dim(elaboration, operand);
        if (!dim || is_too_large(elaboration, {*dim}, operand.range)) return std::nullopt;
        return Shape{*dim};
    }
    Shape shape;
    for (const Meaning& element : list->elements) {
        std::optional<Dim> dim = to_dim(elaboration, {element, operand.range});
        if (!dim) return std::nullopt;
        shape.push_back(*dim);
    }
    if (is_too_large(elaboration, shape, operand.range)) return std::nullopt;
    return shape;
}

}  // namespace nncc
