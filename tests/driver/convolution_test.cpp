// Convolutional networks as a user has them: trained on images of digits, with the accuracy on held-back rows against
// PyTorch's; emitted for a dimension that is bound on the command line.
#include <gtest/gtest.h>

#include "run_nncc.h"

namespace nncc::testing {
namespace {

#if defined(NNCC_SANITISED)
constexpr int kDigitsSeeds = 1, kEpochs = 1;  // that it runs clean; what it learns is measured on what users run
#else
constexpr int kDigitsSeeds = 5, kEpochs = 40;
#endif

// The accuracy on the last 899 rows after the last epoch, in per cent; the first 898 are trained on.
double accuracy_of(const std::string& model, int seed) {
    const ScratchFolder folder;
    folder.write("digits.nn", model);
    const RunResult result =
        run_nncc({"train", "digits.nn", "--data", "npz:" + source_path("models/data/digits/digits.npz"), "--epochs",
                  std::to_string(kEpochs), "--seed", std::to_string(seed), "--log", "steps.csv", "-q"},
                 {folder.path(), "", ""});
    EXPECT_EQ(result.exit_code, 0) << result.errors;
    const std::vector<std::string> lines = split_lines(read_text(folder.file("steps.csv")));
    double accuracy = 0;
    if (lines.size() < 2) return 0;
    EXPECT_EQ(std::sscanf(lines.back().c_str(), "%*d,%*d,%*f,%*f,%lf", &accuracy), 1) << lines.back();
    std::printf("  seed %d: accuracy %.2f %%\n", seed, accuracy * 100);
    return accuracy * 100;
}

double mean_accuracy_of(const std::string& model) {
    double sum = 0;
    for (int seed = 1; seed <= kDigitsSeeds; ++seed) sum += accuracy_of(model, seed);
    return sum / kDigitsSeeds;
}

// models/digits_cnn.nn: two convolutions with batch norm and pools, dropout.
TEST(Digits, ConvolutionalNetwork) {
    const double accuracy = mean_accuracy_of(read_text(source_path("models/digits_cnn.nn")));
    if (kEpochs == 40) {
        EXPECT_GE(accuracy, 97.0);  // 97.1 to 97.8, mean 97.4
    }
}

// PyTorch: 94.2 to 94.7 over five seeds.
TEST(Digits, TwoDenseLayers) {
    const double accuracy = mean_accuracy_of(R"(model digits(image: f32[batch, 8, 8, 1]) -> f32[batch, 10] {
    image / 16 |> flatten |> dense(64) |> relu |> dense(64) |> relu |> dense(10)
}
train digits {
    image      = array("image")
    digit: i32[batch] = array("digit")
    loss       = sparse_categorical_cross_entropy_with_logits(output, digit)
    metrics    = [sparse_accuracy(output, digit)]
    optimizer  = adam(learning_rate = 0.003)
    batch      = 32
    validation = last(899)
}
)");
    if (kEpochs == 40) {
        EXPECT_GE(accuracy, 94.0);  // 94.5 to 95.3, mean 94.8
    }
}

// Along a dimension that is a symbol in the model, windows step once it is a number.
TEST(Convolution, StepsAlongADimensionThatIsBound) {
    const ScratchFolder folder;
    folder.write("m.nn",
                 "model m(x: f32[batch, time, 3]) -> f32[batch, 4] {\n"
                 "    x |> conv1d(5, kernel = 3, stride = 2, padding = \"same\") |> relu |> max_pool(2)\n"
                 "        |> conv1d(4, kernel = 3) |> global_average_pool\n}\n");
    const RunResult bound = run_nncc({"m.nn", "-D", "time=63", "-o", "m.cpp"}, {folder.path(), "", ""});
    EXPECT_EQ(bound.exit_code, 0) << bound.errors;
    const RunResult bounded = run_nncc({"m.nn", "-D", "time<=63", "-o", "m.cpp"}, {folder.path(), "", ""});
    EXPECT_EQ(bounded.exit_code, 1);
    EXPECT_NE(bounded.errors.find("needs an extent that is known: `time` is free"), std::string::npos)
        << bounded.errors;
}

// A length whose extents would be negative is refused like one beyond the bound, before anything is written.
TEST(Convolution, LengthsThatAreTooShortAreRefused) {
    const RunResult run = run_emitted(
        "model m(x: f32[batch, time, 1]) -> f32[batch, time - 4, 2] {\n    x |> conv1d(2, kernel = 3) |> conv1d(2, "
        "kernel = 3)\n}\n",
        R"(#include "m.h"
#include <cstdio>
static m::Weights weights;
static m::Packed packed;
static float x[9], y[10];
int main() {
    m::initialize(weights, 1);
    m::pack(weights, packed);
    static m::Model<1> model(packed);
    for (int time = -1; time <= 10; ++time) {
        for (float& one : y) one = 7;
        const int outputs = time < 4 ? 0 : 2 * (time - 4);
        const bool done = model.forward(time, {x, time}, {y, outputs});
        int written = 0;
        for (float one : y) written += one != 7;
        std::printf("%d%s ", written, done ? "" : "!");
    }
}
)",
        {"-D", "time<=9"});
    EXPECT_EQ(run.exit_code, 0) << run.errors;
    EXPECT_EQ(run.output, "0! 0! 0! 0! 0! 0 2 4 6 8 10 0! ");
}

}  // namespace
}  // namespace nncc::testing
