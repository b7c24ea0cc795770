// The table of what can be wrong with a data source or a database: codes NN0301 to NN0399.
#pragma once

#include <span>

#include "base/expected.h"

namespace nncc {

extern const DiagnosticKind kDataSourceMalformed;     // NN0301
extern const DiagnosticKind kDataFileMissing;         // NN0302
extern const DiagnosticKind kNotADatabase;            // NN0303
extern const DiagnosticKind kDatabaseLocked;          // NN0304
extern const DiagnosticKind kDatabaseFailed;          // NN0305
extern const DiagnosticKind kTableMissing;            // NN0306
extern const DiagnosticKind kColumnMissing;           // NN0307
extern const DiagnosticKind kColumnAmbiguous;         // NN0308
extern const DiagnosticKind kQueryRefused;            // NN0309
extern const DiagnosticKind kValueMissing;            // NN0310
extern const DiagnosticKind kValueNotANumber;         // NN0311
extern const DiagnosticKind kValueNotFinite;          // NN0312
extern const DiagnosticKind kNoRows;                  // NN0313
extern const DiagnosticKind kDataTooLarge;            // NN0314
extern const DiagnosticKind kCsvMalformed;            // NN0315
extern const DiagnosticKind kCsvRagged;               // NN0316
extern const DiagnosticKind kCsvLineTooLong;          // NN0317
extern const DiagnosticKind kColumnNamesInvalid;      // NN0318
extern const DiagnosticKind kTableExists;             // NN0319
extern const DiagnosticKind kTableDiffers;            // NN0320
extern const DiagnosticKind kPredictionTableDiffers;  // NN0321
extern const DiagnosticKind kRowCountsDiffer;         // NN0322
extern const DiagnosticKind kSplitEmpty;              // NN0323
extern const DiagnosticKind kRunMissing;              // NN0324
extern const DiagnosticKind kValueNotAnInteger;       // NN0325
extern const DiagnosticKind kTextMalformed;           // NN0326

std::span<const DiagnosticKind* const> data_diagnostics();

}  // namespace nncc
