// Tidy C++ text: indentation, line breaks, literals, extents.
#include "emit/code.h"

#include <fmt/format.h>

#include <cmath>

#include "emit/mangle.h"

namespace nncc {

void Code::blank() { text_ += "\n"; }

void Code::line(std::string_view text) {
    if (text.empty()) return blank();
    std::string indentation(static_cast<std::size_t>(depth_) * 4, ' ');
    std::string rest(text);
    bool first = true;
    // Breaks behind a comma or an operator; only lines of ours, where strings hold no spaces that matter, come here.
    while (indentation.size() + rest.size() > kColumns && rest.find('"') == std::string::npos) {
        const std::size_t room = kColumns - indentation.size();
        std::size_t cut = std::string::npos;
        for (std::size_t k = 1; k < rest.size() && k <= room; ++k) {
            const char before = rest[k - 1];
            const bool is_operator = (before == '+' || before == '-' || before == '*' || before == '=') && k > 1 && rest[k - 2] == ' ';
            if (rest[k] == ' ' && (before == ',' || is_operator)) cut = k;
        }
        if (rest.starts_with("//")) cut = rest.rfind(' ', room);
        if (cut == std::string::npos || cut == 0) break;
        text_ += indentation + rest.substr(0, cut) + "\n";
        const bool is_comment = rest.starts_with("//");
        rest = rest.substr(cut + 1);
        if (is_comment) rest = "// " + rest;
        if (first && !is_comment) indentation += "    ";
        first = false;
    }
    text_ += indentation + rest + "\n";
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
    if (std::isinf(value)) return fmt::format("{}{}", value < 0 ? "-" : "", single ? "__builtin_inff()" : "__builtin_inf()");
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
