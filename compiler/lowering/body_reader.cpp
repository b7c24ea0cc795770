// Bodies of groups to loop values: leaves and views become loads with strides, elementwise nodes become statements.
#include "lowering/body_reader.h"

#include <bit>

#include "lowering/diagnostic_kinds.h"
#include "ops/random.h"

namespace nncc {

namespace {

constexpr std::int64_t kTableLimit = std::int64_t{1} << 22;

}  // namespace

std::string place_text(const Node& node) {
    std::string text = node.origin.place;
    if (!node.origin.expression.empty()) text += (text.empty() ? "`" : " `") + node.origin.expression + "`";
    if (text.empty()) text = node.op != nullptr ? std::string(node.op->name) : "node";
    return text;
}

BodyReader::BodyReader(const Plan& plan, int group, Kernel& kernel)
    : plan_(plan),
      group_(plan.graph.node(group)),
      body_(plan.graph.node(group).body.get()),
      group_index_(group),
      kernel_(kernel) {
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
        // What another group makes is called as there.
        const bool is_made = source.body != nullptr && source.body->outputs().size() == source.types.size();
        const std::string made =
            is_made ? value_name(*source.body, source.body->outputs()[static_cast<std::size_t>(operand.result)].value)
                    : "";
        KernelParameter parameter{.role = made.empty() ? source.origin.name : made,
                                  .type = plan_.graph.type(operand),
                                  .written = false,
                                  .value = operand,
                                  .table = {}};
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

int BodyReader::parameter_for_table(const Type& type, const std::vector<double>& elements) {
    for (std::size_t k = 0; k < kernel_.parameters.size(); ++k) {
        if (kernel_.parameters[k].table == elements && kernel_.parameters[k].type == type) return static_cast<int>(k);
    }
    kernel_.parameters.push_back({.role = "table", .type = type, .written = false, .value = {}, .table = elements});
    return static_cast<int>(kernel_.parameters.size()) - 1;
}

Expected<int> BodyReader::memory_of(Value value) {
    auto reading = reading_of(value);
    if (!reading) return reading.error();
    const Node& node = body_->node(value);
    const Type& type = node.type(value.result);
    auto rows = contiguous_map(type.shape);
    if (!rows || !reading->has_value())
        return refuse(kNotLowered, node, "an operand of this kernel is computed in the same group");
    const LoopValue& leaf = (*reading)->leaf;
    if (leaf.kind == LoopValue::Kind::kLoad && leaf.map == *rows) return leaf.parameter;
    const auto count = element_count(type.shape);
    if (leaf.kind != LoopValue::Kind::kConstant || !count || !count->is_constant() || count->constant() > kTableLimit) {
        return refuse(kNotLowered, node, "an operand of this kernel does not lie in memory row by row");
    }
    return parameter_for_table(type, std::vector<double>(static_cast<std::size_t>(count->constant()), leaf.constant));
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
                return refuse(kTooLargeToEmit, *source,
                              fmt::format("a table of {} constants is too long to write out", elements.size()));
            }
            leaf.kind = Kind::kLoad;
            leaf.parameter = parameter_for_table(type, elements);
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
        leaf.site = site_hash(node.attributes.text("site"));
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

Expected<int> BodyReader::add_leaf(const Node& node, LoopValue leaf, const Position& position) {
    auto map = compose(leaf.map, position, axis_count);
    if (!map) return refuse(kTooLargeToEmit, node, "its size overflows");
    leaf.map = std::move(*map);
    // The same memory read in the same way is one load.
    for (std::size_t k = 0; k < values_.size(); ++k) {
        const LoopValue& other = values_[k];
        if (other.kind == leaf.kind && other.dtype == leaf.dtype && other.parameter == leaf.parameter &&
            other.map == leaf.map &&
            std::bit_cast<std::uint64_t>(other.constant) == std::bit_cast<std::uint64_t>(leaf.constant) &&
            other.extent == leaf.extent && other.site == leaf.site && other.operands == leaf.operands) {
            return static_cast<int>(k);
        }
    }
    return add(std::move(leaf));
}

Expected<int> BodyReader::value_of(Value value, const Position& position) {
    for (const auto& [known, loop_value] : set_) {
        if (known == value) return loop_value;
    }
    for (const Computed& known : computed_) {
        if (known.value == value && known.position == position) return known.loop_value;
    }
    const Node& node = body_->node(value);
    Expected<int> id = -1;
    if (lowering_of<ElementwiseLowering>(node) != nullptr && !node.op->facts.random) {
        LoopValue result{.kind = LoopValue::Kind::kOp, .dtype = node.type().dtype, .name = node.origin.name};
        result.op = node.op;
        for (Value operand : node.operands) {
            auto operand_id = value_of(operand, position);
            if (!operand_id) return operand_id;
            result.operands.push_back(*operand_id);
        }
        id = add(std::move(result));
    } else {
        auto reading = reading_of(value);
        if (!reading) return reading.error();
        if (reading->has_value()) {
            id = add_leaf(node, std::move((*reading)->leaf), position);
        } else if (lowering_of<ViewLowering>(node) != nullptr && node.operands.size() == 1) {
            auto below = position_through_view(node, body_->type(node.operands[0]).shape, position);
            if (!below) return refuse(kViewNotAffine, node, "this view of a computed value has no strides");
            id = value_of(node.operands[0], *below);
        } else {
            return refuse(kNotLowered, node, "this cannot stand inside a loop");
        }
    }
    if (id) computed_.push_back({value, position, *id});
    return id;
}

// A result is called what it is in the model: the storage or output it becomes, or where it comes from.
std::string BodyReader::result_role(int result) const {
    const int buffer = plan_.buffer_of[static_cast<std::size_t>(group_index_)][static_cast<std::size_t>(result)];
    if (buffer >= 0) {
        const Buffer& place = plan_.buffers[static_cast<std::size_t>(buffer)];
        if (place.place == Place::kStorage) return place.name + " next";
        if (place.place == Place::kOutput) return place.name;
    }
    const Value value = body_->outputs()[static_cast<std::size_t>(result)].value;
    const std::string& name = value_name(*body_, value);
    return name.empty() ? std::string(body_->node(value).op->name) : name;
}

Expected<> BodyReader::store(int result, int loop_value, const Position& position) {
    const Type& type = group_.type(result);
    auto rows = contiguous_map(type.shape);
    auto map = rows ? compose(*rows, position, axis_count) : std::nullopt;
    if (!map) return refuse(kTooLargeToEmit, group_, "its size overflows");
    KernelParameter parameter{
        .role = result_role(result), .type = type, .written = true, .value = {group_index_, result}, .table = {}};
    stores_.push_back(
        {.value = loop_value, .parameter = static_cast<int>(kernel_.parameters.size()), .map = std::move(*map)});
    kernel_.parameters.push_back(std::move(parameter));
    return Nothing{};
}

LoopNest BodyReader::take(std::vector<LoopAxis> axes) {
    LoopNest nest{.axes = std::move(axes), .values = std::move(values_), .stores = std::move(stores_)};
    values_.clear();
    stores_.clear();
    computed_.clear();
    set_.clear();
    return nest;
}

}  // namespace nncc
