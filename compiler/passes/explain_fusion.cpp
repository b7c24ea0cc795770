// explain_fusion: asks `fuse`'s own units and groups, and prints what they say.
#include "passes/explain_fusion.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <map>
#include <set>

#include "ops/record.h"
#include "passes/fuse.h"
#include "passes/fuse_groups.h"
#include "passes/node_kinds.h"
#include "passes/scan_body.h"
#include "passes/scan_builder.h"

namespace nncc {
namespace {

// "dense_1 einsum [32, 10]".
std::string unit_text(const Graph& graph, int unit) {
    const Node& node = graph.node(unit);
    std::string text =
        node.origin.name.empty() ? std::string(node.op->name) : fmt::format("{} ({})", node.origin.name, node.op->name);
    if (node.types.size() == 1) text += " " + shape_text(node.type().shape);
    return text;
}

class Report {
  public:
    Report(const Graph& graph, FuseLevel level, std::string indent)
        : graph_(prepare_fusion(graph, level)),
          level_(level),
          indent_(std::move(indent)),
          units_(find_units(graph_, level)),
          groups_(find_groups(graph_, units_, level, &boundaries_)) {
        for (std::size_t g = 0; g < groups_.size(); ++g) {
            for (int unit : groups_[g].units) launch_of_[unit] = g + 1;
        }
        for (const Output& output : graph_.outputs()) outputs_.insert(alias_base(graph_, units_, output.value).node);
        for (int store : graph_.stores()) {
            stores_[alias_base(graph_, units_, graph_.node(store).operands[0]).node] =
                graph_.node(store).attributes.text("name");
        }
    }

    std::string text() const {
        std::string text;
        for (std::size_t g = 0; g < groups_.size(); ++g) text += launch_text(g);
        return text + elsewhere_text();
    }

  private:
    std::string launch_text(std::size_t g) const {
        const UnitGroup& group = groups_[g];
        std::string text = fmt::format("{}launch {}, {}\n", indent_, g + 1, kind_text(group));
        std::set<std::string> origins;
        for (int unit : group.units) {
            const Origin& origin = graph_.node(unit).origin;
            if (!origin.place.empty()) origins.insert(fmt::format("{}  {}", origin.place, origin.expression));
        }
        for (const std::string& origin : origins) text += fmt::format("{}    # {}\n", indent_, origin);
        for (int unit : group.units) {
            text += fmt::format("{}    {}", indent_, unit_text(graph_, unit));
            const std::vector<std::string> reasons = reasons_of(unit);
            if (reasons.empty()) {
                text += ": stays in registers\n";
                continue;
            }
            text += fmt::format(": written for {}\n", fmt::join(reasons, "; "));
        }
        for (int unit : group.units) {
            const Node& node = graph_.node(unit);
            if (!is_scan(node)) continue;
            text += fmt::format("{}    each step:\n", indent_);
            text += Report(body_of(node).graph, level_, indent_ + "        ").text();
        }
        return text;
    }

    std::string kind_text(const UnitGroup& group) const {
        for (int unit : group.units) {
            if (is_scan(graph_.node(unit))) return "a loop over steps";
        }
        switch (group.kind) {
            case GroupKind::kLoop: return "elementwise";
            case GroupKind::kReduction: return "reduction";
            case GroupKind::kContraction: return "product with its epilogue";
            case GroupKind::kSingle: break;
        }
        return "call of the runtime";
    }

    std::vector<std::string> reasons_of(int unit) const {
        std::vector<std::string> reasons;
        if (outputs_.contains(unit)) reasons.emplace_back("the caller");
        if (const auto store = stores_.find(unit); store != stores_.end())
            reasons.push_back(fmt::format("the storage `{}`", store->second));
        for (const Boundary& boundary : boundaries_) {
            if (boundary.from != unit) continue;
            reasons.push_back(fmt::format("launch {}: {}", launch_of_.at(boundary.to), boundary.reason));
        }
        return reasons;
    }

    // Nodes without a launch of their own.
    std::string elsewhere_text() const {
        std::map<std::string, int> virtuals, aliases;
        for (int index = 0; index < graph_.size(); ++index) {
            if (units_.is_unit[at(index)]) continue;
            const std::string op(graph_.node(index).op->name);
            if (units_.role[at(index)] == NodeRole::kVirtual) ++virtuals[op];
            if (units_.role[at(index)] == NodeRole::kAlias) ++aliases[op];
        }
        const auto list = [](const std::map<std::string, int>& counts) {
            std::vector<std::string> items;
            for (const auto& [op, count] : counts) items.push_back(fmt::format("{} {}", count, op));
            return fmt::format("{}", fmt::join(items, ", "));
        };
        std::string text;
        if (!virtuals.empty())
            text += fmt::format("{}computed where they are read, by index or again: {}\n", indent_, list(virtuals));
        if (!aliases.empty()) text += fmt::format("{}other names of the same memory: {}\n", indent_, list(aliases));
        return text;
    }

    Graph graph_;
    FuseLevel level_;
    std::string indent_;
    Units units_;
    std::vector<Boundary> boundaries_;
    std::vector<UnitGroup> groups_;
    std::map<int, std::size_t> launch_of_;
    std::set<int> outputs_;
    std::map<int, std::string> stores_;
};

}  // namespace

std::string explain_fusion(const Graph& graph, FuseLevel level) { return Report(graph, level, "").text(); }

}  // namespace nncc
