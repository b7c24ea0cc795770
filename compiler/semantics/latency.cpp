// Latency: a copy of the graph in which each node has a delay, the same for all its operands.
#include "semantics/latency.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <optional>

#include "ops/build.h"
#include "ops/record.h"
#include "semantics/history.h"
#include "semantics/late_steps.h"

namespace nncc {
namespace {

std::size_t place(int index) { return static_cast<std::size_t>(index); }

// c' of Note [late values], of a value with one axis of time.
std::int64_t extra_steps(const Shape& shape) {
    return std::max<std::int64_t>(0, *steps_before(shape[*time_axis(shape)]));
}

Dim time_and(std::int64_t extra) { return *Dim::add(Dim::named("time"), extra); }

// Extents of fewer than `time` become `time`.
Shape lengthened(Shape shape) {
    for (Dim& extent : shape) {
        if (mentions_time(extent) && steps_before(extent).value_or(0) < 0) extent = time_and(0);
    }
    return shape;
}

bool is_view(const Node& node, ViewKind kind) {
    const auto* view = lowering_of<ViewLowering>(node);
    return view != nullptr && view->kind == kind;
}

// How an op with one result along time reaches along that of operand 0.
struct Window {
    std::size_t axis = 0;  // of operand 0; of the result unless it is a window
    std::int64_t first = 0, last = 0;
};

std::optional<Window> window_along_time(const Graph& graph, const Node& node) {
    if (node.op->reach == nullptr || node.types.size() != 1) return std::nullopt;
    const std::optional<std::size_t> from = time_axis(graph.type(node.operands[0]).shape);
    const std::optional<std::size_t> to = time_axis(node.type().shape);
    if (!from || !to) return std::nullopt;
    const std::optional<Reach> reach = node.op->reach(graph, node, *from);
    if (!reach || reach->axis != *to) return std::nullopt;
    return Window{*from, reach->first, reach->last};
}

// Constants in front of steps and anything behind them, as padding: what is behind the last step is never seen.
Graph pads_for_joins(const Graph& graph) {
    return rewrite(graph, [&](GraphBuilder& builder, const Node& node, const std::vector<Value>& operands) {
        std::optional<std::vector<Value>> result;
        if (!is_view(node, ViewKind::kConcatenate)) return result;
        const auto axis = static_cast<std::size_t>(node.attributes.integer("axis"));
        if (time_axis(node.type().shape) != axis) return result;
        std::optional<std::size_t> steps;
        std::int64_t low = 0, high = 0;
        std::optional<double> fill;
        for (std::size_t k = 0; k < node.operands.size(); ++k) {
            const Shape& shape = graph.type(node.operands[k]).shape;
            if (!shape[axis].is_constant()) {
                if (steps || time_axis(shape) != axis) return result;
                steps = k;
            } else if (steps) {
                high += shape[axis].constant();
            } else {
                const std::optional<double> own = repeated_value(graph, node.operands[k]);
                if (!own || (fill && *fill != *own)) return result;
                fill = own;
                low += shape[axis].constant();
            }
        }
        if (!steps) return result;
        const Axes none(node.type().shape.size(), 0);
        Axes before = none, behind = none;
        before[axis] = low;
        behind[axis] = high;
        builder.set_origin(node.origin);
        const Value value = scalar(builder, fill.value_or(0), node.type().dtype);
        result = std::vector{pad(builder, operands[*steps], value, before, behind, none)};
        return result;
    });
}

class Delayer {
  public:
    explicit Delayer(const Graph& graph)
        : graph_(pads_for_joins(graph)),
          builder_(graph.name()),
          made_(graph_.nodes().size()),
          states_(graph_.nodes().size()) {}

    std::variant<Delayed, Obstacle> run() {
        live_ = live_nodes(graph_);
        for (int index = 0; index < graph_.size(); ++index) {
            if (live_[place(index)] && !visit(index)) return obstacle_;
        }
        std::int64_t latency = 0;
        for (const Output& output : graph_.outputs()) latency = std::max(latency, of(output.value).delay);
        for (const Output& output : graph_.outputs()) {
            const Node& node = graph_.node(output.value);
            const Shape& shape = graph_.type(output.value).shape;
            const std::optional<std::size_t> axis = time_axis(shape);
            builder_.set_origin(node.origin);
            if (!axis && (latency > 0 || of(output.value).differs)) return refused(node, latency);
            if (axis && *steps_before(shape[*axis]) < 0) {
                refuse(node, fmt::format("gives {} steps fewer than it is given", -*steps_before(shape[*axis])));
                return obstacle_;
            }
            const Value value = axis ? at_delay(output.value, latency) : made(output.value);
            builder_.output(output.name, value);
        }
        return Delayed{std::move(builder_).finish(), latency};
    }

  private:
    struct State {
        std::int64_t delay = 0;
        bool differs = false;    // from what it is in the graph: it is late, or goes on where that ends
        bool is_steady = false;  // the same in all steps: it is never late
    };

    State& of(Value value) { return states_[place(value.node)]; }
    Value made(Value value) const { return made_[place(value.node)][place(value.result)]; }

    bool refuse(const Node& node, std::string_view why) {
        const Origin& origin = node.origin;
        const std::string text = origin.expression.empty() ? std::string(node.op->name) : origin.expression;
        obstacle_ = {origin, fmt::format("`{}` {}", text, why), std::string(kCausalHint), false, false};
        return false;
    }

    bool cannot_wait(const Node& node, std::int64_t delay) {
        if (delay == 0) return refuse(node, "needs what is cut off along time");
        return refuse(node, fmt::format("cannot be {} {} late, as what looks ahead makes it", delay,
                                        delay == 1 ? "step" : "steps"));
    }

    Obstacle refused(const Node& node, std::int64_t delay) {
        cannot_wait(node, delay);
        return obstacle_;
    }

    bool visit(int index) {
        const Node& node = graph_.node(index);
        builder_.set_origin(node.origin);
        const bool along = node.types.size() == 1 && time_axis(node.type().shape).has_value();
        State& state = states_[place(index)];
        bool differs = false;
        for (const Value operand : node.operands) {
            state.delay = std::max(state.delay, of(operand).delay);
            differs = differs || of(operand).differs;
        }
        std::optional<Value> result;
        if (is_scan_of_time(node)) result = scan(node, state.delay);
        else if (along && node.body == nullptr) result = steps(node, state);
        else if (!differs || may_follow(node)) result = builder_.copy(graph_, node, made_operands(node));
        else return cannot_wait(node, state.delay);
        if (!result) return false;
        // Of one result it may be any result of another node.
        if (node.types.size() == 1) made_[place(index)].push_back(*result);
        else
            for (int k = 0; k < static_cast<int>(node.types.size()); ++k)
                made_[place(index)].push_back({result->node, k});
        state.is_steady = is_steady(index);
        state.differs = differs || state.delay > 0 || builder_.node(*result).types != node.types;
        return true;
    }

    bool is_steady(int index) {
        const Node& node = graph_.node(index);
        if (node.types.size() != 1 || node.body != nullptr) return false;
        if (node.operands.empty())
            return !mentions_time(node.type().shape) || splat_value(graph_, {index, 0}).has_value();
        for (const Value operand : node.operands) {
            if (!of(operand).is_steady) return false;
        }
        return !mentions_time(node.type().shape) || lowering_of<ElementwiseLowering>(node) != nullptr ||
               is_view(node, ViewKind::kBroadcast);
    }

    std::vector<Value> made_operands(const Node& node) const {
        std::vector<Value> operands;
        for (const Value operand : node.operands) operands.push_back(made(operand));
        return operands;
    }

    bool is_scan_of_time(const Node& node) const {
        return lowering_of<RegionLowering>(node) != nullptr && node.attributes.find("sequences") != nullptr &&
               mentions_time(
                   graph_.type(node.operands[0]).shape[static_cast<std::size_t>(node.attributes.integer("axis"))]);
    }

    // What is not along time, of what is late: the store of what a scan carries, which is as of the last step.
    bool may_follow(const Node& node) const {
        return lowering_of<EffectLowering>(node) != nullptr && is_scan_of_time(graph_.node(node.operands[0]));
    }

    std::optional<Value> scan(const Node& node, std::int64_t delay) {
        const auto sequences = static_cast<std::size_t>(node.attributes.integer("sequences"));
        std::vector<Value> operands = made_operands(node);
        for (std::size_t k = 0; k < operands.size(); ++k) {
            const bool is_late = of(node.operands[k]).differs || delay > 0;
            if (k < sequences) {
                const bool along = time_axis(graph_.type(node.operands[k]).shape).has_value();
                if (!along && is_late) return nothing(node, delay);
                if (along) operands[k] = at_delay(node.operands[k], delay);
            } else if (of(node.operands[k]).differs ||
                       (is_late && mentions_time(graph_.type(node.operands[k]).shape))) {
                return nothing(node, delay);
            }
        }
        if (delay > 0 && node.attributes.integer("carries") > 0)
            return scan_from_the_first(builder_, node, std::move(operands), delay);
        return builder_.copy(graph_, node, std::move(operands));
    }

    // What has one axis of time.
    std::optional<Value> steps(const Node& node, State& state) {
        std::vector<Value> operands;
        for (const Value operand : node.operands) {
            const Shape& shape = graph_.type(operand).shape;
            const bool aligned = mentions_time(shape) ? time_axis(shape).has_value() : !of(operand).differs;
            if (!aligned && (of(operand).differs || state.delay > 0)) return nothing(node, state.delay);
            operands.push_back(time_axis(shape) ? at_delay(operand, state.delay) : made(operand));
        }
        const bool joins = is_view(node, ViewKind::kConcatenate) &&
                           time_axis(node.type().shape) == static_cast<std::size_t>(node.attributes.integer("axis"));
        if (joins && state.delay > 0) return nothing(node, state.delay);
        Attributes attributes = node.attributes;
        if (*steps_before(node.type().shape[*time_axis(node.type().shape)]) < 0) {
            // An input or a storage is as long as it is.
            if (attributes.find("name") != nullptr) return nothing(node, state.delay);
            lengthen(attributes);
        }
        if (const std::optional<Window> window = window_along_time(graph_, node)) {
            if (!look_back(node, *window, operands, attributes, state)) return nothing(node, state.delay);
            if (takes_all(node, attributes, builder_.type(operands[0]).shape)) return operands[0];
        } else if (lowering_of<IndexedLowering>(node) != nullptr && node.operands.size() == 2 && state.delay > 0) {
            const std::optional<std::size_t> axis = time_axis(graph_.type(node.operands[1]).shape);
            if (axis) operands[1] = from_the_first(builder_, operands[1], *axis, state.delay, 0);
        }
        Type type = node.type();
        type.shape = lengthened(type.shape);
        const auto inferred = builder_.infer(*node.op, operands, attributes);
        const auto* types = std::get_if<std::vector<Type>>(&inferred);
        if (types == nullptr || *types != std::vector{type}) return nothing(node, state.delay);
        return attributes == node.attributes ? builder_.copy(graph_, node, std::move(operands))
                                             : builder_.add(*node.op, std::move(operands), attributes, node.origin);
    }

    // A cut along time that what goes on behind its end has made none.
    static bool takes_all(const Node& node, const Attributes& attributes, const Shape& from) {
        if (!is_view(node, ViewKind::kSlice) || from != lengthened(node.type().shape)) return false;
        const Axes &start = attributes.integers("start"), &step = attributes.integers("step");
        return start == Axes(start.size(), 0) && step == Axes(step.size(), 1);
    }

    std::optional<Value> nothing(const Node& node, std::int64_t delay) {
        cannot_wait(node, delay);
        return std::nullopt;
    }

    static void lengthen(Attributes& attributes) {
        const Attributes before = attributes;
        for (const auto& [name, attribute] : before.items()) {
            if (const auto* shape = std::get_if<Shape>(&attribute)) attributes.set(name, lengthened(*shape));
            if (const auto* type = std::get_if<Type>(&attribute))
                attributes.set(name, Type{type->dtype, lengthened(type->shape)});
        }
    }

    // Of an op that looks beside an element: as much further back as it looks ahead, or less far where its operand is
    // late already. False where that cannot be.
    bool look_back(const Node& node, const Window& window, std::vector<Value>& operands, Attributes& attributes,
                   State& state) {
        const Shape shape = graph_.type(node.operands[0]).shape;
        const std::int64_t before = extra_steps(shape), after = extra_steps(node.type().shape);
        const std::int64_t shift = std::max(-state.delay, after - before + window.last);
        const auto* contraction = lowering_of<ContractionLowering>(node);
        const bool convolves = contraction != nullptr && contraction->kind == ContractionKind::kConvolution;
        const bool pads = is_view(node, ViewKind::kPad);
        if (is_view(node, ViewKind::kSlice)) {
            Axes start = attributes.integers("start"), stop = attributes.integers("stop");
            start[window.axis] -= shift;
            stop[window.axis] = kSliceEnd;
            Shape extents = lengthened(node.type().shape);
            if (start[window.axis] < 0 || extents[window.axis] != time_and(after)) return false;
            attributes.set("start", std::move(start));
            attributes.set("stop", std::move(stop));
            attributes.set("extents", std::move(extents));
        } else if (pads || (convolves && window.axis > 0)) {
            const std::size_t at = pads ? window.axis : window.axis - 1;
            if (window.first < 0 && state.delay > 0) {
                const std::optional<double> fill = pads ? splat_value(graph_, node.operands[1]) : std::optional(0.0);
                if (!fill) return false;
                operands[0] = from_the_first(builder_, operands[0], window.axis, state.delay, *fill);
            }
            Axes low = attributes.integers("low"), high = attributes.integers("high");
            low[at] += shift;
            high[at] = after - before + window.last - window.first - low[at];
            const bool same = low == attributes.integers("low") && high == attributes.integers("high");
            if (attributes.find("extents") != nullptr) {
                if (!same) return false;
            } else if (!same) {
                attributes.set("low", std::move(low));
                attributes.set("high", std::move(high));
            }
        } else if (shift > 0) {
            const Type type = builder_.type(operands[0]);
            const Axes none(shape.size(), 0);
            Axes low = none;
            low[window.axis] = shift;
            const Value zero = scalar(builder_, 0.0, type.dtype);
            operands[0] = pad(builder_, operands[0], zero, low, none, none);
        } else if (shift < 0) {
            return false;
        }
        state.delay += shift;
        return true;
    }

    // A value with one axis of time.
    Value at_delay(Value value, std::int64_t delay) {
        const std::int64_t missing = delay - of(value).delay;
        if (missing == 0 || of(value).is_steady) return made(value);
        return later(builder_, made(value), *time_axis(graph_.type(value).shape), missing);
    }

    const Graph graph_;
    GraphBuilder builder_;
    std::vector<std::vector<Value>> made_;
    std::vector<State> states_;  // [node]
    std::vector<bool> live_;
    Obstacle obstacle_;
};

}  // namespace

std::variant<Delayed, Obstacle> delay_outputs(const Graph& graph) { return Delayer(graph).run(); }

}  // namespace nncc
