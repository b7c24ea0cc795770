// Scans against loops written here in C++: sequences, carries, yields, states, reversed and nested scans, random bits.
#include <gtest/gtest.h>

#include <cmath>

#include "program.h"

namespace nncc::testing {

namespace {

std::size_t size(std::int64_t extent) { return static_cast<std::size_t>(extent); }

double at(const Array& x, std::size_t i, std::size_t j, std::size_t k) {
    return x.elements[(i * size(x.extents[1]) + j) * size(x.extents[2]) + k];
}

TEST(Scan, RunsAlongANamedAxisAndPutsItsStepsThere) {
    const Array x = random_array({2, 5, 3}, -1, 1, 1);
    Array result = TestProgram(R"(
model m(x: f32[batch, 5, 3]) -> f32[batch, 5, 3] { decayed(x) }
fn decayed(x: f32[batch, time, n]) -> f32[batch, time, n] {
    carry total: f32[batch, n] = zeros
    scan xt in x along time {
        total <- 0.5 * total + xt
        yield total
    }
}
)")
                       .run("forward", {{"x", x}})["output"];
    std::vector<double> expected(30);
    for (std::size_t b = 0; b < 2; ++b) {
        for (std::size_t k = 0; k < 3; ++k) {
            double total = 0;
            for (std::size_t t = 0; t < 5; ++t) expected[(b * 5 + t) * 3 + k] = total = 0.5 * total + at(x, b, t, k);
        }
    }
    expect_near(result.elements, expected);
    EXPECT_EQ(result.extents, x.extents);
}

// `time` is 3, and so are two other extents: the declared type says which axis is meant.
TEST(Scan, FindsItsAxisByTheDeclaredType) {
    const Array x = random_array({3, 3, 3}, -1, 1, 1);
    std::vector<double> expected(27);
    for (std::size_t b = 0; b < 3; ++b) {
        for (std::size_t k = 0; k < 3; ++k) {
            double total = 0;
            for (std::size_t t = 0; t < 3; ++t) expected[(b * 3 + t) * 3 + k] = total += at(x, b, t, k);
        }
    }
    expect_near(forward(R"(
model m(x: f32[3, 3, 3]) -> f32[3, 3, 3] { sums(x) }
fn sums(x: f32[..., time, n]) -> f32[..., time, n] {
    carry total = 0.0 * x[..., 0, :]
    scan xt in x along time {
        total <- total + xt
        yield total
    }
}
)",
                        {{"x", x}}),
                expected);
}

TEST(Scan, TakesSeveralSequencesAndRanges) {
    const Array x = random_array({2, 4, 3}, -1, 1, 2);
    const Array y = random_array({4}, -1, 1, 3);
    std::vector<double> expected;
    for (std::size_t b = 0; b < 2; ++b) {
        for (std::size_t t = 0; t < 4; ++t) {
            for (std::size_t k = 0; k < 3; ++k)
                expected.push_back(at(x, b, t, k) * static_cast<double>(t) + y.elements[t] -
                                   static_cast<double>(t + 3));
        }
    }
    expect_near(forward(R"(
model m(x: f32[batch, 4, 3], y: f32[4]) -> f32[batch, 4, 3] { mixed(x, y) }
fn mixed(x: f32[batch, time, 3], y: f32[time]) {
    scan [t, xt, yt, u] in [0..time, x, y, 3..time + 3] along time { yield xt * f32(t) + yt - f32(u) }
}
)",
                        {{"x", x}, {"y", y}}),
                expected);
}

TEST(Scan, YieldsSeveralAndLeavesTheLastValueOfItsCarries) {
    const Array x = random_array({4, 2}, -1, 1, 4);
    Arrays result = TestProgram(R"(
model m(x: f32[time, 2]) -> [sums: f32[time, 2], products: f32[time], last: f32[2], steps: i32, twice: f32[2]] {
    carry total: f32[2] = 1.0
    carry steps = 0
    let [sums, products] = scan xt in x along time {
        total <- total + xt
        steps <- steps + 1
        yield [total, total[0] * total[1]]
    }
    let last = total
    let count = steps
    scan xt in x along time { total <- total + xt }
    [sums, products, last, count, total]
}
)")
                        .run("forward", {{"x", x}});
    std::vector<double> sums, products;
    double total[2] = {1, 1};
    for (std::size_t t = 0; t < 4; ++t) {
        for (std::size_t k = 0; k < 2; ++k) sums.push_back(total[k] += x.elements[2 * t + k]);
        products.push_back(total[0] * total[1]);
    }
    expect_near(result["sums"].elements, sums);
    expect_near(result["products"].elements, products);
    expect_near(result["last"].elements, {total[0], total[1]});
    expect_near(result["steps"].elements, {4});
    expect_near(result["twice"].elements, {2 * total[0] - 1, 2 * total[1] - 1});
}

TEST(Scan, OfAReversedSliceRunsBackwards) {
    const Array x = random_array({5}, -1, 1, 5);
    std::vector<double> expected(5);
    double total = 0;
    for (std::size_t t = 5; t-- > 0;) expected[t] = total = 0.5 * total + x.elements[t];
    expect_near(forward(R"(
model m(x: f32[time]) -> f32[time] {
    carry total = 0.0
    let backwards = scan xt in x[::-1] along 0 {
        total <- 0.5 * total + xt
        yield total
    }
    backwards[::-1]
}
)",
                        {{"x", x}}),
                expected);
}

// Both are read before and after they change; the order is that of the text.
TEST(Scan, ChangesItsCarriesInTextOrder) {
    expect_near(forward(R"(
model m(x: f32[time]) -> f32[time] {
    carry a = 0.0
    carry b = 1.0
    scan xt in x along time {
        let before = a
        a <- b
        b <- before + b + xt
        yield a
    }
}
)",
                        {{"x", {{7}, {0, 0, 0, 0, 0, 0, 0}}}}),
                {1, 1, 2, 3, 5, 8, 13});
}

TEST(Scan, NestsAndReadsWhatIsAroundIt) {
    const Array x = random_array({3, 4}, -1, 1, 6);
    const Array w = random_array({4}, -1, 1, 7);
    std::vector<double> expected;
    double all = 0;
    for (std::size_t i = 0; i < 3; ++i) {
        double row = 0;
        for (std::size_t j = 0; j < 4; ++j) {
            row = row * 0.5 + x.elements[4 * i + j] * w.elements[j] + all;
            all += row * std::tanh(w.elements[1]);
        }
        expected.push_back(row);
    }
    TestProgram program(R"(
model m(x: f32[rows, columns], w: f32[columns]) -> [each: f32[rows], all: f32] {
    carry all = 0.0
    let each = scan row in x along rows {
        carry sum = 0.0
        scan [element, weight] in [row, w] along 0 {
            sum <- 0.5 * sum + element * weight + all
            all <- all + sum * tanh(w[1])
        }
        yield sum
    }
    [each, all]
}
)");
    Arrays result = program.run("forward", {{"x", x}, {"w", w}});
    expect_near(result["each"].elements, expected);
    expect_near(result["all"].elements, {all});
    // What is the same in each step stands outside of both bodies.
    for (const Node& node : program.program().entries.at("forward").nodes()) {
        if (node.body == nullptr) continue;
        for (const Node& inner : node.body->nodes()) EXPECT_NE(inner.op->name, "tanh");
    }
}

TEST(Scan, CarriesStatesAndSharesParameters) {
    TestProgram program(R"(
model m(x: f32[time, 2]) -> f32[time, 2] {
    scan xt in x along time { yield xt |> scaled |> counted }
}
fn scaled(x: f32[n]) {
    param w: f32[n] = constant(2.0)
    x * w
}
fn counted(x: f32[n]) {
    state calls: f32[] = zeros
    calls <- calls + 1
    x + calls
}
)");
    ASSERT_TRUE(program.is_valid());
    ASSERT_EQ(program.program().storages.size(), 2U);
    EXPECT_EQ(program.program().storages[0].name, "scaled_1.w");
    const Arrays input = {{"x", {{2, 2}, {1, 2, 3, 4}}}};
    expect_near(program.run("forward", input)["output"].elements, {3, 5, 8, 10});
    expect_near(program.storages()["counted_1.calls"].elements, {2});
    expect_near(program.run("forward", input)["output"].elements, {5, 7, 10, 12});
}

// One layer made by `new`, in turns of a `for` that carries two values, in a function value, and in the steps of a
// scan.
TEST(Scan, AppliesOneLayerInTurnsAndSteps) {
    TestProgram program(R"(
model m(x: f32[time, 2]) -> f32[time, 2] {
    let cell = new scaled(3.0)
    let y = x
    let total = 0.0 * x
    let [y, total] = for turn in 0..2 carry [y, total] { [applied(y, fn(q) { cell(q) }), total + y] }
    let stepped = scan yt in y along time { yield cell(yt) + cell.w }
    stepped + total
}
fn scaled(q: f32[..., n], start: float) {
    param w: f32[n] = constant(start)
    q * w
}
fn applied(x: f32[...], f: fn) { f(x) }
)");
    ASSERT_TRUE(program.is_valid());
    ASSERT_EQ(program.program().storages.size(), 1U);
    EXPECT_EQ(program.program().storages[0].name, "cell.w");
    // y = 9 x, total = x + 3 x, stepped = 27 x + 3.
    expect_near(program.run("forward", {{"x", {{2, 2}, {1, 2, 3, 4}}}})["output"].elements, {34, 65, 96, 127});
}

TEST(Scan, StreamsStartAfreshInForward) {
    TestProgram program(R"(
model m(x: f32[time]) -> f32[time] {
    stream total: f32[] = constant(1.0)
    scan xt in x along time {
        total <- total + xt
        yield total
    }
}
)");
    const Arrays input = {{"x", {{3}, {1, 2, 3}}}};
    expect_near(program.run("forward", input)["output"].elements, {2, 4, 7});
    expect_near(program.run("forward", input)["output"].elements, {2, 4, 7});
}

TEST(Scan, HasRandomBitsOfEachStep) {
    TestProgram program(R"(
model m(x: f32[time, 100]) -> f32[time, 100] {
    scan xt in x along time {
        yield scan element in xt along 0 { yield dropout(element, 0.5) }
    }
}
train m {
    x         = array("x")
    data      = npz("x.npz")
    loss      = sum(sum(output, axis = 0) ** 2) / 4
    optimizer = sgd
}
)");
    ASSERT_TRUE(program.is_valid());
    // Each of 200 elements is 0 or 2. Rows that shared their bits would give sums of 0 and 4 only: 100 * 8 / 4; own
    // bits give 0, 2 and 4: 100 * 6 / 4. Elements of one row that shared theirs would give a multiple of 100.
    const double loss = program.run("loss", {{"x", {{2, 100}, std::vector<double>(200, 1.0)}}})["loss"].elements.at(0);
    EXPECT_NEAR(loss, 150, 30);
    EXPECT_NE(std::fmod(loss, 100), 0);
}

TEST(Scan, IsTransparentToConditionsAndUnrolledLoops) {
    expect_near(forward(R"(
model m(x: f32[time, 2], deep: bool = true) -> f32[2] {
    carry h: f32[2] = zeros
    let step = fn(a, b) { 0.5 * a + b }
    scan xt in x along time {
        if deep {
            for layer in 0..2 { h <- step(h, xt) }
        } else {
            h <- xt
        }
    }
    h
}
)",
                        {{"x", {{2, 2}, {1, 2, 4, 8}}}}),
                {0.25 * 1.5 + 6, 0.25 * 3 + 12});
}

}  // namespace

}  // namespace nncc::testing
