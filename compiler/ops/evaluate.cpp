// The evaluator: runs a graph node by node through the records' evaluate bodies.
#include "ops/evaluate.h"

#include "ops/elements.h"
#include "ops/record.h"

namespace nncc {
namespace {

using Dims = std::map<std::string, std::int64_t>;

Extents extents_at(const Shape& shape, const Dims& dims) {
    Extents extents;
    for (const Dim& dim : shape) {
        std::optional<std::int64_t> extent = dim.value(dims);
        NNCC_CHECK(extent && *extent >= 0, "{} has no extent", dim.text());
        extents.push_back(*extent);
    }
    return extents;
}

template <class S>
class Run {
  public:
    // Arguments are set for a body, bindings for an entry graph.
    Run(const Graph& graph, const Dims& dims, const Bindings<S>* bindings,
        const std::vector<const Tensor<S>*>* arguments)
        : graph_(graph),
          dims_(dims),
          bindings_(bindings),
          arguments_(arguments),
          observe_(bindings != nullptr && bindings->observe ? &bindings->observe : nullptr),
          owned_(graph.nodes().size()),
          results_(graph.nodes().size()),
          uses_(graph.nodes().size(), 0) {
        for (const Node& node : graph.nodes()) {
            for (const Value& operand : node.operands) ++uses_[static_cast<std::size_t>(operand.node)];
        }
        for (const Output& output : graph.outputs()) ++uses_[static_cast<std::size_t>(output.value.node)];
    }

    void all(Evaluation<S>* evaluation) {
        const std::vector<bool> live = live_nodes(graph_);
        for (int i = 0; i < graph_.size(); ++i) {
            if (!live[static_cast<std::size_t>(i)]) continue;
            const Node& node = graph_.node(i);
            if (lowering_of<EffectLowering>(node) != nullptr) {
                NNCC_CHECK(evaluation != nullptr, "a store inside a body");
                evaluation->stores.insert_or_assign(node.attributes.text("name"), at(node.operands[0]));
            } else if (const Tensor<S>* bound = bound_leaf(node)) {
                check_fits(*bound, node);
                results_[static_cast<std::size_t>(i)] = {bound};
            } else {
                step(i, node);
            }
            release(node);
        }
    }

    const Tensor<S>& at(Value value) const {
        return *results_[static_cast<std::size_t>(value.node)][static_cast<std::size_t>(value.result)];
    }

  private:
    const Tensor<S>* bound_leaf(const Node& node) const {
        if (lowering_of<LeafLowering>(node) == nullptr) return nullptr;
        if (node.op->name == "argument") {
            NNCC_CHECK(arguments_ != nullptr, "an argument outside a body");
            return (*arguments_)[static_cast<std::size_t>(node.attributes.integer("index"))];
        }
        const bool is_input = node.op->name == "input";
        if (!is_input && node.op->name != "storage") return nullptr;
        const std::string& name = node.attributes.text("name");
        NNCC_CHECK(bindings_ != nullptr, "`{}` inside a body", name);
        const auto& tensors = is_input ? bindings_->inputs : bindings_->storages;
        auto found = tensors.find(name);
        NNCC_CHECK(found != tensors.end(), "{} `{}` is not bound", node.op->name, name);
        return &found->second;
    }

    void check_fits(const Tensor<S>& tensor, const Node& node) const {
        NNCC_CHECK(tensor.extents == extents_at(node.type().shape, dims_) && tensor.size() == count_of(tensor.extents),
                   "a tensor bound to a {} has other extents than {}", node.op->name, type_text(node.type()));
    }

    void step(int index, const Node& node) {
        EvaluateContext<S> context{
            .node = node, .operands = {}, .extents = {}, .results = {}, .dims = &dims_, .run_body = {}};
        for (const Value& operand : node.operands) context.operands.push_back(&at(operand));
        for (const Type& type : node.types) {
            Tensor<S> result;
            result.dtype = type.dtype;
            result.extents = extents_at(type.shape, dims_);
            result.elements.resize(count_of(result.extents));
            context.extents.push_back(result.extents);
            context.results.push_back(std::move(result));
        }
        context.run_body = [this](const Graph& body, const std::vector<const Tensor<S>*>& arguments) {
            Run<S> run(body, dims_, nullptr, &arguments);
            run.observe_ = observe_;
            run.all(nullptr);
            std::vector<Tensor<S>> results;
            for (const Output& output : body.outputs()) results.push_back(run.at(output.value));
            return results;
        };
        if constexpr (std::is_same_v<S, double>) node.op->evaluate.real(context);
        else node.op->evaluate.dual(context);
        if (observe_ != nullptr) (*observe_)(node, context.results);
        std::vector<Tensor<S>>& owned = owned_[static_cast<std::size_t>(index)];
        owned = std::move(context.results);
        for (const Tensor<S>& tensor : owned) results_[static_cast<std::size_t>(index)].push_back(&tensor);
    }

    // Frees what nothing will read again, so that memory follows the widest point of the graph, not its sum.
    void release(const Node& node) {
        for (const Value& operand : node.operands) {
            if (--uses_[static_cast<std::size_t>(operand.node)] == 0)
                owned_[static_cast<std::size_t>(operand.node)].clear();
        }
    }

    const Graph& graph_;
    const Dims& dims_;
    const Bindings<S>* bindings_;
    const std::vector<const Tensor<S>*>* arguments_;
    const std::function<void(const Node&, std::vector<Tensor<S>>&)>* observe_;
    std::vector<std::vector<Tensor<S>>> owned_;
    std::vector<std::vector<const Tensor<S>*>> results_;
    std::vector<int> uses_;
};

template <class S>
Evaluation<S> evaluate_in(const Graph& graph, const Bindings<S>& bindings) {
    Evaluation<S> evaluation;
    Run<S> run(graph, bindings.dims, &bindings, nullptr);
    run.all(&evaluation);
    for (const Output& output : graph.outputs()) evaluation.outputs.insert_or_assign(output.name, run.at(output.value));
    return evaluation;
}

}  // namespace

Evaluation<double> evaluate(const Graph& graph, const Bindings<double>& bindings) {
    return evaluate_in(graph, bindings);
}
Evaluation<Dual> evaluate(const Graph& graph, const Bindings<Dual>& bindings) { return evaluate_in(graph, bindings); }

}  // namespace nncc
