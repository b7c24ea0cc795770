// Greedy shrinking: one edit after another, kept when the smaller graph still fails.
#include "shrink_graph.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "graph/constants.h"
#include "ops/build.h"

namespace nncc::testing {
namespace {

using Results = std::vector<std::vector<Tensor<double>>>;  // by node

Results results_of(const RandomGraph& random) {
    Results results(static_cast<std::size_t>(random.graph.size()));
    Bindings<double> bindings = random.bindings;
    const Node* first = random.graph.nodes().data();
    bindings.observe = [&](const Node& node, std::vector<Tensor<double>>& made) {
        if (&node >= first && &node < first + random.graph.size())
            results[static_cast<std::size_t>(&node - first)] = made;
    };
    evaluate(random.graph, bindings);
    return results;
}

// Without dead nodes and unread inputs.
RandomGraph finished(const RandomGraph& from, const Graph& made, Bindings<double> bindings) {
    const Graph graph =
        rewrite(made, [](GraphBuilder&, const Node&, const std::vector<Value>&) { return std::nullopt; });
    std::set<std::string> read;
    for (const Node& node : graph.nodes()) {
        if (node.op->name == "input") read.insert(node.attributes.text("name"));
    }
    std::erase_if(bindings.inputs, [&](const auto& input) { return !read.contains(input.first); });
    return {graph, std::move(bindings), from.seed};
}

Value sum_of(GraphBuilder& b, Value x) {
    Axes all;
    for (std::int64_t axis = 0; axis < b.type(x).rank(); ++axis) all.push_back(axis);
    return reduce_sum(b, x, all);
}

// The results of one node as outputs, and the loss their sum.
RandomGraph only(const RandomGraph& random, int index) {
    GraphBuilder builder(random.graph.name());
    const auto copies = inline_graph(builder, random.graph, nullptr, false);
    const std::vector<Value>& kept = copies[static_cast<std::size_t>(index)];
    Value loss;
    for (std::size_t k = 0; k < kept.size(); ++k) {
        builder.output(fmt::format("output_{}", k), kept[k]);
        if (builder.type(kept[k]).dtype != DType::kF64) continue;
        const Value sum = sum_of(builder, kept[k]);
        loss = loss ? add(builder, loss, sum) : sum;
    }
    builder.output("loss", loss ? loss : scalar(builder, 0.0, DType::kF64));
    return finished(random, std::move(builder).finish(), random.bindings);
}

// An input in place of a node's results.
RandomGraph cut(const RandomGraph& random, const Results& results, int index) {
    GraphBuilder builder(random.graph.name());
    Bindings<double> bindings = random.bindings;
    const Node* node = &random.graph.node(index);
    const auto copies = inline_graph(
        builder, random.graph,
        [&](const Node& visited) -> std::optional<std::vector<Value>> {
            if (&visited != node) return std::nullopt;
            std::vector<Value> leaves;
            for (std::size_t k = 0; k < node->types.size(); ++k) {
                std::string name = fmt::format("x{}", bindings.inputs.size());
                while (bindings.inputs.contains(name)) name += "_";
                leaves.push_back(builder.add("input", {}, {{"name", name}, {"type", node->types[k]}}));
                bindings.inputs[name] = results[static_cast<std::size_t>(index)][k];
            }
            return leaves;
        },
        false);
    for (const Output& output : random.graph.outputs()) {
        const auto& of_node = copies[static_cast<std::size_t>(output.value.node)];
        builder.output(output.name, of_node[static_cast<std::size_t>(output.value.result)]);
    }
    return finished(random, std::move(builder).finish(), std::move(bindings));
}

// Operand `which` of a node in the place of its results that have its type, and zeros in that of the others, should
// there be several; behind the last operand: zeros for all.
std::optional<Graph> without(const Graph& graph, int index, std::size_t which) {
    const Node& dropped = graph.node(index);
    const bool zeros = which == dropped.operands.size();
    const auto fits = [&](const Type& type) { return !zeros && graph.type(dropped.operands[which]) == type; };
    if (!zeros && std::none_of(dropped.types.begin(), dropped.types.end(), fits)) return std::nullopt;
    GraphBuilder builder(graph.name());
    std::vector<std::vector<Value>> copies;
    const auto copy_of = [&](Value value) {
        return copies[static_cast<std::size_t>(value.node)][static_cast<std::size_t>(value.result)];
    };
    for (int i = 0; i < graph.size(); ++i) {
        const Node& node = graph.node(i);
        if (i == index) {
            copies.emplace_back();
            for (const Type& type : node.types)
                copies.back().push_back(fits(type) ? copy_of(node.operands[which]) : splat(builder, 0, type));
            continue;
        }
        std::vector<Value> operands;
        for (const Value& operand : node.operands) operands.push_back(copy_of(operand));
        const Value first = builder.add(*node.op, operands, node.attributes, node.origin, node.body);
        copies.emplace_back();
        for (int k = 0; k < static_cast<int>(node.types.size()); ++k) copies.back().push_back({first.node, k});
    }
    for (const Output& output : graph.outputs()) builder.output(output.name, copy_of(output.value));
    return std::move(builder).finish();
}

// What no result of a body needs is gone, its arguments excepted.
Graph live_body(const Graph& body) {
    const std::vector<bool> live = live_nodes(body);
    GraphBuilder builder(body.name());
    std::vector<std::vector<Value>> copies(static_cast<std::size_t>(body.size()));
    const auto copy_of = [&](Value value) {
        return copies[static_cast<std::size_t>(value.node)][static_cast<std::size_t>(value.result)];
    };
    for (int i = 0; i < body.size(); ++i) {
        const Node& node = body.node(i);
        if (!live[static_cast<std::size_t>(i)] && node.op->name != "argument") continue;
        std::vector<Value> operands;
        for (const Value& operand : node.operands) operands.push_back(copy_of(operand));
        const Value first = builder.add(*node.op, operands, node.attributes, node.origin, node.body);
        for (int k = 0; k < static_cast<int>(node.types.size()); ++k)
            copies[static_cast<std::size_t>(i)].push_back({first.node, k});
    }
    for (const Output& output : body.outputs()) builder.output(output.name, copy_of(output.value));
    return std::move(builder).finish();
}

Graph with_body(const Graph& graph, int index, const Graph& body) {
    const Node* changed = &graph.node(index);
    return rewrite(graph,
                   [&](GraphBuilder& builder, const Node& node,
                       const std::vector<Value>& operands) -> std::optional<std::vector<Value>> {
                       if (&node != changed) return std::nullopt;
                       const Value first = builder.add(*node.op, operands, node.attributes, node.origin,
                                                       std::make_shared<const Graph>(live_body(body)));
                       std::vector<Value> results;
                       for (int k = 0; k < static_cast<int>(node.types.size()); ++k) results.push_back({first.node, k});
                       return results;
                   });
}

// A body with one node less, that at `index`, or with a smaller body of that node.
std::vector<Graph> smaller_bodies(const Graph& body, int index) {
    std::vector<Graph> smaller;
    const Node& node = body.node(index);
    if (node.operands.empty()) return smaller;
    for (std::size_t k = 0; k <= node.operands.size(); ++k) {
        if (std::optional<Graph> less = without(body, index, k)) smaller.push_back(std::move(*less));
    }
    if (node.body == nullptr) return smaller;
    for (int inner = node.body->size() - 1; inner >= 0; --inner) {
        for (const Graph& less : smaller_bodies(*node.body, inner)) smaller.push_back(with_body(body, index, less));
    }
    return smaller;
}

// ---- extents ----

struct Resize {
    std::int64_t from, to;
    Dim operator()(const Dim& dim) const { return dim.is_constant(from) ? Dim(to) : dim; }
    Shape operator()(Shape shape) const {
        for (Dim& dim : shape) dim = (*this)(dim);
        return shape;
    }
    Type operator()(Type type) const {
        type.shape = (*this)(type.shape);
        return type;
    }
};

std::vector<std::int64_t> extents_of(const Shape& shape) {
    std::vector<std::int64_t> extents;
    for (const Dim& dim : shape) extents.push_back(dim.constant());
    return extents;
}

// The elements that are left, or the first again where an extent grew.
std::vector<double> cropped(const std::vector<double>& elements, const std::vector<std::int64_t>& before,
                            const std::vector<std::int64_t>& after) {
    std::int64_t count = 1;
    for (std::int64_t extent : after) count *= extent;
    std::vector<double> result;
    for (std::int64_t at = 0; at < count; ++at) {
        std::int64_t rest = at, place = 0, stride = 1;
        for (std::size_t axis = after.size(); axis-- > 0;) {
            place += std::min(rest % after[axis], std::max<std::int64_t>(before[axis] - 1, 0)) * stride;
            rest /= after[axis];
            stride *= before[axis];
        }
        result.push_back(elements.empty() ? 0.0 : elements[static_cast<std::size_t>(place)]);
    }
    return result;
}

Attributes resized(const Node& node, const Resize& resize) {
    Attributes result = node.attributes;
    for (const auto& [name, value] : node.attributes.items()) {
        if (const auto* shape = std::get_if<Shape>(&value)) result.set(name, resize(*shape));
        if (const auto* type = std::get_if<Type>(&value)) result.set(name, resize(*type));
        if (const auto* data = std::get_if<ConstantData>(&value)) {
            const Type after = resize(node.type());
            ConstantData kept = *data;
            if (kept.elements.size() > 1)
                kept.elements = cropped(kept.elements, extents_of(node.type().shape), extents_of(after.shape));
            normalise(kept, after);
            result.set(name, kept);
        }
    }
    return result;
}

std::optional<Graph> resized(const Graph& graph, const Resize& resize) {
    GraphBuilder builder(graph.name());
    std::vector<std::vector<Value>> copies;
    for (const Node& node : graph.nodes()) {
        std::vector<Value> operands;
        for (const Value& operand : node.operands)
            operands.push_back(
                copies[static_cast<std::size_t>(operand.node)][static_cast<std::size_t>(operand.result)]);
        const Attributes attributes = resized(node, resize);
        std::shared_ptr<const Graph> body;
        if (node.body != nullptr) {
            std::optional<Graph> inner = resized(*node.body, resize);
            if (!inner) return std::nullopt;
            body = std::make_shared<const Graph>(std::move(*inner));
        }
        const auto types = builder.infer(*node.op, operands, attributes, body);
        if (std::holds_alternative<TypeError>(types) || std::get<0>(types).size() != node.types.size())
            return std::nullopt;
        const Value first = builder.add(*node.op, operands, attributes, node.origin, body);
        copies.emplace_back();
        for (int k = 0; k < static_cast<int>(node.types.size()); ++k) copies.back().push_back({first.node, k});
    }
    for (const Output& output : graph.outputs()) {
        const auto& of_node = copies[static_cast<std::size_t>(output.value.node)];
        builder.output(output.name, of_node[static_cast<std::size_t>(output.value.result)]);
    }
    return std::move(builder).finish();
}

std::optional<RandomGraph> resized(const RandomGraph& random, const Resize& resize) {
    std::optional<Graph> graph = resized(random.graph, resize);
    if (!graph || verify(*graph)) return std::nullopt;
    RandomGraph result{std::move(*graph), random.bindings, random.seed};
    for (const Node& node : result.graph.nodes()) {
        if (node.op->name != "input") continue;
        Tensor<double>& tensor = result.bindings.inputs.at(node.attributes.text("name"));
        const std::vector<std::int64_t> after = extents_of(node.type().shape);
        if (tensor.extents == after) continue;
        const std::vector<double> kept =
            cropped({tensor.elements.begin(), tensor.elements.end()}, tensor.extents, after);
        tensor.extents = after;
        tensor.elements = Eigen::Map<const Eigen::ArrayXd>(kept.data(), static_cast<Eigen::Index>(kept.size()));
    }
    return result;
}

std::set<std::int64_t, std::greater<>> extents_in(const Graph& graph) {
    std::set<std::int64_t, std::greater<>> extents;
    for (const Node& node : graph.nodes()) {
        for (const Type& type : node.types) {
            for (const Dim& dim : type.shape) {
                if (dim.constant() > 1) extents.insert(dim.constant());
            }
        }
    }
    return extents;
}

class Shrinking {
  public:
    Shrinking(const RandomGraph& failing, const std::function<bool(const RandomGraph&)>& fails, int tries)
        : best_(failing), fails_(fails), left_(tries) {}

    RandomGraph run() {
        truncate();
        for (bool smaller = true; smaller && left_ > 0;) {
            smaller = nodes();
            smaller = bodies() || smaller;
            smaller = extents() || smaller;
        }
        rounder();
        return best_;
    }

  private:
    bool keep(const std::optional<RandomGraph>& smaller) {
        if (!smaller || left_-- <= 0 || !fails_(*smaller)) return false;
        best_ = *smaller;
        return true;
    }

    // The first node that fails by itself, with what it needs.
    void truncate() {
        const RandomGraph whole = best_;
        for (int i = 0; i < whole.graph.size(); ++i) {
            if (!whole.graph.node(i).operands.empty() && keep(only(whole, i))) return;
        }
    }

    bool nodes() {
        bool smaller = false;
        for (int i = best_.graph.size() - 1; i >= 0; --i) {
            if (i >= best_.graph.size() || best_.graph.node(i).operands.empty()) continue;
            if (keep(cut(best_, results_of(best_), i))) {
                smaller = true;
                continue;
            }
            for (std::size_t k = 0; k < best_.graph.node(i).operands.size(); ++k) {
                const std::optional<Graph> graph = without(best_.graph, i, k);
                if (!graph || !keep(finished(best_, *graph, best_.bindings))) continue;
                smaller = true;
                break;
            }
        }
        return smaller;
    }

    bool bodies() {
        bool smaller = false;
        for (int i = 0; i < best_.graph.size(); ++i) {
            if (best_.graph.node(i).body == nullptr) continue;
            for (int inner = best_.graph.node(i).body->size() - 1; inner >= 0; --inner) {
                if (i >= best_.graph.size() || best_.graph.node(i).body == nullptr) break;
                const std::shared_ptr<const Graph> body = best_.graph.node(i).body;
                if (inner >= body->size()) continue;
                for (const Graph& less : smaller_bodies(*body, inner)) {
                    if (!keep(RandomGraph{with_body(best_.graph, i, less), best_.bindings, best_.seed})) continue;
                    smaller = true;
                    break;
                }
            }
        }
        return smaller;
    }

    bool extents() {
        bool smaller = false;
        for (const std::int64_t extent : extents_in(best_.graph)) {
            for (const std::int64_t to : {std::int64_t{1}, std::int64_t{2}, extent / 2, extent - 1}) {
                if (to < 1 || to >= extent || !keep(resized(best_, {extent, to}))) continue;
                smaller = true;
                break;
            }
        }
        return smaller;
    }

    void rounder() {
        RandomGraph round = best_;
        for (auto& [name, tensor] : round.bindings.inputs) {
            for (double& element : tensor.elements) element = std::round(element * 4) / 4;
        }
        keep(round);
    }

    RandomGraph best_;
    const std::function<bool(const RandomGraph&)>& fails_;
    int left_;
};

}  // namespace

RandomGraph shrink(const RandomGraph& failing, const std::function<bool(const RandomGraph&)>& fails, int tries) {
    return Shrinking(failing, fails, tries).run();
}

}  // namespace nncc::testing
