// The named columns of an SQLite table, view or query to numbers and row keys.
#include <algorithm>
#include <cmath>

#include "data/data_error.h"
#include "data/dataset_readers.h"
#include "data/diagnostic_kinds.h"
#include "data/sqlite_database.h"

namespace nncc {

namespace {

Error query_refused(const std::string& why, std::string hint = "") {
    return wrong_data(kQueryRefused, fmt::format("the query cannot be used: {}", why), std::move(hint));
}

// What a statement gives: where the key and the wanted columns are among its own.
struct RowReader {
    Statement statement;
    RowKeys keys;                 // kind and columns; rows are added
    std::size_t key_columns = 0;  // the first so many columns of the statement
    std::vector<int> positions;   // of the wanted columns
    std::string place;            // "`patients` of `pima.db`"
    std::string remedy;           // how such rows are left out
};

Expected<double> number_of(const RowReader& reader, const std::string& name, int position, std::int64_t row) {
    auto where = [&] {
        return fmt::format("column `{}` of {} at {}", name, reader.place, row_key_text(reader.keys, row));
    };
    const Statement& statement = reader.statement;
    switch (statement.type(position)) {
        case SQLITE_INTEGER: return static_cast<double>(statement.integer(position));
        case SQLITE_FLOAT:
            if (std::isfinite(statement.real(position))) return statement.real(position);
            return wrong_data(kValueNotFinite, fmt::format("{} is infinite", where()), reader.remedy);
        case SQLITE_NULL: return wrong_data(kValueMissing, fmt::format("{} is NULL", where()), reader.remedy);
        case SQLITE_BLOB: return wrong_data(kValueNotANumber, fmt::format("{} is a blob, no number", where()));
        default: break;
    }
    constexpr std::size_t kShown = 40;
    std::string text = statement.text(position);
    if (text.size() > kShown) text = text.substr(0, kShown) + "...";
    return wrong_data(kValueNotANumber, fmt::format("{} is the text `{}`, no number", where(), text),
                      "`nncc data load` types columns by their content; in a query, CAST(x AS REAL) makes numbers");
}

void add_key(RowReader& reader) {
    switch (reader.keys.kind) {
        case RowKeyKind::kRowNumber: return;
        case RowKeyKind::kRowid: reader.keys.integers.push_back(reader.statement.integer(0)); return;
        case RowKeyKind::kPrimaryKey: break;
    }
    for (std::size_t i = 0; i < reader.key_columns; ++i)
        reader.keys.values.push_back(reader.statement.key_value(static_cast<int>(i)));
}

Expected<Dataset> read_rows(RowReader& reader, const std::vector<std::string>& names) {
    Dataset dataset;
    for (const std::string& name : names) dataset.columns.push_back({name, {}, {}});
    while (true) {
        Expected<bool> row = reader.statement.step();
        if (!row) return row.error();
        if (!*row) break;
        add_key(reader);
        for (std::size_t i = 0; i < names.size(); ++i) {
            Expected<double> number = number_of(reader, names[i], reader.positions[i], dataset.rows);
            if (!number) return number.error();
            dataset.columns[i].values.push_back(*number);
        }
        ++dataset.rows;
        Expected<> fits = check_dataset_size(dataset.rows, names.size() + reader.key_columns, reader.place);
        if (!fits) return fits.error();
    }
    if (dataset.rows == 0) return wrong_data(kNoRows, fmt::format("{} has no rows", reader.place));
    dataset.keys = std::move(reader.keys);
    return dataset;
}

// The name under which SQLite gives the rowid; empty where columns hide all three.
std::string rowid_name(const TableInfo& table) {
    std::vector<std::string> columns = table.column_names();
    for (const char* name : {"rowid", "_rowid_", "oid"}) {
        if (find_name(name, columns) == -1) return name;
    }
    return "";
}

// The columns that identify a row, as they are to be selected, and what kind of key they make.
std::vector<std::string> choose_key(const TableInfo& table, RowKeys& keys) {
    if (table.type == "table" && table.without_rowid) {
        std::vector<TableColumn> parts;
        for (const TableColumn& column : table.columns) {
            if (column.primary_key > 0) parts.push_back(column);
        }
        std::sort(parts.begin(), parts.end(),
                  [](const auto& a, const auto& b) { return a.primary_key < b.primary_key; });
        keys.kind = RowKeyKind::kPrimaryKey;
        std::vector<std::string> selected;
        for (const TableColumn& part : parts) {
            keys.columns.push_back(part.name);
            selected.push_back(quote_identifier(part.name));
        }
        return selected;
    }
    if (table.type == "table" && table.has_rowid_alias) {
        for (const TableColumn& column : table.columns) {
            if (column.primary_key == 0) continue;
            keys.kind = RowKeyKind::kRowid;
            keys.columns = {column.name};
            return {quote_identifier(column.name)};
        }
    }
    std::string rowid = table.type == "table" ? rowid_name(table) : "";
    if (rowid.empty()) {
        keys.columns = {"row"};
        return {};
    }
    keys.kind = RowKeyKind::kRowid;
    keys.columns = {"rowid"};
    return {rowid};
}

Expected<TableInfo> existing_table(Database& database, const DataSource& source) {
    Expected<TableInfo> table = find_table(database, source.table);
    if (!table || !table->name.empty()) return table;
    Expected<std::vector<std::string>> tables = list_tables(database);
    if (!tables) return tables.error();
    return unknown_name(kTableMissing, fmt::format("database `{}` has no table `{}`", source.path, source.table),
                        source.table, *tables, "its tables and views");
}

Expected<Dataset> read_table(Database& database, const DataSource& source, const std::vector<std::string>& names) {
    Expected<TableInfo> table = existing_table(database, source);
    if (!table) return table.error();
    std::vector<std::string> known = table->column_names();
    std::string place = fmt::format("`{}` of `{}`", table->name, source.path);
    Expected<std::vector<int>> found = find_columns(names, known, place);
    if (!found) return found.error();

    RowKeys keys;
    std::vector<std::string> key = choose_key(*table, keys);
    std::vector<std::string> selected = key;
    std::vector<int> positions;
    for (int column : *found) {
        positions.push_back(static_cast<int>(selected.size()));
        selected.push_back(quote_identifier(known[static_cast<std::size_t>(column)]));
    }
    std::string sql = fmt::format("SELECT {} FROM main.{}{}{}", fmt::join(selected, ", "),
                                  quote_identifier(table->name), key.empty() ? "" : " ORDER BY ", fmt::join(key, ", "));
    Expected<Statement> statement = database.prepare(sql);
    if (!statement) return statement.error();
    RowReader reader = {.statement = std::move(*statement),
                        .keys = std::move(keys),
                        .key_columns = key.size(),
                        .positions = std::move(positions),
                        .place = place,
                        .remedy = "leave such rows out with a query: SELECT ... WHERE ... IS NOT NULL"};
    return read_rows(reader, names);
}

// A statement that reads, is the only one, and gives columns.
Expected<Statement> prepare_query(Database& database, const std::string& query) {
    database.allow_reading_only();
    sqlite3_stmt* raw = nullptr;
    const char* tail = nullptr;
    int code = sqlite3_prepare_v2(database.handle(), query.c_str(), static_cast<int>(query.size()), &raw, &tail);
    std::unique_ptr<sqlite3_stmt, FinalizeStatement> first(raw);
    if (code == SQLITE_AUTH) return query_refused("it does more than read", "a query is one SELECT");
    if ((code & 0xff) == SQLITE_BUSY) return database_error(database.handle(), database.path());
    if (code != SQLITE_OK) return query_refused(sqlite3_errmsg(database.handle()));
    if (raw == nullptr) return query_refused("it is empty");
    if (std::string_view(tail).find_first_not_of(" \t\r\n;") != std::string_view::npos) {
        return query_refused("text follows its first statement", "a query is one SELECT");
    }
    if (sqlite3_stmt_readonly(raw) == 0 || sqlite3_column_count(raw) == 0) {
        return query_refused("it does more than read", "a query is one SELECT");
    }
    if (sqlite3_bind_parameter_count(raw) > 0) return query_refused("it has a parameter, which nothing binds");
    return database.prepare(query);
}

std::vector<std::string> names_of(const Statement& statement) {
    std::vector<std::string> names;
    for (int i = 0; i < statement.column_count(); ++i) names.push_back(statement.column_name(i));
    return names;
}

Expected<Dataset> read_query(Database& database, const DataSource& source, const std::vector<std::string>& names) {
    Expected<Statement> statement = prepare_query(database, source.query);
    if (!statement) return statement.error();
    std::string place = fmt::format("the query on `{}`", source.path);
    Expected<std::vector<int>> found = find_columns(names, names_of(*statement), place);
    if (!found) return found.error();
    RowKeys keys;
    keys.columns = {"row"};
    RowReader reader = {.statement = std::move(*statement),
                        .keys = std::move(keys),
                        .key_columns = 0,
                        .positions = std::move(*found),
                        .place = place,
                        .remedy = "leave such rows out: WHERE ... IS NOT NULL"};
    return read_rows(reader, names);
}

}  // namespace

Expected<Dataset> read_sqlite_columns(const DataSource& source, const std::vector<std::string>& names) {
    Expected<Database> database = Database::open_read_only(source.path);
    if (!database) return database.error();
    return source.query.empty() ? read_table(*database, source, names) : read_query(*database, source, names);
}

Expected<std::vector<std::string>> list_sqlite_columns(const DataSource& source) {
    Expected<Database> database = Database::open_read_only(source.path);
    if (!database) return database.error();
    if (!source.query.empty()) {
        Expected<Statement> statement = prepare_query(*database, source.query);
        if (!statement) return statement.error();
        return names_of(*statement);
    }
    Expected<TableInfo> table = existing_table(*database, source);
    if (!table) return table.error();
    return table->column_names();
}

}  // namespace nncc
