// Op records of the elementary functions of one operand: exp ... erf, and softplus with its own gradient.
#include "ops/elements.h"
#include "ops/gradient_rules.h"
#include "ops/tables.h"
#include "ops/type_rules.h"

namespace nncc {
namespace {

using Values = std::vector<Value>;

const OpRecord kFunctionTable[] = {
    {.name = "exp",
     .operands = "a",
     .attributes = {},
     .summary = "e to the power of a",
     .type = floating_unary,
     .gradient = GradientRule([](const GradientContext& c) -> Values {
         GraphBuilder& b = c.builder;
         return {where_adjoint(c, multiply(b, c.adjoint(), c.self))};
     }),
     .lowering = ElementwiseLowering{"nncc::exp({0})", 10, "nncc::fast::exp({0})"},
     .evaluate =
         [](auto& context) {
             map_one(context, [](const auto& a) {
                 using std::exp;
                 return exp(a);
             });
         },
     .facts = {.lower = 0.0}},
    {.name = "expm1",
     .operands = "a",
     .attributes = {},
     .summary = "exp(a) - 1, exact near 0",
     .type = floating_unary,
     .gradient = GradientRule([](const GradientContext& c) -> Values {
         GraphBuilder& b = c.builder;
         return {where_adjoint(c, multiply(b, c.adjoint(), add(b, c.self, 1.0)))};
     }),
     .lowering = ElementwiseLowering{"nncc::expm1({0})", 12},
     .evaluate =
         [](auto& context) {
             map_one(context, [](const auto& a) {
                 using std::expm1;
                 return expm1(a);
             });
         },
     .facts = {.zero_to_zero = true, .lower = -1.0}},
    {.name = "log",
     .operands = "a",
     .attributes = {},
     .summary = "natural logarithm",
     .type = floating_unary,
     .gradient = GradientRule([](const GradientContext& c) -> Values {
         GraphBuilder& b = c.builder;
         return {where_adjoint(c, divide(b, c.adjoint(), c.operands[0]))};
     }),
     .lowering = ElementwiseLowering{"nncc::log({0})", 10},
     .evaluate =
         [](auto& context) {
             map_one(context, [](const auto& a) {
                 using std::log;
                 return log(a);
             });
         },
     .domain = {.low = 0.2, .high = 3.0}},
    {.name = "log1p",
     .operands = "a",
     .attributes = {},
     .summary = "log(1 + a), exact near 0",
     .type = floating_unary,
     .gradient = GradientRule([](const GradientContext& c) -> Values {
         GraphBuilder& b = c.builder;
         return {where_adjoint(c, divide(b, c.adjoint(), add(b, c.operands[0], 1.0)))};
     }),
     .lowering = ElementwiseLowering{"nncc::log1p({0})", 12},
     .evaluate =
         [](auto& context) {
             map_one(context, [](const auto& a) {
                 using std::log1p;
                 return log1p(a);
             });
         },
     .facts = {.zero_to_zero = true},
     .domain = {.low = -0.7, .high = 3.0}},
    {.name = "sqrt",
     .operands = "a",
     .attributes = {},
     .summary = "square root",
     .type = floating_unary,
     .gradient = GradientRule([](const GradientContext& c) -> Values {
         GraphBuilder& b = c.builder;
         return {where_adjoint(c, divide(b, multiply(b, c.adjoint(), 0.5), c.self))};
     }),
     .lowering = ElementwiseLowering{"nncc::sqrt({0})", 5},
     .evaluate =
         [](auto& context) {
             map_one(context, [](const auto& a) {
                 using std::sqrt;
                 return sqrt(a);
             });
         },
     .facts = {.zero_to_zero = true, .lower = 0.0},
     .domain = {.low = 0.2, .high = 3.0}},
    {.name = "rsqrt",
     .operands = "a",
     .attributes = {},
     .summary = "1 / sqrt(a)",
     .type = floating_unary,
     .gradient = GradientRule([](const GradientContext& c) -> Values {
         GraphBuilder& b = c.builder;
         return {where_adjoint(c, multiply(b, multiply(b, c.adjoint(), -0.5), divide(b, c.self, c.operands[0])))};
     }),
     .lowering = ElementwiseLowering{"nncc::rsqrt({0})", 6},
     .evaluate = [](auto& context) { map_one(context, [](const auto& a) { return rsqrt(a); }); },
     .facts = {.lower = 0.0},
     .domain = {.low = 0.2, .high = 3.0}},
    {.name = "sin",
     .operands = "a",
     .attributes = {},
     .summary = "sine of radians",
     .type = floating_unary,
     .gradient = GradientRule([](const GradientContext& c) -> Values {
         GraphBuilder& b = c.builder;
         return {multiply(b, c.adjoint(), unary(b, "cos", c.operands[0]))};
     }),
     .lowering = ElementwiseLowering{"nncc::sin({0})", 12},
     .evaluate =
         [](auto& context) {
             map_one(context, [](const auto& a) {
                 using std::sin;
                 return sin(a);
             });
         },
     .facts = {.zero_to_zero = true, .lower = -1.0, .upper = 1.0}},
    {.name = "cos",
     .operands = "a",
     .attributes = {},
     .summary = "cosine of radians",
     .type = floating_unary,
     .gradient = GradientRule([](const GradientContext& c) -> Values {
         GraphBuilder& b = c.builder;
         return {unary(b, "negate", multiply(b, c.adjoint(), unary(b, "sin", c.operands[0])))};
     }),
     .lowering = ElementwiseLowering{"nncc::cos({0})", 12},
     .evaluate =
         [](auto& context) {
             map_one(context, [](const auto& a) {
                 using std::cos;
                 return cos(a);
             });
         },
     .facts = {.lower = -1.0, .upper = 1.0}},
    {.name = "atan",
     .operands = "a",
     .attributes = {},
     .summary = "arc tangent, in radians",
     .type = floating_unary,
     .gradient = GradientRule([](const GradientContext& c) -> Values {
         GraphBuilder& b = c.builder;
         return {divide(b, c.adjoint(), add(b, multiply(b, c.operands[0], c.operands[0]), 1.0))};
     }),
     .lowering = ElementwiseLowering{"nncc::atan({0})", 12},
     .evaluate =
         [](auto& context) {
             map_one(context, [](const auto& a) {
                 using std::atan;
                 return atan(a);
             });
         },
     .facts = {.zero_to_zero = true, .lower = -1.5707963267948966, .upper = 1.5707963267948966}},
    {.name = "tanh",
     .operands = "a",
     .attributes = {},
     .summary = "hyperbolic tangent",
     .type = floating_unary,
     .gradient = GradientRule([](const GradientContext& c) -> Values {
         GraphBuilder& b = c.builder;
         return {multiply(b, c.adjoint(), subtract(b, like(b, c.self, 1.0), multiply(b, c.self, c.self)))};
     }),
     .lowering = ElementwiseLowering{"nncc::tanh({0})", 10, "nncc::fast::tanh({0})"},
     .evaluate =
         [](auto& context) {
             map_one(context, [](const auto& a) {
                 using std::tanh;
                 return tanh(a);
             });
         },
     .facts = {.zero_to_zero = true, .lower = -1.0, .upper = 1.0}},
    {.name = "sigmoid",
     .operands = "a",
     .attributes = {},
     .summary = "1 / (1 + exp(-a))",
     .type = floating_unary,
     .gradient = GradientRule([](const GradientContext& c) -> Values {
         GraphBuilder& b = c.builder;
         return {multiply(b, c.adjoint(), multiply(b, c.self, subtract(b, like(b, c.self, 1.0), c.self)))};
     }),
     .lowering = ElementwiseLowering{"nncc::sigmoid({0})", 11, "nncc::fast::sigmoid({0})"},
     .evaluate = [](auto& context) { map_one(context, [](const auto& a) { return sigmoid(a); }); },
     .facts = {.lower = 0.0, .upper = 1.0}},
    {.name = "softplus",
     .operands = "a",
     .attributes = {},
     .summary = "log(1 + exp(a)), without overflow",
     .type = floating_unary,
     .gradient = GradientRule([](const GradientContext& c) -> Values {
         GraphBuilder& b = c.builder;
         return {multiply(b, c.adjoint(), unary(b, "sigmoid", c.operands[0]))};
     }),
     .lowering = ElementwiseLowering{"nncc::softplus({0})", 20},
     .evaluate = [](auto& context) { map_one(context, [](const auto& a) { return softplus(a); }); },
     .facts = {.lower = 0.0}},
    {.name = "erf",
     .operands = "a",
     .attributes = {},
     .summary = "the error function",
     .type = floating_unary,
     .gradient = GradientRule([](const GradientContext& c) -> Values {
         GraphBuilder& b = c.builder;
         return {multiply(b, c.adjoint(),
                          multiply(b, unary(b, "exp", unary(b, "negate", multiply(b, c.operands[0], c.operands[0]))),
                                   1.1283791670955125739))};
     }),
     .lowering = ElementwiseLowering{"nncc::erf({0})", 15, "nncc::fast::erf({0})"},
     .evaluate =
         [](auto& context) {
             map_one(context, [](const auto& a) {
                 using std::erf;
                 return erf(a);
             });
         },
     .facts = {.zero_to_zero = true, .lower = -1.0, .upper = 1.0}},
};

}  // namespace

std::span<const OpRecord> function_ops() { return kFunctionTable; }

}  // namespace nncc
