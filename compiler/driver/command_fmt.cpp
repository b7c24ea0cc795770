// nncc fmt: files in the layout of format.h; `-` is standard input, to standard output.
#include "base/file.h"
#include "driver/commands.h"
#include "driver/model_source.h"
#include "syntax/format.h"

namespace nncc {

namespace {

// Whether the file is, or was made, as it should be.
ExitCode format_file(const std::string& path, const FormatOptions& options, const Console& console) {
    DiskLoader loader;
    Expected<const SourceFile*> file = loader.load(path);
    if (!file) return console.report(file.error());
    Diagnostics diagnostics;
    std::optional<std::string> text = format_text(**file, diagnostics);
    console.report(diagnostics);
    if (!text) return ExitCode::kWrongInput;
    const bool changed = *text != (*file)->text;
    if (options.check) {
        if (!changed) return ExitCode::kDone;
        console.note(fmt::format("{} is not formatted", (*file)->path));
        return ExitCode::kWrongInput;
    }
    if (!changed && path != "-") return ExitCode::kDone;
    Expected<> written = write_file_atomically(path, *text);
    return written ? ExitCode::kDone : console.report(written.error());
}

}  // namespace

ExitCode run_fmt(const FormatOptions& options, const Console& console) {
    ExitCode result = ExitCode::kDone;
    for (const std::string& path : options.paths) {
        const ExitCode code = format_file(path, options, console);
        if (code != ExitCode::kDone && result == ExitCode::kDone) result = code;
    }
    return result;
}

}  // namespace nncc
