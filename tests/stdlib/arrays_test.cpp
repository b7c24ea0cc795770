// Elementwise functions, reductions, rearrangements, sorting and resizing against the C++ library and plain loops.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "program.h"

namespace nncc::testing {

namespace {

Array vector(std::vector<double> elements) { return {{1, static_cast<std::int64_t>(elements.size())}, elements}; }

std::vector<double> of_row(const std::string& body, const std::vector<double>& x) {
    return forward(fmt::format("model m(x: f32[batch, {}]) {{ {} }}", x.size(), body), {{"x", vector(x)}});
}

TEST(Arrays, FunctionsOfOneNumberAreThoseOfTheLibrary) {
    struct Case {
        std::string name;
        std::function<double(double)> function;
        std::vector<double> points;
    };
    const std::vector<double> line = {-3.5, -2, -0.75, -1e-9, 0, 1e-9, 0.3, 1, 2.5};
    const std::vector<double> unit = {-0.999, -0.6, -1e-9, 0, 1e-9, 0.25, 0.999};
    const std::vector<Case> cases = {
        {"ceil", [](double x) { return std::ceil(x); }, line},
        {"truncate", [](double x) { return std::trunc(x); }, line},
        {"tan", [](double x) { return std::tan(x); }, unit},
        {"sinh", [](double x) { return std::sinh(x); }, line},
        {"cosh", [](double x) { return std::cosh(x); }, line},
        {"asinh", [](double x) { return std::asinh(x); }, line},
        {"asin", [](double x) { return std::asin(x); }, unit},
        {"acos", [](double x) { return std::acos(x); }, unit},
        {"atanh", [](double x) { return std::atanh(x); }, unit},
    };
    for (const Case& c : cases) {
        const std::vector<double> found = of_row(c.name + "(x)", c.points);
        ASSERT_EQ(found.size(), c.points.size()) << c.name;
        for (std::size_t k = 0; k < found.size(); ++k) {
            const double expected = c.function(c.points[k]);
            EXPECT_NEAR(found[k], expected, 1e-14 * std::abs(expected) + 1e-30) << c.name << " of " << c.points[k];
        }
    }
    EXPECT_DOUBLE_EQ(of_row("asin(x)", {-1, 1})[1], std::asin(1.0));
    EXPECT_DOUBLE_EQ(of_row("acos(x)", {-1, 1})[0], std::acos(-1.0));
}

TEST(Arrays, AnglesAndLengthsOfPoints) {
    const std::vector<double> x = {1, -1, -1, 1, 0, 0, 2, -2, 3, -0.1}, y = {1, 1, -1, -1, 1, -1, 0, 0, 0.5, -4};
    TestProgram program(
        "model m(x: f32[batch, 10], y: f32[batch, 10]) -> [a: f32[batch, 10], h: f32[batch, 10]] { [atan2(y, x), "
        "hypot(x, y)] }");
    Arrays result = program.run("forward", {{"x", vector(x)}, {"y", vector(y)}});
    for (std::size_t k = 0; k < x.size(); ++k) {
        EXPECT_NEAR(result["a"].elements[k], std::atan2(y[k], x[k]), 1e-15) << y[k] << " " << x[k];
        EXPECT_NEAR(result["h"].elements[k], std::hypot(x[k], y[k]), 1e-15);
    }
}

TEST(Arrays, LogSumExpDoesNotOverflow) {
    EXPECT_NEAR(of_row("log_sum_exp(x)", {1000, 1001, 999})[0], 1001 + std::log(1 + std::exp(-1.0) + std::exp(-2.0)),
                1e-12);
    EXPECT_NEAR(of_row("log_sum_exp(x, axis = 1)", {-2, 0.5})[0], std::log(std::exp(-2.0) + std::exp(0.5)), 1e-15);
    EXPECT_EQ(of_row("log_sum_exp(x + log(0.0))", {1, 2})[0], -HUGE_VAL);
    EXPECT_EQ(of_row("log_sum_exp(x, axis = 1, keep = true) - log_sum_exp(x)", {1, 2})[0], 0);
}

TEST(Arrays, OrderAndExtremaOfARow) {
    const std::vector<double> x = {3, -1, 2, -1, 5};
    expect_near(of_row("sort(x)", x), {-1, -1, 2, 3, 5});
    expect_near(of_row("sort(x, descending = true)", x), {5, 3, 2, -1, -1});
    expect_near(of_row("let [values, places] = top_k(x, 3)\nconcatenate([values, f32(places)])", x),
                {5, 3, 2, 4, 0, 2});
    expect_near(of_row("f32(argmin(x))", x), {1});
    expect_near(of_row("cumulative_min(x)", x), {3, -1, -1, -1, -1});
    expect_near(of_row("differences(x)", x), {-4, 3, -3, 6});
}

TEST(Arrays, RepeatsAndTriangles) {
    expect_near(of_row("repeat(x, 2)", {1, 2, 3}), {1, 1, 2, 2, 3, 3});
    expect_near(of_row("tile(x, 2)", {1, 2, 3}), {1, 2, 3, 1, 2, 3});
    expect_near(forward("model m(x: f32[batch, 2]) { repeat(tile(x, 2, axis = 0), 2, axis = 0) }",
                        {{"x", {{2, 2}, {1, 2, 3, 4}}}}),
                {1, 2, 1, 2, 3, 4, 3, 4, 1, 2, 1, 2, 3, 4, 3, 4});
    expect_near(of_row("f32(repeated_places(2, 2)) + 10 * f32(tiled_places(2, 2))", {1}), {0, 10, 1 - 0, 11});
    expect_near(of_row("lower_triangle(2, 3) + sum(x)", {0}), {1, 0, 0, 1, 1, 0});
    expect_near(of_row("upper_triangle(2, 3, offset = 1) + sum(x)", {0}), {0, 1, 1, 0, 0, 1});
}

// PyTorch's interpolate(align_corners = False): the source of place y is (y + 0.5) * n / size - 0.5, kept inside.
TEST(Arrays, ResizeByHalfPixelCentres) {
    const Array x = random_array({2, 5, 3, 2}, -1, 1, 1);
    const auto pixel = [&](std::size_t b, std::size_t h, std::size_t w, std::size_t c) {
        return x.elements[((b * 5 + h) * 3 + w) * 2 + c];
    };
    for (const auto& [tall, wide] : {std::pair<std::size_t, std::size_t>{8, 7}, {2, 2}, {5, 6}}) {
        TestProgram program(
            fmt::format("model m(x: f32[batch, 5, 3, 2]) -> [l: f32[batch, {0}, {1}, 2], n: f32[batch, {0}, {1}, 2]] "
                        "{{ [resize2d(x, [{0}, {1}]), resize2d(x, [{0}, {1}], mode = \"nearest\")] }}",
                        tall, wide));
        Arrays result = program.run("forward", {{"x", x}});
        std::vector<double> linear, nearest;
        const auto source = [](std::size_t y, std::size_t n, std::size_t size) {
            return (static_cast<double>(y) + 0.5) * static_cast<double>(n) / static_cast<double>(size);
        };
        for (std::size_t b = 0; b < 2; ++b) {
            for (std::size_t y = 0; y < tall; ++y) {
                for (std::size_t z = 0; z < wide; ++z) {
                    for (std::size_t c = 0; c < 2; ++c) {
                        const double h = std::clamp(source(y, 5, tall) - 0.5, 0.0, 4.0),
                                     w = std::clamp(source(z, 3, wide) - 0.5, 0.0, 2.0);
                        const auto h0 = static_cast<std::size_t>(h), w0 = static_cast<std::size_t>(w);
                        const std::size_t h1 = std::min<std::size_t>(h0 + 1, 4), w1 = std::min<std::size_t>(w0 + 1, 2);
                        const double u = h - static_cast<double>(h0), v = w - static_cast<double>(w0);
                        linear.push_back((1 - u) * ((1 - v) * pixel(b, h0, w0, c) + v * pixel(b, h0, w1, c)) +
                                         u * ((1 - v) * pixel(b, h1, w0, c) + v * pixel(b, h1, w1, c)));
                        nearest.push_back(pixel(b, static_cast<std::size_t>(source(y, 5, tall)),
                                                static_cast<std::size_t>(source(z, 3, wide)), c));
                    }
                }
            }
        }
        expect_near(result["l"].elements, linear);
        expect_near(result["n"].elements, nearest);
    }
    expect_near(of_row("resize_weights(2, 4, \"linear\") + 0 * sum(x)", {1}), {1, 0, 0.75, 0.25, 0.25, 0.75, 0, 1});
    expect_near(forward("model m(x: f32[batch, 2, 1]) { resize1d(x, 4) }", {{"x", {{1, 2, 1}, {0, 4}}}}), {0, 1, 3, 4});
}

TEST(Arrays, UpsamplingRepeats) {
    expect_near(forward("model m(x: f32[batch, 1, 2, 1]) { upsample2d(x, [2, 3]) }", {{"x", {{1, 1, 2, 1}, {1, 2}}}}),
                {1, 1, 1, 2, 2, 2, 1, 1, 1, 2, 2, 2});
    expect_near(forward("model m(x: f32[batch, 2, 1]) { upsample1d(x, 2) }", {{"x", {{1, 2, 1}, {1, 2}}}}),
                {1, 1, 2, 2});
}

// 40,000 draws: means within five of their deviations.
TEST(Arrays, RandomNumbersHaveTheirMoments) {
    const auto moments = [](const std::string& draw) {
        TestProgram program(
            fmt::format("model m(x: f32[batch, 2]) {{ if training {{ sum(x) + {} }} else {{ x }} }}\n"
                        "train m {{\n    x = array(\"x\")\n    loss = mean(output)\n    optimizer = sgd\n}}\n",
                        draw));
        return program.run("loss", {{"x", {{1, 2}, {0, 0}}}})["loss"].elements.at(0);
    };
    const double root = std::sqrt(40000.0);
    EXPECT_NEAR(moments("random_uniform([40000], 2.0, 6.0)"), 4, 5 * 4 / std::sqrt(12.0) / root);
    EXPECT_NEAR(moments("random_normal([40000], mean = 1.0, deviation = 3.0)"), 1, 5 * 3 / root);
    EXPECT_NEAR(moments("random_normal([40000]) ** 2"), 1, 5 * std::sqrt(2.0) / root);
    EXPECT_NEAR(moments("random_bernoulli([40000], 0.3)"), 0.3, 5 * std::sqrt(0.21) / root);
}

}  // namespace

}  // namespace nncc::testing
