// Type inference: operand counts, attributes and sizes for every op; the rules that many records share.
#include "ops/type_rules.h"

#include <algorithm>

#include "base/checked.h"
#include "graph/diagnostic_kinds.h"

namespace nncc {
namespace {

constexpr std::string_view kAttributeKinds[] = {"an integer", "a flag",  "a text", "a list of integers",
                                                "a dtype",    "a shape", "a type", "constant data"};
static_assert(std::size(kAttributeKinds) == std::variant_size_v<Attribute>);

std::optional<TypeError> shape_size_error(const Type& type) {
    std::int64_t bytes = dtype_bytes(type.dtype);
    for (const Dim& dim : type.shape) {
        if (!dim.is_constant()) return std::nullopt;  // checked again when it is bound
        const std::int64_t extent = dim.constant();
        if (extent < 0) return type_error(kExtentWrong, fmt::format("{} has a negative extent", type_text(type)));
        std::optional<std::int64_t> product = checked_multiply(bytes, std::max<std::int64_t>(extent, 1));
        if (!product) return type_error(kTooLarge, fmt::format("{} does not fit in memory", type_text(type)));
        bytes = *product;
    }
    return std::nullopt;
}

std::optional<TypeError> operand_count_error(const OpRecord& op, std::size_t count) {
    const Arity arity = arity_of(op);
    const std::size_t wanted = static_cast<std::size_t>(arity.count);
    if (count == wanted || (arity.variadic && count > wanted)) return std::nullopt;
    return type_error(kOperandCount, fmt::format("`{}` takes {}{} operands, not {}", op.name,
                                                 arity.variadic ? "at least " : "", arity.count, count));
}

std::optional<TypeError> attribute_error(const OpRecord& op, const Attributes& attributes) {
    std::size_t known = 0;
    for (const AttributeSpec& spec : op.attributes) {
        const Attribute* attribute = attributes.find(spec.name);
        if (attribute == nullptr) {
            if (!spec.required) continue;
            return type_error(kAttributeWrong, fmt::format("`{}` needs the attribute `{}`", op.name, spec.name));
        }
        ++known;
        if (attribute->index() != spec.kind) {
            return type_error(kAttributeWrong,
                              fmt::format("attribute `{}` of `{}` is {}, not {}", spec.name, op.name,
                                          kAttributeKinds[spec.kind], kAttributeKinds[attribute->index()]));
        }
    }
    if (known == attributes.items().size()) return std::nullopt;
    for (const auto& item : attributes.items()) {
        const bool found = std::any_of(op.attributes.begin(), op.attributes.end(),
                                       [&](const AttributeSpec& spec) { return spec.name == item.first; });
        if (!found) {
            return type_error(kAttributeWrong, fmt::format("`{}` has no attribute `{}`", op.name, item.first));
        }
    }
    return std::nullopt;
}

bool takes_body(const OpRecord& op) { return std::holds_alternative<RegionLowering>(op.lowering); }

}  // namespace

TypeError type_error(const DiagnosticKind& kind, std::string message, std::vector<int> operands, std::string hint) {
    return TypeError{&kind, std::move(message), std::move(operands), std::move(hint)};
}

Arity arity_of(const OpRecord& op) {
    Arity arity;
    std::string_view names = op.operands;
    if (names.empty()) return arity;
    arity.count = 1 + static_cast<int>(std::count(names.begin(), names.end(), ','));
    arity.variadic = names.ends_with("...");
    if (arity.variadic) --arity.count;  // "a, ..." takes one or more
    return arity;
}

TypeResult infer_types(const OpRecord& op, const TypeContext& context) {
    if (auto error = operand_count_error(op, context.operands.size())) return *error;
    if (auto error = attribute_error(op, context.attributes)) return *error;
    if (takes_body(op) != (context.body != nullptr)) {
        return type_error(kBodyWrong,
                          fmt::format("`{}` {} a nested graph", op.name, takes_body(op) ? "needs" : "does not have"));
    }
    TypeResult result = op.type(context);
    if (const auto* types = std::get_if<std::vector<Type>>(&result)) {
        for (const Type& type : *types) {
            if (auto error = shape_size_error(type)) return *error;
        }
    }
    return result;
}

std::optional<TypeError> same_types(const TypeContext& context, std::string_view op, std::size_t first) {
    const Type& type = context.operands[first];
    for (std::size_t k = first + 1; k < context.operands.size(); ++k) {
        const Type& other = context.operands[k];
        if (other == type) continue;
        const bool dtypes = other.dtype != type.dtype;
        return type_error(dtypes ? kDTypeDiffers : kShapeDiffers,
                          fmt::format("cannot {} {} and {}: {} differ", op, type_text(type), type_text(other),
                                      dtypes ? "element types" : "shapes"),
                          {static_cast<int>(first), static_cast<int>(k)});
    }
    return std::nullopt;
}

std::optional<TypeError> wants_floating(const TypeContext& context, std::string_view op) {
    for (std::size_t k = 0; k < context.operands.size(); ++k) {
        if (is_floating(context.operands[k].dtype)) continue;
        return type_error(kDTypeUnsupported,
                          fmt::format("{} needs floating-point numbers, not {}", op, type_text(context.operands[k])),
                          {static_cast<int>(k)}, "convert it first, as in `f32(x)`");
    }
    return std::nullopt;
}

std::optional<TypeError> wants_number(const TypeContext& context, std::string_view op) {
    for (std::size_t k = 0; k < context.operands.size(); ++k) {
        if (context.operands[k].dtype != DType::kBool) continue;
        return type_error(kDTypeUnsupported,
                          fmt::format("{} needs numbers, not {}", op, type_text(context.operands[k])),
                          {static_cast<int>(k)}, "convert it first, as in `f32(mask)`");
    }
    return std::nullopt;
}

TypeResult floating_unary(const TypeContext& context) {
    if (auto error = wants_floating(context, "this op")) return *error;
    return std::vector{context.operands[0]};
}

TypeResult floating_binary(const TypeContext& context) {
    if (auto error = wants_floating(context, "this op")) return *error;
    if (auto error = same_types(context, "combine")) return *error;
    return std::vector{context.operands[0]};
}

TypeResult number_unary(const TypeContext& context) {
    if (auto error = wants_number(context, "this op")) return *error;
    return std::vector{context.operands[0]};
}

TypeResult number_binary(const TypeContext& context) {
    if (auto error = wants_number(context, "this op")) return *error;
    if (auto error = same_types(context, "combine")) return *error;
    return std::vector{context.operands[0]};
}

TypeResult comparison(const TypeContext& context) {
    if (auto error = same_types(context, "compare")) return *error;
    return std::vector{Type{DType::kBool, context.operands[0].shape}};
}

TypeResult logical(const TypeContext& context) {
    for (std::size_t k = 0; k < context.operands.size(); ++k) {
        if (context.operands[k].dtype == DType::kBool) continue;
        return type_error(kDTypeUnsupported,
                          fmt::format("`and`, `or`, `not` need bool, not {}", type_text(context.operands[k])),
                          {static_cast<int>(k)});
    }
    if (auto error = same_types(context, "combine")) return *error;
    return std::vector{context.operands[0]};
}

std::optional<TypeError> axis_error(std::int64_t axis, int rank, int operand) {
    if (axis >= 0 && axis < rank) return std::nullopt;
    return type_error(kAxisWrong, fmt::format("axis {} does not exist in a tensor of rank {}", axis, rank), {operand});
}

std::optional<TypeError> axes_error(const std::vector<std::int64_t>& axes, int rank, int operand) {
    for (std::size_t i = 0; i < axes.size(); ++i) {
        if (auto error = axis_error(axes[i], rank, operand)) return error;
        if (i > 0 && axes[i] <= axes[i - 1]) {
            return type_error(kAxisWrong, "axes are not sorted and distinct", {operand});
        }
    }
    return std::nullopt;
}

Shape without_axes(const Shape& shape, const std::vector<std::int64_t>& axes) {
    Shape result;
    for (std::size_t i = 0; i < shape.size(); ++i) {
        if (std::find(axes.begin(), axes.end(), static_cast<std::int64_t>(i)) == axes.end()) result.push_back(shape[i]);
    }
    return result;
}

}  // namespace nncc
