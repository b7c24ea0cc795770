// Stable forms: turns formulas that overflow, cancel or need a floor into ones that are exact over the whole range.
#include "passes/rules.h"

namespace nncc {
namespace {

// exp(-87.4) is the least f32 that is not denormal: a floor at or below is there because log(0) = -inf, and the exact
// value replaces it. At a logit of -1000 the loss is then 1000 and its slope 1, where the floor had a slope of 0 and
// training would stand still. A floor above that is meant as one and stays.
bool guards_against_infinity(const Captures& captures) { return *captures.number("C") <= -87.0; }

const Rule kStableRules[] = {
    {.name = "floor_of_log_sigmoid",
     .reason = "the exact logarithm needs no floor",
     .pattern = "maximum(log(sigmoid(x)), C)",
     .replacement = "negate(softplus(negate(x)))",
     .when = guards_against_infinity,
     .first_sweep = true},
    {.name = "floor_of_log_one_minus_sigmoid",
     .reason = "1 - sigmoid(x) = sigmoid(-x), without the cancellation near 1",
     .pattern = "maximum(log(subtract(1, sigmoid(x))), C)",
     .replacement = "negate(softplus(x))",
     .when = guards_against_infinity,
     .first_sweep = true},
    {.name = "floor_of_log1p_of_sigmoid",
     .reason = "the same, written with log1p",
     .pattern = "maximum(log1p(negate(sigmoid(x))), C)",
     .replacement = "negate(softplus(x))",
     .when = guards_against_infinity,
     .first_sweep = true},
    {.name = "floor_of_log_softmax",
     .reason = "the exact logarithm needs no floor",
     .pattern = "maximum(log(softmax{s}(x)), C)",
     .replacement = "log_softmax{s}(x)",
     .when = guards_against_infinity,
     .first_sweep = true},
    {.name = "log_of_sigmoid",
     .reason = "sigmoid(-100) is 0 in f32, its logarithm is -100",
     .pattern = "log(sigmoid(x))",
     .replacement = "negate(softplus(negate(x)))"},
    {.name = "log_of_one_minus_sigmoid",
     .reason = "1 - sigmoid(20) is 0 in f32, its logarithm is -20",
     .pattern = "log(subtract(1, sigmoid(x)))",
     .replacement = "negate(softplus(x))"},
    {.name = "log1p_of_minus_sigmoid",
     .reason = "the same, written with log1p",
     .pattern = "log1p(negate(sigmoid(x)))",
     .replacement = "negate(softplus(x))"},
    {.name = "cross_entropy_of_sigmoid",
     .reason = "-(y log p + (1 - y) log(1 - p)) with signs moved outward; its gradient is sigmoid(x) - y: one "
               "exponential, not four",
     .pattern = "add(multiply(y, softplus(negate(x))), multiply(subtract(1, y), softplus(x)))",
     .replacement = "subtract(softplus(x), multiply(y, x))"},
    {.name = "log_of_softmax",
     .reason = "softmax underflows to 0 where the logarithm is about -100",
     .pattern = "log(softmax{s}(x))",
     .replacement = "log_softmax{s}(x)"},
    {.name = "log_of_one_plus_exp",
     .reason = "exp(100) is infinite in f32, the logarithm is 100",
     .pattern = "log(add(1, exp(x)))",
     .replacement = "softplus(x)"},
    {.name = "log1p_of_exp",
     .reason = "the same, written with log1p",
     .pattern = "log1p(exp(x))",
     .replacement = "softplus(x)"},
    {.name = "log_of_exp",
     .reason = "exp overflows or underflows where its logarithm does not",
     .pattern = "log(exp(x))",
     .replacement = "x"},
    {.name = "log_of_one_plus",
     .reason = "1 + x drops the digits of a small x",
     .pattern = "log(add(1, x))",
     .replacement = "log1p(x)"},
    {.name = "log_of_one_minus",
     .reason = "1 - x drops the digits of a small x",
     .pattern = "log(subtract(1, x))",
     .replacement = "log1p(negate(x))"},
    {.name = "exp_minus_one",
     .reason = "exp(x) - 1 cancels near 0",
     .pattern = "subtract(exp(x), 1)",
     .replacement = "expm1(x)"},
    {.name = "exp_plus_minus_one",
     .reason = "exp(x) + -1 cancels near 0",
     .pattern = "add(exp(x), -1)",
     .replacement = "expm1(x)"},
    {.name = "sigmoid_by_exp",
     .reason = "exp(-x) overflows for x < -88, and its gradient is then inf / inf",
     .pattern = "divide(1, add(1, exp(negate(x))))",
     .replacement = "sigmoid(x)"},
    {.name = "sigmoid_by_ratio",
     .reason = "inf / inf for x > 88",
     .pattern = "divide(exp(x), add(1, exp(x)))",
     .replacement = "sigmoid(x)"},
};

}  // namespace

std::span<const Rule> stable_rules() { return kStableRules; }

}  // namespace nncc
