// The table of what can be wrong with a weight file or an array file: codes NN0401 to NN0499.
#pragma once

#include <span>

#include "base/expected.h"

namespace nncc {

extern const DiagnosticKind kWeightFileTruncated;     // NN0401
extern const DiagnosticKind kWeightHeaderTooLarge;    // NN0402
extern const DiagnosticKind kWeightHeaderInvalid;     // NN0403
extern const DiagnosticKind kWeightDtypeUnsupported;  // NN0404
extern const DiagnosticKind kWeightShapeMismatch;     // NN0405
extern const DiagnosticKind kWeightOffsetsInvalid;    // NN0406
extern const DiagnosticKind kWeightNameDuplicate;     // NN0407
extern const DiagnosticKind kWeightValueInvalid;      // NN0408
extern const DiagnosticKind kArchiveInvalid;          // NN0411
extern const DiagnosticKind kArrayHeaderInvalid;      // NN0412
extern const DiagnosticKind kArrayDtypeUnsupported;   // NN0413
extern const DiagnosticKind kArraySizeMismatch;       // NN0414
extern const DiagnosticKind kArrayTooLarge;           // NN0415
extern const DiagnosticKind kArrayMissing;            // NN0416

std::span<const DiagnosticKind* const> interop_diagnostics();

}  // namespace nncc
