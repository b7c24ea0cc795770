// Row keys to values and to the text of messages.
#include "data/row_keys.h"

#include <fmt/format.h>

namespace nncc {

std::vector<KeyValue> RowKeys::of(std::int64_t row) const {
    auto at = static_cast<std::size_t>(row);
    switch (kind) {
        case RowKeyKind::kRowNumber: return {row + 1};
        case RowKeyKind::kRowid: return {integers[at]};
        case RowKeyKind::kPrimaryKey: break;
    }
    auto begin = values.begin() + static_cast<std::ptrdiff_t>(at * columns.size());
    return {begin, begin + static_cast<std::ptrdiff_t>(columns.size())};
}

std::string key_value_text(const KeyValue& value) {
    if (const auto* integer = std::get_if<std::int64_t>(&value)) return fmt::format("{}", *integer);
    if (const auto* real = std::get_if<double>(&value)) return fmt::format("{:.17g}", *real);
    std::string quoted = "'";
    for (char c : std::get<std::string>(value)) {
        quoted += c;
        if (c == '\'') quoted += c;
    }
    return quoted + '\'';
}

std::string key_values_text(const std::vector<KeyValue>& key) {
    if (key.size() == 1) return key_value_text(key[0]);
    std::string text = "(";
    for (const KeyValue& value : key) text += (text.size() > 1 ? ", " : "") + key_value_text(value);
    return text + ')';
}

std::string row_key_text(const RowKeys& keys, std::int64_t row) {
    std::string values = key_values_text(keys.of(row));
    if (keys.columns.size() == 1) return fmt::format("{} {}", keys.columns[0], values);
    return fmt::format("({}) = {}", fmt::join(keys.columns, ", "), values);
}

}  // namespace nncc
