// Parses einsum equations and finds the extents of their letters.
#include "ops/einsum.h"

#include <fmt/format.h>

#include <algorithm>

namespace nncc {

std::string Equation::text() const {
    std::string result;
    for (std::size_t k = 0; k < inputs.size(); ++k) result += (k > 0 ? "," : "") + inputs[k];
    return result + "->" + output;
}

std::variant<Equation, std::string> parse_equation(std::string_view text) {
    const std::size_t arrow = text.find("->");
    if (arrow == std::string_view::npos) return fmt::format("`{}` has no `->`", text);
    Equation equation;
    equation.inputs.emplace_back();
    for (char c : text.substr(0, arrow)) {
        if (c == ',') equation.inputs.emplace_back();
        else equation.inputs.back() += c;
    }
    equation.output = text.substr(arrow + 2);
    auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
    for (const std::string& letters : equation.inputs) {
        for (char c : letters) {
            if (!is_letter(c)) return fmt::format("`{}` holds more than letters, commas and one arrow", text);
        }
    }
    for (std::size_t i = 0; i < equation.output.size(); ++i) {
        const char c = equation.output[i];
        if (!is_letter(c)) return fmt::format("`{}` holds more than letters, commas and one arrow", text);
        if (equation.output.find(c, i + 1) != std::string::npos)
            return fmt::format("`{}` occurs twice in the result of `{}`", c, text);
        const bool known = std::any_of(equation.inputs.begin(), equation.inputs.end(), [&](const std::string& letters) {
            return letters.find(c) != std::string::npos;
        });
        if (!known) return fmt::format("`{}` of the result of `{}` occurs in no operand", c, text);
    }
    return equation;
}

std::variant<std::map<char, Dim>, std::string> letter_extents(const Equation& equation,
                                                              const std::vector<Type>& operands) {
    std::map<char, Dim> extents;
    for (std::size_t k = 0; k < operands.size(); ++k) {
        const std::string& letters = equation.inputs[k];
        if (letters.size() != operands[k].shape.size()) {
            return fmt::format("`{}` names {} axes of {}", letters, letters.size(), type_text(operands[k]));
        }
        for (std::size_t i = 0; i < letters.size(); ++i) {
            auto [found, is_new] = extents.emplace(letters[i], operands[k].shape[i]);
            if (!is_new && found->second != operands[k].shape[i]) {
                return fmt::format("`{}` is {} and {}", letters[i], found->second.text(), operands[k].shape[i].text());
            }
        }
    }
    return extents;
}

std::string all_letters(const Equation& equation) {
    std::string result = equation.output;
    for (const std::string& letters : equation.inputs) {
        for (char c : letters) {
            if (result.find(c) == std::string::npos) result += c;
        }
    }
    return result;
}

}  // namespace nncc
