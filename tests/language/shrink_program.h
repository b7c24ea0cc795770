// From a program that fails to a shorter one that still fails.
#pragma once

#include <functional>

#include "random_program.h"

namespace nncc::testing {

// Drops lines and blocks, puts another name in place of what is bound, leaves calls of a pipe, terms of a sum and
// arguments out, makes whole numbers smaller: each while `fails` says so, at most `tries` times in all.
RandomProgram shrink(const RandomProgram& failing, const std::function<bool(const RandomProgram&)>& fails,
                     int tries = 600);

}  // namespace nncc::testing
