// Bodies of groups to loop values: leaves and views become loads with strides, elementwise nodes become statements.
#include "lowering/body_reader.h"

#include <cmath>

#include "lowering/diagnostic_kinds.h"

namespace nncc {

namespace {

constexpr std::int64_t kTableLimit = std::int64_t{1} << 22;

std::uint32_t fnv1a(std::string_view text) {
    std::uint32_t hash = 2166136261U;
    for (char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
    return hash;
}

}  // namespace

std::string place_text(const Node& node) {
    std::string text = node.origin.place;
    if (!node.origin.expression.empty()) text += (text.empty() ? "`" : " `") + node.origin.expression + "`";
    if (text.empty()) text = node.op != nullptr ? std::string(node.op->name) : "node";
    return text;
}

BodyReader::BodyReader(const Plan& plan, int group, Kernel& kernel)
    : plan_(plan), group_(plan.graph.node(group)), body_(plan.graph.node(group).body.get()), group_index_(group), kernel_(kernel) {
    NNCC_CHECK(body_ != nullptr, "group without a body");
    for (std::size_t k = 0; k < group_.operands.size(); ++k) {
        const Value operand = group_.operands[k];
        const Node& source = plan_.graph.node(operand);
        parameter_of_operand_.push_back(-1);
        if (source.op->name == "extent") continue;
        if (source.op->name == "constant" && source.attributes.constant("value").elements.size() == 1) continue;
        // The same operand twice needs one parameter.
        for (std::size_t earlier = 0; earlier < k; ++earlier) {
            if (group_.operands[earlier] == operand) parameter_of_operand_[k] = parameter_of_operand_[earlier];
        }
        if (parameter_of_operand_[k] >= 0) continue;
        KernelParameter parameter{.role = source.origin.name, .type = plan_.graph.type(operand), .written = false, .value = operand, .table = {}};
        if (source.op->name == "storage" || source.op->name == "input") parameter.role = source.attributes.text("name");
        if (source.op->name == "constant") {
            parameter.table = source.attributes.constant("value").elements;
            parameter.value = {};
            parameter.role = "table";
        }
        parameter_of_operand_[k] = static_cast<int>(kernel_.parameters.size());
        kernel_.parameters.push_back(std::move(parameter));
    }
}

Error BodyReader::refuse(const DiagnosticKind& kind, const Node& node, std::string reason) const {
    return Error{.kind = &kind,
                 .message = fmt::format("{}: {} (`{}`)", place_text(node), reason, node.op->name),
                 .hint = {},
                 .notes = {},
                 .exit_code = ExitCode::kWrongInput};
}

int BodyReader::add(LoopValue value) {
    values_.push_back(std::move(value));
    return static_cast<int>(values_.size()) - 1;
}

int BodyReader::parameter_for_table(const Node& constant) {
    const auto& elements = constant.attributes.constant("value").elements;
    for (std::size_t k = 0; k < kernel_.parameters.size(); ++k) {
        if (kernel_.parameters[k].table == elements && kernel_.parameters[k].type == constant.type()) return static_cast<int>(k);
    }
    kernel_.parameters.push_back({.role = "table", .type = constant.type(), .written = false, .value = {}, .table = elements});
    return static_cast<int>(kernel_.parameters.size()) - 1;
}

Expected<int> BodyReader::scalar_operand(Value value) { return value_of(value, {}); }

Expected<std::optional<Reading>> BodyReader::read_leaf(const Node& node) {
    using Kind = LoopValue::Kind;
    const Type& type = node.type();
    auto rows = contiguous_map(type.shape);
    if (!rows) return refuse(kTooLargeToEmit, node, "its size overflows");
    Reading reading{.leaf = {}, .shape = type.shape};
    LoopValue& leaf = reading.leaf;
    leaf.dtype = type.dtype;
    leaf.name = node.origin.name;
    leaf.map = *rows;
    std::string_view op = node.op->name;
    const Node* source = &node;
    if (op == "argument") {
        const auto index = static_cast<std::size_t>(node.attributes.integer("index"));
        source = &plan_.graph.node(group_.operands[index]);
        leaf.parameter = parameter_of_operand_[index];
        op = source->op->name;
        if (leaf.parameter >= 0) {
            leaf.kind = Kind::kLoad;
            leaf.name = kernel_.parameters[static_cast<std::size_t>(leaf.parameter)].role;
            return std::optional(std::move(reading));
        }
    }
    if (op == "constant") {
        const auto& elements = source->attributes.constant("value").elements;
        if (elements.size() == 1) {
            leaf.kind = Kind::kConstant;
            leaf.constant = elements[0];
            leaf.map.strides.assign(leaf.map.strides.size(), Dim(0));
        } else {
            if (static_cast<std::int64_t>(elements.size()) > kTableLimit) {
                return refuse(kTooLargeToEmit, *source, fmt::format("a table of {} constants is too long to write out", elements.size()));
            }
            leaf.kind = Kind::kLoad;
            leaf.parameter = parameter_for_table(*source);
            leaf.name = "table";
        }
        return std::optional(std::move(reading));
    }
    if (op == "extent") {
        leaf.kind = Kind::kExtent;
        leaf.extent = Dim::named(source->attributes.text("dimension"));
        return std::optional(std::move(reading));
    }
    if (op == "iota") {
        leaf.kind = Kind::kIota;
        leaf.name = "index";
        const auto axis = static_cast<std::size_t>(node.attributes.integer("axis"));
        for (std::size_t k = 0; k < leaf.map.strides.size(); ++k) leaf.map.strides[k] = Dim(k == axis ? 1 : 0);
        return std::optional(std::move(reading));
    }
    if (op == "random") {
        leaf.kind = Kind::kRandom;
        leaf.name = "random";
        leaf.site = fnv1a(node.attributes.text("site"));
        for (Value operand : node.operands) {
            auto scalar = scalar_operand(operand);
            if (!scalar) return scalar.error();
            leaf.operands.push_back(*scalar);
        }
        return std::optional(std::move(reading));
    }
    return std::optional<Reading>();
}

Expected<std::optional<Reading>> BodyReader::reading_of(Value value) {
    const Node& node = body_->node(value);
    if (lowering_of<ViewLowering>(node) == nullptr) return read_leaf(node);
    auto operand = reading_of(node.operands[0]);
    if (!operand) return operand.error();
    if (!operand->has_value()) return std::optional<Reading>();
    Reading reading = std::move(**operand);
    auto map = map_through_view(node, reading.shape, reading.leaf.map);
    if (!map) return refuse(kViewNotAffine, node, "this view has no strides");
    reading.leaf.map = std::move(*map);
    reading.shape = node.type().shape;
    return std::optional(std::move(reading));
}

IndexMap BodyReader::embed(const IndexMap& map, const AxesOfNode& axes) const {
    IndexMap result{.offset = map.offset, .strides = std::vector<Dim>(static_cast<std::size_t>(axis_count), Dim(0))};
    NNCC_CHECK(map.strides.size() == axes.size(), "{} axes in the map, {} in the node", map.strides.size(), axes.size());
    // An axis met twice is a diagonal: its strides add up.
    for (std::size_t k = 0; k < axes.size(); ++k) {
        Dim& stride = result.strides[static_cast<std::size_t>(axes[k])];
        auto sum = Dim::add(stride, map.strides[k]);
        NNCC_CHECK(sum.has_value());
        stride = *sum;
    }
    return result;
}

Expected<int> BodyReader::value_of(Value value, const AxesOfNode& axes) {
    if (auto found = computed_.find(value); found != computed_.end()) return found->second;
    const Node& node = body_->node(value);
    if (lowering_of<ElementwiseLowering>(node) != nullptr) {
        LoopValue result{.kind = LoopValue::Kind::kOp, .dtype = node.type().dtype, .name = node.origin.name};
        result.op = node.op;
        for (Value operand : node.operands) {
            auto id = value_of(operand, axes);
            if (!id) return id.error();
            result.operands.push_back(*id);
        }
        const int id = add(std::move(result));
        computed_[value] = id;
        return id;
    }
    auto id = value_at(value, axes);
    if (id) computed_[value] = *id;
    return id;
}

Expected<int> BodyReader::value_at(Value value, const AxesOfNode& axes) {
    const Node& node = body_->node(value);
    auto reading = reading_of(value);
    if (!reading) return reading.error();
    if (!reading->has_value()) {
        // A scalar computed in the body may be broadcast; anything else has no map.
        if (lowering_of<ViewLowering>(node) != nullptr && body_->type(node.operands[0]).rank() == 0) {
            return value_of(node.operands[0], {});
        }
        return refuse(kNotLowered, node, "this cannot stand inside a loop");
    }
    LoopValue leaf = std::move((*reading)->leaf);
    leaf.map = embed(leaf.map, axes);
    // The same memory read in the same way is one load.
    for (std::size_t k = 0; k < values_.size(); ++k) {
        const LoopValue& other = values_[k];
        if (other.kind == leaf.kind && other.kind != LoopValue::Kind::kOp && other.dtype == leaf.dtype && other.parameter == leaf.parameter &&
            other.map == leaf.map && other.constant == leaf.constant && other.extent == leaf.extent && other.site == leaf.site &&
            other.operands == leaf.operands && std::signbit(other.constant) == std::signbit(leaf.constant)) {
            return static_cast<int>(k);
        }
    }
    return add(std::move(leaf));
}

Expected<> BodyReader::store(int result, int loop_value, const AxesOfNode& axes) {
    const Type& type = group_.type(result);
    auto rows = contiguous_map(type.shape);
    if (!rows) return refuse(kTooLargeToEmit, group_, "its size overflows");
    const Output& output = body_->outputs()[static_cast<std::size_t>(result)];
    KernelParameter parameter{.role = body_->node(output.value).origin.name, .type = type, .written = true, .value = {group_index_, result}, .table = {}};
    if (parameter.role.empty()) parameter.role = output.name;
    stores_.push_back({.value = loop_value, .parameter = static_cast<int>(kernel_.parameters.size()), .map = embed(*rows, axes)});
    kernel_.parameters.push_back(std::move(parameter));
    return Nothing{};
}

LoopNest BodyReader::take(std::vector<LoopAxis> axes) {
    LoopNest nest{.axes = std::move(axes), .values = std::move(values_), .stores = std::move(stores_)};
    values_.clear();
    stores_.clear();
    computed_.clear();
    return nest;
}

}  // namespace nncc
