// Update: the optimiser's body once for each trained parameter, to the stores of parameters, slots and the step count.
#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <set>

#include "ops/record.h"
#include "semantics/arithmetic.h"
#include "semantics/call.h"
#include "semantics/diagnostic_kinds.h"
#include "semantics/entries.h"
#include "semantics/expression.h"
#include "semantics/signature.h"
#include "semantics/storage.h"
#include "semantics/walk.h"

namespace nncc {
namespace {

struct Updater {
    Analysis& analysis;
    const TrainBlock& train;
    Elaboration elaboration;
    std::vector<StorageRow> parameters;
    std::vector<Value> gradients;
    Value norm;   // f32 scalar
    Value step;   // of this update, i32
    Value count;  // the same in f64, for the bodies
    std::set<std::string> schedule_names;

    Updater(Analysis& shared, const TrainBlock& block)
        : analysis(shared), train(block), elaboration(shared, EntryKind::kUpdate, true, "update") {}

    bool is_frozen(const std::string& name) const {
        return std::any_of(train.spec.freeze.begin(), train.spec.freeze.end(),
                           [&](const std::string& pattern) { return matches_pattern(name, pattern); });
    }

    Value add(std::string_view op, std::vector<Value> operands, const Attributes& attributes = {}) {
        return elaboration.builder.add(op, std::move(operands), attributes);
    }

    // Whether the optimizer's body, or what the train block makes of the gradient, says `gradient_norm`.
    bool reads_norm() const {
        std::set<std::string> used;
        if (const ast::Expression* shaping = train.setting("gradient")) collect_names(*shaping, used);
        for_each_expression(train.optimizer.as<AppliedMeaning>()->function->body,
                            [&](const ast::Expression& part) { collect_names(part, used); });
        return used.contains("gradient_norm");
    }

    void add_gradients() {
        const bool with_norm = reads_norm();
        HintScope hint_scope(elaboration, "gradient_norm");
        OriginScope origin(elaboration, train.optimizer.as<AppliedMeaning>()->range);
        Value total;
        DType real = real_dtype(elaboration);
        for (const StorageRow& row : parameters) {
            std::string hint = underscored("d_" + row.storage.name);
            Attributes attributes;
            attributes.set("name", "d " + row.storage.name);
            attributes.set("type", row.storage.type);
            Value gradient = elaboration.builder.add("input", {}, attributes,
                                                     {hint, source_place(row.user_range), source_text(row.user_range)});
            gradients.push_back(gradient);
            if (!with_norm) continue;
            Value squares = add("multiply", {gradient, gradient});
            std::vector<std::int64_t> axes;
            for (int axis = 0; axis < row.storage.type.rank(); ++axis) axes.push_back(axis);
            Attributes over;
            over.set("axes", axes);
            Value sum = axes.empty() ? squares : add("reduce_sum", {squares}, over);
            total = total ? add("add", {total, sum}) : sum;
        }
        norm = total ? add("sqrt", {total}) : constant_value(elaboration, 0, {real, {}});
    }

    void bind_name(const ScopePtr& scope, const char* name, Meaning value,
                   Binding::Kind kind = Binding::Kind::kArgument, std::string path = {}) {
        scope->bind(name, {std::move(value), kind, std::move(path), nullptr});
    }

    // `gradient = f(gradient, gradient_norm)` of the train block.
    std::optional<Value> shaped_gradient(Value gradient, const StorageRow& row, const ScopePtr& scope) {
        const ast::Expression* shaping = train.setting("gradient");
        if (shaping == nullptr) return gradient;
        Operand shaped = evaluate_operand(elaboration, *shaping, scope);
        std::optional<Value> value = to_tensor(elaboration, shaped, row.storage.type.dtype);
        if (!value) return std::nullopt;
        if (elaboration.builder.type(*value) == row.storage.type) return value;
        report(analysis, kWrongResult, shaping->range,
               fmt::format("the gradient of `{}` becomes {}, and it is {}", row.storage.name,
                           type_text(elaboration.builder.type(*value)), type_text(row.storage.type)));
        return std::nullopt;
    }

    // What a schedule sees besides `step`: set by whoever drives the training.
    struct ScheduleFeed {
        const char* name;
        double start;
    };
    static constexpr ScheduleFeed kScheduleFeeds[] = {
        {"epoch", 1}, {"epoch_start", 1}, {"steps", 1}, {"validation_loss", std::numeric_limits<double>::infinity()}};

    // `step` and those of the others that the body names.
    ScopePtr schedule_scope(const ast::Function& schedule) {
        auto scope = std::make_shared<Scope>();
        bind_name(scope, "step", Meaning::tensor(count, true));
        std::set<std::string> used;
        for_each_expression(schedule.body, [&](const ast::Expression& part) { collect_names(part, used); });
        for (const ScheduleFeed& feed : kScheduleFeeds) {
            if (!used.contains(feed.name)) continue;
            const std::string path = std::string("schedule.") + feed.name;
            if (enter_storage(elaboration, path, StorageKind::kSlot, {DType::kF64, {}}, Meaning::real(feed.start),
                              schedule.name.range) == nullptr)
                continue;
            const Meaning value = Meaning::tensor(storage_value(elaboration, path).as<TensorMeaning>()->value, true);
            const bool is_flag = std::string_view(feed.name) == "epoch_start";
            const Operand zero{Meaning::integer(Dim(0)), schedule.name.range};
            bind_name(scope, feed.name,
                      is_flag ? apply_elementwise(elaboration, "less", "compare", {zero, {value, schedule.name.range}},
                                                  schedule.name.range)
                              : value);
        }
        return scope;
    }

    // A schedule is a number of the whole training: computed once, its states slots of its own.
    Meaning schedule_value(const AppliedMeaning& schedule) {
        const AppliedMeaning ready = with_schedules(schedule);
        std::string name = schedule.function->name.text;
        for (int copy = 2; !schedule_names.insert(name).second; ++copy)
            name = fmt::format("{}_{}", schedule.function->name.text, copy);
        HintScope hint(elaboration, name);
        OriginScope origin(elaboration, schedule.range);
        elaboration.slots = Elaboration::SlotContext{name, "", {DType::kF64, {}}, true};
        Operand value{evaluate_applied(elaboration, ready, schedule_scope(*schedule.function)), schedule.range};
        elaboration.slots.reset();
        if (value.meaning.is_poison() || value.meaning.number()) return value.meaning;
        std::optional<Value> scalar = to_scalar(elaboration, value, DType::kF64);
        return scalar ? Meaning::tensor(*scalar, true) : Meaning::poison();
    }

    // The arguments with every schedule among them replaced by its value; defaults that are schedules too.
    AppliedMeaning with_schedules(const AppliedMeaning& applied) {
        AppliedMeaning result = applied;
        for (const ast::Parameter& parameter : applied.function->parameters) {
            if (parameter_kind(parameter.type) != ParameterKind::kSchedule) continue;
            auto given = std::find_if(result.arguments.begin(), result.arguments.end(),
                                      [&](const auto& argument) { return argument.first == parameter.name.text; });
            if (given == result.arguments.end()) {
                if (parameter.default_value == nullptr) continue;
                Meaning value = evaluate(elaboration, *parameter.default_value, std::make_shared<Scope>());
                check_argument_kind(elaboration, parameter, value);
                if (value.as<AppliedMeaning>() == nullptr) continue;
                given = result.arguments.insert(result.arguments.end(), {parameter.name.text, std::move(value)});
            }
            const auto* schedule = given->second.as<AppliedMeaning>();
            if (schedule != nullptr) given->second = schedule_value(AppliedMeaning(*schedule));
        }
        return result;
    }

    void update_parameter(const StorageRow& row, Value gradient, const AppliedMeaning& optimizer) {
        NameSpace names;
        names.path = row.storage.name;
        elaboration.names = &names;
        HintScope hint(elaboration, underscored(row.storage.name));
        OriginScope origin(elaboration, optimizer.range);
        auto scope = std::make_shared<Scope>();
        bind_name(scope, "parameter", whole_storage_value(elaboration, row.storage.name), Binding::Kind::kState,
                  row.storage.name);
        bind_name(scope, "gradient", Meaning::tensor(gradient));
        bind_name(scope, "gradient_norm", Meaning::tensor(norm));
        bind_name(scope, "step", Meaning::tensor(count, true));
        bind_name(scope, "name", Meaning::text(row.storage.name));
        std::optional<Value> shaped = shaped_gradient(gradient, row, scope);
        if (!shaped) return;
        bind_name(scope, "gradient", Meaning::tensor(*shaped));
        elaboration.slots = Elaboration::SlotContext{optimizer.function->name.text, row.storage.name, row.storage.type};
        evaluate_applied(elaboration, optimizer, scope);
        elaboration.slots.reset();
        if (!elaboration.states.contains(row.storage.name)) {
            report(analysis, kNoValue, optimizer.function->name.range,
                   fmt::format("the optimizer `{}` never changes `parameter`", optimizer.function->name.text))
                .hint = "`parameter <- …` does";
        }
    }

    // The slots that `weights` of the train block names.
    void check_average() {
        if (train.spec.average.empty() || parameters.empty()) return;
        const std::string& parameter = parameters[0].storage.name;
        if (analysis.find_storage(train.spec.average + "/" + parameter) != nullptr) return;
        const std::string& optimizer = train.optimizer.as<AppliedMeaning>()->function->name.text;
        std::string hint = "it has none";
        for (const StorageRow& row : analysis.storages) {
            const std::string& name = row.storage.name;
            const bool is_state = row.storage.kind == StorageKind::kSlot && name.starts_with(optimizer + ".") &&
                                  name.ends_with("/" + parameter) && row.storage.type == parameters[0].storage.type;
            if (!is_state) continue;
            const std::size_t begin = optimizer.size() + 1;
            hint = fmt::format("as in `weights = {}`", name.substr(begin, name.size() - parameter.size() - 1 - begin));
            break;
        }
        const ast::Expression& setting = *train.setting("weights");
        report(analysis, kWrongSetting, setting.range,
               fmt::format("`{}` is no state of the optimizer `{}`", source_text(setting.range), optimizer))
            .hint = hint;
    }

    std::optional<Graph> run() {
        for (const StorageRow& row : analysis.storages) {
            if (row.storage.kind == StorageKind::kParam && !is_frozen(row.storage.name)) parameters.push_back(row);
        }
        NameSpace names;
        elaboration.names = &names;
        Value before = std::get<TensorMeaning>(storage_value(elaboration, "step").value).value;
        step = add("add", {before, constant_value(elaboration, 1, {DType::kI32, {}})});
        count = cast_value(elaboration, step, DType::kF64);
        add_gradients();
        const AppliedMeaning optimizer = with_schedules(*train.optimizer.as<AppliedMeaning>());
        for (std::size_t index = 0; index < parameters.size(); ++index)
            update_parameter(parameters[index], gradients[index], optimizer);
        check_average();
        if (analysis.diagnostics.has_errors()) return std::nullopt;
        add_stores(elaboration);
        Attributes attributes;
        attributes.set("name", std::string("step"));
        add("store", {step}, attributes);
        Graph graph = std::move(elaboration.builder).finish();
        return rewrite(graph, [](GraphBuilder&, const Node&, const std::vector<Value>&) { return std::nullopt; });
    }
};

}  // namespace

std::optional<Graph> build_update(Analysis& analysis, const TrainBlock& train) {
    return Updater(analysis, train).run();
}

}  // namespace nncc
