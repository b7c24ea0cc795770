// Turns the text of a data source ("sqlite:pima.db?table=patients") into what is to be opened, and back.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/expected.h"

namespace nncc {

enum class DataSourceKind { kSqlite, kCsv, kNpz };
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
};

// sqlite:FILE?table=NAME   sqlite:FILE?query=SELECT ...   csv:FILE   csv:FILE?header=yes|no&columns=a,b&delimiter=;
// npz:FILE. Everything after `table=` or `query=` is taken literally. Error: NN0301, exit code of a usage error.
Expected<DataSource> parse_data_source(std::string_view text);

// The text that parses back to it.
std::string data_source_text(const DataSource& source);

}  // namespace nncc
