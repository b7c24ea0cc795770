// Hostile names to harmless ones.
#include "emit/mangle.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace nncc {

namespace {

// Keywords of C++23 and C, alternative tokens, what compilers predefine without underscores, and what emitted code says
// itself.
constexpr std::array kReserved{
    "alignas", "alignof", "and", "and_eq", "asm", "auto", "bitand", "bitor", "bool", "break", "case", "catch", "char",
    "char16_t", "char32_t", "char8_t", "class", "co_await", "co_return", "co_yield", "compl", "concept", "const",
    "const_cast", "consteval", "constexpr", "constinit", "continue", "decltype", "default", "delete", "do", "double",
    "dynamic_cast", "else", "enum", "explicit", "export", "extern", "false", "float", "for", "friend", "goto", "if",
    "inline", "int", "long", "mutable", "namespace", "new", "noexcept", "not", "not_eq", "nullptr", "operator", "or",
    "or_eq", "private", "protected", "public", "register", "reinterpret_cast", "requires", "restrict", "return",
    "short", "signed", "sizeof", "static", "static_assert", "static_cast", "struct", "switch", "template", "this",
    "thread_local", "throw", "true", "try", "typedef", "typeid", "typename", "typeof", "union", "unsigned", "using",
    "virtual", "void", "volatile", "wchar_t", "while", "xor", "xor_eq",
    // predefined macros in gnu modes, and the name of the C entry
    "linux", "unix", "i386", "vector", "pixel", "main", "errno", "assert", "std", "size_t", "NULL", "EOF", "I",
    // what emitted code says
    "nncc", "lanes", "arena", "flat", "weights", "packed", "slots", "batch", "seed", "steps", "forward", "step",
    "update", "gradients", "backward", "initialize", "pack", "selftest", "fit", "process", "reset", "restart", "reseed",
    "use", "model", "trainer", "gradient", "loss_value", "rows", "last", "fit_rows", "rate_scale", "memory", "Model",
    "Trainer", "Weights", "Packed", "Slots"};

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::string clean(std::string_view name) {
    std::string result;
    for (char c : name) {
        if (result.size() >= 60) break;
        if (is_letter(c) || is_digit(c)) {
            result += c;
        } else if (!result.empty() && result.back() != '_') {
            result += '_';
        }
    }
    while (!result.empty() && result.back() == '_') result.pop_back();
    if (result.empty()) return "value";
    if (is_digit(result.front())) result.insert(0, "v");
    return result;
}

}  // namespace

std::string mangle(std::string_view name) {
    std::string result = clean(name);
    // All capitals may be a macro of a system header.
    const bool is_loud = std::none_of(result.begin(), result.end(), [](char c) { return c >= 'a' && c <= 'z'; });
    if (is_loud && result.size() > 1) result.insert(0, "v_");
    if (std::find(kReserved.begin(), kReserved.end(), result) != kReserved.end()) result += "_";
    if (result.back() == '_') result += "v";
    return result;
}

std::string mangle_constant(std::string_view name) {
    std::string result = "k";
    bool upper = true;
    for (char c : clean(name)) {
        if (c == '_') {
            upper = true;
            continue;
        }
        result += upper && c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
        upper = false;
    }
    return result;
}

std::string comment_text(std::string_view text) {
    std::string result;
    for (char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        const bool plain = byte >= 0x20 && byte < 0x7f;
        char next = plain ? c : byte < 0x80 ? ' ' : '?';
        if (next == '\\') next = '/';
        if (!result.empty() && next == '/' && (result.back() == '*' || result.back() == '/')) result += ' ';
        if (!result.empty() && next == '?' && result.back() == '?') continue;  // no trigraphs
        if (result.size() < 110) result += next;
    }
    while (!result.empty() && result.back() == ' ') result.pop_back();
    return result;
}

std::string string_literal(std::string_view text) {
    std::string result = "\"";
    for (char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x20 || byte >= 0x7f || c == '"' || c == '\\' || c == '?') {
            result += fmt::format("\\{:03o}", byte);
        } else {
            result += c;
        }
    }
    return result + "\"";
}

std::string NameScope::first_free(const std::string& identifier) {
    std::string result = identifier;
    for (int k = 2; !taken_.insert(result).second; ++k) result = fmt::format("{}_{}", identifier, k);
    return result;
}

std::string NameScope::unique(std::string_view name) { return first_free(mangle(name)); }
std::string NameScope::unique_constant(std::string_view name) { return first_free(mangle_constant(name)); }

}  // namespace nncc
