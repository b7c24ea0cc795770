// What a user can do wrong with data, weights and files: the exact text, the exit code, and nothing lost.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sqlite3.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstring>

#include "run_nncc.h"

namespace nncc::testing {
namespace {

const std::string kHeader = "pregnancies,glucose,pressure,skin,insulin,bmi,pedigree,age,outcome\n";

// The Pima model in miniature, its rows in pima.db, and weights of two epochs; none of which a mistake may change.
class BadInput : public ::testing::Test {
  protected:
    static void SetUpTestSuite() {
        made_ = new Made;
        const ScratchFolder& folder = made_->folder;
        folder.write("pima.csv", kHeader + read_text(source_path("models/data/pima/pima-indians-diabetes.csv")));
        folder.write("pima.nn", read_text(source_path("models/pima.nn")));
        ASSERT_EQ(
            run_nncc({"data", "load", "pima.csv", "--into", "pima.db", "--table", "patients"}, {folder.path(), "", ""})
                .exit_code,
            0);
        ASSERT_EQ(
            run_nncc({"train", "pima.nn", "--epochs", "2", "-q", "-o", "pima.safetensors"}, {folder.path(), "", ""})
                .exit_code,
            0);
        made_->database = read_text(folder.file("pima.db"));
        made_->weights = read_text(folder.file("pima.safetensors"));
        ASSERT_FALSE(made_->weights.empty());
    }
    static void TearDownTestSuite() { delete made_; }

    RunResult nncc(std::vector<std::string> arguments, const std::string& interrupt_when = "") {
        return run_nncc(std::move(arguments), {folder_.path(), "", interrupt_when});
    }

    void expect(std::vector<std::string> arguments, int exit_code, const std::string& errors) {
        const RunResult result = nncc(std::move(arguments));
        EXPECT_EQ(result.errors, errors);
        EXPECT_EQ(result.exit_code, exit_code);
        EXPECT_EQ(result.output, "");
    }

    void sql(const std::string& name, const std::string& statement) {
        sqlite3* database = nullptr;
        ASSERT_EQ(sqlite3_open(folder_.file(name).c_str(), &database), SQLITE_OK);
        EXPECT_EQ(sqlite3_exec(database, statement.c_str(), nullptr, nullptr, nullptr), SQLITE_OK)
            << sqlite3_errmsg(database);
        sqlite3_close(database);
    }

    // A copy of the model with one text replaced.
    void write_variant(const std::string& name, const std::string& from, const std::string& to) {
        std::string text = read_text(source_path("models/pima.nn"));
        const std::size_t at = text.find(from);
        ASSERT_NE(at, std::string::npos) << from;
        folder_.write(name, text.replace(at, from.size(), to));
    }

    void TearDown() override {
        EXPECT_TRUE(read_text(folder_.file("pima.db")) == database_) << "the database was changed";
        EXPECT_TRUE(read_text(folder_.file("pima.safetensors")) == weights_) << "the weights were changed";
    }

    struct Made {
        ScratchFolder folder;
        std::string database;
        std::string weights;
    };
    static inline Made* made_ = nullptr;
    const ScratchFolder& folder_ = made_->folder;
    const std::string& database_ = made_->database;
    const std::string& weights_ = made_->weights;
};

TEST_F(BadInput, DatabaseIsMissing) {
    expect({"train", "pima.nn", "-q", "--data", "sqlite:none.db?table=patients"}, 4,
           "nncc: error[NN0302]: there is no file `none.db`\n"
           "      = hint: `nncc data load FILE.csv --into DATABASE --table TABLE` makes a database\n");
}

TEST_F(BadInput, TableIsMissing) {
    expect({"train", "pima.nn", "-q", "--data", "sqlite:pima.db?table=patient"}, 1,
           "nncc: error[NN0306]: database `pima.db` has no table `patient`\n"
           "      = note: its tables and views: `nncc_held_back`, `nncc_metrics`, `nncc_runs`, `patients`\n"
           "      = hint: did you mean `patients`?\n");
}

TEST_F(BadInput, ColumnIsMissing) {
    write_variant("wrong.nn", "\"bmi\"", "\"bmy\"");
    expect({"train", "wrong.nn", "-q"}, 1,
           "nncc: error[NN0307]: `patients` of `pima.db` has no column `bmy`\n"
           "      = note: its columns: `pregnancies`, `glucose`, `pressure`, `skin`, `insulin`, `bmi`, `pedigree`, "
           "`age`, `outcome`\n"
           "      = hint: did you mean `bmi`?\n");
}

TEST_F(BadInput, DatabaseIsLocked) {
    sqlite3* database = nullptr;
    ASSERT_EQ(sqlite3_open(folder_.file("pima.db").c_str(), &database), SQLITE_OK);
    ASSERT_EQ(sqlite3_exec(database, "BEGIN EXCLUSIVE", nullptr, nullptr, nullptr), SQLITE_OK);
    expect({"train", "pima.nn", "-q"}, 4,
           "nncc: error[NN0304]: database `pima.db` is locked by another program\n"
           "      = hint: nncc waited 2 s; close the other program, or try again\n");
    sqlite3_exec(database, "ROLLBACK", nullptr, nullptr, nullptr);
    sqlite3_close(database);
}

TEST_F(BadInput, NumberIsNull) {
    folder_.write("other.db", database_);
    sql("other.db", "UPDATE patients SET bmi = NULL WHERE rowid = 17");
    expect({"train", "pima.nn", "-q", "--data", "sqlite:other.db?table=patients"}, 1,
           "nncc: error[NN0310]: column `bmi` of `patients` of `other.db` at rowid 17 is NULL\n"
           "      = hint: leave such rows out with a query: SELECT ... WHERE ... IS NOT NULL\n");
}

TEST_F(BadInput, NumberIsText) {
    folder_.write("other.db", database_);
    sql("other.db", "UPDATE patients SET bmi = 'tall' WHERE rowid = 17");
    expect(
        {"train", "pima.nn", "-q", "--data", "sqlite:other.db?table=patients"}, 1,
        "nncc: error[NN0311]: column `bmi` of `patients` of `other.db` at rowid 17 is the text `tall`, no number\n"
        "      = hint: `nncc data load` types columns by their content; in a query, CAST(x AS REAL) makes numbers\n");
}

TEST_F(BadInput, NumberIsNaN) {
    folder_.write("nan.csv", kHeader + "6,148,72,35,0,33.6,0.627,50,1\n1,85,66,29,0,nan,0.351,31,0\n");
    expect({"train", "pima.nn", "-q", "--data", "csv:nan.csv"}, 1,
           "nncc: error[NN0312]: column `bmi` in line 3 of `nan.csv` is `nan`, no finite number\n");
}

TEST_F(BadInput, WeightsOfAnotherShape) {
    write_variant("wider.nn", "dense(10)", "dense(12)");
    expect({"predict", "wider.nn", "-q", "--weights", "pima.safetensors"}, 1,
           "nncc: error[NN0518]: the weights in `pima.safetensors` do not fit the model `pima`\n"
           "      = note: reshaped: `dense_1.w` is [8, 10] in the file and [8, 12] in the model\n"
           "      = note: reshaped: `dense_1.b` is [10] in the file and [12] in the model\n"
           "      = note: reshaped: `dense_2.w` is [10, 8] in the file and [12, 8] in the model\n"
           "      = hint: train the model anew, or give weights that were trained for it\n");
}

TEST_F(BadInput, WeightsMissingAndExtra) {
    write_variant("fewer.nn", "      |> dense(8)  |> relu\n", "");
    expect({"predict", "fewer.nn", "-q", "--weights", "pima.safetensors"}, 1,
           "nncc: error[NN0518]: the weights in `pima.safetensors` do not fit the model `pima`\n"
           "      = note: reshaped: `dense_2.w` is [10, 8] in the file and [10, 1] in the model\n"
           "      = note: reshaped: `dense_2.b` is [8] in the file and [1] in the model\n"
           "      = note: extra: `dense_3.b` [1]\n"
           "      = note: extra: `dense_3.w` [8, 1]\n"
           "      = hint: train the model anew, or give weights that were trained for it\n");
    write_variant("more.nn", "dense(1)", "dense(1) |> dense(1)");
    expect({"predict", "more.nn", "-q", "--weights", "pima.safetensors"}, 1,
           "nncc: error[NN0518]: the weights in `pima.safetensors` do not fit the model `pima`\n"
           "      = note: missing: `dense_4.w` [1, 1]\n"
           "      = note: missing: `dense_4.b` [1]\n"
           "      = hint: train the model anew, or give weights that were trained for it\n");
}

TEST_F(BadInput, WeightsOfAChangedModel) {
    write_variant("tanh.nn", "relu", "tanh");
    const RunResult result = nncc({"predict", "tanh.nn", "-q", "--weights", "pima.safetensors"});
    EXPECT_EQ(result.exit_code, 1);
    EXPECT_EQ(
        split_lines(result.errors)[0],
        "nncc: error[NN0518]: the weights in `pima.safetensors` were trained for another program than `pima` is now");
}

TEST_F(BadInput, WeightsAreTruncated) {
    folder_.write("short.safetensors", weights_.substr(0, 700));
    const RunResult header = nncc({"predict", "pima.nn", "-q", "--weights", "short.safetensors"});
    EXPECT_EQ(header.exit_code, 1);
    EXPECT_EQ(header.errors.find("nncc: error[NN0401]: the header of `short.safetensors` claims "), 0U)
        << header.errors;
    folder_.write("short.safetensors", weights_.substr(0, weights_.size() - 4));
    const RunResult data = nncc({"predict", "pima.nn", "-q", "--weights", "short.safetensors"});
    EXPECT_EQ(data.exit_code, 1);
    EXPECT_EQ(
        data.errors.find(
            "nncc: error[NN0406]: tensor `standardize_1.spread` of `short.safetensors` has the offsets [780, 812] in "),
        0U)
        << data.errors;
}

TEST_F(BadInput, WeightHeaderOfAnExbibyte) {
    std::string bytes = weights_;
    const std::uint64_t size = std::uint64_t{1} << 60;
    std::memcpy(bytes.data(), &size, sizeof size);
    folder_.write("big.safetensors", bytes);
    expect({"predict", "pima.nn", "-q", "--weights", "big.safetensors"}, 1,
           "nncc: error[NN0402]: the header of `big.safetensors` claims 1152921504606846976 bytes; at most 16777216 "
           "are accepted\n"
           "      = hint: is it a safetensors file?\n");
}

TEST_F(BadInput, WeightOffsetsOverlap) {
    const std::string header =
        R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}})";
    std::uint64_t size = header.size();
    std::string bytes(reinterpret_cast<const char*>(&size), sizeof size);
    folder_.write("overlap.safetensors", bytes + header + std::string(12, '\0'));
    expect({"predict", "pima.nn", "-q", "--weights", "overlap.safetensors"}, 1,
           "nncc: error[NN0406]: tensors `a` [0, 8] and `b` [4, 12] of `overlap.safetensors` overlap\n");
}

TEST_F(BadInput, DiskIsFull) {
    expect({"train", "pima.nn", "--epochs", "1", "-q", "-o", "/dev/full"}, 4,
           "nncc: error[NN0502]: cannot write `/dev/full`: no space left on device\n");
}

TEST_F(BadInput, InterruptKeepsTheLastEpoch) {
    write_variant("long.nn", "epochs     = 150", "epochs     = 100000000");
    const RunResult result =
        nncc({"train", "long.nn", "-q", "-o", "kept.safetensors", "--log", "steps.csv"}, folder_.file("steps.csv"));
    EXPECT_EQ(result.exit_code, 130);
    EXPECT_EQ(result.errors.find("interrupted; weights of epoch "), 0U) << result.errors;
    EXPECT_EQ(
        nncc({"predict", "pima.nn", "-q", "--weights", "kept.safetensors", "--data", "csv:pima.csv", "-o", "p.csv"})
            .exit_code,
        0);
}

TEST_F(BadInput, LossIsNotANumber) {
    write_variant("wild.nn", "x |> standardize", "x |> standardize |> log");
    expect({"train", "wild.nn", "-q"}, 5,
           "nncc: error[NN0600]: the loss of step 0 (epoch 1) is nan: `log` gave nan first\n"
           "      = note: wild.nn:3  log\n"
           "      = hint: a smaller learning rate, standardised inputs or a loss from logits are the usual remedies\n");
}

TEST_F(BadInput, NoTrainBlock) {
    folder_.write("bare.nn", "model bare(x: f32[batch, 8]) -> f32[batch, 1] {\n    x |> dense(1)\n}\n");
    expect({"train", "bare.nn"}, 1,
           "nncc: error[NN0511]: `bare.nn` has no train block, so there is no loss to train for\n"
           "      = hint: write `train bare { ... }` after the model\n");
}

}  // namespace
}  // namespace nncc::testing
