// The syntax tree of one .nn file: one plain struct per production of the grammar, each with the range it came from.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/source.h"

namespace nncc::ast {

// No tree is deeper than this, whatever the input: walking it recursively is safe.
constexpr int kMaximumDepth = 256;

struct Expression;
struct Statement;
using ExpressionPtr = std::unique_ptr<Expression>;  // never null, unless its declaration says when

struct Name {
    std::string text;
    SourceRange range;
};

// `x`, or `[a, b]` (is_list), which may have one name only.
struct Pattern {
    bool is_list = false;
    std::vector<Name> names;
    SourceRange range;
};

// --- types ---

// One axis: `...`, an extent, or `extent <= bound`.
struct Dimension {
    bool is_ellipsis = false;
    ExpressionPtr extent;  // null for `...`
    ExpressionPtr bound;   // null when not bounded
    SourceRange range;
};

// `f32[batch, 8]`, `f32` (a scalar), or a compile-time kind: `int`, `initializer`. Which words are types, semantics
// knows.
struct TypeSyntax {
    Name name;
    std::vector<Dimension> dimensions;
    bool has_shape = false;  // tells `f32[]` from `f32`; both mean a scalar
    SourceRange range;
};

// --- blocks ---

struct Block {
    std::vector<Statement> statements;
    SourceRange range;  // with the braces
    int depth = 1;      // of the tree below, for the limit
};

// --- expressions; the range is in Expression ---

// `3`: at most 2^63 - 1; a minus sign is a Unary around it.
struct IntegerLiteral {
    std::int64_t value = 0;
    std::string text;
};
// `1e-8`, `0.5`: finite.
struct FloatLiteral {
    double value = 0;
    std::string text;
};
struct StringLiteral {
    std::string value;  // the bytes between the quotes; valid UTF-8 without control characters
};
struct BooleanLiteral {
    bool value = false;
};
struct NameUse {
    std::string name;
};
// `...` as the value of a named argument: `mean(x, axis = ...)`.
struct EllipsisLiteral {};
struct ListLiteral {
    std::vector<ExpressionPtr> elements;
};

enum class UnaryOperator { kNegate, kNot };
struct Unary {
    UnaryOperator op = UnaryOperator::kNegate;
    SourceRange operator_range;
    ExpressionPtr operand;
};

enum class BinaryOperator {
    kAdd,
    kSubtract,
    kMultiply,
    kDivide,
    kRemainder,
    kMatrixMultiply,  // `@`
    kPower,           // `**`
    kEqual,
    kNotEqual,
    kLess,
    kLessEqual,
    kGreater,
    kGreaterEqual,
    kAnd,
    kOr,
};
struct Binary {
    BinaryOperator op = BinaryOperator::kAdd;
    SourceRange operator_range;
    ExpressionPtr left;
    ExpressionPtr right;
};

// `first..last`, last not included.
struct RangeExpression {
    ExpressionPtr first;
    ExpressionPtr last;
};

// `value` or `name = value`. Positional ones come before named ones.
struct Argument {
    std::optional<Name> name;
    ExpressionPtr value;
    SourceRange range;
};

struct Call {
    ExpressionPtr callee;
    std::vector<Argument> arguments;
    SourceRange arguments_range;  // with the parentheses
};

// `input |> a.b(arguments)`; the parentheses may be missing.
struct Pipe {
    ExpressionPtr input;
    std::vector<Name> callee;  // the words between the dots; at least one
    std::vector<Argument> arguments;
    SourceRange operator_range;
    SourceRange call_range;  // from the callee to the end of the arguments
};

// One index of `x[..., 0, 1:4:2]`.
struct IndexItem {
    enum class Kind { kEllipsis, kElement, kSlice };
    Kind kind = Kind::kElement;
    ExpressionPtr element;  // kElement only
    ExpressionPtr start;    // the three of a kSlice: each null when left out
    ExpressionPtr stop;
    ExpressionPtr step;
    SourceRange range;
};
struct Index {
    ExpressionPtr operand;
    std::vector<IndexItem> items;  // at least one, at most one `...`
    SourceRange items_range;       // with the brackets
};

struct Member {
    ExpressionPtr operand;
    Name name;
};

struct IfBranch {
    ExpressionPtr condition;
    Block body;
};
struct If {
    std::vector<IfBranch> branches;  // `if`, then each `else if`
    std::optional<Block> otherwise;  // `else`
};
struct For {
    Pattern pattern;
    ExpressionPtr sequence;
    std::optional<Pattern> carry;
    Block body;
};
struct Scan {
    Pattern pattern;
    ExpressionPtr sequence;
    ExpressionPtr along;
    Block body;
};
struct New {
    Name callee;
    std::vector<Argument> arguments;
    SourceRange arguments_range;
};
struct Lambda {  // `fn(x) { … }`
    std::vector<Name> parameters;
    Block body;
};
// What could not be read; only in trees of files with errors.
struct InvalidExpression {};

struct Expression {
    SourceRange range;  // with the parentheses around it, if any
    std::variant<InvalidExpression, IntegerLiteral, FloatLiteral, StringLiteral, BooleanLiteral, NameUse,
                 EllipsisLiteral, ListLiteral, Unary, Binary, RangeExpression, Call, Pipe, Index, Member, If, For, Scan,
                 New, Lambda>
        value;
    int depth = 1;  // of the tree below, for the limit
};

// --- statements ---

struct Let {
    Pattern pattern;
    ExpressionPtr value;
};
enum class StorageKeyword { kParam, kState, kStream, kCarry, kFit };
struct StorageDeclaration {  // `param w: f32[a, b] = init`
    StorageKeyword keyword = StorageKeyword::kParam;
    Name name;
    std::optional<TypeSyntax> type;
    ExpressionPtr initializer;
};
struct Assignment {  // `name <- value`
    Name name;
    ExpressionPtr value;
};
struct Yield {
    ExpressionPtr value;
};
// The last of a block is its value; one before is an If, a For or a Scan.
struct ExpressionStatement {
    ExpressionPtr value;
};
struct Statement {
    SourceRange range;
    std::variant<Let, StorageDeclaration, Assignment, Yield, ExpressionStatement> value;
};

// --- items ---

struct Parameter {
    Name name;
    TypeSyntax type;
    ExpressionPtr default_value;  // null when there is none
    SourceRange range;
};

struct NamedResult {  // `-> [mean: f32[batch, 1], spread: f32[batch, 1]]`
    Name name;
    TypeSyntax type;
    SourceRange range;
};

struct Import {
    std::string path;
    SourceRange path_range;  // with the quotes
};
struct Constant {
    Name name;
    ExpressionPtr value;
};
enum class FunctionKind { kFunction, kModel, kExtern, kOptimizer, kSchedule, kInitializer };
struct Function {
    FunctionKind kind = FunctionKind::kFunction;
    Name name;
    std::vector<Parameter> parameters;
    SourceRange parameters_range;            // with the parentheses
    std::optional<TypeSyntax> result;        // `-> type`
    std::vector<NamedResult> named_results;  // `-> [a: type, …]`; then `result` is empty
    Block body;                              // empty for kExtern
    std::string header;                      // kExtern only: "effects.h"
    SourceRange header_range;
};
struct TrainEntry {  // `pattern: type = value`
    Pattern pattern;
    std::optional<TypeSyntax> type;
    ExpressionPtr value;
    SourceRange range;
};
struct Train {
    Name model;
    std::vector<TrainEntry> entries;
    SourceRange body_range;  // with the braces
};
struct Item {
    SourceRange range;
    std::string doc;  // the `#` lines directly above, without `# `, joined by newlines
    std::variant<Import, Constant, Function, Train> value;
};

struct File {
    const SourceFile* source = nullptr;
    std::string doc;  // the `#` lines at the very top; the first item's doc as well when it follows at once
    std::vector<Item> items;
};

}  // namespace nncc::ast
