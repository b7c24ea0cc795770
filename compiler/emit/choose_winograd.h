// A convolution to the form of Winograd's that takes least time, by its shape alone.
#pragma once

#include <optional>

#include "lowering/kernel.h"

namespace nncc {

// Nothing where the direct form is as fast, or the only one: other kernels than 3 x 3, steps, dilation, groups, f64.
// Errors are the direct form's times a factor stated in runtime/nncc/winograd.h.
std::optional<Winograd> choose_winograd(const Contraction& product);
// What its kernel needs beside what it reads and writes, and what its weights take.
std::int64_t winograd_scratch_bytes(const Contraction& product);
std::int64_t winograd_weights_bytes(const Contraction& product);

}  // namespace nncc
