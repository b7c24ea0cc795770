// Bounds of integer expressions and of the trip counts of loops, as far as they follow from the text.
#pragma once

#include <clang/AST/ASTContext.h>
#include <clang/AST/Expr.h>
#include <clang/AST/Stmt.h>
#include <llvm/ADT/DenseMap.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "clang/interval.h"

namespace nncc::clang_module {

// How a function writes to a variable.
struct Writes {
    bool increases = false;
    bool decreases = false;
    bool other = false;  // assigned, or its address or a reference to it is taken
};

// The same before the steps are known: they may depend on the function's arguments.
struct WriteSites {
    Writes constant;
    std::vector<const clang::Expr*> added;       // e of `variable += e`
    std::vector<const clang::Expr*> subtracted;  // e of `variable -= e`
    std::vector<const clang::Expr*> multiplied;  // e of `variable *= e`, an increase if it starts at 1 or more
};

// What is known of a value: of an integer, or of the integers that a record holds.
struct Value {
    Interval number;
    std::vector<std::pair<const clang::FieldDecl*, Interval>> fields;
    bool operator<(const Value& other) const {
        return number != other.number ? number < other.number : fields < other.fields;
    }
};

using WriteMap = llvm::DenseMap<const clang::VarDecl*, WriteSites>;

// Adds all writes in a body, those of its lambdas included.
void collect_writes(const clang::Stmt* body, WriteMap& writes);

// The expression within parentheses, temporaries and the loading of a value.
const clang::Expr* strip(const clang::Expr* expression);

// The variable that an expression names, through parentheses, casts between integers and the loading of a value.
const clang::VarDecl* variable_of(const clang::Expr* expression);

// What every value of the type is within.
Interval of_type(clang::QualType type, const clang::ASTContext& context);

// `a < b` is `b > a`.
clang::BinaryOperatorKind mirrored(clang::BinaryOperatorKind kind);

// The variables and parameters of the functions on the call chain. A function is on it once at most (recursion is
// refused).
class Bounds {
  public:
    explicit Bounds(clang::ASTContext& context) : context_(context) {}

    // Classifies all writes in a body; before anything in it is evaluated.
    void enter(const clang::Stmt* body);

    // What is known at the place of the declaration; as much of it as later writes allow is kept.
    void declare(const clang::VarDecl* variable, const Value& initial);

    Value value_of(const clang::Expr* expression);
    Interval evaluate(const clang::Expr* expression, int depth = 0);

    // Narrows what is known under the assumption that the condition is `truth`.
    void assume(const clang::Expr* condition, bool truth);

    // Assumptions hold in a block: taken at its start, put back at its end.
    // A variable, with no field, or a field of a variable.
    using Place = std::pair<const clang::VarDecl*, const clang::FieldDecl*>;
    using State = llvm::DenseMap<Place, Interval>;
    State state() const { return values_; }
    void restore(State state) { values_ = std::move(state); }

    // "" when the trip count of a for, while, do or range-for statement is bounded; else why not. Declares the counter
    // of a for.
    std::string prove(const clang::Stmt* loop);

  private:
    struct Comparison {
        const clang::VarDecl* variable = nullptr;
        const clang::Expr* side = nullptr;  // that names the variable
        const clang::Expr* limit = nullptr;
        clang::BinaryOperatorKind kind = clang::BO_LT;  // as in `variable kind limit`
    };
    std::optional<Comparison> comparison(const clang::Expr* condition);
    std::string prove_condition(const clang::Expr* condition, const clang::Expr* increment, const clang::Stmt* body,
                                const clang::VarDecl** counter);
    // By how much every turn moves the variable, in the direction asked for; nullopt when not every turn does.
    struct Step {
        Interval size;
        bool multiplies = false;
    };
    std::optional<Step> step(const clang::VarDecl* variable, const clang::Expr* increment, const clang::Stmt* body,
                             bool up);
    std::optional<Step> step_of(const clang::Expr* expression, const clang::VarDecl* variable, bool up);
    Interval evaluate_binary(const clang::BinaryOperator* expression, int depth);
    Interval evaluate_conditional(const clang::ConditionalOperator* expression, int depth);
    Interval evaluate_call(const clang::CallExpr* call, int depth);
    void declare_integer(const clang::VarDecl* variable, Interval initial);
    Interval known(const clang::VarDecl* variable, const clang::FieldDecl* field, clang::QualType type) const;
    void narrow_counter(const clang::ForStmt* loop, const clang::VarDecl* counter);
    Writes writes_of(const clang::VarDecl* variable);
    bool same(const clang::Expr* first, const clang::Expr* second) const;

    clang::ASTContext& context_;
    State values_;
    State initial_;  // of the variables that a `for` declares: on the first turn
    WriteMap writes_;
};

}  // namespace nncc::clang_module
