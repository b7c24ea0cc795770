// Resolve: what is wrong with names in the users' files whatever the model is called with: unknown, unused, dropped.
#pragma once

#include "base/diagnostics.h"
#include "semantics/library.h"

namespace nncc {

void resolve_names(const Library& library, Diagnostics& diagnostics);

}  // namespace nncc
