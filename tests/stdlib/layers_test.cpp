// Layers against their formulas, in inference and in training.
#include <gtest/gtest.h>

#include <cmath>

#include "program.h"

namespace nncc::testing {

namespace {

std::string trained(const std::string& body, const std::string& input = "f32[batch, 3]") {
    return "model m(x: " + input + ") { " + body +
           " }\ntrain m {\n    x = array(\"x\")\n    loss = mean(output ** 2)\n    optimizer = sgd\n}\n";
}

TEST(Layers, DenseIsAProductAndABias) {
    TestProgram program("model m(x: f32[batch, 2, 3]) -> f32[batch, 2, 4] { dense(x, 4) }");
    ASSERT_TRUE(program.is_valid());
    Array x = random_array({5, 2, 3}, -1, 1, 1);
    Array w = random_array({3, 4}, -1, 1, 2);
    Array b = random_array({4}, -1, 1, 3);
    program.storages()["dense_1.w"] = w;
    program.storages()["dense_1.b"] = b;
    std::vector<double> expected;
    for (std::size_t row = 0; row < 10; ++row) {
        for (std::size_t unit = 0; unit < 4; ++unit) {
            double sum = b.elements[unit];
            for (std::size_t k = 0; k < 3; ++k) sum += x.elements[3 * row + k] * w.elements[4 * k + unit];
            expected.push_back(sum);
        }
    }
    expect_near(program.run("forward", {{"x", x}})["output"].elements, expected);
}

TEST(Layers, DenseWithoutBiasHasOneParameter) {
    TestProgram program("model m(x: f32[batch, 3]) { dense(x, 4, bias = false, init = constant(0.5)) }");
    ASSERT_EQ(program.program().storages.size(), 1U);
    expect_near(program.run("forward", {{"x", {{1, 3}, {1, 2, 3}}}})["output"].elements, {3, 3, 3, 3});
}

TEST(Layers, StandardizeFitsMeanAndPopulationDeviation) {
    TestProgram program("model m(x: f32[batch, 2]) { standardize(x) }");
    ASSERT_TRUE(program.is_valid());
    expect_near(program.storages()["standardize_1.center"].elements, {0, 0});
    expect_near(program.storages()["standardize_1.spread"].elements, {1, 1});
    Array x{{4, 2}, {1, 5, 2, 5, 3, 5, 6, 5}};  // the second column is constant
    Arrays fitted = program.run("fit", {{"x", x}});
    expect_near(fitted["standardize_1.center"].elements, {3, 5});
    expect_near(fitted["standardize_1.spread"].elements, {std::sqrt(3.5), 1});
    for (auto& [name, array] : fitted) program.storages()[name] = array;
    double s = std::sqrt(3.5);
    expect_near(program.run("forward", {{"x", x}})["output"].elements, {-2 / s, 0, -1 / s, 0, 0, 0, 3 / s, 0});
}

TEST(Layers, SafeDeviationOfAConstantColumnIsOne) {
    expect_near(forward("model m(x: f32[batch, 2]) { safe_deviation(x) }", {{"x", {{2, 2}, {1, 4, 3, 4}}}}), {1, 1});
    expect_near(forward("model m(x: f32[batch, 2]) { safe_deviation(x) }", {{"x", {{2, 2}, {1, 4, 7, 4}}}}), {3, 1});
}

TEST(Layers, RescaleFitsLeastAndLargest) {
    TestProgram program("model m(x: f32[batch, 2]) { rescale(x) }");
    Array x{{3, 2}, {1, 5, 2, 5, 5, 5}};  // the second column is constant
    Arrays fitted = program.run("fit", {{"x", x}});
    expect_near(fitted["rescale_1.least"].elements, {1, 5});
    expect_near(fitted["rescale_1.span"].elements, {4, 1});
    for (auto& [name, array] : fitted) program.storages()[name] = array;
    expect_near(program.run("forward", {{"x", x}})["output"].elements, {0, 0, 0.25, 0, 1, 0});
}

TEST(Layers, SafeSpanOfAConstantColumnIsOne) {
    expect_near(forward("model m(x: f32[batch, 2]) { safe_span(x) }", {{"x", {{2, 2}, {1, 4, 3, 4}}}}), {2, 1});
}

TEST(Layers, ExpertWeightsKeepTheLargest) {
    const Array x{{2, 4}, {0.1, 0.4, 0.3, 0.2, 0.25, 0.25, 0.25, 0.25}};
    expect_near(forward("model m(x: f32[batch, 4]) { expert_weights(x, 2) }", {{"x", x}}),
                {0, 4.0 / 7, 3.0 / 7, 0, 0.5, 0.5, 0, 0});
    expect_near(forward("model m(x: f32[batch, 4]) { expert_weights(x, 0) }", {{"x", x}}), x.elements);
}

TEST(Layers, DropoutKeepsAShareAndItsMean) {
    TestProgram program(trained("dropout(x, 0.25)"));
    ASSERT_TRUE(program.is_valid());
    Array ones{{4000, 3}, std::vector<double>(12000, 1.0)};
    expect_near(program.run("forward", {{"x", ones}})["output"].elements, ones.elements);
    // Each element is 0, or 1 / 0.75: the mean of squares is 1 / 0.75. Its deviation over 12,000 draws is
    // sqrt(0.25 * 0.75 / 12000) / 0.75^2 = 0.007; five of them.
    double first = program.run("loss", {{"x", ones}})["loss"].elements.at(0);
    EXPECT_NEAR(first, 1 / 0.75, 0.036);
    program.storages()["step"] = {{}, {1}};
    EXPECT_NE(program.run("loss", {{"x", ones}})["loss"].elements.at(0), first);
}

TEST(Layers, TwoDropoutsOfOneShapeDoNotShareTheirBits) {
    TestProgram program(trained("dropout(x, 0.5) * dropout(x, 0.5)"));
    Array ones{{4000, 3}, std::vector<double>(12000, 1.0)};
    // A quarter of the elements is 4 and squared 16: 4 on average; with shared bits half of them, 8.
    EXPECT_NEAR(program.run("loss", {{"x", ones}})["loss"].elements.at(0), 4, 0.4);
}

std::vector<double> normalised(const Array& x, std::size_t rows, std::size_t columns, bool over_rows) {
    std::vector<double> result(x.elements.size());
    std::size_t outer = over_rows ? columns : rows;
    std::size_t inner = over_rows ? rows : columns;
    for (std::size_t i = 0; i < outer; ++i) {
        auto at = [&](std::size_t k) { return over_rows ? k * columns + i : i * columns + k; };
        double mean = 0;
        double variance = 0;
        for (std::size_t k = 0; k < inner; ++k) mean += x.elements[at(k)] / static_cast<double>(inner);
        for (std::size_t k = 0; k < inner; ++k)
            variance += std::pow(x.elements[at(k)] - mean, 2) / static_cast<double>(inner);
        for (std::size_t k = 0; k < inner; ++k) result[at(k)] = (x.elements[at(k)] - mean) / std::sqrt(variance + 1e-3);
    }
    return result;
}

TEST(Layers, LayerNormNormalisesTheLastAxis) {
    Array x = random_array({6, 4}, -3, 5, 1);
    TestProgram program("model m(x: f32[batch, 4]) { layer_norm(x) }");
    std::vector<double> expected = normalised(x, 6, 4, false);
    expect_near(program.run("forward", {{"x", x}})["output"].elements, expected);
    program.storages()["layer_norm_1.gamma"].elements = {2, 2, 2, 2};
    program.storages()["layer_norm_1.beta"].elements = {1, 1, 1, 1};
    for (double& element : expected) element = 2 * element + 1;
    expect_near(program.run("forward", {{"x", x}})["output"].elements, expected);
}

TEST(Layers, BatchNormUsesTheBatchInTrainingAndRunningMomentsOtherwise) {
    TestProgram program(trained("batch_norm(x, momentum = 0.75)"));
    ASSERT_TRUE(program.is_valid());
    Array x = random_array({6, 3}, -3, 5, 2);
    double squares = 0;
    for (double element : normalised(x, 6, 3, true)) squares += element * element / 18;
    expect_near(program.run("loss", {{"x", x}})["loss"].elements, {squares});
    std::vector<double> expected;
    for (std::size_t column = 0; column < 3; ++column) {
        double mean = 0;
        double variance = 0;
        for (std::size_t row = 0; row < 6; ++row) mean += x.elements[3 * row + column] / 6;
        for (std::size_t row = 0; row < 6; ++row) variance += std::pow(x.elements[3 * row + column] - mean, 2) / 6;
        EXPECT_NEAR(program.storages()["batch_norm_1.moving_mean"].elements[column], 0.25 * mean, 1e-12);
        EXPECT_NEAR(program.storages()["batch_norm_1.moving_variance"].elements[column], 0.75 + 0.25 * variance, 1e-12);
        expected.push_back((x.elements[column] - 0.25 * mean) / std::sqrt(0.75 + 0.25 * variance + 1e-3));
    }
    std::vector<double> output = program.run("forward", {{"x", x}})["output"].elements;
    expect_near({output.begin(), output.begin() + 3}, expected);
}

TEST(Layers, EmbeddingTakesRows) {
    TestProgram program("model m(x: i32[batch, 2]) -> f32[batch, 2, 3] { embedding(x, 4, 3) }");
    program.storages()["embedding_1.w"] = {{4, 3}, {0, 1, 2, 10, 11, 12, 20, 21, 22, 30, 31, 32}};
    expect_near(program.run("forward", {{"x", {{1, 2}, {3, 1}}}})["output"].elements, {30, 31, 32, 10, 11, 12});
}

TEST(Layers, PositionalEmbeddingIsItsTable) {
    TestProgram program("model m(x: f32[batch, 2, 3]) { x + positional_embedding(2, 3) }");
    program.storages()["positional_embedding_1.w"] = {{2, 3}, {1, 2, 3, 4, 5, 6}};
    expect_near(program.run("forward", {{"x", {{1, 2, 3}, {0, 0, 0, 0, 0, 1}}}})["output"].elements,
                {1, 2, 3, 4, 5, 7});
}

TEST(Layers, CausalMaskHidesLaterPositions) {
    expect_near(
        forward("model m(x: f32[batch, 3, 3]) { causal_mask(x) }", {{"x", {{1, 3, 3}, {1, 2, 3, 4, 5, 6, 7, 8, 9}}}}),
        {1, -1e9, -1e9, 4, 5, -1e9, 7, 8, 9});
}

TEST(Layers, FlattenKeepsTheFirstAxis) {
    TestProgram program("model m(x: f32[batch, 2, 3]) -> f32[batch, 6] { flatten(x) }");
    Array result = program.run("forward", {{"x", random_array({4, 2, 3}, 0, 1, 1)}})["output"];
    EXPECT_EQ(result.extents, (std::vector<std::int64_t>{4, 6}));
}

TEST(Statistics, VarianceAndStandardDeviationOverAxes) {
    Array x{{2, 3}, {1, 2, 3, 5, 5, 11}};
    expect_near(forward("model m(x: f32[batch, 3]) { variance(x, axis = 1) }", {{"x", x}}), {2.0 / 3, 8});
    expect_near(forward("model m(x: f32[batch, 3]) { standard_deviation(x, axis = 0) }", {{"x", x}}), {2, 1.5, 4});
    double mean = 27.0 / 6;
    double total = 0;
    for (double element : x.elements) total += (element - mean) * (element - mean) / 6;
    expect_near(forward("model m(x: f32[batch, 3]) { variance(x) }", {{"x", x}}), {total});
}

}  // namespace

}  // namespace nncc::testing
