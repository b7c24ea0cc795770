// Signatures: declared types with dimension variables against the types of values, at each call anew.
#pragma once

#include <optional>

#include "semantics/elaboration.h"

namespace nncc {

enum class ParameterKind {
    kTensor,
    kInt,
    kFloat,
    kBool,
    kString,
    kInts,
    kFunction,
    kInitializer,
    kSchedule,
    kOptimizer,
    kTensors,
    kUnknown
};
ParameterKind parameter_kind(const ast::TypeSyntax& type);

// `f32[batch, 8]` with every name known in `scope`; reports what is not.
std::optional<Type> evaluate_type(Elaboration& elaboration, const ast::TypeSyntax& syntax, const ScopePtr& scope);

// The dtype a tensor type names; reports a word that names none.
std::optional<DType> declared_dtype(Elaboration& elaboration, const ast::TypeSyntax& syntax);

// Binds the dimension variables of declared types, one type after the other.
// Why a value does not fit is a text for the caller to report; empty when it fits.
class Unification {
  public:
    Unification(Elaboration& elaboration, ScopePtr scope) : elaboration_(elaboration), scope_(std::move(scope)) {}
    std::string match(const ast::TypeSyntax& declared, const Type& actual);

  private:
    std::string match_extent(const ast::Expression& declared, const Dim& actual);
    Elaboration& elaboration_;
    ScopePtr scope_;
};

// The declared type as written: "f32[..., inputs]".
std::string declared_text(const ast::TypeSyntax& type);

}  // namespace nncc
