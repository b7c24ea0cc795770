// FunctionReader: executes the body of a C++ function on symbols, which makes the scalar program that it computes.
//
// A value is a number, as long as it follows from the text alone, or a node of the program. An `if` on a node runs both
// branches and merges all variables by `select`; `return`, `break` and `continue` below such an `if` are flags, and
// what comes after them runs as a branch where no flag is up. So the program grows with the text that is run, not with
// the number of paths. A loop is run turn by turn.
#pragma once

#include <clang/AST/ASTContext.h>
#include <clang/AST/Decl.h>
#include <clang/AST/Expr.h>
#include <clang/AST/Stmt.h>
#include <llvm/ADT/APFloat.h>
#include <llvm/ADT/APSInt.h>

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "clang/module_scalar_functions.h"
#include "clang/module_scalar_program.h"

namespace nncc::clang_module {

// Nothing where a variable has no value yet, and after a refusal.
using Scalar = std::variant<std::monostate, llvm::APSInt, llvm::APFloat, ScalarProgram::Node>;

struct Refusal {
    clang::SourceRange range;
    std::string message;
    std::string hint;
    std::vector<std::pair<clang::SourceRange, std::string>> notes;  // who called, from the inside out
};

class FunctionReader {
  public:
    static constexpr int kMaximumTurns = 1024;     // of one loop
    static constexpr int kMaximumSteps = 300'000;  // expressions and statements run
    static constexpr int kMaximumDepth = 4000;     // of nested expressions, statements and calls
    static constexpr std::size_t kMaximumCalls = 64;

    FunctionReader(clang::ASTContext& context, bool real_is_f64) : context_(context), real_is_f64_(real_is_f64) {}

    // The graph's text of `function`, whose parameters and result are scalars; nothing after a refusal.
    std::optional<std::string> read(const clang::FunctionDecl* function);
    const std::optional<Refusal>& refusal() const { return refusal_; }

    // float, double, int and bool; nothing for any other type.
    std::optional<ScalarType> scalar_type(clang::QualType type) const;

  private:
    using Node = ScalarProgram::Node;
    struct Slot {
        clang::QualType type;
        Scalar value;
    };
    // What branches may change.
    struct State {
        std::vector<Slot> slots;
        Node returned, broken, continued;  // flags
        Scalar result;
    };
    struct Frame {
        const clang::FunctionDecl* function;
        clang::SourceRange call;
        std::map<const clang::ValueDecl*, int> variables;  // to slots; references share one
    };

    // ---- statements: module_function_statements.cpp ----
    void run(const clang::Stmt* statement);
    void run_block(const clang::CompoundStmt* block, unsigned first);
    void run_declaration(const clang::DeclStmt* declaration);
    void declare(const clang::VarDecl* variable);
    void declare_array(const clang::VarDecl* variable, const clang::ConstantArrayType* type);
    void run_if(const clang::IfStmt* statement);
    void run_return(const clang::ReturnStmt* statement);
    struct Loop {
        const clang::Stmt* statement;
        const clang::Expr* condition;  // null: always
        const clang::Expr* increment;  // null: none
        const clang::Stmt* body;
        bool body_first;
    };
    void run_loop(const Loop& loop);
    void refuse_declared_condition(const clang::VarDecl* variable);
    void run_turns(const Loop& loop, int turn);
    void run_body(const Loop& loop, int turn);
    // Both sides on the state before, then merged.
    void branch(Node mask, clang::SourceRange range, const std::function<void()>& then,
                const std::function<void()>& otherwise);
    // What follows a statement that may have returned, broken or continued.
    void run_rest(clang::SourceRange range, const std::function<void()>& rest);
    Scalar merged(Node mask, const Scalar& a, const Scalar& b, clang::QualType type, clang::SourceRange range);
    Node leaving() {
        return program_.logical_or(state_.returned, program_.logical_or(state_.broken, state_.continued));
    }
    Scalar inline_call(const clang::FunctionDecl* function, const clang::CallExpr* call);

    // ---- expressions: module_function_expressions.cpp ----
    Scalar value(const clang::Expr* expression);
    Scalar value_of_cast(const clang::CastExpr* cast);
    Scalar value_of_unary(const clang::UnaryOperator* expression);
    Scalar value_of_binary(const clang::BinaryOperator* expression);
    Scalar value_of_choice(const clang::ConditionalOperator* expression);
    Scalar value_of_call(const clang::CallExpr* call);
    Scalar call_library(const ScalarFunction& function, const clang::CallExpr* call);
    std::optional<Scalar> evaluated(const clang::Expr* expression);  // by Clang, where it is a constant
    int place(const clang::Expr* expression);                        // of a glvalue: its slot; -1 after a refusal
    int place_of_name(const clang::DeclRefExpr* name);
    int place_of_element(const clang::ArraySubscriptExpr* element);
    int assign(const clang::BinaryOperator* expression);
    int step_by_one(const clang::UnaryOperator* expression);
    int temporary(clang::QualType type, Scalar held);
    std::optional<Node> condition(const clang::Expr* expression);  // a flag

    // ---- arithmetic: module_function_arithmetic.cpp ----
    Scalar convert(const Scalar& from, clang::QualType from_type, clang::QualType to, clang::SourceRange range);
    Scalar binary(clang::BinaryOperatorKind op, const Scalar& a, const Scalar& b, clang::QualType type,
                  clang::SourceRange range);
    Scalar integer_binary(clang::BinaryOperatorKind op, const llvm::APSInt& a, const llvm::APSInt& b,
                          clang::QualType type, clang::SourceRange range);
    Scalar real_binary(clang::BinaryOperatorKind op, const llvm::APFloat& a, const llvm::APFloat& b);
    Scalar node_binary(clang::BinaryOperatorKind op, Node a, Node b, clang::SourceRange range);
    Scalar negated(const Scalar& a, clang::QualType type, clang::SourceRange range);
    llvm::APSInt boolean(bool value) const;
    Scalar one(clang::QualType type) const;
    std::optional<Node> node_of(const Scalar& scalar, clang::QualType type, clang::SourceRange range);

    // Keeps the first.
    void refuse(clang::SourceRange range, std::string message, std::string hint = "");
    void refuse_type(clang::SourceRange range, clang::QualType type, const std::string& what);
    bool failed() const { return refusal_.has_value(); }
    bool enter_step(clang::SourceRange range);  // counts, and refuses what is too long

    clang::ASTContext& context_;
    bool real_is_f64_;
    ScalarProgram program_;
    State state_{};
    std::vector<Frame> frames_;
    std::optional<Refusal> refusal_;
    int steps_ = 0;
    int depth_ = 0;
};

}  // namespace nncc::clang_module
