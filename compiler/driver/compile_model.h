// From a model to emitted C++: the passes, the plans and the emitter, with what was chosen.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "emit/emit.h"
#include "passes/pipeline.h"
#include "semantics/model.h"

namespace nncc {

struct CompileRequest {
    std::string source_name;  // "models/pima.nn"
    std::string source_text;  // hashed into the header comment
    std::string command;      // "nncc pima.nn -D batch=1 -o pima.cpp"; for the header comment
    std::string file_stem;    // of the files to be written; empty: the model's name
    std::vector<std::int64_t> forward_batches = {1};
    std::int64_t train_batch = 32;
    bool with_trainer = true;  // when the model has a train block
    FuseLevel fuse_level = FuseLevel::kFull;
    std::int64_t truncate = 0;   // see PipelineOptions
    bool backward = false;       // with `backward` beside each forward
    bool strict = false;         // see EmitRequest
    bool check_arena = false;    // see EmitRequest
    bool time_launches = false;  // see EmitRequest
    std::function<void(std::string_view stage, std::string_view entry, const Graph&)> after_stage;  // may be null
};

struct Compilation {
    EmittedFiles files;
    Program program;                        // all storages, packed ones too
    std::vector<CompiledProgram> programs;  // forward of each batch, then every other entry
    std::vector<std::string> notes;         // for the user, each once
};

// What the files are called.
std::string header_name(const EmittedFiles& files);    // "pima.h"
std::string source_name(const EmittedFiles& files);    // "pima.cpp"
std::string c_header_name(const EmittedFiles& files);  // "pima_c.h"

Expected<Compilation> compile_model(const CompiledModel& model, const CompileRequest& request);

}  // namespace nncc
