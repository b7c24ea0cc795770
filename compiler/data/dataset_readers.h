// The kinds of data source, one reader each; `read_columns` and `list_columns` choose among them.
#pragma once

#include <string>
#include <vector>

#include "base/expected.h"
#include "data/dataset.h"

namespace nncc {

// `names` are distinct and not empty.
Expected<Dataset> read_sqlite_columns(const DataSource& source, const std::vector<std::string>& names);
Expected<Dataset> read_csv_columns(const DataSource& source, const std::vector<std::string>& names);
Expected<Dataset> read_npz_columns(const DataSource& source, const std::vector<std::string>& names);
Expected<Dataset> read_text_windows(const DataSource& source, const std::vector<std::string>& names);

Expected<std::vector<std::string>> list_sqlite_columns(const DataSource& source);
Expected<std::vector<std::string>> list_csv_columns(const DataSource& source);

// For each name its position among `known`, or NN0307, NN0308. `place`: "`patients` of `pima.db`".
Expected<std::vector<int>> find_columns(const std::vector<std::string>& names, const std::vector<std::string>& known,
                                        const std::string& place);

// Whether so many rows still fit: NN0314 beyond kMaxDatasetBytes.
Expected<> check_dataset_size(std::int64_t rows, std::size_t values_per_row, const std::string& place);

}  // namespace nncc
