// What each command of nncc was asked to do: plain structs, filled by the command line, read by the commands.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/expected.h"

namespace nncc {

// Which model, and how it is specialised; shared by every command that reads a model.
struct ModelOptions {
    std::string path;                         // "-": standard input
    std::string name;                         // --model: which of the file's models; empty: the only one
    std::vector<std::string> defines;         // -D name=value, as written
    std::vector<std::string> import_folders;  // -I
    bool real_f64 = false;                    // --real f64
    bool strict = false;                      // --strict
};

enum class EmitKind { kFiles, kAst, kGraph, kFused, kFusion, kCpp, kDot };

struct EmitOptions {
    ModelOptions model;
    std::string output;  // -o OUT.cpp; "-": standard output; empty: only with --emit
    EmitKind emit = EmitKind::kFiles;
    std::string entry;                     // --entry: one entry of --emit=graph|fused|dot
    std::vector<std::string> print_after;  // --print-after=PASS, or "all"
    std::vector<std::string> passes;       // --passes=a,b on a graph in text form
    bool gradients = false;                // --gradients: `backward` beside each forward
    bool single_file = false;              // --single-file
    bool write_dependencies = false;       // -MD
    std::string dependency_file;           // -MF
    bool quiet = false;
};

struct TrainOptions {
    ModelOptions model;
    std::string data;             // --data sqlite:FILE?table=T | csv:FILE | npz:FILE; empty: the train block's
    std::string initial_weights;  // --init
    std::string output;           // -o; default MODEL.safetensors
    std::string log;              // --log steps.csv
    std::string gradients;        // --gradients g.safetensors: of the first step
    std::optional<bool> shuffle;  // --order sequential|shuffle; default shuffle
    std::optional<std::int64_t> epochs;
    std::optional<std::int64_t> steps;
    std::optional<std::uint64_t> seed;
    std::optional<std::int64_t> batch;
    std::optional<std::int64_t> folds;  // --folds: as many trainings, each holding back another part of the rows
    std::int64_t truncate = 0;          // --truncate N: gradients through carries end after N steps; 0: never
    bool no_record = false;             // --no-record: leave the database as it is
    bool quiet = false;
};

struct PredictOptions {
    ModelOptions model;
    std::string data;
    std::string weights;
    std::string output;  // -o FILE.csv; default: the database's table, or standard output
    bool quiet = false;
};

struct BuildOptions {
    ModelOptions model;
    std::string weights;
    std::string output;
    bool quiet = false;
};

struct CheckOptions {
    ModelOptions model;
};

struct VerifyOptions {
    ModelOptions model;
    bool gradients = false;  // --gradients: `backward` too
};

struct BenchOptions {
    ModelOptions model;
    double seconds = 1;    // --seconds: for each function
    bool no_step = false;  // --no-step: the training step is left out
};

struct FormatOptions {
    std::vector<std::string> paths;  // "-": standard input to standard output
    bool check = false;              // --check: says what would change, changes nothing
};

struct DataLoadOptions {
    std::string csv;
    std::string database;              // --into
    std::string table;                 // --table
    std::vector<std::string> columns;  // --columns a,b,c
    std::string model;                 // --model FILE.nn: names from its train block
    bool replace = false;
    bool append = false;
};

}  // namespace nncc
