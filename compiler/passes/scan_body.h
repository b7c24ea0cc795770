// ScanBody: the body of a scan as a graph of its own, with inputs and outputs in place of sequences, captured values
// and yields, and a storage for each carry, which every step replaces.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "graph/graph.h"

namespace nncc {

struct ScanBody {
    Graph graph;                        // `input`, `storage` and `store` nodes; no `argument`
    std::vector<std::string> operands;  // of the scan: name of the input, or of the carry's storage
    std::vector<std::string> yields;    // names of the outputs
};

// Carries are storages, so what holds for those holds for carries: they are replaced in place where every reader of the
// old value runs before, and copied where not.
ScanBody body_of(const Node& scan);
// The way back: `graph` has the inputs, storages and outputs of `body`.
std::shared_ptr<const Graph> scan_of(const Graph& graph, const Node& scan, const ScanBody& body);

// The scan that a group of kind "scan" holds, its own body fused.
const Node& scan_in(const Node& group);

}  // namespace nncc
