// Group "single": placements (pad, concatenate) to loop nests, data-dependent ops to kernels of the runtime.
#include "lowering/body_reader.h"
#include "lowering/diagnostic_kinds.h"
#include "lowering/lower.h"
#include "ops/windows.h"

namespace nncc {

namespace {

// The one node of the body that is neither a leaf nor unreachable: what the result is.
const Node& only_node(const Graph& body) { return body.node(body.outputs().front().value); }

// Copies the elements first, first + 1, ... (`extents` of them) of `source` to `target` + index * step.
LoopNest placed_copy(LoopValue source, const Shape& extents, int parameter, IndexMap target) {
    LoopNest nest;
    for (const Dim& extent : extents) nest.axes.push_back({extent, false});
    nest.values.push_back(std::move(source));
    nest.stores.push_back({.value = 0, .parameter = parameter, .map = std::move(target)});
    collapse(nest);
    return nest;
}

std::int64_t ceil_divide(std::int64_t a, std::int64_t b) { return (a + b - 1) / b; }

Dim checked(std::optional<Dim> dim) {
    NNCC_CHECK(dim.has_value(), "overflow in an index");
    return *dim;
}

// The scratch of a sort lies on the stack.
constexpr std::int64_t kSortLimit = 65536;

class SingleLowering {
  public:
    SingleLowering(const Plan& plan, int group, Kernel& kernel)
        : group_(plan.graph.node(group)),
          group_index_(group),
          kernel_(kernel),
          reader_(plan, group, kernel),
          node_(only_node(*group_.body)) {}

    Expected<> placement(ViewKind kind) { return kind == ViewKind::kPad ? pad() : concatenate(); }

    // Zeros, then every element of the kernel in turn added at its places: no two of one turn meet.
    Expected<> overlap_add() {
        auto leaf = leaf_of(node_.operands[0]);
        if (!leaf) return leaf.error();
        const Type& from = reader_.body().type(node_.operands[0]);
        const Type& to = group_.type();
        const Windows windows = windows_of(node_, from);
        const int result = result_parameter();
        const IndexMap rows = *contiguous_map(to.shape);
        LoopValue zero{.kind = LoopValue::Kind::kConstant, .dtype = to.dtype};
        zero.map.strides.assign(to.shape.size(), Dim(0));
        std::vector<LoopNest> nests;
        nests.push_back(placed_copy(std::move(zero), to.shape, result, rows));

        std::vector<std::size_t> order;  // of the operand's axes: those of the kernel outside the places
        for (std::size_t axis = 0; axis < from.shape.size(); ++axis) {
            if (static_cast<std::int64_t>(axis) == windows.axes.front()) {
                for (std::size_t k = 0; k < windows.axes.size(); ++k) order.push_back(windows.kernel_axis(k));
            }
            const bool is_kernel = axis >= windows.kernel_axis(0) && axis < windows.kernel_axis(windows.axes.size());
            if (!is_kernel) order.push_back(axis);
        }
        std::vector<Dim> target(from.shape.size(), Dim(0));
        for (std::size_t axis = 0; axis < to.shape.size(); ++axis)
            target[windows.outer_axis(axis)] = rows.strides[axis];
        for (std::size_t k = 0; k < windows.axes.size(); ++k) {
            const Dim stride = rows.strides[static_cast<std::size_t>(windows.axes[k])];
            target[static_cast<std::size_t>(windows.axes[k])] = checked(Dim::multiply(stride, Dim(windows.stride[k])));
            target[windows.kernel_axis(k)] = checked(Dim::multiply(stride, Dim(windows.dilation[k])));
        }
        LoopNest nest;
        IndexMap source{.offset = leaf->map.offset, .strides = {}}, sum{.offset = Dim(0), .strides = {}};
        for (std::size_t axis : order) {
            nest.axes.push_back({from.shape[axis], false});
            source.strides.push_back(leaf->map.strides[axis]);
            sum.strides.push_back(target[axis]);
        }
        leaf->map = std::move(source);
        nest.values.push_back({.kind = LoopValue::Kind::kLoad,
                               .dtype = to.dtype,
                               .name = "sum",
                               .operands = {},
                               .parameter = result,
                               .map = sum});
        nest.values.push_back(std::move(*leaf));
        nest.values.push_back(
            {.kind = LoopValue::Kind::kOp, .dtype = to.dtype, .name = node_.origin.name, .operands = {0, 1}});
        nest.values.back().op = &op_named("add");
        nest.stores.push_back({.value = 2, .parameter = result, .map = std::move(sum)});
        collapse(nest);
        nests.push_back(std::move(nest));
        kernel_.body = std::move(nests);
        return Nothing{};
    }

    Expected<> axis_call(std::string_view name) {
        if (group_.types.size() != 1) return reader_.refuse(kNotLowered, node_, "several results");
        for (Value operand : node_.operands) {
            auto parameter = reader_.memory_of(operand);
            if (!parameter) return parameter.error();
            operands_.push_back(*parameter);
        }
        AxisCall call{.kernel = std::string(name), .node = &node_, .operands = operands_, .result = result_parameter()};
        const auto axis = static_cast<std::size_t>(node_.attributes.integer("axis"));
        if (name == "gather" || name == "scatter_add") {
            const auto batch_axes = static_cast<std::size_t>(node_.attributes.integer("batch_axes"));
            // The tensor with the indexed axis: gather's operand, scatter_add's result.
            const Shape& table = name == "gather" ? reader_.body().type(node_.operands[0]).shape : node_.type().shape;
            const Shape& indices = reader_.body().type(node_.operands[name == "gather" ? 1 : 0]).shape;
            call.batch = product(table, 0, batch_axes);
            call.outer = product(table, batch_axes, axis);
            call.length = table[axis];
            call.inner = product(table, axis + 1, table.size());
            call.index_count = product(indices, batch_axes, indices.size());
        } else {
            const Shape& shape = reader_.body().type(node_.operands[0]).shape;
            call.batch = Dim(1);
            call.outer = product(shape, 0, axis);
            call.length = shape[axis];
            call.inner = product(shape, axis + 1, shape.size());
            if (name == "overwrite") call.index_count = reader_.body().type(node_.operands[1]).shape[axis];
        }
        if (name == "argsort" && (!call.length.is_constant() || call.length.constant() > kSortLimit)) {
            return reader_.refuse(
                kRunTimeExtent, node_,
                fmt::format("sorting {} elements needs a fixed extent of at most {}", call.length.text(), kSortLimit));
        }
        kernel_.body = std::move(call);
        return Nothing{};
    }

  private:
    static Dim product(const Shape& shape, std::size_t begin, std::size_t end) {
        Dim result(1);
        for (std::size_t k = begin; k < end; ++k) result = checked(Dim::multiply(result, shape[k]));
        return result;
    }

    // The leaf of an operand, read row by row or through views, with its map over its own axes.
    Expected<LoopValue> leaf_of(Value operand) {
        auto reading = reader_.reading_of(operand);
        if (!reading) return reading.error();
        if (!reading->has_value())
            return reader_.refuse(kNotLowered, node_, "its operand is computed in the same group");
        LoopValue leaf = std::move((*reading)->leaf);
        if (leaf.kind == LoopValue::Kind::kRandom) return reader_.refuse(kNotLowered, node_, "random bits are placed");
        return leaf;
    }

    int result_parameter() {
        kernel_.parameters.push_back(
            {.role = reader_.result_role(0), .type = group_.type(), .written = true, .value = {group_index_, 0}});
        return static_cast<int>(kernel_.parameters.size()) - 1;
    }

    Expected<> concatenate() {
        const auto axis = static_cast<std::size_t>(node_.attributes.integer("axis"));
        const int result = result_parameter();
        IndexMap target = *contiguous_map(group_.type().shape);
        std::vector<LoopNest> nests;
        for (Value operand : node_.operands) {
            auto leaf = leaf_of(operand);
            if (!leaf) return leaf.error();
            const Shape& shape = reader_.body().type(operand).shape;
            nests.push_back(placed_copy(std::move(*leaf), shape, result, target));
            target.offset = checked(Dim::add(target.offset, checked(Dim::multiply(target.strides[axis], shape[axis]))));
        }
        kernel_.body = std::move(nests);
        return Nothing{};
    }

    Expected<> pad() {
        const auto& low = node_.attributes.integers("low");
        const auto& high = node_.attributes.integers("high");
        const auto& interior = node_.attributes.integers("interior");
        auto leaf = leaf_of(node_.operands[0]);
        if (!leaf) return leaf.error();
        auto value = leaf_of(node_.operands[1]);
        if (!value) return value.error();
        const Shape& from = reader_.body().type(node_.operands[0]).shape;
        const Shape& to = group_.type().shape;
        const int result = result_parameter();
        const IndexMap rows = *contiguous_map(to);
        value->map.strides.assign(to.size(), Dim(0));
        std::vector<LoopNest> nests;
        nests.push_back(placed_copy(std::move(*value), to, result, rows));
        IndexMap target = rows;
        Shape extents = from;
        for (std::size_t axis = 0; axis < from.size(); ++axis) {
            const std::int64_t step = interior[axis] + 1;
            const std::int64_t first = low[axis] < 0 ? ceil_divide(-low[axis], step) : 0;
            const std::int64_t start = low[axis] + first * step;
            if (high[axis] >= 0) {
                extents[axis] = checked(Dim::subtract(from[axis], Dim(first)));
            } else if (to[axis].is_constant()) {
                const std::int64_t room = to[axis].constant() - start;
                extents[axis] = Dim(room <= 0 ? 0 : ceil_divide(room, step));
            } else if (step == 1) {
                extents[axis] = checked(Dim::subtract(to[axis], Dim(start)));
            } else {
                return reader_.refuse(kRunTimeExtent, node_,
                                      "a pad that cuts between interior elements of a run-time extent");
            }
            if (extents[axis].is_constant() && extents[axis].constant() < 0) extents[axis] = Dim(0);
            leaf->map.offset =
                checked(Dim::add(leaf->map.offset, checked(Dim::multiply(leaf->map.strides[axis], Dim(first)))));
            target.offset = checked(Dim::add(target.offset, checked(Dim::multiply(target.strides[axis], Dim(start)))));
            target.strides[axis] = checked(Dim::multiply(target.strides[axis], Dim(step)));
        }
        if (extents == to) nests.clear();  // nothing is left to fill
        nests.push_back(placed_copy(std::move(*leaf), extents, result, target));
        kernel_.body = std::move(nests);
        return Nothing{};
    }

    const Node& group_;
    int group_index_;
    Kernel& kernel_;
    BodyReader reader_;
    const Node& node_;
    std::vector<int> operands_;
};

}  // namespace

Expected<> lower_single(const Plan& plan, int group, Kernel& kernel) {
    const Node& node = only_node(*plan.graph.node(group).body);
    if (lowering_of<ReductionLowering>(node) != nullptr) return lower_reduction(plan, group, kernel);
    if (lowering_of<ContractionLowering>(node) != nullptr) return lower_contraction(plan, group, kernel);
    if (lowering_of<ElementwiseLowering>(node) != nullptr || node.op->facts.random ||
        lowering_of<LeafLowering>(node) != nullptr)
        return lower_loop(plan, group, kernel);
    SingleLowering single(plan, group, kernel);
    if (const auto* view = lowering_of<ViewLowering>(node)) {
        if (view->kind == ViewKind::kPad || view->kind == ViewKind::kConcatenate) return single.placement(view->kind);
        return lower_loop(plan, group, kernel);
    }
    if (const auto* indexed = lowering_of<IndexedLowering>(node)) return single.axis_call(indexed->kernel);
    if (const auto* custom = lowering_of<CustomLowering>(node)) {
        return custom->kernel == "overlap_add" ? single.overlap_add() : single.axis_call(custom->kernel);
    }
    return Error{.kind = &kNotLowered,
                 .message = fmt::format("{}: no C++ is written for `{}` yet", place_text(node), node.op->name),
                 .hint = node.op->name == "scan" ? "unroll it with `for` over a fixed number of steps" : "",
                 .notes = {},
                 .exit_code = ExitCode::kWrongInput};
}

}  // namespace nncc
