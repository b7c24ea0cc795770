// Statements: blocks, `let` with its patterns, and the order in which names appear.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "semantics/diagnostic_kinds.h"
#include "semantics/expression.h"
#include "semantics/storage.h"

namespace nncc {

void bind_pattern(Elaboration& elaboration, const ast::Pattern& pattern, const Operand& value, Scope& scope) {
    if (!pattern.is_list) {
        scope.bind(pattern.names[0].text, {value.meaning, Binding::Kind::kLet, {}, nullptr});
        return;
    }
    const auto* list = value.meaning.as<ListMeaning>();
    bool fits = list != nullptr && list->elements.size() == pattern.names.size();
    if (!fits && !value.meaning.is_poison()) {
        Diagnostic& diagnostic = report(elaboration, kWrongCount, pattern.range,
                                        fmt::format("{} names are bound to {}", pattern.names.size(),
                                                    describe(value.meaning, elaboration.builder)));
        diagnostic.notes.push_back({value.range, "this is its value"});
        if (value.meaning.as<TensorMeaning>() != nullptr)
            diagnostic.hint = "`unstack` and `split` make lists of a tensor";
    }
    for (std::size_t index = 0; index < pattern.names.size(); ++index) {
        scope.bind(pattern.names[index].text,
                   {fits ? list->elements[index] : Meaning::poison(), Binding::Kind::kLet, {}, nullptr});
    }
}

namespace {

void evaluate_let(Elaboration& elaboration, const ast::Let& let, ScopePtr& scope) {
    bool single = !let.pattern.is_list;
    bool named = single && !is_embedded(let.pattern.range.file);
    // In an optimiser's body the values are called as it calls them.
    bool in_optimizer = single && elaboration.slots.has_value();
    HintScope hint(elaboration, in_optimizer ? let.pattern.names[0].text
                                : named      ? underscored(elaboration.names->below(let.pattern.names[0].text))
                                             : "");
    bool in_let = std::exchange(elaboration.in_let, named);
    bool layer =
        std::holds_alternative<ast::Call>(let.value->value) || std::holds_alternative<ast::New>(let.value->value);
    Operand value{evaluate_named(elaboration, *let.value, scope, single && layer ? let.pattern.names[0].text : ""),
                  let.value->range};
    elaboration.in_let = in_let;
    if (value.meaning.as<NoValue>() != nullptr) {
        report(elaboration, kNoValue, value.range, fmt::format("`{}` has no value", value.text()));
        value.meaning = Meaning::poison();
    }
    // Functions written above keep the name as it was.
    if (std::any_of(let.pattern.names.begin(), let.pattern.names.end(),
                    [&](const ast::Name& name) { return scope->holds(name.text); })) {
        scope = std::make_shared<Scope>(scope);
    }
    bind_pattern(elaboration, let.pattern, value, *scope);
}

}  // namespace

Meaning evaluate_block(Elaboration& elaboration, const ast::Block& block, ScopePtr scope) {
    Meaning value{NoValue{}};
    for (const ast::Statement& statement : block.statements) {
        value = {NoValue{}};
        if (const auto* let = std::get_if<ast::Let>(&statement.value)) evaluate_let(elaboration, *let, scope);
        if (const auto* storage = std::get_if<ast::StorageDeclaration>(&statement.value))
            declare_storage(elaboration, *storage, scope);
        if (const auto* assignment = std::get_if<ast::Assignment>(&statement.value))
            assign_state(elaboration, *assignment, scope);
        // The last of a scan's body; its value is the body's.
        if (const auto* yield = std::get_if<ast::Yield>(&statement.value))
            value = evaluate(elaboration, *yield->value, scope);
        if (const auto* last = std::get_if<ast::ExpressionStatement>(&statement.value))
            value = evaluate(elaboration, *last->value, scope);
    }
    return value;
}

}  // namespace nncc
