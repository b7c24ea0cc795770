// Reads the headers that `extern` items name, asks what their functions mean, and inlines that at each call.
#include "semantics/extern.h"

#include <fmt/format.h>

#include <filesystem>
#include <set>

#include "base/hash.h"
#include "ops/record.h"
#include "semantics/arithmetic.h"
#include "semantics/diagnostic_kinds.h"
#include "semantics/expression.h"
#include "semantics/signature.h"
#include "semantics/user_function.h"

namespace nncc {
namespace {

constexpr std::size_t kMaximumHeaders = 256;

std::string_view trimmed(std::string_view text) {
    const std::size_t first = text.find_first_not_of(" \t");
    return first == std::string_view::npos ? std::string_view{} : text.substr(first);
}

// What the lines `#include "name"` and `#include <name>` of a text name, whether or not they are compiled.
std::vector<std::string> included_names(std::string_view text) {
    std::vector<std::string> names;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        std::string_view line = trimmed(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
        if (!line.starts_with('#')) continue;
        line = trimmed(line.substr(1));
        if (!line.starts_with("include")) continue;
        line = trimmed(line.substr(7));
        if (line.empty() || (line[0] != '"' && line[0] != '<')) continue;
        const std::size_t close = line.find(line[0] == '"' ? '"' : '>', 1);
        if (close != std::string_view::npos && close > 1) names.emplace_back(line.substr(1, close - 1));
    }
    return names;
}

// The header and, as far as they are found, the files that it includes; they are part of the model.
std::vector<const SourceFile*> with_included(const SourceFile* header, const AnalyseOptions& options,
                                             SourceLoader& loader) {
    std::vector<const SourceFile*> files = {header};
    std::set<const SourceFile*> seen = {header};
    for (std::size_t index = 0; index < files.size(); ++index) {
        for (const std::string& name : included_names(files[index]->text)) {
            Expected<const SourceFile*> file = load_beside(files[index]->path, name, options, loader);
            if (file && files.size() < kMaximumHeaders && seen.insert(*file).second) files.push_back(*file);
        }
    }
    return files;
}

// Whether all types are scalars; reports those that are not.
bool takes_scalars(Analysis& analysis, const ast::Function& function) {
    bool fits = true;
    const auto check = [&](const ast::TypeSyntax& type, const std::string& what, const std::string& hint) {
        const std::string& name = type.name.text;
        if (type.dimensions.empty() && (name == "f32" || name == "i32" || name == "bool")) return;
        report(analysis, kWrongKind, type.range,
               fmt::format("`extern` functions are of scalars, and {} is `{}`", what, source_text(type.range)))
            .hint = hint;
        fits = false;
    };
    for (const ast::Parameter& parameter : function.parameters) {
        const std::string name = fmt::format("`{}`", parameter.name.text);
        check(parameter.type, name,
              fmt::format("write `{}: f32`; it is applied to each element of a tensor", parameter.name.text));
    }
    if (function.result)
        check(*function.result, "the result", "write `-> f32`; it is applied to each element of a tensor");
    return fits && function.result.has_value();
}

void report_mistake(Analysis& analysis, const ast::Function& function, const Diagnostic& mistake) {
    const bool has_place = mistake.range.file != nullptr;
    Diagnostic& diagnostic =
        report(analysis, *mistake.kind, has_place ? mistake.range : function.name.range, mistake.message);
    diagnostic.notes = mistake.notes;
    if (has_place) {
        diagnostic.notes.push_back({function.name.range, fmt::format("`{}` is declared here", function.name.text)});
    }
    diagnostic.hint = mistake.hint;
}

void read_extern(Analysis& analysis, const ast::Function& function, SourceLoader& loader) {
    if (!takes_scalars(analysis, function)) return;
    UserFunctionReader* reader = analysis.options.user_functions;
    if (reader == nullptr) {
        report(analysis, kNotSupported, function.header_range, "`extern` functions cannot be read here").hint =
            "write the function in the language of models";
        return;
    }
    Expected<const SourceFile*> header =
        load_beside(function.header_range.file->path, function.header, analysis.options, loader);
    if (!header) {
        report(analysis, kImportFailed, function.header_range,
               fmt::format("cannot read `{}`: {}", function.header, header.error().message))
            .hint = header.error().hint;
        return;
    }
    UserFunctionRequest request;
    request.files = with_included(*header, analysis.options, loader);
    request.import_folders = analysis.options.import_folders;
    request.function = function.name.text;
    for (const ast::Parameter& parameter : function.parameters) {
        request.parameters.emplace_back(parameter.name.text, parameter.type.name.text);
    }
    request.result = function.result->name.text;
    request.real_f64 = analysis.options.real_f64;
    Expected<UserFunction> read = reader->read(request);
    if (!read) {
        Diagnostic& diagnostic =
            report(analysis, *read.error().kind, function.header_range,
                   fmt::format("`{}` cannot be read: {}", function.name.text, read.error().message));
        for (const std::string& note : read.error().notes) diagnostic.notes.push_back({{}, note});
        diagnostic.hint = read.error().hint;
        return;
    }
    for (const Diagnostic& mistake : read->mistakes) report_mistake(analysis, function, mistake);
    if (!read->graph) return;
    NNCC_CHECK(read->graph->outputs().size() == 1, "{}", function.name.text);
    analysis.externs.emplace(&function, std::make_shared<const Graph>(std::move(*read->graph)));
    for (const SourceFile* file : request.files) analysis.header_hashes.insert(sha256_hex(file->text));
}

// An argument of an `extern` function, of the declared type; reports one that is not.
std::optional<Value> argument_value(Elaboration& elaboration, const ast::Function& function,
                                    const ast::Parameter& parameter, const Operand& operand) {
    std::optional<DType> dtype = declared_dtype(elaboration, parameter.type);
    if (!dtype) return std::nullopt;
    std::optional<Value> value = to_tensor(elaboration, operand, *dtype);
    if (!value) return std::nullopt;
    const Type& actual = elaboration.builder.type(*value);
    if (actual.dtype == *dtype) return value;
    Diagnostic& diagnostic =
        report(elaboration, kWrongKind, operand.range,
               fmt::format("argument `{}` of `{}` is {}, and `{}` is {}", parameter.name.text, function.name.text,
                           declared_text(parameter.type), operand.text(), type_text(actual)));
    diagnostic.notes.push_back({parameter.range, fmt::format("`{}` is declared here", parameter.name.text)});
    return std::nullopt;
}

}  // namespace

void read_externs(Analysis& analysis, SourceLoader& loader) {
    for (const std::unique_ptr<ast::File>& file : analysis.library.files) {
        for (const ast::Item& item : file->items) {
            const auto* function = std::get_if<ast::Function>(&item.value);
            if (function != nullptr && function->kind == ast::FunctionKind::kExtern)
                read_extern(analysis, *function, loader);
        }
    }
}

Meaning apply_extern(Elaboration& elaboration, const ast::Function& function, const std::vector<GivenArgument>& given,
                     SourceRange call, const NameSpace& names) {
    auto matched = match_arguments(elaboration, function.name.text, parameter_slots(function), given, call,
                                   function.parameters_range);
    if (!matched) return Meaning::poison();
    const auto found = elaboration.analysis.externs.find(&function);
    if (found == elaboration.analysis.externs.end()) return Meaning::poison();  // reported when it was read
    HintScope hint(elaboration, call.file != nullptr && !is_embedded(call.file) ? underscored(names.path) : "");
    OriginScope origin(elaboration, call);
    std::vector<Operand> operands;
    std::vector<Value> arguments;
    for (std::size_t index = 0; index < function.parameters.size(); ++index) {
        const ast::Parameter& parameter = function.parameters[index];
        operands.push_back((*matched)[index] != nullptr
                               ? (*matched)[index]->operand
                               : evaluate_operand(elaboration, *parameter.default_value, std::make_shared<Scope>()));
        std::optional<Value> value = argument_value(elaboration, function, parameter, operands.back());
        if (!value) return Meaning::poison();
        arguments.push_back(*value);
    }
    std::optional<Shape> shape = Shape{};
    if (!arguments.empty()) {
        shape = common_shape(elaboration, fmt::format("apply `{}` to", function.name.text), operands, arguments, call);
    }
    if (!shape) return Meaning::poison();
    for (std::size_t index = 0; index < arguments.size(); ++index) {
        Value& argument = arguments[index];
        const Type type = elaboration.builder.type(argument);
        const std::optional<double> number = operands[index].meaning.number();
        argument = number && type.rank() == 0 ? constant_value(elaboration, *number, {type.dtype, *shape})
                                              : broadcast_value(elaboration, argument, *shape);
    }

    const Graph& graph = *found->second;
    std::vector<Value> values;
    for (const Node& node : graph.nodes()) {
        if (node.op->name == "input") {
            values.push_back(arguments[values.size()]);  // the first nodes, in order
            continue;
        }
        if (node.op->name == "constant") {
            const double number = node.attributes.constant("value").elements[0];
            values.push_back(constant_value(elaboration, number, {node.type().dtype, *shape}));
            continue;
        }
        std::vector<Value> inner;
        for (Value operand : node.operands) inner.push_back(values[static_cast<std::size_t>(operand.node)]);
        std::optional<Value> value = add_node(elaboration, node.op->name, inner, node.attributes, call);
        if (!value) return Meaning::poison();
        values.push_back(*value);
    }
    return Meaning::tensor(values[static_cast<std::size_t>(graph.outputs()[0].value.node)]);
}

}  // namespace nncc
