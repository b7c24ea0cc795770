// Derived entries: gradients from loss, step from gradients and update; backward, pack and the rest of forward from
// forward.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/expected.h"
#include "graph/program.h"

namespace nncc {

// The parameters training changes, in storage order: those `update` takes a gradient of; all when there is no update.
std::vector<std::string> trained_parameters(const Program& program);

// Adds `gradients` where there is a `loss`: outputs "loss" and "d <param>", stores of states kept.
Expected<Program> derive_gradients(const Program& program);
// Adds `backward`, the derivative of what `forward` computes: inputs are forward's and a "d <output>" for each floating
// output, outputs a "d <param>" for each parameter. Error: kNoBackward.
Expected<Program> derive_backward(const Program& program);
// Adds `step` where there are `gradients` and `update`: output "loss", stores of both.
Expected<Program> derive_step(const Program& program);
// After derive_step: `update` takes an input more, `rate scale` (f32 scalar), which multiplies the change of every
// parameter; with 1 each is what it was, bit for bit.
inline constexpr std::string_view kRateScale = "rate scale";
Expected<Program> derive_rate_scale(const Program& program);
// Moves what `forward`, `process` and `backward` compute from weights alone into `pack`, which stores it in kPacked
// storages; storages forward reads directly become packed copies. Nothing is moved that is larger than what it is made
// of. States that forward itself stores, and streams, stay.
Expected<Program> derive_pack(const Program& program);

}  // namespace nncc
