// Single file: the emitted text with the parts of the runtime that it uses folded in, so that it compiles on its own.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "emit/emit.h"

namespace nncc {

// The text of a runtime header by the name it is included by, "nncc/simd.h"; empty when there is none.
using RuntimeReader = std::function<std::string_view(std::string_view name)>;

// The source with header and runtime in it, and the header with its part of the runtime; both stand alone.
EmittedFiles fold_runtime(EmittedFiles files, const RuntimeReader& runtime);

}  // namespace nncc
