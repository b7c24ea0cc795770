// Streaming: follows time through a graph, node by node (over 500 lines: one class with a rule for each kind of node).
#include "semantics/streaming.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "ops/einsum.h"
#include "ops/record.h"

namespace nncc {
namespace {

// How a value depends on time. A value along time has at each step what follows from the steps so far; its extent may
// be `time` + n, and then it has n elements of the past in front (Note [blocks] in history.h).
struct Moment {
    enum class Kind : std::uint8_t { kStill, kAlong, kLast, kLength, kStream, kSeveral };
    Kind kind = Kind::kStill;  // the same in all steps
    std::size_t axis = 0;      // kAlong: which has the steps
    std::int64_t ahead = 0;    // kAlong: how many elements at the end need steps that are still to come
    int ahead_by = -1;         // the node that looked ahead
    bool operator==(const Moment& other) const {
        return kind == other.kind && axis == other.axis && ahead == other.ahead;
    }
    bool is_at(const Moment& other) const { return kind == other.kind && axis == other.axis; }
    Moment along(std::size_t to) const { return {kind, to, ahead, ahead_by}; }
};
using Kind = Moment::Kind;
// kLast: as of the block's last step. kLength: the number of steps. kStream: a stream before the block. kSeveral: a
// constant with several axes of time, which is to blame only where something reads it.

const Moment kStill{};
const Moment kLast{Kind::kLast};
Moment along(std::size_t axis) { return {Kind::kAlong, axis}; }

constexpr std::string_view kKeepHint = "a `scan` with a `stream` keeps past steps";

struct Failure {
    std::string message;
    std::string hint;
};

bool holds(const std::vector<std::int64_t>& axes, std::size_t axis) {
    return std::find(axes.begin(), axes.end(), static_cast<std::int64_t>(axis)) != axes.end();
}

class Flow {
  public:
    Flow(const Graph& graph, const std::vector<Moment>* arguments, std::set<std::string> histories = {},
         Assured assured = {})
        : graph_(graph), arguments_(arguments), histories_(std::move(histories)), assured_(std::move(assured)) {
        for (int store : graph.stores())
            stores_[graph.node(store).attributes.text("name")] = graph.node(store).operands[0];
    }

    // False when a node stands in the way.
    bool run() {
        const std::vector<bool> live = nodes_of_outputs();
        moments_.resize(graph_.nodes().size());
        for (int index = 0; index < graph_.size(); ++index) {
            if (!live[static_cast<std::size_t>(index)]) continue;
            node_ = &graph_.node(index);
            here_ = index;
            if (const auto known = assured_.along.find(index); known != assured_.along.end()) {
                moments_[static_cast<std::size_t>(index)] = {along(known->second)};
                continue;
            }
            std::optional<std::vector<Moment>> results = moments_of(*node_);
            if (!results) {
                if (obstacle.message.empty()) fill_obstacle();
                return false;
            }
            moments_[static_cast<std::size_t>(index)] = std::move(*results);
        }
        return arguments_ != nullptr || (outputs_are_steps() && roots_are_right());
    }

    Moment at(Value value) const {
        return moments_[static_cast<std::size_t>(value.node)][static_cast<std::size_t>(value.result)];
    }

    Obstacle obstacle;

  private:
    using Moments = std::optional<std::vector<Moment>>;

    Moments fail(std::string message, std::string hint = {}) {
        failure_ = {std::move(message), std::move(hint)};
        return std::nullopt;
    }
    Moments all_of_time() { return fail("needs all of time"); }
    static Moments one(Moment moment) { return std::vector<Moment>{moment}; }

    bool is_history(const Node& node) const {
        const bool named = node.op->name == "storage" || node.op->name == "store";
        return named && histories_.contains(node.attributes.text("name"));
    }

    // Which nodes outputs and stores depend on, but for what is kept as history: that is right where it was made.
    std::vector<bool> nodes_of_outputs() const {
        std::vector<bool> live(graph_.nodes().size(), false);
        for (const Output& output : graph_.outputs()) live[static_cast<std::size_t>(output.value.node)] = true;
        for (int store : graph_.stores()) live[static_cast<std::size_t>(store)] = !is_history(graph_.node(store));
        for (const Value& root : assured_.roots) live[static_cast<std::size_t>(root.node)] = true;
        for (int index = graph_.size() - 1; index >= 0; --index) {
            if (!live[static_cast<std::size_t>(index)] || assured_.along.contains(index)) continue;
            for (const Value& operand : graph_.node(index).operands)
                live[static_cast<std::size_t>(operand.node)] = true;
        }
        return live;
    }

    // Steps behind those of the past that are kept. The kept ones must all have been: what is ahead would be wrong
    // then.
    Moments behind_history(const Moment& steps, Value value) {
        if (steps.kind != Kind::kAlong) return all_of_time();
        if (steps.ahead > *steps_before(graph_.type(value).shape[steps.axis])) return fail_ahead(steps);
        return one(steps);
    }

    bool outputs_are_steps() {
        for (const Output& output : graph_.outputs()) {
            node_ = &graph_.node(output.value);
            if (is_of_steps(at(output.value), output.value)) continue;
            fill_obstacle();
            return false;
        }
        return true;
    }

    bool roots_are_right() {
        for (const Value& root : assured_.roots) {
            node_ = &graph_.node(root);
            const bool right = mentions_time(graph_.type(root).shape) ? is_of_steps(at(root), root)
                                                                      : at(root) == kStill || !all_of_time();
            if (right) continue;
            fill_obstacle();
            return false;
        }
        return true;
    }

    // Whether a value along time has one element for each step, of the steps so far.
    bool is_of_steps(const Moment& moment, Value value) {
        if (moment.kind == Kind::kSeveral) fail("has several axes of time");
        if (moment.kind != Kind::kAlong) return moment.kind != Kind::kSeveral;
        if (moment.ahead > 0) {
            fail_ahead(moment);
            return false;
        }
        const std::int64_t more = *steps_before(graph_.type(value).shape[moment.axis]);
        if (more > 0) fail(fmt::format("has {} steps more than it is given", more), std::string(kCausalHint));
        return more == 0;
    }

    Moments fail_ahead(const Moment& moment) {
        if (moment.ahead_by >= 0) node_ = &graph_.node(moment.ahead_by);
        obstacle.looks_ahead = true;
        return fail(fmt::format("looks {} {} ahead", moment.ahead, moment.ahead == 1 ? "step" : "steps"),
                    std::string(kCausalHint));
    }

    Moments fail_moved(std::string message, std::string hint = {}) {
        obstacle.moves_steps = true;
        return fail(std::move(message), std::move(hint));
    }

    // Of an op that says how far it reaches along time.
    Moments reached(const Node& node, const Moment& from, const Reach& reach) {
        const Shape& before = graph_.type(node.operands[0]).shape;
        const Shape& after = node.type().shape;
        const std::optional<std::size_t> to = time_axis(after);
        if (!to || *to != reach.axis) return fail("mixes time with another axis");
        if (reach.first < 0) return fail("reaches over several steps", std::string(kKeepHint));
        const std::int64_t had = *steps_before(before[from.axis]);
        const std::int64_t has = *steps_before(after[*to]);
        if (has < 0)
            return fail_moved(fmt::format("gives {} steps fewer than it is given", -has), std::string(kCausalHint));
        Moment result{Kind::kAlong, *to, std::max<std::int64_t>(0, from.ahead + has - had + reach.last), from.ahead_by};
        if (result.ahead > from.ahead || result.ahead_by < 0) result.ahead_by = here_;
        return one(result);
    }

    void fill_obstacle() {
        const Origin& origin = node_->origin;
        const std::string text = origin.expression.empty() ? std::string(node_->op->name) : origin.expression;
        obstacle.origin = origin;
        obstacle.message = fmt::format("`{}` {}", text, failure_.message);
        obstacle.hint = failure_.hint;
    }

    Moments moments_of(const Node& node) {
        std::vector<Moment> operands;
        for (Value operand : node.operands) operands.push_back(at(operand));
        const bool is_scan = lowering_of<RegionLowering>(node) != nullptr;
        if (operands.size() == 2 && node.op->name == "concatenate" && is_history(graph_.node(node.operands[0])))
            return behind_history(operands[1], node.operands[1]);
        for (std::size_t k = 0; k < operands.size(); ++k) {
            if (operands[k].kind == Kind::kSeveral) return fail("has several axes of time");
            if (operands[k].kind == Kind::kStream && !is_scan && lowering_of<EffectLowering>(node) == nullptr)
                return fail(fmt::format("reads a {} outside of the scan along time that changes it",
                                        graph_.node(node.operands[k]).attributes.text("storage_kind")),
                            "in `process` it would be what it was before the block");
        }
        if (lowering_of<LeafLowering>(node) != nullptr) return leaf(node);
        if (is_scan) return scan(node, operands);
        const bool still = std::all_of(operands.begin(), operands.end(), [](const Moment& m) { return m == kStill; });
        if (still && !node.types.empty() && !mentions_time(node.type().shape)) return one(kStill);
        if (std::any_of(operands.begin(), operands.end(), [](const Moment& m) { return m.kind == Kind::kLength; }))
            return of_length(node, operands);
        if (lowering_of<EffectLowering>(node) != nullptr) return store(node, operands[0]);
        if (lowering_of<ElementwiseLowering>(node) != nullptr) return elementwise(node, operands);
        if (node.op->reach != nullptr && operands[0].kind == Kind::kAlong) {
            const bool others_still =
                std::all_of(operands.begin() + 1, operands.end(), [](const Moment& m) { return m == kStill; });
            const std::optional<Reach> reach = node.op->reach(graph_, node, operands[0].axis);
            if (others_still && reach) return reached(node, operands[0], *reach);
        }
        if (lowering_of<ViewLowering>(node) != nullptr) return view(node, operands);
        if (lowering_of<ContractionLowering>(node) != nullptr) return contraction(node, operands);
        if (lowering_of<IndexedLowering>(node) != nullptr && operands.size() == 2) return gather(node, operands);
        return reduction(node, operands);
    }

    Moments leaf(const Node& node) {
        if (node.op->name == "argument")
            return one((*arguments_)[static_cast<std::size_t>(node.attributes.integer("index"))]);
        if (node.op->name == "extent")
            return one(node.attributes.text("dimension") == "time" ? Moment{Kind::kLength, 0} : kStill);
        if (node.op->name == "storage") {
            const std::string& name = node.attributes.text("name");
            if (mentions_time(node.type().shape)) return fail("has an extent for each step, and steps never end");
            if (stores_.contains(name)) return one({Kind::kStream, 0});
            return one(kStill);
        }
        if (!mentions_time(node.type().shape)) return one(kStill);
        std::optional<std::size_t> axis = time_axis(node.type().shape);
        if (!axis && node.op->name == "constant") return one({Kind::kSeveral});
        if (!axis) return fail("has several axes of time");
        if (node.op->name == "input" && steps_before(node.type().shape[*axis]) != 0)
            return fail("has another extent than `time`");
        if (node.op->name == "iota" && node.attributes.integer("axis") == static_cast<std::int64_t>(*axis))
            return fail("counts steps from the first of all",
                        "a `stream` that goes up by 1 counts steps of a live signal");
        return one(along(*axis));
    }

    // The same for all operands that are not still.
    std::optional<Moment> joined(const std::vector<Moment>& operands) {
        Moment result;
        for (const Moment& operand : operands) {
            if (operand.kind == Kind::kStill) continue;
            if (result.kind != Kind::kStill && !operand.is_at(result)) {
                failure_ = {"brings steps together that are not at one time", ""};
                return std::nullopt;
            }
            if (result.kind == Kind::kStill || operand.ahead > result.ahead) result = operand;
        }
        return result;
    }

    Moments elementwise(const Node& node, const std::vector<Moment>& operands) {
        if (node.op->facts.random) return fail("draws random bits");
        std::optional<Moment> result = joined(operands);
        return result ? one(*result) : std::nullopt;
    }

    // Only `x[:, -1]`, the element at the number of steps - 1, can use it.
    Moments of_length(const Node& node, const std::vector<Moment>& operands) {
        const bool is_index = lowering_of<IndexedLowering>(node) != nullptr && operands.size() == 2;
        if (is_index && operands[0].kind == Kind::kAlong &&
            static_cast<std::int64_t>(operands[0].axis) == node.attributes.integer("axis") &&
            is_last(node.operands[1])) {
            if (!is_of_steps(operands[0], node.operands[0])) return std::nullopt;
            return one(kLast);
        }
        const bool scalar = lowering_of<ElementwiseLowering>(node) != nullptr && node.type().rank() == 0;
        const bool plain = std::all_of(operands.begin(), operands.end(), [](const Moment& m) {
            return m.kind == Kind::kLength || m.kind == Kind::kStill;
        });
        if (scalar && plain) return one({Kind::kLength, 0});
        return fail("depends on how many steps there are");
    }

    bool is_last(Value index) const {
        const Node& sum = graph_.node(index);
        if (sum.op->name != "add") return false;
        const Node& steps = graph_.node(sum.operands[0]);
        const Node& minus = graph_.node(sum.operands[1]);
        return steps.op->name == "extent" && minus.op->name == "constant" &&
               minus.attributes.constant("value").elements == std::vector<double>{-1};
    }

    Moments store(const Node& node, Moment value) {
        const std::string& name = node.attributes.text("name");
        if (value.kind == Kind::kAlong) return all_of_time();
        if (value.kind == Kind::kStill || value.kind == Kind::kStream) {
            const auto leaf = std::find_if(graph_.nodes().begin(), graph_.nodes().end(), [&](const Node& other) {
                return other.op->name == "storage" && other.attributes.text("name") == name;
            });
            return fail(fmt::format("changes a {} once in a call, not once in a step",
                                    leaf == graph_.nodes().end() ? "state" : leaf->attributes.text("storage_kind")),
                        "a `scan` along time changes it in each step");
        }
        return std::vector<Moment>{};
    }

    Moments view(const Node& node, const std::vector<Moment>& operands) {
        const Attributes& attributes = node.attributes;
        const ViewKind kind = lowering_of<ViewLowering>(node)->kind;
        std::optional<Moment> from = joined(operands);
        if (!from) return std::nullopt;
        const Shape& shape = node.type().shape;
        if (from->kind == Kind::kLast && mentions_time(shape))
            return fail("gives each step what follows from the last");
        if (*from == kStill) {
            if (kind != ViewKind::kBroadcast) return fail("has an extent for each step, and steps never end");
            std::optional<std::size_t> axis = time_axis(shape);
            if (!axis) return fail("has several axes of time");
            return one(along(*axis));
        }
        if (from->kind == Kind::kLast) return one(kLast);
        const std::size_t axis = from->axis;
        switch (kind) {
            case ViewKind::kReshape: return reshape(node, *from);
            case ViewKind::kTranspose: {
                const auto& permutation = attributes.integers("permutation");
                auto found = std::find(permutation.begin(), permutation.end(), static_cast<std::int64_t>(axis));
                return one(from->along(static_cast<std::size_t>(found - permutation.begin())));
            }
            case ViewKind::kBroadcast:
                return one(from->along(static_cast<std::size_t>(attributes.integers("axes")[axis])));
            case ViewKind::kSlice:
                if (attributes.integers("step")[axis] < 0)
                    return fail("runs backwards through time",
                                "`carry` in place of `stream` says that nothing lives on");
                return fail("takes part of time");
            case ViewKind::kPad: return fail("moves steps in time");
            case ViewKind::kWindow: return fail("takes part of time");
            case ViewKind::kConcatenate:
                if (attributes.integer("axis") == static_cast<std::int64_t>(axis))
                    return fail_moved("moves steps in time");
                return one(*from);
        }
        return all_of_time();
    }

    Moments reshape(const Node& node, const Moment& from) {
        const std::size_t axis = from.axis;
        const Shape& before = graph_.type(node.operands[0]).shape;
        const Shape& after = node.type().shape;
        std::optional<std::size_t> to = time_axis(after);
        auto leading = [](const Shape& shape, std::size_t count) {
            return element_count(Shape(shape.begin(), shape.begin() + static_cast<std::ptrdiff_t>(count)));
        };
        if (!to || before[axis] != after[*to] || leading(before, axis) != leading(after, *to))
            return fail("mixes time with another axis");
        return one(from.along(*to));
    }

    Moments contraction(const Node& node, const std::vector<Moment>& operands) {
        if (node.attributes.find("equation") == nullptr) {
            const bool fits = operands[0].kind == Kind::kLast && operands[1] == kStill;
            return fits ? one(operands[0]) : fail("reaches over several steps", std::string(kKeepHint));
        }
        auto parsed = parse_equation(node.attributes.text("equation"));
        const auto* equation = std::get_if<Equation>(&parsed);
        NNCC_CHECK(equation != nullptr, "an einsum without equation");
        char letter = 0;
        bool last = false;
        Moment result;
        for (std::size_t k = 0; k < operands.size(); ++k) {
            if (operands[k].kind == Kind::kLast) last = true;
            if (operands[k].kind != Kind::kAlong) continue;
            const char own = equation->inputs[k][operands[k].axis];
            if (letter != 0 && own != letter) return fail("brings steps together that are not at one time");
            if (letter == 0 || operands[k].ahead > result.ahead) result = operands[k];
            letter = own;
        }
        if (letter == 0) return one(last ? kLast : kStill);
        if (last) return fail("brings steps together that are not at one time");
        const std::size_t place = equation->output.find(letter);
        if (place == std::string::npos) return all_of_time();
        return one(result.along(place));
    }

    Moments gather(const Node& node, const std::vector<Moment>& operands) {
        if (node.attributes.find("extent") != nullptr) return all_of_time();  // scatter_add
        const auto axis = static_cast<std::size_t>(node.attributes.integer("axis"));
        const auto batch = static_cast<std::size_t>(node.attributes.integer("batch_axes"));
        const std::size_t places = static_cast<std::size_t>(graph_.type(node.operands[1]).rank()) - batch;
        const Moment data = operands[0];
        const Moment index = operands[1];
        if (data.kind == Kind::kAlong && index.kind == Kind::kAlong) {
            if (data.axis == index.axis && data.axis < batch) return one(data.ahead > index.ahead ? data : index);
            return fail("brings steps together that are not at one time");
        }
        if (data.kind == Kind::kLast || index.kind == Kind::kLast) {
            std::optional<Moment> both = joined(operands);
            return both ? one(*both) : std::nullopt;
        }
        if (index.kind == Kind::kAlong) {
            if (index.axis < batch) return fail("brings steps together that are not at one time");
            return one(index.along(axis + index.axis - batch));
        }
        if (data.axis == axis) return fail("takes part of time");
        return one(data.along(data.axis < axis ? data.axis : data.axis + places - 1));
    }

    // Reductions, composites and kernels of their own, by their axes.
    Moments reduction(const Node& node, const std::vector<Moment>& operands) {
        std::optional<Moment> from = joined(operands);
        if (!from) return std::nullopt;
        if (from->kind != Kind::kAlong) return one(*from);
        std::vector<std::int64_t> axes;
        if (const Attribute* list = node.attributes.find("axes")) axes = std::get<std::vector<std::int64_t>>(*list);
        else if (const Attribute* single = node.attributes.find("axis")) axes = {std::get<std::int64_t>(*single)};
        else return all_of_time();
        if (holds(axes, from->axis)) return all_of_time();
        const int removed = graph_.type(node.operands[0]).rank() - node.type().rank();
        if (removed == 0) return one(*from);
        if (removed != static_cast<int>(axes.size())) return all_of_time();
        const auto before = std::count_if(
            axes.begin(), axes.end(), [&](std::int64_t axis) { return axis < static_cast<std::int64_t>(from->axis); });
        return one(from->along(from->axis - static_cast<std::size_t>(before)));
    }

    Moments scan(const Node& node, const std::vector<Moment>& operands) {
        if (node.attributes.find("sequences") == nullptr) return all_of_time();
        const auto sequences = static_cast<std::size_t>(node.attributes.integer("sequences"));
        const auto carries = static_cast<std::size_t>(node.attributes.integer("carries"));
        const auto axis = static_cast<std::size_t>(node.attributes.integer("axis"));
        return mentions_time(graph_.type(node.operands[0]).shape[axis])
                   ? scan_of_time(node, operands, sequences, carries, axis)
                   : scan_within(node, operands, sequences, carries, axis);
    }

    // What carries from step to step has to live on from block to block.
    bool lives_on(const Node& node, std::size_t operand, int result) const {
        const Node& start = graph_.node(node.operands[operand]);
        if (start.op->name != "storage") return false;
        auto stored = stores_.find(start.attributes.text("name"));
        return stored != stores_.end() && stored->second == Value{here_, result};
    }

    Moments scan_of_time(const Node& node, const std::vector<Moment>& operands, std::size_t sequences,
                         std::size_t carries, std::size_t axis) {
        for (std::size_t k = 0; k < sequences; ++k) {
            if (!operands[k].is_at(along(axis))) return fail("runs along several axes of time");
            if (!is_of_steps(operands[k], node.operands[k])) return std::nullopt;
        }
        const std::size_t yields = node.types.size() - carries;
        for (std::size_t k = 0; k < carries; ++k) {
            const auto result = static_cast<int>(yields + k);
            if (!lives_on(node, sequences + k, result)) {
                return fail("has a `carry` along time, which starts afresh with each block",
                            "a `stream` lives on from block to block");
            }
        }
        for (std::size_t k = sequences + carries; k < operands.size(); ++k) {
            if (operands[k].kind == Kind::kStream) return fail("reads a stream that another scan changes");
            if (operands[k].kind != Kind::kStill) return fail("reads all steps in each step");
        }
        for (const Node& inner : node.body->nodes()) {
            for (const Type& type : inner.types) {
                if (mentions_time(type.shape)) return fail("reads all steps in each step");
            }
        }
        std::vector<Moment> results(yields, along(axis));
        results.resize(yields + carries, kLast);
        return results;
    }

    Moments scan_within(const Node& node, const std::vector<Moment>& operands, std::size_t sequences,
                        std::size_t carries, std::size_t axis) {
        std::vector<Moment> arguments = operands;
        for (std::size_t k = 0; k < arguments.size(); ++k) {
            Moment& moment = arguments[k];
            if (moment.kind == Kind::kStream)
                return fail("changes a stream along another axis than time",
                            "a `carry` starts afresh with each step of time");
            if (k < sequences && moment.kind == Kind::kAlong && moment.axis > axis) --moment.axis;
        }
        const std::size_t yields = node.types.size() - carries;
        constexpr int kMostTurns = 4;  // a carry goes from still to along or last once
        for (int turn = 0; turn < kMostTurns; ++turn) {
            Flow body(*node.body, &arguments);
            if (!body.run()) {
                obstacle = body.obstacle;
                return std::nullopt;
            }
            bool settled = true;
            for (std::size_t k = 0; k < carries; ++k) {
                const Moment next = body.at(node.body->outputs()[yields + k].value);
                std::optional<Moment> both = joined({arguments[sequences + k], next});
                if (!both) return std::nullopt;
                settled = settled && *both == arguments[sequences + k];
                arguments[sequences + k] = *both;
            }
            if (!settled) continue;
            std::vector<Moment> results;
            for (std::size_t k = 0; k < node.types.size(); ++k) {
                Moment moment = body.at(node.body->outputs()[k].value);
                if (k < yields && moment.kind == Kind::kAlong && moment.axis >= axis) ++moment.axis;
                results.push_back(k < yields ? moment : arguments[sequences + k - yields]);
            }
            return results;
        }
        return all_of_time();
    }

    const Graph& graph_;
    const std::vector<Moment>* arguments_;
    std::set<std::string> histories_;  // names of what keep_histories and keep_positions made
    Assured assured_;
    std::map<std::string, Value> stores_;
    std::vector<std::vector<Moment>> moments_;
    const Node* node_ = nullptr;
    int here_ = 0;
    Failure failure_;
};

}  // namespace

bool mentions_time(const Dim& dim) {
    for (const Dim::Term& term : dim.terms()) {
        if (std::find(term.names.begin(), term.names.end(), "time") != term.names.end()) return true;
    }
    return false;
}

bool mentions_time(const Shape& shape) {
    return std::any_of(shape.begin(), shape.end(), [](const Dim& dim) { return mentions_time(dim); });
}

std::optional<std::int64_t> steps_before(const Dim& extent) {
    const std::optional<Dim> rest = Dim::subtract(extent, Dim::named("time"));
    if (!rest || !rest->is_constant()) return std::nullopt;
    return rest->constant();
}

std::optional<std::size_t> time_axis(const Shape& shape) {
    std::optional<std::size_t> found;
    for (std::size_t axis = 0; axis < shape.size(); ++axis) {
        if (!mentions_time(shape[axis])) continue;
        if (found || !steps_before(shape[axis])) return std::nullopt;
        found = axis;
    }
    return found;
}

std::optional<Obstacle> find_obstacle(const Graph& process, const std::set<std::string>& histories,
                                      const Assured& assured) {
    Flow flow(process, nullptr, histories, assured);
    if (flow.run()) return std::nullopt;
    return flow.obstacle;
}

}  // namespace nncc
