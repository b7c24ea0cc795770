// The equation of an einsum, `ij,jk->ik`, taken apart.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "graph/type.h"

namespace nncc {

struct Equation {
    std::vector<std::string> inputs;  // the letters of each operand
    std::string output;
    std::string text() const;
};

// Letters are a-z and A-Z; the arrow is required. The error says what is wrong.
std::variant<Equation, std::string> parse_equation(std::string_view text);

// The extent each letter stands for; the error when two operands disagree.
std::variant<std::map<char, Dim>, std::string> letter_extents(const Equation& equation,
                                                              const std::vector<Type>& operands);

// Letters in the order they first occur in the output, then in the operands.
std::string all_letters(const Equation& equation);

}  // namespace nncc
