// Parses a user's header, finds the function that a model declares, and makes a graph of it or says why it cannot be.
#include <clang/AST/DeclTemplate.h>
#include <clang/Basic/DiagnosticLex.h>
#include <clang/Frontend/ASTUnit.h>
#include <clang/Frontend/CompilerInstance.h>
#include <clang/Frontend/CompilerInvocation.h>
#include <clang/Lex/Lexer.h>
#include <clang/Serialization/PCHContainerOperations.h>
#include <clang/Tooling/Tooling.h>
#include <llvm/ADT/StringMap.h>
#include <llvm/Support/Path.h>

#include "clang/module_frontend.h"
#include "clang/module_function.h"
#include "clang/module_standard_headers.h"

namespace nncc::clang_module {
namespace {

constexpr char kStandardFolder[] = "/nncc-standard";
// Deep enough for the `..` at the front of a path.
constexpr char kUserFolder[] = "/nncc-user/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0";

std::string absolute(llvm::StringRef path) {
    llvm::SmallString<256> result(path.starts_with("/") ? "" : kUserFolder);
    llvm::sys::path::append(result, path);
    llvm::sys::path::remove_dots(result, /*remove_dot_dot=*/true);
    return std::string(result);
}

// Places of Clang's as offsets into the files that were given.
class Places {
  public:
    explicit Places(const FunctionInput& input) {
        for (std::size_t index = 0; index < input.files.size(); ++index) {
            files_[absolute(input.files[index].name)] = static_cast<int>(index);
        }
    }

    HeaderPlace of(const clang::SourceManager& sources, const clang::LangOptions& language,
                   clang::SourceRange range) const {
        if (range.isInvalid()) return {};
        clang::CharSourceRange text =
            clang::Lexer::makeFileCharRange(clang::CharSourceRange::getTokenRange(range), sources, language);
        if (text.isInvalid()) {  // part of a macro: where it is written
            text = clang::Lexer::makeFileCharRange(
                clang::CharSourceRange::getTokenRange(sources.getExpansionRange(range.getBegin()).getAsRange()),
                sources, language);
        }
        if (text.isInvalid()) return {};
        const auto [file, begin] = sources.getDecomposedLoc(text.getBegin());
        const clang::OptionalFileEntryRef entry = sources.getFileEntryRefForID(file);
        if (!entry) return {};
        const auto found = files_.find(absolute(entry->getName()));
        if (found == files_.end()) return {};
        return {found->second, begin, sources.getFileOffset(text.getEnd())};
    }

  private:
    llvm::StringMap<int> files_;
};

// Keeps the errors of parsing, with the notes that follow them.
class ParseMistakes : public clang::DiagnosticConsumer {
  public:
    static constexpr std::size_t kMaximum = 10;

    ParseMistakes(const Places& places, std::vector<HeaderMistake>& mistakes) : places_(places), mistakes_(mistakes) {}

    void BeginSourceFile(const clang::LangOptions& language, const clang::Preprocessor*) override {
        language_ = language;
    }

    void HandleDiagnostic(clang::DiagnosticsEngine::Level level, const clang::Diagnostic& diagnostic) override {
        clang::DiagnosticConsumer::HandleDiagnostic(level, diagnostic);
        const bool is_note = level == clang::DiagnosticsEngine::Note;
        if (!is_note) follows_ = level >= clang::DiagnosticsEngine::Error && mistakes_.size() < kMaximum;
        if (!follows_) return;
        llvm::SmallString<256> message;
        diagnostic.FormatDiagnostic(message);
        HeaderPlace place;
        if (diagnostic.hasSourceManager() && diagnostic.getLocation().isValid()) {
            place = places_.of(diagnostic.getSourceManager(), language_, clang::SourceRange(diagnostic.getLocation()));
        }
        if (is_note) {
            if (place.file >= 0) mistakes_.back().notes.emplace_back(place, std::string(message));
            return;
        }
        HeaderMistake mistake;
        mistake.kind = HeaderMistakeKind::kSyntax;
        mistake.place = place;
        mistake.message = std::string(message);
        if (diagnostic.getID() == clang::diag::err_pp_file_not_found) {
            mistake.hint =
                "a header of a model may include <cmath>, <algorithm>, <cstdint>, <limits>, <numbers> and headers of "
                "its own";
        }
        mistakes_.push_back(std::move(mistake));
    }

  private:
    const Places& places_;
    std::vector<HeaderMistake>& mistakes_;
    clang::LangOptions language_;
    bool follows_ = false;  // a note belongs to an error that is kept
};

class BuildTree : public clang::tooling::ToolAction {
  public:
    bool runInvocation(std::shared_ptr<clang::CompilerInvocation> invocation, clang::FileManager* files,
                       std::shared_ptr<clang::PCHContainerOperations> containers,
                       clang::DiagnosticConsumer* consumer) override {
        tree = clang::ASTUnit::LoadFromCompilerInvocation(
            invocation, std::move(containers),
            clang::CompilerInstance::createDiagnostics(&invocation->getDiagnosticOpts(), consumer,
                                                       /*ShouldOwnClient=*/false),
            files);
        return tree != nullptr;
    }
    std::unique_ptr<clang::ASTUnit> tree;
};

// Sees the files of the input and the standard headers, and nothing of the machine's.
std::unique_ptr<clang::ASTUnit> parse(const FunctionInput& input, ParseMistakes& consumer) {
    auto files = llvm::makeIntrusiveRefCnt<llvm::vfs::InMemoryFileSystem>();
    const auto add = [&files](const std::string& path, llvm::StringRef text) {
        files->addFile(path, 0, llvm::MemoryBuffer::getMemBufferCopy(text, path));
    };
    static_cast<void>(files->setCurrentWorkingDirectory("/"));  // of a file system in memory: never fails
    for (const MemoryFile& header : standard_headers()) {
        add(std::string(kStandardFolder) + "/" + std::string(header.name), header.text);
    }
    for (const MemoryFile& file : input.files) add(absolute(file.name), file.text);
    const std::string main_file = "/nncc-user/model.cpp";
    add(main_file, "#include \"" + absolute(input.files[0].name) + "\"\n");
    std::vector<std::string> arguments = {"nncc", "-fsyntax-only", "-std=c++20",       "-nostdinc", "-nostdinc++",
                                          "-w",   "-fexceptions",  "-ferror-limit=10", "-isystem",  kStandardFolder};
    for (const std::string& folder : input.include_folders) {
        arguments.emplace_back("-I");
        arguments.push_back(absolute(folder));
    }
    arguments.push_back(main_file);
    BuildTree action;
    auto manager = llvm::makeIntrusiveRefCnt<clang::FileManager>(clang::FileSystemOptions(), files);
    clang::tooling::ToolInvocation invocation(arguments, &action, manager.get(),
                                              std::make_shared<clang::PCHContainerOperations>());
    invocation.setDiagnosticConsumer(&consumer);
    invocation.run();
    return std::move(action.tree);
}

// The one that the model declares, among those of its name.
class FunctionFinder {
  public:
    FunctionFinder(clang::ASTUnit& unit, const FunctionInput& input, const Places& places,
                   std::vector<HeaderMistake>& mistakes)
        : unit_(unit), input_(input), places_(places), mistakes_(mistakes) {}

    const clang::FunctionDecl* find() {
        clang::ASTContext& context = unit_.getASTContext();
        std::vector<const clang::FunctionDecl*> functions;
        const clang::DeclarationName name(&context.Idents.get(input_.function));
        for (const clang::NamedDecl* found : context.getTranslationUnitDecl()->lookup(name)) {
            const clang::NamedDecl* declared = found->getUnderlyingDecl();
            if (llvm::isa<clang::FunctionTemplateDecl>(declared)) {
                return refuse(clang::SourceRange(declared->getLocation()), quoted() + " is a template",
                              "write a function for `float`; it may call the template");
            }
            const auto* function = llvm::dyn_cast<clang::FunctionDecl>(declared);
            if (function == nullptr) {
                return refuse(clang::SourceRange(declared->getLocation()), quoted() + " is no function");
            }
            functions.push_back(function);
        }
        if (functions.empty()) return nothing_found();
        for (const clang::FunctionDecl* function : functions) {
            if (fits_types(function)) return with_body(function);
        }
        return report_misfit(functions.front());
    }

  private:
    std::string quoted() const { return "`" + input_.function + "`"; }

    const clang::FunctionDecl* refuse(clang::SourceRange range, std::string message, std::string hint = "") {
        HeaderMistake mistake;
        mistake.kind = HeaderMistakeKind::kSignature;
        mistake.place = places_.of(unit_.getSourceManager(), unit_.getLangOpts(), range);
        mistake.message = std::move(message);
        mistake.hint = std::move(hint);
        mistakes_.push_back(std::move(mistake));
        return nullptr;
    }

    const clang::FunctionDecl* nothing_found() {
        std::string hint;
        for (const clang::Decl* declared : unit_.getASTContext().getTranslationUnitDecl()->decls()) {
            const auto* space = llvm::dyn_cast<clang::NamespaceDecl>(declared);
            if (space == nullptr || space->isStdNamespace()) continue;
            const clang::DeclarationName name(&unit_.getASTContext().Idents.get(input_.function));
            if (space->lookup(name).empty()) continue;
            const std::string path = space->getNameAsString() + "::" + input_.function;
            hint = "there is a `" + path + "`; `using " + path + ";` at the end of the header makes it visible";
        }
        return refuse({}, "`" + std::string(input_.files[0].name) + "` has no function " + quoted(), hint);
    }

    static clang::BuiltinType::Kind kind_of(const std::string& declared) {
        if (declared == "bool") return clang::BuiltinType::Bool;
        return declared == "i32" ? clang::BuiltinType::Int : clang::BuiltinType::Float;
    }

    static bool fits(clang::QualType type, const std::string& declared) {
        const auto* builtin = type.getCanonicalType()->getAs<clang::BuiltinType>();
        return builtin != nullptr && builtin->getKind() == kind_of(declared);
    }

    bool fits_types(const clang::FunctionDecl* function) const {
        if (function->isVariadic() || function->getNumParams() != input_.parameters.size()) return false;
        for (unsigned index = 0; index < function->getNumParams(); ++index) {
            if (!fits(function->getParamDecl(index)->getType(), input_.parameters[index].type)) return false;
        }
        return fits(function->getReturnType(), input_.result);
    }

    const clang::FunctionDecl* report_misfit(const clang::FunctionDecl* function) {
        const std::string hint = "`f32` is C++'s `float`, `i32` its `int`, `bool` its `bool`";
        const auto shown = [&](clang::QualType type) {
            return "`" + type.getAsString(unit_.getASTContext().getPrintingPolicy()) + "`";
        };
        const std::size_t count = input_.parameters.size();
        if (function->isVariadic() || function->getNumParams() != count) {
            const std::string number = std::to_string(function->getNumParams());
            return refuse(clang::SourceRange(function->getLocation()),
                          quoted() + " has " + number + (number == "1" ? " parameter" : " parameters") +
                              (function->isVariadic() ? " and any number of others" : "") + ", and " +
                              std::to_string(count) + (count == 1 ? " is declared" : " are declared"));
        }
        for (unsigned index = 0; index < function->getNumParams(); ++index) {
            const clang::ParmVarDecl* parameter = function->getParamDecl(index);
            const FunctionParameter& declared = input_.parameters[index];
            if (fits(parameter->getType(), declared.type)) continue;
            return refuse(parameter->getSourceRange(),
                          "parameter `" + declared.name + "` of " + quoted() + " is " + shown(parameter->getType()) +
                              ", and `" + declared.type + "` is declared",
                          hint);
        }
        return refuse(
            function->getReturnTypeSourceRange(),
            quoted() + " returns " + shown(function->getReturnType()) + ", and `" + input_.result + "` is declared",
            hint);
    }

    const clang::FunctionDecl* with_body(const clang::FunctionDecl* function) {
        const clang::FunctionDecl* body = nullptr;
        if (!function->hasBody(body)) {
            return refuse(clang::SourceRange(function->getLocation()), quoted() + " is declared without a body",
                          "define it in the header");
        }
        for (unsigned index = 0; index < body->getNumParams(); ++index) {
            const clang::ParmVarDecl* parameter = body->getParamDecl(index);
            const std::string& declared = input_.parameters[index].name;
            if (parameter->getIdentifier() == nullptr || parameter->getName() == declared) continue;
            return refuse(clang::SourceRange(parameter->getLocation()),
                          "parameter " + std::to_string(index + 1) + " of " + quoted() + " is called `" +
                              parameter->getNameAsString() + "`, and `" + declared + "` is declared",
                          "call them the same, as arguments may be given by name");
        }
        return body;
    }

    clang::ASTUnit& unit_;
    const FunctionInput& input_;
    const Places& places_;
    std::vector<HeaderMistake>& mistakes_;
};

}  // namespace

bool read_function(const FunctionInput& input, FunctionOutput& output) {
    initialise_llvm();
    const Places places(input);
    ParseMistakes consumer(places, output.mistakes);
    std::unique_ptr<clang::ASTUnit> unit = parse(input, consumer);
    if (unit == nullptr || consumer.getNumErrors() > 0) {
        if (output.mistakes.empty()) {
            HeaderMistake mistake;
            mistake.kind = HeaderMistakeKind::kSyntax;
            mistake.message = "the header cannot be read";
            output.mistakes.push_back(std::move(mistake));
        }
        return false;
    }
    clang::IgnoringDiagConsumer ignore;  // the first one does not outlive this function
    unit->getDiagnostics().setClient(&ignore, /*ShouldOwnClient=*/false);
    const clang::FunctionDecl* function = FunctionFinder(*unit, input, places, output.mistakes).find();
    if (function == nullptr) return false;
    FunctionReader reader(unit->getASTContext(), input.real_is_f64);
    std::optional<std::string> graph = reader.read(function);
    if (graph) {
        output.graph = std::move(*graph);
        return true;
    }
    const Refusal& refusal = *reader.refusal();
    const auto place = [&](clang::SourceRange range) {
        return places.of(unit->getSourceManager(), unit->getLangOpts(), range);
    };
    HeaderMistake mistake;
    mistake.kind = HeaderMistakeKind::kBody;
    mistake.place = place(refusal.range);
    mistake.message = refusal.message;
    mistake.hint = refusal.hint;
    for (const auto& [range, message] : refusal.notes) mistake.notes.emplace_back(place(range), message);
    output.mistakes.push_back(std::move(mistake));
    return false;
}

}  // namespace nncc::clang_module
