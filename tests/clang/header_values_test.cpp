// Functions of headers as graphs against the same functions compiled natively: values, and gradients by dual numbers.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

#include "base/file.h"
#include "clang/header_reader.h"
#include "ops/evaluate.h"
#include "passes/differentiate.h"

// Mixed comparisons, which C++ has for float.
namespace nncc {
#define NNCC_COMPARE(op)                                                      \
    inline bool operator op(const Dual& a, double b) { return a.value op b; } \
    inline bool operator op(double a, const Dual& b) { return a op b.value; }
NNCC_COMPARE(<)
NNCC_COMPARE(>)
NNCC_COMPARE(<=)
NNCC_COMPARE(>=)
#undef NNCC_COMPARE
inline Dual fabs(const Dual& x) { return absolute(x); }
}  // namespace nncc

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wshadow"
#ifdef __clang__
#pragma GCC diagnostic ignored "-Wkeyword-macro"
#endif
#include <algorithm>
#include <cstdint>
#include <numbers>
namespace as_double {
#define float double
#include "other_functions.h"
#include "smooth_functions.h"
#undef float
}  // namespace as_double

namespace as_dual {
using nncc::operator<;
using nncc::operator>;
#define float nncc::Dual
#define constexpr const
#include "smooth_functions.h"
#undef constexpr
#undef float
}  // namespace as_dual
#pragma GCC diagnostic pop

namespace nncc {
namespace {

std::string header_text(const std::string& name) {
    Expected<std::string> text = read_file(std::string(NNCC_SOURCE_DIR) + "/tests/clang/" + name);
    EXPECT_TRUE(text) << name;
    return text ? *text : "";
}

// The function as a graph in f64; fails the test when it is refused.
std::optional<Graph> read_function(const std::string& header, const std::string& function) {
    const SourceFile file{header, header_text(header)};
    UserFunctionRequest request;
    request.files = {&file};
    request.function = function;
    request.parameters = {{"x", "f32"}, {"y", "f32"}};
    request.result = "f32";
    request.real_f64 = true;
    HeaderReader reader;
    Expected<UserFunction> read = reader.read(request);
    if (!read) {
        ADD_FAILURE() << read.error().message;
        return std::nullopt;
    }
    for (const Diagnostic& mistake : read->mistakes) ADD_FAILURE() << render_text(mistake, false);
    return std::move(read->graph);
}

Tensor<double> scalar(double value) { return {DType::kF64, {}, Eigen::ArrayXd::Constant(1, value)}; }

std::map<std::string, Tensor<double>> run_all(const Graph& graph, double x, double y) {
    Bindings<double> bindings;
    bindings.inputs["argument_0"] = scalar(x);
    bindings.inputs["argument_1"] = scalar(y);
    return evaluate(graph, bindings).outputs;
}

double run(const Graph& graph, double x, double y) { return run_all(graph, x, y).at("output").elements[0]; }

std::vector<std::pair<double, double>> points(bool with_special) {
    std::vector<std::pair<double, double>> result;
    std::mt19937 generator(7);
    std::uniform_real_distribution<double> distribution(-3, 3);
    for (int i = 0; i < 150; ++i) {
        const double x = distribution(generator);
        result.emplace_back(x, distribution(generator));
    }
    const double grid[] = {-2, -1, -0.5, 0, 0.25, 0.5, 1, 2};
    for (double x : grid) {
        for (double y : grid) result.emplace_back(x, y);
    }
    if (with_special) {
        const double special[] = {std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity(),
                                  std::numeric_limits<double>::quiet_NaN(), 1e-300, 0.75};
        for (double x : special) {
            for (double y : special) result.emplace_back(x, y);
        }
    }
    return result;
}

// Relative to the larger of the value and of what is subtracted to get it, `scale`.
void expect_equal(double actual, double expected, double tolerance, double scale) {
    if (std::isnan(expected) || std::isinf(expected)) {
        EXPECT_TRUE(std::isnan(expected) ? std::isnan(actual) : actual == expected)
            << actual << " instead of " << expected;
    } else {
        EXPECT_LE(std::abs(actual - expected), tolerance * std::max(scale, std::abs(expected)))
            << actual << " instead of " << expected;
    }
}

using Native = double (*)(double, double);
struct ValueCase {
    const char* header;
    const char* function;
    Native native;
    double tolerance;  // in f64: 0 where each operation is the same
    bool with_special = true;
};

class HeaderValues : public ::testing::TestWithParam<ValueCase> {};

TEST_P(HeaderValues, AreThoseOfTheCompiledFunction) {
    const ValueCase& c = GetParam();
    const std::optional<Graph> graph = read_function(c.header, c.function);
    ASSERT_TRUE(graph);
    for (const auto& [x, y] : points(c.with_special)) {
        SCOPED_TRACE(fmt::format("{}({}, {})", c.function, x, y));
        expect_equal(run(*graph, x, y), c.native(x, y), c.tolerance, 1e-3);
        if (HasFailure()) return;
    }
}

constexpr double kUlp = 2.3e-16;
#define SMOOTH(name) ValueCase{"smooth_functions.h", #name, as_double::name, 0.0}
// Two operations may be one in the compiled function, and in other places than here: an error of a few last places.
#define OTHER(name, ulp) \
    ValueCase { "other_functions.h", #name, as_double::name, (ulp) * kUlp }
#define FINITE(name, ulp) \
    ValueCase { "other_functions.h", #name, as_double::name, (ulp) * kUlp, false }
INSTANTIATE_TEST_SUITE_P(
    Functions, HeaderValues,
    ::testing::Values(SMOOTH(soft_clip), SMOOTH(elementary), SMOOTH(assigned), SMOOTH(early), SMOOTH(polynomial),
                      SMOOTH(left_by_break), SMOOTH(newton), SMOOTH(guarded_log), SMOOTH(guarded_root),
                      SMOOTH(guarded_quotient), SMOOTH(guarded_overflow), SMOOTH(knee), SMOOTH(by_reference),
                      SMOOTH(logic), FINITE(integers, 0), OTHER(flags, 0), OTHER(through_double, 0),
                      OTHER(constants, 0), OTHER(templated, 0), OTHER(series, 0), OTHER(extremes, 0),
                      OTHER(references, 0), OTHER(smaller, 0), OTHER(larger, 0), OTHER(roundings, 0),
                      FINITE(absolutes, 0), OTHER(classes, 0), OTHER(tangent, 4), OTHER(hyperbolic_sine, 6),
                      OTHER(hyperbolic_cosine, 6), FINITE(arc_sine, 6), FINITE(arc_cosine, 6), FINITE(area_tangent, 6),
                      FINITE(angle, 4), FINITE(length, 3), FINITE(powers, 0), FINITE(squares, 2),
                      FINITE(power_of_two, 2), FINITE(logarithms, 2)),
    [](const auto& instance) { return std::string(instance.param.function); });

using NativeDual = Dual (*)(Dual, Dual);
struct GradientCase {
    const char* function;
    NativeDual native;
};

class HeaderGradients : public ::testing::TestWithParam<GradientCase> {};

TEST_P(HeaderGradients, AreThoseOfDualNumbers) {
    const GradientCase& c = GetParam();
    const std::optional<Graph> graph = read_function("smooth_functions.h", c.function);
    ASSERT_TRUE(graph);
    GraphBuilder builder("gradients");
    const std::vector<std::vector<Value>> copies =
        inline_graph(builder, *graph, [](const Node&) { return std::nullopt; }, false);
    const Value result = copies[static_cast<std::size_t>(graph->outputs()[0].value.node)][0];
    Expected<std::vector<Value>> gradients = differentiate(builder, result, {copies[0][0], copies[1][0]});
    ASSERT_TRUE(gradients);
    builder.output("dx", (*gradients)[0]);
    builder.output("dy", (*gradients)[1]);
    const Graph reverse = std::move(builder).finish();
    std::vector<std::pair<double, double>> places = points(false);
    places.insert(places.end(), {{3000, 0.5}, {-3000, 0.5}, {1e-200, 1}, {-1e-200, 1}});
    for (const auto& [x, y] : places) {
        SCOPED_TRACE(fmt::format("{}({}, {})", c.function, x, y));
        const double dx = c.native(Dual(x, 1.0), Dual(y, 0.0)).tangent;
        const double dy = c.native(Dual(x, 0.0), Dual(y, 1.0)).tangent;
        // Sums in another order; their terms may cancel.
        const double scale = 1 + std::abs(dx) + std::abs(dy);
        const auto results = run_all(reverse, x, y);
        expect_equal(results.at("dx").elements[0], dx, 1e-12, scale);
        expect_equal(results.at("dy").elements[0], dy, 1e-12, scale);
        if (HasFailure()) return;
    }
}

#define GRADIENT(name) \
    GradientCase { #name, as_dual::name }
INSTANTIATE_TEST_SUITE_P(Functions, HeaderGradients,
                         ::testing::Values(GRADIENT(soft_clip), GRADIENT(elementary), GRADIENT(assigned),
                                           GRADIENT(early), GRADIENT(polynomial), GRADIENT(left_by_break),
                                           GRADIENT(newton), GRADIENT(guarded_log), GRADIENT(guarded_root),
                                           GRADIENT(guarded_quotient), GRADIENT(guarded_overflow), GRADIENT(knee),
                                           GRADIENT(by_reference), GRADIENT(logic)),
                         [](const auto& instance) { return std::string(instance.param.function); });

}  // namespace
}  // namespace nncc
