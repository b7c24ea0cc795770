// Meaning: what an expression stands for while a model is elaborated: a number, a tensor of the graph, a list, a
// function.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "graph/graph.h"
#include "syntax/ast.h"

namespace nncc {

class Scope;
struct Builtin;
struct Meaning;
struct NewInstance;

// What follows an error: swallowed by everything, so that one mistake is reported once.
struct Poison {};
// The value of a block that has none.
struct NoValue {};
// A compile-time integer, possibly symbolic. `dimension` is set when it was read from a dimension variable, so that it
// can name an axis.
struct IntegerMeaning {
    Dim value;
    std::string dimension;
};
// A value of the graph. One that `adapts` is an f64 scalar made of `step`, extents and numbers alone: it takes the
// dtype of the tensor it meets.
struct TensorMeaning {
    Value value;
    bool adapts = false;
};
struct RangeMeaning {
    Dim first;
    Dim last;
};
struct ListMeaning {
    std::vector<Meaning> elements;
};
struct FunctionMeaning {
    const ast::Function* function = nullptr;
};
struct LambdaMeaning {
    const ast::Lambda* lambda = nullptr;
    std::shared_ptr<Scope> scope;
};
struct BuiltinMeaning {
    const Builtin* builtin = nullptr;
};
// An optimizer, schedule or initializer with its arguments: `adam(0.01)`.
struct AppliedMeaning {
    const ast::Function* function = nullptr;
    std::vector<std::pair<std::string, Meaning>> arguments;
    SourceRange range;
};
// `new dense(64)`: one layer, applied many times.
struct InstanceMeaning {
    std::shared_ptr<NewInstance> instance;
};
// `params` of a train block.
struct ParametersMeaning {
    std::vector<std::string> names;
};
// `...` as an axis: those that `...` of the enclosing signature matched; all of them where count is absent.
struct EllipsisMeaning {
    std::size_t first = 0;
    std::optional<std::size_t> count;
};

struct Meaning {
    std::variant<Poison, NoValue, IntegerMeaning, double, bool, std::string, TensorMeaning, RangeMeaning, ListMeaning,
                 FunctionMeaning, LambdaMeaning, BuiltinMeaning, AppliedMeaning, InstanceMeaning, ParametersMeaning,
                 EllipsisMeaning>
        value;

    static Meaning poison() { return {Poison{}}; }
    static Meaning integer(Dim dim) { return {IntegerMeaning{std::move(dim), {}}}; }
    static Meaning real(double number);
    static Meaning flag(bool on);
    static Meaning text(std::string characters);
    static Meaning tensor(Value value, bool adapts = false) { return {TensorMeaning{value, adapts}}; }
    static Meaning list(std::vector<Meaning> elements) { return {ListMeaning{std::move(elements)}}; }

    template <class T>
    const T* as() const {
        return std::get_if<T>(&value);
    }
    bool is_poison() const { return as<Poison>() != nullptr; }
    bool is_number() const { return as<IntegerMeaning>() != nullptr || as<double>() != nullptr; }
    // The number as double: an int only when it is constant.
    std::optional<double> number() const;
    std::optional<std::int64_t> constant_integer() const;
};

// The arguments bound by `new` and the layer's path; `applications` counts the calls so far in this elaboration.
struct NewInstance {
    const ast::Function* function = nullptr;
    std::vector<std::pair<std::string, Meaning>> named;
    std::vector<Meaning> positional;
    std::string path;
    SourceRange range;
    int applications = 0;
};

// "an int", "a tensor f32[batch, 8]", "a list of 3": for messages.
std::string describe(const Meaning& meaning, const GraphBuilder& builder);

}  // namespace nncc
