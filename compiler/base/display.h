// Text of any origin to text that is safe and measurable on a terminal.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace nncc {

// One step through UTF-8: how many bytes, and how they are shown in how many columns. Bytes that are not UTF-8 and
// control characters (a terminal would obey them) are shown as U+FFFD; a tab is left to the caller.
struct DisplayedCharacter {
    std::size_t byte_count = 1;
    int column_count = 1;
    bool is_shown_as_is = true;
};
DisplayedCharacter displayed_character(std::string_view text, std::size_t at);

// Byte offset and length of the first byte sequence that is not UTF-8; npos when all of it is.
std::size_t find_invalid_utf8(std::string_view text);

// The text with everything replaced that is not shown as is; newlines stay.
std::string displayed(std::string_view text);

}  // namespace nncc
