// The mistakes the semantics reports: names and values (NN01xx), shapes and types (NN025x).
#pragma once

#include <span>

#include "base/expected.h"
#include "graph/diagnostic_kinds.h"  // NN02xx: shapes and types, which the semantics reports too

namespace nncc {

extern const DiagnosticKind kUnknownName;            // NN0101
extern const DiagnosticKind kDeclaredTwice;          // NN0102
extern const DiagnosticKind kMissingArgument;        // NN0103
extern const DiagnosticKind kTooManyArguments;       // NN0104
extern const DiagnosticKind kUnknownArgument;        // NN0105
extern const DiagnosticKind kArgumentTwice;          // NN0106
extern const DiagnosticKind kWrongKind;              // NN0107
extern const DiagnosticKind kNotCallable;            // NN0108
extern const DiagnosticKind kNoValue;                // NN0109
extern const DiagnosticKind kRecursion;              // NN0110
extern const DiagnosticKind kNotCompileTime;         // NN0111
extern const DiagnosticKind kUnusedName;             // NN0112
extern const DiagnosticKind kNotSupported;           // NN0114
extern const DiagnosticKind kCannotAssign;           // NN0115
extern const DiagnosticKind kStoragesDiffer;         // NN0116
extern const DiagnosticKind kWrongCount;             // NN0117
extern const DiagnosticKind kNoModel;                // NN0118
extern const DiagnosticKind kWrongSetting;           // NN0119
extern const DiagnosticKind kUnusedSetting;          // NN0120
extern const DiagnosticKind kUnboundDimension;       // NN0121
extern const DiagnosticKind kImportFailed;           // NN0122
extern const DiagnosticKind kModelTooLarge;          // NN0123
extern const DiagnosticKind kFitDependence;          // NN0124
extern const DiagnosticKind kWrongDefine;            // NN0125
extern const DiagnosticKind kCompileTimeArithmetic;  // NN0126
extern const DiagnosticKind kLossNotScalar;          // NN0127
extern const DiagnosticKind kNoMember;               // NN0128
extern const DiagnosticKind kMisplaced;              // NN0129
extern const DiagnosticKind kNoProcess;              // NN0130
extern const DiagnosticKind kRefusedArgument;        // NN0131

extern const DiagnosticKind kShapesDiffer;        // NN0250
extern const DiagnosticKind kOuterBroadcast;      // NN0251
extern const DiagnosticKind kSignatureMismatch;   // NN0253
extern const DiagnosticKind kDimensionRemainder;  // NN0254
extern const DiagnosticKind kWrongResult;         // NN0255
extern const DiagnosticKind kWrongAxis;           // NN0256
extern const DiagnosticKind kIndexOutOfRange;     // NN0257
extern const DiagnosticKind kWrongEquation;       // NN0258
extern const DiagnosticKind kDTypesDiffer;        // NN0260
extern const DiagnosticKind kOperandRefused;      // NN0261

std::span<const DiagnosticKind* const> semantics_diagnostics();

}  // namespace nncc
