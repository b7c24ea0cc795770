// Interfaces: several inputs and results, whole numbers and flags, constants, files that import each other.
#include <gtest/gtest.h>

#include "emitted_model.h"

namespace nncc::testing {
namespace {

constexpr double kBound = 1e-5;

TEST(Interface, SeveralInputsAndNamedResultsAreEmittedAndTrained) {
    EmittedModel model(R"(
model pair(left: f32[batch, 3], right: f32[batch, 2], weight: f32) -> [sum: f32[batch, 4], gap: f32[batch]] {
    let tower = new dense(4)
    let a = tower(concatenate([left, right, right], axis = 1)[:, 0:5])
    let b = tower(concatenate([right, left], axis = 1))
    [a + weight * b, mean((a - b) ** 2, axis = 1)]
}

train pair {
    data      = npz("rows.npz")
    left      = array("left")
    right     = array("right")
    weight    = array("weight")
    wanted: f32[batch, 4] = array("wanted")
    loss      = mean((sum - wanted) ** 2) + 0.1 * mean(gap)
    metrics   = [mean(gap)]
    optimizer = adam(0.01)
}
)",
                       {.batch = 3, .train_batch = 3});
    ASSERT_TRUE(model.is_valid());
    Tensors arguments{{"left", random_tensor(DType::kF32, {3, 3}, -1, 1, 1)},
                      {"right", random_tensor(DType::kF32, {3, 2}, -1, 1, 2)},
                      {"weight", random_tensor(DType::kF32, {}, 0, 1, 3)},
                      {"wanted", random_tensor(DType::kF32, {3, 4}, -1, 1, 4)}};
    Tensors inputs = arguments;
    inputs.erase("wanted");
    const Tensors expected = model.expected_forward(inputs);
    ASSERT_EQ(expected.size(), 2U);
    const std::optional<Tensors> actual = model.forward(inputs);
    for (const auto& [name, tensor] : expected) EXPECT_LT(distance(actual->at(name), tensor), kBound) << name;
    EXPECT_NE(model.files().header.find("nncc::Out<float, 3, 4> sum, nncc::Out<float, 3> gap"), std::string::npos)
        << model.files().header;
    model.start(1);
    for (int step = 0; step < 5; ++step)
        EXPECT_NEAR(model.step(arguments), model.expected_step(arguments), kBound) << step;
}

TEST(Interface, WholeNumbersAndFlags) {
    EmittedModel model(R"(
const kinds = 7

model choose(kind: i32[batch], present: bool[batch, 3], x: f32[batch, 3]) -> [score: f32[batch], best: i32[batch], any_present: bool[batch]] {
    let row = embedding(kind, kinds, 3, init = normal)
    let kept = where(present, x * row, 0)
    let score = sum(kept, axis = 1) + f32(kind) * 0.1
    [score, argmax(where(present, x, -1e9), axis = 1) + i32(kind > 3), any(present, axis = 1)]
}

train choose {
    data      = npz("rows.npz")
    kind      = array("kind")
    present   = array("present")
    x         = array("x")
    wanted: f32[batch] = array("wanted")
    loss      = mean((score - wanted) ** 2)
    optimizer = sgd(0.1)
}
)",
                       {.batch = 4, .train_batch = 4});
    ASSERT_TRUE(model.is_valid());
    Tensors inputs{{"kind", random_tensor(DType::kI32, {4}, 0, 7, 1)},
                   {"present", random_tensor(DType::kBool, {4, 3}, 0, 2, 2)},
                   {"x", random_tensor(DType::kF32, {4, 3}, -1, 1, 3)}};
    const Tensors expected = model.expected_forward(inputs);
    const std::optional<Tensors> actual = model.forward(inputs);
    for (const auto& [name, tensor] : expected) EXPECT_LT(distance(actual->at(name), tensor), kBound) << name;
    model.start(1);
    Tensors arguments = inputs;
    arguments["wanted"] = random_tensor(DType::kF32, {4}, -1, 1, 4);
    for (int step = 0; step < 3; ++step)
        EXPECT_NEAR(model.step(arguments), model.expected_step(arguments), kBound) << step;
    EXPECT_GT(distance(model.trained().at("row.w"), model.storages().at("row.w")), 1e-4);
}

TEST(Interface, ImportsBringInAllNames) {
    EmittedModel model(
        "import \"blocks.nn\"\nmodel m(x: f32[batch, 4]) -> f32[batch, width] {\n    x |> block(width) |> squash\n}\n",
        {.files = {{"blocks.nn",
                    "import \"parts.nn\"\nconst width = 3\nfn block(x: f32[batch, n], units: int) { x |> dense(units) "
                    "|> squash }\n"},
                   {"parts.nn", "import \"blocks.nn\"\nfn squash(x: f32[...]) { x / (1 + absolute(x)) }\n"}}});
    ASSERT_TRUE(model.is_valid());
    const Tensors inputs{{"x", random_tensor(DType::kF32, {1, 4}, -1, 1, 1)}};
    EXPECT_LT(distance(model.forward(inputs)->at("output"), model.expected_forward(inputs).at("output")), kBound);
    EXPECT_TRUE(model.storages().contains("block_1.dense_1.w"));
}

TEST(Interface, AConstIsDefinedFromTheCommandLine) {
    const std::string text =
        "const width = 3\nconst scale = width * 2.0\nmodel m(x: f32[batch, 4]) {\n    dense(x, width) * scale\n}\n";
    EmittedModel plain(text), defined(text, {.defines = {{"width", "5"}}});
    ASSERT_TRUE(plain.is_valid() && defined.is_valid());
    EXPECT_EQ(plain.storages().at("dense_1.w").extents, (Extents{4, 3}));
    EXPECT_EQ(defined.storages().at("dense_1.w").extents, (Extents{4, 5}));
}

TEST(Interface, AStateThatForwardWritesIsTheModelsOwn) {
    const SourceFile source{
        "m.nn",
        "model m(x: f32[batch, 2]) -> f32[batch, 2] {\n    state seen: f32[2] = zeros\n    seen <- seen + "
        "sum(x, axis = 0)\n    x + seen\n}\n"};
    class None : public SourceLoader {
        Expected<const SourceFile*> load(const std::string&) override {
            return Error{nullptr, "none", "", {}, ExitCode::kEnvironment};
        }
    } none;
    Diagnostics diagnostics;
    std::optional<CompiledModel> model = analyse(source, "", {}, none, diagnostics);
    ASSERT_TRUE(model);
    CompileRequest request;
    request.source_name = "m.nn";
    Expected<Compilation> compiled = compile_model(*model, request);
    ASSERT_TRUE(compiled) << compiled.error().message;
    EXPECT_NE(compiled->files.header.find("float seen[2];\n    } states_;"), std::string::npos)
        << compiled->files.header;
}

}  // namespace
}  // namespace nncc::testing
