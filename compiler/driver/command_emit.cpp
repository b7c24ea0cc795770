// nncc MODEL.nn: the emitted files, or one stage of the way there as text.
#include <algorithm>
#include <charconv>
#include <filesystem>

#include "base/diagnostics.h"
#include "base/file.h"
#include "clang/runtime_text.h"
#include "driver/commands.h"
#include "driver/compile_model.h"
#include "driver/diagnostic_kinds.h"
#include "driver/model_source.h"
#include "emit/single_file.h"
#include "passes/diagnostic_kinds.h"
#include "passes/dot.h"
#include "passes/explain_fusion.h"
#include "syntax/parser.h"
#include "syntax/print_ast.h"

namespace nncc {

namespace {

namespace fs = std::filesystem;

// `-D batch=1,8,32`: one forward each; the rest of the defines go to the semantics.
Expected<std::vector<std::int64_t>> take_batches(ModelOptions& model) {
    std::vector<std::int64_t> batches;
    std::erase_if(model.defines, [&batches](const std::string& define) {
        if (!define.starts_with("batch=")) return false;
        batches.clear();
        const char* at = define.data() + 6;
        const char* end = define.data() + define.size();
        while (at < end) {
            std::int64_t batch = 0;
            const auto [next, problem] = std::from_chars(at, end, batch);
            if (problem != std::errc() || batch < 1 || batch > (1 << 24) || (next < end && *next != ',')) {
                batches.clear();
                return false;
            }
            if (std::find(batches.begin(), batches.end(), batch) == batches.end()) batches.push_back(batch);
            at = next + 1;
        }
        return !batches.empty();
    });
    for (const std::string& define : model.defines) {
        if (define.starts_with("batch=")) {
            return Error{&kDefineMalformed,
                         fmt::format("`-D {}` is no batch", define),
                         "write `-D batch=32`, or `-D batch=1,32` for both",
                         {},
                         ExitCode::kUsage};
        }
    }
    if (batches.empty()) batches.push_back(1);
    return batches;
}

ExitCode write_text(const std::string& path, std::string_view text, const Console& console) {
    Expected<> written = write_file_atomically(path.empty() ? "-" : path, text);
    return written ? ExitCode::kDone : console.report(written.error());
}

// "nncc pima.nn -D batch=1 -o pima.cpp": file names only, so that the bytes do not depend on the folder.
std::string command_text(const EmitOptions& options, const std::vector<std::int64_t>& batches) {
    std::string text = "nncc " + fs::path(options.model.path).filename().string();
    if (batches != std::vector<std::int64_t>{1}) text += fmt::format(" -D batch={}", fmt::join(batches, ","));
    for (const std::string& define : options.model.defines) text += " -D " + define;
    if (options.model.real_f64) text += " --real f64";
    if (options.model.strict) text += " --strict";
    if (options.gradients) text += " --gradients";
    if (options.single_file) text += " --single-file";
    return text + " -o " + fs::path(options.output).filename().string();
}

std::string make_escaped(const std::string& path) {
    std::string text;
    for (const char letter : path) {
        if (letter == ' ' || letter == '#' || letter == '\\') text += '\\';
        if (letter == '$') text += '$';
        text += letter;
    }
    return text;
}

ExitCode write_files(const EmitOptions& options, const ModelSource& source, const Compilation& compilation,
                     const Console& console) {
    const EmittedFiles& files = compilation.files;
    if (options.output == "-") return write_text("-", files.header + files.source, console);
    const fs::path folder = fs::path(options.output).parent_path();
    for (const auto& [path, text] : {std::pair{options.output, &files.source},
                                     {(folder / header_name(files)).string(), &files.header},
                                     {(folder / c_header_name(files)).string(), &files.c_header}}) {
        if (const ExitCode code = write_text(path, *text, console); code != ExitCode::kDone) return code;
    }
    if (options.write_dependencies) {
        std::string rule = make_escaped(options.output) + ":";
        for (const auto& file : source.loader->files()) rule += " \\\n  " + make_escaped(file->path);
        const std::string path = options.dependency_file.empty() ? options.output + ".d" : options.dependency_file;
        if (const ExitCode code = write_text(path, rule + "\n", console); code != ExitCode::kDone) return code;
    }
    if (options.quiet) return ExitCode::kDone;
    console.note(fmt::format("{}, {}: {} kernels, {} parameters, {} bytes of weights, {} packed", options.output,
                             (folder / header_name(files)).string(), files.kernel_count, files.parameter_count,
                             files.weights_bytes, files.packed_bytes));
    for (const EmittedEntry& entry : files.entries) {
        if (entry.name != "forward" && entry.name != "backward" && entry.name != "step") continue;
        console.note(fmt::format("  {} batch {}: {} kernels, arena {} bytes, stack {} bytes", entry.name, entry.batch,
                                 entry.kernel_count, entry.arena_bytes, entry.stack_bytes));
    }
    return ExitCode::kDone;
}

// The plans, or bound graphs, of all entries or the one asked for; "" when there is no such entry.
std::string fused_text(const Compilation& compilation, const std::string& entry) {
    std::string text;
    for (const CompiledProgram& program : compilation.programs) {
        for (const auto& [name, plan] : program.plans) {
            if (entry.empty() || name == entry) text += fmt::format("# {}\n{}\n", name, print_plan(plan));
        }
    }
    return text;
}

// What `fuse` did with each op of the entries, and why not more.
std::string fusion_text(const Compilation& compilation, const std::string& entry) {
    std::string text;
    for (const CompiledProgram& program : compilation.programs) {
        for (const auto& [name, plan] : program.plans) {
            if (!entry.empty() && name != entry) continue;
            text += fmt::format("# {}\n{}\n", name, explain_fusion(program.program.entries.at(name)));
        }
    }
    return text;
}

std::string graph_text(const Program& program, const std::string& entry) {
    if (entry.empty()) return print_program(program);
    const auto found = program.entries.find(entry);
    return found == program.entries.end() ? "" : print_graph(found->second);
}

std::string dot_text(const Compilation& compilation, const std::string& entry) {
    for (const CompiledProgram& program : compilation.programs) {
        const auto plan = program.plans.find(entry.empty() ? "forward" : entry);
        if (plan != program.plans.end()) return print_dot(plan->second.graph);
    }
    return "";
}

ExitCode unknown_entry(const EmitOptions& options, const Console& console) {
    return console.report(Error{&kUnknownEntry,
                                fmt::format("`{}` has no entry `{}`", options.model.path, options.entry),
                                "see `nncc explain NN0516`",
                                {},
                                ExitCode::kUsage});
}

// --passes=a,b on a graph in text form.
ExitCode run_passes_on_text(const EmitOptions& options, const Console& console) {
    Expected<std::string> text = read_file(options.model.path);
    if (!text) return console.report(text.error());
    Expected<Graph> graph = parse_graph(*text);
    if (!graph) return console.report(graph.error());
    PassContext context;
    context.dims["batch"] = DimBinding{1, false};
    Expected<Graph> result = run_passes(*graph, options.passes, context);
    if (!result) return console.report(result.error());
    return write_text(options.output, print_graph(*result), console);
}

ExitCode print_syntax(const EmitOptions& options, const Console& console) {
    DiskLoader loader;
    Expected<const SourceFile*> file = loader.load(options.model.path);
    if (!file) return console.report(file.error());
    Diagnostics diagnostics;
    const std::unique_ptr<ast::File> tree = parse(**file, diagnostics);
    console.report(diagnostics);
    if (diagnostics.has_errors()) return ExitCode::kWrongInput;
    return write_text(options.output, print_ast(*tree), console);
}

}  // namespace

ExitCode run_emit(const EmitOptions& given, const Console& console) {
    EmitOptions options = given;
    if (!options.passes.empty()) return run_passes_on_text(options, console);
    if (options.emit == EmitKind::kAst) return print_syntax(options, console);
    if (options.emit == EmitKind::kFiles && options.output.empty() && options.print_after.empty()) {
        return console.report(Error{&kCommandMismatch,
                                    "nothing says what to write",
                                    fmt::format("write `nncc {} -o {}.cpp`, or `--emit=graph`", options.model.path,
                                                model_stem(options.model.path)),
                                    {},
                                    ExitCode::kUsage});
    }
    Expected<std::vector<std::int64_t>> batches = take_batches(options.model);
    if (!batches) return console.report(batches.error());
    std::variant<ModelSource, ExitCode> loaded = load_model(options.model, console);
    if (const ExitCode* code = std::get_if<ExitCode>(&loaded)) return *code;
    const ModelSource& source = std::get<ModelSource>(loaded);
    if (options.emit == EmitKind::kGraph) {
        const std::string text = graph_text(source.model.program, options.entry);
        return text.empty() ? unknown_entry(options, console) : write_text(options.output, text, console);
    }

    CompileRequest request;
    request.source_name = source.file->path;
    request.source_text = source.file->text;
    request.strict = options.model.strict;
    request.backward = options.gradients;
    request.command = command_text(options, *batches);
    request.forward_batches = *batches;
    if (!options.output.empty() && options.output != "-") request.file_stem = fs::path(options.output).stem().string();
    if (source.model.train) request.train_batch = source.model.train->batch;
    std::string printed;
    if (!options.print_after.empty()) {
        std::vector<std::string> stages;
        for (const StageName& stage : pipeline_stages()) stages.emplace_back(stage.name);
        for (const std::string& wanted : options.print_after) {
            if (wanted != "all" && std::find(stages.begin(), stages.end(), wanted) == stages.end()) {
                return console.report(Error{&kUnknownPass,
                                            fmt::format("there is no pass `{}`", wanted),
                                            fmt::format("passes in order: {}, or all", fmt::join(stages, ", ")),
                                            {},
                                            ExitCode::kUsage});
            }
        }
        request.after_stage = [&](std::string_view stage, std::string_view entry, const Graph& graph) {
            const bool wanted = std::any_of(options.print_after.begin(), options.print_after.end(),
                                            [&](const std::string& name) { return name == "all" || name == stage; });
            if (wanted && (options.entry.empty() || options.entry == entry))
                printed += fmt::format("# after {}: {}\n{}\n", stage, entry, print_graph(graph));
        };
    }
    Expected<Compilation> compilation = compile_model(source.model, request);
    if (!printed.empty()) write_text("-", printed, console);
    if (!compilation) return console.report(compilation.error());
    if (options.single_file) compilation->files = fold_runtime(std::move(compilation->files), runtime_text);
    if (!options.quiet) {
        for (const std::string& note : compilation->notes) console.note(note);
    }
    switch (options.emit) {
        case EmitKind::kFused: {
            const std::string text = fused_text(*compilation, options.entry);
            return text.empty() ? unknown_entry(options, console) : write_text(options.output, text, console);
        }
        case EmitKind::kFusion: {
            const std::string text = fusion_text(*compilation, options.entry);
            return text.empty() ? unknown_entry(options, console) : write_text(options.output, text, console);
        }
        case EmitKind::kDot: {
            const std::string text = dot_text(*compilation, options.entry);
            return text.empty() ? unknown_entry(options, console) : write_text(options.output, text, console);
        }
        case EmitKind::kCpp: return write_text(options.output, compilation->files.source, console);
        case EmitKind::kFiles:
            return options.output.empty() ? ExitCode::kDone : write_files(options, source, *compilation, console);
        case EmitKind::kAst:
        case EmitKind::kGraph: break;
    }
    return ExitCode::kInternal;
}

}  // namespace nncc
