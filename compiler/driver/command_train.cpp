// nncc train: rows, a trainer compiled in process, weights to a file, the run and its metrics into the database.
#include <cerrno>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>

#include "base/file.h"
#include "data/runs.h"
#include "data/split.h"
#include "driver/commands.h"
#include "driver/compile_model.h"
#include "driver/diagnostic_kinds.h"
#include "driver/model_source.h"
#include "driver/training.h"
#include "driver/version.h"
#include "driver/weights.h"

namespace nncc {

namespace {

constexpr double kSecondsBetweenSaves = 10;

ValidationSplit split_of(const Validation& validation) {
    ValidationSplit split;
    switch (validation.kind) {
        case Validation::Kind::kNone: break;
        case Validation::Kind::kFraction:
            split.kind = SplitKind::kFraction;
            split.fraction = validation.value;
            break;
        case Validation::Kind::kLastFraction:
            split.kind = SplitKind::kLastFraction;
            split.fraction = validation.value;
            break;
        case Validation::Kind::kLastRows:
            split.kind = SplitKind::kLastCount;
            split.count = static_cast<std::int64_t>(validation.value);
            break;
    }
    return split;
}

// In quotes where it holds a comma, as `mae(x[:, 0], y)` does.
std::string csv_field(const std::string& text) {
    if (text.find_first_of(",\"\n") == std::string::npos) return text;
    std::string field = "\"";
    for (const char letter : text) field += letter == '"' ? std::string("\"\"") : std::string(1, letter);
    return field + "\"";
}

// --log: one line a step. Metrics are whole-set values, so they stand on the last step of each epoch.
class StepLog {
  public:
    static Expected<StepLog> open(const std::string& path, const TrainSpec& spec, bool f64) {
        StepLog log;
        log.path_ = path;
        log.digits_ = f64 ? 17 : 9;
        log.file_.reset(std::fopen(path.c_str(), "w"));
        if (!log.file_)
            return Error{&kFileUnwritable, fmt::format("cannot write `{}`: {}", path, std::strerror(errno)), "", {}};
        std::string header = "step,epoch,loss,validation_loss";
        for (const std::string& name : spec.metrics) header += "," + csv_field(name);
        log.columns_ = spec.metrics.size() + 1;
        fmt::print(log.file_.get(), "{}\n", header);
        return log;
    }

    Expected<> write(std::int64_t step, std::int64_t epoch, double loss, const NamedValues* metrics) {
        std::string line = fmt::format("{},{},{:.{}g}", step, epoch, loss, digits_);
        for (std::size_t column = 0; column < columns_; ++column) {
            line += metrics != nullptr && column < metrics->size()
                        ? fmt::format(",{:.{}g}", (*metrics)[column].second, digits_)
                        : ",";
        }
        line += '\n';
        if (std::fwrite(line.data(), 1, line.size(), file_.get()) != line.size()) return failed();
        return Nothing{};
    }

    Expected<> close() {
        if (std::fclose(file_.release()) != 0) return failed();
        return Nothing{};
    }

  private:
    struct Close {
        void operator()(std::FILE* file) const { std::fclose(file); }
    };
    Error failed() const {
        return Error{&kFileUnwritable, fmt::format("cannot write `{}`: {}", path_, std::strerror(errno)), "", {}};
    }
    std::unique_ptr<std::FILE, Close> file_;
    std::string path_;
    std::size_t columns_ = 0;
    int digits_ = 9;
};

// Everything of one `nncc train`, step by step; each part returns an error or goes on.
class TrainCommand {
  public:
    TrainCommand(const TrainOptions& options, const Console& console, ModelSource source)
        : options_(options),
          console_(console),
          source_(std::move(source)),
          model_(source_.model),
          spec_(*model_.train) {}

    Expected<ExitCode> run();

  private:
    void apply_options();
    Expected<> read_data();
    Expected<> compile();
    Expected<> split(const ValidationSplit& split);
    Expected<ExitCode> train_once();
    Expected<ExitCode> train_folds();
    Expected<> prepare_weights();
    Run run_row() const;
    Expected<TrainingOutcome> train();
    Expected<> save();
    Expected<> write_weights();
    void summarise(const TrainingOutcome& outcome);

    const TrainOptions& options_;
    const Console& console_;
    ModelSource source_;
    CompiledModel& model_;
    TrainSpec& spec_;
    std::string weights_path_;
    DataSource data_;
    Feeds feeds_;
    ValidationSplit split_by_;
    SplitRows split_;
    std::optional<NativeModel> native_;
    std::int64_t forward_batch_ = 1;
    AlignedBytes weights_;        // to start from
    AlignedBytes epoch_weights_;  // of the last completed epoch
    WeightsProvenance provenance_;
    std::string started_ = utc_timestamp();
    bool recorded_ = false;
    std::vector<Metric> pending_;  // of epochs not yet in the database
    NamedValues last_metrics_;
};

void TrainCommand::apply_options() {
    if (options_.epochs) spec_.epochs = *options_.epochs;
    if (options_.seed) spec_.seed = *options_.seed;
    if (options_.batch) spec_.batch = *options_.batch;
    weights_path_ = options_.output.empty() ? model_stem(options_.model.path) + ".safetensors" : options_.output;
    provenance_.seed = spec_.seed;
}

Expected<> TrainCommand::read_data() {
    Expected<DataSource> source = choose_source(model_, options_.data, options_.model.path);
    if (!source) return source.error();
    data_ = std::move(*source);
    Expected<Feeds> feeds = read_feeds(model_, data_, true);
    if (!feeds) return feeds.error();
    feeds_ = std::move(*feeds);
    provenance_.characters = feeds_.characters;
    return Nothing{};
}

Expected<> TrainCommand::split(const ValidationSplit& split) {
    split_by_ = split;
    Expected<SplitRows> rows = split_rows(feeds_.rows, split, spec_.seed);
    if (!rows) return rows.error();
    split_ = std::move(*rows);
    if (!options_.quiet) {
        const std::string fold =
            split.kind == SplitKind::kFold ? fmt::format("fold {} of {}: ", split.fold + 1, split.count) : "";
        console_.note(fmt::format("{}{} rows from {}; {} train, {} held back", fold, feeds_.rows,
                                  data_source_text(data_), split_.training.size(), split_.validation.size()));
    }
    return Nothing{};
}

Expected<> TrainCommand::compile() {
    CompileRequest request;
    request.source_name = source_.file->path;
    request.source_text = source_.file->text;
    request.strict = options_.model.strict;
    request.train_batch = spec_.batch;
    request.truncate = options_.truncate;
    request.forward_batches = {spec_.batch};
    request.with_trainer = true;
    request.check_arena = NativeModel::kSanitised;
    Expected<Compilation> compilation = compile_model(model_, request);
    if (!compilation) return compilation.error();
    forward_batch_ = spec_.batch;
    const bool calls_gradients = spec_.accumulate > 1 || !options_.gradients.empty();
    Expected<NativeModel> native =
        NativeModel::compile(compilation->files, model_, calls_gradients ? NativeUse::kGradients : NativeUse::kStep);
    if (!native) return native.error();
    native_.emplace(std::move(*native));
    if (!options_.quiet) {
        console_.note(
            fmt::format("{}: {} kernels, {}", model_.program.name, compilation->files.kernel_count, native_->times()));
    }
    return Nothing{};
}

Expected<> TrainCommand::prepare_weights() {
    weights_ = native_->new_weights();
    native_->initialize(weights_, spec_.seed);
    store_fits(fit_values(model_, feeds_, split_.training), native_->tensors(), weights_);
    if (options_.initial_weights.empty()) return Nothing{};
    Expected<WeightFile> file = read_safetensors(options_.initial_weights);
    if (!file) return file.error();
    std::vector<std::string> left_out;
    Expected<> taken = file_to_weights(*file, options_.initial_weights, model_, native_->tensors(),
                                       WeightsUse::kInitialise, weights_, &left_out);
    if (!taken || left_out.empty()) return taken;
    std::size_t missing = 0;
    for (const std::string& line : left_out) missing += line.starts_with("extra") ? 0 : 1;
    console_.note(fmt::format("{} of {} tensors start as in {}; not taken:", native_->tensors().size() - missing,
                              native_->tensors().size(), options_.initial_weights));
    for (const std::string& line : left_out) console_.note("  " + line);
    return taken;
}

Run TrainCommand::run_row() const {
    Run run;
    run.model = model_.program.name;
    run.model_hash = model_.model_hash;
    run.started = started_;
    run.seed = spec_.seed;
    run.epochs = spec_.epochs;
    run.batch = spec_.batch;
    run.rows = static_cast<std::int64_t>(split_.training.size());
    run.options = fmt::format("data {}, order {}, f32 as {}", data_source_text(data_),
                              options_.shuffle.value_or(true) ? "shuffle" : "sequential",
                              options_.model.real_f64 ? "f64" : "f32");
    run.version = std::string(kVersion);
    run.held_back = split_text(feeds_.rows, split_by_, spec_.seed);
    return run;
}

// The weights first: when they cannot be written, the database is as it was. They name the run that comes after them.
Expected<> TrainCommand::save() {
    const bool records = data_.kind == DataSourceKind::kSqlite && !options_.no_record;
    if (records && provenance_.run == 0) {
        Expected<std::int64_t> next = next_run_id(data_.path);
        if (!next) return next.error();
        provenance_.run = *next;
        provenance_.database = data_.path;
    }
    if (Expected<> written = write_weights(); !written || !records) return written;
    if (!recorded_) {
        Expected<std::int64_t> id = start_run(data_.path, run_row(), feeds_.keys, split_.validation);
        if (!id) return id.error();
        recorded_ = true;
        if (*id != provenance_.run) {  // another training came between
            provenance_.run = *id;
            if (Expected<> written = write_weights(); !written) return written;
        }
    }
    Expected<> written = write_metrics(data_.path, provenance_.run, pending_);
    pending_.clear();
    return written;
}

Expected<> TrainCommand::write_weights() {
    const WeightFile file = weights_to_file(model_, native_->tensors(), epoch_weights_.data(), provenance_);
    return write_file_atomically(weights_path_, write_safetensors(file));
}

Expected<TrainingOutcome> TrainCommand::train() {
    std::optional<StepLog> log;
    if (!options_.log.empty()) {
        Expected<StepLog> opened = StepLog::open(options_.log, spec_, options_.model.real_f64);
        if (!opened) return opened.error();
        log.emplace(std::move(*opened));
    }
    TrainingHooks hooks;
    if (log) {
        hooks.on_step = [&log](std::int64_t step, std::int64_t epoch, double loss, const NamedValues* metrics) {
            return log->write(step, epoch, loss, metrics);
        };
    }
    if (!options_.gradients.empty()) {
        hooks.on_first_gradient = [this](const AlignedBytes& gradient) {
            return write_file_atomically(
                options_.gradients, write_safetensors(gradients_to_file(model_, native_->tensors(), gradient.data())));
        };
    }
    auto saved = std::chrono::steady_clock::now();
    hooks.on_epoch = [&](std::int64_t epoch, double mean_loss, const NamedValues& metrics,
                         const std::byte* weights) -> Expected<> {
        std::memcpy(epoch_weights_.data(), weights, epoch_weights_.size());
        provenance_.epoch = epoch;
        last_metrics_ = metrics;
        pending_.push_back({epoch, "loss", mean_loss});
        for (const auto& [name, value] : metrics) pending_.push_back({epoch, name, value});
        const auto now = std::chrono::steady_clock::now();
        if (std::chrono::duration<double>(now - saved).count() < kSecondsBetweenSaves) return Nothing{};
        saved = now;
        return save();
    };
    epoch_weights_ = weights_.copy();
    const TrainingRequest request{model_,
                                  *native_,
                                  feeds_,
                                  split_.training,
                                  split_.validation,
                                  spec_.batch,
                                  forward_batch_,
                                  spec_.epochs,
                                  options_.steps,
                                  spec_.seed,
                                  options_.shuffle.value_or(true),
                                  options_.quiet};
    Expected<TrainingOutcome> outcome = train_model(request, weights_, hooks, console_);
    if (log) {
        Expected<> closed = log->close();
        if (outcome && !closed) return closed.error();
    }
    return outcome;
}

void TrainCommand::summarise(const TrainingOutcome& outcome) {
    if (options_.quiet) return;
    std::string metrics;
    for (const auto& [name, value] : last_metrics_) metrics += fmt::format("  {} {:.4f}", name, value);
    console_.note(fmt::format("{} steps in {}; held-back rows:{}", outcome.steps, duration_text(outcome.seconds),
                              metrics.empty() ? " none" : metrics));
    if (outcome.epochs > 0) console_.note(fmt::format("weights of epoch {} in {}", outcome.epochs, weights_path_));
    if (recorded_)
        console_.note(fmt::format("run {} in {}: tables nncc_runs, nncc_metrics", provenance_.run, data_.path));
}

Expected<ExitCode> TrainCommand::run() {
    apply_options();
    if (Expected<> done = read_data(); !done) return done.error();
    if (options_.folds) return train_folds();
    if (Expected<> done = split(split_of(spec_.validation)); !done) return done.error();
    if (Expected<> done = compile(); !done) return done.error();
    return train_once();
}

// "pima.safetensors" to "pima.fold_2.safetensors".
std::string path_of_fold(const std::string& path, std::int64_t fold) {
    const std::filesystem::path whole(path);
    return (whole.parent_path() / whole.stem()).string() + fmt::format(".fold_{}", fold) + whole.extension().string();
}

// Each fold is a training of its own: fits, weights and run; then the mean of what they reached, and the sample
// standard deviation.
Expected<ExitCode> TrainCommand::train_folds() {
    const std::string path = weights_path_;
    const std::int64_t folds = *options_.folds;
    std::vector<NamedValues> reached;
    for (std::int64_t fold = 0; fold < folds; ++fold) {
        if (Expected<> done = split({SplitKind::kFold, 0, folds, fold}); !done) return done.error();
        if (!native_) {
            if (Expected<> done = compile(); !done) return done.error();
        }
        weights_path_ = path_of_fold(path, fold + 1);
        provenance_.run = 0;
        provenance_.epoch = 0;
        recorded_ = false;
        started_ = utc_timestamp();
        pending_.clear();
        last_metrics_.clear();
        const Expected<ExitCode> code = train_once();
        if (!code || *code != ExitCode::kDone) return code;
        reached.push_back(last_metrics_);
    }
    if (options_.quiet) return ExitCode::kDone;
    std::string text;
    for (std::size_t k = 0; k < reached.front().size(); ++k) {
        double sum = 0, squares = 0;
        for (const NamedValues& one : reached) sum += one[k].second;
        const double mean = sum / static_cast<double>(folds);
        for (const NamedValues& one : reached) squares += (one[k].second - mean) * (one[k].second - mean);
        text += fmt::format("  {} {:.4f} +- {:.4f}", reached.front()[k].first, mean,
                            std::sqrt(squares / static_cast<double>(folds - 1)));
    }
    console_.note(fmt::format("{} folds, mean +- standard deviation:{}", folds, text));
    return ExitCode::kDone;
}

Expected<ExitCode> TrainCommand::train_once() {
    if (Expected<> done = prepare_weights(); !done) return done.error();
    Expected<TrainingOutcome> outcome = train();
    if (!outcome) return outcome.error();
    if (outcome->epochs > 0) {
        // An interrupted run that the database does not know yet stays out of it.
        Expected<> done = outcome->interrupted && !recorded_ ? write_weights() : save();
        if (!done) return done.error();
    }
    if (recorded_ && !outcome->interrupted) {
        if (Expected<> done = finish_run(data_.path, provenance_.run, utc_timestamp()); !done) return done.error();
    }
    if (outcome->interrupted) {
        console_.note(outcome->epochs > 0
                          ? fmt::format("interrupted; weights of epoch {} in {}", outcome->epochs, weights_path_)
                          : std::string("interrupted before the first epoch was complete; no weights were written"));
        return ExitCode::kInterrupted;
    }
    summarise(*outcome);
    return ExitCode::kDone;
}

}  // namespace

ExitCode run_train(const TrainOptions& options, const Console& console) {
    std::variant<ModelSource, ExitCode> source = load_model(options.model, console);
    if (const ExitCode* code = std::get_if<ExitCode>(&source)) return *code;
    ModelSource& loaded = std::get<ModelSource>(source);
    if (!loaded.model.train) {
        return console.report(
            Error{&kNoTrainBlock,
                  fmt::format("`{}` has no train block, so there is no loss to train for", options.model.path),
                  fmt::format("write `train {} {{ ... }}` after the model", loaded.model.program.name),
                  {},
                  ExitCode::kWrongInput});
    }
    if (options.folds && (!options.log.empty() || !options.gradients.empty())) {
        return console.report(Error{&kCommandMismatch,
                                    "`--folds` trains several times, `--log` and `--gradients` are of one training",
                                    "leave one out",
                                    {},
                                    ExitCode::kUsage});
    }
    TrainCommand command(options, console, std::move(loaded));
    Expected<ExitCode> code = command.run();
    return code ? *code : console.report(code.error());
}

}  // namespace nncc
