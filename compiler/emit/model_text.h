// ModelText: everything known of one emitted model before its files are written.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "emit/emit.h"
#include "emit/entry_text.h"
#include "emit/packed_layout.h"
#include "emit/selftest.h"
#include "emit/struct_layout.h"

namespace nncc {

// An argument of an entry function.
struct Argument {
    std::string name;        // identifier
    std::string graph_name;  // of the input or output
    Type type;               // bound
};

// What a Model that streams has besides.
struct ProcessText {
    std::vector<Storage> storages;  // its streams
    StructLayout streams;
    std::set<Dim> differences;  // as of ForwardText
    EntryText body, reset;
    std::int64_t local_arena_bytes = 0, reset_arena_bytes = 0;
    std::string position = {};  // the member of its streams that counts steps, which are `limit` at most; may be empty
    std::int64_t limit = 0;
};

// The derivative of a forward by the parameters.
struct BackwardText {
    std::set<Dim> differences;     // as of ForwardText
    std::vector<Argument> inputs;  // forward's, then the adjoints of its floating outputs
    EntryText body;
    std::int64_t local_arena_bytes = 0;
};

struct ForwardText {
    std::int64_t batch = 1;
    std::vector<std::string> extents = {};  // identifiers of bounded dimensions, sorted
    std::vector<std::int64_t> bounds = {};
    std::set<Dim> differences = {};  // extents such as time - 64, which a length may make negative
    std::vector<Argument> inputs = {}, outputs = {};
    std::int64_t arena_bytes = 0;        // of the arena in the Model, or
    std::int64_t local_arena_bytes = 0;  // of one on the stack
    StructLayout states = {};            // what forward changes: each Model has its own
    EntryText body = {};
    std::shared_ptr<ProcessText> process = {};  // with the arguments of forward; null when it does not stream
    std::optional<BackwardText> backward = {};
    std::optional<Selftest> selftest = {};
};

inline bool draws_random_bits(const ForwardText& forward) { return forward.states.find("seed") != nullptr; }

struct TrainerText {
    std::int64_t batch = 1;
    std::vector<std::string> extents;
    std::vector<std::int64_t> bounds;
    std::set<Dim> differences;     // as of forward
    std::vector<Argument> inputs;  // the model's, then the data
    DType loss = DType::kF32;
    std::int64_t arena_bytes = 0, stack_bytes = 0;
    EntryText restart, step, gradients, update;
    bool has_update = false;
    std::vector<EntryText> fit_sweeps;  // none when the model fits nothing, or what takes all rows at once
    EntryText fit_end;
    std::size_t model_inputs = 0;  // how many of `inputs` are the model's
};

struct ModelText {
    const EmitRequest& request;
    std::string name = {};  // the namespace
    StructLayout weights = {}, slots = {};
    EntryText initialize = {}, pack = {};
    std::int64_t initialize_arena_bytes = 0;
    std::int64_t packed_bytes = 0;
    std::map<std::string, std::int64_t> packed_states = {};  // where the states that forward changes start, by name
    std::vector<ForwardText> forwards = {};
    std::optional<TrainerText> trainer = {};
};

// "nncc::In<float, 8> x"; without extents when one is bounded. `is_row`: a leading extent of 1 is not shown.
std::string argument_text(const Argument& argument, bool is_output, bool is_row);
// "int time, nncc::In<float> x, nncc::Out<float> output".
std::vector<std::string> forward_parameters(const ForwardText& forward);
std::vector<std::string> backward_parameters(const ForwardText& forward);
std::vector<std::string> trainer_parameters(const TrainerText& trainer);
std::vector<std::string> fit_parameters(const TrainerText& trainer);
// Whether the trainer shows its slots and their table; there are some then.
inline bool has_slot_table(const ModelText& model) {
    return model.request.slot_table && model.trainer && !model.slots.members().empty();
}
// Why the model's `fit` has no sweeps; nothing when it has, or when there is no fit.
std::optional<std::string> fit_obstacle_text(const ModelText& model);
// Parameters by kind: "187 parameters, 16 fitted values."
std::string count_text(const ModelText& model);

// The request's, where it is plain enough to stand in an #include; else the model's name.
std::string file_stem(const ModelText& model);
std::string header_text(const ModelText& model);
std::string source_text(const ModelText& model, const KernelLibrary& library);
// Where a storage that `pack` copies as it is lies: reinterpret_cast<const float*>(packed.bytes + 64).
std::string packed_pointer(const std::string& bytes, std::int64_t offset, DType dtype, bool constant);
std::string c_header_text(const ModelText& model);
// Whether every Model has vectors to test it with.
bool has_selftest(const ModelText& model);
void print_selftest(const ModelText& model, Code& code);
// The definitions of the C functions, behind the namespace's end.
void print_c_functions(const ModelText& model, Code& code);

// The checks of run-time extents and sizes at the head of a function that has bounded dimensions; empty when it has
// none.
void print_extent_checks(const std::vector<std::string>& extents, const std::vector<std::int64_t>& bounds,
                         const std::set<Dim>& differences, const std::vector<Argument>& inputs,
                         const std::vector<Argument>& outputs, std::string_view failure, Code& code);

}  // namespace nncc
