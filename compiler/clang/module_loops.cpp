// Bounds of the trip counts of loops, as far as they follow from the text.
//
// A loop is bounded when a conjunct of its condition compares an integer with a limit of known bound, and every turn
// moves that integer towards it by a constant, and nothing moves it back.
#include <clang/AST/StmtCXX.h>

#include <algorithm>

#include "clang/module_bounds.h"

namespace nncc::clang_module {
namespace {

// Whether a `continue` of this very loop is in its body.
bool holds_continue(const clang::Stmt* statement) {
    if (statement == nullptr) return false;
    if (llvm::isa<clang::ContinueStmt>(statement)) return true;
    if (llvm::isa<clang::ForStmt, clang::WhileStmt, clang::DoStmt, clang::CXXForRangeStmt, clang::Expr>(statement))
        return false;
    return std::any_of(statement->child_begin(), statement->child_end(), holds_continue);
}

}  // namespace

std::optional<Bounds::Comparison> Bounds::comparison(const clang::Expr* condition) {
    const auto* binary = llvm::dyn_cast<clang::BinaryOperator>(strip(condition));
    if (binary == nullptr || !(binary->isRelationalOp() || binary->isEqualityOp())) return std::nullopt;
    const clang::Expr* left = binary->getLHS()->IgnoreParenImpCasts();
    const clang::Expr* right = binary->getRHS()->IgnoreParenImpCasts();
    clang::BinaryOperatorKind kind = binary->getOpcode();
    const auto named = [&](const clang::Expr* side) -> const clang::VarDecl* {
        if (const clang::VarDecl* variable = variable_of(side)) return variable;
        if (const auto* unary = llvm::dyn_cast<clang::UnaryOperator>(side)) {  // `i-- > 0`
            return unary->isIncrementDecrementOp() && unary->isPostfix() ? variable_of(unary->getSubExpr()) : nullptr;
        }
        // `i + 8 <= n` bounds i too, and a fortiori.
        const auto* sum = llvm::dyn_cast<clang::BinaryOperator>(side);
        if (sum == nullptr || sum->getOpcode() != clang::BO_Add) return nullptr;
        const Interval term = evaluate(sum->getRHS());
        return term.low && *term.low >= 0 ? variable_of(sum->getLHS()) : nullptr;
    };
    // The side that is written to is the counter, the other the limit.
    const auto moves = [&](const clang::VarDecl* variable) {
        return variable != nullptr && writes_.contains(variable);
    };
    const clang::VarDecl* left_variable = named(left);
    const clang::VarDecl* right_variable = named(right);
    if (left_variable != nullptr && (moves(left_variable) || right_variable == nullptr || !moves(right_variable))) {
        return Comparison{left_variable, left, right, kind};
    }
    if (right_variable != nullptr) return Comparison{right_variable, right, left, mirrored(kind)};
    return std::nullopt;
}

std::optional<Bounds::Step> Bounds::step_of(const clang::Expr* expression, const clang::VarDecl* variable, bool up) {
    expression = expression->IgnoreParenImpCasts();
    if (const auto* unary = llvm::dyn_cast<clang::UnaryOperator>(expression)) {
        if (!unary->isIncrementDecrementOp() || unary->isIncrementOp() != up) return std::nullopt;
        if (variable_of(unary->getSubExpr()) != variable) return std::nullopt;
        return Step{Interval::of(1)};
    }
    const auto* binary = llvm::dyn_cast<clang::BinaryOperator>(expression);
    if (binary == nullptr) return std::nullopt;
    if (binary->getOpcode() == clang::BO_Comma) {
        const std::optional<Step> left = step_of(binary->getLHS(), variable, up);
        return left ? left : step_of(binary->getRHS(), variable, up);
    }
    const bool multiplies = up && binary->getOpcode() == clang::BO_MulAssign;
    if (!multiplies && binary->getOpcode() != (up ? clang::BO_AddAssign : clang::BO_SubAssign)) return std::nullopt;
    if (variable_of(binary->getLHS()) != variable) return std::nullopt;
    const Interval size = evaluate(binary->getRHS());
    if (!size.low || *size.low < (multiplies ? 2 : 1) || !size.high) return std::nullopt;
    return Step{size, multiplies};
}

std::optional<Bounds::Step> Bounds::step(const clang::VarDecl* variable, const clang::Expr* increment,
                                         const clang::Stmt* body, bool up) {
    if (increment != nullptr) {
        if (std::optional<Step> size = step_of(increment, variable, up)) return size;
    }
    // A statement of the body itself is reached by every turn that does not leave the loop, but for `continue`.
    const auto* block = llvm::dyn_cast_or_null<clang::CompoundStmt>(body);
    if (block == nullptr || holds_continue(block)) return std::nullopt;
    for (const clang::Stmt* statement : block->body()) {
        const auto* expression = llvm::dyn_cast<clang::Expr>(statement);
        if (expression == nullptr) continue;
        if (std::optional<Step> size = step_of(expression, variable, up)) return size;
    }
    return std::nullopt;
}

std::string Bounds::prove_condition(const clang::Expr* condition, const clang::Expr* increment, const clang::Stmt* body,
                                    const clang::VarDecl** counter) {
    if (condition == nullptr) return "the loop has no condition";
    condition = strip(condition);
    if (const auto* binary = llvm::dyn_cast<clang::BinaryOperator>(condition);
        binary != nullptr && binary->getOpcode() == clang::BO_LAnd) {
        std::string left = prove_condition(binary->getLHS(), increment, body, counter);
        return left.empty() ? left : prove_condition(binary->getRHS(), increment, body, counter);
    }
    const std::optional<Comparison> compared = comparison(condition);
    if (!compared) return "the condition does not compare a counter with a limit";
    const clang::VarDecl* variable = compared->variable;
    const std::string name = "`" + variable->getNameAsString() + "`";
    const clang::QualType type = variable->getType();
    if (!type->isIntegerType()) return name + " is not an integer";
    const Writes writes = writes_of(variable);
    if (writes.other) return name + " is written to otherwise than by constant steps";
    if (writes.increases == writes.decreases) return name + " does not move in one direction";
    const bool up = writes.increases;
    std::optional<Step> size = step(variable, increment, body, up);
    if (!size) size = step_of(compared->side, variable, up);
    if (!size) return "not every turn moves " + name + " by a constant step";

    const Interval limit = evaluate(compared->limit);
    const Interval by_type = of_type(type, context_);
    const Interval start = known(variable, nullptr, type);
    const clang::BinaryOperatorKind kind = compared->kind;
    if (kind == clang::BO_EQ) return name + " is compared by `==`";
    if (kind == clang::BO_NE) {
        if (size->multiplies || size->size != Interval::of(1)) return "`!=` may be passed by";
        const auto at_first = initial_.find({variable, nullptr});
        const Interval first = at_first == initial_.end() ? Interval{} : at_first->second;
        const bool ahead = up ? first.low && first.high && limit.low && limit.high && *first.high <= *limit.low
                              : first.low && first.high && limit.low && limit.high && *first.low >= *limit.high;
        *counter = variable;
        return ahead ? "" : "`!=` may be passed by";
    }
    if (up != (kind == clang::BO_LT || kind == clang::BO_LE)) return name + " moves away from its limit";
    const unsigned bits = static_cast<unsigned>(context_.getTypeSize(type));
    const bool is_unsigned = type->isUnsignedIntegerOrEnumerationType();
    const std::int64_t most = bits >= 64 ? INT64_MAX : (std::int64_t{1} << (is_unsigned ? bits : bits - 1)) - 1;
    const std::int64_t least = is_unsigned ? 0 : -most - 1;
    *counter = variable;
    if (up) {
        if (!limit.high) return "nothing bounds the limit of " + name;
        if (!start.low) return "nothing bounds the start of " + name;
        if (size->multiplies && *start.low < 1) return name + " may stay at zero";
        const End passing = kind == clang::BO_LE ? limit.high : subtract(limit.high, End(1));
        const End last =
            size->multiplies ? multiply({0, larger(passing, 0)}, size->size).high : add(passing, size->size.high);
        return last && *last <= most ? "" : name + " may wrap around before its limit";
    }
    if (!limit.low && !by_type.low) return "nothing bounds the limit of " + name;
    if (!start.high) return "nothing bounds the start of " + name;
    const End last = subtract(kind == clang::BO_GE ? limit.low : add(limit.low, End(1)), size->size.high);
    return last && *last >= least ? "" : name + " may wrap around before its limit";
}

// Within a body that leaves it alone, the counter has passed the condition.
void Bounds::narrow_counter(const clang::ForStmt* loop, const clang::VarDecl* counter) {
    WriteMap in_body;
    collect_writes(loop->getBody(), in_body);
    const std::optional<Comparison> compared = comparison(loop->getCond());
    if (in_body.contains(counter) || !compared || compared->variable != counter) return;
    const Interval limit = evaluate(compared->limit);
    Interval& value = values_[{counter, nullptr}];
    if (compared->kind == clang::BO_LT) value.high = smaller(value.high, subtract(limit.high, End(1)));
    if (compared->kind == clang::BO_LE) value.high = smaller(value.high, limit.high);
    if (compared->kind == clang::BO_GT) value.low = larger(value.low, add(limit.low, End(1)));
    if (compared->kind == clang::BO_GE) value.low = larger(value.low, limit.low);
}

std::string Bounds::prove(const clang::Stmt* loop) {
    const clang::VarDecl* counter = nullptr;
    if (const auto* statement = llvm::dyn_cast<clang::ForStmt>(loop)) {
        if (const auto* init = llvm::dyn_cast_or_null<clang::DeclStmt>(statement->getInit())) {
            for (const clang::Decl* declaration : init->decls()) {
                const auto* variable = llvm::dyn_cast<clang::VarDecl>(declaration);
                if (variable == nullptr || variable->getInit() == nullptr) continue;
                const Value initial = value_of(variable->getInit());
                initial_[{variable, nullptr}] = initial.number;
                declare(variable, initial);
            }
        }
        std::string reason = prove_condition(statement->getCond(), statement->getInc(), statement->getBody(), &counter);
        if (reason.empty() && counter != nullptr) narrow_counter(statement, counter);
        return reason;
    }
    if (const auto* statement = llvm::dyn_cast<clang::WhileStmt>(loop)) {
        return prove_condition(statement->getCond(), nullptr, statement->getBody(), &counter);
    }
    if (const auto* statement = llvm::dyn_cast<clang::DoStmt>(loop)) {
        clang::Expr::EvalResult constant;
        if (statement->getCond()->EvaluateAsInt(constant, context_) && constant.Val.getInt() == 0) return "";
        return prove_condition(statement->getCond(), nullptr, statement->getBody(), &counter);
    }
    if (const auto* statement = llvm::dyn_cast<clang::CXXForRangeStmt>(loop)) {
        const clang::QualType range = statement->getRangeInit()->getType();
        return context_.getAsConstantArrayType(range) != nullptr ? "" : "the range is not an array of constant extent";
    }
    return "not a loop";
}

}  // namespace nncc::clang_module
