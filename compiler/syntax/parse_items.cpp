// Items: the productions of a file down to the blocks and expressions in it.
#include <algorithm>

#include "syntax/parser_state.h"

namespace nncc {

namespace {

std::string item_hint(std::string_view word) {
    std::string nearest = nearest_name(std::string(word), {item_words().begin(), item_words().end()});
    if (!nearest.empty()) return fmt::format("did you mean `{}`?", nearest);
    return fmt::format("an item begins with {}", fmt::join(item_words(), ", "));
}

ast::FunctionKind function_kind(std::string_view word) {
    if (word == "model") return ast::FunctionKind::kModel;
    if (word == "optimizer") return ast::FunctionKind::kOptimizer;
    if (word == "schedule") return ast::FunctionKind::kSchedule;
    if (word == "initializer") return ast::FunctionKind::kInitializer;
    return ast::FunctionKind::kFunction;
}

}  // namespace

std::unique_ptr<ast::File> Parser::parse_file() {
    auto file = std::make_unique<ast::File>();
    file->source = &source_;
    file->doc = doc_of_file();
    while (kind() != TokenKind::kEnd) {
        skip_newlines();
        bool is_item = at_item() || kind() == TokenKind::kFn ||
                       (kind() == TokenKind::kName &&
                        std::find(item_words().begin(), item_words().end(), text(token())) != item_words().end());
        if (!is_item) {
            if (kind() == TokenKind::kRightBrace) {
                fail(kUnopenedBracket, range_of(token()), "this `}` closes nothing",
                     "remove it, or add the `{` it belongs to");
            } else if (kind() == TokenKind::kMinus) {
                fail(kLeadingMinus, range_of(token()), "a line cannot begin with `-`",
                     "end the line before with the `-` to subtract");
            } else {
                bool is_constant = kind() == TokenKind::kLet || kind_after() == TokenKind::kAssign;
                fail(kExpectedItem, range_of(token()), fmt::format("expected an item, found {}", found_text()),
                     is_constant ? "at the top level a value is named with `const`" : item_hint(text(token())));
            }
            is_panicking_ = true;
            if (!at_item()) advance();
            skip_to_item();
            continue;
        }
        file->items.push_back(parse_item());
        if (!is_panicking_ && kind() != TokenKind::kNewline && kind() != TokenKind::kEnd) {
            bool is_brace = kind() == TokenKind::kRightBrace;
            fail(is_brace ? kUnopenedBracket : kMissingLineEnd, range_of(token()),
                 is_brace ? "this `}` closes nothing"
                          : fmt::format("expected the end of the line, found {}", found_text()),
                 is_brace ? "remove it, or add the `{` it belongs to" : "an item ends with its line");
        }
        if (is_panicking_) skip_to_item();
        is_block_unclosed_ = false;
    }
    return file;
}

ast::Item Parser::parse_item() {
    Token first = token();
    std::string_view word = text(first);
    ast::Item item;
    item.doc = doc_above(first.line);
    is_depth_reported_ = false;
    advance();
    if (word == "import") {
        item.value = parse_import();
    } else if (word == "const") {
        item.value = parse_constant();
    } else if (word == "extern") {
        item.value = parse_extern();
    } else if (word == "train") {
        item.value = parse_train();
    } else {
        item.value = parse_function(function_kind(word));
    }
    item.range = range_from(first.begin);
    return item;
}

ast::Import Parser::parse_import() {
    ast::Import import;
    import.path_range = found_range();
    std::string_view quoted = text(token());
    if (!expect(TokenKind::kString, "the file's name in quotes after `import`")) return import;
    import.path = quoted.substr(1, quoted.size() - 2);
    return import;
}

ast::Constant Parser::parse_constant() {
    ast::Constant constant;
    constant.name = parse_name("the name of the constant");
    if (!is_panicking_ && kind() == TokenKind::kColon) {
        fail(kUnexpectedToken, range_of(token()), "a constant has no type of its own, found `:`",
             fmt::format("write `const {} = …`", constant.name.text));
    }
    expect_assign("the name of the constant");
    constant.value = parse_expression();
    return constant;
}

ast::Function Parser::parse_function(ast::FunctionKind function_kind) {
    ast::Function function;
    function.kind = function_kind;
    function.name = parse_name("a name");
    bool has_results = function_kind == ast::FunctionKind::kFunction || function_kind == ast::FunctionKind::kModel;
    std::uint32_t begin = token().begin;
    function.parameters = parse_parameters(function_kind);
    function.parameters_range = range_from(begin);
    // Without parameters it is not known what the block after them means.
    if (is_panicking_ && function.parameters_range.begin == function.parameters_range.end) return function;
    if (has_results) {
        parse_results(function);
    } else if (!is_panicking_ && kind() == TokenKind::kArrow) {
        fail(kUnexpectedToken, range_of(token()), "only `fn`, `model` and `extern` have a result type, found `->`",
             "remove the type");
    }
    if (recover_to_block(0)) function.body = parse_block(BlockRole::kPlain, function.name.text);
    return function;
}

ast::Function Parser::parse_extern() {
    ast::Function function;
    function.kind = ast::FunctionKind::kExtern;
    function.header_range = found_range();
    std::string_view quoted = text(token());
    if (!expect(TokenKind::kString, "the header's name in quotes after `extern`")) return function;
    function.header = quoted.substr(1, quoted.size() - 2);
    if (!expect(TokenKind::kFn, "`fn`", "write `extern \"effects.h\" fn name(x: f32) -> f32`")) return function;
    function.name = parse_name("the name of the function");
    std::uint32_t begin = token().begin;
    function.parameters = parse_parameters(function.kind);
    function.parameters_range = range_from(begin);
    if (expect(TokenKind::kArrow, "`->` and a type", "a function of C++ states its result: `-> f32`")) {
        function.result = parse_type(false);
    }
    if (!is_panicking_ && kind() == TokenKind::kLeftBrace) {
        fail(kUnexpectedToken, range_of(token()), "an `extern` function has no body, found `{`",
             "its body is in the C++ header; a function of this language begins with `fn`");
    }
    return function;
}

std::vector<ast::Parameter> Parser::parse_parameters(ast::FunctionKind function_kind) {
    std::vector<ast::Parameter> parameters;
    if (is_panicking_) return parameters;
    if (kind() != TokenKind::kLeftParenthesis) {
        fail_expected("`(` and the parameters", "a function without parameters has `()`");
        return parameters;
    }
    Token opening = open_bracket();
    while (!is_panicking_ && kind() != TokenKind::kRightParenthesis) {
        ast::Parameter parameter;
        std::uint32_t begin = token().begin;
        parameter.name = parse_name("a parameter or `)`");
        if (expect(TokenKind::kColon, fmt::format("`:` and the type of `{}`", parameter.name.text),
                   fmt::format("write `{}: f32[…]`, or `{}: int` for a compile-time value", parameter.name.text,
                               parameter.name.text))) {
            parameter.type = parse_type(function_kind == ast::FunctionKind::kModel);
        }
        if (accept(TokenKind::kAssign)) parameter.default_value = parse_expression();
        parameter.range = range_from(begin);
        parameters.push_back(std::move(parameter));
        if (!accept(TokenKind::kComma)) break;
    }
    close_bracket(TokenKind::kRightParenthesis, opening, "`,` or ");
    return parameters;
}

void Parser::parse_results(ast::Function& function) {
    if (!is_panicking_ && kind() == TokenKind::kNewline && token().kind == TokenKind::kArrow) {
        complain(kMisplacedLineBreak, range_of(token()), "`->` begins a line", "put it on the line of the `)` before");
        skip_newlines();
    }
    if (!accept(TokenKind::kArrow)) return;
    if (kind() != TokenKind::kLeftBracket) {
        function.result = parse_type(false);
        return;
    }
    Token opening = open_bracket();
    do {
        ast::NamedResult result;
        std::uint32_t begin = token().begin;
        result.name = parse_name("the name of a result");
        if (expect(TokenKind::kColon, fmt::format("`:` and the type of `{}`", result.name.text))) {
            result.type = parse_type(false);
        }
        result.range = range_from(begin);
        function.named_results.push_back(std::move(result));
    } while (accept(TokenKind::kComma));
    close_bracket(TokenKind::kRightBracket, opening, "`,` or ");
}

ast::TypeSyntax Parser::parse_type(bool allows_bound) {
    ast::TypeSyntax type;
    std::uint32_t begin = token().begin;
    // `fn` is the type of functions.
    if (kind() == TokenKind::kFn) {
        type.name = {"fn", range_of(token())};
        advance();
    } else {
        std::string_view found = text(token());
        SourceRange range = found_range();
        if (expect(TokenKind::kName, "a type", "a type is `f32[batch, 8]`, or `int` for a compile-time value")) {
            type.name = {std::string(found), range};
        }
    }
    if (!is_panicking_ && kind() == TokenKind::kLeftBracket && !token().starts_line) {
        type.has_shape = true;
        Token opening = open_bracket();
        bool has_ellipsis = false;
        while (!is_panicking_ && kind() != TokenKind::kRightBracket) {
            type.dimensions.push_back(parse_dimension(allows_bound));
            const ast::Dimension& dimension = type.dimensions.back();
            if (dimension.is_ellipsis && has_ellipsis) {
                complain(kMisplacedEllipsis, dimension.range, "a second `...` in one type",
                         "one `...` stands for all such axes");
            }
            has_ellipsis |= dimension.is_ellipsis;
            if (!accept(TokenKind::kComma)) break;
            if (kind() == TokenKind::kRightBracket) fail_expected("a dimension", "remove the `,`");
        }
        close_bracket(TokenKind::kRightBracket, opening, "`,` or ");
    }
    type.range = range_from(begin);
    return type;
}

ast::Dimension Parser::parse_dimension(bool allows_bound) {
    ast::Dimension dimension;
    std::uint32_t begin = token().begin;
    if (accept(TokenKind::kEllipsis)) {
        dimension.is_ellipsis = true;
    } else {
        dimension.extent = parse_binary(Binding::kSum);
        SourceRange range = found_range();
        if (accept(TokenKind::kLessEqual)) {
            if (!allows_bound) {
                complain(kMisplacedBound, range, "a bound stands only in the types of a model's inputs",
                         "write the dimension without `<=`");
            }
            dimension.bound = parse_binary(Binding::kSum);
        }
    }
    dimension.range = range_from(begin);
    return dimension;
}

ast::Train Parser::parse_train() {
    ast::Train train;
    train.model = parse_name("the name of the model to train");
    if (!is_panicking_ && kind() == TokenKind::kNewline && token().kind == TokenKind::kLeftBrace) {
        complain(kMisplacedLineBreak, range_of(token()), "`{` begins a line", "put it on the line before");
        skip_newlines();
    }
    if (!is_panicking_ && kind() != TokenKind::kLeftBrace) fail_expected("`{` and the settings");
    if (!recover_to_block(0)) return train;
    Token opening = token();
    advance();
    ast::Block block;  // only closes like one
    block_line_ = opening.line;
    while (true) {
        skip_newlines();
        if (kind() == TokenKind::kRightBrace || kind() == TokenKind::kEnd || at_item()) break;
        std::size_t begin = index_;
        train.entries.push_back(parse_train_entry());
        if (!is_panicking_ && !at_statement_end()) {
            fail(kMissingLineEnd, range_of(token()),
                 fmt::format("expected the end of the line, found {}", found_text()), line_end_hint(begin));
        }
        if (is_panicking_) skip_statement(begin);
    }
    close_block(block, opening);
    train.body_range = block.range;
    return train;
}

ast::TrainEntry Parser::parse_train_entry() {
    ast::TrainEntry entry;
    std::uint32_t begin = token().begin;
    if (kind() == TokenKind::kLet) {
        complain(kWrongAssignment, range_of(token()), "`let` has no place in `train`", "write `name = value`");
        advance();
    }
    entry.pattern = parse_pattern("a setting");
    if (accept(TokenKind::kColon)) entry.type = parse_type(false);
    expect_assign("the setting");
    entry.value = parse_expression();
    entry.range = range_from(begin);
    return entry;
}

// The comments on the lines directly above, as one text.
std::string Parser::doc_above(std::uint32_t line) const {
    auto after = std::lower_bound(lexed_.comments.begin(), lexed_.comments.end(), line,
                                  [](const Comment& comment, std::uint32_t value) { return comment.line < value; });
    auto first = after;
    while (first != lexed_.comments.begin() &&
           std::prev(first)->line + static_cast<std::uint32_t>(after - first) + 1 == line) {
        --first;
    }
    std::string doc;
    for (auto comment = first; comment != after; ++comment) {
        if (comment != first) doc += '\n';
        doc += comment->text;
    }
    return doc;
}

std::string Parser::doc_of_file() const {
    std::uint32_t line = 1;
    for (const Comment& comment : lexed_.comments) {
        if (comment.line != line) break;
        ++line;
    }
    return line == 1 ? "" : doc_above(line);
}

}  // namespace nncc
