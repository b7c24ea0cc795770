// The diagnostics of in-process compilation, NN08xx.
#pragma once

#include <span>

#include "base/expected.h"

namespace nncc {

extern const DiagnosticKind kClangModuleMissing;   // NN0801
extern const DiagnosticKind kEmittedTextRejected;  // NN0802
extern const DiagnosticKind kLinkFailed;           // NN0803
extern const DiagnosticKind kLoadFailed;           // NN0804
extern const DiagnosticKind kTargetUnsupported;    // NN0805
extern const DiagnosticKind kEntryPointMissing;    // NN0806
extern const DiagnosticKind kHeaderRejected;       // NN0807
extern const DiagnosticKind kDeclarationDiffers;   // NN0808
extern const DiagnosticKind kNotPartOfAModel;      // NN0809

std::span<const DiagnosticKind* const> clang_diagnostics();

}  // namespace nncc
