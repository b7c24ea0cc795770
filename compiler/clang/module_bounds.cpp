// Bounds of integer expressions and of the trip counts of loops, as far as they follow from the text.
//
// Flow-insensitive but for assumptions: a variable that is only ever increased is at least its initial value
// everywhere, one that is only decreased at most. A loop is bounded when a conjunct of its condition compares such a
// variable with a limit of known bound, against the direction in which every turn moves it by a constant.
#include "clang/module_bounds.h"

#include <clang/AST/DeclCXX.h>
#include <clang/AST/ExprCXX.h>
#include <clang/AST/RecursiveASTVisitor.h>
#include <clang/AST/StmtCXX.h>
#include <llvm/ADT/DenseSet.h>
#include <llvm/ADT/FoldingSet.h>

#include <algorithm>

namespace nncc::clang_module {
namespace {

constexpr int kMaximumDepth = 12;

const clang::Expr* strip(const clang::Expr* expression) {
    while (expression != nullptr) {
        const clang::Expr* inner = expression->IgnoreParens();
        if (const auto* temporary = llvm::dyn_cast<clang::MaterializeTemporaryExpr>(inner))
            inner = temporary->getSubExpr();
        if (const auto* cleanups = llvm::dyn_cast<clang::ExprWithCleanups>(inner)) inner = cleanups->getSubExpr();
        if (const auto* cast = llvm::dyn_cast<clang::CastExpr>(inner)) {
            const clang::CastKind kind = cast->getCastKind();
            if (kind == clang::CK_LValueToRValue || kind == clang::CK_NoOp) inner = cast->getSubExpr();
        }
        if (inner == expression) return expression;
        expression = inner;
    }
    return nullptr;
}

// The variable that an expression names, through parentheses, casts between integers and the loading of a value.
const clang::VarDecl* variable_of(const clang::Expr* expression) {
    const auto* reference = llvm::dyn_cast_or_null<clang::DeclRefExpr>(expression->IgnoreParenImpCasts());
    return reference == nullptr ? nullptr : llvm::dyn_cast<clang::VarDecl>(reference->getDecl());
}

class WriteCollector : public clang::RecursiveASTVisitor<WriteCollector> {
  public:
    explicit WriteCollector(llvm::DenseMap<const clang::VarDecl*, WriteSites>& writes) : writes_(writes) {}

    bool shouldVisitImplicitCode() const { return true; }
    bool TraverseFunctionTemplateDecl(
        clang::FunctionTemplateDecl* function) {  // of generic lambdas: what runs, not the pattern
        for (clang::FunctionDecl* instance : function->specializations()) TraverseDecl(instance);
        return true;
    }
    // Captured by reference: what the body does with the variable is seen there. Only `[&alias = variable]` hides it.
    bool TraverseLambdaExpr(clang::LambdaExpr* lambda) {
        for (unsigned i = 0; i < lambda->capture_size(); ++i) {
            if (lambda->isInitCapture(lambda->capture_begin() + i)) TraverseStmt(lambda->capture_init_begin()[i]);
        }
        return TraverseDecl(lambda->getLambdaClass());
    }

    bool VisitImplicitCastExpr(clang::ImplicitCastExpr* cast) {
        const bool reads = cast->getCastKind() == clang::CK_LValueToRValue ||
                           (cast->getCastKind() == clang::CK_NoOp && cast->getType().isConstQualified());
        if (reads) accounted(cast->getSubExpr());
        return true;
    }
    bool VisitUnaryOperator(clang::UnaryOperator* expression) {
        if (!expression->isIncrementDecrementOp()) return true;
        if (const clang::VarDecl* variable = accounted(expression->getSubExpr())) {
            Writes& writes = writes_[variable].constant;
            (expression->isIncrementOp() ? writes.increases : writes.decreases) = true;
        }
        return true;
    }
    bool VisitBinaryOperator(clang::BinaryOperator* expression) {
        const clang::BinaryOperatorKind kind = expression->getOpcode();
        if (kind != clang::BO_AddAssign && kind != clang::BO_SubAssign) return true;
        if (const clang::VarDecl* variable = accounted(expression->getLHS())) {
            WriteSites& sites = writes_[variable];
            (kind == clang::BO_AddAssign ? sites.added : sites.subtracted).push_back(expression->getRHS());
        }
        return true;
    }
    // A variable named in any other way may be written through that. Parents are visited first.
    bool VisitDeclRefExpr(clang::DeclRefExpr* reference) {
        const auto* variable = llvm::dyn_cast<clang::VarDecl>(reference->getDecl());
        if (variable != nullptr && !accounted_.contains(reference) && !variable->getType().isConstQualified() &&
            variable->getType()->isIntegerType()) {
            writes_[variable].constant.other = true;
        }
        return true;
    }

  private:
    const clang::VarDecl* accounted(const clang::Expr* expression) {
        const auto* reference = llvm::dyn_cast<clang::DeclRefExpr>(expression->IgnoreParens());
        if (reference == nullptr) return nullptr;
        accounted_.insert(reference);
        return llvm::dyn_cast<clang::VarDecl>(reference->getDecl());
    }

    llvm::DenseMap<const clang::VarDecl*, WriteSites>& writes_;
    llvm::DenseSet<const clang::DeclRefExpr*> accounted_;
};

// Whether a `continue` of this very loop is in its body.
bool holds_continue(const clang::Stmt* statement) {
    if (statement == nullptr) return false;
    if (llvm::isa<clang::ContinueStmt>(statement)) return true;
    if (llvm::isa<clang::ForStmt, clang::WhileStmt, clang::DoStmt, clang::CXXForRangeStmt, clang::Expr>(statement))
        return false;
    return std::any_of(statement->child_begin(), statement->child_end(), holds_continue);
}

using End = std::optional<std::int64_t>;

End add(End a, End b) {
    std::int64_t result = 0;
    if (!a || !b || __builtin_add_overflow(*a, *b, &result)) return std::nullopt;
    return result;
}

End subtract(End a, End b) {
    std::int64_t result = 0;
    if (!a || !b || __builtin_sub_overflow(*a, *b, &result)) return std::nullopt;
    return result;
}

End smaller(End a, End b) { return !a ? b : !b ? a : std::min(*a, *b); }  // the known one, if one is not
End larger(End a, End b) { return !a ? b : !b ? a : std::max(*a, *b); }

Interval multiply(Interval a, Interval b) {
    // Sizes are not negative; then the upper end needs no lower one to be finite.
    if (a.low && b.low && *a.low >= 0 && *b.low >= 0) {
        Interval result;
        std::int64_t value = 0;
        if (!__builtin_mul_overflow(*a.low, *b.low, &value)) result.low = value;
        if (a.high && b.high && !__builtin_mul_overflow(*a.high, *b.high, &value)) result.high = value;
        return result;
    }
    if (!a.low || !a.high || !b.low || !b.high) return {};
    Interval result;
    for (std::int64_t x : {*a.low, *a.high}) {
        for (std::int64_t y : {*b.low, *b.high}) {
            std::int64_t value = 0;
            if (__builtin_mul_overflow(x, y, &value)) return {};
            result.low = smaller(result.low, value);
            result.high = larger(result.high, value);
        }
    }
    return result;
}

Interval divide(Interval a, Interval b) {
    if (!b.low || *b.low <= 0) return {};
    Interval result;
    if (a.low) result.low = *a.low >= 0 ? (b.high ? *a.low / *b.high : 0) : *a.low / *b.low;
    if (a.high) result.high = *a.high >= 0 ? *a.high / *b.low : 0;
    return result;
}

Interval remainder(Interval a, Interval b) {
    if (!b.low || *b.low <= 0 || !b.high) return {};
    const bool negative = !a.low || *a.low < 0;
    Interval result = {negative ? 1 - *b.high : 0, *b.high - 1};
    if (!negative) result.high = smaller(result.high, a.high);
    return result;
}

Interval of_type(clang::QualType type, const clang::ASTContext& context) {
    if (!type->isIntegerType()) return {};
    const unsigned bits = type->isBooleanType() ? 1 : static_cast<unsigned>(context.getTypeSize(type));
    Interval result;
    if (type->isUnsignedIntegerOrEnumerationType()) {
        result.low = 0;
        if (bits <= 16) result.high = (std::int64_t{1} << bits) - 1;
    } else if (bits <= 16) {
        result = {-(std::int64_t{1} << (bits - 1)), (std::int64_t{1} << (bits - 1)) - 1};
    }
    return result;
}

// A cast keeps what is known only where the value fits the type.
Interval cast_to(Interval value, clang::QualType type, const clang::ASTContext& context) {
    if (!type->isIntegerType()) return {};
    const unsigned bits = static_cast<unsigned>(context.getTypeSize(type));
    const bool is_unsigned = type->isUnsignedIntegerOrEnumerationType();
    if (is_unsigned && !(value.low && *value.low >= 0)) return of_type(type, context);
    if (bits >= 64) return value;
    const std::int64_t limit = is_unsigned ? (std::int64_t{1} << bits) - 1 : (std::int64_t{1} << (bits - 1)) - 1;
    if (!value.high || *value.high > limit || !value.low || *value.low < -limit - 1) {
        // An `int` made of what may be too large for it: nothing is known.
        return of_type(type, context);
    }
    return value;
}

clang::BinaryOperatorKind mirrored(clang::BinaryOperatorKind kind) {
    if (kind == clang::BO_LT) return clang::BO_GT;
    if (kind == clang::BO_LE) return clang::BO_GE;
    if (kind == clang::BO_GT) return clang::BO_LT;
    if (kind == clang::BO_GE) return clang::BO_LE;
    return kind;
}

clang::BinaryOperatorKind negated(clang::BinaryOperatorKind kind) {
    if (kind == clang::BO_LT) return clang::BO_GE;
    if (kind == clang::BO_LE) return clang::BO_GT;
    if (kind == clang::BO_GT) return clang::BO_LE;
    if (kind == clang::BO_GE) return clang::BO_LT;
    return kind == clang::BO_EQ ? clang::BO_NE : clang::BO_EQ;
}

}  // namespace

void Bounds::enter(const clang::Stmt* body) { WriteCollector(writes_).TraverseStmt(const_cast<clang::Stmt*>(body)); }

Writes Bounds::writes_of(const clang::VarDecl* variable) {
    const auto found = writes_.find(variable);
    if (found == writes_.end()) return {};
    const WriteSites sites = found->second;
    Writes writes = sites.constant;
    for (const clang::Expr* size : sites.added) {
        const Interval value = evaluate(size);
        (value.low && *value.low >= 0 ? writes.increases : writes.other) = true;
    }
    for (const clang::Expr* size : sites.subtracted) {
        const Interval value = evaluate(size);
        (value.low && *value.low >= 0 ? writes.decreases : writes.other) = true;
    }
    return writes;
}

void Bounds::declare(const clang::VarDecl* variable, Interval initial) {
    if (!variable->getType().getNonReferenceType()->isIntegerType()) return;
    const bool mutable_reference =
        variable->getType()->isReferenceType() && !variable->getType().getNonReferenceType().isConstQualified();
    const Writes writes = writes_of(variable);
    if (writes.other || mutable_reference) initial = {};
    if (writes.increases) initial.high.reset();
    if (writes.decreases) initial.low.reset();
    values_[variable] = initial;
}

bool Bounds::same(const clang::Expr* first, const clang::Expr* second) const {
    llvm::FoldingSetNodeID one;
    llvm::FoldingSetNodeID two;
    strip(first)->Profile(one, context_, true);
    strip(second)->Profile(two, context_, true);
    return one == two;
}

Interval Bounds::evaluate(const clang::Expr* expression, int depth) {
    if (expression == nullptr || depth > kMaximumDepth || expression->isValueDependent()) return {};
    expression = strip(expression);
    const clang::QualType type = expression->getType();
    clang::Expr::EvalResult constant;
    if (type->isIntegralOrEnumerationType() && expression->EvaluateAsInt(constant, context_)) {
        const llvm::APSInt& value = constant.Val.getInt();
        if (std::optional<std::int64_t> small = value.tryExtValue()) return Interval::of(*small);
        return {};
    }
    if (const auto* cast = llvm::dyn_cast<clang::CastExpr>(expression)) {
        if (cast->getCastKind() != clang::CK_IntegralCast) return of_type(type, context_);
        return cast_to(evaluate(cast->getSubExpr(), depth + 1), type, context_);
    }
    if (const auto* list = llvm::dyn_cast<clang::InitListExpr>(expression)) {
        return list->getNumInits() == 1 ? evaluate(list->getInit(0), depth + 1) : Interval{};
    }
    if (const auto* substituted = llvm::dyn_cast<clang::SubstNonTypeTemplateParmExpr>(expression)) {
        return evaluate(substituted->getReplacement(), depth + 1);
    }
    if (const auto* reference = llvm::dyn_cast<clang::DeclRefExpr>(expression)) {
        const auto* variable = llvm::dyn_cast<clang::VarDecl>(reference->getDecl());
        const auto found = variable == nullptr ? values_.end() : values_.find(variable);
        if (found != values_.end()) {
            const Interval by_type = of_type(type, context_);
            return {larger(found->second.low, by_type.low), smaller(found->second.high, by_type.high)};
        }
        return of_type(type, context_);
    }
    if (const auto* unary = llvm::dyn_cast<clang::UnaryOperator>(expression)) {
        if (unary->getOpcode() == clang::UO_Plus) return evaluate(unary->getSubExpr(), depth + 1);
        if (unary->getOpcode() != clang::UO_Minus) return of_type(type, context_);
        const Interval value = evaluate(unary->getSubExpr(), depth + 1);
        return cast_to({subtract(0, value.high), subtract(0, value.low)}, type, context_);
    }
    if (const auto* binary = llvm::dyn_cast<clang::BinaryOperator>(expression)) return evaluate_binary(binary, depth);
    if (const auto* conditional = llvm::dyn_cast<clang::ConditionalOperator>(expression)) {
        return evaluate_conditional(conditional, depth);
    }
    if (const auto* call = llvm::dyn_cast<clang::CallExpr>(expression)) return evaluate_call(call, depth);
    return of_type(type, context_);
}

Interval Bounds::evaluate_binary(const clang::BinaryOperator* expression, int depth) {
    const clang::QualType type = expression->getType();
    if (!type->isIntegerType()) return {};
    const Interval a = evaluate(expression->getLHS(), depth + 1);
    const Interval b = evaluate(expression->getRHS(), depth + 1);
    const bool wraps = type->isUnsignedIntegerOrEnumerationType();
    switch (expression->getOpcode()) {
        case clang::BO_Add: {
            // Signed overflow is undefined, so an end that is known stays known; unsigned values must be seen not to
            // wrap.
            const Interval sum = {add(a.low, b.low), add(a.high, b.high)};
            return wraps ? cast_to(sum, type, context_) : sum;
        }
        case clang::BO_Sub: {
            const Interval difference = {subtract(a.low, b.high), subtract(a.high, b.low)};
            return wraps ? cast_to(difference, type, context_) : difference;
        }
        case clang::BO_Mul: {
            const Interval product = multiply(a, b);
            return wraps ? cast_to(product, type, context_) : product;
        }
        case clang::BO_Div: return divide(a, b);
        case clang::BO_Rem: return remainder(a, b);
        case clang::BO_And:
            // Not more than an operand that is not negative.
            if (b.low && *b.low >= 0 && b.high) return {0, b.high};
            if (a.low && *a.low >= 0) return {0, a.high};
            return {};
        case clang::BO_Shr:
            if (a.low && *a.low >= 0)
                return {0, b.low && *b.low >= 0 && *b.low < 63 && a.high ? End(*a.high >> *b.low) : a.high};
            return {};
        default: return of_type(type, context_);
    }
}

Interval Bounds::evaluate_conditional(const clang::ConditionalOperator* expression, int depth) {
    const Interval a = evaluate(expression->getTrueExpr(), depth + 1);
    const Interval b = evaluate(expression->getFalseExpr(), depth + 1);
    Interval either = {a.low && b.low ? smaller(a.low, b.low) : End(),
                       a.high && b.high ? larger(a.high, b.high) : End()};
    const auto* condition = llvm::dyn_cast<clang::BinaryOperator>(strip(expression->getCond()));
    if (condition == nullptr || !condition->isRelationalOp()) return either;
    const bool less = condition->getOpcode() == clang::BO_LT || condition->getOpcode() == clang::BO_LE;
    const bool straight =
        same(condition->getLHS(), expression->getTrueExpr()) && same(condition->getRHS(), expression->getFalseExpr());
    const bool crossed =
        same(condition->getLHS(), expression->getFalseExpr()) && same(condition->getRHS(), expression->getTrueExpr());
    if (!straight && !crossed) return either;
    // `a < b ? a : b` is the smaller one: not more than either.
    if (less == straight) return {either.low, smaller(a.high, b.high)};
    return {larger(a.low, b.low), either.high};
}

Interval Bounds::evaluate_call(const clang::CallExpr* call, int depth) {
    const clang::FunctionDecl* function = call->getDirectCallee();
    const Interval unknown = of_type(call->getType().getNonReferenceType(), context_);
    if (function == nullptr || !function->hasBody(function)) return unknown;
    const auto* body = llvm::dyn_cast<clang::CompoundStmt>(function->getBody());
    if (body == nullptr || body->size() != 1) return unknown;
    const auto* result = llvm::dyn_cast<clang::ReturnStmt>(body->body_front());
    if (result == nullptr || result->getRetValue() == nullptr) return unknown;
    const unsigned offset =
        llvm::isa<clang::CXXOperatorCallExpr>(call) && llvm::isa<clang::CXXMethodDecl>(function) ? 1 : 0;
    std::vector<Interval> arguments;
    for (unsigned i = 0; i < function->getNumParams() && i + offset < call->getNumArgs(); ++i) {
        arguments.push_back(evaluate(call->getArg(i + offset), depth + 1));
    }
    const State before = values_;
    for (unsigned i = 0; i < arguments.size(); ++i) values_[function->getParamDecl(i)] = arguments[i];
    const Interval value = evaluate(result->getRetValue(), depth + 1);
    values_ = before;
    return value;
}

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

void Bounds::assume(const clang::Expr* condition, bool truth) {
    condition = strip(condition);
    if (const auto* unary = llvm::dyn_cast<clang::UnaryOperator>(condition)) {
        if (unary->getOpcode() == clang::UO_LNot) assume(unary->getSubExpr(), !truth);
        return;
    }
    const auto* binary = llvm::dyn_cast<clang::BinaryOperator>(condition);
    if (binary == nullptr) return;
    if (binary->isLogicalOp()) {
        if ((binary->getOpcode() == clang::BO_LAnd) != truth) return;
        assume(binary->getLHS(), truth);
        assume(binary->getRHS(), truth);
        return;
    }
    if (!binary->isRelationalOp() && !binary->isEqualityOp()) return;
    const auto narrow = [&](const clang::Expr* side, clang::BinaryOperatorKind kind, const clang::Expr* other) {
        const clang::VarDecl* variable = variable_of(side);
        if (variable == nullptr || !variable->getType().getNonReferenceType()->isIntegerType()) return;
        const Writes writes = writes_of(variable);
        if (writes.other) return;
        const Interval limit = evaluate(other);
        Interval& value = values_[variable];
        const End one = 1;
        if (!writes.increases) {
            if (kind == clang::BO_LT) value.high = smaller(value.high, subtract(limit.high, one));
            if (kind == clang::BO_LE || kind == clang::BO_EQ) value.high = smaller(value.high, limit.high);
        }
        if (!writes.decreases) {
            if (kind == clang::BO_GT) value.low = larger(value.low, add(limit.low, one));
            if (kind == clang::BO_GE || kind == clang::BO_EQ) value.low = larger(value.low, limit.low);
        }
    };
    const clang::BinaryOperatorKind kind = truth ? binary->getOpcode() : negated(binary->getOpcode());
    narrow(binary->getLHS(), kind, binary->getRHS());
    narrow(binary->getRHS(), mirrored(kind), binary->getLHS());
}

std::optional<Interval> Bounds::step_of(const clang::Expr* expression, const clang::VarDecl* variable, bool up) {
    expression = expression->IgnoreParenImpCasts();
    if (const auto* unary = llvm::dyn_cast<clang::UnaryOperator>(expression)) {
        if (!unary->isIncrementDecrementOp() || unary->isIncrementOp() != up) return std::nullopt;
        if (variable_of(unary->getSubExpr()) != variable) return std::nullopt;
        return Interval::of(1);
    }
    const auto* binary = llvm::dyn_cast<clang::BinaryOperator>(expression);
    if (binary == nullptr) return std::nullopt;
    if (binary->getOpcode() == clang::BO_Comma) {
        const std::optional<Interval> left = step_of(binary->getLHS(), variable, up);
        return left ? left : step_of(binary->getRHS(), variable, up);
    }
    if (binary->getOpcode() != (up ? clang::BO_AddAssign : clang::BO_SubAssign)) return std::nullopt;
    if (variable_of(binary->getLHS()) != variable) return std::nullopt;
    const Interval size = evaluate(binary->getRHS());
    if (!size.low || *size.low < 1 || !size.high) return std::nullopt;
    return size;
}

std::optional<Interval> Bounds::step(const clang::VarDecl* variable, const clang::Expr* increment,
                                     const clang::Stmt* body, bool up) {
    if (increment != nullptr) {
        if (std::optional<Interval> size = step_of(increment, variable, up)) return size;
    }
    // A statement of the body itself is reached by every turn that does not leave the loop, but for `continue`.
    const auto* block = llvm::dyn_cast_or_null<clang::CompoundStmt>(body);
    if (block == nullptr || holds_continue(block)) return std::nullopt;
    for (const clang::Stmt* statement : block->body()) {
        const auto* expression = llvm::dyn_cast<clang::Expr>(statement);
        if (expression == nullptr) continue;
        if (std::optional<Interval> size = step_of(expression, variable, up)) return size;
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
    std::optional<Interval> size = step(variable, increment, body, up);
    if (!size) size = step_of(compared->side, variable, up);
    if (!size) return "not every turn moves " + name + " by a constant step";

    const Interval limit = evaluate(compared->limit);
    const auto known = values_.find(variable);
    const Interval by_type = of_type(type, context_);
    Interval start = known == values_.end() ? Interval{} : known->second;
    start = {larger(start.low, by_type.low), smaller(start.high, by_type.high)};
    const clang::BinaryOperatorKind kind = compared->kind;
    if (kind == clang::BO_EQ) return name + " is compared by `==`";
    if (kind == clang::BO_NE) {
        if (*size != Interval::of(1)) return "`!=` may be passed by";
        const auto at_first = initial_.find(variable);
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
        const End last = add(kind == clang::BO_LE ? limit.high : subtract(limit.high, End(1)), size->high);
        return last && *last <= most ? "" : name + " may wrap around before its limit";
    }
    if (!limit.low && !by_type.low) return "nothing bounds the limit of " + name;
    if (!start.high) return "nothing bounds the start of " + name;
    const End last = subtract(kind == clang::BO_GE ? limit.low : add(limit.low, End(1)), size->high);
    return last && *last >= least ? "" : name + " may wrap around before its limit";
}

// Within a body that leaves it alone, the counter has passed the condition.
void Bounds::narrow_counter(const clang::ForStmt* loop, const clang::VarDecl* counter) {
    llvm::DenseMap<const clang::VarDecl*, WriteSites> in_body;
    WriteCollector(in_body).TraverseStmt(const_cast<clang::Stmt*>(loop->getBody()));
    const std::optional<Comparison> compared = comparison(loop->getCond());
    if (in_body.contains(counter) || !compared || compared->variable != counter) return;
    const Interval limit = evaluate(compared->limit);
    Interval& value = values_[counter];
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
                initial_[variable] = evaluate(variable->getInit());
                declare(variable, initial_[variable]);
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
