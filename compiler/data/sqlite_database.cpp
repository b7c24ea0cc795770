// The connection: how it is opened, what its codes mean, and how statements run.
#include "data/sqlite_database.h"

#include <sys/stat.h>

#include <utility>

#include "data/data_error.h"
#include "data/diagnostic_kinds.h"

namespace nncc {

namespace {

std::string lower_first(std::string text) {
    if (text.size() > 1 && text[0] >= 'A' && text[0] <= 'Z' && text[1] >= 'a')
        text[0] = static_cast<char>(text[0] - 'A' + 'a');
    return text;
}

int reading_only(void*, int action, const char*, const char*, const char*, const char*) {
    bool allowed =
        action == SQLITE_SELECT || action == SQLITE_READ || action == SQLITE_FUNCTION || action == SQLITE_RECURSIVE;
    return allowed ? SQLITE_OK : SQLITE_DENY;
}

Error failed(const std::string& path, const std::string& why, std::string hint = "") {
    return {.kind = &kDatabaseFailed, .message = fmt::format("database `{}`: {}", path, why), .hint = std::move(hint)};
}

}  // namespace

std::string quote_identifier(std::string_view name) {
    std::string quoted = "\"";
    for (char c : name) {
        quoted += c;
        if (c == '"') quoted += c;
    }
    return quoted + '"';
}

Error database_error(sqlite3* handle, const std::string& path) {
    int extended = sqlite3_extended_errcode(handle);
    switch (extended & 0xff) {
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
            return {.kind = &kDatabaseLocked,
                    .message = fmt::format("database `{}` is locked by another program", path),
                    .hint = fmt::format("nncc waited {} s; close the other program, or try again",
                                        kBusyMilliseconds / 1000)};
        case SQLITE_NOTADB:
            return {.kind = &kNotADatabase,
                    .message = fmt::format("`{}` is no SQLite database", path),
                    .hint = "a CSV file is read with csv:FILE, or put into a database with `nncc data load`"};
        case SQLITE_READONLY:
            return failed(path, "it can only be read", "check the permissions of the file and of its folder");
        case SQLITE_FULL: return failed(path, "the disk is full");
        default: return failed(path, lower_first(sqlite3_errmsg(handle)));
    }
}

Statement& Statement::bind(int parameter, std::int64_t value) {
    sqlite3_bind_int64(handle_.get(), parameter, value);
    return *this;
}
Statement& Statement::bind(int parameter, double value) {
    sqlite3_bind_double(handle_.get(), parameter, value);
    return *this;
}
Statement& Statement::bind(int parameter, std::string_view text) {
    sqlite3_bind_text64(handle_.get(), parameter, text.data() == nullptr ? "" : text.data(), text.size(),
                        SQLITE_TRANSIENT, SQLITE_UTF8);
    return *this;
}
Statement& Statement::bind_key(int parameter, const KeyValue& value) {
    std::visit([&](const auto& held) { bind(parameter, held); }, value);
    return *this;
}
Statement& Statement::bind_null(int parameter) {
    sqlite3_bind_null(handle_.get(), parameter);
    return *this;
}

Expected<bool> Statement::step() {
    int code = sqlite3_step(handle_.get());
    if (code == SQLITE_ROW) return true;
    if (code == SQLITE_DONE) return false;
    return database_error(sqlite3_db_handle(handle_.get()), path_);
}

Expected<> Statement::run() {
    while (true) {
        Expected<bool> row = step();
        if (!row) return row.error();
        if (!*row) break;
    }
    reset();
    return Nothing{};
}

void Statement::reset() { sqlite3_reset(handle_.get()); }

std::string Statement::text(int column) const {
    const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(handle_.get(), column));
    if (text == nullptr) return "";
    return {text, static_cast<std::size_t>(sqlite3_column_bytes(handle_.get(), column))};
}

KeyValue Statement::key_value(int column) const {
    if (type(column) == SQLITE_INTEGER) return integer(column);
    if (type(column) == SQLITE_FLOAT) return real(column);
    return text(column);
}

std::string Statement::column_name(int column) const {
    const char* name = sqlite3_column_name(handle_.get(), column);
    return name == nullptr ? "" : name;
}

Expected<Database> Database::open(const std::string& path, int flags) {
    struct stat status = {};
    if (::stat(path.c_str(), &status) != 0) {
        return Error{.kind = &kDataFileMissing,
                     .message = fmt::format("there is no file `{}`", path),
                     .hint = "`nncc data load FILE.csv --into DATABASE --table TABLE` makes a database"};
    }
    if (!S_ISREG(status.st_mode)) {
        return Error{.kind = &kNotADatabase, .message = fmt::format("`{}` is no regular file, so no database", path)};
    }
    sqlite3* raw = nullptr;
    int code = sqlite3_open_v2(path.c_str(), &raw, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nullptr);
    Database database(raw, path);
    if (raw == nullptr) return failed(path, "out of memory");
    if (code != SQLITE_OK) return database_error(raw, path);
    sqlite3_busy_timeout(raw, kBusyMilliseconds);
    sqlite3_db_config(raw, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
    sqlite3_db_config(raw, SQLITE_DBCONFIG_DQS_DML, 0, nullptr);
    sqlite3_db_config(raw, SQLITE_DBCONFIG_DQS_DDL, 0, nullptr);
    sqlite3_db_config(raw, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, nullptr);
    return database;
}

Expected<Database> Database::open_read_only(const std::string& path) {
    Expected<Database> database = open(path, SQLITE_OPEN_READONLY);
    if (!database) return database;
    // The file is first read here, so that a file of another kind shows before any question about tables.
    Expected<> read = database->execute("SELECT count(*) FROM sqlite_schema");
    if (read) return database;
    if (sqlite3_extended_errcode(database->handle()) != SQLITE_READONLY_ROLLBACK) return read.error();
    Expected<Database> recovering = open(path, SQLITE_OPEN_READWRITE);
    if (!recovering) return recovering;
    if (Expected<> recovered = recovering->execute("SELECT count(*) FROM sqlite_schema"); !recovered)
        return recovered.error();
    read = database->execute("SELECT count(*) FROM sqlite_schema");
    if (!read) return read.error();
    return database;
}

Expected<Database> Database::open_for_writing(const std::string& path) {
    Expected<Database> database = open(path, SQLITE_OPEN_READWRITE);
    if (!database) return database;
    if (Expected<> read = database->execute("SELECT count(*) FROM sqlite_schema"); !read) return read.error();
    return database;
}

Expected<> Database::execute(const std::string& sql) {
    if (sqlite3_exec(handle_.get(), sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK)
        return database_error(handle_.get(), path_);
    return Nothing{};
}

Expected<Statement> Database::prepare(const std::string& sql) {
    sqlite3_stmt* raw = nullptr;
    if (sqlite3_prepare_v2(handle_.get(), sql.c_str(), static_cast<int>(sql.size()), &raw, nullptr) != SQLITE_OK) {
        return database_error(handle_.get(), path_);
    }
    return Statement(raw, path_);
}

void Database::allow_reading_only() { sqlite3_set_authorizer(handle_.get(), reading_only, nullptr); }

Expected<Transaction> Transaction::begin(Database& database) {
    if (Expected<> begun = database.execute("BEGIN IMMEDIATE"); !begun) return begun.error();
    return Transaction(database);
}

Transaction::~Transaction() {
    // An error may have ended the transaction already.
    if (database_ != nullptr && sqlite3_get_autocommit(database_->handle()) == 0) {
        sqlite3_exec(database_->handle(), "ROLLBACK", nullptr, nullptr, nullptr);
    }
}

Expected<> Transaction::commit() {
    if (Expected<> committed = database_->execute("COMMIT"); !committed) return committed.error();
    database_ = nullptr;
    return Nothing{};
}

std::vector<std::string> TableInfo::column_names() const {
    std::vector<std::string> names;
    names.reserve(columns.size());
    for (const TableColumn& column : columns) names.push_back(column.name);
    return names;
}

Expected<TableInfo> find_table(Database& database, const std::string& name) {
    TableInfo info;
    Expected<Statement> table = database.prepare(
        "SELECT name, type, wr FROM pragma_table_list WHERE schema = 'main' AND name = ?1 COLLATE NOCASE");
    if (!table) return table.error();
    Expected<bool> found = table->bind(1, name).step();
    if (!found) return found.error();
    if (!*found) return info;
    info.name = table->text(0);
    info.type = table->text(1);
    info.without_rowid = table->integer(2) != 0;

    Expected<Statement> columns =
        database.prepare("SELECT name, type, pk FROM pragma_table_xinfo(?1) WHERE hidden <> 1");
    if (!columns) return columns.error();
    columns->bind(1, info.name);
    int key_columns = 0;
    while (true) {
        Expected<bool> row = columns->step();
        if (!row) return row.error();
        if (!*row) break;
        info.columns.push_back({columns->text(0), columns->text(1), static_cast<int>(columns->integer(2))});
        if (info.columns.back().primary_key > 0) ++key_columns;
    }
    if (info.type == "table" && !info.without_rowid && key_columns == 1) {
        // A primary key that is the rowid has no index of its own.
        Expected<Statement> index = database.prepare("SELECT count(*) FROM pragma_index_list(?1) WHERE origin = 'pk'");
        if (!index) return index.error();
        Expected<bool> row = index->bind(1, info.name).step();
        if (!row) return row.error();
        info.has_rowid_alias = *row && index->integer(0) == 0;
    }
    return info;
}

Expected<std::vector<std::string>> list_tables(Database& database) {
    Expected<Statement> tables = database.prepare(
        "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type IN ('table', 'view', 'virtual') "
        "AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name");
    if (!tables) return tables.error();
    std::vector<std::string> names;
    while (true) {
        Expected<bool> row = tables->step();
        if (!row) return row.error();
        if (!*row) break;
        names.push_back(tables->text(0));
    }
    return names;
}

}  // namespace nncc
