// Turns Clang's diagnostics into lines, "file:line:column: error: message".
#pragma once

#include <clang/Basic/Diagnostic.h>
#include <clang/Basic/SourceManager.h>
#include <llvm/ADT/SmallString.h>

#include <string>
#include <vector>

namespace nncc::clang_module {

inline std::string place_of(const clang::SourceManager& sources, clang::SourceLocation location) {
    const clang::PresumedLoc place = sources.getPresumedLoc(location);
    if (place.isInvalid()) return "";
    return std::string(place.getFilename()) + ":" + std::to_string(place.getLine()) + ":" +
           std::to_string(place.getColumn());
}

// Keeps errors and the notes that follow them; warnings of emitted text are the business of the tests.
class DiagnosticLines : public clang::DiagnosticConsumer {
  public:
    explicit DiagnosticLines(std::vector<std::string>& lines) : lines_(lines) {}

    void HandleDiagnostic(clang::DiagnosticsEngine::Level level, const clang::Diagnostic& diagnostic) override {
        clang::DiagnosticConsumer::HandleDiagnostic(level, diagnostic);
        const bool note = level == clang::DiagnosticsEngine::Note;
        if (level < clang::DiagnosticsEngine::Error && !(note && !lines_.empty())) return;
        llvm::SmallString<256> message;
        diagnostic.FormatDiagnostic(message);
        std::string line;
        if (diagnostic.hasSourceManager() && diagnostic.getLocation().isValid()) {
            line = place_of(diagnostic.getSourceManager(), diagnostic.getLocation());
            if (!line.empty()) line += ": ";
        }
        lines_.push_back(line + (note ? "note: " : "error: ") + std::string(message));
    }

  private:
    std::vector<std::string>& lines_;
};

}  // namespace nncc::clang_module
