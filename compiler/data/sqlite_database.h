// Owns an SQLite connection, its statements and transactions, and turns its codes into errors.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/expected.h"
#include "data/row_keys.h"

namespace nncc {

inline constexpr int kBusyMilliseconds = 2000;

// "name" with every quote in it doubled: any name at all is an identifier.
std::string quote_identifier(std::string_view name);

struct FinalizeStatement {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
struct CloseDatabase {
    void operator()(sqlite3* database) const { sqlite3_close_v2(database); }
};

class Database;

// A prepared statement. Values enter by parameters only; the first is 1, the first column 0, as in SQLite.
class Statement {
  public:
    Statement& bind(int parameter, std::int64_t value);
    Statement& bind(int parameter, double value);
    Statement& bind(int parameter, std::string_view text);
    Statement& bind_key(int parameter, const KeyValue& value);
    Statement& bind_null(int parameter);

    // Whether there is a row. Bindings last until reset().
    Expected<bool> step();
    // step() to the end of a statement that gives no rows of interest, then reset().
    Expected<> run();
    void reset();

    int column_count() const { return sqlite3_column_count(handle_.get()); }
    int type(int column) const { return sqlite3_column_type(handle_.get(), column); }
    std::int64_t integer(int column) const { return sqlite3_column_int64(handle_.get(), column); }
    double real(int column) const { return sqlite3_column_double(handle_.get(), column); }
    std::string text(int column) const;
    KeyValue key_value(int column) const;  // a blob or NULL as text
    std::string column_name(int column) const;

  private:
    friend class Database;
    Statement(sqlite3_stmt* handle, const std::string& path) : handle_(handle), path_(path) {}
    std::unique_ptr<sqlite3_stmt, FinalizeStatement> handle_;
    std::string path_;
};

class Database {
  public:
    // Read-only, trusted_schema off, strings in double quotes refused. A journal that a killed writer left is rolled
    // back first, which restores the last committed state. NN0302 to NN0305.
    static Expected<Database> open_read_only(const std::string& path);
    // For writing; the file must exist. Nothing is written before a transaction commits.
    static Expected<Database> open_for_writing(const std::string& path);

    Expected<> execute(const std::string& sql);
    Expected<Statement> prepare(const std::string& sql);
    // Allows nothing but reading tables and calling functions in what is prepared from now on.
    void allow_reading_only();
    sqlite3* handle() const { return handle_.get(); }
    const std::string& path() const { return path_; }

  private:
    friend class Statement;
    Database(sqlite3* handle, std::string path) : handle_(handle), path_(std::move(path)) {}
    static Expected<Database> open(const std::string& path, int flags);
    std::unique_ptr<sqlite3, CloseDatabase> handle_;
    std::string path_;
};

// BEGIN IMMEDIATE; rolled back unless committed.
class Transaction {
  public:
    static Expected<Transaction> begin(Database& database);
    Transaction(Transaction&& other) noexcept : database_(std::exchange(other.database_, nullptr)) {}
    Transaction(const Transaction&) = delete;
    ~Transaction();
    Expected<> commit();

  private:
    explicit Transaction(Database& database) : database_(&database) {}
    Database* database_;
};

// What the connection's last failure means. `kind` NN0303 to NN0305.
Error database_error(sqlite3* handle, const std::string& path);

struct TableColumn {
    std::string name;
    std::string declared_type;
    int primary_key = 0;  // 1-based position in it
};
struct TableInfo {
    std::string name;  // as the schema spells it
    std::string type;  // "table", "view", "virtual"
    bool without_rowid = false;
    bool has_rowid_alias = false;  // its one primary key column is an INTEGER PRIMARY KEY
    std::vector<TableColumn> columns;

    std::vector<std::string> column_names() const;
};

// Names are compared as SQLite does, without regard to ASCII case. No such table: the info's name is empty.
Expected<TableInfo> find_table(Database& database, const std::string& name);
Expected<std::vector<std::string>> list_tables(Database& database);

}  // namespace nncc
