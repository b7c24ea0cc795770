// Groups: which units run in one launch.
#pragma once

#include <vector>

#include "passes/fuse_units.h"

namespace nncc {

enum class GroupKind { kLoop, kReduction, kContraction, kSingle };

struct UnitGroup {
    GroupKind kind = GroupKind::kLoop;
    std::vector<int> units;  // node indices, ascending
};

// A partition of the units without cycles among groups, along edges and anti-edges; in an order that respects both.
std::vector<UnitGroup> find_groups(const Graph& graph, const Units& units, FuseLevel level);

}  // namespace nncc
