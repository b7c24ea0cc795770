// The embedded library: layers, losses, metrics, optimisers, initialisers and schedules as .nn source text.
#pragma once

#include <span>

#include "base/source.h"

namespace nncc {

// In alphabetical order of their paths, "stdlib/activations.nn" …; they live as long as the program.
std::span<const SourceFile> stdlib_files();

}  // namespace nncc
