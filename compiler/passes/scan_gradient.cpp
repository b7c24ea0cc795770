// scan_gradient: the body's own gradient, run over the steps in reverse.
#include "passes/scan_gradient.h"

#include <algorithm>
#include <set>

#include "graph/constants.h"
#include "ops/build.h"
#include "ops/record.h"
#include "passes/differentiate.h"
#include "passes/node_kinds.h"
#include "passes/scan_builder.h"
#include "passes/vectorize.h"

namespace nncc {
namespace {

// Cycles per element up to which a forward value is computed again from residuals instead of stored.
constexpr int kStepRecomputeCost = 8;

// Bytes of one step; what is not known is taken as 64.
double step_bytes(const Type& type) {
    double bytes = dtype_bytes(type.dtype);
    for (const Dim& dim : type.shape) bytes *= dim.is_constant() ? static_cast<double>(dim.constant()) : 64.0;
    return bytes;
}

class ScanGradient {
  public:
    ScanGradient(GraphBuilder& outer, const Node& scan, const std::vector<Value>& adjoints,
                 const std::vector<bool>& wanted)
        : outer_(outer),
          scan_(scan),
          roles_(roles_of(scan)),
          operands_(operands_along_first(outer, scan, scan.operands)),
          wanted_(wanted),
          adjoints_(adjoints) {
        for (std::size_t k = 0; k < roles_.yields; ++k) {
            if (adjoints_[k]) adjoints_[k] = yield_along_first(outer, scan, adjoints_[k]);
        }
    }

    Expected<std::vector<Value>> run() {
        draft_forward();
        find_active_carries();
        if (Expected<> done = draft_backward(); !done) return done.error();
        classify();
        choose_residuals();
        make_forward();
        return make_backward();
    }

  private:
    const Type& operand_type(std::size_t k) const { return draft_.type(arguments_[k]); }

    // ---- the draft: forward body and its gradient in one graph; `argument` indices are operands, then adjoints ----
    void draft_forward() {
        const std::vector<Origin> origins = argument_origins(scan_);
        for (std::size_t k = 0; k < operands_.size(); ++k) {
            Type type = outer_.type(operands_[k]);
            if (roles_.is_sequence(k)) type.shape.erase(type.shape.begin());
            arguments_.push_back(draft_argument(type, origins[k]));
        }
        const auto inner = inline_graph(
            draft_, *scan_.body,
            [&](const Node& node) -> std::optional<std::vector<Value>> {
                if (node.op->name != "argument") return std::nullopt;
                return std::vector<Value>{arguments_[static_cast<std::size_t>(node.attributes.integer("index"))]};
            },
            false);
        for (const Output& output : scan_.body->outputs()) {
            outputs_.push_back(inner[at(output.value.node)][at(output.value.result)]);
        }
    }

    Value draft_argument(const Type& type, const Origin& origin) {
        return draft_.add("argument", {}, {{"index", argument_count_++}, {"type", type}}, origin);
    }

    // A carry has an adjoint when what it starts from is wanted, or its next value depends on something wanted; and
    // when what it becomes, or a result that has an adjoint, depends on it. Without the latter its adjoint is 0, which
    // times what overflows in it would be NaN.
    void find_active_carries() {
        active_.resize(roles_.carries, false);
        for (std::size_t k = 0; k < roles_.carries; ++k) {
            active_[k] = wanted_[roles_.sequences + k] && is_floating(operand_type(roles_.sequences + k).dtype);
        }
        for (bool again = true; again;) {
            again = false;
            const std::vector<bool> depends = depends_on(draft_, draft_.size() - 1, by());
            for (std::size_t k = 0; k < roles_.carries; ++k) {
                const Value next = outputs_[roles_.yields + k];
                if (active_[k] || !depends[at(next.node)] || !is_floating(draft_.type(next).dtype)) continue;
                active_[k] = again = true;
            }
        }
        const std::vector<bool> heard = heard_carries();
        for (std::size_t k = 0; k < roles_.carries; ++k) active_[k] = active_[k] && heard[k];
    }

    // By carry: whether results with an adjoint depend on its value before a step, or its last value has one.
    std::vector<bool> heard_carries() const {
        std::vector<bool> heard(roles_.carries);
        for (std::size_t k = 0; k < roles_.carries; ++k) heard[k] = static_cast<bool>(adjoints_[roles_.yields + k]);
        for (bool again = true; again;) {
            again = false;
            std::vector<bool> needed(at(draft_.size()), false);
            for (std::size_t k = 0; k < outputs_.size(); ++k) {
                const bool is_heard = k < roles_.yields ? static_cast<bool>(adjoints_[k]) : heard[k - roles_.yields];
                if (is_heard) needed[at(outputs_[k].node)] = true;
            }
            for (int index = draft_.size() - 1; index >= 0; --index) {
                if (!needed[at(index)]) continue;
                for (Value operand : draft_.node({index, 0}).operands) needed[at(operand.node)] = true;
            }
            for (std::size_t k = 0; k < roles_.carries; ++k) {
                if (heard[k] || !needed[at(arguments_[roles_.sequences + k].node)]) continue;
                heard[k] = again = true;
            }
        }
        return heard;
    }

    bool is_by(std::size_t operand) const {
        if (!is_floating(operand_type(operand).dtype)) return false;
        return roles_.is_carry(operand) ? active_[operand - roles_.sequences] : wanted_[operand];
    }
    std::vector<Value> by() const {
        std::vector<Value> values;
        for (std::size_t k = 0; k < operands_.size(); ++k) {
            if (is_by(k)) values.push_back(arguments_[k]);
        }
        return values;
    }

    Expected<> draft_backward() {
        std::vector<Seed> seeds;
        first_adjoint_ = static_cast<std::size_t>(argument_count_);
        for (std::size_t k = 0; k < outputs_.size(); ++k) {
            const bool has_adjoint = k < roles_.yields ? static_cast<bool>(adjoints_[k]) : active_[k - roles_.yields];
            if (!has_adjoint) continue;
            Origin origin = draft_.node(outputs_[k]).origin;
            if (!origin.name.empty()) origin.name = "d_" + origin.name;
            seeds.push_back({outputs_[k], draft_argument(draft_.type(outputs_[k]), origin)});
            seed_output_.push_back(k);
        }
        Expected<std::vector<Value>> pulled = pull_back(draft_, seeds, by());
        if (!pulled) return pulled.error();
        operand_adjoint_.resize(operands_.size());
        std::size_t next = 0;
        for (std::size_t k = 0; k < operands_.size(); ++k) {
            if (is_by(k)) operand_adjoint_[k] = (*pulled)[next++];
        }
        return Nothing{};
    }

    void classify() {
        backward_.resize(at(draft_.size()), false);
        carried_.resize(at(draft_.size()), false);
        free_.resize(at(draft_.size()), false);
        std::vector<bool> stacked(at(draft_.size()), false);
        const Graph& body = *scan_.body;
        for (int index = 0; index < draft_.size(); ++index) {
            const Node& node = draft_.node({index, 0});
            if (node.op->name == "argument") {
                const auto argument = static_cast<std::size_t>(node.attributes.integer("index"));
                backward_[at(index)] = argument >= first_adjoint_;
                carried_[at(index)] = roles_.is_carry(argument);
                stacked[at(index)] = roles_.is_sequence(argument);
                free_[at(index)] = !backward_[at(index)] && !carried_[at(index)];
                continue;
            }
            bool free = true, any_stacked = false;
            std::vector<bool> operands_stacked;
            for (Value operand : node.operands) {
                backward_[at(index)] = backward_[at(index)] || backward_[at(operand.node)];
                carried_[at(index)] = carried_[at(index)] || carried_[at(operand.node)];
                free = free && free_[at(operand.node)];
                operands_stacked.push_back(stacked[at(operand.node)]);
                any_stacked = any_stacked || operands_stacked.back();
            }
            stacked[at(index)] = any_stacked;
            // `hoist` computes it outside, once for both scans.
            free_[at(index)] = free && (!any_stacked || can_vectorize(body, node, operands_stacked));
        }
    }

    // ---- residuals ----
    struct Cone {
        std::set<Value> stored;
        std::set<Value> seen;
        int cost = 0;
    };
    void collect(Value root, Cone& cone) const {
        std::vector<Value> open{root};
        while (!open.empty()) {
            const Value value = open.back();
            open.pop_back();
            if (free_[at(value.node)] || residuals_.contains(value) || !cone.seen.insert(value).second) continue;
            const Node& node = draft_.node(value);
            if (node.op->name == "argument" || !is_cheap(node)) {
                cone.stored.insert(value);
                continue;
            }
            cone.cost += elementwise_cost(node);
            open.insert(open.end(), node.operands.begin(), node.operands.end());
        }
    }

    void choose_residuals() {
        std::set<Value> read;
        const auto reads = [&](Value value) {
            if (value && !backward_[at(value.node)] && !free_[at(value.node)]) read.insert(value);
        };
        std::vector<bool> live(at(draft_.size()), false);
        for (Value value : operand_adjoint_) {
            reads(value);
            if (value) live[at(value.node)] = true;
        }
        for (int index = draft_.size() - 1; index >= 0; --index) {
            if (!live[at(index)] || !backward_[at(index)]) continue;
            for (Value operand : draft_.node({index, 0}).operands) {
                live[at(operand.node)] = true;
                reads(operand);
            }
        }
        for (Value value : read) {
            const Node& node = draft_.node(value);
            if (node.op->name == "argument" || !is_cheap(node)) residuals_.insert(value);
        }
        for (Value value : read) {
            if (residuals_.contains(value)) continue;
            Cone cone;
            collect(value, cone);
            double bytes = 0;
            for (Value stored : cone.stored) bytes += step_bytes(draft_.type(stored));
            if (cone.cost <= kStepRecomputeCost && bytes <= step_bytes(draft_.type(value))) {
                residuals_.insert(cone.stored.begin(), cone.stored.end());
            } else {
                residuals_.insert(value);
            }
        }
    }

    // Nodes of the draft into a scan's body; `known` has those that are there already.
    void copy(ScanBuilder& into, std::vector<std::vector<Value>>& known, bool with_backward) {
        for (int index = 0; index < draft_.size(); ++index) {
            const Node& node = draft_.node({index, 0});
            if (node.op->name == "argument" || (backward_[at(index)] && !with_backward)) continue;
            std::vector<Value>& own = known[at(index)];
            own.resize(node.types.size());
            if (std::find(own.begin(), own.end(), Value{}) == own.end()) continue;
            std::vector<Value> operands;
            bool complete = true;
            for (Value operand : node.operands) {
                const std::vector<Value>& results = known[at(operand.node)];
                const bool there = at(operand.result) < results.size() && results[at(operand.result)];
                complete = complete && there;
                if (there) operands.push_back(results[at(operand.result)]);
            }
            if (!complete) continue;  // behind a residual that is read in its place
            const Value first = into.body().add(*node.op, operands, node.attributes, node.origin, node.body);
            for (int k = 0; k < static_cast<int>(node.types.size()); ++k) {
                if (!own[at(k)]) own[at(k)] = {first.node, k};
            }
        }
    }

    void make_forward() {
        ScanBuilder forward(outer_, steps(), roles_.reverse);
        std::vector<std::vector<Value>> known(at(draft_.size()));
        for (std::size_t k = 0; k < operands_.size(); ++k) {
            const Origin& origin = draft_.node(arguments_[k]).origin;
            known[at(arguments_[k].node)] = {roles_.is_sequence(k) ? forward.sequence(operands_[k], origin)
                                             : roles_.is_carry(k)  ? forward.carry(operands_[k], origin)
                                                                   : forward.captured(operands_[k], origin)};
        }
        copy(forward, known, false);
        const auto of = [&](Value value) { return known[at(value.node)][at(value.result)]; };
        for (std::size_t k = 0; k < outputs_.size(); ++k) {
            if (k < roles_.yields) forward.yield(of(outputs_[k]));
            else forward.update(of(arguments_[roles_.sequences + k - roles_.yields]), of(outputs_[k]));
        }
        std::vector<int> places;
        for (Value residual : residuals_) places.push_back(forward.yield(of(residual)));
        const ScanBuilder::Results results = forward.finish(scan_.origin, std::vector<bool>(roles_.carries, true));
        for (int place : places) stored_.push_back(results.yields[at(place)]);
    }

    Dim steps() const { return outer_.type(operands_[0]).shape[0]; }

    Expected<std::vector<Value>> make_backward() {
        Origin origin = scan_.origin;
        if (!origin.name.empty()) origin.name = "d_" + origin.name;
        ScanBuilder backward(outer_, steps(), !roles_.reverse);
        std::vector<std::vector<Value>> known(at(draft_.size()));
        for (std::size_t k = 0; k < operands_.size(); ++k) {
            if (roles_.is_carry(k)) continue;
            const Origin& own = draft_.node(arguments_[k]).origin;
            known[at(arguments_[k].node)] = {roles_.is_sequence(k) ? backward.sequence(operands_[k], own)
                                                                   : backward.captured(operands_[k], own)};
        }
        std::size_t next = 0;
        for (Value residual : residuals_) {
            std::vector<Value>& own = known[at(residual.node)];
            own.resize(draft_.node(residual).types.size());
            own[at(residual.result)] = backward.sequence(stored_[next++], draft_.node(residual).origin);
        }
        // Adjoints of the steps' results: of yields as sequences, of carries as carries.
        std::vector<Value> carried(roles_.carries), sums(operands_.size());
        for (int index = 0; index < draft_.size(); ++index) {
            const Node& node = draft_.node({index, 0});
            if (node.op->name != "argument") continue;
            const auto argument = static_cast<std::size_t>(node.attributes.integer("index"));
            if (argument < first_adjoint_) continue;
            const std::size_t output = seed_output_[argument - first_adjoint_];
            Value inner;
            if (output < roles_.yields) {
                inner = backward.sequence(adjoints_[output], node.origin);
            } else {
                const Value last = adjoints_[output] ? adjoints_[output] : splat(outer_, 0.0, node.type());
                inner = carried[output - roles_.yields] = backward.carry(last, node.origin);
            }
            known[at(index)] = {inner};
        }
        for (std::size_t k = 0; k < operands_.size(); ++k) {
            if (roles_.is_sequence(k) || roles_.is_carry(k) || !operand_adjoint_[k]) continue;
            Origin sum = draft_.node(arguments_[k]).origin;
            if (!sum.name.empty()) sum.name = "d_" + sum.name;
            sums[k] = backward.carry(splat(outer_, 0.0, operand_type(k)), sum);
        }
        copy(backward, known, true);
        const auto of = [&](Value value) { return known[at(value.node)][at(value.result)]; };
        std::vector<int> places(operands_.size(), -1);
        for (std::size_t k = 0; k < operands_.size(); ++k) {
            const Value adjoint = operand_adjoint_[k] ? of(operand_adjoint_[k]) : Value{};
            if (roles_.is_carry(k)) {
                const std::size_t c = k - roles_.sequences;
                if (!carried[c]) continue;
                backward.update(carried[c],
                                adjoint ? adjoint : splat(backward.body(), 0.0, backward.body().type(carried[c])));
            } else if (sums[k]) {
                backward.update(sums[k], add(backward.body(), sums[k], adjoint));
            } else if (adjoint) {
                places[k] = backward.yield(adjoint);
            }
        }
        std::vector<bool> wants_last;
        for (std::size_t c = 0; c < roles_.carries; ++c) {
            if (carried[c]) wants_last.push_back(wanted_[roles_.sequences + c]);
        }
        for (Value sum : sums) {
            if (sum) wants_last.push_back(true);
        }
        const ScanBuilder::Results results = backward.finish(origin, wants_last);
        std::vector<Value> gradients(operands_.size());
        std::size_t last = 0;
        for (std::size_t c = 0; c < roles_.carries; ++c) {
            if (carried[c]) gradients[roles_.sequences + c] = results.last[last++];
        }
        for (std::size_t k = 0; k < operands_.size(); ++k) {
            if (sums[k]) gradients[k] = results.last[last++];
            else if (places[k] >= 0) gradients[k] = yield_along_axis(outer_, scan_, results.yields[at(places[k])]);
        }
        return gradients;
    }

    GraphBuilder& outer_;
    const Node& scan_;
    ScanRoles roles_;
    std::vector<Value> operands_;
    const std::vector<bool>& wanted_;
    std::vector<Value> adjoints_;

    GraphBuilder draft_{"draft"};
    std::int64_t argument_count_ = 0;
    std::size_t first_adjoint_ = 0;
    std::vector<Value> arguments_, outputs_;       // of the draft: by operand, by result of the scan
    std::vector<std::size_t> seed_output_;         // of each adjoint argument: which result's adjoint it is
    std::vector<Value> operand_adjoint_;           // of the draft
    std::vector<bool> active_;                     // carries with an adjoint
    std::vector<bool> backward_, carried_, free_;  // of the draft's nodes: depends on an adjoint, on a carry, neither
    std::set<Value> residuals_;                    // of the draft
    std::vector<Value> stored_;                    // of each residual: its sequence outside
};

}  // namespace

Expected<std::vector<Value>> scan_gradient(GraphBuilder& builder, const Node& scan, const std::vector<Value>& adjoints,
                                           const std::vector<bool>& wanted) {
    return ScanGradient(builder, scan, adjoints, wanted).run();
}

// Note [residuals]
// The gradient of a step needs values of that step's forward computation. The body and its gradient are drafted in one
// graph over the step's operands and the adjoints of its results. Of the forward values that the backward part reads,
// those that no carry influences cost nothing: they are sequences or captured values, or `hoist` computes them for all
// steps at once. Of the others, arguments (a carry at the step's start) and expensive values are yielded by the forward
// scan. Cheap elementwise values are computed again from residuals when that needs no more memory than storing them;
// `1 - tanh(x) ** 2` stores tanh(x), which it shares with whatever else reads it. A nested scan is expensive: its
// results are residuals, its own residuals being results of the copy that its gradient makes inside the draft.

}  // namespace nncc
