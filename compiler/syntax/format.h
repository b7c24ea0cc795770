// Formatting: the text of one .nn file to the same program in the layout that all of ours have.
#pragma once

#include <optional>
#include <string>

#include "base/diagnostics.h"

namespace nncc {

// Indents by four (pipes that go on by two more), sets blanks between tokens, ends lines and leaves at most one of them
// empty. Line ends and comments stay where they are; so do columns: where `=` or comments of lines that follow each
// other stand below each other, they do so afterwards. What is formatted stays as it is when formatted again. Nothing,
// after a report, when the text is not in the grammar.
std::optional<std::string> format_text(const SourceFile& source, Diagnostics& diagnostics);

}  // namespace nncc
