// The op record of einsum: sums of products over any letters of any number of operands.
#include <algorithm>

#include "graph/diagnostic_kinds.h"
#include "ops/einsum.h"
#include "ops/evaluate_einsum.h"
#include "ops/gradient_rules.h"
#include "ops/tables.h"
#include "ops/type_rules.h"

namespace nncc {
namespace {

using Values = std::vector<Value>;

TypeResult einsum_type(const TypeContext& c) {
    if (auto error = wants_number(c, "`einsum`")) return *error;
    auto parsed = parse_equation(c.attributes.text("equation"));
    if (const std::string* error = std::get_if<std::string>(&parsed)) return type_error(kCannotContract, *error);
    const Equation& equation = std::get<Equation>(parsed);
    if (equation.inputs.size() != c.operands.size()) {
        return type_error(kCannotContract, fmt::format("`{}` is for {} operands, not {}", equation.text(),
                                                       equation.inputs.size(), c.operands.size()));
    }
    std::vector<int> all;
    std::string types;
    for (std::size_t k = 0; k < c.operands.size(); ++k) {
        all.push_back(static_cast<int>(k));
        types += (k == 0 ? "" : k + 1 == c.operands.size() ? " with " : ", ") + type_text(c.operands[k]);
        if (c.operands[k].dtype != c.operands[0].dtype) {
            return type_error(kDTypeDiffers,
                              fmt::format("cannot contract {} with {}: element types differ", type_text(c.operands[0]),
                                          type_text(c.operands[k])),
                              {0, static_cast<int>(k)});
        }
    }
    auto extents = letter_extents(equation, c.operands);
    if (const std::string* error = std::get_if<std::string>(&extents)) {
        return type_error(kCannotContract,
                          fmt::format("cannot contract {} by `{}`: {}", types, equation.text(), *error), all);
    }
    Type type{c.operands[0].dtype, {}};
    for (char letter : equation.output) type.shape.push_back(std::get<0>(extents).at(letter));
    return std::vector{type};
}

// The adjoint times the other operands, summed to the letters of operand k. A letter that only operand k has is
// broadcast; a letter that operand k has twice is put on its diagonal by a mask.
Value einsum_gradient_of(const GradientContext& c, const Equation& equation, std::size_t k) {
    GraphBuilder& b = c.builder;
    const Type type = b.type(c.operands[k]);
    const std::string& letters = equation.inputs[k];
    Equation back;
    std::vector<Value> operands = {c.adjoint()};
    back.inputs.push_back(equation.output);
    for (std::size_t j = 0; j < equation.inputs.size(); ++j) {
        if (j == k) continue;
        back.inputs.push_back(equation.inputs[j]);
        operands.push_back(c.operands[j]);
    }
    Axes axes;  // of the letters that the contraction yields, at their first place in `letters`
    for (std::size_t i = 0; i < letters.size(); ++i) {
        const bool known = std::any_of(back.inputs.begin(), back.inputs.end(), [&](const std::string& other) {
            return other.find(letters[i]) != std::string::npos;
        });
        if (!known || letters.find(letters[i]) < i) continue;
        back.output += letters[i];
        axes.push_back(static_cast<std::int64_t>(i));
    }
    const bool copies = operands.size() == 1 && back.output == equation.output;
    Value result = copies ? c.adjoint() : einsum(b, back.text(), operands);
    result = broadcast_to(b, result, type.shape, axes);
    for (std::size_t i = 0; i < letters.size(); ++i) {
        const std::size_t first = letters.find(letters[i]);
        if (first == i) continue;
        Value same = equal(b, iota(b, DType::kI32, type.shape, static_cast<std::int64_t>(first)),
                           iota(b, DType::kI32, type.shape, static_cast<std::int64_t>(i)));
        result = select(b, same, result, splat(b, 0.0, type));
    }
    return result;
}

Values einsum_gradient(const GradientContext& c) {
    const Equation equation = std::get<Equation>(parse_equation(c.node.attributes.text("equation")));
    Values result;
    for (std::size_t k = 0; k < c.operands.size(); ++k) result.push_back(einsum_gradient_of(c, equation, k));
    return result;
}

const OpRecord kContractionTable[] = {
    {.name = "einsum",
     .operands = "a, ...",
     .attributes = {{"equation", attribute_kind<std::string>()}},
     .summary = "products of the operands summed over the letters that the result has not",
     .type = einsum_type,
     .gradient = GradientRule(einsum_gradient),
     .lowering = ContractionLowering{ContractionKind::kEinsum},
     .evaluate = [](auto& context) { evaluate_einsum(context); }},
};

}  // namespace

std::span<const OpRecord> contraction_ops() { return kContractionTable; }

}  // namespace nncc
