// Every kind of diagnostic that nncc has, from the tables of all folders.
#pragma once

#include <vector>

#include "base/expected.h"

namespace nncc {

std::vector<const DiagnosticKind*> all_diagnostic_kinds();  // by code

}  // namespace nncc
