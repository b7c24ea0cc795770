// verify: checks a Plan against its promises: order, lifetimes, disjoint arena ranges, places of stores and outputs.
#include <fmt/format.h>

#include <map>
#include <set>

#include "ops/record.h"
#include "passes/node_kinds.h"
#include "passes/plan.h"
#include "passes/schedule.h"

namespace nncc {
namespace {

class PlanVerifier {
  public:
    PlanVerifier(const Plan& plan, const DimBindings& dims) : plan_(plan), dims_(dims) {}

    std::optional<std::string> run() {
        if (auto problem = check_launches()) return problem;
        if (auto problem = check_buffers()) return problem;
        if (auto problem = check_order()) return problem;
        if (auto problem = check_storages()) return problem;
        if (auto problem = check_sinks()) return problem;
        return check_arena();
    }

  private:
    using Problem = std::optional<std::string>;
    const Graph& graph() const { return plan_.graph; }
    bool is_group(int index) const { return graph().node(index).op->name == "group"; }
    int launch_of(int index) const { return launch_of_[at(index)]; }

    Problem check_launches() {
        launch_of_.assign(at(graph().size()), -1);
        for (std::size_t k = 0; k < plan_.launches.size(); ++k) {
            const int index = plan_.launches[k];
            if (index < 0 || index >= graph().size() || !is_group(index))
                return fmt::format("launch {} is no group", k);
            if (launch_of_[at(index)] >= 0) return fmt::format("node {} is launched twice", index);
            launch_of_[at(index)] = static_cast<int>(k);
        }
        for (int index = 0; index < graph().size(); ++index) {
            const Node& node = graph().node(index);
            if (is_group(index)) {
                if (launch_of(index) < 0) return fmt::format("node {} is never launched", index);
                if (auto problem = check_group(index, node)) return problem;
                continue;
            }
            const bool leaf = std::holds_alternative<LeafLowering>(node.op->lowering) && node.op->name != "iota";
            const bool store = std::holds_alternative<EffectLowering>(node.op->lowering);
            const bool alias = buffer_root(graph(), {index, 0}).node != index;
            if (!leaf && !store && !alias) return fmt::format("node {}: `{}` is in no group", index, node.op->name);
        }
        return std::nullopt;
    }

    Problem check_group(int index, const Node& group) const {
        const std::string& kind = group.attributes.text("kind");
        int contractions = 0, reductions = 0, others = 0;
        std::set<std::vector<std::int64_t>> axes;
        for (const Node& node : group.body->nodes()) {
            if (lowering_of<ContractionLowering>(node) != nullptr) {
                ++contractions;
            } else if (lowering_of<ReductionLowering>(node) != nullptr) {
                ++reductions;
                axes.insert(node.attributes.integers("axes"));
            } else if (const ViewLowering* view = lowering_of<ViewLowering>(node)) {
                if (view->kind != ViewKind::kReshape && view->kind != ViewKind::kTranspose &&
                    view->kind != ViewKind::kBroadcast && view->kind != ViewKind::kSlice &&
                    view->kind != ViewKind::kWindow) {
                    ++others;
                }
            } else if (lowering_of<ElementwiseLowering>(node) == nullptr &&
                       lowering_of<LeafLowering>(node) == nullptr && !node.op->facts.random) {
                ++others;
            }
        }
        bool fits = false;
        if (kind == "loop") fits = contractions + reductions + others == 0;
        if (kind == "reduction") fits = contractions + others == 0 && reductions > 0 && axes.size() == 1;
        if (kind == "contraction") fits = contractions == 1 && reductions + others == 0;
        if (kind == "single") {
            int computing = 0;
            for (const Node& node : group.body->nodes()) computing += node.op->name == "argument" ? 0 : 1;
            fits = computing == 1;
        }
        if (kind == "scan") return check_scan(index, group);
        if (fits) return std::nullopt;
        return fmt::format("node {}: the body does not fit the kind `{}`", index, kind);
    }

    Problem check_scan(int index, const Node& group) const {
        int computing = 0;
        for (const Node& node : group.body->nodes()) computing += node.op->name == "argument" ? 0 : 1;
        const auto found = plan_.scans.find(index);
        if (computing != 1 || found == plan_.scans.end()) return fmt::format("node {}: a scan without a plan", index);
        const ScanPlan& scan = *found->second;
        if (Problem problem = verify(scan.plan, dims_)) return fmt::format("node {}, a step: {}", index, *problem);
        if (scan.plan.arena_bytes == 0) return std::nullopt;
        if (scan.arena < 0 || scan.arena >= static_cast<int>(plan_.buffers.size()))
            return fmt::format("node {}: the steps have no arena", index);
        const Buffer& arena = plan_.buffers[at(scan.arena)];
        const int launch = launch_of(index);
        if (arena.place != Place::kArena || arena.bytes < scan.plan.arena_bytes || arena.first > launch ||
            arena.last < launch) {
            return fmt::format("node {}: the arena of the steps is too small or not there", index);
        }
        return std::nullopt;
    }

    Problem check_buffers() const {
        if (plan_.buffer_of.size() != at(graph().size())) return "buffer_of does not cover the graph";
        for (int index = 0; index < graph().size(); ++index) {
            const Node& node = graph().node(index);
            const std::vector<int>& own = plan_.buffer_of[at(index)];
            if (std::holds_alternative<EffectLowering>(node.op->lowering)) continue;
            if (own.size() != node.types.size()) return fmt::format("node {} has {} buffers", index, own.size());
            for (std::size_t k = 0; k < own.size(); ++k) {
                if (own[k] < 0 || own[k] >= static_cast<int>(plan_.buffers.size()))
                    return fmt::format("node {} has no buffer", index);
                const Buffer& buffer = plan_.buffers[at(own[k])];
                const std::optional<Dim> count = element_count(node.types[k].shape);
                const std::optional<std::int64_t> elements = count ? count->bound(dims_) : std::nullopt;
                if (!elements) return fmt::format("node {}: {} has no size", index, type_text(node.types[k]));
                if (*elements * dtype_bytes(node.types[k].dtype) > buffer.bytes) {
                    return fmt::format("node {}: {} does not fit {} bytes", index, type_text(node.types[k]),
                                       buffer.bytes);
                }
                const Value root = buffer_root(graph(), {index, static_cast<int>(k)});
                if (own[k] != plan_.buffer_of[at(root.node)][at(root.result)])
                    return fmt::format("node {} is not where its operand is", index);
            }
        }
        return std::nullopt;
    }

    Problem check_order() const {
        for (int index : plan_.launches) {
            for (Value operand : graph().node(index).operands) {
                const Value root = buffer_root(graph(), operand);
                if (is_group(root.node) && launch_of(root.node) >= launch_of(index)) {
                    return fmt::format("node {} reads node {} before it is written", index, root.node);
                }
                const Buffer& buffer = plan_.buffer(root);
                if (buffer.last < launch_of(index) || buffer.first >= launch_of(index)) {
                    if (buffer.place != Place::kStorage) {
                        return fmt::format("node {} reads node {} outside of its lifetime", index, root.node);
                    }
                }
            }
            for (int buffer : plan_.buffer_of[at(index)]) {
                const Buffer& made = plan_.buffers[at(buffer)];
                if (made.first > launch_of(index))
                    return fmt::format("node {} writes a buffer before its lifetime", index);
            }
        }
        return std::nullopt;
    }

    Problem check_storages() const {
        for (int store : graph().stores()) {
            const std::string& name = graph().node(store).attributes.text("name");
            const Value root = buffer_root(graph(), graph().node(store).operands[0]);
            if (!is_group(root.node)) return fmt::format("store of {} writes nothing", name);
            for (int reader : plan_.launches) {
                const Node& group = graph().node(reader);
                for (std::size_t k = 0; k < group.operands.size(); ++k) {
                    const Node& leaf = graph().node(buffer_root(graph(), group.operands[k]));
                    if (leaf.op->name != "storage" || leaf.attributes.text("name") != name) continue;
                    if (launch_of(reader) > launch_of(root.node)) {
                        return fmt::format("node {} reads the old {} after its store", reader, name);
                    }
                    if (reader == root.node && !overwrites_safely(group, k, root)) {
                        return fmt::format("node {} overwrites {} while it reads other elements of it", reader, name);
                    }
                }
            }
        }
        return std::nullopt;
    }

    // The stored result is written element by element; other results of the group do not matter.
    bool overwrites_safely(const Node& group, std::size_t operand, Value root) const {
        if (graph().type(group.operands[operand]).shape != graph().type(root).shape) return false;
        if (carry_result(group, operand) == root.result) return true;
        return reads_in_place(graph(), group, static_cast<int>(operand), true);
    }

    Problem check_sinks() const {
        std::map<int, std::string> sink_of;
        for (int store : graph().stores()) {
            const Node& node = graph().node(store);
            const Value root = buffer_root(graph(), node.operands[0]);
            const Buffer& buffer = plan_.buffer(root);
            if (buffer.place != Place::kStorage || buffer.name != node.attributes.text("name")) {
                return fmt::format("store of {} is not written in place", node.attributes.text("name"));
            }
        }
        for (const Output& output : graph().outputs()) {
            const Buffer& buffer = plan_.buffer(buffer_root(graph(), output.value));
            if (buffer.place != Place::kOutput || buffer.name != output.name) {
                return fmt::format("output {} is not written where it belongs", output.name);
            }
        }
        return std::nullopt;
    }

    // Of two arena buffers that are live at once, one may start where the other ends only by overwriting it in place.
    Problem check_arena() const {
        for (std::size_t a = 0; a < plan_.buffers.size(); ++a) {
            const Buffer& x = plan_.buffers[a];
            if (x.place != Place::kArena) continue;
            if (x.offset < 0 || x.offset % Plan::kArenaAlignment != 0 || x.offset + x.bytes > plan_.arena_bytes) {
                return fmt::format("buffer {} is not inside the arena", a);
            }
            for (std::size_t b = a + 1; b < plan_.buffers.size(); ++b) {
                const Buffer& y = plan_.buffers[b];
                if (y.place != Place::kArena || x.bytes == 0 || y.bytes == 0) continue;
                const bool in_time = x.first <= y.last && y.first <= x.last;
                const bool in_space = x.offset < y.offset + y.bytes && y.offset < x.offset + x.bytes;
                if (in_time && in_space && !overwritten(static_cast<int>(a), static_cast<int>(b)) &&
                    !overwritten(static_cast<int>(b), static_cast<int>(a))) {
                    return fmt::format("buffers {} and {} overlap", a, b);
                }
            }
        }
        return std::nullopt;
    }

    bool overwritten(int old_buffer, int new_buffer) const {
        const Buffer& before = plan_.buffers[at(old_buffer)];
        const Buffer& after = plan_.buffers[at(new_buffer)];
        if (before.last != after.first || before.offset != after.offset || before.bytes != after.bytes) return false;
        const Node& group = graph().node(plan_.launches[at(after.first)]);
        int reads = 0;
        bool safe = false;
        for (std::size_t k = 0; k < group.operands.size(); ++k) {
            const Value operand = group.operands[k];
            if (plan_.buffer_of[at(operand.node)][at(operand.result)] != old_buffer) continue;
            ++reads;
            safe = reads_in_place(graph(), group, static_cast<int>(k), false) || becomes_carry(group, k, new_buffer);
        }
        return reads == 1 && safe;
    }

    bool becomes_carry(const Node& group, std::size_t operand, int buffer) const {
        const int result = carry_result(group, operand);
        const std::vector<int>& own = plan_.buffer_of[static_cast<std::size_t>(&group - graph().nodes().data())];
        return result >= 0 && own[at(result)] == buffer;
    }

    const Plan& plan_;
    const DimBindings& dims_;
    std::vector<int> launch_of_;
};

}  // namespace

std::optional<std::string> verify(const Plan& plan, const DimBindings& dims) { return PlanVerifier(plan, dims).run(); }

}  // namespace nncc
