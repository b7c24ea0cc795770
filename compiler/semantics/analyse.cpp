// Analyse: a model's file to its Program and train settings: library, interface, then one entry after the other.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "base/hash.h"
#include "semantics/diagnostic_kinds.h"
#include "semantics/entries.h"
#include "semantics/extern.h"
#include "semantics/library.h"
#include "semantics/model.h"
#include "semantics/resolve.h"

namespace nncc {
namespace {

const ast::Item* choose_model(const Library& library, const SourceFile& file, const std::string& wanted,
                              Diagnostics& diagnostics) {
    auto named = [&](const std::string& name) -> const ast::Item* {
        for (const ast::Item* item : library.models) {
            if (std::get<ast::Function>(item->value).name.text == name) return item;
        }
        return nullptr;
    };
    std::vector<std::string> names;
    for (const ast::Item* item : library.models) names.push_back(std::get<ast::Function>(item->value).name.text);
    SourceRange start{&file, 0, 0};
    if (!wanted.empty()) {
        if (const ast::Item* item = named(wanted)) return item;
        std::string nearest = nearest_name(wanted, names);
        diagnostics.error(kNoModel, start, fmt::format("there is no model `{}`", wanted)).hint =
            nearest.empty() ? "" : fmt::format("did you mean `{}`?", nearest);
        return nullptr;
    }
    if (library.models.size() == 1) return library.models[0];
    if (const ast::Item* item = named(std::filesystem::path(file.path).stem().string())) return item;
    if (names.empty()) {
        diagnostics.error(kNoModel, start, "the file has no model").hint =
            "`model name(x: f32[batch, 8]) { … }` is one";
    } else {
        diagnostics
            .error(kNoModel, start, fmt::format("the file has {} models, and none is named as the file", names.size()))
            .hint = fmt::format("name one, as in `--model {}`", names[0]);
    }
    return nullptr;
}

const ast::Train* find_train(const Library& library, const ast::Function& model, Diagnostics& diagnostics) {
    const ast::Train* chosen = nullptr;
    for (const ast::Train* train : library.trains) {
        bool known = std::any_of(library.models.begin(), library.models.end(), [&](const ast::Item* item) {
            return std::get<ast::Function>(item->value).name.text == train->model.text;
        });
        if (!known && !library.models.empty() && train->model.range.file == model.name.range.file) {
            Diagnostic& diagnostic = diagnostics.error(kNoModel, train->model.range,
                                                       fmt::format("there is no model `{}`", train->model.text));
            if (!nearest_name(train->model.text, {model.name.text}).empty())
                diagnostic.hint = fmt::format("did you mean `{}`?", model.name.text);
        }
        if (train->model.text != model.name.text) continue;
        if (chosen == nullptr) {
            chosen = train;
            continue;
        }
        diagnostics
            .error(kDeclaredTwice, train->model.range, fmt::format("`train {}` is written twice", train->model.text))
            .notes.push_back({chosen->model.range, "the first is here"});
    }
    return chosen;
}

bool has_fits(const Analysis& analysis) {
    return std::any_of(analysis.storages.begin(), analysis.storages.end(),
                       [](const StorageRow& row) { return row.storage.kind == StorageKind::kFit; });
}

// Without origins, so that moving a line does not change it.
std::string hash_model(const Program& program, const std::set<std::string>& header_hashes) {
    GraphBuilder plain("forward");
    const Graph& forward = program.entries.at("forward");
    for (const Node& node : forward.nodes()) plain.add(*node.op, node.operands, node.attributes, {}, node.body);
    for (const Output& output : forward.outputs()) plain.output(output.name, output.value);
    std::string text = print_graph(std::move(plain).finish());
    for (const Storage& storage : program.storages) {
        text += fmt::format("{} {} {}\n", storage_kind_name(storage.kind), storage.name, type_text(storage.type));
    }
    for (const std::string& hash : header_hashes) text += fmt::format("header {}\n", hash);
    return sha256_hex(text);
}

std::string first_paragraph(const std::string& doc) {
    std::string text = doc.substr(0, doc.find("\n\n"));
    std::replace(text.begin(), text.end(), '\n', ' ');
    return text;
}

bool add_training(Analysis& analysis, const ModelInterface& interface, const ast::Train& syntax,
                  CompiledModel& result) {
    std::optional<TrainBlock> train = read_train_block(analysis, syntax, interface);
    if (!train) return false;
    add_counters(analysis);
    std::optional<Graph> loss = build_loss(analysis, interface, *train);
    std::optional<Graph> update = build_update(analysis, *train);
    std::optional<Graph> metrics = build_metrics(analysis, interface, *train, train->spec.metrics);
    if (!loss || !update || !metrics) return false;
    warn_unused_definitions(analysis, *train);
    result.program.entries.emplace("loss", std::move(*loss));
    result.program.entries.emplace("update", std::move(*update));
    result.program.entries.emplace("metrics", std::move(*metrics));
    for (const Feed& feed : train->spec.feeds) {
        if (!feed.is_input) result.program.data.push_back(feed.name);
    }
    for (const StorageRow& row : analysis.storages) {
        const std::string& name = row.storage.name;
        if (row.storage.kind == StorageKind::kSlot && name.starts_with("schedule."))
            train->spec.feeds_of_schedules.push_back(name);
    }
    result.train = std::move(train->spec);
    return true;
}

}  // namespace

std::optional<CompiledModel> analyse(const SourceFile& file, const std::string& model_name,
                                     const AnalyseOptions& options, SourceLoader& loader, Diagnostics& diagnostics) {
    Library library = load_library(file, options, loader, diagnostics);
    if (diagnostics.has_errors()) return std::nullopt;
    resolve_names(library, diagnostics);
    const ast::Item* item = choose_model(library, file, model_name, diagnostics);
    if (item == nullptr) return std::nullopt;
    const auto& model = std::get<ast::Function>(item->value);
    const ast::Train* train = find_train(library, model, diagnostics);

    Analysis analysis(options, diagnostics, library);
    analysis.model = &model;
    for (const Diagnostic& known : diagnostics.all())
        analysis.reported.insert({known.kind, known.range.file, known.range.begin, known.range.end});
    read_externs(analysis, loader);
    std::optional<ModelInterface> interface = read_interface(analysis);
    if (!interface) return std::nullopt;
    CompiledModel result;
    std::optional<Graph> forward = build_forward(analysis, *interface);
    if (!forward) {
        if (train != nullptr) read_train_block(analysis, *train, *interface);  // for its mistakes
        return std::nullopt;
    }
    result.program.name = model.name.text;
    result.program.summary = first_paragraph(item->doc);
    result.program.dims = analysis.dims;
    result.program.entries.emplace("forward", std::move(*forward));
    if (std::optional<Graph> process = build_process(analysis, *interface))
        result.program.entries.emplace("process", std::move(*process));
    if (diagnostics.has_errors()) return std::nullopt;
    if (train != nullptr && !add_training(analysis, *interface, *train, result)) return std::nullopt;
    std::optional<Graph> fit;
    if (has_fits(analysis)) {
        fit = build_fit(analysis, *interface);
        if (!fit) return std::nullopt;
    }
    std::optional<Graph> initialize = build_initialize(analysis, fit ? &*fit : nullptr, *interface);
    if (!initialize || diagnostics.has_errors()) return std::nullopt;
    result.program.entries.emplace("initialize", std::move(*initialize));
    if (fit) result.program.entries.emplace("fit", std::move(*fit));
    result.program.position = analysis.position;
    result.program.latency = analysis.latency;
    for (const StorageRow& row : analysis.storages) result.program.storages.push_back(row.storage);
    for (const ModelInput& input : interface->inputs) {
        result.program.inputs.push_back(input.name);
        result.inputs.emplace_back(input.name, input.type);
    }
    result.outputs = interface->outputs;
    result.model_hash = hash_model(result.program, analysis.header_hashes);
    std::optional<std::string> wrong = verify(result.program);
    NNCC_CHECK(!wrong, "{}", *wrong);
    return result;
}

}  // namespace nncc
