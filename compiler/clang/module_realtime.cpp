// Parses emitted text and walks its call graph from the entry points, noting all that has no bounded time.
#include <clang/AST/RecursiveASTVisitor.h>
#include <clang/Basic/Builtins.h>
#include <clang/Frontend/ASTUnit.h>
#include <clang/Serialization/PCHContainerOperations.h>
#include <clang/Tooling/Tooling.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <set>

#include "clang/module_bounds.h"
#include "clang/module_diagnostics.h"
#include "clang/module_frontend.h"
#include "clang/realtime_hazard.h"

namespace nncc::clang_module {
namespace {

using Clock = std::chrono::steady_clock;

// After so many different sets of arguments nothing is assumed of further ones.
constexpr int kMaximumContexts = 256;
constexpr std::size_t kMaximumDepth = 128;

bool is_one_of(llvm::StringRef name, std::initializer_list<llvm::StringRef> names) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

// Functions of the C library that take bounded time and keep no lock. Those of mathematics also come with an f.
bool is_safe_library_function(llvm::StringRef name) {
    if (is_one_of(name, {"memcpy", "memmove", "memset", "memcmp", "strlen", "abs"})) return true;
    const auto known = [](llvm::StringRef base) {
        return is_one_of(base, {"acos",     "acosh", "asin", "asinh",     "atan", "atan2", "atanh", "cbrt",     "ceil",
                                "copysign", "cos",   "cosh", "erf",       "erfc", "exp",   "exp2",  "expm1",    "fabs",
                                "floor",    "fma",   "fmax", "fmin",      "fmod", "hypot", "ldexp", "lgamma_r", "log",
                                "log10",    "log1p", "log2", "nearbyint", "pow",  "rint",  "round", "sin",      "sinh",
                                "sqrt",     "tan",   "tanh", "tgamma",    "trunc"});
    };
    return known(name) || (name.ends_with("f") && known(name.drop_back()));
}

bool allocates(llvm::StringRef name) {
    name.consume_front("__builtin_");
    return is_one_of(name, {"malloc", "calloc", "realloc", "free", "aligned_alloc", "posix_memalign", "memalign",
                            "valloc", "strdup", "mmap", "munmap", "operator_new", "operator_delete", "alloca",
                            "alloca_uninitialized", "alloca_with_align", "alloca_with_align_uninitialized"});
}

bool is_unsafe_builtin(llvm::StringRef name) {
    return is_one_of(name, {"__builtin_setjmp", "__builtin_longjmp", "__builtin_printf", "__builtin_fprintf",
                            "__builtin_eh_return"});
}

class Walk : public clang::RecursiveASTVisitor<Walk> {
    using Base = clang::RecursiveASTVisitor<Walk>;

  public:
    Walk(clang::ASTContext& context, RealtimeOutput& output) : context_(context), bounds_(context), output_(output) {}

    void enter(const clang::FunctionDecl* function, const std::vector<Value>& arguments) {
        const clang::FunctionDecl* body = nullptr;
        if (!function->hasBody(body)) return no_body(function);
        if (std::find(stack_.begin(), stack_.end(), body) != stack_.end()) {
            return report(RealtimeHazard::kReachesItself, "`" + name_of(body) + "` reaches itself", place_);
        }
        if (stack_.size() >= kMaximumDepth) {
            return report(RealtimeHazard::kReachesItself, "calls are nested too deeply to be followed", place_);
        }
        std::vector<Value> known = arguments;
        known.resize(body->getNumParams());
        if (!captures(body)) {
            std::set<std::vector<Value>>& seen = contexts_[body];
            if (seen.size() >= kMaximumContexts) known.assign(body->getNumParams(), Value{});
            if (!seen.insert(known).second) return;
        }
        if (functions_.insert(body).second) ++output_.function_count;
        stack_.push_back(body);
        const clang::SourceLocation place = place_;
        const Bounds::State before = bounds_.state();
        bounds_.enter(body->getBody());
        for (unsigned i = 0; i < body->getNumParams(); ++i) bounds_.declare(body->getParamDecl(i), known[i]);
        if (const auto* constructor = llvm::dyn_cast<clang::CXXConstructorDecl>(body)) {
            for (const clang::CXXCtorInitializer* initialiser : constructor->inits())
                TraverseStmt(initialiser->getInit());
        }
        TraverseStmt(body->getBody());
        if (const auto* destructor = llvm::dyn_cast<clang::CXXDestructorDecl>(body)) enter_parts(destructor);
        bounds_.restore(before);
        place_ = place;
        stack_.pop_back();
    }

    bool shouldVisitImplicitCode() const { return true; }
    bool shouldVisitTemplateInstantiations() const { return true; }

    // What is named but not evaluated.
    bool TraverseTypeLoc(clang::TypeLoc) { return true; }
    bool TraverseUnaryExprOrTypeTraitExpr(clang::UnaryExprOrTypeTraitExpr*) { return true; }
    bool TraverseCXXNoexceptExpr(clang::CXXNoexceptExpr*) { return true; }
    bool TraverseConstantExpr(clang::ConstantExpr*) { return true; }
    bool TraverseCXXRecordDecl(clang::CXXRecordDecl*) { return true; }
    bool TraverseStaticAssertDecl(clang::StaticAssertDecl*) { return true; }
    bool TraverseRequiresExpr(clang::RequiresExpr*) { return true; }
    bool TraverseLambdaExpr(clang::LambdaExpr* lambda) {  // its body runs when it is called
        for (clang::Expr* capture : lambda->capture_inits()) TraverseStmt(capture);
        return true;
    }
    bool TraverseCXXDefaultArgExpr(clang::CXXDefaultArgExpr* argument) { return TraverseStmt(argument->getExpr()); }
    bool TraverseCXXDefaultInitExpr(clang::CXXDefaultInitExpr* initialiser) {
        return TraverseStmt(initialiser->getExpr());
    }

    bool TraverseCompoundStmt(clang::CompoundStmt* block) {
        const Bounds::State before = bounds_.state();
        for (clang::Stmt* statement : block->body()) TraverseStmt(statement);
        bounds_.restore(before);
        return true;
    }

    bool TraverseIfStmt(clang::IfStmt* statement) {
        if (statement->isConsteval()) {
            return TraverseStmt(statement->isNegatedConsteval() ? statement->getThen() : statement->getElse());
        }
        if (std::optional<clang::Stmt*> taken = statement->getNondiscardedCase(context_)) return TraverseStmt(*taken);
        TraverseStmt(statement->getInit());
        TraverseStmt(statement->getConditionVariableDeclStmt());
        TraverseStmt(statement->getCond());
        const Bounds::State before = bounds_.state();
        bounds_.assume(statement->getCond(), true);
        TraverseStmt(statement->getThen());
        bounds_.restore(before);
        if (statement->getElse() != nullptr) {
            bounds_.assume(statement->getCond(), false);
            TraverseStmt(statement->getElse());
            bounds_.restore(before);
        }
        // `if (rows > kMaximum) return;` bounds what follows in the block.
        if (leaves(statement->getThen())) bounds_.assume(statement->getCond(), false);
        return true;
    }

    bool TraverseForStmt(clang::ForStmt* loop) {
        const Bounds::State before = bounds_.state();
        TraverseStmt(loop->getInit());
        check_loop(loop);
        TraverseStmt(loop->getCond());
        TraverseStmt(loop->getInc());
        TraverseStmt(loop->getBody());
        bounds_.restore(before);
        return true;
    }
    bool VisitWhileStmt(clang::WhileStmt* loop) { return check_loop(loop); }
    bool VisitDoStmt(clang::DoStmt* loop) { return check_loop(loop); }
    bool VisitCXXForRangeStmt(clang::CXXForRangeStmt* loop) { return check_loop(loop); }
    bool VisitGotoStmt(clang::GotoStmt* jump) {
        return note(RealtimeHazard::kUnboundedLoop, "`goto` can make a loop", jump->getBeginLoc());
    }
    bool VisitIndirectGotoStmt(clang::IndirectGotoStmt* jump) {
        return note(RealtimeHazard::kUnboundedLoop, "`goto` can make a loop", jump->getBeginLoc());
    }

    bool VisitVarDecl(clang::VarDecl* variable) {
        if (variable->isStaticLocal() || variable->getTLSKind() == clang::VarDecl::TLS_Dynamic) check_static(variable);
        if (variable->getType()->isVariableArrayType()) {
            note(RealtimeHazard::kAllocation, "an array of run-time extent grows the stack", variable->getLocation());
        }
        if (variable->hasLocalStorage()) {
            bounds_.declare(variable, bounds_.value_of(variable->getInit()));
            destroy(variable->getType(), variable->getLocation());
        }
        return true;
    }
    bool TraverseVarDecl(clang::VarDecl* variable) {
        if (!variable->isConstexpr() && !variable->isStaticLocal()) return Base::TraverseVarDecl(variable);
        return VisitVarDecl(variable);  // initialised before the program runs
    }
    bool VisitDeclRefExpr(clang::DeclRefExpr* reference) {
        const auto* variable = llvm::dyn_cast<clang::VarDecl>(reference->getDecl());
        if (variable != nullptr && variable->getTLSKind() == clang::VarDecl::TLS_Dynamic &&
            !variable->isStaticLocal()) {
            check_static(variable);
        }
        return true;
    }

    bool VisitCXXNewExpr(clang::CXXNewExpr* expression) {
        const clang::FunctionDecl* allocation = expression->getOperatorNew();
        if (allocation != nullptr && allocation->isReservedGlobalPlacementOperator()) return true;
        return note(RealtimeHazard::kAllocation, "`new` allocates", expression->getBeginLoc());
    }
    bool VisitCXXDeleteExpr(clang::CXXDeleteExpr* expression) {
        return note(RealtimeHazard::kAllocation, "`delete` frees", expression->getBeginLoc());
    }
    bool VisitCXXThrowExpr(clang::CXXThrowExpr* expression) {
        return note(RealtimeHazard::kThrow, "`throw` unwinds the stack", expression->getBeginLoc());
    }
    bool VisitCXXTryStmt(clang::CXXTryStmt* statement) {
        return note(RealtimeHazard::kThrow, "`try` expects exceptions", statement->getBeginLoc());
    }
    bool VisitCXXDynamicCastExpr(clang::CXXDynamicCastExpr* cast) {
        return note(RealtimeHazard::kVirtualCall, "`dynamic_cast` searches the bases at run time", cast->getBeginLoc());
    }
    bool VisitCXXTypeidExpr(clang::CXXTypeidExpr* expression) {
        if (!expression->isPotentiallyEvaluated()) return true;
        return note(RealtimeHazard::kVirtualCall, "`typeid` reads the virtual table", expression->getBeginLoc());
    }
    bool VisitGCCAsmStmt(clang::GCCAsmStmt* statement) {
        if (statement->getAsmString()->getString().trim().empty()) return true;  // a barrier for the compiler
        return note(RealtimeHazard::kAssembly, "nothing is known of inline assembly", statement->getBeginLoc());
    }

    bool VisitCXXConstructExpr(clang::CXXConstructExpr* expression) {
        return call(expression->getConstructor(), arguments(expression->arguments(), 0), expression->getBeginLoc());
    }
    bool VisitCXXBindTemporaryExpr(clang::CXXBindTemporaryExpr* expression) {
        return call(expression->getTemporary()->getDestructor(), {}, expression->getBeginLoc());
    }
    bool VisitCallExpr(clang::CallExpr* expression) {
        const clang::SourceLocation place = expression->getBeginLoc();
        if (llvm::isa<clang::CXXPseudoDestructorExpr>(expression->getCallee()->IgnoreParens())) return true;
        const clang::FunctionDecl* function = expression->getDirectCallee();
        if (function == nullptr) {
            return note(RealtimeHazard::kFunctionPointer, "the target of the call is known at run time only", place);
        }
        const auto* method = llvm::dyn_cast<clang::CXXMethodDecl>(function);
        if (const auto* member = llvm::dyn_cast<clang::CXXMemberCallExpr>(expression);
            member != nullptr && method != nullptr && method->isVirtual()) {
            const auto* callee = llvm::dyn_cast<clang::MemberExpr>(member->getCallee()->IgnoreParens());
            const bool qualified = callee != nullptr && callee->hasQualifier();
            if (!qualified) {
                method = method->getDevirtualizedMethod(member->getImplicitObjectArgument(), false);
                if (method == nullptr) {
                    return note(RealtimeHazard::kVirtualCall,
                                "`" + name_of(function) + "` is called by the virtual table", place);
                }
                function = method;
            }
        }
        const bool object_first =
            llvm::isa<clang::CXXOperatorCallExpr>(expression) && method != nullptr && !method->isStatic();
        return call(function, arguments(expression->arguments(), object_first ? 1 : 0), place);
    }

  private:
    template <class Range>
    std::vector<Value> arguments(Range expressions, unsigned skipped) {
        std::vector<Value> result;
        for (const clang::Expr* expression : expressions) {
            if (skipped > 0) {
                --skipped;
                continue;
            }
            result.push_back(bounds_.value_of(expression));
        }
        return result;
    }

    bool call(const clang::FunctionDecl* function, const std::vector<Value>& known, clang::SourceLocation place) {
        if (function == nullptr || function->isTrivial() || function->isConsteval()) return true;
        const clang::SourceLocation before = place_;
        place_ = place;
        enter(function, known);
        place_ = before;
        return true;
    }

    void no_body(const clang::FunctionDecl* function) {
        const clang::IdentifierInfo* identifier = function->getIdentifier();
        const std::string name = identifier != nullptr ? identifier->getName().str() : name_of(function);
        if (allocates(name)) return report(RealtimeHazard::kAllocation, "`" + name + "` allocates or frees", place_);
        if (function->getOverloadedOperator() == clang::OO_New ||
            function->getOverloadedOperator() == clang::OO_Delete) {
            return report(RealtimeHazard::kAllocation, "`" + name + "` allocates or frees", place_);
        }
        const llvm::StringRef view(name);
        const bool compiler_owned = view.starts_with("__builtin_") || view.starts_with("__atomic_") ||
                                    view.starts_with("__sync_") || view.starts_with("__c11_");
        if (function->getBuiltinID() != 0 && compiler_owned) {
            if (is_unsafe_builtin(name))
                report(RealtimeHazard::kUnknownCall, "`" + name + "` has no bounded time", place_);
            llvm::StringRef library = view;
            if (library.consume_front("__builtin_") && is_safe_library_function(library))
                library_calls_.insert(library.str());
            return;
        }
        if (function->isExternC() && is_safe_library_function(name)) {
            library_calls_.insert(name);
            return;
        }
        report(RealtimeHazard::kUnknownCall, "`" + name + "` is defined elsewhere, and nothing is known of it", place_);
    }

    // The parts of an object are destroyed after the body of its destructor.
    void enter_parts(const clang::CXXDestructorDecl* destructor) {
        const clang::CXXRecordDecl* record = destructor->getParent();
        for (const clang::FieldDecl* field : record->fields()) destroy(field->getType(), destructor->getLocation());
        for (const clang::CXXBaseSpecifier& base : record->bases()) destroy(base.getType(), destructor->getLocation());
    }

    void destroy(clang::QualType type, clang::SourceLocation place) {
        if (type->isReferenceType()) return;
        const clang::CXXRecordDecl* record = context_.getBaseElementType(type)->getAsCXXRecordDecl();
        if (record != nullptr && record->hasDefinition()) call(record->getDestructor(), {}, place);
    }

    // Whether the variables of functions further up the chain may be read in the function: then its arguments say too
    // little.
    static bool captures(const clang::FunctionDecl* function) {
        const auto is_lambda = [](clang::QualType type) {
            const clang::CXXRecordDecl* record = type.getNonReferenceType()->getAsCXXRecordDecl();
            return record != nullptr && record->isLambda();
        };
        const auto* method = llvm::dyn_cast<clang::CXXMethodDecl>(function);
        if (method != nullptr && method->getParent()->isLambda()) return true;
        return std::any_of(function->param_begin(), function->param_end(),
                           [&](const clang::ParmVarDecl* parameter) { return is_lambda(parameter->getType()); });
    }

    bool leaves(const clang::Stmt* statement) const {
        if (const auto* block = llvm::dyn_cast<clang::CompoundStmt>(statement)) {
            return !block->body_empty() && leaves(block->body_back());
        }
        if (llvm::isa<clang::ReturnStmt, clang::ContinueStmt, clang::BreakStmt>(statement)) return true;
        const auto* expression = llvm::dyn_cast<clang::CallExpr>(statement);
        const clang::FunctionDecl* function = expression == nullptr ? nullptr : expression->getDirectCallee();
        return function != nullptr &&
               (function->isNoReturn() || function->getBuiltinID() == clang::Builtin::BI__builtin_unreachable ||
                function->getBuiltinID() == clang::Builtin::BI__builtin_trap);
    }

    void check_static(const clang::VarDecl* variable) {
        const bool constant = variable->getInit() == nullptr || variable->hasConstantInitialization();
        if (constant && variable->needsDestruction(context_) == clang::QualType::DK_none) return;
        note(RealtimeHazard::kGuardedStatic,
             "`" + variable->getNameAsString() + "` is initialised at run time, behind a guard",
             variable->getLocation());
    }

    bool check_loop(const clang::Stmt* loop) {
        const std::string reason = bounds_.prove(loop);
        if (loops_.insert(loop).second) ++output_.loop_count;
        if (!reason.empty()) note(RealtimeHazard::kUnboundedLoop, reason, loop->getBeginLoc());
        return true;
    }

    bool note(RealtimeHazard hazard, const std::string& message, clang::SourceLocation place) {
        report(hazard, message, place);
        return true;
    }

    void report(RealtimeHazard hazard, const std::string& message, clang::SourceLocation location) {
        const clang::SourceManager& sources = context_.getSourceManager();
        RealtimeFinding finding = {
            static_cast<int>(hazard), message, place_of(sources, sources.getExpansionLoc(location)), {}};
        const std::string prefix = std::string(kIncludeFolder) + "/";
        if (finding.place.starts_with(prefix)) finding.place.erase(0, prefix.size());
        if (!reported_.insert({finding.hazard, finding.place + message}).second) return;
        for (const clang::FunctionDecl* function : stack_) finding.call_chain.push_back(name_of(function));
        output_.findings.push_back(std::move(finding));
    }

    std::string name_of(const clang::FunctionDecl* function) const {
        std::string name;
        llvm::raw_string_ostream stream(name);
        function->getNameForDiagnostic(stream, context_.getPrintingPolicy(), /*Qualified=*/true);
        return name;
    }

    clang::ASTContext& context_;
    Bounds bounds_;
    RealtimeOutput& output_;
    std::vector<const clang::FunctionDecl*> stack_;
    clang::SourceLocation place_;  // of the call that is being entered
    std::map<const clang::FunctionDecl*, std::set<std::vector<Value>>> contexts_;
    std::set<const clang::FunctionDecl*> functions_;
    std::set<const clang::Stmt*> loops_;
    std::set<std::pair<int, std::string>> reported_;

  public:
    std::set<std::string> library_calls_;
};

class EntryFinder : public clang::RecursiveASTVisitor<EntryFinder> {
  public:
    explicit EntryFinder(const std::string& name) : name_(name) {}
    bool shouldVisitTemplateInstantiations() const { return true; }
    bool VisitFunctionDecl(clang::FunctionDecl* function) {
        if (function->isThisDeclarationADefinition() && !function->isDependentContext() &&
            function->getQualifiedNameAsString() == name_) {
            found.push_back(function);
        }
        return true;
    }
    std::vector<const clang::FunctionDecl*> found;

  private:
    const std::string& name_;
};

double milliseconds_since(Clock::time_point start) {
    return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

// The driver's words for what is compiled, but with exceptions and RTTI, so that `throw` is a finding and not a syntax
// error.
std::vector<std::string> tool_arguments(const CompileInput& input) {
    std::vector<std::string> arguments = {"-nostdinc", "-nostdinc++", "-fexceptions", "-frtti", "-w"};
    for (const std::string& argument : language_arguments(input)) {
        if (argument == "-fno-rtti") continue;
        arguments.emplace_back("-Xclang");
        arguments.push_back(argument);
    }
    return arguments;
}

}  // namespace

bool check_realtime(const CompileInput& input, const std::vector<std::string>& entry_points, RealtimeOutput& output,
                    Failure& failure) {
    const Clock::time_point start = Clock::now();
    initialise_llvm();
    clang::tooling::FileContentMappings files;
    for (const MemoryFile& header : input.headers) {
        files.emplace_back(std::string(kIncludeFolder) + "/" + std::string(header.name), std::string(header.text));
    }
    DiagnosticLines consumer(failure.notes);
    std::unique_ptr<clang::ASTUnit> unit = clang::tooling::buildASTFromCodeWithArgs(
        llvm::StringRef(input.text), tool_arguments(input), llvm::StringRef(input.file_name), "nncc",
        std::make_shared<clang::PCHContainerOperations>(), clang::tooling::getClangStripDependencyFileAdjuster(), files,
        &consumer);
    if (unit == nullptr || consumer.getNumErrors() > 0) {
        failure.message = "the emitted text `" + std::string(input.file_name) + "` does not compile";
        return false;
    }
    clang::IgnoringDiagConsumer ignore;  // the first one may not outlive this function, the unit's engine would ask it
    unit->getDiagnostics().setClient(&ignore, /*ShouldOwnClient=*/false);
    output.parse_milliseconds = milliseconds_since(start);

    const Clock::time_point walk_start = Clock::now();
    Walk walk(unit->getASTContext(), output);
    for (const std::string& name : entry_points) {
        EntryFinder finder(name);
        finder.TraverseDecl(unit->getASTContext().getTranslationUnitDecl());
        if (finder.found.empty()) {
            failure.kind = FailureKind::kEntryPointMissing;
            failure.message = "`" + name + "` is not defined in `" + std::string(input.file_name) + "`";
            return false;
        }
        for (const clang::FunctionDecl* function : finder.found) walk.enter(function, {});
    }
    output.library_calls.assign(walk.library_calls_.begin(), walk.library_calls_.end());
    output.walk_milliseconds = milliseconds_since(walk_start);
    return true;
}

}  // namespace nncc::clang_module
