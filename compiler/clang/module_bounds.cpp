// Bounds of integer expressions, as far as they follow from the text.
//
// Flow-insensitive but for assumptions: a variable that is only ever increased is at least its initial value
// everywhere, one that is only decreased at most.
#include "clang/module_bounds.h"

#include <clang/AST/DeclCXX.h>
#include <clang/AST/ExprCXX.h>
#include <clang/AST/RecursiveASTVisitor.h>
#include <llvm/ADT/DenseSet.h>
#include <llvm/ADT/FoldingSet.h>

namespace nncc::clang_module {
namespace {

constexpr int kMaximumDepth = 12;

class WriteCollector : public clang::RecursiveASTVisitor<WriteCollector> {
  public:
    explicit WriteCollector(WriteMap& writes) : writes_(writes) {}

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

    // Only the list as it is meant: in the one as it is written reads are not marked as such.
    bool TraverseInitListExpr(clang::InitListExpr* list, DataRecursionQueue* queue = nullptr) {
        clang::InitListExpr* meant = list->isSemanticForm() ? list : list->getSemanticForm();
        return TraverseSynOrSemInitListExpr(meant != nullptr ? meant : list, queue);
    }
    bool VisitImplicitCastExpr(clang::ImplicitCastExpr* cast) {
        const bool reads = cast->getCastKind() == clang::CK_LValueToRValue ||
                           (cast->getCastKind() == clang::CK_NoOp && cast->getType().isConstQualified());
        if (!reads) return true;
        const clang::Expr* read = cast->getSubExpr()->IgnoreParens();
        const auto* member = llvm::dyn_cast<clang::MemberExpr>(read);
        accounted(member != nullptr && !member->isArrow() ? member->getBase() : read);
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
        const bool known = kind == clang::BO_AddAssign || kind == clang::BO_SubAssign || kind == clang::BO_MulAssign;
        const clang::VarDecl* variable = known ? accounted(expression->getLHS()) : nullptr;
        if (variable == nullptr) return true;
        WriteSites& sites = writes_[variable];
        if (kind == clang::BO_AddAssign) sites.added.push_back(expression->getRHS());
        if (kind == clang::BO_SubAssign) sites.subtracted.push_back(expression->getRHS());
        if (kind == clang::BO_MulAssign) sites.multiplied.push_back(expression->getRHS());
        return true;
    }
    // A variable named in any other way may be written through that. Parents are visited first.
    bool VisitDeclRefExpr(clang::DeclRefExpr* reference) {
        const auto* variable = llvm::dyn_cast<clang::VarDecl>(reference->getDecl());
        if (variable != nullptr && !accounted_.contains(reference) && !variable->getType().isConstQualified() &&
            (variable->getType()->isIntegerType() || variable->getType()->isRecordType())) {
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

    WriteMap& writes_;
    llvm::DenseSet<const clang::DeclRefExpr*> accounted_;
};

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

clang::BinaryOperatorKind negated(clang::BinaryOperatorKind kind) {
    if (kind == clang::BO_LT) return clang::BO_GE;
    if (kind == clang::BO_LE) return clang::BO_GT;
    if (kind == clang::BO_GT) return clang::BO_LE;
    if (kind == clang::BO_GE) return clang::BO_LT;
    return kind == clang::BO_EQ ? clang::BO_NE : clang::BO_EQ;
}

}  // namespace

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

const clang::VarDecl* variable_of(const clang::Expr* expression) {
    const auto* reference = llvm::dyn_cast_or_null<clang::DeclRefExpr>(expression->IgnoreParenImpCasts());
    return reference == nullptr ? nullptr : llvm::dyn_cast<clang::VarDecl>(reference->getDecl());
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

clang::BinaryOperatorKind mirrored(clang::BinaryOperatorKind kind) {
    if (kind == clang::BO_LT) return clang::BO_GT;
    if (kind == clang::BO_LE) return clang::BO_GE;
    if (kind == clang::BO_GT) return clang::BO_LT;
    if (kind == clang::BO_GE) return clang::BO_LE;
    return kind;
}

void collect_writes(const clang::Stmt* body, WriteMap& writes) {
    WriteCollector(writes).TraverseStmt(const_cast<clang::Stmt*>(body));
}

void Bounds::enter(const clang::Stmt* body) { collect_writes(body, writes_); }

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
    for (const clang::Expr* factor : sites.multiplied) {
        const Interval value = evaluate(factor);
        (value.low && *value.low >= 1 ? writes.increases : writes.other) = true;
    }
    return writes;
}

void Bounds::declare(const clang::VarDecl* variable, const Value& initial) {
    const clang::QualType type = variable->getType();
    if (type.getNonReferenceType()->isIntegerType()) return declare_integer(variable, initial.number);
    const bool mutable_reference = type->isReferenceType() && !type.getNonReferenceType().isConstQualified();
    const bool kept = !mutable_reference && !writes_of(variable).other;
    for (const auto& [field, value] : initial.fields) values_[{variable, field}] = kept ? value : Interval{};
}

void Bounds::declare_integer(const clang::VarDecl* variable, Interval initial) {
    const bool mutable_reference =
        variable->getType()->isReferenceType() && !variable->getType().getNonReferenceType().isConstQualified();
    const Writes writes = writes_of(variable);
    const auto sites = writes_.find(variable);
    const bool multiplied = sites != writes_.end() && !sites->second.multiplied.empty();
    if (writes.other || mutable_reference || (multiplied && !(initial.low && *initial.low >= 1))) initial = {};
    if (writes.increases) initial.high.reset();
    if (writes.decreases) initial.low.reset();
    values_[{variable, nullptr}] = initial;
}

bool Bounds::same(const clang::Expr* first, const clang::Expr* second) const {
    llvm::FoldingSetNodeID one;
    llvm::FoldingSetNodeID two;
    strip(first)->Profile(one, context_, true);
    strip(second)->Profile(two, context_, true);
    return one == two;
}

Interval Bounds::known(const clang::VarDecl* variable, const clang::FieldDecl* field, clang::QualType type) const {
    const Interval by_type = of_type(type, context_);
    const auto found = values_.find({variable, field});
    if (variable == nullptr || found == values_.end()) return by_type;
    return {larger(found->second.low, by_type.low), smaller(found->second.high, by_type.high)};
}

Value Bounds::value_of(const clang::Expr* expression) {
    if (expression == nullptr || expression->isValueDependent()) return {};
    expression = strip(expression);
    const clang::RecordDecl* record = expression->getType()->getAsRecordDecl();
    if (record == nullptr) return {evaluate(expression), {}};
    if (const auto* copy = llvm::dyn_cast<clang::CXXConstructExpr>(expression)) {
        const bool copies = copy->getConstructor()->isCopyOrMoveConstructor() && copy->getConstructor()->isTrivial();
        return copies && copy->getNumArgs() == 1 ? value_of(copy->getArg(0)) : Value{};
    }
    if (const auto* cast = llvm::dyn_cast<clang::CXXFunctionalCastExpr>(expression))
        return value_of(cast->getSubExpr());
    Value value;
    const auto* list = llvm::dyn_cast<clang::InitListExpr>(expression);
    const clang::VarDecl* variable = variable_of(expression);
    for (const clang::FieldDecl* field : record->fields()) {
        if (!field->getType()->isIntegerType()) continue;
        const unsigned index = field->getFieldIndex();
        if (list != nullptr && list->isSemanticForm() && !record->isUnion() && index < list->getNumInits()) {
            value.fields.emplace_back(field, evaluate(list->getInit(index)));
        } else if (variable != nullptr) {
            value.fields.emplace_back(field, known(variable, field, field->getType()));
        }
    }
    return value;
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
        return known(llvm::dyn_cast<clang::VarDecl>(reference->getDecl()), nullptr, type);
    }
    if (const auto* member = llvm::dyn_cast<clang::MemberExpr>(expression)) {
        if (member->isArrow()) return of_type(type, context_);
        const auto* field = llvm::dyn_cast<clang::FieldDecl>(member->getMemberDecl());
        return field == nullptr ? of_type(type, context_) : known(variable_of(member->getBase()), field, type);
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
    for (unsigned i = 0; i < arguments.size(); ++i) values_[{function->getParamDecl(i), nullptr}] = arguments[i];
    const Interval value = evaluate(result->getRetValue(), depth + 1);
    values_ = before;
    return value;
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
        Interval& value = values_[{variable, nullptr}];
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

}  // namespace nncc::clang_module
