// Expressions and blocks of the syntax tree to meanings, adding nodes to the graph on the way.
#pragma once

#include "semantics/elaboration.h"

namespace nncc {

// Poison after a reported mistake.
Meaning evaluate(Elaboration& elaboration, const ast::Expression& expression, const ScopePtr& scope);
// The same; the parameters of a call that is the whole right side of `let` are named after it.
Meaning evaluate_named(Elaboration& elaboration, const ast::Expression& expression, const ScopePtr& scope,
                       std::string let_name);
inline Operand evaluate_operand(Elaboration& elaboration, const ast::Expression& expression, const ScopePtr& scope) {
    return {evaluate(elaboration, expression, scope), expression.range};
}

// The value of the last statement, or NoValue. `scope` is the block's own.
Meaning evaluate_block(Elaboration& elaboration, const ast::Block& block, ScopePtr scope);

// Binds the pattern's names; reports a list of the wrong length.
void bind_pattern(Elaboration& elaboration, const ast::Pattern& pattern, const Operand& value, Scope& scope);

// What a name means where no local one has it: an item of the users (not seen from the library), an item of the
// library, a builtin; nothing when there is none.
std::optional<Meaning> global_meaning(Elaboration& elaboration, const std::string& name, const SourceFile* seen_from);

}  // namespace nncc
