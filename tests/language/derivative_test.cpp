// `derivative`: against JAX's values (data/derivative.json), analytic ones, and emitted code.
#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "base/file.h"
#include "emitted_model.h"
#include "passes/pipeline.h"

namespace nncc::testing {
namespace {

// Both sides work in double; sums have at most a few hundred terms of order 10.
constexpr double kDerivativeBound = 1e-11;

class NoFiles : public SourceLoader {
  public:
    Expected<const SourceFile*> load(const std::string&) override {
        return Error{nullptr, "there is no such file", "", {}, ExitCode::kEnvironment};
    }
};

struct Program64 {
    SourceFile source;
    NoFiles files;
    Diagnostics diagnostics;
    std::optional<CompiledModel> model;
    explicit Program64(const std::string& text) : source{"m.nn", text} {
        AnalyseOptions options;
        options.real_f64 = true;
        model = analyse(source, "m", options, files, diagnostics);
    }
    std::string errors() const {
        std::string text;
        for (const Diagnostic& diagnostic : diagnostics.all()) text += render_text(diagnostic, false);
        return text;
    }
};

Tensors tensors_of(const nlohmann::json& values) {
    Tensors result;
    for (const auto& [name, value] : values.items()) {
        result[name] =
            make_tensor(DType::kF64, value["shape"].get<Extents>(), value["elements"].get<std::vector<double>>());
    }
    return result;
}

Tensors evaluate_pack(const CompiledProgram& compiled, const Bindings<double>& bindings) {
    const auto pack = compiled.program.entries.find("pack");
    return pack == compiled.program.entries.end() ? Tensors{} : evaluate(pack->second, bindings).stores;
}

// Evaluates an entry of the program at a case's inputs and storages, and compares every output the case has.
void expect_case(const std::string& name, const std::string& text, const std::string& entry) {
    Expected<std::string> file = read_file(std::string(NNCC_SOURCE_DIR) + "/tests/language/data/derivative.json");
    ASSERT_TRUE(file);
    const nlohmann::json one = nlohmann::json::parse(*file)["cases"][name];
    Program64 program(text);
    ASSERT_TRUE(program.model) << program.errors();
    Bindings<double> bindings;
    bindings.inputs = tensors_of(one["inputs"]);
    bindings.storages = tensors_of(one["storages"]);
    const std::int64_t batch = bindings.inputs.begin()->second.extents[0];
    program.model->program.dims["batch"] = {batch, false};
    bindings.dims["batch"] = batch;
    Expected<CompiledProgram> compiled = run_pipeline(program.model->program);
    ASSERT_TRUE(compiled) << compiled.error().message;
    for (auto& [storage, tensor] : evaluate_pack(*compiled, bindings)) bindings.storages[storage] = tensor;
    // As made, and after all passes.
    const std::map<std::string, Graph>& made = program.model->program.entries;
    const std::map<std::string, Graph>& done = compiled->program.entries;
    for (const std::map<std::string, Graph>* entries : {&made, &done}) {
        if (!entries->contains(entry)) continue;
        const Graph* graph = &entries->at(entry);
        const Tensors outputs = evaluate(*graph, bindings).outputs;
        for (const auto& [output, expected] : tensors_of(one["outputs"])) {
            ASSERT_TRUE(outputs.contains(output)) << output;
            EXPECT_LT(distance(outputs.at(output), expected), kDerivativeBound) << name << " " << output;
        }
    }
}

TEST(Derivative, OfOrdersOneToThree) {
    expect_case("orders", R"(
fn f(q: f32[...]) { tanh(q) ** 2 * sin(q) + q ** 3 * exp(-q) }
fn first(q: f32[...]) { derivative(f, q) }
fn second(q: f32[...]) { derivative(first, q) }
model m(x: f32[batch, 3]) -> [first: f32[batch, 3], second: f32[batch, 3], third: f32[batch, 3]] {
    [derivative(f, x), second(x), derivative(second, x)]
}
)",
                "forward");
}

TEST(Derivative, HessianVectorProduct) {
    expect_case("hessian_vector", R"(
model m(w: f32[batch, 5], v: f32[batch, 5]) -> f32[batch, 5] {
    param a: f32[5, 7] = zeros
    let f = fn(q) {
        let scores = q @ a
        let top = stop_gradient(max(scores, axis = 1, keep = true))
        sum(log(sum(exp(scores - top), axis = 1)) + reshape(top, [batch])) + 0.1 * sum(q ** 4)
    }
    derivative(fn(q) { sum(derivative(f, q) * v) }, w)
}
)",
                "forward");
}

TEST(Derivative, OfAttentionByItsInput) {
    expect_case("attention", R"(
model m(x: f32[batch, 4, 3]) -> f32[batch, 4, 3] {
    param wq: f32[3, 3] = zeros
    param wk: f32[3, 3] = zeros
    derivative(fn(q) {
        let weights = softmax(einsum("bte, bse -> bts", q @ wq, q @ wk) / sqrt(3))
        let y = weights @ q
        (y - mean(y, axis = -1, keep = true)) ** 2 * q
    }, x)
}
)",
                "forward");
}

constexpr const char* kPhysics = R"(
model m(t: f32[batch, 1]) -> f32[batch, 1] {
    let hidden = dense(t, 8)
    let out = dense(tanh(hidden), 1)
    out
}

train m {
    data      = csv("points.csv")
    t         = column("t")
    u         = column("u")
    slope     = fn(q) { derivative(m, q) }
    residual  = derivative(slope, t) + output
    loss      = mean(residual ** 2) + mean((m(0 * t) - 1) ** 2) + 0 * sum(u)
    metrics   = [mean(absolute(residual))]
    optimizer = sgd(0.01)
}
)";

TEST(Derivative, APhysicsInformedLossAndItsGradient) { expect_case("physics", kPhysics, "gradients"); }

TEST(Derivative, ByParameters) {
    expect_case("penalty", R"(
model m(x: f32[batch, 3]) -> f32[batch, 2] {
    let hidden = dense(x, 4)
    let out = dense(tanh(hidden), 2)
    out
}

train m {
    data      = csv("points.csv")
    x         = columns("a", "b", "c")
    y         = columns("d", "e")
    error     = mean((output - y) ** 2)
    slopes    = derivative(error, by = params)
    weights_1 = derivative(error, by = params("hidden.w"))
    loss      = error + 0.1 * (sum(slopes[0] ** 2) + sum(slopes[1] ** 2) + sum(slopes[2] ** 2) + sum(slopes[3] ** 2)) + 0 * sum(weights_1[0])
    optimizer = sgd(0.01)
}
)",
                "gradients");
}

TEST(Derivative, EqualExpressionsOutsideOfTheFunctionAreConstants) {
    // Both `2 * x` are one node of the graph; only that of the function counts.
    Program64 program(R"(
model m(x: f32[batch]) -> f32[batch] {
    let a = 2 * x
    derivative(fn(q) { a * (2 * q) }, x)
}
)");
    ASSERT_TRUE(program.model) << program.errors();
    Bindings<double> bindings;
    bindings.inputs["x"] = make_tensor(DType::kF64, {3}, {1, 2, 3});
    bindings.dims["batch"] = 3;
    const Tensor<double> output = evaluate(program.model->program.entries.at("forward"), bindings).outputs.at("output");
    for (Eigen::Index k = 0; k < 3; ++k) EXPECT_EQ(output.elements[k], 4.0 * static_cast<double>(k + 1));
}

TEST(Derivative, StatesAssignedInTheFunctionKeepNoTrace) {
    Program64 program(R"(
model m(x: f32[batch, 2]) -> f32[batch, 2] {
    derivative(fn(q) { batch_norm(q) ** 2 }, x)
}

train m {
    data      = csv("points.csv")
    x         = columns("a", "b")
    loss      = mean(output ** 2)
    optimizer = sgd(0.01)
}
)");
    ASSERT_TRUE(program.model) << program.errors();
    for (const auto& [entry, graph] : program.model->program.entries) {
        for (const Node& node : graph.nodes()) {
            if (node.op->name != "input") continue;
            EXPECT_FALSE(node.attributes.text("name").starts_with("derivative")) << entry;
        }
    }
}

TEST(Derivative, Mistakes) {
    const auto errors = [](const std::string& body) {
        return Program64("model m(x: f32[batch, 2]) {\n    " + body + "\n}\n").errors();
    };
    EXPECT_NE(errors("derivative(x, x)").find("takes a function, and `x` is"), std::string::npos)
        << errors("derivative(x, x)");
    EXPECT_NE(errors("derivative(tanh)").find("needs what to derive by"), std::string::npos)
        << errors("derivative(tanh)");
    EXPECT_NE(errors("derivative(fn(q) { q < 1 }, x)").find("only floating values have a derivative"),
              std::string::npos);
    EXPECT_NE(errors("derivative(sum(x), by = x)").find("`by` takes parameters"), std::string::npos)
        << errors("derivative(sum(x), by = x)");
}

TEST(Derivative, EmittedTrainingFollowsTheEvaluator) {
    EmittedModel model(kPhysics, {.train_batch = 6});
    ASSERT_TRUE(model.is_valid());
    model.start(5);
    const Tensors arguments{{"t", random_tensor(DType::kF32, {6, 1}, 0, 3, 1)},
                            {"u", random_tensor(DType::kF32, {6, 1}, 0, 3, 2)}};
    double before = 0;
    for (int step = 0; step < 20; ++step) {
        const double loss = model.step(arguments);
        EXPECT_NEAR(loss, model.expected_step(arguments), 1e-3 * (1 + std::abs(loss))) << step;
        if (step == 0) before = loss;
    }
    EXPECT_LT(model.step(arguments), before);
}

}  // namespace
}  // namespace nncc::testing
