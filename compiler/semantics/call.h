// Calls: arguments to parameters, functions inlined, and the layers of `new` applied.
#pragma once

#include <string>
#include <vector>

#include "semantics/elaboration.h"

namespace nncc {

// An argument as given, evaluated.
struct GivenArgument {
    std::string name;  // empty when positional
    SourceRange name_range;
    Operand operand;
};

struct ParameterSlot {
    std::string name;
    bool required = true;
};

// For each parameter the argument given to it, or null. Reports too many, unknown, double and missing ones and then
// gives nothing.
std::optional<std::vector<const GivenArgument*>> match_arguments(Elaboration& elaboration, const std::string& callee,
                                                                 const std::vector<ParameterSlot>& parameters,
                                                                 const std::vector<GivenArgument>& given,
                                                                 SourceRange call, SourceRange declared);

std::vector<ParameterSlot> parameter_slots(const ast::Function& function);

// Binds what match_arguments gave, and the defaults of the rest, in `scope`; false after a report.
bool bind_arguments(Elaboration& elaboration, const ast::Function& function, const std::vector<GivenArgument>& given,
                    std::vector<const GivenArgument*> matched, const ScopePtr& scope);

// Calls any callable meaning. `name` is what the text calls it; `layer_name` the name its parameters get ("" asks for
// callee_k).
Meaning apply_call(Elaboration& elaboration, const Meaning& callee, const std::string& name,
                   const std::string& layer_name, const std::vector<GivenArgument>& given, SourceRange call);

// Inlines a declared function with `given`, its parameters named below `names`.
Meaning apply_function(Elaboration& elaboration, const ast::Function& function, const std::vector<GivenArgument>& given,
                       SourceRange call, NameSpace& names);

bool is_callable(const Meaning& value);

// Reserves `callee_k` in text order.
std::string reserve_layer_name(Elaboration& elaboration, const std::string& callee);

// Binds compile-time arguments of an optimizer, schedule or initializer in `scope` and evaluates its body's statements.
Meaning evaluate_applied(Elaboration& elaboration, const AppliedMeaning& applied, const ScopePtr& scope);

// Whether a schedule or initializer parameter takes it; numbers do.
std::string check_argument_kind(Elaboration& elaboration, const ast::Parameter& parameter, Meaning& value);

}  // namespace nncc
