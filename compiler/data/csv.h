// Turns the bytes of a CSV file into records of fields, each with its line.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/expected.h"
#include "data/data_source.h"

namespace nncc {

struct CsvField {
    std::string text;     // quotes removed
    bool quoted = false;  // an empty quoted field is a text, an empty unquoted one a missing value
};

// RFC 4180, with LF or CRLF line ends and any delimiter. Blank lines at the end of the file are nothing; one before
// further records is an error, as is a quote inside an unquoted field, or a carriage return without its line feed.
class CsvReader {
  public:
    static constexpr std::size_t kMaxRecordBytes = std::size_t{1} << 20;
    // `bytes` outlives the reader; `path` is for messages.
    CsvReader(std::string_view bytes, std::string path, char delimiter);

    // Whether there was another record. Errors: NN0315, NN0317.
    Expected<bool> next(std::vector<CsvField>& fields);
    // Where the record last read begins, from 1.
    std::int64_t line() const { return record_line_; }

  private:
    Expected<Nothing> read_quoted(CsvField& field);
    Expected<Nothing> read_plain(CsvField& field);
    bool take_line_end();
    Error malformed(const std::string& why, std::string hint = "") const;

    std::string_view bytes_;
    std::string path_;
    char delimiter_;
    std::size_t position_ = 0;
    std::size_t record_begin_ = 0;
    std::int64_t line_ = 1;
    std::int64_t record_line_ = 1;
};

// A CSV file with what its first records say about it.
struct CsvFile {
    std::string path;
    std::string bytes;
    char delimiter = ',';
    bool has_header = false;
    std::vector<std::string> names;   // the source's `columns`, the header's, or column_1, column_2, ...
    bool names_are_numbered = false;  // the last of these

    // A reader that stands on the first row of data.
    CsvReader rows() const;
};

// The first record is a header where every field is a text, or where a field is a text and the one below it a number;
// unless the source says. NN0302, NN0313 (no row of data), NN0315 to NN0318.
Expected<CsvFile> open_csv(const DataSource& source);

enum class CellKind { kMissing, kInteger, kReal, kNotFinite, kText };
struct Cell {
    CellKind kind = CellKind::kText;
    double number = 0;
    std::int64_t integer = 0;  // of kInteger
};
// Spaces and tabs around a number are allowed, and a sign. What is no number is a text; "inf" and "nan" are kNotFinite.
Cell read_cell(const CsvField& field);

// A record has as many fields as there are names: NN0316 says which line has not.
Expected<> check_field_count(const CsvFile& file, const std::vector<CsvField>& fields, std::int64_t line);

}  // namespace nncc
