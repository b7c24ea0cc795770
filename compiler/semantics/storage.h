// Storages: `param`, `state` and `fit` to rows of the program's table, `<-` to what the entry stores at its end.
#pragma once

#include "semantics/elaboration.h"

namespace nncc {

void declare_storage(Elaboration& elaboration, const ast::StorageDeclaration& declaration, ScopePtr& scope);
void assign_state(Elaboration& elaboration, const ast::Assignment& assignment, const ScopePtr& scope);

// The row of that path: made, or found in the entries after `forward`. Poison after a reported mistake.
const StorageRow* enter_storage(Elaboration& elaboration, const std::string& path, StorageKind kind, const Type& type,
                                const Meaning& initializer, SourceRange range);

// The value before the call.
Meaning storage_value(Elaboration& elaboration, const std::string& path);
Meaning instance_parameter(Elaboration& elaboration, const NewInstance& instance, const ast::Name& name,
                           SourceRange range);

// `params("*.w", …)`: those whose names match one of the patterns.
struct GivenArgument;
Meaning select_parameters(Elaboration& elaboration, const ParametersMeaning& parameters,
                          const std::vector<GivenArgument>& given, SourceRange call);
bool matches_pattern(std::string_view name, std::string_view pattern);  // `*` is any text

// A store node for every state assigned.
void add_stores(Elaboration& elaboration);

// The starting value of a storage: a number, or an initializer applied to `type`. `site` names its random bits.
std::optional<Value> initial_value(Elaboration& elaboration, const StorageRow& row);

}  // namespace nncc
