// Dropout and noise: the identity in inference; in training the moments of what they do to ones, and what they share.
#include <gtest/gtest.h>

#include <cmath>

#include "program.h"

namespace nncc::testing {

namespace {

// The loss is mean(output^2), and mean(output) with `power` 1.
double trained(const std::string& layer, int power, const std::string& input = "f32[batch, 3]",
               std::vector<std::int64_t> extents = {4000, 3}) {
    TestProgram program("model m(x: " + input + ") { " + layer +
                        " }\ntrain m {\n    x = array(\"x\")\n    loss = mean(" +
                        (power == 1 ? "output" : "output ** 2") + ")\n    optimizer = sgd\n}\n");
    if (!program.is_valid()) return 0;
    std::int64_t count = 1;
    for (std::int64_t extent : extents) count *= extent;
    Array ones{extents, std::vector<double>(static_cast<std::size_t>(count), 1.0)};
    EXPECT_EQ(program.run("forward", {{"x", ones}})["output"].elements, ones.elements) << layer;
    return program.run("loss", {{"x", ones}})["loss"].elements.at(0);
}

// 12,000 draws of deviation s have a mean that is off by s / 110 typically; five of these.
constexpr double kSlack = 5.0 / 110;

TEST(Dropout, GaussianHasTheMomentsOfDropout) {
    double deviation = std::sqrt(0.25 / 0.75);
    EXPECT_NEAR(trained("gaussian_dropout(x, 0.25)", 1), 1, kSlack * deviation);
    // The square of a normal number with mean 1 and deviation s has deviation sqrt(2 s^4 + 4 s^2) = 1.25.
    EXPECT_NEAR(trained("gaussian_dropout(x, 0.25)", 2), 1 + deviation * deviation, kSlack * 1.25);
}

TEST(Dropout, GaussianNoiseIsAdded) {
    EXPECT_NEAR(trained("gaussian_noise(x, 0.5)", 1), 1, kSlack * 0.5);
    EXPECT_NEAR(trained("gaussian_noise(x, 0.5)", 2), 1.25, kSlack * 1.1);
}

TEST(Dropout, AlphaDropoutKeepsMeanAndVariance) {
    // Of ones: q = 3/4 stay, the others become -1.758; a and b make a standard normal input standard normal again.
    double low = -1.7580993408473766;
    double a = 1 / std::sqrt(0.75 * (1 + 0.25 * low * low));
    double b = -a * low * 0.25;
    double mean = a * (0.75 + 0.25 * low) + b;
    double squares = 0.75 * (a + b) * (a + b) + 0.25 * (a * low + b) * (a * low + b);
    EXPECT_NEAR(trained("alpha_dropout(x, 0.25)", 1), mean, kSlack * std::sqrt(squares));
    EXPECT_NEAR(trained("alpha_dropout(x, 0.25)", 2), squares, kSlack * squares);
    // The same line for noise of mean 0 and variance 1: 0.75 (a^2 + b^2) + 0.25 (a low + b)^2 is its second moment.
    EXPECT_NEAR(0.75 * (a * a + b * b) + 0.25 * (a * low + b) * (a * low + b), 1, 1e-12);
}

TEST(Dropout, SpatialDropoutDropsWholeChannels) {
    // The mean over 50 places of a channel is 0 or 1 / 0.75, and that of its square 1 / 0.75; with bits of their own
    // for each place it would be near 1.
    TestProgram program(
        "model m(x: f32[batch, 50, 4]) -> f32[batch, 50, 4] { spatial_dropout(x, 0.25) }\ntrain m {\n    x = "
        "array(\"x\")\n"
        "    loss = mean(mean(output, axis = 1) ** 2)\n    optimizer = sgd\n}\n");
    Array ones{{800, 50, 4}, std::vector<double>(160000, 1.0)};
    EXPECT_EQ(program.run("forward", {{"x", ones}})["output"].elements, ones.elements);
    EXPECT_NEAR(program.run("loss", {{"x", ones}})["loss"].elements.at(0), 1 / 0.75, 0.07);
}

TEST(Dropout, DropPathDropsWholeRows) {
    // As above, over whole rows.
    TestProgram program(
        "model m(x: f32[batch, 5, 4]) -> f32[batch, 5, 4] { drop_path(x, 0.25) }\ntrain m {\n    x = array(\"x\")\n"
        "    loss = mean(mean(output, axis = [1, 2]) ** 2)\n    optimizer = sgd\n}\n");
    Array ones{{3000, 5, 4}, std::vector<double>(60000, 1.0)};
    EXPECT_EQ(program.run("forward", {{"x", ones}})["output"].elements, ones.elements);
    EXPECT_NEAR(program.run("loss", {{"x", ones}})["loss"].elements.at(0), 1 / 0.75, 0.07);
}

}  // namespace

}  // namespace nncc::testing
