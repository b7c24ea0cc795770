// Storages: rows of the table, their leaves in the graph, states assigned, and how each storage starts.
#include "semantics/storage.h"

#include <fmt/format.h>

#include <algorithm>

#include "ops/build.h"
#include "ops/record.h"
#include "semantics/arithmetic.h"
#include "semantics/call.h"
#include "semantics/compile_time.h"
#include "semantics/diagnostic_kinds.h"
#include "semantics/expression.h"
#include "semantics/signature.h"
#include "semantics/variable.h"

namespace nncc {
namespace {

Value storage_leaf(Elaboration& elaboration, const Storage& storage) {
    Attributes attributes;
    attributes.set("name", storage.name);
    attributes.set("storage_kind", std::string(storage_kind_name(storage.kind)));
    attributes.set("type", storage.type);
    Origin origin = elaboration.builder.origin();
    origin.name = underscored(storage.name);
    return elaboration.builder.add("storage", {}, attributes, origin);
}

}  // namespace

Value storage_leaf(Elaboration& elaboration, const std::string& path) {
    const StorageRow* row = elaboration.analysis.find_storage(path);
    NNCC_CHECK(row != nullptr, "no storage {}", path);
    return storage_leaf(elaboration, row->storage);
}

Meaning to_initializer(Elaboration& elaboration, const Meaning& value, const ast::Expression& expression) {
    if (value.is_poison() || value.number()) return value;
    const auto* function = value.as<FunctionMeaning>();
    if (function != nullptr && function->function->kind == ast::FunctionKind::kInitializer) {
        return {AppliedMeaning{function->function, {}, expression.range}};
    }
    const auto* applied = value.as<AppliedMeaning>();
    if (applied != nullptr && applied->function->kind == ast::FunctionKind::kInitializer) return value;
    report(elaboration, kWrongKind, expression.range,
           fmt::format("`{}` is {}; a storage starts as an initializer or a number", source_text(expression.range),
                       describe(value, elaboration.builder)))
        .hint = "`zeros`, `glorot_uniform`, `constant(0.5)` are initializers";
    return Meaning::poison();
}

namespace {

bool depends_on_inputs_only(const GraphBuilder& builder, Value value, std::string& culprit) {
    std::vector<int> waiting = {value.node};
    std::set<int> seen;
    while (!waiting.empty()) {
        int index = waiting.back();
        waiting.pop_back();
        if (!seen.insert(index).second) continue;
        const Node& node = builder.node(Value{index, 0});
        if (node.op->name == "storage") {
            culprit = fmt::format("`{}`", node.attributes.text("name"));
            return false;
        }
        if (node.op->facts.random) {
            culprit = "random bits";
            return false;
        }
        for (Value operand : node.operands) waiting.push_back(operand.node);
    }
    return true;
}

void declare_fit(Elaboration& elaboration, const ast::StorageDeclaration& declaration, const std::string& path,
                 ScopePtr& scope) {
    Operand fitted = evaluate_operand(elaboration, *declaration.initializer, scope);
    OriginScope origin(elaboration, declaration.name.range);
    std::optional<Value> value = to_tensor(elaboration, fitted, real_dtype(elaboration));
    Meaning bound = Meaning::poison();
    if (value) {
        const Type type = elaboration.builder.type(*value);
        std::optional<Type> declared = declaration.type ? evaluate_type(elaboration, *declaration.type, scope) : type;
        if (declared && *declared != type) {
            report(elaboration, kWrongResult, declaration.initializer->range,
                   fmt::format("`{}` is {}, and `{}` is declared {}", fitted.text(), type_text(type),
                               declaration.name.text, type_text(*declared)));
        } else if (declared && enter_storage(elaboration, path, StorageKind::kFit, type, Meaning::integer(Dim(0)),
                                             declaration.name.range) != nullptr) {
            if (elaboration.entry == EntryKind::kFit) {
                std::string culprit;
                if (!depends_on_inputs_only(elaboration.builder, *value, culprit)) {
                    report(elaboration, kFitDependence, declaration.initializer->range,
                           fmt::format("the fit `{}` depends on {}; it may depend on inputs and other fits only",
                                       declaration.name.text, culprit));
                }
                elaboration.fits.emplace_back(path, *value);
                bound = Meaning::tensor(*value);
            } else {
                bound = storage_value(elaboration, path);
            }
        }
    }
    scope->bind(declaration.name.text, {bound, Binding::Kind::kStorage, {}, nullptr});
}

struct Declared {
    std::string path;
    StorageKind kind;
    std::optional<Type> type;
};

Declared declared_storage(Elaboration& elaboration, const ast::StorageDeclaration& declaration, const ScopePtr& scope) {
    Declared result;
    bool param = declaration.keyword == ast::StorageKeyword::kParam;
    if (elaboration.slots) {
        const Elaboration::SlotContext& slots = *elaboration.slots;
        result.path = fmt::format("{}.{}", slots.optimizer, declaration.name.text);
        if (!slots.parameter.empty()) result.path += "/" + slots.parameter;
        result.kind = StorageKind::kSlot;
        if (param) {
            report(elaboration, kMisplaced, declaration.name.range, "an optimizer has `state`, no `param`");
            return result;
        }
        result.type = declaration.type ? evaluate_type(elaboration, *declaration.type, scope) : slots.type;
        return result;
    }
    result.path = elaboration.names->below(elaboration.names->unique(declaration.name.text));
    // A layer made by `new` shares its params; each application has its own states.
    if (!param && elaboration.names->application > 1) result.path += fmt::format("_{}", elaboration.names->application);
    result.kind = param ? StorageKind::kParam : StorageKind::kState;
    if (!elaboration.may_declare) {
        report(elaboration, kMisplaced, declaration.name.range,
               fmt::format("`{}` is declared outside of a model", declaration.name.text))
            .hint = "losses, metrics and settings may use the model's storages, and have none of their own";
        return result;
    }
    if (!declaration.type) {
        report(elaboration, kMissingArgument, declaration.name.range,
               fmt::format("`{}` needs a type", declaration.name.text))
            .hint = fmt::format("as in `{} {}: f32[units] = zeros`", param ? "param" : "state", declaration.name.text);
        return result;
    }
    result.type = evaluate_type(elaboration, *declaration.type, scope);
    return result;
}

bool depends_on_batch(const Type& type) {
    return std::any_of(type.shape.begin(), type.shape.end(), [](const Dim& dim) {
        const std::vector<Dim::Term> terms = dim.terms();
        return std::any_of(terms.begin(), terms.end(), [](const Dim::Term& term) {
            return std::find(term.names.begin(), term.names.end(), "batch") != term.names.end();
        });
    });
}

// Extents that are known at run time only become their bounds; nothing when one does not fit.
std::optional<Type> reserved_type(const Analysis& analysis, const Type& type) {
    Type result = type;
    for (Dim& dim : result.shape) {
        bool bounded = false;
        for (const Dim::Term& term : dim.terms()) {
            bounded = bounded || std::any_of(term.names.begin(), term.names.end(), [&](const std::string& name) {
                          auto found = analysis.dims.find(name);
                          return found != analysis.dims.end() && found->second.bounded;
                      });
        }
        if (!bounded) continue;
        std::optional<std::int64_t> bound = dim.bound(analysis.dims);
        if (!bound) return std::nullopt;
        dim = Dim(*bound);
    }
    return result;
}

}  // namespace

const StorageRow* enter_storage(Elaboration& elaboration, const std::string& path, StorageKind kind,
                                const Type& declared, const Meaning& initializer, SourceRange range) {
    Analysis& analysis = elaboration.analysis;
    const bool is_shared = kind == StorageKind::kParam || kind == StorageKind::kFit || kind == StorageKind::kState;
    if (is_shared && depends_on_batch(declared)) {
        report(elaboration, kNotSupported, range,
               fmt::format("`{}` is {}: a {} has the same extents for every number of rows", path, type_text(declared),
                           storage_kind_name(kind)))
            .hint = kind == StorageKind::kState
                        ? "a `stream` may have an extent for each row"
                        : "the axis it is made for is that of the batch here; was an axis moved or the wrong one "
                          "normalised?";
        return nullptr;
    }
    std::optional<Type> reserved = reserved_type(analysis, declared);
    if (!reserved || (*reserved != declared && kind != StorageKind::kParam)) {
        report(elaboration, kNotSupported, range,
               fmt::format("`{}` is {}: {}", path, type_text(declared),
                           reserved ? fmt::format("a {} with a bounded extent is not supported by this version",
                                                  storage_kind_name(kind))
                                    : "its largest extent is not known"))
            .hint = "give the dimension one value, as in `-D time=64`";
        return nullptr;
    }
    const Type& type = *reserved;
    elaboration.seen_storages.insert(path);
    if (const StorageRow* row = analysis.find_storage(path)) {
        if (row->storage.type == type && row->storage.kind == kind) return row;
        Diagnostic& diagnostic = report(elaboration, kSignatureMismatch, range,
                                        fmt::format("the shared `{}` is {} here, and {} where it was made", path,
                                                    type_text(type), type_text(row->storage.type)));
        diagnostic.notes.push_back({row->range, "it was made here"});
        return nullptr;
    }
    if (analysis.storages_complete && kind != StorageKind::kSlot && kind != StorageKind::kCounter &&
        kind != StorageKind::kStream) {
        report(elaboration, kStoragesDiffer, range,
               fmt::format("`{}` exists in {} only", path, elaboration.training ? "training" : "this entry"))
            .hint = "declare it outside of `if training`";
        return nullptr;
    }
    constexpr std::size_t kMaximumStorages = 100'000;
    if (analysis.storages.size() >= kMaximumStorages) {
        report(elaboration, kModelTooLarge, range,
               fmt::format("the model has more than {} storages", kMaximumStorages));
        return nullptr;
    }
    analysis.storages.push_back({{path, kind, type}, initializer, range, elaboration.user_range});
    if (type != declared) analysis.storages.back().read = declared.shape;
    return &analysis.storages.back();
}

void declare_storage(Elaboration& elaboration, const ast::StorageDeclaration& declaration, ScopePtr& scope) {
    const std::string& name = declaration.name.text;
    if (scope->holds(name)) scope = std::make_shared<Scope>(scope);
    scope->bind(name, {Meaning::poison(), Binding::Kind::kStorage, {}, nullptr});
    if (declaration.keyword == ast::StorageKeyword::kStream || declaration.keyword == ast::StorageKeyword::kCarry)
        return declare_variable(elaboration, declaration, scope);
    if (declaration.keyword == ast::StorageKeyword::kFit) {
        if (!elaboration.may_declare || elaboration.slots) {
            report(elaboration, kMisplaced, declaration.name.range,
                   fmt::format("`{}` is fitted outside of a model", name));
            return;
        }
        if (!elaboration.scans.empty()) {
            report(elaboration, kMisplaced, declaration.name.range, fmt::format("`{}` is fitted inside a `scan`", name))
                .hint = "a fit is one value for all rows and steps: declare it before the scan";
            return;
        }
        declare_fit(elaboration, declaration, elaboration.names->below(elaboration.names->unique(name)), scope);
        return;
    }
    Declared declared = declared_storage(elaboration, declaration, scope);
    Meaning initializer =
        to_initializer(elaboration, evaluate(elaboration, *declaration.initializer, scope), *declaration.initializer);
    if (!declared.type || initializer.is_poison()) return;
    const StorageRow* row =
        enter_storage(elaboration, declared.path, declared.kind, *declared.type, initializer, declaration.name.range);
    if (row == nullptr) return;
    OriginScope origin(elaboration, declaration.name.range);
    bool param = declared.kind == StorageKind::kParam;
    const ast::TypeSyntax* axes = declaration.type ? &*declaration.type : nullptr;
    scope->bind(name, {storage_value(elaboration, declared.path),
                       param ? Binding::Kind::kStorage : Binding::Kind::kState, declared.path, axes});
}

Meaning storage_value(Elaboration& elaboration, const std::string& path) {
    const StorageRow* row = elaboration.analysis.find_storage(path);
    Meaning whole = whole_storage_value(elaboration, path);
    if (!row->read) return whole;
    const Value leaf = whole.as<TensorMeaning>()->value;
    return Meaning::tensor(slice_to(elaboration.builder, leaf, Axes(row->read->size(), 0), *row->read));
}

Meaning whole_storage_value(Elaboration& elaboration, const std::string& path) {
    const StorageRow* row = elaboration.analysis.find_storage(path);
    NNCC_CHECK(row != nullptr, "no storage {}", path);
    if (row->storage.kind == StorageKind::kState || row->storage.kind == StorageKind::kSlot)
        return read_variable(elaboration, path);
    if (auto current = elaboration.states.find(path); current != elaboration.states.end()) return current->second;
    return Meaning::tensor(storage_leaf(elaboration, row->storage));
}

Meaning instance_parameter(Elaboration& elaboration, const NewInstance& instance, const ast::Name& name,
                           SourceRange range) {
    std::string path = instance.path + "." + name.text;
    if (elaboration.analysis.find_storage(path) != nullptr && instance.applications > 0) {
        OriginScope origin(elaboration, range);
        return storage_value(elaboration, path);
    }
    Diagnostic& diagnostic =
        report(elaboration, kNoMember, name.range, fmt::format("`{}` has no parameter `{}`", instance.path, name.text));
    diagnostic.hint = instance.applications == 0 ? "its parameters appear at its first application" : "";
    return Meaning::poison();
}

void assign_state(Elaboration& elaboration, const ast::Assignment& assignment, const ScopePtr& scope) {
    const bool is_slot = elaboration.slots.has_value() && assignment.name.text != "parameter";
    HintScope hint(elaboration, is_slot ? assignment.name.text : "");
    Operand value = evaluate_operand(elaboration, *assignment.value, scope);
    Binding* binding = scope->find(assignment.name.text);
    if (binding == nullptr) {
        report(elaboration, kUnknownName, assignment.name.range, fmt::format("`{}` is unknown", assignment.name.text));
        return;
    }
    if (binding->value.is_poison() || value.meaning.is_poison()) return;
    const std::string& name = assignment.name.text;
    if (binding->kind != Binding::Kind::kState) {
        report(elaboration, kCannotAssign, assignment.name.range,
               fmt::format("`{}` is no state, so `<-` cannot change it", name))
            .hint = elaboration.scans.empty()
                        ? "`state name: type = start` declares one; `let` binds a name anew"
                        : "`carry name: type = start` before the `scan` declares what goes from step to step";
        return;
    }
    if (Refusal refusal = refuse_change(elaboration, binding->path, name); !refusal.message.empty()) {
        report(elaboration, kCannotAssign, assignment.name.range, refusal.message).hint = refusal.hint;
        return;
    }
    OriginScope origin(elaboration, join(assignment.name.range, value.range));
    const Meaning current = read_variable(elaboration, binding->path);
    const Type type = elaboration.builder.type(current.as<TensorMeaning>()->value);
    std::optional<Value> tensor = to_tensor(elaboration, value, type.dtype);
    if (!tensor) return;
    const Type given = elaboration.builder.type(*tensor);
    if (given.dtype == type.dtype && given.rank() == 0) tensor = broadcast_value(elaboration, *tensor, type.shape);
    if (elaboration.builder.type(*tensor) != type) {
        report(elaboration, kWrongResult, value.range,
               fmt::format("`{}` is {}, and `{}` is {}", value.text(), type_text(given), name, type_text(type)));
        return;
    }
    write_variable(elaboration, binding->path, *tensor);
}

bool matches_pattern(std::string_view name, std::string_view pattern) {
    std::size_t at = 0;
    std::size_t in = 0;
    std::size_t star = std::string_view::npos;
    std::size_t resume = 0;
    while (at < name.size()) {
        if (in < pattern.size() && pattern[in] == '*') {
            star = in++;
            resume = at;
        } else if (in < pattern.size() && pattern[in] == name[at]) {
            ++in;
            ++at;
        } else if (star != std::string_view::npos) {
            in = star + 1;
            at = ++resume;
        } else {
            return false;
        }
    }
    while (in < pattern.size() && pattern[in] == '*') ++in;
    return in == pattern.size();
}

Meaning select_parameters(Elaboration& elaboration, const ParametersMeaning& parameters,
                          const std::vector<GivenArgument>& given, SourceRange call) {
    ParametersMeaning chosen;
    std::vector<std::string> patterns;
    for (const GivenArgument& argument : given) {
        std::optional<std::string> pattern = to_text(elaboration, argument.operand);
        if (!pattern) return Meaning::poison();
        patterns.push_back(*pattern);
        if (std::none_of(parameters.names.begin(), parameters.names.end(),
                         [&](const std::string& name) { return matches_pattern(name, *pattern); })) {
            report(elaboration, kUnknownName, argument.operand.range,
                   fmt::format("no parameter is named `{}`", *pattern))
                .hint = parameters.names.empty()
                            ? ""
                            : fmt::format("the first is `{}`; `*` stands for any text", parameters.names[0]);
            return Meaning::poison();
        }
    }
    if (patterns.empty()) {
        report(elaboration, kMissingArgument, call, "`params` needs a pattern when it is called").hint =
            "`params` alone is all of them";
        return Meaning::poison();
    }
    for (const std::string& name : parameters.names) {
        if (std::any_of(patterns.begin(), patterns.end(),
                        [&](const std::string& pattern) { return matches_pattern(name, pattern); }))
            chosen.names.push_back(name);
    }
    return {std::move(chosen)};
}

void add_stores(Elaboration& elaboration) {
    for (const std::string& path : elaboration.stored) {
        auto variable = elaboration.variables.find(path);
        const bool is_variable = variable != elaboration.variables.end();
        const bool is_carry = is_variable && variable->second.keyword == ast::StorageKeyword::kCarry;
        if (is_carry || (is_variable && elaboration.entry != EntryKind::kProcess)) continue;
        Value value = elaboration.states.at(path).as<TensorMeaning>()->value;
        Attributes attributes;
        attributes.set("name", path);
        elaboration.builder.add("store", {value}, attributes, elaboration.builder.node(value).origin);
    }
}

}  // namespace nncc
