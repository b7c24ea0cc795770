// Feeds: the rows of a data source as the tensors that a model and its loss read, in their element types.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "data/dataset.h"
#include "ops/evaluate.h"
#include "semantics/model.h"

namespace nncc {

// All rows of one input or datum: rows x row_bytes.
struct FeedTable {
    std::string name;
    DType dtype = DType::kF32;
    Extents row_extents;  // of one row: the type without its first axis; of the whole when `whole`
    bool whole = false;   // has no batch axis: given as it is at every step
    std::int64_t row_elements = 1;
    std::int64_t row_bytes = 4;
    std::vector<char> bytes;

    const char* row(std::int64_t index) const { return bytes.data() + (whole ? 0 : index * row_bytes); }
    // The given rows side by side; `out` holds rows.size() * row_bytes.
    void gather(std::span<const std::int64_t> rows, char* out) const;
};

struct Feeds {
    std::int64_t rows = 0;
    RowKeys keys;
    std::vector<FeedTable> inputs;        // in order of the model's inputs
    std::vector<FeedTable> data;          // in order of program.data; empty when only inputs were asked for
    std::vector<std::string> characters;  // of a text: what each number stands for
};

// The source that the command line names, or else the train block; what that names is looked for in the working folder
// and then beside the model.
Expected<DataSource> choose_source(const CompiledModel& model, const std::string& option,
                                   const std::string& model_file);

// Reads what the model's inputs need, and what the loss needs `with_data`. Errors of the data, or a width that does not
// fit.
Expected<Feeds> read_feeds(const CompiledModel& model, const DataSource& source, bool with_data);

// Rows of a table as an evaluator's tensor [rows, ...], in double.
Tensor<double> feed_tensor(const FeedTable& table, std::span<const std::int64_t> rows);

// `count` elements of a type as doubles.
void widen(DType dtype, const char* bytes, std::int64_t count, double* out);

}  // namespace nncc
