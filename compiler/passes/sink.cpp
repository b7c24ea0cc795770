// sink: moves what a scan only adds up or yields behind it, as one einsum or sum over all steps.
#include <algorithm>

#include "graph/constants.h"
#include "ops/build.h"
#include "ops/record.h"
#include "passes/node_kinds.h"
#include "passes/pass.h"
#include "passes/scan_builder.h"
#include "passes/vectorize.h"

namespace nncc {
namespace {

bool is_einsum(const Node& node) {
    const auto* contraction = lowering_of<ContractionLowering>(node);
    return contraction != nullptr && contraction->kind == ContractionKind::kEinsum;
}
bool is_sum(const Node& node) {
    const auto* reduction = lowering_of<ReductionLowering>(node);
    return reduction != nullptr && reduction->reducer == Reducer::kSum && node.attributes.find("axes") != nullptr;
}
bool is_add(const Node& node) { return node.op->name == "add"; }

// The sum of such views is the view of the sum.
bool is_linear_view(const Graph& body, const Node& node) {
    const auto* view = lowering_of<ViewLowering>(node);
    if (view == nullptr) return false;
    if (view->kind == ViewKind::kPad) return splat_value(body, node.operands[1]) == 0.0;
    return view->kind != ViewKind::kConcatenate && view->kind != ViewKind::kWindow;
}

class Sinker {
  public:
    Sinker(GraphBuilder& outer, const Node& scan, const std::vector<Value>& operands, const std::vector<bool>& used)
        : outer_(outer),
          scan_(scan),
          body_(*scan.body),
          roles_(roles_of(scan)),
          operands_(operands),
          used_(used),
          steps_(steps_of(outer, scan, operands)),
          made_(outer, steps_, roles_.reverse) {}

    std::vector<Value> run() {
        copy();
        find_carried();
        find_after();
        for (std::size_t k = 0; k < roles_.yields; ++k) {
            const Value output = body_.outputs()[k].value;
            if (used_[k] && !after_[at(output.node)]) made_.yield(inside(output));
        }
        std::vector<bool> wants_last(roles_.carries);
        for (std::size_t k = 0; k < roles_.carries; ++k) wants_last[k] = used_[roles_.yields + k];
        sums_.resize(roles_.carries);
        for (std::size_t k = 0; k < roles_.carries; ++k) take_terms(k);
        for (std::size_t k = 0; k < roles_.carries; ++k) take_sums(k);
        for (std::size_t k = 0; k < roles_.yields; ++k) {
            const Value output = body_.outputs()[k].value;
            if (used_[k] && after_[at(output.node)]) yield_frontier(output);
        }
        for (std::size_t k = 0; k < roles_.carries; ++k) made_.update(carries_[k], next_of(k));
        finished_ = made_.finish(scan_.origin, wants_last);
        std::vector<Value> results(scan_.types.size());
        stacked_values_.resize(at(body_.size()));
        for (std::size_t k = 0; k < results.size(); ++k) {
            if (!used_[k]) continue;
            if (k < roles_.yields) results[k] = stacked_of(body_.outputs()[k].value);
            else results[k] = last_of(k - roles_.yields);
        }
        return results;
    }

  private:
    enum class How : std::uint8_t { kEinsum, kReduced, kAsItIs };
    struct Term {
        Value value;  // of the body
        How how = How::kEinsum;
    };
    struct Sum {
        std::vector<Value> left;  // stay in the body
        std::vector<Term> sunk;   // added up behind
    };

    Value inside(Value value) const { return inside_[at(value.node)][at(value.result)]; }

    void copy() {
        const std::vector<Origin> origins = argument_origins(scan_);
        std::vector<Value> arguments;
        for (std::size_t k = 0; k < operands_.size(); ++k) {
            arguments.push_back(roles_.is_sequence(k) ? made_.sequence(operands_[k], origins[k])
                                : roles_.is_carry(k)  ? made_.carry(operands_[k], origins[k])
                                                      : made_.captured(operands_[k], origins[k]));
            if (roles_.is_carry(k)) carries_.push_back(arguments.back());
        }
        inside_ = made_.copy_body(scan_, arguments);
        uses_.resize(at(body_.size()), 0);
        argument_.resize(at(body_.size()), -1);
        for (int index = 0; index < body_.size(); ++index) {
            const Node& node = body_.node(index);
            if (node.op->name == "argument") argument_[at(index)] = static_cast<int>(node.attributes.integer("index"));
            for (Value operand : node.operands) ++uses_[at(operand.node)];
        }
        for (const Output& output : body_.outputs()) ++uses_[at(output.value.node)];
    }

    // Nodes that some carry's next value needs.
    void find_carried() {
        carried_.resize(at(body_.size()), false);
        for (std::size_t k = roles_.yields; k < body_.outputs().size(); ++k) {
            carried_[at(body_.outputs()[k].value.node)] = true;
        }
        for (int index = body_.size() - 1; index >= 0; --index) {
            if (!carried_[at(index)]) continue;
            for (Value operand : body_.node(index).operands) carried_[at(operand.node)] = true;
        }
    }

    // Whether a value is there for all steps once the scan is through: one of its own per step, that is.
    bool is_stacked(Value value) const {
        const int argument = argument_[at(value.node)];
        if (argument >= 0) return static_cast<std::size_t>(argument) < roles_.sequences + roles_.carries;
        return !body_.node(value).operands.empty();
    }
    bool is_sequence(Value value) const {
        const int argument = argument_[at(value.node)];
        return argument >= 0 && static_cast<std::size_t>(argument) < roles_.sequences;
    }
    std::vector<bool> stacked_operands(const Node& node) const {
        std::vector<bool> stacked;
        for (Value operand : node.operands) stacked.push_back(is_stacked(operand));
        return stacked;
    }

    // What is only yielded, contains a product of matrices and has a form for all steps.
    void find_after() {
        after_.resize(at(body_.size()), false);
        for (int index = 0; index < body_.size(); ++index) {
            const Node& node = body_.node(index);
            if (carried_[at(index)] || argument_[at(index)] >= 0) continue;
            const std::vector<bool> stacked = stacked_operands(node);
            if (std::find(stacked.begin(), stacked.end(), true) == stacked.end()) continue;
            if (!can_vectorize(body_, node, stacked)) continue;
            bool after = lowering_of<ContractionLowering>(node) != nullptr;
            for (Value operand : node.operands) after = after || after_[at(operand.node)];
            after_[at(index)] = after;
        }
    }

    void yield_if_stacked(Value value) {
        if (is_stacked(value) && !is_sequence(value)) made_.yield(inside(value));
    }
    void yield_frontier(Value root) {
        std::vector<bool> seen(at(body_.size()), false);
        std::vector<Value> open{root};
        while (!open.empty()) {
            const Value value = open.back();
            open.pop_back();
            if (seen[at(value.node)]) continue;
            if (!after_[at(value.node)]) {
                yield_if_stacked(value);
                continue;
            }
            seen[at(value.node)] = true;
            const Node& node = body_.node(value);
            open.insert(open.end(), node.operands.begin(), node.operands.end());
        }
    }

    // The terms of `carry + e1 + e2 ...` when that is what the next value is and nothing else reads the carry.
    std::optional<std::vector<Value>> terms_of(std::size_t carry) const {
        const int argument = static_cast<int>(roles_.sequences + carry);
        std::vector<Value> terms, open{body_.outputs()[roles_.yields + carry].value};
        int found = 0;
        bool fits = true;
        while (!open.empty()) {
            const Value value = open.back();
            open.pop_back();
            if (argument_[at(value.node)] == argument) {
                ++found;
                fits = fits && uses_[at(value.node)] == 1;
            } else if (is_add(body_.node(value)) && uses_[at(value.node)] == 1) {
                const Node& node = body_.node(value);
                open.insert(open.end(), node.operands.begin(), node.operands.end());
            } else {
                terms.push_back(value);
            }
        }
        if (found != 1 || !fits || !is_floating(body_.type(body_.outputs()[roles_.yields + carry].value).dtype))
            return std::nullopt;
        std::reverse(terms.begin(), terms.end());
        return terms;
    }

    Value below_views(Value value) const {
        while (is_linear_view(body_, body_.node(value)) && body_.node(value).operands[0].result == 0)
            value = body_.node(value).operands[0];
        return value;
    }

    // Products of matrices: their operands are yielded.
    void take_terms(std::size_t carry) {
        const std::optional<std::vector<Value>> terms = terms_of(carry);
        if (!terms) return;
        Sum& sum = sums_[carry];
        for (Value term : *terms) {
            const Node& node = body_.node(below_views(term));
            bool sinks = is_einsum(node) && can_vectorize(body_, node, stacked_operands(node)) && contracts(node);
            if (sinks) {
                const std::vector<bool> stacked = stacked_operands(node);
                sinks = std::find(stacked.begin(), stacked.end(), true) != stacked.end();
            }
            if (!sinks) {
                sum.left.push_back(term);
                continue;
            }
            sum.sunk.push_back({term, How::kEinsum});
            for (Value operand : node.operands) yield_if_stacked(operand);
        }
    }
    // An einsum that is no product element by element: it would only be moved through memory.
    bool contracts(const Node& node) const {
        return std::any_of(node.operands.begin(), node.operands.end(), [&](Value operand) {
            return body_.type(operand).rank() != node.type().rank() || body_.type(operand).shape != node.type().shape;
        });
    }

    // Sums of what is yielded anyway, or is a sequence.
    void take_sums(std::size_t carry) {
        Sum& sum = sums_[carry];
        std::vector<Value> left;
        for (Value term : sum.left) {
            const Value base = below_views(term);
            const Node& node = body_.node(base);
            if (is_there(base)) sum.sunk.push_back({term, How::kAsItIs});
            else if (is_sum(node) && is_cone_there(node.operands[0], 0)) sum.sunk.push_back({term, How::kReduced});
            else left.push_back(term);
        }
        sum.left = left;
    }
    bool is_there(Value value) const {
        return is_sequence(value) || (is_stacked(value) && made_.yield_index(inside(value)) >= 0);
    }

    // Cheap work on such values, and on what is the same at every step.
    bool is_cone_there(Value value, int depth) const {
        constexpr int kDeepest = 4;
        if (is_there(value)) return true;
        const Node& node = body_.node(value);
        if (depth == kDeepest || node.operands.empty() || argument_[at(value.node)] >= 0 || !is_cheap(node))
            return false;
        if (!can_vectorize(body_, node, stacked_operands(node))) return false;
        return std::all_of(node.operands.begin(), node.operands.end(),
                           [&](Value operand) { return !is_stacked(operand) || is_cone_there(operand, depth + 1); });
    }
    Value cone_outside(Value value) {
        if (is_there(value)) return stacked_there(value);
        const Node& node = body_.node(value);
        std::vector<Value> operands;
        for (Value operand : node.operands)
            operands.push_back(is_stacked(operand) ? cone_outside(operand) : same_outside(operand));
        return vectorize(outer_, body_, node, operands, stacked_operands(node), steps_);
    }

    Value next_of(std::size_t carry) {
        const Sum& sum = sums_[carry];
        if (sum.sunk.empty()) return inside(body_.outputs()[roles_.yields + carry].value);
        Value next = carries_[carry];
        for (Value term : sum.left) next = add(made_.body(), next, inside(term));
        return next;
    }

    Value yielded(Value value) const {
        const int index = made_.yield_index(inside(value));
        NNCC_CHECK(index >= 0, "a value behind a scan is not yielded");
        return finished_.yields[at(index)];
    }
    // The value at all steps, outside.
    Value stacked_of(Value value) {
        std::vector<Value>& known = stacked_values_[at(value.node)];
        known.resize(body_.node(value).types.size());
        if (known[at(value.result)]) return known[at(value.result)];
        Value made;
        if (after_[at(value.node)]) {
            made = computed_after(value);
        } else {
            made = stacked_there(value);
        }
        known[at(value.result)] = made;
        return made;
    }
    // `after_` nodes that `root` needs, in order.
    Value computed_after(Value root) {
        std::vector<bool> needed(at(body_.size()), false);
        needed[at(root.node)] = true;
        for (int index = root.node; index >= 0; --index) {
            if (!needed[at(index)] || !after_[at(index)]) continue;
            for (Value operand : body_.node(index).operands) needed[at(operand.node)] = true;
        }
        for (int index = 0; index <= root.node; ++index) {
            if (!needed[at(index)] || !after_[at(index)]) continue;
            std::vector<Value>& known = stacked_values_[at(index)];
            if (!known.empty() && known[0]) continue;
            const Node& node = body_.node(index);
            const auto [operands, stacked] = operands_outside(node);
            known = {vectorize(outer_, body_, node, operands, stacked, steps_)};
        }
        return stacked_values_[at(root.node)][0];
    }
    std::pair<std::vector<Value>, std::vector<bool>> operands_outside(const Node& node) {
        std::vector<Value> operands;
        const std::vector<bool> stacked = stacked_operands(node);
        for (std::size_t k = 0; k < node.operands.size(); ++k) {
            const Value operand = node.operands[k];
            if (!stacked[k]) operands.push_back(same_outside(operand));
            else if (after_[at(operand.node)]) operands.push_back(stacked_values_[at(operand.node)][0]);
            else operands.push_back(stacked_there(operand));
        }
        return {operands, stacked};
    }
    Value same_outside(Value value) {
        const int argument = argument_[at(value.node)];
        if (argument >= 0) return operands_[at(argument)];
        const Node& leaf = body_.node(value);
        return outer_.add(*leaf.op, {}, leaf.attributes, leaf.origin);
    }

    Value last_of(std::size_t carry) {
        const Sum& sum = sums_[carry];
        Value total = finished_.last[carry];
        for (const Term& term : sum.sunk) {
            std::vector<int> views;
            Value base = term.value;
            while (base != below_views(term.value)) {
                views.push_back(base.node);
                base = body_.node(base).operands[0];
            }
            Value summed = sum_over_steps(base, term.how);
            for (auto view = views.rbegin(); view != views.rend(); ++view) {
                const Node& node = body_.node({*view, 0});
                std::vector<Value> operands{summed};
                for (std::size_t k = 1; k < node.operands.size(); ++k)
                    operands.push_back(same_outside(node.operands[k]));
                summed = outer_.add(*node.op, operands, node.attributes, node.origin);
            }
            total = add(outer_, total, summed);
        }
        return total;
    }
    Value sum_over_steps(Value base, How how) {
        const Node& node = body_.node(base);
        Axes axes{0};
        switch (how) {
            case How::kEinsum: {
                const auto [operands, stacked] = operands_outside(node);
                return vectorize_einsum(outer_, node, operands, stacked, true);
            }
            case How::kReduced:
                for (std::int64_t axis : node.attributes.integers("axes")) axes.push_back(axis + 1);
                return reduce_sum(outer_, cone_outside(node.operands[0]), axes);
            case How::kAsItIs: return reduce_sum(outer_, stacked_there(base), axes);
        }
        return {};
    }
    Value stacked_there(Value value) {
        return is_sequence(value) ? operands_[at(argument_[at(value.node)])] : yielded(value);
    }

    GraphBuilder& outer_;
    const Node& scan_;
    const Graph& body_;
    ScanRoles roles_;
    const std::vector<Value>& operands_;
    const std::vector<bool>& used_;
    Dim steps_;
    ScanBuilder made_;
    ScanBuilder::Results finished_;
    std::vector<std::vector<Value>> inside_, stacked_values_;
    std::vector<Value> carries_;
    std::vector<int> uses_, argument_;
    std::vector<bool> carried_, after_;
    std::vector<Sum> sums_;
};

}  // namespace

Graph sink(const Graph& graph) {
    if (!has_scan(graph)) return graph;
    const Graph normal = rebuild_scans(graph, sink);
    const std::vector<std::vector<bool>> used = used_results(normal);
    return rewrite(
        normal,
        [&](GraphBuilder& builder, const Node& node,
            const std::vector<Value>& operands) -> std::optional<std::vector<Value>> {
            if (!is_scan(node)) return std::nullopt;
            return Sinker(builder, node, operands, used[static_cast<std::size_t>(&node - normal.nodes().data())]).run();
        });
}

}  // namespace nncc
