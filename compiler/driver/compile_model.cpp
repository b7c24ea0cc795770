// Runs the pipeline once per batch of forward and once for everything else, and hands the plans to the emitter.
#include "driver/compile_model.h"

#include <algorithm>
#include <filesystem>

#include "base/hash.h"
#include "driver/diagnostic_kinds.h"
#include "driver/version.h"
#include "passes/pipeline.h"

namespace nncc {

namespace {

// The program with only some of its entries, bound to a batch.
Program part_of(const Program& program, std::int64_t batch, const std::function<bool(const std::string&)>& wanted) {
    Program part = program;
    part.dims["batch"] = DimBinding{batch, false};
    std::erase_if(part.entries, [&](const auto& entry) { return !wanted(entry.first); });
    return part;
}

std::vector<Storage> packed_storages(const Program& program) {
    std::vector<Storage> packed;
    std::copy_if(program.storages.begin(), program.storages.end(), std::back_inserter(packed),
                 [](const Storage& storage) { return storage.kind == StorageKind::kPacked; });
    return packed;
}

}  // namespace

std::string header_name(const EmittedFiles& files) { return files.file_stem + ".h"; }

std::string source_name(const EmittedFiles& files) { return files.file_stem + ".cpp"; }

std::string c_header_name(const EmittedFiles& files) { return files.file_stem + "_c.h"; }

Expected<Compilation> compile_model(const CompiledModel& model, const CompileRequest& request) {
    PipelineOptions options;
    options.fuse_level = request.fuse_level;
    options.truncate = request.truncate;
    options.after_stage = request.after_stage;
    options.verify_stages = request.after_stage != nullptr;
    const bool trains = request.with_trainer && model.train.has_value();

    Compilation compilation;
    std::vector<EmitEntry> entries;
    // With `process` comes the part of `initialize` that fills its streams, for each batch.
    const bool streams = model.program.entries.contains("process");
    const auto is_forward = [streams](const std::string& entry) {
        return entry == "forward" || entry == "process" || (streams && entry == "initialize");
    };
    PipelineOptions forward_options = options;
    forward_options.backward = request.backward;
    for (const std::int64_t batch : request.forward_batches) {
        Expected<CompiledProgram> compiled = run_pipeline(part_of(model.program, batch, is_forward), forward_options);
        if (!compiled) return compiled.error();
        const bool first = compilation.programs.empty();
        if (!first && packed_storages(compiled->program) != packed_storages(compilation.programs[0].program)) {
            return Error{&kBatchesDiffer,
                         fmt::format("`forward` for batch {} packs its weights otherwise than for batch {}", batch,
                                     request.forward_batches[0]),
                         "emit one batch at a time",
                         {},
                         ExitCode::kWrongInput};
        }
        compilation.programs.push_back(std::move(*compiled));
    }
    const auto is_rest = [trains](const std::string& entry) {
        return entry == "initialize" || (trains && entry != "forward" && entry != "process");
    };
    Expected<CompiledProgram> rest = run_pipeline(part_of(model.program, request.train_batch, is_rest), options);
    if (!rest) return rest.error();
    compilation.programs.push_back(std::move(*rest));

    // One table of storages: forward's packed ones join the rest.
    Program& program = compilation.program;
    program = compilation.programs.back().program;
    for (const Storage& storage : packed_storages(compilation.programs[0].program)) program.storages.push_back(storage);
    for (std::size_t index = 0; index < compilation.programs.size(); ++index) {
        const CompiledProgram& compiled = compilation.programs[index];
        const bool is_last = index + 1 == compilation.programs.size();
        for (const auto& [entry, plan] : compiled.plans) {
            if (entry == "pack" && index > 0) continue;  // the same as the first
            const std::int64_t batch = is_last ? request.train_batch : request.forward_batches[index];
            const bool is_reset = !is_last && entry == "initialize";
            entries.push_back({is_reset ? "reset" : entry, batch, compiled.program.dims, plan});
        }
        for (const std::string& note : compiled.notes) {
            if (std::find(compilation.notes.begin(), compilation.notes.end(), note) == compilation.notes.end())
                compilation.notes.push_back(note);
        }
    }
    EmitRequest emit_request{
        .program = program,
        .entries = std::move(entries),
        .source_name = std::filesystem::path(request.source_name).filename().string(),
        .source_hash = sha256_hex(request.source_text),
        .version = std::string(kVersion),
        .command = request.command,
        .training = "",
        .strict = request.strict,
        .check_arena = request.check_arena,
        .time_launches = request.time_launches,
        .slot_table = trains && (!model.train->average.empty() || !model.train->feeds_of_schedules.empty()),
        .file_stem = request.file_stem};
    Expected<EmittedFiles> files = emit_model(emit_request);
    if (!files) return files.error();
    compilation.files = std::move(*files);
    return compilation;
}

}  // namespace nncc
