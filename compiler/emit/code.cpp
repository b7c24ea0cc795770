// Tidy C++ text: indentation, line breaks, literals, extents.
#include "emit/code.h"

#include <fmt/format.h>

#include <cctype>
#include <cmath>

#include "emit/mangle.h"

namespace nncc {

void Code::blank() { text_ += "\n"; }

namespace {

// Where to break: behind a comma or an operator, in the outermost parentheses that allow it, as late as the room does.
struct Break {
    std::size_t at = 0;      // the space that goes; 0: none
    std::size_t column = 0;  // behind the parenthesis that is open there; 0: none
};

Break find_break(std::string_view text, std::size_t room) {
    std::vector<std::size_t> open;
    Break best;
    std::size_t best_depth = 1000;
    for (std::size_t k = 0; k < text.size() && k <= room; ++k) {
        const char c = text[k];
        if (c == '(' || c == '[' || c == '{') open.push_back(k + 1);
        if ((c == ')' || c == ']' || c == '}') && !open.empty()) open.pop_back();
        if (c != ' ' || k < 2) continue;
        const char before = text[k - 1];
        const bool is_operator =
            (before == '+' || before == '-' || before == '*' || before == '|' || before == '=') && text[k - 2] == ' ';
        if (before != ',' && !is_operator) continue;
        // An assignment is the last place to break.
        const std::size_t depth = before == '=' ? 999 : open.size();
        if (depth <= best_depth) {
            best = {k, open.empty() ? 0 : open.back()};
            best_depth = depth;
        }
    }
    return best;
}

}  // namespace

void Code::line(std::string_view text) {
    if (text.empty()) return blank();
    std::string indentation(static_cast<std::size_t>(depth_) * 4, ' ');
    std::string rest(text);
    const bool is_comment = rest.starts_with("//");
    // A comment that does not fit behind its statement stands before it.
    if (const std::size_t behind = rest.find("  // ");
        !is_comment && behind != std::string::npos && indentation.size() + rest.size() > kColumns) {
        line(rest.substr(behind + 2));
        rest.resize(behind);
    }
    for (bool first = true; indentation.size() + rest.size() > kColumns; first = false) {
        const std::size_t room = kColumns - indentation.size();
        Break found;
        if (is_comment) found.at = rest.rfind(' ', room);
        else if (rest.find('"') == std::string::npos) found = find_break(rest, room);
        if (found.at == std::string::npos || found.at < 4) break;
        text_ += indentation + rest.substr(0, found.at) + "\n";
        rest = (is_comment ? "// " : "") + rest.substr(found.at + 1);
        if (first && !is_comment) indentation += std::string(found.column == 0 ? 4 : found.column, ' ');
    }
    text_ += indentation + rest + "\n";
}

void Code::unname_unused(std::size_t begin, std::string_view type, std::string_view name) {
    const std::size_t body = text_.find("{\n", begin);
    const std::string declared = fmt::format("{} {}", type, name);
    const std::size_t at = text_.find(declared, begin);
    if (body == std::string::npos || at >= body || uses_word(std::string_view(text_).substr(body), name)) return;
    text_.replace(at, declared.size(), type);
}

Code Code::at_same_depth() const {
    Code code;
    code.depth_ = depth_;
    return code;
}

void Code::open(std::string_view text) {
    line(text);
    ++depth_;
}

void Code::close(std::string_view text) {
    --depth_;
    line(text);
}

void Code::list(std::string_view prefix, const std::vector<std::string>& items, std::string_view suffix) {
    const std::string indentation(static_cast<std::size_t>(depth_) * 4, ' ');
    const std::string aligned(indentation.size() + prefix.size(), ' ');
    std::string current = indentation + std::string(prefix);
    for (std::size_t k = 0; k < items.size(); ++k) {
        const std::string item = items[k] + (k + 1 < items.size() ? "," : std::string(suffix));
        const bool starts_line = current.size() == aligned.size();
        if (!starts_line && current.size() + 1 + item.size() > kColumns) {
            text_ += current + "\n";
            current = aligned + item;
        } else {
            current += (starts_line ? "" : " ") + item;
        }
    }
    if (items.empty()) current += suffix;
    text_ += current + "\n";
}

bool uses_word(std::string_view text, std::string_view word) {
    const auto is_part = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; };
    for (std::size_t at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1)) {
        const bool begins = at == 0 || !is_part(text[at - 1]);
        const std::size_t end = at + word.size();
        if (begins && (end >= text.size() || !is_part(text[end]))) return true;
    }
    return false;
}

std::string_view cpp_type(DType dtype) {
    switch (dtype) {
        case DType::kF32: return "float";
        case DType::kF64: return "double";
        case DType::kI32: return "nncc::i32";
        case DType::kBool: return "bool";
    }
    return "float";
}

std::string literal(double value, DType dtype) {
    switch (dtype) {
        case DType::kBool: return value != 0 ? "true" : "false";
        case DType::kI32:
            if (value <= -2147483648.0) return "(-2147483647 - 1)";
            return fmt::format("{}", static_cast<std::int64_t>(value));
        case DType::kF32:
        case DType::kF64: break;
    }
    const bool single = dtype == DType::kF32;
    if (std::isnan(value)) return single ? "__builtin_nanf(\"\")" : "__builtin_nan(\"\")";
    if (single) value = static_cast<double>(static_cast<float>(value));
    if (std::isinf(value))
        return fmt::format("{}{}", value < 0 ? "-" : "", single ? "__builtin_inff()" : "__builtin_inf()");
    std::string text = single ? fmt::format("{}", static_cast<float>(value)) : fmt::format("{}", value);
    if (text.find_first_of(".e") == std::string::npos) text += ".0";
    return single ? text + "F" : text;
}

std::string dim_text(const Dim& dim, bool factor) {
    if (dim.terms().empty()) return "0";
    std::string text;
    for (const Dim::Term& term : dim.terms()) {
        std::string part;
        const bool negative = term.coefficient < 0;
        const std::int64_t size = negative ? -term.coefficient : term.coefficient;
        if (size != 1 || term.names.empty()) part = fmt::format("{}", size);
        for (const std::string& name : term.names) part += (part.empty() ? "" : " * ") + mangle(name);
        if (text.empty()) {
            text = (negative ? "-" : "") + part;
        } else {
            text += (negative ? " - " : " + ") + part;
        }
    }
    return factor && dim.terms().size() > 1 ? "(" + text + ")" : text;
}

}  // namespace nncc
