// Lexing: the text of one .nn file to its tokens, comments and lexical errors.
#pragma once

#include <vector>

#include "base/diagnostics.h"
#include "syntax/token.h"

namespace nncc {

// A comment that has its line to itself: `text` is what follows `#` and one blank.
struct Comment {
    std::uint32_t line = 1;
    std::string_view text;
};

struct LexicalError {
    std::uint32_t line = 1;
    Diagnostic diagnostic;
};

struct Lexed {
    std::vector<Token> tokens;         // the last is kEnd, which stands where the last line of text ends
    std::vector<Comment> comments;     // in text order
    std::vector<LexicalError> errors;  // in text order; not more than a run keeps
};

// Linear time. The views point into `source`.
Lexed lex(const SourceFile& source);

}  // namespace nncc
