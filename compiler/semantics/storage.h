// Storages: `param`, `state` and `fit` to rows of the program's table, `<-` to what the entry stores at its end.
#pragma once

#include "semantics/elaboration.h"

namespace nncc {

void declare_storage(Elaboration& elaboration, const ast::StorageDeclaration& declaration, ScopePtr& scope);
void assign_state(Elaboration& elaboration, const ast::Assignment& assignment, const ScopePtr& scope);

// The row of that path: made, or found in the entries after `forward`. Poison after a reported mistake.
const StorageRow* enter_storage(Elaboration& elaboration, const std::string& path, StorageKind kind, const Type& type,
                                const Meaning& initializer, SourceRange range);

// The value at this point of the text, in the extents of this call.
Meaning storage_value(Elaboration& elaboration, const std::string& path);
// With all that is reserved for it: what an optimizer changes and a penalty adds up.
Meaning whole_storage_value(Elaboration& elaboration, const std::string& path);
Meaning instance_parameter(Elaboration& elaboration, const NewInstance& instance, const ast::Name& name,
                           SourceRange range);

// `params("*.w", …)`: those whose names match one of the patterns.
struct GivenArgument;
Meaning select_parameters(Elaboration& elaboration, const ParametersMeaning& parameters,
                          const std::vector<GivenArgument>& given, SourceRange call);
bool matches_pattern(std::string_view name, std::string_view pattern);  // `*` is any text

// The `storage` node: the value before the call.
Value storage_leaf(Elaboration& elaboration, const std::string& path);
// What a storage starts as: a number, or an initializer with its arguments (a bare `zeros` gets none). Poison after a
// report.
Meaning to_initializer(Elaboration& elaboration, const Meaning& value, const ast::Expression& expression);

// A store node for every state assigned, in `process` for streams too.
void add_stores(Elaboration& elaboration);

// The starting value of a storage: a number, or an initializer applied to `type`. `site` names its random bits.
std::optional<Value> initial_value(Elaboration& elaboration, const StorageRow& row);

}  // namespace nncc
