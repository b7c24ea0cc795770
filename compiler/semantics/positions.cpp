// Positions: a copy of the graph in which step numbers, tables and causal contractions read streams.
#include "semantics/positions.h"

#include <fmt/format.h>

#include <algorithm>

#include "ops/build.h"
#include "ops/einsum.h"
#include "ops/record.h"
#include "semantics/later_steps.h"
#include "semantics/view_axes.h"

namespace nncc {
namespace {

// Of an axis: not along time, the steps of the block, or all of them.
enum class Role : std::uint8_t { kNone, kBlock, kAll };
using Roles = std::vector<Role>;

constexpr int kDeepestPair = 500;
constexpr std::int64_t kMostSteps = 1 << 20;  // later_steps.cpp counts on it

const Dim& time_extent() {
    static const Dim time = Dim::named("time");
    return time;
}

std::size_t count_time_axes(const Shape& shape) {
    return static_cast<std::size_t>(
        std::count_if(shape.begin(), shape.end(), [](const Dim& dim) { return mentions_time(dim); }));
}

class PositionKeeper {
  public:
    PositionKeeper(const Graph& graph, const std::vector<std::string>& taken, std::optional<std::int64_t> bound)
        : graph_(graph),
          later_(graph),
          builder_(graph.name()),
          taken_(taken.begin(), taken.end()),
          bound_(bound && *bound <= kMostSteps ? bound : std::nullopt) {}

    WithPositions run() {
        const std::vector<bool> live = live_nodes(graph_);
        made_.resize(graph_.nodes().size());
        find_timeless();
        for (int index = 0; index < graph_.size(); ++index) {
            if (!live[static_cast<std::size_t>(index)]) continue;
            const Node& node = graph_.node(index);
            builder_.set_origin(node.origin);
            std::vector<Value>& results = made_[static_cast<std::size_t>(index)];
            if (const std::optional<Value> replaced = replacement(index)) {
                results = {*replaced};
                continue;
            }
            std::vector<Value> operands;
            for (const Value& operand : node.operands) operands.push_back(made(operand));
            const Value first = builder_.copy(graph_, node, std::move(operands));
            for (int k = 0; k < static_cast<int>(node.types.size()); ++k) results.push_back({first.node, k});
        }
        for (const Output& output : graph_.outputs()) builder_.output(output.name, made(output.value));
        add_stores();
        result_.graph = std::move(builder_).finish();
        return std::move(result_);
    }

  private:
    struct Cache {
        Value value;  // of the block, in the new graph
        std::size_t axis = 0;
        std::string name;
        Value all;
    };

    Value made(Value value) const {
        return made_[static_cast<std::size_t>(value.node)][static_cast<std::size_t>(value.result)];
    }

    std::optional<Value> replacement(int index) {
        const Node& node = graph_.node(index);
        if (node.types.size() != 1) return std::nullopt;
        const Shape& shape = node.type().shape;
        if (count_time_axes(shape) != 1) return std::nullopt;
        const auto axis =
            static_cast<std::size_t>(std::find(shape.begin(), shape.end(), time_extent()) - shape.begin());
        if (axis == shape.size()) return std::nullopt;
        std::optional<Value> value;
        Roles roles(shape.size(), Role::kNone);
        roles[axis] = Role::kBlock;
        if (node.op->name == "iota") {
            if (node.attributes.integer("axis") == static_cast<std::int64_t>(axis)) value = counted(node);
        } else if (is_table_part(node)) {
            if (bound_) value = table_part(node, roles);
        } else if (bound_ && reads_pair(node)) {
            value = without_trace_of_failure([&] { return build_node({index, 0}, roles, 0); });
        }
        if (value) result_.assured.along[value->node] = axis;
        return value;
    }

    bool reads_pair(const Node& node) const {
        const bool sums =
            lowering_of<ContractionLowering>(node) != nullptr || lowering_of<ReductionLowering>(node) != nullptr;
        return sums && std::any_of(node.operands.begin(), node.operands.end(),
                                   [&](Value operand) { return count_time_axes(graph_.type(operand).shape) > 1; });
    }

    // Caches that were made for what cannot be built go again; nodes without use do no harm.
    template <class Build>
    std::optional<Value> without_trace_of_failure(const Build& build) {
        const WithPositions before = result_;
        const std::size_t cache_count = caches_.size();
        std::optional<Value> value = build();
        if (value) return value;
        for (std::size_t k = cache_count; k < caches_.size(); ++k) taken_.erase(caches_[k].name);
        caches_.resize(cache_count);
        if (before.counter.empty()) taken_.erase(result_.counter);
        result_ = before;
        built_.clear();
        return std::nullopt;
    }

    // ---- step numbers and tables ----

    // The number of steps that have been.
    Value position() {
        const Type type{DType::kI32, {}};
        if (result_.counter.empty()) {
            result_.counter = fresh_name("position");
            result_.streams.push_back({{result_.counter, StorageKind::kStream, type}, 0, builder_.origin()});
        }
        Origin origin = builder_.origin();
        origin.name = result_.counter;
        return stream_leaf(result_.counter, type, origin);
    }

    Value stream_leaf(const std::string& name, const Type& type, const Origin& origin) {
        return builder_.add(
            "storage", {},
            {{"name", name}, {"storage_kind", std::string(storage_kind_name(StorageKind::kStream))}, {"type", type}},
            origin);
    }

    Value counted(const Node& iota_node) {
        const Type& type = iota_node.type();
        const Value within = builder_.copy(graph_, iota_node, {});
        const Value before = broadcast_scalar(builder_, cast(builder_, position(), type.dtype), type.shape);
        return add(builder_, within, before);
    }

    // A slice of something without steps to one element for each.
    bool is_table_part(const Node& node) const {
        const auto* view = lowering_of<ViewLowering>(node);
        return view != nullptr && view->kind == ViewKind::kSlice && node.attributes.find("extents") != nullptr &&
               !mentions_time(graph_.type(node.operands[0]).shape) &&
               timeless_[static_cast<std::size_t>(node.operands[0].node)];
    }

    // Rows `start` + step: gathered where only those of the block are wanted, which is along one axis at most.
    std::optional<Value> table_part(const Node& node, const Roles& roles) {
        const Axes starts = node.attributes.integers("start");
        const Shape table = graph_.type(node.operands[0]).shape;
        Value value = made(node.operands[0]);
        Attributes attributes = node.attributes;
        Axes next = starts;
        bool gathered = false;
        for (std::size_t axis = 0; axis < roles.size(); ++axis) {
            if (roles[axis] == Role::kNone) continue;
            if (node.type().shape[axis] != time_extent()) return std::nullopt;
            if (roles[axis] == Role::kAll) continue;
            if (gathered) return std::nullopt;
            gathered = true;
            const Shape steps{time_extent()};
            const Value within = iota(builder_, DType::kI32, steps, 0);
            const Value start = scalar(builder_, static_cast<double>(starts[axis]), DType::kI32);
            const Value first = starts[axis] == 0 ? position() : add(builder_, position(), start);
            const Value rows = add(builder_, within, broadcast_scalar(builder_, first, steps));
            value = gather(builder_, value, rows, static_cast<std::int64_t>(axis));
            next[axis] = 0;
        }
        result_.is_limited = true;
        const Shape extents = with_roles(node.type().shape, roles);
        attributes.set("start", next);
        attributes.set("extents", extents);
        const bool is_whole = builder_.type(value).shape == extents &&
                              std::all_of(next.begin(), next.end(), [](std::int64_t start) { return start == 0; });
        return is_whole ? value : builder_.add(*node.op, {value}, attributes, node.origin);
    }

    // ---- values with roles ----

    Shape with_roles(Shape shape, const Roles& roles) const {
        for (std::size_t axis = 0; axis < shape.size(); ++axis) {
            if (roles[axis] == Role::kAll) shape[axis] = Dim(*bound_);
        }
        return shape;
    }

    // What follows from constants, parameters and step numbers alone.
    void find_timeless() {
        for (const Node& node : graph_.nodes()) {
            bool timeless = node.body == nullptr && !node.op->facts.random &&
                            std::all_of(node.operands.begin(), node.operands.end(), [&](Value operand) {
                                return timeless_[static_cast<std::size_t>(operand.node)];
                            });
            if (lowering_of<LeafLowering>(node) != nullptr) {
                timeless = node.op->name == "constant" || node.op->name == "iota";
                if (node.op->name == "storage") {
                    const std::string& kind = node.attributes.text("storage_kind");
                    timeless =
                        kind == storage_kind_name(StorageKind::kParam) || kind == storage_kind_name(StorageKind::kFit);
                }
            }
            timeless_.push_back(timeless);
        }
    }

    std::optional<Value> build(Value value, const Roles& roles, int depth) {
        if (depth > kDeepestPair) return std::nullopt;
        const auto key = std::make_pair(value, roles);
        if (const auto found = built_.find(key); found != built_.end()) return found->second;
        const Shape& shape = graph_.type(value).shape;
        for (std::size_t axis = 0; axis < shape.size(); ++axis) {
            const bool along = mentions_time(shape[axis]);
            if (along != (roles[axis] != Role::kNone) || (along && shape[axis] != time_extent())) return std::nullopt;
        }
        const std::size_t all = static_cast<std::size_t>(std::count(roles.begin(), roles.end(), Role::kAll));
        const std::size_t block = static_cast<std::size_t>(std::count(roles.begin(), roles.end(), Role::kBlock));
        std::optional<Value> result;
        if (all == 0 && block <= 1) {
            result = made(value);
            result_.assured.roots.push_back(*result);
        } else {
            const bool timeless = timeless_[static_cast<std::size_t>(value.node)];
            if (all + block > 1 || timeless) result = build_node(value, roles, depth + 1);
            if (!result && all == 1 && block == 0)
                result = cached(
                    value, static_cast<std::size_t>(std::find(roles.begin(), roles.end(), Role::kAll) - roles.begin()));
        }
        if (result) built_[key] = *result;
        return result;
    }

    std::optional<Value> build_node(Value value, const Roles& roles, int depth) {
        const Node& node = graph_.node(value);
        if (node.types.size() != 1 || node.body != nullptr || node.op->facts.random) return std::nullopt;
        if (lowering_of<LeafLowering>(node) != nullptr) return leaf(node, roles);
        if (lowering_of<ElementwiseLowering>(node) != nullptr)
            return rebuilt(node, std::vector<Roles>(node.operands.size(), roles), node.attributes, depth);
        if (lowering_of<ViewLowering>(node) != nullptr) return view(node, roles, depth);
        if (node.op->name == "einsum") return contraction(node, roles, depth);
        if (lowering_of<ReductionLowering>(node) != nullptr) return reduction(node, roles, depth);
        if (node.op->name == "softmax" || node.op->name == "log_softmax") return softmax(node, roles, depth);
        return std::nullopt;
    }

    std::optional<Value> rebuilt(const Node& node, const std::vector<Roles>& roles, const Attributes& attributes,
                                 int depth) {
        std::vector<Value> operands;
        for (std::size_t k = 0; k < node.operands.size(); ++k) {
            const std::optional<Value> operand = build(node.operands[k], roles[k], depth);
            if (!operand) return std::nullopt;
            operands.push_back(*operand);
        }
        const auto types = builder_.infer(*node.op, operands, attributes);
        if (std::holds_alternative<TypeError>(types)) return std::nullopt;
        return builder_.add(*node.op, std::move(operands), attributes, node.origin);
    }

    std::optional<Value> leaf(const Node& node, const Roles& roles) {
        const Attribute* declared = node.attributes.find("type");
        const bool counts = node.op->name == "iota";
        if (declared == nullptr || (!counts && node.op->name != "constant")) return std::nullopt;
        Attributes attributes = node.attributes;
        const Type type{node.type().dtype, with_roles(node.type().shape, roles)};
        attributes.set("type", type);
        const Value within = builder_.add(*node.op, {}, attributes, node.origin);
        if (!counts || roles[static_cast<std::size_t>(node.attributes.integer("axis"))] != Role::kBlock) return within;
        const Value before = broadcast_scalar(builder_, cast(builder_, position(), type.dtype), type.shape);
        return add(builder_, within, before);
    }

    std::optional<Value> view(const Node& node, const Roles& roles, int depth) {
        if (is_table_part(node)) return table_part(node, roles);
        const ViewKind kind = lowering_of<ViewLowering>(node)->kind;
        std::vector<Roles> behind;
        for (std::size_t k = 0; k < node.operands.size(); ++k) {
            const Shape& shape = graph_.type(node.operands[k]).shape;
            Roles of_operand(shape.size(), Role::kNone);
            for (std::size_t axis = 0; axis < roles.size(); ++axis) {
                const std::optional<std::size_t> from = operand_axis(graph_, node, k, axis);
                if (from) of_operand[*from] = roles[axis];
                else if (roles[axis] != Role::kNone && kind != ViewKind::kBroadcast) return std::nullopt;
            }
            behind.push_back(std::move(of_operand));
        }
        Attributes attributes = node.attributes;
        for (const char* name : {"shape", "extents"}) {
            if (attributes.find(name) != nullptr) attributes.set(name, with_roles(attributes.shape(name), roles));
        }
        return rebuilt(node, behind, attributes, depth);
    }

    // Steps that are summed over must have weight 0 where they are later than another axis' own.
    std::optional<Value> contraction(const Node& node, const Roles& roles, int depth) {
        auto parsed = parse_equation(node.attributes.text("equation"));
        const auto* equation = std::get_if<Equation>(&parsed);
        if (equation == nullptr) return std::nullopt;
        std::map<char, Role> of_letter;
        for (std::size_t axis = 0; axis < roles.size(); ++axis) of_letter[equation->output[axis]] = roles[axis];
        for (std::size_t k = 0; k < node.operands.size(); ++k) {
            const std::string& letters = equation->inputs[k];
            const Shape& shape = graph_.type(node.operands[k]).shape;
            for (std::size_t axis = 0; axis < shape.size(); ++axis) {
                if (!mentions_time(shape[axis])) continue;
                if (std::count(letters.begin(), letters.end(), letters[axis]) != 1) return std::nullopt;
                if (equation->output.find(letters[axis]) != std::string::npos) continue;
                if (!has_weights(node, *equation, letters[axis])) return std::nullopt;
                of_letter[letters[axis]] = Role::kAll;
            }
        }
        std::vector<Roles> behind;
        for (const std::string& letters : equation->inputs) {
            Roles of_operand;
            for (const char letter : letters) {
                const auto found = of_letter.find(letter);
                of_operand.push_back(found == of_letter.end() ? Role::kNone : found->second);
            }
            behind.push_back(std::move(of_operand));
        }
        return rebuilt(node, behind, node.attributes, depth);
    }

    bool has_weights(const Node& node, const Equation& equation, char summed) {
        for (std::size_t k = 0; k < node.operands.size(); ++k) {
            const std::string& letters = equation.inputs[k];
            const Shape& shape = graph_.type(node.operands[k]).shape;
            const std::size_t later = letters.find(summed);
            for (std::size_t own = 0; later != std::string::npos && own < shape.size(); ++own) {
                if (own == later || shape[own] != time_extent()) continue;
                if (equation.output.find(letters[own]) == std::string::npos) continue;
                if (later_.of(node.operands[k], own, later) == Later::kZero) return true;
            }
        }
        return false;
    }

    // Whether steps along `later` are `wanted` where they are later than those of another axis that is kept.
    bool has_later(Value value, std::size_t later, const std::vector<std::int64_t>& gone, Later wanted) {
        const Shape& shape = graph_.type(value).shape;
        for (std::size_t own = 0; own < shape.size(); ++own) {
            const bool kept = std::find(gone.begin(), gone.end(), static_cast<std::int64_t>(own)) == gone.end();
            if (own == later || !kept || shape[own] != time_extent()) continue;
            if (later_.of(value, own, later) == wanted) return true;
        }
        return false;
    }

    std::optional<Value> reduction(const Node& node, const Roles& roles, int depth) {
        const Reducer reducer = lowering_of<ReductionLowering>(node)->reducer;
        const Attribute* list = node.attributes.find("axes");
        if (list == nullptr || reducer == Reducer::kProduct) return std::nullopt;
        const auto& axes = std::get<std::vector<std::int64_t>>(*list);
        const Shape& shape = graph_.type(node.operands[0]).shape;
        if (shape.size() != roles.size() + axes.size()) return std::nullopt;
        Roles behind;
        std::size_t kept = 0;
        for (std::size_t axis = 0; axis < shape.size(); ++axis) {
            if (std::find(axes.begin(), axes.end(), static_cast<std::int64_t>(axis)) == axes.end()) {
                behind.push_back(roles[kept++]);
                continue;
            }
            behind.push_back(mentions_time(shape[axis]) ? Role::kAll : Role::kNone);
            const Later wanted = reducer == Reducer::kSum ? Later::kZero : Later::kHidden;
            if (behind.back() == Role::kAll && !has_later(node.operands[0], axis, axes, wanted)) return std::nullopt;
        }
        return rebuilt(node, {behind}, node.attributes, depth);
    }

    std::optional<Value> softmax(const Node& node, const Roles& roles, int depth) {
        const auto axis = static_cast<std::size_t>(node.attributes.integer("axis"));
        if (roles[axis] == Role::kBlock) return std::nullopt;
        if (roles[axis] == Role::kAll && !has_later(node.operands[0], axis, {}, Later::kHidden)) return std::nullopt;
        return rebuilt(node, {roles}, node.attributes, depth);
    }

    // ---- caches ----

    // All steps of a value along time: those of the block in their places among those that were.
    std::optional<Value> cached(Value value, std::size_t axis) {
        const Value block = made(value);
        for (const Cache& cache : caches_) {
            if (cache.value == block && cache.axis == axis) return cache.all;
        }
        Type type = graph_.type(value);
        if (type.dtype == DType::kBool) return std::nullopt;
        type.shape[axis] = Dim(*bound_);
        const Origin saved = builder_.origin();
        Origin origin = graph_.node(value).origin;
        const std::string name = fresh_name(origin.name.empty() ? "cache" : origin.name + "_cache");
        origin.name = name;
        const Value before = stream_leaf(name, type, origin);
        origin.name = name + "_and_now";
        builder_.set_origin(origin);
        const Value all = overwrite(builder_, before, block, position(), static_cast<std::int64_t>(axis));
        builder_.set_origin(saved);
        result_.streams.push_back({{name, StorageKind::kStream, type}, 0, graph_.node(value).origin});
        result_.assured.roots.push_back(block);
        result_.is_limited = true;
        result_.has_caches = true;
        caches_.push_back({block, axis, name, all});
        return all;
    }

    void add_stores() {
        for (const Cache& cache : caches_) {
            Origin origin = builder_.node(cache.all).origin;
            builder_.add("store", {cache.all}, {{"name", cache.name}}, origin);
        }
        if (result_.counter.empty()) return;
        builder_.set_origin({});
        const Value before = position();
        Origin origin = builder_.node(before).origin;
        origin.name = result_.counter + "_next";
        builder_.set_origin(origin);
        const Value after = add(builder_, before, extent_value(builder_, time_extent(), DType::kI32));
        builder_.add("store", {after}, {{"name", result_.counter}}, origin);
    }

    std::string fresh_name(const std::string& base) {
        std::string name = base;
        for (int copy = 2; !taken_.insert(name).second; ++copy) name = fmt::format("{}_{}", base, copy);
        return name;
    }

    const Graph& graph_;
    LaterSteps later_;
    GraphBuilder builder_;
    std::set<std::string> taken_;
    std::optional<std::int64_t> bound_;
    std::vector<std::vector<Value>> made_;  // [node][result] → in the new graph, for the steps of the block
    std::vector<bool> timeless_;            // [node]
    std::map<std::pair<Value, Roles>, Value> built_;
    std::vector<Cache> caches_;
    WithPositions result_;
};

}  // namespace

WithPositions keep_positions(const Graph& process, const std::vector<std::string>& taken,
                             std::optional<std::int64_t> bound) {
    return PositionKeeper(process, taken, bound).run();
}

}  // namespace nncc
