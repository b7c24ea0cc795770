// Offsets in a source text to lines and columns.
#include "base/source.h"

#include <algorithm>

#include "base/check.h"

namespace nncc {

namespace {

// Where the line that holds the offset starts.
std::size_t line_start(std::string_view text, std::size_t offset) {
    if (offset == 0) return 0;
    std::size_t newline = text.rfind('\n', offset - 1);
    return newline == std::string_view::npos ? 0 : newline + 1;
}

}  // namespace

LineColumn line_column(const SourceFile& file, std::uint32_t offset) {
    std::string_view text = file.text;
    std::size_t at = std::min<std::size_t>(offset, text.size());
    auto end = text.begin() + static_cast<std::ptrdiff_t>(at);
    return {.line = 1 + static_cast<int>(std::count(text.begin(), end, '\n')),
            .column = 1 + static_cast<int>(at - line_start(text, at))};
}

std::string_view line_text(const SourceFile& file, std::uint32_t offset) {
    std::string_view text = file.text;
    std::size_t at = std::min<std::size_t>(offset, text.size());
    std::size_t begin = line_start(text, at);
    std::size_t end = std::min(text.find('\n', at), text.size());
    if (end > begin && text[end - 1] == '\r') --end;
    return text.substr(begin, end - begin);
}

SourceRange join(SourceRange first, SourceRange last) {
    if (first.file == nullptr) return last;
    if (last.file == nullptr) return first;
    NNCC_CHECK(first.file == last.file, "a range cannot span two files");
    return {first.file, std::min(first.begin, last.begin), std::max(first.end, last.end)};
}

}  // namespace nncc
