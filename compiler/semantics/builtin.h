// Builtins: the functions that are part of the language, each in one row: name, parameters, and what it makes.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "semantics/call.h"
#include "semantics/elaboration.h"

namespace nncc {

// The arguments of one call, in the order of the row's parameters; null where one was left out.
struct BuiltinCall {
    Elaboration& elaboration;
    const Builtin& builtin;
    std::vector<const Operand*> arguments;
    std::vector<Operand> rest;  // of a row that ends in `...`
    SourceRange range;

    const Operand& operand(std::size_t index) const { return *arguments[index]; }
    bool has(std::size_t index) const { return arguments[index] != nullptr; }
    const Operand* find_operand(std::size_t index) const { return arguments[index]; }  // null when left out
};

struct Builtin {
    std::string_view name;
    std::string_view parameters;  // "x, axis?, keep?": `?` may be left out; "equation, ...": any number may follow
    Meaning (*apply)(const BuiltinCall&);
    std::string_view op = {};  // of elementwise rows: the op's name where it is another
};

// The rows by family, in files builtin_*.cpp.
std::span<const Builtin> elementwise_builtins();
std::span<const Builtin> reduction_builtins();
std::span<const Builtin> view_builtins();
std::span<const Builtin> index_builtins();
std::span<const Builtin> source_builtins();
std::span<const Builtin> window_builtins();
std::span<const Builtin> derivative_builtins();

const Builtin* find_builtin(std::string_view name);  // null when there is none
std::vector<std::string_view> builtin_names();

Meaning apply_builtin(Elaboration& elaboration, const Builtin& builtin, const std::vector<GivenArgument>& given,
                      SourceRange call);

// A bool argument, `otherwise` when left out.
bool flag_argument(const BuiltinCall& call, std::size_t index, bool otherwise);
Meaning result_of(const std::optional<Value>& value);

}  // namespace nncc
