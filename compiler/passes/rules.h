// Rewrite rules: rows of pattern → replacement that `simplify` applies until none matches.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "graph/graph.h"

namespace nncc {

// What a pattern's names stand for.
struct Captures {
    std::vector<std::pair<std::string_view, Value>> values;
    const GraphBuilder* builder = nullptr;

    Value value(std::string_view name) const;                   // NNCC_CHECK
    std::optional<double> number(std::string_view name) const;  // of a constant with one repeated element
};

// One row. `pattern` and `replacement` are expressions over op names:
//     maximum(log(sigmoid(x)), C)  →  negate(softplus(negate(x)))
// A name stands for any value, the same one wherever it is repeated; one that starts with a capital for a constant with
// one repeated element; a number for such a constant of that value. `softmax{s}(x)` gives the node's attributes a name,
// `log_softmax{s}(x)` takes them. Operands of commutative ops match in either order. Numbers of a replacement have the
// type of what is replaced. Where that cannot say it, `build` returns the replacement of a node of the op `root`
// (of any op when empty), or nothing.
struct Rule {
    std::string_view name;
    std::string_view reason;
    std::string_view pattern = "";
    std::string_view replacement = "";
    bool (*when)(const Captures&) = nullptr;
    std::string_view root = "";
    std::optional<Value> (*build)(GraphBuilder&, const Node&) = nullptr;
    bool first_sweep = false;  // runs once, before the others change what it looks for
};

std::span<const Rule> algebra_rules();  // identities, signs, powers, casts, selections
std::span<const Rule> stable_rules();   // forms that overflow or cancel, replaced before they are differentiated
std::span<const Rule> window_rules();   // windows that are plain views
std::span<const Rule> view_rules();     // views, reductions and the letters of einsum

}  // namespace nncc
