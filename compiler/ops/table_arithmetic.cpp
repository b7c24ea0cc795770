// Op records of arithmetic: add ... power, minimum and maximum, signs, rounding.
#include "graph/diagnostic_kinds.h"
#include "ops/elements.h"
#include "ops/gradient_rules.h"
#include "ops/tables.h"
#include "ops/type_rules.h"

namespace nncc {
namespace {

using Values = std::vector<Value>;

Values divide_gradient(const GradientContext& c) {
    GraphBuilder& b = c.builder;
    Value by = c.operands[1];
    Value over = divide(b, c.adjoint(), by);
    std::optional<double> number = splat_value(b, by);
    if (!number || *number == 0) over = where_adjoint(c, over);
    return {over, unary(b, "negate", where_adjoint(c, multiply(b, over, c.self)))};
}

// x^y: y x^(y-1), and x^y log x. Both are 0 where x^0 and 0^y are flat.
Values power_gradient(const GradientContext& c) {
    GraphBuilder& b = c.builder;
    Value x = c.operands[0];
    Value y = c.operands[1];
    Value by_x;
    std::optional<double> exponent = splat_value(b, y);
    if (exponent && *exponent == 2) {
        by_x = multiply(b, c.adjoint(), multiply(b, x, 2.0));
    } else if (exponent && *exponent >= 1) {
        by_x = multiply(b, c.adjoint(), multiply(b, power(b, x, add(b, y, -1.0)), y));
    } else {
        Value zero = like(b, x, 0.0);
        Value slope = multiply(b, y, power(b, x, add(b, y, -1.0)));
        by_x = where_adjoint(c, multiply(b, c.adjoint(), select(b, equal(b, y, zero), zero, slope)));
    }
    if (exponent) return {by_x, Value{}};
    Value zero = like(b, x, 0.0);
    Value flat = logical_and(b, equal(b, x, zero), less_equal(b, zero, y));
    Value slope = multiply(b, c.self, unary(b, "log", x));
    return {by_x, where_adjoint(c, multiply(b, c.adjoint(), select(b, flat, zero, slope)))};
}

// All to the one that won, half each at equality.
Values extremum_gradient(const GradientContext& c, bool larger_wins) {
    GraphBuilder& b = c.builder;
    Value none = like(b, c.adjoint(), 0.0);
    Value half = select(b, equal(b, c.operands[0], c.operands[1]), multiply(b, c.adjoint(), 0.5), none);
    Value a_less = less(b, c.operands[0], c.operands[1]);
    Value b_less = less(b, c.operands[1], c.operands[0]);
    return {select(b, larger_wins ? b_less : a_less, c.adjoint(), half),
            select(b, larger_wins ? a_less : b_less, c.adjoint(), half)};
}

const OpRecord kArithmeticTable[] = {
    {.name = "add",
     .operands = "a, b",
     .attributes = {},
     .summary = "a + b",
     .type = number_binary,
     .gradient = GradientRule([](const GradientContext& c) -> Values { return {c.adjoint(), c.adjoint()}; }),
     .lowering = ElementwiseLowering{"{0} + {1}", 1},
     .evaluate =
         [](auto& context) {
             map_two_or_wrap(
                 context, [](const auto& a, const auto& b) { return a + b; },
                 [](std::int64_t a, std::int64_t b) { return a + b; });
         },
     .facts = {.commutative = true, .right_identity = 0.0, .left_identity = 0.0}},
    {.name = "subtract",
     .operands = "a, b",
     .attributes = {},
     .summary = "a - b",
     .type = number_binary,
     .gradient = GradientRule(
         [](const GradientContext& c) -> Values { return {c.adjoint(), unary(c.builder, "negate", c.adjoint())}; }),
     .lowering = ElementwiseLowering{"{0} - {1}", 1},
     .evaluate =
         [](auto& context) {
             map_two_or_wrap(
                 context, [](const auto& a, const auto& b) { return a - b; },
                 [](std::int64_t a, std::int64_t b) { return a - b; });
         },
     .facts = {.right_identity = 0.0}},
    {.name = "multiply",
     .operands = "a, b",
     .attributes = {},
     .summary = "a * b",
     .type = number_binary,
     .gradient = GradientRule([](const GradientContext& c) -> Values {
         return {multiply(c.builder, c.adjoint(), c.operands[1]), multiply(c.builder, c.adjoint(), c.operands[0])};
     }),
     .lowering = ElementwiseLowering{"{0} * {1}", 1},
     .evaluate =
         [](auto& context) {
             map_two_or_wrap(
                 context, [](const auto& a, const auto& b) { return a * b; },
                 [](std::int64_t a, std::int64_t b) { return a * b; });
         },
     .facts = {.commutative = true, .right_identity = 1.0, .left_identity = 1.0}},
    {.name = "divide",
     .operands = "a, b",
     .attributes = {},
     .summary = "a / b",
     .type = floating_binary,
     .gradient = GradientRule(divide_gradient),
     .lowering = ElementwiseLowering{"{0} / {1}", 4},
     .evaluate = [](auto& context) { map_two(context, [](const auto& a, const auto& b) { return a / b; }); },
     .facts = {.right_identity = 1.0},
     .domain = {.low = 0.5, .high = 2.0}},
    {.name = "power",
     .operands = "a, b",
     .attributes = {},
     .summary = "a to the power of b",
     .type = floating_binary,
     .gradient = GradientRule(power_gradient),
     .lowering = ElementwiseLowering{"nncc::power({0}, {1})", 25},
     .evaluate =
         [](auto& context) {
             map_two(context, [](const auto& a, const auto& b) {
                 using std::pow;
                 return pow(a, b);
             });
         },
     .facts = {.right_identity = 1.0},
     .domain = {.low = 0.5, .high = 2.0}},
    {.name = "x_log_y",
     .operands = "a, b",
     .attributes = {},
     .summary = "a * log(b), and 0 where a is 0, whatever b is",
     .type = floating_binary,
     .gradient = GradientRule([](const GradientContext& c) -> Values {
         GraphBuilder& b = c.builder;
         const Value none = like(b, c.operands[0], 0.0), is_none = equal(b, c.operands[0], none);
         const Value slope = b.add("x_log_y", {select(b, is_none, none, like(b, none, 1.0)), c.operands[1]});
         const Value ratio = select(b, is_none, none, divide(b, c.operands[0], c.operands[1]));
         return {where_adjoint(c, multiply(b, c.adjoint(), slope)), where_adjoint(c, multiply(b, c.adjoint(), ratio))};
     }),
     // a - a is 0 for each finite a, and equal to no other.
     .lowering = ElementwiseLowering{"nncc::select(nncc::equal({0}, {0} - {0}), {0} - {0}, {0} * nncc::log({1}))", 13},
     .evaluate =
         [](auto& context) {
             map_two(context, [](const auto& a, const auto& b) {
                 using std::log;
                 return primal(a) == 0 ? a * 0.0 : a * log(b);
             });
         },
     .domain = {.low = 0.5, .high = 2.0}},
    {.name = "minimum",
     .operands = "a, b",
     .attributes = {},
     .summary = "the smaller; half of the adjoint to each at equality",
     .type = number_binary,
     .gradient = GradientRule([](const GradientContext& c) { return extremum_gradient(c, false); }),
     .lowering = ElementwiseLowering{"nncc::minimum({0}, {1})", 1},
     .evaluate = [](auto& context) { map_two(context, [](const auto& a, const auto& b) { return minimum(a, b); }); },
     .facts = {.commutative = true}},
    {.name = "maximum",
     .operands = "a, b",
     .attributes = {},
     .summary = "the larger; half of the adjoint to each at equality",
     .type = number_binary,
     .gradient = GradientRule([](const GradientContext& c) { return extremum_gradient(c, true); }),
     .lowering = ElementwiseLowering{"nncc::maximum({0}, {1})", 1},
     .evaluate = [](auto& context) { map_two(context, [](const auto& a, const auto& b) { return maximum(a, b); }); },
     .facts = {.commutative = true}},
    {.name = "negate",
     .operands = "a",
     .attributes = {},
     .summary = "-a",
     .type = number_unary,
     .gradient =
         GradientRule([](const GradientContext& c) -> Values { return {unary(c.builder, "negate", c.adjoint())}; }),
     .lowering = ElementwiseLowering{"-{0}", 1},
     .evaluate =
         [](auto& context) {
             using S = std::decay_t<decltype(context.results[0].elements[0])>;
             const bool wraps = context.results[0].dtype == DType::kI32;
             map_one(context, [&](const S& a) { return wraps ? S(wrapped(-whole(a))) : S(-a); });
         },
     .facts = {.zero_to_zero = true}},
    {.name = "absolute",
     .operands = "a",
     .attributes = {},
     .summary = "|a|; its slope at 0 is 0",
     .type = number_unary,
     .gradient = GradientRule([](const GradientContext& c) -> Values {
         GraphBuilder& b = c.builder;
         Value zero = like(b, c.operands[0], 0.0);
         Value negative = select(b, less(b, c.operands[0], zero), unary(b, "negate", c.adjoint()), zero);
         return {select(b, less(b, zero, c.operands[0]), c.adjoint(), negative)};
     }),
     .lowering = ElementwiseLowering{"nncc::absolute({0})", 1},
     .evaluate =
         [](auto& context) {
             using S = std::decay_t<decltype(context.results[0].elements[0])>;
             const bool wraps = context.results[0].dtype == DType::kI32;
             map_one(context, [&](const S& a) { return wraps ? S(wrapped(std::abs(whole(a)))) : S(absolute(a)); });
         },
     .facts = {.zero_to_zero = true, .lower = 0.0},
     .domain = {.kinks = {0.0}}},
    {.name = "floor",
     .operands = "a",
     .attributes = {},
     .summary = "the largest whole number not above a",
     .type = floating_unary,
     .gradient = NotDifferentiable{},
     .lowering = ElementwiseLowering{"nncc::floor({0})", 1},
     .evaluate =
         [](auto& context) {
             map_one(context, [](const auto& a) {
                 using std::floor;
                 return floor(a);
             });
         },
     .facts = {.zero_to_zero = true}},
    {.name = "round",
     .operands = "a",
     .attributes = {},
     .summary = "the nearest whole number, halves to even",
     .type = floating_unary,
     .gradient = NotDifferentiable{},
     .lowering = ElementwiseLowering{"nncc::round({0})", 1},
     .evaluate = [](auto& context) { map_one(context, [](const auto& a) { return round_even(a); }); },
     .facts = {.zero_to_zero = true}},
};

}  // namespace

std::span<const OpRecord> arithmetic_ops() { return kArithmeticTable; }

}  // namespace nncc
