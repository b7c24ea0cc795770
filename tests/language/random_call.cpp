// Reads the signatures of the library and draws arguments by the kinds and names of parameters.
#include "random_call.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/diagnostics.h"
#include "semantics/builtin.h"
#include "stdlib/stdlib.h"
#include "syntax/parser.h"

namespace nncc::testing {
namespace {

// Not layers: what answers in numbers of the compile time, inner parts of others, what draws random numbers outside of
// training (its bits are a state of the model, which the other entries do not share), what lives at the edge of
// doubles.
const std::set<std::string_view> kNotCalled = {"pool_stride",
                                               "pool_axes",
                                               "transposed_padding",
                                               "transposed_widths",
                                               "lstm_gates",
                                               "gru_gates",
                                               "recurrence",
                                               "recurrence_with_cell",
                                               "orthogonal_factor",
                                               "averaged",
                                               "coupled",
                                               "decayed",
                                               "repeated_places",
                                               "tiled_places",
                                               "resize_weights",
                                               "random_uniform",
                                               "random_normal",
                                               "random_bernoulli",
                                               "length",
                                               "rank",
                                               "shape",
                                               "size",
                                               "random",
                                               "per_axis",
                                               "ctc",
                                               "iota",
                                               "fill",
                                               "derivative",
                                               "normal_quantile",
                                               "stop_gradient",
                                               "gaussian",
                                               "truncated_gaussian",
                                               "einsum",
                                               "overlap_add",
                                               "scatter_add",
                                               "argsort",
                                               "argmax",
                                               "argmin",
                                               "one_hot",
                                               "category",
                                               "equal",
                                               "less",
                                               "less_equal",
                                               "and",
                                               "or",
                                               "not",
                                               "i32",
                                               "cast",
                                               "all",
                                               "any",
                                               "select",
                                               "where",
                                               "unstack",
                                               "split",
                                               "concatenate",
                                               "stack",
                                               "broadcast",
                                               "reshape",
                                               "convolution",
                                               "f32"};

// Where the argument has to be kept within what a function takes: by tanh, halved and moved.
const std::map<std::string_view, std::string_view> kDomains = {{"log", "1 + 0.5 * tanh({})"},
                                                               {"log1p", "0.5 * tanh({})"},
                                                               {"sqrt", "1 + 0.5 * tanh({})"},
                                                               {"rsqrt", "1 + 0.5 * tanh({})"},
                                                               {"asin", "0.5 * tanh({})"},
                                                               {"acos", "0.5 * tanh({})"},
                                                               {"atanh", "0.5 * tanh({})"},
                                                               {"tan", "0.5 * tanh({})"},
                                                               {"exp", "2 * tanh({})"},
                                                               {"expm1", "2 * tanh({})"},
                                                               {"sinh", "2 * tanh({})"},
                                                               {"cosh", "2 * tanh({})"},
                                                               {"power", "1 + 0.5 * tanh({})"},
                                                               {"atan2", "2 + tanh({})"},
                                                               {"divide", "2 + tanh({})"},
                                                               {"product", "1 + 0.1 * tanh({})"},
                                                               {"reduce_product", "1 + 0.1 * tanh({})"},
                                                               {"cumulative_product", "1 + 0.1 * tanh({})"}};

// Numbers by parameter: what keeps sizes small and mostly fits.
const std::map<std::string_view, std::pair<int, int>> kNumbers = {
    {"units", {1, 5}},        {"filters", {1, 4}},    {"kernel", {1, 3}},      {"stride", {1, 2}},
    {"dilation", {1, 2}},     {"groups", {1, 2}},     {"size", {1, 3}},        {"heads", {1, 3}},
    {"hidden", {1, 5}},       {"outputs", {1, 4}},    {"experts", {2, 3}},     {"top", {0, 2}},
    {"ratio", {1, 2}},        {"multiplier", {1, 2}}, {"vocabulary", {9, 11}}, {"width", {1, 5}},
    {"length", {3, 6}},       {"count", {1, 3}},      {"k", {1, 2}},           {"factor", {1, 2}},
    {"shared_heads", {0, 1}}, {"axis", {-2, 2}},      {"batch_axes", {0, 1}},  {"over", {2, 9}},
    {"every", {1, 3}},        {"patience", {1, 2}},   {"parts", {2, 3}}};

const std::map<std::string_view, std::vector<std::string>> kWords = {
    {"padding", {"\"valid\"", "\"same\"", "\"causal\"", "\"zeros\""}},
    {"order", {"\"ifgo\"", "\"iofg\"", "\"zrn\"", "\"rzn\""}},
    {"merge", {"\"concatenate\"", "\"sum\"", "\"mean\"", "\"product\""}},
    {"mode", {"\"linear\"", "\"nearest\"", "\"fan_in\"", "\"fan_out\"", "\"reflect\"", "\"edge\""}},
    {"distribution", {"\"uniform\"", "\"normal\"", "\"truncated_normal\""}}};

// Losses of probabilities, and those with a logarithm of the prediction.
bool wants_probability(const Callable& callable) {
    for (const Callable::Parameter& parameter : callable.parameters) {
        if (parameter.name == "logits") return false;
    }
    return callable.name.find("entropy") != std::string::npos || callable.name.find("poisson") != std::string::npos ||
           callable.name.find("log") != std::string::npos || callable.name.find("kl_") != std::string::npos ||
           callable.name.find("focal") != std::string::npos || callable.name == "dice" || callable.name == "tversky";
}

bool is_tensor(const std::string& kind) { return kind == "f32" || kind == "i32"; }

std::string kind_by_name(std::string_view name) {
    if (name == "axis") return "int";
    if (name == "keep" || name == "reverse") return "bool";
    if (kNumbers.contains(name)) return "int";
    if (kWords.contains(name)) return "string";
    return name == "x" || name == "a" || name == "b" ? "f32" : "";
}

Callable callable_of(const ast::Function& function) {
    Callable callable{function.name.text, {}};
    for (const ast::Parameter& parameter : function.parameters) {
        Callable::Parameter one{parameter.name.text, parameter.type.name.text, -1, parameter.default_value != nullptr};
        bool any = false;
        for (const ast::Dimension& dimension : parameter.type.dimensions) any = any || dimension.is_ellipsis;
        if (!any) one.rank = static_cast<int>(parameter.type.dimensions.size());
        callable.parameters.push_back(std::move(one));
    }
    return callable;
}

std::optional<Callable> callable_of(const Builtin& builtin) {
    Callable callable{std::string(builtin.name), {}};
    std::string_view rest = builtin.parameters;
    while (!rest.empty()) {
        const std::size_t comma = std::min(rest.find(", "), rest.size());
        std::string_view name = rest.substr(0, comma);
        rest.remove_prefix(std::min(comma + 2, rest.size()));
        const bool optional = name.ends_with('?');
        if (optional) name.remove_suffix(1);
        const std::string kind = kind_by_name(name);
        if (kind.empty() && !optional) return std::nullopt;
        if (!kind.empty()) callable.parameters.push_back({std::string(name), kind, -1, optional});
    }
    return callable;
}

std::string number(double value) {
    std::string text = fmt::format("{:.2f}", value);
    return value < 0 ? "(" + text + ")" : text;
}

}  // namespace

RandomCalls::RandomCalls() {
    for (const SourceFile& source : stdlib_files()) {
        Diagnostics diagnostics;
        const std::unique_ptr<ast::File> file = parse(source, diagnostics);
        for (const ast::Item& item : file->items) {
            if (const auto* function = std::get_if<ast::Function>(&item.value)) take(*function, source.path);
        }
    }
    for (const std::string_view name : builtin_names()) {
        if (kNotCalled.contains(name)) continue;
        std::optional<Callable> callable = callable_of(*find_builtin(name));
        if (callable && !callable->parameters.empty() && is_tensor(callable->parameters[0].kind))
            layers_[""].push_back(std::move(*callable));
    }
}

void RandomCalls::take(const ast::Function& function, const std::string& path) {
    if (kNotCalled.contains(function.name.text)) return;
    Callable callable = callable_of(function);
    switch (function.kind) {
        case ast::FunctionKind::kOptimizer: optimizers_.push_back(std::move(callable)); return;
        case ast::FunctionKind::kSchedule:
            // One that needs the driver to say how the last epoch went, and one with a list of steps.
            if (callable.name != "plateau" && callable.name != "multistep") schedules_.push_back(std::move(callable));
            return;
        case ast::FunctionKind::kInitializer:
            // The identity is for matrices, `stacked` ones for three axes, gates for biases of a layer.
            if (callable.name != "identity" && callable.name != "stacked_glorot_uniform" &&
                callable.name != "gate_bias")
                initializers_.push_back(std::move(callable));
            return;
        case ast::FunctionKind::kFunction: break;
        case ast::FunctionKind::kModel:
        case ast::FunctionKind::kExtern: return;
    }
    if (callable.parameters.empty() || !is_tensor(callable.parameters[0].kind)) return;
    const bool two = callable.parameters.size() >= 2 && callable.parameters[1].name == "target";
    if (path == "stdlib/losses.nn" && two) losses_.push_back(callable);
    if (path == "stdlib/metrics.nn") {
        if (two) metrics_.push_back(callable);
        return;
    }
    if (path == "stdlib/losses.nn" && !two) return;
    if (path == "stdlib/activations.nn") {
        const bool plain = std::all_of(callable.parameters.begin() + 1, callable.parameters.end(),
                                       [](const Callable::Parameter& parameter) { return parameter.optional; });
        if (plain && callable.name != "glu") activations_.push_back(callable.name);
    }
    if (path != "stdlib/losses.nn" && path != "stdlib/optimizers.nn") layers_[path].push_back(std::move(callable));
}

std::vector<std::string> RandomCalls::layer_names() const {
    std::vector<std::string> names;
    for (const auto& [path, family] : layers_) {
        for (const Callable& callable : family) names.push_back(callable.name);
    }
    return names;
}

std::string RandomCalls::activation(Random& random) const { return random.of(activations_); }

std::string RandomCalls::plain_call(Random& random, const Callable& callable) const {
    std::vector<std::string> arguments;
    for (const Callable::Parameter& parameter : callable.parameters) {
        if (parameter.optional && random.chance(0.6)) continue;
        const std::optional<std::string> value = argument(random, callable, parameter, {});
        if (value) arguments.push_back(parameter.name + " = " + *value);
    }
    return fmt::format("{}({})", callable.name, fmt::join(arguments, ", "));
}

std::string RandomCalls::optimizer(Random& random) const { return plain_call(random, random.of(optimizers_)); }
std::string RandomCalls::schedule(Random& random) const { return plain_call(random, random.of(schedules_)); }
std::string RandomCalls::initializer(Random& random) const { return plain_call(random, random.of(initializers_)); }

std::optional<std::string> RandomCalls::argument(Random& random, const Callable& callable,
                                                 const Callable::Parameter& parameter,
                                                 const std::vector<Variable>& variables) const {
    if (parameter.kind == "int" || parameter.kind == "ints") {
        const auto found = kNumbers.find(parameter.name);
        const auto [low, high] = found == kNumbers.end() ? std::pair{1, 3} : found->second;
        return fmt::format("{}", random.integer(low, high));
    }
    if (parameter.kind == "bool") return random.chance(0.5) ? "true" : "false";
    if (parameter.kind == "string") {
        const auto found = kWords.find(parameter.name);
        return found == kWords.end() ? std::nullopt : std::optional(random.of(found->second));
    }
    if (parameter.kind == "float") {
        const std::string& name = parameter.name;
        if (name.find("epsilon") != std::string::npos) return number(random.uniform(0.01, 0.1));
        if (name.find("rate") != std::string::npos || name.find("decay") != std::string::npos)
            return number(random.uniform(0.01, 0.6));
        return number(random.uniform(0.1, 0.95));
    }
    if (parameter.kind == "schedule") return random.chance(0.5) ? schedule(random) : number(random.uniform(0.01, 0.2));
    if (parameter.kind == "initializer") return initializer(random);
    if (parameter.kind == "fn") {
        if (parameter.name != "layer" && parameter.name != "f") return activation(random);
        if (callable.name == "bidirectional") {
            const std::string cell = random.of(std::vector<std::string>{"lstm", "gru", "simple_rnn"});
            return fmt::format("fn(q) {{ {}(q, {}, stateful = false) }}", cell, random.integer(1, 3));
        }
        const Type& of = variables[0].type;
        if (of.rank() == 0 || !of.shape.back().is_constant()) return std::nullopt;
        const std::int64_t inner = random.integer(1, 4);
        return fmt::format("fn(q) {{ q |> dense({}) |> {} |> dense({}) }}", inner, activation(random),
                           of.shape.back().constant());
    }
    if (!is_tensor(parameter.kind)) return std::nullopt;
    std::vector<std::string> fitting;
    const DType dtype = parameter.kind == "f32" ? DType::kF64 : DType::kI32;
    for (const Variable& variable : variables) {
        if (variable.type.dtype != dtype) continue;
        if (parameter.rank < 0 || variable.type.rank() == parameter.rank) fitting.push_back(variable.name);
    }
    return fitting.empty() ? std::nullopt : std::optional(random.of(fitting));
}

std::optional<std::string> RandomCalls::layer(Random& random, const std::vector<Variable>& variables) const {
    const auto family = std::next(layers_.begin(), random.integer(0, static_cast<std::int64_t>(layers_.size()) - 1));
    const Callable& callable = random.of(family->second);
    std::optional<std::string> first = argument(random, callable, callable.parameters[0], variables);
    if (!first) return std::nullopt;
    std::vector<Variable> ordered = variables;  // the first is the one that `fn`s are made for
    for (Variable& variable : ordered) {
        if (variable.name == *first) std::swap(variable, ordered[0]);
    }
    if (const auto domain = kDomains.find(callable.name); domain != kDomains.end())
        first = fmt::format(fmt::runtime("(" + std::string(domain->second) + ")"), *first);
    std::vector<std::string> arguments;
    bool named = false;
    for (std::size_t k = 1; k < callable.parameters.size(); ++k) {
        const Callable::Parameter& parameter = callable.parameters[k];
        const bool given = !parameter.optional || random.chance(0.35);
        named = named || !given || random.chance(0.3);
        if (!given) continue;
        const std::optional<std::string> value = argument(random, callable, parameter, ordered);
        if (!value) {
            if (!parameter.optional) return std::nullopt;
            named = true;
            continue;
        }
        arguments.push_back(named ? parameter.name + " = " + *value : *value);
    }
    if (random.chance(0.4)) {
        const std::string tail = arguments.empty() ? "" : fmt::format("({})", fmt::join(arguments, ", "));
        return fmt::format("{} |> {}{}", *first, callable.name, tail);
    }
    arguments.insert(arguments.begin(), *first);
    return fmt::format("{}({})", callable.name, fmt::join(arguments, ", "));
}

std::optional<std::pair<std::string, Type>> RandomCalls::loss(Random& random, const Variable& prediction) const {
    const Callable& callable = random.of(losses_);
    const Callable::Parameter& target = callable.parameters[1];
    Type type = prediction.type;
    if (target.kind == "i32") {
        if (type.rank() != 2) return std::nullopt;
        type = Type{DType::kI32, {type.shape[0]}};
    }
    const bool probability = wants_probability(callable) || random.chance(0.3);
    std::string text =
        fmt::format("{}({}, target", callable.name, probability ? "sigmoid(" + prediction.name + ")" : prediction.name);
    for (std::size_t k = 2; k < callable.parameters.size(); ++k) {
        if (!callable.parameters[k].optional) return std::nullopt;
        if (random.chance(0.7)) continue;
        const std::optional<std::string> value = argument(random, callable, callable.parameters[k], {});
        if (value) text += fmt::format(", {} = {}", callable.parameters[k].name, *value);
    }
    return std::pair{text + ")", type};
}

std::optional<std::string> RandomCalls::metric(Random& random, const Variable& prediction) const {
    const Callable& callable = random.of(metrics_);
    if (callable.parameters[1].kind != "f32") return std::nullopt;
    return fmt::format("{}({}, target)", callable.name, prediction.name);
}

}  // namespace nncc::testing
