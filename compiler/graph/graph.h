// Graph: an immutable, hash-consed dataflow graph; nodes are in topological order by construction.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

#include "base/expected.h"
#include "base/shared.h"
#include "base/source.h"
#include "graph/type.h"

namespace nncc {

struct OpRecord;  // ops/record.h
class Graph;

// One result of one node of the graph at hand.
struct Value {
    int node = -1;
    int result = 0;
    bool operator==(const Value&) const = default;
    auto operator<=>(const Value&) const = default;
    explicit operator bool() const { return node >= 0; }
};

// The bits of a constant: one element repeated over the whole shape (splat), or all elements, row-major. Elements are
// kept as double, which holds every f32, f64, i32 and bool exactly; f32 elements are rounded to f32 when made.
struct ConstantData {
    std::vector<double> elements;                      // size 1: splat
    bool operator==(const ConstantData& other) const;  // by bits, so NaN equals itself and 0 differs from -0
};

using Attribute =
    std::variant<std::int64_t, bool, std::string, std::vector<std::int64_t>, DType, Shape, Type, ConstantData>;

// Sorted by name; what an op may carry is declared in its record.
class Attributes {
  public:
    Attributes() = default;
    Attributes(std::initializer_list<std::pair<std::string, Attribute>> items);
    void set(std::string name, Attribute value);
    void erase(std::string_view name);
    const Attribute* find(std::string_view name) const;  // null when absent
    // The named attribute; NNCC_CHECK that it is there and of that kind.
    std::int64_t integer(std::string_view name) const;
    bool flag(std::string_view name) const;
    const std::string& text(std::string_view name) const;
    const std::vector<std::int64_t>& integers(std::string_view name) const;
    DType dtype(std::string_view name) const;
    const Shape& shape(std::string_view name) const;
    const Type& type(std::string_view name) const;
    const ConstantData& constant(std::string_view name) const;
    const std::vector<std::pair<std::string, Attribute>>& items() const { return *items_; }
    bool operator==(const Attributes&) const = default;

  private:
    Shared<std::vector<std::pair<std::string, Attribute>>> items_;
};

// Where a node comes from; outside the hash, the first one made wins. `name` is a hint for emitted names ("dense_1",
// "d_dense_1_w"); `source` is the model text that caused it, "pima.nn:4" with the text of that expression.
struct Origin {
    std::string name;
    std::string place;       // "pima.nn:4"; no directory
    std::string expression;  // "dense(10)"; one line, may be empty
    bool operator==(const Origin&) const = default;
};

struct Node {
    const OpRecord* op = nullptr;
    std::vector<Value> operands;
    Attributes attributes;
    std::vector<Type> types;            // one per result
    std::shared_ptr<const Graph> body;  // of `scan` and `group` only: its `argument` leaves are the operands in order
    Origin origin;

    const Type& type(int result = 0) const { return types[static_cast<std::size_t>(result)]; }
};

// A named result. Entry graphs name theirs ("output", "loss", "d dense_1.w"); a body's are its results in order.
struct Output {
    std::string name;
    Value value;
    bool operator==(const Output&) const = default;
};

// How deep bodies may nest.
inline constexpr int kMaximumBodyDepth = 16;

// Roots are the outputs and every `store` node. A `storage` leaf means the value before the call.
class Graph {
  public:
    const std::string& name() const { return name_; }
    const std::vector<Node>& nodes() const { return *nodes_; }
    const Node& node(int index) const { return (*nodes_)[static_cast<std::size_t>(index)]; }
    const Node& node(Value value) const { return node(value.node); }
    const Type& type(Value value) const { return node(value).type(value.result); }
    const std::vector<Output>& outputs() const { return outputs_; }
    // Indices of `store` nodes, in order.
    std::vector<int> stores() const;
    int size() const { return static_cast<int>(nodes_->size()); }

  private:
    friend class GraphBuilder;
    std::string name_;
    Shared<std::vector<Node>> nodes_;
    std::vector<Output> outputs_;
};

// Why operands or attributes do not fit an op; shown to the user with the places of the operands it names.
struct TypeError {
    const DiagnosticKind* kind = nullptr;
    std::string message;  // "cannot contract `x` [32, 784] with `w` [512, 10]": operands as {0}, {1} are already named
                          // by number
    std::vector<int> operands;  // indices of those to blame
    std::string hint;
};

// Makes graphs. Equal (op, operands, attributes, body) give the same node. Stores are never merged.
class GraphBuilder {
  public:
    explicit GraphBuilder(std::string name = "graph");

    // The types an op would have; what the semantics asks before it adds.
    std::variant<std::vector<Type>, TypeError> infer(const OpRecord& op, const std::vector<Value>& operands,
                                                     const Attributes& attributes,
                                                     const std::shared_ptr<const Graph>& body = nullptr) const;
    // Adds; NNCC_CHECK that it fits. Returns result 0 (others are Value{v.node, k}).
    Value add(const OpRecord& op, std::vector<Value> operands, Attributes attributes = {}, Origin origin = {},
              std::shared_ptr<const Graph> body = nullptr);
    Value add(std::string_view op_name, std::vector<Value> operands, Attributes attributes = {}, Origin origin = {});

    // Adds a node of another graph with other operands; its types are inferred only where an operand's type differs.
    Value copy(const Graph& from, const Node& node, std::vector<Value> operands);

    const Node& node(Value value) const { return graph_.node(value); }
    const Type& type(Value value) const { return graph_.type(value); }
    int size() const { return graph_.size(); }
    void output(std::string name, Value value);
    // All nodes added so far are kept, in order; unreachable ones are left for `dead nodes` to remove.
    Graph finish() &&;

    // Nodes added while it is set take it where they bring none of their own.
    void set_origin(Origin origin) { origin_ = std::move(origin); }
    const Origin& origin() const { return origin_; }

  private:
    const int* find(std::size_t hash, const OpRecord& op, const std::vector<Value>& operands,
                    const Attributes& attributes, const std::shared_ptr<const Graph>& body) const;
    Value append(std::size_t hash, Node node);

    Graph graph_;
    Origin origin_;
    std::unordered_multimap<std::size_t, int> by_hash_;  // only ever looked up, never iterated
};

// A rewriting copy: walks `graph` in order and asks `visit(builder, node, new operands)` for the replacement of each
// result; nullopt keeps the node as it is. Outputs follow. Dead nodes are dropped.
using RewriteVisit =
    std::function<std::optional<std::vector<Value>>(GraphBuilder&, const Node&, const std::vector<Value>& operands)>;
Graph rewrite(const Graph& graph, const RewriteVisit& visit);

// Which nodes a root reaches.
std::vector<bool> live_nodes(const Graph& graph);

// Copies every node of `graph` into `builder`; `replace` may map nodes (inputs, storages) to values of the builder.
// Returns for each node of `graph` its results in the builder. Stores are copied only when `with_stores`.
std::vector<std::vector<Value>> inline_graph(
    GraphBuilder& builder, const Graph& graph,
    const std::function<std::optional<std::vector<Value>>(const Node&)>& replace, bool with_stores);

bool operator==(const Graph& a,
                const Graph& b);  // same nodes, operands, attributes, bodies, outputs; origins count too

// ---- text form (graph/print.cpp, graph/parse.cpp): print → parse is the identity ----
std::string print_graph(const Graph& graph);
Expected<Graph> parse_graph(std::string_view text);

// ---- verifier: every invariant of nodes, types, bodies and outputs; the first violation, or nothing ----
std::optional<std::string> verify(const Graph& graph);

}  // namespace nncc
