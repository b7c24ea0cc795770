// TrainBlock: reads settings, data sources and feeds, and finds which definitions an expression needs.
#include "semantics/train_block.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "semantics/call.h"
#include "semantics/compile_time.h"
#include "semantics/diagnostic_kinds.h"
#include "semantics/entries.h"
#include "semantics/expression.h"
#include "semantics/signature.h"
#include "semantics/storage.h"
#include "semantics/walk.h"

namespace nncc {

const ast::Expression* TrainBlock::setting(const std::string& name) const {
    auto found = settings.find(name);
    return found == settings.end() ? nullptr : found->second->value.get();
}

namespace {

constexpr std::string_view kSettings[] = {"accumulate", "batch",   "data",      "epochs", "freeze",     "gradient",
                                          "loss",       "metrics", "optimizer", "seed",   "validation", "weights"};

// `sqlite("pima.db", table = "patients")`: a call by name, which is no function of the language.
struct SourceCall {
    std::string name;
    const ast::Call* call = nullptr;
};

std::optional<SourceCall> source_call(const ast::Expression& expression) {
    const auto* call = std::get_if<ast::Call>(&expression.value);
    const auto* callee = call != nullptr ? std::get_if<ast::NameUse>(&call->callee->value) : nullptr;
    if (callee == nullptr) return std::nullopt;
    return SourceCall{callee->name, call};
}

bool is_feed_call(const ast::Expression& expression) {
    std::optional<SourceCall> call = source_call(expression);
    return call &&
           (call->name == "column" || call->name == "columns" || call->name == "array" || call->name == "characters");
}

struct TrainReader {
    Analysis& analysis;
    const ModelInterface& interface;
    TrainBlock train;
    Elaboration scratch;
    NameSpace names;
    ScopePtr scope = std::make_shared<Scope>();

    TrainReader(Analysis& shared, const ast::Train& syntax, const ModelInterface& model)
        : analysis(shared), interface(model), scratch(shared, EntryKind::kLoss, true, "train") {
        train.syntax = &syntax;
        train.spec.model = syntax.model.text;
        scratch.names = &names;
        for (const auto& [name, binding] : analysis.dims) {
            scope->bind(name, {{IntegerMeaning{Dim::named(name), name}}, Binding::Kind::kDimension, {}, nullptr});
        }
        for (const auto& [name, value] : interface.arguments)
            scope->bind(name, {value, Binding::Kind::kArgument, {}, nullptr});
    }

    void wrong(SourceRange range, std::string message, std::string hint = "") {
        report(analysis, kWrongSetting, range, std::move(message)).hint = std::move(hint);
    }

    std::optional<std::string> text_of(const ast::Expression& expression) {
        return to_text(scratch, evaluate_operand(scratch, expression, scope));
    }

    const ModelInput* find_input(const std::string& name) const {
        auto found = std::find_if(interface.inputs.begin(), interface.inputs.end(),
                                  [&](const ModelInput& input) { return input.name == name; });
        return found == interface.inputs.end() ? nullptr : &*found;
    }

    void read_data(const ast::Expression& expression) {
        std::optional<SourceCall> source = source_call(expression);
        DataSpec& data = train.spec.data;
        if (source && source->name == "sqlite") data.kind = DataSpec::Kind::kSqlite;
        else if (source && source->name == "csv") data.kind = DataSpec::Kind::kCsv;
        else if (source && source->name == "npz") data.kind = DataSpec::Kind::kNpz;
        else if (source && source->name == "text") data.kind = DataSpec::Kind::kText;
        else
            return wrong(
                expression.range, fmt::format("`{}` is no data source", source_text(expression.range)),
                "`sqlite(\"file\", table = \"rows\")`, `csv(\"file\")`, `npz(\"file\")` and `text(\"file\")` are");
        for (const ast::Argument& argument : source->call->arguments) {
            std::string name = argument.name ? argument.name->text : data.path.empty() ? "path" : "";
            if (name == "stride" && data.kind == DataSpec::Kind::kText) {
                data.stride = count_of(*argument.value, 1).value_or(0);
                continue;
            }
            std::optional<std::string> text = text_of(*argument.value);
            if (!text) continue;
            if (name == "path") data.path = *text;
            else if (name == "table" && data.kind == DataSpec::Kind::kSqlite) data.table = *text;
            else if (name == "query" && data.kind == DataSpec::Kind::kSqlite) data.query = *text;
            else
                report(analysis, kUnknownArgument, argument.range,
                       fmt::format("`{}` has no argument `{}`", source->name,
                                   name.empty() ? source_text(argument.range) : name));
        }
        if (data.path.empty()) wrong(expression.range, fmt::format("`{}` needs the path of a file", source->name));
        else if (data.kind == DataSpec::Kind::kSqlite && data.table.empty() == data.query.empty()) {
            wrong(expression.range, "`sqlite` needs either a table or a query",
                  "as in `sqlite(\"pima.db\", table = \"patients\")`");
        }
    }

    std::optional<std::int64_t> count_of(const ast::Expression& expression, std::int64_t least) {
        std::optional<std::int64_t> value = to_integer(scratch, evaluate_operand(scratch, expression, scope));
        if (!value || (*value >= least && *value <= 1'000'000'000)) return value;
        wrong(expression.range, fmt::format("{} is given, and at least {} is needed", *value, least));
        return std::nullopt;
    }

    // `characters(offset = 1)`: windows of a text, as long as the type says. Another feed's type serves for data.
    void read_characters(const ast::TrainEntry& entry, const ast::Call& call) {
        Feed feed;
        feed.name = entry.pattern.names[0].text;
        feed.range = entry.pattern.range;
        feed.kind = Feed::Kind::kCharacters;
        std::int64_t offset = 0;
        for (const ast::Argument& argument : call.arguments) {
            if (argument.name ? argument.name->text != "offset" : &argument != &call.arguments[0]) {
                report(analysis, kUnknownArgument, argument.range,
                       fmt::format("`characters` has no argument `{}`", source_text(argument.range)));
            } else if (std::optional<std::int64_t> value = count_of(*argument.value, 0)) {
                offset = *value;
            }
        }
        feed.columns = {offset == 0 ? "characters" : fmt::format("characters+{}", offset)};
        std::optional<Type> type;
        if (entry.type) {
            type = evaluate_type(scratch, *entry.type, scope);
            if (!type) return;
        }
        if (const ModelInput* input = find_input(feed.name); input != nullptr) {
            feed.is_input = true;
            if (type && *type != input->type) {
                return wrong(entry.type->range, fmt::format("`{}` is declared {}, and the model's input is {}",
                                                            feed.name, type_text(*type), type_text(input->type)));
            }
            type = input->type;
        }
        for (const Feed& other : train.spec.feeds) {
            if (!type && other.kind == Feed::Kind::kCharacters) type = other.type;
        }
        if (!type) {
            return wrong(entry.value->range, fmt::format("the type of `{}` is not known", feed.name),
                         fmt::format("declare it, as in `{}: i32[batch, 64] = characters()`", feed.name));
        }
        if (type->dtype != DType::kI32 || type->rank() != 2 || type->shape[0] != Dim::named("batch")) {
            return wrong(entry.value->range,
                         fmt::format("`{}` is {}, and characters are i32[batch, …], a row being a window of the text",
                                     feed.name, type_text(*type)));
        }
        feed.type = *type;
        train.spec.feeds.push_back(std::move(feed));
    }

    void read_feed(const ast::TrainEntry& entry) {
        if (SourceCall call = *source_call(*entry.value); call.name == "characters")
            return read_characters(entry, *call.call);
        Feed feed;
        feed.name = entry.pattern.names[0].text;
        feed.range = entry.pattern.range;
        SourceCall source = *source_call(*entry.value);
        feed.kind = source.name == "column"    ? Feed::Kind::kColumn
                    : source.name == "columns" ? Feed::Kind::kColumns
                                               : Feed::Kind::kArray;
        for (const ast::Argument& argument : source.call->arguments) {
            std::optional<std::string> text = text_of(*argument.value);
            if (text) feed.columns.push_back(*text);
        }
        bool one = feed.kind != Feed::Kind::kColumns;
        if (feed.columns.size() != source.call->arguments.size()) return;
        if (feed.columns.empty() || (one && feed.columns.size() != 1)) {
            return wrong(entry.value->range, fmt::format("`{}` takes {}, and {} are given", source.name,
                                                         one ? "one name" : "names", feed.columns.size()));
        }
        const ModelInput* input = find_input(feed.name);
        feed.is_input = input != nullptr;
        std::optional<Type> declared;
        if (entry.type) {
            declared = evaluate_type(scratch, *entry.type, scope);
            if (!declared) return;
        }
        if (input != nullptr) {
            feed.type = input->type;
            if (declared && *declared != input->type) {
                return wrong(entry.type->range, fmt::format("`{}` is declared {}, and the model's input is {}",
                                                            feed.name, type_text(*declared), type_text(input->type)));
            }
        } else if (declared) {
            feed.type = *declared;
        } else if (feed.kind == Feed::Kind::kArray && interface.outputs.size() == 1) {
            feed.type = interface.outputs[0].second;  // what a loss compares a single result with
        } else if (feed.kind == Feed::Kind::kArray) {
            return wrong(
                entry.value->range, fmt::format("the type of `{}` is not known without opening the data", feed.name),
                fmt::format("declare it, as in `{}: f32[batch, 1] = array(\"{}\")`", feed.name, feed.columns[0]));
        } else {
            DType real = analysis.options.real_f64 ? DType::kF64 : DType::kF32;
            feed.type = {real, {Dim::named("batch"), Dim(static_cast<std::int64_t>(feed.columns.size()))}};
        }
        if (feed.kind != Feed::Kind::kArray && !check_columns(feed, entry)) return;
        train.spec.feeds.push_back(std::move(feed));
    }

    // A row's elements are its columns.
    bool check_columns(const Feed& feed, const ast::TrainEntry& entry) {
        Shape row(feed.type.shape.begin() + (feed.type.shape.empty() ? 0 : 1), feed.type.shape.end());
        std::optional<Dim> count = element_count(row);
        bool rows = !feed.type.shape.empty() && feed.type.shape[0] == Dim::named("batch");
        if (rows && count && count->is_constant(static_cast<std::int64_t>(feed.columns.size()))) return true;
        wrong(entry.value->range,
              fmt::format("`{}` is {}, and {} {} given for a row of it", feed.name, type_text(feed.type),
                          feed.columns.size(), feed.columns.size() == 1 ? "column is" : "columns are"));
        return false;
    }

    std::optional<double> number_of(const ast::Expression& expression) {
        Operand value = evaluate_operand(scratch, expression, scope);
        if (std::optional<double> number = value.meaning.number()) return number;
        if (!value.meaning.is_poison())
            wrong(expression.range, fmt::format("`{}` is {}; a number is needed", value.text(),
                                                describe(value.meaning, scratch.builder)));
        return std::nullopt;
    }

    void read_count(const char* name, std::int64_t least, std::int64_t& into, std::int64_t most = 1'000'000'000) {
        const ast::Expression* expression = train.setting(name);
        if (expression == nullptr) return;
        std::optional<std::int64_t> value = to_integer(scratch, evaluate_operand(scratch, *expression, scope));
        if (!value) return;
        if (*value < least || *value > most)
            return wrong(expression->range, fmt::format("`{}` is {}, and may be {} to {}", name, *value, least, most));
        into = *value;
    }

    void read_validation() {
        const ast::Expression* expression = train.setting("validation");
        if (expression == nullptr) return;
        Validation& validation = train.spec.validation;
        std::optional<SourceCall> call = source_call(*expression);
        bool last = call && call->name == "last";
        if (last && call->call->arguments.size() != 1)
            return wrong(expression->range, "`last` takes one number",
                         "`last(0.25)` is a share of the rows, `last(192)` a count");
        std::optional<double> value = number_of(last ? *call->call->arguments[0].value : *expression);
        if (!value) return;
        bool whole = last && *value >= 1 && *value == std::floor(*value);
        if (*value == 0) return;
        if (!whole && !(*value > 0 && *value < 1)) {
            return wrong(expression->range,
                         fmt::format("`validation` is {}, and may be a share between 0 and 1", *value),
                         "`last(192)` is a count of rows");
        }
        validation.kind = whole  ? Validation::Kind::kLastRows
                          : last ? Validation::Kind::kLastFraction
                                 : Validation::Kind::kFraction;
        validation.value = *value;
    }

    void read_freeze() {
        const ast::Expression* expression = train.setting("freeze");
        if (expression == nullptr) return;
        Operand value = evaluate_operand(scratch, *expression, scope);
        std::vector<Meaning> patterns = {value.meaning};
        if (const auto* list = value.meaning.as<ListMeaning>()) patterns = list->elements;
        for (const Meaning& pattern : patterns) {
            std::optional<std::string> text = to_text(scratch, {pattern, expression->range});
            if (!text) continue;
            check_pattern(*text, expression->range);
            train.spec.freeze.push_back(*text);
        }
    }

    void check_pattern(const std::string& pattern, SourceRange range) {
        if (!analysis.storages_complete || analysis.diagnostics.has_errors()) return;
        std::string first;
        for (const StorageRow& row : analysis.storages) {
            if (row.storage.kind != StorageKind::kParam) continue;
            if (matches_pattern(row.storage.name, pattern)) return;
            if (first.empty()) first = row.storage.name;
        }
        wrong(range, fmt::format("`freeze` matches no parameter: none is named `{}`", pattern),
              first.empty() ? "" : fmt::format("the first is `{}`; `*` stands for any text", first));
    }

    // `weights = average`: a state of the optimizer stands for each parameter outside of training; that there is such a
    // state is known once its body has run.
    void read_weights() {
        const ast::Expression* expression = train.setting("weights");
        if (expression == nullptr) return;
        const auto* use = std::get_if<ast::NameUse>(&expression->value);
        const auto* optimizer = train.optimizer.as<AppliedMeaning>();
        if (optimizer == nullptr) return;
        if (use == nullptr) {
            return wrong(expression->range,
                         fmt::format("`{}` is no state of the optimizer `{}`", source_text(expression->range),
                                     optimizer->function->name.text));
        }
        train.spec.average = optimizer->function->name.text + "." + use->name;
    }

    void read_optimizer() {
        const ast::Expression* expression = train.setting("optimizer");
        if (expression == nullptr) return;
        Operand value = evaluate_operand(scratch, *expression, scope);
        if (const auto* function = value.meaning.as<FunctionMeaning>();
            function != nullptr && function->function->kind == ast::FunctionKind::kOptimizer) {
            value.meaning = {AppliedMeaning{function->function, {}, expression->range}};
        }
        const auto* applied = value.meaning.as<AppliedMeaning>();
        if (applied != nullptr && applied->function->kind == ast::FunctionKind::kOptimizer) {
            train.optimizer = value.meaning;
        } else if (!value.meaning.is_poison()) {
            wrong(expression->range,
                  fmt::format("`{}` is {}, no optimizer", value.text(), describe(value.meaning, scratch.builder)),
                  "`sgd`, `rmsprop`, `adam` and `adamw` are optimizers");
        }
    }

    void sort_entries() {
        std::map<std::string, SourceRange> seen;
        for (const ast::TrainEntry& entry : train.syntax->entries) {
            const std::string& name = entry.pattern.names[0].text;
            for (const ast::Name& bound : entry.pattern.names) {
                auto [first, is_new] = seen.emplace(bound.text, bound.range);
                if (is_new) continue;
                report(analysis, kDeclaredTwice, bound.range, fmt::format("`{}` is given twice", bound.text))
                    .notes.push_back({first->second, "the first is here"});
            }
            bool is_setting = !entry.pattern.is_list &&
                              std::find(std::begin(kSettings), std::end(kSettings), name) != std::end(kSettings);
            if (is_setting) train.settings[name] = &entry;
            else if (!entry.pattern.is_list && is_feed_call(*entry.value)) read_feed(entry);
            else if (find_input(name) != nullptr) {
                wrong(entry.value->range,
                      fmt::format("the input `{}` is fed by columns or an array, and not by `{}`", name,
                                  source_text(entry.value->range)),
                      fmt::format("as in `{} = columns(\"a\", \"b\")`", name));
            } else {
                train.definitions.push_back(&entry);
            }
        }
    }

    void check_complete() {
        for (const char* needed : {"loss", "optimizer"}) {
            if (train.setting(needed) == nullptr) {
                std::vector<std::string> given;
                for (const ast::TrainEntry* definition : train.definitions)
                    given.push_back(definition->pattern.names[0].text);
                std::string near = nearest_name(needed, given);
                wrong(train.syntax->model.range, fmt::format("`train {}` has no `{}`", train.spec.model, needed),
                      near.empty() ? "" : fmt::format("did you mean `{}` by `{}`?", needed, near));
            }
        }
        for (const ModelInput& input : interface.inputs) {
            bool fed = std::any_of(train.spec.feeds.begin(), train.spec.feeds.end(),
                                   [&](const Feed& feed) { return feed.name == input.name; });
            if (!fed && !analysis.diagnostics.has_errors()) {
                wrong(train.syntax->model.range,
                      fmt::format("`train {}` does not feed the input `{}`", train.spec.model, input.name),
                      fmt::format("`{} = columns(\"a\", \"b\")` does", input.name));
            }
        }
    }
};

void collect_needed(const TrainBlock& train, const ast::Expression& expression,
                    std::set<const ast::TrainEntry*>& needed) {
    std::set<std::string> names;
    collect_names(expression, names);
    for (const ast::TrainEntry* definition : train.definitions) {
        bool used = std::any_of(definition->pattern.names.begin(), definition->pattern.names.end(),
                                [&](const ast::Name& name) { return names.contains(name.text); });
        if (used && needed.insert(definition).second) collect_needed(train, *definition->value, needed);
    }
}

}  // namespace

std::optional<TrainBlock> read_train_block(Analysis& analysis, const ast::Train& syntax,
                                           const ModelInterface& interface) {
    TrainReader reader(analysis, syntax, interface);
    reader.sort_entries();
    if (const ast::Expression* data = reader.train.setting("data")) reader.read_data(*data);
    reader.read_count("batch", 1, reader.train.spec.batch);
    reader.read_count("epochs", 0, reader.train.spec.epochs);
    std::int64_t seed = 0;
    reader.read_count("seed", 0, seed, std::numeric_limits<std::int64_t>::max());
    reader.train.spec.seed = static_cast<std::uint64_t>(seed);
    reader.read_validation();
    reader.read_count("accumulate", 1, reader.train.spec.accumulate);
    reader.read_freeze();
    reader.read_optimizer();
    reader.read_weights();
    reader.check_complete();
    if (analysis.diagnostics.has_errors()) return std::nullopt;
    return std::move(reader.train);
}

std::vector<const ast::TrainEntry*> needed_definitions(const TrainBlock& train,
                                                       const std::vector<const ast::Expression*>& roots) {
    std::set<const ast::TrainEntry*> needed;
    for (const ast::Expression* root : roots) collect_needed(train, *root, needed);
    std::vector<const ast::TrainEntry*> ordered;
    for (const ast::TrainEntry* definition : train.definitions) {
        if (needed.contains(definition)) ordered.push_back(definition);
    }
    return ordered;
}

void warn_unused_definitions(Analysis& analysis, const TrainBlock& train) {
    std::vector<const ast::Expression*> roots;
    for (const auto& [name, entry] : train.settings) roots.push_back(entry->value.get());
    std::vector<const ast::TrainEntry*> needed = needed_definitions(train, roots);
    for (const ast::TrainEntry* definition : train.definitions) {
        if (std::find(needed.begin(), needed.end(), definition) != needed.end()) continue;
        const std::string& name = definition->pattern.names[0].text;
        Diagnostic& diagnostic = analysis.diagnostics.warning(
            kUnusedSetting, definition->pattern.range, fmt::format("`{}` is no setting, and nothing uses it", name));
        std::string nearest = nearest_name(name, {std::begin(kSettings), std::end(kSettings)});
        if (!nearest.empty()) diagnostic.hint = fmt::format("did you mean `{}`?", nearest);
    }
}

}  // namespace nncc
