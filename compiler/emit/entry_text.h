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
#include "emit/lowered_entry.h"

namespace nncc {

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
