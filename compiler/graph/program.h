// Program: one table of storages and one Graph per entry point; what the semantics makes and everything after reads.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "graph/graph.h"

namespace nncc {

enum class StorageKind : std::uint8_t {
    kParam,    // trained
    kState,    // lives from call to call, in training too
    kStream,   // afresh in forward and in each training step, lives on in process
    kFit,      // computed once over the training data, then constant
    kSlot,     // of an optimiser; named "adam.m/dense_1.w"
    kCounter,  // the trainer's step count, i32 scalar, named "step"
    kPacked,   // made from the others by the entry `pack`
};
std::string_view storage_kind_name(StorageKind kind);

struct Storage {
    std::string name;  // the path: "dense_1.w", "layer_0.transformer_block_1.dense_1.w"
    StorageKind kind = StorageKind::kParam;
    Type type;
    bool operator==(const Storage&) const = default;
};

// Names of entries:
//   initialize  input "seed" (i32 scalar) → a store of every param, state, slot, stream, fit (fit: 0 / 1 as declared)
//   process     forward with streams as storages, read before and stored after: block by block what forward is at once
//   fit         inputs = the model's, over all training rows (`batch` free) → outputs named by fit storages, level by
//   level forward     training = false: inputs → outputs "output" (or the model's named results) loss        training =
//   true: inputs and data → output "loss", stores of states; what differentiation starts from gradients   derived from
//   loss: outputs "loss" and "d <param>" for each trained param update      inputs "d <param>" → stores of params and
//   slots (the optimiser's bodies); "step" counter read step        derived: gradients joined with update metrics
//   whole-set values (`batch` free, f64): inputs "output" (or named results) and data → outputs "loss", then each
//   metric pack        derived: storages of other kinds → stores of kPacked
struct Program {
    std::string name;                      // the model's
    std::string summary;                   // the doc comment of the model, one paragraph; may be empty
    std::vector<Storage> storages;         // in order of first appearance; names are unique
    DimBindings dims;                      // of the model's free dimensions
    std::map<std::string, Graph> entries;  // keyed by the names above; absent when the model has none such
    std::vector<std::string> inputs;       // the model's inputs in order: names of `input` nodes of `forward`
    std::vector<std::string> data;         // further inputs of `loss` in order of the train block ("y")
    // The stream that counts the steps `process` has been given, which may be as many as `time` is bounded by; empty
    // when they may be any number.
    std::string position;
    // How many steps later than `forward` the results of `process` are.
    std::int64_t latency = 0;

    const Storage* find_storage(std::string_view name) const;
};

std::string print_program(const Program& program);
Expected<Program> parse_program(std::string_view text);
// Every graph verified, every `storage` and `store` names a row of the table with its type.
std::optional<std::string> verify(const Program& program);

}  // namespace nncc
