// nncc verify: emits a model and proves, from the emitted text, that its functions never wait and never grow.
#include "clang/realtime.h"
#include "driver/commands.h"
#include "driver/compile_model.h"
#include "driver/model_source.h"

namespace nncc {

namespace {

// Every function that the C header declares, together they reach all that is emitted; but `selftest`, which runs before
// anything may not wait.
std::vector<std::string> entry_points(const EmittedFiles& files) {
    std::vector<std::string> names;
    const std::string prefix = " " + files.cpp_namespace + "_";
    std::string_view rest = files.c_header;
    while (!rest.empty()) {
        const std::size_t end = std::min(rest.find('\n'), rest.size());
        const std::string_view line = rest.substr(0, end);
        rest.remove_prefix(std::min(end + 1, rest.size()));
        const std::size_t open = line.find('(');
        if (open == std::string_view::npos || line.starts_with("//") || line.starts_with("#") || line.starts_with(" "))
            continue;
        const std::size_t name = line.rfind(prefix, open);
        if (name == std::string_view::npos) continue;
        std::string found(line.substr(name + 1, open - name - 1));
        if (found != files.cpp_namespace + "_selftest") names.push_back(std::move(found));
    }
    return names;
}

// "pima_trainer_step" is `trainer_step` to those who read the header.
std::string shown(const std::string& name, const EmittedFiles& files) {
    return name.substr(files.cpp_namespace.size() + 1);
}

}  // namespace

ExitCode run_verify(const VerifyOptions& options, const Console& console) {
    std::variant<ModelSource, ExitCode> loaded = load_model(options.model, console);
    if (const ExitCode* failed = std::get_if<ExitCode>(&loaded)) return *failed;
    const ModelSource& source = std::get<ModelSource>(loaded);
    CompileRequest request;
    request.source_name = source.file->path;
    request.source_text = source.file->text;
    request.strict = options.model.strict;
    request.backward = options.gradients;
    request.command = "nncc verify";
    if (source.model.train) request.train_batch = source.model.train->batch;
    const auto bound = source.model.program.dims.find("batch");
    if (bound != source.model.program.dims.end()) request.forward_batches = {bound->second.value};
    Expected<Compilation> compilation = compile_model(source.model, request);
    if (!compilation) return console.report(compilation.error());
    const EmittedFiles& files = compilation->files;

    CompileOptions compile_options;
    compile_options.files = {{header_name(files), files.header}};
    compile_options.contract = !files.strict;
    const std::vector<std::string> names = entry_points(files);
    Expected<RealtimeReport> report = check_realtime(files.source, source_name(files), names, compile_options);
    if (!report) return console.report(report.error());
    if (!report->proven()) {
        fmt::print("{}: not proven\n{}", source.model.program.name, describe(*report));
        return ExitCode::kNotVerified;
    }
    fmt::print(
        "{}: proven of {} functions and {} loops: no allocation, exception, lock, system call, virtual call, call "
        "through a pointer,\n"
        "recursion, assembly or loop without a bound\n",
        source.model.program.name, report->function_count, report->loop_count);
    for (const std::string& name : names) fmt::print("  {}\n", shown(name, files));
    if (!report->library_calls.empty())
        fmt::print("called of the C library: {}\n", fmt::join(report->library_calls, ", "));
    return ExitCode::kDone;
}

}  // namespace nncc
