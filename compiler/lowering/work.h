// What a kernel does at most in one call: floating-point operations, and bytes of its operands and results.
#pragma once

#include "lowering/kernel.h"

namespace nncc {

struct KernelWork {
    double operations = 0;  // a multiply-add is two; a function of one number, such as exp, is one
    double bytes = 0;       // each operand and result once
};

// Bounded dimensions count with their bounds. A convolution counts as if done directly, whatever its form; sorts,
// gathers and other calls along an axis have no operations.
KernelWork work_of(const Kernel& kernel, const DimBindings& dims);

}  // namespace nncc
