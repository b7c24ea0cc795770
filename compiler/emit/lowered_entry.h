// LoweredEntry: the launches of a plan as kernels, and what is only copied.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "lowering/kernel.h"

namespace nncc {

// The launches of a plan that are wanted, lowered.
struct LoweredEntry {
    const Plan* plan = nullptr;
    std::vector<int> groups;                           // node indices in execution order
    std::vector<Kernel> kernels;                       // of each; without a body for a scan
    std::vector<std::shared_ptr<LoweredEntry>> scans;  // of each: the steps of a scan, else null
    std::vector<int> stores;                           // `store` nodes whose operand lies elsewhere and must be copied
    std::vector<int> outputs;                          // outputs likewise
};

// The storage that a `store` node replaces.
const std::string& stored_name(const Node& store);

// What operand `k` of the scan in a group is in the plan around it.
Value scan_operand(const Node& group, std::size_t k);

// The most that one of its kernels asks for.
std::int64_t scratch_bytes_of(const LoweredEntry& entry);

// Keeps the launches that wanted stores and outputs need. Stores are asked for by the name of the storage.
Expected<LoweredEntry> lower_entry(const Plan& plan, const std::function<bool(const std::string&)>& wants_store);

}  // namespace nncc
