// nncc predict: every row through the emitted forward; predictions into the database or a CSV file, metrics of
// held-back rows.
#include <numeric>

#include "base/file.h"
#include "data/predictions.h"
#include "data/runs.h"
#include "driver/commands.h"
#include "driver/compile_model.h"
#include "driver/diagnostic_kinds.h"
#include "driver/model_source.h"
#include "driver/training.h"
#include "driver/weights.h"

namespace nncc {

namespace {

constexpr std::int64_t kForwardBatch = 32;

// "output", or "output_0", "output_1" ... where a row has several; several outputs take their names.
std::vector<std::string> column_names(const CompiledModel& model, const std::vector<Tensor<double>>& outputs) {
    std::vector<std::string> names;
    for (std::size_t index = 0; index < outputs.size(); ++index) {
        const std::int64_t rows = outputs[index].extents[0];
        const std::int64_t width = rows == 0 ? 0 : outputs[index].size() / rows;
        for (std::int64_t component = 0; component < width; ++component) {
            names.push_back(width == 1 ? model.outputs[index].first
                                       : fmt::format("{}_{}", model.outputs[index].first, component));
        }
    }
    return names;
}

// rows x columns, all outputs of a row side by side.
std::vector<double> interleave(const std::vector<Tensor<double>>& outputs, std::int64_t rows) {
    std::vector<double> values;
    for (std::int64_t row = 0; row < rows; ++row) {
        for (const Tensor<double>& output : outputs) {
            const std::int64_t width = output.size() / rows;
            for (std::int64_t component = 0; component < width; ++component)
                values.push_back(output.elements[row * width + component]);
        }
    }
    return values;
}

std::string csv_cell(const KeyValue& key) {
    if (const auto* integer = std::get_if<std::int64_t>(&key)) return std::to_string(*integer);
    if (const auto* real = std::get_if<double>(&key)) return fmt::format("{}", *real);
    std::string text = "\"";
    for (const char letter : std::get<std::string>(key))
        text += letter == '"' ? std::string("\"\"") : std::string(1, letter);
    return text + "\"";
}

std::string csv_text(const RowKeys& keys, const std::vector<std::string>& columns, const std::vector<double>& values,
                     std::int64_t rows) {
    std::string text = fmt::format("{},{}\n", fmt::join(keys.columns, ","), fmt::join(columns, ","));
    for (std::int64_t row = 0; row < rows; ++row) {
        std::string line;
        for (const KeyValue& key : keys.of(row)) line += csv_cell(key) + ",";
        for (std::size_t column = 0; column < columns.size(); ++column) {
            line += fmt::format("{:.9g}{}", values[static_cast<std::size_t>(row) * columns.size() + column],
                                column + 1 < columns.size() ? "," : "\n");
        }
        text += line;
    }
    return text;
}

// Accuracy and the like on the rows that training held back, or why there are none.
Expected<std::string> held_back_metrics(const CompiledModel& model, const NativeModel& native, const DataSource& source,
                                        const WeightsProvenance& provenance, const AlignedBytes& weights) {
    if (provenance.run == 0 || source.kind != DataSourceKind::kSqlite)
        return std::string("held-back rows: not known to these weights");
    Expected<Feeds> feeds = read_feeds(model, source, true);
    if (!feeds) return feeds.error();
    Expected<std::vector<std::int64_t>> rows = held_back_rows(source.path, provenance.run, feeds->keys, feeds->rows);
    if (!rows) return fmt::format("held-back rows: {}", rows.error().message);
    if (rows->empty()) return std::string("held-back rows: none");
    const std::vector<Tensor<double>> outputs = predict_rows(model, native, *feeds, *rows, kForwardBatch);
    std::string text = fmt::format("{} held-back rows of run {}:", rows->size(), provenance.run);
    for (const auto& [name, value] : metric_values(model, outputs, *feeds, *rows, native.tensors(), weights.data())) {
        text += fmt::format("  {} {:.4f}", name, value);
    }
    return text;
}

Expected<ExitCode> predict(const PredictOptions& options, const Console& console, const ModelSource& source) {
    const CompiledModel& model = source.model;
    Expected<DataSource> data = choose_source(model, options.data, options.model.path);
    if (!data) return data.error();
    Expected<WeightFile> file = read_safetensors(options.weights);
    if (!file) return file.error();
    data->characters = provenance_of(*file).characters;
    Expected<Feeds> feeds = read_feeds(model, *data, false);
    if (!feeds) return feeds.error();

    CompileRequest request;
    request.source_name = source.file->path;
    request.source_text = source.file->text;
    request.strict = options.model.strict;
    request.forward_batches = {kForwardBatch};
    request.with_trainer = false;
    request.check_arena = NativeModel::kSanitised;
    Expected<Compilation> compilation = compile_model(model, request);
    if (!compilation) return compilation.error();
    Expected<NativeModel> native = NativeModel::compile(compilation->files, model, NativeUse::kForward);
    if (!native) return native.error();
    AlignedBytes weights = native->new_weights();
    Expected<> fits = file_to_weights(*file, options.weights, model, native->tensors(), WeightsUse::kPredict, weights);
    if (!fits) return fits.error();
    native->use(weights);

    std::vector<std::int64_t> rows(static_cast<std::size_t>(feeds->rows));
    std::iota(rows.begin(), rows.end(), 0);
    const std::vector<Tensor<double>> outputs = predict_rows(model, *native, *feeds, rows, kForwardBatch);
    const std::vector<std::string> columns = column_names(model, outputs);
    const std::vector<double> values = interleave(outputs, feeds->rows);
    if (!options.quiet) console.note(native->times());

    if (data->kind == DataSourceKind::kSqlite && options.output.empty()) {
        Predictions predictions;
        predictions.model = model.program.name;
        predictions.model_hash = model.model_hash;
        predictions.time = utc_timestamp();
        predictions.outputs = columns;
        predictions.keys = &feeds->keys;
        predictions.rows = rows;
        predictions.values = values;
        Expected<PredictionReport> report = write_predictions(data->path, predictions);
        if (!report) return report.error();
        if (!options.quiet) {
            console.note(fmt::format("{} predictions into `{}` of {}: {} new, {} replaced", rows.size(), report->table,
                                     data->path, report->inserted, report->replaced));
        }
    } else {
        const std::string path = options.output.empty() ? "-" : options.output;
        Expected<> written = write_file_atomically(path, csv_text(feeds->keys, columns, values, feeds->rows));
        if (!written) return written.error();
        if (!options.quiet)
            console.note(fmt::format("{} predictions into {}", rows.size(), path == "-" ? "standard output" : path));
    }
    if (!options.quiet) {
        Expected<std::string> metrics = held_back_metrics(model, *native, *data, provenance_of(*file), weights);
        // Predictions are written; rows without an outcome are no failure of theirs.
        console.note(metrics ? *metrics : fmt::format("held-back rows: {}", metrics.error().message));
    }
    return ExitCode::kDone;
}

}  // namespace

ExitCode run_predict(const PredictOptions& options, const Console& console) {
    std::variant<ModelSource, ExitCode> source = load_model(options.model, console);
    if (const ExitCode* code = std::get_if<ExitCode>(&source)) return *code;
    const ModelSource& loaded = std::get<ModelSource>(source);
    if (!loaded.model.train) {
        return console.report(
            Error{&kNoTrainBlock,
                  fmt::format("`{}` has no train block, so nothing says which columns feed it", options.model.path),
                  fmt::format("write `train {} {{ ... }}` with `{} = columns(...)`", loaded.model.program.name,
                              loaded.model.inputs.empty() ? "x" : loaded.model.inputs[0].first),
                  {},
                  ExitCode::kWrongInput});
    }
    Expected<ExitCode> code = predict(options, console, loaded);
    return code ? *code : console.report(code.error());
}

}  // namespace nncc
