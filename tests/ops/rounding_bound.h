// From a graph and what goes into it to how far each element of its results may be off when it is rounded otherwise.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "ops/evaluate.h"

namespace nncc::testing {

using Tensors = std::map<std::string, Tensor<double>>;

// The results when every floating result is off by up to `units` roundings, pseudo-randomly: each element by itself, as
// roundings are, or all elements of a result alike, as the error of a function over equal or near arguments is.
// `roundoff` is half the spacing of the numbers at 1: 2^-53 of f64, 2^-24 of f32.
struct Perturbation {
    double units = 64;
    double roundoff = 0x1p-53;
    bool alike = false;
    std::uint64_t seed = 0;
};
Evaluation<double> perturbed(const Graph& graph, const Bindings<double>& bindings, const Perturbation& by);

// Of outputs and stores by name. Emitted code rounds otherwise than the evaluator: sums in another order (n terms: n
// roundings of partial sums), functions within 5 units in the last place. The graph is evaluated again a few times with
// every result off by as much as 64 roundings; what that does to an element, times a safety factor for the few samples,
// plus its own last roundings, is the bound. An element that a comparison decides either way has no bound. Whole
// numbers are exact unless a perturbation moves them.
Tensors rounding_bounds(const Graph& graph, const Bindings<double>& bindings, const Evaluation<double>& expected,
                        std::uint64_t seed, double roundoff = 0x1p-53);

// The first element that is further off than its bound, or nothing.
std::string first_difference(const Tensor<double>& found, const Tensor<double>& expected, const Tensor<double>& bound);
// The same over all outputs and stores.
std::string first_difference(const Evaluation<double>& found, const Evaluation<double>& expected,
                             const Tensors& bounds);

// How far the derivative along `directions`, the sum of `gradients`' outputs times them, moves from `reversed` when
// every result of that graph is off by up to 64 roundings, or by one for each term where it is a sum of more. The
// largest of a few samples, times a factor. Outputs without a direction do not count.
using Directions = std::map<std::string, std::vector<double>>;  // by output, an element each
double derivative_bound(const Graph& gradients, const Bindings<double>& bindings, const Directions& directions,
                        double reversed, std::uint64_t seed);

// The same for the tangent of the output "loss", which dual numbers gave as `expected`: they round too, and where large
// sums cancel at the end of the graph, where adjoints cancel element by element, by more.
double tangent_bound(const Graph& graph, const Bindings<Dual>& bindings, double expected, std::uint64_t seed);

}  // namespace nncc::testing
