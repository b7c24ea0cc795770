// A training step of a multi-layer perceptron through the whole pipeline: launches, order, memory, and meaning.
#include "mlp.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "passes/bind.h"
#include "passes/derive_entries.h"
#include "passes/fuse.h"
#include "passes/pipeline.h"

namespace nncc::testing {
namespace {

Program with_batch(Program program, std::int64_t batch) {
    program.dims["batch"] = {batch, false};
    return program;
}

CompiledProgram compiled(const Program& program, FuseLevel level = FuseLevel::kFull) {
    PipelineOptions options;
    options.fuse_level = level;
    Expected<CompiledProgram> result = run_pipeline(program, options);
    EXPECT_TRUE(result) << (result ? "" : result.error().message);
    return *result;
}

TEST(Mlp, StepIsFewLaunches) {
    const CompiledProgram result = compiled(with_batch(mlp_program(), 32));
    const Plan& step = result.plans.at("step");
    const std::map<std::string, int> counts = group_counts(step.graph);
    std::string text;
    for (const auto& [kind, count] : counts) text += fmt::format("{} {}, ", kind, count);
    SCOPED_TRACE(print_plan(step));
    // Forward 3, weight gradients 3 with the update in the epilogue, input gradients 1: the first layer's is never
    // built, and the last one's has one unit, so it is a product inside dense_2's bias and mask.
    EXPECT_EQ(counts.at("contraction"), 7) << text;
    // The loss, and each bias gradient with its update.
    EXPECT_EQ(counts.at("reduction"), 4) << text;
    // The scalars of Adam, and the last input gradient.
    EXPECT_LE(counts.at("loop"), 2) << text;
    EXPECT_LE(step.launches.size(), 13U) << text;
}

TEST(Mlp, UpdatesAreInTheEpiloguesOfGradients) {
    const CompiledProgram result = compiled(with_batch(mlp_program(), 32));
    const Graph& graph = result.plans.at("step").graph;
    for (int store : graph.stores()) {
        const std::string& name = graph.node(store).attributes.text("name");
        if (name == "step") continue;
        const Node& group = graph.node(graph.node(store).operands[0]);
        EXPECT_NE(group.attributes.text("kind"), "loop") << name << " is updated by a launch of its own";
    }
}

TEST(Mlp, EveryEntryKeepsItsMeaning) {
    MlpOptions options;
    options.floating = DType::kF64;  // constants folded in f32 are rounded to it
    const Program program = with_batch(mlp_program(options), 5);
    const CompiledProgram full = compiled(program);
    const CompiledProgram isolated = compiled(program, FuseLevel::kIsolate);
    ASSERT_EQ(full.plans.size(), isolated.plans.size());
    // What derivation alone makes of the program: no rules, no fusion.
    Expected<Program> plain = derive_step(*derive_gradients(*nncc::bind(program)));
    ASSERT_TRUE(plain);
    for (const auto& [entry, plan] : full.plans) {
        Bindings<double> bindings = random_bindings(full.program.entries.at(entry), 7);
        if (entry == "update") bindings.inputs.at(std::string(kRateScale)).elements[0] = 1;
        const Evaluation<double> before = evaluate(full.program.entries.at(entry), bindings);
        EXPECT_EQ(largest_difference(before, evaluate(plan.graph, bindings)), 0) << entry;
        EXPECT_EQ(largest_difference(before, evaluate(isolated.plans.at(entry).graph, bindings)), 0) << entry;
        if (entry == "forward" || entry == "pack") continue;
        // Rules reassociate; 1e-12 is some thousand roundings of doubles near 1.
        const Evaluation<double> derived = evaluate(plain->entries.at(entry), bindings);
        EXPECT_LT(largest_difference(derived, before), 1e-12) << entry;
    }
}

TEST(Mlp, RateScaleMultipliesTheChangeOfEveryParameter) {
    MlpOptions options;
    options.floating = DType::kF64;
    const CompiledProgram result = compiled(with_batch(mlp_program(options), 5));
    const Graph& update = result.program.entries.at("update");
    Bindings<double> bindings = random_bindings(update, 7);
    double& scale = bindings.inputs.at(std::string(kRateScale)).elements[0];
    scale = 1;
    const Evaluation<double> whole = evaluate(update, bindings);
    scale = 0.25;
    const Evaluation<double> part = evaluate(update, bindings);
    for (const auto& [name, after] : whole.stores) {
        const bool is_parameter = result.program.find_storage(name)->kind == StorageKind::kParam;
        for (Eigen::Index i = 0; i < after.size(); ++i) {
            const double before = bindings.storages.at(name).elements[i], changed = after.elements[i] - before;
            EXPECT_NEAR(part.stores.at(name).elements[i], before + (is_parameter ? 0.25 : 1) * changed, 1e-12) << name;
        }
    }
}

TEST(Mlp, PackedForwardIsForward) {
    const Program program = with_batch(mlp_program(), 4);
    const CompiledProgram result = compiled(program);
    const Graph original = nncc::bind(program)->entries.at("forward");
    Bindings<double> bindings = random_bindings(original, 3);
    const Evaluation<double> expected = evaluate(original, bindings);
    Bindings<double> packed;
    packed.inputs = bindings.inputs;
    packed.storages = evaluate(result.plans.at("pack").graph, bindings).stores;
    EXPECT_LT(largest_difference(expected, evaluate(result.plans.at("forward").graph, packed)), 1e-14);
    for (const auto& [name, tensor] : packed.storages) EXPECT_TRUE(name.starts_with("packed/")) << name;
}

TEST(Mlp, ArenaIsNearTheLowerBound) {
    MlpOptions options;
    options.sizes = {784, 512, 512, 10};
    const CompiledProgram result = compiled(with_batch(mlp_program(options), 32));
    const Plan& step = result.plans.at("step");
    SCOPED_TRACE(print_plan(step));
    EXPECT_GE(step.arena_bytes, step.live_bytes);
    EXPECT_LE(step.arena_bytes, step.live_bytes + step.live_bytes / 10);
    // Two activations and two adjoints of 32 x 512 floats, and small ones.
    EXPECT_LE(step.live_bytes, 4 * 32 * 512 * 4 + 16384);
}

TEST(Mlp, LogitsOfAThousandGiveExactLossAndGradient) {
    MlpOptions options;
    options.sizes = {1, 1};
    const Program program = with_batch(mlp_program(options), 1);
    const CompiledProgram result = compiled(program);
    const Graph& graph = result.plans.at("gradients").graph;
    for (double logit : {-1000.0, -100.0, -1.0, 0.0, 1.0, 100.0, 1000.0}) {
        for (double y : {0.0, 1.0}) {
            Bindings<double> bindings = random_bindings(graph, 1);
            bindings.inputs["x"].elements[0] = 1;
            bindings.inputs["y"].elements[0] = y;
            bindings.storages["dense_1.w"].elements[0] = logit;
            bindings.storages["dense_1.b"].elements[0] = 0;
            const Evaluation<double> values = evaluate(graph, bindings);
            const double loss = std::max(logit, 0.0) - logit * y + std::log1p(std::exp(-std::abs(logit)));
            const double slope = 1 / (1 + std::exp(-logit)) - y;
            EXPECT_NEAR(values.outputs.at("loss").elements[0], loss, 1e-12 * (1 + loss)) << logit << " " << y;
            EXPECT_NEAR(values.outputs.at("d dense_1.w").elements[0], slope, 1e-12) << logit << " " << y;
        }
    }
}

}  // namespace
}  // namespace nncc::testing
