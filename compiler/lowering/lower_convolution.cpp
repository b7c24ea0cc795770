// A convolution in a group "contraction" to a product whose rows are places, with the epilogue of the group.
#include <algorithm>

#include "lowering/body_reader.h"
#include "lowering/diagnostic_kinds.h"
#include "lowering/lower.h"
#include "ops/windows.h"

namespace nncc {

namespace {

// Both as in ops/windows.h; extents are constant.
Places places_of(const ConvolutionForm& form, const Shape& x, const Shape& w, const Shape& result) {
    Places places;
    places.batch = result.front().constant();
    places.channels = w[form.rank()].constant();
    places.pixel = x.back().constant();
    const std::size_t first = places.axes.size() - form.rank();  // axes before it have one element and one tap
    for (std::size_t i = 0; i < form.rank(); ++i) {
        places.axes[first + i] = {.extent = x[i + 1].constant(),
                                  .places = result[i + 1].constant(),
                                  .taps = w[i].constant(),
                                  .stride = form.strides[i],
                                  .low = form.low[i],
                                  .spread = form.x_dilation[i],
                                  .dilation = form.w_dilation[i]};
    }
    return places;
}

template <class F>
void each_access(LoopNest& nest, F f) {
    for (LoopValue& value : nest.values) {
        if (value.map.strides.size() == nest.axes.size()) f(value.map);
    }
    for (LoopStore& store : nest.stores) f(store.map);
}

void drop_row_axis(LoopNest& nest, std::size_t axis) {
    each_access(nest,
                [axis](IndexMap& map) { map.strides.erase(map.strides.begin() + static_cast<std::ptrdiff_t>(axis)); });
    nest.axes.erase(nest.axes.begin() + static_cast<std::ptrdiff_t>(axis));
}

// Axes but the last: those of one element go, neighbours that every access walks as one are joined; one at least stays.
void join_rows(LoopNest& nest) {
    for (std::size_t axis = nest.axes.size() - 1; axis-- > 0;) {
        if (nest.axes[axis].extent.is_constant(1) && nest.axes.size() > 2) drop_row_axis(nest, axis);
    }
    for (std::size_t axis = nest.axes.size() - 1; axis-- > 1;) {
        const std::size_t outer = axis - 1;
        Shape shape;
        for (const LoopAxis& each : nest.axes) shape.push_back(each.extent);
        bool merges = true;
        each_access(nest, [&](IndexMap& map) { merges = merges && merges_with_next(map, shape, outer); });
        const auto extent = Dim::multiply(shape[outer], shape[axis]);
        if (!merges || !extent) continue;
        nest.axes[axis].extent = *extent;
        drop_row_axis(nest, outer);
    }
}

// The filters' axis becomes [group, filter of the group], the group outermost: a batch axis of the product.
void split_filters(LoopNest& nest, std::int64_t groups, std::int64_t run) {
    each_access(nest, [&](IndexMap& map) {
        const auto stride = Dim::multiply(map.strides.back(), Dim(run));
        NNCC_CHECK(stride.has_value());
        map.strides.insert(map.strides.begin(), *stride);
    });
    nest.axes.back().extent = Dim(run);
    nest.axes.insert(nest.axes.begin(), LoopAxis{Dim(groups), false});
}

}  // namespace

Expected<> lower_convolution(const Plan& plan, int group, Kernel& kernel, int index) {
    BodyReader reader(plan, group, kernel);
    const Graph& body = reader.body();
    const Node& node = body.node(index);
    const Type& type = node.type();
    const Shape& x = body.type(node.operands[0]).shape;
    const Shape& w = body.type(node.operands[1]).shape;
    const auto is_constant = [](const Shape& shape) {
        return std::all_of(shape.begin(), shape.end(), [](const Dim& dim) { return dim.is_constant(); });
    };
    const ConvolutionForm form = convolution_form(node.attributes);
    if (!is_constant(x) || !is_constant(w) || !is_constant(type.shape) || form.batch_groups > 1)
        return reader.refuse(kNotLowered, node, "kernel and places both have run-time extents");
    auto left = reader.memory_of(node.operands[0]);
    if (!left) return left.error();
    auto right = reader.memory_of(node.operands[1]);
    if (!right) return right.error();

    const std::size_t rank = type.shape.size();
    reader.axis_count = static_cast<int>(rank);
    reader.values().push_back({.kind = LoopValue::Kind::kAccumulator, .dtype = type.dtype, .name = node.origin.name});
    reader.set({index, 0}, 0);
    std::vector<int> axes;
    std::vector<LoopAxis> loop_axes;
    for (std::size_t k = 0; k < rank; ++k) {
        axes.push_back(static_cast<int>(k));
        loop_axes.push_back({type.shape[k], false});
    }
    const Position position = identity_position(axes, reader.axis_count);
    std::vector<int> values;
    for (const Output& output : body.outputs()) {
        auto value = reader.value_of(output.value, position);
        if (!value) return value.error();
        values.push_back(*value);
    }
    for (std::size_t k = 0; k < values.size(); ++k) {
        if (auto stored = reader.store(static_cast<int>(k), values[k], position); !stored) return stored.error();
    }

    Contraction product;
    product.dtype = type.dtype;
    product.a = *left;
    product.b = *right;
    product.places = places_of(form, x, w, type.shape);
    product.epilogue = reader.take(std::move(loop_axes));
    std::int64_t depth = product.places->channels;
    for (const Places::Axis& axis : product.places->axes) depth *= axis.taps;
    const std::int64_t filters = w.back().constant(), run = filters / form.groups;
    std::int64_t rows = 1;
    for (std::size_t k = 0; k + 1 < rank; ++k) rows *= type.shape[k].constant();
    join_rows(product.epilogue);
    product.places->depthwise = form.groups > 1 && run == 1 && product.places->channels == 1;
    if (form.groups > 1 && !product.places->depthwise) {
        split_filters(product.epilogue, form.groups, run);
        product.batch = {Dim(form.groups)};
        product.a_batch = {Dim(product.places->channels)};
        product.b_batch = {Dim(run)};
    }
    product.m = Dim(rows);
    product.n = Dim(product.places->depthwise ? filters : run);
    product.k = Dim(depth);
    product.a_row = product.a_column = Dim(0);
    product.a_offset = product.b_offset = Dim(0);
    product.b_row = Dim(filters);
    product.b_column = Dim(1);
    kernel.body = std::move(product);
    return Nothing{};
}

}  // namespace nncc
