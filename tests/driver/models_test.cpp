// Trains the models of models/ that bring their data, as they stand, and holds what they learn on held-back rows.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <map>
#include <sstream>

#include "run_nncc.h"

namespace nncc::testing {
namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(NNCC_SANITISED)
constexpr bool kMeasured = false;  // that it runs clean; what it learns is measured on what users run
#else
constexpr bool kMeasured = true;
#endif

constexpr const char* kNothingNew = "sanitised, it would take minutes and run no code that other tests do not";

std::vector<std::string> cells(const std::string& line) {
    std::vector<std::string> result;
    std::istringstream stream(line);
    for (std::string cell; std::getline(stream, cell, ',');) result.push_back(cell);
    return result;
}

struct Learned {
    double first_loss = 0;
    double last_loss = 0;
    std::map<std::string, double> metrics;  // of the last epoch
};

Learned train(const std::string& model, const std::vector<std::string>& more = {}) {
    const ScratchFolder folder;
    std::vector<std::string> arguments = {"train", "models/" + model + ".nn", "-o", folder.file("w.safetensors"),
                                          "--log", folder.file("steps.csv"),  "-q"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    if (!kMeasured) arguments.insert(arguments.end(), {"--epochs", "1"});
    const RunResult result = run_nncc(arguments, {source_path(""), "", ""});
    EXPECT_EQ(result.exit_code, 0) << result.errors;
    const std::vector<std::string> lines = split_lines(read_text(folder.file("steps.csv")));
    Learned learned;
    if (lines.size() < 3) {
        ADD_FAILURE() << "no steps";
        return learned;
    }
    const std::vector<std::string> names = cells(lines[0]);
    const std::vector<std::string> last = cells(lines.back());
    learned.first_loss = std::atof(cells(lines[1]).at(2).c_str());
    learned.last_loss = std::atof(last.at(2).c_str());
    for (std::size_t column = 3; column < std::min(names.size(), last.size()); ++column) {
        learned.metrics[names[column]] = std::atof(last[column].c_str());
        std::printf("  %s: %s %s\n", model.c_str(), names[column].c_str(), last[column].c_str());
    }
    EXPECT_TRUE(std::isfinite(learned.last_loss));
    EXPECT_LT(learned.last_loss, learned.first_loss);
    return learned;
}

// What each reaches is stated beside its bound; another order of summing moves it in the third digit.
TEST(Models, LinearRegressionExplainsHalfTheVariance) {
    const Learned learned = train("linear_regression");  // r2 0.55; ordinary least squares 0.55
    if (kMeasured) {
        EXPECT_GT(learned.metrics.at("r2"), 0.52);
    }
}

TEST(Models, AutoencoderRestoresDigits) {
    const Learned learned = train("autoencoder");
    if (kMeasured) {
        EXPECT_GT(learned.metrics.at("r2"), 0.8);
    }
}

TEST(Models, VariationalAutoencoderBeatsTheMeanPicture) {
    const Learned learned = train("variational_autoencoder");
    if (kMeasured) {
        EXPECT_LT(learned.last_loss, 0.75 * learned.first_loss);
    }
}

TEST(Models, TabularReadsPlacesAndNumbers) {
    const Learned learned = train("tabular");  // r2 0.73
    if (kMeasured) {
        EXPECT_GT(learned.metrics.at("r2"), 0.69);
    }
}

TEST(Models, SiameseTellsPairsApart) {
    const Learned learned = train("siamese");  // accuracy 95.5 %, AUC 0.991
    if (kMeasured) {
        EXPECT_GT(learned.metrics.at("accuracy"), 0.91);
        EXPECT_GT(learned.metrics.at("auc"), 0.97);
    }
}

TEST(Models, AirlineGruBeatsLastYear) {
    if (!kMeasured) GTEST_SKIP() << kNothingNew;
    const Learned learned = train("airline_gru");  // mean error 3.9 %
    EXPECT_LT(learned.metrics.at("mape"), 5.5);
    EXPECT_NEAR(learned.metrics.at("last_year"), 10.52, 0.01);
}

// Errors as shares of the signal's energy; the best multiple of the input leaves 0.084.
TEST(Models, AmpGruClips) {
    if (!kMeasured) GTEST_SKIP() << kNothingNew;
    const Learned learned = train("amp_gru", {"-D", "time=512"});  // 0.0029
    EXPECT_LT(learned.metrics.at("error_to_signal"), 0.006);
}

TEST(Models, AmpLstmClips) {
    if (!kMeasured) GTEST_SKIP() << kNothingNew;
    const Learned learned = train("amp_lstm_clipper", {"-D", "time=512"});  // 0.0020
    EXPECT_LT(learned.metrics.at("error_to_signal"), 0.006);
}

TEST(Models, WaveNetClips) {
    if (!kMeasured) GTEST_SKIP() << kNothingNew;
    const Learned learned = train("wavenet", {"-D", "time=512"});  // 0.0024
    EXPECT_LT(learned.metrics.at("error_to_signal"), 0.006);
}

// Stretched digits: of their held-back rows the networks know 0.91, 0.95 and 0.94.
TEST(Models, KeywordSpotterLearnsDigits) {
    if (!kMeasured) GTEST_SKIP() << kNothingNew;
    const Learned learned = train("kws_digits");
    EXPECT_GT(learned.metrics.at("sparse_accuracy"), 0.85);
}

TEST(Models, ResidualNetworkLearnsDigits) {
    if (!kMeasured) GTEST_SKIP() << kNothingNew;
    const Learned learned = train("resnet_digits");
    EXPECT_GT(learned.metrics.at("sparse_accuracy"), 0.91);
}

TEST(Models, ConvolutionalNetworkLearnsStretchedDigits) {
    if (!kMeasured) GTEST_SKIP() << kNothingNew;
    const Learned learned = train("mnist_digits");
    EXPECT_GT(learned.metrics.at("sparse_accuracy"), 0.94);
}

TEST(Models, InvertedResidualsLearnDigits) {
    if (!kMeasured) GTEST_SKIP() << kNothingNew;
    const Learned learned = train("mobilenet_digits");
    EXPECT_GT(learned.metrics.at("sparse_accuracy"), 0.9);
}

// Words that were not trained on, backwards, each letter from those before it.
TEST(Models, EncoderDecoderReadsBackwards) {
    if (!kMeasured) GTEST_SKIP() << kNothingNew;
    const Learned learned =
        train("encoder_decoder", {"-D", "length=9", "-D", "time=10", "-D", "layers=1", "--epochs", "3"});  // 0.990
    EXPECT_GT(learned.metrics.at("letters_right"), 0.97);
}

// Against the solution in closed form, which the training never sees; it swings between 1 and -0.7.
TEST(Models, PhysicsInformedFindsTheSolution) {
    if (!kMeasured) GTEST_SKIP() << kNothingNew;
    const Learned learned = train("physics_informed");  // mean distance 0.0033
    EXPECT_LT(learned.metrics.at("mae"), 0.015);
}

// As many numbers as are published: torchvision's documentation, and MLPerf Tiny's keyword spotter, which counts the
// moving moments too.
TEST(Models, HaveThePublishedSizes) {
    const auto header = [](const std::string& model, std::vector<std::string> more) {
        const ScratchFolder folder;
        more.insert(more.end(), {source_path("models/" + model + ".nn"), "-q", "-o", folder.file(model + ".cpp")});
        const RunResult result = run_nncc(more);
        EXPECT_EQ(result.exit_code, 0) << result.errors;
        return read_text(folder.file(model + ".h"));
    };
    EXPECT_NE(header("resnet18", {"-D", "side=224"}).find("// 11689512 parameters, "), std::string::npos);
    EXPECT_NE(header("mobilenet_v2", {"-D", "side=224"}).find("// 3504872 parameters, "), std::string::npos);
    EXPECT_NE(header("kws_dscnn", {}).find("// 23756 parameters, 1152 state values."), std::string::npos);  // 24908
}

// From the model's own folder the data is found as well, and a free dimension that the data would fit is named.
TEST(Models, DataIsFoundBesideTheModel) {
    const ScratchFolder folder;
    const RunResult found =
        run_nncc({"train", "linear_regression.nn", "--epochs", "1", "-o", folder.file("w.safetensors")},
                 {source_path("models"), "", ""});
    EXPECT_EQ(found.exit_code, 0) << found.errors;
    const RunResult unbound = run_nncc({"train", source_path("models/amp_gru.nn"), "-o", folder.file("w.safetensors")},
                                       {folder.path(), "", ""});
    EXPECT_EQ(unbound.exit_code, 1);
    EXPECT_NE(unbound.errors.find("NN0513"), std::string::npos) << unbound.errors;
    EXPECT_NE(unbound.errors.find("`-D time=512` makes it fit"), std::string::npos) << unbound.errors;
}

// A metric of a name with commas is one field of the log.
TEST(Models, LogIsCsv) {
    const ScratchFolder folder;
    folder.write("rows.csv", "a,b\n1,2\n2,3\n3,5\n4,4\n");
    folder.write("line.nn", R"(model line(a: f32[batch, 1]) -> f32[batch, 1] { dense(a, 1) }
train line {
    data = csv("rows.csv")
    a = column("a")
    b = column("b")
    loss = mean_squared_error(output, b)
    metrics = [mae(output, b), mae(a[:, 0:1], b)]
    optimizer = sgd(0.01)
    batch = 2
    epochs = 1
    validation = last(2)
}
)");
    const RunResult result = run_nncc({"train", "line.nn", "--log", "steps.csv", "-q"}, {folder.path(), "", ""});
    EXPECT_EQ(result.exit_code, 0) << result.errors;
    const std::vector<std::string> lines = split_lines(read_text(folder.file("steps.csv")));
    ASSERT_FALSE(lines.empty());
    EXPECT_EQ(lines[0], "step,epoch,loss,validation_loss,mae,\"mae(a[:, 0:1], b)\"");
}

}  // namespace
}  // namespace nncc::testing
