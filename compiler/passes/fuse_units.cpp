// Units: turns a graph into the parts that fusion groups, with the edges that order them.
#include "passes/fuse_units.h"

#include <functional>
#include <set>

#include "ops/record.h"
#include "passes/node_kinds.h"
#include "passes/scan_builder.h"

namespace nncc {
namespace {

// Cycles per element up to which elementwise work on values that are in buffers is done again in every reader instead
// of written out and read back: a store, a load and their cache traffic cost about as much as four additions.
constexpr int kFusedRecomputeCost = 4;
constexpr int kRandomCost = 2;

bool is_leaf(const Node& node) {
    return std::holds_alternative<LeafLowering>(node.op->lowering) && node.op->name != "iota";
}

bool computes_by_element(const Node& node) {
    return std::holds_alternative<ElementwiseLowering>(node.op->lowering) || node.op->facts.random;
}

bool is_affine_view(const Node& node) {
    const ViewLowering* view = lowering_of<ViewLowering>(node);
    return view != nullptr && (view->kind == ViewKind::kTranspose || view->kind == ViewKind::kBroadcast ||
                               view->kind == ViewKind::kSlice || view->kind == ViewKind::kWindow);
}

bool is_reshape(const Node& node) {
    const ViewLowering* view = lowering_of<ViewLowering>(node);
    return view != nullptr && view->kind == ViewKind::kReshape;
}

int cost_of(const Node& node) {
    if (node.op->facts.random) return kRandomCost;
    const ElementwiseLowering* elementwise = lowering_of<ElementwiseLowering>(node);
    return elementwise == nullptr ? 0 : elementwise->cost;
}

// A reduction over no axes has its prologue and epilogue on one shape; it stays alone (simplify removes it anyway).
bool reduces_axes(const Node& node) {
    return lowering_of<ReductionLowering>(node) != nullptr && !node.attributes.integers("axes").empty();
}

// Reads its operands through index maps only (so views and cheap nodes can be cloned into it).
bool reads_through_views(const Node& node) {
    return computes_by_element(node) || is_affine_view(node) || reduces_axes(node);
}

class Finder {
  public:
    Finder(const Graph& graph, FuseLevel level) : graph_(graph), level_(level) {
        const std::size_t size = static_cast<std::size_t>(graph.size());
        units_.role.resize(size, NodeRole::kUnit);
        units_.is_unit.resize(size, false);
        units_.needs_buffer.resize(size, false);
        units_.store_needs_copy.resize(size, false);
        units_.leaves.resize(size);
    }

    Units run() {
        find_hard_readers();
        find_split_readers();
        find_roles();
        force_buffers();
        for (int node = 0; node < graph_.size(); ++node) {
            if (units_.is_unit[at(node)]) find_edges(node);
        }
        successors_.resize(static_cast<std::size_t>(graph_.size()));
        for (const UnitEdge& edge : units_.edges) successors_[at(edge.from)].push_back(edge.to);
        for (int store : graph_.stores()) find_anti_edges(store);
        return std::move(units_);
    }

  private:
    static std::size_t at(int index) { return static_cast<std::size_t>(index); }
    static std::size_t at(Value value) { return static_cast<std::size_t>(value.node); }

    // Values that readers want in a buffer whatever fusion does.
    void find_hard_readers() {
        hard_.resize(static_cast<std::size_t>(graph_.size()), false);
        for (int index = graph_.size() - 1; index >= 0; --index) {
            const Node& node = graph_.node(index);
            if (reads_through_views(node)) continue;
            for (Value operand : node.operands) hard_[at(operand)] = true;
        }
        for (const Output& output : graph_.outputs()) hard_[at(output.value)] = true;
    }

    // Values that end up in a buffer because a group cannot hold all their readers: one reads them through a view, or
    // they are reduced and read again (the reduction's result comes after the reduction).
    void find_split_readers() {
        uses_.resize(static_cast<std::size_t>(graph_.size()), 0);
        split_.resize(static_cast<std::size_t>(graph_.size()), false);
        std::vector<bool> reduced(static_cast<std::size_t>(graph_.size()), false);
        for (const Node& node : graph_.nodes()) {
            for (Value operand : node.operands) {
                ++uses_[at(operand)];
                if (is_affine_view(node)) split_[at(operand)] = true;
                if (reduces_axes(node)) reduced[at(operand)] = true;
            }
        }
        for (int index = 0; index < graph_.size(); ++index) {
            if (reduced[at(index)] && uses_[at(index)] > 1) split_[at(index)] = true;
        }
    }

    // A virtual node reads buffers only: what it reads through a view is never in the reader's own group.
    bool in_buffer(Value value) const {
        const NodeRole role = units_.role[at(value)];
        return role == NodeRole::kLeaf || role == NodeRole::kAlias ||
               (role == NodeRole::kUnit && (hard_[at(value)] || split_[at(value)] || graph_.type(value).rank() == 0));
    }

    // The buffers of its own size that a virtual node reads; what is broadcast is small and stays in cache.
    std::set<Value> full_reads(int index) const {
        const Node& node = graph_.node(index);
        std::set<Value> reads;
        if (node.op->name == "broadcast" || node.op->facts.random) return reads;
        for (Value operand : node.operands) {
            if (units_.role[at(operand)] == NodeRole::kVirtual) {
                reads.insert(full_reads_[at(operand)].begin(), full_reads_[at(operand)].end());
            } else if (graph_.node(operand).op->name != "constant") {
                reads.insert(operand);
            }
        }
        return reads;
    }

    NodeRole role_of(int index) {
        const Node& node = graph_.node(index);
        if (lowering_of<EffectLowering>(node) != nullptr) return NodeRole::kStore;
        if (is_leaf(node)) return NodeRole::kLeaf;
        if (is_reshape(node)) {
            const bool virtual_operand = units_.role[at(node.operands[0])] == NodeRole::kVirtual;
            return virtual_operand && is_affine_reshape(graph_, node) ? NodeRole::kVirtual : NodeRole::kAlias;
        }
        if (level_ == FuseLevel::kIsolate) return NodeRole::kUnit;
        if (node.op->name == "iota" || is_affine_view(node)) return NodeRole::kVirtual;
        if (!computes_by_element(node) || hard_[at(index)]) return NodeRole::kUnit;
        // Scalars are computed once, in one group, whatever they cost.
        if (node.type().rank() == 0) return NodeRole::kUnit;
        int cost = cost_of(node);
        for (Value operand : node.operands) {
            if (units_.role[at(operand)] == NodeRole::kVirtual) {
                cost += cost_[at(operand)];
            } else if (!in_buffer(operand)) {
                return NodeRole::kUnit;
            }
        }
        // Recomputed by several readers from several buffers, it would be more traffic than one buffer of its own.
        if (uses_[at(index)] > 1 && full_reads(index).size() > 1) return NodeRole::kUnit;
        return cost <= kFusedRecomputeCost ? NodeRole::kVirtual : NodeRole::kUnit;
    }

    void find_roles() {
        cost_.resize(static_cast<std::size_t>(graph_.size()), 0);
        full_reads_.resize(static_cast<std::size_t>(graph_.size()));
        for (int index = 0; index < graph_.size(); ++index) {
            units_.role[at(index)] = role_of(index);
            if (units_.role[at(index)] != NodeRole::kVirtual) continue;
            const Node& node = graph_.node(index);
            cost_[at(index)] = cost_of(node);
            full_reads_[at(index)] = full_reads(index);
            for (Value operand : node.operands) {
                if (units_.role[at(operand)] == NodeRole::kVirtual) cost_[at(index)] += cost_[at(operand)];
            }
        }
        for (int index = 0; index < graph_.size(); ++index) {
            units_.is_unit[at(index)] = units_.role[at(index)] == NodeRole::kUnit;
        }
    }

    void force(Value value) {
        const NodeRole role = units_.role[at(value)];
        if (role == NodeRole::kVirtual || role == NodeRole::kUnit) {
            units_.is_unit[at(value)] = true;
            units_.needs_buffer[at(value)] = true;
        }
    }

    void force_buffers() {
        for (int index = 0; index < graph_.size(); ++index) {
            const Node& node = graph_.node(index);
            const NodeRole role = units_.role[at(index)];
            const bool hard = role == NodeRole::kAlias || role == NodeRole::kStore ||
                              (role == NodeRole::kUnit && !reads_through_views(node));
            if (!hard) continue;
            for (Value operand : node.operands) force(operand);
        }
        for (const Output& output : graph_.outputs()) force(output.value);
    }

    // Calls `source` with every unit or leaf that reading `value` reads, and whether element by element.
    void walk(Value value, bool direct, const std::function<void(Value, bool)>& source) const {
        switch (units_.role[at(value)]) {
            case NodeRole::kLeaf:
            case NodeRole::kUnit: source(value, direct); return;
            case NodeRole::kAlias: {
                const Value base = alias_base(graph_, units_, value);
                source(base, false);
                return;
            }
            case NodeRole::kVirtual: walk_operands(value.node, direct, source); return;
            case NodeRole::kStore: NNCC_CHECK(false, "a store has no value");
        }
    }
    void walk_operands(int index, bool direct, const std::function<void(Value, bool)>& source) const {
        const Node& node = graph_.node(index);
        const bool elementwise =
            std::holds_alternative<ElementwiseLowering>(node.op->lowering) && !node.op->facts.random;
        for (Value operand : node.operands) walk(operand, direct && elementwise, source);
    }

    void sources_of(int unit, const std::function<void(Value, bool)>& source) const {
        const Node& node = graph_.node(unit);
        if (reads_through_views(node) || is_reshape(node)) {
            if (reduces_axes(node)) {
                for (Value operand : node.operands) walk(operand, true, source);
            } else {
                walk_operands(unit, true, source);
            }
            return;
        }
        for (Value operand : node.operands) source(alias_base(graph_, units_, operand), false);
    }

    void find_edges(int unit) {
        sources_of(unit, [&](Value source, bool direct) {
            if (units_.is_unit[at(source)]) {
                units_.edges.push_back({source.node, unit, direct});
            } else {
                units_.leaves[at(unit)].push_back(source);
            }
        });
    }

    bool reaches(int from, int to) const {
        std::vector<bool> seen(static_cast<std::size_t>(graph_.size()), false);
        std::vector<int> open{from};
        while (!open.empty()) {
            const int node = open.back();
            open.pop_back();
            if (node == to) return true;
            if (seen[at(node)]) continue;
            seen[at(node)] = true;
            open.insert(open.end(), successors_[at(node)].begin(), successors_[at(node)].end());
        }
        return false;
    }

    void find_anti_edges(int store) {
        const Node& node = graph_.node(store);
        const Value base = alias_base(graph_, units_, node.operands[0]);
        if (!units_.is_unit[at(base)]) return;  // a leaf: stored by a copy of its own, after every reader
        std::vector<AntiEdge> found;
        for (int unit = 0; unit < graph_.size(); ++unit) {
            if (!units_.is_unit[at(unit)]) continue;
            bool reads = false;
            bool safe = std::holds_alternative<ElementwiseLowering>(graph_.node(unit).op->lowering);
            sources_of(unit, [&](Value source, bool direct) {
                const Node& leaf = graph_.node(source);
                if (leaf.op->name != "storage" || leaf.attributes.text("name") != node.attributes.text("name")) return;
                reads = true;
                safe = safe && direct;
            });
            if (!reads) continue;
            if (unit == base.node && is_scan(graph_.node(unit))) safe = starts_stored_carry(base, node);
            if (unit == base.node && graph_.node(unit).op->changes_in_place) safe = changes_stored(unit, node);
            if (unit == base.node ? !safe : reaches(base.node, unit)) {
                units_.store_needs_copy[at(store)] = true;
                return;
            }
            // A reduction writes when it has read all, not each element after it was read.
            if (unit != base.node) found.push_back({unit, base.node, safe && !reduces_axes(graph_.node(base))});
        }
        for (const AntiEdge& edge : found) {
            successors_[at(edge.reader)].push_back(edge.writer);
            units_.anti_edges.push_back(edge);
        }
    }

    // The scan's carry starts from the storage that its last value replaces, and nothing else of it reads the storage.
    bool starts_stored_carry(Value last, const Node& store) const {
        const Node& scan = graph_.node(last);
        const ScanRoles roles = roles_of(scan);
        for (std::size_t k = 0; k < scan.operands.size(); ++k) {
            const Node& leaf = graph_.node(alias_base(graph_, units_, scan.operands[k]));
            if (leaf.op->name != "storage" || leaf.attributes.text("name") != store.attributes.text("name")) continue;
            if (!roles.is_carry(k) || roles.yields + k - roles.sequences != static_cast<std::size_t>(last.result))
                return false;
        }
        return true;
    }

    // Of the storage, only what is changed in place is read.
    bool changes_stored(int unit, const Node& store) const {
        const Node& node = graph_.node(unit);
        for (std::size_t k = 1; k < node.operands.size(); ++k) {
            const Node& leaf = graph_.node(alias_base(graph_, units_, node.operands[k]));
            if (leaf.op->name == "storage" && leaf.attributes.text("name") == store.attributes.text("name"))
                return false;
        }
        return true;
    }

    const Graph& graph_;
    FuseLevel level_;
    Units units_;
    std::vector<bool> hard_;
    std::vector<bool> split_;
    std::vector<int> uses_;
    std::vector<int> cost_;                    // of virtual nodes, with what they clone
    std::vector<std::set<Value>> full_reads_;  // of virtual nodes
    std::vector<std::vector<int>> successors_;
};

Shape without_ones(const Shape& shape) {
    Shape result;
    for (const Dim& dim : shape) {
        if (!dim.is_constant(1)) result.push_back(dim);
    }
    return result;
}

}  // namespace

bool is_affine_reshape(const Graph& graph, const Node& node) {
    return without_ones(node.type().shape) == without_ones(graph.type(node.operands[0]).shape);
}

Value alias_base(const Graph& graph, const Units& units, Value value) {
    while (units.role[static_cast<std::size_t>(value.node)] == NodeRole::kAlias) value = graph.node(value).operands[0];
    return value;
}

UnitKind Units::kind(const Graph& graph, int index) const {
    const Node& node = graph.node(index);
    if (computes_by_element(node) || is_affine_view(node) || is_reshape(node) || node.op->name == "iota")
        return UnitKind::kElementwise;
    if (reduces_axes(node)) return UnitKind::kReduction;
    if (lowering_of<ContractionLowering>(node) != nullptr) return UnitKind::kContraction;
    return UnitKind::kSingle;
}

Units find_units(const Graph& graph, FuseLevel level) { return Finder(graph, level).run(); }

}  // namespace nncc
