// Predictions: one row per source row however often and however interrupted they are written.
#include "data/predictions.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <limits>
#include <numeric>
#include <random>

#include "data/dataset.h"
#include "scratch.h"

namespace nncc {
namespace {

class PredictionTest : public ScratchTest {
  protected:
    static RowKeys keys(const std::string& table = "t") {
        return read_columns({.path = "d.db", .table = table}, {"a"})->keys;
    }
    static void make_table() {
        sql("d.db", "CREATE TABLE t (id INTEGER PRIMARY KEY, a REAL); INSERT INTO t VALUES (10, 1), (20, 2), (30, 3);");
    }

    static Expected<PredictionReport> predict(const RowKeys& keys, const std::vector<std::int64_t>& rows,
                                              const std::vector<double>& values,
                                              const std::vector<std::string>& outputs = {"output"},
                                              const std::string& hash = "h1", bool replace_table = false) {
        return write_predictions("d.db",
                                 {.model = "pima",
                                  .model_hash = hash,
                                  .time = "2026-01-01T00:00:00Z",
                                  .outputs = outputs,
                                  .keys = &keys,
                                  .rows = rows,
                                  .values = values},
                                 replace_table);
    }
};

TEST_F(PredictionTest, WritingAgainReplacesAndNeverDoubles) {
    make_table();
    Expected<PredictionReport> report = predict(keys(), {0, 1, 2}, {0.1, 0.2, 0.3});
    ASSERT_TRUE(report) << outcome(report);
    EXPECT_EQ(report->table, "pima_predictions");
    EXPECT_EQ(report->inserted, 3);
    EXPECT_EQ(report->replaced, 0);
    report = predict(keys(), {2, 1}, {0.9, 0.8}, {"output"}, "h2");
    EXPECT_EQ(report->inserted, 0);
    EXPECT_EQ(report->replaced, 2);
    EXPECT_EQ(rows("d.db", "SELECT * FROM pima_predictions ORDER BY id"),
              "10|0.1|h1|2026-01-01T00:00:00Z\n20|0.8|h2|2026-01-01T00:00:00Z\n30|0.9|h2|2026-01-01T00:00:00Z\n");
    EXPECT_EQ(rows("d.db", "SELECT t.a, output FROM t JOIN pima_predictions USING (id) WHERE output > 0.5"),
              "2.0|0.8\n3.0|0.9\n");
}

TEST_F(PredictionTest, KeysOfEveryKind) {
    sql("d.db", R"(CREATE TABLE plain (a REAL); INSERT INTO plain (rowid, a) VALUES (7, 1);
                   CREATE TABLE pair (time TEXT, day INTEGER, a REAL, PRIMARY KEY (time, day)) WITHOUT ROWID; INSERT INTO pair VALUES ('x', 1, 0), ('x', 2, 0);
                   CREATE VIEW v AS SELECT a FROM plain;)");
    ASSERT_TRUE(predict(keys("plain"), {0}, {0.5}));
    EXPECT_EQ(rows("d.db", "SELECT source_rowid, output FROM pima_predictions"), "7|0.5\n");
    ASSERT_TRUE(predict(keys("pair"), {0, 1}, {1, 2, 3, 4}, {"a", "b"}, "h", true));
    EXPECT_EQ(predict(keys("pair"), {0, 1}, {5, 6, 7, 8}, {"a", "b"})->replaced, 2);
    EXPECT_EQ(rows("d.db", "SELECT source_time, day, a, b FROM pima_predictions"), "x|1|5.0|6.0\nx|2|7.0|8.0\n");
    ASSERT_TRUE(predict(keys("v"), {0}, {0.5}, {"output"}, "h", true));
    EXPECT_EQ(rows("d.db", "SELECT row, output FROM pima_predictions"), "1|0.5\n");
}

TEST_F(PredictionTest, ATableForOtherOutputsIsRefusedUnlessReplaced) {
    make_table();
    ASSERT_TRUE(predict(keys(), {0}, {0.1}));
    std::string before = bytes("d.db");
    EXPECT_EQ(outcome(predict(keys(), {0}, {1, 2}, {"output_0", "output_1"})),
              "NN0321: table `pima_predictions` of `d.db` cannot take these predictions: it has the columns \"id\", "
              "\"output\", \"model_hash\", \"time\", but "
              "they need \"id\", \"output_0\", \"output_1\", \"model_hash\", \"time\" with the key \"id\" / rename or "
              "drop that table, and predict again");
    EXPECT_EQ(bytes("d.db"), before);
    ASSERT_TRUE(predict(keys(), {0}, {1, 2}, {"output_0", "output_1"}, "h", true));
    EXPECT_EQ(rows("d.db", "SELECT id, output_0, output_1 FROM pima_predictions"), "10|1.0|2.0\n");
}

TEST_F(PredictionTest, ATableWithoutTheKeyIsRefused) {
    make_table();
    sql("d.db", "CREATE TABLE pima_predictions (id INTEGER, output REAL, model_hash TEXT, time TEXT);");
    Expected<PredictionReport> report = predict(keys(), {0}, {0.1});
    ASSERT_FALSE(report);
    EXPECT_STREQ(report.error().kind->code, "NN0321");
    sql("d.db", "DROP TABLE pima_predictions; CREATE VIEW pima_predictions AS SELECT 1 AS x;");
    report = predict(keys(), {0}, {0.1}, {"output"}, "h", true);
    ASSERT_FALSE(report);
    EXPECT_STREQ(report.error().kind->code, "NN0321");
}

TEST_F(PredictionTest, NotANumberIsRefusedBeforeTheDatabaseIsOpened) {
    make_table();
    std::string before = bytes("d.db");
    Expected<PredictionReport> report =
        predict(keys(), {2, 1}, {1, 2, 3, std::numeric_limits<double>::quiet_NaN()}, {"a", "b"});
    EXPECT_EQ(outcome(report), "NN0312: `pima` predicts NaN for `b` at id 20 / nothing was written");
    EXPECT_EQ(report.error().exit_code, ExitCode::kNumeric);
    EXPECT_EQ(bytes("d.db"), before);
}

TEST_F(PredictionTest, AFailureInTheMiddleLeavesNothing) {
    make_table();
    ASSERT_TRUE(predict(keys(), {0}, {0.1}));
    sql("d.db",
        "CREATE TRIGGER stop BEFORE INSERT ON pima_predictions WHEN NEW.id = 30 BEGIN SELECT raise(ABORT, 'no more'); "
        "END;");
    std::string before = bytes("d.db");
    EXPECT_EQ(outcome(predict(keys(), {0, 1, 2}, {1, 2, 3})), "NN0305: database `d.db`: no more");
    EXPECT_EQ(bytes("d.db"), before);
}

// The process is killed at random instants; each time the table holds one whole generation of predictions.
TEST_F(PredictionTest, AKilledWriterLeavesAWholeGeneration) {
    constexpr std::int64_t kRows = 4000;
    sql("d.db",
        "CREATE TABLE t (a REAL); WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 4000) INSERT "
        "INTO t SELECT i FROM n;");
    RowKeys all = keys();
    std::vector<std::int64_t> wanted(kRows);
    std::iota(wanted.begin(), wanted.end(), 0);
    constexpr unsigned kSeed = 5;
    SCOPED_TRACE(kSeed);
    std::mt19937 random(kSeed);
    for (int trial = 0; trial < 25; ++trial) {
        pid_t child = ::fork();
        ASSERT_GE(child, 0);
        if (child == 0) {
            for (int generation = 0;; ++generation) {
                std::vector<double> values(kRows, trial * 1000.0 + generation);
                if (!predict(all, wanted, values)) ::_exit(1);
            }
        }
        ::usleep(static_cast<useconds_t>(500 + random() % 60000));
        ::kill(child, SIGKILL);
        int status = 0;
        ASSERT_EQ(::waitpid(child, &status, 0), child);
        ASSERT_TRUE(WIFSIGNALED(status));
        // Reading through the read-only connection rolls back what the killed writer left.
        ASSERT_TRUE(read_columns({.path = "d.db", .table = "t"}, {"a"}));
        if (rows("d.db", "SELECT count(*) FROM sqlite_schema WHERE name = 'pima_predictions'") == "0\n") continue;
        EXPECT_EQ(rows("d.db", "SELECT count(*), count(DISTINCT output) FROM pima_predictions"), "4000|1\n");
    }
    EXPECT_EQ(rows("d.db", "PRAGMA integrity_check"), "ok\n");
}

// A journal beside a file that was already written to: what a kill in the middle of a large transaction leaves.
TEST_F(PredictionTest, AnInterruptedTransactionIsRolledBackBeforeReading) {
    sql("d.db",
        "CREATE TABLE t (a REAL); WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 5000) INSERT "
        "INTO t SELECT i FROM n;");
    std::string before = bytes("d.db");
    pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
        sqlite3* database = nullptr;
        sqlite3_open("d.db", &database);
        sqlite3_exec(database, "PRAGMA cache_size = 2; BEGIN; UPDATE t SET a = -1;", nullptr, nullptr, nullptr);
        ::_exit(0);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_NE(bytes("d.db"), before);
    ASSERT_TRUE(std::filesystem::exists("d.db-journal"));
    Expected<Dataset> dataset = read_columns({.path = "d.db", .table = "t"}, {"a"});
    ASSERT_TRUE(dataset) << outcome(dataset);
    EXPECT_EQ(dataset->columns[0].values[4999], 5000);
    EXPECT_EQ(bytes("d.db"), before);
}

}  // namespace
}  // namespace nncc
