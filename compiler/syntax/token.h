// The tokens of the language: what the lexer makes of the text, and what the parser reads.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace nncc {

enum class TokenKind : std::uint8_t {
    kEnd,
    kNewline,  // never stored: the parser sees one where a line ends a statement
    kInvalid,  // reported by the lexer already
    kName,
    kInteger,
    kFloat,
    kString,
    // reserved words
    kLet,
    kParam,
    kState,
    kStream,
    kCarry,
    kFit,
    kYield,
    kIf,
    kElse,
    kFor,
    kScan,
    kIn,
    kAlong,
    kNew,
    kTrue,
    kFalse,
    kFn,
    // punctuation
    kLeftParenthesis,
    kRightParenthesis,
    kLeftBracket,
    kRightBracket,
    kLeftBrace,
    kRightBrace,
    kComma,
    kColon,
    kDot,
    kEllipsis,
    kAssign,
    kArrow,
    kRebind,
    // binary operators; kMinus and kNot are unary as well, kNot only that
    kRange,
    kPipe,
    kOr,
    kAnd,
    kEqual,
    kNotEqual,
    kLess,
    kLessEqual,
    kGreater,
    kGreaterEqual,
    kPlus,
    kMinus,
    kStar,
    kSlash,
    kPercent,
    kAt,
    kPower,
    kNot,
};

struct Token {
    TokenKind kind = TokenKind::kEnd;
    bool starts_line = false;  // nothing but blanks before it on its line
    std::uint32_t line = 1;
    std::uint32_t begin = 0;  // bytes of the text
    std::uint32_t end = 0;
};

// `let` for kLet, `|>` for kPipe; a description for kinds without one spelling.
std::string_view spelling(TokenKind kind);

bool is_reserved_word(TokenKind kind);

// kName when the word is not reserved.
TokenKind word_kind(std::string_view word);

// The longest punctuation or operator the text starts with; kInvalid when there is none.
TokenKind punctuation_kind(std::string_view text);

// A line goes on after such a token: operators, `=`, `,` and arrows.
bool continues_after(TokenKind kind);

// A line that begins with such a token continues the line before: binary operators but `-`.
bool continues_before(TokenKind kind);

// The words that begin items; all but `fn` are names elsewhere.
std::span<const std::string_view> item_words();

}  // namespace nncc
