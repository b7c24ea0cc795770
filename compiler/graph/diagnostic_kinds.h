// Kinds of diagnostics about shapes, types and the graph's text form: NN02xx.
#pragma once

#include <span>

#include "base/expected.h"

namespace nncc {

extern const DiagnosticKind kOperandCount;      // NN0201
extern const DiagnosticKind kAttributeWrong;    // NN0202
extern const DiagnosticKind kDTypeDiffers;      // NN0203
extern const DiagnosticKind kDTypeUnsupported;  // NN0204
extern const DiagnosticKind kShapeDiffers;      // NN0205
extern const DiagnosticKind kAxisWrong;         // NN0206
extern const DiagnosticKind kExtentWrong;       // NN0207
extern const DiagnosticKind kCannotBroadcast;   // NN0208
extern const DiagnosticKind kCannotReshape;     // NN0209
extern const DiagnosticKind kCannotContract;    // NN0210
extern const DiagnosticKind kConstantWrong;     // NN0211
extern const DiagnosticKind kBodyWrong;         // NN0212
extern const DiagnosticKind kTooLarge;          // NN0213
extern const DiagnosticKind kCannotConvolve;    // NN0214
extern const DiagnosticKind kGraphSyntax;       // NN0220
extern const DiagnosticKind kGraphInvalid;      // NN0221

std::span<const DiagnosticKind* const> graph_diagnostics();

}  // namespace nncc
