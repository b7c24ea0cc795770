// What several passes ask of a node, and the small conversions they share.
#pragma once

#include "ops/einsum.h"
#include "ops/record.h"

namespace nncc {

// An index of a vector that runs parallel to the nodes.
inline std::size_t at(int index) { return static_cast<std::size_t>(index); }

// Each element of its result depends on the same element of each operand, and on nothing else.
inline bool is_elementwise(const Node& node) {
    return lowering_of<ElementwiseLowering>(node) != nullptr && !node.op->facts.random;
}

// The equation of an einsum node.
inline Equation equation_of(const Node& node) {
    std::variant<Equation, std::string> parsed = parse_equation(node.attributes.text("equation"));
    NNCC_CHECK(std::holds_alternative<Equation>(parsed));
    return std::get<Equation>(std::move(parsed));
}

}  // namespace nncc
