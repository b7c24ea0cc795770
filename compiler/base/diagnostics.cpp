// Collecting diagnostics, and the nearest known name for an unknown one.
#include "base/diagnostics.h"

#include <algorithm>
#include <cstdlib>

namespace nncc {

Diagnostic& Diagnostics::add(Diagnostic diagnostic) {
    bool is_error = diagnostic.severity == Severity::kError;
    bool is_kept = error_count_ < kMaximum;
    if (is_error) ++error_count_;
    if (is_kept) return all_.emplace_back(std::move(diagnostic));
    overflow_ = std::move(diagnostic);
    return overflow_;
}

Diagnostic& Diagnostics::error(const DiagnosticKind& kind, SourceRange range, std::string message) {
    return add({.kind = &kind, .severity = Severity::kError, .range = range, .message = std::move(message)});
}

Diagnostic& Diagnostics::warning(const DiagnosticKind& kind, SourceRange range, std::string message) {
    return add({.kind = &kind, .severity = Severity::kWarning, .range = range, .message = std::move(message)});
}

Diagnostic& Diagnostics::note(const DiagnosticKind& kind, SourceRange range, std::string message) {
    return add({.kind = &kind, .severity = Severity::kNote, .range = range, .message = std::move(message)});
}

namespace {

// Insertions, deletions, replacements and swaps of neighbours that turn one word into the other.
std::size_t edit_distance(const std::string& a, const std::string& b) {
    std::vector<std::size_t> before_last(b.size() + 1), last(b.size() + 1), current(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        current[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            std::size_t replaced = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
            current[j] = std::min({last[j] + 1, current[j - 1] + 1, replaced});
            bool is_swap = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
            if (is_swap) current[j] = std::min(current[j], before_last[j - 2] + 1);
        }
        std::swap(before_last, last);
        std::swap(last, current);
    }
    return last[b.size()];
}

}  // namespace

std::string nearest_name(const std::string& name, const std::vector<std::string>& candidates) {
    std::size_t best = std::max<std::size_t>(1, name.size() / 3) + 1;
    std::string nearest;
    for (const std::string& candidate : candidates) {
        std::size_t longer = std::max(name.size(), candidate.size());
        std::size_t shorter = std::min(name.size(), candidate.size());
        if (candidate == name || longer - shorter >= best) continue;
        std::size_t distance = edit_distance(name, candidate);
        // Something must be left in common: `x` is not a misspelt `y`.
        if (distance < best && distance < longer) {
            best = distance;
            nearest = candidate;
        }
    }
    return nearest;
}

}  // namespace nncc
