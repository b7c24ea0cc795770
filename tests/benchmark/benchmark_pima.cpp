// Times the emitted 8-10-8-1 network: one row forward, one training step of 32 rows with Adam, an epoch of 1,000 rows.
#include <benchmark/benchmark.h>

#include <cmath>

#include "pima.h"

namespace {

constexpr int kInputs = 8;
constexpr int kBatch = pima::Trainer::kBatch;
constexpr int kRows = 1000;

// Rows that look like measurements; what they are does not matter to the time.
struct Rows {
    alignas(64) float x[kRows + kBatch][kInputs];
    alignas(64) float y[kRows + kBatch][1];
    Rows() {
        for (int row = 0; row < kRows + kBatch; ++row) {
            for (int input = 0; input < kInputs; ++input)
                x[row][input] = std::sin(static_cast<float>(row * kInputs + input));
            y[row][0] = std::sin(static_cast<float>(row)) > 0 ? 1.0F : 0.0F;
        }
    }
};

pima::Weights initial_weights() {
    pima::Weights weights;
    pima::initialize(weights, 7);
    return weights;
}

void forward_batch_1(benchmark::State& state) {
    static const Rows rows;
    static pima::Packed packed;
    pima::pack(initial_weights(), packed);
    static pima::Model<1> model(packed);
    float output[1];
    int row = 0;
    for (auto iteration : state) {
        model.forward(rows.x[row], output);
        benchmark::DoNotOptimize(output);
        row = row + 1 < kRows ? row + 1 : 0;
    }
}
BENCHMARK(forward_batch_1)->Repetitions(15)->ReportAggregatesOnly(true);

void training_step_batch_32_adam(benchmark::State& state) {
    static const Rows rows;
    static pima::Trainer trainer(initial_weights(), 7);
    int row = 0;
    for (auto iteration : state) {
        benchmark::DoNotOptimize(trainer.step(rows.x[row], rows.y[row]));
        row = row + kBatch < kRows ? row + kBatch : 0;
    }
}
BENCHMARK(training_step_batch_32_adam)->Repetitions(15)->ReportAggregatesOnly(true);

void epoch_of_1000_rows(benchmark::State& state) {
    static const Rows rows;
    static pima::Trainer trainer(initial_weights(), 7);
    for (auto iteration : state) {
        for (int row = 0; row < kRows; row += kBatch) benchmark::DoNotOptimize(trainer.step(rows.x[row], rows.y[row]));
    }
}
BENCHMARK(epoch_of_1000_rows)->Repetitions(15)->ReportAggregatesOnly(true)->Unit(benchmark::kMicrosecond);

}  // namespace
