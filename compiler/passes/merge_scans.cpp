// merge_scans: turns two scans that carry the same values through the same steps into one that yields what both do.
#include <algorithm>
#include <map>
#include <set>

#include "ops/record.h"
#include "passes/node_kinds.h"
#include "passes/pass.h"
#include "passes/scan_builder.h"

namespace nncc {
namespace {

// Both bodies in one, over operands of the same builder. The carries of one are those of the other by initial value.
class Joined {
  public:
    Joined(GraphBuilder& outer, const Node& first, const std::vector<Value>& first_operands, const Node& second,
           const std::vector<Value>& second_operands)
        : made_(outer, steps_of(outer, first, first_operands), roles_of(first).reverse) {
        // Optimistic: carries that start alike are one, until their next values turn out to differ.
        ok_ = add(first, first_operands, false, first_results_) && add(second, second_operands, true, second_results_);
    }
    bool ok() const { return ok_; }

    // Results of both, by result index.
    std::pair<std::vector<Value>, std::vector<Value>> finish(const Origin& origin) {
        const ScanBuilder::Results results = made_.finish(origin, std::vector<bool>(carries_.size(), true));
        const auto of = [&](const std::vector<Place>& places) {
            std::vector<Value> values;
            for (const Place& place : places)
                values.push_back(place.is_carry ? results.last[place.index] : results.yields[place.index]);
            return values;
        };
        return {of(first_results_), of(second_results_)};
    }

  private:
    struct Place {
        bool is_carry = false;
        std::size_t index = 0;
    };
    struct Carry {
        Value initial, inner, next;
    };

    bool add(const Node& scan, const std::vector<Value>& operands, bool must_match, std::vector<Place>& results) {
        const ScanRoles roles = roles_of(scan);
        const std::vector<Origin> origins = argument_origins(scan);
        std::vector<Value> arguments;
        std::vector<std::size_t> own;  // of carries_
        std::set<std::size_t> taken;
        for (std::size_t k = 0; k < operands.size(); ++k) {
            if (roles.is_sequence(k)) {
                arguments.push_back(made_.sequence(operands[k], origins[k]));
            } else if (!roles.is_carry(k)) {
                arguments.push_back(made_.captured(operands[k], origins[k]));
            } else {
                std::size_t found = carries_.size();
                for (std::size_t c = 0; must_match && c < carries_.size(); ++c) {
                    if (carries_[c].initial == operands[k] && !taken.contains(c) && found == carries_.size()) found = c;
                }
                if (found == carries_.size()) {
                    if (must_match) return false;
                    carries_.push_back({operands[k], made_.carry(operands[k], origins[k]), {}});
                }
                taken.insert(found);
                own.push_back(found);
                arguments.push_back(carries_[found].inner);
            }
        }
        const auto inner = made_.copy_body(scan, arguments);
        for (std::size_t k = 0; k < scan.types.size(); ++k) {
            const Value output = scan.body->outputs()[k].value;
            const Value value = inner[at(output.node)][at(output.result)];
            if (k < roles.yields) {
                results.push_back({false, at(made_.yield(value))});
                continue;
            }
            Carry& carry = carries_[own[k - roles.yields]];
            if (carry.next && carry.next != value) return false;
            if (!carry.next) made_.update(carry.inner, value);
            carry.next = value;
            results.push_back({true, own[k - roles.yields]});
        }
        return true;
    }

    ScanBuilder made_;
    std::vector<Carry> carries_;
    std::vector<Place> first_results_, second_results_;
    bool ok_ = false;
};

// Whether the second can run where the first does, as far as operands and steps show.
bool may_join(const Graph& graph, int first, int second) {
    const Node& a = graph.node(first);
    const Node& b = graph.node(second);
    const ScanRoles of_a = roles_of(a), of_b = roles_of(b);
    if (of_a.axis != 0 || of_b.axis != 0 || of_a.reverse != of_b.reverse || of_a.carries < of_b.carries) return false;
    if (of_b.carries == 0) return false;
    if (graph.type(a.operands[0]).shape[0] != graph.type(b.operands[0]).shape[0]) return false;
    return std::all_of(b.operands.begin(), b.operands.end(), [&](Value operand) {
        return operand.node < first && std::find(a.operands.begin(), a.operands.end(), operand) != a.operands.end();
    });
}

}  // namespace

Graph merge_scans(const Graph& graph) {
    if (!has_scan(graph)) return graph;
    const Graph normal = rebuild_scans(graph, merge_scans);
    std::vector<int> scans;
    for (int index = 0; index < normal.size(); ++index) {
        if (is_scan(normal.node(index))) scans.push_back(index);
    }
    std::map<int, int> partner;  // first → second
    std::set<int> paired;
    for (std::size_t i = 0; i < scans.size(); ++i) {
        for (std::size_t j = i + 1; j < scans.size(); ++j) {
            if (paired.contains(scans[i]) || paired.contains(scans[j]) || !may_join(normal, scans[i], scans[j]))
                continue;
            partner[scans[i]] = scans[j];
            paired.insert({scans[i], scans[j]});
        }
    }
    if (partner.empty()) return normal;
    bool changed = false;
    std::map<int, std::vector<Value>> second_results;
    std::vector<std::vector<Value>> copies;
    Graph result =
        rewrite(normal,
                [&](GraphBuilder& builder, const Node& node,
                    const std::vector<Value>& operands) -> std::optional<std::vector<Value>> {
                    if (!is_scan(node)) return std::nullopt;
                    const int index = static_cast<int>(&node - normal.nodes().data());
                    if (auto known = second_results.find(index); known != second_results.end()) return known->second;
                    auto found = partner.find(index);
                    if (found == partner.end()) return std::nullopt;
                    const Node& second = normal.node(found->second);
                    std::vector<Value> second_operands;
                    for (Value operand : second.operands) {
                        const auto place = std::find(node.operands.begin(), node.operands.end(), operand);
                        second_operands.push_back(operands[at(static_cast<int>(place - node.operands.begin()))]);
                    }
                    Joined joined(builder, node, operands, second, second_operands);
                    if (!joined.ok()) return std::nullopt;
                    changed = true;
                    auto results = joined.finish(node.origin);
                    second_results[found->second] = results.second;
                    return results.first;
                });
    return changed ? merge_scans(result) : result;
}

}  // namespace nncc
