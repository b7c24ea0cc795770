// Asks the Clang module for a function's meaning, and turns its answer into a graph or into diagnostics.
#include "clang/header_reader.h"

#include "clang/diagnostic_kinds.h"
#include "clang/loader.h"

namespace nncc {
namespace {

SourceRange range_of(const UserFunctionRequest& request, const clang_module::HeaderPlace& place) {
    if (place.file < 0) return {};
    return {request.files[static_cast<std::size_t>(place.file)], place.begin, place.end};
}

const DiagnosticKind& kind_of(clang_module::HeaderMistakeKind kind) {
    switch (kind) {
        case clang_module::HeaderMistakeKind::kSyntax: return kHeaderRejected;
        case clang_module::HeaderMistakeKind::kSignature: return kDeclarationDiffers;
        case clang_module::HeaderMistakeKind::kBody: break;
    }
    return kNotPartOfAModel;
}

}  // namespace

Expected<UserFunction> HeaderReader::read(const UserFunctionRequest& request) {
    Expected<OpenedModule> module = open_clang_module();
    if (!module) return module.error();
    if (module->interface->version < 2) {
        return Error{.kind = &kClangModuleMissing,
                     .message = "the module that reads headers is of an older nncc",
                     .hint = "install nncc with the module of its own version"};
    }
    clang_module::FunctionInput input;
    for (const SourceFile* file : request.files) input.files.push_back({file->path, file->text});
    input.include_folders = request.import_folders;
    input.function = request.function;
    for (const auto& [name, type] : request.parameters) input.parameters.push_back({name, type});
    input.result = request.result;
    input.real_is_f64 = request.real_f64;

    clang_module::FunctionOutput output;
    UserFunction function;
    if (module->interface->read_function(input, output)) {
        Expected<Graph> graph = parse_graph(output.graph);
        NNCC_CHECK(graph, "{}\n{}", graph.error().message, output.graph);
        function.graph = std::move(*graph);
        return function;
    }
    for (clang_module::HeaderMistake& mistake : output.mistakes) {
        Diagnostic diagnostic;
        diagnostic.kind = &kind_of(mistake.kind);
        diagnostic.range = range_of(request, mistake.place);
        diagnostic.message = std::move(mistake.message);
        diagnostic.hint = std::move(mistake.hint);
        for (auto& [place, message] : mistake.notes) {
            diagnostic.notes.push_back({range_of(request, place), std::move(message)});
        }
        function.mistakes.push_back(std::move(diagnostic));
    }
    return function;
}

}  // namespace nncc
