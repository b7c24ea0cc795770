// Entries: forward, fit, initialize, loss, update and metrics, each in a graph of its own.
#include "semantics/entries.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/checked.h"
#include "ops/record.h"
#include "semantics/arithmetic.h"
#include "semantics/call.h"
#include "semantics/diagnostic_kinds.h"
#include "semantics/expression.h"
#include "semantics/latency.h"
#include "semantics/positions.h"
#include "semantics/signature.h"
#include "semantics/storage.h"
#include "semantics/streaming.h"

namespace nncc {
namespace {

Value add_input(Elaboration& elaboration, const std::string& name, const Type& type, SourceRange range) {
    Attributes attributes;
    attributes.set("name", name);
    attributes.set("type", type);
    return elaboration.builder.add("input", {}, attributes, {name, source_place(range), source_text(range)});
}

void bind_name(const ScopePtr& scope, const std::string& name, Meaning value) {
    scope->bind(name, {std::move(value), Binding::Kind::kArgument, {}, nullptr});
}

std::string result_name(const ast::Function& model, std::size_t index) {
    return model.named_results.empty() ? "output" : model.named_results[index].name.text;
}

}  // namespace

void add_counters(Analysis& analysis) {
    for (const char* name : {"step", "seed"}) {
        if (analysis.find_storage(name) != nullptr) continue;
        analysis.storages.push_back({{name, StorageKind::kCounter, {DType::kI32, {}}},
                                     Meaning::integer(Dim(0)),
                                     analysis.model->name.range,
                                     {}});
    }
}

namespace {

Value counter_leaf(Elaboration& elaboration, const char* name) {
    return elaboration.builder.add("storage", {},
                                   {{"name", std::string(name)},
                                    {"storage_kind", std::string(storage_kind_name(StorageKind::kCounter))},
                                    {"type", Type{DType::kI32, {}}}});
}

// Random bits outside of training: of a seed and of how often the Model was called.
void draw_from_calls(Elaboration& elaboration) {
    if (elaboration.seed) return;
    elaboration.seed = counter_leaf(elaboration, "seed");
    elaboration.step = counter_leaf(elaboration, "step");
}

// Each call has bits of its own: `step` goes up by one.
void count_calls(Elaboration& elaboration) {
    add_counters(elaboration.analysis);
    const Value one = constant_value(elaboration, 1, {DType::kI32, {}});
    const Value next = elaboration.builder.add("add", {elaboration.step, one});
    elaboration.builder.add("store", {next}, {{"name", std::string("step")}});
}

// Elaborates the model on input nodes; binds inputs, results and `output` in `scope`. The results, or nothing.
std::optional<std::vector<Value>> run_model(Elaboration& elaboration, const ModelInterface& interface,
                                            const ScopePtr& scope) {
    const ast::Function& model = *elaboration.analysis.model;
    std::vector<GivenArgument> given;
    for (const ModelInput& input : interface.inputs) {
        Meaning value = Meaning::tensor(add_input(elaboration, input.name, input.type, input.range));
        bind_name(scope, input.name, value);
        given.push_back({input.name, {}, {value, input.range}});
    }
    for (const auto& [name, value] : interface.arguments) given.push_back({name, {}, {value, model.name.range}});
    NameSpace names;
    elaboration.may_declare = true;
    Meaning result = apply_function(elaboration, model, given, {}, names);
    elaboration.may_declare = false;
    if (result.is_poison()) return std::nullopt;
    bind_name(scope, "output", result);
    std::vector<Meaning> results = {result};
    if (!model.named_results.empty()) results = result.as<ListMeaning>()->elements;
    std::vector<Value> values;
    for (std::size_t index = 0; index < results.size(); ++index) {
        std::optional<Value> value = to_tensor(elaboration, {results[index], model.name.range});
        if (!value) return std::nullopt;
        if (!model.named_results.empty()) bind_name(scope, result_name(model, index), results[index]);
        values.push_back(*value);
    }
    return values;
}

Graph without_dead_nodes(const Graph& graph) {
    return rewrite(graph, [](GraphBuilder&, const Node&, const std::vector<Value>&) { return std::nullopt; });
}

Graph without_dead_nodes(Elaboration& elaboration) {
    return without_dead_nodes(std::move(elaboration.builder).finish());
}

bool has_failed(const Analysis& analysis) { return analysis.diagnostics.has_errors(); }

// Every storage that `forward` made must be there in training too.
bool check_same_storages(Elaboration& elaboration) {
    for (const StorageRow& row : elaboration.analysis.storages) {
        if (row.storage.kind == StorageKind::kSlot || row.storage.kind == StorageKind::kCounter ||
            row.storage.kind == StorageKind::kStream)
            continue;
        if (elaboration.seen_storages.contains(row.storage.name)) continue;
        report(elaboration.analysis, kStoragesDiffer, row.range,
               fmt::format("`{}` does not exist in training", row.storage.name))
            .hint = "declare it outside of `if training`";
        return false;
    }
    return true;
}

}  // namespace

std::optional<Graph> build_forward(Analysis& analysis, ModelInterface& interface) {
    Elaboration elaboration(analysis, EntryKind::kForward, false, "forward");
    draw_from_calls(elaboration);
    NameSpace names;
    elaboration.names = &names;
    std::optional<std::vector<Value>> results = run_model(elaboration, interface, std::make_shared<Scope>());
    analysis.storages_complete = true;
    if (!results || has_failed(analysis)) return std::nullopt;
    for (std::size_t index = 0; index < results->size(); ++index) {
        std::string name = result_name(*analysis.model, index);
        elaboration.builder.output(name, (*results)[index]);
        interface.outputs.emplace_back(name, elaboration.builder.type((*results)[index]));
    }
    add_stores(elaboration);
    if (elaboration.draws) count_calls(elaboration);
    return without_dead_nodes(elaboration);
}

namespace {

// The place in the text that an origin was made for.
SourceRange place_of(const Analysis& analysis, const Origin& origin) {
    for (const auto& [place, known] : analysis.origins) {
        if (known.place == origin.place && known.expression == origin.expression)
            return {std::get<0>(place), std::get<1>(place), std::get<2>(place)};
    }
    return analysis.model->name.range;
}

bool runs_along_time(const ModelInterface& interface) {
    return std::any_of(interface.inputs.begin(), interface.inputs.end(), [](const ModelInput& input) {
        const Shape& shape = input.type.shape;
        return std::find(shape.begin(), shape.end(), Dim::named("time")) != shape.end();
    });
}

// A graph made to go block by block, and what stands in the way.
struct Live {
    WithPositions positions;
    std::vector<History> streams;
    bool has_histories = false;
    std::optional<Obstacle> obstacle;
};

Live go_live(const Graph& whole, std::vector<std::string> taken, std::optional<std::int64_t> bound) {
    auto [graph, streams] = keep_histories(whole, taken);
    for (const History& history : streams) taken.push_back(history.storage.name);
    Live live{keep_positions(graph, taken, bound), std::move(streams), false, {}};
    live.has_histories = !live.streams.empty();
    const std::vector<History>& counted = live.positions.streams;
    live.streams.insert(live.streams.end(), counted.begin(), counted.end());
    std::set<std::string> kept;
    for (const History& history : live.streams) kept.insert(history.storage.name);
    live.obstacle = find_obstacle(live.positions.graph, kept, live.positions.assured);
    return live;
}

}  // namespace

std::optional<Graph> build_process(Analysis& analysis, const ModelInterface& interface) {
    if (!runs_along_time(interface)) return std::nullopt;
    Elaboration elaboration(analysis, EntryKind::kProcess, false, "process");
    draw_from_calls(elaboration);
    NameSpace names;
    elaboration.names = &names;
    std::optional<std::vector<Value>> results = run_model(elaboration, interface, std::make_shared<Scope>());
    if (!results || has_failed(analysis)) return std::nullopt;
    for (std::size_t index = 0; index < results->size(); ++index)
        elaboration.builder.output(result_name(*analysis.model, index), (*results)[index]);
    add_stores(elaboration);
    std::vector<std::string> taken;
    for (const StorageRow& row : analysis.storages) taken.push_back(row.storage.name);
    const Graph whole = without_dead_nodes(elaboration);
    const auto time = analysis.dims.find("time");
    const bool bounded = time != analysis.dims.end() && time->second.bounded;
    const std::optional<std::int64_t> bound = bounded ? std::optional(time->second.value) : std::nullopt;
    Live live = go_live(whole, taken, bound);
    std::optional<Obstacle> obstacle = live.obstacle;
    const bool looks_ahead = obstacle && obstacle->looks_ahead;
    if (obstacle && (looks_ahead || obstacle->moves_steps)) {
        const std::variant<Delayed, Obstacle> tried = delay_outputs(whole);
        if (const auto* delayed = std::get_if<Delayed>(&tried)) {
            Live late = go_live(delayed->graph, taken, bound);
            late.has_histories = live.has_histories;
            obstacle = late.obstacle;
            if (!obstacle) analysis.latency = delayed->latency;
            live = std::move(late);
        } else {
            obstacle = std::get<Obstacle>(tried);
        }
    }
    // What keeps nothing of the past and is not late is `forward` itself.
    const bool keeps = analysis.has_streams || !live.streams.empty() || !live.positions.graph.stores().empty();
    if (!keeps && analysis.latency == 0) return std::nullopt;
    if (!obstacle) {
        for (const History& history : live.streams) {
            const SourceRange place = place_of(analysis, history.origin);
            analysis.storages.push_back({history.storage, Meaning::real(history.fill), place, place});
        }
        if (live.positions.is_limited) analysis.position = live.positions.counter;
        return without_dead_nodes(live.positions.graph);
    }
    // Most models that look at all of time, or pad on both sides along it, are not meant for live signals, and need no
    // note.
    const bool reaches_back = live.has_histories || live.positions.has_caches || !whole.stores().empty();
    if (!analysis.has_streams && (looks_ahead || !reaches_back)) return std::nullopt;
    std::erase_if(analysis.storages, [](const StorageRow& row) { return row.storage.kind == StorageKind::kStream; });
    analysis.diagnostics
        .note(kNoProcess, place_of(analysis, obstacle->origin), fmt::format("no `process`: {}", obstacle->message))
        .hint = obstacle->hint;
    return std::nullopt;
}

std::optional<Graph> build_fit(Analysis& analysis, const ModelInterface& interface) {
    Elaboration elaboration(analysis, EntryKind::kFit, false, "fit");
    draw_from_calls(elaboration);
    NameSpace names;
    elaboration.names = &names;
    if (!run_model(elaboration, interface, std::make_shared<Scope>()) || has_failed(analysis)) return std::nullopt;
    std::set<std::string> done;
    for (const auto& [path, value] : elaboration.fits) {
        if (done.insert(path).second) elaboration.builder.output(path, value);
    }
    return without_dead_nodes(elaboration);
}

namespace {

// Until it is fitted, a fit has the value that inputs of zeros give it: centre 0, spread 1.
ConstantData unfitted(const Evaluation<double>& zeros, const StorageRow& row) {
    const Tensor<double>& value = zeros.outputs.at(row.storage.name);
    ConstantData data;
    data.elements.assign(value.elements.begin(), value.elements.end());
    // One element stands for all where they are equal, and where the extents are free.
    bool equal =
        std::all_of(data.elements.begin(), data.elements.end(), [&](double x) { return x == data.elements[0]; });
    if (data.elements.empty()) data.elements.push_back(0);
    if (equal || !is_constant(row.storage.type.shape)) data.elements.resize(1);
    return data;
}

// Nothing, after a report, when a tensor of the graph is negative or too large to be evaluated here.
std::optional<Evaluation<double>> fit_on_zeros(Analysis& analysis, const Graph& fit) {
    constexpr std::int64_t kMaximumElements = std::int64_t{1} << 24;
    Bindings<double> bindings;
    for (const auto& [name, binding] : analysis.dims) bindings.dims[name] = name == "batch" ? 1 : binding.value;
    for (const Node& node : fit.nodes()) {
        Extents extents;
        for (const Dim& dim : node.type().shape) extents.push_back(dim.value(bindings.dims).value_or(-1));
        std::optional<std::int64_t> count = checked_product(extents);
        if (!count || *count > kMaximumElements) {
            report(analysis, kModelTooLarge, analysis.model->name.range,
                   fmt::format("a fitted value needs a tensor {}, which is too large", type_text(node.type())));
            return std::nullopt;
        }
        if (node.op->name != "input") continue;
        Tensor<double> zeros;
        zeros.dtype = node.type().dtype;
        zeros.extents = extents;
        zeros.elements.setZero(*count);
        bindings.inputs[node.attributes.text("name")] = std::move(zeros);
    }
    return evaluate(fit, bindings);
}

}  // namespace

std::optional<Graph> build_initialize(Analysis& analysis, const Graph* fit, const ModelInterface&) {
    Elaboration elaboration(analysis, EntryKind::kInitialize, false, "initialize");
    std::optional<Evaluation<double>> zeros;
    if (fit != nullptr) {
        zeros = fit_on_zeros(analysis, *fit);
        if (!zeros) return std::nullopt;
    }
    elaboration.seed = add_input(elaboration, "seed", {DType::kI32, {}}, {});
    elaboration.step = constant_value(elaboration, 0, {DType::kI32, {}});
    std::vector<StorageRow> rows = analysis.storages;
    for (const StorageRow& row : rows) {
        if (row.storage.kind == StorageKind::kCounter) continue;
        std::optional<Value> value;
        if (row.storage.kind == StorageKind::kFit) {
            Attributes attributes;
            attributes.set("value", unfitted(*zeros, row));
            attributes.set("type", row.storage.type);
            value = add_node(elaboration, "constant", {}, attributes, row.range);
        } else {
            value = initial_value(elaboration, row);
        }
        if (!value) continue;
        Attributes attributes;
        attributes.set("name", row.storage.name);
        elaboration.builder.add("store", {*value}, attributes, elaboration.builder.node(*value).origin);
    }
    if (has_failed(analysis)) return std::nullopt;
    return without_dead_nodes(elaboration);
}

namespace {

// Feeds that are no input of the model, as input nodes.
void bind_data(Elaboration& elaboration, const TrainBlock& train, const ScopePtr& scope) {
    for (const Feed& feed : train.spec.feeds) {
        if (!feed.is_input)
            bind_name(scope, feed.name, Meaning::tensor(add_input(elaboration, feed.name, feed.type, feed.range)));
    }
}

ParametersMeaning parameters_of(const Analysis& analysis) {
    ParametersMeaning parameters;
    for (const StorageRow& row : analysis.storages) {
        if (row.storage.kind == StorageKind::kParam) parameters.names.push_back(row.storage.name);
    }
    return parameters;
}

void evaluate_definitions(Elaboration& elaboration, const TrainBlock& train,
                          const std::vector<const ast::Expression*>& roots, const ScopePtr& scope) {
    bind_name(scope, "params", {parameters_of(elaboration.analysis)});
    for (const ast::TrainEntry* definition : needed_definitions(train, roots)) {
        Operand value = evaluate_operand(elaboration, *definition->value, scope);
        bind_pattern(elaboration, definition->pattern, value, *scope);
    }
}

// The expression as a scalar f32.
std::optional<Value> evaluate_scalar(Elaboration& elaboration, const ast::Expression& expression, const ScopePtr& scope,
                                     std::string_view what) {
    Operand operand = evaluate_operand(elaboration, expression, scope);
    OriginScope origin(elaboration, expression.range);
    std::optional<Value> value = to_tensor(elaboration, operand, real_dtype(elaboration));
    if (!value) return std::nullopt;
    const Type type = elaboration.builder.type(*value);
    if (type.rank() == 0 && is_floating(type.dtype)) return value;
    Diagnostic& diagnostic =
        report(elaboration, kLossNotScalar, expression.range,
               fmt::format("a {} is one number, and `{}` is {}", what, operand.text(), type_text(type)));
    diagnostic.hint = "`mean(…)` makes one of a tensor";
    return std::nullopt;
}

}  // namespace

namespace {

constexpr const char* kBatchCount = "accumulate.batches";

// Batches that share an update have random bits of their own: their count is what random bits depend on then.
void count_batches(Elaboration& elaboration) {
    const Value before = elaboration.step;
    bool used = false;
    for (int index = 0; index < elaboration.builder.size() && !used; ++index) {
        const Node& node = elaboration.builder.node(Value{index, 0});
        used = std::find(node.operands.begin(), node.operands.end(), before) != node.operands.end();
    }
    if (!used) return;
    const Value one = constant_value(elaboration, 1, {DType::kI32, {}});
    Attributes attributes;
    attributes.set("name", std::string(kBatchCount));
    elaboration.builder.add("store", {elaboration.builder.add("add", {before, one})}, attributes);
}

}  // namespace

std::optional<Graph> build_loss(Analysis& analysis, const ModelInterface& interface, const TrainBlock& train) {
    const ast::Expression* loss = train.setting("loss");
    Elaboration elaboration(analysis, EntryKind::kLoss, true, "loss");
    NameSpace names;
    elaboration.names = &names;
    elaboration.seen_storages = {"step", "seed"};
    elaboration.seed = std::get<TensorMeaning>(storage_value(elaboration, "seed").value).value;
    elaboration.step = std::get<TensorMeaning>(storage_value(elaboration, "step").value).value;
    const bool accumulates = train.spec.accumulate > 1;
    if (accumulates) {
        enter_storage(elaboration, kBatchCount, StorageKind::kSlot, {DType::kI32, {}}, Meaning::integer(Dim(0)),
                      train.setting("accumulate")->range);
        elaboration.step = storage_value(elaboration, kBatchCount).as<TensorMeaning>()->value;
    }
    auto scope = std::make_shared<Scope>();
    std::optional<std::vector<Value>> results = run_model(elaboration, interface, scope);
    if (!results) return std::nullopt;
    bind_data(elaboration, train, scope);
    evaluate_definitions(elaboration, train, {loss}, scope);
    std::optional<Value> value = evaluate_scalar(elaboration, *loss, scope, "loss");
    if (!value || !check_same_storages(elaboration) || has_failed(analysis)) return std::nullopt;
    elaboration.builder.output("loss", *value);
    add_stores(elaboration);
    if (accumulates) count_batches(elaboration);
    return without_dead_nodes(elaboration);
}

std::optional<Graph> build_metrics(Analysis& analysis, const ModelInterface& interface, const TrainBlock& train,
                                   std::vector<std::string>& display) {
    const ast::Expression* loss = train.setting("loss");
    const ast::Expression* metrics = train.setting("metrics");
    std::vector<const ast::Expression*> wanted = {loss};
    if (metrics != nullptr) {
        if (const auto* list = std::get_if<ast::ListLiteral>(&metrics->value)) {
            for (const ast::ExpressionPtr& element : list->elements) wanted.push_back(element.get());
        } else {
            wanted.push_back(metrics);
        }
    }
    Elaboration elaboration(analysis, EntryKind::kMetrics, false, "metrics");
    NameSpace names;
    elaboration.names = &names;
    auto scope = std::make_shared<Scope>();
    for (const ModelInput& input : interface.inputs)
        bind_name(scope, input.name, Meaning::tensor(add_input(elaboration, input.name, input.type, input.range)));
    std::vector<Meaning> results;
    for (const auto& [name, type] : interface.outputs) {
        results.push_back(Meaning::tensor(add_input(elaboration, name, type, analysis.model->name.range)));
        bind_name(scope, name, results.back());
    }
    if (!analysis.model->named_results.empty()) bind_name(scope, "output", Meaning::list(results));
    bind_data(elaboration, train, scope);
    evaluate_definitions(elaboration, train, wanted, scope);
    for (const ast::Expression* expression : wanted) {
        std::optional<Value> value =
            evaluate_scalar(elaboration, *expression, scope, expression == loss ? "loss" : "metric");
        if (!value) continue;
        std::string name = "loss";
        if (expression != loss) {
            const auto* call = std::get_if<ast::Call>(&expression->value);
            const auto* callee = call != nullptr ? std::get_if<ast::NameUse>(&call->callee->value) : nullptr;
            name = callee != nullptr ? callee->name : source_text(expression->range);
            auto is_taken = [&](const std::string& candidate) {
                return candidate == "loss" || std::find(display.begin(), display.end(), candidate) != display.end();
            };
            if (is_taken(name)) name = source_text(expression->range);
            for (int copy = 2; is_taken(name); ++copy)
                name = fmt::format("{} {}", source_text(expression->range), copy);
            display.push_back(name);
        }
        elaboration.builder.output(name, *value);
    }
    if (has_failed(analysis)) return std::nullopt;
    return without_dead_nodes(elaboration);
}

}  // namespace nncc
