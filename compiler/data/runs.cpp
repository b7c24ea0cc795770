// Runs, metrics and held-back rows to and from three tables of an SQLite database.
#include "data/runs.h"

#include <algorithm>
#include <array>
#include <ctime>
#include <limits>

#include "data/data_error.h"
#include "data/diagnostic_kinds.h"
#include "data/sqlite_database.h"

namespace nncc {

namespace {

struct TableDefinition {
    const char* name;
    const char* body;
    std::array<const char*, 13> columns;
};

// AUTOINCREMENT: the number of a deleted run is never given again, so nothing of it can be taken for another's.
constexpr std::array<TableDefinition, 3> kTables = {{
    {"nncc_runs",
     "(id INTEGER PRIMARY KEY AUTOINCREMENT, model TEXT NOT NULL, model_hash TEXT NOT NULL, started TEXT NOT NULL, "
     "finished TEXT, seed INTEGER NOT NULL, epochs INTEGER NOT NULL, batch INTEGER NOT NULL, rows INTEGER NOT NULL, "
     "options TEXT NOT NULL, version TEXT NOT NULL, held_back TEXT NOT NULL)",
     {"id", "model", "model_hash", "started", "finished", "seed", "epochs", "batch", "rows", "options", "version",
      "held_back"}},
    {"nncc_metrics",
     "(run INTEGER NOT NULL, epoch INTEGER NOT NULL, name TEXT NOT NULL, value REAL, PRIMARY KEY (run, epoch, name)) "
     "WITHOUT ROWID",
     {"run", "epoch", "name", "value"}},
    {"nncc_held_back",
     "(run INTEGER NOT NULL, row_key NOT NULL, PRIMARY KEY (run, row_key)) WITHOUT ROWID",
     {"run", "row_key"}},
}};

constexpr const char* kRunColumns =
    "id, model, model_hash, started, finished, seed, epochs, batch, rows, options, version, held_back";

Expected<> make_tables(Database& database) {
    for (const TableDefinition& definition : kTables) {
        Expected<TableInfo> table = find_table(database, definition.name);
        if (!table) return table.error();
        if (table->name.empty()) {
            if (Expected<> made = database.execute(fmt::format("CREATE TABLE {} {}", definition.name, definition.body));
                !made)
                return made;
            continue;
        }
        std::vector<std::string> columns = table->column_names();
        for (const char* needed : definition.columns) {
            if (needed == nullptr || find_name(needed, columns) >= 0) continue;
            return wrong_data(
                kTableDiffers,
                fmt::format("table `{}` of `{}` has no column `{}`", table->name, database.path(), needed),
                "nncc keeps its runs in this table; rename the table that is there");
        }
    }
    return Nothing{};
}

// A key of one column as it is; one of several as the text that SQL would write.
KeyValue stored_key(const RowKeys& keys, std::int64_t row) {
    std::vector<KeyValue> key = keys.of(row);
    if (key.size() == 1) return key[0];
    return key_values_text(key);
}

Expected<std::int64_t> insert_run(Database& database, const Run& run) {
    Expected<Statement> insert = database.prepare(
        "INSERT INTO main.nncc_runs (model, model_hash, started, finished, seed, epochs, batch, rows, options, "
        "version, held_back) "
        "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)");
    if (!insert) return insert.error();
    insert->bind(1, run.model)
        .bind(2, run.model_hash)
        .bind(3, run.started)
        .bind(5, static_cast<std::int64_t>(run.seed));
    insert->bind(6, run.epochs)
        .bind(7, run.batch)
        .bind(8, run.rows)
        .bind(9, run.options)
        .bind(10, run.version)
        .bind(11, run.held_back);
    if (!run.finished.empty()) insert->bind(4, run.finished);
    if (Expected<> inserted = insert->run(); !inserted) return inserted.error();
    return sqlite3_last_insert_rowid(database.handle());
}

Run run_of(const Statement& row) {
    return {.id = row.integer(0),
            .model = row.text(1),
            .model_hash = row.text(2),
            .started = row.text(3),
            .finished = row.text(4),
            .seed = static_cast<std::uint64_t>(row.integer(5)),
            .epochs = row.integer(6),
            .batch = row.integer(7),
            .rows = row.integer(8),
            .options = row.text(9),
            .version = row.text(10),
            .held_back = row.text(11)};
}

Error no_run(const std::string& path, std::int64_t run) {
    return wrong_data(kRunMissing, fmt::format("database `{}` has no run {}", path, run));
}

Expected<bool> has_run_tables(Database& database) {
    Expected<TableInfo> table = find_table(database, kTables[0].name);
    if (!table) return table.error();
    return !table->name.empty();
}

// One run, or none, by a condition on one value.
template <class Value>
Expected<std::optional<Run>> find_run(const std::string& path, const std::string& condition, const Value& value) {
    Expected<Database> database = Database::open_read_only(path);
    if (!database) return database.error();
    Expected<bool> has_tables = has_run_tables(*database);
    if (!has_tables) return has_tables.error();
    if (!*has_tables) return std::optional<Run>();
    Expected<Statement> select = database->prepare(
        fmt::format("SELECT {} FROM main.nncc_runs WHERE {} ORDER BY id DESC LIMIT 1", kRunColumns, condition));
    if (!select) return select.error();
    Expected<bool> row = select->bind(1, value).step();
    if (!row) return row.error();
    return *row ? std::optional<Run>(run_of(*select)) : std::nullopt;
}

}  // namespace

std::string utc_timestamp() {
    std::time_t now = std::time(nullptr);
    std::tm parts = {};
    ::gmtime_r(&now, &parts);
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday,
                       parts.tm_hour, parts.tm_min, parts.tm_sec);
}

Expected<std::int64_t> start_run(const std::string& path, const Run& run, const RowKeys& keys,
                                 std::span<const std::int64_t> held_back_rows) {
    Expected<Database> database = Database::open_for_writing(path);
    if (!database) return database.error();
    Expected<Transaction> transaction = Transaction::begin(*database);
    if (!transaction) return transaction.error();
    if (Expected<> made = make_tables(*database); !made) return made.error();
    Expected<std::int64_t> id = insert_run(*database, run);
    if (!id) return id;
    Expected<Statement> insert = database->prepare("INSERT INTO main.nncc_held_back (run, row_key) VALUES (?1, ?2)");
    if (!insert) return insert.error();
    for (std::int64_t row : held_back_rows) {
        if (Expected<> inserted = insert->bind(1, *id).bind_key(2, stored_key(keys, row)).run(); !inserted)
            return inserted.error();
    }
    if (Expected<> committed = transaction->commit(); !committed) return committed.error();
    return id;
}

Expected<> write_metrics(const std::string& path, std::int64_t run, std::span<const Metric> metrics) {
    Expected<Database> database = Database::open_for_writing(path);
    if (!database) return database.error();
    Expected<Transaction> transaction = Transaction::begin(*database);
    if (!transaction) return transaction.error();
    if (Expected<> made = make_tables(*database); !made) return made.error();
    Expected<Statement> insert =
        database->prepare("INSERT OR REPLACE INTO main.nncc_metrics (run, epoch, name, value) VALUES (?1, ?2, ?3, ?4)");
    if (!insert) return insert.error();
    for (const Metric& metric : metrics) {
        insert->bind(1, run).bind(2, metric.epoch).bind(3, metric.name).bind(4, metric.value);  // NaN becomes NULL
        if (Expected<> inserted = insert->run(); !inserted) return inserted.error();
    }
    return transaction->commit();
}

Expected<> finish_run(const std::string& path, std::int64_t run, const std::string& finished) {
    Expected<Database> database = Database::open_for_writing(path);
    if (!database) return database.error();
    Expected<Transaction> transaction = Transaction::begin(*database);
    if (!transaction) return transaction.error();
    if (Expected<> made = make_tables(*database); !made) return made.error();
    Expected<Statement> update = database->prepare("UPDATE main.nncc_runs SET finished = ?2 WHERE id = ?1");
    if (!update) return update.error();
    if (Expected<> updated = update->bind(1, run).bind(2, finished).run(); !updated) return updated.error();
    if (sqlite3_changes(database->handle()) == 0) return no_run(path, run);
    return transaction->commit();
}

Expected<std::int64_t> next_run_id(const std::string& path) {
    Expected<Database> database = Database::open_read_only(path);
    if (!database) return database.error();
    Expected<bool> has_tables = has_run_tables(*database);
    if (!has_tables) return has_tables.error();
    if (!*has_tables) return std::int64_t{1};
    // sqlite_sequence is there because of AUTOINCREMENT; it remembers deleted runs too.
    Expected<Statement> select = database->prepare(
        "SELECT max(coalesce((SELECT seq FROM main.sqlite_sequence WHERE name = 'nncc_runs'), 0), "
        "coalesce((SELECT max(id) FROM main.nncc_runs), 0)) + 1");
    if (!select) return select.error();
    if (Expected<bool> row = select->step(); !row) return row.error();
    return select->integer(0);
}

Expected<Run> read_run(const std::string& path, std::int64_t run) {
    Expected<std::optional<Run>> found = find_run(path, "id = ?1", run);
    if (!found) return found.error();
    if (!*found) return no_run(path, run);
    return **found;
}

Expected<std::optional<Run>> latest_run(const std::string& path, const std::string& model) {
    return find_run(path, "model = ?1", model);
}

Expected<std::vector<Metric>> read_metrics(const std::string& path, std::int64_t run) {
    if (Expected<Run> exists = read_run(path, run); !exists) return exists.error();
    Expected<Database> database = Database::open_read_only(path);
    if (!database) return database.error();
    Expected<Statement> select =
        database->prepare("SELECT epoch, name, value FROM main.nncc_metrics WHERE run = ?1 ORDER BY epoch, name");
    if (!select) return select.error();
    select->bind(1, run);
    std::vector<Metric> metrics;
    while (true) {
        Expected<bool> row = select->step();
        if (!row) return row.error();
        if (!*row) return metrics;
        bool is_null = select->type(2) == SQLITE_NULL;
        metrics.push_back({select->integer(0), select->text(1),
                           is_null ? std::numeric_limits<double>::quiet_NaN() : select->real(2)});
    }
}

Expected<std::vector<std::int64_t>> held_back_rows(const std::string& path, std::int64_t run, const RowKeys& keys,
                                                   std::int64_t rows) {
    if (Expected<Run> exists = read_run(path, run); !exists) return exists.error();
    Expected<Database> database = Database::open_read_only(path);
    if (!database) return database.error();
    Expected<Statement> select = database->prepare("SELECT row_key FROM main.nncc_held_back WHERE run = ?1");
    if (!select) return select.error();
    select->bind(1, run);
    std::vector<std::string> stored;
    while (true) {
        Expected<bool> row = select->step();
        if (!row) return row.error();
        if (!*row) break;
        stored.push_back(key_value_text(select->key_value(0)));
    }
    std::sort(stored.begin(), stored.end());
    std::vector<std::int64_t> held_back;
    for (std::int64_t row = 0; row < rows; ++row) {
        if (std::binary_search(stored.begin(), stored.end(), key_value_text(stored_key(keys, row))))
            held_back.push_back(row);
    }
    return held_back;
}

}  // namespace nncc
