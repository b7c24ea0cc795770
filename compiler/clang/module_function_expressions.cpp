// Evaluates expressions of a C++ function on symbols: to numbers where the text decides, else to nodes of the program.
#include <clang/AST/DeclCXX.h>
#include <clang/AST/ExprCXX.h>
#include <clang/Basic/SourceManager.h>
#include <llvm/ADT/StringExtras.h>

#include "clang/module_function.h"

namespace nncc::clang_module {
namespace {

Scalar scalar_of(const clang::APValue& value) {
    if (value.isInt()) return value.getInt();
    if (value.isFloat()) return value.getFloat();
    return {};
}

std::string quoted(const clang::NamedDecl* declared) { return "`" + declared->getNameAsString() + "`"; }

constexpr char kBitsReused[] = "the bits of a number cannot be read as another type in a model";

}  // namespace

std::optional<Scalar> FunctionReader::evaluated(const clang::Expr* expression) {
    clang::Expr::EvalResult result;
    if (expression->isValueDependent() || !expression->EvaluateAsRValue(result, context_)) return std::nullopt;
    if (result.HasSideEffects || result.HasUndefinedBehavior) return std::nullopt;
    Scalar scalar = scalar_of(result.Val);
    return std::holds_alternative<std::monostate>(scalar) ? std::nullopt : std::optional(std::move(scalar));
}

std::optional<ScalarProgram::Node> FunctionReader::condition(const clang::Expr* expression) {
    const Scalar held = value(expression);
    if (failed()) return std::nullopt;
    return node_of(held, context_.BoolTy, expression->getSourceRange());
}

Scalar FunctionReader::value(const clang::Expr* expression) {
    if (!enter_step(expression->getSourceRange())) return {};
    ++depth_;
    Scalar result;
    const clang::QualType type = expression->getType();
    if (const auto* enclosed = llvm::dyn_cast<clang::ParenExpr>(expression)) {
        result = value(enclosed->getSubExpr());
    } else if (const auto* whole = llvm::dyn_cast<clang::FullExpr>(expression)) {  // constants, temporaries' ends
        result = value(whole->getSubExpr());
    } else if (const auto* given = llvm::dyn_cast<clang::SubstNonTypeTemplateParmExpr>(expression)) {
        result = value(given->getReplacement());
    } else if (const auto* left_out = llvm::dyn_cast<clang::CXXDefaultArgExpr>(expression)) {
        result = value(left_out->getExpr());
    } else if (const auto* integer = llvm::dyn_cast<clang::IntegerLiteral>(expression)) {
        result = llvm::APSInt(integer->getValue(), type->isUnsignedIntegerType());
    } else if (const auto* real = llvm::dyn_cast<clang::FloatingLiteral>(expression)) {
        result = real->getValue();
    } else if (const auto* flag = llvm::dyn_cast<clang::CXXBoolLiteralExpr>(expression)) {
        result = boolean(flag->getValue());
    } else if (const auto* cast = llvm::dyn_cast<clang::CastExpr>(expression)) {
        result = value_of_cast(cast);
    } else if (const auto* unary = llvm::dyn_cast<clang::UnaryOperator>(expression)) {
        result = value_of_unary(unary);
    } else if (const auto* binary = llvm::dyn_cast<clang::BinaryOperator>(expression)) {
        result = value_of_binary(binary);
    } else if (const auto* choice = llvm::dyn_cast<clang::ConditionalOperator>(expression)) {
        result = value_of_choice(choice);
    } else if (const auto* call = llvm::dyn_cast<clang::CallExpr>(expression)) {
        result = value_of_call(call);
    } else if (const auto* list = llvm::dyn_cast<clang::InitListExpr>(expression);
               list != nullptr && list->getNumInits() == 1 && !type->isArrayType() && !type->isRecordType()) {
        result = value(list->getInit(0));
    } else if (llvm::isa<clang::ImplicitValueInitExpr, clang::CXXScalarValueInitExpr, clang::InitListExpr>(
                   expression) &&
               type->isArithmeticType()) {
        result = convert(boolean(false), context_.BoolTy, type, expression->getSourceRange());
    } else if (llvm::isa<clang::CXXThrowExpr>(expression)) {
        refuse(expression->getSourceRange(), "`throw` cannot be part of a model", "return a number for every argument");
    } else if (llvm::isa<clang::CXXNewExpr, clang::CXXDeleteExpr>(expression)) {
        refuse(expression->getSourceRange(), "memory cannot be allocated in a model");
    } else if (llvm::isa<clang::LambdaExpr>(expression)) {
        refuse(expression->getSourceRange(), "a lambda cannot be part of a model", "write it as a function");
    } else if (expression->isGLValue() && type->isArithmeticType()) {
        const int slot = place(expression);
        if (!failed()) result = state_.slots[static_cast<std::size_t>(slot)].value;
    } else if (std::optional<Scalar> known = evaluated(expression)) {  // sizeof, enumerators, traits ...
        result = *known;
    } else {
        refuse_type(expression->getSourceRange(), type, "this is");
    }
    --depth_;
    return failed() ? Scalar{} : result;
}

Scalar FunctionReader::value_of_cast(const clang::CastExpr* cast) {
    const clang::Expr* operand = cast->getSubExpr();
    switch (cast->getCastKind()) {
        case clang::CK_LValueToRValue: {
            // A value is asked for, not a place, so it may be the result of std::min, or one of two variables.
            if (llvm::isa<clang::CallExpr, clang::ConditionalOperator>(operand->IgnoreParens())) return value(operand);
            const int slot = place(operand);
            if (failed()) return {};
            Scalar held = state_.slots[static_cast<std::size_t>(slot)].value;
            if (std::holds_alternative<std::monostate>(held)) {
                refuse(operand->getSourceRange(), "this is read before it has a value");
            }
            return held;
        }
        case clang::CK_NoOp:
        case clang::CK_ConstructorConversion:
        case clang::CK_UserDefinedConversion: return value(operand);
        case clang::CK_ToVoid:
            if (operand->isGLValue()) place(operand);
            else value(operand);
            return {};
        case clang::CK_IntegralCast:
        case clang::CK_IntegralToBoolean:
        case clang::CK_IntegralToFloating:
        case clang::CK_FloatingToIntegral:
        case clang::CK_FloatingToBoolean:
        case clang::CK_FloatingCast:
        case clang::CK_BooleanToSignedIntegral: {
            const Scalar held = value(operand);
            return failed() ? Scalar{} : convert(held, operand->getType(), cast->getType(), cast->getSourceRange());
        }
        default: break;
    }
    if (std::optional<Scalar> known = evaluated(cast)) return *known;
    if (cast->getCastKind() == clang::CK_LValueToRValueBitCast) {
        refuse(cast->getSourceRange(), kBitsReused);
        return {};
    }
    refuse_type(cast->getSourceRange(), operand->getType()->isArithmeticType() ? cast->getType() : operand->getType(),
                "this is");
    return {};
}

Scalar FunctionReader::value_of_unary(const clang::UnaryOperator* expression) {
    const clang::Expr* operand = expression->getSubExpr();
    const clang::SourceRange range = expression->getSourceRange();
    switch (expression->getOpcode()) {
        case clang::UO_Plus: return value(operand);
        case clang::UO_Minus: {
            const Scalar held = value(operand);
            return failed() ? Scalar{} : negated(held, expression->getType(), range);
        }
        case clang::UO_LNot: {
            const std::optional<Node> flag = condition(operand);
            if (!flag) return {};
            const Node inverse = program_.logical_not(*flag);
            if (const std::optional<double> known = program_.constant_value(inverse)) return boolean(*known != 0);
            return inverse;
        }
        case clang::UO_Not: {
            const Scalar held = value(operand);
            if (failed()) return {};
            if (const auto* integer = std::get_if<llvm::APSInt>(&held)) return ~*integer;
            refuse(range, "`~` of a value that depends on an argument cannot be part of a model");
            return {};
        }
        case clang::UO_PostInc:
        case clang::UO_PostDec: {
            const int slot = place(operand);
            if (failed()) return {};
            const Scalar before = state_.slots[static_cast<std::size_t>(slot)].value;
            step_by_one(expression);
            return before;
        }
        case clang::UO_PreInc:
        case clang::UO_PreDec: {
            const int slot = step_by_one(expression);
            return failed() ? Scalar{} : state_.slots[static_cast<std::size_t>(slot)].value;
        }
        case clang::UO_AddrOf:
            refuse(range, "a pointer cannot be part of a model",
                   "`float`, `double`, `int` and `bool` can, and references to them");
            return {};
        case clang::UO_Extension: return value(operand);
        default: refuse_type(range, expression->getType(), "this is"); return {};
    }
}

Scalar FunctionReader::value_of_binary(const clang::BinaryOperator* expression) {
    const clang::SourceRange range = expression->getSourceRange();
    const clang::BinaryOperatorKind op = expression->getOpcode();
    if (expression->isAssignmentOp()) {
        const int slot = assign(expression);
        return failed() ? Scalar{} : state_.slots[static_cast<std::size_t>(slot)].value;
    }
    if (op == clang::BO_Comma) {
        run(expression->getLHS());
        return failed() ? Scalar{} : value(expression->getRHS());
    }
    if (expression->isLogicalOp()) {
        const std::optional<Node> first = condition(expression->getLHS());
        if (!first) return {};
        const bool both = op == clang::BO_LAnd;
        Node second = program_.flag(!both);
        const auto evaluate = [&] {
            if (const std::optional<Node> held = condition(expression->getRHS())) second = *held;
        };
        const auto skip = [] {};
        if (both) branch(*first, range, evaluate, skip);
        else branch(*first, range, skip, evaluate);
        if (failed()) return {};
        Node flag = *first;  // where it decides by itself, `second` was not evaluated
        if (both ? !program_.is_flag(*first, false) : !program_.is_flag(*first, true)) {
            flag = both ? program_.logical_and(*first, second) : program_.logical_or(*first, second);
        }
        if (const std::optional<double> known = program_.constant_value(flag)) return boolean(*known != 0);
        return flag;
    }
    const clang::QualType type = expression->getLHS()->getType();
    const Scalar a = value(expression->getLHS());
    if (failed()) return {};
    const Scalar b = value(expression->getRHS());
    if (failed()) return {};
    return binary(op, a, b, type, range);
}

Scalar FunctionReader::value_of_choice(const clang::ConditionalOperator* expression) {
    const std::optional<Node> mask = condition(expression->getCond());
    if (!mask) return {};
    Scalar a, b;
    branch(
        *mask, expression->getSourceRange(), [&] { a = value(expression->getTrueExpr()); },
        [&] { b = value(expression->getFalseExpr()); });
    if (failed()) return {};
    if (program_.is_flag(*mask, true)) return a;
    if (program_.is_flag(*mask, false)) return b;
    if (expression->getType()->isVoidType()) return {};
    return merged(*mask, a, b, expression->getType(), expression->getSourceRange());
}

int FunctionReader::temporary(clang::QualType type, Scalar held) {
    state_.slots.push_back({type.getNonReferenceType().getUnqualifiedType(), std::move(held)});
    return static_cast<int>(state_.slots.size()) - 1;
}

int FunctionReader::assign(const clang::BinaryOperator* expression) {
    const clang::SourceRange range = expression->getSourceRange();
    Scalar right = value(expression->getRHS());  // the right side comes first since C++17
    if (failed()) return -1;
    const int slot = place(expression->getLHS());
    if (failed()) return -1;
    if (const auto* compound = llvm::dyn_cast<clang::CompoundAssignOperator>(expression)) {
        const clang::QualType type = compound->getLHS()->getType();
        const clang::QualType left_type = compound->getComputationLHSType();
        const Scalar before = state_.slots[static_cast<std::size_t>(slot)].value;
        if (std::holds_alternative<std::monostate>(before)) {
            refuse(compound->getLHS()->getSourceRange(), "this is read before it has a value");
            return -1;
        }
        const Scalar left = convert(before, type, left_type, range);
        if (failed()) return -1;
        const Scalar result = binary(clang::BinaryOperator::getOpForCompoundAssignment(compound->getOpcode()), left,
                                     right, left_type, range);
        if (failed()) return -1;
        right = convert(result, compound->getComputationResultType(), type, range);
        if (failed()) return -1;
    }
    state_.slots[static_cast<std::size_t>(slot)].value = std::move(right);
    return slot;
}

int FunctionReader::step_by_one(const clang::UnaryOperator* expression) {
    const int slot = place(expression->getSubExpr());
    if (failed()) return -1;
    const clang::QualType type = expression->getSubExpr()->getType();
    const Scalar before = state_.slots[static_cast<std::size_t>(slot)].value;
    if (std::holds_alternative<std::monostate>(before)) {
        refuse(expression->getSubExpr()->getSourceRange(), "this is read before it has a value");
        return -1;
    }
    const Scalar after = binary(expression->isIncrementOp() ? clang::BO_Add : clang::BO_Sub, before, one(type), type,
                                expression->getSourceRange());
    if (failed()) return -1;
    state_.slots[static_cast<std::size_t>(slot)].value = after;
    return slot;
}

int FunctionReader::place(const clang::Expr* expression) {
    if (!enter_step(expression->getSourceRange())) return -1;
    expression = expression->IgnoreParens();
    if (const auto* name = llvm::dyn_cast<clang::DeclRefExpr>(expression)) return place_of_name(name);
    if (const auto* element = llvm::dyn_cast<clang::ArraySubscriptExpr>(expression)) return place_of_element(element);
    if (const auto* whole = llvm::dyn_cast<clang::FullExpr>(expression)) return place(whole->getSubExpr());
    if (const auto* made = llvm::dyn_cast<clang::MaterializeTemporaryExpr>(expression)) {
        Scalar held = value(made->getSubExpr());
        return failed() ? -1 : temporary(made->getType(), std::move(held));
    }
    if (const auto* cast = llvm::dyn_cast<clang::CastExpr>(expression); cast != nullptr) {
        if (cast->getCastKind() == clang::CK_NoOp) return place(cast->getSubExpr());
        if (cast->getCastKind() == clang::CK_LValueBitCast) {
            refuse(cast->getSourceRange(), kBitsReused);
            return -1;
        }
    }
    if (const auto* binary = llvm::dyn_cast<clang::BinaryOperator>(expression)) {
        if (binary->isAssignmentOp()) return assign(binary);
        if (binary->getOpcode() == clang::BO_Comma) {
            run(binary->getLHS());
            return failed() ? -1 : place(binary->getRHS());
        }
    }
    if (const auto* unary = llvm::dyn_cast<clang::UnaryOperator>(expression);
        unary != nullptr && (unary->getOpcode() == clang::UO_PreInc || unary->getOpcode() == clang::UO_PreDec)) {
        return step_by_one(unary);
    }
    if (llvm::isa<clang::CallExpr>(expression)) {
        refuse(expression->getSourceRange(), "a reference to the result of a function cannot be part of a model",
               "keep the result in a variable that is no reference");
        return -1;
    }
    if (const auto* choice = llvm::dyn_cast<clang::ConditionalOperator>(expression)) {
        const std::optional<Node> mask = condition(choice->getCond());
        if (!mask) return -1;
        if (program_.is_flag(*mask, true)) return place(choice->getTrueExpr());
        if (program_.is_flag(*mask, false)) return place(choice->getFalseExpr());
        refuse(choice->getSourceRange(), "which variable this is depends on an argument",
               "assign in both branches of an `if`");
        return -1;
    }
    if (expression->getType()->isArithmeticType()) {
        if (llvm::isa<clang::CXXThrowExpr>(expression)) {
            refuse(expression->getSourceRange(), "`throw` cannot be part of a model",
                   "return a number for every argument");
            return -1;
        }
        if (const auto* member = llvm::dyn_cast<clang::MemberExpr>(expression)) {
            if (std::optional<Scalar> known = evaluated(member)) return temporary(member->getType(), *known);
            refuse_type(member->getBase()->getSourceRange(), member->getBase()->getType(), "this is");
            return -1;
        }
        if (const auto* unary = llvm::dyn_cast<clang::UnaryOperator>(expression);
            unary != nullptr && unary->getOpcode() == clang::UO_Deref) {
            refuse_type(unary->getSubExpr()->getSourceRange(), unary->getSubExpr()->getType(), "this is");
            return -1;
        }
    }
    refuse_type(expression->getSourceRange(), expression->getType(), "this is");
    return -1;
}

int FunctionReader::place_of_name(const clang::DeclRefExpr* name) {
    const auto& variables = frames_.back().variables;
    if (const auto found = variables.find(name->getDecl()); found != variables.end()) return found->second;
    // Not a local one: it must be the same at every call.
    const auto* variable = llvm::dyn_cast<clang::VarDecl>(name->getDecl());
    if (variable == nullptr || !variable->getType().getNonReferenceType()->isArithmeticType()) {
        refuse_type(name->getSourceRange(), name->getType(), quoted(name->getDecl()) + " is");
        return -1;
    }
    if (std::optional<Scalar> known = evaluated(name)) return temporary(name->getType(), *known);
    refuse(name->getSourceRange(), quoted(variable) + " is no constant: its value may change between calls",
           "make it `constexpr`, or an argument");
    return -1;
}

int FunctionReader::place_of_element(const clang::ArraySubscriptExpr* element) {
    const clang::SourceRange range = element->getSourceRange();
    const auto* decay = llvm::dyn_cast<clang::ImplicitCastExpr>(element->getBase()->IgnoreParens());
    const clang::Expr* array = decay == nullptr ? nullptr : decay->getSubExpr()->IgnoreParens();
    const auto* name = llvm::dyn_cast_or_null<clang::DeclRefExpr>(array);
    const clang::ConstantArrayType* type =
        array == nullptr ? nullptr : context_.getAsConstantArrayType(array->getType());
    if (name == nullptr || type == nullptr || decay->getCastKind() != clang::CK_ArrayToPointerDecay) {
        refuse_type(element->getBase()->getSourceRange(), element->getBase()->getType(), "this is");
        return -1;
    }
    const Scalar index = value(element->getIdx());
    if (failed()) return -1;
    const auto* number = std::get_if<llvm::APSInt>(&index);
    if (number == nullptr) {
        refuse(element->getIdx()->getSourceRange(), "this index depends on an argument",
               "an index is known from the text: a constant, or the counter of a loop");
        return -1;
    }
    const std::int64_t at = number->isRepresentableByInt64() ? number->getExtValue() : -1;
    if (at < 0 || static_cast<std::uint64_t>(at) >= type->getSize().getZExtValue()) {
        refuse(element->getIdx()->getSourceRange(), "this index is " + llvm::toString(*number, 10) + ", and " +
                                                        quoted(name->getDecl()) + " has " +
                                                        llvm::toString(type->getSize(), 10, false) + " elements");
        return -1;
    }
    const auto& variables = frames_.back().variables;
    if (const auto found = variables.find(name->getDecl()); found != variables.end()) {
        return found->second + static_cast<int>(at);
    }
    const auto* variable = llvm::dyn_cast<clang::VarDecl>(name->getDecl());
    if (variable != nullptr && (variable->isConstexpr() || variable->getType().isConstant(context_)) &&
        variable->getAnyInitializer() != nullptr) {
        const clang::APValue* whole = variable->evaluateValue();
        if (whole != nullptr && whole->isArray()) {
            const auto position = static_cast<unsigned>(at);
            Scalar held =
                scalar_of(position < whole->getArrayInitializedElts() ? whole->getArrayInitializedElt(position)
                                                                      : whole->getArrayFiller());
            if (!std::holds_alternative<std::monostate>(held)) return temporary(element->getType(), std::move(held));
        }
    }
    refuse(range, quoted(name->getDecl()) + " is no constant: its elements may change between calls",
           "make it `constexpr`");
    return -1;
}

Scalar FunctionReader::value_of_call(const clang::CallExpr* call) {
    const clang::SourceRange range = call->getSourceRange();
    const clang::FunctionDecl* function = call->getDirectCallee();
    if (function == nullptr) {
        refuse(range, "it is not known from the text which function is called here", "call a function by its name");
        return {};
    }
    const bool of_library = context_.getSourceManager().isInSystemHeader(function->getLocation()) ||
                            (function->getBuiltinID() != 0 && !function->hasBody());
    if (of_library) {
        const ScalarFunction* known =
            function->getIdentifier() == nullptr ? nullptr : find_scalar_function(function->getName());
        if (known != nullptr && static_cast<int>(call->getNumArgs()) == known->operand_count) {
            return call_library(*known, call);
        }
        if (std::optional<Scalar> constant = evaluated(call)) return *constant;
        refuse(range, quoted(function) + " cannot be part of a model",
               std::string(scalar_function_remedy(function->getNameAsString())));
        return {};
    }
    if (const auto* method = llvm::dyn_cast<clang::CXXMethodDecl>(function); method != nullptr && !method->isStatic()) {
        refuse(range, "a function of a class cannot be part of a model", "call a free function");
        return {};
    }
    if (std::optional<Scalar> constant = evaluated(call)) return *constant;
    const clang::FunctionDecl* body = nullptr;
    if (!function->hasBody(body)) {
        refuse(range, quoted(function) + " is declared without a body, so nothing is known of it",
               "define it in the header");
        return {};
    }
    if (body->isVariadic()) {
        refuse(range, quoted(function) + " takes any number of arguments, which cannot be part of a model");
        return {};
    }
    return inline_call(body, call);
}

Scalar FunctionReader::call_library(const ScalarFunction& function, const clang::CallExpr* call) {
    const clang::SourceRange range = call->getSourceRange();
    const clang::QualType result = call->getType().getNonReferenceType();
    const std::optional<ScalarType> result_type = scalar_type(result);
    if (!result_type) {
        refuse_type(range, result, "the result is");
        return {};
    }
    std::vector<Node> operands;
    for (const clang::Expr* argument : call->arguments()) {
        clang::QualType type = argument->getType();
        Scalar held = value(argument);
        if (failed()) return {};
        if (std::holds_alternative<std::monostate>(held)) {
            refuse(argument->getSourceRange(), "this is read before it has a value");
            return {};
        }
        if (function.typing != FunctionTyping::kPredicate) {  // integers count as double
            held = convert(held, type, result, argument->getSourceRange());
            type = result;
        }
        if (failed()) return {};
        const std::optional<Node> operand = node_of(held, type, argument->getSourceRange());
        if (!operand) return {};
        operands.push_back(*operand);
    }
    const ScalarType operand_type = program_.type(operands[0]);
    const bool fits =
        function.typing == FunctionTyping::kAny ? operand_type != ScalarType::kBool : is_real(operand_type);
    if (!fits) {
        refuse(range, "`" + call->getDirectCallee()->getNameAsString() + "` of " +
                          std::string(scalar_type_name(operand_type)) + " cannot be part of a model");
        return {};
    }
    return function.build(program_, operands);
}

}  // namespace nncc::clang_module
