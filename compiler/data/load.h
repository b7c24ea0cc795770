// Turns a CSV file into a table of an SQLite database, in one transaction: `nncc data load`.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/expected.h"
#include "data/data_source.h"

namespace nncc {

enum class LoadMode { kCreate, kReplace, kAppend };
enum class NamesOrigin { kHeader, kOption, kModel };  // the first line, `--columns`, the columns a model reads
enum class ColumnType { kInteger, kReal, kText };
std::string_view column_type_name(ColumnType type);  // "INTEGER"

struct LoadRequest {
    DataSource csv;  // kind kCsv; `columns` holds the names of `--columns` or of a model
    NamesOrigin names_origin = NamesOrigin::kHeader;  // says where csv.columns come from; unused when they are empty
    std::string database;                             // created when it does not exist
    std::string table;
    LoadMode mode = LoadMode::kCreate;
};

struct LoadedColumn {
    std::string name;
    ColumnType type = ColumnType::kReal;
    std::int64_t missing = 0;          // empty cells, stored as NULL
    std::string first_text;            // of a kText column that also holds numbers: the first cell that is none ...
    std::int64_t first_text_line = 0;  // ... and its line in the file; 0: not so
};

struct LoadReport {
    std::int64_t rows = 0;
    std::vector<LoadedColumn> columns;
    NamesOrigin names_origin = NamesOrigin::kHeader;
};

// Reads the whole file before the database is opened for writing. The type of a column is INTEGER where every cell is
// an integer of 64 bits, REAL where every cell is a finite number, TEXT otherwise; empty cells are NULL. After any
// error the database is as it was, and not there if it was not. Errors: NN0302 to NN0305, NN0313 to NN0320.
Expected<LoadReport> load_csv(const LoadRequest& request);

// A few lines for the terminal: "768 rows into `patients` of pima.db; names from the header", then one line per column
// that needs a word (missing values, text among numbers).
std::string load_report_text(const LoadRequest& request, const LoadReport& report);

}  // namespace nncc
