// Random valid applications of every op, and random graphs of them: what the property tests of several folders draw
// from.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "ops/evaluate.h"
#include "ops/record.h"

namespace nncc::testing {

// SplitMix64: the same numbers everywhere.
class Random {
  public:
    explicit Random(std::uint64_t seed) : state_(seed) {}
    std::uint64_t bits();
    std::int64_t integer(std::int64_t low, std::int64_t high);  // both included
    double uniform(double low, double high);
    bool chance(double probability) { return uniform(0, 1) < probability; }
    template <class T>
    const T& of(const std::vector<T>& choices) {
        return choices[static_cast<std::size_t>(integer(0, static_cast<std::int64_t>(choices.size()) - 1))];
    }

  private:
    std::uint64_t state_;
};

struct Application {
    std::vector<Type> operands;
    Attributes attributes;
    std::shared_ptr<const Graph> body;
};

// Whether an op can be applied at random. Tests fail for an op that cannot.
bool has_generator(const OpRecord& op);

// Operands and attributes that the type rule accepts; with `first` as the type of operand 0 when given, else nullopt
// where the op cannot take that. Shapes are constant: rank 0 to 4, extents 0 (rarely), 1, and others around vector
// widths.
std::optional<Application> random_application(const OpRecord& op, Random& random, DType floating,
                                              const Type* first = nullptr);

// A scan over that type, along any of its axes; nullopt for a scalar and for what is not floating.
std::optional<Application> random_scan(Random& random, DType floating, const Type& sequence);

Shape random_shape(Random& random, int maximum_rank = 4, std::int64_t maximum_elements = 600);
// Floating elements within the op's domain and off its kinks; indices mostly in range.
Tensor<double> random_operand(const OpRecord& op, const Application& application, std::size_t operand, Random& random);
Tensor<double> random_tensor(const Type& type, Random& random, double low = -2, double high = 2);

struct RandomGraphOptions {
    int minimum_nodes = 3;
    int maximum_nodes = 40;
    DType floating = DType::kF64;
    bool fusable_chain = false;  // elementwise ops on one shape for half of the nodes
    bool with_regions = false;   // scan and group too
    double largest = 1e3;        // results beyond this in magnitude, or NaN, are not kept
};

struct RandomGraph {
    Graph graph;                // outputs "output_0" ...; a floating scalar output "loss" is the last
    Bindings<double> bindings;  // of its inputs ("x0", "x1" ...), and of its free dimensions (none)
    std::uint64_t seed = 0;     // what it grew from
};
// Nodes whose results jump for tiny changes of their operands (a comparison at a tie) are not kept, so that the graph
// can be compared in other precisions.
RandomGraph random_graph(std::uint64_t seed, const RandomGraphOptions& options = {});

}  // namespace nncc::testing
