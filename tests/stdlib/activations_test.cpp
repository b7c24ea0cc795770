// Activations against their formulas, at points on both sides of their kinks and on them.
#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "program.h"

namespace nncc::testing {

namespace {

const Array kPoints = {{9}, {-100, -3, -1, -0.25, 0, 0.25, 1, 3, 100}};

void check(const std::string& call, const std::function<double(double)>& formula) {
    SCOPED_TRACE(call);
    std::vector<double> expected;
    for (double x : kPoints.elements) expected.push_back(formula(x));
    expect_near(forward("model m(x: f32[batch]) -> f32[batch] { x |> " + call + " }", {{"x", kPoints}}), expected);
}

}  // namespace

TEST(Activations, AreTheirFormulas) {
    check("relu", [](double x) { return x > 0 ? x : 0; });
    check("leaky_relu", [](double x) { return x > 0 ? x : 0.3 * x; });
    check("leaky_relu(0.01)", [](double x) { return x > 0 ? x : 0.01 * x; });
    check("elu", [](double x) { return x > 0 ? x : std::expm1(x); });
    check("elu(alpha = 0.5)", [](double x) { return x > 0 ? x : 0.5 * std::expm1(x); });
    check("silu", [](double x) { return x / (1 + std::exp(-x)); });
    check("gelu", [](double x) { return x * 0.5 * std::erfc(-x / std::sqrt(2.0)); });
    check("gelu(approximate = true)",
          [](double x) { return 0.5 * x * (1 + std::tanh(std::sqrt(2 / M_PI) * (x + 0.044715 * x * x * x))); });
    check("softsign", [](double x) { return x / (1 + std::abs(x)); });
    check("sigmoid", [](double x) { return 1 / (1 + std::exp(-x)); });
    check("tanh", [](double x) { return std::tanh(x); });
    check("softplus", [](double x) { return x > 0 ? x + std::log1p(std::exp(-x)) : std::log1p(std::exp(x)); });
}

TEST(Activations, SoftmaxOverAnyAxis) {
    Array x = random_array({3, 4}, -2, 2, 1);
    std::vector<double> last(12);
    std::vector<double> first(12);
    for (std::size_t i = 0; i < 3; ++i) {
        for (std::size_t j = 0; j < 4; ++j) {
            double row = 0;
            double column = 0;
            for (std::size_t k = 0; k < 4; ++k) row += std::exp(x.elements[4 * i + k]);
            for (std::size_t k = 0; k < 3; ++k) column += std::exp(x.elements[4 * k + j]);
            last[4 * i + j] = std::exp(x.elements[4 * i + j]) / row;
            first[4 * i + j] = std::exp(x.elements[4 * i + j]) / column;
        }
    }
    expect_near(forward("model m(x: f32[batch, 4]) { softmax(x) }", {{"x", x}}), last);
    expect_near(forward("model m(x: f32[batch, 4]) { exp(log_softmax(x, axis = 0)) }", {{"x", x}}), first);
}

}  // namespace nncc::testing
