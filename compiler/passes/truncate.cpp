// truncate: cuts scans into scans of scans, and stops gradients of the carries in between.
#include "passes/truncate.h"

#include <fmt/format.h>

#include "ops/build.h"
#include "ops/record.h"
#include "passes/diagnostic_kinds.h"
#include "passes/scan_builder.h"

namespace nncc {
namespace {

// [steps, ...] as [pieces, length, ...], in the order the pieces are run.
Value in_pieces(GraphBuilder& builder, Value sequence, std::int64_t pieces, std::int64_t length) {
    Shape shape = builder.type(sequence).shape;
    shape[0] = length;
    shape.insert(shape.begin(), pieces);
    return reshape(builder, sequence, shape);
}

std::vector<Value> cut(GraphBuilder& builder, const Node& scan, const std::vector<Value>& given, std::int64_t pieces,
                       std::int64_t length) {
    const ScanRoles roles = roles_of(scan);
    const std::vector<Value> operands = operands_along_first(builder, scan, given);
    const std::vector<Origin> origins = argument_origins(scan);
    ScanBuilder outer(builder, Dim(pieces), roles.reverse);
    std::vector<Value> arguments;
    for (std::size_t k = 0; k < operands.size(); ++k) {
        arguments.push_back(roles.is_sequence(k)
                                ? outer.sequence(in_pieces(builder, operands[k], pieces, length), origins[k])
                            : roles.is_carry(k) ? outer.carry(operands[k], origins[k])
                                                : outer.captured(operands[k], origins[k]));
    }
    // The piece: the scan itself, along its first axis.
    Attributes attributes = scan.attributes;
    attributes.set("axis", std::int64_t{0});
    const Value piece = outer.body().add(*scan.op, arguments, attributes, scan.origin, scan.body);
    std::vector<int> yields;
    for (std::size_t k = 0; k < scan.types.size(); ++k) {
        const Value result{piece.node, static_cast<int>(k)};
        // A last value is read from the last piece's own result, before the gradient stops.
        yields.push_back(outer.yield(result));
        if (k < roles.yields) continue;
        outer.update(arguments[roles.sequences + k - roles.yields], unary(outer.body(), "stop_gradient", result));
    }
    const ScanBuilder::Results results = outer.finish(scan.origin, std::vector<bool>(roles.carries, true));
    std::vector<Value> values;
    for (std::size_t k = 0; k < scan.types.size(); ++k) {
        const Value all = results.yields[static_cast<std::size_t>(yields[k])];
        Shape shape = builder.type(all).shape;
        if (k < roles.yields) {
            shape.erase(shape.begin());
            shape[0] = pieces * length;
            values.push_back(yield_along_axis(builder, scan, reshape(builder, all, shape)));
        } else {
            const std::int64_t last = roles.reverse ? 0 : pieces - 1;
            shape.erase(shape.begin());
            values.push_back(reshape(builder, slice_axis(builder, all, 0, last, last + 1), shape));
        }
    }
    return values;
}

}  // namespace

Expected<Graph> truncate(const Graph& graph, std::int64_t length) {
    for (const Node& node : graph.nodes()) {
        if (!is_scan(node) || roles_of(node).carries == 0) continue;
        const Dim& steps = graph.type(node.operands[0]).shape[static_cast<std::size_t>(roles_of(node).axis)];
        if (steps.is_constant() && (steps.constant() <= length || steps.constant() % length == 0)) continue;
        Error error{&kTruncationUneven,
                    fmt::format("a scan of {} steps is not cut into pieces of {}", steps.text(), length),
                    "",
                    {},
                    ExitCode::kWrongInput};
        if (!node.origin.place.empty())
            error.notes.push_back(fmt::format("{}: {}", node.origin.place, node.origin.expression));
        return error;
    }
    return rewrite(graph,
                   [&](GraphBuilder& builder, const Node& node,
                       const std::vector<Value>& operands) -> std::optional<std::vector<Value>> {
                       if (!is_scan(node) || roles_of(node).carries == 0) return std::nullopt;
                       const std::int64_t steps = steps_of(builder, node, operands).constant();
                       if (steps <= length) return std::nullopt;
                       return cut(builder, node, operands, steps / length, length);
                   });
}

}  // namespace nncc
