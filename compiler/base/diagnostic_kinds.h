// The kinds of diagnostics this folder reports, as one table.
#pragma once

#include <span>

#include "base/expected.h"

namespace nncc {

std::span<const DiagnosticKind* const> base_diagnostics();

}  // namespace nncc
