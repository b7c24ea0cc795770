// What `nncc explain` says about each mistake the semantics reports.
#include "semantics/diagnostic_kinds.h"

#include <array>

namespace nncc {

const DiagnosticKind kUnknownName = {
    "NN0101", "a name that is unknown",
    "A name is an argument, a `let`, a dimension of the signature, a storage, an item of the file or of an import, a\n"
    "function of the library, or one that is built in. Names are read from the innermost block outwards.\n"
    "\n"
    "    x |> dnse(10)      `dense` is meant"};

const DiagnosticKind kDeclaredTwice = {"NN0102", "a name that is declared twice",
                                       "Items of a file and its imports share one set of names, and so do the entries "
                                       "of a `train` block. Rename one of the\n"
                                       "two. (An item may hide one of the library, and a `let` an earlier `let`.)\n"
                                       "\n"
                                       "    const width = 64\n"
                                       "    fn width(x: f32[...]) { x }      a clash"};

const DiagnosticKind kMissingArgument = {"NN0103", "an argument that is missing",
                                         "An argument without a default has to be given, by position or by name. In a "
                                         "pipe the value on the left is the first\n"
                                         "argument. A `param` and a `state` need their type.\n"
                                         "\n"
                                         "    x |> dense             `units` is missing\n"
                                         "    x |> dense(10)         right"};

const DiagnosticKind kTooManyArguments = {
    "NN0104", "too many arguments",
    "More arguments are given by position than the function has. In a pipe the value on the left counts as the first.\n"
    "\n"
    "    x |> relu(0.1)         `relu` takes x alone; `leaky_relu` has a slope"};

const DiagnosticKind kUnknownArgument = {
    "NN0105", "an argument the function does not have",
    "An argument given by name must be one of the function's. The names are those of its declaration.\n"
    "\n"
    "    dense(x, unit = 10)    `units` is meant"};

const DiagnosticKind kArgumentTwice = {"NN0106", "an argument given twice",
                                       "An argument is given once: by position or by name.\n"
                                       "\n"
                                       "    dense(x, 10, units = 10)      `units` is the second argument already"};

const DiagnosticKind kWrongKind = {"NN0107", "a value of the wrong kind",
                                   "Arguments of type int, float, bool, string, ints, fn, initializer, schedule and "
                                   "optimizer are known at compile time;\n"
                                   "those of type f32, i32 or bool with a shape are tensors. One does not stand for "
                                   "the other, except that a number does\n"
                                   "for a scalar tensor, an initializer and a schedule.\n"
                                   "\n"
                                   "    dense(x, units = \"ten\")       a string where an int belongs"};

const DiagnosticKind kNotCallable = {
    "NN0108", "something that cannot be called",
    "Only functions, layers made by `new`, optimizers, schedules and initializers are called.\n"
    "\n"
    "    let y = dense(x, 10)\n"
    "    y(x)                          y is a tensor; `let f = new dense(10)` can be called"};

const DiagnosticKind kNoValue = {"NN0109", "a body without a value",
                                 "The value of a block is its last statement, when that is an expression. A function, "
                                 "a model, the body of a `for` with\n"
                                 "`carry` and the right side of a `let` need one.\n"
                                 "\n"
                                 "    fn double(x: f32[...]) { let y = 2 * x }      y is never given back\n"
                                 "    fn double(x: f32[...]) { 2 * x }              right"};

const DiagnosticKind kRecursion = {"NN0110", "a function that calls itself",
                                   "Calls are inlined when the model is compiled, so a function may not call itself, "
                                   "directly or through others. A `for`\n"
                                   "repeats a block a number of times known at compile time.\n"
                                   "\n"
                                   "    fn f(x: f32[...]) { f(x) }"};

const DiagnosticKind kNotCompileTime = {"NN0111", "a value that is known only at run time",
                                        "`if`, `for`, axes, shapes and arguments of type int, float or bool are "
                                        "decided when the model is compiled. Tensors, and\n"
                                        "the extents of free dimensions, have no value then.\n"
                                        "\n"
                                        "    if x > 0 { x } else { 0 }     x is a tensor\n"
                                        "    where(x > 0, x, 0)            right: chosen for each element"};

const DiagnosticKind kUnusedName = {"NN0112", "a name that nothing uses",
                                    "A `let` whose name is never read is often a slip: a line that was meant to take "
                                    "part, or a misspelt name. Remove it, or\n"
                                    "use it. This is a warning: the model compiles.\n"
                                    "\n"
                                    "    let y = dense(x, 10)\n"
                                    "    relu(x)                       y is meant"};

const DiagnosticKind kNotSupported = {"NN0114", "part of the language that this version does not compile",
                                      "The construct is part of the language and is read, but this version cannot "
                                      "compile it. It is refused, so that nothing\n"
                                      "is quietly left out. The guide in models/README.md lists what is supported."};

const DiagnosticKind kCannotAssign = {"NN0115", "`<-` to something that is no state",
                                      "`<-` gives a `state` its next value, and in an optimizer the `parameter`. Other "
                                      "names are bound once; `let` binds one\n"
                                      "anew.\n"
                                      "\n"
                                      "    let total = 0\n"
                                      "    total <- total + 1            total is no state\n"
                                      "    let total = total + 1         right"};

const DiagnosticKind kStoragesDiffer = {
    "NN0116", "parameters that depend on the entry",
    "The model is elaborated once for inference and once for training, and both must have the same parameters, states "
    "and\n"
    "fitted values: a weight file holds one set. Declare them outside of `if training`; use them within.\n"
    "\n"
    "    if training { param w: f32[8] = ones  x * w } else { x }"};

const DiagnosticKind kWrongCount = {
    "NN0117", "a list of another length",
    "`let [a, b] = …` takes a list apart: it needs as many names as the list has elements.\n"
    "\n"
    "    let [a, b] = split(x, 3)      three parts"};

const DiagnosticKind kNoModel = {"NN0118", "no model to compile",
                                 "A file has one model, or one named as the file, or the one named by `--model`. A "
                                 "`train` block names the model it\n"
                                 "trains.\n"
                                 "\n"
                                 "    train pimq { … }              no model has that name"};

const DiagnosticKind kWrongSetting = {
    "NN0119", "a setting of a `train` block that does not fit",
    "The settings are data, loss, metrics, optimizer, gradient, batch, epochs, validation, seed and freeze. `data` is\n"
    "sqlite(…), csv(…) or npz(…). A key that is an input of the model feeds it from column(…), columns(…) or array(…), "
    "with as\n"
    "many columns as a row has elements; any other key defines a name.\n"
    "\n"
    "    x = columns(\"a\", \"b\")         for an input f32[batch, 3]: one is missing"};

const DiagnosticKind kUnusedSetting = {"NN0120", "a key of a `train` block that nothing uses",
                                       "A key that is no setting and no input defines a name for the loss, the metrics "
                                       "or other keys. When nothing reads it, it\n"
                                       "is probably a misspelt setting. This is a warning: the model compiles.\n"
                                       "\n"
                                       "    epoch = 100                   `epochs` is meant"};

const DiagnosticKind kUnboundDimension = {"NN0121", "a free dimension without a value",
                                          "A dimension of a model's input that is no number is free. It is bound when "
                                          "the model is compiled, by `-D time=64`, or\n"
                                          "bounded, by `-D 'time<=512'` or `time <= 512` in the type. One that is not "
                                          "bound is 1. (`batch` is 1 without a word.)"};

const DiagnosticKind kImportFailed = {
    "NN0122", "a file that cannot be imported",
    "`import \"blocks.nn\"` is looked for beside the importing file, then in the folders of `-I`."};

const DiagnosticKind kModelTooLarge = {"NN0123", "a model that is too large",
                                       "Calls are inlined and `for` is unrolled, so a short text can become a very "
                                       "large graph. The limits on steps, nodes,\n"
                                       "storages and nesting are far above any model that could be compiled in "
                                       "reasonable time; the model is most likely not\n"
                                       "what was meant, as in `for i in 0..1000000`."};

const DiagnosticKind kFitDependence = {"NN0124", "a fitted value that depends on more than the data",
                                       "A `fit` is computed once over the training rows, before any training. So it "
                                       "may depend on the model's inputs and other\n"
                                       "fits, and not on parameters, states or random bits.\n"
                                       "\n"
                                       "    fit center = mean(dense(x, 4), axis = 0)      depends on the weights"};

const DiagnosticKind kWrongDefine = {
    "NN0125", "a `-D` that does not fit",
    "`-D name=value` binds a free dimension of the model's inputs, an argument of the model, or a `const`; the value "
    "has the\n"
    "type of what it binds, and a dimension is at least 1. `-D 'time<=512'` bounds a dimension.\n"
    "\n"
    "    nncc m.nn -D batch=0"};

const DiagnosticKind kCompileTimeArithmetic = {"NN0126", "arithmetic on numbers that cannot be done",
                                               "Whole numbers known at compile time are exact and of 64 bits. Division "
                                               "by zero, a result that does not fit, and a\n"
                                               "negative extent are errors.\n"
                                               "\n"
                                               "    param w: f32[width - 100]     negative for a width of 64"};

const DiagnosticKind kLossNotScalar = {"NN0127", "a loss or metric that is not one number",
                                       "A loss and a metric are one number over all rows: a scalar.\n"
                                       "\n"
                                       "    loss = (output - y) ** 2                 one for each row\n"
                                       "    loss = mean((output - y) ** 2)           right"};

const DiagnosticKind kNoMember = {"NN0128", "a member that does not exist",
                                  "A layer made by `new` has its parameters as members, once it has been applied.\n"
                                  "\n"
                                  "    let table = new embedding(65, 32)\n"
                                  "    let x = table(tokens)\n"
                                  "    x @ transpose(table.w)        the weight, used a second time"};

const DiagnosticKind kMisplaced = {"NN0129", "something in the wrong place",
                                   "Storages are declared in models and the functions they call; an optimizer has "
                                   "`state` only; `...` stands in types of\n"
                                   "functions with arguments that have it.\n"
                                   "\n"
                                   "    loss = mean(dense(output, 1) - y)        a layer with parameters of its own"};

const DiagnosticKind kNoProcess = {
    "NN0130", "a model that cannot run block by block",
    "A model with a `stream` and an input with a dimension named `time` gets the entry `process`, which takes a live\n"
    "signal block by block and gives what it would give for all of it at once. What needs all of time, such as a mean\n"
    "over it or a scan of a reversed slice, cannot be computed so; such a model has no `process`, and all else is as\n"
    "it was. A `carry` in place of the `stream` says that nothing lives on.\n"
    "\n"
    "    stream h: f32[batch, 8] = zeros\n"
    "    let all = scan xt in x[:, ::-1] along time { ... }    needs the last step first"};

const DiagnosticKind kRefusedArgument = {
    "NN0131", "an argument that a function refuses",
    "A function may refuse what it is given: `fail` ends the compilation where it is "
    "reached, with a message made of\n"
    "texts and numbers, at the call outside of the library.\n"
    "\n"
    "    lstm(x, 8, order = \"fiog\")      no order of gates that `lstm` knows\n"
    "    if heads < 1 { fail(\"heads is \", heads) }"};

const DiagnosticKind kShapesDiffer = {"NN0250", "shapes that do not fit together",
                                      "Shapes align at the last axis, as in NumPy: extents are equal, or one of them "
                                      "is 1 or absent and stretches. Extents are\n"
                                      "compared by name: `batch` is not 1, even when it is bound to 1.\n"
                                      "\n"
                                      "    x: f32[batch, 8]   y: f32[batch, 4]   x + y"};

const DiagnosticKind kOuterBroadcast = {"NN0251", "an operation that would widen both operands",
                                        "One operand must have the result's shape already. `[batch] - [batch, 1]` "
                                        "would be [batch, batch] in NumPy, which is the\n"
                                        "most common silent mistake in losses; here it is refused. Reshape one, or "
                                        "write `broadcast(x, shape)` where the wide\n"
                                        "result is meant.\n"
                                        "\n"
                                        "    mean((reshape(p, [batch]) - y) ** 2)     with y [batch, 1]"};

const DiagnosticKind kSignatureMismatch = {
    "NN0253", "an argument whose shape does not fit the declaration",
    "A lower-case name in a declared shape stands for an extent, and for the same one wherever it occurs in the call; "
    "`...`\n"
    "for any number of axes. Dimension arithmetic is solved for the one name that is open, without remainder.\n"
    "\n"
    "    fn pairs(x: f32[batch, 2 * n]) { … }     an extent of 7 is not 2 * n"};

const DiagnosticKind kDimensionRemainder = {
    "NN0254", "a division of whole numbers with a remainder",
    "Int with int is exact. Where a fraction is meant, one of the two is written as a float.\n"
    "\n"
    "    width / heads                 64 / 5 leaves a remainder\n"
    "    sqrt(6 / fan_in)              6.0 / fan_in is meant"};

const DiagnosticKind kWrongResult = {
    "NN0255", "a value that is not of the declared type",
    "The value of a function or model, of `<-` and of a `fit` with a type, must be of the type that is declared.\n"
    "\n"
    "    model m(x: f32[batch, 8]) -> f32[batch, 1] { dense(x, 2) }"};

const DiagnosticKind kWrongAxis = {"NN0256", "an axis that does not exist",
                                   "An axis is a number (negative: from the end), the name of a dimension that exactly "
                                   "one axis has as its extent, a list of\n"
                                   "these, or `...`: the axes that `...` of the signature matched.\n"
                                   "\n"
                                   "    sum(x, axis = 2)              x has two axes, 0 and 1"};

const DiagnosticKind kIndexOutOfRange = {
    "NN0257", "an index that is out of range",
    "An index is at least minus the extent and less than the extent. Slices are clamped, as in Python.\n"
    "\n"
    "    x[:, 8]                       the last of f32[batch, 8] is x[:, 7], or x[:, -1]"};

const DiagnosticKind kWrongEquation = {"NN0258", "an equation of einsum that does not fit",
                                       "One letter for each axis of each operand, operands separated by commas, then "
                                       "`->` and the letters of the result, each\n"
                                       "once. `...` stands for leading axes.\n"
                                       "\n"
                                       "    einsum(\"bik, bkj -> bij\", a, b)"};

const DiagnosticKind kDTypesDiffer = {
    "NN0260", "element types that do not fit together",
    "f32, i32 and bool are not converted by themselves; `f32(x)`, `i32(x)` and `cast(x, \"f32\")` convert. Numbers "
    "known at\n"
    "compile time take the type of the tensor they meet, but a float does not become an i32.\n"
    "\n"
    "    tokens * 0.5                  tokens is i32"};

const DiagnosticKind kOperandRefused = {
    "NN0261", "an operand that the operation does not take",
    "The operation does not take operands of that type or shape; the message says which it takes."};

std::span<const DiagnosticKind* const> semantics_diagnostics() {
    static constexpr std::array kKinds = {
        &kUnknownName,
        &kDeclaredTwice,
        &kMissingArgument,
        &kTooManyArguments,
        &kUnknownArgument,
        &kArgumentTwice,
        &kWrongKind,
        &kNotCallable,
        &kNoValue,
        &kRecursion,
        &kNotCompileTime,
        &kUnusedName,
        &kNotSupported,
        &kCannotAssign,
        &kStoragesDiffer,
        &kWrongCount,
        &kNoModel,
        &kWrongSetting,
        &kUnusedSetting,
        &kUnboundDimension,
        &kImportFailed,
        &kModelTooLarge,
        &kFitDependence,
        &kWrongDefine,
        &kCompileTimeArithmetic,
        &kLossNotScalar,
        &kNoMember,
        &kMisplaced,
        &kNoProcess,
        &kRefusedArgument,
        &kShapesDiffer,
        &kOuterBroadcast,
        &kSignatureMismatch,
        &kDimensionRemainder,
        &kWrongResult,
        &kWrongAxis,
        &kIndexOutOfRange,
        &kWrongEquation,
        &kDTypesDiffer,
        &kOperandRefused,
    };
    return kKinds;
}

}  // namespace nncc
