// The parser's state: a cursor over tokens that knows where lines end, and one method per production of the grammar.
#pragma once

#include <algorithm>
#include <bitset>
#include <memory>
#include <string>
#include <vector>

#include "syntax/ast.h"
#include "syntax/diagnostic_kinds.h"
#include "syntax/lexer.h"

namespace nncc {

// How tightly binary operators bind, loosest first. Pipes bind looser than all of these.
enum class Binding { kOr, kAnd, kComparison, kRange, kSum, kTerm, kNone };

// See Note [recovery] at the end of parser.cpp.
class Parser {
  public:
    Parser(const SourceFile& source, Diagnostics& diagnostics);
    std::unique_ptr<ast::File> parse_file();

  private:
    enum class BlockRole { kPlain, kScan };
    using ExpressionPtr = ast::ExpressionPtr;

    // --- parser.cpp: the cursor ---
    const Token& token() const { return lexed_.tokens[index_]; }
    const Token& token_after() const { return lexed_.tokens[std::min(index_ + 1, lexed_.tokens.size() - 1)]; }
    // kNewline where the statement before ends; else the token's kind.
    TokenKind kind() const { return at_newline_ ? TokenKind::kNewline : token().kind; }
    TokenKind kind_after() const { return token_after().kind; }
    std::string_view text(const Token& token) const;
    bool at_statement_end() const;
    void move_to(std::size_t index);
    void advance() { move_to(index_ + 1); }
    void report_lexical_error();
    void skip_newlines() { at_newline_ = false; }
    bool accept(TokenKind kind);
    bool line_ends_before(std::size_t index) const;
    SourceRange range_of(const Token& token) const { return {&source_, token.begin, token.end}; }
    SourceRange range_from(std::uint32_t begin) const;  // to the end of the last token consumed
    SourceRange place_after_previous() const;           // the empty range behind it
    SourceRange found_range() const;
    std::string found_text() const;

    // --- parser.cpp: errors and recovery ---
    // Reports unless an error of this statement was reported before; null then. Parsing of the statement goes on.
    Diagnostic* complain(const DiagnosticKind& kind, SourceRange range, std::string message, std::string hint = "");
    // The same, and the rest of the statement is given up.
    Diagnostic* fail(const DiagnosticKind& kind, SourceRange range, std::string message, std::string hint = "");
    void fail_too_deep(SourceRange range);
    void fail_expected(std::string_view what, std::string hint = "");
    bool expect(TokenKind kind, std::string_view what, std::string hint = "");
    // A word, quoted or not, is one of those that begin items, and what follows fits.
    bool at_item() const { return is_item_at(index_); }
    bool is_item_at(std::size_t index) const;
    bool is_statement_at(std::size_t index) const;
    static bool can_begin_statement(TokenKind kind);
    void skip_braces();
    bool is_stray_brace() const;
    void skip_statement(std::size_t begin);
    void skip_to_item();
    bool recover_to_block(int brackets);
    Token open_bracket();
    bool close_bracket(TokenKind closing, const Token& opening, std::string_view alternative);
    std::string foreign_word_hint() const;
    std::string line_end_hint(std::size_t statement_begin) const;

    // --- parse_items.cpp ---
    ast::Item parse_item();
    ast::Import parse_import();
    ast::Constant parse_constant();
    ast::Function parse_function(ast::FunctionKind kind);
    ast::Function parse_extern();
    ast::Train parse_train();
    ast::TrainEntry parse_train_entry();
    std::vector<ast::Parameter> parse_parameters(ast::FunctionKind kind);
    void parse_results(ast::Function& function);
    ast::TypeSyntax parse_type(bool allows_bound);
    ast::Dimension parse_dimension(bool allows_bound);
    std::string doc_above(std::uint32_t line) const;
    std::string doc_of_file() const;

    // --- parse_statements.cpp ---
    ast::Block parse_block(BlockRole role, std::string_view owner);
    void close_block(ast::Block& block, const Token& opening);
    bool is_leading_minus(std::uint32_t offset) const;
    void check_position(const ast::Statement& statement, BlockRole role);
    ast::Statement parse_statement(BlockRole role);
    ast::Let parse_let();
    ast::StorageDeclaration parse_storage();
    ast::Yield parse_yield(BlockRole role);
    ast::Name parse_name(std::string_view what);
    ast::Pattern parse_pattern(std::string_view what);
    bool expect_assign(std::string_view after);

    // --- parse_expressions.cpp ---
    using ExpressionValue = decltype(ast::Expression::value);
    ExpressionPtr make(std::uint32_t begin, ExpressionValue value, int depth_below);
    ExpressionPtr make_invalid();
    ExpressionPtr parse_expression();
    ExpressionPtr parse_pipe(ExpressionPtr input);
    ExpressionPtr parse_binary(Binding weakest);
    ExpressionPtr parse_unary();
    ExpressionPtr parse_power();
    ExpressionPtr parse_postfix();
    ExpressionPtr parse_index(ExpressionPtr operand);
    ast::IndexItem parse_index_item();
    std::vector<ast::Argument> parse_arguments();
    ast::Argument parse_argument();

    // --- parse_primary.cpp ---
    ExpressionPtr parse_primary();
    ExpressionPtr parse_number();
    ExpressionPtr parse_parenthesised();
    ExpressionPtr parse_list();
    ExpressionPtr parse_if();
    ExpressionPtr parse_for();
    ExpressionPtr parse_scan();
    ExpressionPtr parse_new();
    ExpressionPtr parse_lambda();
    void fail_no_expression();

    // One level deeper for its lifetime; reports when that is too deep.
    class Nesting {
      public:
        explicit Nesting(Parser& parser);
        Nesting(const Nesting&) = delete;
        Nesting& operator=(const Nesting&) = delete;
        ~Nesting() { --parser_.nesting_; }
        bool is_too_deep() const { return parser_.nesting_ > ast::kMaximumDepth; }

      private:
        Parser& parser_;
    };

    const SourceFile& source_;
    Diagnostics& diagnostics_;
    Lexed lexed_;
    std::size_t index_ = 0;            // of the current token
    std::size_t reported_errors_ = 0;  // of lexed_.errors
    std::uint32_t last_error_line_ = 0;
    bool at_newline_ = false;       // a line ended before the current token, and nobody has skipped it yet
    std::uint32_t block_line_ = 0;  // of the `{` of the innermost block
    int open_brackets_ = 0;         // `(` and `[` within the innermost block: lines do not end there
    bool is_depth_reported_ = false;
    int nesting_ = 0;
    bool is_panicking_ = false;       // an error of this statement was reported; silence until it is skipped
    bool is_block_unclosed_ = false;  // a missing `}` was reported; silence about those around it
    std::bitset<64> reported_words_;  // reserved words reported as names: their uses are the same mistake
};

// The depth of what a node holds, for make().
inline int depth_of(const ast::ExpressionPtr& expression) { return expression == nullptr ? 0 : expression->depth; }

}  // namespace nncc
