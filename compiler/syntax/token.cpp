// Spellings of tokens, as one table.
#include "syntax/token.h"

#include <array>

#include "base/check.h"

namespace nncc {

namespace {

struct Spelling {
    TokenKind kind;
    std::string_view text;
};

constexpr std::array<Spelling, 7> kDescriptions = {{{TokenKind::kEnd, "the end of the file"},
                                                    {TokenKind::kNewline, "the end of the line"},
                                                    {TokenKind::kInvalid, "invalid text"},
                                                    {TokenKind::kName, "a name"},
                                                    {TokenKind::kInteger, "a number"},
                                                    {TokenKind::kFloat, "a number"},
                                                    {TokenKind::kString, "a string"}}};

constexpr std::array<Spelling, 17> kWords = {{{TokenKind::kLet, "let"},
                                              {TokenKind::kParam, "param"},
                                              {TokenKind::kState, "state"},
                                              {TokenKind::kStream, "stream"},
                                              {TokenKind::kCarry, "carry"},
                                              {TokenKind::kFit, "fit"},
                                              {TokenKind::kYield, "yield"},
                                              {TokenKind::kIf, "if"},
                                              {TokenKind::kElse, "else"},
                                              {TokenKind::kFor, "for"},
                                              {TokenKind::kScan, "scan"},
                                              {TokenKind::kIn, "in"},
                                              {TokenKind::kAlong, "along"},
                                              {TokenKind::kNew, "new"},
                                              {TokenKind::kTrue, "true"},
                                              {TokenKind::kFalse, "false"},
                                              {TokenKind::kFn, "fn"}}};

// Longer ones first: the first that fits is the token.
constexpr std::array<Spelling, 31> kPunctuation = {{{TokenKind::kEllipsis, "..."},
                                                    {TokenKind::kRange, ".."},
                                                    {TokenKind::kArrow, "->"},
                                                    {TokenKind::kRebind, "<-"},
                                                    {TokenKind::kPipe, "|>"},
                                                    {TokenKind::kOr, "||"},
                                                    {TokenKind::kAnd, "&&"},
                                                    {TokenKind::kEqual, "=="},
                                                    {TokenKind::kNotEqual, "!="},
                                                    {TokenKind::kLessEqual, "<="},
                                                    {TokenKind::kGreaterEqual, ">="},
                                                    {TokenKind::kPower, "**"},
                                                    {TokenKind::kLeftParenthesis, "("},
                                                    {TokenKind::kRightParenthesis, ")"},
                                                    {TokenKind::kLeftBracket, "["},
                                                    {TokenKind::kRightBracket, "]"},
                                                    {TokenKind::kLeftBrace, "{"},
                                                    {TokenKind::kRightBrace, "}"},
                                                    {TokenKind::kComma, ","},
                                                    {TokenKind::kColon, ":"},
                                                    {TokenKind::kDot, "."},
                                                    {TokenKind::kAssign, "="},
                                                    {TokenKind::kLess, "<"},
                                                    {TokenKind::kGreater, ">"},
                                                    {TokenKind::kPlus, "+"},
                                                    {TokenKind::kMinus, "-"},
                                                    {TokenKind::kStar, "*"},
                                                    {TokenKind::kSlash, "/"},
                                                    {TokenKind::kPercent, "%"},
                                                    {TokenKind::kAt, "@"},
                                                    {TokenKind::kNot, "!"}}};

constexpr std::array<std::string_view, 9> kItemWords = {"import",    "const",    "fn",          "model", "extern",
                                                        "optimizer", "schedule", "initializer", "train"};

bool is_between(TokenKind kind, TokenKind first, TokenKind last) { return kind >= first && kind <= last; }

}  // namespace

std::string_view spelling(TokenKind kind) {
    for (const Spelling& entry : kDescriptions) {
        if (entry.kind == kind) return entry.text;
    }
    for (const Spelling& entry : kWords) {
        if (entry.kind == kind) return entry.text;
    }
    for (const Spelling& entry : kPunctuation) {
        if (entry.kind == kind) return entry.text;
    }
    NNCC_CHECK(false, "token kind {} has no spelling", static_cast<int>(kind));
    return "";
}

bool is_reserved_word(TokenKind kind) { return is_between(kind, TokenKind::kLet, TokenKind::kFn); }

TokenKind word_kind(std::string_view word) {
    for (const Spelling& entry : kWords) {
        if (entry.text.front() == word.front() && entry.text == word) return entry.kind;
    }
    return TokenKind::kName;
}

TokenKind punctuation_kind(std::string_view text) {
    for (const Spelling& entry : kPunctuation) {
        if (text.front() == entry.text.front() && text.starts_with(entry.text)) return entry.kind;
    }
    return TokenKind::kInvalid;
}

std::span<const std::string_view> item_words() { return kItemWords; }

bool continues_after(TokenKind kind) {
    return kind == TokenKind::kComma || is_between(kind, TokenKind::kAssign, TokenKind::kNot);
}

bool continues_before(TokenKind kind) {
    return is_between(kind, TokenKind::kRange, TokenKind::kPower) && kind != TokenKind::kMinus;
}

}  // namespace nncc
