// Kinks, dead branches, ranges, wrapping, empty extents, random bits: what random operands hardly ever meet.
#include <gtest/gtest.h>

#include <chrono>
#include <cmath>

#include "ops/build.h"
#include "ops/random.h"
#include "ops/record.h"
#include "ops/type_rules.h"
#include "ops/views.h"
#include "passes/differentiate.h"
#include "random_graph.h"

namespace nncc::testing {
namespace {

const double kNan = std::numeric_limits<double>::quiet_NaN();
const double kInfinity = std::numeric_limits<double>::infinity();

Tensor<double> vector_of(std::vector<double> elements, DType dtype = DType::kF64) {
    Tensor<double> result{dtype, {static_cast<std::int64_t>(elements.size())}, {}};
    result.elements = Eigen::Map<Eigen::ArrayXd>(elements.data(), static_cast<Eigen::Index>(elements.size()));
    return result;
}
std::vector<double> list(const Tensor<double>& tensor) { return {tensor.elements.begin(), tensor.elements.end()}; }

// f of inputs a, b, ... as one output, and d sum(f) / d each input.
struct Results {
    std::vector<double> value;
    std::vector<std::vector<double>> gradients;
};
using Function = std::function<Value(GraphBuilder&, const std::vector<Value>&)>;
Results run(const std::vector<Tensor<double>>& inputs, const Function& f) {
    GraphBuilder b("test");
    Bindings<double> bindings;
    std::vector<Value> values;
    for (std::size_t k = 0; k < inputs.size(); ++k) {
        const std::string name = fmt::format("x{}", k);
        const Type type{inputs[k].dtype, Shape(inputs[k].extents.begin(), inputs[k].extents.end())};
        values.push_back(b.add("input", {}, {{"name", name}, {"type", type}}));
        bindings.inputs[name] = inputs[k];
    }
    Value result = f(b, values);
    b.output("value", result);
    if (is_floating(b.type(result).dtype)) {
        std::vector<Value> by;
        for (const Value& value : values) {
            if (is_floating(b.type(value).dtype)) by.push_back(value);
        }
        std::vector<Value> adjoints = *differentiate(b, result, by);
        for (std::size_t k = 0; k < by.size(); ++k) b.output(fmt::format("d{}", k), adjoints[k]);
    }
    Evaluation<double> evaluation = evaluate(std::move(b).finish(), bindings);
    Results results{list(evaluation.outputs.at("value")), {}};
    for (std::size_t k = 0; evaluation.outputs.contains(fmt::format("d{}", k)); ++k) {
        results.gradients.push_back(list(evaluation.outputs.at(fmt::format("d{}", k))));
    }
    return results;
}
Results run(std::vector<double> x, const std::string& op) {
    return run({vector_of(std::move(x))},
               [&](GraphBuilder& b, const std::vector<Value>& v) { return unary(b, op, v[0]); });
}
using List = std::vector<double>;

TEST(XLogY, IsNothingWhereXIs) {
    const Results results =
        run({vector_of({0, 0, 0, 2, -1, 1}), vector_of({0, -1, kInfinity, 4, 0, -1})},
            [](GraphBuilder& b, const std::vector<Value>& v) { return b.add("x_log_y", {v[0], v[1]}); });
    EXPECT_EQ((List{results.value.begin(), results.value.begin() + 5}), (List{0, 0, 0, 2 * std::log(4.0), kInfinity}));
    EXPECT_TRUE(std::isnan(results.value[5]));
    EXPECT_EQ((List{results.gradients[0].begin(), results.gradients[0].begin() + 4}), (List{0, 0, 0, std::log(4.0)}));
    EXPECT_EQ((List{results.gradients[1].begin(), results.gradients[1].begin() + 4}), (List{0, 0, 0, 0.5}));
}

TEST(Kinks, FollowTheLanguage) {
    auto maximum_of = [](GraphBuilder& b, const std::vector<Value>& v) { return maximum(b, v[0], v[1]); };
    Results both = run({vector_of({1, 2, 3}), vector_of({1, 3, 2})}, maximum_of);
    EXPECT_EQ(both.gradients[0], (List{0.5, 0, 1}));
    EXPECT_EQ(both.gradients[1], (List{0.5, 1, 0}));
    auto minimum_of = [](GraphBuilder& b, const std::vector<Value>& v) { return minimum(b, v[0], v[1]); };
    EXPECT_EQ(run({vector_of({1, 2, 3}), vector_of({1, 3, 2})}, minimum_of).gradients[0], (List{0.5, 1, 0}));
    EXPECT_EQ(run({-1, 0, 2}, "absolute").gradients[0], (List{-1, 0, 1}));
    auto largest = [](GraphBuilder& b, const std::vector<Value>& v) { return reduce(b, "reduce_max", v[0], {0}); };
    EXPECT_EQ(run({vector_of({1, 5, 5, 5})}, largest).gradients[0], (List{0, 1, 0, 0}));
    auto relu = [](GraphBuilder& b, const std::vector<Value>& v) {
        return select(b, less(b, like(b, v[0], 0), v[0]), v[0], like(b, v[0], 0));
    };
    EXPECT_EQ(run({vector_of({-1, 0, 2})}, relu).gradients[0], (List{0, 0, 1}));
    EXPECT_EQ(run({-1.5, 0.5, 2.5}, "round").value, (List{-2, 0, 2}));
}

TEST(Kinks, PowersAreFlatWhereTheyAre) {
    auto power_of = [](GraphBuilder& b, const std::vector<Value>& v) { return power(b, v[0], v[1]); };
    Results r = run({vector_of({0, 0, 2, -2}), vector_of({0, 2, 3, 2})}, power_of);
    EXPECT_EQ(r.value, (List{1, 0, 8, 4}));
    EXPECT_EQ(r.gradients[0], (List{0, 0, 12, -4}));
    EXPECT_EQ(r.gradients[1][0], 0);
    EXPECT_EQ(r.gradients[1][1], 0);
    EXPECT_DOUBLE_EQ(r.gradients[1][2], 8 * std::log(2));
    EXPECT_TRUE(std::isnan(r.gradients[1][3]));  // a negative base has no derivative by its exponent
    auto square = [](GraphBuilder& b, const std::vector<Value>& v) { return power(b, v[0], like(b, v[0], 2)); };
    EXPECT_EQ(run({vector_of({-3, 0, 4})}, square).gradients[0], (List{-6, 0, 8}));
}

// The branch not taken contributes exactly nothing, though its slope there is infinite.
TEST(DeadBranch, HasNoDerivative) {
    auto guarded = [](const Function& branch) {
        return [branch](GraphBuilder& b, const std::vector<Value>& v) {
            Value zero = like(b, v[0], 0);
            return select(b, less(b, zero, v[0]), branch(b, v), zero);
        };
    };
    for (const char* op : {"log", "sqrt", "rsqrt"}) {
        Results r =
            run({vector_of({0, -1, 4})}, guarded([&](GraphBuilder& b, const auto& v) { return unary(b, op, v[0]); }));
        EXPECT_EQ(r.gradients[0][0], 0) << op;
        EXPECT_EQ(r.gradients[0][1], 0) << op;
        EXPECT_NE(r.gradients[0][2], 0) << op;
    }
    Results divided = run({vector_of({0, 2}), vector_of({0, 4})},
                          guarded([](GraphBuilder& b, const auto& v) { return divide(b, v[1], v[0]); }));
    EXPECT_EQ(divided.gradients[0], (List{0, -1}));
    EXPECT_EQ(divided.gradients[1], (List{0, 0.5}));
    Results chained = run({vector_of({0, 1})}, guarded([](GraphBuilder& b, const auto& v) {
                              return unary(b, "sqrt", unary(b, "log1p", divide(b, like(b, v[0], 1), v[0])));
                          }));
    EXPECT_EQ(chained.gradients[0][0], 0);
    Results overflown =
        run({vector_of({-1000, 1})},
            guarded([](GraphBuilder& b, const auto& v) { return unary(b, "exp", unary(b, "negate", v[0])); }));
    EXPECT_EQ(overflown.gradients[0][0], 0);
    // What does not hold: a product with an infinite value in the dead branch.
    Results product = run({vector_of({0, 2})}, guarded([](GraphBuilder& b, const auto& v) {
                              return multiply(b, v[0], divide(b, like(b, v[0], 1), v[0]));
                          }));
    EXPECT_TRUE(std::isnan(product.gradients[0][0]));
}

TEST(Nan, WinsEveryMaximum) {
    auto largest = [](GraphBuilder& b, const std::vector<Value>& v) { return reduce(b, "reduce_max", v[0], {0}); };
    EXPECT_TRUE(std::isnan(run({vector_of({1, kNan, 3})}, largest).value[0]));
    auto where = [](GraphBuilder& b, const std::vector<Value>& v) {
        return b.add("argmax", {v[0]}, {{"axis", std::int64_t{0}}});
    };
    EXPECT_EQ(run({vector_of({1, kNan, 3, kNan})}, where).value, (List{1}));
    EXPECT_EQ(run({vector_of({-kInfinity, -kInfinity})}, where).value, (List{0}));
    auto both = [](GraphBuilder& b, const std::vector<Value>& v) { return maximum(b, v[0], v[1]); };
    Results r = run({vector_of({kNan, 1}), vector_of({1, kNan})}, both);
    EXPECT_TRUE(std::isnan(r.value[0]) && std::isnan(r.value[1]));
    auto order = [](GraphBuilder& b, const std::vector<Value>& v) {
        return b.add("argsort", {v[0]}, {{"axis", std::int64_t{0}}});
    };
    EXPECT_EQ(run({vector_of({kNan, 2, 1, 2, -kInfinity})}, order).value, (List{4, 2, 1, 3, 0}));
}

TEST(Integers, Wrap) {
    auto both = [](std::string_view op) {
        return [op](GraphBuilder& b, const std::vector<Value>& v) { return b.add(op, {v[0], v[1]}); };
    };
    const Tensor<double> a = vector_of({INT32_MAX, INT32_MIN, 65536, -7}, DType::kI32);
    const Tensor<double> c = vector_of({1, 1, 65537, 3}, DType::kI32);
    EXPECT_EQ(run({a, c}, both("add")).value, (List{INT32_MIN, INT32_MIN + 1, 131073, -4}));
    EXPECT_EQ(run({a, c}, both("subtract")).value, (List{INT32_MAX - 1.0, INT32_MAX, -1, -10}));
    EXPECT_EQ(run({a, c}, both("multiply")).value, (List{INT32_MAX, INT32_MIN, 65536, -21}));
    auto negated = [](GraphBuilder& b, const std::vector<Value>& v) { return unary(b, "negate", v[0]); };
    EXPECT_EQ(run({a}, negated).value, (List{-INT32_MAX, INT32_MIN, -65536, 7}));
    auto dot = [](GraphBuilder& b, const std::vector<Value>& v) { return einsum(b, "a,a->", {v[0], v[1]}); };
    EXPECT_EQ(run({vector_of({65536, 3}, DType::kI32), vector_of({65536, 5}, DType::kI32)}, dot).value, (List{15}));
    auto to_integer = [](GraphBuilder& b, const std::vector<Value>& v) { return cast(b, v[0], DType::kI32); };
    EXPECT_EQ(run({vector_of({2.9, -2.9, 1e20, -1e20, kNan, -0.5})}, to_integer).value,
              (List{2, -2, INT32_MAX, INT32_MIN, 0, 0}));
}

TEST(Gather, OutOfRangeIsNanAndItsScatterDropsIt) {
    auto taken = [](GraphBuilder& b, const std::vector<Value>& v) { return gather(b, v[0], v[1], 0); };
    Results r = run({vector_of({10, 20, 30}), vector_of({2, -1, 3, 0, 2}, DType::kI32)}, taken);
    EXPECT_EQ(r.value[0], 30);
    EXPECT_TRUE(std::isnan(r.value[1]) && std::isnan(r.value[2]));
    EXPECT_EQ(r.gradients[0], (List{1, 0, 2}));
    EXPECT_EQ(run({vector_of({10, 20}, DType::kI32), vector_of({5, 1}, DType::kI32)}, taken).value, (List{0, 20}));
    auto added = [](GraphBuilder& b, const std::vector<Value>& v) { return scatter_add(b, v[1], v[0], 0, 0, 3); };
    Results s = run({vector_of({1, 2, 4, 8}), vector_of({2, 7, 2, -3}, DType::kI32)}, added);
    EXPECT_EQ(s.value, (List{0, 0, 5}));
    EXPECT_EQ(s.gradients[0], (List{1, 0, 1, 0}));
}

TEST(Product, IsDifferentiableAtZeros) {
    auto product = [](GraphBuilder& b, const std::vector<Value>& v) { return reduce(b, "reduce_product", v[0], {0}); };
    EXPECT_EQ(run({vector_of({2, 0, 5})}, product).gradients[0], (List{0, 10, 0}));
    EXPECT_EQ(run({vector_of({0, 0, 5})}, product).gradients[0], (List{0, 0, 0}));
    auto running = [](GraphBuilder& b, const std::vector<Value>& v) {
        return cumulative(b, v[0], "product", 0, false);
    };
    EXPECT_EQ(run({vector_of({2, 0, 5})}, running).gradients[0], (List{1, 12, 0}));
}

TEST(Empty, ReductionsGiveTheNeutralElement) {
    for (auto [op, neutral] : {std::pair{"reduce_sum", 0.0}, {"reduce_max", -kInfinity}, {"reduce_product", 1.0}}) {
        auto reduced = [name = op](GraphBuilder& b, const std::vector<Value>& v) { return reduce(b, name, v[0], {0}); };
        EXPECT_EQ(run({vector_of({})}, reduced).value, (List{neutral})) << op;
    }
    auto dot = [](GraphBuilder& b, const std::vector<Value>& v) { return einsum(b, "a,a->", {v[0], v[0]}); };
    EXPECT_EQ(run({vector_of({})}, dot).value, (List{0}));
}

TEST(Softmax, DoesNotOverflow) {
    auto soft = [](GraphBuilder& b, const std::vector<Value>& v) {
        return b.add("softmax", {v[0]}, {{"axis", std::int64_t{0}}});
    };
    EXPECT_EQ(run({vector_of({1000, 1000})}, soft).value, (List{0.5, 0.5}));
    auto in_log = [](GraphBuilder& b, const std::vector<Value>& v) {
        return b.add("log_softmax", {v[0]}, {{"axis", std::int64_t{0}}});
    };
    EXPECT_EQ(run({vector_of({0, -2000})}, in_log).value, (List{0, -2000}));
    EXPECT_EQ(run({1000, -1000}, "softplus").value, (List{1000, 0}));
    auto expanded = [](const char* op) {
        return [op](GraphBuilder& b, const std::vector<Value>& v) {
            return op_named(op).expand(b, Node{&op_named(op), v, {{"axis", std::int64_t{0}}}, {}, nullptr, {}}, v)[0];
        };
    };
    EXPECT_EQ(run({vector_of({1000, 1000})}, expanded("softmax")).value, (List{0.5, 0.5}));
    EXPECT_EQ(run({vector_of({0, -2000})}, expanded("log_softmax")).value, (List{0, -2000}));
    EXPECT_EQ(run({vector_of({2000, 0})}, expanded("log_softmax")).value, (List{0, -2000}));
}

// A composite's expansion means what its record evaluates, and has the same derivative.
TEST(Composites, ExpandToTheSame) {
    Random random(5);
    for (const OpRecord* op : all_ops()) {
        if (op->expand == nullptr) continue;
        for (int i = 0; i < 40; ++i) {
            std::optional<Application> application;
            while (!application || !is_floating(application->operands[0].dtype))
                application = random_application(*op, random, DType::kF64);
            const TypeResult types = infer_types(*op, TypeContext{application->operands, application->attributes});
            std::vector<Tensor<double>> operands;
            for (std::size_t k = 0; k < application->operands.size(); ++k)
                operands.push_back(random_operand(*op, *application, k, random));
            auto weighted = [&](GraphBuilder& b,
                                Value y) {  // so that the derivative of a sum of ones is not all there is
                return multiply(b, y, unary(b, "sin", y));
            };
            Results own = run(operands, [&](GraphBuilder& b, const auto& v) {
                return weighted(b, b.add(*op, v, application->attributes));
            });
            Results expanded = run(operands, [&](GraphBuilder& b, const auto& v) {
                Node node{op, v, application->attributes, std::get<0>(types), nullptr, {}};
                return weighted(b, op->expand(b, node, v)[0]);
            });
            ASSERT_EQ(own.value.size(), expanded.value.size());
            // Relative to the largest element: sums come in another order.
            const auto close = [](const auto& actual, const auto& wanted, double bound) {
                double largest = 1;
                for (double element : wanted) largest = std::max(largest, std::abs(element));
                for (std::size_t e = 0; e < wanted.size(); ++e) EXPECT_NEAR(actual[e], wanted[e], bound * largest);
            };
            close(expanded.value, own.value, 1e-13);
            close(expanded.gradients[0], own.gradients[0], 1e-12);
        }
    }
}

TEST(Duals, NestForSecondDerivatives) {
    using Second = DualOver<Dual>;
    // f = sigmoid(x) tanh(x) + pow(x, 3) / exp(x) at x, against derivatives of second order by central differences.
    auto f = [](auto x) {
        using std::exp, std::pow, std::tanh;
        using S = decltype(x);
        return S(sigmoid(x) * tanh(x) + pow(x, S(3.0)) / exp(x));
    };
    const double x = 0.7, h = 1e-4;
    const Second y = f(Second(Dual(x, 1.0), Dual(1.0, 0.0)));
    EXPECT_DOUBLE_EQ(y.value.value, f(x));
    EXPECT_NEAR(y.value.tangent, (f(x + h) - f(x - h)) / (2 * h), 1e-7);
    EXPECT_DOUBLE_EQ(y.value.tangent, y.tangent.value);
    EXPECT_NEAR(y.tangent.tangent, (f(x + h) - 2 * f(x) + f(x - h)) / (h * h), 1e-6);
}

TEST(RandomBits, DependOnEachKeyAndNothingElse) {
    const RandomStream stream("dropout_1", 7, 3, 0);
    double sum = 0;
    for (std::int64_t i = 0; i < 10'000; ++i) {
        const double x = stream.uniform(i);
        ASSERT_TRUE(x >= 0 && x < 1 && x * 0x1p24 == std::floor(x * 0x1p24));
        sum += x;
    }
    EXPECT_NEAR(sum / 10'000, 0.5, 0.015);  // five standard deviations
    EXPECT_EQ(stream.uniform(5), RandomStream("dropout_1", 7, 3, 0).uniform(5));
    for (const RandomStream& other : {RandomStream("dropout_2", 7, 3, 0), RandomStream("dropout_1", 8, 3, 0),
                                      RandomStream("dropout_1", 7, 4, 0), RandomStream("dropout_1", 7, 3, 1)}) {
        EXPECT_NE(stream.uniform(5), other.uniform(5));
    }
    EXPECT_EQ(site_hash(""), 2166136261U);
    EXPECT_EQ(site_hash("a"), 0xE40C292CU);  // of the FNV authors' test vectors
}

TEST(Slices, CountAsPythonDoes) {
    EXPECT_EQ(slice_range(5, 1, 4, 2), (SliceRange{1, 2, 2}));
    EXPECT_EQ(slice_range(5, kSliceEnd, -1, -1), (SliceRange{4, -1, 5}));
    EXPECT_EQ(slice_range(5, 4, 0, -3), (SliceRange{4, -3, 2}));
    EXPECT_EQ(slice_range(2, 5, kSliceEnd, 1), (SliceRange{2, 1, 0}));
    EXPECT_EQ(slice_range(0, kSliceEnd, -1, -1), (SliceRange{-1, -1, 0}));
    EXPECT_EQ(slice_range(5, 0, 6, 1), std::nullopt);
    EXPECT_EQ(slice_range(5, 0, 5, 0), std::nullopt);
    EXPECT_EQ(slice_range(5, 0, 5, INT64_MIN), std::nullopt);
    EXPECT_EQ(padded_extent(3, 1, 2, 1), 8);
    EXPECT_EQ(padded_extent(0, 1, 2, 9), 3);
    EXPECT_EQ(padded_extent(3, -2, -2, 0), std::nullopt);
    EXPECT_EQ(padded_extent(INT64_MAX, 1, 0, 0), std::nullopt);
}

// AUC's shape: sort 10,000 rows, gather by the order, sum up. A quadratic sort would take seconds.
TEST(Evaluator, SortsTenThousandRowsQuickly) {
    Random random(3);
    Tensor<double> x = random_tensor(Type{DType::kF64, {10'000}}, random);
    const auto start = std::chrono::steady_clock::now();
    Results r = run({x}, [](GraphBuilder& b, const std::vector<Value>& v) {
        Value order = b.add("argsort", {v[0]}, {{"axis", std::int64_t{0}}});
        return cumulative(b, gather(b, v[0], order, 0), "sum", 0, false);
    });
    EXPECT_LT(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count(), 1.0);
    EXPECT_NEAR(r.value.back(), x.elements.sum(), 1e-8);
}

}  // namespace
}  // namespace nncc::testing
