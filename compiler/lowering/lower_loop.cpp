// Groups "loop" and "reduction" to loop nests.
#include "lowering/body_reader.h"
#include "lowering/diagnostic_kinds.h"
#include "lowering/lower.h"

namespace nncc {

namespace {

std::vector<int> all_axes(std::size_t count) {
    std::vector<int> axes;
    for (std::size_t k = 0; k < count; ++k) axes.push_back(static_cast<int>(k));
    return axes;
}

}  // namespace

Expected<> lower_loop(const Plan& plan, int group, Kernel& kernel) {
    const Node& node = plan.graph.node(group);
    BodyReader reader(plan, group, kernel);
    const Shape& domain = node.type().shape;
    reader.axis_count = static_cast<int>(domain.size());
    const Position position = identity_position(all_axes(domain.size()), reader.axis_count);
    std::vector<LoopAxis> loop_axes;
    for (const Dim& extent : domain) loop_axes.push_back({extent, false});
    const auto& outputs = node.body->outputs();
    std::vector<int> values;
    for (const Output& output : outputs) {
        auto value = reader.value_of(output.value, position);
        if (!value) return value.error();
        values.push_back(*value);
    }
    for (std::size_t k = 0; k < outputs.size(); ++k) {
        if (auto stored = reader.store(static_cast<int>(k), values[k], position); !stored) return stored.error();
    }
    LoopNest nest = reader.take(std::move(loop_axes));
    collapse(nest);
    kernel.body = std::vector<LoopNest>{std::move(nest)};
    return Nothing{};
}

Expected<> lower_reduction(const Plan& plan, int group, Kernel& kernel) {
    const Node& node = plan.graph.node(group);
    const Graph& body = *node.body;
    BodyReader reader(plan, group, kernel);
    std::vector<int> reductions;
    for (int k = 0; k < body.size(); ++k) {
        if (lowering_of<ReductionLowering>(body.node(k)) != nullptr) reductions.push_back(k);
    }
    NNCC_CHECK(!reductions.empty(), "reduction group without a reduction");
    const Node& first = body.node(reductions.front());
    const Shape& domain = body.type(first.operands[0]).shape;
    reader.axis_count = static_cast<int>(domain.size());
    const Position inner = identity_position(all_axes(domain.size()), reader.axis_count);
    std::vector<LoopAxis> loop_axes;
    for (const Dim& extent : domain) loop_axes.push_back({extent, false});
    for (std::int64_t axis : first.attributes.integers("axes"))
        loop_axes[static_cast<std::size_t>(axis)].reduced = true;
    std::vector<int> kept;
    for (std::size_t k = 0; k < loop_axes.size(); ++k) {
        if (!loop_axes[k].reduced) kept.push_back(static_cast<int>(k));
    }
    const Position outer = identity_position(kept, reader.axis_count);
    for (int k : reductions) {
        const Node& reduction = body.node(k);
        auto operand = reader.value_of(reduction.operands[0], inner);
        if (!operand) return operand.error();
        LoopValue value{.kind = LoopValue::Kind::kReduce,
                        .dtype = reduction.type().dtype,
                        .name = reduction.origin.name,
                        .operands = {*operand}};
        value.reducer = lowering_of<ReductionLowering>(reduction)->reducer;
        reader.values().push_back(std::move(value));
        reader.set({k, 0}, static_cast<int>(reader.values().size()) - 1);
    }
    const auto& outputs = body.outputs();
    for (std::size_t k = 0; k < outputs.size(); ++k) {
        const bool is_inner = body.type(outputs[k].value).shape.size() == domain.size();
        const Position& position = is_inner ? inner : outer;
        auto value = reader.value_of(outputs[k].value, position);
        if (!value) return value.error();
        if (auto stored = reader.store(static_cast<int>(k), *value, position); !stored) return stored.error();
    }
    LoopNest nest = reader.take(std::move(loop_axes));
    collapse(nest);
    kernel.body = std::vector<LoopNest>{std::move(nest)};
    return Nothing{};
}

}  // namespace nncc
