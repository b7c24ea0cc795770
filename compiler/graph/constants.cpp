// Makes, checks and recognises the constants of a graph.
#include "graph/constants.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "ops/record.h"

namespace nncc {
namespace {

// `at` is a Graph or a GraphBuilder.
template <class At>
std::optional<double> splat_of(const At& at, Value value) {
    while (true) {
        const Node& node = at.node(value);
        if (node.op->name == "constant") {
            const ConstantData& data = node.attributes.constant("value");
            return data.elements.size() == 1 ? std::optional(data.elements[0]) : std::nullopt;
        }
        const ViewLowering* view = lowering_of<ViewLowering>(node);
        if (view == nullptr || (view->kind != ViewKind::kBroadcast && view->kind != ViewKind::kReshape &&
                                view->kind != ViewKind::kTranspose)) {
            return std::nullopt;
        }
        value = node.operands[0];
    }
}

}  // namespace

void normalise(ConstantData& data, const Type& type) {
    for (double& element : data.elements) {
        if (std::isnan(element)) element = std::numeric_limits<double>::quiet_NaN();
        else if (type.dtype == DType::kF32) element = static_cast<double>(static_cast<float>(element));
        else if (!is_floating(type.dtype) && element == 0) element = 0;  // no -0 among integers
    }
    if (data.elements.size() != 1) {
        auto differs = [&](double element) {
            return std::bit_cast<std::uint64_t>(element) != std::bit_cast<std::uint64_t>(data.elements[0]);
        };
        std::optional<Dim> count = element_count(type.shape);
        if (count && count->is_constant(static_cast<std::int64_t>(data.elements.size())) &&
            std::none_of(data.elements.begin(), data.elements.end(), differs)) {
            data.elements.resize(1);  // of no elements: any one will do
        }
    }
}

std::string constant_error(const ConstantData& data, const Type& type) {
    if (data.elements.size() != 1) {
        std::optional<Dim> count = element_count(type.shape);
        if (!count || !count->is_constant(static_cast<std::int64_t>(data.elements.size()))) {
            return fmt::format("{} elements for {}", data.elements.size(), type_text(type));
        }
    }
    for (double element : data.elements) {
        const bool fits = type.dtype == DType::kI32
                              ? element == std::floor(element) && element >= INT32_MIN && element <= INT32_MAX
                              : type.dtype != DType::kBool || element == 0 || element == 1;
        if (!fits) return fmt::format("{} is no {}", element, dtype_name(type.dtype));
    }
    return "";
}

Value splat(GraphBuilder& builder, double value, const Type& type) {
    return builder.add("constant", {}, {{"value", ConstantData{{value}}}, {"type", type}});
}

Value scalar(GraphBuilder& builder, double value, DType dtype) { return splat(builder, value, Type{dtype, {}}); }

Value constant(GraphBuilder& builder, std::vector<double> elements, const Type& type) {
    return builder.add("constant", {}, {{"value", ConstantData{std::move(elements)}}, {"type", type}});
}

std::optional<double> splat_value(const GraphBuilder& builder, Value value) { return splat_of(builder, value); }
std::optional<double> splat_value(const Graph& graph, Value value) { return splat_of(graph, value); }

}  // namespace nncc
