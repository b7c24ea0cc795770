// What can be wrong with a command, explained.
#include "driver/diagnostic_kinds.h"

#include <array>

namespace nncc {

const DiagnosticKind kDefineMalformed{"NN0510", "malformed -D",
                                      "`-D` binds one name: `-D batch=32` a free dimension of the model, `-D "
                                      "'time<=512'` a bound that stays free at run time,\n"
                                      "`-D layers=2` an argument of the model that has a default, or a `const` of the "
                                      "file. The name, `=` or `<=`, and a value are all needed;\n"
                                      "quote what holds `<`, or the shell takes it for a redirection."};
const DiagnosticKind kNoTrainBlock{
    "NN0511", "no train block",
    "Training needs a loss, and prediction from a database needs to know which columns feed which input; both stand in "
    "the train block:\n\n"
    "    train pima {\n        data = sqlite(\"pima.db\", table = \"patients\")\n        x = columns(\"glucose\", "
    "\"bmi\")\n"
    "        y = column(\"outcome\")\n        loss = binary_cross_entropy(output, y)\n        optimizer = adam()\n    "
    "}\n\n"
    "Its name is the model's. Without one, `nncc MODEL.nn -o MODEL.cpp` still emits the model."};
const DiagnosticKind kNoData{"NN0512", "no data",
                             "Rows come from `data = sqlite(...)`, `csv(...)` or `npz(...)` in the train block, or "
                             "from `--data` on the command line, which wins.\n"
                             "Every input of the model must be fed by a key of the train block with the input's name."};
const DiagnosticKind kFeedWidth{"NN0513", "data of another width",
                                "The type of an input says how many numbers a row holds: `f32[batch, 8]` takes 8. "
                                "`columns` must name as many columns, and an array of an\n"
                                "npz file must have that shape behind its first axis, which counts the rows. A free "
                                "dimension is 1 until `-D` gives it a value."};
const DiagnosticKind kUnknownCode{
    "NN0514", "unknown diagnostic",
    "`nncc explain` takes the code that stands in brackets behind `error` or `warning`: `nncc explain NN0012`."};
const DiagnosticKind kUnknownEntry{
    "NN0516", "unknown entry",
    "A program has one graph per entry point: forward, and, with a train block, loss, gradients, update, step, "
    "metrics; initialize, fit and pack\n"
    "where there are parameters or fits. `--entry=NAME` chooses one of those the model has."};
const DiagnosticKind kCommandMismatch{"NN0517", "options that do not go together",
                                      "Each command's `--help` begins with examples of what goes together: `nncc "
                                      "MODEL.nn -o OUT.cpp` writes files, `--emit=STAGE` prints one stage,\n"
                                      "`--passes` works on a graph in text form."};
const DiagnosticKind kWeightsOtherModel{"NN0518", "weights of another model",
                                        "A weight file holds one tensor per parameter, state and fitted value, by path "
                                        "(`dense_1.w`), and the hash of the model that it was trained\n"
                                        "for. When the model has changed, the message lists what is missing from the "
                                        "file, what is extra in it, and what has another shape. Training\n"
                                        "may start from weights whose tensors all fit (`nncc train --init`), even if "
                                        "the model computes something else with them."};
const DiagnosticKind kBuildUnsupported{"NN0519", "model that a binary cannot serve",
                                       "The binary of `nncc build` reads one row per line and writes one line per row, "
                                       "so a row may not be longer than its buffers. Embed the emitted\n"
                                       "C++ in a program of your own for anything else."};
const DiagnosticKind kBatchesDiffer{"NN0520", "batches with different packed weights",
                                    "`-D batch=1,32` emits forward for both batches over one `Packed`, the weights as "
                                    "the kernels read them. Where the batches want their weights\n"
                                    "packed differently, emit two files, one per batch."};
const DiagnosticKind kLossNotFinite{"NN0600", "loss that is not a number",
                                    "The loss of a step was NaN or infinite, so no update after it can mean anything; "
                                    "training stops with exit code 5, and files and database keep\n"
                                    "what was good before. The message names the first op whose result was not finite "
                                    "though its operands were: a `log` of 0, a division by 0, an\n"
                                    "`exp` of a large number. Usual remedies: a smaller learning rate, `standardize` "
                                    "on the inputs, a loss from logits, clipping of gradients."};

namespace {

constexpr std::array kAll = {&kDefineMalformed,  &kNoTrainBlock,  &kNoData,          &kFeedWidth,
                             &kUnknownCode,      &kUnknownEntry,  &kCommandMismatch, &kWeightsOtherModel,
                             &kBuildUnsupported, &kBatchesDiffer, &kLossNotFinite};

}  // namespace

std::span<const DiagnosticKind* const> driver_diagnostics() { return kAll; }

}  // namespace nncc
