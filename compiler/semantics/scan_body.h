// Scan bodies: what was built from leaves of one step becomes the body of a scan node, the rest its captured operands.
#pragma once

#include <vector>

#include "graph/graph.h"

namespace nncc {

struct ScanInput {
    Value leaf;   // one step, within the body
    Value outer;  // the whole sequence, steps along axis 0; or a value that is the same in each step
};
struct ScanCarry {
    Value leaf;
    Value before;
    Value next;
};

// Adds the node. Results: stacked yields, then last carries. `constant` leaves stand for values of outside.
std::vector<Value> add_scan(GraphBuilder& builder, const std::vector<ScanInput>& sequences,
                            const std::vector<ScanCarry>& carries, const std::vector<ScanInput>& constant,
                            const std::vector<Value>& yields);

}  // namespace nncc
