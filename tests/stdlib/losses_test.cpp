// Losses and penalties against their formulas.
#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "program.h"

namespace nncc::testing {

namespace {

constexpr std::size_t kRows = 5;
constexpr std::size_t kColumns = 3;

double loss(const std::string& call, const Array& p, const Array& t, const std::string& target = "f32[batch, 3]") {
    std::vector<double> result =
        forward("model m(p: f32[batch, 3], t: " + target + ") -> f32 { " + call + " }", {{"p", p}, {"t", t}});
    return result.size() == 1 ? result[0] : NAN;
}

double mean_of(const Array& p, const Array& t, const std::function<double(double, double)>& element) {
    double total = 0;
    for (std::size_t at = 0; at < p.elements.size(); ++at) total += element(p.elements[at], t.elements[at]);
    return total / static_cast<double>(p.elements.size());
}

TEST(Losses, OfDifferences) {
    Array p = random_array({kRows, kColumns}, -2, 2, 1);
    Array t = random_array({kRows, kColumns}, -2, 2, 2);
    EXPECT_NEAR(loss("mean_squared_error(p, t)", p, t),
                mean_of(p, t, [](double a, double b) { return (a - b) * (a - b); }), 1e-12);
    EXPECT_NEAR(loss("mean_absolute_error(p, t)", p, t),
                mean_of(p, t, [](double a, double b) { return std::abs(a - b); }), 1e-12);
    for (double delta : {1.0, 0.5}) {
        double expected = mean_of(p, t, [delta](double a, double b) {
            double e = std::abs(a - b);
            return e <= delta ? e * e / 2 : delta * (e - delta / 2);
        });
        EXPECT_NEAR(loss(delta == 1.0 ? "huber(p, t)" : "huber(p, t, delta = 0.5)", p, t), expected, 1e-12);
    }
}

TEST(Losses, BinaryCrossEntropyOfProbabilitiesAndLogits) {
    Array z = random_array({kRows, kColumns}, -4, 4, 3);
    Array t = random_array({kRows, kColumns}, 0, 1, 4);
    Array p = z;
    for (double& x : p.elements) x = 1 / (1 + std::exp(-x));
    double expected = mean_of(p, t, [](double a, double b) { return -(b * std::log(a) + (1 - b) * std::log(1 - a)); });
    EXPECT_NEAR(loss("binary_cross_entropy(p, t)", p, t), expected, 1e-12);
    EXPECT_NEAR(loss("binary_cross_entropy_with_logits(p, t)", z, t), expected, 1e-12);
}

TEST(Losses, BinaryCrossEntropyClampsLogarithms) {
    Array p{{1, 3}, {0, 1, 0}};
    Array t{{1, 3}, {1, 0, 0}};
    EXPECT_NEAR(loss("binary_cross_entropy(p, t)", p, t), 200.0 / 3, 1e-12);
    Array far{{1, 3}, {1000, -1000, 0}};
    EXPECT_NEAR(loss("binary_cross_entropy_with_logits(p, t)", far, Array{{1, 3}, {1, 0, 0}}), std::log(2.0) / 3,
                1e-12);
}

TEST(Losses, CategoricalCrossEntropyInAllForms) {
    Array z = random_array({kRows, kColumns}, -3, 3, 5);
    Array classes{{kRows}, {0, 2, 1, 1, 2}};
    Array hot{{kRows, kColumns}, std::vector<double>(kRows * kColumns, 0)};
    Array p = z;
    double expected = 0;
    for (std::size_t row = 0; row < kRows; ++row) {
        double total = 0;
        for (std::size_t k = 0; k < kColumns; ++k) total += std::exp(z.elements[row * kColumns + k]);
        for (std::size_t k = 0; k < kColumns; ++k)
            p.elements[row * kColumns + k] = std::exp(z.elements[row * kColumns + k]) / total;
        auto chosen = static_cast<std::size_t>(classes.elements[row]);
        hot.elements[row * kColumns + chosen] = 1;
        expected -= std::log(p.elements[row * kColumns + chosen]) / static_cast<double>(kRows);
    }
    EXPECT_NEAR(loss("categorical_cross_entropy(p, t)", p, hot), expected, 1e-12);
    EXPECT_NEAR(loss("categorical_cross_entropy_with_logits(p, t)", z, hot), expected, 1e-12);
    EXPECT_NEAR(loss("sparse_categorical_cross_entropy(p, t)", p, classes, "i32[batch]"), expected, 1e-12);
    EXPECT_NEAR(loss("sparse_categorical_cross_entropy_with_logits(p, t)", z, classes, "i32[batch]"), expected, 1e-12);
}

TEST(Losses, PenaltiesOverTheParametersOfAPattern) {
    auto value = [](const std::string& penalty) {
        TestProgram program(
            "model m(x: f32[batch, 2]) { dense(dense(x, 3), 1) }\ntrain m {\n    x = columns(\"a\", \"b\")\n    loss = "
            "mean(0 * output) + " +
            penalty + "\n    optimizer = sgd\n}\n");
        for (auto& [name, array] : program.storages()) {
            for (double& element : array.elements) element = name.ends_with(".w") ? -2 : 3;
        }
        return program.run("loss", {{"x", {{1, 2}, {1, 1}}}})["loss"].elements.at(0);
    };
    // 9 weights of -2 and 4 biases of 3.
    EXPECT_NEAR(value("l2_penalty(params, 0.5)"), 0.5 * (9 * 4 + 4 * 9), 1e-12);
    EXPECT_NEAR(value("l1_penalty(params, 0.5)"), 0.5 * (9 * 2 + 4 * 3), 1e-12);
    EXPECT_NEAR(value("l2_penalty(params(\"*.w\"), 0.5)"), 0.5 * 9 * 4, 1e-12);
    EXPECT_NEAR(value("l1_penalty(params(\"*.b\"))"), 0.01 * 12, 1e-12);
}

TEST(Losses, DistancesAndCosines) {
    const Arrays inputs = {{"a", {{2, 2}, {3, 0, 0, 0}}}, {"b", {{2, 2}, {0, 4, 1, 0}}}};
    expect_near(forward("model m(a: f32[batch, 2], b: f32[batch, 2]) { distance_of(a, b, 0.0) }", inputs), {5, 1});
    // A row of zeros has no direction: the cosine is 0, not NaN.
    expect_near(forward("model m(a: f32[batch, 2], b: f32[batch, 2]) { cosine_of(a, a + b) }", inputs), {0.6, 0});
}

// The labels of a path: repetitions dropped, then blanks (class 0).
std::vector<int> collapsed(const std::vector<int>& path) {
    std::vector<int> labels;
    for (std::size_t at = 0; at < path.size(); ++at) {
        if (path[at] != 0 && (at == 0 || path[at] != path[at - 1])) labels.push_back(path[at]);
    }
    return labels;
}

TEST(Losses, CtcIsTheSumOverAllPaths) {
    constexpr std::size_t kTime = 5;
    constexpr std::size_t kClasses = 3;
    const Array z = random_array({1, kTime, kClasses}, -2, 2, 9);
    for (const std::vector<int>& labels : {std::vector<int>{1, 1}, {1, 2}, {2, -1}, {-1, -1}}) {
        double total = 0;
        for (int number = 0; number < 243; ++number) {  // 3^5 paths
            std::vector<int> path;
            double probability = 1;
            for (std::size_t step = 0, rest = static_cast<std::size_t>(number); step < kTime;
                 ++step, rest /= kClasses) {
                path.push_back(static_cast<int>(rest % kClasses));
                double sum = 0;
                for (std::size_t k = 0; k < kClasses; ++k) sum += std::exp(z.elements[step * kClasses + k]);
                probability *= std::exp(z.elements[step * kClasses + rest % kClasses]) / sum;
            }
            std::vector<int> wanted;
            for (int label : labels) {
                if (label >= 0) wanted.push_back(label);
            }
            if (collapsed(path) == wanted) total += probability;
        }
        Array target{{1, 2}, {static_cast<double>(labels[0]), static_cast<double>(labels[1])}};
        expect_near(forward("model m(z: f32[batch, 5, 3], target: i32[batch, 2]) -> f32 { ctc(z, target) }",
                            {{"z", z}, {"target", target}}),
                    {-std::log(total)});
    }
}

}  // namespace

}  // namespace nncc::testing
