// Op records of comparisons, logic, selection, conversion, and stopping of gradients.
#include "graph/diagnostic_kinds.h"
#include "ops/elements.h"
#include "ops/gradient_rules.h"
#include "ops/tables.h"
#include "ops/type_rules.h"

namespace nncc {
namespace {

using Values = std::vector<Value>;

TypeResult select_type(const TypeContext& c) {
    if (c.operands[0].dtype != DType::kBool) {
        return type_error(kDTypeUnsupported,
                          fmt::format("the mask of `select` is bool, not {}", type_text(c.operands[0])), {0});
    }
    if (auto error = same_types(c, "select between", 1)) return *error;
    if (c.operands[0].shape != c.operands[1].shape) {
        return type_error(kShapeDiffers,
                          fmt::format("mask {} does not fit {}", type_text(c.operands[0]), type_text(c.operands[1])),
                          {0, 1});
    }
    return std::vector{c.operands[1]};
}

TypeResult cast_type(const TypeContext& c) {
    return std::vector{Type{c.attributes.dtype("dtype"), c.operands[0].shape}};
}

// Towards zero and saturating, NaN to 0; anything but 0 is true.
template <class S>
S converted(const S& x, DType from, DType to) {
    const double p = primal(x);
    switch (to) {
        case DType::kF32:
        case DType::kF64: return is_floating(from) ? x : S(p);
        case DType::kI32:
            return S(p != p ? 0.0 : p >= INT32_MAX ? INT32_MAX : p <= INT32_MIN ? INT32_MIN : std::trunc(p) + 0.0);
        case DType::kBool: return S(p != 0 ? 1.0 : 0.0);
    }
    return x;
}

const OpRecord kLogicTable[] = {
    {.name = "equal",
     .operands = "a, b",
     .attributes = {},
     .summary = "a == b",
     .type = comparison,
     .gradient = NotDifferentiable{},
     .lowering = ElementwiseLowering{"nncc::equal({0}, {1})", 1},
     .evaluate =
         [](auto& context) {
             map_two(context, [](const auto& a, const auto& b) { return primal(a) == primal(b) ? 1.0 : 0.0; });
         },
     .facts = {.commutative = true}},
    {.name = "less",
     .operands = "a, b",
     .attributes = {},
     .summary = "a < b",
     .type = comparison,
     .gradient = NotDifferentiable{},
     .lowering = ElementwiseLowering{"nncc::less({0}, {1})", 1},
     .evaluate =
         [](auto& context) {
             map_two(context, [](const auto& a, const auto& b) { return primal(a) < primal(b) ? 1.0 : 0.0; });
         }},
    {.name = "less_equal",
     .operands = "a, b",
     .attributes = {},
     .summary = "a <= b",
     .type = comparison,
     .gradient = NotDifferentiable{},
     .lowering = ElementwiseLowering{"nncc::less_equal({0}, {1})", 1},
     .evaluate =
         [](auto& context) {
             map_two(context, [](const auto& a, const auto& b) { return primal(a) <= primal(b) ? 1.0 : 0.0; });
         }},
    {.name = "and",
     .operands = "a, b",
     .attributes = {},
     .summary = "both",
     .type = logical,
     .gradient = NotDifferentiable{},
     .lowering = ElementwiseLowering{"nncc::logical_and({0}, {1})", 1},
     .evaluate =
         [](auto& context) {
             map_two(context,
                     [](const auto& a, const auto& b) { return primal(a) != 0 && primal(b) != 0 ? 1.0 : 0.0; });
         },
     .facts = {.commutative = true, .right_identity = 1.0, .left_identity = 1.0}},
    {.name = "or",
     .operands = "a, b",
     .attributes = {},
     .summary = "either",
     .type = logical,
     .gradient = NotDifferentiable{},
     .lowering = ElementwiseLowering{"nncc::logical_or({0}, {1})", 1},
     .evaluate =
         [](auto& context) {
             map_two(context,
                     [](const auto& a, const auto& b) { return primal(a) != 0 || primal(b) != 0 ? 1.0 : 0.0; });
         },
     .facts = {.commutative = true, .right_identity = 0.0, .left_identity = 0.0}},
    {.name = "not",
     .operands = "a",
     .attributes = {},
     .summary = "not a",
     .type = logical,
     .gradient = NotDifferentiable{},
     .lowering = ElementwiseLowering{"nncc::logical_not({0})", 1},
     .evaluate = [](auto& context) { map_one(context, [](const auto& a) { return primal(a) != 0 ? 0.0 : 1.0; }); }},
    // The branch not taken gets an adjoint of exactly 0, which where_adjoint() in the rules below it keeps.
    {.name = "select",
     .operands = "mask, a, b",
     .attributes = {},
     .summary = "a where the mask holds, else b",
     .type = select_type,
     .gradient = GradientRule([](const GradientContext& c) -> Values {
         Value none = like(c.builder, c.adjoint(), 0.0);
         return {Value{}, select(c.builder, c.operands[0], c.adjoint(), none),
                 select(c.builder, c.operands[0], none, c.adjoint())};
     }),
     .lowering = ElementwiseLowering{"nncc::select({0}, {1}, {2})", 1},
     .evaluate =
         [](auto& context) {
             const auto& mask = context.operands[0]->elements;
             const auto& a = context.operands[1]->elements;
             const auto& b = context.operands[2]->elements;
             auto& r = context.results[0].elements;
             for (Eigen::Index i = 0; i < r.size(); ++i) r[i] = primal(mask[i]) != 0 ? a[i] : b[i];
         }},
    {.name = "cast",
     .operands = "a",
     .attributes = {{"dtype", attribute_kind<DType>()}},
     .summary = "a in another element type; to i32 towards zero, saturating, NaN to 0",
     .type = cast_type,
     .gradient = GradientRule([](const GradientContext& c) -> Values {
         const DType from = c.builder.type(c.operands[0]).dtype;
         if (!is_floating(from) || !is_floating(c.node.type().dtype)) return {Value{}};
         return {cast(c.builder, c.adjoint(), from)};
     }),
     .lowering = ElementwiseLowering{"nncc::cast<{T}>({0})", 1},
     .evaluate =
         [](auto& context) {
             const DType from = context.operands[0]->dtype;
             const DType to = context.results[0].dtype;
             map_one(context, [&](const auto& a) { return converted(a, from, to); });
         },
     .facts = {.zero_to_zero = true}},
    {.name = "stop_gradient",
     .operands = "a",
     .attributes = {},
     .summary = "a, through which no derivative flows",
     .type = [](const TypeContext& c) -> TypeResult { return std::vector{c.operands[0]}; },
     .gradient = NotDifferentiable{},
     .lowering = ElementwiseLowering{"{0}", 0},
     .evaluate =
         [](auto& context) {
             using S = std::decay_t<decltype(context.results[0].elements[0])>;
             map_one(context, [](const S& a) { return S(primal(a)); });
         },
     .facts = {.zero_to_zero = true}},
};

}  // namespace

std::span<const OpRecord> logic_ops() { return kLogicTable; }

}  // namespace nncc
