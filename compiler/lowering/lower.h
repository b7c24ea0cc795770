// Lowering: a group of a plan becomes a Kernel.
#pragma once

#include "lowering/kernel.h"

namespace nncc {

// `group` is the index of a `group` node of plan.graph. Refusals carry NN07xx and the place of the node.
Expected<Kernel> lower_group(const Plan& plan, int group);

// A kernel that copies one tensor: parameters "from" and "to"; `value` is what is read.
Kernel copy_kernel(const Type& type, std::string name);

// Drops axes of extent 1 and merges neighbours that every access walks as one.
void collapse(LoopNest& nest);

// The axis that the lanes run along: the last kept or the last reduced one, whichever reads memory more evenly; -1
// for a nest without axes.
int vector_axis(const LoopNest& nest);

// ---- the kinds of groups (one file each) ----
Expected<> lower_loop(const Plan& plan, int group, Kernel& kernel);
Expected<> lower_reduction(const Plan& plan, int group, Kernel& kernel);
Expected<> lower_contraction(const Plan& plan, int group, Kernel& kernel);
Expected<> lower_convolution(const Plan& plan, int group, Kernel& kernel, int node);  // of a group "contraction"
Expected<> lower_single(const Plan& plan, int group, Kernel& kernel);

}  // namespace nncc
