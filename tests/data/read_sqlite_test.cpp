// Columns of SQLite: what is read, how rows are named, and each thing that can be wrong, with the file untouched.
#include "data/data_source.h"
#include "data/dataset.h"
#include "data/diagnostic_kinds.h"
#include "scratch.h"

namespace nncc {
namespace {

class ReadSqlite : public ScratchTest {
  protected:
    static DataSource table(const std::string& name) { return {.path = "d.db", .table = name}; }
    static DataSource query(const std::string& text) { return {.path = "d.db", .query = text}; }
    // The outcome of reading; the file's bytes are the same after it.
    static std::string reading(const DataSource& source, const std::vector<std::string>& names) {
        std::string before = bytes(source.path);
        std::string text = outcome(read_columns(source, names));
        EXPECT_EQ(bytes(source.path), before);
        return text;
    }
};

TEST_F(ReadSqlite, TableInOrderOfItsKey) {
    sql("d.db",
        "CREATE TABLE t (id INTEGER PRIMARY KEY, a REAL, b INTEGER); INSERT INTO t VALUES (9, 1.5, 3), (2, -2, 4);");
    Expected<Dataset> dataset = read_columns(table("t"), {"b", "a", "b"});
    ASSERT_TRUE(dataset) << outcome(dataset);
    EXPECT_EQ(dataset->rows, 2);
    ASSERT_EQ(dataset->columns.size(), 2U);
    EXPECT_EQ(dataset->columns[0].values, (std::vector<double>{4, 3}));
    EXPECT_EQ(dataset->columns[1].values, (std::vector<double>{-2, 1.5}));
    EXPECT_EQ(dataset->keys.kind, RowKeyKind::kRowid);
    EXPECT_EQ(dataset->keys.integers, (std::vector<std::int64_t>{2, 9}));
    EXPECT_EQ(row_key_text(dataset->keys, 1), "id 9");
}

TEST_F(ReadSqlite, OddNamesAreOnlyNames) {
    sql("d.db", R"(CREATE TABLE "ta""ble; DROP" ("a b" REAL, "select" REAL, "q""q" REAL, "größe" REAL, 'x'']' REAL);
                   INSERT INTO "ta""ble; DROP" VALUES (1, 2, 3, 4, 5);)");
    std::vector<std::string> names = {"a b", "select", "q\"q", "größe", "x']"};
    Expected<Dataset> dataset = read_columns(table("ta\"ble; DROP"), names);
    ASSERT_TRUE(dataset) << outcome(dataset);
    for (std::size_t i = 0; i < names.size(); ++i) EXPECT_EQ(dataset->columns[i].values[0], static_cast<double>(i) + 1);
    EXPECT_EQ(*list_columns(table("ta\"ble; DROP")), names);
}

TEST_F(ReadSqlite, NamesDifferingInCaseOnlyAreFound) {
    sql("d.db", "CREATE TABLE Patients (Age REAL); INSERT INTO Patients VALUES (1);");
    EXPECT_EQ(reading(table("patients"), {"age"}), "done");
}

TEST_F(ReadSqlite, KeysOfEveryKindOfTable) {
    sql("d.db", R"(CREATE TABLE plain (a REAL); INSERT INTO plain (rowid, a) VALUES (7, 1);
                   CREATE TABLE hidden (rowid TEXT, a REAL); INSERT INTO hidden (_rowid_, rowid, a) VALUES (5, 'x', 1);
                   CREATE TABLE hidden_all (rowid TEXT, _rowid_ TEXT, oid TEXT, a REAL); INSERT INTO hidden_all VALUES ('x', 'y', 'z', 1);
                   CREATE TABLE pair (day INTEGER, site TEXT, a REAL, PRIMARY KEY (site, day)) WITHOUT ROWID;
                   INSERT INTO pair VALUES (3, 'it''s', 1), (1, 'a', 2);
                   CREATE TABLE descending (id INTEGER PRIMARY KEY DESC, a REAL); INSERT INTO descending VALUES (40, 1);
                   CREATE VIEW v AS SELECT a FROM pair ORDER BY day;)");
    auto key = [](const std::string& name, std::int64_t row) {
        Expected<Dataset> dataset = read_columns(table(name), {"a"});
        EXPECT_TRUE(dataset) << outcome(dataset);
        return dataset ? row_key_text(dataset->keys, row) : "";
    };
    EXPECT_EQ(key("plain", 0), "rowid 7");
    EXPECT_EQ(key("hidden", 0), "rowid 5");
    EXPECT_EQ(key("hidden_all", 0), "row 1");
    EXPECT_EQ(key("pair", 0), "(site, day) = ('a', 1)");
    EXPECT_EQ(key("pair", 1), "(site, day) = ('it''s', 3)");
    EXPECT_EQ(key("descending", 0), "rowid 1");  // DESC: SQLite makes no alias of the rowid
    EXPECT_EQ(key("v", 1), "row 2");
}

TEST_F(ReadSqlite, ViewsAndQueries) {
    sql("d.db",
        "CREATE TABLE t (a REAL, b REAL); INSERT INTO t VALUES (3, 1), (1, 2), (2, NULL); CREATE VIEW v AS SELECT a * "
        "10 AS ten FROM t;");
    EXPECT_EQ(read_columns(table("v"), {"ten"})->columns[0].values, (std::vector<double>{30, 10, 20}));
    Expected<Dataset> dataset = read_columns(query("SELECT a, coalesce(b, 0) AS b FROM t ORDER BY a;  "), {"b"});
    ASSERT_TRUE(dataset) << outcome(dataset);
    EXPECT_EQ(dataset->columns[0].values, (std::vector<double>{2, 0, 1}));
    EXPECT_EQ(*list_columns(query("WITH w AS (SELECT 1 AS x) SELECT x, 2 AS y FROM w")),
              (std::vector<std::string>{"x", "y"}));
}

TEST_F(ReadSqlite, FilesThatAreNoDatabase) {
    EXPECT_EQ(
        outcome(read_columns(table("t"), {"a"})),
        "NN0302: there is no file `d.db` / `nncc data load FILE.csv --into DATABASE --table TABLE` makes a database");
    EXPECT_FALSE(std::filesystem::exists("d.db"));
    write("d.db", "a,b\n1,2\n" + std::string(2000, 'x'));
    EXPECT_EQ(reading(table("t"), {"a"}),
              "NN0303: `d.db` is no SQLite database / a CSV file is read with csv:FILE, or put into a database with "
              "`nncc data load`");
    EXPECT_EQ(outcome(read_columns({.path = ".", .table = "t"}, {"a"})),
              "NN0303: `.` is no regular file, so no database");
    write("empty.db", "");
    EXPECT_EQ(outcome(read_columns({.path = "empty.db", .table = "t"}, {"a"})),
              "NN0306: database `empty.db` has no table `t` / its tables and views: none");
}

TEST_F(ReadSqlite, LockedDatabase) {
    sql("d.db", "CREATE TABLE t (a REAL); INSERT INTO t VALUES (1);");
    sqlite3* other = nullptr;
    ASSERT_EQ(sqlite3_open("d.db", &other), SQLITE_OK);
    ASSERT_EQ(sqlite3_exec(other, "BEGIN EXCLUSIVE", nullptr, nullptr, nullptr), SQLITE_OK);
    Expected<Dataset> dataset = read_columns(table("t"), {"a"});
    EXPECT_EQ(outcome(dataset),
              "NN0304: database `d.db` is locked by another program / nncc waited 2 s; close the other program, or try "
              "again");
    EXPECT_EQ(dataset.error().exit_code, ExitCode::kEnvironment);
    sqlite3_close(other);
    EXPECT_EQ(reading(table("t"), {"a"}), "done");
}

TEST_F(ReadSqlite, WriteAheadLogsAreRead) {
    sql("d.db", "PRAGMA journal_mode = WAL; CREATE TABLE t (a REAL); INSERT INTO t VALUES (1);");
    EXPECT_EQ(reading(table("t"), {"a"}), "done");
    sqlite3* writer = nullptr;
    ASSERT_EQ(sqlite3_open("d.db", &writer), SQLITE_OK);
    ASSERT_EQ(
        sqlite3_exec(writer, "INSERT INTO t VALUES (2); BEGIN; INSERT INTO t VALUES (3);", nullptr, nullptr, nullptr),
        SQLITE_OK);
    EXPECT_EQ(read_columns(table("t"), {"a"})->rows, 2);  // what is committed, though only in the log
    sqlite3_close(writer);
}

TEST_F(ReadSqlite, TablesAndColumnsThatAreMissing) {
    sql("d.db", "CREATE TABLE patients (glucose REAL, age REAL); CREATE VIEW old AS SELECT 1 AS x;");
    EXPECT_EQ(reading(table("patient"), {"age"}),
              "NN0306: database `d.db` has no table `patient` / did you mean `patients`? / its tables and views: "
              "`old`, `patients`");
    EXPECT_EQ(reading(table("patients"), {"age", "glucos"}),
              "NN0307: `patients` of `d.db` has no column `glucos` / did you mean `glucose`? / its columns: `glucose`, "
              "`age`");
    EXPECT_EQ(reading(table("patients"), {"zzz"}),
              "NN0307: `patients` of `d.db` has no column `zzz` / its columns: `glucose`, `age`");
    EXPECT_EQ(reading(query("SELECT age FROM patients"), {"agee"}),
              "NN0307: the query on `d.db` has no column `agee` / did you mean `age`? / its columns: `age`");
    EXPECT_EQ(reading(query("SELECT 1 AS a, 2 AS a"), {"a"}),
              "NN0308: the query on `d.db` has several columns `a` / give them different names, in a query with AS");
    EXPECT_EQ(reading(table("patients"), {}), "NN0307: no column of `sqlite:d.db?table=patients` is asked for");
    EXPECT_EQ(reading(table("patients"), {"age"}), "NN0313: `patients` of `d.db` has no rows");
}

TEST_F(ReadSqlite, ValuesThatAreNoNumbers) {
    sql("d.db", R"(CREATE TABLE t (a); INSERT INTO t (rowid, a) VALUES (3, 1), (17, NULL);
                   CREATE TABLE texts (a); INSERT INTO texts VALUES (1), ('12');
                   CREATE TABLE blobs (id INTEGER PRIMARY KEY, a); INSERT INTO blobs VALUES (4, x'00');
                   CREATE TABLE large (a); INSERT INTO large VALUES (1), (-9e999);)");
    const std::string out = " / leave such rows out with a query: SELECT ... WHERE ... IS NOT NULL";
    EXPECT_EQ(reading(table("t"), {"a"}), "NN0310: column `a` of `t` of `d.db` at rowid 17 is NULL" + out);
    EXPECT_EQ(reading(table("texts"), {"a"}),
              "NN0311: column `a` of `texts` of `d.db` at rowid 2 is the text `12`, no number / `nncc data load` types "
              "columns by their content; in a "
              "query, CAST(x AS REAL) makes numbers");
    EXPECT_EQ(reading(table("blobs"), {"a"}), "NN0311: column `a` of `blobs` of `d.db` at id 4 is a blob, no number");
    EXPECT_EQ(reading(table("large"), {"a"}), "NN0312: column `a` of `large` of `d.db` at rowid 2 is infinite" + out);
    EXPECT_EQ(
        reading(query("SELECT a FROM t"), {"a"}),
        "NN0310: column `a` of the query on `d.db` at row 2 is NULL / leave such rows out: WHERE ... IS NOT NULL");
}

TEST_F(ReadSqlite, QueriesThatDoMoreThanRead) {
    sql("d.db", "CREATE TABLE t (a REAL); INSERT INTO t VALUES (1);");
    const std::string more = "NN0309: the query cannot be used: it does more than read / a query is one SELECT";
    for (const char* text : {"DELETE FROM t", "DELETE FROM t RETURNING a", "PRAGMA user_version = 3",
                             "ATTACH 'x.db' AS x", "CREATE TABLE u (a)", "VACUUM INTO 'x.db'", "BEGIN"}) {
        EXPECT_EQ(reading(query(text), {"a"}), more) << text;
    }
    EXPECT_FALSE(std::filesystem::exists("x.db"));
    EXPECT_EQ(reading(query("SELECT a FROM t; DELETE FROM t"), {"a"}),
              "NN0309: the query cannot be used: text follows its first statement / a query is one SELECT");
    EXPECT_EQ(reading(query("SELECT b FROM t"), {"b"}), "NN0309: the query cannot be used: no such column: b");
    EXPECT_EQ(reading(query("SELECT \"b\" FROM t"), {"b"}),
              "NN0309: the query cannot be used: no such column: b");  // no string, as SQLite would have it
    EXPECT_EQ(reading(query("SELEC"), {"b"}), "NN0309: the query cannot be used: near \"SELEC\": syntax error");
    EXPECT_EQ(reading(query(" -- nothing"), {"b"}), "NN0309: the query cannot be used: it is empty");
    EXPECT_EQ(reading(query("SELECT a FROM t WHERE a = ?"), {"a"}),
              "NN0309: the query cannot be used: it has a parameter, which nothing binds");
}

TEST_F(ReadSqlite, DamagedDatabaseIsAnError) {
    sql("d.db",
        "PRAGMA page_size = 512; CREATE TABLE t (a REAL); WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM "
        "n LIMIT 2000) "
        "INSERT INTO t SELECT i FROM n;");
    std::string damaged = bytes("d.db");
    for (std::size_t i = 1024; i < 4096; ++i) damaged[i] = '\x55';
    write("d.db", damaged);
    EXPECT_EQ(reading(table("t"), {"a"}), "NN0305: database `d.db`: database disk image is malformed");
}

TEST_F(ReadSqlite, IntegerInputsTakeIntegersOnly) {
    sql("d.db", "CREATE TABLE t (a REAL, b REAL, c REAL); INSERT INTO t VALUES (1, 1.5, 3000000000);");
    Expected<Dataset> dataset = read_columns(table("t"), {"a", "b", "c"});
    EXPECT_EQ(outcome(check_integers(*dataset, {0})), "done");
    EXPECT_EQ(outcome(check_integers(*dataset, {0, 1})), "NN0325: `b` feeds an i32 input, but holds 1.5 at rowid 1");
    EXPECT_EQ(outcome(check_integers(*dataset, {2})),
              "NN0325: `c` feeds an i32 input, but holds 3000000000 at rowid 1");
}

class ReadNpz : public ScratchTest {};

TEST_F(ReadNpz, ArraysWithRowsOnTheFirstAxis) {
    DataSource source = {.kind = DataSourceKind::kNpz,
                         .path = NNCC_SOURCE_DIR "/tests/data/traces/open_pima_mlp_adam.npz"};
    Expected<Dataset> dataset = read_columns(source, {"X", "Y"});
    ASSERT_TRUE(dataset) << outcome(dataset);
    EXPECT_EQ(dataset->rows, 768);
    EXPECT_EQ(dataset->columns[0].extents, std::vector<std::int64_t>{8});
    EXPECT_EQ(dataset->columns[1].values_per_row(), 1);
    EXPECT_EQ(row_key_text(dataset->keys, 767), "row 768");
    EXPECT_EQ(outcome(read_columns(source, {"X", "loss_f64"})),
              "NN0322: array `loss_f64` of `" + source.path + "` has 770 rows, but `X` has 768");
    EXPECT_EQ(outcome(read_columns({.kind = DataSourceKind::kNpz, .path = "no.npz"}, {"X"})),
              "NN0501: cannot read `no.npz`: there is no such file");
}

}  // namespace
}  // namespace nncc
