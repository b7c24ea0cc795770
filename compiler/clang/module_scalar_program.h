// ScalarProgram: the meaning of one C++ function as a hash-consed dataflow program of scalars, printed as a graph.
//
// Both branches of an `if` whose condition is known at run time only are computed, and `select` chooses. The branch
// that is not taken may be anywhere: at log(0), or at a product that overflows. Its adjoint is 0, and 0 times infinity
// would be NaN. So what enters a branch is guarded by the branch's mask: select(mask, x, 1) where the branch is dead.
// For every node of the branch it is then known what it is in the dead case, and where that is not finite another guard
// is made. Guards are made in front of what can overflow or has a pole only: sums and multiples by constants keep 0 at
// 0.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace nncc::clang_module {

enum class ScalarType : std::uint8_t { kBool, kI32, kF32, kF64 };
std::string_view scalar_type_name(ScalarType type);  // "f32", as graphs call it
std::optional<ScalarType> scalar_type_from_name(std::string_view name);
inline bool is_real(ScalarType type) { return type == ScalarType::kF32 || type == ScalarType::kF64; }

class ScalarProgram {
  public:
    using Node = int;
    static constexpr int kMaximumNodes = 20'000;

    Node input(const std::string& name, ScalarType type);
    Node constant(ScalarType type, double value);
    Node flag(bool value) { return constant(ScalarType::kBool, value ? 1 : 0); }

    // An op of the graph on operands of one type: "add", "exp" ...
    Node apply(std::string_view op, Node a);
    Node apply(std::string_view op, Node a, Node b);
    Node cast(Node a, ScalarType type);
    Node select(Node mask, Node a, Node b);
    Node logical_not(Node a);
    Node logical_and(Node a, Node b);
    Node logical_or(Node a, Node b);

    ScalarType type(Node node) const { return nodes_[static_cast<std::size_t>(node)].type; }
    std::optional<double> constant_value(Node node) const;
    bool is_flag(Node node, bool value) const { return constant_value(node) == (value ? 1.0 : 0.0); }
    bool is_full() const { return static_cast<int>(nodes_.size()) >= kMaximumNodes; }

    // Nodes made until leave() belong to a branch that is dead where `mask` does not hold.
    void enter(Node mask);
    void leave() { branches_.pop_back(); }

    // What `result` needs, in the text form of graphs; the inputs all.
    std::string graph_text(const std::string& name, Node result) const;

  private:
    struct Step {
        std::string op;
        std::vector<Node> operands;
        ScalarType type = ScalarType::kF32;
        double value = 0;  // of a constant
        std::string name;  // of an input
    };
    struct Branch {
        Node mask = -1;                              // of this branch and all around it
        std::map<Node, std::optional<double>> dead;  // what a node is where the mask does not hold
        std::map<Node, Node> guards;
    };

    Node add(Step step);
    Node make(std::string_view op, std::vector<Node> operands);
    Node guarded(Node node);
    std::optional<double> dead_value(Node node) const;
    std::optional<double> dead_result(std::string_view op, const std::vector<Node>& operands) const;
    bool can_leave_the_reals(std::string_view op, const std::vector<Node>& operands) const;

    std::vector<Step> nodes_;
    std::map<std::string, Node> by_text_;
    std::vector<Branch> branches_;
};

}  // namespace nncc::clang_module
