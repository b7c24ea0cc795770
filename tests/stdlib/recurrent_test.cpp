// Recurrent layers against loops written here, and `process` in blocks against `forward` of all at once.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "program.h"

namespace nncc::testing {

namespace {

using Vector = std::vector<double>;

double logistic(double x) { return 1 / (1 + std::exp(-x)); }

// row x matrix [row.size(), columns] + bias
Vector affine(const Vector& row, const Array& matrix, const Array* bias) {
    const auto columns = static_cast<std::size_t>(matrix.extents[1]);
    Vector result(columns, 0);
    for (std::size_t j = 0; j < columns; ++j) {
        if (bias != nullptr) result[j] = bias->elements[j];
        for (std::size_t i = 0; i < row.size(); ++i) result[j] += row[i] * matrix.elements[i * columns + j];
    }
    return result;
}

struct State {
    Vector h, c;
};
using Step = std::function<void(const Vector& input, State& state)>;

// [batch, time, units] of a step from zeros.
Vector run_steps(const Array& x, std::size_t units, const Step& step, bool last_only = false) {
    const auto batch = static_cast<std::size_t>(x.extents[0]);
    const auto time = static_cast<std::size_t>(x.extents[1]);
    const auto inputs = static_cast<std::size_t>(x.extents[2]);
    Vector result;
    for (std::size_t b = 0; b < batch; ++b) {
        State state{Vector(units, 0), Vector(units, 0)};
        for (std::size_t t = 0; t < time; ++t) {
            const auto from = x.elements.begin() + static_cast<std::ptrdiff_t>((b * time + t) * inputs);
            step(Vector(from, from + static_cast<std::ptrdiff_t>(inputs)), state);
            if (!last_only || t + 1 == time) result.insert(result.end(), state.h.begin(), state.h.end());
        }
    }
    return result;
}

// Fills w, u, b and b_recurrent of a layer, as far as it has them, with random numbers.
void draw_weights(TestProgram& program, const std::string& layer) {
    unsigned seed = 11;
    for (const char* name : {"w", "u", "b", "b_recurrent"}) {
        auto found = program.storages().find(layer + "." + name);
        if (found != program.storages().end()) found->second = random_array(found->second.extents, -1, 1, seed);
        ++seed;
    }
}

const Array* weight(TestProgram& program, const std::string& name) {
    auto found = program.storages().find(name);
    return found == program.storages().end() ? nullptr : &found->second;
}

std::string model_of(const std::string& layer) { return "model m(x: f32[batch, 6, 3]) { " + layer + " }"; }

TEST(Recurrent, SimpleRnnIsItsFormula) {
    const Array x = random_array({2, 6, 3}, -1, 1, 1);
    for (const std::string& more : {std::string(), std::string(", recurrent_bias = true, activation = sigmoid"),
                                    std::string(", stateful = false, return_sequences = false")}) {
        SCOPED_TRACE(more);
        TestProgram program(model_of("simple_rnn(x, 4" + more + ")"));
        ASSERT_TRUE(program.is_valid());
        draw_weights(program, "simple_rnn_1");
        const bool logistic_activation = more.find("sigmoid") != std::string::npos;
        auto step = [&](const Vector& input, State& state) {
            Vector sum = affine(input, *weight(program, "simple_rnn_1.w"), weight(program, "simple_rnn_1.b"));
            Vector back =
                affine(state.h, *weight(program, "simple_rnn_1.u"), weight(program, "simple_rnn_1.b_recurrent"));
            for (std::size_t k = 0; k < 4; ++k) {
                const double z = sum[k] + back[k];
                state.h[k] = logistic_activation ? logistic(z) : std::tanh(z);
            }
        };
        const bool last = more.find("return_sequences") != std::string::npos;
        expect_near(program.run("forward", {{"x", x}})["output"].elements, run_steps(x, 4, step, last));
    }
}

TEST(Recurrent, LstmIsItsFormulaInEachOrderOfGates) {
    const Array x = random_array({2, 6, 3}, -1, 1, 2);
    struct Case {
        std::string more;
        std::size_t i, f, g, o;
        bool last;
    };
    for (const Case& one :
         {Case{"", 0, 1, 2, 3, false}, Case{", order = \"iofg\", recurrent_bias = true", 0, 2, 3, 1, false},
          Case{", order = \"igfo\", stateful = false, return_sequences = false", 0, 2, 1, 3, true}}) {
        SCOPED_TRACE(one.more);
        TestProgram program(model_of("lstm(x, 5" + one.more + ")"));
        ASSERT_TRUE(program.is_valid());
        // The forget gate's bias starts at 1, wherever it is.
        Vector bias(20, 0);
        for (std::size_t k = 0; k < 5; ++k) bias[one.f * 5 + k] = 1;
        expect_near(program.storages()["lstm_1.b"].elements, bias);
        draw_weights(program, "lstm_1");
        auto step = [&](const Vector& input, State& state) {
            Vector sum = affine(input, *weight(program, "lstm_1.w"), weight(program, "lstm_1.b"));
            Vector back = affine(state.h, *weight(program, "lstm_1.u"), weight(program, "lstm_1.b_recurrent"));
            for (std::size_t k = 0; k < 20; ++k) sum[k] += back[k];
            for (std::size_t k = 0; k < 5; ++k) {
                auto gate = [&](std::size_t place) { return sum[place * 5 + k]; };
                state.c[k] = logistic(gate(one.f)) * state.c[k] + logistic(gate(one.i)) * std::tanh(gate(one.g));
                state.h[k] = logistic(gate(one.o)) * std::tanh(state.c[k]);
            }
        };
        expect_near(program.run("forward", {{"x", x}})["output"].elements, run_steps(x, 5, step, one.last));
    }
}

TEST(Recurrent, GruIsItsFormulaWithTheResetBeforeAndAfter) {
    const Array x = random_array({2, 6, 3}, -1, 1, 3);
    for (const char* order : {"zrn", "rzn"}) {
        for (const char* after : {"true", "false"}) {
            for (const char* bias : {"true", "false"}) {
                const std::string more =
                    std::string(", order = \"") + order + "\", reset_after = " + after + ", recurrent_bias = " + bias;
                SCOPED_TRACE(more);
                TestProgram program(model_of("gru(x, 4" + more + ")"));
                ASSERT_TRUE(program.is_valid());
                draw_weights(program, "gru_1");
                const std::size_t z = order[0] == 'z' ? 0 : 1;
                auto step = [&](const Vector& input, State& state) {
                    const Array& u = *weight(program, "gru_1.u");
                    const Array* b = weight(program, "gru_1.b_recurrent");
                    Vector sum = affine(input, *weight(program, "gru_1.w"), weight(program, "gru_1.b"));
                    Vector back = affine(state.h, u, b);
                    Vector update(4), reset(4), scaled(4);
                    for (std::size_t k = 0; k < 4; ++k) {
                        update[k] = logistic(sum[4 * z + k] + back[4 * z + k]);
                        reset[k] = logistic(sum[4 * (1 - z) + k] + back[4 * (1 - z) + k]);
                        scaled[k] = reset[k] * state.h[k];
                    }
                    Vector before = affine(scaled, u, b);
                    for (std::size_t k = 0; k < 4; ++k) {
                        const double inner = after[0] == 't' ? reset[k] * back[8 + k] : before[8 + k];
                        state.h[k] = update[k] * state.h[k] + (1 - update[k]) * std::tanh(sum[8 + k] + inner);
                    }
                };
                expect_near(program.run("forward", {{"x", x}})["output"].elements, run_steps(x, 4, step));
            }
        }
    }
}

TEST(Recurrent, GatesComeInTheOrderThatIsNamed) {
    const Array x{{1, 4}, {1, 2, 3, 4}};
    for (const auto& [order, expected] :
         std::map<std::string, Vector>{{"ifgo", {1, 2, 3, 4}}, {"iofg", {1, 3, 4, 2}}, {"igfo", {1, 3, 2, 4}}}) {
        expect_near(forward("model m(x: f32[batch, 4]) { concatenate(lstm_gates(x, \"" + order + "\"), axis = 1) }",
                            {{"x", x}}),
                    expected);
    }
    for (const auto& [order, expected] : std::map<std::string, Vector>{{"zrn", {1, 2, 3}}, {"rzn", {2, 1, 3}}}) {
        expect_near(forward("model m(x: f32[batch, 3]) { concatenate(gru_gates(x, \"" + order + "\"), axis = 1) }",
                            {{"x", {{1, 3}, {1, 2, 3}}}}),
                    expected);
    }
    TestProgram program("model m(x: f32[batch, 6]) { dense(x, 6, bias = false, init = gate_bias(1, 3, 0.5)) }");
    expect_near(program.run("forward", {{"x", {{1, 6}, {1, 0, 0, 0, 0, 0}}}})["output"].elements,
                {0, 0, 0.5, 0.5, 0, 0});
}

// recurrence and recurrence_with_cell take a step of the user's own.
TEST(Recurrent, RecurrenceTakesAnyStep) {
    const Array x = random_array({2, 6, 3}, -1, 1, 4);
    auto step = [](const Vector& input, State& state) {
        for (std::size_t k = 0; k < 3; ++k) {
            const double before = state.h[k];
            state.h[k] = 0.5 * state.h[k] + input[k] + state.c[k];
            state.c[k] = before;
        }
    };
    expect_near(forward(model_of("recurrence_with_cell(x, 3, fn(xt, h, c) { [0.5 * h + xt + c, h] })"), {{"x", x}}),
                run_steps(x, 3, step));
    expect_near(
        forward(model_of("recurrence(x, 3, fn(xt, h) { maximum(h, xt) }, return_sequences = false)"), {{"x", x}}),
        run_steps(
            x, 3,
            [](const Vector& input, State& state) {
                for (std::size_t k = 0; k < 3; ++k) state.h[k] = std::max(state.h[k], input[k]);
            },
            true));
}

Vector reversed_in_time(const Vector& x, std::size_t batch, std::size_t time, std::size_t width) {
    Vector result;
    for (std::size_t b = 0; b < batch; ++b) {
        for (std::size_t t = time; t-- > 0;) {
            const auto from = x.begin() + static_cast<std::ptrdiff_t>((b * time + t) * width);
            result.insert(result.end(), from, from + static_cast<std::ptrdiff_t>(width));
        }
    }
    return result;
}

TEST(Recurrent, BidirectionalHasTwoLayersOneOfThemTurnedRound) {
    const Array x = random_array({2, 6, 3}, -1, 1, 5);
    Array back = x;
    back.elements = reversed_in_time(x.elements, 2, 6, 3);
    for (const std::string& sequences : {std::string("true"), std::string("false")}) {
        const std::string layer = "gru(q, 4, stateful = false, return_sequences = " + sequences + ")";
        TestProgram one(model_of("fn(q) { " + layer + " }(x)"));
        ASSERT_TRUE(one.is_valid());
        struct Merge {
            std::string name;
            std::function<double(double, double)> apply;
        };
        for (const Merge& merge :
             {Merge{"concatenate", nullptr}, Merge{"sum", [](double a, double b) { return a + b; }},
              Merge{"mean", [](double a, double b) { return (a + b) / 2; }},
              Merge{"product", [](double a, double b) { return a * b; }}}) {
            TestProgram both(model_of("bidirectional(x, fn(q) { " + layer + " }, merge = \"" + merge.name + "\")"));
            ASSERT_TRUE(both.is_valid());
            auto output = [&](const std::string& path, const Array& input) {
                for (const char* name : {".w", ".u", ".b", ".b_recurrent"}) {
                    const Array* from = weight(both, "bidirectional_1." + path + ".gru_1" + name);
                    EXPECT_NE(from, nullptr) << path << name;
                    if (from != nullptr) one.storages()["fn_1.gru_1" + std::string(name)] = *from;
                }
                return one.run("forward", {{"x", input}})["output"].elements;
            };
            Vector ahead = output("forward", x);
            Vector turned = output("backward", back);
            const std::size_t steps = sequences == "true" ? 6 : 1;
            turned = reversed_in_time(turned, 2, steps, 4);
            Vector expected;
            for (std::size_t row = 0; row < 2 * steps; ++row) {
                for (std::size_t k = 0; k < 4; ++k)
                    expected.push_back(merge.apply ? merge.apply(ahead[row * 4 + k], turned[row * 4 + k])
                                                   : ahead[row * 4 + k]);
                for (std::size_t k = 0; k < 4 && !merge.apply; ++k) expected.push_back(turned[row * 4 + k]);
            }
            expect_near(both.run("forward", {{"x", x}})["output"].elements, expected);
        }
    }
}

// ---- process ----

// Rows [from, from + count) along axis 1 of [batch, time, width].
Array block_of(const Array& x, std::int64_t from, std::int64_t count) {
    Array block{{x.extents[0], count, x.extents[2]}, {}};
    for (std::int64_t b = 0; b < x.extents[0]; ++b) {
        const auto begin = x.elements.begin() + (b * x.extents[1] + from) * x.extents[2];
        block.elements.insert(block.elements.end(), begin, begin + count * x.extents[2]);
    }
    return block;
}

void expect_same_in_blocks(const std::string& text, const Array& x, const std::vector<std::int64_t>& sizes) {
    TestProgram program(text);
    ASSERT_TRUE(program.is_valid());
    const Array whole = program.run("forward", {{"x", x}})["output"];
    const std::map<std::string, Array> fresh = program.storages();
    for (std::int64_t size : sizes) {
        SCOPED_TRACE(size);
        program.storages() = fresh;
        const bool last_only = whole.extents.size() == 2;
        Array blocks = whole;
        std::fill(blocks.elements.begin(), blocks.elements.end(), NAN);
        for (std::int64_t from = 0; from < x.extents[1]; from += size) {
            const std::int64_t count = std::min(size, x.extents[1] - from);
            const Array part = program.run("process", {{"x", block_of(x, from, count)}})["output"];
            if (last_only) {
                blocks = part;
                continue;
            }
            const std::int64_t width = whole.extents[2];
            for (std::int64_t b = 0; b < x.extents[0]; ++b) {
                std::copy_n(part.elements.begin() + b * count * width, count * width,
                            blocks.elements.begin() + (b * x.extents[1] + from) * width);
            }
        }
        // Sums of at most 20 products near 1, in an order that may depend on the block: 20 * 2^-53 a step, forgotten
        // within some ten steps.
        expect_near(blocks.elements, whole.elements, 1e-13);
    }
}

TEST(Process, GivesBlockByBlockWhatForwardGivesAtOnce) {
    const Array x = random_array({1, 1000, 1}, -1, 1, 6);
    expect_same_in_blocks(R"(
fn own_lstm(x: f32[batch, time, inputs], units: int) -> f32[batch, time, units] {
    param w: f32[inputs, 4 * units] = glorot_uniform
    param u: f32[units, 4 * units]  = orthogonal
    param b: f32[4 * units]         = zeros
    stream h: f32[batch, units] = zeros
    stream c: f32[batch, units] = zeros
    scan xt in x along time {
        let [i, f, g, o] = split(xt @ w + h @ u + b, 4)
        c <- sigmoid(f) * c + sigmoid(i) * tanh(g)
        h <- sigmoid(o) * tanh(c)
        yield h
    }
}
model m(x: f32[batch, time, 1]) -> f32[batch, time, 1] { x + (x |> own_lstm(20) |> dense(1)) }
)",
                          x, {1, 7, 64, 1000});
}

TEST(Process, WorksThroughStacksOfLayersAndGivesTheLastStep) {
    const Array x = random_array({2, 30, 3}, -1, 1, 7);
    expect_same_in_blocks(
        "model m(x: f32[2, time, 3]) { x |> gru(4) |> layer_norm |> simple_rnn(5) |> dense(4) |> softmax }", x,
        {1, 4, 30});
    expect_same_in_blocks(
        "model m(x: f32[2, time, 3]) { x |> lstm(4) |> lstm(3, return_sequences = false) |> dense(2) }", x, {1, 4, 30});
    expect_same_in_blocks("model m(x: f32[2, time, 3]) { let y = gru(x, 4)\n y[:, -1] }", x, {1, 4, 30});
}

// A layer along the features of each step, and one that keeps two steps of the past by itself.
TEST(Process, WorksForStreamsChangedStepByStep) {
    const Array x = random_array({2, 30, 3}, -1, 1, 8);
    expect_same_in_blocks(R"(
model m(x: f32[2, time, 3]) -> f32[2, time, 3] {
    scan xt in x along time { yield xt |> inner |> smooth }
}
fn inner(xt: f32[batch, n]) -> f32[batch, n] {
    carry sum: f32[batch] = zeros
    scan element in xt along n {
        sum <- sum + element
        yield sum
    }
}
fn smooth(xt: f32[batch, n]) -> f32[batch, n] {
    stream a: f32[batch, n] = zeros
    stream b: f32[batch, n] = constant(0.5)
    let y = xt + 0.5 * a - 0.25 * b
    b <- a
    a <- y
    y
}
)",
                          x, {1, 4, 30});
}

}  // namespace

}  // namespace nncc::testing
