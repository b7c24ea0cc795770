// Interface: the model's inputs, free dimensions and compile-time arguments, from its signature and `-D`.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "semantics/call.h"
#include "semantics/compile_time.h"
#include "semantics/diagnostic_kinds.h"
#include "semantics/entries.h"
#include "semantics/expression.h"
#include "semantics/signature.h"
#include "semantics/walk.h"

namespace nncc {
namespace {

template <class T>
std::optional<T> parse_number(const std::string& text) {
    T value{};
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
}

// What `-D name=text` means where a value of that kind is expected.
std::optional<Meaning> parse_define(const std::string& text, ParameterKind kind) {
    if (kind == ParameterKind::kString) return Meaning::text(text);
    if (kind == ParameterKind::kBool) {
        if (text == "true" || text == "false") return Meaning::flag(text == "true");
        return std::nullopt;
    }
    if (std::optional<std::int64_t> whole = parse_number<std::int64_t>(text)) return Meaning::integer(Dim(*whole));
    std::optional<double> real = parse_number<double>(text);
    if (kind == ParameterKind::kInt || !real) return std::nullopt;
    return Meaning::real(*real);
}

struct Reader {
    Analysis& analysis;
    const ast::Function& model;
    Elaboration scratch;
    ScopePtr scope = std::make_shared<Scope>();
    ModelInterface interface;
    std::set<std::string> used_defines;
    bool fits = true;

    explicit Reader(Analysis& shared)
        : analysis(shared), model(*shared.model), scratch(shared, EntryKind::kForward, false, "interface") {}

    const std::string* define(const std::string& name) {
        auto found = analysis.options.defines.find(name);
        if (found == analysis.options.defines.end()) return nullptr;
        used_defines.insert(name);
        return &found->second;
    }

    void wrong_define(const std::string& name, const std::string& text, SourceRange range, const std::string& needed) {
        report(analysis, kWrongDefine, range,
               fmt::format("`-D {}={}` does not fit: `{}` is {}", name, text, name, needed));
        fits = false;
    }

    void read_constants() {
        for (const auto& [name, item] : analysis.library.users) {
            const auto* constant = std::get_if<ast::Constant>(&item->value);
            const std::string* text = constant != nullptr ? define(name) : nullptr;
            if (text == nullptr) continue;
            std::optional<Meaning> value = parse_define(*text, ParameterKind::kFloat);
            if (value) analysis.constants.insert_or_assign(name, *value);
            else wrong_define(name, *text, constant->name.range, "a number");
        }
    }

    void read_arguments() {
        for (const ast::Parameter& parameter : model.parameters) {
            ParameterKind kind = parameter_kind(parameter.type);
            if (kind == ParameterKind::kTensor) continue;
            const std::string& name = parameter.name.text;
            Operand value;
            if (const std::string* text = define(name)) {
                std::optional<Meaning> parsed = parse_define(*text, kind);
                if (!parsed) {
                    wrong_define(name, *text, parameter.range, source_text(parameter.type.range));
                    continue;
                }
                value = {*parsed, parameter.range};
            } else if (parameter.default_value != nullptr) {
                value = evaluate_operand(scratch, *parameter.default_value, scope);
            } else {
                report(analysis, kMissingArgument, parameter.range,
                       fmt::format("the model's argument `{}` has no value", name))
                    .hint = fmt::format("give it a default, or `-D {}=…`", name);
                fits = false;
                continue;
            }
            std::string needed = check_argument_kind(scratch, parameter, value.meaning);
            if (!needed.empty() && !value.meaning.is_poison()) {
                report(analysis, kWrongKind, value.range,
                       fmt::format("argument `{}` is {}, and this is {}", name, needed,
                                   describe(value.meaning, scratch.builder)));
                value.meaning = Meaning::poison();
            }
            if (value.meaning.is_poison()) fits = false;
            scope->bind(name, {value.meaning, Binding::Kind::kArgument, {}, nullptr});
            interface.arguments.emplace_back(name, value.meaning);
        }
    }

    void bind_dimension(const std::string& name, const ast::Dimension& dimension) {
        if (scope->find(name) != nullptr || is_constant_item(analysis.library, name, dimension.range.file)) return;
        scope->bind(name, {{IntegerMeaning{Dim::named(name), name}}, Binding::Kind::kDimension, {}, nullptr});
        DimBinding binding{1, false};
        bool given = false;
        if (dimension.bound) {
            std::optional<std::int64_t> bound = to_integer(scratch, evaluate_operand(scratch, *dimension.bound, scope));
            if (!bound) {
                fits = false;
                return;
            }
            binding = {*bound, true};
            given = true;
        }
        if (const std::string* text = define(name)) {
            bool bounded = text->starts_with("<=");
            std::optional<std::int64_t> value = parse_number<std::int64_t>(bounded ? text->substr(2) : *text);
            if (!value || *value < 1) {
                wrong_define(name, *text, dimension.range, "a dimension of at least 1");
                return;
            }
            binding = {*value, bounded};
            given = true;
        }
        if (binding.value < 1) {
            report(analysis, kWrongDefine, dimension.range,
                   fmt::format("the bound of `{}` is {}, less than 1", name, binding.value));
            fits = false;
        }
        if (!given && name != "batch") {
            Diagnostic& diagnostic = analysis.diagnostics.warning(kUnboundDimension, dimension.range,
                                                                  fmt::format("`{}` is not bound: it is 1", name));
            diagnostic.hint = fmt::format("`-D {}=64` gives it a value, `-D '{}<=64'` a bound", name, name);
        }
        analysis.dims[name] = binding;
    }

    void read_inputs() {
        for (const ast::Parameter& parameter : model.parameters) {
            if (parameter_kind(parameter.type) != ParameterKind::kTensor) continue;
            for (const ast::Dimension& dimension : parameter.type.dimensions) {
                if (dimension.is_ellipsis) {
                    report(analysis, kMisplaced, dimension.range,
                           "a model's input has a fixed number of axes, so `...` cannot stand here");
                    fits = false;
                    continue;
                }
                std::set<std::string> names;
                collect_names(*dimension.extent, names);
                for (const std::string& name : names) bind_dimension(name, dimension);
            }
            if (!fits) return;
            std::optional<Type> type = evaluate_type(scratch, parameter.type, scope);
            if (!type) {
                fits = false;
                continue;
            }
            interface.inputs.push_back({parameter.name.text, *type, parameter.range});
        }
        if (fits && interface.inputs.empty()) {
            report(analysis, kMissingArgument, model.parameters_range,
                   fmt::format("the model `{}` has no input", model.name.text))
                .hint = "an input is a tensor argument, as in `x: f32[batch, 8]`";
            fits = false;
        }
    }

    void check_defines() {
        for (const auto& [name, text] : analysis.options.defines) {
            if (used_defines.contains(name)) continue;
            report(analysis, kWrongDefine, model.parameters_range,
                   fmt::format("`-D {}` names nothing of the model", name))
                .hint = "it binds a free dimension, an argument of the model or a `const`";
            fits = false;
        }
    }
};

}  // namespace

std::optional<ModelInterface> read_interface(Analysis& analysis) {
    Reader reader(analysis);
    NameSpace names;
    reader.scratch.names = &names;
    reader.read_constants();
    reader.read_arguments();
    if (reader.fits) reader.read_inputs();
    if (reader.fits) reader.check_defines();
    if (!reader.fits) return std::nullopt;
    return std::move(reader.interface);
}

}  // namespace nncc
