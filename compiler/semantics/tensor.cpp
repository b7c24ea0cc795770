// Tensors: numbers, extents and lists as nodes of a dtype and shape; casts and broadcasts made explicit.
#include <fmt/format.h>

#include <algorithm>

#include "semantics/arithmetic.h"
#include "semantics/diagnostic_kinds.h"

namespace nncc {

DType real_dtype(const Elaboration& elaboration) {
    return elaboration.analysis.options.real_f64 ? DType::kF64 : DType::kF32;
}

Value constant_value(Elaboration& elaboration, double number, const Type& type) {
    Attributes attributes;
    attributes.set("value", ConstantData{{number}});
    attributes.set("type", type);
    return elaboration.builder.add("constant", {}, attributes);
}

Value cast_value(Elaboration& elaboration, Value value, DType dtype) {
    if (elaboration.builder.type(value).dtype == dtype) return value;
    Attributes attributes;
    attributes.set("dtype", dtype);
    return elaboration.builder.add("cast", {value}, attributes);
}

Value broadcast_value(Elaboration& elaboration, Value value, const Shape& shape) {
    const Type type = elaboration.builder.type(value);
    if (type.shape == shape) return value;
    std::vector<std::int64_t> axes;
    for (std::size_t axis = 0; axis < type.shape.size(); ++axis) {
        axes.push_back(static_cast<std::int64_t>(shape.size() - type.shape.size() + axis));
    }
    Attributes attributes;
    attributes.set("shape", shape);
    attributes.set("axes", axes);
    return elaboration.builder.add("broadcast", {value}, attributes);
}

Value extent_value(Elaboration& elaboration, const Dim& dim, DType dtype) {
    if (dim.is_constant()) return constant_value(elaboration, static_cast<double>(dim.constant()), {dtype, {}});
    Value total;
    for (const Dim::Term& term : dim.terms()) {
        Value product;
        if (term.coefficient != 1 || term.names.empty()) {
            product = constant_value(elaboration, static_cast<double>(term.coefficient), {dtype, {}});
        }
        for (const std::string& name : term.names) {
            Attributes attributes;
            attributes.set("dimension", name);
            Value extent = cast_value(elaboration, elaboration.builder.add("extent", {}, attributes), dtype);
            product = product ? elaboration.builder.add("multiply", {product, extent}) : extent;
        }
        total = total ? elaboration.builder.add("add", {total, product}) : product;
    }
    return total;
}

namespace {

// All numbers of a list, nested lists row-major; nothing when it is ragged or holds something else.
bool collect_numbers(const Meaning& meaning, std::size_t depth, std::vector<std::int64_t>& extents,
                     std::vector<double>& numbers) {
    if (const auto* list = meaning.as<ListMeaning>()) {
        if (extents.size() == depth) extents.push_back(static_cast<std::int64_t>(list->elements.size()));
        if (extents.size() <= depth || extents[depth] != static_cast<std::int64_t>(list->elements.size())) return false;
        return std::all_of(list->elements.begin(), list->elements.end(), [&](const Meaning& element) {
            return collect_numbers(element, depth + 1, extents, numbers);
        });
    }
    if (extents.size() != depth) return false;
    if (const bool* flag = meaning.as<bool>()) {
        numbers.push_back(*flag ? 1 : 0);
        return true;
    }
    std::optional<double> number = meaning.number();
    if (number) numbers.push_back(*number);
    return number.has_value();
}

bool holds_float(const Meaning& meaning) {
    if (const auto* list = meaning.as<ListMeaning>()) {
        return std::any_of(list->elements.begin(), list->elements.end(), holds_float);
    }
    return meaning.as<double>() != nullptr;
}

void report_not_a_tensor(Elaboration& elaboration, const Operand& operand) {
    report(elaboration, kWrongKind, operand.range,
           fmt::format("`{}` is {}; a number or a tensor is needed", operand.text(),
                       describe(operand.meaning, elaboration.builder)));
}

}  // namespace

std::optional<Value> to_tensor(Elaboration& elaboration, const Operand& operand, DType dtype) {
    const Meaning& meaning = operand.meaning;
    if (meaning.is_poison()) return std::nullopt;
    if (const auto* tensor = meaning.as<TensorMeaning>()) {
        return tensor->adapts ? cast_value(elaboration, tensor->value, dtype) : tensor->value;
    }
    if (!is_floating(dtype) && dtype != DType::kBool && holds_float(meaning)) {
        report(elaboration, kDTypesDiffer, operand.range,
               fmt::format("`{}` is a float where {} is needed", operand.text(), dtype_name(dtype)))
            .hint = "`cast(x, \"f32\")` makes a tensor of whole numbers a float one";
        return std::nullopt;
    }
    if (const auto* integer = meaning.as<IntegerMeaning>(); integer != nullptr && !integer->value.is_constant()) {
        return extent_value(elaboration, integer->value, dtype);
    }
    std::vector<std::int64_t> extents;
    ConstantData data;
    if (!collect_numbers(meaning, 0, extents, data.elements)) {
        report_not_a_tensor(elaboration, operand);
        return std::nullopt;
    }
    if (dtype == DType::kBool && meaning.as<bool>() == nullptr && !meaning.as<ListMeaning>()) {
        report(elaboration, kDTypesDiffer, operand.range,
               fmt::format("`{}` is a number where bool is needed", operand.text()));
        return std::nullopt;
    }
    if (dtype == DType::kI32 && std::any_of(data.elements.begin(), data.elements.end(), [](double number) {
            return number < -2147483648.0 || number > 2147483647.0;
        })) {
        report(elaboration, kCompileTimeArithmetic, operand.range,
               fmt::format("`{}` does not fit an i32", operand.text()));
        return std::nullopt;
    }
    Type type{dtype, {}};
    for (std::int64_t extent : extents) type.shape.emplace_back(extent);
    Attributes attributes;
    attributes.set("value", std::move(data));
    attributes.set("type", type);
    return add_node(elaboration, "constant", {}, attributes, operand.range);
}

std::optional<Value> to_tensor(Elaboration& elaboration, const Operand& operand) {
    if (const auto* tensor = operand.meaning.as<TensorMeaning>(); tensor != nullptr && !tensor->adapts)
        return tensor->value;
    if (operand.meaning.as<bool>() != nullptr) return to_tensor(elaboration, operand, DType::kBool);
    bool whole = !holds_float(operand.meaning) && operand.meaning.as<TensorMeaning>() == nullptr;
    return to_tensor(elaboration, operand, whole ? DType::kI32 : real_dtype(elaboration));
}

std::optional<Value> to_scalar(Elaboration& elaboration, const Operand& operand, DType dtype) {
    std::optional<Value> value = to_tensor(elaboration, operand, dtype);
    if (!value) return std::nullopt;
    const Type& type = elaboration.builder.type(*value);
    if (type.dtype == dtype && type.rank() == 0) return value;
    report(elaboration, kWrongKind, operand.range,
           fmt::format("`{}` is {}; a scalar {} is needed", operand.text(),
                       describe(operand.meaning, elaboration.builder), dtype_name(dtype)));
    return std::nullopt;
}

}  // namespace nncc
