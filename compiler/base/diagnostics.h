// Diagnostics: what is wrong with a user's model, as data; rendered as text with a caret, or as JSON.
#pragma once

#include <string>
#include <vector>

#include "base/expected.h"
#include "base/source.h"

namespace nncc {

enum class Severity { kError, kWarning, kNote };

struct DiagnosticNote {
    SourceRange range{};  // may have no file
    std::string message{};
};

struct Diagnostic {
    const DiagnosticKind* kind = nullptr;
    Severity severity = Severity::kError;
    SourceRange range{};
    std::string message{};  // lower case, no full stop, code in backticks
    std::vector<DiagnosticNote> notes{};
    std::string hint{};
};

// Collects diagnostics of one run. After kMaximum errors the rest are counted, not kept.
class Diagnostics {
  public:
    static constexpr int kMaximum = 50;

    Diagnostic& error(const DiagnosticKind& kind, SourceRange range, std::string message);
    Diagnostic& warning(const DiagnosticKind& kind, SourceRange range, std::string message);
    Diagnostic& note(const DiagnosticKind& kind, SourceRange range, std::string message);  // nothing to mend
    bool has_errors() const { return error_count_ > 0; }
    int error_count() const { return error_count_; }
    // In order of report, which is text order within a phase.
    const std::vector<Diagnostic>& all() const { return all_; }

  private:
    Diagnostic& add(Diagnostic diagnostic);
    std::vector<Diagnostic> all_;
    Diagnostic overflow_;  // what is returned for a diagnostic that is not kept
    int error_count_ = 0;
};

// `file:line:column: error[NN0012]: message`, the line, a caret under the range, notes, the hint.
std::string render_text(const Diagnostic& diagnostic, bool colour);
std::string render_text(const Error& error, bool colour);
// One JSON object a line: {"code","severity","message","file","line","column","end_line","end_column","hint","notes"}.
std::string render_json(const Diagnostic& diagnostic);
std::string render_json(const Error& error);

// The name among `candidates` nearest to `name` by edit distance (at most a third of its length, at least 1),
// something in common with it; "" if none.
std::string nearest_name(const std::string& name, const std::vector<std::string>& candidates);

}  // namespace nncc
