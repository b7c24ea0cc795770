// Arithmetic: operators on tensors, their operands brought to one dtype and shape by explicit casts and broadcasts.
#include "semantics/arithmetic.h"

#include <fmt/format.h>

#include <algorithm>

#include "semantics/compile_time.h"
#include "semantics/contraction.h"
#include "semantics/diagnostic_kinds.h"

namespace nncc {

namespace {

bool is_strong(const Meaning& meaning) {
    const auto* tensor = meaning.as<TensorMeaning>();
    return tensor != nullptr && !tensor->adapts;
}

bool masks_are_scalars(Elaboration& elaboration, const std::vector<Operand>& operands, std::size_t mask_count) {
    return std::all_of(operands.begin(), operands.begin() + static_cast<std::ptrdiff_t>(mask_count),
                       [&](const Operand& mask) {
                           const auto* tensor = mask.meaning.as<TensorMeaning>();
                           return tensor == nullptr || elaboration.builder.type(tensor->value).rank() == 0;
                       });
}

// The dtype of the tensors among `operands`; f64 when all adapt. Reports tensors that differ.
std::optional<DType> common_dtype(Elaboration& elaboration, std::string_view verb, const std::vector<Operand>& operands,
                                  std::size_t first, SourceRange range) {
    const Operand* chosen = nullptr;
    for (std::size_t index = first; index < operands.size(); ++index) {
        if (!is_strong(operands[index].meaning)) continue;
        const Type& type = elaboration.builder.type(operands[index].meaning.as<TensorMeaning>()->value);
        if (chosen == nullptr) {
            chosen = &operands[index];
            continue;
        }
        const Type& other = elaboration.builder.type(chosen->meaning.as<TensorMeaning>()->value);
        if (other.dtype == type.dtype) continue;
        Diagnostic& diagnostic = report(elaboration, kDTypesDiffer, range,
                                        fmt::format("cannot {} `{}` {} and `{}` {}", verb, chosen->text(),
                                                    type_text(other), operands[index].text(), type_text(type)));
        diagnostic.hint =
            fmt::format("`cast(x, \"{}\")` converts", dtype_name(is_floating(type.dtype) ? type.dtype : other.dtype));
        return std::nullopt;
    }
    if (chosen == nullptr) {
        bool flags = std::all_of(operands.begin() + static_cast<std::ptrdiff_t>(first), operands.end(),
                                 [](const Operand& operand) { return operand.meaning.as<bool>() != nullptr; });
        if (flags) return DType::kBool;
        // Alone with a tensor mask, numbers are of the language's real type; else, as with a mask that is a scalar,
        // they stay adaptable.
        return masks_are_scalars(elaboration, operands, first) ? DType::kF64 : real_dtype(elaboration);
    }
    return elaboration.builder.type(chosen->meaning.as<TensorMeaning>()->value).dtype;
}

void note_operands(Elaboration& elaboration, Diagnostic& diagnostic, const std::vector<Operand>& operands,
                   const std::vector<Value>& values) {
    for (std::size_t index = 0; index < operands.size(); ++index) {
        if (!is_strong(operands[index].meaning)) continue;
        diagnostic.notes.push_back(
            {operands[index].range, fmt::format("this is {}", type_text(elaboration.builder.type(values[index])))});
    }
}

std::string operand_list(Elaboration& elaboration, const std::vector<Operand>& operands,
                         const std::vector<Value>& values) {
    std::string text;
    for (std::size_t index = 0; index < operands.size(); ++index) {
        if (index > 0) text += index + 1 == operands.size() ? " and " : ", ";
        text +=
            fmt::format("`{}` {}", operands[index].text(), shape_text(elaboration.builder.type(values[index]).shape));
    }
    return text;
}

}  // namespace

std::optional<Shape> common_shape(Elaboration& elaboration, std::string_view verb, const std::vector<Operand>& operands,
                                  const std::vector<Value>& values, SourceRange range) {
    Shape shape;
    for (Value value : values) {
        const Shape& other = elaboration.builder.type(value).shape;
        if (other.size() > shape.size()) shape.insert(shape.begin(), other.size() - shape.size(), Dim(1));
        for (std::size_t back = 1; back <= other.size(); ++back) {
            Dim& extent = shape[shape.size() - back];
            const Dim& mine = other[other.size() - back];
            if (extent.is_constant(1)) extent = mine;
            if (mine.is_constant(1) || mine == extent) continue;
            Diagnostic& diagnostic =
                report(elaboration, kShapesDiffer, range,
                       fmt::format("cannot {} {}", verb, operand_list(elaboration, operands, values)));
            note_operands(elaboration, diagnostic, operands, values);
            diagnostic.hint =
                fmt::format("shapes align at the last axis; {} and {} differ", extent.text(), mine.text());
            return std::nullopt;
        }
    }
    if (std::any_of(values.begin(), values.end(),
                    [&](Value value) { return elaboration.builder.type(value).shape == shape; })) {
        return shape;
    }
    Diagnostic& diagnostic = report(elaboration, kOuterBroadcast, range,
                                    fmt::format("cannot {} {}: neither has the result's shape {}", verb,
                                                operand_list(elaboration, operands, values), shape_text(shape)));
    note_operands(elaboration, diagnostic, operands, values);
    diagnostic.hint = fmt::format("`reshape` one to the other's shape, or write `broadcast(x, {})` where that is meant",
                                  shape_text(shape));
    return std::nullopt;
}

Meaning apply_elementwise(Elaboration& elaboration, std::string_view op, std::string_view verb,
                          const std::vector<Operand>& operands, SourceRange range, std::size_t mask_count) {
    for (const Operand& operand : operands) {
        if (operand.meaning.is_poison()) return Meaning::poison();
    }
    OriginScope origin(elaboration, range);
    std::optional<DType> dtype = common_dtype(elaboration, verb, operands, mask_count, range);
    if (!dtype) return Meaning::poison();
    bool adapts = masks_are_scalars(elaboration, operands, mask_count) &&
                  std::none_of(operands.begin() + static_cast<std::ptrdiff_t>(mask_count), operands.end(),
                               [](const Operand& operand) { return is_strong(operand.meaning); });
    std::vector<Value> values;
    for (std::size_t index = 0; index < operands.size(); ++index) {
        std::optional<Value> value =
            to_tensor(elaboration, operands[index], index < mask_count ? DType::kBool : *dtype);
        if (!value) return Meaning::poison();
        values.push_back(*value);
    }
    if (adapts && std::any_of(values.begin(), values.end(),
                              [&](Value value) { return elaboration.builder.type(value).rank() > 0; })) {
        adapts = false;  // lists of numbers
    }
    std::optional<Shape> shape = common_shape(elaboration, verb, operands, values, range);
    if (!shape) return Meaning::poison();
    for (std::size_t index = 0; index < operands.size(); ++index) {
        std::optional<double> number = operands[index].meaning.number();
        const Type type = elaboration.builder.type(values[index]);
        values[index] = number && type.rank() == 0 ? constant_value(elaboration, *number, {type.dtype, *shape})
                                                   : broadcast_value(elaboration, values[index], *shape);
    }
    std::optional<Value> result = add_node(elaboration, op, values, {}, range, operands);
    return result ? Meaning::tensor(*result, adapts && is_floating(elaboration.builder.type(*result).dtype))
                  : Meaning::poison();
}

namespace {

struct BinaryInfo {
    std::string_view op;
    std::string_view verb;
    bool swap = false;    // a > b is b < a
    bool negate = false;  // a != b is not (a == b)
};

BinaryInfo binary_info(ast::BinaryOperator op) {
    switch (op) {
        case ast::BinaryOperator::kAdd: return {"add", "add"};
        case ast::BinaryOperator::kSubtract: return {"subtract", "subtract"};
        case ast::BinaryOperator::kMultiply: return {"multiply", "multiply"};
        case ast::BinaryOperator::kDivide: return {"divide", "divide"};
        case ast::BinaryOperator::kPower: return {"power", "raise"};
        case ast::BinaryOperator::kEqual: return {"equal", "compare"};
        case ast::BinaryOperator::kNotEqual: return {"equal", "compare", false, true};
        case ast::BinaryOperator::kLess: return {"less", "compare"};
        case ast::BinaryOperator::kLessEqual: return {"less_equal", "compare"};
        case ast::BinaryOperator::kGreater: return {"less", "compare", true};
        case ast::BinaryOperator::kGreaterEqual: return {"less_equal", "compare", true};
        case ast::BinaryOperator::kAnd: return {"and", "combine"};
        case ast::BinaryOperator::kOr: return {"or", "combine"};
        case ast::BinaryOperator::kRemainder: return {"", "take the remainder of"};
        case ast::BinaryOperator::kMatrixMultiply: return {"", "contract"};
    }
    return {};
}

// a - floor(a / b) * b, which has the sign of b as in Python.
Meaning tensor_remainder(Elaboration& elaboration, const Operand& a, const Operand& b, SourceRange range) {
    Operand quotient{apply_elementwise(elaboration, "divide", "take the remainder of", {a, b}, range), range};
    Operand whole{apply_elementwise(elaboration, "floor", "round", {quotient}, range), range};
    Operand multiple{apply_elementwise(elaboration, "multiply", "multiply", {whole, b}, range), range};
    return apply_elementwise(elaboration, "subtract", "subtract", {a, multiple}, range);
}

}  // namespace

Meaning apply_binary(Elaboration& elaboration, ast::BinaryOperator op, const Operand& a, const Operand& b,
                     SourceRange range) {
    if (a.meaning.is_poison() || b.meaning.is_poison()) return Meaning::poison();
    if (std::optional<Meaning> known = fold_binary(elaboration, op, a, b, range)) return *known;
    if (op == ast::BinaryOperator::kMatrixMultiply) return apply_matrix_multiply(elaboration, a, b, range);
    if (op == ast::BinaryOperator::kRemainder) return tensor_remainder(elaboration, a, b, range);
    if (op == ast::BinaryOperator::kPower && b.meaning.constant_integer() == 2) {
        return apply_elementwise(elaboration, "multiply", "square", {a, a}, range);
    }
    BinaryInfo info = binary_info(op);
    Meaning result = apply_elementwise(elaboration, info.op, info.verb,
                                       info.swap ? std::vector<Operand>{b, a} : std::vector<Operand>{a, b}, range);
    if (info.negate) result = apply_elementwise(elaboration, "not", "negate", {{result, range}}, range);
    return result;
}

Meaning apply_unary(Elaboration& elaboration, ast::UnaryOperator op, const Operand& a, SourceRange range) {
    if (a.meaning.is_poison()) return Meaning::poison();
    if (std::optional<Meaning> known = fold_unary(elaboration, op, a, range)) return *known;
    bool negate = op == ast::UnaryOperator::kNegate;
    return apply_elementwise(elaboration, negate ? "negate" : "not", negate ? "negate" : "invert", {a}, range);
}

}  // namespace nncc
