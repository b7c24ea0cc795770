// From a model to emitted C++: the passes, the plans and the emitter, with what was chosen.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "emit/emit.h"
#include "semantics/model.h"

namespace nncc {

struct CompileRequest {
    std::string source_name;  // "models/pima.nn"
    std::string source_text;  // hashed into the header comment
    std::string options_text; // "-D batch=1"; for the header comment
    std::vector<std::int64_t> forward_batches = {1};
    std::int64_t train_batch = 32;
    bool with_trainer = true; // when the model has a train block
    bool single_file = false;
    std::function<void(const std::string& pass, const std::string& entry, const std::string& text)> on_pass;  // may be null
};

struct Compilation {
    EmittedFiles files;
};

Expected<Compilation> compile_model(const CompiledModel& model, const CompileRequest& request);

}  // namespace nncc
