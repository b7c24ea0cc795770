// Op records of nodes with a body (group, scan) and of the only effect (store).
#include "graph/diagnostic_kinds.h"
#include "ops/elements.h"
#include "ops/tables.h"
#include "ops/type_rules.h"

namespace nncc {
namespace {

// Every `argument` of the body is an operand as the body sees it.
std::optional<TypeError> arguments_error(const TypeContext& c, const std::vector<Type>& seen) {
    for (const Node& node : c.body->nodes()) {
        if (node.op->name != "argument") continue;
        const std::int64_t index = node.attributes.integer("index");
        if (index < 0 || index >= static_cast<std::int64_t>(seen.size())) {
            return type_error(kBodyWrong,
                              fmt::format("argument {} of the body of a node of {} operands", index, seen.size()));
        }
        const Type& type = seen[static_cast<std::size_t>(index)];
        if (node.type() != type) {
            return type_error(kBodyWrong,
                              fmt::format("argument {} of the body is {}, the operand {}", index,
                                          type_text(node.type()), type_text(type)),
                              {static_cast<int>(index)});
        }
    }
    return std::nullopt;
}

TypeResult group_type(const TypeContext& c) {
    if (auto error = arguments_error(c, c.operands)) return *error;
    std::vector<Type> types;
    for (const Output& output : c.body->outputs()) types.push_back(c.body->type(output.value));
    if (types.empty()) return type_error(kBodyWrong, "the body of a group has no result");
    return types;
}

// Operands: `sequences` of equal extent along `axis`, `carries`, then captured values. The body sees one step of each
// sequence (without that axis), and returns its yields, then the carries. Results: yields stacked at `axis`, last
// carries.
TypeResult scan_type(const TypeContext& c) {
    const std::int64_t sequences = c.attributes.integer("sequences");
    const std::int64_t carries = c.attributes.integer("carries");
    const std::int64_t axis = c.attributes.integer("axis");
    const auto operands = static_cast<std::int64_t>(c.operands.size());
    const auto outputs = static_cast<std::int64_t>(c.body->outputs().size());
    if (sequences < 1 || sequences > operands || carries < 0 || carries > operands - sequences || carries > outputs ||
        outputs == 0) {
        return type_error(kBodyWrong,
                          fmt::format("{} sequences and {} carries do not fit {} operands and a body of {} results",
                                      sequences, carries, operands, outputs));
    }
    std::vector<Type> seen = c.operands;
    Dim extent;
    for (std::size_t k = 0; k < static_cast<std::size_t>(sequences); ++k) {
        if (auto error = axis_error(axis, seen[k].rank(), static_cast<int>(k))) return *error;
        const Dim own = seen[k].shape[static_cast<std::size_t>(axis)];
        if (k == 0) extent = own;
        if (own != extent) {
            return type_error(kShapeDiffers,
                              fmt::format("sequences of a scan have {} and {} steps", extent.text(), own.text()),
                              {0, static_cast<int>(k)});
        }
        seen[k].shape.erase(seen[k].shape.begin() + axis);
    }
    if (auto error = arguments_error(c, seen)) return *error;
    std::vector<Type> types;
    const std::int64_t yields = outputs - carries;
    for (std::int64_t k = 0; k < outputs; ++k) {
        Type type = c.body->type(c.body->outputs()[static_cast<std::size_t>(k)].value);
        if (k < yields) {
            if (axis > type.rank())
                return type_error(kAxisWrong, fmt::format("yield {} of a scan has no axis {}", k, axis));
            type.shape.insert(type.shape.begin() + axis, extent);
        } else if (const Type& carry = c.operands[static_cast<std::size_t>(sequences + k - yields)]; type != carry) {
            return type_error(kBodyWrong,
                              fmt::format("a carry comes in as {} and leaves as {}", type_text(carry), type_text(type)),
                              {static_cast<int>(sequences + k - yields)});
        }
        types.push_back(std::move(type));
    }
    return types;
}

template <class S>
void evaluate_group(EvaluateContext<S>& context) {
    context.results = context.run_body(*context.node.body, context.operands);
}

template <class S>
void evaluate_scan(EvaluateContext<S>& context) {
    const Attributes& attributes = context.node.attributes;
    const auto sequences = static_cast<std::size_t>(attributes.integer("sequences"));
    const auto carries = static_cast<std::size_t>(attributes.integer("carries"));
    const std::int64_t axis = attributes.integer("axis");
    const std::size_t yields = context.results.size() - carries;
    const std::int64_t steps = context.operands[0]->extents[static_cast<std::size_t>(axis)];
    std::vector<Tensor<S>> state;
    for (std::size_t k = 0; k < carries; ++k) state.push_back(*context.operands[sequences + k]);
    std::vector<Tensor<S>> step_of(sequences);
    for (std::int64_t t = 0; t < steps; ++t) {
        const std::int64_t at = attributes.flag("reverse") ? steps - 1 - t : t;
        std::vector<const Tensor<S>*> arguments = context.operands;
        for (std::size_t k = 0; k < sequences; ++k) {
            const Tensor<S>& sequence = *context.operands[k];
            const AxisView view = axis_view(sequence.extents, axis);
            Tensor<S>& step = step_of[k];
            step.dtype = sequence.dtype;
            step.extents = sequence.extents;
            step.extents.erase(step.extents.begin() + axis);
            step.elements.resize(view.outer * view.inner);
            for (std::int64_t o = 0; o < view.outer; ++o) {
                step.elements.segment(o * view.inner, view.inner) =
                    sequence.elements.segment(view.offset(o, at, 0), view.inner);
            }
            arguments[k] = &step;
        }
        for (std::size_t k = 0; k < carries; ++k) arguments[sequences + k] = &state[k];
        std::vector<Tensor<S>> results = context.run_body(*context.node.body, arguments);
        for (std::size_t k = 0; k < yields; ++k) {
            Tensor<S>& all = context.results[k];
            const AxisView view = axis_view(all.extents, axis);
            for (std::int64_t o = 0; o < view.outer; ++o) {
                all.elements.segment(view.offset(o, at, 0), view.inner) =
                    results[k].elements.segment(o * view.inner, view.inner);
            }
        }
        for (std::size_t k = 0; k < carries; ++k) state[k] = std::move(results[yields + k]);
    }
    for (std::size_t k = 0; k < carries; ++k) context.results[yields + k] = std::move(state[k]);
}

const OpRecord kRegionTable[] = {
    {.name = "scan",
     .operands = "...",
     .attributes = {{"axis", attribute_kind<std::int64_t>()},
                    {"carries", attribute_kind<std::int64_t>()},
                    {"reverse", attribute_kind<bool>()},
                    {"sequences", attribute_kind<std::int64_t>()}},
     .summary = "the body once for each step of sequences, carrying values from step to step",
     .type = scan_type,
     .gradient = StructuralGradient{},
     .lowering = RegionLowering{},
     .evaluate = [](auto& context) { evaluate_scan(context); }},
    {.name = "group",
     .operands = "...",
     .attributes = {{"kind", attribute_kind<std::string>()},
                    {"recompute", attribute_kind<std::int64_t>(), false}},  // keeps equal groups apart
     .summary = "the body as one loop nest or kernel call; made by fusion only",
     .type = group_type,
     .gradient = StructuralGradient{},
     .lowering = RegionLowering{},
     .evaluate = [](auto& context) { evaluate_group(context); }},
    // Has no result; the evaluator takes the operand as the storage's value after the call.
    {.name = "store",
     .operands = "a",
     .attributes = {{"name", attribute_kind<std::string>()}},
     .summary = "the storage's value after the call",
     .type = [](const TypeContext&) -> TypeResult { return std::vector<Type>{}; },
     .gradient = NotDifferentiable{},
     .lowering = EffectLowering{},
     .evaluate = [](auto&) {}},
};

}  // namespace

std::span<const OpRecord> region_ops() { return kRegionTable; }

}  // namespace nncc
