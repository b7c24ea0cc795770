// Variables: what `<-` changes (states, streams, carries), and the value each has at a point of the text, within scans
// too.
#pragma once

#include "semantics/elaboration.h"

namespace nncc {

// Binds a `stream` or `carry` in `scope`, which the caller has prepared. A stream is a storage in the entry `process`
// and starts as its initializer everywhere else.
void declare_variable(Elaboration& elaboration, const ast::StorageDeclaration& declaration, const ScopePtr& scope);

// Within a scan, the first look at a variable of outside makes a leaf of the body for it.
Meaning read_variable(Elaboration& elaboration, const std::string& path);
void write_variable(Elaboration& elaboration, const std::string& path, Value value);

// Why `<-` cannot change it at this point of the text; empty when it can.
struct Refusal {
    std::string message;
    std::string hint;
};
Refusal refuse_change(const Elaboration& elaboration, const std::string& path, const std::string& name);

// A leaf of the body of the scan being elaborated, until it becomes an argument.
Value add_leaf(Elaboration& elaboration, const Type& type, const std::string& name);

// The number of the step as an i32 scalar, of all scans around this point together; 0 outside of scans. It differs
// from step to step, so that random bits do.
Value step_index(Elaboration& elaboration);

}  // namespace nncc
