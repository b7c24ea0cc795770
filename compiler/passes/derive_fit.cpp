// Splits `fit` at its reductions over the rows: each sweep adds up those whose operands earlier sweeps have settled.
#include "passes/derive_fit.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "ops/build.h"
#include "ops/einsum.h"
#include "ops/record.h"
#include "passes/pass.h"

namespace nncc {
namespace {

// What is known of a node of `fit`. `row_axis`: the axis of its type that runs over the rows; -1 when none does.
// `settled`: after so many sweeps it can be computed (or, with a row axis, computed for the rows at hand).
struct FitNode {
    int row_axis = -1;
    int settled = 0;
    bool adds_up = false;  // a reduction over the rows
};

struct FitLevels {
    std::vector<FitNode> nodes;
    int sweeps = 0;
    std::optional<std::string> obstacle;
};

const Dim& rows_dim() {
    static const Dim kRows = Dim::named("batch");
    return kRows;
}

// The one axis with the extent `batch`; nullopt when extents depend on the rows otherwise.
std::optional<int> row_axis_of(const Type& type) {
    int axis = -1;
    for (int k = 0; k < type.rank(); ++k) {
        const Dim& extent = type.shape[static_cast<std::size_t>(k)];
        if (extent.is_constant()) continue;
        if (extent == rows_dim() && axis < 0) {
            axis = k;
            continue;
        }
        for (const Dim::Term& term : extent.terms()) {
            if (std::find(term.names.begin(), term.names.end(), "batch") != term.names.end()) return std::nullopt;
        }
    }
    return axis;
}

bool is_first_but_for_ones(const Type& type, int axis) {
    return std::all_of(type.shape.begin(), type.shape.begin() + axis,
                       [](const Dim& dim) { return dim.is_constant(1); });
}

// Whether the rows of all operands of an einsum go by one letter: else it pairs different rows.
bool pairs_equal_rows(const Node& node, const FitLevels& levels) {
    const auto parsed = parse_equation(node.attributes.text("equation"));
    const Equation* equation = std::get_if<Equation>(&parsed);
    if (equation == nullptr) return false;
    char letter = 0;
    for (std::size_t k = 0; k < node.operands.size(); ++k) {
        const int axis = levels.nodes[static_cast<std::size_t>(node.operands[k].node)].row_axis;
        if (axis < 0) continue;
        const char here = equation->inputs[k][static_cast<std::size_t>(axis)];
        if (letter != 0 && here != letter) return false;
        letter = here;
    }
    return true;
}

// Whether each row of the result is a function of the same row of the operands.
bool keeps_rows_apart(const Graph& graph, const Node& node, const FitLevels& levels) {
    if (std::holds_alternative<ElementwiseLowering>(node.op->lowering)) return !node.op->facts.random;
    const Type& from = graph.type(node.operands[0]);
    const int axis = levels.nodes[static_cast<std::size_t>(node.operands[0].node)].row_axis;
    if (const auto* view = lowering_of<ViewLowering>(node)) {
        const int to = row_axis_of(node.type()).value_or(-1);
        switch (view->kind) {
            case ViewKind::kReshape: return is_first_but_for_ones(from, axis) && is_first_but_for_ones(node.type(), to);
            case ViewKind::kTranspose:
            case ViewKind::kBroadcast: return true;
            case ViewKind::kSlice: {
                const auto at = static_cast<std::size_t>(axis);
                return node.attributes.integers("start")[at] == 0 &&
                       node.attributes.integers("stop")[at] == kSliceEnd && node.attributes.integers("step")[at] == 1;
            }
            case ViewKind::kPad:
            case ViewKind::kWindow:
            case ViewKind::kConcatenate: return false;
        }
    }
    const auto* contraction = lowering_of<ContractionLowering>(node);
    return lowering_of<ReductionLowering>(node) != nullptr ||
           (contraction != nullptr && contraction->kind == ContractionKind::kEinsum && pairs_equal_rows(node, levels));
}

// A value without rows, of operands with rows.
bool can_add_up(const Node& node, const FitLevels& levels) {
    if (node.types.size() != 1 || node.type().dtype == DType::kBool) return false;
    if (lowering_of<ReductionLowering>(node) != nullptr) return true;
    const auto* contraction = lowering_of<ContractionLowering>(node);
    return contraction != nullptr && contraction->kind == ContractionKind::kEinsum && pairs_equal_rows(node, levels);
}

FitLevels levels_of(const Graph& graph) {
    FitLevels levels;
    levels.nodes.resize(static_cast<std::size_t>(graph.size()));
    const auto refuse = [&](const Node& node, std::string_view why) {
        if (!levels.obstacle) levels.obstacle = fmt::format("{}: `{}` {}", node.origin.place, node.op->name, why);
    };
    for (int index = 0; index < graph.size(); ++index) {
        const Node& node = graph.node(index);
        FitNode& here = levels.nodes[static_cast<std::size_t>(index)];
        bool reads_rows = false;
        for (Value operand : node.operands) {
            const FitNode& from = levels.nodes[static_cast<std::size_t>(operand.node)];
            here.settled = std::max(here.settled, from.settled);
            reads_rows = reads_rows || from.row_axis >= 0;
        }
        if (node.op->name == "extent" && node.attributes.text("dimension") == "batch") here.settled = 1;
        const std::optional<int> axis = node.types.size() == 1 ? row_axis_of(node.type()) : -1;
        here.row_axis = axis.value_or(-1);
        if (node.body != nullptr || node.op->facts.random || node.op->name == "storage") {
            refuse(node, "is not a function of the rows alone");
        } else if (!axis) {
            refuse(node, "mixes rows");
        } else if (here.row_axis >= 0) {
            if (node.op->name == "iota") refuse(node, "numbers the rows");
            if (reads_rows && !keeps_rows_apart(graph, node, levels)) refuse(node, "needs all rows at once");
        } else if (reads_rows) {
            here.adds_up = can_add_up(node, levels);
            if (!here.adds_up) refuse(node, "needs all rows at once");
            ++here.settled;
        }
        levels.sweeps = std::max(levels.sweeps, here.settled);
    }
    return levels;
}

std::string count_name(int sweep) { return fmt::format("fit.rows_{}", sweep); }
std::string sum_name(int node) { return fmt::format("fit.sum_{}", node); }
Type scalar(DType dtype) { return {dtype, {}}; }

Type widened(Type type) {
    if (type.dtype == DType::kF32) type.dtype = DType::kF64;
    return type;
}

Value storage(GraphBuilder& builder, const std::string& name, const Type& type) {
    return builder.add(
        "storage", {},
        {{"name", name}, {"storage_kind", std::string(storage_kind_name(StorageKind::kSlot))}, {"type", type}});
}

// One derived entry in the making: values of `fit` as they are during sweep `sweep` (one more than there are: after
// all).
class SweepBuilder {
  public:
    SweepBuilder(const Graph& fit, const FitLevels& levels, int sweep)
        : fit_(fit),
          levels_(levels),
          sweep_(sweep),
          builder_(sweep > levels.sweeps ? "fit_end" : fit_sweep_name(sweep)),
          made_(static_cast<std::size_t>(fit.size())) {}

    Graph run_sweep() {
        rows_ = builder_.add("input", {}, {{"name", std::string(kFitRows)}, {"type", scalar(DType::kI32)}});
        const Value before = storage(builder_, count_name(sweep_), scalar(DType::kF64));
        const Value is_first = equal(builder_, before, like(builder_, before, 0));
        for (int index = 0; index < fit_.size(); ++index) {
            const FitNode& node = levels_.nodes[static_cast<std::size_t>(index)];
            if (node.adds_up && node.settled == sweep_) add_up(index, is_first);
        }
        store(count_name(sweep_), add(builder_, before, cast(builder_, rows_, DType::kF64)));
        return std::move(builder_).finish();
    }

    Graph run_end() {
        for (const Output& output : fit_.outputs()) {
            store(output.name, cast(builder_, value(output.value), fit_.type(output.value).dtype));
        }
        for (int sweep = 1; sweep <= levels_.sweeps; ++sweep) {
            store(count_name(sweep), splat(builder_, 0, scalar(DType::kF64)));
        }
        return std::move(builder_).finish();
    }

  private:
    void store(const std::string& name, Value value) { builder_.add("store", {value}, {{"name", name}}); }

    Value value(Value old) { return {node(old.node).node, old.result}; }

    Value node(int index) {
        Value& made = made_[static_cast<std::size_t>(index)];
        if (!made) made = make(index);
        return made;
    }

    Value make(int index) {
        const Node& node = fit_.node(index);
        const FitNode& known = levels_.nodes[static_cast<std::size_t>(index)];
        if (known.adds_up && known.settled < sweep_) return storage(builder_, sum_name(index), widened(node.type()));
        if (node.op->name == "extent" && known.settled > 0) {
            return cast(builder_, storage(builder_, count_name(1), scalar(DType::kF64)), DType::kI32);
        }
        if (node.op->name == "input") {
            const Value input = builder_.add(*node.op, {}, node.attributes, node.origin);
            return cast(builder_, input, widened(node.type()).dtype);
        }
        return copy(node, operands_of(node));
    }

    std::vector<Value> operands_of(const Node& node) {
        std::vector<Value> operands;
        for (Value operand : node.operands) operands.push_back(value(operand));
        return operands;
    }

    Value copy(const Node& node, std::vector<Value> operands) {
        Attributes attributes;
        for (const auto& [name, attribute] : node.attributes.items()) {
            if (const Type* type = std::get_if<Type>(&attribute)) {
                attributes.set(name, widened(*type));
            } else if (const DType* dtype = std::get_if<DType>(&attribute)) {
                attributes.set(name, widened(scalar(*dtype)).dtype);
            } else {
                attributes.set(name, attribute);
            }
        }
        return builder_.add(*node.op, std::move(operands), std::move(attributes), node.origin);
    }

    // Rows that do not exist count as what changes nothing.
    Value without_missing(Value x, int axis, double nothing) {
        const Shape shape = builder_.type(x).shape;
        const Value index = iota(builder_, DType::kI32, shape, axis);
        const Value exists = less(builder_, index, broadcast_scalar(builder_, rows_, shape));
        return select(builder_, exists, x, like(builder_, x, nothing));
    }

    void add_up(int index, Value is_first) {
        const Node& node = fit_.node(index);
        const auto* reduction = lowering_of<ReductionLowering>(node);
        const Reducer reducer = reduction != nullptr ? reduction->reducer : Reducer::kSum;
        std::vector<Value> operands = operands_of(node);
        for (std::size_t k = 0; k < operands.size(); ++k) {
            const int axis = levels_.nodes[static_cast<std::size_t>(node.operands[k].node)].row_axis;
            if (axis < 0) continue;
            const DType dtype = builder_.type(operands[k]).dtype;
            const double lowest = is_floating(dtype) ? -__builtin_inf() : -2147483648.0;
            operands[k] = without_missing(operands[k], axis,
                                          reducer == Reducer::kSum       ? 0
                                          : reducer == Reducer::kProduct ? 1
                                                                         : lowest);
        }
        const Value part = copy(node, std::move(operands));
        const Type type = builder_.type(part);
        const Value before = storage(builder_, sum_name(index), type);
        const std::string_view combine = reducer == Reducer::kSum   ? "add"
                                         : reducer == Reducer::kMax ? "maximum"
                                                                    : "multiply";
        const Value sum = builder_.add(combine, {before, part}, {}, node.origin);
        store(sum_name(index), select(builder_, broadcast_scalar(builder_, is_first, type.shape), part, sum));
    }

    const Graph& fit_;
    const FitLevels& levels_;
    int sweep_;
    GraphBuilder builder_;
    std::vector<Value> made_;
    Value rows_;
};

}  // namespace

std::string fit_sweep_name(int sweep) { return fmt::format("fit_sweep_{}", sweep); }

std::optional<std::string> fit_obstacle(const Graph& fit) { return levels_of(fit).obstacle; }

Expected<Program> derive_fit_sweeps(const Program& program) {
    const auto found = program.entries.find("fit");
    if (found == program.entries.end()) return program;
    const Graph& fit = found->second;
    const FitLevels levels = levels_of(fit);
    if (levels.obstacle || levels.sweeps == 0) return program;
    Program result = program;
    for (int sweep = 1; sweep <= levels.sweeps; ++sweep) {
        Graph graph = SweepBuilder(fit, levels, sweep).run_sweep();
        result.entries.insert_or_assign(fit_sweep_name(sweep), nncc::bind(graph, program.dims));
        result.storages.push_back({count_name(sweep), StorageKind::kSlot, scalar(DType::kF64)});
    }
    for (int index = 0; index < fit.size(); ++index) {
        if (!levels.nodes[static_cast<std::size_t>(index)].adds_up) continue;
        result.storages.push_back({sum_name(index), StorageKind::kSlot, widened(fit.node(index).type())});
    }
    result.entries.insert_or_assign("fit_end",
                                    nncc::bind(SweepBuilder(fit, levels, levels.sweeps + 1).run_end(), program.dims));
    return result;
}

}  // namespace nncc
