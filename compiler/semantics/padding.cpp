// Padding: words and numbers to counts before and after each axis; mirrored and repeated edges as slices, joined.
#include "semantics/padding.h"

#include <fmt/format.h>

#include <algorithm>

#include "ops/record.h"
#include "semantics/arithmetic.h"
#include "semantics/compile_time.h"
#include "semantics/diagnostic_kinds.h"
#include "semantics/views.h"

namespace nncc {

namespace {

constexpr std::int64_t kMaximumNumber = std::int64_t{1} << 31;

// The elements that "same" padding adds to an axis: such that a place starts at every stride-th element.
std::optional<std::int64_t> same_total(const Dim& extent, std::int64_t span, std::int64_t stride) {
    if (extent.is_constant()) {
        const std::int64_t places = (extent.constant() + stride - 1) / stride;
        return std::max<std::int64_t>((places - 1) * stride + span - extent.constant(), 0);
    }
    if (Dim::divide(extent, stride)) return std::max<std::int64_t>(span - stride, 0);
    return std::nullopt;
}

std::optional<Padding> by_word(Elaboration& elaboration, const std::string& word, const Operand& shown,
                               const Shape& extents, const Sliding& sliding) {
    Padding result;
    for (std::size_t axis = 0; axis < extents.size(); ++axis) {
        const std::int64_t span = sliding.span(axis);
        std::int64_t low = 0, high = 0;
        if (word == "same") {
            const std::optional<std::int64_t> total = same_total(extents[axis], span, sliding.stride[axis]);
            if (!total) {
                report(elaboration, kNotCompileTime, shown.range,
                       fmt::format("`same` padding at a stride of {} needs an extent that is known: `{}` is free",
                                   sliding.stride[axis], extents[axis].text()))
                    .hint = "bind the dimension to a number with `-D`, or pad with numbers";
                return std::nullopt;
            }
            low = *total / 2;
            high = *total - low;
        } else if (word == "causal") {
            low = span - 1;
        } else if (word != "valid") {
            report(elaboration, kWrongKind, shown.range, fmt::format("`{}` is no padding", word)).hint =
                "paddings are \"valid\", \"same\", \"causal\", and numbers";
            return std::nullopt;
        }
        result.low.push_back(low);
        result.high.push_back(high);
    }
    return result;
}

}  // namespace

std::optional<std::vector<std::int64_t>> to_axis_numbers(Elaboration& elaboration, const Operand* numbers,
                                                         std::size_t count, std::int64_t least, std::string_view what) {
    if (numbers == nullptr) return std::vector<std::int64_t>(count, 1);
    std::vector<std::int64_t> result;
    const auto* list = numbers->meaning.as<ListMeaning>();
    for (std::size_t axis = 0; axis < (list != nullptr ? list->elements.size() : 1); ++axis) {
        const Operand one{list != nullptr ? list->elements[axis] : numbers->meaning, numbers->range};
        std::optional<std::int64_t> number = to_integer(elaboration, one);
        if (!number) return std::nullopt;
        if (*number < least || *number > kMaximumNumber) {
            report(elaboration, kWrongKind, numbers->range,
                   fmt::format("{} of {}: it is at least {}", what, *number, least));
            return std::nullopt;
        }
        result.push_back(*number);
    }
    if (list == nullptr) result.assign(count, result[0]);
    if (result.size() == count) return result;
    report(elaboration, kWrongCount, numbers->range,
           fmt::format("`{}` has {} numbers for {} axes", numbers->text(), result.size(), count));
    return std::nullopt;
}

std::optional<Padding> to_padding(Elaboration& elaboration, const Operand* padding, const Shape& extents,
                                  const Sliding& sliding, SourceRange call) {
    if (padding == nullptr) return by_word(elaboration, "valid", Operand{{}, call}, extents, sliding);
    if (padding->meaning.is_poison()) return std::nullopt;
    if (const auto* word = padding->meaning.as<std::string>())
        return by_word(elaboration, *word, *padding, extents, sliding);
    const auto* list = padding->meaning.as<ListMeaning>();
    const bool pairs = list != nullptr && !list->elements.empty() && list->elements[0].as<ListMeaning>() != nullptr;
    constexpr std::int64_t kAnySign = -kMaximumNumber;
    if (!pairs) {
        auto both = to_axis_numbers(elaboration, padding, extents.size(), kAnySign, "padding");
        if (!both) return std::nullopt;
        return Padding{*both, *both};
    }
    Padding result;
    for (const Meaning& pair : list->elements) {
        const Operand one{pair, padding->range};
        auto numbers = to_axis_numbers(elaboration, &one, 2, kAnySign, "padding");
        if (!numbers) return std::nullopt;
        result.low.push_back((*numbers)[0]);
        result.high.push_back((*numbers)[1]);
    }
    if (result.low.size() == extents.size()) return result;
    report(elaboration, kWrongCount, padding->range,
           fmt::format("`{}` has {} pairs for {} axes", padding->text(), result.low.size(), extents.size()));
    return std::nullopt;
}

namespace {

// Elements first, first + step ... (count of them) of one axis.
std::optional<Value> run_of(Elaboration& elaboration, Value value, std::size_t axis, std::int64_t first,
                            std::int64_t count, std::int64_t step, SourceRange range) {
    const std::size_t rank = elaboration.builder.type(value).shape.size();
    std::vector<std::int64_t> starts(rank, 0), stops(rank, kSliceEnd), steps(rank, 1);
    starts[axis] = first;
    stops[axis] = first + count * step;
    steps[axis] = step;
    return add_slice(elaboration, value, starts, stops, steps, range);
}

// `count` elements that stand before (or after) an axis of `extent`.
std::optional<Value> edge_of(Elaboration& elaboration, Value value, std::size_t axis, std::int64_t extent,
                             std::int64_t count, bool before, const std::string& mode, SourceRange range) {
    if (mode == "wrap") return run_of(elaboration, value, axis, before ? extent - count : 0, count, 1, range);
    if (mode == "edge") {
        std::optional<Value> one = run_of(elaboration, value, axis, before ? 0 : extent - 1, 1, 1, range);
        if (!one) return std::nullopt;
        Shape shape = elaboration.builder.type(*one).shape;
        shape[axis] = Dim(count);
        return broadcast_value(elaboration, *one, shape);
    }
    const std::int64_t skipped = mode == "reflect" ? 1 : 0;
    return run_of(elaboration, value, axis, before ? skipped + count - 1 : extent - 1 - skipped, count, -1, range);
}

}  // namespace

std::optional<Value> pad_by_mode(Elaboration& elaboration, Value value, const Padding& padding, const std::string& mode,
                                 const Operand& shown, SourceRange range) {
    const auto refuse = [&](std::string message, std::string hint = "") {
        report(elaboration, kWrongKind, shown.range, std::move(message)).hint = std::move(hint);
        return std::nullopt;
    };
    if (mode != "reflect" && mode != "symmetric" && mode != "edge" && mode != "wrap")
        return refuse(fmt::format("`{}` is no mode of `pad`", mode),
                      "modes are \"constant\", \"reflect\", \"symmetric\", \"edge\" and \"wrap\"");
    for (std::size_t axis = 0; axis < padding.low.size(); ++axis) {
        const std::int64_t low = padding.low[axis], high = padding.high[axis];
        if (low == 0 && high == 0) continue;
        const Dim extent = elaboration.builder.type(value).shape[axis];
        if (!extent.is_constant())
            return refuse(
                fmt::format("axis {} is `{}`, which is free: its edges cannot be taken", axis, extent.text()));
        const std::int64_t n = extent.constant();
        const std::int64_t most = mode == "edge" ? (n > 0 ? INT32_MAX : 0) : mode == "reflect" ? n - 1 : n;
        if (low < 0 || high < 0 || low > most || high > most) {
            return refuse(
                fmt::format("`{}` padding of {} and {} on axis {}, whose extent is {}", mode, low, high, axis, n),
                fmt::format("it takes 0 to {}", std::max<std::int64_t>(most, 0)));
        }
        std::vector<Value> parts;
        for (const bool before : {true, false}) {
            const std::int64_t count = before ? low : high;
            if (count > 0) {
                std::optional<Value> edge = edge_of(elaboration, value, axis, n, count, before, mode, range);
                if (!edge) return std::nullopt;
                parts.push_back(*edge);
            }
            if (before) parts.push_back(value);
        }
        Attributes attributes;
        attributes.set("axis", static_cast<std::int64_t>(axis));
        std::optional<Value> joined = add_node(elaboration, "concatenate", parts, attributes, range);
        if (!joined) return std::nullopt;
        value = *joined;
    }
    return value;
}

}  // namespace nncc
