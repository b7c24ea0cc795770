// Metrics against counting.
#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "program.h"

namespace nncc::testing {

namespace {

double metric(const std::string& call, const Array& p, const Array& t, const std::string& columns = "1") {
    std::vector<double> result =
        forward("model m(p: f32[batch, " + columns + "], t: f32[batch, " + columns + "]) -> f32 { " + call + " }",
                {{"p", p}, {"t", t}});
    return result.size() == 1 ? result[0] : NAN;
}

double brute_force_auc(const Array& p, const Array& t) {
    double wins = 0;
    double pairs = 0;
    for (std::size_t i = 0; i < p.elements.size(); ++i) {
        for (std::size_t j = 0; j < p.elements.size(); ++j) {
            if (t.elements[i] <= 0.5 || t.elements[j] > 0.5) continue;
            pairs += 1;
            wins += p.elements[i] > p.elements[j] ? 1 : p.elements[i] == p.elements[j] ? 0.5 : 0;
        }
    }
    return wins / pairs;
}

TEST(Metrics, AucEqualsCountingAllPairs) {
    TestProgram program("model m(p: f32[batch, 1], t: f32[batch, 1]) -> f32 { auc(p, t) }");
    ASSERT_TRUE(program.is_valid());
    std::mt19937 generator(3);
    for (int round = 0; round < 200; ++round) {
        std::int64_t rows = 2 + round % 19;
        Array p = random_array({rows, 1}, 0, 1, static_cast<unsigned>(generator()));
        Array t = random_array({rows, 1}, 0, 1, static_cast<unsigned>(generator()));
        int levels = 1 + round % 7;  // few levels: many ties
        for (double& x : p.elements) x = std::floor(x * levels) / levels;
        for (double& x : t.elements) x = x > 0.6 ? 1 : 0;
        t.elements[0] = 1;
        t.elements[1] = 0;
        EXPECT_NEAR(program.run("forward", {{"p", p}, {"t", t}})["output"].elements.at(0), brute_force_auc(p, t), 1e-12)
            << "round " << round;
    }
}

TEST(Metrics, AucOfPerfectAndReversedOrder) {
    Array t{{4, 1}, {0, 0, 1, 1}};
    EXPECT_EQ(metric("auc(p, t)", {{4, 1}, {0.1, 0.2, 0.3, 0.4}}, t), 1);
    EXPECT_EQ(metric("auc(p, t)", {{4, 1}, {0.4, 0.3, 0.2, 0.1}}, t), 0);
    EXPECT_EQ(metric("auc(p, t)", {{4, 1}, {0.5, 0.5, 0.5, 0.5}}, t), 0.5);
    EXPECT_TRUE(std::isnan(metric("auc(p, t)", {{2, 1}, {0.1, 0.2}}, {{2, 1}, {1, 1}})));
}

TEST(Metrics, AccuracyOfOneAndOfSeveralColumns) {
    EXPECT_NEAR(metric("accuracy(p, t)", {{4, 1}, {0.6, 0.5, 0.4, 0.9}}, {{4, 1}, {1, 1, 0, 0}}), 0.5, 1e-12);
    EXPECT_NEAR(metric("accuracy(p, t)", {{3, 3}, {0.1, 0.7, 0.2, 0.5, 0.2, 0.3, 0.1, 0.1, 0.8}},
                       {{3, 3}, {0, 1, 0, 0, 1, 0, 0, 0, 1}}, "3"),
                2.0 / 3, 1e-12);
    expect_near(forward("model m(p: f32[batch, 3], t: i32[batch]) -> f32 { sparse_accuracy(p, t) }",
                        {{"p", {{2, 3}, {0.1, 0.7, 0.2, 0.5, 0.2, 0.3}}}, {"t", {{2}, {1, 2}}}}),
                {0.5});
}

TEST(Metrics, PrecisionRecallAndF1) {
    // 2 hits, 1 false alarm, 3 misses, 1 right rejection.
    Array p{{7, 1}, {0.9, 0.8, 0.7, 0.1, 0.2, 0.3, 0.4}};
    Array t{{7, 1}, {1, 1, 0, 1, 1, 1, 0}};
    EXPECT_NEAR(metric("precision(p, t)", p, t), 2.0 / 3, 1e-12);
    EXPECT_NEAR(metric("recall(p, t)", p, t), 2.0 / 5, 1e-12);
    EXPECT_NEAR(metric("f1(p, t)", p, t), 2 * 2.0 / (2 * 2 + 1 + 3), 1e-12);
    EXPECT_NEAR(metric("precision(p, t, threshold = 0.95)", p, t), 0, 1e-12);
    EXPECT_NEAR(metric("recall(p, t)", p, {{7, 1}, std::vector<double>(7, 0)}), 0, 1e-12);
}

TEST(Metrics, OfRegression) {
    Array p = random_array({9, 1}, -2, 2, 5);
    Array t = random_array({9, 1}, -2, 2, 6);
    double absolute = 0;
    double squares = 0;
    double mean = 0;
    double spread = 0;
    for (double x : t.elements) mean += x / 9;
    for (std::size_t row = 0; row < 9; ++row) {
        double e = p.elements[row] - t.elements[row];
        absolute += std::abs(e) / 9;
        squares += e * e / 9;
        spread += (t.elements[row] - mean) * (t.elements[row] - mean) / 9;
    }
    EXPECT_NEAR(metric("mae(p, t)", p, t), absolute, 1e-12);
    EXPECT_NEAR(metric("rmse(p, t)", p, t), std::sqrt(squares), 1e-12);
    EXPECT_NEAR(metric("r2(p, t)", p, t), 1 - squares / spread, 1e-12);
}

}  // namespace

}  // namespace nncc::testing
