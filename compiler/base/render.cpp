// Diagnostics and errors to text with a caret for people, and to JSON for editors.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/diagnostics.h"
#include "base/display.h"

namespace nncc {

namespace {

constexpr int kTabColumns = 4;
constexpr int kMaximumColumns = 160;  // of a source line; of a longer one the part around the caret is shown
constexpr int kContextColumns = 60;   // shown before the caret of such a line

struct Colours {
    const char* error = "";
    const char* warning = "";
    const char* note = "";
    const char* hint = "";
    const char* bold = "";
    const char* end = "";
};
constexpr Colours kPlain;
constexpr Colours kAnsi = {.error = "\x1b[1;31m",
                           .warning = "\x1b[1;35m",
                           .note = "\x1b[1;36m",
                           .hint = "\x1b[1;32m",
                           .bold = "\x1b[1m",
                           .end = "\x1b[0m"};

// The line of the range's start with tabs expanded, and below it a caret and a tilde for each further column of the
// range in that line.
std::string excerpt(SourceRange range, const char* colour, const char* colour_end) {
    std::string_view line = line_text(*range.file, range.begin);
    LineColumn place = line_column(*range.file, range.begin);
    std::size_t begin = static_cast<std::size_t>(place.column - 1);
    std::size_t end = std::max(begin + 1, begin + (std::max(range.end, range.begin) - range.begin));

    // First the columns, then the part of them that is shown.
    std::vector<std::pair<std::string, int>> cells;  // a character as shown, and its first column
    int column = 0;
    int caret_begin = -1;
    int caret_end = -1;
    for (std::size_t at = 0; at < line.size();) {
        DisplayedCharacter character = displayed_character(line, at);
        bool is_tab = line[at] == '\t';
        int width = is_tab ? kTabColumns - column % kTabColumns : character.column_count;
        std::string shown = is_tab                     ? std::string(static_cast<std::size_t>(width), ' ')
                            : character.is_shown_as_is ? std::string(line.substr(at, character.byte_count))
                                                       : "\xEF\xBF\xBD";
        if (caret_begin < 0 && at + character.byte_count > begin) caret_begin = column;
        if (at < end) caret_end = column + width;
        cells.emplace_back(std::move(shown), column);
        column += width;
        at += character.byte_count;
    }
    if (caret_begin < 0) caret_begin = column;
    caret_end = std::max(caret_end, caret_begin + 1);

    int first = column > kMaximumColumns ? std::max(0, caret_begin - kContextColumns) : 0;
    int last = first + kMaximumColumns;
    std::string shown_line = first > 0 ? "..." : "";
    int shown_before = first;
    for (const auto& [shown, at] : cells) {
        if (at < first) shown_before = -1;
        if (at < first || at >= last) continue;
        if (shown_before < 0) shown_before = at;
        shown_line += shown;
    }
    if (column > last) shown_line += "...";
    while (!shown_line.empty() && shown_line.back() == ' ') shown_line.pop_back();
    int indent = caret_begin - std::max(shown_before, 0) + (first > 0 ? 3 : 0);
    int length = std::min(caret_end, last) - caret_begin;

    std::string number = std::to_string(place.line);
    return fmt::format("{:>5} |{}{}\n{:>5} | {:{}}{}^{:~>{}}{}\n", number, shown_line.empty() ? "" : " ", shown_line,
                       "", "", indent, colour, "", std::max(0, length - 1), colour_end);
}

std::string place_text(SourceRange range) {
    if (range.file == nullptr) return "nncc";
    LineColumn place = line_column(*range.file, range.begin);
    return fmt::format("{}:{}:{}", displayed(range.file->path), place.line, place.column);
}

std::string headline(SourceRange range, const char* colour, const char* word, const DiagnosticKind* kind,
                     const std::string& message, const Colours& colours) {
    std::string code = kind == nullptr ? "" : fmt::format("[{}]", kind->code);
    return fmt::format("{}{}:{} {}{}{}:{} {}{}{}\n", colours.bold, place_text(range), colours.end, colour, word, code,
                       colours.end, colours.bold, displayed(message), colours.end);
}

std::string note_line(const std::string& message, const Colours& colours) {
    return fmt::format("      = {}note:{} {}\n", colours.note, colours.end, displayed(message));
}

std::string hint_line(const std::string& hint, const Colours& colours) {
    if (hint.empty()) return "";
    return fmt::format("      = {}hint:{} {}\n", colours.hint, colours.end, displayed(hint));
}

using Json = nlohmann::ordered_json;

void add_place(Json& object, SourceRange range) {
    for (const char* key : {"file", "line", "column", "end_line", "end_column"}) object[key] = nullptr;
    if (range.file == nullptr) return;
    LineColumn begin = line_column(*range.file, range.begin);
    LineColumn end = line_column(*range.file, std::max(range.begin, range.end));
    object["file"] = range.file->path;
    object["line"] = begin.line;
    object["column"] = begin.column;
    object["end_line"] = end.line;
    object["end_column"] = end.column;
}

// One line; bytes that are not UTF-8 become U+FFFD.
std::string one_line(const Json& object) { return object.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n"; }

const char* severity_name(Severity severity) {
    switch (severity) {
        case Severity::kError: return "error";
        case Severity::kWarning: return "warning";
        case Severity::kNote: return "note";
    }
    return "";
}

}  // namespace

std::string render_text(const Diagnostic& diagnostic, bool colour) {
    const Colours& colours = colour ? kAnsi : kPlain;
    const char* own = colours.error;
    if (diagnostic.severity == Severity::kWarning) own = colours.warning;
    if (diagnostic.severity == Severity::kNote) own = colours.note;
    std::string text = headline(diagnostic.range, own, severity_name(diagnostic.severity), diagnostic.kind,
                                diagnostic.message, colours);
    if (diagnostic.range.file != nullptr) text += excerpt(diagnostic.range, own, colours.end);
    for (const DiagnosticNote& note : diagnostic.notes) {
        if (note.range.file == nullptr) {
            text += note_line(note.message, colours);
        } else {
            text += headline(note.range, colours.note, "note", nullptr, note.message, colours);
            text += excerpt(note.range, colours.note, colours.end);
        }
    }
    return text + hint_line(diagnostic.hint, colours);
}

std::string render_text(const Error& error, bool colour) {
    const Colours& colours = colour ? kAnsi : kPlain;
    std::string text = headline({}, colours.error, "error", error.kind, error.message, colours);
    for (const std::string& note : error.notes) text += note_line(note, colours);
    return text + hint_line(error.hint, colours);
}

std::string render_json(const Diagnostic& diagnostic) {
    Json object;
    object["code"] = diagnostic.kind == nullptr ? Json(nullptr) : Json(diagnostic.kind->code);
    object["severity"] = severity_name(diagnostic.severity);
    object["message"] = diagnostic.message;
    add_place(object, diagnostic.range);
    object["hint"] = diagnostic.hint;
    object["notes"] = Json::array();
    for (const DiagnosticNote& note : diagnostic.notes) {
        Json entry;
        entry["message"] = note.message;
        add_place(entry, note.range);
        object["notes"].push_back(std::move(entry));
    }
    return one_line(object);
}

std::string render_json(const Error& error) {
    Diagnostic diagnostic{
        .kind = error.kind, .severity = Severity::kError, .message = error.message, .hint = error.hint};
    for (const std::string& note : error.notes) diagnostic.notes.push_back({.message = note});
    return render_json(diagnostic);
}

}  // namespace nncc
