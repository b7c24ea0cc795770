// Writes diagnostics, notes and the progress line to standard error.
#include "driver/console.h"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>

namespace nncc {

namespace {

void write_line(std::string_view text) {
    std::fwrite(text.data(), 1, text.size(), stderr);
    if (text.empty() || text.back() != '\n') std::fputc('\n', stderr);
    std::fflush(stderr);
}

}  // namespace

void Console::report(const Diagnostics& diagnostics) const {
    for (const Diagnostic& diagnostic : diagnostics.all()) {
        write_line(json_ ? render_json(diagnostic) : render_text(diagnostic, colour_));
    }
    const int kept = static_cast<int>(diagnostics.all().size());
    if (!json_ && diagnostics.error_count() > kept) {
        write_line(fmt::format("and {} more errors", diagnostics.error_count() - kept));
    }
}

ExitCode Console::report(const Error& error) const {
    write_line(json_ ? render_json(error) : render_text(error, colour_));
    return error.exit_code;
}

void Console::note(std::string_view line) const { write_line(line); }

bool Console::terminal() const { return isatty(STDERR_FILENO) != 0; }

void Console::progress(std::string_view line) const {
    if (!terminal()) return;
    fmt::print(stderr, "\r\033[K{}", line);
    std::fflush(stderr);
}

bool wants_colour(std::string_view mode) {
    if (mode == "always") return true;
    if (mode == "never") return false;
    const char* no_color = std::getenv("NO_COLOR");
    return isatty(STDERR_FILENO) != 0 && (no_color == nullptr || *no_color == '\0');
}

}  // namespace nncc
