// Groups: which units run in one launch.
#pragma once

#include <string>
#include <vector>

#include "passes/fuse_units.h"

namespace nncc {

enum class GroupKind { kLoop, kReduction, kContraction, kSingle };

struct UnitGroup {
    GroupKind kind = GroupKind::kLoop;
    std::vector<int> units;  // node indices, ascending
};

// `from` is written to memory for `to`, which is in another group.
struct Boundary {
    int from = 0, to = 0;
    std::string reason;  // "`einsum` reads its operands from memory"
};

// A partition of the units without cycles among groups, along edges and anti-edges; in an order that respects both.
// `boundaries`, when given, gets what was not fused, and why.
std::vector<UnitGroup> find_groups(const Graph& graph, const Units& units, FuseLevel level,
                                   std::vector<Boundary>* boundaries = nullptr);

}  // namespace nncc
