// Emitted convolutions of 3 x 3 in their fastest forms, with epilogues, beside the evaluator: within the bound that
// nncc/winograd_sizes.h states, and in the form that is meant.
#include <gtest/gtest.h>
#include <nncc/winograd_sizes.h>

#include <algorithm>

#include "emitted_model.h"

namespace nncc::testing {
namespace {

struct Layer {
    int height, width, channels, filters;
    const char* padding;
    const char* after;  // of the sums y, with x at hand
    int m;              // of F(m x m, 3 x 3); 0: the direct form
};

std::string text_of(const std::vector<Layer>& layers) {
    std::string inputs, body, results, outputs;
    for (std::size_t k = 0; k < layers.size(); ++k) {
        const Layer& layer = layers[k];
        const char* comma = k == 0 ? "" : ", ";
        inputs += fmt::format("{}x{}: f32[batch, {}, {}, {}]", comma, k, layer.height, layer.width, layer.channels);
        body +=
            fmt::format("    let y{0} = layer_{1}(x{0}, {2}, \"{3}\")\n", k, layer.after, layer.filters, layer.padding);
        results += fmt::format("{}y{}", comma, k);
        const int less = std::string_view(layer.padding) == "valid" ? 2 : 0;
        outputs += fmt::format("{}r{}: f32[batch, {}, {}, {}]", comma, k, layer.height - less, layer.width - less,
                               layer.filters);
    }
    return fmt::format(R"(
fn layer_plain(x: f32[...], filters: int, padding: string) {{ conv2d(x, filters, kernel = 3, padding = padding, bias = false) }}
fn layer_relu(x: f32[...], filters: int, padding: string) {{ relu(conv2d(x, filters, kernel = 3, padding = padding, init = normal)) }}
fn layer_residual(x: f32[...], filters: int, padding: string) {{ relu((conv2d(x, filters, kernel = 3, padding = padding) |> batch_norm) + x) }}
model layers({}) -> [{}] {{
{}    [{}]
}}
)",
                       inputs, outputs, body, results);
}

Tensor<double> absolute(Tensor<double> tensor) {
    tensor.elements = tensor.elements.abs();
    return tensor;
}

void check(const std::vector<Layer>& layers, std::int64_t batch) {
    EmittedModel model(text_of(layers), {.batch = batch});
    ASSERT_TRUE(model.is_valid());
    // What the epilogues read as well: biases, and statistics of batch norm.
    unsigned seed = 10;
    const Tensors made = model.storages();
    for (const auto& [name, tensor] : made) {
        const bool is_positive = name.ends_with("variance") || name.ends_with("gamma");
        model.set_storage(name, random_tensor(DType::kF32, tensor.extents, is_positive ? 0.5 : -1, 1, ++seed));
    }
    Tensors inputs, magnitudes;
    for (std::size_t k = 0; k < layers.size(); ++k) {
        const Layer& layer = layers[k];
        const std::string name = fmt::format("x{}", k);
        inputs[name] = random_tensor(DType::kF32, {batch, layer.height, layer.width, layer.channels}, -1, 1, ++seed);
        magnitudes[name] = absolute(inputs[name]);
    }
    const std::optional<Tensors> actual = model.forward(inputs);
    ASSERT_TRUE(actual);
    const Tensors expected = model.expected_forward(inputs);
    // Sums of absolute values: all that is subtracted is added.
    for (const auto& [name, tensor] : Tensors(model.storages())) {
        Tensor<double> magnitude = absolute(tensor);
        if (name.ends_with("mean")) magnitude.elements = -magnitude.elements;
        model.set_storage(name, magnitude);
    }
    const Tensors sums = model.expected_forward(magnitudes);
    for (std::size_t k = 0; k < layers.size(); ++k) {
        const Layer& layer = layers[k];
        const std::string name = fmt::format("r{}", k);
        const Eigen::ArrayXd error = (actual->at(name).elements - expected.at(name).elements).abs();
        const Eigen::ArrayXd& sum = sums.at(name).elements;
        // The direct form and the epilogue: a few roundings more.
        const double roundings = (layer.m == 0 ? 4 : winograd_roundings(layer.m)) + 4;
        // Places at the border have the errors of whole tiles.
        const double worst = (error / sum.max(sum.maxCoeff() / 2)).maxCoeff() / 0x1p-24;
        EXPECT_LE(worst, roundings) << "layer " << k << " in roundings of sum |x| |w|, batch " << batch;
        const std::string depth = fmt::format("{} x {}", 9 * layer.channels, layer.filters);
        const auto decision =
            std::find_if(model.files().packing.begin(), model.files().packing.end(),
                         [&](const std::string& line) { return line.find(depth) != std::string::npos; });
        ASSERT_NE(decision, model.files().packing.end()) << depth;
        const std::string form =
            layer.m == 0 ? "panels of " + depth : fmt::format("{0} for F({1}x{1}, 3x3)", depth, layer.m);
        EXPECT_NE(decision->find(form), std::string::npos) << *decision << " instead of " << form;
    }
}

TEST(Winograd, OneImage) {
    check({{17, 15, 1, 16, "same", "relu", 0},  // too few channels
           {16, 16, 7, 24, "same", "plain", 0},
           {23, 21, 16, 16, "same", "residual", 4},
           {13, 18, 24, 33, "valid", "relu", 4},
           {9, 10, 70, 70, "same", "residual", 2},
           {12, 29, 33, 9, "same", "plain", 4}},
          1);
}

TEST(Winograd, TwoImages) {
    check({{10, 10, 40, 20, "same", "relu", 2},
           {8, 8, 56, 23, "same", "plain", 4},
           {11, 8, 48, 48, "same", "residual", 4},
           {14, 14, 17, 65, "valid", "plain", 4}},
          2);
}

TEST(Winograd, ThreeImages) {
    check(
        {{6, 6, 70, 17, "same", "relu", 2}, {8, 7, 32, 32, "same", "residual", 4}, {5, 5, 64, 24, "valid", "relu", 0}},
        3);
}

}  // namespace
}  // namespace nncc::testing
