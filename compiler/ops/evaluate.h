// Tensor<S> on Eigen, Dual numbers, and Evaluate: an op's meaning as one generic body instantiated for double and Dual.
#pragma once

#include <Eigen/Core>
#include <map>
#include <string>
#include <vector>

#include "graph/graph.h"
#include "ops/dual.h"

namespace nncc {

using Extents = std::vector<std::int64_t>;

// Row-major, contiguous. i32 and bool elements are whole numbers held in S.
template <class S>
struct Tensor {
    DType dtype = DType::kF64;
    Extents extents;
    Eigen::Array<S, Eigen::Dynamic, 1> elements;
    std::int64_t size() const { return elements.size(); }
};

template <class S>
struct EvaluateContext {
    const Node& node;
    std::vector<const Tensor<S>*> operands;
    std::vector<Extents> extents;    // of each result, at the run-time extents
    std::vector<Tensor<S>> results;  // to be filled
    // Run-time extents of bounded dimensions; for `extent`.
    const std::map<std::string, std::int64_t>* dims = nullptr;
    // Evaluates a body (scan, group) on arguments.
    std::function<std::vector<Tensor<S>>(const Graph&, const std::vector<const Tensor<S>*>&)> run_body;
};

// Constructed from one captureless generic lambda: [](auto& context) { ... }.
struct Evaluate {
    void (*real)(EvaluateContext<double>&) = nullptr;
    void (*dual)(EvaluateContext<Dual>&) = nullptr;
    template <class F>
    Evaluate(F body) : real(body), dual(body) {}
};

// ---- the evaluator ----
template <class S>
struct Bindings {
    std::map<std::string, Tensor<S>> inputs;    // by the name of the `input` node
    std::map<std::string, Tensor<S>> storages;  // by the name of the storage, before the call
    std::map<std::string, std::int64_t> dims;   // run-time extents of bounded and free dimensions
    // When set: called with every node's results as they are made, which it may change (to round them, say). The
    // evaluator calls it for nodes of bodies too.
    std::function<void(const Node& node, std::vector<Tensor<S>>& results)> observe;
};
template <class S>
struct Evaluation {
    std::map<std::string, Tensor<S>> outputs;  // by the name of the output
    std::map<std::string, Tensor<S>> stores;   // by the name of the storage, after the call
};
// In S throughout: f32 is not rounded. Inputs must match the graph's types at `dims` (NNCC_CHECK; callers validate
// data).
Evaluation<double> evaluate(const Graph& graph, const Bindings<double>& bindings);
Evaluation<Dual> evaluate(const Graph& graph, const Bindings<Dual>& bindings);

}  // namespace nncc
