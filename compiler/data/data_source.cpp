// "sqlite:FILE?table=T" and its like to a DataSource, and back.
#include "data/data_source.h"

#include <charconv>

#include "data/diagnostic_kinds.h"

namespace nncc {

namespace {

Error malformed(std::string_view text, const std::string& why) {
    return {.kind = &kDataSourceMalformed,
            .message = fmt::format("`{}` is no data source: {}", text, why),
            .hint = "sqlite:FILE?table=NAME, sqlite:FILE?query=SELECT ..., csv:FILE, npz:FILE or text:FILE",
            .exit_code = ExitCode::kUsage};
}

std::vector<std::string> split_at(std::string_view text, char separator) {
    std::vector<std::string> parts;
    while (true) {
        std::size_t at = text.find(separator);
        parts.emplace_back(text.substr(0, at));
        if (at == std::string_view::npos) return parts;
        text.remove_prefix(at + 1);
    }
}

Expected<DataSource> parse_sqlite(std::string_view text, std::string_view rest) {
    DataSource source;
    std::size_t table = rest.find("?table=");
    std::size_t query = rest.find("?query=");
    if (table == std::string_view::npos && query == std::string_view::npos) {
        return malformed(text, "it names neither a table nor a query");
    }
    // A query may contain "?table=" and the other way round: the first one counts.
    std::size_t at = std::min(table, query);
    source.path = rest.substr(0, at);
    std::string_view value = rest.substr(at + std::string_view("?table=").size());
    if (value.empty()) return malformed(text, at == table ? "the table's name is empty" : "the query is empty");
    (at == table ? source.table : source.query) = value;
    return source;
}

Expected<DataSource> parse_csv(std::string_view text, std::string_view rest) {
    DataSource source;
    source.kind = DataSourceKind::kCsv;
    std::size_t at = std::string_view::npos;
    for (std::string_view key : {"?header=", "?columns=", "?delimiter="}) at = std::min(at, rest.find(key));
    source.path = rest.substr(0, at);
    if (at == std::string_view::npos) return source;
    for (const std::string& option : split_at(rest.substr(at + 1), '&')) {
        std::size_t equals = option.find('=');
        std::string key = option.substr(0, equals);
        std::string value = equals == std::string::npos ? "" : option.substr(equals + 1);
        if (key == "header" && (value == "yes" || value == "no")) {
            source.header = value == "yes" ? CsvHeader::kYes : CsvHeader::kNo;
        } else if (key == "columns" && !value.empty()) {
            source.columns = split_at(value, ',');
        } else if (key == "delimiter" &&
                   (value == "tab" || (value.size() == 1 && value[0] != '"' && value[0] >= ' '))) {
            source.delimiter = value == "tab" ? '\t' : value[0];
        } else {
            return malformed(text, fmt::format("`{}` is no option of a CSV file", option));
        }
    }
    return source;
}

Expected<DataSource> parse_text(std::string_view text, std::string_view rest) {
    DataSource source;
    source.kind = DataSourceKind::kText;
    const std::size_t at = rest.find("?stride=");
    source.path = rest.substr(0, at);
    if (at == std::string_view::npos) return source;
    const std::string_view value = rest.substr(at + std::string_view("?stride=").size());
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), source.stride);
    if (error != std::errc() || end != value.data() + value.size() || source.stride < 1) {
        return malformed(text, fmt::format("the stride `{}` is no positive number", value));
    }
    return source;
}

}  // namespace

Expected<DataSource> parse_data_source(std::string_view text) {
    Expected<DataSource> source = [&]() -> Expected<DataSource> {
        std::size_t colon = text.find(':');
        std::string_view kind = text.substr(0, colon);
        std::string_view rest = colon == std::string_view::npos ? "" : text.substr(colon + 1);
        if (colon != std::string_view::npos && kind == "sqlite") return parse_sqlite(text, rest);
        if (colon != std::string_view::npos && kind == "csv") return parse_csv(text, rest);
        if (colon != std::string_view::npos && kind == "npz") {
            DataSource npz;
            npz.kind = DataSourceKind::kNpz;
            npz.path = rest;
            return npz;
        }
        if (colon != std::string_view::npos && kind == "text") return parse_text(text, rest);
        return malformed(text, "it does not start with sqlite:, csv:, npz: or text:");
    }();
    if (source && source->path.empty()) return malformed(text, "the file's name is empty");
    return source;
}

std::string data_source_text(const DataSource& source) {
    switch (source.kind) {
        case DataSourceKind::kSqlite:
            return source.query.empty() ? fmt::format("sqlite:{}?table={}", source.path, source.table)
                                        : fmt::format("sqlite:{}?query={}", source.path, source.query);
        case DataSourceKind::kNpz: return fmt::format("npz:{}", source.path);
        case DataSourceKind::kText:
            return source.stride == 0 ? fmt::format("text:{}", source.path)
                                      : fmt::format("text:{}?stride={}", source.path, source.stride);
        case DataSourceKind::kCsv: break;
    }
    std::vector<std::string> options;
    if (source.header != CsvHeader::kDetect)
        options.push_back(source.header == CsvHeader::kYes ? "header=yes" : "header=no");
    if (!source.columns.empty()) options.push_back(fmt::format("columns={}", fmt::join(source.columns, ",")));
    if (source.delimiter == '\t') {
        options.push_back("delimiter=tab");
    } else if (source.delimiter != '\0') {
        options.push_back(fmt::format("delimiter={}", source.delimiter));
    }
    return fmt::format("csv:{}{}{}", source.path, options.empty() ? "" : "?", fmt::join(options, "&"));
}

}  // namespace nncc
