// Expressions: pipes, binary and unary operators, calls, indices and members.
#include <algorithm>
#include <array>

#include "syntax/parser_state.h"

namespace nncc {

namespace {

struct BinaryToken {
    TokenKind token;
    Binding binding;
    ast::BinaryOperator op;  // of kRange: none, it makes a RangeExpression
};
constexpr std::array<BinaryToken, 15> kBinaryTokens = {
    {{TokenKind::kOr, Binding::kOr, ast::BinaryOperator::kOr},
     {TokenKind::kAnd, Binding::kAnd, ast::BinaryOperator::kAnd},
     {TokenKind::kEqual, Binding::kComparison, ast::BinaryOperator::kEqual},
     {TokenKind::kNotEqual, Binding::kComparison, ast::BinaryOperator::kNotEqual},
     {TokenKind::kLess, Binding::kComparison, ast::BinaryOperator::kLess},
     {TokenKind::kLessEqual, Binding::kComparison, ast::BinaryOperator::kLessEqual},
     {TokenKind::kGreater, Binding::kComparison, ast::BinaryOperator::kGreater},
     {TokenKind::kGreaterEqual, Binding::kComparison, ast::BinaryOperator::kGreaterEqual},
     {TokenKind::kRange, Binding::kRange, {}},
     {TokenKind::kPlus, Binding::kSum, ast::BinaryOperator::kAdd},
     {TokenKind::kMinus, Binding::kSum, ast::BinaryOperator::kSubtract},
     {TokenKind::kStar, Binding::kTerm, ast::BinaryOperator::kMultiply},
     {TokenKind::kSlash, Binding::kTerm, ast::BinaryOperator::kDivide},
     {TokenKind::kPercent, Binding::kTerm, ast::BinaryOperator::kRemainder},
     {TokenKind::kAt, Binding::kTerm, ast::BinaryOperator::kMatrixMultiply}}};

const BinaryToken* find_binary(TokenKind kind) {
    for (const BinaryToken& entry : kBinaryTokens) {
        if (entry.token == kind) return &entry;
    }
    return nullptr;
}

Binding tighter(Binding binding) { return static_cast<Binding>(static_cast<int>(binding) + 1); }

bool chains(Binding binding) { return binding != Binding::kComparison && binding != Binding::kRange; }

int depth_of(const std::vector<ast::Argument>& arguments) {
    int depth = 0;
    for (const ast::Argument& argument : arguments) depth = std::max(depth, argument.value->depth);
    return depth;
}

}  // namespace

// A node over others that are `depth_below` deep, from `begin` to the last token read.
ast::ExpressionPtr Parser::make(std::uint32_t begin, ExpressionValue value, int depth_below) {
    auto expression = std::make_unique<ast::Expression>();
    expression->range = range_from(begin);
    expression->depth = depth_below + 1;
    expression->value = std::move(value);
    if (expression->depth > ast::kMaximumDepth) {
        fail_too_deep(place_after_previous());
        return make_invalid();
    }
    return expression;
}

ast::ExpressionPtr Parser::make_invalid() {
    auto expression = std::make_unique<ast::Expression>();
    expression->range = place_after_previous();
    return expression;
}

ast::ExpressionPtr Parser::parse_expression() {
    ExpressionPtr expression = parse_binary(Binding::kOr);
    while (!is_panicking_ && kind() == TokenKind::kPipe) expression = parse_pipe(std::move(expression));
    return expression;
}

ast::ExpressionPtr Parser::parse_pipe(ExpressionPtr input) {
    ast::Pipe pipe;
    pipe.operator_range = range_of(token());
    advance();
    std::uint32_t begin = token().begin;
    if (kind() != TokenKind::kName) {
        bool is_end = token().starts_line || kind() == TokenKind::kEnd;
        SourceRange range = is_end ? place_after_previous() : range_of(token());
        fail(kPipeTarget, range,
             fmt::format("expected a function's name after `|>`, found {}",
                         is_end ? "the end of the line" : found_text()),
             "give the function a name with `let`, and pipe into that");
        return input;
    }
    do {
        pipe.callee.push_back(parse_name("a name after `.`"));
    } while (accept(TokenKind::kDot));
    if (!is_panicking_ && kind() == TokenKind::kLeftParenthesis && !token().starts_line) {
        pipe.arguments = parse_arguments();
    }
    pipe.call_range = range_from(begin);
    int depth = std::max(input->depth, depth_of(pipe.arguments));
    std::uint32_t whole = input->range.begin;
    pipe.input = std::move(input);
    return make(whole, std::move(pipe), depth);
}

// Operators that bind at least as tightly as `weakest`.
ast::ExpressionPtr Parser::parse_binary(Binding weakest) {
    ExpressionPtr left = parse_unary();
    Binding last = Binding::kNone;
    while (!is_panicking_) {
        const BinaryToken* binary = find_binary(kind());
        if (binary == nullptr || binary->binding < weakest) break;
        SourceRange range = range_of(token());
        if (binary->binding == last && !chains(last)) {
            bool is_range = last == Binding::kRange;
            complain(kChainedOperator, range, is_range ? "ranges do not chain" : "comparisons do not chain",
                     is_range ? "a range is `first..last`" : "write `a < b && b < c`");
        }
        last = binary->binding;
        advance();
        ExpressionPtr right = parse_binary(tighter(binary->binding));
        int depth = std::max(left->depth, right->depth);
        std::uint32_t begin = left->range.begin;
        if (binary->token == TokenKind::kRange) {
            left = make(begin, ast::RangeExpression{std::move(left), std::move(right)}, depth);
        } else {
            left = make(begin, ast::Binary{binary->op, range, std::move(left), std::move(right)}, depth);
        }
    }
    return left;
}

ast::ExpressionPtr Parser::parse_unary() {
    if (is_panicking_) return make_invalid();
    Nesting nesting(*this);
    if (nesting.is_too_deep()) return make_invalid();
    if (kind() != TokenKind::kMinus && kind() != TokenKind::kNot) return parse_power();
    ast::Unary unary;
    unary.op = kind() == TokenKind::kMinus ? ast::UnaryOperator::kNegate : ast::UnaryOperator::kNot;
    unary.operator_range = range_of(token());
    advance();
    unary.operand = parse_unary();
    const int depth = unary.operand->depth;
    const auto begin = unary.operator_range.begin;
    return make(begin, std::move(unary), depth);
}

ast::ExpressionPtr Parser::parse_power() {
    ExpressionPtr base = parse_postfix();
    if (is_panicking_ || kind() != TokenKind::kPower) return base;
    SourceRange range = range_of(token());
    advance();
    ExpressionPtr exponent = parse_unary();
    int depth = std::max(base->depth, exponent->depth);
    std::uint32_t begin = base->range.begin;
    return make(begin, ast::Binary{ast::BinaryOperator::kPower, range, std::move(base), std::move(exponent)}, depth);
}

ast::ExpressionPtr Parser::parse_postfix() {
    ExpressionPtr operand = parse_primary();
    // A bracket that begins a line belongs to no operand, also where lines do not end.
    while (!is_panicking_ && !token().starts_line) {
        std::uint32_t begin = operand->range.begin;
        if (kind() == TokenKind::kLeftParenthesis) {
            ast::Call call;
            std::uint32_t opening = token().begin;
            call.arguments = parse_arguments();
            call.arguments_range = range_from(opening);
            int depth = std::max(operand->depth, depth_of(call.arguments));
            call.callee = std::move(operand);
            operand = make(begin, std::move(call), depth);
        } else if (kind() == TokenKind::kLeftBracket) {
            operand = parse_index(std::move(operand));
        } else if (accept(TokenKind::kDot)) {
            ast::Member member;
            member.name = parse_name("a name after `.`");
            int depth = operand->depth;
            member.operand = std::move(operand);
            operand = make(begin, std::move(member), depth);
        } else {
            break;
        }
    }
    return operand;
}

ast::ExpressionPtr Parser::parse_index(ExpressionPtr operand) {
    ast::Index index;
    int depth = operand->depth;
    std::uint32_t begin = operand->range.begin;
    Token opening = open_bracket();
    if (kind() == TokenKind::kRightBracket) fail_expected("an index", "a whole axis is `:`");
    bool has_ellipsis = false;
    while (!is_panicking_) {
        index.items.push_back(parse_index_item());
        const ast::IndexItem& item = index.items.back();
        depth = std::max({depth, nncc::depth_of(item.element), nncc::depth_of(item.start), nncc::depth_of(item.stop),
                          nncc::depth_of(item.step)});
        bool is_ellipsis = item.kind == ast::IndexItem::Kind::kEllipsis;
        if (is_ellipsis && has_ellipsis) {
            complain(kMisplacedEllipsis, item.range, "a second `...` in one index",
                     "one `...` stands for all such axes");
        }
        has_ellipsis |= is_ellipsis;
        if (!accept(TokenKind::kComma)) break;
    }
    close_bracket(TokenKind::kRightBracket, opening, "`,` or ");
    index.operand = std::move(operand);
    index.items_range = range_from(opening.begin);
    return make(begin, std::move(index), depth);
}

ast::IndexItem Parser::parse_index_item() {
    ast::IndexItem item;
    std::uint32_t begin = token().begin;
    auto at_bound = [&] {
        return !is_panicking_ && kind() != TokenKind::kColon && kind() != TokenKind::kComma &&
               kind() != TokenKind::kRightBracket;
    };
    if (accept(TokenKind::kEllipsis)) {
        item.kind = ast::IndexItem::Kind::kEllipsis;
    } else {
        ExpressionPtr first = kind() == TokenKind::kColon ? nullptr : parse_expression();
        if (accept(TokenKind::kColon)) {
            item.kind = ast::IndexItem::Kind::kSlice;
            item.start = std::move(first);
            if (at_bound()) item.stop = parse_expression();
            if (accept(TokenKind::kColon)) item.step = parse_expression();
        } else {
            item.element = std::move(first);
        }
    }
    item.range = range_from(begin);
    return item;
}

std::vector<ast::Argument> Parser::parse_arguments() {
    std::vector<ast::Argument> arguments;
    Token opening = open_bracket();
    bool has_named = false;
    while (!is_panicking_ && kind() != TokenKind::kRightParenthesis) {
        arguments.push_back(parse_argument());
        const ast::Argument& argument = arguments.back();
        if (has_named && !argument.name) {
            complain(kArgumentOrder, argument.range, "a positional argument follows a named one",
                     "put it before the named ones, or name it");
        }
        has_named |= argument.name.has_value();
        if (!accept(TokenKind::kComma)) break;
    }
    close_bracket(TokenKind::kRightParenthesis, opening, "`,` or ");
    return arguments;
}

ast::Argument Parser::parse_argument() {
    ast::Argument argument;
    std::uint32_t begin = token().begin;
    bool is_word = kind() == TokenKind::kName || is_reserved_word(kind());
    if (is_word && kind_after() == TokenKind::kAssign) {
        argument.name = parse_name("a name");
        advance();
    }
    std::uint32_t value = token().begin;
    if (argument.name && accept(TokenKind::kEllipsis)) {
        argument.value = make(value, ast::EllipsisLiteral{}, 0);
    } else {
        argument.value = parse_expression();
    }
    argument.range = range_from(begin);
    return argument;
}

}  // namespace nncc
