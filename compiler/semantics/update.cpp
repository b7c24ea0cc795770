// Update: the optimiser's body once for each trained parameter, to the stores of parameters, slots and the step count.
#include <fmt/format.h>

#include <algorithm>

#include "ops/record.h"
#include "semantics/arithmetic.h"
#include "semantics/call.h"
#include "semantics/diagnostic_kinds.h"
#include "semantics/entries.h"
#include "semantics/expression.h"
#include "semantics/storage.h"

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

    Updater(Analysis& shared, const TrainBlock& block)
        : analysis(shared), train(block), elaboration(shared, EntryKind::kUpdate, true, "update") {}

    bool is_frozen(const std::string& name) const {
        return std::any_of(train.spec.freeze.begin(), train.spec.freeze.end(),
                           [&](const std::string& pattern) { return matches_pattern(name, pattern); });
    }

    Value add(std::string_view op, std::vector<Value> operands, const Attributes& attributes = {}) {
        return elaboration.builder.add(op, std::move(operands), attributes);
    }

    void add_gradients() {
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

    void update_parameter(const StorageRow& row, Value gradient) {
        NameSpace names;
        names.path = row.storage.name;
        elaboration.names = &names;
        HintScope hint(elaboration, underscored(row.storage.name));
        const auto& optimizer = *train.optimizer.as<AppliedMeaning>();
        OriginScope origin(elaboration, optimizer.range);
        auto scope = std::make_shared<Scope>();
        bind_name(scope, "parameter", storage_value(elaboration, row.storage.name), Binding::Kind::kState,
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
        for (std::size_t index = 0; index < parameters.size(); ++index)
            update_parameter(parameters[index], gradients[index]);
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
