// Emission: the plans of a model's entries become one C++ header, one source and one C header.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/expected.h"
#include "passes/plan.h"

namespace nncc {

// One entry to emit. `forward` may come several times, once per batch; the others once, with the training batch.
// Asked for: `initialize` and `forward` always; `pack` when there are kPacked storages; `step`, `gradients` and
// `update` together, when there is a train block.
// `backward` goes with the `forward` of its batch.
// `process` and `reset` (`initialize` for the same batch, of which the streams are taken) go with the `forward` of
// their batch.
struct EmitEntry {
    std::string name;
    std::int64_t batch = 1;
    DimBindings dims;  // what the plan was bound with, `batch` included
    Plan plan;
};

struct EmitRequest {
    const Program& program;
    std::vector<EmitEntry> entries;
    std::string source_name;  // "pima.nn", without directories
    std::string source_hash;  // hex SHA-256 of the text
    std::string version;      // "0.1.0"
    std::string command;      // "nncc pima.nn -D batch=1 -o pima.cpp"; no machine's paths
    std::string training;     // what the header says of the Trainer: "Adam", may be empty
    bool strict = false;  // functions in their exact forms, sums in the order written, products rounded by themselves
    bool pack_panels = true;     // right operands of products laid out for the kernels by `pack`
    bool check_arena = false;    // for builds with AddressSanitizer: tensors that are not alive may not be touched
    bool time_launches = false;  // for `nncc profile`: the clock is read behind each launch
    bool selftest = true;        // with vectors to test what was compiled, where the model is small enough
    bool slot_table = false;     // the trainer's slots by name, for schedules that are told of epochs, and averages
    std::string file_stem = {};  // the source includes "<file_stem>.h"; empty: the model's name
};

struct EmittedEntry {
    std::string name;
    std::int64_t batch = 1;
    int kernel_count = 0;
    std::int64_t arena_bytes = 0;
    std::int64_t stack_bytes = 0;  // an estimate: arrays of the functions plus room for registers
};

// A launch of an entry, for those who measure it.
struct Launch {
    std::string entry = {};   // "forward"
    std::int64_t batch = 1;   // of the entry
    std::string name = {};    // of its kernel: "dense_1_relu_1"; "fill or copy" of the runtime's
    std::string origin = {};  // "pima.nn:4  dense(10) |> relu"; may be empty
    double runs = 1;          // in a call of the entry: the steps of the scans it stands in
    double operations = 0;    // of all runs; see lowering/work.h
    double bytes = 0;
};

struct EmittedFiles {
    std::string header, source, c_header;  // "pima.h", "pima.cpp", "pima_c.h"
    std::string file_stem;                 // what the files are to be called: "pima"
    std::string cpp_namespace;             // the mangled model name; prefix of the C symbols
    std::vector<EmittedEntry> entries;
    bool strict = false;               // to be compiled without contraction
    int kernel_count = 0;              // functions in the source
    std::int64_t parameter_count = 0;  // elements of kParam storages
    std::int64_t weights_bytes = 0;
    std::int64_t packed_bytes = 0;
    std::vector<Launch> launches;      // of `forward`, `process`, `backward` and `step`, by number
    std::vector<std::string> packing;  // one line for each decision: "dense_1.w: panels [8, 16]"
};

// Refuses with NN07xx what has no C++.
Expected<EmittedFiles> emit_model(const EmitRequest& request);

}  // namespace nncc
