// The families of op records; ops.cpp joins them in this order.
#pragma once

#include <span>

#include "ops/record.h"

namespace nncc {

std::span<const OpRecord> leaf_ops();
std::span<const OpRecord> arithmetic_ops();
std::span<const OpRecord> function_ops();
std::span<const OpRecord> logic_ops();
std::span<const OpRecord> reduction_ops();
std::span<const OpRecord> view_ops();
std::span<const OpRecord> indexed_ops();
std::span<const OpRecord> contraction_ops();
std::span<const OpRecord> convolution_ops();
std::span<const OpRecord> window_ops();
std::span<const OpRecord> composite_ops();
std::span<const OpRecord> region_ops();

}  // namespace nncc
