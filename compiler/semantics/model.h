// CompiledModel: what the semantics makes of a model file: a Program of symbolic graphs, and the train block's
// settings.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/diagnostics.h"
#include "graph/program.h"
#include "syntax/ast.h"

namespace nncc {

// Where rows come from; the same form is parsed from `--data` by the driver.
struct DataSpec {
    enum class Kind { kNone, kSqlite, kCsv, kNpz, kText };
    Kind kind = Kind::kNone;
    std::string path;
    std::string table;        // sqlite
    std::string query;        // sqlite; instead of a table
    std::int64_t stride = 0;  // text; 0: rows do not overlap
};

// One input of the model, or one datum of the loss, and the columns that fill it.
struct Feed {
    enum class Kind { kColumn, kColumns, kArray, kCharacters };
    std::string name;  // "x", "y"
    Kind kind = Kind::kColumns;
    std::vector<std::string> columns;  // column names, the one array's name, or "characters+1": an offset
    Type type;                         // f32[batch, 8]; symbolic
    bool is_input = false;             // feeds the model (else: data of the loss)
    SourceRange range;
};

struct Validation {
    enum class Kind { kNone, kFraction, kLastFraction, kLastRows };
    Kind kind = Kind::kNone;
    double value = 0;  // fraction in (0, 1), or rows
};

struct TrainSpec {
    std::string model;
    DataSpec data;
    std::vector<Feed> feeds;
    std::vector<std::string> metrics;  // display names, in order of the outputs of `metrics` after "loss"
    std::int64_t batch = 32;
    std::int64_t epochs = 1;
    std::uint64_t seed = 0;
    Validation validation;
    std::vector<std::string> freeze;  // patterns of parameter names
    std::int64_t accumulate = 1;      // batches whose mean gradient makes one update
    std::string average;  // "ema.average": slots that stand for the parameters outside of training; or empty
    std::vector<std::string> feeds_of_schedules;  // slots that the driver sets before each step: "schedule.epoch" ...
};

struct CompiledModel {
    Program program;
    std::optional<TrainSpec> train;
    // Every input of the model in order, with its symbolic type; the results likewise ("output" when unnamed).
    std::vector<std::pair<std::string, Type>> inputs;
    std::vector<std::pair<std::string, Type>> outputs;
    std::string model_hash;  // hex SHA-256 over the printed forward graph with symbolic dimensions, the storage table
                             // and the text of headers
};

class UserFunctionReader;

struct AnalyseOptions {
    std::map<std::string, std::string>
        defines;            // -D name=value: a free dimension, a bound ("time<=512"), a model argument or a const
    bool real_f64 = false;  // f32 of the language means f64
    std::vector<std::string> import_folders;       // -I
    UserFunctionReader* user_functions = nullptr;  // of `extern`; without one it is refused
};

// Files named by `import` are read through the loader, so that tests need no disk; the loader owns the SourceFiles.
class SourceLoader {
  public:
    virtual ~SourceLoader() = default;
    virtual Expected<const SourceFile*> load(const std::string& path) = 0;
};

// nullopt when diagnostics has errors. `model_name` empty: the file's only model, or the one named as the file.
std::optional<CompiledModel> analyse(const SourceFile& file, const std::string& model_name,
                                     const AnalyseOptions& options, SourceLoader& loader, Diagnostics& diagnostics);

}  // namespace nncc
