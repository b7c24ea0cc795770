// Builtins: the table of all families, and a call's arguments matched to a row's parameters.
#include "semantics/builtin.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "semantics/compile_time.h"

namespace nncc {
namespace {

std::array<std::span<const Builtin>, 7> families() {
    return {elementwise_builtins(), reduction_builtins(),  view_builtins(),  index_builtins(),
            source_builtins(),      derivative_builtins(), window_builtins()};
}

struct Parameters {
    std::vector<ParameterSlot> slots;
    bool rest = false;
};

Parameters parse_parameters(std::string_view text) {
    Parameters result;
    while (!text.empty()) {
        std::size_t comma = std::min(text.find(", "), text.size());
        std::string_view one = text.substr(0, comma);
        text.remove_prefix(std::min(comma + 2, text.size()));
        if (one == "...") {
            result.rest = true;
            continue;
        }
        bool required = !one.ends_with('?');
        if (!required) one.remove_suffix(1);
        result.slots.push_back({std::string(one), required});
    }
    return result;
}

}  // namespace

const Builtin* find_builtin(std::string_view name) {
    for (std::span<const Builtin> family : families()) {
        for (const Builtin& builtin : family) {
            if (builtin.name == name) return &builtin;
        }
    }
    return nullptr;
}

std::vector<std::string_view> builtin_names() {
    std::vector<std::string_view> names;
    for (std::span<const Builtin> family : families()) {
        for (const Builtin& builtin : family) names.push_back(builtin.name);
    }
    return names;
}

Meaning apply_builtin(Elaboration& elaboration, const Builtin& builtin, const std::vector<GivenArgument>& given,
                      SourceRange call) {
    Parameters parameters = parse_parameters(builtin.parameters);
    std::vector<GivenArgument> taken = given;
    BuiltinCall arguments{elaboration, builtin, {}, {}, call};
    if (parameters.rest) {
        std::size_t positional = 0;
        taken.clear();
        for (const GivenArgument& argument : given) {
            if (argument.name.empty() && positional++ >= parameters.slots.size())
                arguments.rest.push_back(argument.operand);
            else taken.push_back(argument);
        }
    }
    auto matched = match_arguments(elaboration, std::string(builtin.name), parameters.slots, taken, call, {});
    if (!matched) return Meaning::poison();
    for (const GivenArgument* argument : *matched)
        arguments.arguments.push_back(argument == nullptr ? nullptr : &argument->operand);
    // `x |> sigmoid` in a user's text is `sigmoid_1`, as a layer would be; a `let` names it otherwise.
    std::string hint;
    if (!is_embedded(call.file) && elaboration.names != nullptr && !elaboration.in_let) {
        std::string name(builtin.name);
        hint = underscored(elaboration.names->below(fmt::format("{}_{}", name, ++elaboration.names->calls[name])));
    }
    HintScope named(elaboration, hint);
    OriginScope origin(elaboration, call);
    return builtin.apply(arguments);
}

bool flag_argument(const BuiltinCall& call, std::size_t index, bool otherwise) {
    return call.has(index) ? to_flag(call.elaboration, call.operand(index)).value_or(otherwise) : otherwise;
}

Meaning result_of(const std::optional<Value>& value) { return value ? Meaning::tensor(*value) : Meaning::poison(); }

}  // namespace nncc
