// Blocks and statements.
#include <algorithm>

#include "syntax/parser_state.h"

namespace nncc {

namespace {

// An expression whose only use may be the `<-` within.
bool is_control(const ast::Expression& expression) {
    return std::holds_alternative<ast::If>(expression.value) || std::holds_alternative<ast::For>(expression.value) ||
           std::holds_alternative<ast::Scan>(expression.value) ||
           std::holds_alternative<ast::InvalidExpression>(expression.value);
}

int depth_of(const ast::Statement& statement) {
    return std::visit(
        [](const auto& held) {
            if constexpr (requires { held.initializer; }) {
                return nncc::depth_of(held.initializer);
            } else {
                return nncc::depth_of(held.value);
            }
        },
        statement.value);
}

}  // namespace

// `owner` is whose block it is, for messages: "`if`", the name of a function.
ast::Block Parser::parse_block(BlockRole role, std::string_view owner) {
    ast::Block block;
    if (is_panicking_) return block;
    if (kind() == TokenKind::kNewline && token().kind == TokenKind::kLeftBrace) {
        complain(kMisplacedLineBreak, range_of(token()), "`{` begins a line", "put it on the line before");
        skip_newlines();
    }
    if (kind() != TokenKind::kLeftBrace) {
        std::string hint = foreign_word_hint();
        if (kind() == TokenKind::kPipe) hint = "a pipe stands in parentheses here: `(x |> f)`";
        if (kind() == TokenKind::kAssign) hint = "`==` compares";
        fail_expected(fmt::format("`{{` and the block of `{}`", owner), std::move(hint));
        if (!recover_to_block(open_brackets_)) return block;
    }
    Nesting nesting(*this);
    if (nesting.is_too_deep()) return block;

    Token opening = token();
    int open_outside = open_brackets_;
    std::uint32_t line_outside = block_line_;
    block_line_ = opening.line;
    open_brackets_ = 0;
    advance();
    while (true) {
        skip_newlines();
        if (kind() == TokenKind::kRightBrace || kind() == TokenKind::kEnd) break;
        bool is_margin = token().begin == 0 || source_.text[token().begin - 1] == '\n';
        if (is_block_unclosed_ || (is_margin && at_item())) break;
        if (!block.statements.empty()) check_position(block.statements.back(), role);

        std::size_t begin = index_;
        block.statements.push_back(parse_statement(role));
        if (!is_panicking_ && !at_statement_end()) {
            bool is_bracket = kind() == TokenKind::kRightParenthesis || kind() == TokenKind::kRightBracket;
            fail(is_bracket ? kUnopenedBracket : kMissingLineEnd, range_of(token()),
                 is_bracket ? fmt::format("this {} closes nothing", found_text())
                            : fmt::format("expected the end of the line, found {}", found_text()),
                 is_bracket ? "remove it, or open it before" : line_end_hint(begin));
        }
        if (is_panicking_) {
            // What an unfinished statement means is not known, so nothing is said of its position.
            auto* unfinished = std::get_if<ast::ExpressionStatement>(&block.statements.back().value);
            if (unfinished != nullptr) unfinished->value = make_invalid();
            skip_statement(begin);
        }
    }
    for (const ast::Statement& statement : block.statements)
        block.depth = std::max(block.depth, depth_of(statement) + 1);
    open_brackets_ = open_outside;
    block_line_ = line_outside;
    close_block(block, opening);
    return block;
}

// At the `}`, or where it is missing.
void Parser::close_block(ast::Block& block, const Token& opening) {
    if (!accept(TokenKind::kRightBrace)) {
        if (!is_block_unclosed_) {
            bool is_end = kind() == TokenKind::kEnd;
            Diagnostic* diagnostic = complain(kUnclosedBracket, found_range(),
                                              is_end ? "expected `}`, found the end of the file"
                                                     : fmt::format("expected `}}` before {}", found_text()));
            if (diagnostic != nullptr) diagnostic->notes.push_back({range_of(opening), "this `{` is open"});
        }
        is_block_unclosed_ = true;
        is_panicking_ = true;
    }
    block.range = range_from(opening.begin);
}

bool Parser::is_leading_minus(std::uint32_t offset) const {
    std::string_view text = source_.text;
    if (text[offset] != '-') return false;
    std::size_t before = offset == 0 ? std::string_view::npos : text.find_last_not_of(" \t", offset - 1);
    return before == std::string_view::npos || text[before] == '\n';
}

// A statement that another one follows.
void Parser::check_position(const ast::Statement& statement, BlockRole role) {
    if (const auto* expression = std::get_if<ast::ExpressionStatement>(&statement.value)) {
        // A line that begins with `-`, or with what begins no statement, is reported by itself: here, or as the next.
        bool is_reported = is_leading_minus(statement.range.begin) || is_leading_minus(token().begin) ||
                           !can_begin_statement(token().kind);
        if (is_control(*expression->value) || is_reported) return;
        complain(kDroppedValue, statement.range, "the value of this expression is dropped",
                 "give it a name with `let`, or remove it");
    } else if (std::holds_alternative<ast::Yield>(statement.value) && role == BlockRole::kScan) {
        SourceRange word = {&source_, statement.range.begin, statement.range.begin + 5};
        complain(kMisplacedYield, word, "a statement follows `yield`", "`yield` is the last statement of a `scan`");
    }
}

ast::Statement Parser::parse_statement(BlockRole role) {
    ast::Statement statement;
    std::uint32_t begin = token().begin;
    TokenKind next = token_after().starts_line ? TokenKind::kNewline : kind_after();
    switch (kind()) {
        case TokenKind::kLet: statement.value = parse_let(); break;
        case TokenKind::kParam:
        case TokenKind::kState:
        case TokenKind::kStream:
        case TokenKind::kCarry:
        case TokenKind::kFit: statement.value = parse_storage(); break;
        case TokenKind::kYield: statement.value = parse_yield(role); break;
        default: {
            if (kind() == TokenKind::kName && next == TokenKind::kRebind) {
                ast::Name name = parse_name("a name");
                advance();
                statement.value = ast::Assignment{std::move(name), parse_expression()};
            } else if (kind() == TokenKind::kName && next == TokenKind::kAssign) {
                ast::Name name = parse_name("a name");
                complain(
                    kWrongAssignment, range_of(token()), fmt::format("`=` gives `{}` no value here", name.text),
                    fmt::format("`let {} = …` makes a name, `{} <- …` gives one a new value", name.text, name.text));
                advance();
                ast::Pattern pattern = {.is_list = false, .names = {}, .range = name.range};
                pattern.names.push_back(std::move(name));
                statement.value = ast::Let{std::move(pattern), parse_expression()};
            } else if (at_item() && next != TokenKind::kNewline) {
                complain(kMisplacedItem, range_of(token()), fmt::format("{} stands inside a block", found_text()),
                         "move it to the top level of the file");
                Nesting nesting(*this);
                if (!nesting.is_too_deep()) parse_item();
                statement.value = ast::ExpressionStatement{make_invalid()};
            } else {
                if (kind() == TokenKind::kMinus && token().starts_line) {
                    complain(kLeadingMinus, range_of(token()), "a line cannot begin with `-`",
                             "write `(-x)` for a negative value, or end the line before with the `-` to subtract");
                }
                statement.value = ast::ExpressionStatement{parse_expression()};
            }
        }
    }
    statement.range = range_from(begin);
    return statement;
}

ast::Let Parser::parse_let() {
    advance();
    ast::Pattern pattern = parse_pattern("a name after `let`");
    if (!is_panicking_ && kind() == TokenKind::kColon) {
        fail(kUnexpectedToken, range_of(token()), "`let` takes no type, found `:`", "the type follows from the value");
    }
    expect_assign("the name");
    return {std::move(pattern), parse_expression()};
}

ast::StorageDeclaration Parser::parse_storage() {
    ast::StorageDeclaration storage;
    switch (kind()) {
        case TokenKind::kState: storage.keyword = ast::StorageKeyword::kState; break;
        case TokenKind::kStream: storage.keyword = ast::StorageKeyword::kStream; break;
        case TokenKind::kCarry: storage.keyword = ast::StorageKeyword::kCarry; break;
        case TokenKind::kFit: storage.keyword = ast::StorageKeyword::kFit; break;
        default: storage.keyword = ast::StorageKeyword::kParam; break;  // the caller has seen one of the five
    }
    std::string after = fmt::format("a name after {}", found_text());
    advance();
    storage.name = parse_name(after);
    if (accept(TokenKind::kColon)) storage.type = parse_type(false);
    expect_assign(storage.type ? "the type" : "the name");
    storage.initializer = parse_expression();
    return storage;
}

ast::Yield Parser::parse_yield(BlockRole role) {
    if (role != BlockRole::kScan) {
        complain(kMisplacedYield, range_of(token()), "`yield` stands only in the body of a `scan`",
                 "`yield` is the last statement of the scan's own body; other blocks give their last expression");
    }
    advance();
    return {parse_expression()};
}

// A reserved word is reported and taken as the name all the same.
ast::Name Parser::parse_name(std::string_view what) {
    if (is_panicking_) return {};
    if (is_reserved_word(kind())) {
        complain(kReservedName, range_of(token()),
                 fmt::format("{} is a reserved word and cannot be a name", found_text()),
                 fmt::format("choose another, such as `{}_1`", text(token())));
        reported_words_.set(static_cast<std::size_t>(kind()));
    } else if (kind() != TokenKind::kName) {
        fail_expected(what);
        return {};
    }
    ast::Name name = {std::string(text(token())), range_of(token())};
    advance();
    return name;
}

ast::Pattern Parser::parse_pattern(std::string_view what) {
    ast::Pattern pattern;
    std::uint32_t begin = token().begin;
    if (!is_panicking_ && kind() == TokenKind::kLeftBracket) {
        pattern.is_list = true;
        Token opening = open_bracket();
        do {
            pattern.names.push_back(parse_name("a name"));
        } while (accept(TokenKind::kComma));
        close_bracket(TokenKind::kRightBracket, opening, "`,` or ");
    } else {
        pattern.names.push_back(parse_name(what));
    }
    pattern.range = range_from(begin);
    return pattern;
}

// `=`; `<-` in its place is reported and taken for it.
bool Parser::expect_assign(std::string_view after) {
    if (!is_panicking_ && kind() == TokenKind::kRebind) {
        complain(kWrongAssignment, range_of(token()), fmt::format("expected `=` after {}, found `<-`", after),
                 "`<-` gives a new value to a name that exists");
        advance();
        return true;
    }
    return expect(TokenKind::kAssign, fmt::format("`=` after {}", after));
}

}  // namespace nncc
