// The kinds of diagnostics the lexer and the parser report.
#pragma once

#include <span>

#include "base/expected.h"

namespace nncc {

// What the text is made of.
extern const DiagnosticKind kStrayCharacter;      // NN0001
extern const DiagnosticKind kInvalidText;         // NN0002
extern const DiagnosticKind kUnterminatedString;  // NN0003
extern const DiagnosticKind kMalformedNumber;     // NN0004
extern const DiagnosticKind kNumberOutOfRange;    // NN0005
extern const DiagnosticKind kSourceTooLarge;      // NN0006

// How the tokens are put together.
extern const DiagnosticKind kUnexpectedToken;     // NN0010
extern const DiagnosticKind kUnclosedBracket;     // NN0011
extern const DiagnosticKind kUnopenedBracket;     // NN0012
extern const DiagnosticKind kReservedName;        // NN0013
extern const DiagnosticKind kExpectedItem;        // NN0014
extern const DiagnosticKind kMisplacedItem;       // NN0015
extern const DiagnosticKind kMissingLineEnd;      // NN0016
extern const DiagnosticKind kMisplacedLineBreak;  // NN0017
extern const DiagnosticKind kLeadingMinus;        // NN0018
extern const DiagnosticKind kDroppedValue;        // NN0019
extern const DiagnosticKind kWrongAssignment;     // NN0020
extern const DiagnosticKind kPipeTarget;          // NN0021
extern const DiagnosticKind kChainedOperator;     // NN0022
extern const DiagnosticKind kMisplacedYield;      // NN0023
extern const DiagnosticKind kArgumentOrder;       // NN0024
extern const DiagnosticKind kMisplacedEllipsis;   // NN0025
extern const DiagnosticKind kMisplacedBound;      // NN0026
extern const DiagnosticKind kNestedTooDeep;       // NN0027

std::span<const DiagnosticKind* const> syntax_diagnostics();

}  // namespace nncc
