// Expressions: each production of the grammar to its meaning; nodes are added by the parts for operators and calls.
#include "semantics/expression.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "semantics/arithmetic.h"
#include "semantics/builtin.h"
#include "semantics/call.h"
#include "semantics/compile_time.h"
#include "semantics/diagnostic_kinds.h"
#include "semantics/indexing.h"
#include "semantics/names.h"
#include "semantics/scan.h"
#include "semantics/storage.h"
#include "semantics/variable.h"

namespace nncc {
namespace {

Meaning constant_item(Elaboration& elaboration, const ast::Constant& constant) {
    Analysis& analysis = elaboration.analysis;
    const std::string& name = constant.name.text;
    if (auto known = analysis.constants.find(name); known != analysis.constants.end()) return known->second;
    if (!analysis.constants_in_progress.insert(name).second) {
        report(elaboration, kRecursion, constant.name.range, fmt::format("`{}` is defined by itself", name));
        return Meaning::poison();
    }
    Meaning value = evaluate(elaboration, *constant.value, std::make_shared<Scope>());
    analysis.constants_in_progress.erase(name);
    // A tensor belongs to one graph.
    if (value.as<TensorMeaning>() == nullptr && value.as<ListMeaning>() == nullptr)
        analysis.constants.insert_or_assign(name, value);
    return value;
}

}  // namespace

std::optional<Meaning> global_meaning(Elaboration& elaboration, const std::string& name, const SourceFile* seen_from) {
    const ast::Item* item = elaboration.analysis.library.find(name, seen_from);
    if (item != nullptr) {
        if (const auto* constant = std::get_if<ast::Constant>(&item->value))
            return constant_item(elaboration, *constant);
        if (const auto* function = std::get_if<ast::Function>(&item->value)) return Meaning{FunctionMeaning{function}};
    }
    if (const Builtin* builtin = find_builtin(name)) return Meaning{BuiltinMeaning{builtin}};
    return std::nullopt;
}

namespace {

struct Evaluator {
    Elaboration& elaboration;
    const ast::Expression& expression;
    const ScopePtr& scope;
    std::string let_name;  // set when the expression is the whole right side of a `let`

    Meaning look_up(const std::string& name, SourceRange range) const {
        if (const Binding* binding = scope->find(name)) {
            const bool changes = binding->kind == Binding::Kind::kState && !binding->value.is_poison();
            if (!changes) return binding->value;
            Meaning now = read_variable(elaboration, binding->path);
            const bool adapts = elaboration.slots && elaboration.slots->adapts;
            return adapts ? Meaning::tensor(now.as<TensorMeaning>()->value, true) : now;
        }
        if (name == "all_axes") return {EllipsisMeaning{}};
        if (name == "training") return Meaning::flag(elaboration.training);
        if (std::optional<Meaning> global = global_meaning(elaboration, name, range.file)) return *global;
        report_unknown_name(elaboration, name, range, scope);
        return Meaning::poison();
    }

    // A name that is called is a function's, even where a local one that cannot be called hides it: a result named
    // `mean` leaves `mean(x)` what it was.
    Meaning look_up_callee(const std::string& name, SourceRange range) const {
        const Binding* binding = scope->find(name);
        if (binding == nullptr || is_callable(binding->value) || binding->value.is_poison())
            return look_up(name, range);
        std::optional<Meaning> global = global_meaning(elaboration, name, range.file);
        return global && is_callable(*global) ? *global : binding->value;
    }

    Meaning operator()(const ast::InvalidExpression&) const { return Meaning::poison(); }
    Meaning operator()(const ast::IntegerLiteral& literal) const { return Meaning::integer(Dim(literal.value)); }
    Meaning operator()(const ast::FloatLiteral& literal) const { return Meaning::real(literal.value); }
    Meaning operator()(const ast::StringLiteral& literal) const { return Meaning::text(literal.value); }
    Meaning operator()(const ast::BooleanLiteral& literal) const { return Meaning::flag(literal.value); }
    Meaning operator()(const ast::EllipsisLiteral&) const {
        const Shape* matched = scope->ellipsis();
        if (matched == nullptr) return {EllipsisMeaning{}};
        return {EllipsisMeaning{scope->ellipsis_axis(), matched->size()}};
    }
    Meaning operator()(const ast::NameUse& use) const { return look_up(use.name, expression.range); }

    Meaning operator()(const ast::ListLiteral& literal) const {
        std::vector<Meaning> elements;
        for (const ast::ExpressionPtr& element : literal.elements) {
            elements.push_back(evaluate(elaboration, *element, scope));
            if (elements.back().is_poison()) return Meaning::poison();
        }
        return Meaning::list(std::move(elements));
    }

    Meaning operator()(const ast::Unary& unary) const {
        return apply_unary(elaboration, unary.op, evaluate_operand(elaboration, *unary.operand, scope),
                           expression.range);
    }

    Meaning operator()(const ast::Binary& binary) const {
        Operand left = evaluate_operand(elaboration, *binary.left, scope);
        const bool* known = left.meaning.as<bool>();
        if (known != nullptr && binary.op == ast::BinaryOperator::kAnd && !*known) return left.meaning;
        if (known != nullptr && binary.op == ast::BinaryOperator::kOr && *known) return left.meaning;
        return apply_binary(elaboration, binary.op, left, evaluate_operand(elaboration, *binary.right, scope),
                            expression.range);
    }

    Meaning operator()(const ast::RangeExpression& range) const {
        Operand first = evaluate_operand(elaboration, *range.first, scope);
        Operand last = evaluate_operand(elaboration, *range.last, scope);
        std::optional<Dim> begin = to_dim(elaboration, first);
        std::optional<Dim> end = to_dim(elaboration, last);
        if (!begin || !end) return Meaning::poison();
        return {RangeMeaning{*begin, *end}};
    }

    bool evaluate_arguments(const std::vector<ast::Argument>& arguments, std::vector<GivenArgument>& given) const {
        bool complete = true;
        for (const ast::Argument& argument : arguments) {
            GivenArgument one;
            if (argument.name) {
                one.name = argument.name->text;
                one.name_range = argument.name->range;
            }
            one.operand = evaluate_operand(elaboration, *argument.value, scope);
            complete = complete && !one.operand.meaning.is_poison();
            given.push_back(std::move(one));
        }
        return complete;
    }

    // Layers are named in text order: before the arguments, which may hold calls of the same function.
    std::string layer_name(const Meaning& callee, const std::string& name) const {
        const auto* function = callee.as<FunctionMeaning>();
        bool inlined = callee.as<LambdaMeaning>() != nullptr ||
                       (function != nullptr && (function->function->kind == ast::FunctionKind::kFunction ||
                                                function->function->kind == ast::FunctionKind::kModel));
        if (!inlined) return {};
        return let_name.empty() ? reserve_layer_name(elaboration, name) : elaboration.names->unique(let_name);
    }

    static std::string callee_name(const ast::Expression& callee) {
        if (const auto* use = std::get_if<ast::NameUse>(&callee.value)) return use->name;
        return std::holds_alternative<ast::Lambda>(callee.value) ? "fn" : source_text(callee.range);
    }

    Meaning operator()(const ast::Call& call) const {
        const auto* use = std::get_if<ast::NameUse>(&call.callee->value);
        Meaning callee =
            use != nullptr ? look_up_callee(use->name, call.callee->range) : evaluate(elaboration, *call.callee, scope);
        std::string name = callee_name(*call.callee);
        std::string layer = layer_name(callee, name);
        std::vector<GivenArgument> given;
        bool complete = evaluate_arguments(call.arguments, given);
        if (!complete || callee.is_poison()) return Meaning::poison();
        return apply_call(elaboration, callee, name, layer, given, expression.range);
    }

    Meaning operator()(const ast::Pipe& pipe) const {
        Operand input = evaluate_operand(elaboration, *pipe.input, scope);
        const ast::Name& first = pipe.callee[0];
        Meaning callee =
            pipe.callee.size() == 1 ? look_up_callee(first.text, first.range) : look_up(first.text, first.range);
        for (std::size_t word = 1; word < pipe.callee.size(); ++word)
            callee = member(callee, pipe.callee[word], pipe.call_range);
        std::string layer = layer_name(callee, pipe.callee.back().text);
        std::vector<GivenArgument> given = {{"", {}, input}};
        bool complete = evaluate_arguments(pipe.arguments, given);
        if (!complete || callee.is_poison() || input.meaning.is_poison()) return Meaning::poison();
        return apply_call(elaboration, callee, pipe.callee.back().text, layer, given, pipe.call_range);
    }

    Meaning operator()(const ast::Index& index) const {
        Operand operand = evaluate_operand(elaboration, *index.operand, scope);
        return apply_index(elaboration, operand, index, scope, expression.range);
    }

    Meaning member(const Meaning& operand, const ast::Name& name, SourceRange range) const {
        if (operand.is_poison()) return operand;
        if (const auto* instance = operand.as<InstanceMeaning>())
            return instance_parameter(elaboration, *instance->instance, name, range);
        report(elaboration, kNoMember, name.range,
               fmt::format("{} has no member `{}`", describe(operand, elaboration.builder), name.text))
            .hint = "only a layer made by `new` has: its parameters";
        return Meaning::poison();
    }

    Meaning operator()(const ast::Member& access) const {
        return member(evaluate(elaboration, *access.operand, scope), access.name, expression.range);
    }

    Meaning operator()(const ast::If& choice) const {
        for (const ast::IfBranch& branch : choice.branches) {
            Operand condition = evaluate_operand(elaboration, *branch.condition, scope);
            if (condition.meaning.as<TensorMeaning>() != nullptr) {
                report(elaboration, kNotCompileTime, condition.range,
                       fmt::format("`if` is decided at compile time, and `{}` is {}", condition.text(),
                                   describe(condition.meaning, elaboration.builder)))
                    .hint = "`where(c, a, b)` selects at run time";
                return Meaning::poison();
            }
            std::optional<bool> taken = to_flag(elaboration, condition);
            if (!taken) return Meaning::poison();
            if (*taken) return evaluate_block(elaboration, branch.body, std::make_shared<Scope>(scope));
        }
        if (choice.otherwise) return evaluate_block(elaboration, *choice.otherwise, std::make_shared<Scope>(scope));
        return {NoValue{}};
    }

    // The values a `for` runs over; nothing after a report.
    std::optional<std::vector<Meaning>> turns(const Operand& sequence, bool& numbered) const {
        if (sequence.meaning.is_poison()) return std::nullopt;
        std::vector<Meaning> values;
        if (const auto* range = sequence.meaning.as<RangeMeaning>()) {
            numbered = true;
            for (const Dim* end : {&range->first, &range->last}) {
                if (end->is_constant()) continue;
                report(elaboration, kNotCompileTime, sequence.range,
                       fmt::format("`for` is unrolled, and {} is a free dimension", end->text()));
                return std::nullopt;
            }
            constexpr std::int64_t kMaximumTurns = 100'000;
            if (range->last.constant() > range->first.constant() + kMaximumTurns) {
                report(elaboration, kModelTooLarge, sequence.range,
                       fmt::format("`for` is unrolled, at most {} turns", kMaximumTurns));
                return std::nullopt;
            }
            for (std::int64_t at = range->first.constant(); at < range->last.constant(); ++at)
                values.push_back(Meaning::integer(Dim(at)));
            return values;
        }
        if (const auto* list = sequence.meaning.as<ListMeaning>()) return list->elements;
        if (const auto* parameters = sequence.meaning.as<ParametersMeaning>()) {
            for (const std::string& name : parameters->names) values.push_back(whole_storage_value(elaboration, name));
            return values;
        }
        report(elaboration, kWrongKind, sequence.range,
               fmt::format("`for` runs over a range or a list, and `{}` is {}", sequence.text(),
                           describe(sequence.meaning, elaboration.builder)));
        return std::nullopt;
    }

    Meaning operator()(const ast::For& loop) const {
        Operand sequence = evaluate_operand(elaboration, *loop.sequence, scope);
        bool numbered = false;
        std::optional<std::vector<Meaning>> values = turns(sequence, numbered);
        if (!values) return Meaning::poison();
        Meaning carried{NoValue{}};
        if (loop.carry) {
            std::vector<Meaning> starts;
            for (const ast::Name& name : loop.carry->names) starts.push_back(look_up(name.text, name.range));
            carried = loop.carry->is_list ? Meaning::list(std::move(starts)) : starts[0];
        }
        NameSpace* outer = elaboration.names;
        for (std::size_t turn = 0; turn < values->size(); ++turn) {
            if (carried.is_poison()) return carried;
            ScopePtr inside = std::make_shared<Scope>(scope);
            bind_pattern(elaboration, loop.pattern, {(*values)[turn], sequence.range}, *inside);
            if (loop.carry) bind_pattern(elaboration, *loop.carry, {carried, loop.body.range}, *inside);
            NameSpace names;
            std::int64_t number = numbered ? *(*values)[turn].constant_integer() : static_cast<std::int64_t>(turn);
            names.path = outer->below(outer->unique(fmt::format("{}_{}", loop.pattern.names[0].text, number)));
            elaboration.names = &names;
            Meaning value = evaluate_block(elaboration, loop.body, inside);
            elaboration.names = outer;
            if (value.is_poison()) return value;
            if (loop.carry && value.as<NoValue>() != nullptr) {
                report(elaboration, kNoValue, loop.body.range, "the body of a `for` with `carry` has no value").hint =
                    "its last statement is the next value of what is carried";
                return Meaning::poison();
            }
            carried = value;
        }
        return carried;
    }

    Meaning operator()(const ast::Scan& scan) const {
        return evaluate_scan(elaboration, scan, expression.range, scope);
    }

    Meaning operator()(const ast::New& creation) const {
        Meaning callee = look_up(creation.callee.text, creation.callee.range);
        if (callee.is_poison()) return callee;
        const auto* function = callee.as<FunctionMeaning>();
        if (function == nullptr || function->function->kind != ast::FunctionKind::kFunction) {
            report(elaboration, kNotCallable, creation.callee.range,
                   fmt::format("`new` makes a layer of a function, and `{}` is {}", creation.callee.text,
                               describe(callee, elaboration.builder)));
            return Meaning::poison();
        }
        auto instance = std::make_shared<NewInstance>();
        instance->function = function->function;
        instance->range = expression.range;
        instance->path = elaboration.names->below(layer_name(callee, creation.callee.text));
        std::vector<GivenArgument> given;
        if (!evaluate_arguments(creation.arguments, given)) return Meaning::poison();
        for (GivenArgument& argument : given) {
            if (argument.name.empty()) instance->positional.push_back(argument.operand.meaning);
            else instance->named.emplace_back(argument.name, argument.operand.meaning);
        }
        return {InstanceMeaning{std::move(instance)}};
    }

    Meaning operator()(const ast::Lambda& lambda) const {
        elaboration.analysis.closures.push_back(scope);
        return {LambdaMeaning{&lambda, scope}};
    }
};

}  // namespace

Meaning evaluate_named(Elaboration& elaboration, const ast::Expression& expression, const ScopePtr& scope,
                       std::string let_name) {
    Analysis& analysis = elaboration.analysis;
    if (analysis.exhausted) return Meaning::poison();
    bool deep = elaboration.depth >= Elaboration::kMaximumDepth;
    if (deep || analysis.steps >= Elaboration::kMaximumSteps) {
        analysis.exhausted = true;
        report(elaboration, kModelTooLarge, expression.range,
               deep ? "calls and expressions are nested too deeply" : "the model takes too many steps to elaborate");
        return Meaning::poison();
    }
    ++elaboration.depth;
    ++analysis.steps;
    Meaning result = std::visit(Evaluator{elaboration, expression, scope, std::move(let_name)}, expression.value);
    --elaboration.depth;
    return result;
}

Meaning evaluate(Elaboration& elaboration, const ast::Expression& expression, const ScopePtr& scope) {
    return evaluate_named(elaboration, expression, scope, {});
}

}  // namespace nncc
