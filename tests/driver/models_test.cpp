// Trains the models of models/ that bring their data, as they stand, and holds what they learn on held-back rows.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <map>
#include <sstream>

#include "run_nncc.h"

namespace nncc::testing {
namespace {

#if defined(__SANITIZE_ADDRESS__)
constexpr bool kMeasured = false;  // that it runs clean; what it learns is measured on what users run
#else
constexpr bool kMeasured = true;
#endif

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

Learned train(const std::string& model) {
    const ScratchFolder folder;
    std::vector<std::string> arguments = {"train", "models/" + model + ".nn", "-o", folder.file("w.safetensors"),
                                          "--log", folder.file("steps.csv"),  "-q"};
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

}  // namespace
}  // namespace nncc::testing
