// The table of diagnostics of lowering and emission, with their explanations.
#include "lowering/diagnostic_kinds.h"

#include <array>

namespace nncc {

const DiagnosticKind kNotLowered{
    "NN0701", "operation cannot be emitted yet",
    "The model is right and the evaluator can run it, but no C++ is written for this operation, so nothing is emitted\n"
    "at all. A `scan` is the usual case: `scan xt in x along time { ... }` has a meaning and a gradient, yet no loop "
    "is\n"
    "emitted for it. Write the recurrence as an unrolled `for` over a fixed number of steps instead."};

const DiagnosticKind kViewNotAffine{
    "NN0702", "view inside a fused group cannot be read with strides",
    "A fused group reads its operands through offsets and strides. A reshape that splits or merges strided axes, a pad "
    "or\n"
    "a concatenation has no such form and must be a group of its own. A plan written by hand that says otherwise is\n"
    "refused; the pass `fuse` makes none."};

const DiagnosticKind kTooLargeToEmit{
    "NN0703", "sizes exceed what the emitted code can index",
    "Emitted loops count with 32-bit integers and tables of constants are written out in the text. A tensor of more "
    "than\n"
    "2^31 - 1 elements, or a constant of more than 4,194,304 elements that is not one repeated number, is refused.\n"
    "Lower `-D batch=...`, or make the constant a `fit` or a `param` that is loaded from a file."};

const DiagnosticKind kRunTimeExtent{
    "NN0705", "operation needs extents that are fixed",
    "A bounded dimension (`time <= 512`) stays free at run time. Sorting and scattering along such a dimension, and "
    "tables\n"
    "whose extent depends on it, are not emitted. Bind it when compiling: `-D time=512`."};

const DiagnosticKind kMissingEntry{
    "NN0706", "program has no such entry",
    "Emission was asked for an entry that the program has not, such as `step` for a model without a `train` block.\n"
    "Give the model a `train` block with a `loss` and an `optimizer`, or ask for `forward` alone."};

std::span<const DiagnosticKind* const> lowering_diagnostics() {
    static constexpr std::array<const DiagnosticKind*, 5> kTable{&kNotLowered, &kViewNotAffine, &kTooLargeToEmit,
                                                                 &kRunTimeExtent, &kMissingEntry};
    return kTable;
}

}  // namespace nncc
