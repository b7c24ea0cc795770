// RowKeys: what identifies each row of a dataset in its source, so that predictions find their way back.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace nncc {

enum class RowKeyKind {
    kRowNumber,   // 1, 2, ... in the order read: CSV, npz, a query, a view
    kRowid,       // an SQLite table's rowid or INTEGER PRIMARY KEY (without the latter VACUUM may renumber)
    kPrimaryKey,  // of a WITHOUT ROWID table: one or more columns
};

using KeyValue = std::variant<std::int64_t, double, std::string>;

struct RowKeys {
    RowKeyKind kind = RowKeyKind::kRowNumber;
    std::vector<std::string> columns;    // "row", "rowid" or the INTEGER PRIMARY KEY's name, the primary key's columns
    std::vector<std::int64_t> integers;  // kRowid: one a row
    std::vector<KeyValue> values;        // kPrimaryKey: rows x columns

    // The key of a row, one value per entry of `columns`.
    std::vector<KeyValue> of(std::int64_t row) const;
};

// A value, or a key of several, as SQL would write it: 17, 'a', ('a', 3). Equal keys have equal texts.
std::string key_value_text(const KeyValue& value);
std::string key_values_text(const std::vector<KeyValue>& key);

// As messages name a row: "rowid 17", "row 17", "id 17", "(site, day) = ('a', 3)".
std::string row_key_text(const RowKeys& keys, std::int64_t row);

}  // namespace nncc
