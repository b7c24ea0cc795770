// TrainBlock: the entries of `train NAME { … }` sorted into settings, feeds and definitions.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "semantics/elaboration.h"

namespace nncc {

struct ModelInterface;

struct TrainBlock {
    const ast::Train* syntax = nullptr;
    TrainSpec spec;
    std::map<std::string, const ast::TrainEntry*> settings;
    std::vector<const ast::TrainEntry*> definitions;  // in text order
    Meaning optimizer;                                // an AppliedMeaning, or poison when there is none

    const ast::Expression* setting(const std::string& name) const;
};

// Nothing after a report.
std::optional<TrainBlock> read_train_block(Analysis& analysis, const ast::Train& syntax,
                                           const ModelInterface& interface);

// The definitions that the expressions need, directly or through others, in text order.
std::vector<const ast::TrainEntry*> needed_definitions(const TrainBlock& train,
                                                       const std::vector<const ast::Expression*>& roots);

// Warns of definitions that nothing uses.
void warn_unused_definitions(Analysis& analysis, const TrainBlock& train);

}  // namespace nncc
