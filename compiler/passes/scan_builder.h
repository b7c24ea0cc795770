// ScanBuilder: makes a scan along axis 0, piece by piece, without what its wanted results do not need.
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "graph/graph.h"

namespace nncc {

// The operands and results of a scan by role.
struct ScanRoles {
    std::size_t sequences = 0, carries = 0, yields = 0;
    std::int64_t axis = 0;
    bool reverse = false;
    bool is_sequence(std::size_t operand) const { return operand < sequences; }
    bool is_carry(std::size_t operand) const { return operand >= sequences && operand < sequences + carries; }
};
bool is_scan(const Node& node);
bool has_scan(const Graph& graph);  // at the top level
ScanRoles roles_of(const Node& scan);
// Of the body's arguments, by operand.
std::vector<Origin> argument_origins(const Node& scan);
// How many times the body runs.
Dim steps_of(const GraphBuilder& builder, const Node& scan, const std::vector<Value>& operands);

// The operands with axis 0 as the sequences' axis, and a yield's result with its axis where the scan had it.
std::vector<Value> operands_along_first(GraphBuilder& builder, const Node& scan, std::vector<Value> operands);
Value yield_along_axis(GraphBuilder& builder, const Node& scan, Value stacked);
Value yield_along_first(GraphBuilder& builder, const Node& scan, Value stacked);

class ScanBuilder {
  public:
    ScanBuilder(GraphBuilder& outer, Dim steps, bool reverse);

    GraphBuilder& body() { return body_; }
    GraphBuilder& outer() { return outer_; }

    // Values inside the body. A sequence or captured value that is there already is not added again; a captured
    // constant with one repeated element, or extent, is cloned into the body.
    Value sequence(Value outer, const Origin& origin = {});
    Value captured(Value outer, const Origin& origin = {});
    Value carry(Value initial, const Origin& origin = {});  // a new one each time
    void update(Value carry, Value next);
    int yield(Value inner);              // the same index for the same value
    int yield_index(Value inner) const;  // -1 when it is not yielded

    // The body of `scan` copied, with `arguments` for its operands. Results of each of its nodes.
    std::vector<std::vector<Value>> copy_body(const Node& scan, const std::vector<Value>& arguments);

    struct Results {
        std::vector<Value> yields;  // stacked, by index
        std::vector<Value> last;    // of each carry; empty where it is not wanted
        bool has_node = false;      // nothing may be left to compute
    };
    // Carries that no yield and no wanted last value depends on go; one that never changes becomes a captured value.
    Results finish(const Origin& origin, const std::vector<bool>& wants_last);

  private:
    enum class Role : std::uint8_t { kSequence, kCarry, kCaptured };
    struct Argument {
        Role role = Role::kSequence;
        Value outer, inner;
        Value next;         // of a carry
        bool used = false;  // by what is kept
    };
    Value add_argument(Role role, Value outer, const Type& type, const Origin& origin);
    Argument* argument_of(Value inner);
    void find_used(const std::vector<Value>& yields, const std::vector<bool>& wants_last);
    std::optional<Value> yielded_outside(Value inner);

    GraphBuilder& outer_;
    Dim steps_;
    bool reverse_;
    GraphBuilder body_{"step"};
    std::vector<Argument> arguments_;  // its index is the provisional index of the `argument` node
    std::vector<Value> yields_;
};

// Copies `scan` into the builder: along axis 0, its body rewritten by `change` (may be null), without results that are
// not `used`. A scan of one step or none becomes plain nodes. Results that are not used are empty.
std::vector<Value> rebuild_scan(GraphBuilder& builder, const Node& scan, const std::vector<Value>& operands,
                                const std::vector<bool>& used, Graph (*change)(const Graph&));

// Every scan of the graph rebuilt, for the results that are read.
Graph rebuild_scans(const Graph& graph, Graph (*change)(const Graph&));

// Which results of each node something reads.
std::vector<std::vector<bool>> used_results(const Graph& graph);

}  // namespace nncc
