// Later steps: what a value with two axes of time is at steps later than its own.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <tuple>
#include <vector>

#include "graph/graph.h"

namespace nncc {

enum class Later : std::uint8_t {
    kAny,
    kHidden,  // at most -1e9, and what is at the own step is not: a softmax over all steps is exactly 0 there
    kZero,
};

// Finds masks: `select`s by a comparison of step numbers, and what follows from them. What it does not recognise is
// kAny.
class LaterSteps {
  public:
    explicit LaterSteps(const Graph& graph) : graph_(graph) {}

    // Of the elements whose index along axis `later` is greater than that along axis `own`.
    Later of(Value value, std::size_t own, std::size_t later);

  private:
    // A number that is `constant` and so many times the index along each axis.
    struct Affine {
        std::int64_t constant = 0;
        std::vector<std::int64_t> by_axis;
    };
    struct Axes {
        std::size_t own = 0, later = 0;
    };

    bool spend();
    Later through(const Node& node, Axes axes);
    Later of_select(const Node& node, Axes axes);
    Later of_view(const Node& node, Axes axes);
    Later of_einsum(const Node& node, Axes axes);
    std::optional<Affine> affine(Value value);
    std::optional<Affine> affine_view(const Node& node);
    std::optional<Affine> combined(const Node& node, std::int64_t factor);
    // The difference that is at least 0 exactly where the comparison is `wanted`.
    std::optional<Affine> difference(const Node& node, bool wanted);
    bool implies_not_later(Value condition, bool wanted, Axes axes);
    bool holds_at_own(Value condition, bool wanted, Axes axes);
    bool hides_nothing(Value value, Axes axes);
    bool has_no_hiding_constant(Value value);
    std::optional<Axes> behind_view(const Node& node, Axes axes);

    const Graph& graph_;
    std::map<std::tuple<Value, std::size_t, std::size_t>, Later> known_;
    int budget_ = 200'000;  // of nodes looked at
    int depth_ = 0;
};

}  // namespace nncc
