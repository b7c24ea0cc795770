// Diagnostics of the passes: what a correct model may still ask for that cannot be differentiated or planned.
#pragma once

#include <span>

#include "base/expected.h"

namespace nncc {

extern const DiagnosticKind kTruncationUneven;  // NN0740
extern const DiagnosticKind kUnknownPass;       // NN0741
extern const DiagnosticKind kUnboundSize;       // NN0742
extern const DiagnosticKind kArenaTooLarge;     // NN0743
extern const DiagnosticKind kExtentDoesNotFit;  // NN0744
extern const DiagnosticKind kNoBackward;        // NN0745

std::span<const DiagnosticKind* const> passes_diagnostics();

}  // namespace nncc
