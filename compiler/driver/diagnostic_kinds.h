// The table of what can be wrong with a command: codes NN0510 to NN0599, and NN0600 for numbers that are none.
#pragma once

#include <span>

#include "base/expected.h"

namespace nncc {

extern const DiagnosticKind kDefineMalformed;    // NN0510
extern const DiagnosticKind kNoTrainBlock;       // NN0511
extern const DiagnosticKind kNoData;             // NN0512
extern const DiagnosticKind kFeedWidth;          // NN0513
extern const DiagnosticKind kUnknownCode;        // NN0514
extern const DiagnosticKind kUnknownEntry;       // NN0516
extern const DiagnosticKind kCommandMismatch;    // NN0517
extern const DiagnosticKind kWeightsOtherModel;  // NN0518
extern const DiagnosticKind kBuildUnsupported;   // NN0519
extern const DiagnosticKind kBatchesDiffer;      // NN0520
extern const DiagnosticKind kLossNotFinite;      // NN0600

std::span<const DiagnosticKind* const> driver_diagnostics();

}  // namespace nncc
