// hoist: moves what does not depend on a scan's carries in front of it, for all steps at once.
#include "ops/build.h"
#include "ops/record.h"
#include "passes/node_kinds.h"
#include "passes/pass.h"
#include "passes/scan_builder.h"
#include "passes/vectorize.h"

namespace nncc {
namespace {

class Hoister {
  public:
    Hoister(GraphBuilder& outer, const Node& scan, const std::vector<Value>& operands)
        : outer_(outer),
          scan_(scan),
          body_(*scan.body),
          roles_(roles_of(scan)),
          operands_(operands),
          steps_(steps_of(outer, scan, operands)),
          made_(outer, steps_, roles_.reverse) {}

    std::vector<Value> run(const std::vector<bool>& used) {
        classify();
        inside_.resize(at(body_.size()));
        outside_.resize(at(body_.size()));
        const std::vector<Origin> origins = argument_origins(scan_);
        for (std::size_t k = roles_.sequences; roles_.is_carry(k); ++k) {
            carries_.push_back(made_.carry(operands_[k], origins[k]));
        }
        for (int index = 0; index < body_.size(); ++index) {
            if (free_[at(index)]) compute_outside(index);
            compute_inside(index);
        }
        std::vector<Value> results(scan_.types.size());
        std::vector<int> yields(roles_.yields, -1);
        std::vector<bool> wants_last;
        for (std::size_t k = 0; k < scan_.types.size(); ++k) {
            const Value output = body_.outputs()[k].value;
            if (k >= roles_.yields) {
                made_.update(carries_[k - roles_.yields], inside(output));
                wants_last.push_back(used[k]);
            } else if (used[k] && free_[at(output.node)]) {
                results[k] = stacked_[at(output.node)] ? outside(output) : stack_same(outer_, outside(output), steps_);
            } else if (used[k]) {
                yields[k] = made_.yield(inside(output));
            }
        }
        const ScanBuilder::Results finished = made_.finish(scan_.origin, wants_last);
        for (std::size_t k = 0; k < results.size(); ++k) {
            if (k >= roles_.yields) results[k] = finished.last[k - roles_.yields];
            else if (yields[k] >= 0) results[k] = finished.yields[at(yields[k])];
        }
        return results;
    }

  private:
    bool is_view(const Node& node) const { return lowering_of<ViewLowering>(node) != nullptr; }

    // free: the same whatever the carries are; moves: is computed outside (views of it are not, they cost nothing).
    void classify() {
        free_.resize(at(body_.size()), false);
        stacked_.resize(at(body_.size()), false);
        moves_.resize(at(body_.size()), false);
        std::vector<bool> from_moved(at(body_.size()), false);  // that, or a view of it
        for (int index = 0; index < body_.size(); ++index) {
            const Node& node = body_.node(index);
            if (node.op->name == "argument") {
                const auto argument = static_cast<std::size_t>(node.attributes.integer("index"));
                free_[at(index)] = !roles_.is_carry(argument);
                stacked_[at(index)] = roles_.is_sequence(argument);
                continue;
            }
            bool free = true, any_stacked = false, any_moved = false;
            std::vector<bool> stacked;
            for (Value operand : node.operands) {
                free = free && free_[at(operand.node)];
                stacked.push_back(stacked_[at(operand.node)]);
                any_stacked = any_stacked || stacked.back();
                any_moved = any_moved || from_moved[at(operand.node)];
            }
            if (!free || (any_stacked && !can_vectorize(body_, node, stacked))) continue;
            free_[at(index)] = true;
            stacked_[at(index)] = any_stacked;
            const bool elementwise = lowering_of<ElementwiseLowering>(node) != nullptr;
            moves_[at(index)] = is_heavy(node) || node.body != nullptr || (elementwise && any_moved);
            from_moved[at(index)] = moves_[at(index)] || (is_view(node) && any_moved);
        }
    }

    Value outside(Value value) const { return outside_[at(value.node)][at(value.result)]; }
    Value inside(Value value) const { return inside_[at(value.node)][at(value.result)]; }

    // What nothing reads in the end is dropped by `finish` and `rewrite`.
    void compute_outside(int index) {
        const Node& node = body_.node(index);
        if (node.op->name == "argument") {
            outside_[at(index)] = {operands_[static_cast<std::size_t>(node.attributes.integer("index"))]};
            return;
        }
        std::vector<Value> operands;
        std::vector<bool> stacked;
        for (Value operand : node.operands) {
            operands.push_back(outside(operand));
            stacked.push_back(stacked_[at(operand.node)]);
        }
        if (stacked_[at(index)]) {
            outside_[at(index)] = {vectorize(outer_, body_, node, operands, stacked, steps_)};
            return;
        }
        const Value first = outer_.add(*node.op, operands, node.attributes, node.origin, node.body);
        for (int k = 0; k < static_cast<int>(node.types.size()); ++k) outside_[at(index)].push_back({first.node, k});
    }

    void compute_inside(int index) {
        const Node& node = body_.node(index);
        const bool is_argument = node.op->name == "argument";
        const auto argument = is_argument ? static_cast<std::size_t>(node.attributes.integer("index")) : 0;
        std::vector<Value>& made = inside_[at(index)];
        if (is_argument && roles_.is_carry(argument)) {
            made = {carries_[argument - roles_.sequences]};
        } else if (is_argument || moves_[at(index)]) {
            for (Value from : outside_[at(index)]) {
                made.push_back(stacked_[at(index)] ? made_.sequence(from, node.origin)
                                                   : made_.captured(from, node.origin));
            }
        } else {
            std::vector<Value> operands;
            for (Value operand : node.operands) operands.push_back(inside(operand));
            const Value first = made_.body().add(*node.op, operands, node.attributes, node.origin, node.body);
            for (int k = 0; k < static_cast<int>(node.types.size()); ++k) made.push_back({first.node, k});
        }
    }

    GraphBuilder& outer_;
    const Node& scan_;
    const Graph& body_;
    ScanRoles roles_;
    const std::vector<Value>& operands_;
    Dim steps_;
    ScanBuilder made_;
    std::vector<bool> free_, stacked_, moves_;
    std::vector<Value> carries_;
    std::vector<std::vector<Value>> outside_, inside_;
};

}  // namespace

Graph hoist(const Graph& graph) {
    if (!has_scan(graph)) return graph;
    const Graph normal = rebuild_scans(graph, hoist);
    const std::vector<std::vector<bool>> used = used_results(normal);
    return rewrite(
        normal,
        [&](GraphBuilder& builder, const Node& node,
            const std::vector<Value>& operands) -> std::optional<std::vector<Value>> {
            if (!is_scan(node)) return std::nullopt;
            NNCC_CHECK(roles_of(node).axis == 0);
            return Hoister(builder, node, operands).run(used[static_cast<std::size_t>(&node - normal.nodes().data())]);
        });
}

}  // namespace nncc
