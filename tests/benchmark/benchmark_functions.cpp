// Times the functions of f32, exact and fast: nanoseconds per element over 1024 elements in the first cache.
#include <benchmark/benchmark.h>

#include "nncc/math.h"
#include "nncc/math_fast.h"

namespace {

constexpr int kElements = 1024;
constexpr int kWidth = nncc::kLanes<float>;
using Vector = nncc::Vec<float, kWidth>;

// Arguments evenly from `low` to `high`; what they are hardly matters, as no form branches.
template <class Function>
void run(benchmark::State& state, Function function, float low, float high) {
    alignas(64) static float x[kElements], y[kElements];
    for (int i = 0; i < kElements; ++i)
        x[i] = low + (high - low) * static_cast<float>(i * 509 % kElements) / static_cast<float>(kElements);
    for (auto iteration : state) {
        for (int i = 0; i < kElements; i += kWidth)
            nncc::store(y + i, function(nncc::load(x + i, nncc::Lanes<kWidth, kWidth>{})),
                        nncc::Lanes<kWidth, kWidth>{});
        benchmark::ClobberMemory();
    }
    using benchmark::Counter;
    state.counters["per element"] = Counter(kElements, Counter::kIsIterationInvariantRate | Counter::kInvert);
}

#define FUNCTION(name, form, low, high)                               \
    BENCHMARK_CAPTURE(                                                \
        run, name, [](Vector x) { return nncc::form(x); }, low, high) \
        ->Repetitions(15)                                             \
        ->ReportAggregatesOnly(true)

FUNCTION(exp, exp, -10.0F, 10.0F);
FUNCTION(exp_fast, fast::exp, -10.0F, 10.0F);
FUNCTION(sigmoid, sigmoid, -10.0F, 10.0F);
FUNCTION(sigmoid_fast, fast::sigmoid, -10.0F, 10.0F);
FUNCTION(tanh, tanh, -5.0F, 5.0F);
FUNCTION(tanh_fast, fast::tanh, -5.0F, 5.0F);
FUNCTION(erf, erf, -4.0F, 4.0F);
FUNCTION(erf_fast, fast::erf, -4.0F, 4.0F);
FUNCTION(log, log, 1e-3F, 1e3F);
FUNCTION(log1p, log1p, -0.9F, 1e3F);
FUNCTION(expm1, expm1, -10.0F, 10.0F);
FUNCTION(softplus, softplus, -10.0F, 10.0F);
FUNCTION(sin, sin, -100.0F, 100.0F);
FUNCTION(cos, cos, -100.0F, 100.0F);
FUNCTION(atan, atan, -10.0F, 10.0F);

}  // namespace
