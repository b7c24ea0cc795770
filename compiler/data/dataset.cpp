// Chooses the reader of a source, and checks what all sources have in common.
#include "data/dataset.h"

#include <algorithm>
#include <cmath>

#include "base/checked.h"
#include "data/data_error.h"
#include "data/dataset_readers.h"
#include "data/diagnostic_kinds.h"
#include "interop/npz.h"

namespace nncc {

std::int64_t DataColumn::values_per_row() const {
    std::int64_t count = 1;
    for (std::int64_t extent : extents) count *= extent;  // the values are in memory, so the product fits
    return count;
}

Expected<std::vector<int>> find_columns(const std::vector<std::string>& names, const std::vector<std::string>& known,
                                        const std::string& place) {
    std::vector<int> found;
    for (const std::string& name : names) {
        int column = find_name(name, known);
        if (column == -1) {
            return unknown_name(kColumnMissing, fmt::format("{} has no column `{}`", place, name), name, known,
                                "its columns");
        }
        if (column == -2) {
            return wrong_data(kColumnAmbiguous, fmt::format("{} has several columns `{}`", place, name),
                              "give them different names, in a query with AS");
        }
        found.push_back(column);
    }
    return found;
}

Expected<> check_dataset_size(std::int64_t rows, std::size_t values_per_row, const std::string& place) {
    std::optional<std::int64_t> values = checked_multiply(rows, static_cast<std::int64_t>(values_per_row));
    if (values && *values <= kMaxDatasetBytes / 8) return Nothing{};
    return wrong_data(kDataTooLarge, fmt::format("{} needs more than {} bytes of memory", place, kMaxDatasetBytes),
                      "read fewer columns, or a query with LIMIT");
}

Expected<Dataset> read_npz_columns(const DataSource& source, const std::vector<std::string>& names) {
    Expected<std::vector<NumpyArray>> arrays = read_npz(source.path, names, {.value_bytes = kMaxDatasetBytes});
    if (!arrays) return arrays.error();
    Dataset dataset;
    dataset.keys.columns = {"row"};
    for (NumpyArray& array : *arrays) {
        if (array.shape.empty()) {
            return wrong_data(kRowCountsDiffer, fmt::format("array `{}` of `{}` is a scalar, so it has no rows",
                                                            array.name, source.path));
        }
        if (dataset.columns.empty()) dataset.rows = array.shape[0];
        if (array.shape[0] != dataset.rows) {
            return wrong_data(kRowCountsDiffer,
                              fmt::format("array `{}` of `{}` has {} rows, but `{}` has {}", array.name, source.path,
                                          array.shape[0], dataset.columns[0].name, dataset.rows));
        }
        if (array.values.empty())
            return wrong_data(kNoRows, fmt::format("array `{}` of `{}` is empty", array.name, source.path));
        auto bad =
            std::find_if(array.values.begin(), array.values.end(), [](double value) { return !std::isfinite(value); });
        if (bad != array.values.end()) {
            auto per_row = static_cast<std::int64_t>(array.values.size()) / dataset.rows;
            return wrong_data(kValueNotFinite, fmt::format("array `{}` of `{}` holds {} in row {}", array.name,
                                                           source.path, std::isnan(*bad) ? "NaN" : "an infinity",
                                                           (bad - array.values.begin()) / per_row + 1));
        }
        array.shape.erase(array.shape.begin());
        dataset.columns.push_back({std::move(array.name), std::move(array.shape), std::move(array.values)});
    }
    return dataset;
}

Expected<Dataset> read_columns(const DataSource& source, const std::vector<std::string>& column_names) {
    std::vector<std::string> names;
    for (const std::string& name : column_names) {
        if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
    }
    if (names.empty())
        return wrong_data(kColumnMissing, fmt::format("no column of `{}` is asked for", data_source_text(source)));
    switch (source.kind) {
        case DataSourceKind::kSqlite: return read_sqlite_columns(source, names);
        case DataSourceKind::kCsv: return read_csv_columns(source, names);
        case DataSourceKind::kText: return read_text_windows(source, names);
        case DataSourceKind::kNpz: break;
    }
    return read_npz_columns(source, names);
}

Expected<std::vector<std::string>> list_columns(const DataSource& source) {
    switch (source.kind) {
        case DataSourceKind::kSqlite: return list_sqlite_columns(source);
        case DataSourceKind::kCsv: return list_csv_columns(source);
        case DataSourceKind::kText: return std::vector<std::string>{"characters"};
        case DataSourceKind::kNpz: break;
    }
    return list_npz(source.path);
}

Expected<> check_integers(const Dataset& dataset, const std::vector<int>& columns) {
    for (int index : columns) {
        const DataColumn& column = dataset.columns[static_cast<std::size_t>(index)];
        for (std::size_t i = 0; i < column.values.size(); ++i) {
            double value = column.values[i];
            if (value == std::floor(value) && value >= INT32_MIN && value <= INT32_MAX) continue;
            std::int64_t row = static_cast<std::int64_t>(i) / column.values_per_row();
            return wrong_data(kValueNotAnInteger, fmt::format("`{}` feeds an i32 input, but holds {} at {}",
                                                              column.name, value, row_key_text(dataset.keys, row)));
        }
    }
    return Nothing{};
}

}  // namespace nncc
