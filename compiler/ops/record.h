// OpRecord: everything the compiler knows of one op, in one designated-initialiser row of ops/table_*.cpp.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "graph/graph.h"
#include "ops/evaluate.h"

namespace nncc {

struct TypeContext {
    std::vector<Type> operands;
    const Attributes& attributes;
    const Graph* body = nullptr;
};
using TypeResult = std::variant<std::vector<Type>, TypeError>;

// ---- gradient: adds ordinary nodes; element k is the adjoint of operand k, or an empty Value where there is none ----
struct GradientContext {
    GraphBuilder& builder;
    Value self;        // the node (result 0) in the builder's graph
    const Node& node;  // a copy: valid while nodes are added
    std::vector<Value> operands;
    std::vector<Value> adjoints;  // of each result; an empty Value means zero
    Value adjoint() const { return adjoints[0]; }
};
using GradientRule = std::vector<Value> (*)(const GradientContext&);
struct NotDifferentiable {};   // adjoints stop here, by decision
struct StructuralGradient {};  // scan, group: differentiate knows
using Gradient = std::variant<NotDifferentiable, StructuralGradient, GradientRule>;

// ---- lowering: the alternative held is the fusion class ----
struct LeafLowering {};
// The C++ of one vector of elements: `{0}`, `{1}` stand for operands, `{T}` for the result's element type, e.g. "{0} +
// {1}" or "nncc::exp({0})". `cost` is in rough cycles per element (1 add, 10 exp), for the fusion policy.
struct ElementwiseLowering {
    std::string_view expression;
    int cost = 1;
    std::string_view fast = {};  // instead, unless --strict: fewer steps, at most 5 ULP; empty: the same
};
// A view reads its operand through an index map; the map is computed by lowering/index_map from this kind and the
// node's attributes: the only place besides evaluate that knows what a view does.
enum class ViewKind { kReshape, kTranspose, kBroadcast, kSlice, kPad, kWindow, kConcatenate };
// In `slice`: the end of an axis. As `stop` with step > 0: up to the extent; as `start` with step < 0: from the last
// element. The only way to slice an axis whose extent is not constant: start, kSliceEnd, 1 or kSliceEnd, -1, -1 (all,
// reversed).
inline constexpr std::int64_t kSliceEnd = INT64_MAX;
struct ViewLowering {
    ViewKind kind;
};
struct IndexedLowering {  // gather, scatter_add: data-dependent index
    std::string_view kernel;
};
enum class Reducer { kSum, kMax, kProduct };
struct ReductionLowering {
    Reducer reducer;
};
enum class ContractionKind { kEinsum, kConvolution };
struct ContractionLowering {
    ContractionKind kind;
};
struct RegionLowering {};
struct CustomLowering {  // a runtime kernel of its own: "argsort", "cumulative", "argmax"
    std::string_view kernel;
};
struct EffectLowering {};  // store
// Composites: replaced by `expand` before fusion.
struct ExpandLowering {};
using Lowering = std::variant<LeafLowering, ElementwiseLowering, ViewLowering, IndexedLowering, ReductionLowering,
                              ContractionLowering, RegionLowering, CustomLowering, EffectLowering, ExpandLowering>;

// ---- facts passes ask for ----
struct Facts {
    bool commutative = false;
    bool zero_to_zero = false;                   // f(0) = 0
    std::optional<double> lower = std::nullopt;  // range of the result
    std::optional<double> upper = std::nullopt;
    std::optional<double> right_identity = std::nullopt;  // f(x, c) = x
    std::optional<double> left_identity = std::nullopt;   // f(c, x) = x
    bool random = false;
};

// ---- domain: bounds of random test inputs, per operand; kinks are points to stay away from ----
struct Domain {
    double low = -2.0;
    double high = 2.0;
    std::vector<double> kinks = {};  // not differentiable there (for the gradient test)
};

// Element i of the result, along one axis of operand 0, is made of that operand's elements i + first … i + last, and of
// nothing else of it along that axis.
struct Reach {
    std::int64_t first = 0;
    std::int64_t last = 0;
    std::size_t axis = 0;  // which the operand's is in the result
    bool operator==(const Reach&) const = default;
};

struct AttributeSpec {
    std::string_view name;
    std::size_t kind;  // index into Attribute: use attribute_kind<T>()
    bool required = true;
};
template <class T>
constexpr std::size_t attribute_kind() {
    std::size_t index = 0;
    [&]<std::size_t... I>(std::index_sequence<I...>) {
        ((std::is_same_v<std::variant_alternative_t<I, Attribute>, T> ? (index = I) : 0), ...);
    }(std::make_index_sequence<std::variant_size_v<Attribute>>{});
    return index;
}

struct OpRecord {
    std::string_view name;
    std::string_view operands;  // names, "a, b"; "a, ..." is one or more, "..." any number
    std::vector<AttributeSpec> attributes;
    std::string_view summary;
    TypeResult (*type)(const TypeContext&);
    Gradient gradient;  // has no default
    Lowering lowering;
    Evaluate evaluate;  // ops/evaluate.h: one generic body for double and dual numbers
    Facts facts = {};
    Domain domain = {};
    // Composites: the meaning in primitives; results as Values.
    std::vector<Value> (*expand)(GraphBuilder&, const Node&, const std::vector<Value>& operands) = nullptr;
    // Of an op that looks beside an element of operand 0: how far along `axis` of it; nothing where it is no such
    // window (a stride). A negative `first` is filled by what the attribute `low` puts in front (convolution: zeros).
    std::optional<Reach> (*reach)(const Graph&, const Node&, std::size_t axis) = nullptr;
    // The attributes when those `-first` elements are part of the operand already.
    Attributes (*with_past)(const Node&, std::size_t axis) = nullptr;
    // The result is operand 0 but for some elements, which are made of the other operands alone: it may lie where
    // operand 0 does, and then those elements are all that is written.
    bool changes_in_place = false;
};

std::span<const OpRecord* const> all_ops();       // in the table's order
const OpRecord* find_op(std::string_view name);   // null when there is none
const OpRecord& op_named(std::string_view name);  // NNCC_CHECK

template <class L>
const L* lowering_of(const Node& node) {
    return std::get_if<L>(&node.op->lowering);
}

}  // namespace nncc
