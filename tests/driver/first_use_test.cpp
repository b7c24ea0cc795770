// First use: names of columns, a second load, working folders, odd names, predictions that do not double, two models in
// one program.
#include <gtest/gtest.h>
#include <sqlite3.h>

#include "run_nncc.h"

namespace nncc::testing {
namespace {

const std::string kNames = "pregnancies,glucose,pressure,skin,insulin,bmi,pedigree,age,outcome";

class FirstUse : public ::testing::Test {
  protected:
    void SetUp() override {
        folder_.write("bare.csv", read_text(source_path("models/data/pima/pima-indians-diabetes.csv")));
        folder_.write("pima.nn", read_text(source_path("models/pima.nn")));
    }

    RunResult nncc(std::vector<std::string> arguments, const std::string& input = "") {
        return run_nncc(std::move(arguments), {folder_.path(), input, ""});
    }

    // The first column of the first row of a query.
    std::string query(const std::string& statement) {
        sqlite3* database = nullptr;
        sqlite3_open_v2(folder_.file("pima.db").c_str(), &database, SQLITE_OPEN_READONLY, nullptr);
        sqlite3_stmt* rows = nullptr;
        std::string value = "no row";
        if (sqlite3_prepare_v2(database, statement.c_str(), -1, &rows, nullptr) != SQLITE_OK)
            value = sqlite3_errmsg(database);
        else if (sqlite3_step(rows) == SQLITE_ROW) value = reinterpret_cast<const char*>(sqlite3_column_text(rows, 0));
        sqlite3_finalize(rows);
        sqlite3_close(database);
        return value;
    }

    ScratchFolder folder_;
};

TEST_F(FirstUse, NamesComeFromHeaderOptionOrModel) {
    EXPECT_EQ(nncc({"data", "load", "bare.csv", "--into", "a.db", "--table", "t", "--columns", kNames}).errors,
              "768 rows of 9 columns into `t` of a.db; names from --columns\n");
    EXPECT_EQ(nncc({"data", "load", "bare.csv", "--into", "b.db", "--table", "t", "--model", "pima.nn"}).errors,
              "768 rows of 9 columns into `t` of b.db; names from the model\n");
    folder_.write("named.csv",
                  kNames + "\r\n" + "6,148,72,35,0,33.6,0.627,50,1\r\n\"1\",85,66,29,0,26.6,0.351,31,0\r\n");
    EXPECT_EQ(nncc({"data", "load", "named.csv", "--into", "c.db", "--table", "t"}).errors,
              "2 rows of 9 columns into `t` of c.db; names from the header\n");
    const RunResult unnamed = nncc({"data", "load", "bare.csv", "--into", "d.db", "--table", "t"});
    EXPECT_EQ(unnamed.exit_code, 1);
    EXPECT_NE(unnamed.errors.find("NN0318"), std::string::npos) << unnamed.errors;
}

TEST_F(FirstUse, SecondLoadAsksWhatIsMeant) {
    const std::vector<std::string> load = {"data",    "load",     "bare.csv",  "--into", "pima.db",
                                           "--table", "patients", "--columns", kNames};
    ASSERT_EQ(nncc(load).exit_code, 0);
    const RunResult again = nncc(load);
    EXPECT_EQ(again.exit_code, 1);
    EXPECT_NE(again.errors.find("NN0319"), std::string::npos) << again.errors;
    std::vector<std::string> append = load;
    append.emplace_back("--append");
    EXPECT_EQ(nncc(append).exit_code, 0);
    EXPECT_EQ(query("SELECT count(*) FROM patients"), "1536");
    std::vector<std::string> replace = load;
    replace.emplace_back("--replace");
    EXPECT_EQ(nncc(replace).exit_code, 0);
    EXPECT_EQ(query("SELECT count(*) FROM patients"), "768");
}

// The whole way: train, predict twice, build, with what each leaves in the database.
TEST_F(FirstUse, FromDataToABinary) {
    ASSERT_EQ(
        nncc({"data", "load", "bare.csv", "--into", "pima.db", "--table", "patients", "--columns", kNames}).exit_code,
        0);
    const RunResult train = nncc({"train", "pima.nn", "--epochs", "3"});
    ASSERT_EQ(train.exit_code, 0) << train.errors;
    int epoch_lines = 0;
    for (const std::string& line : split_lines(train.errors)) epoch_lines += line.starts_with("epoch ") ? 1 : 0;
    EXPECT_EQ(epoch_lines, 3) << train.errors;  // not a terminal: one line an epoch
    EXPECT_EQ(train.errors.find('\r'), std::string::npos);
    EXPECT_EQ(query("SELECT count(*) FROM nncc_runs"), "1");
    EXPECT_EQ(query("SELECT count(*) FROM nncc_metrics"), "12");  // loss, validation loss, accuracy, auc
    EXPECT_EQ(query("SELECT count(*) FROM nncc_held_back"), "154");

    const RunResult first = nncc({"predict", "pima.nn", "--weights", "pima.safetensors"});
    ASSERT_EQ(first.exit_code, 0) << first.errors;
    EXPECT_NE(first.errors.find("768 new, 0 replaced"), std::string::npos) << first.errors;
    EXPECT_NE(first.errors.find("154 held-back rows of run 1:"), std::string::npos) << first.errors;
    const std::string sum = query("SELECT sum(output) FROM pima_predictions");
    const RunResult second = nncc({"predict", "pima.nn", "--weights", "pima.safetensors"});
    EXPECT_NE(second.errors.find("0 new, 768 replaced"), std::string::npos) << second.errors;
    EXPECT_EQ(query("SELECT count(*) FROM pima_predictions"), "768");
    EXPECT_EQ(query("SELECT sum(output) FROM pima_predictions"), sum);

#if !defined(NNCC_SANITISED)
    ASSERT_EQ(nncc({"build", "pima.nn", "--weights", "pima.safetensors", "-o", "pima"}).exit_code, 0);
    const RunResult binary =
        run_program({folder_.file("pima")}, {"", "6,148,72,35,0,33.6,0.627,50\n1,85,66,29,0,26.6,0.351,31\n", ""});
    ASSERT_EQ(binary.exit_code, 0) << binary.errors;
    const std::vector<std::string> lines = split_lines(binary.output);
    ASSERT_EQ(lines.size(), 2U);
    EXPECT_NEAR(std::stod(lines[0]), std::stod(query("SELECT output FROM pima_predictions WHERE source_rowid = 1")),
                1e-6);
    const RunResult wrong = run_program({folder_.file("pima")}, {"", "1,2,3\n", ""});
    EXPECT_EQ(wrong.exit_code, 1);
    EXPECT_EQ(wrong.errors, "pima: line 1: 3 values where 8 are expected\n");
    const RunResult linked = run_program({"ldd", folder_.file("pima")});
    EXPECT_EQ(linked.output.find("libstdc++"), std::string::npos) << linked.output;
    EXPECT_NE(linked.output.find("libc.so.6"), std::string::npos) << linked.output;
#endif
}

// A text trains a table of the next character, and its characters keep their numbers in prediction.
TEST_F(FirstUse, TextByCharacters) {
    std::string text;
    for (int k = 0; k < 200; ++k) text += "abcd";
    folder_.write("letters.txt", text);
    folder_.write("next.nn",
                  "model next(tokens: i32[batch, time]) -> f32[batch, time, 4] {\n    embedding(tokens, 4, 4)\n}\n"
                  "train next {\n    data = text(\"letters.txt\")\n    tokens = characters()\n"
                  "    target = characters(offset = 1)\n"
                  "    loss = sparse_categorical_cross_entropy_with_logits(output, target)\n"
                  "    optimizer = adam(0.1)\n    batch = 4\n    epochs = 10\n    validation = last(0.1)\n}\n");
    const RunResult train = nncc({"train", "next.nn", "-D", "time=8"});
    ASSERT_EQ(train.exit_code, 0) << train.errors;
    EXPECT_NE(train.errors.find("99 rows from text:letters.txt; 89 train, 10 held back"), std::string::npos)
        << train.errors;
    folder_.write("more.txt", "ddddcbac");
    const RunResult predict = nncc(
        {"predict", "next.nn", "-D", "time=8", "--weights", "next.safetensors", "--data", "text:more.txt", "-o", "-"});
    ASSERT_EQ(predict.exit_code, 0) << predict.errors;
    // d is followed by a: the first of the four classes of the first place has the largest score.
    const std::vector<std::string> lines = split_lines(predict.output);
    ASSERT_EQ(lines.size(), 2U) << predict.output;
    std::vector<double> row;
    for (std::size_t at = 0; at < lines[1].size();
         at = lines[1].find(',', at) == std::string::npos ? lines[1].size() : lines[1].find(',', at) + 1)
        row.push_back(std::stod(lines[1].substr(at)));
    ASSERT_EQ(row.size(), 33U);
    for (int other = 2; other < 5; ++other)
        EXPECT_GT(row[1], row[static_cast<std::size_t>(other)] + 1) << predict.output;
    folder_.write("other.txt", "abcdefgh");
    const RunResult unknown = nncc(
        {"predict", "next.nn", "-D", "time=8", "--weights", "next.safetensors", "--data", "text:other.txt", "-o", "-"});
    EXPECT_EQ(unknown.exit_code, 1);
    EXPECT_NE(unknown.errors.find("character 5 of `other.txt`, `e`, is none of the 4 that the weights know"),
              std::string::npos)
        << unknown.errors;
}

TEST_F(FirstUse, SameSeedGivesTheSameBytes) {
    const std::vector<std::string> train = {"train",    "pima.nn", "--data", "csv:bare.csv?columns=" + kNames,
                                            "--epochs", "3",       "-q",     "-o"};
    for (const char* name : {"a.safetensors", "b.safetensors"}) {
        std::vector<std::string> arguments = train;
        arguments.emplace_back(name);
        const RunResult result = nncc(arguments);
        ASSERT_EQ(result.exit_code, 0) << result.errors;
    }
    const std::string weights = read_text(folder_.file("a.safetensors"));
    EXPECT_FALSE(weights.empty());
    EXPECT_TRUE(weights == read_text(folder_.file("b.safetensors")));
    for (const char* key :
         {"nncc.model_hash", "nncc.parameters", "nncc.fit", "nncc.seed", "nncc.epoch", "nncc.version"}) {
        EXPECT_NE(weights.find(key), std::string::npos) << key;
    }
}

// Two models, emitted apart, in one program.
TEST_F(FirstUse, FoldsHoldBackEachRowOnce) {
    ASSERT_EQ(
        nncc({"data", "load", "bare.csv", "--into", "pima.db", "--table", "patients", "--columns", kNames}).exit_code,
        0);
    const RunResult train = nncc({"train", "pima.nn", "--folds", "3", "--epochs", "30", "-o", "w.safetensors"});
    EXPECT_EQ(train.exit_code, 0);
    const std::vector<std::string> lines = split_lines(train.errors);
    ASSERT_FALSE(lines.empty());
    EXPECT_TRUE(lines.back().starts_with("3 folds, mean +- standard deviation:  validation_loss 0.")) << lines.back();
    EXPECT_EQ(query("SELECT count(*) || ' ' || count(DISTINCT row_key) FROM nncc_held_back"), "768 768");
    EXPECT_EQ(query("SELECT group_concat(held_back, '; ') FROM nncc_runs"),
              "fold 1 of 3, chosen with seed 7: 256 of 768 rows; fold 2 of 3, chosen with seed 7: 256 of 768 rows; "
              "fold 3 of 3, chosen with seed 7: 256 of 768 rows");
    // Fits and weights begin anew in each fold, and what is said of it is the mean over the rows it held back.
    EXPECT_EQ(query("SELECT count(DISTINCT value) FROM nncc_metrics WHERE epoch = 1 AND name = 'loss'"), "3");
    double sum = 0;
    for (int fold = 1; fold <= 3; ++fold) {
        const std::string weights = "w.fold_" + std::to_string(fold) + ".safetensors";
        const RunResult predicted = nncc({"predict", "pima.nn", "--weights", weights});
        const std::string before = "256 held-back rows of run " + std::to_string(fold) + ":  loss ";
        const std::size_t at = predicted.errors.find(before);
        ASSERT_NE(at, std::string::npos) << predicted.errors;
        sum += std::stod(predicted.errors.substr(at + before.size()));
    }
    EXPECT_NEAR(std::stod(lines.back().substr(lines.back().find("loss ") + 5)), sum / 3, 1.01e-4);
    EXPECT_EQ(read_text(folder_.file("w.safetensors")), "");
    const RunResult log = nncc({"train", "pima.nn", "--folds", "3", "--log", "steps.csv"});
    EXPECT_EQ(log.exit_code, 2);
    EXPECT_EQ(log.errors,
              "nncc: error[NN0517]: `--folds` trains several times, `--log` and `--gradients` are of one training\n"
              "      = hint: leave one out\n");
}

TEST_F(FirstUse, TwoModelsInOneProgram) {
    folder_.write("other.nn",
                  "model other(x: f32[batch, 3]) -> f32[batch, 2] {\n    x |> dense(5) |> tanh |> dense(2)\n}\n");
    ASSERT_EQ(nncc({"pima.nn", "-q", "-o", "pima.cpp"}).exit_code, 0);
    ASSERT_EQ(nncc({"other.nn", "-q", "-o", "other.cpp"}).exit_code, 0);
    folder_.write(
        "main.cpp",
        "#include \"other.h\"\n#include \"pima.h\"\nextern \"C\" int printf(const char*, ...);\n"
        "int main() {\n    static pima::Weights a; static pima::Packed p; pima::initialize(a, 1); pima::pack(a, p); "
        "static pima::Model<1> m(p);\n"
        "    static other::Weights b; static other::Packed q; other::initialize(b, 1); other::pack(b, q); static "
        "other::Model<1> n(q);\n"
        "    const float x[8] = {1, 2, 3, 4, 5, 6, 7, 8}; float y[1], z[2];\n"
        "    m.forward(x, y); n.forward(x, z);\n    printf(\"%d\\n\", y[0] > 0 && y[0] < 1 && z[0] != z[1]);\n}\n");
    const RunResult compiled =
        run_program({"g++", "-std=c++20", "-O1", "-march=native", "-fno-exceptions", "-fno-rtti",
                     "-I" + source_path("runtime"), "main.cpp", "pima.cpp", "other.cpp", "-o", "both"},
                    {folder_.path(), "", ""});
    ASSERT_EQ(compiled.exit_code, 0) << compiled.errors;
    EXPECT_EQ(run_program({folder_.file("both")}).output, "1\n");
}

}  // namespace
}  // namespace nncc::testing
