// Writes a model's predictions into an SQLite table, one row per row of the source, exactly once.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/expected.h"
#include "data/row_keys.h"

namespace nncc {

struct Predictions {
    std::string model;  // the table is `<model>_predictions`
    std::string model_hash;
    std::string time;                    // UTC, of utc_timestamp()
    std::vector<std::string> outputs;    // a column each: "output", or "output_0", "output_1", ...
    const RowKeys* keys = nullptr;       // of the whole dataset
    std::span<const std::int64_t> rows;  // which rows were predicted, indices into keys
    std::span<const double> values;      // rows x outputs
};

struct PredictionReport {
    std::string table;
    std::int64_t inserted = 0;
    std::int64_t replaced = 0;
};

std::string prediction_table_name(const std::string& model);

// One transaction; the key columns are the table's primary key, so writing again replaces and never doubles a row.
// A table with other key or output columns is NN0321, unless `replace_table` says to drop it (in the same transaction).
Expected<PredictionReport> write_predictions(const std::string& database, const Predictions& predictions,
                                             bool replace_table = false);

}  // namespace nncc
