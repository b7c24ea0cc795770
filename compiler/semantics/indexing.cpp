// Indexing: one slice node for all ranges, then a reshape that drops the axes indexed by one element.
#include "semantics/indexing.h"

#include <fmt/format.h>

#include <algorithm>

#include "ops/build.h"
#include "ops/record.h"
#include "semantics/arithmetic.h"
#include "semantics/compile_time.h"
#include "semantics/diagnostic_kinds.h"
#include "semantics/expression.h"
#include "semantics/views.h"

namespace nncc {
namespace {

struct Bounds {
    std::int64_t start = 0;
    std::int64_t stop = 0;
    std::int64_t step = 1;
};

// Axes with the extents that are left of them.
using Ends = std::vector<std::pair<std::size_t, Dim>>;

// `extent` elements from `start` on along one axis; nothing after a report.
std::optional<Value> add_part(Elaboration& elaboration, Value value, std::size_t axis, std::int64_t start,
                              const Dim& extent, SourceRange range) {
    Shape shape = elaboration.builder.type(value).shape;
    Axes starts(shape.size(), 0);
    starts[axis] = start;
    shape[axis] = extent;
    const Attributes attributes{{"extents", shape},
                                {"start", starts},
                                {"step", Axes(starts.size(), 1)},
                                {"stop", Axes(starts.size(), kSliceEnd)}};
    return add_node(elaboration, "slice", {value}, attributes, range);
}

struct Indexer {
    Elaboration& elaboration;
    const ScopePtr& scope;

    std::optional<std::int64_t> part(const ast::ExpressionPtr& expression) const {
        return to_integer(elaboration, evaluate_operand(elaboration, *expression, scope));
    }

    // As Python clamps: start and stop within the extent; a negative one counts from the end.
    std::optional<Bounds> bounds(const ast::IndexItem& item, std::int64_t extent) const {
        Bounds result;
        if (item.step) {
            std::optional<std::int64_t> step = part(item.step);
            if (!step) return std::nullopt;
            if (*step == 0) {
                report(elaboration, kIndexOutOfRange, item.range, "the step of a slice is 0");
                return std::nullopt;
            }
            result.step = *step;
        }
        bool back = result.step < 0;
        auto clamp = [&](std::int64_t at) {
            if (at < 0) at += extent;
            return std::clamp(at, back ? std::int64_t{-1} : std::int64_t{0}, back ? extent - 1 : extent);
        };
        result.start = back ? extent - 1 : 0;
        result.stop = back ? -1 : extent;
        if (item.start) {
            std::optional<std::int64_t> start = part(item.start);
            if (!start) return std::nullopt;
            result.start = clamp(*start);
        }
        if (item.stop) {
            std::optional<std::int64_t> stop = part(item.stop);
            if (!stop) return std::nullopt;
            result.stop = clamp(*stop);
        }
        if (back ? result.stop > result.start : result.stop < result.start) result.stop = result.start;
        return result;
    }

    std::optional<std::int64_t> element(const ast::IndexItem& item, std::int64_t extent) const {
        std::optional<std::int64_t> at = part(item.element);
        if (!at) return std::nullopt;
        if (*at < -extent || *at >= extent) {
            report(elaboration, kIndexOutOfRange, item.range,
                   fmt::format("index {} is out of range: the extent is {}", *at, extent));
            return std::nullopt;
        }
        return *at < 0 ? *at + extent : *at;
    }

    Meaning list(const ListMeaning& operand, const ast::Index& index, SourceRange range) const {
        auto extent = static_cast<std::int64_t>(operand.elements.size());
        if (index.items.size() != 1 || index.items[0].kind == ast::IndexItem::Kind::kEllipsis) {
            report(elaboration, kWrongKind, range, "a list has one index");
            return Meaning::poison();
        }
        const ast::IndexItem& item = index.items[0];
        if (item.kind == ast::IndexItem::Kind::kElement) {
            std::optional<std::int64_t> at = element(item, extent);
            return at ? operand.elements[static_cast<std::size_t>(*at)] : Meaning::poison();
        }
        std::optional<Bounds> slice = bounds(item, extent);
        if (!slice) return Meaning::poison();
        std::vector<Meaning> chosen;
        for (std::int64_t at = slice->start; slice->step > 0 ? at < slice->stop : at > slice->stop; at += slice->step) {
            chosen.push_back(operand.elements[static_cast<std::size_t>(at)]);
        }
        return Meaning::list(std::move(chosen));
    }

    // One element of an axis whose extent is symbolic: counted from the start it is a slice; from the end, a gather.
    std::optional<Value> symbolic_element(Value value, std::int64_t axis, const Dim& extent, std::int64_t at,
                                          SourceRange range) const {
        Value place = extent_value(elaboration, extent, DType::kI32);
        Value offset = constant_value(elaboration, static_cast<double>(at), {DType::kI32, {}});
        place = at < 0 ? elaboration.builder.add("add", {place, offset}) : offset;
        Attributes attributes;
        attributes.set("axis", axis);
        attributes.set("batch_axes", std::int64_t{0});
        return add_node(elaboration, "gather", {value, place}, attributes, range);
    }

    // What a slice takes of an axis whose extent is symbolic: `extent` where it ends before the axis does.
    struct FreeSlice {
        std::int64_t start = 0;
        std::int64_t stop = kSliceEnd;
        std::int64_t step = 1;
        std::optional<Dim> extent = std::nullopt;
    };

    // From a start counted from the first element to an end counted from the last, or to a dimension (`:time - 1`); or
    // all of it reversed. Nothing after a report.
    std::optional<FreeSlice> free_slice(const ast::IndexItem& item, const Dim& extent) const {
        std::optional<std::int64_t> first = item.start ? part(item.start) : 0;
        std::optional<std::int64_t> by = item.step ? part(item.step) : 1;
        if (!first || !by) return std::nullopt;
        if (!item.stop && !item.start && *by == -1) return FreeSlice{kSliceEnd, -1, -1};
        if (*by == 1 && *first >= 0) {
            if (!item.stop) return FreeSlice{*first};
            Operand stop = evaluate_operand(elaboration, *item.stop, scope);
            if (stop.meaning.is_poison()) return std::nullopt;
            const auto* given = stop.meaning.as<IntegerMeaning>();
            std::optional<Dim> end = given != nullptr ? std::optional(given->value) : std::nullopt;
            if (end && end->is_constant() && end->constant() < 0) end = Dim::add(extent, *end);
            std::optional<Dim> count = end ? Dim::subtract(*end, Dim(*first)) : std::nullopt;
            if (count && !count->is_constant()) return within(item, extent, *first, *end, *count);
        }
        report(elaboration, kNotSupported, item.range,
               fmt::format("the extent of this axis, {}, is free: this slice of it has no known length", extent.text()))
            .hint = "`a:`, `a:-b`, `a:time - b` and `::-1` slice such an axis; `-D` gives the dimension one value";
        return std::nullopt;
    }

    // Checked at the values and bounds that dimensions have.
    std::optional<FreeSlice> within(const ast::IndexItem& item, const Dim& extent, std::int64_t first, const Dim& end,
                                    const Dim& count) const {
        const DimBindings& dims = elaboration.analysis.dims;
        const std::optional<std::int64_t> whole = extent.bound(dims);
        const std::optional<std::int64_t> last = end.bound(dims);
        const std::optional<std::int64_t> length = count.bound(dims);
        const bool never = (last && whole && *last > *whole) || (length && *length < 0);
        if (!never) return FreeSlice{first, kSliceEnd, 1, count};
        report(elaboration, kIndexOutOfRange, item.range,
               fmt::format("elements {} to {} are not within {}", first, end.text(), extent.text()));
        return std::nullopt;
    }

    Meaning tensor(Value value, const Operand& operand, const ast::Index& index, SourceRange range) const {
        const Type type = elaboration.builder.type(value);
        std::size_t given = 0;
        for (const ast::IndexItem& item : index.items) {
            if (item.kind != ast::IndexItem::Kind::kEllipsis) ++given;
        }
        if (given > type.shape.size()) {
            report(elaboration, kIndexOutOfRange, index.items_range,
                   fmt::format("{} indices for `{}`, which is {}", given, operand.text(), type_text(type)));
            return Meaning::poison();
        }
        std::vector<std::int64_t> start(type.shape.size(), 0);
        std::vector<std::int64_t> stop(type.shape.size(), kSliceEnd);
        std::vector<std::int64_t> step(type.shape.size(), 1);
        std::vector<bool> dropped(type.shape.size(), false);
        std::vector<std::pair<std::size_t, std::int64_t>> gathered;
        for (std::size_t axis = 0; axis < type.shape.size(); ++axis) {
            if (type.shape[axis].is_constant()) stop[axis] = type.shape[axis].constant();
        }
        Ends ends;
        std::size_t axis = 0;
        for (const ast::IndexItem& item : index.items) {
            if (item.kind == ast::IndexItem::Kind::kEllipsis) {
                axis += type.shape.size() - given;
                continue;
            }
            std::size_t at = axis++;
            const Dim& extent = type.shape[at];
            if (item.kind == ast::IndexItem::Kind::kElement) {
                std::optional<std::int64_t> chosen =
                    extent.is_constant() ? element(item, extent.constant()) : part(item.element);
                if (!chosen) return Meaning::poison();
                if (!extent.is_constant()) {
                    gathered.emplace_back(at, *chosen);
                    continue;
                }
                start[at] = *chosen;
                stop[at] = *chosen + 1;
                dropped[at] = true;
                continue;
            }
            if (!item.start && !item.stop && !item.step) continue;
            if (!extent.is_constant()) {
                std::optional<FreeSlice> slice = free_slice(item, extent);
                if (!slice) return Meaning::poison();
                start[at] = slice->start;
                stop[at] = slice->stop;
                step[at] = slice->step;
                if (slice->extent) {
                    ends.emplace_back(at, *slice->extent);
                }
                continue;
            }
            std::optional<Bounds> slice = bounds(item, extent.constant());
            if (!slice) return Meaning::poison();
            start[at] = slice->start;
            stop[at] = slice->stop;
            step[at] = slice->step;
        }
        // An end in the middle of a free axis in a slice of its own, of all other axes whole.
        std::optional<Value> shortened = value;
        for (const auto& [at, extent] : ends) {
            shortened = add_part(elaboration, *shortened, at, start[at], extent, range);
            if (!shortened) return Meaning::poison();
            start[at] = 0;
        }
        return finish(*shortened, type, start, stop, step, dropped, gathered, range);
    }

    Meaning finish(Value value, const Type& type, const std::vector<std::int64_t>& start,
                   const std::vector<std::int64_t>& stop, const std::vector<std::int64_t>& step,
                   const std::vector<bool>& dropped, const std::vector<std::pair<std::size_t, std::int64_t>>& gathered,
                   SourceRange range) const {
        std::optional<Value> result = add_slice(elaboration, value, start, stop, step, range);
        if (!result) return Meaning::poison();
        Shape kept;
        for (std::size_t axis = 0; axis < type.shape.size(); ++axis) {
            if (!dropped[axis]) kept.push_back(elaboration.builder.type(*result).shape[axis]);
        }
        if (std::find(dropped.begin(), dropped.end(), true) != dropped.end())
            result = add_reshape(elaboration, *result, kept, range);
        // From the last axis to the first, so that those still to come keep their places.
        for (auto entry = gathered.rbegin(); entry != gathered.rend() && result; ++entry) {
            auto before =
                std::count(dropped.begin(), dropped.begin() + static_cast<std::ptrdiff_t>(entry->first), true);
            std::int64_t place = static_cast<std::int64_t>(entry->first) - before;
            result = symbolic_element(*result, place, type.shape[entry->first], entry->second, range);
        }
        return result ? Meaning::tensor(*result) : Meaning::poison();
    }
};

}  // namespace

Meaning apply_index(Elaboration& elaboration, const Operand& operand, const ast::Index& index, const ScopePtr& scope,
                    SourceRange range) {
    if (operand.meaning.is_poison()) return Meaning::poison();
    OriginScope origin(elaboration, range);
    Indexer indexer{elaboration, scope};
    if (const auto* list = operand.meaning.as<ListMeaning>()) return indexer.list(*list, index, range);
    const auto* tensor = operand.meaning.as<TensorMeaning>();
    if (tensor != nullptr) return indexer.tensor(tensor->value, operand, index, range);
    report(elaboration, kWrongKind, operand.range,
           fmt::format("`{}` is {}, which has no elements", operand.text(),
                       describe(operand.meaning, elaboration.builder)));
    return Meaning::poison();
}

}  // namespace nncc
