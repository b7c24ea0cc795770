// A CSV file to its delimiter, its header and the names of its columns; a field to a cell.
#include "data/csv.h"

#include <sys/stat.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/file.h"
#include "data/data_error.h"
#include "data/dataset.h"
#include "data/diagnostic_kinds.h"

namespace nncc {

namespace {

std::string_view trimmed(std::string_view text) {
    std::size_t begin = text.find_first_not_of(" \t");
    if (begin == std::string_view::npos) return "";
    return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

// Comma, unless the first line has none outside quotes and has a semicolon or a tab.
char detect_delimiter(std::string_view bytes) {
    std::string_view line = bytes.substr(0, std::min(bytes.find('\n'), CsvReader::kMaxRecordBytes));
    bool quoted = false;
    std::size_t commas = 0, semicolons = 0, tabs = 0;
    for (char c : line) {
        if (c == '"') quoted = !quoted;
        if (quoted) continue;
        commas += c == ',' ? 1 : 0;
        semicolons += c == ';' ? 1 : 0;
        tabs += c == '\t' ? 1 : 0;
    }
    if (commas > 0 || (semicolons == 0 && tabs == 0)) return ',';
    return semicolons >= tabs ? ';' : '\t';
}

bool is_text(const CsvField& field) { return read_cell(field).kind == CellKind::kText; }

bool is_number(const CsvField& field) {
    CellKind kind = read_cell(field).kind;
    return kind == CellKind::kInteger || kind == CellKind::kReal;
}

bool looks_like_header(const std::vector<CsvField>& first, const std::vector<CsvField>& second) {
    if (std::all_of(first.begin(), first.end(), is_text)) return true;
    for (std::size_t i = 0; i < std::min(first.size(), second.size()); ++i) {
        if (is_text(first[i]) && is_number(second[i])) return true;
    }
    return false;
}

std::vector<std::string> numbered_names(std::size_t count) {
    std::vector<std::string> names;
    for (std::size_t i = 1; i <= count; ++i) names.push_back(fmt::format("column_{}", i));
    return names;
}

Expected<> name_columns(CsvFile& file, const DataSource& source, const std::vector<CsvField>& first) {
    std::vector<std::string> numbered = numbered_names(first.size());
    if (!source.columns.empty()) {
        if (source.columns.size() != first.size()) {
            return wrong_data(kColumnNamesInvalid,
                              fmt::format("{} column name{} given, but line 1 of `{}` has {} field{}",
                                          source.columns.size(), source.columns.size() == 1 ? " is" : "s are",
                                          file.path, first.size(), first.size() == 1 ? "" : "s"));
        }
        file.names = source.columns;
    } else if (file.has_header) {
        for (std::size_t i = 0; i < first.size(); ++i) {
            std::string name(first[i].quoted ? std::string_view(first[i].text) : trimmed(first[i].text));
            file.names.push_back(name.empty() ? numbered[i] : name);
        }
    } else {
        file.names = std::move(numbered);
        file.names_are_numbered = true;
    }
    return Nothing{};
}

}  // namespace

CsvReader CsvFile::rows() const {
    CsvReader reader(bytes, path, delimiter);
    std::vector<CsvField> header;
    if (has_header) static_cast<void>(reader.next(header));  // open_csv has read it
    return reader;
}

Expected<CsvFile> open_csv(const DataSource& source) {
    struct stat status = {};
    if (::stat(source.path.c_str(), &status) != 0) {
        return Error{.kind = &kDataFileMissing, .message = fmt::format("there is no file `{}`", source.path)};
    }
    Expected<std::string> bytes = read_file(source.path, kMaxDatasetBytes);
    if (!bytes) return bytes.error();
    CsvFile file;
    file.path = source.path;
    file.bytes = std::move(*bytes);
    if (file.bytes.starts_with("\xff\xfe") || file.bytes.starts_with("\xfe\xff")) {
        return wrong_data(kCsvMalformed, fmt::format("`{}` is text in UTF-16", file.path),
                          fmt::format("convert it to UTF-8: iconv -f UTF-16 -t UTF-8 {}", file.path));
    }
    file.delimiter = source.delimiter != '\0' ? source.delimiter : detect_delimiter(file.bytes);

    CsvReader reader(file.bytes, file.path, file.delimiter);
    std::vector<CsvField> first, second;
    Expected<bool> has_first = reader.next(first);
    if (!has_first) return has_first.error();
    if (!*has_first) return wrong_data(kNoRows, fmt::format("`{}` is empty", file.path));
    Expected<bool> has_second = reader.next(second);
    if (!has_second) return has_second.error();
    if (!*has_second) second.clear();
    switch (source.header) {
        case CsvHeader::kYes: file.has_header = true; break;
        case CsvHeader::kNo: break;
        case CsvHeader::kDetect: file.has_header = looks_like_header(first, second); break;
    }
    if (Expected<> named = name_columns(file, source, first); !named) return named.error();
    if (file.has_header && !*has_second)
        return wrong_data(kNoRows, fmt::format("`{}` has a header, but no rows", file.path));
    return file;
}

Cell read_cell(const CsvField& field) {
    std::string_view text = trimmed(field.text);
    if (text.empty()) return {.kind = field.quoted ? CellKind::kText : CellKind::kMissing};
    std::string_view digits = text;
    if (digits.front() == '+') {
        digits.remove_prefix(1);
        if (digits.starts_with('-')) return {};
    }
    const char* end = digits.data() + digits.size();
    Cell cell;
    auto [integer_end, integer_error] = std::from_chars(digits.data(), end, cell.integer);
    if (integer_error == std::errc() && integer_end == end) {
        cell.kind = CellKind::kInteger;
        cell.number = static_cast<double>(cell.integer);
        return cell;
    }
    auto [real_end, real_error] = std::from_chars(digits.data(), end, cell.number);
    if (real_end != end || real_error == std::errc::invalid_argument) return {};
    if (real_error == std::errc::result_out_of_range) {
        // Too large, or too small to tell from zero: a negative exponent, or nothing but zeros before the point.
        std::string_view whole = digits.substr(0, digits.find('.'));
        bool tiny = digits.find("e-") != std::string_view::npos || digits.find("E-") != std::string_view::npos ||
                    whole.find_first_not_of("-0") == std::string_view::npos;
        if (!tiny) return {.kind = CellKind::kNotFinite};
        cell.number = 0;
    }
    cell.kind = std::isfinite(cell.number) ? CellKind::kReal : CellKind::kNotFinite;
    return cell;
}

Expected<> check_field_count(const CsvFile& file, const std::vector<CsvField>& fields, std::int64_t line) {
    if (fields.size() == file.names.size()) return Nothing{};
    return wrong_data(kCsvRagged,
                      fmt::format("line {} of `{}` has {} field{}, but the first line has {}", line, file.path,
                                  fields.size(), fields.size() == 1 ? "" : "s", file.names.size()));
}

}  // namespace nncc
