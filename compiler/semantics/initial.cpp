// Initial values: an initializer applied to the shape of a storage, in the graph of the entry `initialize`.
#include <fmt/format.h>

#include "semantics/arithmetic.h"
#include "semantics/call.h"
#include "semantics/diagnostic_kinds.h"
#include "semantics/storage.h"

namespace nncc {

namespace {

Dim fan(const Shape& shape, bool in) {
    if (shape.empty()) return Dim(1);
    if (shape.size() == 1) return shape[0];
    Dim result = in ? shape[shape.size() - 2] : shape.back();
    for (std::size_t axis = 0; axis + 2 < shape.size(); ++axis)
        result = Dim::multiply(result, shape[axis]).value_or(Dim(1));
    return result;
}

}  // namespace

std::optional<Value> initial_value(Elaboration& elaboration, const StorageRow& row) {
    Storage storage = row.storage;
    HintScope hint(elaboration, underscored(storage.name));
    OriginScope origin(elaboration, row.user_range);
    if (std::optional<double> number = row.initializer.number())
        return constant_value(elaboration, *number, storage.type);
    const auto* applied = row.initializer.as<AppliedMeaning>();
    NNCC_CHECK(applied != nullptr, "no initializer of {}", storage.name);
    auto scope = std::make_shared<Scope>();
    std::vector<Meaning> extents;
    Dim rows(1);
    for (std::size_t axis = 0; axis < storage.type.shape.size(); ++axis) {
        extents.push_back(Meaning::integer(storage.type.shape[axis]));
        if (axis + 1 < storage.type.shape.size()) rows = Dim::multiply(rows, storage.type.shape[axis]).value_or(Dim(1));
    }
    auto bind = [&](const char* name, Meaning value) {
        scope->bind(name, {std::move(value), Binding::Kind::kArgument, {}, nullptr});
    };
    bind("shape", Meaning::list(extents));
    bind("rows", Meaning::integer(rows));
    bind("columns", Meaning::integer(storage.type.shape.empty() ? Dim(1) : storage.type.shape.back()));
    bind("fan_in", Meaning::integer(fan(storage.type.shape, true)));
    bind("fan_out", Meaning::integer(fan(storage.type.shape, false)));
    NameSpace names;
    elaboration.names = &names;
    elaboration.random_site = storage.name;
    Operand value{evaluate_applied(elaboration, *applied, scope), applied->range};
    std::optional<Value> tensor = to_tensor(elaboration, value, storage.type.dtype);
    if (!tensor) return std::nullopt;
    const DType made = elaboration.builder.type(*tensor).dtype;
    if (storage.type.dtype == DType::kI32 || (is_floating(storage.type.dtype) && is_floating(made)))
        tensor = cast_value(elaboration, *tensor, storage.type.dtype);
    if (elaboration.builder.type(*tensor).rank() == 0)
        tensor = broadcast_value(elaboration, *tensor, storage.type.shape);
    if (elaboration.builder.type(*tensor) == storage.type) return tensor;
    report(elaboration, kWrongResult, row.range,
           fmt::format("`{}` makes {} for `{}`, which is {}", applied->function->name.text,
                       type_text(elaboration.builder.type(*tensor)), storage.name, type_text(storage.type)));
    return std::nullopt;
}

}  // namespace nncc
