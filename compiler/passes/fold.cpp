// fold: turns nodes over constants into constants, by the ops' own evaluation in double.
#include <functional>
#include <limits>

#include "graph/constants.h"
#include "ops/evaluate.h"
#include "ops/record.h"
#include "passes/pass.h"
#include "passes/scan_builder.h"

namespace nncc {
namespace {

std::optional<Extents> constant_extents(const Shape& shape) {
    Extents extents;
    for (const Dim& dim : shape) {
        if (!dim.is_constant()) return std::nullopt;
        extents.push_back(dim.constant());
    }
    return extents;
}

std::int64_t product(const Extents& extents) {
    std::int64_t count = 1;
    for (std::int64_t extent : extents) {
        if (__builtin_mul_overflow(count, extent, &count)) return std::numeric_limits<std::int64_t>::max();
    }
    return count;
}

Tensor<double> tensor_of(const Node& constant, const Extents& extents) {
    Tensor<double> tensor;
    tensor.dtype = constant.type().dtype;
    tensor.extents = extents;
    const std::vector<double>& elements = constant.attributes.constant("value").elements;
    tensor.elements.resize(product(extents));
    for (Eigen::Index i = 0; i < tensor.elements.size(); ++i) {
        tensor.elements[i] = elements.size() == 1 ? elements[0] : elements[static_cast<std::size_t>(i)];
    }
    return tensor;
}

// Evaluates one node on tensors of the given extents.
std::vector<Tensor<double>> run(const Node& node, const std::vector<Tensor<double>>& operands,
                                const std::vector<Extents>& extents) {
    static const std::map<std::string, std::int64_t> kNoDims;
    std::vector<const Tensor<double>*> pointers;
    for (const Tensor<double>& tensor : operands) pointers.push_back(&tensor);
    EvaluateContext<double> context{node, pointers, extents, {}, &kNoDims, {}};
    for (std::size_t k = 0; k < node.types.size(); ++k) {
        Tensor<double> result;
        result.dtype = node.types[k].dtype;
        result.extents = extents[k];
        result.elements.resize(product(extents[k]));
        context.results.push_back(std::move(result));
    }
    node.op->evaluate.real(context);
    return std::move(context.results);
}

Value constant_of(GraphBuilder& builder, const Tensor<double>& tensor, const Type& type) {
    std::vector<double> elements(tensor.elements.begin(), tensor.elements.end());
    if (elements.empty()) return splat(builder, 0.0, type);
    return constant(builder, std::move(elements), type);
}

// Views that only move elements about keep a repeated element.
bool keeps_splat(const Node& node) {
    const ViewLowering* view = lowering_of<ViewLowering>(node);
    if (view == nullptr) return false;
    return view->kind == ViewKind::kReshape || view->kind == ViewKind::kTranspose ||
           view->kind == ViewKind::kBroadcast || view->kind == ViewKind::kSlice || view->kind == ViewKind::kWindow ||
           view->kind == ViewKind::kConcatenate;
}

std::optional<Value> fold_node(GraphBuilder& builder, const Node& node, const std::vector<Value>& operands) {
    if (operands.empty() || node.types.size() != 1 || node.body != nullptr || node.op->facts.random)
        return std::nullopt;
    if (std::holds_alternative<EffectLowering>(node.op->lowering)) return std::nullopt;
    std::vector<double> repeated;
    for (Value operand : operands) {
        if (builder.node(operand).op->name != "constant") return std::nullopt;
        if (std::optional<double> value = splat_value(builder, operand)) repeated.push_back(*value);
    }
    const bool all_splat = repeated.size() == operands.size();
    if (all_splat && keeps_splat(node)) {
        const bool same = std::equal(repeated.begin() + 1, repeated.end(), repeated.begin());
        if (same) return splat(builder, repeated[0], node.type());
    }
    Node here = node;
    here.operands = operands;
    if (all_splat && std::holds_alternative<ElementwiseLowering>(node.op->lowering)) {
        std::vector<Tensor<double>> scalars;
        for (Value operand : operands) scalars.push_back(tensor_of(builder.node(operand), {}));
        here.types[0].shape.clear();
        const std::vector<Tensor<double>> results = run(here, scalars, {Extents{}});
        return splat(builder, results[0].elements[0], node.type());
    }
    const std::optional<Extents> extents = constant_extents(node.type().shape);
    if (!extents || product(*extents) > kFoldElements) return std::nullopt;
    std::vector<Tensor<double>> tensors;
    for (Value operand : operands) {
        const Node& constant = builder.node(operand);
        const std::optional<Extents> operand_extents = constant_extents(constant.type().shape);
        if (!operand_extents || product(*operand_extents) > 16 * kFoldElements) return std::nullopt;
        tensors.push_back(tensor_of(constant, *operand_extents));
    }
    const std::vector<Tensor<double>> results = run(here, tensors, {*extents});
    return constant_of(builder, results[0], node.type());
}

}  // namespace

Graph fold(const Graph& graph) {
    return rewrite(graph,
                   [](GraphBuilder& builder, const Node& node,
                      const std::vector<Value>& operands) -> std::optional<std::vector<Value>> {
                       if (std::optional<Value> constant = fold_node(builder, node, operands))
                           return std::vector<Value>{*constant};
                       if (!is_scan(node)) return std::nullopt;
                       auto body = std::make_shared<const Graph>(fold(*node.body));
                       const Value first = builder.add(*node.op, operands, node.attributes, node.origin, body);
                       std::vector<Value> results;
                       for (int k = 0; k < static_cast<int>(node.types.size()); ++k) results.push_back({first.node, k});
                       return results;
                   });
}

Graph remove_dead(const Graph& graph) {
    if (has_scan(graph)) return rebuild_scans(graph, remove_dead);
    return rewrite(graph, [](GraphBuilder&, const Node&, const std::vector<Value>&) { return std::nullopt; });
}

}  // namespace nncc
