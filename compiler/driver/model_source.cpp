// Reads the file, parses it and runs the semantics; diagnostics go to the console.
#include "driver/model_source.h"

#include <filesystem>

#include "base/file.h"
#include "clang/header_reader.h"
#include "driver/diagnostic_kinds.h"

namespace nncc {

namespace {

constexpr std::int64_t kMaximumSourceBytes = std::int64_t{4} << 20;

}  // namespace

Expected<const SourceFile*> DiskLoader::load(const std::string& path) {
    for (const auto& file : files_) {
        if (file->path == path) return static_cast<const SourceFile*>(file.get());
    }
    Expected<std::string> text = read_file(path, kMaximumSourceBytes);
    if (!text) return text.error();
    files_.push_back(std::make_unique<SourceFile>(SourceFile{path == "-" ? "<stdin>" : path, std::move(*text)}));
    return static_cast<const SourceFile*>(files_.back().get());
}

std::variant<ModelSource, ExitCode> load_model(const ModelOptions& options, const Console& console) {
    ModelSource source;
    source.loader = std::make_unique<DiskLoader>();
    Expected<const SourceFile*> file = source.loader->load(options.path);
    if (!file) return console.report(file.error());
    source.file = *file;

    AnalyseOptions analyse_options;
    analyse_options.real_f64 = options.real_f64;
    analyse_options.import_folders = options.import_folders;
    for (const std::string& define : options.defines) {
        // `-D time<=512` bounds a dimension: the bound keeps its sign.
        const std::size_t bound = define.find("<=");
        const std::size_t at = bound != std::string::npos ? bound : define.find('=');
        if (at == std::string::npos || at == 0 || at + 1 == define.size()) {
            return console.report(Error{&kDefineMalformed,
                                        fmt::format("`-D {}` is not `name=value`", define),
                                        "write `-D batch=32` or `-D 'time<=512'`",
                                        {},
                                        ExitCode::kUsage});
        }
        analyse_options.defines[define.substr(0, at)] = define.substr(bound != std::string::npos ? at : at + 1);
    }

    HeaderReader header_reader;
    analyse_options.user_functions = &header_reader;

    Diagnostics diagnostics;
    std::optional<CompiledModel> model =
        analyse(*source.file, options.name, analyse_options, *source.loader, diagnostics);
    console.report(diagnostics);
    if (!model) return ExitCode::kWrongInput;
    source.model = std::move(*model);
    return source;
}

std::string model_stem(const std::string& path) {
    const std::string stem = std::filesystem::path(path).stem().string();
    return stem.empty() || stem == "-" ? "model" : stem;
}

}  // namespace nncc
