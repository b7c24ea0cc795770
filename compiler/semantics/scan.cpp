// Scan: sequences brought to axis 0, the body elaborated on leaves for one step, and taken out as the body of a node.
#include "semantics/scan.h"

#include <fmt/format.h>

#include <algorithm>

#include "ops/build.h"
#include "semantics/arithmetic.h"
#include "semantics/diagnostic_kinds.h"
#include "semantics/expression.h"
#include "semantics/scan_body.h"
#include "semantics/variable.h"
#include "semantics/views.h"

namespace nncc {
namespace {

struct Sequence {
    Value value;  // steps along axis 0
    Dim steps;
    std::int64_t axis = 0;  // where the steps were
    bool is_range = false;
    SourceRange range;
};

struct ScanReader {
    Elaboration& elaboration;
    const ast::Scan& scan;
    SourceRange range;
    const ScopePtr& scope;

    // What the sequence of the grammar names: one, or as many as the pattern has names. Nothing after a report.
    std::optional<std::vector<Operand>> operands() const {
        std::vector<Operand> result;
        if (const auto* literal = std::get_if<ast::ListLiteral>(&scan.sequence->value)) {
            for (const ast::ExpressionPtr& element : literal->elements)
                result.push_back(evaluate_operand(elaboration, *element, scope));
        } else {
            Operand whole = evaluate_operand(elaboration, *scan.sequence, scope);
            const auto* list = whole.meaning.as<ListMeaning>();
            if (list == nullptr) result.push_back(whole);
            else
                for (const Meaning& element : list->elements) result.push_back({element, whole.range});
        }
        for (const Operand& one : result) {
            if (one.meaning.is_poison()) return std::nullopt;
        }
        if (result.size() == scan.pattern.names.size()) return result;
        Diagnostic& diagnostic = report(
            elaboration, kWrongCount, scan.pattern.range,
            fmt::format("{} {} for {} {}", scan.pattern.names.size(), scan.pattern.names.size() == 1 ? "name" : "names",
                        result.size(), result.size() == 1 ? "sequence" : "sequences"));
        diagnostic.notes.push_back({scan.sequence->range, "the sequences"});
        diagnostic.hint = "as in `scan [xt, t] in [x, 0..time] along time`";
        return std::nullopt;
    }

    // The axis that `along` names: by the declared type of an argument, else by its extent.
    std::optional<std::size_t> axis_of(const ast::Expression& expression, const Operand& along,
                                       const Shape& shape) const {
        const auto* use = std::get_if<ast::NameUse>(&expression.value);
        const auto* wanted = std::get_if<ast::NameUse>(&scan.along->value);
        const Binding* binding = use != nullptr ? scope->find(use->name) : nullptr;
        const ast::TypeSyntax* declared = binding != nullptr ? binding->declared : nullptr;
        if (declared != nullptr && wanted != nullptr) {
            std::optional<std::size_t> found;
            std::size_t count = 0;
            const std::size_t axes = declared->dimensions.size();
            bool after_dots = false;
            for (std::size_t at = 0; at < axes; ++at) {
                const ast::Dimension& dimension = declared->dimensions[at];
                after_dots = after_dots || dimension.is_ellipsis;
                const auto* name = dimension.extent ? std::get_if<ast::NameUse>(&dimension.extent->value) : nullptr;
                if (name == nullptr || name->name != wanted->name) continue;
                ++count;
                found = after_dots ? shape.size() - (axes - at) : at;
            }
            if (count == 1 && *found < shape.size()) return found;
        }
        return to_axis(elaboration, along, shape);
    }

    std::optional<Sequence> range_sequence(const RangeMeaning& numbers, SourceRange place) const {
        std::optional<Dim> steps = Dim::subtract(numbers.last, numbers.first);
        if (!steps || (steps->is_constant() && steps->constant() < 0)) {
            report(elaboration, kCompileTimeArithmetic, place,
                   fmt::format("`{}` has {} steps", source_text(place), steps ? steps->text() : "too many"));
            return std::nullopt;
        }
        Attributes attributes;
        attributes.set("type", Type{DType::kI32, {*steps}});
        attributes.set("axis", std::int64_t{0});
        std::optional<Value> value = add_node(elaboration, "iota", {}, attributes, place);
        if (!value) return std::nullopt;
        if (numbers.first != Dim(0)) {
            Value first = extent_value(elaboration, numbers.first, DType::kI32);
            value = add(elaboration.builder, *value, broadcast_scalar(elaboration.builder, first, {*steps}));
        }
        return Sequence{*value, *steps, 0, true, place};
    }

    std::optional<Sequence> sequence(const Operand& operand, const ast::Expression& expression,
                                     const Operand& along) const {
        if (const auto* numbers = operand.meaning.as<RangeMeaning>()) return range_sequence(*numbers, operand.range);
        const auto* tensor = operand.meaning.as<TensorMeaning>();
        if (tensor == nullptr) {
            report(elaboration, kWrongKind, operand.range,
                   fmt::format("`scan` runs over tensors and ranges, and `{}` is {}", operand.text(),
                               describe(operand.meaning, elaboration.builder)));
            return std::nullopt;
        }
        const Shape shape = elaboration.builder.type(tensor->value).shape;
        std::optional<std::size_t> axis = axis_of(expression, along, shape);
        if (!axis) return std::nullopt;
        Axes permutation = {static_cast<std::int64_t>(*axis)};
        for (std::size_t at = 0; at < shape.size(); ++at) {
            if (at != *axis) permutation.push_back(static_cast<std::int64_t>(at));
        }
        Value value = transpose(elaboration.builder, tensor->value, permutation);
        return Sequence{value, shape[*axis], static_cast<std::int64_t>(*axis), false, operand.range};
    }

    std::optional<std::vector<Sequence>> sequences() const {
        std::optional<std::vector<Operand>> given = operands();
        Operand along = evaluate_operand(elaboration, *scan.along, scope);
        if (!given || along.meaning.is_poison()) return std::nullopt;
        const auto* literal = std::get_if<ast::ListLiteral>(&scan.sequence->value);
        std::vector<Sequence> result;
        for (std::size_t at = 0; at < given->size(); ++at) {
            const ast::Expression& expression = literal != nullptr ? *literal->elements[at] : *scan.sequence;
            std::optional<Sequence> one = sequence((*given)[at], expression, along);
            if (!one) return std::nullopt;
            result.push_back(*one);
        }
        for (const Sequence& one : result) {
            if (one.steps == result[0].steps) continue;
            Diagnostic& diagnostic =
                report(elaboration, kShapesDiffer, one.range,
                       fmt::format("`{}` has {} steps and `{}` {}", source_text(result[0].range),
                                   result[0].steps.text(), source_text(one.range), one.steps.text()));
            diagnostic.notes.push_back({result[0].range, fmt::format("this has {}", result[0].steps.text())});
            diagnostic.hint = "the sequences of a `scan` are of one length";
            return std::nullopt;
        }
        return result;
    }

    const ast::Yield* yield() const {
        if (scan.body.statements.empty()) return nullptr;
        return std::get_if<ast::Yield>(&scan.body.statements.back().value);
    }

    // One step's results; nothing after a report.
    std::optional<std::vector<Value>> yields(const Meaning& value) const {
        std::vector<Value> result;
        if (yield() == nullptr) {
            if (value.as<NoValue>() != nullptr) return result;
            report(elaboration, kNoValue, scan.body.statements.back().range, "the value of a step is dropped").hint =
                "`yield` makes it one of the results";
            return std::nullopt;
        }
        SourceRange place = yield()->value->range;
        if (value.as<NoValue>() != nullptr) {
            report(elaboration, kNoValue, place, fmt::format("`{}` has no value", source_text(place)));
            return std::nullopt;
        }
        std::vector<Meaning> parts = {value};
        if (const auto* list = value.as<ListMeaning>()) parts = list->elements;
        if (parts.empty()) report(elaboration, kWrongCount, place, "`yield` gives an empty list");
        const auto* literal = std::get_if<ast::ListLiteral>(&yield()->value->value);
        for (std::size_t at = 0; at < parts.size(); ++at) {
            SourceRange own =
                literal != nullptr && literal->elements.size() == parts.size() ? literal->elements[at]->range : place;
            std::optional<Value> tensor = to_tensor(elaboration, {parts[at], own});
            if (!tensor) return std::nullopt;
            result.push_back(*tensor);
        }
        if (result.empty()) return std::nullopt;
        return result;
    }

    // The step's axis where the first tensor among the sequences had it.
    std::optional<Value> placed(Value stacked, const std::vector<Sequence>& all) const {
        auto first = std::find_if(all.begin(), all.end(), [](const Sequence& one) { return !one.is_range; });
        const std::int64_t axis = first == all.end() ? 0 : first->axis;
        Type step = elaboration.builder.type(stacked);
        const std::int64_t rank = step.rank();
        step.shape.erase(step.shape.begin());
        if (axis >= rank) {
            report(elaboration, kWrongAxis, yield()->value->range,
                   fmt::format("each step yields {}: it has no place for the steps at axis {}, where `{}` has them",
                               type_text(step), axis, source_text(first->range)))
                .hint = "scan along the first axis, as of `transpose(x)`";
            return std::nullopt;
        }
        Axes permutation;
        for (std::int64_t at = 1; at < rank; ++at) permutation.push_back(at);
        permutation.insert(permutation.begin() + axis, 0);
        return transpose(elaboration.builder, stacked, permutation);
    }

    Meaning run() const {
        constexpr std::size_t kDeepest = 12;
        if (elaboration.scans.size() >= kDeepest) {
            report(elaboration, kModelTooLarge, range, fmt::format("scans nest deeper than {}", kDeepest));
            return Meaning::poison();
        }
        OriginScope origin(elaboration, range);
        std::optional<std::vector<Sequence>> all = sequences();
        if (!all) return Meaning::poison();
        ScanFrame frame{(*all)[0].steps};
        std::vector<ScanInput> inputs;
        auto inside = std::make_shared<Scope>(scope);
        for (std::size_t at = 0; at < all->size(); ++at) {
            const ast::Name& name = scan.pattern.names[at];
            Type step = elaboration.builder.type((*all)[at].value);
            step.shape.erase(step.shape.begin());
            Value leaf = add_leaf(elaboration, step, name.text);
            inputs.push_back({leaf, (*all)[at].value});
            inside->bind(name.text, {Meaning::tensor(leaf), Binding::Kind::kLet, {}, nullptr});
        }
        elaboration.scans.push_back(&frame);
        Meaning value = evaluate_block(elaboration, scan.body, inside);
        std::optional<std::vector<Value>> yielded;
        if (!value.is_poison()) yielded = yields(value);
        elaboration.scans.pop_back();
        if (!yielded) return Meaning::poison();
        return finish(frame, inputs, *yielded, *all);
    }

    Meaning finish(ScanFrame& frame, std::vector<ScanInput>& inputs, const std::vector<Value>& yielded,
                   const std::vector<Sequence>& all) const {
        GraphBuilder& builder = elaboration.builder;
        if (frame.index) inputs.push_back({frame.index, iota(builder, DType::kI32, {frame.steps}, 0)});
        std::vector<ScanCarry> carries;
        std::vector<ScanInput> constant;
        std::vector<std::string> paths;
        for (const ScanFrame::Touched& one : frame.touched) {
            Value next = frame.values.at(one.path).as<TensorMeaning>()->value;
            if (one.changed) {
                carries.push_back({one.leaf, one.before, next});
                paths.push_back(one.path);
            } else {
                constant.push_back({one.leaf, one.before});
            }
        }
        if (carries.empty() && yielded.empty()) {
            if (elaboration.analysis.diagnostics.has_errors()) return Meaning::poison();  // of what it would change
            report(elaboration, kNoValue, range, "this `scan` gives nothing").hint =
                "`yield` makes a step's value a result, and `<-` changes a `carry` declared before the scan";
            return Meaning::poison();
        }
        std::vector<Value> results = add_scan(builder, inputs, carries, constant, yielded);
        for (std::size_t at = 0; at < paths.size(); ++at)
            write_variable(elaboration, paths[at], results[yielded.size() + at]);
        std::vector<Meaning> stacked;
        for (std::size_t at = 0; at < yielded.size(); ++at) {
            std::optional<Value> value = placed(results[at], all);
            if (!value) return Meaning::poison();
            stacked.push_back(Meaning::tensor(*value));
        }
        if (stacked.empty()) return {NoValue{}};
        const bool is_list = stacked.size() > 1 || std::holds_alternative<ast::ListLiteral>(yield()->value->value);
        return is_list ? Meaning::list(std::move(stacked)) : stacked[0];
    }
};

}  // namespace

Meaning evaluate_scan(Elaboration& elaboration, const ast::Scan& scan, SourceRange range, const ScopePtr& scope) {
    return ScanReader{elaboration, scan, range, scope}.run();
}

}  // namespace nncc
