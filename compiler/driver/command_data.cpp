// nncc data load: a CSV file into a table, with names from the header, --columns or a model.
#include "data/load.h"
#include "driver/commands.h"
#include "driver/diagnostic_kinds.h"
#include "driver/model_source.h"

namespace nncc {

namespace {

// The columns that a model's train block reads, in its order.
std::vector<std::string> feed_columns(const CompiledModel& model) {
    std::vector<std::string> names;
    if (!model.train) return names;
    for (const Feed& feed : model.train->feeds) {
        if (feed.kind != Feed::Kind::kArray) names.insert(names.end(), feed.columns.begin(), feed.columns.end());
    }
    return names;
}

}  // namespace

ExitCode run_data_load(const DataLoadOptions& options, const Console& console) {
    LoadRequest request;
    request.csv.kind = DataSourceKind::kCsv;
    request.csv.path = options.csv;
    request.database = options.database;
    request.table = options.table;
    request.mode = options.replace ? LoadMode::kReplace : options.append ? LoadMode::kAppend : LoadMode::kCreate;
    if (!options.columns.empty()) {
        request.csv.columns = options.columns;
        request.names_origin = NamesOrigin::kOption;
    } else if (!options.model.empty()) {
        ModelOptions model_options;
        model_options.path = options.model;
        std::variant<ModelSource, ExitCode> source = load_model(model_options, console);
        if (const ExitCode* code = std::get_if<ExitCode>(&source)) return *code;
        request.csv.columns = feed_columns(std::get<ModelSource>(source).model);
        request.names_origin = NamesOrigin::kModel;
        if (request.csv.columns.empty()) {
            return console.report(Error{&kNoTrainBlock,
                                        fmt::format("`{}` has no train block that names columns", options.model),
                                        "give `--columns a,b,c`",
                                        {},
                                        ExitCode::kWrongInput});
        }
    }
    Expected<LoadReport> report = load_csv(request);
    if (!report) return console.report(report.error());
    console.note(load_report_text(request, *report));
    return ExitCode::kDone;
}

}  // namespace nncc
