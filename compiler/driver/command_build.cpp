// nncc build: the emitted forward, its weights and a main program, compiled and linked in process into one binary.
#include <fcntl.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>

#include "base/file.h"
#include "driver/commands.h"
#include "driver/compile_model.h"
#include "driver/diagnostic_kinds.h"
#include "driver/model_source.h"
#include "driver/native_model.h"
#include "driver/weights.h"
#include "emit/code.h"

extern char** environ;

namespace nncc {

namespace {

constexpr std::int64_t kMaximumInputs = 1 << 16;
constexpr std::int64_t kMaximumOutputs = 1 << 12;
constexpr const char* kWeightsSymbol = "nncc_weights";

struct Slot {  // one input or output of the model, as a range of a row of doubles
    DType dtype = DType::kF32;
    std::int64_t elements = 1;
    std::vector<std::string> columns;
};

Slot slot_of(const CompiledModel& model, const std::string& name, const Type& type) {
    Slot slot;
    slot.dtype = type.dtype;
    for (const Dim& dim : type.shape)
        slot.elements *= dim == Dim::named("batch") ? 1 : dim.bound(model.program.dims).value_or(1);
    if (model.train) {
        for (const Feed& feed : model.train->feeds) {
            if (feed.name == name && feed.kind != Feed::Kind::kArray) slot.columns = feed.columns;
        }
    }
    if (static_cast<std::int64_t>(slot.columns.size()) != slot.elements) {
        slot.columns.clear();
        for (std::int64_t element = 0; element < slot.elements; ++element) {
            slot.columns.push_back(slot.elements == 1 ? name : fmt::format("{}_{}", name, element));
        }
    }
    return slot;
}

// A string literal of C++; every byte that is not plain is written in octal, so no name becomes code.
std::string literal(std::string_view text) {
    std::string quoted = "\"";
    for (const char letter : text) {
        const auto byte = static_cast<unsigned char>(letter);
        const bool plain = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
                           (byte >= '0' && byte <= '9') || byte == '_' || byte == ' ' || byte == '.';
        quoted += plain ? std::string(1, letter) : fmt::format("\\{:03o}", byte);
    }
    return quoted + "\"";
}

// The main program's own part: the weights, and one row of doubles through the model.
std::string program_text(const EmittedFiles& files, const CompiledModel& model, const std::vector<Slot>& inputs,
                         const std::vector<Slot>& outputs) {
    std::string names;
    std::string body;
    std::string arguments;
    std::string results;
    std::int64_t input_count = 0;
    std::int64_t output_count = 0;
    for (std::size_t index = 0; index < inputs.size(); ++index) {
        const Slot& slot = inputs[index];
        for (const std::string& column : slot.columns) names += literal(column) + ", ";
        body += fmt::format(
            "    {0} in_{1}[{2}];\n    for (int i = 0; i < {2}; ++i) in_{1}[i] = static_cast<{0}>(row[{3} + i]);\n",
            cpp_type(slot.dtype), index, slot.elements, input_count);
        arguments += fmt::format(", in_{}", index);
        input_count += slot.elements;
    }
    for (std::size_t index = 0; index < outputs.size(); ++index) {
        const Slot& slot = outputs[index];
        body += fmt::format("    {0} out_{1}[{2}];\n", cpp_type(slot.dtype), index, slot.elements);
        arguments += fmt::format(", out_{}", index);
        results +=
            fmt::format("    for (int i = 0; i < {}; ++i) prediction[{} + i] = static_cast<double>(out_{}[i]);\n",
                        slot.elements, output_count, index);
        output_count += slot.elements;
    }
    return fmt::format(
        "\n#include \"nncc/standalone.h\"\n"
        "namespace {{\n"
        "alignas(64) unsigned char packed[sizeof({0}::Packed)];\n"
        "alignas(64) unsigned char model[sizeof({0}::Model<1>)];\n"
        "constexpr const char* kColumns[] = {{{1}}};\n"
        "void predict(const double* row, double* prediction) {{\n{2}    {0}_forward(model{3});\n{4}}}\n"
        "}}\n"
        "extern \"C\" const unsigned char {5}[];\n"
        "int main(int argc, char** argv) {{\n"
        "    {0}_pack({5}, packed);\n    {0}_model_init(model, packed);\n"
        "    static const nncc::Standalone standalone{{{6}, kColumns, {7}, {8}, predict}};\n"
        "    return nncc::run_standalone(argc, argv, standalone);\n}}\n",
        files.cpp_namespace, names, body, arguments, results, kWeightsSymbol, literal(model.program.name), input_count,
        output_count);
}

// Runs the binary on one made row and returns what `--latency` says, without its newline.
std::string measured_latency(const std::string& path, std::int64_t inputs) {
    int to_child[2];
    int from_child[2];
    if (pipe2(to_child, O_CLOEXEC) != 0) return "";
    if (pipe2(from_child, O_CLOEXEC) != 0) return "";
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, to_child[0], STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, from_child[1], STDERR_FILENO);
    const std::string program = std::filesystem::absolute(path).string();
    std::string name = program;
    std::string option = "--latency";
    char* arguments[] = {name.data(), option.data(), nullptr};
    pid_t child = 0;
    const int failed = posix_spawn(&child, program.c_str(), &actions, nullptr, arguments, environ);
    posix_spawn_file_actions_destroy(&actions);
    close(to_child[0]);
    close(from_child[1]);
    std::string text;
    if (failed == 0) {
        std::string row;
        for (std::int64_t index = 0; index < inputs; ++index) row += index + 1 < inputs ? "0.5," : "0.5\n";
        const bool written = write(to_child[1], row.data(), row.size()) == static_cast<ssize_t>(row.size());
        close(to_child[1]);
        char bytes[512];
        ssize_t got = 0;
        while (written && (got = read(from_child[0], bytes, sizeof bytes)) > 0)
            text.append(bytes, static_cast<std::size_t>(got));
        int status = 0;
        waitpid(child, &status, 0);
    } else {
        close(to_child[1]);
    }
    close(from_child[0]);
    while (!text.empty() && text.back() == '\n') text.pop_back();
    return text;
}

Expected<ExitCode> build(const BuildOptions& options, const Console& console, const ModelSource& source) {
    const CompiledModel& model = source.model;
    Expected<WeightFile> file = read_safetensors(options.weights);
    if (!file) return file.error();
    std::vector<Slot> inputs;
    std::vector<Slot> outputs;
    std::int64_t input_count = 0;
    std::int64_t output_count = 0;
    for (const auto& [name, type] : model.inputs) {
        inputs.push_back(slot_of(model, name, type));
        input_count += inputs.back().elements;
    }
    for (const auto& [name, type] : model.outputs) {
        outputs.push_back(slot_of(model, name, type));
        output_count += outputs.back().elements;
    }
    if (input_count > kMaximumInputs || output_count > kMaximumOutputs) {
        return Error{
            &kBuildUnsupported,
            fmt::format("a row of `{}` has {} inputs and {} outputs; a binary reads at most {} and writes at most {}",
                        model.program.name, input_count, output_count, kMaximumInputs, kMaximumOutputs),
            "embed the emitted C++ instead",
            {},
            ExitCode::kWrongInput};
    }

    CompileRequest request;
    request.source_name = source.file->path;
    request.source_text = source.file->text;
    request.strict = options.model.strict;
    request.forward_batches = {1};
    request.with_trainer = false;
    Expected<Compilation> compilation = compile_model(model, request);
    if (!compilation) return compilation.error();
    const EmittedFiles& files = compilation->files;

    // Once in process, to lay the weights out as the emitted struct has them.
    Expected<NativeModel> native = NativeModel::compile(files, model, NativeUse::kForward);
    if (!native) return native.error();
    AlignedBytes weights = native->new_weights();
    Expected<> fits = file_to_weights(*file, options.weights, model, native->tensors(), WeightsUse::kPredict, weights);
    if (!fits) return fits.error();

    CompileOptions compile_options;
    compile_options.files = {{header_name(files), files.header}};
    compile_options.contract = !files.strict;
    const std::string weight_bytes(reinterpret_cast<const char*>(weights.data()), weights.size());
    Expected<ObjectCode> object = compile_to_object(files.source + program_text(files, model, inputs, outputs),
                                                    source_name(files), compile_options);
    if (!object) return object.error();
    const std::string path = options.output.empty() ? model_stem(options.model.path) : options.output;
    const ObjectCode objects[] = {std::move(*object), data_to_object(kWeightsSymbol, weight_bytes)};
    Expected<LinkedExecutable> linked = link_executable(objects, path);
    if (!linked) return linked.error();
    if (!options.quiet) {
        console.note(fmt::format("{}: {} bytes; {}, linked in {:.0f} ms", path, linked->byte_count,
                                 describe_times(objects[0]), linked->milliseconds));
        console.note(measured_latency(path, input_count));
    }
    return ExitCode::kDone;
}

}  // namespace

ExitCode run_build(const BuildOptions& options, const Console& console) {
    std::variant<ModelSource, ExitCode> source = load_model(options.model, console);
    if (const ExitCode* code = std::get_if<ExitCode>(&source)) return *code;
    Expected<ExitCode> code = build(options, console, std::get<ModelSource>(source));
    return code ? *code : console.report(code.error());
}

}  // namespace nncc
