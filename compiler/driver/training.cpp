// Feeds batches to the emitted step, epoch after epoch.
#include "driver/training.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <numeric>

#include "driver/interrupt.h"
#include "driver/numeric_failure.h"
#include "driver/trainer_steps.h"

namespace nncc {

namespace {

// One batch of every feed: straight from the table where the rows follow each other, else gathered.
class BatchBuffers {
  public:
    BatchBuffers(const Feeds& feeds, std::int64_t batch, bool with_data) {
        for (const FeedTable& table : feeds.inputs) tables_.push_back(&table);
        if (with_data) {
            for (const FeedTable& table : feeds.data) tables_.push_back(&table);
        }
        for (const FeedTable* table : tables_)
            buffers_.emplace_back(static_cast<std::size_t>(table->row_bytes * (table->whole ? 1 : batch)));
        pointers_.resize(tables_.size());
    }

    std::span<const void* const> load(std::span<const std::int64_t> rows) {
        const bool consecutive = std::adjacent_find(rows.begin(), rows.end(), [](std::int64_t a, std::int64_t b) {
                                     return b != a + 1;
                                 }) == rows.end();
        for (std::size_t index = 0; index < tables_.size(); ++index) {
            const FeedTable& table = *tables_[index];
            if (table.whole || consecutive) {
                pointers_[index] = table.row(rows[0]);
            } else {
                table.gather(rows, reinterpret_cast<char*>(buffers_[index].data()));
                pointers_[index] = buffers_[index].data();
            }
        }
        return pointers_;
    }

  private:
    std::vector<const FeedTable*> tables_;
    std::vector<AlignedBytes> buffers_;
    std::vector<const void*> pointers_;
};

}  // namespace

Tensor<double> storage_tensor(const WeightTensor& tensor, const std::byte* weights) {
    Tensor<double> result;
    result.dtype = tensor.dtype;
    result.extents = tensor.extents;
    result.elements.resize(tensor.elements);
    widen(tensor.dtype, reinterpret_cast<const char*>(weights + tensor.offset), tensor.elements,
          result.elements.data());
    return result;
}

std::map<std::string, Tensor<double>> fit_values(const CompiledModel& model, const Feeds& feeds,
                                                 std::span<const std::int64_t> rows) {
    const auto entry = model.program.entries.find("fit");
    if (entry == model.program.entries.end()) return {};
    Bindings<double> bindings;
    for (const FeedTable& table : feeds.inputs) bindings.inputs[table.name] = feed_tensor(table, rows);
    bindings.dims["batch"] = static_cast<std::int64_t>(rows.size());
    for (const auto& [name, binding] : model.program.dims) bindings.dims.emplace(name, binding.value);
    return evaluate(entry->second, bindings).outputs;
}

void store_fits(const std::map<std::string, Tensor<double>>& fits, const std::vector<WeightTensor>& tensors,
                AlignedBytes& weights) {
    for (const WeightTensor& tensor : tensors) {
        const auto fit = fits.find(tensor.name);
        if (fit == fits.end()) continue;
        NNCC_CHECK(fit->second.size() == tensor.elements, "{}", tensor.name);
        for (std::int64_t index = 0; index < tensor.elements; ++index) {
            std::byte* element = weights.data() + tensor.offset +
                                 static_cast<std::size_t>(index) * static_cast<std::size_t>(dtype_bytes(tensor.dtype));
            const double value = fit->second.elements[index];
            if (tensor.dtype == DType::kF64) {
                std::memcpy(element, &value, sizeof value);
            } else {
                const auto rounded = static_cast<float>(value);
                std::memcpy(element, &rounded, sizeof rounded);
            }
        }
    }
}

std::vector<Tensor<double>> predict_rows(const CompiledModel& model, const NativeModel& native, const Feeds& feeds,
                                         std::span<const std::int64_t> rows, std::int64_t batch) {
    const auto count = static_cast<std::int64_t>(rows.size());
    std::vector<Tensor<double>> outputs(model.outputs.size());
    std::vector<AlignedBytes> buffers;
    std::vector<void*> pointers;
    std::vector<std::int64_t> row_elements;
    for (std::size_t index = 0; index < outputs.size(); ++index) {
        const Type& type = model.outputs[index].second;
        std::int64_t elements = 1;
        Tensor<double>& output = outputs[index];
        output.dtype = type.dtype;
        output.extents.push_back(count);
        for (std::size_t axis = 1; axis < type.shape.size(); ++axis) {
            output.extents.push_back(type.shape[axis].bound(model.program.dims).value_or(1));
            elements *= output.extents.back();
        }
        output.elements.resize(count * elements);
        row_elements.push_back(elements);
        buffers.emplace_back(static_cast<std::size_t>(batch * elements * dtype_bytes(type.dtype)));
        pointers.push_back(buffers.back().data());
    }
    BatchBuffers inputs(feeds, batch, false);
    for (std::int64_t first = 0; first < count; first += batch) {
        const std::int64_t present = std::min(batch, count - first);
        std::vector<std::int64_t> batch_rows(rows.begin() + first, rows.begin() + first + present);
        batch_rows.resize(static_cast<std::size_t>(batch), batch_rows.back());  // padding, dropped below
        native.forward(inputs.load(batch_rows), pointers);
        for (std::size_t index = 0; index < outputs.size(); ++index) {
            widen(model.outputs[index].second.dtype, reinterpret_cast<const char*>(buffers[index].data()),
                  present * row_elements[index], outputs[index].elements.data() + first * row_elements[index]);
        }
    }
    return outputs;
}

NamedValues metric_values(const CompiledModel& model, const std::vector<Tensor<double>>& outputs, const Feeds& feeds,
                          std::span<const std::int64_t> rows, const std::vector<WeightTensor>& tensors,
                          const std::byte* weights) {
    const auto entry = model.program.entries.find("metrics");
    if (entry == model.program.entries.end() || rows.empty()) return {};
    Bindings<double> bindings;
    for (std::size_t index = 0; index < outputs.size(); ++index)
        bindings.inputs[model.outputs[index].first] = outputs[index];
    for (const std::vector<FeedTable>* tables : {&feeds.inputs, &feeds.data}) {
        for (const FeedTable& table : *tables) bindings.inputs[table.name] = feed_tensor(table, rows);
    }
    for (const WeightTensor& tensor : tensors) bindings.storages[tensor.name] = storage_tensor(tensor, weights);
    bindings.dims["batch"] = static_cast<std::int64_t>(rows.size());
    for (const auto& [name, binding] : model.program.dims) bindings.dims.emplace(name, binding.value);
    Evaluation<double> evaluation = evaluate(entry->second, bindings);
    NamedValues values;
    for (const Output& output : entry->second.outputs())
        values.emplace_back(output.name, evaluation.outputs.at(output.name).elements[0]);
    return values;
}

Expected<TrainingOutcome> train_model(const TrainingRequest& request, const AlignedBytes& weights,
                                      const TrainingHooks& hooks, const Console& console) {
    const auto rows = static_cast<std::int64_t>(request.training_rows.size());
    NativeModel& native = request.native;
    TrainerSteps trainer(native, *request.model.train);
    // The rows of one update: of several batches where gradients are accumulated.
    const std::int64_t update_rows = request.batch * trainer.batches();
    BatchOrder order = request.shuffle ? BatchOrder::shuffled(rows, update_rows, request.seed)
                                       : BatchOrder::sequential(rows, update_rows);
    std::int64_t total_steps = request.epochs * order.steps_per_epoch();
    std::int64_t epochs = request.epochs;
    if (request.steps) {
        total_steps = *request.steps;
        epochs = (total_steps + order.steps_per_epoch() - 1) / order.steps_per_epoch();
    }

    native.start(weights, request.seed);
    BatchBuffers buffers(request.feeds, request.batch, true);
    std::vector<std::int64_t> chosen(static_cast<std::size_t>(update_rows));
    std::vector<std::int64_t> batch(static_cast<std::size_t>(request.batch));
    const auto batch_of = [&](std::int64_t step, std::int64_t part = 0) {
        if (part == 0) order.rows_of_step(step, chosen);
        std::copy_n(chosen.begin() + part * request.batch, request.batch, batch.begin());
        for (std::int64_t& row : batch) row = request.training_rows[static_cast<std::size_t>(row)];
        return buffers.load(batch);
    };
    double validation_loss = std::numeric_limits<double>::infinity();
    const auto train_step = [&](std::int64_t step) {
        const TrainingMoment moment{order.epoch_of_step(step) + 1, step == 0 || order.ends_epoch(step - 1), total_steps,
                                    validation_loss};
        return trainer.step(moment, [&](std::int64_t part) { return batch_of(step, part); });
    };
    if (hooks.on_first_gradient) {
        AlignedBytes gradient = native.new_weights();
        native.gradients(batch_of(0), gradient);
        Expected<> done = hooks.on_first_gradient(gradient);
        if (!done) return done.error();
        native.start(weights, request.seed);  // gradients may have moved states
    }

    const InterruptGuard interrupt;
    Progress progress(console, total_steps, epochs, request.batch, request.quiet);
    TrainingOutcome outcome;
    AlignedBytes epoch_start = native.trainer_memory().copy();
    std::int64_t epoch_first_step = 0;
    double loss_sum = 0;
    for (std::int64_t step = 0; step < total_steps; ++step) {
        const double loss = train_step(step);
        if (step == 0) outcome.first_step_seconds = progress.seconds();
        const std::int64_t epoch = order.epoch_of_step(step) + 1;
        if (!std::isfinite(loss)) {
            progress.finish();
            // Replayed from the epoch's start up to the weights that this step began with.
            native.restore_trainer(epoch_start);
            for (std::int64_t again = epoch_first_step; again < step; ++again) train_step(again);
            batch_of(step);
            return numeric_failure(request.model, request.feeds, batch, native, step, epoch, loss);
        }
        loss_sum += loss;
        outcome.steps = step + 1;
        outcome.last_loss = loss;
        const bool last = step + 1 == total_steps;
        NamedValues metrics;
        AlignedBytes current;  // the weights at the end of an epoch
        const bool epoch_ends = order.ends_epoch(step);
        if (epoch_ends || last) {
            current = AlignedBytes(weights.size());
            trainer.copy_weights(current);
            native.use(current);
            if (!request.validation_rows.empty()) {
                const std::vector<Tensor<double>> outputs =
                    predict_rows(request.model, native, request.feeds, request.validation_rows, request.forward_batch);
                metrics = metric_values(request.model, outputs, request.feeds, request.validation_rows,
                                        native.tensors(), current.data());
                for (auto& [name, value] : metrics) {
                    if (name != "loss") continue;
                    name = "validation_loss";
                    validation_loss = value;
                }
            }
        }
        if (hooks.on_step) {
            Expected<> done = hooks.on_step(step, epoch, loss, epoch_ends || last ? &metrics : nullptr);
            if (!done) return done.error();
        }
        if (epoch_ends || last) {
            const double mean_loss = loss_sum / static_cast<double>(step + 1 - epoch_first_step);
            progress.epoch(step + 1, epoch, mean_loss, metrics);
            if (hooks.on_epoch) {
                Expected<> done = hooks.on_epoch(epoch, mean_loss, metrics, current.data());
                if (!done) return done.error();
            }
            outcome.epochs = epoch;
            loss_sum = 0;
            epoch_first_step = step + 1;
            epoch_start = native.trainer_memory().copy();
        } else {
            progress.step(step + 1, epoch, loss);
        }
        if (interrupt.interrupted() && !last) {
            outcome.interrupted = true;
            break;
        }
    }
    progress.finish();
    outcome.seconds = progress.seconds();
    return outcome;
}

}  // namespace nncc
