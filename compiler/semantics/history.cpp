// History: an op that reaches back gets a stream and its operand side by side, and the stream their last elements.
#include "semantics/history.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>

#include "ops/build.h"
#include "ops/record.h"
#include "semantics/streaming.h"

namespace nncc {
namespace {

class HistoryKeeper {
  public:
    HistoryKeeper(const Graph& graph, const std::vector<std::string>& taken)
        : graph_(graph), taken_(taken.begin(), taken.end()) {}

    WithHistories run() {
        Graph result =
            rewrite(graph_, [&](GraphBuilder& builder, const Node& node, const std::vector<Value>& operands) {
                return visit(builder, node, operands);
            });
        return {std::move(result), std::move(histories_)};
    }

  private:
    std::optional<std::vector<Value>> visit(GraphBuilder& builder, const Node& node,
                                            const std::vector<Value>& operands) {
        const auto* view = lowering_of<ViewLowering>(node);
        if (view != nullptr && view->kind == ViewKind::kConcatenate) return behind_constant(builder, node, operands);
        if (node.op->reach == nullptr || node.op->with_past == nullptr || node.attributes.find("extents") != nullptr)
            return std::nullopt;
        const Type& type = graph_.type(node.operands[0]);
        const std::optional<std::size_t> axis = time_axis(type.shape);
        if (!axis) return std::nullopt;
        const std::optional<Reach> reach = node.op->reach(graph_, node, *axis);
        if (!reach || reach->first >= 0 || type.dtype == DType::kBool) return std::nullopt;
        std::optional<double> fill = 0;
        if (view != nullptr) fill = splat_value(graph_, node.operands[1]);
        if (!fill) return std::nullopt;
        std::vector<Value> next = operands;
        next[0] = behind(builder, operands[0], *axis, -reach->first, *fill, node.origin);
        const Attributes attributes = node.op->with_past(node, *axis);
        if (view != nullptr && pads_nothing(attributes)) return std::vector{next[0]};
        return std::vector{builder.add(*node.op, std::move(next), attributes, node.origin)};
    }

    static bool pads_nothing(const Attributes& attributes) {
        return std::all_of(std::begin(kWidths), std::end(kWidths), [&](const char* name) {
            const Axes& widths = attributes.integers(name);
            return std::all_of(widths.begin(), widths.end(), [](std::int64_t width) { return width == 0; });
        });
    }

    // A constant in front of the steps is padding too.
    std::optional<std::vector<Value>> behind_constant(GraphBuilder& builder, const Node& node,
                                                      const std::vector<Value>& operands) {
        if (operands.size() != 2) return std::nullopt;
        const Type& type = graph_.type(node.operands[1]);
        const auto axis = static_cast<std::size_t>(node.attributes.integer("axis"));
        const Dim& width = graph_.type(node.operands[0]).shape[axis];
        const std::optional<double> fill = repeated_value(graph_, node.operands[0]);
        if (!fill || time_axis(type.shape) != axis || !width.is_constant() || type.dtype == DType::kBool)
            return std::nullopt;
        return std::vector{behind(builder, operands[1], axis, width.constant(), *fill, node.origin)};
    }

    // `count` elements of the past and then those of `value`.
    Value behind(GraphBuilder& builder, Value value, std::size_t axis, std::int64_t count, double fill,
                 const Origin& origin) {
        for (const Kept& one : kept_) {
            if (one.value == value && one.axis == axis && one.count == count && one.fill == fill) return one.all;
        }
        Type type = builder.type(value);
        type.shape[axis] = Dim(count);
        const std::string name = fresh_name(origin);
        Origin own = origin;
        own.name = name;
        const Origin saved = builder.origin();
        builder.set_origin(own);
        const Value past = builder.add(
            "storage", {},
            {{"name", name}, {"storage_kind", std::string(storage_kind_name(StorageKind::kStream))}, {"type", type}},
            own);
        own.name = name + "_and_now";
        builder.set_origin(own);
        const auto place = static_cast<std::int64_t>(axis);
        const Value all = concatenate(builder, {past, value}, place);
        own.name = name + "_next";
        builder.set_origin(own);
        const Value steps = extent_value(builder, Dim::named("time"), DType::kI32);
        const Value by = broadcast_scalar(builder, steps, {Dim(count)});
        const Value indices = add(builder, iota(builder, DType::kI32, {Dim(count)}, 0), by);
        builder.add("store", {gather(builder, all, indices, place)}, {{"name", name}}, own);
        builder.set_origin(saved);
        histories_.push_back({{name, StorageKind::kStream, type}, fill, origin});
        kept_.push_back({value, axis, count, fill, all});
        return all;
    }

    std::string fresh_name(const Origin& origin) {
        const std::string base = origin.name.empty() ? "past" : origin.name + "_past";
        std::string name = base;
        for (int copy = 2; !taken_.insert(name).second; ++copy) name = fmt::format("{}_{}", base, copy);
        return name;
    }

    // Ops that reach equally far back from one value share its past.
    struct Kept {
        Value value;
        std::size_t axis;
        std::int64_t count;
        double fill;
        Value all;
    };
    std::vector<Kept> kept_;
    static constexpr const char* kWidths[] = {"low", "high", "interior"};

    const Graph& graph_;
    std::set<std::string> taken_;
    std::vector<History> histories_;
};

}  // namespace

std::optional<double> repeated_value(const Graph& graph, Value value) {
    const auto* view = lowering_of<ViewLowering>(graph.node(value));
    if (view != nullptr && view->kind == ViewKind::kBroadcast)
        return repeated_value(graph, graph.node(value).operands[0]);
    return splat_value(graph, value);
}

WithHistories keep_histories(const Graph& process, const std::vector<std::string>& taken) {
    return HistoryKeeper(process, taken).run();
}

}  // namespace nncc
