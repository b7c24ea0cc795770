// A planned CSV file to the rows of a table, all or none.
#include "data/load.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <optional>

#include "data/data_error.h"
#include "data/diagnostic_kinds.h"
#include "data/load_plan.h"
#include "data/sqlite_database.h"

namespace nncc {

namespace {

// An empty database file that this process made; removed again unless kept.
class NewFile {
  public:
    static Expected<NewFile> make_if_missing(const std::string& path) {
        int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (descriptor < 0 && errno == EEXIST) return NewFile("");
        if (descriptor < 0) {
            return Error{.kind = &kDatabaseFailed,
                         .message = fmt::format("database `{}` cannot be made: {}", path, ::strerrordesc_np(errno))};
        }
        ::close(descriptor);
        return NewFile(path);
    }
    NewFile(NewFile&& other) noexcept : path_(std::exchange(other.path_, "")) {}
    NewFile(const NewFile&) = delete;
    ~NewFile() {
        if (!path_.empty()) ::unlink(path_.c_str());
    }
    void keep() { path_.clear(); }

  private:
    explicit NewFile(std::string path) : path_(std::move(path)) {}
    std::string path_;
};

std::string affinity_of(const std::string& declared_type) {
    std::string upper;
    for (char c : declared_type) upper += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    auto has = [&](const char* part) { return upper.find(part) != std::string::npos; };
    // The rules of SQLite, section 3.1 of "Datatypes In SQLite", in their order.
    if (has("INT")) return "INTEGER";
    if (has("CHAR") || has("CLOB") || has("TEXT")) return "TEXT";
    if (has("BLOB") || upper.empty()) return "BLOB";
    return has("REAL") || has("FLOA") || has("DOUB") ? "REAL" : "NUMERIC";
}

Expected<> check_append(const TableInfo& table, const LoadPlan& plan, const std::string& database) {
    std::vector<std::string> known = table.column_names();
    std::string place = fmt::format("`{}` of `{}`", table.name, database);
    for (std::size_t i = 0; i < plan.report.columns.size(); ++i) {
        const LoadedColumn& column = plan.report.columns[i];
        int at = find_name(column.name, known);
        if (at < 0) {
            return unknown_name(
                kTableDiffers,
                fmt::format("{} has no column `{}` for what `{}` holds", place, column.name, plan.file.path),
                column.name, known, "its columns");
        }
        std::string affinity = affinity_of(table.columns[static_cast<std::size_t>(at)].declared_type);
        if (column.type != ColumnType::kText || affinity == "TEXT" || affinity == "BLOB") continue;
        return wrong_data(kTableDiffers, fmt::format("column `{}` of {} is {}, but line {} of `{}` holds a text there",
                                                     column.name, place, affinity, plan.text_lines[i], plan.file.path));
    }
    return Nothing{};
}

Expected<> create_table(Database& database, const std::string& table, const LoadPlan& plan) {
    std::string columns;
    for (const LoadedColumn& column : plan.report.columns) {
        columns += fmt::format("{}{} {}", columns.empty() ? "" : ", ", quote_identifier(column.name),
                               column_type_name(column.type));
    }
    return database.execute(fmt::format("CREATE TABLE main.{} ({})", quote_identifier(table), columns));
}

// Makes the table that the rows go into, or finds it fit for them.
Expected<> prepare_table(Database& database, const LoadRequest& request, const LoadPlan& plan) {
    Expected<TableInfo> table = find_table(database, request.table);
    if (!table) return table.error();
    if (table->name.empty()) return create_table(database, request.table, plan);
    if (request.mode == LoadMode::kCreate || table->type != "table") {
        return wrong_data(
            kTableExists,
            fmt::format("database `{}` already has a {} `{}`", request.database, table->type, table->name),
            table->type == "table" ? "--replace makes it anew, --append adds rows to it" : "choose another name");
    }
    if (request.mode == LoadMode::kAppend) return check_append(*table, plan, request.database);
    Expected<> dropped = database.execute(fmt::format("DROP TABLE main.{}", quote_identifier(table->name)));
    return dropped ? create_table(database, request.table, plan) : dropped;
}

void bind_cell(Statement& insert, int parameter, const CsvField& field, ColumnType type) {
    Cell cell = read_cell(field);
    if (cell.kind == CellKind::kMissing) {
        insert.bind_null(parameter);
    } else if (type == ColumnType::kText) {
        insert.bind(parameter, field.text);
    } else if (cell.kind == CellKind::kInteger) {
        insert.bind(parameter, cell.integer);
    } else {
        insert.bind(parameter, cell.number);
    }
}

Expected<> insert_rows(Database& database, const LoadRequest& request, const LoadPlan& plan) {
    std::string names, parameters;
    for (std::size_t i = 0; i < plan.report.columns.size(); ++i) {
        names += (i == 0 ? "" : ", ") + quote_identifier(plan.report.columns[i].name);
        parameters += fmt::format("{}?{}", i == 0 ? "" : ", ", i + 1);
    }
    Expected<Statement> insert = database.prepare(
        fmt::format("INSERT INTO main.{} ({}) VALUES ({})", quote_identifier(request.table), names, parameters));
    if (!insert) return insert.error();
    CsvReader reader = plan.file.rows();
    std::vector<CsvField> fields;
    while (true) {
        Expected<bool> row = reader.next(fields);
        if (!row) return row.error();
        if (!*row) return Nothing{};
        for (std::size_t i = 0; i < fields.size(); ++i)
            bind_cell(*insert, static_cast<int>(i) + 1, fields[i], plan.report.columns[i].type);
        if (Expected<> inserted = insert->run(); !inserted) {
            Error error = inserted.error();
            error.message += fmt::format(" (line {} of `{}`)", reader.line(), plan.file.path);
            return error;
        }
    }
}

}  // namespace

std::string_view column_type_name(ColumnType type) {
    switch (type) {
        case ColumnType::kInteger: return "INTEGER";
        case ColumnType::kReal: return "REAL";
        case ColumnType::kText: break;
    }
    return "TEXT";
}

Expected<LoadReport> load_csv(const LoadRequest& request) {
    Expected<LoadPlan> plan = plan_load(request);
    if (!plan) return plan.error();
    // Outlives the connection, so that a file that is removed is no longer open.
    Expected<NewFile> new_file = NewFile::make_if_missing(request.database);
    if (!new_file) return new_file.error();
    Expected<Database> database = Database::open_for_writing(request.database);
    if (!database) return database.error();
    Expected<Transaction> transaction = Transaction::begin(*database);
    if (!transaction) return transaction.error();
    if (Expected<> prepared = prepare_table(*database, request, *plan); !prepared) return prepared.error();
    if (Expected<> inserted = insert_rows(*database, request, *plan); !inserted) return inserted.error();
    if (Expected<> committed = transaction->commit(); !committed) return committed.error();
    new_file->keep();
    return std::move(plan->report);
}

std::string load_report_text(const LoadRequest& request, const LoadReport& report) {
    std::string_view origin = "the header";
    if (report.names_origin == NamesOrigin::kOption) origin = "--columns";
    if (report.names_origin == NamesOrigin::kModel) origin = "the model";
    std::string text = fmt::format("{} rows of {} columns into `{}` of {}; names from {}\n", report.rows,
                                   report.columns.size(), request.table, request.database, origin);
    for (const LoadedColumn& column : report.columns) {
        if (column.missing > 0)
            text += fmt::format("  `{}`: {} missing values, stored as NULL\n", column.name, column.missing);
        if (column.first_text_line > 0) {
            text += fmt::format("  `{}` is TEXT: line {} holds `{}` among numbers\n", column.name,
                                column.first_text_line, column.first_text);
        }
    }
    return text;
}

}  // namespace nncc
