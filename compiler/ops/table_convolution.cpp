// The op record of convolution; both its gradients are convolutions, so derivatives of any order are.
#include <algorithm>

#include "graph/diagnostic_kinds.h"
#include "ops/evaluate_convolution.h"
#include "ops/expand_convolution.h"
#include "ops/gradient_rules.h"
#include "ops/tables.h"
#include "ops/type_rules.h"

namespace nncc {
namespace {

using Values = std::vector<Value>;

std::int64_t at(const Axes& numbers, std::size_t index) { return numbers[index]; }

std::optional<TypeError> form_error(const TypeContext& c, const ConvolutionForm& form) {
    const std::size_t rank = form.rank();
    for (const Axes* list : {&form.low, &form.high, &form.x_dilation, &form.w_dilation}) {
        if (list->size() != rank) return type_error(kAttributeWrong, "a convolution's lists are of one length");
    }
    for (const Axes* list : {&form.strides, &form.x_dilation, &form.w_dilation}) {
        if (rank == 0 || std::any_of(list->begin(), list->end(), [](std::int64_t n) { return n < 1; }))
            return type_error(kAttributeWrong, "strides and dilations of a convolution are at least 1");
    }
    if (form.groups < 1 || form.batch_groups < 1 || (form.groups > 1 && form.batch_groups > 1)) {
        return type_error(kAttributeWrong, "a convolution has groups of channels or of the batch, at least 1");
    }
    for (int k = 0; k < 2; ++k) {
        if (c.operands[static_cast<std::size_t>(k)].rank() == static_cast<int>(rank) + 2) continue;
        return type_error(kCannotConvolve,
                          fmt::format("cannot convolve {} with {} over {} axes: each has {} axes, x [batch, places.., "
                                      "channels] and w [kernel.., channels, filters]",
                                      type_text(c.operands[0]), type_text(c.operands[1]), rank, rank + 2),
                          {0, 1});
    }
    return std::nullopt;
}

// Both are divisible and the quotient of the first is the second's extent.
std::optional<std::string> channels_error(const ConvolutionForm& form, const Type& x, const Type& w) {
    const std::optional<Dim> inner = Dim::divide(x.shape.back(), form.groups);
    if (!inner || *inner != w.shape[form.rank()]) {
        return fmt::format("{} channels{} meet kernels of {}", x.shape.back().text(),
                           form.groups > 1 ? fmt::format(" in {} groups", form.groups) : "",
                           w.shape[form.rank()].text());
    }
    const std::int64_t parts = form.groups * form.batch_groups;
    if (!Dim::divide(w.shape.back(), parts)) {
        return fmt::format("{} filters are no multiple of {} groups", w.shape.back().text(), parts);
    }
    return std::nullopt;
}

TypeResult convolution_type(const TypeContext& c) {
    if (auto error = wants_number(c, "a convolution")) return *error;
    const ConvolutionForm form = convolution_form(c.attributes);
    if (auto error = form_error(c, form)) return *error;
    const Type& x = c.operands[0];
    const Type& w = c.operands[1];
    if (x.dtype != w.dtype) {
        return type_error(kDTypeDiffers,
                          fmt::format("cannot convolve {} with {}: element types differ", type_text(x), type_text(w)),
                          {0, 1});
    }
    const auto refuse = [&](const std::string& why, std::string hint = "") {
        return type_error(kCannotConvolve,
                          fmt::format("cannot convolve {} with {}: {}", type_text(x), type_text(w), why), {0, 1},
                          std::move(hint));
    };
    if (auto error = channels_error(form, x, w)) return refuse(*error);
    const std::optional<Dim> batch = Dim::divide(x.shape[0], form.batch_groups);
    if (!batch) return refuse(fmt::format("a batch of {} in {} groups", x.shape[0].text(), form.batch_groups));
    Type type{x.dtype, {*batch}};
    for (std::size_t i = 0; i < form.rank(); ++i) {
        const Dim& kernel = w.shape[i];
        std::optional<Dim> extent = dilated_extent(x.shape[i + 1], at(form.x_dilation, i));
        if (extent) extent = Dim::add(*extent, at(form.low, i));
        if (extent) extent = Dim::add(*extent, at(form.high, i));
        const std::optional<Dim> count =
            extent ? window_count(*extent, kernel, at(form.strides, i), at(form.w_dilation, i)) : std::nullopt;
        if (!count) {
            return refuse(
                fmt::format("a kernel of {} at every {} does not fit axis {} of {}, padded by {} and {}", kernel.text(),
                            at(form.strides, i), i + 1, type_text(x), at(form.low, i), at(form.high, i)),
                x.shape[i + 1].is_constant() ? "" : "bind the dimension to a number, or use a stride of 1");
        }
        type.shape.push_back(*count);
    }
    type.shape.push_back(w.shape.back());
    return std::vector{type};
}

// a + b - c + number, which must be a number.
std::int64_t constant_sum(const Dim& a, const Dim& b, const Dim& c, std::int64_t number) {
    std::optional<Dim> sum = Dim::add(a, b);
    if (sum) sum = Dim::subtract(*sum, c);
    NNCC_CHECK(sum && sum->is_constant(), "{} + {} - {}", a.text(), b.text(), c.text());
    return sum->constant() + number;
}

Dim dilated(const Dim& extent, std::int64_t dilation) {
    const std::optional<Dim> result = dilated_extent(extent, dilation);
    NNCC_CHECK(result.has_value());
    return *result;
}

Dim quotient(const Dim& a, std::int64_t b) {
    const std::optional<Dim> result = Dim::divide(a, b);
    NNCC_CHECK(result.has_value(), "{} / {}", a.text(), b);
    return *result;
}

// Axes 0 and last swapped, those between kept.
Axes swapped_ends(std::size_t rank) {
    Axes order(rank);
    for (std::size_t i = 0; i < rank; ++i) order[i] = static_cast<std::int64_t>(i);
    std::swap(order.front(), order.back());
    return order;
}

// dx[q, c] = sum over places p and filters o with q = p * stride + k - low: the adjoint, spread by the strides,
// convolved with the kernel turned round and its channels and filters exchanged (within each group).
Value gradient_of_x(const GradientContext& c, const ConvolutionForm& form) {
    GraphBuilder& b = c.builder;
    const Shape x = b.type(c.operands[0]).shape, w = b.type(c.operands[1]).shape, r = c.node.type().shape;
    const std::size_t rank = form.rank();
    const std::int64_t parts = form.groups * form.batch_groups;
    // [k.., c, g, o] → [k.., o, g, c]: filters of a group become its channels.
    const Dim run = quotient(w.back(), parts);
    Shape split(w.begin(), w.end() - 1);
    split.emplace_back(parts);
    split.push_back(run);
    Axes order(rank + 3);
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = static_cast<std::int64_t>(i);
    std::swap(order[rank], order[rank + 2]);
    Shape joined(w.begin(), w.begin() + static_cast<std::ptrdiff_t>(rank));
    joined.push_back(run);
    joined.push_back(*Dim::multiply(w[rank], parts));
    Value kernel = reshape(b, transpose(b, reshape(b, c.operands[1], split), order), joined);
    Axes start(rank + 2, 0), stop(rank + 2, kSliceEnd), step(rank + 2, 1);
    ConvolutionForm back{.strides = form.x_dilation,
                         .low = {},
                         .high = {},
                         .x_dilation = form.strides,
                         .w_dilation = form.w_dilation,
                         .groups = parts,
                         .batch_groups = 1};
    bool turns = false;
    for (std::size_t i = 0; i < rank; ++i) {
        const Dim span = dilated(w[i], form.w_dilation[i]);
        const std::int64_t low = constant_sum(span, 0, 0, -1 - form.low[i]);
        back.low.push_back(low);
        back.high.push_back(
            constant_sum(dilated(x[i + 1], form.x_dilation[i]), span, dilated(r[i + 1], form.strides[i]), -1 - low));
        if (w[i].is_constant(1)) continue;
        turns = true;
        start[i] = kSliceEnd, stop[i] = -1, step[i] = -1;
    }
    if (turns) kernel = slice(b, kernel, start, stop, step);
    Value result = convolution(b, c.adjoint(), kernel, back);
    if (form.batch_groups == 1) return result;
    // [n, q.., h, c] → [h, n, q.., c]
    Shape apart = b.type(result).shape;
    apart.back() = Dim(form.batch_groups);
    apart.push_back(x.back());
    Axes forward = {static_cast<std::int64_t>(rank) + 1};
    for (std::size_t i = 0; i <= rank; ++i) forward.push_back(static_cast<std::int64_t>(i));
    forward.push_back(static_cast<std::int64_t>(rank) + 2);
    return reshape(b, transpose(b, reshape(b, result, apart), forward), x);
}

// dw[k, c, o] = sum over the batch and places: x with batch and channels exchanged, convolved with the adjoint as the
// kernel; strides and dilation change places, groups become groups of the batch.
Value gradient_of_w(const GradientContext& c, const ConvolutionForm& form) {
    GraphBuilder& b = c.builder;
    const Shape x = b.type(c.operands[0]).shape, w = b.type(c.operands[1]).shape, r = c.node.type().shape;
    const std::size_t rank = form.rank();
    ConvolutionForm back{.strides = form.w_dilation,
                         .low = form.low,
                         .high = {},
                         .x_dilation = form.x_dilation,
                         .w_dilation = form.strides,
                         .groups = form.batch_groups,
                         .batch_groups = form.groups};
    for (std::size_t i = 0; i < rank; ++i) {
        back.high.push_back(constant_sum(dilated(r[i + 1], form.strides[i]), dilated(w[i], form.w_dilation[i]),
                                         dilated(x[i + 1], form.x_dilation[i]), -1 - form.low[i]));
    }
    // [n, p.., o] → [p.., n, o]
    Axes last;
    for (std::size_t i = 1; i <= rank; ++i) last.push_back(static_cast<std::int64_t>(i));
    last.push_back(0);
    last.push_back(static_cast<std::int64_t>(rank) + 1);
    Value exchanged = transpose(b, c.operands[0], swapped_ends(rank + 2));
    Value result = convolution(b, exchanged, transpose(b, c.adjoint(), last), back);
    return transpose(b, result, last);  // [c, k.., o] → [k.., c, o]
}

Values convolution_gradient(const GradientContext& c) {
    const ConvolutionForm form = convolution_form(c.node.attributes);
    const Shape x = c.builder.type(c.operands[0]).shape;
    const auto is_empty = [&](Value v) {
        const Shape shape = c.builder.type(v).shape;
        return std::any_of(shape.begin(), shape.end(), [](const Dim& dim) { return dim.is_constant(0); });
    };
    if (is_empty(c.operands[0]) || is_empty(c.operands[1]) || is_empty(c.adjoint())) {
        return {like(c.builder, c.operands[0], 0.0), like(c.builder, c.operands[1], 0.0)};
    }
    return {gradient_of_x(c, form), gradient_of_w(c, form)};
}

std::optional<Reach> convolution_reach(const Graph& graph, const Node& node, std::size_t axis) {
    const ConvolutionForm form = convolution_form(node.attributes);
    if (axis == 0 && form.batch_groups == 1) return Reach{0, 0, 0};
    if (axis == 0 || axis > form.rank()) return std::nullopt;
    const std::size_t k = axis - 1;
    const Dim& kernel = graph.type(node.operands[1]).shape[k];
    if (form.strides[k] != 1 || form.x_dilation[k] != 1 || !kernel.is_constant()) return std::nullopt;
    return Reach{-form.low[k], (kernel.constant() - 1) * form.w_dilation[k] - form.low[k], axis};
}

Attributes convolution_with_past(const Node& node, std::size_t axis) {
    ConvolutionForm form = convolution_form(node.attributes);
    form.low[axis - 1] = 0;
    return attributes_of(form);
}

const OpRecord kConvolutionTable[] = {
    {.name = "convolution",
     .operands = "x, w",
     .attributes = {{"batch_groups", attribute_kind<std::int64_t>()},
                    {"groups", attribute_kind<std::int64_t>()},
                    {"high", attribute_kind<Axes>()},
                    {"low", attribute_kind<Axes>()},
                    {"strides", attribute_kind<Axes>()},
                    {"w_dilation", attribute_kind<Axes>()},
                    {"x_dilation", attribute_kind<Axes>()}},
     .summary = "x [batch, places.., channels] met by w [kernel.., channels, filters] at every place (ops/windows.h)",
     .type = convolution_type,
     .gradient = GradientRule(convolution_gradient),
     .lowering = ContractionLowering{ContractionKind::kConvolution},
     .evaluate = [](auto& context) { evaluate_convolution(context); },
     .expand = expand_convolution,
     .reach = convolution_reach,
     .with_past = convolution_with_past},
};

}  // namespace

std::span<const OpRecord> convolution_ops() { return kConvolutionTable; }

}  // namespace nncc
