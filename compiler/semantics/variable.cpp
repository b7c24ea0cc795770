// Variables: reads and writes of `<-` names to leaves and values of each scan around them.
#include "semantics/variable.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "ops/record.h"
#include "semantics/arithmetic.h"
#include "semantics/diagnostic_kinds.h"
#include "semantics/expression.h"
#include "semantics/signature.h"
#include "semantics/storage.h"

namespace nncc {
namespace {

// "carry:lstm_1.h#2" is h.
std::string last_word(std::string path) {
    path.resize(std::min(path.find('#'), path.size()));
    return path.substr(path.find_last_of(".:") + 1);
}

std::size_t level_of(const Elaboration& elaboration, const std::string& path) {
    auto found = elaboration.variables.find(path);
    return found == elaboration.variables.end() ? 0 : found->second.level;
}

std::map<std::string, Meaning>& values_at(Elaboration& elaboration, std::size_t level) {
    return level == 0 ? elaboration.states : elaboration.scans[level - 1]->values;
}

Meaning value_at(Elaboration& elaboration, const std::string& path, std::size_t declared, std::size_t level) {
    auto& values = values_at(elaboration, level);
    if (auto found = values.find(path); found != values.end()) return found->second;
    if (level == declared) {
        NNCC_CHECK(level == 0, "{} has no value in its scan", path);
        return Meaning::tensor(storage_leaf(elaboration, path));
    }
    Meaning before = value_at(elaboration, path, declared, level - 1);
    const auto* tensor = before.as<TensorMeaning>();
    NNCC_CHECK(tensor != nullptr, "{} is no tensor", path);
    Value leaf = add_leaf(elaboration, elaboration.builder.type(tensor->value), last_word(path));
    elaboration.scans[level - 1]->touched.push_back({path, leaf, tensor->value, false});
    return values.insert_or_assign(path, Meaning::tensor(leaf)).first->second;
}

}  // namespace

namespace {

using ast::StorageKeyword;

// Enters the value that it has before anything changes it. States need none: they start as their storage.
void enter(Elaboration& elaboration, const std::string& path, StorageKeyword keyword, Value start) {
    const std::size_t depth = elaboration.scans.size();
    const std::size_t level = keyword == StorageKeyword::kCarry ? depth : 0;
    elaboration.variables.insert_or_assign(path, Variable{keyword, level, depth});
    values_at(elaboration, level).insert_or_assign(path, Meaning::tensor(start));
}

bool has_random_bits(const GraphBuilder& builder, Value value) {
    std::vector<int> waiting = {value.node};
    std::set<int> seen;
    while (!waiting.empty()) {
        const int index = waiting.back();
        waiting.pop_back();
        if (!seen.insert(index).second) continue;
        const Node& node = builder.node(Value{index, 0});
        if (node.op->facts.random) return true;
        for (Value operand : node.operands) waiting.push_back(operand.node);
    }
    return false;
}

// The initializer applied here, instead of in the entry `initialize`.
std::optional<Value> start_of(Elaboration& elaboration, const std::string& path, const Type& type,
                              const Meaning& initializer, SourceRange range) {
    NameSpace* names = elaboration.names;
    std::string site = std::exchange(elaboration.random_site, path);
    std::optional<Value> value = initial_value(
        elaboration, StorageRow{{path, StorageKind::kStream, type}, initializer, range, elaboration.user_range});
    elaboration.names = names;
    elaboration.random_site = std::move(site);
    return value;
}

std::optional<Value> carry_start(Elaboration& elaboration, const ast::StorageDeclaration& declaration,
                                 const std::string& path, const std::optional<Type>& type, const ScopePtr& scope) {
    const ast::Expression& expression = *declaration.initializer;
    Operand given = evaluate_operand(elaboration, expression, scope);
    if (given.meaning.is_poison()) return std::nullopt;
    const bool is_tensor = given.meaning.as<TensorMeaning>() != nullptr || given.meaning.is_number() ||
                           given.meaning.as<ListMeaning>() != nullptr || given.meaning.as<bool>() != nullptr;
    if (!is_tensor) {
        Meaning initializer = to_initializer(elaboration, given.meaning, expression);
        if (initializer.is_poison()) return std::nullopt;
        if (type) return start_of(elaboration, path, *type, initializer, expression.range);
        report(elaboration, kMissingArgument, declaration.name.range,
               fmt::format("`{}` needs a type", declaration.name.text))
            .hint =
            fmt::format("as in `carry {}: f32[batch, units] = zeros`; a tensor brings its own", declaration.name.text);
        return std::nullopt;
    }
    std::optional<Value> value = type ? to_tensor(elaboration, given, type->dtype) : to_tensor(elaboration, given);
    if (!value || !type) return value;
    const Type actual = elaboration.builder.type(*value);
    if (actual.dtype == type->dtype && actual.rank() == 0) return broadcast_value(elaboration, *value, type->shape);
    if (actual == *type) return value;
    report(elaboration, kWrongResult, expression.range,
           fmt::format("`{}` is {}, and `{}` is {}", given.text(), type_text(actual), declaration.name.text,
                       type_text(*type)));
    return std::nullopt;
}

std::optional<Value> stream_start(Elaboration& elaboration, const ast::StorageDeclaration& declaration,
                                  const std::string& path, const Type& type, const ScopePtr& scope) {
    const ast::Expression& expression = *declaration.initializer;
    Meaning initializer = to_initializer(elaboration, evaluate(elaboration, expression, scope), expression);
    if (initializer.is_poison()) return std::nullopt;
    elaboration.analysis.has_streams = true;
    // Random bits are let through, to be refused for what they are.
    const Value seed = std::exchange(elaboration.seed, constant_value(elaboration, 0, {DType::kI32, {}}));
    const Value step = std::exchange(elaboration.step, elaboration.seed);
    std::optional<Value> start = start_of(elaboration, path, type, initializer, expression.range);
    elaboration.seed = seed;
    elaboration.step = step;
    if (!start) return std::nullopt;
    if (has_random_bits(elaboration.builder, *start)) {
        report(elaboration, kWrongKind, expression.range,
               fmt::format("the stream `{}` starts with random bits", declaration.name.text))
            .hint = "a stream starts the same each time: `zeros`, `constant(0.5)`";
        return std::nullopt;
    }
    // Not a storage with an extent for each step either: the scan that changes it then stands in the way of `process`.
    const bool of_steps = std::any_of(type.shape.begin(), type.shape.end(),
                                      [](const Dim& dim) { return dim.text().find("time") != std::string::npos; });
    if (elaboration.entry != EntryKind::kProcess || of_steps) return start;
    const StorageRow* row =
        enter_storage(elaboration, path, StorageKind::kStream, type, initializer, declaration.name.range);
    return row == nullptr ? std::nullopt : std::optional(storage_leaf(elaboration, path));
}

}  // namespace

void declare_variable(Elaboration& elaboration, const ast::StorageDeclaration& declaration, const ScopePtr& scope) {
    const std::string& name = declaration.name.text;
    const bool is_carry = declaration.keyword == StorageKeyword::kCarry;
    if (!is_carry && (!elaboration.may_declare || elaboration.slots)) {
        report(elaboration, kMisplaced, declaration.name.range,
               fmt::format("the stream `{}` is declared outside of a model", name))
            .hint = "a `carry` goes from step to step of one `scan`, anywhere";
        return;
    }
    if (!is_carry && !declaration.type) {
        report(elaboration, kMissingArgument, declaration.name.range, fmt::format("`{}` needs a type", name)).hint =
            fmt::format("as in `stream {}: f32[batch, units] = zeros`", name);
        return;
    }
    std::optional<Type> type;
    if (declaration.type) {
        type = evaluate_type(elaboration, *declaration.type, scope);
        if (!type) return;
    }
    OriginScope origin(elaboration, declaration.name.range);
    HintScope hint(elaboration, underscored(name));
    std::string path;
    if (is_carry) {
        path = fmt::format("carry:{}#{}", name, elaboration.variables.size());
    } else {
        path = elaboration.names->below(elaboration.names->unique(name));
        if (elaboration.names->application > 1) path += fmt::format("_{}", elaboration.names->application);
    }
    std::optional<Value> start = is_carry ? carry_start(elaboration, declaration, path, type, scope)
                                          : stream_start(elaboration, declaration, path, *type, scope);
    if (!start) return;
    enter(elaboration, path, declaration.keyword, *start);
    scope->bind(name, {read_variable(elaboration, path), Binding::Kind::kState, path,
                       declaration.type ? &*declaration.type : nullptr});
}

Meaning read_variable(Elaboration& elaboration, const std::string& path) {
    return value_at(elaboration, path, level_of(elaboration, path), elaboration.scans.size());
}

void write_variable(Elaboration& elaboration, const std::string& path, Value value) {
    const std::size_t declared = level_of(elaboration, path);
    value_at(elaboration, path, declared, elaboration.scans.size());  // a leaf in every scan around
    for (std::size_t level = declared; level < elaboration.scans.size(); ++level) {
        for (ScanFrame::Touched& one : elaboration.scans[level]->touched) {
            if (one.path == path) one.changed = true;
        }
    }
    values_at(elaboration, elaboration.scans.size()).insert_or_assign(path, Meaning::tensor(value));
    if (std::find(elaboration.stored.begin(), elaboration.stored.end(), path) == elaboration.stored.end())
        elaboration.stored.push_back(path);
}

Refusal refuse_change(const Elaboration& elaboration, const std::string& path, const std::string& name) {
    auto found = elaboration.variables.find(path);
    if (found == elaboration.variables.end()) return {};
    const Variable& variable = found->second;
    const std::size_t depth = elaboration.scans.size();
    if (variable.keyword == ast::StorageKeyword::kCarry && depth == variable.level) {
        if (depth == 0) {
            return {fmt::format("the carry `{}` changes outside of a `scan`", name),
                    fmt::format("`let {} = …` binds the name anew", name)};
        }
        return {
            fmt::format("the carry `{}` is declared in the body that changes it: each step would start afresh", name),
            "declare it before the `scan`"};
    }
    if (variable.keyword == ast::StorageKeyword::kStream && variable.declared > 0 && depth > variable.declared) {
        return {fmt::format("the stream `{}` is declared in one scan and changes in another within: it would live on "
                            "through the steps of both",
                            name),
                "a `carry` starts afresh with each step of the outer scan"};
    }
    return {};
}

Value add_leaf(Elaboration& elaboration, const Type& type, const std::string& name) {
    Attributes attributes;
    attributes.set("index", static_cast<std::int64_t>(elaboration.leaves++));
    attributes.set("type", type);
    Origin origin = elaboration.builder.origin();
    origin.name = name;
    return elaboration.builder.add("argument", {}, attributes, origin);
}

Value step_index(Elaboration& elaboration) {
    const Type scalar{DType::kI32, {}};
    Value total;
    for (ScanFrame* scan : elaboration.scans) {
        if (!scan->index) scan->index = add_leaf(elaboration, scalar, "t");
        if (total) {
            Value steps = extent_value(elaboration, scan->steps, DType::kI32);
            total = elaboration.builder.add("multiply", {total, steps});
            total = elaboration.builder.add("add", {total, scan->index});
        } else {
            total = scan->index;
        }
    }
    return total ? total : constant_value(elaboration, 0, scalar);
}

}  // namespace nncc
