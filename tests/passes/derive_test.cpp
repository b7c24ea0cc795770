// Derived entries and differentiate: what they make, what they leave, what they refuse.
#include <gtest/gtest.h>

#include <cmath>

#include "mlp.h"
#include "ops/build.h"
#include "ops/record.h"
#include "passes/bind.h"
#include "passes/derive_entries.h"
#include "passes/differentiate.h"
#include "passes/dot.h"
#include "passes/pass.h"
#include "passes/pipeline.h"
#include "passes/plan_memory.h"

namespace nncc::testing {
namespace {

Program program_of(const std::string& text) {
    Expected<Program> program = parse_program(text);
    EXPECT_TRUE(program) << (program ? "" : program.error().message);
    return *program;
}

const std::string kTwoParameters =
    "program p \"\"\ninputs x\nstorage param a : f32[3]\nstorage param b : f32[2]\nstorage state s : f32[]\n"
    "entry loss graph loss {\n"
    "%0 = input() {name = \"x\", type = f32[3]} : f32[3]\n"
    "%1 = storage() {name = \"a\", storage_kind = \"param\", type = f32[3]} : f32[3]\n"
    "%2 = multiply(%0, %1) : f32[3]\n%3 = reduce_sum(%2) {axes = [0]} : f32[]\n"
    "%4 = store(%3) {name = \"s\"}\nreturn loss = %3\n}\n";

std::vector<std::string> output_names(const Graph& graph) {
    std::vector<std::string> names;
    for (const Output& output : graph.outputs()) names.push_back(output.name);
    return names;
}

TEST(Gradients, ParametersTheLossDoesNotReachGetZeros) {
    const Expected<Program> derived = derive_gradients(program_of(kTwoParameters));
    ASSERT_TRUE(derived);
    const Graph& graph = derived->entries.at("gradients");
    EXPECT_EQ(output_names(graph), (std::vector<std::string>{"loss", "d a", "d b"}));
    EXPECT_EQ(graph.stores().size(), 1U) << "states are still stored";
    const Evaluation<double> values = evaluate(graph, random_bindings(graph, 1));
    EXPECT_TRUE((values.outputs.at("d b").elements == 0).all());
}

TEST(Gradients, OnlyWhatUpdateTakesIsTrained) {
    const Program program = program_of(kTwoParameters +
                                       "entry update graph update {\n"
                                       "%0 = input() {name = \"d b\", type = f32[2]} : f32[2]\n"
                                       "%1 = store(%0) {name = \"b\"}\n}\n");
    EXPECT_EQ(trained_parameters(program), (std::vector<std::string>{"b"}));
    const Expected<Program> derived = derive_gradients(program);
    ASSERT_TRUE(derived);
    EXPECT_EQ(output_names(derived->entries.at("gradients")), (std::vector<std::string>{"loss", "d b"}));
}

TEST(Gradients, FirstLayersInputGradientIsNeverBuilt) {
    Program program = mlp_program({.sizes = {7, 5, 3}});
    program.dims["batch"] = {4, false};
    const Expected<CompiledProgram> result = run_pipeline(program);
    ASSERT_TRUE(result);
    for (const Node& node : result->program.entries.at("gradients").nodes()) {
        const bool of_input = node.op->name == "einsum" && node.type().shape == Shape{4, 7};
        EXPECT_FALSE(of_input);
    }
}

// The gradient of a sum of exp along a scan: the scan's own results.
TEST(Differentiate, GoesThroughScan) {
    GraphBuilder body("body");
    const Type step{DType::kF64, {}};
    const Value x = body.add("argument", {}, {{"index", std::int64_t{0}}, {"type", step}});
    body.output("0", body.add("exp", {x}));
    GraphBuilder builder("g");
    const Value xs = builder.add("input", {}, {{"name", std::string("x")}, {"type", Type{DType::kF64, {4}}}});
    const Value ys = builder.add(
        op_named("scan"), {xs},
        {{"axis", std::int64_t{0}}, {"carries", std::int64_t{0}}, {"reverse", false}, {"sequences", std::int64_t{1}}},
        {}, std::make_shared<const Graph>(std::move(body).finish()));
    const Value loss = reduce_sum(builder, ys, {0});
    const Expected<std::vector<Value>> gradient = differentiate(builder, loss, {xs});
    ASSERT_TRUE(gradient) << gradient.error().message;
    builder.output("d", (*gradient)[0]);
    const Graph graph = simplify(sink(hoist(simplify(std::move(builder).finish()))));
    Bindings<double> bindings;
    bindings.inputs["x"] = {DType::kF64, {4}, Eigen::Array4d{0.5, -1, 0, 2}};
    const Tensor<double> d = evaluate(graph, bindings).outputs.at("d");
    for (int k = 0; k < 4; ++k) EXPECT_DOUBLE_EQ(d.elements[k], std::exp(bindings.inputs["x"].elements[k]));
    // Nothing is carried, so nothing is left of the loops.
    for (const Node& node : graph.nodes()) EXPECT_NE(node.op->name, "scan");
}

TEST(Differentiate, SecondDerivative) {
    GraphBuilder builder("g");
    const Value x = builder.add("input", {}, {{"name", std::string("x")}, {"type", Type{DType::kF64, {}}}});
    const Value y = unary(builder, "tanh", x);
    const Value first = (*differentiate(builder, y, {x}))[0];
    builder.output("second", (*differentiate(builder, first, {x}))[0]);
    const Graph graph = std::move(builder).finish();
    Bindings<double> bindings = random_bindings(graph, 5);
    const double t = std::tanh(bindings.inputs.at("x").elements[0]);
    EXPECT_NEAR(evaluate(graph, bindings).outputs.at("second").elements[0], -2 * t * (1 - t * t), 1e-15);
}

TEST(Pack, DoesNotStoreWhatIsLarger) {
    const Program program = program_of(
        "program p \"\"\ninputs x\nstorage param b : f32[3]\nstorage state v : f32[3]\nentry forward graph forward {\n"
        "%0 = input() {name = \"x\", type = f32[8, 3]} : f32[8, 3]\n"
        "%1 = storage() {name = \"b\", storage_kind = \"param\", type = f32[3]} : f32[3]\n"
        "%2 = storage() {name = \"v\", storage_kind = \"state\", type = f32[3]} : f32[3]\n"
        "%3 = rsqrt(%2) : f32[3]\n%4 = multiply(%1, %3) : f32[3]\n"
        "%5 = broadcast(%4) {axes = [1], shape = [8, 3]} : f32[8, 3]\n%6 = multiply(%0, %5) : f32[8, 3]\n"
        "return output = %6\n}\n");
    const Expected<Program> derived = derive_pack(program);
    ASSERT_TRUE(derived);
    EXPECT_EQ(verify(*derived), std::nullopt);
    int packed = 0;
    for (const Storage& storage : derived->storages) {
        if (storage.kind != StorageKind::kPacked) continue;
        ++packed;
        EXPECT_EQ(storage.type.shape, Shape{3});
    }
    EXPECT_EQ(packed, 1) << "b * rsqrt(v), and neither b nor v";
}

TEST(Bind, BatchIsOneSilentlyOthersWithANote) {
    const Program program = program_of(
        "program p \"\"\ndim time <= 8\ninputs x\nentry forward graph forward {\n"
        "%0 = input() {name = \"x\", type = f32[batch, time, width]} : f32[batch, time, width]\n"
        "%1 = slice(%0) {start = [0, 0, 0], step = [1, 1, 1], stop = [end, end, end]} : f32[batch, time, width]\n"
        "return output = %1\n}\n");
    std::vector<std::string> notes;
    Program with_dims = program;
    with_dims.dims = with_defaults(program, notes);
    ASSERT_EQ(notes.size(), 1U);
    EXPECT_NE(notes[0].find("width"), std::string::npos);
    const Graph graph = nncc::bind(with_dims)->entries.at("forward");
    ASSERT_EQ(verify(graph), std::nullopt);
    EXPECT_EQ(type_text(graph.type(graph.outputs()[0].value)), "f32[1, time, 1]");
}

TEST(Pipeline, NamesAPassItDoesNotKnow) {
    const Expected<Graph> result = run_passes(mlp_program().entries.at("forward"), {"fold", "fusion"}, {});
    ASSERT_FALSE(result);
    EXPECT_STREQ(result.error().kind->code, "NN0741");
    EXPECT_NE(result.error().hint.find("fuse"), std::string::npos);
}

TEST(Pipeline, ReportsEveryStage) {
    Program program = mlp_program();
    std::map<std::string, int> seen;
    PipelineOptions options;
    options.backward = true;
    options.after_stage = [&](std::string_view stage, std::string_view, const Graph&) { ++seen[std::string(stage)]; };
    ASSERT_TRUE(run_pipeline(program, options));
    for (const StageName& stage : pipeline_stages()) {
        if (stage.name == "plan_memory") continue;
        EXPECT_GT(seen[std::string(stage.name)], 0) << stage.name;
    }
}

TEST(Dot, NamesGroupsAndOutputs) {
    const Expected<CompiledProgram> result = run_pipeline(mlp_program());
    ASSERT_TRUE(result);
    const std::string text = print_dot(result->plans.at("step").graph);
    EXPECT_TRUE(text.starts_with("digraph \"step\" {"));
    EXPECT_NE(text.find("cluster"), std::string::npos);
    EXPECT_NE(text.find("\"loss\""), std::string::npos);
}

}  // namespace
}  // namespace nncc::testing
