// `data load`: typed tables in one transaction; after any failure the database is byte for byte as it was.
#include "data/load.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "data/diagnostic_kinds.h"
#include "scratch.h"

namespace nncc {
namespace {

class Load : public ScratchTest {
  protected:
    static LoadRequest request(LoadMode mode = LoadMode::kCreate, const std::vector<std::string>& columns = {}) {
        LoadRequest request;
        request.csv = {.kind = DataSourceKind::kCsv, .path = "d.csv", .columns = columns};
        request.names_origin = NamesOrigin::kOption;
        request.database = "d.db";
        request.table = "t";
        request.mode = mode;
        return request;
    }
    // Loads text; on failure the database must be as it was, or not there if it was not.
    static std::string loading(const std::string& text, const LoadRequest& what) {
        write("d.csv", text);
        bool existed = std::filesystem::exists(what.database);
        std::string before = existed ? bytes(what.database) : "";
        Expected<LoadReport> report = load_csv(what);
        if (!report) {
            EXPECT_EQ(std::filesystem::exists(what.database), existed);
            if (existed) {
                EXPECT_EQ(bytes(what.database), before);
            }
            EXPECT_FALSE(std::filesystem::exists(what.database + "-journal"));
        }
        return outcome(report);
    }
};

TEST_F(Load, PimaWithGivenNames) {
    LoadRequest pima = request();
    pima.csv.path = NNCC_SOURCE_DIR "/models/data/pima/pima-indians-diabetes.csv";
    pima.csv.columns = {"pregnancies", "glucose", "pressure", "skin", "insulin", "bmi", "pedigree", "age", "outcome"};
    pima.names_origin = NamesOrigin::kModel;
    Expected<LoadReport> report = load_csv(pima);
    ASSERT_TRUE(report) << outcome(report);
    EXPECT_EQ(load_report_text(pima, *report), "768 rows of 9 columns into `t` of d.db; names from the model\n");
    EXPECT_EQ(rows("d.db", "SELECT count(*), sum(outcome), round(avg(glucose), 1), typeof(bmi), typeof(age) FROM t"),
              "768|268|120.9|real|integer\n");
    EXPECT_EQ(rows("d.db", "SELECT * FROM t WHERE rowid = 1"), "6|148|72|35|0|33.6|0.627|50|1\n");
}

TEST_F(Load, TypesFollowTheCells) {
    LoadRequest load = request();
    write("d.csv", "i,r,t,\"odd \"\"name\"\"\",m\r\n1,1,x,1,\r\n-2,2.5,\"a,b\",?,\r\n,3,\"\",3,4\r\n");
    Expected<LoadReport> report = load_csv(load);
    ASSERT_TRUE(report) << outcome(report);
    EXPECT_EQ(rows("d.db", "SELECT sql FROM sqlite_schema"),
              "CREATE TABLE \"t\" (\"i\" INTEGER, \"r\" REAL, \"t\" TEXT, \"odd \"\"name\"\"\" TEXT, \"m\" INTEGER)\n");
    EXPECT_EQ(rows("d.db", "SELECT * FROM t"), "1|1.0|x|1|NULL\n-2|2.5|a,b|?|NULL\nNULL|3.0||3|4\n");
    EXPECT_EQ(load_report_text(load, *report),
              "3 rows of 5 columns into `t` of d.db; names from the header\n"
              "  `i`: 1 missing values, stored as NULL\n"
              "  `odd \"name\"` is TEXT: line 3 holds `?` among numbers\n"
              "  `m`: 2 missing values, stored as NULL\n");
}

TEST_F(Load, AnExistingTableIsKeptReplacedOrAddedTo) {
    EXPECT_EQ(loading("a,b\n1,2\n", request()), "done");
    EXPECT_EQ(loading("a,b\n3,4\n", request()),
              "NN0319: database `d.db` already has a table `t` / --replace makes it anew, --append adds rows to it");
    EXPECT_EQ(loading("b,a\n5,6\n", request(LoadMode::kAppend)), "done");
    EXPECT_EQ(rows("d.db", "SELECT a, b FROM t"), "1|2\n6|5\n");
    EXPECT_EQ(loading("c\nx\n", request(LoadMode::kReplace)), "done");
    EXPECT_EQ(rows("d.db", "SELECT * FROM t"), "x\n");
    sql("d.db", "CREATE VIEW v AS SELECT 1");
    LoadRequest view = request(LoadMode::kReplace);
    view.table = "V";
    EXPECT_EQ(loading("c\nx\n", view), "NN0319: database `d.db` already has a view `v` / choose another name");
}

TEST_F(Load, WhatIsAddedMustFit) {
    sql("d.db", "CREATE TABLE t (age REAL, name TEXT, CHECK (age < 100));");
    EXPECT_EQ(loading("age,nam\n1,x\n", request(LoadMode::kAppend)),
              "NN0320: `t` of `d.db` has no column `nam` for what `d.csv` holds / did you mean `name`? / its columns: "
              "`age`, `name`");
    EXPECT_EQ(loading("age,name\n1,x\n?,y\n", request(LoadMode::kAppend)),
              "NN0320: column `age` of `t` of `d.db` is REAL, but line 3 of `d.csv` holds a text there");
    EXPECT_EQ(loading("age,name\n1,x\n200,y\n", request(LoadMode::kAppend)),
              "NN0305: database `d.db`: CHECK constraint failed: age < 100 (line 3 of `d.csv`)");
    EXPECT_EQ(rows("d.db", "SELECT count(*) FROM t"), "0\n");
}

TEST_F(Load, NamesThatCannotBe) {
    EXPECT_EQ(loading("1,2\n", request()),
              "NN0318: `d.csv` has no header, and no names are given for its 2 columns / name them: --columns a,b,c");
    EXPECT_EQ(loading("1,2\n", request(LoadMode::kCreate, {"a"})),
              "NN0318: 1 column name is given, but line 1 of `d.csv` has 2 fields");
    EXPECT_EQ(loading("1,2\n", request(LoadMode::kCreate, {"a", "A"})),
              "NN0318: two columns of `d.csv` are named `A`, in the names given / SQLite does not tell upper from "
              "lower case in names");
    EXPECT_EQ(loading("1,2\n", request(LoadMode::kCreate, {"a", ""})), "NN0318: the name of column 2 is empty");
    EXPECT_EQ(loading("a,a\n1,2\n", request()),
              "NN0318: two columns of `d.csv` are named `a`, in its header / SQLite does not tell upper from lower "
              "case in names");
    EXPECT_EQ(loading("a\n\xe4\n", request()),
              "NN0315: line 2 of `d.csv`: text that is not UTF-8 / convert it first: iconv -f LATIN1 -t UTF-8 d.csv");
}

TEST_F(Load, DatabasesThatCannotBeWritten) {
    LoadRequest elsewhere = request();
    elsewhere.database = "none/d.db";
    EXPECT_EQ(loading("a\n1\n", elsewhere), "NN0305: database `none/d.db` cannot be made: No such file or directory");
    elsewhere.database = "text.db";
    write("text.db", std::string(1000, 'x'));
    EXPECT_EQ(loading("a\n1\n", elsewhere),
              "NN0303: `text.db` is no SQLite database / a CSV file is read with csv:FILE, or put into a database with "
              "`nncc data load`");
    LoadRequest reserved = request();
    reserved.table = "sqlite_x";
    EXPECT_EQ(loading("a\n1\n", reserved), "NN0305: database `d.db`: object name reserved for internal use: sqlite_x");
    sql("d.db", "CREATE TABLE other (a)");
    EXPECT_EQ(loading("a\n1\n", reserved), "NN0305: database `d.db`: object name reserved for internal use: sqlite_x");
    sqlite3* other = nullptr;
    ASSERT_EQ(sqlite3_open("d.db", &other), SQLITE_OK);
    ASSERT_EQ(sqlite3_exec(other, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr), SQLITE_OK);
    write("d.csv", "a\n1\n");
    EXPECT_EQ(outcome(load_csv(request())),
              "NN0304: database `d.db` is locked by another program / nncc waited 2 s; close the other program, or try "
              "again");
    sqlite3_close(other);
}

// A file that may not grow stands for a full disk: the write fails in the middle of the transaction, for every size.
TEST_F(Load, AFullDiskLeavesTheDatabaseAsItWas) {
    std::string csv = "a,b\n";
    for (int i = 0; i < 20000; ++i) csv += "12345,text to fill pages\n";
    sql("d.db",
        "CREATE TABLE other (a); WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 3000) INSERT "
        "INTO other SELECT i FROM n;");
    write("d.csv", csv);
    std::string before = bytes("d.db");
    for (rlim_t room = 0; room < 600000; room += 100000) {
        pid_t child = ::fork();
        ASSERT_GE(child, 0);
        if (child == 0) {
            ::signal(SIGXFSZ, SIG_IGN);
            rlimit limit = {before.size() + room, before.size() + room};
            ::setrlimit(RLIMIT_FSIZE, &limit);
            LoadRequest load = request(LoadMode::kReplace);
            load.table = "other";
            Expected<LoadReport> report = load_csv(load);
            ::_exit(!report && report.error().kind == &kDatabaseFailed &&
                            report.error().exit_code == ExitCode::kEnvironment
                        ? 0
                        : 1);
        }
        int status = 0;
        ASSERT_EQ(::waitpid(child, &status, 0), child);
        EXPECT_EQ(status, 0) << room;
        EXPECT_EQ(bytes("d.db"), before) << room;
    }
    EXPECT_EQ(rows("d.db", "PRAGMA integrity_check"), "ok\n");
}

}  // namespace
}  // namespace nncc
