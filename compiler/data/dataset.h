// Turns a data source into columns of numbers in memory, with the key of each row.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/expected.h"
#include "data/data_source.h"
#include "data/row_keys.h"

namespace nncc {

// One value per row for a column of a table; an array of `extents` per row for an array of an npz file, whose first
// axis is the row. All values are finite.
struct DataColumn {
    std::string name;
    std::vector<std::int64_t> extents;  // per row; empty: a scalar
    std::vector<double> values;         // rows x product(extents); integers beyond 2^53 are rounded

    std::int64_t values_per_row() const;
};

struct Dataset {
    std::int64_t rows = 0;            // at least 1
    std::vector<DataColumn> columns;  // in the order asked for
    RowKeys keys;
    std::vector<std::string> characters{};  // of a text: what each number stands for
};

// What the values of one dataset may take; more is NN0314.
inline constexpr std::int64_t kMaxDatasetBytes = std::int64_t{4} << 30;

// Reads the named columns, each once even if named twice; of a text `characters` and `characters+1`, a row being
// `source.window` characters from there on. A table's rows come in the order of their key, a query's and
// a file's in their own. SQLite is opened read-only, with trusted_schema off and a busy time of 2 s. Names match
// exactly, or else in SQLite and CSV without regard to ASCII case. Errors: NN0302 to NN0318, NN0322, and those of npz
// files.
Expected<Dataset> read_columns(const DataSource& source, const std::vector<std::string>& column_names);

// The names that `read_columns` would accept, in the source's order.
Expected<std::vector<std::string>> list_columns(const DataSource& source);

// Whether columns that feed an i32 input hold integers of 32 bits: NN0325 names the first row that does not.
Expected<> check_integers(const Dataset& dataset, const std::vector<int>& columns);

}  // namespace nncc
