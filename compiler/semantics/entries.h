// Entries: the graphs of a program, each made by elaborating the model, or the train block's expressions, once more.
#pragma once

#include "semantics/elaboration.h"
#include "semantics/train_block.h"

namespace nncc {

struct ModelInput {
    std::string name;
    Type type;
    SourceRange range;
};

// The model's interface with its compile-time arguments decided.
struct ModelInterface {
    std::vector<ModelInput> inputs;
    std::vector<std::pair<std::string, Meaning>> arguments;
    std::vector<std::pair<std::string, Type>> outputs;  // after `forward`
};

// Input types with free dimensions as symbols; fills analysis.dims from `<=` bounds and the options' defines. Nothing
// after a report.
std::optional<ModelInterface> read_interface(Analysis& analysis);

// The storages "step" and "seed", once: of the trainer, and of a `forward` that draws random bits.
void add_counters(Analysis& analysis);
std::optional<Graph> build_forward(Analysis& analysis, ModelInterface& interface);
// The model with streams as storages, those that keep what it reaches back to, the caches of its attention and the
// count of steps among them; nothing, after a note that says why, when it cannot go block by block, or when it has none
// of these or no input along `time`.
std::optional<Graph> build_process(Analysis& analysis, const ModelInterface& interface);
std::optional<Graph> build_fit(Analysis& analysis, const ModelInterface& interface);
std::optional<Graph> build_initialize(Analysis& analysis, const Graph* fit, const ModelInterface& interface);
std::optional<Graph> build_loss(Analysis& analysis, const ModelInterface& interface, const TrainBlock& train);
std::optional<Graph> build_update(Analysis& analysis, const TrainBlock& train);
std::optional<Graph> build_metrics(Analysis& analysis, const ModelInterface& interface, const TrainBlock& train,
                                   std::vector<std::string>& names);

}  // namespace nncc
