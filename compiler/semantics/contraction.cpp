// Contraction: writes the equation of a matrix product or a user's einsum and checks extents letter by letter.
#include "semantics/contraction.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "semantics/arithmetic.h"
#include "semantics/compile_time.h"
#include "semantics/diagnostic_kinds.h"

namespace nncc {
namespace {

// Both as tensors of one floating dtype (numbers take the other's); nothing after a report.
std::optional<std::vector<Value>> contraction_operands(Elaboration& elaboration, const std::vector<Operand>& operands,
                                                       SourceRange range) {
    std::optional<DType> dtype;
    const Operand* first = nullptr;
    for (const Operand& operand : operands) {
        if (operand.meaning.is_poison()) return std::nullopt;
        const auto* tensor = operand.meaning.as<TensorMeaning>();
        if (tensor == nullptr || tensor->adapts) continue;
        const Type& type = elaboration.builder.type(tensor->value);
        if (dtype && *dtype != type.dtype) {
            report(elaboration, kDTypesDiffer, range,
                   fmt::format("cannot contract `{}`, {}, with `{}`, {}", first->text(),
                               describe(first->meaning, elaboration.builder), operand.text(),
                               describe(operand.meaning, elaboration.builder)))
                .hint = "`cast(x, \"f32\")` converts";
            return std::nullopt;
        }
        if (!dtype) first = &operand;
        dtype = type.dtype;
    }
    std::vector<Value> values;
    for (const Operand& operand : operands) {
        std::optional<Value> value = to_tensor(elaboration, operand, dtype.value_or(real_dtype(elaboration)));
        if (!value) return std::nullopt;
        values.push_back(*value);
    }
    return values;
}

Meaning add_einsum(Elaboration& elaboration, const std::string& equation, const std::vector<Value>& values,
                   const std::vector<Operand>& shown, SourceRange range) {
    Attributes attributes;
    attributes.set("equation", equation);
    std::optional<Value> value = add_node(elaboration, "einsum", values, attributes, range, shown);
    return value ? Meaning::tensor(*value) : Meaning::poison();
}

}  // namespace

Meaning apply_matrix_multiply(Elaboration& elaboration, const Operand& a, const Operand& b, SourceRange range) {
    OriginScope origin(elaboration, range);
    std::optional<std::vector<Value>> values = contraction_operands(elaboration, {a, b}, range);
    if (!values) return Meaning::poison();
    const Shape left = elaboration.builder.type((*values)[0]).shape;
    const Shape right = elaboration.builder.type((*values)[1]).shape;
    auto refuse = [&](std::string hint) {
        Diagnostic& diagnostic = report(elaboration, kCannotContract, range,
                                        fmt::format("cannot contract `{}` {} with `{}` {}", a.text(), shape_text(left),
                                                    b.text(), shape_text(right)));
        diagnostic.notes.push_back(
            {a.range, fmt::format("this is {}", type_text(elaboration.builder.type((*values)[0])))});
        diagnostic.notes.push_back(
            {b.range, fmt::format("this is {}", type_text(elaboration.builder.type((*values)[1])))});
        diagnostic.hint = std::move(hint);
        return Meaning::poison();
    };
    if (left.empty() || right.empty()) return refuse("`@` needs an axis on both sides; `*` multiplies by a scalar");
    const Dim& inner = left.back();
    const Dim& matching = right.size() == 1 ? right[0] : right[right.size() - 2];
    if (inner != matching)
        return refuse(fmt::format("the last axis of the left, {}, must equal the {} of the right, {}", inner.text(),
                                  right.size() == 1 ? "axis" : "last but one", matching.text()));
    std::size_t left_batch = left.size() >= 2 ? left.size() - 2 : 0;
    std::size_t right_batch = right.size() >= 2 ? right.size() - 2 : 0;
    std::size_t batch = std::max(left_batch, right_batch);
    if (batch > 48) return refuse("too many axes");
    // Letters in order: batch axes, then the rows of a, the contracted axis, the columns of b.
    std::string letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    std::string shared = letters.substr(0, batch);
    std::size_t next = batch;
    std::string rows = left.size() >= 2 ? std::string(1, letters[next++]) : "";
    std::string contracted(1, letters[next++]);
    std::string columns = right.size() >= 2 ? std::string(1, letters[next++]) : "";
    for (std::size_t back = 1; back <= std::min(left_batch, right_batch); ++back) {
        if (left[left_batch - back] != right[right_batch - back])
            return refuse("leading axes must be equal, or absent on one side");
    }
    std::string equation = shared.substr(batch - left_batch) + rows + contracted + "," +
                           shared.substr(batch - right_batch) + contracted + columns + "->" + shared + rows + columns;
    return add_einsum(elaboration, equation, *values, {a, b}, range);
}

namespace {

struct ProductLetters {
    std::vector<std::string> operands;
    std::string result;
    bool has_result = false;
};

std::optional<ProductLetters> read_equation(const std::string& text) {
    std::string compact;
    for (char c : text) {
        if (c != ' ') compact += c;
    }
    ProductLetters equation;
    std::string left = compact;
    if (std::size_t arrow = compact.find("->"); arrow != std::string::npos) {
        left = compact.substr(0, arrow);
        equation.result = compact.substr(arrow + 2);
        equation.has_result = true;
    }
    for (std::size_t begin = 0;;) {
        std::size_t comma = left.find(',', begin);
        equation.operands.push_back(left.substr(begin, comma == std::string::npos ? comma : comma - begin));
        if (comma == std::string::npos) break;
        begin = comma + 1;
    }
    auto well_formed = [](std::string part) {
        if (std::size_t dots = part.find("..."); dots != std::string::npos) part.erase(dots, 3);
        return std::all_of(part.begin(), part.end(),
                           [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); });
    };
    if (!std::all_of(equation.operands.begin(), equation.operands.end(), well_formed) || !well_formed(equation.result))
        return std::nullopt;
    return equation;
}

// NumPy's result without `->`: `...`, then the letters that occur once, in alphabetical order.
std::string implicit_result(const std::vector<std::string>& operands) {
    std::map<char, int> counts;
    bool dots = false;
    for (const std::string& operand : operands) {
        for (char c : operand) {
            if (c == '.') dots = true;
            else ++counts[c];
        }
    }
    std::string result = dots ? "..." : "";
    for (auto [letter, count] : counts) {
        if (count == 1) result += letter;
    }
    return result;
}

}  // namespace

Meaning apply_einsum(Elaboration& elaboration, const Operand& equation_operand, const std::vector<Operand>& operands,
                     SourceRange range) {
    OriginScope origin(elaboration, range);
    std::optional<std::string> text = to_text(elaboration, equation_operand);
    if (!text) return Meaning::poison();
    auto refuse = [&](std::string message, std::string hint = "") {
        report(elaboration, kWrongEquation, equation_operand.range, std::move(message)).hint = std::move(hint);
        return Meaning::poison();
    };
    std::optional<ProductLetters> equation = read_equation(*text);
    if (!equation)
        return refuse(fmt::format("`{}` is no equation of einsum", *text),
                      "letters, commas, `...` and one `->`, as in \"bik, bkj -> bij\"");
    if (equation->operands.size() != operands.size()) {
        return refuse(
            fmt::format("the equation has {} operands, and {} are given", equation->operands.size(), operands.size()));
    }
    std::optional<std::vector<Value>> values = contraction_operands(elaboration, operands, range);
    if (!values) return Meaning::poison();
    if (!equation->has_result) equation->result = implicit_result(equation->operands);

    std::string free_letters;
    for (char c : std::string("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")) {
        if (text->find(c) == std::string::npos) free_letters += c;
    }
    std::map<char, std::pair<Dim, std::size_t>> extents;  // and the operand that had it first
    std::size_t dots_rank = 0;
    std::vector<std::size_t> ranks;
    for (std::size_t index = 0; index < operands.size(); ++index) {
        const std::string& part = equation->operands[index];
        bool dots = part.find("...") != std::string::npos;
        std::size_t letters = part.size() - (dots ? 3 : 0);
        std::size_t rank = elaboration.builder.type((*values)[index]).shape.size();
        if (rank < letters || (!dots && rank != letters)) {
            return refuse(fmt::format("`{}` of the equation has {} axes, and `{}` is {}", part, letters,
                                      operands[index].text(), type_text(elaboration.builder.type((*values)[index]))));
        }
        ranks.push_back(rank - letters);
        dots_rank = std::max(dots_rank, rank - letters);
    }
    if (dots_rank > free_letters.size()) return refuse("the operands have too many axes");
    std::string expanded;
    for (std::size_t index = 0; index < operands.size(); ++index) {
        std::string part = equation->operands[index];
        if (std::size_t dots = part.find("..."); dots != std::string::npos)
            part.replace(dots, 3, free_letters.substr(dots_rank - ranks[index], ranks[index]));
        const Shape shape = elaboration.builder.type((*values)[index]).shape;
        for (std::size_t axis = 0; axis < part.size(); ++axis) {
            auto [known, is_new] = extents.emplace(part[axis], std::pair(shape[axis], index));
            if (is_new || known->second.first == shape[axis]) continue;
            Diagnostic& diagnostic = report(
                elaboration, kCannotContract, range,
                fmt::format(
                    "cannot contract `{}` {} with `{}` {}: `{}` is {} and {}", operands[known->second.second].text(),
                    shape_text(elaboration.builder.type((*values)[known->second.second]).shape), operands[index].text(),
                    shape_text(shape), part[axis], known->second.first.text(), shape[axis].text()));
            diagnostic.notes.push_back(
                {operands[known->second.second].range, fmt::format("here it is {}", known->second.first.text())});
            diagnostic.notes.push_back({operands[index].range, fmt::format("here it is {}", shape[axis].text())});
            return Meaning::poison();
        }
        expanded += (index > 0 ? "," : "") + part;
    }
    std::string result = equation->result;
    if (std::size_t dots = result.find("..."); dots != std::string::npos)
        result.replace(dots, 3, free_letters.substr(0, dots_rank));
    for (std::size_t at = 0; at < result.size(); ++at) {
        if (!extents.contains(result[at]))
            return refuse(fmt::format("`{}` of the result is in no operand", result[at]));
        if (result.find(result[at], at + 1) != std::string::npos)
            return refuse(fmt::format("`{}` is twice in the result", result[at]));
    }
    return add_einsum(elaboration, expanded + "->" + result, *values, operands, range);
}

}  // namespace nncc
