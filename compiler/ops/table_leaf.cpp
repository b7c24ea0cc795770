// Op records of the leaves: inputs, storages, constants, indices, extents, arguments and random numbers.
#include "graph/constants.h"
#include "graph/diagnostic_kinds.h"
#include "ops/elements.h"
#include "ops/random.h"
#include "ops/tables.h"
#include "ops/type_rules.h"

namespace nncc {
namespace {

// Bound by the evaluator before it gets here.
constexpr auto kBoundByEvaluator = [](auto& context) { NNCC_CHECK(false, "`{}` is not bound", context.node.op->name); };

TypeResult declared(const TypeContext& c) { return std::vector{c.attributes.type("type")}; }

TypeResult storage_type(const TypeContext& c) {
    const std::string& kind = c.attributes.text("storage_kind");
    for (std::string_view known : {"param", "state", "stream", "fit", "slot", "counter", "packed"}) {
        if (kind == known) return declared(c);
    }
    return type_error(kAttributeWrong, fmt::format("`{}` is no kind of storage", kind));
}

TypeResult constant_type(const TypeContext& c) {
    std::string error = constant_error(c.attributes.constant("value"), c.attributes.type("type"));
    if (!error.empty()) return type_error(kConstantWrong, "constant: " + error);
    return declared(c);
}

TypeResult iota_type(const TypeContext& c) {
    const Type& type = c.attributes.type("type");
    if (type.dtype == DType::kBool) return type_error(kDTypeUnsupported, "`iota` cannot count in bool");
    if (auto error = axis_error(c.attributes.integer("axis"), type.rank())) return *error;
    return std::vector{type};
}

TypeResult extent_type(const TypeContext&) { return std::vector{Type{DType::kI32, {}}}; }

TypeResult argument_type(const TypeContext& c) {
    if (c.attributes.integer("index") < 0) return type_error(kAttributeWrong, "an argument's index is at least 0");
    return declared(c);
}

TypeResult random_type(const TypeContext& c) {
    for (int k = 0; k < 3; ++k) {
        if (c.operands[static_cast<std::size_t>(k)] == Type{DType::kI32, {}}) continue;
        return type_error(kDTypeUnsupported, "seed, step and index of `random` are i32[]", {k});
    }
    if (!is_floating(c.attributes.type("type").dtype)) {
        return type_error(kDTypeUnsupported, "`random` makes floating-point numbers");
    }
    return declared(c);
}

const OpRecord kLeafTable[] = {
    {.name = "input",
     .operands = "",
     .attributes = {{"name", attribute_kind<std::string>()}, {"type", attribute_kind<Type>()}},
     .summary = "an input of the model, or data of the loss",
     .type = declared,
     .gradient = NotDifferentiable{},
     .lowering = LeafLowering{},
     .evaluate = kBoundByEvaluator},
    {.name = "storage",
     .operands = "",
     .attributes = {{"name", attribute_kind<std::string>()},
                    {"storage_kind", attribute_kind<std::string>()},
                    {"type", attribute_kind<Type>()}},
     .summary = "a parameter, state, slot ...: its value before the call",
     .type = storage_type,
     .gradient = NotDifferentiable{},
     .lowering = LeafLowering{},
     .evaluate = kBoundByEvaluator},
    {.name = "constant",
     .operands = "",
     .attributes = {{"type", attribute_kind<Type>()}, {"value", attribute_kind<ConstantData>()}},
     .summary = "one element for the whole shape, or all of them",
     .type = constant_type,
     .gradient = NotDifferentiable{},
     .lowering = LeafLowering{},
     .evaluate =
         [](auto& context) {
             const ConstantData& data = context.node.attributes.constant("value");
             auto& r = context.results[0].elements;
             const bool is_splat = data.elements.size() == 1;
             for (Eigen::Index i = 0; i < r.size(); ++i)
                 r[i] = data.elements[is_splat ? 0 : static_cast<std::size_t>(i)];
         }},
    {.name = "iota",
     .operands = "",
     .attributes = {{"axis", attribute_kind<std::int64_t>()}, {"type", attribute_kind<Type>()}},
     .summary = "the index along an axis",
     .type = iota_type,
     .gradient = NotDifferentiable{},
     .lowering = LeafLowering{},
     .evaluate =
         [](auto& context) {
             const AxisView view = axis_view(context.extents[0], context.node.attributes.integer("axis"));
             auto& r = context.results[0].elements;
             for (Eigen::Index i = 0; i < r.size(); ++i) r[i] = static_cast<double>(i / view.inner % view.extent);
         }},
    {.name = "extent",
     .operands = "",
     .attributes = {{"dimension", attribute_kind<std::string>()}},
     .summary = "the run-time extent of a dimension",
     .type = extent_type,
     .gradient = NotDifferentiable{},
     .lowering = LeafLowering{},
     .evaluate =
         [](auto& context) {
             auto found = context.dims->find(context.node.attributes.text("dimension"));
             NNCC_CHECK(found != context.dims->end(), "dimension `{}` has no extent",
                        context.node.attributes.text("dimension"));
             context.results[0].elements[0] = static_cast<double>(found->second);
         }},
    {.name = "argument",
     .operands = "",
     .attributes = {{"index", attribute_kind<std::int64_t>()}, {"type", attribute_kind<Type>()}},
     .summary = "an operand of the node whose body this graph is",
     .type = argument_type,
     .gradient = NotDifferentiable{},
     .lowering = LeafLowering{},
     .evaluate = kBoundByEvaluator},
    // Element e, row-major, is nncc::uniform24(seed, step | index << 32, site_hash(site), e) with the three numbers
    // taken as 32 bits without sign: fused and recomputed like any elementwise function, though its operands are
    // scalars.
    {.name = "random",
     .operands = "seed, step, index",
     .attributes = {{"site", attribute_kind<std::string>()}, {"type", attribute_kind<Type>()}},
     .summary = "uniform numbers in [0, 1) on 24 bits",
     .type = random_type,
     .gradient = NotDifferentiable{},
     .lowering = ElementwiseLowering{"nncc::uniform24({0}, {1}, {2})", 20},
     .evaluate =
         [](auto& context) {
             const RandomStream stream(context.node.attributes.text("site"), whole(context.operands[0]->elements[0]),
                                       whole(context.operands[1]->elements[0]),
                                       whole(context.operands[2]->elements[0]));
             auto& r = context.results[0].elements;
             for (Eigen::Index i = 0; i < r.size(); ++i) r[i] = stream.uniform(i);
         },
     .facts = {.lower = 0.0, .upper = 1.0, .random = true}},
};

}  // namespace

std::span<const OpRecord> leaf_ops() { return kLeafTable; }

}  // namespace nncc
