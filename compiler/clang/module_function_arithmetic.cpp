// C++'s arithmetic and conversions, on numbers exactly as the compiler does them and on nodes as ops of the graph.
#include <clang/AST/DeclCXX.h>

#include "clang/module_function.h"

namespace nncc::clang_module {
namespace {

constexpr auto kNearest = llvm::APFloat::rmNearestTiesToEven;

bool is_real_type(clang::QualType type) { return type->isRealFloatingType(); }

double as_double(const llvm::APFloat& value) {
    llvm::APFloat wide = value;
    bool loses = false;
    wide.convert(llvm::APFloat::IEEEdouble(), kNearest, &loses);
    return wide.convertToDouble();
}

// "a pointer", for messages.
std::string kind_of_type(clang::QualType type) {
    if (type->isAnyPointerType() || type->isMemberPointerType() || type->isNullPtrType()) return "a pointer";
    if (type->isFunctionType()) return "a function";
    if (type->isReferenceType()) return "a reference";
    if (type->isUnionType()) return "a union";
    if (const clang::CXXRecordDecl* record = type->getAsCXXRecordDecl()) {
        return record->isLambda() ? "a lambda" : "an object of a class";
    }
    if (type->isArrayType()) return "an array";
    if (type->isVoidType()) return "nothing";
    return "of type";
}

}  // namespace

std::optional<ScalarType> FunctionReader::scalar_type(clang::QualType type) const {
    const auto* builtin = type.getCanonicalType()->getAs<clang::BuiltinType>();
    if (builtin == nullptr) return std::nullopt;
    switch (builtin->getKind()) {
        case clang::BuiltinType::Bool: return ScalarType::kBool;
        case clang::BuiltinType::Int: return ScalarType::kI32;
        case clang::BuiltinType::Float: return real_is_f64_ ? ScalarType::kF64 : ScalarType::kF32;
        case clang::BuiltinType::Double: return ScalarType::kF64;
        default: return std::nullopt;
    }
}

void FunctionReader::refuse(clang::SourceRange range, std::string message, std::string hint) {
    if (refusal_) return;
    refusal_ = Refusal{range, std::move(message), std::move(hint), {}};
    for (std::size_t index = frames_.size(); index-- > 1;) {
        refusal_->notes.emplace_back(frames_[index].call,
                                     "`" + frames_[index].function->getNameAsString() + "` is called here");
    }
}

void FunctionReader::refuse_type(clang::SourceRange range, clang::QualType type, const std::string& what) {
    const std::string kind = kind_of_type(type);
    const std::string shown = type.getAsString(context_.getPrintingPolicy());
    std::string message = what + " " + kind;
    if (kind == "of type") message += " `" + shown + "`";
    else if (kind != "nothing" && kind != "a lambda") message += ", `" + shown + "`";
    refuse(range, message + ", which cannot be part of a model",
           kind == "a lambda" ? "write it as a function" : "`float`, `double`, `int` and `bool` can");
}

bool FunctionReader::enter_step(clang::SourceRange range) {
    if (failed()) return false;
    if (++steps_ > kMaximumSteps || program_.is_full() || depth_ > kMaximumDepth) {
        refuse(clang::SourceRange(range.getBegin()), "with its loops and calls written out, the function is too long",
               "take fewer turns, or write it in the language of models");
        return false;
    }
    return true;
}

llvm::APSInt FunctionReader::boolean(bool value) const {
    return llvm::APSInt(llvm::APInt(1, value ? 1 : 0), /*isUnsigned=*/true);
}

Scalar FunctionReader::one(clang::QualType type) const {
    if (is_real_type(type)) return llvm::APFloat(context_.getFloatTypeSemantics(type), 1);
    return llvm::APSInt(llvm::APInt(static_cast<unsigned>(context_.getIntWidth(type)), 1),
                        type->isUnsignedIntegerType());
}

std::optional<ScalarProgram::Node> FunctionReader::node_of(const Scalar& scalar, clang::QualType type,
                                                           clang::SourceRange range) {
    if (const auto* node = std::get_if<Node>(&scalar)) return *node;
    const std::optional<ScalarType> wanted = scalar_type(type);
    if (!wanted) {
        refuse(range,
               "a value of type `" + type.getAsString(context_.getPrintingPolicy()) +
                   "` depends on an argument here, which cannot be part of a model",
               "`float`, `double`, `int` and `bool` can depend on arguments; other integers are constants");
        return std::nullopt;
    }
    if (const auto* integer = std::get_if<llvm::APSInt>(&scalar)) {
        return program_.constant(*wanted, static_cast<double>(integer->getExtValue()));
    }
    if (const auto* real = std::get_if<llvm::APFloat>(&scalar)) return program_.constant(*wanted, as_double(*real));
    refuse(range, "this is read before it has a value");
    return std::nullopt;
}

Scalar FunctionReader::convert(const Scalar& from, clang::QualType from_type, clang::QualType to,
                               clang::SourceRange range) {
    if (const auto* integer = std::get_if<llvm::APSInt>(&from)) {
        if (to->isBooleanType()) return boolean(!integer->isZero());
        if (is_real_type(to)) {
            llvm::APFloat real(context_.getFloatTypeSemantics(to));
            real.convertFromAPInt(*integer, integer->isSigned(), kNearest);
            return real;
        }
        if (!to->isIntegralOrEnumerationType()) return refuse_type(range, to, "this is"), Scalar{};
        llvm::APSInt result = integer->extOrTrunc(static_cast<unsigned>(context_.getIntWidth(to)));
        result.setIsUnsigned(to->isUnsignedIntegerOrEnumerationType());
        return result;
    }
    if (const auto* real = std::get_if<llvm::APFloat>(&from)) {
        if (to->isBooleanType()) return boolean(!real->isZero());
        bool is_exact = false;
        if (is_real_type(to)) {
            llvm::APFloat result = *real;
            result.convert(context_.getFloatTypeSemantics(to), kNearest, &is_exact);
            return result;
        }
        if (!to->isIntegralOrEnumerationType()) return refuse_type(range, to, "this is"), Scalar{};
        llvm::APSInt result(static_cast<unsigned>(context_.getIntWidth(to)), to->isUnsignedIntegerOrEnumerationType());
        if (real->convertToInteger(result, llvm::APFloat::rmTowardZero, &is_exact) & llvm::APFloat::opInvalidOp) {
            refuse(range, "this number is too large for `" + to.getAsString(context_.getPrintingPolicy()) + "`");
            return {};
        }
        return result;
    }
    if (const auto* node = std::get_if<Node>(&from)) {
        const std::optional<ScalarType> wanted = scalar_type(to);
        if (!wanted) {
            refuse(range,
                   "a value of type `" + to.getAsString(context_.getPrintingPolicy()) +
                       "` depends on an argument here, which cannot be part of a model",
                   "`float`, `double`, `int` and `bool` can depend on arguments; other integers are constants");
            return {};
        }
        return program_.cast(*node, *wanted);
    }
    refuse_type(range, from_type, "this is");
    return {};
}

Scalar FunctionReader::negated(const Scalar& a, clang::QualType type, clang::SourceRange range) {
    if (const auto* integer = std::get_if<llvm::APSInt>(&a)) {
        if (integer->isSigned() && integer->isMinSignedValue()) {
            refuse(range, "this overflows");
            return {};
        }
        return -*integer;
    }
    if (const auto* real = std::get_if<llvm::APFloat>(&a)) return -*real;
    const std::optional<Node> node = node_of(a, type, range);
    if (!node) return {};
    return program_.apply("negate", *node);
}

Scalar FunctionReader::binary(clang::BinaryOperatorKind op, const Scalar& a, const Scalar& b, clang::QualType type,
                              clang::SourceRange range) {
    if (std::holds_alternative<std::monostate>(a) || std::holds_alternative<std::monostate>(b)) {
        refuse_type(range, type, "an operand is");
        return {};
    }
    const auto* first = std::get_if<llvm::APSInt>(&a);
    const auto* second = std::get_if<llvm::APSInt>(&b);
    if (first != nullptr && second != nullptr) return integer_binary(op, *first, *second, type, range);
    const auto* left = std::get_if<llvm::APFloat>(&a);
    const auto* right = std::get_if<llvm::APFloat>(&b);
    if (left != nullptr && right != nullptr) return real_binary(op, *left, *right);
    const std::optional<Node> x = node_of(a, type, range);
    if (!x) return {};
    const std::optional<Node> y = node_of(b, type, range);
    if (!y) return {};
    return node_binary(op, *x, *y, range);
}

Scalar FunctionReader::integer_binary(clang::BinaryOperatorKind op, const llvm::APSInt& a, const llvm::APSInt& b,
                                      clang::QualType type, clang::SourceRange range) {
    const bool is_shift = op == clang::BO_Shl || op == clang::BO_Shr;
    const bool is_signed = a.isSigned();
    bool overflows = false;
    llvm::APInt result;
    switch (op) {
        case clang::BO_LT: return boolean(a < b);
        case clang::BO_GT: return boolean(a > b);
        case clang::BO_LE: return boolean(a <= b);
        case clang::BO_GE: return boolean(a >= b);
        case clang::BO_EQ: return boolean(a == b);
        case clang::BO_NE: return boolean(a != b);
        case clang::BO_Add: result = is_signed ? a.sadd_ov(b, overflows) : a + b; break;
        case clang::BO_Sub: result = is_signed ? a.ssub_ov(b, overflows) : a - b; break;
        case clang::BO_Mul: result = is_signed ? a.smul_ov(b, overflows) : a * b; break;
        case clang::BO_Div:
        case clang::BO_Rem:
            if (b.isZero()) {
                refuse(range, "this divides by 0");
                return {};
            }
            overflows = is_signed && a.isMinSignedValue() && b.isAllOnes();
            if (!overflows) result = op == clang::BO_Div ? a / b : a % b;
            break;
        case clang::BO_And: result = a & b; break;
        case clang::BO_Or: result = a | b; break;
        case clang::BO_Xor: result = a ^ b; break;
        case clang::BO_Shl:
        case clang::BO_Shr:
            overflows = b.isNegative() || b.uge(a.getBitWidth());
            if (overflows) break;
            if (op == clang::BO_Shl) result = a.shl(static_cast<unsigned>(b.getZExtValue()));
            else
                result = is_signed ? a.ashr(static_cast<unsigned>(b.getZExtValue()))
                                   : a.lshr(static_cast<unsigned>(b.getZExtValue()));
            break;
        default: refuse_type(range, type, "an operand is"); return {};
    }
    if (overflows) {
        refuse(range, is_shift ? "this shifts by more bits than there are" : "this overflows");
        return {};
    }
    return llvm::APSInt(result, !is_signed);
}

Scalar FunctionReader::real_binary(clang::BinaryOperatorKind op, const llvm::APFloat& a, const llvm::APFloat& b) {
    llvm::APFloat result = a;
    const llvm::APFloat::cmpResult order = a.compare(b);
    switch (op) {
        case clang::BO_LT: return boolean(order == llvm::APFloat::cmpLessThan);
        case clang::BO_GT: return boolean(order == llvm::APFloat::cmpGreaterThan);
        case clang::BO_LE: return boolean(order == llvm::APFloat::cmpLessThan || order == llvm::APFloat::cmpEqual);
        case clang::BO_GE: return boolean(order == llvm::APFloat::cmpGreaterThan || order == llvm::APFloat::cmpEqual);
        case clang::BO_EQ: return boolean(order == llvm::APFloat::cmpEqual);
        case clang::BO_NE: return boolean(order != llvm::APFloat::cmpEqual);
        case clang::BO_Add: result.add(b, kNearest); break;
        case clang::BO_Sub: result.subtract(b, kNearest); break;
        case clang::BO_Mul: result.multiply(b, kNearest); break;
        default: result.divide(b, kNearest); break;  // C++ has no other for floating-point numbers
    }
    return result;
}

Scalar FunctionReader::node_binary(clang::BinaryOperatorKind op, Node a, Node b, clang::SourceRange range) {
    const ScalarType type = program_.type(a);
    // C++ compares and computes with int where bool stands.
    if (type == ScalarType::kBool) {
        a = program_.cast(a, ScalarType::kI32);
        b = program_.cast(b, ScalarType::kI32);
    }
    const auto quotient = [&] {  // exact: a quotient of 32-bit integers fits a double's 53 bits
        return program_.cast(
            program_.apply("divide", program_.cast(a, ScalarType::kF64), program_.cast(b, ScalarType::kF64)),
            ScalarType::kI32);
    };
    switch (op) {
        case clang::BO_LT: return program_.apply("less", a, b);
        case clang::BO_GT: return program_.apply("less", b, a);
        case clang::BO_LE: return program_.apply("less_equal", a, b);
        case clang::BO_GE: return program_.apply("less_equal", b, a);
        case clang::BO_EQ: return program_.apply("equal", a, b);
        case clang::BO_NE: return program_.logical_not(program_.apply("equal", a, b));
        case clang::BO_Add: return program_.apply("add", a, b);
        case clang::BO_Sub: return program_.apply("subtract", a, b);
        case clang::BO_Mul: return program_.apply("multiply", a, b);
        case clang::BO_Div:
            if (type == ScalarType::kI32 || type == ScalarType::kBool) return quotient();
            return program_.apply("divide", a, b);
        case clang::BO_Rem: return program_.apply("subtract", a, program_.apply("multiply", quotient(), b));
        default:
            refuse(range,
                   "`" + std::string(clang::BinaryOperator::getOpcodeStr(op)) +
                       "` of a value that depends on an argument cannot be part of a model",
                   "`+ - * / %`, comparisons and `&& || !` can");
            return {};
    }
}

}  // namespace nncc::clang_module
