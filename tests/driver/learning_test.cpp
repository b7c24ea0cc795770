// Trains on the Pima data as a user would and holds the accuracy on held-back rows against PyTorch's.
#include <gtest/gtest.h>

#include "run_nncc.h"

namespace nncc::testing {
namespace {

#if defined(NNCC_SANITISED)
constexpr int kSeeds = 1;  // that it runs clean; what it learns is measured on what users run
constexpr bool kHoldsBars = false;
#else
constexpr int kSeeds = 10;
constexpr bool kHoldsBars = true;
#endif

const std::string kTrain = R"(
train pima {
    data = csv("pima.csv")
    x = columns("pregnancies", "glucose", "pressure", "skin", "insulin", "bmi", "pedigree", "age")
    y = column("outcome")
    loss = binary_cross_entropy(output, y)
    metrics = [accuracy(output, y), auc(output, y)]
    batch = 32
    validation = last(192)
)";

// The mean over seeds of the accuracy on the last 192 rows after the last epoch, in per cent.
double mean_accuracy(const std::string& model, int epochs) {
    const ScratchFolder folder;
    folder.write("pima.nn", model);
    folder.write("pima.csv", "pregnancies,glucose,pressure,skin,insulin,bmi,pedigree,age,outcome\n" +
                                 read_text(source_path("models/data/pima/pima-indians-diabetes.csv")));
    double sum = 0;
    for (int seed = 1; seed <= kSeeds; ++seed) {
        const RunResult result = run_nncc({"train", "pima.nn", "--epochs", std::to_string(epochs), "--seed",
                                           std::to_string(seed), "--log", "steps.csv", "-q"},
                                          {folder.path(), "", ""});
        EXPECT_EQ(result.exit_code, 0) << result.errors;
        const std::vector<std::string> lines = split_lines(read_text(folder.file("steps.csv")));
        if (lines.size() < 2) return 0;
        double accuracy = 0;
        double auc = 0;
        EXPECT_EQ(std::sscanf(lines.back().c_str(), "%*d,%*d,%*f,%*f,%lf,%lf", &accuracy, &auc), 2) << lines.back();
        std::printf("  seed %d: accuracy %.2f %%, auc %.4f\n", seed, accuracy * 100, auc);
        sum += accuracy * 100;
    }
    std::printf("  mean accuracy of %d seeds: %.2f %%\n", kSeeds, sum / kSeeds);
    return sum / kSeeds;
}

// PyTorch reaches 78.1 %.
TEST(Learning, PimaMlp) {
    const std::string model =
        "model pima(x: f32[batch, 8]) -> f32[batch, 1] {\n"
        "    x |> standardize |> dense(10) |> relu |> dense(8) |> relu |> dense(1) |> sigmoid\n}\n" +
        kTrain + "    optimizer = adam(learning_rate = 0.001)\n}\n";
    const double accuracy = mean_accuracy(model, 60);
    if (kHoldsBars) {
        EXPECT_GE(accuracy, 77.0);
    }
}

// PyTorch reaches 79.1 %.
TEST(Learning, PimaOneDenseLayer) {
    const std::string model =
        "model pima(x: f32[batch, 8]) -> f32[batch, 1] {\n    x |> standardize |> dense(1) |> sigmoid\n}\n" + kTrain +
        "    optimizer = adam(learning_rate = 0.01)\n}\n";
    const double accuracy = mean_accuracy(model, 30);
    if (kHoldsBars) {
        EXPECT_GE(accuracy, 78.0);
    }
}

}  // namespace
}  // namespace nncc::testing
