// Bounds by sampling: the graph evaluated again with every result a little off.
#include "rounding_bound.h"

#include <algorithm>
#include <cmath>

#include "random_graph.h"

namespace nncc::testing {
namespace {

constexpr double kUnits = 64;
constexpr int kSamples = 8;  // every second one with errors alike
constexpr double kSafety = 16;

Tensors joined(const Evaluation<double>& evaluation) {
    Tensors all = evaluation.stores;
    all.insert(evaluation.outputs.begin(), evaluation.outputs.end());
    return all;
}

// What a result of a node is made of: the largest operand's elements for each of its own, so the terms of a sum.
double terms_of(const Graph& graph, const Node& node, Eigen::Index results) {
    if (&node < graph.nodes().data() || &node >= graph.nodes().data() + graph.size()) return 1;  // of a body
    double largest = 1;
    for (const Value operand : node.operands) {
        double elements = 1;
        for (const Dim& extent : graph.type(operand).shape)
            elements *= static_cast<double>(extent.is_constant() ? extent.constant() : 1);
        largest = std::max(largest, elements);
    }
    return largest / std::max(1.0, static_cast<double>(results));
}

}  // namespace

Evaluation<double> perturbed(const Graph& graph, const Bindings<double>& bindings, const Perturbation& by) {
    Bindings<double> other = bindings;
    Random random(by.seed);
    other.observe = [&random, &by](const Node& node, std::vector<Tensor<double>>& results) {
        for (std::size_t k = 0; k < results.size(); ++k) {
            if (!is_floating(node.types[k].dtype)) continue;
            const double shared = random.chance(0.5) ? by.units : -by.units;
            for (double& element : results[k].elements)
                element *= 1 + (by.alike ? shared : random.uniform(-by.units, by.units)) * by.roundoff;
        }
    };
    return evaluate(graph, other);
}

Tensors rounding_bounds(const Graph& graph, const Bindings<double>& bindings, const Evaluation<double>& expected,
                        std::uint64_t seed, double roundoff) {
    const Tensors middle = joined(expected);
    Tensors bounds;
    for (const auto& [name, tensor] : middle) {
        Tensor<double> bound = tensor;
        if (is_floating(tensor.dtype)) bound.elements = tensor.elements.abs() * (kUnits * roundoff) + 0x1p-1000;
        else bound.elements.setZero();
        bounds[name] = std::move(bound);
    }
    for (int sample = 0; sample < kSamples; ++sample) {
        const Tensors other = joined(perturbed(graph, bindings,
                                               {.units = kUnits,
                                                .roundoff = roundoff,
                                                .alike = sample % 2 == 1,
                                                .seed = seed * 10 + static_cast<std::uint64_t>(sample)}));
        for (auto& [name, bound] : bounds)
            bound.elements += kSafety * (other.at(name).elements - middle.at(name).elements).abs();
    }
    return bounds;
}

std::string first_difference(const Tensor<double>& found, const Tensor<double>& expected, const Tensor<double>& bound) {
    if (found.extents != expected.extents) return "extents differ";
    for (Eigen::Index e = 0; e < expected.size(); ++e) {
        const double a = found.elements[e];
        const double b = expected.elements[e];
        if (a == b || (std::isnan(a) && std::isnan(b)) || std::isnan(bound.elements[e])) continue;
        if (!(std::abs(a - b) <= bound.elements[e]))
            return fmt::format("element {}: {} instead of {}, bound {:.3g}", e, a, b, bound.elements[e]);
    }
    return "";
}

std::string first_difference(const Evaluation<double>& found, const Evaluation<double>& expected,
                             const Tensors& bounds) {
    const Tensors all = joined(found);
    for (const auto& [name, tensor] : joined(expected)) {
        const auto at = all.find(name);
        if (at == all.end()) return fmt::format("no `{}`", name);
        const std::string what = first_difference(at->second, tensor, bounds.at(name));
        if (!what.empty()) return fmt::format("`{}`: {}", name, what);
    }
    return "";
}

namespace {

// Every result off by up to 64 roundings, or by one for each term where it is a sum of more.
template <class Scalar>
Bindings<Scalar> with_noise(const Graph& graph, const Bindings<Scalar>& bindings, Random& noise) {
    Bindings<Scalar> other = bindings;
    other.observe = [&noise, &graph](const Node& node, std::vector<Tensor<Scalar>>& results) {
        for (std::size_t k = 0; k < results.size(); ++k) {
            if (!is_floating(node.types[k].dtype)) continue;
            const double units = std::max(kUnits, terms_of(graph, node, results[k].size()));
            for (Scalar& element : results[k].elements)
                element = element * Scalar(1 + noise.uniform(-units, units) * 0x1p-53);
        }
    };
    return other;
}

}  // namespace

double tangent_bound(const Graph& graph, const Bindings<Dual>& bindings, double expected, std::uint64_t seed) {
    double bound = 0;
    for (std::uint64_t sample = 0; sample < kSamples; ++sample) {
        Random noise(seed * 10 + sample);
        const Evaluation<Dual> moved = evaluate(graph, with_noise(graph, bindings, noise));
        bound = std::max(bound, std::abs(moved.outputs.at("loss").elements[0].tangent - expected));
    }
    return kSafety * bound;
}

double derivative_bound(const Graph& gradients, const Bindings<double>& bindings, const Directions& directions,
                        double reversed, std::uint64_t seed) {
    double bound = 0;
    for (std::uint64_t sample = 0; sample < kSamples; ++sample) {
        Random noise(seed * 10 + sample);
        const Bindings<double> other = with_noise(gradients, bindings, noise);
        double derivative = 0;
        for (const auto& [name, tensor] : evaluate(gradients, other).outputs) {
            const auto direction = directions.find(name);
            if (direction == directions.end()) continue;
            for (Eigen::Index e = 0; e < tensor.size(); ++e)
                derivative += tensor.elements[e] * direction->second[static_cast<std::size_t>(e)];
        }
        bound = std::max(bound, std::abs(derivative - reversed));
    }
    return kSafety * bound;
}

}  // namespace nncc::testing
