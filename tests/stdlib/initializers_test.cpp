// Initializers: values, ranges, and the first moments of large tensors.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "program.h"

namespace nncc::testing {

namespace {

constexpr double kFanIn = 200;
constexpr double kFanOut = 100;

std::vector<double> drawn(const std::string& init) {
    SCOPED_TRACE(init);
    TestProgram program("model m(x: f32[batch, 200]) {\n    param w: f32[200, 100] = " + init + "\n    x @ w\n}\n");
    return program.is_valid() ? program.storages()["w"].elements : std::vector<double>{};
}

struct Moments {
    double mean = 0;
    double deviation = 0;
    double low = 0;
    double high = 0;
};

Moments moments(const std::vector<double>& values) {
    Moments result;
    auto n = static_cast<double>(values.size());
    for (double x : values) result.mean += x / n;
    for (double x : values) result.deviation += (x - result.mean) * (x - result.mean) / n;
    result.deviation = std::sqrt(result.deviation);
    auto [low, high] = std::minmax_element(values.begin(), values.end());
    result.low = *low;
    result.high = *high;
    return result;
}

// 20,000 draws: the mean is off by deviation / 141 typically, the deviation by at most as much; five of these.
constexpr double kSampleSlack = 5.0 / 141;

void expect_uniform(const std::string& init, double low, double high) {
    SCOPED_TRACE(init);
    Moments got = moments(drawn(init));
    double deviation = (high - low) / std::sqrt(12.0);
    EXPECT_NEAR(got.mean, (low + high) / 2, kSampleSlack * deviation);
    EXPECT_NEAR(got.deviation, deviation, kSampleSlack * deviation);
    EXPECT_GE(got.low, low);
    EXPECT_LE(got.high, high);
    EXPECT_NEAR(got.low, low, 0.01 * (high - low));
    EXPECT_NEAR(got.high, high, 0.01 * (high - low));
}

void expect_normal(const std::string& init, double mean, double deviation, double most_deviations) {
    SCOPED_TRACE(init);
    Moments got = moments(drawn(init));
    EXPECT_NEAR(got.mean, mean, kSampleSlack * deviation);
    EXPECT_NEAR(got.deviation, deviation, kSampleSlack * deviation);
    EXPECT_LE(std::max(got.high - mean, mean - got.low), most_deviations * deviation * (1 + 1e-6));
}

TEST(Initializers, Constants) {
    for (auto [init, value] : {std::pair{"zeros", 0.0}, {"ones", 1.0}, {"constant(0.25)", 0.25}, {"3", 3.0}}) {
        std::vector<double> values = drawn(init);
        EXPECT_TRUE(std::all_of(values.begin(), values.end(), [v = value](double x) { return x == v; })) << init;
    }
}

TEST(Initializers, Uniform) {
    expect_uniform("uniform", -0.05, 0.05);
    expect_uniform("uniform(1.0, 3.0)", 1, 3);
    double glorot = std::sqrt(6 / (kFanIn + kFanOut));
    expect_uniform("glorot_uniform", -glorot, glorot);
    expect_uniform("he_uniform", -std::sqrt(6 / kFanIn), std::sqrt(6 / kFanIn));
    expect_uniform("lecun_uniform", -std::sqrt(3 / kFanIn), std::sqrt(3 / kFanIn));
}

TEST(Initializers, Normal) {
    expect_normal("normal", 0, 0.05, 6);
    expect_normal("normal(2.0, deviation = 0.5)", 2, 0.5, 6);
}

TEST(Initializers, TruncatedNormal) {
    // The deviation of a normal cut at two deviations is 0.87963 of the whole's; the factories divide by it.
    constexpr double kCut = 0.87962566103423978;
    expect_normal("truncated_normal", 0, 0.05 * kCut, 2 / kCut);
    expect_normal("glorot_normal", 0, std::sqrt(2 / (kFanIn + kFanOut)), 2 / kCut);
    expect_normal("he_normal", 0, std::sqrt(2 / kFanIn), 2 / kCut);
    expect_normal("lecun_normal", 0, std::sqrt(1 / kFanIn), 2 / kCut);
}

TEST(Initializers, VarianceScaling) {
    constexpr double kCut = 0.87962566103423978;
    expect_normal("variance_scaling", 0, std::sqrt(1 / kFanIn), 2 / kCut);
    expect_normal("variance_scaling(2.0, \"fan_out\", \"normal\")", 0, std::sqrt(2 / kFanOut), 6);
    double limit = std::sqrt(3 * 0.5 / ((kFanIn + kFanOut) / 2));
    expect_uniform("variance_scaling(0.5, \"fan_avg\", \"uniform\")", -limit, limit);
}

std::vector<double> drawn(const std::string& init, const std::string& extents) {
    SCOPED_TRACE(init);
    TestProgram program("model m(x: f32[batch]) {\n    param w: f32[" + extents + "] = " + init +
                        "\n    x * sum(w)\n}\n");
    return program.is_valid() ? program.storages()["w"].elements : std::vector<double>{};
}

TEST(Initializers, StackedGlorotTakesTheFansOfTheMatrices) {
    Moments got = moments(drawn("stacked_glorot_uniform", "50, 20, 10"));
    double limit = std::sqrt(6.0 / 30);
    EXPECT_NEAR(got.deviation, limit / std::sqrt(3.0), kSampleSlack * limit);
    EXPECT_NEAR(got.high, limit, 0.01 * limit);
}

TEST(Initializers, IdentityIsOneOnTheDiagonal) {
    expect_near(drawn("identity", "2, 3"), {1, 0, 0, 0, 1, 0});
    expect_near(drawn("identity(gain = 2.0)", "2, 2"), {2, 0, 0, 2});
}

// gain^2 on the diagonal of w w' (fewer rows) or w' w (fewer columns), 0 elsewhere: f64 leaves 1e-13.
void expect_orthogonal(const std::vector<double>& w, std::size_t rows, std::size_t columns, double gain) {
    ASSERT_EQ(w.size(), rows * columns);
    bool tall = rows >= columns;
    std::size_t count = tall ? columns : rows;
    for (std::size_t i = 0; i < count; ++i) {
        for (std::size_t j = 0; j < count; ++j) {
            double sum = 0;
            for (std::size_t k = 0; k < rows + columns - count; ++k)
                sum += tall ? w[k * columns + i] * w[k * columns + j] : w[i * columns + k] * w[j * columns + k];
            ASSERT_NEAR(sum, i == j ? gain * gain : 0, 1e-11) << i << ", " << j;
        }
    }
}

TEST(Initializers, OrthogonalHasOrthonormalRowsOrColumns) {
    expect_orthogonal(drawn("orthogonal", "7, 4"), 7, 4, 1);
    expect_orthogonal(drawn("orthogonal(gain = 1.5)", "5, 20"), 5, 20, 1.5);
    expect_orthogonal(drawn("orthogonal", "40, 40"), 40, 40, 1);
    expect_orthogonal(drawn("orthogonal", "2, 3, 4"), 6, 4, 1);
    expect_orthogonal(drawn("orthogonal", "1, 1"), 1, 1, 1);
}

TEST(Initializers, OrthogonalFactorLeavesAnOrthogonalMatrixAlone) {
    double c = std::cos(0.3);
    double s = std::sin(0.3);
    expect_near(forward("model m(a: f32[2, 2]) { orthogonal_factor(3 * a) }", {{"a", {{2, 2}, {c, -s, s, c}}}}),
                {c, -s, s, c});
}

TEST(Initializers, OrthogonalHasNoPreferredDirection) {
    // The elements of a large orthogonal matrix are nearly normal with variance 1 / rows.
    Moments got = moments(drawn("orthogonal", "60, 60"));
    EXPECT_NEAR(got.mean, 0, 5 / 60.0 / std::sqrt(60.0));
    EXPECT_LE(std::max(got.high, -got.low), 5.5 / std::sqrt(60.0));
}

TEST(Initializers, NormalQuantileInvertsTheDistribution) {
    std::vector<double> points;
    for (double p = 0.0228; p < 0.9772; p += 0.0007) points.push_back(p);
    std::vector<double> z = forward("model m(p: f32[batch]) { normal_quantile(p) }",
                                    {{"p", {{static_cast<std::int64_t>(points.size())}, points}}});
    ASSERT_EQ(z.size(), points.size());
    // Relative error 1.15e-9 of z, with a density of at most 0.4.
    for (std::size_t at = 0; at < z.size(); ++at)
        EXPECT_NEAR(0.5 * std::erfc(-z[at] / std::sqrt(2.0)), points[at], 2e-9);
}

TEST(Initializers, GaussianAndTruncatedGaussianAreThoseOfTheirInitializers) {
    // gaussian and truncated_gaussian are what normal(0, 1) and truncated_normal(0, 1) call.
    expect_normal("normal(0.0, 1.0)", 0, 1, 6);
    Moments cut = moments(drawn("truncated_normal(0.0, 1.0)"));
    EXPECT_LE(cut.high, 2 + 1e-6);
    EXPECT_GE(cut.low, -2 - 1e-6);
}

TEST(Initializers, EachStorageHasBitsOfItsOwn) {
    TestProgram program("model m(x: f32[batch, 8]) { dense(dense(x, 8), 8) }");
    EXPECT_NE(program.storages()["dense_1.w"].elements, program.storages()["dense_2.w"].elements);
}

}  // namespace

}  // namespace nncc::testing
