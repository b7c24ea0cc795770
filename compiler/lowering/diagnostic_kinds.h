// What lowering and emission refuse: codes NN07xx.
#pragma once

#include <span>

#include "base/expected.h"

namespace nncc {

extern const DiagnosticKind kNotLowered;      // NN0701
extern const DiagnosticKind kViewNotAffine;   // NN0702
extern const DiagnosticKind kTooLargeToEmit;  // NN0703
extern const DiagnosticKind kRunTimeExtent;   // NN0705
extern const DiagnosticKind kMissingEntry;    // NN0706

std::span<const DiagnosticKind* const> lowering_diagnostics();

}  // namespace nncc
