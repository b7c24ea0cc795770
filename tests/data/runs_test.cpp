// Runs, metrics and held-back rows: written, read back, refused where a table is another's.
#include "data/runs.h"

#include <cmath>
#include <limits>

#include "data/dataset.h"
#include "scratch.h"

namespace nncc {
namespace {

class Runs : public ScratchTest {
  protected:
    void SetUp() override {
        ScratchTest::SetUp();
        sql("d.db",
            "CREATE TABLE t (id INTEGER PRIMARY KEY, a REAL); INSERT INTO t VALUES (10, 1), (20, 2), (30, 3), (40, "
            "4);");
    }
    static RowKeys keys() { return read_columns({.path = "d.db", .table = "t"}, {"a"})->keys; }
    static nncc::Run run(const std::string& model) {
        return {.model = model,
                .model_hash = "ab12",
                .started = "2026-01-02T03:04:05Z",
                .seed = ~std::uint64_t{0},
                .epochs = 150,
                .batch = 32,
                .rows = 3,
                .options = "-O2",
                .version = "0.1.0",
                .held_back = "the last 1 of 4 rows"};
    }
};

TEST_F(Runs, WhatIsWrittenIsReadBack) {
    Expected<std::int64_t> first = start_run("d.db", run("pima"), keys(), std::vector<std::int64_t>{1, 3});
    ASSERT_TRUE(first) << outcome(first);
    Expected<std::int64_t> second = start_run("d.db", run("other"), keys(), {});
    ASSERT_TRUE(second) << outcome(second);
    EXPECT_NE(*first, *second);
    ASSERT_TRUE(finish_run("d.db", *first, "2026-01-02T04:00:00Z"));
    Expected<nncc::Run> read = read_run("d.db", *first);
    ASSERT_TRUE(read) << outcome(read);
    EXPECT_EQ(read->model, "pima");
    EXPECT_EQ(read->seed, ~std::uint64_t{0});
    EXPECT_EQ(read->finished, "2026-01-02T04:00:00Z");
    EXPECT_EQ(read->held_back, "the last 1 of 4 rows");
    EXPECT_EQ(read_run("d.db", *second)->finished, "");
    EXPECT_EQ((*latest_run("d.db", "pima"))->id, *first);
    EXPECT_EQ(latest_run("d.db", "unknown")->has_value(), false);
    EXPECT_EQ(*held_back_rows("d.db", *first, keys(), 4), (std::vector<std::int64_t>{1, 3}));
    EXPECT_EQ(*held_back_rows("d.db", *second, keys(), 4), std::vector<std::int64_t>{});
}

TEST_F(Runs, TheNextIdIsKnownAndNeverGivenAgain) {
    EXPECT_EQ(*next_run_id("d.db"), 1);
    EXPECT_EQ(*start_run("d.db", run("pima"), keys(), {}), 1);
    EXPECT_EQ(*next_run_id("d.db"), 2);
    sql("d.db", "DELETE FROM nncc_runs;");
    EXPECT_EQ(*next_run_id("d.db"), 2);
    EXPECT_EQ(*start_run("d.db", run("pima"), keys(), {}), 2);
}

TEST_F(Runs, HeldBackRowsFollowTheirKeys) {
    std::int64_t id = *start_run("d.db", run("pima"), keys(), std::vector<std::int64_t>{1, 3});
    sql("d.db", "DELETE FROM t WHERE id IN (10, 40);");
    EXPECT_EQ(*held_back_rows("d.db", id, keys(), 2), std::vector<std::int64_t>{0});  // id 20 is now the first row
}

TEST_F(Runs, KeysOfSeveralColumnsAreKept) {
    sql("d.db",
        "CREATE TABLE pair (s TEXT, d INTEGER, a REAL, PRIMARY KEY (s, d)) WITHOUT ROWID; INSERT INTO pair VALUES "
        "('x''', 1, 0), ('y', 2, 0);");
    RowKeys pair = read_columns({.path = "d.db", .table = "pair"}, {"a"})->keys;
    std::int64_t id = *start_run("d.db", run("pima"), pair, std::vector<std::int64_t>{1});
    EXPECT_EQ(rows("d.db", "SELECT row_key FROM nncc_held_back"), "('y', 2)\n");
    EXPECT_EQ(*held_back_rows("d.db", id, pair, 2), std::vector<std::int64_t>{1});
}

TEST_F(Runs, MetricsOfAnEpochAreReplaced) {
    std::int64_t id = *start_run("d.db", run("pima"), keys(), {});
    const double nan = std::numeric_limits<double>::quiet_NaN();
    ASSERT_TRUE(write_metrics("d.db", id, std::vector<Metric>{{0, "loss", 0.7}, {0, "auc", 0.5}}));
    ASSERT_TRUE(write_metrics("d.db", id, std::vector<Metric>{{1, "loss", nan}, {0, "loss", 0.1}}));
    Expected<std::vector<Metric>> metrics = read_metrics("d.db", id);
    ASSERT_TRUE(metrics) << outcome(metrics);
    ASSERT_EQ(metrics->size(), 3U);
    EXPECT_EQ((*metrics)[0].name, "auc");
    EXPECT_EQ((*metrics)[1].value, 0.1);
    EXPECT_TRUE(std::isnan((*metrics)[2].value));
}

TEST_F(Runs, WhatIsNotThereIsAnError) {
    EXPECT_EQ(outcome(read_run("d.db", 1)), "NN0324: database `d.db` has no run 1");
    EXPECT_FALSE(latest_run("d.db", "pima")->has_value());
    ASSERT_TRUE(start_run("d.db", run("pima"), keys(), {}));
    std::string before = bytes("d.db");
    EXPECT_EQ(outcome(read_metrics("d.db", 7)), "NN0324: database `d.db` has no run 7");
    EXPECT_EQ(outcome(held_back_rows("d.db", 7, keys(), 4)), "NN0324: database `d.db` has no run 7");
    EXPECT_EQ(outcome(finish_run("d.db", 7, "now")), "NN0324: database `d.db` has no run 7");
    EXPECT_EQ(bytes("d.db"), before);
    EXPECT_EQ(
        outcome(start_run("no.db", run("pima"), keys(), {})),
        "NN0302: there is no file `no.db` / `nncc data load FILE.csv --into DATABASE --table TABLE` makes a database");
}

TEST_F(Runs, ATableOfAnotherIsLeftAlone) {
    sql("d.db", "CREATE TABLE nncc_metrics (run, epoch, value);");
    std::string before = bytes("d.db");
    EXPECT_EQ(outcome(start_run("d.db", run("pima"), keys(), {})),
              "NN0320: table `nncc_metrics` of `d.db` has no column `name` / nncc keeps its runs in this table; rename "
              "the table that is there");
    EXPECT_EQ(bytes("d.db"), before);  // nncc_runs, made before, is gone with the transaction
}

TEST(Timestamps, AreUtcToTheSecond) {
    EXPECT_TRUE(testing::internal::RE::FullMatch(utc_timestamp(), "....-..-..T..:..:..Z"));
}

}  // namespace
}  // namespace nncc
