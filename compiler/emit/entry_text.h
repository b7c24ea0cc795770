// EntryText: the statements of one entry function, one call per launch of its plan.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "emit/emit.h"
#include "emit/kernel_library.h"
#include "passes/plan.h"

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

// What operand `k` of the scan in a group is in the plan around it.
Value scan_operand(const Node& group, std::size_t k);

// The most that one of its kernels asks for.
std::int64_t scratch_bytes_of(const LoweredEntry& entry);

// Keeps the launches that wanted stores and outputs need. Stores are asked for by the name of the storage.
Expected<LoweredEntry> lower_entry(const Plan& plan, const std::function<bool(const std::string&)>& wants_store);

// C++ expressions for what lies outside the entry's function: pointers to the first element.
struct EntryBinding {
    std::function<std::string(const std::string& storage, DType dtype, bool written)> storage;
    std::function<std::string(const std::string& panels)> panels;
    std::map<std::string, std::string> inputs, outputs;  // by name
    std::string arena;                                   // "arena_"
    std::string scratch = {};                            // "arena_ + 640", of kernels that ask for some
    std::vector<std::string> reserved;                   // identifiers of the function's parameters
    std::string functions = {};                          // how calls begin: "kernels::"
    bool is_step = false;                                // of a scan: what `storage` gives is a pointer's name already
    bool check_arena =
        false;  // before each launch, all of the arena but what is alive becomes an error (arena_check.h)
    std::vector<Launch>* launches = nullptr;  // set: gets the launches
    bool time_launches = false;               // each is timed under its number, its index there (measure.h)
    Launch launch = {};                       // what all of this entry have in common
    DimBindings dims = {};                    // for counting operations
};

struct EntryText {
    Code code;
    std::int64_t stack_bytes = 0;
    int kernel_count = 0;
    bool uses_arena = false;
    std::vector<std::string> arena_lines;  // for the table in the header comment
};

EntryText print_entry(const LoweredEntry& entry, const EntryBinding& binding, KernelLibrary& library,
                      const NameScope& file_scope, int depth);

}  // namespace nncc
