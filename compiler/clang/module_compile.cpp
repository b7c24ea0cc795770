// Turns C++ text into the bytes of an object with Clang's front end and LLVM's code generator, from memory to memory.
#include <clang/Basic/FileManager.h>
#include <clang/CodeGen/CodeGenAction.h>
#include <clang/Frontend/CompilerInstance.h>
#include <clang/Frontend/CompilerInvocation.h>
#include <clang/Frontend/MultiplexConsumer.h>
#include <llvm/ADT/StringExtras.h>
#include <llvm/IR/PassManager.h>
#include <llvm/MC/MCSubtargetInfo.h>
#include <llvm/MC/TargetRegistry.h>
#include <llvm/Object/ELFObjectFile.h>
#include <llvm/Passes/PassBuilder.h>
#include <llvm/Support/ErrorHandling.h>
#include <llvm/Support/TargetSelect.h>
#include <llvm/TargetParser/Host.h>
#include <llvm/Transforms/IPO/GlobalDCE.h>
#include <llvm/Transforms/IPO/Internalize.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <mutex>

#include "clang/module_diagnostics.h"
#include "clang/module_frontend.h"

namespace nncc::clang_module {
namespace {

using Clock = std::chrono::steady_clock;

double milliseconds_since(Clock::time_point start) {
    return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

[[noreturn]] void report_fatal(void*, const char* reason, bool) {
    std::fprintf(stderr, "internal error: LLVM: %s\n", reason);
    std::_Exit(70);
}

// Notes when parsing ended, which is when the back end is handed the translation unit.
class TimedConsumer : public clang::ASTConsumer {
  public:
    TimedConsumer(Clock::time_point start, double& milliseconds) : start_(start), milliseconds_(milliseconds) {}
    void HandleTranslationUnit(clang::ASTContext&) override { milliseconds_ = milliseconds_since(start_); }

  private:
    Clock::time_point start_;
    double& milliseconds_;
};

class TimedObjectAction : public clang::EmitObjAction {
  public:
    TimedObjectAction(Clock::time_point start, double& milliseconds) : start_(start), milliseconds_(milliseconds) {}

  protected:
    std::unique_ptr<clang::ASTConsumer> CreateASTConsumer(clang::CompilerInstance& compiler,
                                                          llvm::StringRef file) override {
        std::vector<std::unique_ptr<clang::ASTConsumer>> both;
        both.push_back(std::make_unique<TimedConsumer>(start_, milliseconds_));
        both.push_back(clang::EmitObjAction::CreateASTConsumer(compiler, file));
        return std::make_unique<clang::MultiplexConsumer>(std::move(both));
    }

  private:
    Clock::time_point start_;
    double& milliseconds_;
};

std::vector<std::string> undefined_symbols(const std::string& bytes) {
    std::vector<std::string> names;
    auto object = llvm::object::ObjectFile::createELFObjectFile(llvm::MemoryBufferRef(bytes, "object"));
    if (!object) {
        llvm::consumeError(object.takeError());
        return names;
    }
    for (const llvm::object::SymbolRef& symbol : (*object)->symbols()) {
        llvm::Expected<std::uint32_t> flags = symbol.getFlags();
        llvm::Expected<llvm::StringRef> name = symbol.getName();
        if (flags && name && (*flags & llvm::object::SymbolRef::SF_Undefined) != 0 && !name->empty()) {
            names.push_back(name->str());
        }
        if (!flags) llvm::consumeError(flags.takeError());
        if (!name) llvm::consumeError(name.takeError());
    }
    std::sort(names.begin(), names.end());
    return names;
}

// What of the driver's defaults matters, and what saves time.
constexpr llvm::StringRef kCodeArguments =
    "-emit-obj -disable-llvm-verifier -discard-value-names -fno-caret-diagnostics -fno-spell-checking "
    "-mrelocation-model pic -pic-level 2 -pic-is-pie -fno-direct-access-external-data -vectorize-loops "
    "-vectorize-slp -ffunction-sections -fdata-sections -mframe-pointer=none -w -o -";

// Groups such as `undefined` are the driver's.
constexpr std::string_view kUndefinedChecks =
    "alignment,array-bounds,bool,enum,float-cast-overflow,integer-divide-by-zero,null,pointer-overflow,return,"
    "shift-base,shift-exponent,signed-integer-overflow,unreachable,vla-bound";

void append_words(std::vector<std::string>& arguments, llvm::StringRef words) {
    llvm::SmallVector<llvm::StringRef, 32> split;
    llvm::SplitString(words, split);
    for (llvm::StringRef word : split) arguments.push_back(word.str());
}

std::vector<std::string> cc1_arguments(const CompileInput& input) {
    std::vector<std::string> arguments = language_arguments(input);
    append_words(arguments, kCodeArguments);
    arguments.push_back("-O" + std::to_string(input.optimisation_level));
    append_words(arguments, input.contract ? "-ffp-contract=fast -fno-signed-zeros" : "-ffp-contract=off");
    if (input.sanitize) {
        // Undefined behaviour ends in a trap, as no runtime library of Clang's is there to print a message.
        arguments.push_back("-fsanitize=address," + std::string(kUndefinedChecks));
        arguments.push_back("-fsanitize-trap=" + std::string(kUndefinedChecks));
        append_words(arguments, "-fsanitize-address-use-after-scope -fno-sanitize-memory-param-retval");
    }
    arguments.emplace_back("-x");
    arguments.emplace_back("c++");
    arguments.emplace_back(input.file_name);
    return arguments;
}

// Before the optimiser: every function but the roots becomes internal, and what none of them reaches goes.
void keep_roots(clang::CompilerInvocation& invocation, const std::vector<std::string>& roots) {
    invocation.getCodeGenOpts().PassBuilderCallbacks.push_back([&roots](llvm::PassBuilder& builder) {
        builder.registerPipelineStartEPCallback([&roots](llvm::ModulePassManager& passes, llvm::OptimizationLevel) {
            passes.addPass(llvm::InternalizePass([&roots](const llvm::GlobalValue& value) {
                return std::find(roots.begin(), roots.end(), value.getName()) != roots.end();
            }));
            passes.addPass(llvm::GlobalDCEPass());
        });
    });
}

bool cpu_is_known(const std::string& triple, const std::string& cpu) {
    std::string error;
    const llvm::Target* target = llvm::TargetRegistry::lookupTarget(triple, error);
    if (target == nullptr) return false;
    std::unique_ptr<llvm::MCSubtargetInfo> info(target->createMCSubtargetInfo(triple, "", ""));
    return info != nullptr && info->isCPUStringValid(cpu);
}

}  // namespace

void initialise_llvm() {
    static std::once_flag once;
    std::call_once(once, [] {
        llvm::install_fatal_error_handler(report_fatal);
        llvm::InitializeNativeTarget();
        llvm::InitializeNativeTargetAsmPrinter();
        llvm::InitializeNativeTargetAsmParser();
    });
}

std::vector<std::string> language_arguments(const CompileInput& input) {
    const std::string triple = llvm::sys::getDefaultTargetTriple();
    std::vector<std::string> arguments = {"-triple",
                                          triple,
                                          "-std=c++20",
                                          "-fgnuc-version=4.2.1",
                                          "-fno-rtti",
                                          "-fno-threadsafe-statics",
                                          "-nostdsysteminc",
                                          "-nobuiltininc",
                                          "-ferror-limit",
                                          "20",
                                          "-fvisibility-inlines-hidden"};
    arguments.emplace_back("-I");
    arguments.emplace_back(kIncludeFolder);
    arguments.emplace_back("-target-cpu");
    if (!input.target_cpu.empty()) {
        arguments.push_back(input.target_cpu);
    } else {
        arguments.push_back(llvm::sys::getHostCPUName().str());
        // A virtual machine may mask what the processor of this name has, so every feature is named, present or not.
        std::vector<std::string> features;
        for (const auto& feature : llvm::sys::getHostCPUFeatures()) {
            features.push_back((feature.getValue() ? "+" : "-") + feature.getKey().str());
        }
        std::sort(features.begin(), features.end());
        for (std::string& feature : features) {
            arguments.emplace_back("-target-feature");
            arguments.push_back(std::move(feature));
        }
    }
    for (const std::string& define : input.defines) {
        arguments.emplace_back("-D");
        arguments.push_back(define);
    }
    return arguments;
}

llvm::IntrusiveRefCntPtr<llvm::vfs::InMemoryFileSystem> memory_files(const CompileInput& input) {
    auto files = llvm::makeIntrusiveRefCnt<llvm::vfs::InMemoryFileSystem>();
    static_cast<void>(files->setCurrentWorkingDirectory("/"));  // of a file system in memory: never fails
    for (const MemoryFile& header : input.headers) {
        files->addFileNoOwn(std::string(kIncludeFolder) + "/" + std::string(header.name), 0,
                            llvm::MemoryBufferRef(header.text, header.name));
    }
    // A copy: Clang wants a buffer that ends in a zero byte, which a view does not promise.
    files->addFile(input.file_name, 0, llvm::MemoryBuffer::getMemBufferCopy(input.text, input.file_name));
    return files;
}

bool compile(const CompileInput& input, CompileOutput& output, Failure& failure) {
    const Clock::time_point start = Clock::now();
    initialise_llvm();
    if (!input.target_cpu.empty() && !cpu_is_known(llvm::sys::getDefaultTargetTriple(), input.target_cpu)) {
        failure.kind = FailureKind::kTargetUnknown;
        failure.message = "`" + input.target_cpu + "` is not a processor that LLVM knows";
        return false;
    }
    std::vector<std::string> arguments = cc1_arguments(input);
    std::vector<const char*> pointers;
    for (const std::string& argument : arguments) pointers.push_back(argument.c_str());

    DiagnosticLines consumer(failure.notes);
    clang::CompilerInstance compiler;
    llvm::IntrusiveRefCntPtr<llvm::vfs::FileSystem> files = memory_files(input);
    compiler.createDiagnostics(&consumer, /*ShouldOwnClient=*/false);
    auto invocation = std::make_shared<clang::CompilerInvocation>();
    bool ok = clang::CompilerInvocation::CreateFromArgs(*invocation, pointers, compiler.getDiagnostics());
    if (ok) {
        invocation->getFrontendOpts().DisableFree = false;
        if (!input.roots.empty()) keep_roots(*invocation, input.roots);
        compiler.setInvocation(std::move(invocation));
        compiler.createFileManager(files);
        llvm::SmallString<0> bytes;
        compiler.setOutputStream(std::make_unique<llvm::raw_svector_ostream>(bytes));
        TimedObjectAction action(start, output.front_end_milliseconds);
        ok = compiler.ExecuteAction(action) && !compiler.getDiagnostics().hasErrorOccurred();
        if (ok) output.bytes = bytes.str().str();
    }
    if (!ok) {
        failure.message = "the emitted text `" + std::string(input.file_name) + "` does not compile";
        return false;
    }
    output.undefined_symbols = undefined_symbols(output.bytes);
    return true;
}

}  // namespace nncc::clang_module

extern "C" const nncc::clang_module::Interface* nncc_clang_module() {
    static const nncc::clang_module::Interface interface = {
        nncc::clang_module::kInterfaceVersion, nncc::clang_module::compile, nncc::clang_module::link,
        nncc::clang_module::check_realtime, nncc::clang_module::read_function};
    return &interface;
}
