// Turns the text of a data source ("sqlite:pima.db?table=patients") into what is to be opened, and back.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/expected.h"

namespace nncc {

enum class DataSourceKind { kSqlite, kCsv, kNpz, kText };
enum class CsvHeader { kDetect, kYes, kNo };

struct DataSource {
    DataSourceKind kind = DataSourceKind::kSqlite;
    std::string path{};

    // kSqlite: exactly one of the two is set.
    std::string table{};  // or a view
    std::string query{};  // one SELECT

    // kCsv
    CsvHeader header = CsvHeader::kDetect;
    std::vector<std::string> columns{};  // names given from outside; replace a header's
    char delimiter = '\0';               // NUL: comma, or `;` or tab where the first line has no comma

    // kText: rows are windows of characters, as numbers.
    std::int64_t stride = 0;                // characters from one row to the next; 0: as many as a row has
    std::int64_t window = 0;                // characters of a row; not part of the text form
    std::vector<std::string> characters{};  // the numbers' meaning, from 0; empty: those of the file, sorted. Likewise
};

// sqlite:FILE?table=NAME   sqlite:FILE?query=SELECT ...   csv:FILE   csv:FILE?header=yes|no&columns=a,b&delimiter=;
// npz:FILE   text:FILE?stride=16. Everything after `table=` or `query=` is taken literally. Error: NN0301, exit code of
// a usage error.
Expected<DataSource> parse_data_source(std::string_view text);

// The text that parses back to it.
std::string data_source_text(const DataSource& source);

}  // namespace nncc
