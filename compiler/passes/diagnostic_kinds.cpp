// Explanations of the passes' diagnostics.
#include "passes/diagnostic_kinds.h"

namespace nncc {

const DiagnosticKind kTruncationUneven = {
    "NN0740", "the steps do not divide",
    "`--truncate N` stops the gradient of what a scan carries after every N steps, which cuts the scan into pieces of\n"
    "N steps. The number of steps must be known and a multiple of N.\n\n"
    "    nncc train model.nn -D time=100 --truncate 32     # 100 is 3 * 32 + 4\n\n"
    "Remedy: a length that divides the number of steps, or other dimensions."};

const DiagnosticKind kUnknownPass = {"NN0741", "unknown pass",
                                     "`--passes` and `--print-after` take names of passes, separated by commas.\n\n"
                                     "    nncc --passes=fold,fusion model.ir     # the pass is called fuse\n\n"
                                     "Remedy: the message lists the names there are."};

const DiagnosticKind kUnboundSize = {
    "NN0742", "a dimension has no size",
    "Memory is planned ahead of time, so every dimension must have a number or a bound by then.\n\n"
    "    nncc model.nn -D batch=32 -D 'time<=512'\n\n"
    "Remedy: bind the dimension that the message names."};

const DiagnosticKind kArenaTooLarge = {
    "NN0743", "values are too large to plan",
    "The sizes of the values that live at once add up to more bytes than a program can address. This happens with\n"
    "extents that were meant for rows, not for one batch.\n\n"
    "    nncc model.nn -D batch=1000000000000\n\n"
    "Remedy: a smaller batch or smaller layers."};

const DiagnosticKind kExtentDoesNotFit = {
    "NN0744", "the value of a dimension does not fit",
    "Dimensions that are free when the model is read get their values afterwards, from `-D`; one without a value is "
    "1.\n"
    "A slice or a convolution may need more elements than that.\n\n"
    "    x[:, 64:]        # with -D time=32, or without -D: there is no element 64\n\n"
    "Remedy: a value that is large enough."};

const DiagnosticKind kNoBackward = {
    "NN0745", "a model without a backward",
    "`--gradients` emits `backward`, the derivative of what `forward` computes by the parameters. A forward that "
    "changes\n"
    "states or draws random bits computes something else at each call, and integers have no derivative.\n\n"
    "    model m(x: f32[batch, 8]) -> i32[batch] { x |> dense(4) |> argmax }     nothing to derive\n\n"
    "Remedy: a train block: its Trainer keeps states and random bits, and has `gradients`; or another result."};

std::span<const DiagnosticKind* const> passes_diagnostics() {
    static const DiagnosticKind* const kTable[] = {&kTruncationUneven, &kUnknownPass,      &kUnboundSize,
                                                   &kArenaTooLarge,    &kExtentDoesNotFit, &kNoBackward};
    return kTable;
}

}  // namespace nncc
