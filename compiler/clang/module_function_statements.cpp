// Runs statements of a C++ function on symbols: branches merged by select, loops turn by turn, calls inlined.
#include <clang/AST/DeclCXX.h>
#include <clang/AST/ExprCXX.h>
#include <clang/AST/StmtCXX.h>

#include <algorithm>

#include "clang/module_function.h"

namespace nncc::clang_module {
namespace {

bool is_same(const Scalar& a, const Scalar& b) {
    if (a.index() != b.index()) return false;
    if (const auto* integer = std::get_if<llvm::APSInt>(&a)) {
        return llvm::APSInt::isSameValue(*integer, std::get<llvm::APSInt>(b));
    }
    if (const auto* real = std::get_if<llvm::APFloat>(&a)) return real->bitwiseIsEqual(std::get<llvm::APFloat>(b));
    if (const auto* node = std::get_if<ScalarProgram::Node>(&a)) return *node == std::get<ScalarProgram::Node>(b);
    return true;
}

// "`goto`", for messages.
std::string word_of(const clang::Stmt* statement) {
    if (llvm::isa<clang::GotoStmt, clang::IndirectGotoStmt>(statement)) return "`goto`";
    if (llvm::isa<clang::LabelStmt>(statement)) return "a label";
    if (llvm::isa<clang::SwitchStmt>(statement)) return "`switch`";
    if (llvm::isa<clang::CXXTryStmt>(statement)) return "`try`";
    if (llvm::isa<clang::CXXForRangeStmt>(statement)) return "a `for` over a range";
    if (llvm::isa<clang::AsmStmt>(statement)) return "assembly";
    return "this statement";
}

std::string hint_for(const clang::Stmt* statement) {
    if (llvm::isa<clang::SwitchStmt>(statement)) return "write it with `if` and `else`";
    if (llvm::isa<clang::CXXForRangeStmt>(statement)) return "write a loop with a counter and a constant bound";
    if (llvm::isa<clang::GotoStmt, clang::IndirectGotoStmt, clang::LabelStmt>(statement)) {
        return "write a loop with a constant bound, or `if`";
    }
    return "";
}

}  // namespace

Scalar FunctionReader::merged(Node mask, const Scalar& a, const Scalar& b, clang::QualType type,
                              clang::SourceRange range) {
    if (is_same(a, b) || std::holds_alternative<std::monostate>(b)) return a;
    if (std::holds_alternative<std::monostate>(a)) return b;
    const std::optional<Node> first = node_of(a, type, range);
    const std::optional<Node> second = node_of(b, type, range);
    if (!first || !second) return {};
    return program_.select(mask, *first, *second);
}

void FunctionReader::branch(Node mask, clang::SourceRange range, const std::function<void()>& then,
                            const std::function<void()>& otherwise) {
    if (program_.is_flag(mask, true)) return then();
    if (program_.is_flag(mask, false)) return otherwise();
    const State before = state_;
    program_.enter(mask);
    then();
    program_.leave();
    State taken = std::move(state_);
    state_ = before;
    program_.enter(program_.logical_not(mask));
    otherwise();
    program_.leave();
    if (failed()) return;
    state_.slots.resize(before.slots.size());
    for (std::size_t index = 0; index < state_.slots.size(); ++index) {
        Slot& slot = state_.slots[index];
        slot.value = merged(mask, taken.slots[index].value, slot.value, slot.type, range);
    }
    state_.result = merged(mask, taken.result, state_.result,
                           frames_.back().function->getReturnType().getNonReferenceType(), range);
    state_.returned = program_.select(mask, taken.returned, state_.returned);
    state_.broken = program_.select(mask, taken.broken, state_.broken);
    state_.continued = program_.select(mask, taken.continued, state_.continued);
}

void FunctionReader::run_rest(clang::SourceRange range, const std::function<void()>& rest) {
    const Node left = leaving();
    if (failed() || program_.is_flag(left, true)) return;
    if (program_.is_flag(left, false)) return rest();
    const State before = state_;
    state_.returned = state_.broken = state_.continued = program_.flag(false);
    state_.result = {};
    program_.enter(program_.logical_not(left));
    rest();
    program_.leave();
    if (failed()) return;
    state_.slots.resize(before.slots.size());
    for (std::size_t index = 0; index < state_.slots.size(); ++index) {
        Slot& slot = state_.slots[index];
        slot.value = merged(left, before.slots[index].value, slot.value, slot.type, range);
    }
    state_.result = merged(before.returned, before.result, state_.result,
                           frames_.back().function->getReturnType().getNonReferenceType(), range);
    // The rest's flags mean nothing where it was not run.
    const auto joined = [&](Node earlier, Node of_rest) {
        const Node raised = earlier == left ? of_rest : program_.logical_and(program_.logical_not(left), of_rest);
        return program_.logical_or(earlier, raised);
    };
    state_.returned = joined(before.returned, state_.returned);
    state_.broken = joined(before.broken, state_.broken);
    state_.continued = joined(before.continued, state_.continued);
}

void FunctionReader::run(const clang::Stmt* statement) {
    if (statement == nullptr || !enter_step(statement->getSourceRange())) return;
    ++depth_;
    if (const auto* block = llvm::dyn_cast<clang::CompoundStmt>(statement)) {
        const std::size_t slots = state_.slots.size();
        run_block(block, 0);
        if (!failed()) state_.slots.resize(slots);
    } else if (const auto* expression = llvm::dyn_cast<clang::Expr>(statement)) {
        if (expression->isGLValue()) place(expression);
        else value(expression);
    } else if (const auto* declaration = llvm::dyn_cast<clang::DeclStmt>(statement)) {
        run_declaration(declaration);
    } else if (const auto* choice = llvm::dyn_cast<clang::IfStmt>(statement)) {
        run_if(choice);
    } else if (const auto* counted = llvm::dyn_cast<clang::ForStmt>(statement)) {
        const std::size_t slots = state_.slots.size();
        run(counted->getInit());
        refuse_declared_condition(counted->getConditionVariable());
        run_loop({counted, counted->getCond(), counted->getInc(), counted->getBody(), false});
        if (!failed()) state_.slots.resize(slots);
    } else if (const auto* conditional = llvm::dyn_cast<clang::WhileStmt>(statement)) {
        refuse_declared_condition(conditional->getConditionVariable());
        run_loop({conditional, conditional->getCond(), nullptr, conditional->getBody(), false});
    } else if (const auto* repeated = llvm::dyn_cast<clang::DoStmt>(statement)) {
        run_loop({repeated, repeated->getCond(), nullptr, repeated->getBody(), true});
    } else if (const auto* result = llvm::dyn_cast<clang::ReturnStmt>(statement)) {
        run_return(result);
    } else if (llvm::isa<clang::BreakStmt>(statement)) {
        state_.broken = program_.flag(true);
    } else if (llvm::isa<clang::ContinueStmt>(statement)) {
        state_.continued = program_.flag(true);
    } else if (const auto* attributed = llvm::dyn_cast<clang::AttributedStmt>(statement)) {
        run(attributed->getSubStmt());
    } else if (!llvm::isa<clang::NullStmt>(statement)) {
        clang::SourceRange range = statement->getSourceRange();
        if (llvm::isa<clang::SwitchStmt, clang::CXXTryStmt, clang::CXXForRangeStmt, clang::LabelStmt>(statement)) {
            range = clang::SourceRange(statement->getBeginLoc());
        }
        refuse(range, word_of(statement) + " cannot be part of a model", hint_for(statement));
    }
    --depth_;
}

void FunctionReader::refuse_declared_condition(const clang::VarDecl* variable) {
    if (variable == nullptr) return;
    refuse(variable->getSourceRange(), "a variable declared in a loop's condition cannot be part of a model",
           "declare it before the loop");
}

void FunctionReader::run_block(const clang::CompoundStmt* block, unsigned first) {
    for (unsigned index = first; index < block->size(); ++index) {
        run(block->body_begin()[index]);
        if (failed()) return;
        const Node left = leaving();
        if (program_.is_flag(left, false)) continue;
        return run_rest(block->getSourceRange(), [&] { run_block(block, index + 1); });
    }
}

void FunctionReader::run_declaration(const clang::DeclStmt* declaration) {
    for (const clang::Decl* one : declaration->decls()) {
        if (failed()) return;
        if (const auto* variable = llvm::dyn_cast<clang::VarDecl>(one)) {
            declare(variable);
        }  // types, aliases and static_assert mean nothing by themselves
    }
}

void FunctionReader::declare(const clang::VarDecl* variable) {
    const std::string name = "`" + variable->getNameAsString() + "`";
    const bool is_constant = variable->isConstexpr() || (variable->getType().isConstant(context_) &&
                                                         variable->hasInit() && variable->evaluateValue() != nullptr);
    if (variable->isStaticLocal() && !is_constant) {
        return refuse(variable->getSourceRange(), name + " is static: it would be kept from call to call",
                      "keep it in a `state` of the model, and pass it as an argument");
    }
    if (variable->hasExternalStorage()) {
        return refuse(variable->getSourceRange(), name + " is a variable of another place, whose value may change");
    }
    const clang::QualType type = variable->getType();
    if (const auto* array = context_.getAsConstantArrayType(type)) return declare_array(variable, array);
    if (type->isReferenceType()) {
        if (!type.getNonReferenceType()->isArithmeticType()) {
            return refuse_type(variable->getSourceRange(), type, name + " is");
        }
        const int slot = place(variable->getInit());
        if (!failed()) frames_.back().variables[variable] = slot;
        return;
    }
    if (!scalar_type(type) && !type->isIntegralOrEnumerationType()) {
        return refuse_type(variable->getSourceRange(), type, name + " is");
    }
    const clang::Expr* initial = variable->getInit();
    Scalar held = initial == nullptr ? Scalar{} : value(initial);
    if (failed()) return;
    frames_.back().variables[variable] = temporary(type, std::move(held));
}

void FunctionReader::declare_array(const clang::VarDecl* variable, const clang::ConstantArrayType* type) {
    constexpr std::uint64_t kMaximumElements = 4096;
    const clang::QualType element = type->getElementType();
    if (!scalar_type(element) && !element->isIntegralOrEnumerationType()) {
        return refuse_type(variable->getSourceRange(), element,
                           "an element of `" + variable->getNameAsString() + "` is");
    }
    if (type->getSize().ugt(kMaximumElements)) {
        return refuse(variable->getSourceRange(), "an array in a model has at most 4096 elements");
    }
    const auto* list = llvm::dyn_cast_or_null<clang::InitListExpr>(variable->getInit());
    if (variable->getInit() != nullptr && list == nullptr) {
        return refuse(variable->getInit()->getSourceRange(), "an array in a model is given as a list of its elements");
    }
    const auto count = static_cast<unsigned>(type->getSize().getZExtValue());
    std::vector<Scalar> elements;
    for (unsigned index = 0; index < count; ++index) {
        const clang::Expr* initial = nullptr;
        if (list != nullptr) initial = index < list->getNumInits() ? list->getInit(index) : list->getArrayFiller();
        elements.push_back(initial == nullptr ? Scalar{} : value(initial));
        if (failed()) return;
    }
    frames_.back().variables[variable] = static_cast<int>(state_.slots.size());
    for (Scalar& held : elements) temporary(element, std::move(held));
}

void FunctionReader::run_if(const clang::IfStmt* statement) {
    if (statement->isConsteval()) {
        return run(statement->isNegatedConsteval() ? statement->getThen() : statement->getElse());
    }
    if (std::optional<clang::Stmt*> taken = const_cast<clang::IfStmt*>(statement)->getNondiscardedCase(context_)) {
        return run(*taken);
    }
    const std::size_t slots = state_.slots.size();
    run(statement->getInit());
    run(statement->getConditionVariableDeclStmt());
    if (failed()) return;
    const std::optional<Node> mask = condition(statement->getCond());
    if (!mask) return;
    branch(*mask, statement->getSourceRange(), [&] { run(statement->getThen()); }, [&] { run(statement->getElse()); });
    if (!failed()) state_.slots.resize(slots);
}

void FunctionReader::run_return(const clang::ReturnStmt* statement) {
    if (statement->getRetValue() != nullptr) {
        Scalar result = value(statement->getRetValue());
        if (failed()) return;
        state_.result = std::move(result);
    }
    state_.returned = program_.flag(true);
}

void FunctionReader::run_loop(const Loop& loop) {
    if (failed()) return;
    run_turns(loop, 0);
    if (!failed()) state_.broken = program_.flag(false);
}

void FunctionReader::run_turns(const Loop& loop, int turn) {
    for (; !failed(); ++turn) {
        if (turn >= kMaximumTurns) {
            return refuse(
                clang::SourceRange(loop.statement->getBeginLoc()),
                "this loop has no constant bound: it has not ended after " + std::to_string(kMaximumTurns) + " turns",
                "count to a constant, as in `for (int i = 0; i < 8; ++i)`; `break` may leave it earlier");
        }
        if (!(loop.body_first && turn == 0) && loop.condition != nullptr) {
            const std::optional<Node> again = condition(loop.condition);
            if (!again || program_.is_flag(*again, false)) return;
            if (!program_.is_flag(*again, true)) {  // known at run time only: all that follows is a branch
                return branch(*again, loop.statement->getSourceRange(), [&] { run_body(loop, turn); }, [] {});
            }
        }
        const std::size_t slots = state_.slots.size();
        run(loop.body);
        if (failed()) return;
        state_.slots.resize(slots);
        state_.continued = program_.flag(false);
        const Node left = leaving();
        if (program_.is_flag(left, true)) return;
        if (!program_.is_flag(left, false)) {
            return run_rest(loop.statement->getSourceRange(), [&] {
                if (loop.increment != nullptr) run(loop.increment);
                run_turns(loop, turn + 1);
            });
        }
        if (loop.increment != nullptr) run(loop.increment);
    }
}

// One turn whose condition has been seen to, and those after it.
void FunctionReader::run_body(const Loop& loop, int turn) {
    if (!enter_step(loop.statement->getSourceRange())) return;
    ++depth_;
    const std::size_t slots = state_.slots.size();
    run(loop.body);
    if (!failed()) {
        state_.slots.resize(slots);
        state_.continued = program_.flag(false);
        run_rest(loop.statement->getSourceRange(), [&] {
            if (loop.increment != nullptr) run(loop.increment);
            run_turns(loop, turn + 1);
        });
    }
    --depth_;
}

Scalar FunctionReader::inline_call(const clang::FunctionDecl* function, const clang::CallExpr* call) {
    const clang::SourceRange range = call->getSourceRange();
    for (const Frame& frame : frames_) {
        if (frame.function->getCanonicalDecl() != function->getCanonicalDecl()) continue;
        refuse(range, "`" + function->getNameAsString() + "` calls itself",
               "calls are inlined, so they must end; a loop with a constant bound repeats");
        return {};
    }
    if (frames_.size() >= kMaximumCalls) {
        refuse(range, "calls are nested too deeply");
        return {};
    }
    // Arguments in the caller's frame, parameters in the callee's.
    const std::size_t slots = state_.slots.size();
    // Where nothing is changed through a reference, one to const is as good as a copy.
    const bool changes = std::any_of(function->param_begin(), function->param_end(), [](const clang::ParmVarDecl* one) {
        return one->getType()->isReferenceType() && !one->getType().getNonReferenceType().isConstQualified();
    });
    std::map<const clang::ValueDecl*, int> parameters;
    for (unsigned index = 0; index < function->getNumParams(); ++index) {
        const clang::ParmVarDecl* parameter = function->getParamDecl(index);
        const clang::QualType type = parameter->getType();
        const clang::Expr* argument = call->getArg(index);
        if (const auto* standing_in = llvm::dyn_cast<clang::CXXDefaultArgExpr>(argument))
            argument = standing_in->getExpr();
        const clang::QualType held_type = type.getNonReferenceType();
        if (type->isReferenceType() && held_type->isArithmeticType() && (changes || !held_type.isConstQualified())) {
            parameters[parameter] = place(argument);
        } else if (scalar_type(held_type) || held_type->isIntegralOrEnumerationType()) {
            Scalar held = value(argument);
            if (!failed()) parameters[parameter] = temporary(type, std::move(held));
        } else {
            refuse_type(argument->getSourceRange(), type, "argument `" + parameter->getNameAsString() + "` is");
        }
        if (failed()) return {};
    }
    State outer = state_;
    state_.returned = state_.broken = state_.continued = program_.flag(false);
    state_.result = {};
    frames_.push_back({function, range, std::move(parameters)});
    run(function->getBody());
    if (failed()) return {};
    if (!function->getReturnType()->isVoidType() && std::holds_alternative<std::monostate>(state_.result)) {
        refuse(clang::SourceRange(function->getLocation()),
               "`" + function->getNameAsString() + "` ends without a result");
        return {};
    }
    frames_.pop_back();
    Scalar result = std::move(state_.result);
    state_.result = std::move(outer.result);
    state_.returned = outer.returned;
    state_.broken = outer.broken;
    state_.continued = outer.continued;
    state_.slots.resize(slots);
    return result;
}

std::optional<std::string> FunctionReader::read(const clang::FunctionDecl* function) {
    frames_.push_back({function, {}, {}});
    for (const clang::ParmVarDecl* parameter : function->parameters()) {
        const std::optional<ScalarType> type = scalar_type(parameter->getType());
        if (!type) {
            refuse_type(parameter->getSourceRange(), parameter->getType(),
                        "parameter `" + parameter->getNameAsString() + "` is");
            return std::nullopt;
        }
        const std::string name = "argument_" + std::to_string(parameter->getFunctionScopeIndex());
        frames_.back().variables[parameter] = temporary(parameter->getType(), program_.input(name, *type));
    }
    state_.returned = state_.broken = state_.continued = program_.flag(false);  // after the inputs, which come first
    run(function->getBody());
    if (failed()) return std::nullopt;
    if (std::holds_alternative<std::monostate>(state_.result)) {
        refuse(clang::SourceRange(function->getLocation()),
               "`" + function->getNameAsString() + "` ends without a result");
        return std::nullopt;
    }
    const std::optional<Node> result = node_of(state_.result, function->getReturnType(), function->getSourceRange());
    if (!result) return std::nullopt;
    return program_.graph_text("function", *result);
}

}  // namespace nncc::clang_module
