// Holds optimisers, clipping and schedules against steps recorded by PyTorch, Keras and Optax.
#include <gtest/gtest.h>

#include <cmath>

#include "oracle_file.h"

namespace nncc::testing {

namespace {

// Row `index` of an array, of one axis less.
Array row(const Array& array, std::size_t index) {
    Array result{{array.extents.begin() + 1, array.extents.end()}, {}};
    std::size_t size = array.elements.size() / static_cast<std::size_t>(array.extents[0]);
    auto begin = array.elements.begin() + static_cast<std::ptrdiff_t>(index * size);
    result.elements.assign(begin, begin + static_cast<std::ptrdiff_t>(size));
    return result;
}

void hold_update(const std::string& file, bool f64) {
    const double tolerance = f64 ? kOracleTolerance : kOracleToleranceF32;
    std::map<std::string, Arrays> groups = read_oracle("updates/" + file);
    ASSERT_TRUE(groups[""].contains("optimizer"));
    std::string text =
        "model m(x: f32[batch, 3]) {\n    param w: f32[3, 2] = ones\n    param b: f32[2] = ones\n    x @ w + b\n}\n"
        "train m {\n    x = columns(\"a\", \"b\", \"c\")\n    loss = mean(output)\n    optimizer = " +
        text_of(groups[""]["optimizer"]) + "\n";
    if (groups[""].contains("gradient")) text += "    gradient = " + text_of(groups[""]["gradient"]) + "\n";
    SCOPED_TRACE(text);
    TestProgram program(text + "}\n", f64);
    ASSERT_TRUE(program.is_valid());
    for (const auto& [name, array] : groups["start"]) program.storages()[name] = array;
    auto steps = static_cast<std::size_t>(groups["g"]["w"].extents[0]);
    for (std::size_t step = 0; step < steps; ++step) {
        if (groups[""].contains("validation")) {
            const std::vector<double>& losses = groups[""]["validation"].elements;
            program.storages()["schedule.epoch_start"] = {{}, {1}};
            program.storages()["schedule.validation_loss"] = {{}, {step == 0 ? HUGE_VAL : losses[step - 1]}};
        }
        program.run("update", {{"d w", row(groups["g"]["w"], step)}, {"d b", row(groups["g"]["b"], step)}});
        std::string when = "after step " + std::to_string(step + 1) + ": ";
        expect_oracle(when, program.storages(), "w", row(groups["p"]["w"], step), tolerance);
        expect_oracle(when, program.storages(), "b", row(groups["p"]["b"], step), tolerance);
        for (const auto& [name, array] : groups["slot"])
            expect_oracle(when, program.storages(), name, row(array, step), tolerance);
    }
}

class Update : public ::testing::TestWithParam<std::string> {};
TEST_P(Update, Agrees) { hold_update(GetParam(), true); }
TEST_P(Update, AgreesInF32) { hold_update(GetParam(), false); }

INSTANTIATE_TEST_SUITE_P(Files, Update, ::testing::ValuesIn(oracle_names("updates", ".npz")),
                         [](const auto& instance) { return instance.param; });

}  // namespace

}  // namespace nncc::testing
