// The command line of nncc: arguments in, one command run, its exit code out.
#include <CLI/CLI.hpp>
#include <csignal>

#include "driver/commands.h"
#include "driver/version.h"

namespace nncc {
namespace {

constexpr const char* kExamples = R"(nncc: ahead-of-time compiler for neural networks

Examples:
  nncc pima.nn -o pima.cpp                        emit pima.cpp and pima.h
  nncc data load pima.csv --into pima.db --table patients
  nncc train pima.nn                              rows from SQLite, weights to pima.safetensors
  nncc predict pima.nn --weights pima.safetensors predictions into the database
  nncc build pima.nn --weights pima.safetensors -o pima
                                                  a standalone binary: CSV on stdin, predictions on stdout
  nncc check pima.nn                              what is wrong with it, and nothing else
  nncc fmt pima.nn                                lays it out
  nncc verify pima.nn                             proves the emitted functions free of all that waits or grows
  nncc bench pima.nn                              times forward and the training step; nncc profile each kernel
  nncc pima.nn --emit=fused                       the graph after fusion
  nncc explain NN0012                             what a diagnostic means

Exit codes: 0 done, 1 the model or data is wrong, 2 usage, 3 not verified, 4 I/O or database,
            5 numeric failure, 70 a bug of nncc, 130 interrupted.)";

void add_model_options(CLI::App& app, ModelOptions& model, bool required) {
    CLI::Option* path =
        app.add_option("model_file", model.path, "The model, MODEL.nn; - for standard input")->type_name("MODEL.nn");
    if (required) path->required();
    app.add_option("--model", model.name, "Which model of the file; not needed when there is one")->type_name("NAME");
    app.add_option("-D", model.defines, "Binds a dimension, a model argument or a constant")
        ->type_name("NAME=VALUE")
        ->allow_extra_args(false);
    app.add_option("-I", model.import_folders, "Where `import` looks after the model's own folder")
        ->type_name("DIR")
        ->allow_extra_args(false);
    app.add_option_function<std::string>(
           "--real", [&model](const std::string& text) { model.real_f64 = text == "f64"; },
           "What f32 means: f32 or f64")
        ->check(CLI::IsMember({"f32", "f64"}))
        ->type_name("TYPE");
    app.add_flag("--strict", model.strict, "Exact functions, sums in order, no contraction: the same bits everywhere")
        ->configurable(false);
}

struct Settings {
    std::string colour = "auto";
    std::string diagnostics = "text";
    EmitOptions emit;
    std::string emit_kind;
    TrainOptions train;
    std::string order;
    PredictOptions predict;
    BuildOptions build;
    CheckOptions check;
    VerifyOptions verify;
    BenchOptions bench;
    BenchOptions profile;
    FormatOptions format;
    DataLoadOptions load;
    std::string code;
};

void add_shared_options(CLI::App& app, Settings& settings) {
    app.add_option("--color", settings.colour, "auto, always or never")
        ->check(CLI::IsMember({"auto", "always", "never"}))
        ->type_name("WHEN");
    app.add_option("--diagnostics", settings.diagnostics, "text or json, one object a line")
        ->check(CLI::IsMember({"text", "json"}))
        ->type_name("FORM");
}

void describe_emit(CLI::App& app, Settings& settings) {
    EmitOptions& emit = settings.emit;
    add_model_options(app, emit.model, false);
    app.add_option("-o", emit.output, "The C++ source; the header stands beside it; - for standard output")
        ->type_name("OUT.cpp");
    app.add_option("--emit", settings.emit_kind, "ast, graph, fused, fusion, cpp or dot, to standard output or -o")
        ->check(CLI::IsMember({"ast", "graph", "fused", "fusion", "cpp", "dot"}))
        ->type_name("STAGE");
    app.add_option("--entry", emit.entry, "Only this entry of --emit and --print-after: forward, step, ...")
        ->type_name("NAME");
    app.add_option("--print-after", emit.print_after, "The graph after a pass, or after all")
        ->type_name("PASS")
        ->delimiter(',');
    app.add_option("--passes", emit.passes, "Runs these passes on a graph in text form")
        ->type_name("PASS,...")
        ->delimiter(',');
    app.add_flag("--MD,-M", emit.write_dependencies, "Writes a make rule with the files read")->configurable(false);
    app.add_flag("--gradients", emit.gradients, "With backward(inputs, adjoints, gradient), the derivative of forward")
        ->configurable(false);
    app.add_flag("--single-file", emit.single_file, "Folds the parts of the runtime in: each file compiles alone")
        ->configurable(false);
    app.add_option("--MF", emit.dependency_file, "Where -MD writes; default OUT.d")->type_name("FILE");
    app.add_flag("-q,--quiet", emit.quiet, "No summary");
}

void describe_train(CLI::App& app, Settings& settings) {
    TrainOptions& train = settings.train;
    app.description(
        "Trains a model on rows of a database and writes its weights\n\nExamples:\n"
        "  nncc train pima.nn\n"
        "  nncc train pima.nn --data sqlite:other.db?table=patients --epochs 20 --seed 3 -o other.safetensors\n"
        "  nncc train pima.nn --data csv:pima.csv --log steps.csv\n"
        "  nncc train pima.nn --folds 5                    weights to pima.fold_1.safetensors ...");
    add_model_options(app, train.model, true);
    app.add_option("--data", train.data, "sqlite:FILE?table=T, sqlite:FILE?query=Q, csv:FILE, npz:FILE or text:FILE")
        ->type_name("SOURCE");
    app.add_option("--init", train.initial_weights, "Start from these weights")->type_name("W.safetensors");
    app.add_option("-o", train.output, "The weights; default MODEL.safetensors")->type_name("W.safetensors");
    app.add_option("--log", train.log, "One line a step: step, epoch, loss, metrics")->type_name("STEPS.csv");
    app.add_option("--gradients", train.gradients, "The gradients of the first step")->type_name("G.safetensors");
    app.add_option("--order", settings.order, "sequential or shuffle")
        ->check(CLI::IsMember({"sequential", "shuffle"}))
        ->type_name("ORDER");
    app.add_option("--epochs", train.epochs, "Instead of the train block's")
        ->check(CLI::Range(std::int64_t{1}, std::int64_t{1} << 40));
    app.add_option("--steps", train.steps, "Stops after so many steps")
        ->check(CLI::Range(std::int64_t{1}, std::int64_t{1} << 40));
    app.add_option("--seed", train.seed, "Instead of the train block's");
    app.add_option("--batch", train.batch, "Instead of the train block's")
        ->check(CLI::Range(std::int64_t{1}, std::int64_t{1} << 24));
    app.add_option("--folds", train.folds, "Trains so often, each time with another part of the rows held back")
        ->check(CLI::Range(std::int64_t{2}, std::int64_t{1000}));
    app.add_option("--truncate", train.truncate, "Gradients through what scans carry end after so many steps")
        ->check(CLI::Range(std::int64_t{1}, std::int64_t{1} << 30))
        ->type_name("STEPS");
    app.add_flag("--no-record", train.no_record, "Leaves the database as it is: no tables of runs and metrics");
    app.add_flag("-q,--quiet", train.quiet, "No progress");
}

void describe_predict(CLI::App& app, Settings& settings) {
    PredictOptions& predict = settings.predict;
    app.description(
        "Predicts every row of the data and writes the predictions back\n\nExamples:\n"
        "  nncc predict pima.nn --weights pima.safetensors\n"
        "  nncc predict pima.nn --weights pima.safetensors --data csv:new.csv -o predictions.csv");
    add_model_options(app, predict.model, true);
    app.add_option("--weights", predict.weights, "Trained weights")->type_name("W.safetensors")->required();
    app.add_option("--data", predict.data, "sqlite:FILE?table=T, sqlite:FILE?query=Q, csv:FILE, npz:FILE or text:FILE")
        ->type_name("SOURCE");
    app.add_option("-o", predict.output, "A CSV file instead of the table; - for standard output")
        ->type_name("FILE.csv");
    app.add_flag("-q,--quiet", predict.quiet, "No summary");
}

void describe_build(CLI::App& app, Settings& settings) {
    BuildOptions& build = settings.build;
    app.description(
        "Builds a standalone inference binary\n\nExamples:\n"
        "  nncc build pima.nn --weights pima.safetensors -o pima\n"
        "  ./pima < rows.csv > predictions.csv");
    add_model_options(app, build.model, true);
    app.add_option("--weights", build.weights, "Trained weights, embedded into the binary")
        ->type_name("W.safetensors")
        ->required();
    app.add_option("-o", build.output, "The binary; default MODEL")->type_name("FILE");
    app.add_flag("-q,--quiet", build.quiet, "No summary");
}

void describe_check(CLI::App& app, Settings& settings) {
    app.description(
        "Says what is wrong with a model, and writes nothing\n\nExamples:\n"
        "  nncc check pima.nn\n"
        "  nncc check --diagnostics=json - < pima.nn");
    add_model_options(app, settings.check.model, true);
}

void describe_verify(CLI::App& app, Settings& settings) {
    app.description(
        "Proves from the emitted C++ that a model's functions never allocate, throw, lock, or loop without a "
        "bound\n\nExamples:\n"
        "  nncc verify pima.nn\n"
        "  nncc verify char_gpt.nn -D 'time<=64'\n\n"
        "Exit code 3 when something is not proven; then it says what, where, and how it is reached.");
    add_model_options(app, settings.verify.model, true);
    app.add_flag("--gradients", settings.verify.gradients,
                 "Of `backward` too, as `nncc MODEL.nn --gradients` emits it");
}

void add_bench_options(CLI::App& app, BenchOptions& bench) {
    add_model_options(app, bench.model, true);
    app.add_option("--seconds", bench.seconds, "How long each function is measured; default 1")
        ->check(CLI::Range(0.01, 3600.0));
    app.add_flag("--no-step", bench.no_step, "Without the training step");
}

void describe_bench(CLI::App& app, Settings& settings) {
    app.description(
        "Times what is emitted for a model on this machine: one call of forward and of the training step, on random "
        "rows\n\nExamples:\n"
        "  nncc bench pima.nn\n"
        "  nncc bench pima.nn -D batch=32 --seconds 5");
    add_bench_options(app, settings.bench);
}

void describe_profile(CLI::App& app, Settings& settings) {
    app.description(
        "Times each kernel of what is emitted for a model: its share, operations and bytes a second, and the line it "
        "is of\n\nExamples:\n"
        "  nncc profile digits_cnn.nn\n"
        "  nncc profile char_gpt.nn -D 'time<=64'");
    add_bench_options(app, settings.profile);
}

void describe_fmt(CLI::App& app, Settings& settings) {
    app.description(
        "Lays out model files: indents, blanks between words, line ends; comments and line breaks stay\n\nExamples:\n"
        "  nncc fmt pima.nn mlp.nn\n"
        "  nncc fmt --check models/*.nn\n"
        "  nncc fmt - < draft.nn > clean.nn");
    app.add_option("files", settings.format.paths,
                   "The files, changed in place; - for standard input to standard output")
        ->type_name("FILE.nn")
        ->required();
    app.add_flag("--check", settings.format.check, "Changes nothing; exit code 1 when a file would change");
}

CLI::App* describe_data(CLI::App& app, Settings& settings) {
    app.description(
        "Brings rows into a database\n\nExamples:\n  nncc data load pima.csv --into pima.db --table patients");
    app.require_subcommand(1);
    CLI::App* load = app.add_subcommand("load", "Loads a CSV file into a table of a SQLite database");
    DataLoadOptions& options = settings.load;
    load->description(
        "Loads a CSV file into a table of a SQLite database\n\nExamples:\n"
        "  nncc data load pima.csv --into pima.db --table patients\n"
        "  nncc data load more.csv --into pima.db --table patients --append\n"
        "  nncc data load bare.csv --into pima.db --table patients --columns pregnancies,glucose");
    load->add_option("csv", options.csv, "The file")->type_name("FILE.csv")->required();
    load->add_option("--into", options.database, "The database; made when it is not there")
        ->type_name("FILE.db")
        ->required();
    load->add_option("--table", options.table, "The table")->type_name("TABLE")->required();
    load->add_option("--columns", options.columns, "Names of the columns, for a file without a header")
        ->type_name("NAME,...")
        ->delimiter(',');
    load->add_option("--model", options.model, "Names from the train block of this model")->type_name("MODEL.nn");
    CLI::Option* replace = load->add_flag("--replace", options.replace, "Replaces the table when it exists");
    load->add_flag("--append", options.append, "Adds to the table when it exists")->excludes(replace);
    add_shared_options(*load, settings);
    return load;
}

EmitKind emit_kind(const std::string& text) {
    if (text == "ast") return EmitKind::kAst;
    if (text == "graph") return EmitKind::kGraph;
    if (text == "fused") return EmitKind::kFused;
    if (text == "fusion") return EmitKind::kFusion;
    if (text == "cpp") return EmitKind::kCpp;
    if (text == "dot") return EmitKind::kDot;
    return EmitKind::kFiles;
}

// `-MD` and `-MF FILE` as compilers spell them; CLI11 knows one-letter short options only.
std::vector<std::string> normalised(int argc, char** argv) {
    std::vector<std::string> arguments;
    for (int index = argc - 1; index > 0; --index) {
        std::string argument = argv[index];
        if (argument == "-MD" || argument == "-MF") argument = "-" + argument;
        arguments.push_back(std::move(argument));
    }
    return arguments;
}

int run(int argc, char** argv) {
    Settings settings;
    CLI::App app(kExamples, "nncc");
    app.set_version_flag("--version", fmt::format("nncc {}", kVersion));
    app.get_formatter()->column_width(34);
    describe_emit(app, settings);
    add_shared_options(app, settings);
    CLI::App* train = app.add_subcommand("train", "Trains a model on rows of a database");
    CLI::App* predict = app.add_subcommand("predict", "Writes predictions back into the database");
    CLI::App* build = app.add_subcommand("build", "Builds a standalone inference binary");
    CLI::App* check = app.add_subcommand("check", "Says what is wrong with a model");
    CLI::App* verify = app.add_subcommand("verify", "Proves that the emitted functions never wait and never grow");
    CLI::App* bench = app.add_subcommand("bench", "Times a model's functions on this machine");
    CLI::App* profile = app.add_subcommand("profile", "Times each kernel of a model");
    CLI::App* format = app.add_subcommand("fmt", "Lays out model files");
    CLI::App* data = app.add_subcommand("data", "Brings rows into a database");
    CLI::App* explain = app.add_subcommand("explain", "Explains a diagnostic, NN0012");
    describe_train(*train, settings);
    describe_predict(*predict, settings);
    describe_build(*build, settings);
    describe_check(*check, settings);
    describe_verify(*verify, settings);
    describe_bench(*bench, settings);
    describe_profile(*profile, settings);
    describe_fmt(*format, settings);
    CLI::App* load = describe_data(*data, settings);
    explain->add_option("code", settings.code, "The code, as printed in brackets")->type_name("CODE")->required();
    for (CLI::App* command : {train, predict, build, check, verify, bench, profile, format, explain})
        add_shared_options(*command, settings);

    try {
        app.parse(normalised(argc, argv));
    } catch (const CLI::ParseError& error) {
        return error.get_exit_code() == 0 ? app.exit(error) : (app.exit(error), static_cast<int>(ExitCode::kUsage));
    }

    const Console console(wants_colour(settings.colour), settings.diagnostics == "json");
    if (!settings.order.empty()) settings.train.shuffle = settings.order == "shuffle";
    settings.emit.emit = emit_kind(settings.emit_kind);
    ExitCode code = ExitCode::kUsage;
    if (train->parsed()) {
        code = run_train(settings.train, console);
    } else if (predict->parsed()) {
        code = run_predict(settings.predict, console);
    } else if (build->parsed()) {
        code = run_build(settings.build, console);
    } else if (check->parsed()) {
        code = run_check(settings.check, console);
    } else if (verify->parsed()) {
        code = run_verify(settings.verify, console);
    } else if (bench->parsed()) {
        code = run_bench(settings.bench, console);
    } else if (profile->parsed()) {
        code = run_profile(settings.profile, console);
    } else if (format->parsed()) {
        code = run_fmt(settings.format, console);
    } else if (load->parsed()) {
        code = run_data_load(settings.load, console);
    } else if (explain->parsed()) {
        code = run_explain(settings.code, console);
    } else if (settings.emit.model.path.empty()) {
        fmt::print(stderr, "{}", app.help());
    } else {
        code = run_emit(settings.emit, console);
    }
    return static_cast<int>(code);
}

}  // namespace
}  // namespace nncc

int main(int argc, char** argv) {
    std::signal(SIGPIPE, SIG_IGN);  // a reader that went away is a failed write, with its message
    return nncc::run(argc, argv);
}
