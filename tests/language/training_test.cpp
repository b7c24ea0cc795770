// Train blocks: freezing, accumulated gradients, optimizers, losses, metrics and schedules of the user's own, averages.
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>

#include "emitted_model.h"

namespace nncc::testing {
namespace {

const std::string kData = "    data = csv(\"rows.csv\")\n    x = columns(\"a\", \"b\", \"c\")\n    y = column(\"d\")\n";
const std::string kModel =
    "model m(x: f32[batch, 3]) -> f32[batch, 1] {\n    let body = dense(x, 4)\n    let head = dense(tanh(body), 1)\n   "
    " head\n}\n";

Tensors rows(std::int64_t count, unsigned seed) {
    return {{"x", random_tensor(DType::kF32, {count, 3}, -1, 1, seed)},
            {"y", random_tensor(DType::kF32, {count, 1}, -1, 1, seed + 100)}};
}

// Emitted losses and weights follow the evaluator's for a few steps.
void expect_follows(EmittedModel& model, int steps, double bound) {
    ASSERT_TRUE(model.is_valid());
    model.start(3);
    for (int step = 0; step < steps; ++step) {
        const Tensors arguments = rows(4, static_cast<unsigned>(step));
        EXPECT_NEAR(model.step(arguments), model.expected_step(arguments), bound) << step;
    }
    for (const auto& [name, tensor] : model.trained())
        EXPECT_LT(distance(tensor, model.expected_trained().at(name)), bound) << name;
}

TEST(Train, FrozenParametersHaveNoAdjointAndStay) {
    EmittedModel model(
        kModel + "train m {\n" + kData +
        "    loss = mean((output - y) ** 2)\n    optimizer = adam(0.01)\n    freeze = [\"body.*\"]\n}\n");
    expect_follows(model, 5, 1e-5);
    for (const char* name : {"body.w", "body.b"})
        EXPECT_EQ(distance(model.trained().at(name), model.storages().at(name)), 0) << name;
    EXPECT_GT(distance(model.trained().at("head.w"), model.storages().at("head.w")), 1e-3);
    // No adjoint at all: neither an output, nor a slot, nor a contraction of x with anything that comes from the loss.
    const Program& program = model.compilation().programs.back().program;
    const Graph& gradients = program.entries.at("gradients");
    EXPECT_EQ(gradients.outputs().size(), 3U);  // loss, d head.w, d head.b
    for (const Node& node : gradients.nodes()) {
        if (node.op->name == "storage") continue;
        for (const Type& type : node.types) EXPECT_FALSE(type.shape == (Shape{3, 4})) << node.op->name;
    }
    for (const Storage& storage : program.storages)
        EXPECT_EQ(storage.name.find("/body"), std::string::npos) << storage.name;
}

TEST(Train, AFreezeThatMatchesNothingIsAMistake) {
    const SourceFile source{
        "m.nn", kModel + "train m {\n" + kData +
                    "    loss = mean((output - y) ** 2)\n    optimizer = adam(0.01)\n    freeze = \"trunk.*\"\n}\n"};
    class None : public SourceLoader {
        Expected<const SourceFile*> load(const std::string&) override {
            return Error{nullptr, "none", "", {}, ExitCode::kEnvironment};
        }
    } none;
    Diagnostics diagnostics;
    EXPECT_FALSE(analyse(source, "", {}, none, diagnostics));
    ASSERT_EQ(diagnostics.error_count(), 1);
    EXPECT_EQ(diagnostics.all()[0].message, "`freeze` matches no parameter: none is named `trunk.*`");
}

TEST(Train, OptimizersLossesAndMetricsOfTheUser) {
    EmittedModel model(R"(
optimizer heavy_ball(rate: schedule = 0.1, friction: float = 0.9) {
    state velocity = zeros
    state count: f32 = zeros
    velocity <- friction * velocity - rate * gradient
    count <- count + 1
    parameter <- parameter + where(rank(parameter) > 1, velocity, velocity * 0.5) + 0 * count
}

fn smooth_absolute(output: f32[batch, ...], y: f32[batch, ...], softness: float = 0.1) {
    mean(sqrt((output - y) ** 2 + softness ** 2))
}

fn worst(output: f32[batch, ...], y: f32[batch, ...]) { max(absolute(output - y)) }

schedule saw(high: float = 0.2, period: int = 3) {
    high * (1 - ((step - 1) % period) / (period * 1.0))
}
)" + kModel + "train m {\n" +
                       kData +
                       "    loss = smooth_absolute(output, y)\n    metrics = [worst(output, y), rmse(output, y)]\n    "
                       "optimizer = heavy_ball(saw(0.05))\n"
                       "    gradient = clip_norm(gradient, gradient_norm, 0.3)\n}\n");
    expect_follows(model, 8, 2e-5);
    EXPECT_EQ(model.model().train->metrics, (std::vector<std::string>{"worst", "rmse"}));
}

constexpr const char* kPlateau = R"(
# The rate, multiplied by `factor` whenever the validation loss has not fallen for `patience` epochs.
schedule plateau(rate: float = 0.1, factor: float = 0.5, patience: int = 2) {
    state best   = 1e30
    state wait   = 0
    state scale  = 1
    let better   = validation_loss < best
    let waiting  = where(epoch_start, where(better, 0, wait + 1), wait)
    let reached  = epoch_start && waiting >= patience
    best  <- where(epoch_start && better, validation_loss, best)
    scale <- where(reached, scale * factor, scale)
    wait  <- where(reached, 0, waiting)
    rate * scale
}
)";

// Against the same rule written in plain C++, in the evaluator and in emitted code.
TEST(Train, ASchedulesOwnStateAndTheValidationLoss) {
    EmittedModel model(std::string(kPlateau) + kModel + "train m {\n" + kData +
                       "    loss = mean(output) + 0 * sum(y)\n    optimizer = sgd(plateau(0.5))\n}\n");
    ASSERT_TRUE(model.is_valid());
    EXPECT_EQ(model.model().train->feeds_of_schedules,
              (std::vector<std::string>{"schedule.epoch_start", "schedule.validation_loss"}));
    EXPECT_NE(model.files().header.find("kSlotTensors"), std::string::npos);
    const Graph& update = model.compilation().programs.back().program.entries.at("update");
    int plateaus = 0;
    for (int store : update.stores())
        plateaus += update.node(store).attributes.text("name").starts_with("plateau.") ? 1 : 0;
    EXPECT_EQ(plateaus, 3);  // once, whatever the number of parameters
    const std::vector<double> losses = {3, 2, 2.5, 2.6, 2.7, 1, 1.1, 1.2, 1.3, 1.4, 0.5};
    double best = 1e30, wait = 0, scale = 1, validation = 1e300;
    Bindings<double> at;
    for (const Storage& storage : model.compilation().program.storages) {
        Extents extents;
        std::int64_t count = 1;
        for (const Dim& dim : storage.type.shape) {
            extents.push_back(dim.constant());
            count *= extents.back();
        }
        at.storages[storage.name] = {storage.type.dtype, extents, Eigen::ArrayXd::Zero(count)};
    }
    at.storages["plateau.best"].elements[0] = 1e30;
    at.storages["plateau.scale"].elements[0] = 1;
    for (const Node& node : update.nodes()) {
        if (node.op->name != "input") continue;
        Extents extents;
        std::int64_t count = 1;
        for (const Dim& dim : node.type().shape) {
            extents.push_back(dim.constant());
            count *= extents.back();
        }
        at.inputs[node.attributes.text("name")] = {DType::kF32, extents, Eigen::ArrayXd::Ones(count)};
    }
    for (double loss : losses) {
        for (int step = 0; step < 3; ++step) {
            const bool epoch_start = step == 0;
            if (epoch_start) {
                wait = validation < best ? 0 : wait + 1;
                best = std::min(best, validation);
                if (wait >= 2) {
                    scale *= 0.5;
                    wait = 0;
                }
            }
            at.storages["schedule.epoch_start"].elements[0] = epoch_start;
            at.storages["schedule.validation_loss"].elements[0] = validation;
            const double before = at.storages["head.b"].elements[0];
            for (auto& [name, tensor] : evaluate(update, at).stores) at.storages[name] = tensor;
            EXPECT_NEAR(before - at.storages["head.b"].elements[0], 0.5 * scale, 1e-12);
        }
        validation = loss;
    }
    EXPECT_LT(scale, 0.2);
}

TEST(Train, AccumulatedBatchesHaveRandomBitsOfTheirOwn) {
    EmittedModel model(
        "model m(x: f32[batch, 3]) -> f32[batch, 1] {\n    x |> dense(16) |> dropout(0.5) |> dense(1)\n}\ntrain m {\n" +
        kData + "    loss = mean((output - y) ** 2)\n    optimizer = sgd(0.1)\n    accumulate = 4\n}\n");
    ASSERT_TRUE(model.is_valid());
    EXPECT_EQ(model.model().train->accumulate, 4);
    const Graph& gradients = model.compilation().programs.back().program.entries.at("gradients");
    Bindings<double> at;
    at.inputs = rows(4, 1);
    at.storages = model.storages();
    at.dims["batch"] = 4;
    at.storages["seed"] = at.storages["step"] = make_tensor(DType::kI32, {}, {5});
    at.storages["accumulate.batches"] = make_tensor(DType::kI32, {}, {0});
    const Evaluation<double> first = evaluate(gradients, at);
    EXPECT_EQ(first.stores.at("accumulate.batches").elements[0], 1);
    at.storages["accumulate.batches"] = first.stores.at("accumulate.batches");
    EXPECT_NE(evaluate(gradients, at).outputs.at("loss").elements[0], first.outputs.at("loss").elements[0]);
}

TEST(Train, WeightsMayBeAnAverage) {
    EmittedModel model(R"(
optimizer averaged(rate: float = 0.1, decay: float = 0.8) {
    state average = zeros
    let next = parameter - rate * gradient
    parameter <- next
    average <- where(step == 1, next, decay * average + (1 - decay) * next)
}
)" + kModel + "train m {\n" +
                       kData +
                       "    loss = mean((output - y) ** 2)\n    optimizer = averaged()\n    weights = average\n}\n");
    expect_follows(model, 5, 1e-5);
    EXPECT_EQ(model.model().train->average, "averaged.average");
}

}  // namespace
}  // namespace nncc::testing
