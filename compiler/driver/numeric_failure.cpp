// Evaluates the loss node by node, in the precision of the emitted code, up to the first result that is not finite.
#include "driver/numeric_failure.h"

#include <cmath>

#include "driver/diagnostic_kinds.h"
#include "driver/training.h"
#include "ops/record.h"
#include "passes/pass.h"

namespace nncc {

namespace {

struct FirstFailure {
    bool found = false;
    std::string op;
    Origin origin;
    double value = 0;
};

// Without the sign of a NaN, which means nothing.
std::string number_text(double value) { return std::isnan(value) ? "nan" : fmt::format("{}", value); }

void round_to(DType dtype, Tensor<double>& tensor) {
    if (dtype != DType::kF32) return;
    for (double& element : tensor.elements) element = static_cast<double>(static_cast<float>(element));
}

// The training data and parameters may themselves be the ones that are not finite.
std::string bad_storage(const Bindings<double>& bindings) {
    for (const auto& [name, tensor] : bindings.storages) {
        if (!tensor.elements.isFinite().all()) return name;
    }
    return "";
}

}  // namespace

Error numeric_failure(const CompiledModel& model, const Feeds& feeds, std::span<const std::int64_t> batch,
                      const NativeModel& native, std::int64_t step, std::int64_t epoch, double loss) {
    Error error{&kLossNotFinite,
                fmt::format("the loss of step {} (epoch {}) is {}", step, epoch, number_text(loss)),
                "a smaller learning rate, standardised inputs or a loss from logits are the usual remedies",
                {},
                ExitCode::kNumeric};
    // As it was emitted: without the forms that only the model's text has (`log` of a sigmoid that underflows).
    const Graph graph = simplify(model.program.entries.at("loss"));
    Bindings<double> bindings;
    for (const std::vector<FeedTable>* tables : {&feeds.inputs, &feeds.data}) {
        for (const FeedTable& table : *tables) bindings.inputs[table.name] = feed_tensor(table, batch);
    }
    for (const WeightTensor& tensor : native.tensors())
        bindings.storages[tensor.name] = storage_tensor(tensor, native.trainer_weights());
    for (const Node& node : graph.nodes()) {
        if (node.op->name == "storage" && !bindings.storages.contains(node.attributes.text("name"))) {
            Tensor<double> counter;  // "step" and "seed"
            counter.dtype = node.type().dtype;
            counter.elements.resize(1);
            counter.elements[0] = node.attributes.text("name") == "step" ? static_cast<double>(step) : 0;
            bindings.storages[node.attributes.text("name")] = std::move(counter);
        }
    }
    bindings.dims["batch"] = static_cast<std::int64_t>(batch.size());
    for (const auto& [name, binding] : model.program.dims) bindings.dims.emplace(name, binding.value);
    if (const std::string storage = bad_storage(bindings); !storage.empty()) {
        error.notes.push_back(
            fmt::format("`{}` was not finite before the step: an earlier update made it so", storage));
        return error;
    }
    FirstFailure first;
    bindings.observe = [&first](const Node& node, std::vector<Tensor<double>>& results) {
        if (first.found) return;
        for (std::size_t index = 0; index < results.size(); ++index) {
            round_to(node.types[index].dtype, results[index]);
            for (const double element : results[index].elements) {
                if (std::isfinite(element)) continue;
                first = {true, std::string(node.op->name), node.origin, element};
                return;
            }
        }
    };
    evaluate(graph, bindings);
    if (first.found) {
        error.message += fmt::format(": `{}` gave {} first", first.op, number_text(first.value));
        if (!first.origin.place.empty())
            error.notes.push_back(fmt::format("{}  {}", first.origin.place, first.origin.expression));
    } else {
        error.message += ": every op is finite in double precision, so a sum over the batch overflowed";
    }
    return error;
}

}  // namespace nncc
