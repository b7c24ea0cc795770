// Analyses texts that import nothing and draws numbers for the model they give.
#include "program_text.h"

#include "random_graph.h"

namespace nncc::testing {
namespace {

class NoFiles : public SourceLoader {
  public:
    Expected<const SourceFile*> load(const std::string& path) override {
        return Error{nullptr, "there is no `" + path + "`", "", {}, ExitCode::kEnvironment};
    }
};

}  // namespace

AnalysedText::AnalysedText(const std::string& text, bool real_f64)
    : source_(std::make_unique<SourceFile>(SourceFile{"m.nn", text})) {
    AnalyseOptions options;
    options.real_f64 = real_f64;
    NoFiles files;
    model_ = analyse(*source_, "m", options, files, diagnostics_);
}

std::set<int> AnalysedText::wrong_lines() const {
    std::set<int> lines;
    const auto take = [&](const SourceRange& range) {
        if (range.file != source_.get()) return;
        lines.insert(line_column(*source_, range.begin).line);
    };
    for (const Diagnostic& diagnostic : diagnostics_.all()) {
        if (diagnostic.severity != Severity::kError) continue;
        take(diagnostic.range);
        for (const DiagnosticNote& note : diagnostic.notes) take(note.range);
    }
    return lines;
}

Bindings<double> program_bindings(const CompiledModel& model, std::uint64_t seed) {
    Random random(seed ^ 0x9E37);
    Bindings<double> bindings;
    for (const auto& [name, binding] : model.program.dims) bindings.dims[name] = binding.value;
    bindings.dims["batch"] = kProgramBatch;
    const auto scalar = [](double value) {
        return Tensor<double>{DType::kI32, {}, Eigen::ArrayXd::Constant(1, value)};
    };
    bindings.inputs["seed"] = scalar(7);
    bindings.storages = evaluate(model.program.entries.at("initialize"), bindings).stores;
    bindings.storages["step"] = scalar(0);
    bindings.storages["seed"] = scalar(7);
    for (const Storage& storage : model.program.storages) {
        if (storage.kind != StorageKind::kParam) continue;
        for (double& element : bindings.storages.at(storage.name).elements)
            element = static_cast<double>(static_cast<float>(element + random.uniform(-0.1, 0.1)));
    }
    const auto draw = [&](const std::string& name, Type type, double low, double high) {
        for (Dim& dim : type.shape) dim = dim.value(bindings.dims).value_or(1);
        Tensor<double> tensor = random_tensor(type, random, low, high);
        for (double& element : tensor.elements) {
            if (type.dtype == DType::kI32) element = static_cast<double>(random.integer(0, name == "target" ? 1 : 7));
        }
        bindings.inputs[name] = std::move(tensor);
    };
    for (const auto& [name, type] : model.inputs) draw(name, type, -1, 1);
    if (model.train) {
        for (const Feed& feed : model.train->feeds) {
            if (!feed.is_input) draw(feed.name, feed.type, 0.1, 0.9);
        }
    }
    return bindings;
}

Tensors forward_of(const CompiledModel& model, std::uint64_t seed) {
    return evaluate(model.program.entries.at("forward"), program_bindings(model, seed)).outputs;
}

}  // namespace nncc::testing
