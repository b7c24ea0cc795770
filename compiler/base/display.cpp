// Text of any origin to text that is safe and measurable on a terminal: UTF-8 by hand, so that no locale matters.
#include "base/display.h"

#include <array>
#include <cstdint>

namespace nncc {

namespace {

struct Decoded {
    std::uint32_t code_point = 0;
    std::size_t byte_count = 0;  // 0: not UTF-8
};

Decoded decode(std::string_view text, std::size_t at) {
    auto byte = [&](std::size_t i) { return static_cast<std::uint32_t>(static_cast<unsigned char>(text[at + i])); };
    std::uint32_t first = byte(0);
    if (first < 0x80) return {first, 1};
    std::size_t count = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
    if (first < 0xC2 || first > 0xF4 || at + count > text.size()) return {};
    std::uint32_t code_point = first & (0x7FU >> count);
    for (std::size_t i = 1; i < count; ++i) {
        if ((byte(i) & 0xC0U) != 0x80U) return {};
        code_point = code_point << 6U | (byte(i) & 0x3FU);
    }
    bool is_overlong = (count == 3 && code_point < 0x800) || (count == 4 && code_point < 0x10000);
    bool is_surrogate = code_point >= 0xD800 && code_point <= 0xDFFF;
    if (is_overlong || is_surrogate || code_point > 0x10FFFF) return {};
    return {code_point, count};
}

struct CodePoints {
    std::uint32_t first;
    std::uint32_t last;
};

template <std::size_t count>
bool is_in(const std::array<CodePoints, count>& ranges, std::uint32_t code_point) {
    for (CodePoints range : ranges) {
        if (code_point >= range.first && code_point <= range.last) return true;
    }
    return false;
}

// Blocks of combining marks: shown upon the character before.
constexpr std::array<CodePoints, 7> kZeroColumns = {{{0x0300, 0x036F},
                                                     {0x0483, 0x0489},
                                                     {0x0591, 0x05BD},
                                                     {0x1AB0, 0x1AFF},
                                                     {0x1DC0, 0x1DFF},
                                                     {0x20D0, 0x20FF},
                                                     {0xFE00, 0xFE0F}}};
// Blocks of East Asian and pictographic characters: two columns.
constexpr std::array<CodePoints, 11> kTwoColumns = {{{0x1100, 0x115F},
                                                     {0x2E80, 0x303E},
                                                     {0x3041, 0x4DBF},
                                                     {0x4E00, 0xA4CF},
                                                     {0xAC00, 0xD7A3},
                                                     {0xF900, 0xFAFF},
                                                     {0xFE30, 0xFE6F},
                                                     {0xFF00, 0xFF60},
                                                     {0xFFE0, 0xFFE6},
                                                     {0x1F300, 0x1FAFF},
                                                     {0x20000, 0x3FFFD}}};
// What a terminal or an editor obeys instead of showing: C0, C1, directions, joiners, line separators, byte order mark.
constexpr std::array<CodePoints, 6> kControls = {
    {{0x00, 0x1F}, {0x7F, 0x9F}, {0x200B, 0x200F}, {0x2028, 0x202E}, {0x2060, 0x206F}, {0xFEFF, 0xFEFF}}};

}  // namespace

DisplayedCharacter displayed_character(std::string_view text, std::size_t at) {
    Decoded decoded = decode(text, at);
    if (decoded.byte_count == 0) return {.byte_count = 1, .column_count = 1, .is_shown_as_is = false};
    if (is_in(kControls, decoded.code_point)) {
        return {.byte_count = decoded.byte_count, .column_count = 1, .is_shown_as_is = false};
    }
    int columns = is_in(kZeroColumns, decoded.code_point) ? 0 : is_in(kTwoColumns, decoded.code_point) ? 2 : 1;
    return {.byte_count = decoded.byte_count, .column_count = columns, .is_shown_as_is = true};
}

std::size_t find_invalid_utf8(std::string_view text) {
    for (std::size_t at = 0; at < text.size();) {
        std::size_t count = decode(text, at).byte_count;
        if (count == 0) return at;
        at += count;
    }
    return std::string_view::npos;
}

std::string displayed(std::string_view text) {
    std::string shown;
    for (std::size_t at = 0; at < text.size();) {
        DisplayedCharacter character = displayed_character(text, at);
        bool is_kept = character.is_shown_as_is || text[at] == '\n';
        shown += is_kept ? text.substr(at, character.byte_count) : std::string_view("\xEF\xBF\xBD");
        at += character.byte_count;
    }
    return shown;
}

}  // namespace nncc
