// Follows training traces of PyTorch step by step with `nncc train`: gradients, losses and final weights.
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <map>

#include "interop/npz.h"
#include "interop/safetensors.h"
#include "library_traces.h"
#include "run_nncc.h"

namespace nncc::testing {
namespace {

// Bounds on errors relative to the largest magnitude of each tensor.
struct Bounds {
    double gradient;
    double loss;
    double weights;
};
constexpr Bounds kF32{1e-5, 3e-5, 5e-5};
constexpr Bounds kF64{1e-10, 1e-9, 1e-8};

struct Layer {
    std::string ours;    // "dense_1"
    std::string theirs;  // "0", of torch.nn.Sequential
    bool is_recurrent = false;
};
struct Part {
    const char* ours;
    const char* theirs;
    bool is_matrix;
};
const std::vector<Part>& parts_of(const Layer& layer) {
    static const std::vector<Part> plain = {{".w", ".weight", true}, {".b", ".bias", false}};
    static const std::vector<Part> recurrent = {{".w", ".weight_ih_l0", true},
                                                {".u", ".weight_hh_l0", true},
                                                {".b", ".bias_ih_l0", false},
                                                {".b_recurrent", ".bias_hh_l0", false}};
    return layer.is_recurrent ? recurrent : plain;
}

struct Trace {
    std::string name;
    std::string model;          // the text of the model
    std::vector<Layer> layers;  // none: the trace has nncc's names and layouts
    int steps;
};

const Trace kMlpAdam{"open_pima_mlp_adam",
                     R"(model pima_mlp(x: f32[batch, 8]) -> f32[batch, 1] {
    x |> dense(12) |> relu |> dense(8) |> relu |> dense(1) |> sigmoid
}
train pima_mlp {
    x = array("X")
    y = array("Y")
    loss = binary_cross_entropy(output, y)
    optimizer = adam(learning_rate = 0.001)
    batch = 10
}
)",
                     {{"dense_1", "0"}, {"dense_2", "2"}, {"dense_3", "4"}},
                     770};

const Trace kDenseSgd{"open_pima_dense1_sgd",
                      R"(model pima_dense(x: f32[batch, 8]) -> f32[batch, 1] {
    x |> dense(1) |> sigmoid
}
train pima_dense {
    x = array("X")
    y = array("Y")
    loss = binary_cross_entropy(output, y)
    optimizer = sgd(learning_rate = 0.1)
    batch = 32
}
)",
                      {{"dense_1", "0"}},
                      240};

const Trace kDigitsCnn{"open_digits_cnn_adam",
                       R"(model digits(x: f32[batch, 1, 8, 8]) -> f32[batch, 10] {
    transpose(x, [0, 2, 3, 1]) |> conv2d(8, kernel = 3, padding = "same") |> relu |> max_pool(2)
        |> conv2d(16, kernel = 3) |> relu |> transpose([0, 3, 1, 2]) |> flatten |> dense(10)
}
train digits {
    x = array("X")
    y: i32[batch] = array("Y")
    loss = sparse_categorical_cross_entropy_with_logits(output, y)
    optimizer = adam(learning_rate = 0.003)
    batch = 32
}
)",
                       {{"conv2d_1", "0"}, {"conv2d_2", "3"}, {"dense_1", "6"}},
                       170};

const Trace kIrisMomentum{"open_iris_mlp_momentum",
                          R"(model iris(x: f32[batch, 4]) -> f32[batch, 3] {
    x |> dense(16) |> tanh |> dense(3)
}
train iris {
    x = array("X")
    y: i32[batch] = array("Y")
    loss = sparse_categorical_cross_entropy_with_logits(output, y)
    optimizer = sgd(0.05, momentum = 0.9)
    batch = 15
}
)",
                          {{"dense_1", "0"}, {"dense_2", "2"}},
                          200};

const Trace kAirlineGru{"open_airline_gru_adam",
                        R"(model airline(x: f32[batch, 12, 1]) -> f32[batch, 1] {
    x |> gru(8, order = "rzn", return_sequences = false) |> dense(1)
}
train airline {
    x = array("X")
    y = array("Y")
    loss = mean_squared_error(output, y)
    optimizer = adam(learning_rate = 0.01)
    batch = 132
}
)",
                        {{"gru_1", "r", true}, {"dense_1", "d"}},
                        150};

using Arrays = std::map<std::string, NumpyArray>;

Arrays read_trace(const std::string& name) {
    Arrays arrays;
    Expected<std::vector<NumpyArray>> read = read_npz(source_path("tests/data/traces/" + name + ".npz"));
    EXPECT_TRUE(read) << "the trace " << name << " is missing";
    if (read) {
        for (NumpyArray& array : *read) arrays[array.name] = std::move(array);
    }
    return arrays;
}

// PyTorch keeps the weight of a linear layer as [out, in] and of a convolution as [out, in, kernel..]; nncc as [in,
// out] and [kernel.., in, out].
NumpyArray transposed(const NumpyArray& array) {
    const std::size_t rank = array.shape.size();
    std::vector<std::size_t> order;  // our axis k is theirs order[k]
    for (std::size_t axis = 2; axis < rank; ++axis) order.push_back(axis);
    order.insert(order.end(), {1, 0});
    NumpyArray result = array;
    std::vector<std::int64_t> stride(rank, 1);
    for (std::size_t axis = rank; axis-- > 1;) stride[axis - 1] = stride[axis] * array.shape[axis];
    for (std::size_t k = 0; k < rank; ++k) result.shape[k] = array.shape[order[k]];
    for (std::size_t element = 0; element < result.values.size(); ++element) {
        std::int64_t rest = static_cast<std::int64_t>(element), from = 0;
        for (std::size_t k = rank; k-- > 0;) {
            from += rest % result.shape[k] * stride[order[k]];
            rest /= result.shape[k];
        }
        result.values[element] = array.values[static_cast<std::size_t>(from)];
    }
    return result;
}

TensorData to_f32(const std::string& name, const NumpyArray& array) {
    TensorData data{name, DType::kF32, array.shape, std::string(array.values.size() * 4, '\0')};
    for (std::size_t index = 0; index < array.values.size(); ++index) {
        const auto value = static_cast<float>(array.values[index]);
        std::memcpy(data.bytes.data() + index * 4, &value, 4);
    }
    return data;
}

std::vector<double> to_doubles(const TensorData& data) {
    std::vector<double> values;
    const std::size_t width = data.dtype == DType::kF64 ? 8 : 4;
    for (std::size_t at = 0; at < data.bytes.size(); at += width) {
        if (width == 8) {
            double value = 0;
            std::memcpy(&value, data.bytes.data() + at, 8);
            values.push_back(value);
        } else {
            float value = 0;
            std::memcpy(&value, data.bytes.data() + at, 4);
            values.push_back(static_cast<double>(value));
        }
    }
    return values;
}

// The largest error, relative to the largest magnitude expected.
double relative_error(const std::vector<double>& found, const std::vector<double>& expected) {
    EXPECT_EQ(found.size(), expected.size());
    double error = 0;
    double scale = 0;
    for (std::size_t index = 0; index < std::min(found.size(), expected.size()); ++index) {
        error = std::max(error, std::abs(found[index] - expected[index]));
        scale = std::max(scale, std::abs(expected[index]));
    }
    return error / scale;
}

void expect_tensors(const std::string& path, const Trace& trace, const Arrays& arrays, const std::string& prefix,
                    DType dtype, double bound) {
    Expected<WeightFile> file = read_safetensors(path);
    ASSERT_TRUE(file);
    const auto expect = [&](const std::string& ours, const std::vector<double>& values) {
        const TensorData* data = file->find(ours);
        ASSERT_NE(data, nullptr) << ours;
        EXPECT_EQ(data->dtype, dtype) << ours;
        const double error = relative_error(to_doubles(*data), values);
        EXPECT_LE(error, bound) << prefix << ours;
        std::printf("  %s%s: error %.2e, bound %.0e\n", prefix.c_str(), ours.c_str(), error, bound);
    };
    if (trace.layers.empty()) {
        for (const auto& [name, array] : arrays) {
            if (name.starts_with(prefix)) expect(name.substr(prefix.size()), array.values);
        }
    }
    for (const Layer& layer : trace.layers) {
        for (const Part& part : parts_of(layer)) {
            const NumpyArray& array = arrays.at(prefix + layer.theirs + part.theirs);
            expect(layer.ours + part.ours, part.is_matrix ? transposed(array).values : array.values);
        }
    }
}

void follow(const Trace& trace, bool f64) {
    const Arrays arrays = read_trace(trace.name);
    ASSERT_FALSE(arrays.empty());
    const ScratchFolder folder;
    WeightFile initial;
    for (const Layer& layer : trace.layers) {
        for (const Part& part : parts_of(layer)) {
            const NumpyArray& array = arrays.at("init." + layer.theirs + part.theirs);
            initial.tensors.push_back(to_f32(layer.ours + part.ours, part.is_matrix ? transposed(array) : array));
        }
    }
    if (trace.layers.empty()) {
        for (const auto& [name, array] : arrays) {
            if (name.starts_with("init.")) initial.tensors.push_back(to_f32(name.substr(5), array));
        }
    }
    folder.write("init.safetensors", write_safetensors(initial));
    folder.write("model.nn", trace.model);
    std::vector<std::string> arguments = {
        "train",       "model.nn",
        "--data",      "npz:" + source_path("tests/data/traces/" + trace.name + ".npz"),
        "--init",      "init.safetensors",
        "--order",     "sequential",
        "--steps",     std::to_string(trace.steps),
        "--log",       "steps.csv",
        "--gradients", "g.safetensors",
        "-o",          "final.safetensors"};
    if (f64) arguments.insert(arguments.end(), {"--real", "f64"});
    const RunResult result = run_nncc(arguments, {folder.path(), "", ""});
    ASSERT_EQ(result.exit_code, 0) << result.errors;

    const Bounds bounds = f64 ? kF64 : kF32;
    const DType dtype = f64 ? DType::kF64 : DType::kF32;
    const std::vector<std::string> lines = split_lines(read_text(folder.file("steps.csv")));
    ASSERT_EQ(lines.size(), static_cast<std::size_t>(trace.steps) + 1);
    std::vector<double> losses;
    for (std::size_t line = 1; line < lines.size(); ++line) {
        int step = 0;
        int epoch = 0;
        double loss = 0;
        ASSERT_EQ(std::sscanf(lines[line].c_str(), "%d,%d,%lf", &step, &epoch, &loss), 3) << lines[line];
        EXPECT_EQ(step, static_cast<int>(line) - 1);
        losses.push_back(loss);
    }
    const double loss_error = relative_error(losses, arrays.at("loss_f64").values);
    EXPECT_LE(loss_error, bounds.loss);
    std::printf("  losses of %d steps: error %.2e, bound %.0e\n", trace.steps, loss_error, bounds.loss);
    expect_tensors(folder.file("g.safetensors"), trace, arrays, "grad0_f64.", dtype, bounds.gradient);
    expect_tensors(folder.file("final.safetensors"), trace, arrays, "final_f64.", dtype, bounds.weights);
}

TEST(Trace, PimaMlpAdamF32) { follow(kMlpAdam, false); }
TEST(Trace, PimaMlpAdamF64) { follow(kMlpAdam, true); }
TEST(Trace, PimaDenseSgdF32) { follow(kDenseSgd, false); }
TEST(Trace, PimaDenseSgdF64) { follow(kDenseSgd, true); }
TEST(Trace, IrisMlpMomentumF32) { follow(kIrisMomentum, false); }
TEST(Trace, IrisMlpMomentumF64) { follow(kIrisMomentum, true); }
TEST(Trace, DigitsCnnAdamF32) { follow(kDigitsCnn, false); }
TEST(Trace, DigitsCnnAdamF64) { follow(kDigitsCnn, true); }
TEST(Trace, AirlineGruAdamF32) { follow(kAirlineGru, false); }
TEST(Trace, AirlineGruAdamF64) { follow(kAirlineGru, true); }

class LibraryTraces : public ::testing::TestWithParam<LibraryTrace> {};
TEST_P(LibraryTraces, F32) { follow({GetParam().name, GetParam().model, {}, GetParam().steps}, false); }
TEST_P(LibraryTraces, F64) { follow({GetParam().name, GetParam().model, {}, GetParam().steps}, true); }
INSTANTIATE_TEST_SUITE_P(Trace, LibraryTraces, ::testing::ValuesIn(kLibraryTraces),
                         [](const auto& trace) { return trace.param.name; });

}  // namespace
}  // namespace nncc::testing
