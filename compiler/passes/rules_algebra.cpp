// Algebra: turns elementwise formulas into equal ones with less work. x * 0 → 0 is not among them for floats: it is NaN
// for NaN and infinity, and -0 for negative x.
#include <cmath>

#include "graph/constants.h"
#include "ops/record.h"
#include "passes/node_kinds.h"
#include "passes/rules.h"

namespace nncc {
namespace {

std::optional<Value> drop_identity(GraphBuilder& builder, const Node& node) {
    if (!is_elementwise(node) || node.operands.size() != 2) return std::nullopt;
    const Facts& facts = node.op->facts;
    if (facts.right_identity && splat_value(builder, node.operands[1]) == *facts.right_identity)
        return node.operands[0];
    if (facts.left_identity && splat_value(builder, node.operands[0]) == *facts.left_identity) return node.operands[1];
    return std::nullopt;
}

bool same_broadcast(const Node& a, const Node& b, const GraphBuilder& builder) {
    return b.op->name == "broadcast" && a.attributes == b.attributes &&
           builder.type(a.operands[0]).shape == builder.type(b.operands[0]).shape;
}

// f(broadcast(a), broadcast(b), 3) → broadcast(f(a, b, 3)): the work is done once, before it is spread.
std::optional<Value> work_before_broadcast(GraphBuilder& builder, const Node& node) {
    if (!is_elementwise(node) || node.operands.empty()) return std::nullopt;
    std::optional<Node> view;
    for (Value operand : node.operands) {
        const Node& from = builder.node(operand);
        if (from.op->name == "constant" && splat_value(builder, operand)) continue;
        if (from.op->name != "broadcast") return std::nullopt;
        if (view && !same_broadcast(*view, from, builder)) return std::nullopt;
        view = from;
    }
    if (!view) return std::nullopt;
    const Shape small = builder.type(view->operands[0]).shape;
    std::vector<Value> operands;
    for (Value operand : node.operands) {
        const Node from = builder.node(operand);
        operands.push_back(from.op->name == "broadcast"
                               ? from.operands[0]
                               : splat(builder, *splat_value(builder, operand), {from.type().dtype, small}));
    }
    const Value result = builder.add(*node.op, operands, node.attributes, node.origin);
    return builder.add("broadcast", {result}, view->attributes, node.origin);
}

// f(reshape(a), reshape(b), 3) → reshape(f(a, b, 3)): a reshape is free at the end of a launch, and ends one within.
std::optional<Value> work_before_reshape(GraphBuilder& builder, const Node& node) {
    if (!is_elementwise(node) || node.operands.empty()) return std::nullopt;
    std::optional<Shape> shape;
    for (Value operand : node.operands) {
        const Node& from = builder.node(operand);
        if (from.op->name == "constant" && splat_value(builder, operand)) continue;
        if (from.op->name != "reshape") return std::nullopt;
        const Shape& before = builder.type(from.operands[0]).shape;
        if (shape && *shape != before) return std::nullopt;
        shape = before;
    }
    if (!shape) return std::nullopt;
    std::vector<Value> operands;
    for (Value operand : node.operands) {
        const Node from = builder.node(operand);
        operands.push_back(from.op->name == "reshape"
                               ? from.operands[0]
                               : splat(builder, *splat_value(builder, operand), {from.type().dtype, *shape}));
    }
    const Value result = builder.add(*node.op, operands, node.attributes, node.origin);
    return builder.add("reshape", {result}, {{"shape", node.type().shape}}, node.origin);
}

std::optional<Value> drop_cast(GraphBuilder& builder, const Node& node) {
    const DType to = node.type().dtype;
    const Value x = node.operands[0];
    if (builder.type(x).dtype == to) return x;
    const Node& inner = builder.node(x);
    if (inner.op->name != "cast") return std::nullopt;
    const Value origin = inner.operands[0];
    const DType from = builder.type(origin).dtype;
    // f64 holds every f32, i32 and bool; f32 every bool.
    const bool exact = inner.type().dtype == DType::kF64 || (inner.type().dtype == DType::kF32 && from == DType::kBool);
    if (exact && from == to) return origin;
    return std::nullopt;
}

// The operand and factor of a product with a constant.
std::optional<std::pair<Value, double>> multiple(const GraphBuilder& builder, Value value) {
    const Node& node = builder.node(value);
    if (node.op->name != "multiply") return std::nullopt;
    for (std::size_t k = 0; k < 2; ++k) {
        if (std::optional<double> factor = splat_value(builder, node.operands[k])) {
            return std::pair{node.operands[1 - k], *factor};
        }
    }
    return std::nullopt;
}

// x * c + y * c → (x + y) * c, and with -c the difference: the adjoint of a mean, on its way to two operands.
std::optional<Value> take_out_factor(GraphBuilder& builder, const Node& node) {
    if (!is_floating(node.type().dtype)) return std::nullopt;
    const auto a = multiple(builder, node.operands[0]);
    const auto b = multiple(builder, node.operands[1]);
    if (!a || !b || (a->second != b->second && a->second != -b->second)) return std::nullopt;
    const bool same_sign = a->second == b->second;
    const bool adds = (node.op->name == "add") == same_sign;
    // The positive factor goes outside, so that no sign is left over.
    const bool swaps = adds == false && a->second < 0 && node.op->name == "add";
    const double factor = swaps ? b->second : a->second;
    const Value left = swaps ? b->first : a->first;
    const Value right = swaps ? a->first : b->first;
    const Value inner = builder.add(adds ? "add" : "subtract", {left, right});
    return builder.add("multiply", {inner, splat(builder, factor, node.type())});
}

bool is_power_of_two(const Captures& captures) {
    int exponent = 0;
    return std::abs(std::frexp(*captures.number("C"), &exponent)) == 0.5 && std::abs(exponent) < 100;
}

bool is_whole(const Captures& captures) { return captures.builder->type(captures.value("x")).dtype == DType::kI32; }

// A constant takes the sign instead (negated_multiple).
bool is_no_number(const Captures& captures) { return !captures.number("y"); }

const Rule kAlgebraRules[] = {
    {.name = "identity", .reason = "the op's record says that this operand changes nothing", .build = drop_identity},
    {.name = "work_before_broadcast",
     .reason = "elementwise work on equally spread operands is done once, before it is spread",
     .build = work_before_broadcast},
    {.name = "work_before_reshape",
     .reason = "a reshape is free at the end of a launch, and ends one within",
     .build = work_before_reshape},
    {.name = "double_negate", .reason = "the signs cancel", .pattern = "negate(negate(x))", .replacement = "x"},
    {.name = "zero_minus", .reason = "one operand less", .pattern = "subtract(0, x)", .replacement = "negate(x)"},
    {.name = "add_negated", .reason = "one op less", .pattern = "add(x, negate(y))", .replacement = "subtract(x, y)"},
    {.name = "subtract_negated",
     .reason = "one op less",
     .pattern = "subtract(x, negate(y))",
     .replacement = "add(x, y)"},
    {.name = "negated_difference",
     .reason = "one op less",
     .pattern = "negate(subtract(x, y))",
     .replacement = "subtract(y, x)"},
    {.name = "times_minus_one",
     .reason = "a sign is cheaper",
     .pattern = "multiply(x, -1)",
     .replacement = "negate(x)"},
    {.name = "product_of_negated",
     .reason = "the signs cancel",
     .pattern = "multiply(negate(x), negate(y))",
     .replacement = "multiply(x, y)"},
    {.name = "negated_multiple",
     .reason = "the sign moves into the constant",
     .pattern = "negate(multiply(x, C))",
     .replacement = "multiply(x, negate(C))"},
    {.name = "multiple_of_negated",
     .reason = "the sign moves into the constant",
     .pattern = "multiply(negate(x), C)",
     .replacement = "multiply(x, negate(C))"},
    {.name = "product_with_negated",
     .reason = "signs move outward, where they meet others",
     .pattern = "multiply(x, negate(y))",
     .replacement = "negate(multiply(x, y))",
     .when = is_no_number},
    {.name = "difference_of_negated",
     .reason = "signs move outward, where they meet others",
     .pattern = "subtract(negate(x), y)",
     .replacement = "negate(add(x, y))"},
    {.name = "divide_by_power_of_two",
     .reason = "the reciprocal is exact and a product is cheaper",
     .pattern = "divide(x, C)",
     .replacement = "multiply(x, divide(1, C))",
     .when = is_power_of_two},
    {.name = "twice", .reason = "one operand is read", .pattern = "add(x, x)", .replacement = "multiply(x, 2)"},
    {.name = "whole_times_zero",
     .reason = "integers have neither NaN nor -0",
     .pattern = "multiply(x, 0)",
     .replacement = "0",
     .when = is_whole},
    {.name = "power_0", .reason = "1 for every x, NaN too", .pattern = "power(x, 0)", .replacement = "1"},
    {.name = "power_2",
     .reason = "a product instead of exp and log",
     .pattern = "power(x, 2)",
     .replacement = "multiply(x, x)"},
    {.name = "power_3",
     .reason = "products instead of exp and log",
     .pattern = "power(x, 3)",
     .replacement = "multiply(multiply(x, x), x)"},
    {.name = "power_4",
     .reason = "products instead of exp and log",
     .pattern = "power(x, 4)",
     .replacement = "multiply(multiply(x, x), multiply(x, x))"},
    {.name = "power_half",
     .reason = "a root instead of exp and log",
     .pattern = "power(x, 0.5)",
     .replacement = "sqrt(x)"},
    {.name = "power_minus_half",
     .reason = "a root instead of exp and log",
     .pattern = "power(x, -0.5)",
     .replacement = "rsqrt(x)"},
    {.name = "power_minus_1",
     .reason = "a quotient instead of exp and log",
     .pattern = "power(x, -1)",
     .replacement = "divide(1, x)"},
    {.name = "one_over_root",
     .reason = "one op instead of two",
     .pattern = "divide(1, sqrt(x))",
     .replacement = "rsqrt(x)"},
    {.name = "maximum_of_same", .reason = "nothing to choose", .pattern = "maximum(x, x)", .replacement = "x"},
    {.name = "minimum_of_same", .reason = "nothing to choose", .pattern = "minimum(x, x)", .replacement = "x"},
    {.name = "double_not", .reason = "they cancel", .pattern = "not(not(x))", .replacement = "x"},
    {.name = "both_same", .reason = "nothing to combine", .pattern = "and(x, x)", .replacement = "x"},
    {.name = "either_same", .reason = "nothing to combine", .pattern = "or(x, x)", .replacement = "x"},
    {.name = "and_false", .reason = "never true", .pattern = "and(x, 0)", .replacement = "0"},
    {.name = "or_true", .reason = "always true", .pattern = "or(x, 1)", .replacement = "1"},
    {.name = "select_same", .reason = "nothing to choose", .pattern = "select(m, x, x)", .replacement = "x"},
    {.name = "select_true", .reason = "decided", .pattern = "select(1, x, y)", .replacement = "x"},
    {.name = "select_false", .reason = "decided", .pattern = "select(0, x, y)", .replacement = "y"},
    {.name = "select_not",
     .reason = "the branches swap",
     .pattern = "select(not(m), x, y)",
     .replacement = "select(m, y, x)"},
    {.name = "common_factor", .reason = "one product instead of two", .root = "add", .build = take_out_factor},
    {.name = "common_factor_of_difference",
     .reason = "one product instead of two",
     .root = "subtract",
     .build = take_out_factor},
    {.name = "cast_back", .reason = "the wider type held it exactly", .root = "cast", .build = drop_cast},
};

}  // namespace

std::span<const Rule> algebra_rules() { return kAlgebraRules; }

}  // namespace nncc
