// backward, the derivative of forward by the parameters, against differences of forward itself in f64.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "run_nncc.h"

namespace nncc::testing {
namespace {

struct BackwardCase {
    const char* name;
    const char* model;
    const char* data;      // arrays of the program
    const char* forward;   // gives y of kOutputs elements
    const char* backward;  // fills gradient by d
    int outputs;
    std::vector<std::string> options;
};

class Backward : public ::testing::TestWithParam<BackwardCase> {};

// Prints the largest gradient, the largest difference from (L(w + h) - L(w - h)) / 2h for L = sum(d * y), and how many
// elements that are no parameters got a gradient. `h`: differences err by h^2 and by 1e-16 / h.
TEST_P(Backward, IsTheDerivativeOfForward) {
    const BackwardCase& given = GetParam();
    const std::string program = fmt::format(R"(#include "m.h"
#include <cmath>
#include <cstdio>
#include <new>
constexpr int kOutputs = {};
static m::Weights weights, gradient;
static m::Packed packed;
static double y[kOutputs], d[kOutputs];
static double next() {{
    static unsigned bits = 1;
    return double((bits = bits * 1664525u + 1013904223u) >> 8) / double(1 << 24) * 2 - 1;
}}
{}
alignas(64) static unsigned char memory[sizeof(Net)];
static double loss() {{
    m::pack(weights, packed);
    Net& net = *new (memory) Net(packed);
    {}
    double sum = 0;
    for (int k = 0; k < kOutputs; ++k) sum += d[k] * y[k];
    return sum;
}}
int main() {{
    m::initialize(weights, 3);
    for (double& one : d) one = next();
    fill();
    for (const nncc::Tensor& tensor : m::kTensors) {{
        double* values = reinterpret_cast<double*>(reinterpret_cast<unsigned char*>(&weights) + tensor.offset);
        nncc::i64 count = 1;
        for (int axis = 0; axis < tensor.rank; ++axis) count *= tensor.extents[axis];
        for (nncc::i64 k = 0; k < count; ++k) values[k] += 0.05 * (next() + 1);  // zeros of biases move
    }}
    for (double* one = reinterpret_cast<double*>(&gradient); one < reinterpret_cast<double*>(&gradient + 1); ++one)
        *one = 99;
    loss();
    Net& net = *new (memory) Net(packed);
    {}
    double largest = 0, worst = 0;
    int others = 0;
    for (const nncc::Tensor& tensor : m::kTensors) {{
        double* values = reinterpret_cast<double*>(reinterpret_cast<unsigned char*>(&weights) + tensor.offset);
        double* gradients = reinterpret_cast<double*>(reinterpret_cast<unsigned char*>(&gradient) + tensor.offset);
        nncc::i64 count = 1;
        for (int axis = 0; axis < tensor.rank; ++axis) count *= tensor.extents[axis];
        for (nncc::i64 k = 0; k < count; ++k) {{
            if (tensor.kind != nncc::TensorKind::kParam) {{
                others += gradients[k] != 0;
                continue;
            }}
            const double h = 1e-5, before = values[k];
            values[k] = before + h;
            const double above = loss();
            values[k] = before - h;
            const double below = loss();
            values[k] = before;
            largest = std::fmax(largest, std::fabs(gradients[k]));
            const double difference = std::fabs(gradients[k] - (above - below) / (2 * h));
            worst = difference > worst || difference != difference ? difference : worst;
        }}
    }}
    std::printf("%g\n%g\n%d\n", largest, worst, others);
}}
)",
                                            given.outputs, given.data, given.forward, given.backward);
    std::vector<std::string> options{"--real", "f64", "--gradients"};
    options.insert(options.end(), given.options.begin(), given.options.end());
    const RunResult result = run_emitted(given.model, program, options);
    EXPECT_EQ(result.exit_code, 0) << result.errors;
    const std::vector<std::string> lines = split_lines(result.output);
    ASSERT_EQ(lines.size(), 3U) << result.output;
    const double largest = std::stod(lines[0]);
    EXPECT_GT(largest, 0.01);
    EXPECT_LE(std::stod(lines[1]), 1e-7 * largest) << result.output;
    EXPECT_EQ(lines[2], "0") << "elements that no training changes";
}

const BackwardCase kBackwardCases[] = {
    {"dense",
     "model m(x: f32[batch, 5]) -> f32[batch, 3] {\n"
     "    x |> standardize |> dense(20) |> tanh |> dropout(0.5) |> layer_norm |> dense(3) |> softmax\n}\n",
     "using Net = m::Model<4>; static double x[4][5]; static void fill() { for (auto& row : x) for (double& one : row) "
     "one = next(); }",
     "net.forward(x, nncc::Out<double, 4, 3>(y));",
     "net.backward(x, nncc::In<double, 4, 3>(d), gradient);",
     12,
     {"-D", "batch=4"}},
    {"convolution",
     "model m(image: f32[batch, 9, 8, 2]) -> f32[batch, 3] {\n"
     "    image |> conv2d(4, kernel = 3) |> batch_norm |> silu |> max_pool(2) |> flatten |> dense(3)\n}\n",
     "using Net = m::Model<1>; static double x[144]; static void fill() { for (double& one : x) one = next(); }",
     "net.forward(nncc::In<double, 9, 8, 2>(x), y);",
     "net.backward(nncc::In<double, 9, 8, 2>(x), d, gradient);",
     3,
     {}},
    {"recurrent",
     "model m(audio: f32[batch, time, 2]) -> f32[batch, time, 1] {\n    audio |> lstm(5) |> dense(1)\n}\n",
     "using Net = m::Model<1>; static double x[18]; static void fill() { for (double& one : x) one = next(); }",
     "if (!net.forward(9, {x, 18}, {y, 9})) __builtin_trap();",
     "if (net.backward(13, {x, 18}, {d, 9}, gradient) || net.backward(9, {x, 18}, {d, 8}, gradient) || "
     "!net.backward(9, {x, 18}, {d, 9}, gradient)) __builtin_trap();",
     9,
     {"-D", "time<=12"}},
    {"attention",
     "model m(tokens: i32[batch, time]) -> f32[batch, time, 3] {\n"
     "    let x = embedding(tokens, 7, 8) + positional_embedding(time, 8)\n"
     "    x |> transformer_block(heads = 2) |> layer_norm |> dense(3)\n}\n",
     "using Net = m::Model<1>; static int x[6]; static void fill() { int k = 0; for (int& one : x) one = k++ * 3 % 7; "
     "}",
     "if (!net.forward(6, {x, 6}, {y, 18})) __builtin_trap();",
     "if (!net.backward(6, {x, 6}, {d, 18}, gradient)) __builtin_trap();",
     18,
     {"-D", "time<=8"}},
    // Columns summed over many rows go two vectors at a time.
    {"columns",
     "model m(x: f32[batch, 300, 4]) -> [mean: f32[batch, 32], max: f32[batch, 16]] {\n"
     "    let h = x |> dense(32)\n"
     "    let bent = where(h > 0, tanh(h), h * exp(-(h ** 2)))\n"
     "    [10 * mean(bent, axis = 1), max(bent[:, :, 16:], axis = 1)]\n}\n",
     "using Net = m::Model<1>; static double x[1200]; static void fill() { for (double& one : x) one = next(); }",
     "net.forward(nncc::In<double, 300, 4>(x), nncc::Out<double, 32>(y), nncc::Out<double, 16>(y + 32));",
     "net.backward(nncc::In<double, 300, 4>(x), nncc::In<double, 32>(d), nncc::In<double, 16>(d + 32), gradient);",
     48,
     {}},
    // An integer result has no adjoint, and a parameter that no floating result reads has the gradient 0.
    {"several_results",
     "model m(x: f32[batch, 4]) -> [near: f32[batch, 3], which: i32[batch], far: f32[batch, 2]] {\n"
     "    let hidden = x |> dense(6) |> tanh\n    let unread = x |> dense(5)\n"
     "    [dense(hidden, 3), argmax(unread, axis = 1), dense(hidden, 2)]\n}\n",
     "using Net = m::Model<2>; static double x[2][4], near[2][3], far[2][2]; static int which[2];\n"
     "static void fill() { for (auto& row : x) for (double& one : row) one = next(); }",
     "net.forward(x, near, which, far); for (int k = 0; k < 10; ++k) y[k] = k < 6 ? near[k / 3][k % 3] : far[k / 2 - "
     "3][k % 2];",
     "net.backward(x, nncc::In<double, 2, 3>(d), nncc::In<double, 2, 2>(d + 6), gradient);",
     10,
     {"-D", "batch=2"}},
};

INSTANTIATE_TEST_SUITE_P(Models, Backward, ::testing::ValuesIn(kBackwardCases),
                         [](const auto& given) { return given.param.name; });

TEST(BackwardRefusal, SaysWhatForwardDoes) {
    const auto refusal = [](const std::string& model) {
        const ScratchFolder folder;
        folder.write("m.nn", model);
        const RunResult run = run_nncc({"m.nn", "--gradients", "-o", "m.cpp"}, {.folder = folder.path()});
        EXPECT_EQ(run.exit_code, 1);
        EXPECT_EQ(read_text(folder.file("m.cpp")), "");
        return run.errors;
    };
    EXPECT_EQ(refusal("model m(x: f32[batch, 4]) -> i32[batch] {\n    x |> dense(3) |> argmax(axis = 1)\n}\n"),
              "nncc: error[NN0745]: `m` has no `backward`: no result of it is a floating-point number\n");
    EXPECT_EQ(refusal("model m(x: f32[batch, 4]) -> f32[batch, 3] {\n    state calls: f32 = zeros\n"
                      "    calls <- calls + 1.0\n    dense(x, 3) * calls\n}\n"),
              "nncc: error[NN0745]: `m` has no `backward`: `forward` changes the state `calls`\n");
    EXPECT_EQ(refusal("model m(x: f32[batch, 4]) -> f32[batch, 4] {\n    dense(x, 4) + random_normal(shape(x))\n}\n"),
              "nncc: error[NN0745]: `m` has no `backward`: `forward` draws other random bits at each call\n");
}

}  // namespace
}  // namespace nncc::testing
