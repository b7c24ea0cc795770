// Random models that look ahead along time: `process`, evaluated in blocks, gives what `forward` gives, late by as many
// steps as their layers' paddings and shifts come to on paper.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <random>

#include "case_file.h"
#include "ops/evaluate.h"

namespace nncc::testing {
namespace {

constexpr std::int64_t kSteps = 60;

// A value [batch, time, 2] of the program, and how late it is in `process`.
struct Signal {
    std::string name;
    std::int64_t latency = 0;
};

class RandomStream {
  public:
    explicit RandomStream(unsigned seed) : random_(seed) {}

    Signal last;

    std::string text() {
        std::string lines;
        std::vector<Signal> signals{{"x", 0}};
        const std::int64_t count = between(2, 7);
        for (std::int64_t k = 0; k < count; ++k) {
            const Signal from = signals[static_cast<std::size_t>(between(0, k))];
            Signal next{fmt::format("v{}", k), 0};
            const auto [value, latency] = layer(from, signals);
            next.latency = latency;
            lines += fmt::format("    let {} = {}\n", next.name, value);
            signals.push_back(next);
        }
        last = signals.back();
        return fmt::format("# -D time<=60\nmodel m(x: f32[batch, time, 2]) -> f32[batch, time, 2] {{\n{}    {}\n}}\n",
                           lines, last.name);
    }

  private:
    using Made = std::pair<std::string, std::int64_t>;

    std::int64_t between(std::int64_t low, std::int64_t high) {
        return low + static_cast<std::int64_t>(random_() % static_cast<unsigned>(high - low + 1));
    }

    Made layer(const Signal& from, const std::vector<Signal>& signals) {
        const std::int64_t kernel = between(2, 5), dilation = between(1, 3), steps = between(1, 4);
        const std::int64_t total = (kernel - 1) * dilation;
        const Signal& other =
            signals[static_cast<std::size_t>(between(0, static_cast<std::int64_t>(signals.size()) - 1))];
        const std::int64_t both = std::max(from.latency, other.latency);
        switch (between(0, 11)) {
            case 0:
                return {fmt::format("conv1d({}, 2, kernel = {}, dilation = {}, padding = \"same\")", from.name, kernel,
                                    dilation),
                        from.latency + total - total / 2};
            case 1:
                return {fmt::format("conv1d({}, 2, kernel = {}, padding = \"causal\") |> tanh", from.name, kernel),
                        from.latency};
            case 2: {
                const std::int64_t behind = between(0, kernel - 1);
                return {fmt::format("pad({}, [[0, 0], [{}, {}], [0, 0]], value = 0.5) |> conv1d(2, kernel = {})",
                                    from.name, kernel - 1 - behind, behind, kernel),
                        from.latency + behind};
            }
            case 3:
                return {fmt::format("max_pool({}, {}, stride = 1, padding = \"same\")", from.name, kernel),
                        from.latency + (kernel - 1) - (kernel - 1) / 2};
            case 4:
                return {fmt::format("concatenate([{}[:, {}:], fill([batch, {}, 2], 0.25)], axis = 1)", from.name, steps,
                                    steps),
                        from.latency + steps};
            case 5:
                return {
                    fmt::format("pad({}[:, :{}], [[0, 0], [{}, 0], [0, 0]], value = -0.25)", from.name, -steps, steps),
                    std::max<std::int64_t>(0, from.latency - steps)};
            case 6: return {fmt::format("gru({}, 2)", from.name), from.latency};
            case 7: return {fmt::format("where({} > 0.0, {}, 0.5 * {})", from.name, other.name, from.name), both};
            case 8: return {fmt::format("{} + tanh({})", from.name, other.name), both};
            case 9:  // both sides padded and the end cut off
                return {fmt::format("(pad({}, [[0, 0], [{}, {}], [0, 0]]) |> conv1d(2, kernel = {}))[:, :{}]",
                                    from.name, kernel - 1, steps, kernel, -steps),
                        from.latency};
            case 10: {  // a window without padding, the middle beside it, padding afterwards
                const std::int64_t first = between(1, kernel - 1), low = between(0, kernel);
                return {fmt::format("pad(conv1d({0}, 2, kernel = {1}) + {0}[:, {2}:{3}], [[0, 0], [{4}, {5}], [0, 0]])",
                                    from.name, kernel + 1, first, first - kernel, low, kernel - low),
                        std::max<std::int64_t>(0, from.latency + kernel - low)};
            }
            default: return {fmt::format("layer_norm({} * {} + 0.5)", from.name, other.name), both};
        }
    }

    std::mt19937 random_;
};

Tensor<double> part(const Tensor<double>& signal, std::int64_t first, std::int64_t count) {
    Tensor<double> result{signal.dtype, {1, count, 2}, {}};
    result.elements = signal.elements.segment(2 * first, 2 * count);
    return result;
}

class RandomLatency : public ::testing::TestWithParam<unsigned> {};

TEST_P(RandomLatency, ProcessIsForwardSoMuchLater) {
    RandomStream stream(GetParam());
    const std::string text = stream.text();
    SCOPED_TRACE(text);
    const Analysed analysed = analyse_text(text);
    ASSERT_TRUE(analysed.model);
    const Program& program = analysed.model->program;
    // Without a look back or ahead there is no `process`.
    const auto process = program.entries.find("process");
    if (process == program.entries.end()) {
        for (const Storage& storage : program.storages) EXPECT_NE(storage.kind, StorageKind::kStream);
        EXPECT_EQ(stream.last.latency, 0);
        return;
    }
    EXPECT_EQ(program.latency, stream.last.latency);
    const Expected<Program> read = parse_program(print_program(program));
    ASSERT_TRUE(read);
    EXPECT_EQ(read->latency, program.latency);

    std::mt19937 random(GetParam());
    std::uniform_real_distribution<double> uniform(-1, 1);
    Bindings<double> start;
    start.dims = {{"batch", 1}, {"time", kSteps}};
    start.inputs["seed"] = {DType::kI32, {}, Eigen::ArrayXd::Constant(1, 7)};
    Bindings<double> whole;
    whole.dims = start.dims;
    whole.storages = evaluate(program.entries.at("initialize"), start).stores;
    for (const Storage& storage : program.storages) {
        if (storage.kind != StorageKind::kParam) continue;
        for (double& element : whole.storages.at(storage.name).elements) element = uniform(random);
    }
    Tensor<double> signal{DType::kF32, {1, kSteps, 2}, Eigen::ArrayXd(2 * kSteps)};
    for (double& element : signal.elements) element = uniform(random);
    whole.inputs["x"] = signal;
    const Tensor<double> expected = evaluate(program.entries.at("forward"), whole).outputs.at("output");

    for (const std::int64_t block : {std::int64_t{1}, std::int64_t{7}, kSteps}) {
        Bindings<double> live = whole;
        std::vector<double> got;
        for (std::int64_t first = 0; first < kSteps; first += block) {
            const std::int64_t count = std::min(block, kSteps - first);
            live.dims["time"] = count;
            live.inputs["x"] = part(signal, first, count);
            Evaluation<double> result = evaluate(process->second, live);
            const Tensor<double>& output = result.outputs.at("output");
            got.insert(got.end(), output.elements.begin(), output.elements.end());
            for (auto& [name, value] : result.stores) live.storages[name] = std::move(value);
        }
        ASSERT_EQ(got.size(), 2U * kSteps);
        for (std::size_t k = 0; k + static_cast<std::size_t>(2 * program.latency) < got.size(); ++k) {
            ASSERT_EQ(got[k + static_cast<std::size_t>(2 * program.latency)],
                      expected.elements[static_cast<Eigen::Index>(k)])
                << "blocks of " << block << ", element " << k;
        }
    }
}

#if defined(NNCC_SANITISED)
constexpr unsigned kSeeds = 60;
#else
constexpr unsigned kSeeds = 200;
#endif
INSTANTIATE_TEST_SUITE_P(Seeds, RandomLatency, ::testing::Range(0U, kSeeds));

}  // namespace
}  // namespace nncc::testing
