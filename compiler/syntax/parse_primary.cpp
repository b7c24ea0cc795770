// Primary expressions: literals, names, brackets, and the expressions that hold blocks.
#include <algorithm>
#include <charconv>

#include "syntax/parser_state.h"

namespace nncc {

ast::ExpressionPtr Parser::parse_primary() {
    std::uint32_t begin = token().begin;
    switch (kind()) {
        case TokenKind::kInteger:
        case TokenKind::kFloat: return parse_number();
        case TokenKind::kString: {
            std::string_view quoted = text(token());
            advance();
            return make(begin, ast::StringLiteral{std::string(quoted.substr(1, quoted.size() - 2))}, 0);
        }
        case TokenKind::kTrue:
        case TokenKind::kFalse: {
            bool value = kind() == TokenKind::kTrue;
            advance();
            return make(begin, ast::BooleanLiteral{value}, 0);
        }
        case TokenKind::kName: {
            std::string_view name = text(token());
            advance();
            return make(begin, ast::NameUse{std::string(name)}, 0);
        }
        case TokenKind::kLeftParenthesis: return parse_parenthesised();
        case TokenKind::kLeftBracket: return parse_list();
        case TokenKind::kIf: return parse_if();
        case TokenKind::kFor: return parse_for();
        case TokenKind::kScan: return parse_scan();
        case TokenKind::kNew: return parse_new();
        case TokenKind::kFn:
            if (kind_after() == TokenKind::kLeftParenthesis) return parse_lambda();
            [[fallthrough]];
        default: fail_no_expression(); return make_invalid();
    }
}

void Parser::fail_no_expression() {
    bool is_word = is_reserved_word(kind());
    bool begins_statement = kind_after() == TokenKind::kName || kind_after() == TokenKind::kLeftBracket;
    bool is_line_lost = token().starts_line && (is_statement_at(index_) || kind() == TokenKind::kRightBrace);
    if (is_line_lost && open_brackets_ == 0 && continues_after(lexed_.tokens[index_ == 0 ? 0 : index_ - 1].kind)) {
        fail(kUnexpectedToken, place_after_previous(), "expected an expression, found the end of the line");
    } else if (kind() == TokenKind::kEllipsis) {
        fail(kMisplacedEllipsis, range_of(token()), "`...` is no value",
             "it stands as an index, a dimension, or the value of a named argument such as `axis = ...`");
    } else if (kind() == TokenKind::kFn) {
        advance();
        fail_expected("`(` after `fn`", "a function without a name is written `fn(x) { … }`");
    } else if (kind() == TokenKind::kElse) {
        fail(kUnexpectedToken, range_of(token()), "this `else` belongs to no `if`",
             "`else` follows the `}` of an `if`");
    } else if (kind() == TokenKind::kRightParenthesis || kind() == TokenKind::kRightBracket) {
        bool is_start = token().starts_line && open_brackets_ == 0;
        if (is_start) {
            fail(kUnopenedBracket, range_of(token()), fmt::format("this {} closes nothing", found_text()), "remove it");
        } else {
            bool is_after_comma = index_ > 0 && lexed_.tokens[index_ - 1].kind == TokenKind::kComma;
            fail_expected("an expression", is_after_comma ? "remove the `,`" : "");
        }
    } else if (is_word && !begins_statement) {
        fail(kReservedName, range_of(token()), fmt::format("{} is a reserved word and cannot be a name", found_text()),
             fmt::format("choose another, such as `{}_1`", text(token())));
        reported_words_.set(static_cast<std::size_t>(token().kind));
    } else {
        fail_expected("an expression");
    }
}

ast::ExpressionPtr Parser::parse_number() {
    std::uint32_t begin = token().begin;
    bool is_integer = kind() == TokenKind::kInteger;
    std::string_view digits = text(token());
    SourceRange range = range_of(token());
    advance();
    if (is_integer) {
        std::int64_t value = 0;
        auto [end, code] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
        if (code != std::errc()) {
            complain(kNumberOutOfRange, range, "a whole number is at most 9223372036854775807",
                     "with a fraction, as in `1e20` or `1.0`, it is a number in double precision");
        }
        return make(begin, ast::IntegerLiteral{value, std::string(digits)}, 0);
    }
    double value = 0;
    auto [end, code] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (code != std::errc()) {
        complain(kNumberOutOfRange, range, "the number does not fit double precision",
                 "numbers go from about 5e-324 to 1.8e308");
    }
    return make(begin, ast::FloatLiteral{value, std::string(digits)}, 0);
}

// The parentheses only widen the range of what they hold.
ast::ExpressionPtr Parser::parse_parenthesised() {
    Token opening = open_bracket();
    ExpressionPtr expression = parse_expression();
    close_bracket(TokenKind::kRightParenthesis, opening, "");
    expression->range = range_from(opening.begin);
    return expression;
}

ast::ExpressionPtr Parser::parse_list() {
    ast::ListLiteral list;
    int depth = 0;
    Token opening = open_bracket();
    if (kind() != TokenKind::kRightBracket) {
        do {
            list.elements.push_back(parse_expression());
            depth = std::max(depth, list.elements.back()->depth);
        } while (accept(TokenKind::kComma));
    }
    close_bracket(TokenKind::kRightBracket, opening, "`,` or ");
    return make(opening.begin, std::move(list), depth);
}

ast::ExpressionPtr Parser::parse_if() {
    ast::If whole;
    int depth = 0;
    int brackets = open_brackets_;
    std::uint32_t begin = token().begin;
    bool goes_on = true;
    while (goes_on && !is_panicking_) {
        advance();  // `if`
        ast::IfBranch branch;
        branch.condition = parse_binary(Binding::kOr);
        if (recover_to_block(brackets)) branch.body = parse_block(BlockRole::kPlain, "if");
        depth = std::max({depth, branch.condition->depth, branch.body.depth});
        whole.branches.push_back(std::move(branch));

        if (!is_panicking_ && kind() == TokenKind::kNewline && token().kind == TokenKind::kElse) {
            complain(kMisplacedLineBreak, range_of(token()), "`else` begins a line",
                     "put it on the line of the `}` before");
            skip_newlines();
        }
        goes_on = false;
        if (!accept(TokenKind::kElse)) break;
        if (kind() == TokenKind::kIf) {
            goes_on = true;
        } else {
            whole.otherwise = parse_block(BlockRole::kPlain, "else");
            depth = std::max(depth, whole.otherwise->depth);
        }
    }
    return make(begin, std::move(whole), depth);
}

ast::ExpressionPtr Parser::parse_for() {
    ast::For loop;
    int brackets = open_brackets_;
    std::uint32_t begin = token().begin;
    advance();
    loop.pattern = parse_pattern("a name after `for`");
    expect(TokenKind::kIn, "`in`", "write `for layer in 0..layers { … }`");
    loop.sequence = parse_binary(Binding::kRange);
    if (accept(TokenKind::kCarry)) loop.carry = parse_pattern("a name after `carry`");
    if (recover_to_block(brackets)) loop.body = parse_block(BlockRole::kPlain, "for");
    int depth = std::max(loop.sequence->depth, loop.body.depth);
    return make(begin, std::move(loop), depth);
}

ast::ExpressionPtr Parser::parse_scan() {
    ast::Scan scan;
    int brackets = open_brackets_;
    std::uint32_t begin = token().begin;
    advance();
    scan.pattern = parse_pattern("a name after `scan`");
    expect(TokenKind::kIn, "`in`", "write `scan xt in x along time { … }`");
    scan.sequence = parse_binary(Binding::kRange);
    expect(TokenKind::kAlong, "`along` and the dimension", "write `scan xt in x along time { … }`");
    scan.along = parse_binary(Binding::kSum);
    if (recover_to_block(brackets)) scan.body = parse_block(BlockRole::kScan, "scan");
    int depth = std::max({scan.sequence->depth, scan.along->depth, scan.body.depth});
    return make(begin, std::move(scan), depth);
}

ast::ExpressionPtr Parser::parse_new() {
    ast::New instance;
    int depth = 0;
    std::uint32_t begin = token().begin;
    advance();
    instance.callee = parse_name("the name of a layer after `new`");
    std::uint32_t opening = token().begin;
    if (!is_panicking_ && (kind() != TokenKind::kLeftParenthesis || token().starts_line)) {
        fail_expected(fmt::format("`(` and the arguments of `{}`", instance.callee.text),
                      fmt::format("write `new {}(…)`; all but the tensors are given here", instance.callee.text));
    }
    if (!is_panicking_) instance.arguments = parse_arguments();
    instance.arguments_range = range_from(opening);
    for (const ast::Argument& argument : instance.arguments) depth = std::max(depth, argument.value->depth);
    return make(begin, std::move(instance), depth);
}

ast::ExpressionPtr Parser::parse_lambda() {
    ast::Lambda lambda;
    int brackets = open_brackets_;
    std::uint32_t begin = token().begin;
    advance();
    Token opening = open_bracket();
    if (kind() != TokenKind::kRightParenthesis) {
        do {
            lambda.parameters.push_back(parse_name("the name of a parameter"));
        } while (accept(TokenKind::kComma));
    }
    close_bracket(TokenKind::kRightParenthesis, opening, "`,` or ");
    if (recover_to_block(brackets)) lambda.body = parse_block(BlockRole::kPlain, "fn");
    int depth = lambda.body.depth;
    return make(begin, std::move(lambda), depth);
}

}  // namespace nncc
