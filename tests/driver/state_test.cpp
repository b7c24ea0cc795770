// What `forward` keeps from call to call: states that it changes and random bits, in emitted C++ and through its C
// functions.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "run_nncc.h"

namespace nncc::testing {
namespace {

TEST(State, LivesInTheModel) {
    const RunResult result = run_emitted(R"(model m(x: f32[batch, 2]) -> f32[batch, 2] {
    state calls: f32 = 10.0
    calls <- calls + 1.0
    x * calls
}
)",
                                         R"(#include "m.h"
#include "m_c.h"
#include <cstdio>
static m::Weights weights;
static m::Packed packed;
int main() {
    m::initialize(weights, 1);
    m::pack(weights, packed);
    m::Model<1> one(packed), other(packed);
    const float x[2] = {1, 2};
    float y[2];
    const auto call = [&](m::Model<1>& model) { model.forward(x, y); std::printf("%g %g\n", double(y[0]), double(y[1])); };
    call(one); call(one); call(other);
    weights.calls = 100;
    m::pack(weights, packed);
    call(one);
    one.restart();
    call(one);
    alignas(64) static unsigned char memory[sizeof(m::Model<1>)];
    m_model_init(memory, &packed);
    m_forward(memory, x, y);
    std::printf("%g %d\n", double(y[0]), m::selftest());
}
)");
    EXPECT_EQ(result.exit_code, 0) << result.errors;
    EXPECT_EQ(result.output, "11 22\n12 24\n11 22\n13 26\n101 202\n101 0\n");
}

// The embedded vectors are the evaluator's: the same bits for two calls one after the other.
TEST(State, RandomBitsAreOfTheSeedAndTheCall) {
    const RunResult result = run_emitted(R"(model m(x: f32[batch, 1000]) -> f32[batch, 1000] {
    x + random_normal(shape(x))
}
)",
                                         R"(#include "m.h"
#include <cmath>
#include <cstdio>
#include <cstring>
static m::Weights weights;
static m::Packed packed;
static float zero[1000], a[1000], b[1000], c[1000];
int main() {
    m::initialize(weights, 1);
    m::pack(weights, packed);
    m::Model<1> model(packed), same(packed);
    model.forward(zero, a);
    model.forward(zero, b);
    same.forward(zero, c);
    std::printf("%d %d", std::memcmp(a, b, sizeof a) == 0, std::memcmp(a, c, sizeof a) == 0);
    same.reseed(7);
    same.forward(zero, c);
    std::printf(" %d", std::memcmp(a, c, sizeof a) == 0);
    model.reseed(7);
    model.forward(zero, b);
    std::printf(" %d", std::memcmp(b, c, sizeof b) == 0);
    double sum = 0, squares = 0, product = 0;
    for (int call = 0; call < 100; ++call) {
        model.forward(zero, a);
        for (int i = 0; i < 1000; ++i) {
            sum += double(a[i]);
            squares += double(a[i]) * double(a[i]);
            product += double(a[i]) * double(b[i]);
        }
        std::memcpy(b, a, sizeof a);
    }
    // Four deviations of the mean, of the variance and of the correlation of neighbouring calls.
    std::printf(" %d %d %d %d\n", std::fabs(sum / 1e5) < 4 / std::sqrt(1e5), std::fabs(squares / 1e5 - 1) < 4 * std::sqrt(2 / 1e5),
                std::fabs(product / 1e5) < 4 / std::sqrt(1e5), m::selftest());
}
)");
    EXPECT_EQ(result.exit_code, 0) << result.errors;
    EXPECT_EQ(result.output, "0 1 0 1 1 1 1 0\n");
}

// A state that a scan along time carries lives on in `process` as it does in `forward`.
TEST(State, GoesOnFromBlockToBlock) {
    const RunResult result = run_emitted(R"(model m(x: f32[batch, time, 1]) -> f32[batch, time, 1] {
    state total: f32[1] = zeros
    scan now in x along time {
        total <- total + sum(now, axis = 0)
        yield now * 0.0 + total
    }
}
)",
                                         R"(#include "m.h"
#include <cstdio>
static m::Weights weights;
static m::Packed packed;
int main() {
    m::initialize(weights, 1);
    m::pack(weights, packed);
    m::Model<1> blocks(packed), whole(packed);
    const float x[5] = {1, 2, 3, 4, 5};
    float y[5];
    bool fits = blocks.process(2, {x, 2}, {y, 2});
    fits = blocks.process(3, {x + 2, 3}, {y + 2, 3}) && fits;
    std::printf("%d %g %g %g\n", fits, double(y[1]), double(y[2]), double(y[4]));
    fits = whole.forward(5, {x, 5}, {y, 5});
    std::printf("%d %g", fits, double(y[4]));
    fits = whole.forward(1, {x, 1}, {y, 1});
    std::printf(" %g\n", double(y[0]));
}
)",
                                         {"-D", "time<=8"});
    EXPECT_EQ(result.exit_code, 0) << result.errors;
    EXPECT_EQ(result.output, "1 3 6 15\n1 15 16\n");
}

TEST(State, OfCallsIsNoMatterOfBlocks) {
    const ScratchFolder folder;
    folder.write("m.nn", R"(model m(x: f32[batch, time, 1]) -> f32[batch, time, 1] {
    state calls: f32 = 0.0
    calls <- calls + 1.0
    x * calls |> simple_rnn(2) |> dense(1)
}
)");
    const RunResult result = run_nncc({"m.nn", "-o", "m.cpp", "-D", "time<=8"}, {folder.path(), "", ""});
    EXPECT_EQ(result.exit_code, 0) << result.errors;
    EXPECT_NE(result.errors.find("no `process`: `calls"), std::string::npos) << result.errors;
    EXPECT_EQ(read_text(folder.file("m.h")).find("process("), std::string::npos);
}

}  // namespace
}  // namespace nncc::testing
