// BodyReader: turns the nodes of a group's body into the values of a loop nest.
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "lowering/kernel.h"

namespace nncc {

// A leaf of the body read through views: a load, an iota, random bits or a constant, with its map over the axes of the
// node's own shape.
struct Reading {
    LoopValue leaf;
    Shape shape;
};

// What the model calls a value of a graph; a cast is called as what it casts.
inline const std::string& value_name(const Graph& graph, Value value) {
    const Node* node = &graph.node(value);
    while (node->op->name == "cast" && !graph.node(node->operands[0]).origin.name.empty())
        node = &graph.node(node->operands[0]);
    return node->origin.name;
}

class BodyReader {
  public:
    // Adds a parameter to `kernel` for each operand of the group that has memory.
    BodyReader(const Plan& plan, int group, Kernel& kernel);

    const Graph& body() const { return *body_; }
    int axis_count = 0;  // of the nest under construction

    // The value of the nest that holds `value` of the body at `position`. Nodes are added on first use; those that are
    // computed otherwise (reductions, the product) must be `set` before.
    Expected<int> value_of(Value value, const Position& position);
    void set(Value value, int loop_value) { set_.emplace_back(value, loop_value); }

    // The leaf behind a chain of views, or nothing when `value` is computed in the body.
    Expected<std::optional<Reading>> reading_of(Value value);

    // The parameter whose memory holds `value` row by row; a repeated constant gets a table. Refused when it is
    // computed.
    Expected<int> memory_of(Value value);

    // Adds a store of `loop_value` to result `result` of the group, row-major, at `position`.
    Expected<> store(int result, int loop_value, const Position& position);

    std::string result_role(int result) const;

    // Takes the values and stores so far as a nest.
    LoopNest take(std::vector<LoopAxis> axes);
    std::vector<LoopValue>& values() { return values_; }

    Error refuse(const DiagnosticKind& kind, const Node& node, std::string reason) const;

  private:
    Expected<std::optional<Reading>> read_leaf(const Node& node);
    Expected<int> scalar_operand(Value value);
    int parameter_for_table(const Type& type, const std::vector<double>& elements);
    int add(LoopValue value);
    Expected<int> add_leaf(const Node& node, LoopValue leaf, const Position& position);

    const Plan& plan_;
    const Node& group_;
    const Graph* body_;
    int group_index_;
    Kernel& kernel_;
    std::vector<int> parameter_of_operand_;
    std::vector<LoopValue> values_;
    std::vector<LoopStore> stores_;
    struct Computed {
        Value value;
        Position position;
        int loop_value = -1;
    };
    std::vector<Computed> computed_;
    std::vector<std::pair<Value, int>> set_;
};

// The place of a node for messages: "pima.nn:4 `dense(10)`", or its op's name.
std::string place_text(const Node& node);

}  // namespace nncc
