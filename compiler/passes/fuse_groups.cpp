// Groups: merges units into launches, greedily and only where the order of launches stays without cycles.
#include "passes/fuse_groups.h"

#include <fmt/format.h>

#include <algorithm>
#include <queue>
#include <set>

#include "ops/record.h"

namespace nncc {
namespace {

struct Group {
    GroupKind kind = GroupKind::kLoop;
    Shape domain;                    // of a loop, of an epilogue
    Shape reduced_domain;            // of a reduction's operand
    std::vector<std::int64_t> axes;  // of a reduction
    std::vector<int> units;
};

class Merger {
  public:
    Merger(const Graph& graph, const Units& units) : graph_(graph), units_(units) {
        const std::size_t size = static_cast<std::size_t>(graph.size());
        group_of_.resize(size, -1);
        groups_.resize(size);
        out_.resize(size);
        in_.resize(size);
        after_.resize(size);
        for (int unit = 0; unit < graph.size(); ++unit) {
            if (units.is_unit[at(unit)]) start(unit);
        }
        for (const UnitEdge& edge : units.edges) {
            out_[at(edge.from)].push_back(edge);
            in_[at(edge.to)].push_back(edge);
            after_[at(edge.from)].push_back(edge.to);
        }
        for (const AntiEdge& edge : units.anti_edges) after_[at(edge.reader)].push_back(edge.writer);
    }

    void merge_all() {
        merge_epilogues();
        merge_sibling_reductions();
        merge_prologues();
        merge_sibling_loops();
    }

    std::vector<UnitGroup> in_order();

    // Of each unit that another group reads: why that reader is in another group.
    std::vector<Boundary> boundaries() const {
        std::vector<Boundary> found;
        std::set<std::pair<int, int>> known;
        for (const UnitEdge& edge : units_.edges) {
            if (group_of_[at(edge.from)] == group_of_[at(edge.to)]) continue;
            if (known.insert({edge.from, edge.to}).second) found.push_back({edge.from, edge.to, obstacle(edge)});
        }
        return found;
    }

  private:
    static std::size_t at(int index) { return static_cast<std::size_t>(index); }
    Group& group(int unit) { return groups_[at(group_of_[at(unit)])]; }

    void start(int unit) {
        const Node& node = graph_.node(unit);
        Group& made = groups_[at(unit)];
        group_of_[at(unit)] = unit;
        made.units = {unit};
        if (node.types.size() == 1) made.domain = node.type().shape;
        switch (units_.kind(graph_, unit)) {
            case UnitKind::kElementwise: made.kind = GroupKind::kLoop; break;
            case UnitKind::kContraction: made.kind = GroupKind::kContraction; break;
            case UnitKind::kSingle: made.kind = GroupKind::kSingle; break;
            case UnitKind::kReduction:
                made.kind = GroupKind::kReduction;
                made.reduced_domain = graph_.type(node.operands[0]).shape;
                made.axes = node.attributes.integers("axes");
                break;
        }
    }

    // Edges inside a group run from element i to element i, into elementwise work; only a reduction also takes the
    // prologue that is computed for it.
    bool edges_fit(const std::set<int>& together) const {
        for (int unit : together) {
            for (const UnitEdge& edge : out_[at(unit)]) {
                if (together.contains(edge.to) && !edge.direct) return false;
            }
        }
        return true;
    }

    // Whether a path leads from one group to the other through a third.
    bool path_through_third(int from, int to) const {
        std::vector<bool> seen(groups_.size(), false);
        std::vector<int> open;
        const auto visit = [&](int of_group) {
            for (int unit : groups_[at(of_group)].units) {
                for (int next : after_[at(unit)]) {
                    const int there = group_of_[at(next)];
                    if (there == of_group || seen[at(there)]) continue;
                    if (of_group == from && there == to) continue;
                    seen[at(there)] = true;
                    open.push_back(there);
                }
            }
        };
        visit(from);
        while (!open.empty()) {
            const int next = open.back();
            open.pop_back();
            if (next == to) return true;
            visit(next);
        }
        return false;
    }

    bool may_merge(int a, int b) const {
        std::set<int> together(groups_[at(a)].units.begin(), groups_[at(a)].units.end());
        together.insert(groups_[at(b)].units.begin(), groups_[at(b)].units.end());
        if (!edges_fit(together)) return false;
        for (const AntiEdge& edge : units_.anti_edges) {
            if (!edge.safe && together.contains(edge.reader) && together.contains(edge.writer)) return false;
        }
        return !path_through_third(a, b) && !path_through_third(b, a);
    }

    std::string obstacle(const UnitEdge& edge) const {
        const int a = group_of_[at(edge.from)], b = group_of_[at(edge.to)];
        const Group& from = groups_[at(a)];
        const Group& to = groups_[at(b)];
        const Node& reader = graph_.node(edge.to);
        switch (units_.kind(graph_, edge.to)) {
            case UnitKind::kContraction: return fmt::format("`{}` reads its operands from memory", reader.op->name);
            case UnitKind::kSingle: return fmt::format("`{}` is a call of its own", reader.op->name);
            case UnitKind::kElementwise:
            case UnitKind::kReduction: break;
        }
        if (from.kind == GroupKind::kSingle)
            return fmt::format("`{}` is a call of its own", graph_.node(edge.from).op->name);
        if (!edge.direct) return "it is read in another order, or broadcast";
        for (const AntiEdge& anti : units_.anti_edges) {
            const int reads = group_of_[at(anti.reader)], writes = group_of_[at(anti.writer)];
            if (!anti.safe && ((reads == a && writes == b) || (reads == b && writes == a)))
                return "what one still reads, the other replaces";
        }
        if (path_through_third(a, b) || path_through_third(b, a)) return "another launch comes between";
        if (to.kind == GroupKind::kReduction) {
            if (from.kind != GroupKind::kLoop) return "a reduction takes elementwise work only in front of it";
            if (!only_feeds(from, a, b)) return "others read it too";
            return fmt::format("{} and {} are different sweeps", shape_text(from.domain),
                               shape_text(to.reduced_domain));
        }
        if (from.domain != to.domain)
            return fmt::format("{} and {} are different sweeps", shape_text(from.domain), shape_text(to.domain));
        if (to.kind == GroupKind::kContraction) return "it is needed in front of the product, and that is one kernel";
        return "they would read each other through memory";
    }

    // The group that is not a plain loop gives its kind.
    void merge(int a, int b) {
        if (groups_[at(a)].kind == GroupKind::kLoop && groups_[at(b)].kind != GroupKind::kLoop) std::swap(a, b);
        Group& into = groups_[at(a)];
        for (int unit : groups_[at(b)].units) group_of_[at(unit)] = a;
        into.units.insert(into.units.end(), groups_[at(b)].units.begin(), groups_[at(b)].units.end());
        std::sort(into.units.begin(), into.units.end());
        groups_[at(b)] = {};
    }

    // A loop joins a loop, a contraction or a reduction of its own shape.
    bool kinds_fit(const Group& producer, const Group& loop) const {
        return loop.kind == GroupKind::kLoop && producer.kind != GroupKind::kSingle && producer.domain == loop.domain;
    }

    // Elementwise units join what produces their operands: first a contraction (the latest, so that every operand is
    // there), then a reduction, then other loops.
    void merge_epilogues() {
        for (int unit = 0; unit < graph_.size(); ++unit) {
            if (!units_.is_unit[at(unit)] || units_.kind(graph_, unit) != UnitKind::kElementwise) continue;
            std::vector<int> producers;
            for (const UnitEdge& edge : in_[at(unit)]) {
                if (edge.direct) producers.push_back(edge.from);
            }
            const auto rank = [&](int producer) {
                const GroupKind kind = groups_[at(group_of_[at(producer)])].kind;
                return kind == GroupKind::kContraction ? 0 : kind == GroupKind::kReduction ? 1 : 2;
            };
            std::stable_sort(producers.begin(), producers.end(),
                             [&](int a, int b) { return rank(a) != rank(b) ? rank(a) < rank(b) : a > b; });
            for (int producer : producers) {
                const int a = group_of_[at(producer)];
                const int b = group_of_[at(unit)];
                if (a == b) continue;
                const Group& first = groups_[at(a)];
                const Group& second = groups_[at(b)];
                if (!kinds_fit(first, second) && !kinds_fit(second, first)) continue;
                if (may_merge(a, b)) merge(a, b);
            }
        }
    }

    // What a unit reads: units and leaves; used to find siblings.
    std::set<Value> inputs_of(int of_group) const {
        std::set<Value> inputs;
        for (int unit : groups_[at(of_group)].units) {
            for (const UnitEdge& edge : in_[at(unit)]) {
                if (group_of_[at(edge.from)] != of_group) inputs.insert({edge.from, 0});
            }
            inputs.insert(units_.leaves[at(unit)].begin(), units_.leaves[at(unit)].end());
        }
        return inputs;
    }
    bool share_input(int a, int b) const {
        const std::set<Value> of_a = inputs_of(a);
        for (Value value : inputs_of(b)) {
            if (of_a.contains(value) && graph_.type(value).rank() > 0) return true;
        }
        return false;
    }

    template <class Wanted>
    void merge_siblings(const Wanted& wanted) {
        for (int a = 0; a < graph_.size(); ++a) {
            if (group_of_[at(a)] != a) continue;
            for (int b = a + 1; b < graph_.size(); ++b) {
                if (group_of_[at(b)] != b || group_of_[at(a)] != a) continue;
                if (wanted(a, b) && may_merge(a, b)) merge(a, b);
            }
        }
    }

    void merge_sibling_reductions() {
        merge_siblings([&](int a, int b) {
            const Group& first = groups_[at(a)];
            const Group& second = groups_[at(b)];
            return first.kind == GroupKind::kReduction && second.kind == GroupKind::kReduction &&
                   first.axes == second.axes && first.reduced_domain == second.reduced_domain && share_input(a, b);
        });
    }

    // Scalar work is one launch where it can be; other loops join when they sweep over the same input.
    void merge_sibling_loops() {
        merge_siblings([&](int a, int b) {
            const Group& first = groups_[at(a)];
            const Group& second = groups_[at(b)];
            return first.kind == GroupKind::kLoop && second.kind == GroupKind::kLoop && first.domain == second.domain &&
                   (first.domain.empty() || share_input(a, b));
        });
    }

    // A loop whose every result feeds one reduction group is computed inside it and never written.
    void merge_prologues() {
        for (int unit = graph_.size() - 1; unit >= 0; --unit) {
            if (group_of_[at(unit)] != unit || groups_[at(unit)].kind != GroupKind::kReduction) continue;
            bool again = true;
            while (again) {
                again = false;
                const int reduction = unit;
                for (int loop : prologue_candidates(reduction)) {
                    if (!may_merge(loop, reduction)) continue;
                    merge(reduction, loop);
                    again = true;
                    break;
                }
            }
        }
    }
    std::vector<int> prologue_candidates(int reduction) const {
        std::set<int> candidates;
        for (int unit : groups_[at(reduction)].units) {
            for (const UnitEdge& edge : in_[at(unit)]) {
                const int there = group_of_[at(edge.from)];
                const Group& loop = groups_[at(there)];
                if (there != reduction && edge.direct && loop.kind == GroupKind::kLoop &&
                    loop.domain == groups_[at(reduction)].reduced_domain && only_feeds(loop, there, reduction)) {
                    candidates.insert(there);
                }
            }
        }
        return {candidates.begin(), candidates.end()};
    }
    bool only_feeds(const Group& loop, int loop_index, int reduction) const {
        for (int unit : loop.units) {
            if (units_.needs_buffer[at(unit)]) return false;
            for (const UnitEdge& edge : out_[at(unit)]) {
                const int there = group_of_[at(edge.to)];
                if (there != loop_index && there != reduction) return false;
            }
        }
        return true;
    }

    const Graph& graph_;
    const Units& units_;
    std::vector<int> group_of_;  // [unit] → index of its group, which is the index of one of its units
    std::vector<Group> groups_;
    std::vector<std::vector<UnitEdge>> out_, in_;
    std::vector<std::vector<int>> after_;  // units that run later, along both kinds of edges
};

std::vector<UnitGroup> Merger::in_order() {
    std::vector<std::set<int>> next(groups_.size());
    std::vector<int> waiting(groups_.size(), 0);
    for (int unit = 0; unit < graph_.size(); ++unit) {
        if (group_of_[at(unit)] < 0) continue;
        for (int later : after_[at(unit)]) {
            const int from = group_of_[at(unit)];
            const int to = group_of_[at(later)];
            if (from != to && next[at(from)].insert(to).second) ++waiting[at(to)];
        }
    }
    std::priority_queue<std::pair<int, int>, std::vector<std::pair<int, int>>, std::greater<>>
        ready;  // last unit first
    std::size_t total = 0;
    for (int unit = 0; unit < graph_.size(); ++unit) {
        if (group_of_[at(unit)] != unit) continue;
        ++total;
        if (waiting[at(unit)] == 0) ready.push({groups_[at(unit)].units.back(), unit});
    }
    std::vector<UnitGroup> ordered;
    while (!ready.empty()) {
        const int index = ready.top().second;
        ready.pop();
        ordered.push_back({groups_[at(index)].kind, groups_[at(index)].units});
        for (int later : next[at(index)]) {
            if (--waiting[at(later)] == 0) ready.push({groups_[at(later)].units.back(), later});
        }
    }
    NNCC_CHECK(ordered.size() == total, "groups form a cycle");
    return ordered;
}

}  // namespace

std::vector<UnitGroup> find_groups(const Graph& graph, const Units& units, FuseLevel level,
                                   std::vector<Boundary>* boundaries) {
    Merger merger(graph, units);
    if (level == FuseLevel::kFull) merger.merge_all();
    if (boundaries != nullptr) *boundaries = merger.boundaries();
    return merger.in_order();
}

}  // namespace nncc
