// schedule: turns the partial order of a fused graph's groups into the order of launches.
#include "passes/schedule.h"

#include <set>

#include "ops/record.h"
#include "passes/node_kinds.h"
#include "passes/scan_body.h"
#include "passes/scan_builder.h"

namespace nncc {
namespace {

std::int64_t bytes_of(const Type& type, const DimBindings& dims) {
    const std::optional<Dim> count = element_count(type.shape);
    if (!count) return 0;
    return count->bound(dims).value_or(0) * dtype_bytes(type.dtype);
}

bool is_group(const Node& node) { return node.op->name == "group"; }

class Scheduler {
  public:
    Scheduler(const Graph& fused, const DimBindings& dims) : graph_(fused) {
        const std::size_t size = at(fused.size());
        waiting_.resize(size, 0);
        next_.resize(size);
        reads_.resize(size);
        uses_.resize(size, 0);
        bytes_.resize(size, 0);
        in_arena_.resize(size, true);
        for (int index = 0; index < fused.size(); ++index) {
            const Node& node = fused.node(index);
            if (!is_group(node)) continue;
            for (const Type& type : node.types) bytes_[at(index)] += bytes_of(type, dims);
            for (Value operand : node.operands) {
                const Value root = buffer_root(fused, operand);
                if (is_group(fused.node(root))) reads_[at(index)].insert(root.node);
            }
            for (int source : reads_[at(index)]) {
                order(source, index);
                ++uses_[at(source)];
            }
        }
        for (const Output& output : fused.outputs()) keep(output.value);
        for (int store : fused.stores()) {
            keep(fused.node(store).operands[0]);
            order_readers(store);
        }
    }

    std::vector<int> run() {
        std::set<int> ready;
        int count = 0;
        for (int index = 0; index < graph_.size(); ++index) {
            if (!is_group(graph_.node(index))) continue;
            ++count;
            if (waiting_[at(index)] == 0) ready.insert(index);
        }
        std::vector<int> launches;
        while (!ready.empty()) {
            int best = -1;
            std::int64_t best_growth = 0;
            for (int index : ready) {
                const std::int64_t growth = growth_of(index);
                if (best < 0 || growth < best_growth) {
                    best = index;
                    best_growth = growth;
                }
            }
            ready.erase(best);
            launches.push_back(best);
            for (int source : reads_[at(best)]) --uses_[at(source)];
            for (int later : next_[at(best)]) {
                if (--waiting_[at(later)] == 0) ready.insert(later);
            }
        }
        NNCC_CHECK(static_cast<int>(launches.size()) == count, "the groups have no order");
        return launches;
    }

  private:
    void order(int first, int second) {
        if (first != second && next_[at(first)].insert(second).second) ++waiting_[at(second)];
    }
    void keep(Value value) {
        const Value root = buffer_root(graph_, value);
        if (is_group(graph_.node(root))) in_arena_[at(root.node)] = false;
    }
    void order_readers(int store) {
        const Node& node = graph_.node(store);
        const Value root = buffer_root(graph_, node.operands[0]);
        if (!is_group(graph_.node(root))) return;
        for (int index = 0; index < graph_.size(); ++index) {
            const Node& reader = graph_.node(index);
            if (!is_group(reader)) continue;
            for (Value operand : reader.operands) {
                const Node& leaf = graph_.node(buffer_root(graph_, operand));
                if (leaf.op->name == "storage" && leaf.attributes.text("name") == node.attributes.text("name")) {
                    order(index, root.node);
                }
            }
        }
    }
    // Bytes that become live less those that no longer are. Values with a place of their own cost nothing.
    std::int64_t growth_of(int index) const {
        std::int64_t growth = in_arena_[at(index)] ? bytes_[at(index)] : 0;
        for (int source : reads_[at(index)]) {
            if (uses_[at(source)] == 1 && in_arena_[at(source)]) growth -= bytes_[at(source)];
        }
        return growth;
    }

    const Graph& graph_;
    std::vector<int> waiting_;
    std::vector<std::set<int>> next_;
    std::vector<std::set<int>> reads_;  // groups whose results a group reads
    std::vector<int> uses_;             // groups that still have to read it
    std::vector<std::int64_t> bytes_;
    std::vector<bool> in_arena_;
};

}  // namespace

std::vector<int> schedule(const Graph& fused, const DimBindings& dims) { return Scheduler(fused, dims).run(); }

Value buffer_root(const Graph& fused, Value value) {
    while (true) {
        const ViewLowering* view = lowering_of<ViewLowering>(fused.node(value));
        if (view == nullptr || view->kind != ViewKind::kReshape) return value;
        value = fused.node(value).operands[0];
    }
}

namespace {

bool is_changed_in_place(const Node& group, std::size_t operand) {
    const Node& node = group.body->node(group.body->outputs().front().value);
    if (!node.op->changes_in_place) return false;
    for (std::size_t k = 0; k < node.operands.size(); ++k) {
        const Node& argument = group.body->node(node.operands[k]);
        const bool is_it = argument.op->name == "argument" &&
                           argument.attributes.integer("index") == static_cast<std::int64_t>(operand);
        if (is_it != (k == 0)) return false;
    }
    return true;
}

}  // namespace

int carry_result(const Node& group, std::size_t operand) {
    if (group.attributes.text("kind") == "single") return is_changed_in_place(group, operand) ? 0 : -1;
    if (group.attributes.text("kind") != "scan") return -1;
    const Node& scan = scan_in(group);
    const ScanRoles roles = roles_of(scan);
    int result = -1;
    for (std::size_t k = 0; k < scan.operands.size(); ++k) {
        const Node& argument = group.body->node(scan.operands[k]);
        if (argument.op->name != "argument" ||
            argument.attributes.integer("index") != static_cast<std::int64_t>(operand)) {
            continue;
        }
        if (!roles.is_carry(k)) return -1;
        // Another carry that starts from the same value takes its copy before the first step.
        if (result < 0) result = static_cast<int>(roles.yields + k - roles.sequences);
    }
    return result;
}

bool reads_in_place(const Graph& fused, const Node& group, int operand, bool with_epilogues) {
    const std::string& kind = group.attributes.text("kind");
    if (kind == "single" || kind == "scan" || (kind != "loop" && !with_epilogues)) return false;
    const Graph& body = *group.body;
    const Type& type = fused.type(group.operands[at(operand)]);
    for (const Type& result : group.types) {
        if (result.shape != type.shape) return false;
    }
    const auto is_argument = [&](Value value) {
        const Node& node = body.node(value);
        return node.op->name == "argument" && node.attributes.integer("index") == operand;
    };
    for (const Output& output : body.outputs()) {
        if (is_argument(output.value)) return false;
    }
    for (const Node& node : body.nodes()) {
        for (Value value : node.operands) {
            if (!is_argument(value)) continue;
            const bool elementwise =
                std::holds_alternative<ElementwiseLowering>(node.op->lowering) && !node.op->facts.random;
            if (!elementwise || node.type().shape != type.shape) return false;
        }
    }
    // Elementwise of the operand, then read by a view or a reduction, is no longer element by element.
    std::vector<bool> tainted(at(body.size()), false);
    for (int index = 0; index < body.size(); ++index) {
        const Node& node = body.node(index);
        if (is_argument({index, 0})) tainted[at(index)] = true;
        for (Value value : node.operands) {
            if (!tainted[at(value.node)]) continue;
            if (!std::holds_alternative<ElementwiseLowering>(node.op->lowering)) return false;
            tainted[at(index)] = true;
        }
    }
    return true;
}

}  // namespace nncc
