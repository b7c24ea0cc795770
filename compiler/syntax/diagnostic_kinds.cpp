// What `nncc explain` says about mistakes of the lexer's and the parser's kind.
#include "syntax/diagnostic_kinds.h"

#include <array>

namespace nncc {

const DiagnosticKind kStrayCharacter = {
    "NN0001", "a character that means nothing",
    "The language is made of names, numbers, strings in double quotes, comments that begin with `#`, and the "
    "operators\n"
    "`+ - * / % @ ** == != < <= > >= && || ! |> .. <- -> = , : . ...` with `( ) [ ] { }`. Anything else is refused.\n"
    "\n"
    "    let y = x ^ 2;      `^` and `;` belong to other languages\n"
    "    let y = x ** 2      right\n"
    "\n"
    "Names are of the letters a to z and A to Z, digits and `_`, and begin with a letter."};

const DiagnosticKind kInvalidText = {
    "NN0002", "text that cannot be read",
    "A model is UTF-8 text. Outside comments and strings it is plain ASCII; inside them any visible character may "
    "stand.\n"
    "Control characters, bytes that are not UTF-8, and characters that are invisible or change the direction of the "
    "text\n"
    "are refused, because what one sees would not be what is compiled, or what is written into the emitted C++.\n"
    "\n"
    "Remove the character. If there are many, the file was saved in another encoding: save it as UTF-8."};

const DiagnosticKind kUnterminatedString = {
    "NN0003", "a string without an end",
    "A string begins and ends with `\"` on one line. There are no escapes: a string holds neither `\"` nor a newline.\n"
    "\n"
    "    data = sqlite(\"pima.db)       the closing quote is missing\n"
    "    data = sqlite(\"pima.db\")      right"};

const DiagnosticKind kMalformedNumber = {"NN0004", "something that is almost a number",
                                         "A number is digits, with a fraction and an exponent where wanted: `12`, "
                                         "`0.5`, `1e-8`. Digits stand on both sides of\n"
                                         "the point, numbers are decimal, and a name does not begin with a digit.\n"
                                         "\n"
                                         "    let y = .5 * 2x         neither `.5` nor `2x`\n"
                                         "    let y = 0.5 * 2 * x     right"};

const DiagnosticKind kNumberOutOfRange = {
    "NN0005", "a number that does not fit",
    "Whole numbers go up to 9223372036854775807. Numbers with a fraction or an exponent are kept in double precision, "
    "from\n"
    "about 5e-324 to 1.8e308; beyond, they would silently become infinity or zero.\n"
    "\n"
    "    let big = 1e999                       infinite\n"
    "    let big = 99999999999999999999        does not fit 64 bits\n"
    "    let big = 99999999999999999999.0      right, in double precision"};

const DiagnosticKind kSourceTooLarge = {
    "NN0006", "a model text that is too large",
    "A model's text is at most 512 KiB, so that a wrong path cannot take the memory of the machine. Weights and data "
    "do\n"
    "not belong in it: they are read from files and databases. A model of repeated layers is written with `for`, and\n"
    "parts may live in files of their own, brought in by `import`."};

const DiagnosticKind kUnexpectedToken = {
    "NN0010", "something else was expected",
    "At this place the grammar allows something other than what stands there; the message names both.\n"
    "\n"
    "    fn dense(x f32[batch, n]) { … }      a parameter is a name, `:` and a type\n"
    "    fn dense(x: f32[batch, n]) { … }     right"};

const DiagnosticKind kUnclosedBracket = {"NN0011", "a bracket that is not closed",
                                         "Each `(`, `[` and `{` is closed by its like, innermost first. The note shows "
                                         "the one that was still open where the\n"
                                         "closing one was missed.\n"
                                         "\n"
                                         "    let y = dense(relu(x), 10        `)` is missing\n"
                                         "    let y = dense(relu(x), 10)       right"};

const DiagnosticKind kUnopenedBracket = {"NN0012", "a bracket that closes nothing",
                                         "A `)`, `]` or `}` stands where nothing is open. Either it is one too many, "
                                         "or an opening one is missing before it.\n"
                                         "\n"
                                         "    let y = relu(x))       one too many\n"
                                         "    let y = relu(x)        right"};

const DiagnosticKind kReservedName = {
    "NN0013", "a reserved word as a name",
    "The words `let param state stream carry fit yield if else for scan in along new true false fn` begin statements "
    "and\n"
    "expressions and cannot be names. The words that begin items (`model`, `train`, `optimizer`, `const` …) can.\n"
    "\n"
    "    let state = relu(x)        `state` is reserved\n"
    "    let state_1 = relu(x)      right"};

const DiagnosticKind kExpectedItem = {"NN0014", "something outside of any item",
                                      "A file is a list of items: `import`, `const`, `fn`, `model`, `extern`, "
                                      "`optimizer`, `schedule`, `initializer` and\n"
                                      "`train`. Statements stand only inside the braces of one.\n"
                                      "\n"
                                      "    let width = 128        a statement\n"
                                      "    const width = 128      right"};

const DiagnosticKind kMisplacedItem = {"NN0015", "an item inside a block",
                                       "Functions, models and the other items stand at the top level of the file, not "
                                       "inside each other. A function that is\n"
                                       "only passed on can be written where it is used, as `fn(x) { … }`.\n"
                                       "\n"
                                       "    model m(x: f32[batch, 8]) {\n"
                                       "        fn twice(y: f32[...]) { y + y }      move it above `model`\n"
                                       "        twice(x)\n"
                                       "    }"};

const DiagnosticKind kMissingLineEnd = {
    "NN0016", "two statements on one line",
    "A statement ends with its line. What follows on the same line belongs to it neither by an operator nor by a "
    "bracket.\n"
    "\n"
    "    let y = relu(x) let z = y + 1      two lines, please\n"
    "    relu x                             a call has parentheses: `relu(x)`\n"
    "    return y                           the last expression of a block is its value: `y`\n"
    "    x |> relu + 1                      `|>` binds loosest: `(x |> relu) + 1`"};

const DiagnosticKind kMisplacedLineBreak = {
    "NN0017", "a line that ends too early",
    "A line goes on after an operator, `=` or `,`, inside `( )` and `[ ]`, and where the next one begins with `|>` or "
    "a\n"
    "binary operator. Elsewhere it ends: `else` and `{` stand on the line they continue.\n"
    "\n"
    "    if training { a }\n"
    "    else { b }                     `else` begins a line\n"
    "\n"
    "    if training { a } else { b }   right"};

const DiagnosticKind kLeadingMinus = {"NN0018", "a line that begins with a minus",
                                      "A line that begins with a binary operator continues the line before, but `-` "
                                      "could also begin a negative value; so\n"
                                      "neither is guessed.\n"
                                      "\n"
                                      "    let y = f(x)\n"
                                      "        - x             f(x) - x, or a value of its own?\n"
                                      "\n"
                                      "    let y = f(x) -\n"
                                      "        x               a difference\n"
                                      "    (-x)                a negative value, on a line of its own"};

const DiagnosticKind kDroppedValue = {"NN0019", "a value that nothing uses",
                                      "Only the last expression of a block is its value. One before has no effect, "
                                      "unless it is an `if`, `for` or `scan`\n"
                                      "that rebinds names with `<-`.\n"
                                      "\n"
                                      "    relu(x)                 computed, then dropped\n"
                                      "    dense(x, 10)\n"
                                      "\n"
                                      "    let y = relu(x)         right\n"
                                      "    dense(y, 10)"};

const DiagnosticKind kWrongAssignment = {"NN0020", "`=` where `<-` belongs, or the reverse",
                                         "`let name = value` makes a name, `name <- value` gives a `state`, `stream` "
                                         "or `carry` its next value, and `=` stands\n"
                                         "in the settings of `train`, in named arguments and defaults. `==` compares.\n"
                                         "\n"
                                         "    c = f * c + i * g         neither\n"
                                         "    c <- f * c + i * g        right, for a `stream c`\n"
                                         "    let c2 = f * c + i * g    right, for a new name"};

const DiagnosticKind kPipeTarget = {
    "NN0021", "a pipe into something that is no function's name",
    "`a |> f(b)` means `f(a, b)`. After `|>` stands the name of a function, or a name behind dots, with arguments or\n"
    "without. Other expressions are given a name first.\n"
    "\n"
    "    x |> new dense(64)        not a name\n"
    "    let layer = new dense(64)\n"
    "    x |> layer                right"};

const DiagnosticKind kChainedOperator = {"NN0022", "comparisons or ranges in a chain",
                                         "`==`, `!=`, `<`, `<=`, `>`, `>=` and `..` take two operands and do not "
                                         "chain: `a < b < c` would compare a truth value\n"
                                         "with `c`.\n"
                                         "\n"
                                         "    a < b < c             refused\n"
                                         "    a < b && b < c        right"};

const DiagnosticKind kMisplacedYield = {"NN0023", "a `yield` out of place",
                                        "`yield` gives one step's result of a `scan` and is the last statement of its "
                                        "body, not of a block within, and not of\n"
                                        "any other block.\n"
                                        "\n"
                                        "    scan xt in x along time {\n"
                                        "        h <- tanh(xt + h)\n"
                                        "        yield h\n"
                                        "    }"};

const DiagnosticKind kArgumentOrder = {
    "NN0024", "a positional argument after a named one",
    "Arguments without a name are taken in order and come first; those with a name follow.\n"
    "\n"
    "    conv2d(kernel = 3, 32)       refused\n"
    "    conv2d(32, kernel = 3)       right"};

const DiagnosticKind kMisplacedEllipsis = {"NN0025", "`...` out of place",
                                           "`...` stands for any number of axes: once in a type (`f32[..., n]`), once "
                                           "in an index (`x[..., 0]`), and as the value\n"
                                           "of a named argument (`mean(x, axis = ...)`). It is no value of its own.\n"
                                           "\n"
                                           "    mean(x, ...)             refused\n"
                                           "    mean(x, axis = ...)      right"};

const DiagnosticKind kMisplacedBound = {
    "NN0026", "a bounded dimension out of place",
    "`time <= 512` says that an extent is known only at run time, up to a bound. It stands in the types of a model's\n"
    "inputs, and nowhere else: the functions it calls take the dimension as it is.\n"
    "\n"
    "    fn f(x: f32[batch, time <= 512]) { … }       refused\n"
    "    model m(x: f32[batch, time <= 512]) { … }    right"};

const DiagnosticKind kNestedTooDeep = {
    "NN0027", "nested too deep",
    "Brackets, blocks, and the operators of one expression nest at most 256 deep; a chain of operators or pipes counts "
    "as\n"
    "nested too. Give a part of it a name with `let`, or repeat a layer with `for`.\n"
    "\n"
    "    let y = x |> f |> f |> f …        300 times\n"
    "    let y = for i in 0..300 carry x { f(x) }"};

std::span<const DiagnosticKind* const> syntax_diagnostics() {
    static constexpr std::array<const DiagnosticKind*, 24> kTable = {
        &kStrayCharacter, &kInvalidText,       &kUnterminatedString, &kMalformedNumber,    &kNumberOutOfRange,
        &kSourceTooLarge, &kUnexpectedToken,   &kUnclosedBracket,    &kUnopenedBracket,    &kReservedName,
        &kExpectedItem,   &kMisplacedItem,     &kMissingLineEnd,     &kMisplacedLineBreak, &kLeadingMinus,
        &kDroppedValue,   &kWrongAssignment,   &kPipeTarget,         &kChainedOperator,    &kMisplacedYield,
        &kArgumentOrder,  &kMisplacedEllipsis, &kMisplacedBound,     &kNestedTooDeep};
    return kTable;
}

}  // namespace nncc
