// Source text and places in it: what every AST node, graph node and diagnostic points at.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace nncc {

struct SourceFile {
    std::string path;  // as the user named it; "stdlib/dense.nn" for the embedded library
    std::string text;
};

// A half-open range of bytes in one file. `file` outlives everything that points at it; null means "no place".
struct SourceRange {
    const SourceFile* file = nullptr;
    std::uint32_t begin = 0;
    std::uint32_t end = 0;
};

// 1-based line and column (in bytes) of an offset.
struct LineColumn {
    int line = 1;
    int column = 1;
};
LineColumn line_column(const SourceFile& file, std::uint32_t offset);

// The whole line (without its newline) that holds the offset.
std::string_view line_text(const SourceFile& file, std::uint32_t offset);

// From the start of the first to the end of the second.
SourceRange join(SourceRange first, SourceRange last);

}  // namespace nncc
