// Programs for tests: analysed from text, run entry by entry by the evaluator.
#include "program.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "base/file.h"
#include "semantics/diagnostic_kinds.h"

namespace nncc::testing {

namespace {

// The programs of models/, for those that import one.
class Models : public SourceLoader {
  public:
    explicit Models(std::deque<SourceFile>& files) : files_(files) {}
    Expected<const SourceFile*> load(const std::string& path) override {
        Expected<std::string> text = read_file(std::string(NNCC_SOURCE_DIR) + "/models/" + path);
        if (!text) return text.error();
        return &files_.emplace_back(SourceFile{path, *text});
    }

  private:
    std::deque<SourceFile>& files_;
};

Tensor<double> to_tensor(const Array& array, DType dtype) {
    Tensor<double> tensor;
    tensor.dtype = dtype;
    tensor.extents = array.extents;
    tensor.elements =
        Eigen::Map<const Eigen::ArrayXd>(array.elements.data(), static_cast<Eigen::Index>(array.elements.size()));
    return tensor;
}

Array to_array(const Tensor<double>& tensor) {
    return {tensor.extents, {tensor.elements.begin(), tensor.elements.end()}};
}

}  // namespace

TestProgram::TestProgram(const std::string& text, bool real_f64) : source_{"m.nn", text} {
    AnalyseOptions options;
    options.real_f64 = real_f64;
    Diagnostics diagnostics;
    Models files(imported_);
    model_ = analyse(source_, "m", options, files, diagnostics);
    for (const Diagnostic& diagnostic : diagnostics.all()) {
        // Extents come with the inputs.
        if (diagnostic.kind != &kUnboundDimension) ADD_FAILURE() << render_text(diagnostic, false);
    }
    if (model_) run("initialize", {{"seed", {{}, {7}}}});
}

Arrays TestProgram::run(const std::string& entry, const Arrays& inputs) {
    Arrays results;
    if (!model_ || !model_->program.entries.contains(entry)) {
        ADD_FAILURE() << "no entry " << entry;
        return results;
    }
    return run(model_->program.entries.at(entry), inputs);
}

Arrays TestProgram::run(const Graph& graph, const Arrays& inputs) {
    Arrays results;
    Bindings<double> bindings;
    for (const auto& [name, binding] : model_->program.dims) bindings.dims[name] = binding.value;
    for (const Node& node : graph.nodes()) {
        if (node.op->name == "input") {
            const std::string& name = node.attributes.text("name");
            if (!inputs.contains(name)) {
                ADD_FAILURE() << "no input " << name;
                return results;
            }
            const Array& array = inputs.at(name);
            bindings.inputs[name] = to_tensor(array, node.type().dtype);
            for (std::size_t axis = 0; axis < array.extents.size(); ++axis) {
                const Dim& dim = node.type().shape[axis];
                if (!dim.is_constant()) bindings.dims[dim.text()] = array.extents[axis];
            }
        }
        if (node.op->name == "storage") {
            const std::string& name = node.attributes.text("name");
            if (!storages_.contains(name)) storages_[name] = {{}, {0}};  // counters start at 0
            bindings.storages[name] = to_tensor(storages_.at(name), node.type().dtype);
        }
    }
    Evaluation<double> evaluation = evaluate(graph, bindings);
    for (const auto& [name, tensor] : evaluation.outputs) results[name] = to_array(tensor);
    for (const auto& [name, tensor] : evaluation.stores) storages_[name] = to_array(tensor);
    return results;
}

std::vector<double> forward(const std::string& text, const Arrays& inputs) {
    TestProgram program(text);
    if (!program.is_valid()) return {};
    return program.run("forward", inputs)["output"].elements;
}

Array random_array(std::vector<std::int64_t> extents, double low, double high, unsigned seed) {
    std::mt19937 generator(seed);
    std::uniform_real_distribution<double> distribution(low, high);
    std::int64_t count = 1;
    for (std::int64_t extent : extents) count *= extent;
    Array array{std::move(extents), {}};
    for (std::int64_t at = 0; at < count; ++at) array.elements.push_back(distribution(generator));
    return array;
}

void expect_near(const std::vector<double>& actual, const std::vector<double>& expected, double tolerance) {
    ASSERT_EQ(actual.size(), expected.size());
    for (std::size_t at = 0; at < actual.size(); ++at) {
        EXPECT_NEAR(actual[at], expected[at], tolerance * (1 + std::abs(expected[at]))) << "element " << at;
    }
}

}  // namespace nncc::testing
