// Builtins that make tensors or tell of them: einsum, fill, iota, random, shape, rank, size.
#include <fmt/format.h>

#include "semantics/arithmetic.h"
#include "semantics/builtin.h"
#include "semantics/compile_time.h"
#include "semantics/contraction.h"
#include "semantics/diagnostic_kinds.h"
#include "semantics/variable.h"
#include "semantics/views.h"

namespace nncc {
namespace {

Meaning apply_einsum_call(const BuiltinCall& call) {
    if (!call.rest.empty()) return apply_einsum(call.elaboration, call.operand(0), call.rest, call.range);
    report(call.elaboration, kMissingArgument, call.range, "`einsum` needs a tensor after the equation");
    return Meaning::poison();
}

Meaning apply_fill(const BuiltinCall& call) {
    std::optional<Shape> shape = to_shape(call.elaboration, call.operand(0));
    if (!shape) return Meaning::poison();
    const Operand& value = call.operand(1);
    if (std::optional<double> number = value.meaning.number()) {
        Attributes attributes;
        attributes.set("value", ConstantData{{*number}});
        attributes.set("type", Type{real_dtype(call.elaboration), *shape});
        return result_of(add_node(call.elaboration, "constant", {}, attributes, call.range));
    }
    std::optional<Value> scalar = to_scalar(call.elaboration, value, real_dtype(call.elaboration));
    return scalar ? Meaning::tensor(broadcast_value(call.elaboration, *scalar, *shape)) : Meaning::poison();
}

// iota(n): 0, 1 … n - 1 as i32.
Meaning apply_iota(const BuiltinCall& call) {
    std::optional<Dim> extent = to_dim(call.elaboration, call.operand(0));
    if (!extent) return Meaning::poison();
    Attributes attributes;
    attributes.set("type", Type{DType::kI32, {*extent}});
    attributes.set("axis", std::int64_t{0});
    return result_of(add_node(call.elaboration, "iota", {}, attributes, call.range));
}

// Uniform in [0, 1). Each call in the text has bits of its own; see `site` in the op table.
Meaning apply_random(const BuiltinCall& call) {
    Elaboration& elaboration = call.elaboration;
    std::optional<Shape> shape = to_shape(elaboration, call.operand(0));
    if (!shape) return Meaning::poison();
    if (!elaboration.seed) {
        report(elaboration, kNotSupported, call.range,
               "random bits in a metric or an optimizer are not supported by this version")
            .hint = "they belong into the model, or under `if training`";
        return Meaning::poison();
    }
    elaboration.draws = true;
    NameSpace& names = *elaboration.names;
    std::string place = elaboration.random_site.empty() ? names.path : elaboration.random_site;
    if (names.application > 1) place += fmt::format("@{}", names.application);
    // A function of the initialiser's own shares its site's count.
    int number = ++elaboration.random_counts[place];
    Attributes attributes;
    attributes.set("site", fmt::format("{}#{}", place, number));
    attributes.set("type", Type{real_dtype(elaboration), *shape});
    Value index = step_index(elaboration);
    return result_of(
        add_node(elaboration, "random", {elaboration.seed, elaboration.step, index}, attributes, call.range));
}

std::optional<Type> type_of(const BuiltinCall& call) {
    const Operand& x = call.operand(0);
    if (x.meaning.number() || x.meaning.as<IntegerMeaning>() != nullptr) return Type{};
    std::optional<Value> value = to_tensor(call.elaboration, x);
    return value ? std::optional<Type>(call.elaboration.builder.type(*value)) : std::nullopt;
}

Meaning apply_shape(const BuiltinCall& call) {
    std::optional<Type> type = type_of(call);
    if (!type) return Meaning::poison();
    std::vector<Meaning> extents;
    for (const Dim& dim : type->shape) extents.push_back(Meaning::integer(dim));
    return Meaning::list(std::move(extents));
}

Meaning apply_rank(const BuiltinCall& call) {
    std::optional<Type> type = type_of(call);
    return type ? Meaning::integer(Dim(type->rank())) : Meaning::poison();
}

Meaning apply_size(const BuiltinCall& call) {
    std::optional<Type> type = type_of(call);
    std::optional<Dim> count = type ? element_count(type->shape) : std::nullopt;
    return count ? Meaning::integer(*count) : Meaning::poison();
}

Meaning apply_length(const BuiltinCall& call) {
    const Operand& x = call.operand(0);
    if (const auto* list = x.meaning.as<ListMeaning>())
        return Meaning::integer(Dim(static_cast<std::int64_t>(list->elements.size())));
    if (const auto* parameters = x.meaning.as<ParametersMeaning>())
        return Meaning::integer(Dim(static_cast<std::int64_t>(parameters->names.size())));
    report(call.elaboration, kWrongKind, x.range,
           fmt::format("`length` of `{}`, which is {}, not a list", x.text(),
                       describe(x.meaning, call.elaboration.builder)));
    return Meaning::poison();
}

// fail("`order` is ", order): what a layer says of an argument that makes no sense. Reported at the user's call.
Meaning apply_fail(const BuiltinCall& call) {
    std::string message;
    std::vector<Operand> parts = {call.operand(0)};
    parts.insert(parts.end(), call.rest.begin(), call.rest.end());
    for (const Operand& part : parts) {
        if (part.meaning.is_poison()) return Meaning::poison();
        if (const auto* text = part.meaning.as<std::string>()) message += *text;
        else if (const auto* number = part.meaning.as<IntegerMeaning>()) message += number->value.text();
        else if (std::optional<double> real = part.meaning.number()) message += fmt::format("{}", *real);
        else message += describe(part.meaning, call.elaboration.builder);
    }
    report(call.elaboration, kRefusedArgument, call.range, message);
    return Meaning::poison();
}

constexpr Builtin kSourceBuiltins[] = {
    {"einsum", "equation, ...", apply_einsum_call},
    {"fail", "message, ...", apply_fail},
    {"fill", "shape, value", apply_fill},
    {"iota", "extent", apply_iota},
    {"length", "list", apply_length},
    {"random", "shape", apply_random},
    {"rank", "x", apply_rank},
    {"shape", "x", apply_shape},
    {"size", "x", apply_size},
};

}  // namespace

std::span<const Builtin> source_builtins() { return kSourceBuiltins; }

}  // namespace nncc
