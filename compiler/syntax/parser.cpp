// The parser's cursor over the tokens, its errors, and how it finds its feet again after one.
#include "syntax/parser.h"

#include <algorithm>
#include <array>

#include "base/display.h"
#include "syntax/parser_state.h"

namespace nncc {

namespace {

constexpr std::size_t kMaximumSourceBytes = std::size_t{1} << 19;

// Words other languages begin statements with, or stand between operands.
struct ForeignWord {
    std::string_view word;
    const char* hint;
};
constexpr std::array<ForeignWord, 12> kForeignWords = {
    {{"return", "the last expression of a block is its value; write it without `return`"},
     {"var", "a name is made with `let`"},
     {"const", "`const` stands at the top level; inside a block a name is made with `let`"},
     {"def", "a function is written `fn`, at the top level"},
     {"function", "a function is written `fn`, at the top level"},
     {"while", "there is no `while`: `for` repeats a known number of times, `scan` runs along an axis"},
     {"elif", "write `else if`"},
     {"and", "a logical and is written `&&`"},
     {"or", "a logical or is written `||`"},
     {"not", "a logical not is written `!`"},
     {"then", "the branches of an `if` stand in braces"},
     {"as", "a type is changed with a function, such as `cast`"}}};

bool is_item_word(std::string_view word) {
    return std::find(item_words().begin(), item_words().end(), word) != item_words().end();
}

}  // namespace

std::unique_ptr<ast::File> parse(const SourceFile& source, Diagnostics& diagnostics) {
    if (source.text.size() > kMaximumSourceBytes) {
        diagnostics.error(
            kSourceTooLarge, {&source, 0, 0},
            fmt::format("the text has {} bytes; at most {} are read", source.text.size(), kMaximumSourceBytes));
        auto file = std::make_unique<ast::File>();
        file->source = &source;
        return file;
    }
    return Parser(source, diagnostics).parse_file();
}

Parser::Parser(const SourceFile& source, Diagnostics& diagnostics)
    : source_(source), diagnostics_(diagnostics), lexed_(lex(source)) {
    move_to(0);
    skip_newlines();
}

std::string_view Parser::text(const Token& token) const {
    return std::string_view(source_.text).substr(token.begin, token.end - token.begin);
}

bool Parser::line_ends_before(std::size_t index) const {
    const Token& next = lexed_.tokens[index];
    if (index == 0 || !next.starts_line || next.kind == TokenKind::kEnd) return false;
    return !continues_after(lexed_.tokens[index - 1].kind) && !continues_before(next.kind);
}

// Lexical errors are reported as the cursor passes them, so that all errors come in text order.
void Parser::move_to(std::size_t index) {
    index_ = std::min(index, lexed_.tokens.size() - 1);
    at_newline_ = open_brackets_ == 0 && line_ends_before(index_);
    while (reported_errors_ < lexed_.errors.size() &&
           lexed_.errors[reported_errors_].diagnostic.range.begin <= token().begin) {
        report_lexical_error();
    }
}

void Parser::report_lexical_error() {
    LexicalError& error = lexed_.errors[reported_errors_++];
    if (is_panicking_ && error.line == last_error_line_) return;
    last_error_line_ = error.line;
    Diagnostic& reported =
        diagnostics_.error(*error.diagnostic.kind, error.diagnostic.range, std::move(error.diagnostic.message));
    reported.hint = std::move(error.diagnostic.hint);
}

bool Parser::at_statement_end() const {
    return kind() == TokenKind::kNewline || kind() == TokenKind::kRightBrace || kind() == TokenKind::kEnd;
}

bool Parser::accept(TokenKind wanted) {
    if (is_panicking_ || kind() != wanted) return false;
    advance();
    return true;
}

SourceRange Parser::range_from(std::uint32_t begin) const {
    std::uint32_t end = index_ == 0 ? begin : lexed_.tokens[index_ - 1].end;
    return {&source_, begin, std::max(begin, end)};
}

SourceRange Parser::place_after_previous() const {
    std::uint32_t at = index_ == 0 ? 0 : lexed_.tokens[index_ - 1].end;
    return {&source_, at, at};
}

// Where a line or the file ends too early, the place is behind its last token.
SourceRange Parser::found_range() const {
    bool is_end = kind() == TokenKind::kNewline || kind() == TokenKind::kEnd;
    return is_end ? place_after_previous() : range_of(token());
}

std::string Parser::found_text() const {
    if (kind() == TokenKind::kNewline || kind() == TokenKind::kEnd) return std::string(spelling(kind()));
    constexpr std::size_t kShownBytes = 40;
    std::string_view found = text(token());
    return found.size() <= kShownBytes ? fmt::format("`{}`", found) : std::string(spelling(kind()));
}

Diagnostic* Parser::complain(const DiagnosticKind& kind, SourceRange range, std::string message, std::string hint) {
    // The lexer has said what is wrong with the token, or an earlier error what is wrong with the word.
    bool is_reported = token().kind == TokenKind::kInvalid || reported_words_[static_cast<std::size_t>(token().kind)] ||
                       (index_ > 0 && reported_words_[static_cast<std::size_t>(lexed_.tokens[index_ - 1].kind)]);
    if (is_panicking_ || is_reported) return nullptr;
    std::uint32_t line = at_newline_ && index_ > 0 ? lexed_.tokens[index_ - 1].line : token().line;
    if (reported_errors_ < lexed_.errors.size() && lexed_.errors[reported_errors_].line == line) {
        // A quote that is missing further right turns names into strings and strings into names.
        report_lexical_error();
        return nullptr;
    }
    last_error_line_ = line;
    Diagnostic& diagnostic = diagnostics_.error(kind, range, std::move(message));
    diagnostic.hint = std::move(hint);
    return &diagnostic;
}

Diagnostic* Parser::fail(const DiagnosticKind& kind, SourceRange range, std::string message, std::string hint) {
    Diagnostic* diagnostic = complain(kind, range, std::move(message), std::move(hint));
    is_panicking_ = true;
    return diagnostic;
}

void Parser::fail_expected(std::string_view what, std::string hint) {
    fail(kUnexpectedToken, found_range(), fmt::format("expected {}, found {}", what, found_text()), std::move(hint));
}

bool Parser::expect(TokenKind wanted, std::string_view what, std::string hint) {
    if (accept(wanted)) return true;
    fail_expected(what, std::move(hint));
    return false;
}

bool Parser::is_item_at(std::size_t index) const {
    if (index + 1 >= lexed_.tokens.size()) return false;
    const Token& first = lexed_.tokens[index];
    const Token& second = lexed_.tokens[index + 1];
    if (!first.starts_line || second.starts_line) return false;
    if (first.kind == TokenKind::kFn) return second.kind == TokenKind::kName;
    if (first.kind != TokenKind::kName) return false;
    if (second.kind != TokenKind::kName && second.kind != TokenKind::kString) return false;
    return is_item_word(text(first));
}

bool Parser::can_begin_statement(TokenKind kind) {
    switch (kind) {
        case TokenKind::kElse:
        case TokenKind::kIn:
        case TokenKind::kAlong:
        case TokenKind::kRightParenthesis:
        case TokenKind::kRightBracket:
        case TokenKind::kComma:
        case TokenKind::kColon:
        case TokenKind::kDot:
        case TokenKind::kAssign:
        case TokenKind::kArrow:
        case TokenKind::kRebind: return false;
        default: return true;  // or it is the operator of a line that goes on
    }
}

// What stands here can only be the start of a statement, even when a bracket before was left open.
bool Parser::is_statement_at(std::size_t index) const {
    TokenKind first = lexed_.tokens[index].kind;
    if (first >= TokenKind::kLet && first <= TokenKind::kYield) return true;
    if (is_item_at(index)) return true;
    return first == TokenKind::kName && index + 1 < lexed_.tokens.size() &&
           lexed_.tokens[index + 1].kind == TokenKind::kRebind;
}

// From `{` to behind the `}` that closes it; stops before an item at the left margin, where a `}` is missing.
void Parser::skip_braces() {
    int open = 0;
    while (token().kind != TokenKind::kEnd) {
        bool is_margin = token().begin == 0 || source_.text[token().begin - 1] == '\n';
        if (is_margin && at_item()) return;
        if (token().kind == TokenKind::kLeftBrace) ++open;
        if (token().kind == TokenKind::kRightBrace && --open == 0) return advance();
        advance();
    }
}

// A `}` in the midst of a line that does not close a block of this line belongs to the error around it.
bool Parser::is_stray_brace() const {
    bool is_amid_line = !token().starts_line && !token_after().starts_line && kind_after() != TokenKind::kEnd;
    return is_amid_line && token().line != block_line_;
}

// To the end of the statement that began at token `begin` and in which an error was reported.
void Parser::skip_statement(std::size_t begin) {
    int open = open_brackets_;
    open_brackets_ = 0;
    while (token().kind != TokenKind::kEnd && (token().kind != TokenKind::kRightBrace || is_stray_brace())) {
        bool is_line = open == 0 && line_ends_before(index_) && can_begin_statement(token().kind);
        bool is_end = token().starts_line && (is_statement_at(index_) || is_line);
        if (is_end && index_ > begin) break;
        switch (token().kind) {
            case TokenKind::kLeftBrace: skip_braces(); continue;
            case TokenKind::kLeftParenthesis:
            case TokenKind::kLeftBracket: ++open; break;
            case TokenKind::kRightParenthesis:
            case TokenKind::kRightBracket: open = std::max(0, open - 1); break;
            default: break;  // any other token is only skipped
        }
        advance();
    }
    at_newline_ = token().starts_line;
    is_panicking_ = false;
}

void Parser::skip_to_item() {
    open_brackets_ = 0;
    while (token().kind != TokenKind::kEnd && !at_item()) {
        if (token().kind == TokenKind::kLeftBrace) {
            skip_braces();
        } else {
            advance();
        }
    }
    skip_newlines();
    is_panicking_ = false;
    is_block_unclosed_ = false;
}

// After an error in what stands before a block: to its `{`, so that its statements are read. False when there is none.
// `brackets` is how many were open where the head began: its block does not stand outside of them.
bool Parser::recover_to_block(int brackets) {
    if (!is_panicking_) return true;
    if (nesting_ >= ast::kMaximumDepth) return false;
    int open = open_brackets_ - brackets;
    std::size_t index = index_;
    while (lexed_.tokens[index].kind != TokenKind::kLeftBrace) {
        switch (lexed_.tokens[index].kind) {
            case TokenKind::kEnd:
            case TokenKind::kRightBrace: return false;
            case TokenKind::kLeftParenthesis:
            case TokenKind::kLeftBracket: ++open; break;
            case TokenKind::kRightParenthesis:
            case TokenKind::kRightBracket:
                if (--open < 0) return false;
                break;
            default: break;  // any other token is only skipped
        }
        TokenKind skipped = lexed_.tokens[index].kind;
        bool is_control = skipped == TokenKind::kIf || skipped == TokenKind::kFor || skipped == TokenKind::kScan;
        bool is_new = is_control || is_statement_at(index) || (open == 0 && brackets == 0);
        if (lexed_.tokens[index].starts_line && is_new) return false;
        ++index;
    }
    open_brackets_ = brackets;
    move_to(index);
    skip_newlines();
    is_panicking_ = false;
    return true;
}

// Consumes a `(` or `[`; lines do not end until it is closed.
Token Parser::open_bracket() {
    Token opening = token();
    ++open_brackets_;
    advance();
    return opening;
}

bool Parser::close_bracket(TokenKind closing, const Token& opening, std::string_view alternative) {
    if (is_panicking_) return false;
    if (kind() == closing) {
        --open_brackets_;
        advance();
        return true;
    }
    std::string expected = fmt::format("expected {}`{}`", alternative, spelling(closing));
    bool is_other = kind() == TokenKind::kRightParenthesis || kind() == TokenKind::kRightBracket;
    bool is_missing = is_other || kind() == TokenKind::kEnd || kind() == TokenKind::kRightBrace ||
                      token().starts_line || kind() == TokenKind::kLeftBrace;
    SourceRange range = token().starts_line ? place_after_previous() : found_range();
    std::string found =
        token().starts_line && kind() != TokenKind::kEnd ? std::string(spelling(TokenKind::kNewline)) : found_text();
    std::string hint = kind() == TokenKind::kColon && closing == TokenKind::kRightParenthesis
                           ? "a named argument is written `name = value`"
                       : kind() == TokenKind::kComma && closing == TokenKind::kRightParenthesis
                           ? "a list is written in `[ ]`, as in `[3, 3]`"
                           : "";
    Diagnostic* diagnostic = fail(is_missing ? kUnclosedBracket : kUnexpectedToken, range,
                                  fmt::format("{}, found {}", expected, found), std::move(hint));
    if (diagnostic != nullptr) {
        diagnostic->notes.push_back({range_of(opening), fmt::format("this `{}` is open", text(opening))});
    }
    return false;
}

// What the language has in place of a word of other languages that stands here or just before; else "".
std::string Parser::foreign_word_hint() const {
    const Token& before = lexed_.tokens[index_ == 0 ? 0 : index_ - 1];
    for (const ForeignWord& foreign : kForeignWords) {
        bool is_here = token().kind == TokenKind::kName && foreign.word == text(token());
        bool is_before = before.kind == TokenKind::kName && foreign.word == text(before);
        if (is_here || is_before) return foreign.hint;
    }
    return "";
}

// What to do when a statement is followed by something on its line.
std::string Parser::line_end_hint(std::size_t statement_begin) const {
    const Token& before = lexed_.tokens[index_ == 0 ? 0 : index_ - 1];
    if (std::string hint = foreign_word_hint(); !hint.empty()) return hint;
    switch (token().kind) {
        case TokenKind::kRebind: return "only a name can be given a new value; `a < -b` compares with a negative one";
        case TokenKind::kAssign: return "`let` makes a name, `<-` gives one a new value, `==` compares";
        case TokenKind::kLeftBracket: return "what a pipe gives is indexed in parentheses: `(x |> f)[0]`";
        default: break;  // the others share a hint, or have none
    }
    bool is_pipe = false;
    for (std::size_t i = statement_begin; i < index_; ++i) is_pipe |= lexed_.tokens[i].kind == TokenKind::kPipe;
    if (is_pipe && token().kind >= TokenKind::kRange)
        return fmt::format("`|>` binds loosest: write `(x |> f) {} y`", text(token()));
    if (before.kind == TokenKind::kName && token().kind == TokenKind::kName) return "a call has parentheses: `f(x)`";
    return "a statement ends with its line";
}

// Once for an item: what is too deep is so in many places.
void Parser::fail_too_deep(SourceRange range) {
    if (is_depth_reported_) {
        is_panicking_ = true;
        return;
    }
    is_depth_reported_ = true;
    fail(kNestedTooDeep, range, fmt::format("nested more than {} deep", ast::kMaximumDepth),
         "give a part of it a name with `let`, or move it into a function");
}

Parser::Nesting::Nesting(Parser& parser) : parser_(parser) {
    ++parser_.nesting_;
    if (is_too_deep()) parser_.fail_too_deep(parser_.found_range());
}

// Note [recovery]
//
// An error sets is_panicking_: every production returns at once with what it has, and further complaints are dropped,
// so that one mistake gives one message. The innermost loop over statements then skips to the end of the statement
// (skip_statement): to the next line that is not inside a bracket opened since, or to a line that can only begin a
// statement. Braces are skipped as a whole. An error in the head of an `if`, `for`, `scan` or item goes on at the
// head's
// `{` (recover_to_block). A line at the left margin that begins an item ends all open blocks: the missing `}` is
// reported once, with the place of its `{`. Each token is passed a bounded number of times, so parsing is linear.

}  // namespace nncc
