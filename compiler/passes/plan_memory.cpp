// plan_memory: turns a fused graph into a Plan: launch order, buffers, lifetimes and arena offsets.
#include "passes/plan_memory.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/checked.h"
#include "ops/record.h"
#include "passes/diagnostic_kinds.h"
#include "passes/node_kinds.h"
#include "passes/scan_body.h"
#include "passes/schedule.h"

namespace nncc {
namespace {

constexpr std::int64_t kMaximumArenaBytes = std::int64_t{1} << 46;

std::int64_t aligned(std::int64_t bytes) {
    return (bytes + Plan::kArenaAlignment - 1) / Plan::kArenaAlignment * Plan::kArenaAlignment;
}

class Planner {
  public:
    Planner(const Graph& fused, const DimBindings& dims) : dims_(dims) {
        plan_.graph = fused;
        plan_.launches = schedule(fused, dims);
        launch_of_.resize(at(fused.size()), -1);
        for (std::size_t k = 0; k < plan_.launches.size(); ++k) launch_of_[at(plan_.launches[k])] = static_cast<int>(k);
        after_ = static_cast<int>(plan_.launches.size());
        plan_.buffer_of.resize(at(fused.size()));
    }

    Expected<Plan> run() {
        claim_places();
        if (Expected<> planned = plan_scans(); !planned) return planned.error();
        for (int index = 0; index < plan_.graph.size(); ++index) {
            Expected<> made = make_buffers(index);
            if (!made) return made.error();
        }
        find_last_reads();
        add_scan_arenas();
        find_overwrites();
        place_in_arena();
        if (plan_.arena_bytes > kMaximumArenaBytes) return too_large();
        return std::move(plan_);
    }

  private:
    const Graph& graph() const { return plan_.graph; }

    Error too_large() const {
        return {&kArenaTooLarge,
                fmt::format("`{}` needs an arena of {} bytes", graph().name(), plan_.arena_bytes),
                "bind smaller dimensions",
                {},
                ExitCode::kWrongInput};
    }

    Expected<> plan_scans() {
        for (int launch : plan_.launches) {
            const Node& group = graph().node(launch);
            if (group.attributes.text("kind") != "scan") continue;
            ScanBody body = body_of(scan_in(group));
            Expected<Plan> steps = Planner(body.graph, dims_).run();
            if (!steps) return steps.error();
            scans_[launch] = {std::move(*steps), std::move(body.operands), std::move(body.yields), -1};
        }
        return Nothing{};
    }

    void add_scan_arenas() {
        scan_arena_.assign(at(after_), -1);
        for (auto& [launched, scan] : scans_) {
            const int launch = launch_of_[at(launched)];
            if (scan.plan.arena_bytes > 0) {
                scan.arena = scan_arena_[at(launch)] = static_cast<int>(plan_.buffers.size());
                plan_.buffers.push_back({Place::kArena, "", 0, scan.plan.arena_bytes, launch, launch});
            }
            plan_.scans[launched] = std::make_shared<const ScanPlan>(std::move(scan));
        }
    }

    // Stores first: a value that is both stored and an output would have been copied by `fuse`.
    void claim_places() {
        for (int store : graph().stores()) {
            const Node& node = graph().node(store);
            claims_[buffer_root(graph(), node.operands[0])] = {Place::kStorage, node.attributes.text("name")};
        }
        for (const Output& output : graph().outputs()) {
            claims_.insert({buffer_root(graph(), output.value), {Place::kOutput, output.name}});
        }
    }

    Expected<std::int64_t> bytes_of(const Type& type, const Node& node) const {
        const std::optional<Dim> count = element_count(type.shape);
        const std::optional<std::int64_t> elements = count ? count->bound(dims_) : std::nullopt;
        if (!elements) {
            return Error{&kUnboundSize,
                         fmt::format("`{}` {} has no size", node.op->name, type_text(type)),
                         "bind its dimensions with -D",
                         {},
                         ExitCode::kWrongInput};
        }
        const std::optional<std::int64_t> bytes = checked_multiply(*elements, dtype_bytes(type.dtype));
        if (!bytes || *bytes > kMaximumArenaBytes) return too_large();
        return *bytes;
    }

    Expected<> make_buffers(int index) {
        const Node& node = graph().node(index);
        std::vector<int>& own = plan_.buffer_of[at(index)];
        if (lowering_of<EffectLowering>(node) != nullptr) {
            own.assign(std::max<std::size_t>(node.types.size(), 1), -1);
            return Nothing{};
        }
        const Value root = buffer_root(graph(), {index, 0});
        if (root.node != index) {
            own = {plan_.buffer_of[at(root.node)][at(root.result)]};
            return Nothing{};
        }
        for (int k = 0; k < static_cast<int>(node.types.size()); ++k) {
            const Expected<std::int64_t> bytes = bytes_of(node.type(k), node);
            if (!bytes) return bytes.error();
            own.push_back(buffer_for({index, k}, *bytes));
        }
        return Nothing{};
    }

    int buffer_for(Value value, std::int64_t bytes) {
        const Node& node = graph().node(value);
        Buffer buffer{Place::kArena, "", 0, bytes, launch_of_[at(value.node)], launch_of_[at(value.node)]};
        if (node.op->name == "group") {
            auto claim = claims_.find(value);
            if (claim != claims_.end()) {
                buffer.place = claim->second.first;
                buffer.name = claim->second.second;
                buffer.last = after_;
            }
        } else {
            buffer.first = -1;
            buffer.last = after_;
            if (node.op->name == "input") buffer.place = Place::kInput;
            else if (node.op->name == "storage") buffer.place = Place::kStorage;
            else buffer.place = Place::kConstant;
            if (node.op->name == "input" || node.op->name == "storage") buffer.name = node.attributes.text("name");
            if (node.op->name == "extent") buffer.name = node.attributes.text("dimension");
        }
        if (buffer.place == Place::kStorage) {
            // The leaf and the stored value are one buffer.
            auto [found, fresh] = storages_.insert({buffer.name, static_cast<int>(plan_.buffers.size())});
            if (!fresh) return found->second;
        }
        plan_.buffers.push_back(buffer);
        return static_cast<int>(plan_.buffers.size()) - 1;
    }

    void find_last_reads() {
        for (int launch = 0; launch < after_; ++launch) {
            for (Value operand : graph().node(plan_.launches[at(launch)]).operands) {
                Buffer& buffer = plan_.buffers[at(plan_.buffer_of[at(operand.node)][at(operand.result)])];
                buffer.last = std::max(buffer.last, launch);
            }
        }
    }

    // A loop's result takes the place of an operand that dies there. Chains of such buffers are one block.
    void find_overwrites() {
        overwrites_.assign(plan_.buffers.size(), -1);
        for (int launch = 0; launch < after_; ++launch) {
            const int index = plan_.launches[at(launch)];
            const Node& group = graph().node(index);
            std::vector<bool> taken(group.operands.size(), false);
            for (int result : plan_.buffer_of[at(index)]) {
                if (plan_.buffers[at(result)].place != Place::kArena) continue;
                for (std::size_t k = 0; k < group.operands.size(); ++k) {
                    const Value operand = group.operands[k];
                    const int source = plan_.buffer_of[at(operand.node)][at(operand.result)];
                    const Buffer& buffer = plan_.buffers[at(source)];
                    const bool dies = buffer.place == Place::kArena && buffer.last == launch && buffer.first < launch;
                    if (taken[k] || !dies || buffer.bytes != plan_.buffers[at(result)].bytes || is_read_twice(group, k))
                        continue;
                    const bool becomes_carry = carry_result(group, k) == result_index(index, result);
                    if (!becomes_carry && !reads_in_place(graph(), group, static_cast<int>(k), false)) continue;
                    taken[k] = true;
                    overwrites_[at(result)] = source;
                    break;
                }
            }
        }
    }

    int result_index(int node, int buffer) const {
        const std::vector<int>& own = plan_.buffer_of[at(node)];
        return static_cast<int>(std::find(own.begin(), own.end(), buffer) - own.begin());
    }

    // The same buffer as two operands (through a reshape): one of them may be read out of order.
    bool is_read_twice(const Node& group, std::size_t operand) const {
        const auto buffer = [&](Value value) { return plan_.buffer_of[at(value.node)][at(value.result)]; };
        for (std::size_t k = 0; k < group.operands.size(); ++k) {
            if (k != operand && buffer(group.operands[k]) == buffer(group.operands[operand])) return true;
        }
        return false;
    }

    struct Block {
        std::vector<int> buffers;
        std::int64_t bytes = 0;
        int first = 0;
        int last = 0;
        std::int64_t offset = 0;
    };

    void place_in_arena() {
        std::vector<Block> blocks;
        std::vector<int> block_of(plan_.buffers.size(), -1);
        for (int launch = 0; launch < after_; ++launch) {
            std::vector<int> written = plan_.buffer_of[at(plan_.launches[at(launch)])];
            if (scan_arena_[at(launch)] >= 0) written.push_back(scan_arena_[at(launch)]);
            for (int buffer : written) {
                const Buffer& made = plan_.buffers[at(buffer)];
                if (made.place != Place::kArena) continue;
                if (overwrites_[at(buffer)] >= 0) {
                    block_of[at(buffer)] = block_of[at(overwrites_[at(buffer)])];
                } else {
                    block_of[at(buffer)] = static_cast<int>(blocks.size());
                    blocks.push_back({{}, aligned(made.bytes), made.first, made.last, 0});
                }
                Block& block = blocks[at(block_of[at(buffer)])];
                block.buffers.push_back(buffer);
                block.last = std::max(block.last, made.last);
            }
        }
        std::vector<int> order;
        for (int k = 0; k < static_cast<int>(blocks.size()); ++k) order.push_back(k);
        std::stable_sort(order.begin(), order.end(), [&](int a, int b) {
            const Block& x = blocks[at(a)];
            const Block& y = blocks[at(b)];
            return x.bytes != y.bytes ? x.bytes > y.bytes : x.last - x.first > y.last - y.first;
        });
        std::vector<int> placed;
        for (int index : order) {
            Block& block = blocks[at(index)];
            block.offset = lowest_free(blocks, placed, block);
            placed.push_back(index);
            plan_.arena_bytes = std::max(plan_.arena_bytes, block.offset + block.bytes);
            for (int buffer : block.buffers) plan_.buffers[at(buffer)].offset = block.offset;
        }
        for (int launch = 0; launch < after_; ++launch) {
            std::int64_t live = 0;
            for (const Block& block : blocks) {
                if (block.first <= launch && launch <= block.last) live += block.bytes;
            }
            plan_.live_bytes = std::max(plan_.live_bytes, live);
        }
    }

    static std::int64_t lowest_free(const std::vector<Block>& blocks, const std::vector<int>& placed,
                                    const Block& wanted) {
        std::vector<std::pair<std::int64_t, std::int64_t>> taken;
        for (int index : placed) {
            const Block& other = blocks[at(index)];
            if (other.first <= wanted.last && wanted.first <= other.last)
                taken.push_back({other.offset, other.offset + other.bytes});
        }
        std::sort(taken.begin(), taken.end());
        std::int64_t offset = 0;
        for (const auto& [begin, end] : taken) {
            if (offset + wanted.bytes <= begin) break;
            offset = std::max(offset, end);
        }
        return offset;
    }

    const DimBindings& dims_;
    Plan plan_;
    std::vector<int> launch_of_;
    int after_ = 0;  // "after the call"
    std::map<Value, std::pair<Place, std::string>> claims_;
    std::map<std::string, int> storages_;
    std::map<int, ScanPlan> scans_;  // by launched node
    std::vector<int> scan_arena_;    // [launch] → the buffer of the scan's arena, or -1
    std::vector<int> overwrites_;    // [buffer] → the buffer it takes the place of, or -1
};

}  // namespace

Expected<Plan> plan_memory(const Graph& fused, const DimBindings& dims) { return Planner(fused, dims).run(); }

}  // namespace nncc
