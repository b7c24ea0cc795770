// Values of a loop nest to C++ expressions, vector or scalar, each declared at the outermost loop it can be.
#include <fmt/format.h>

#include <algorithm>

#include "emit/nest_printer.h"
#include "lowering/lower.h"

namespace nncc {

using Kind = LoopValue::Kind;

void NestValues::prepare(const std::vector<int>& order, std::size_t kept, int vector) {
    vector_ = vector;
    const std::size_t count = nest_.values.size();
    NNCC_CHECK(nest_.axes.size() <= 32, "a nest of {} axes", nest_.axes.size());
    for (std::size_t axis = 0; axis < nest_.axes.size(); ++axis) variables_.push_back(index_variable(axis));
    axes_.assign(count, 0);
    after_.assign(count, false);
    levels_.assign(count, 0);
    uses_.assign(count, 0);
    vector_values_.assign(count, false);
    inline_.assign(count, false);
    texts_.assign(count, "");
    names_.assign(count, "");
    const bool reduces = kept < order.size();
    std::uint32_t reduced_axes = 0;
    for (std::size_t position = kept; position < order.size(); ++position) reduced_axes |= 1U << order[position];
    for (std::size_t id = 0; id < count; ++id) {
        const LoopValue& value = nest_.values[id];
        if (value.kind == Kind::kLoad || value.kind == Kind::kIota || value.kind == Kind::kRandom) {
            for (std::size_t axis = 0; axis < value.map.strides.size(); ++axis) {
                if (!value.map.strides[axis].is_constant(0)) axes_[id] |= 1U << axis;
            }
        }
        if (value.kind == Kind::kAccumulator) axes_[id] = 3U << (nest_.axes.size() - 2);
        for (int operand : value.operands) {
            axes_[id] |= axes_[static_cast<std::size_t>(operand)];
            if (after_[static_cast<std::size_t>(operand)]) after_[id] = true;
        }
        if (value.kind == Kind::kReduce) {
            after_[id] = after_[id] || reduces;
            axes_[id] &= ~reduced_axes;
        }
        if (value.dtype == DType::kF64) {
            lanes_ = "nncc::kLanes<double>";
            lane_bytes_ = 8;
        }
        for (std::size_t position = 0; position < order.size(); ++position) {
            if (varies(static_cast<int>(id), order[position])) levels_[id] = position + 1;
        }
        if (after_[id]) levels_[id] = kept;
        vector_values_[id] = vector >= 0 && varies(static_cast<int>(id), vector);
    }
    // Uses, from the stores down, so that what is not needed is not written.
    for (const LoopStore& store : nest_.stores) ++uses_[static_cast<std::size_t>(store.value)];
    for (std::size_t id = count; id-- > 0;) {
        if (uses_[id] == 0) continue;
        for (int operand : nest_.values[id].operands) ++uses_[static_cast<std::size_t>(operand)];
    }
    choose_inline(order, kept);
}

// Constants, loads of one use, and what only a lone store or reduction needs are written where they are used.
void NestValues::choose_inline(const std::vector<int>& order, std::size_t kept) {
    const std::size_t count = nest_.values.size();
    for (std::size_t id = 0; id < count; ++id) {
        const LoopValue& value = nest_.values[id];
        if (value.kind == Kind::kConstant || value.kind == Kind::kExtent) inline_[id] = true;
        if (uses_[id] != 1 || (value.kind != Kind::kLoad && value.kind != Kind::kOp)) continue;
        const bool is_load = value.kind == Kind::kLoad;
        // A load is written where its one user is, unless it would move into an inner loop or behind another store.
        for (std::size_t user = id + 1; user < count; ++user) {
            const auto& operands = nest_.values[user].operands;
            const bool is_user = std::find(operands.begin(), operands.end(), static_cast<int>(id)) != operands.end();
            if (uses_[user] > 0 && is_user) {
                const bool reduces =
                    nest_.values[user].kind == Kind::kReduce && levels_[id] == order.size() && order.size() > kept;
                inline_[id] =
                    (is_load && nest_.values[user].kind == Kind::kOp && levels_[user] == levels_[id]) || reduces;
            }
        }
        const bool lone = nest_.stores.size() == 1 && nest_.stores[0].value == static_cast<int>(id);
        if (lone) inline_[id] = is_load || levels_[id] == kept || levels_[id] == order.size();
    }
}

std::string NestValues::name(int id) {
    std::string& name = names_[static_cast<std::size_t>(id)];
    if (name.empty()) {
        const LoopValue& value = nest_.values[static_cast<std::size_t>(id)];
        // Of several values from one place the last has its name, the others those of their ops.
        std::string role = value.name;
        for (std::size_t later = static_cast<std::size_t>(id) + 1; later < nest_.values.size(); ++later) {
            if (nest_.values[later].name == role && uses_[later] > 0 && value.kind != Kind::kLoad) role.clear();
        }
        if (value.kind == Kind::kAccumulator) role = "product";
        if (role.empty() && value.kind == Kind::kReduce)
            role = value.reducer == Reducer::kSum ? "sum" : value.reducer == Reducer::kMax ? "largest" : "product";
        if (role.empty() && value.op != nullptr) role = std::string(value.op->name);
        name = function_.scope.unique(role);
        texts_[static_cast<std::size_t>(id)] = name;
    }
    return name;
}

void NestValues::set_text(int id, std::string text, bool is_vector) {
    texts_[static_cast<std::size_t>(id)] = std::move(text);
    vector_values_[static_cast<std::size_t>(id)] = is_vector;
}

std::string NestValues::as_vector(int id) const {
    return is_vector(id) ? text(id) : fmt::format("nncc::splat({}, lanes)", text(id));
}

std::string NestValues::load_text(const LoopValue& value, bool is_vector) {
    if (!is_vector) {
        const std::string index = function_.index(value.map, variables_);
        return fmt::format("{}[{}]", function_.parameters[static_cast<std::size_t>(value.parameter)],
                           index.empty() ? "0" : index);
    }
    const Dim& stride = value.map.strides[static_cast<std::size_t>(vector_)];
    const std::string pointer = function_.pointer(value.parameter, value.map, variables_);
    if (stride.is_constant(1)) return fmt::format("nncc::load({}, lanes)", pointer);
    if (stride.is_constant(-1)) return fmt::format("nncc::load_reversed({}, lanes)", pointer);
    return fmt::format("nncc::load_strided({}, {}, lanes)", pointer, function_.dim(stride, false));
}

std::string NestValues::iota_text(const LoopValue& value, bool is_vector) {
    const std::string index = function_.index(value.map, variables_);
    const std::string first = index.empty() ? "0" : index;
    const std::string_view type = cpp_type(value.dtype);
    const std::string cast_first = value.dtype == DType::kI32 ? first : fmt::format("static_cast<{}>({})", type, first);
    if (!is_vector) return cast_first;
    const Dim& stride = value.map.strides[static_cast<std::size_t>(vector_)];
    const std::string step = stride.is_constant()
                                 ? literal(static_cast<double>(stride.constant()), value.dtype)
                                 : fmt::format("static_cast<{}>({})", type, function_.dim(stride, false));
    return fmt::format("nncc::iota<{}>({}, {}, lanes)", type, cast_first, step);
}

// Seed and step as the evaluator has them: 32 bits each, the index of a scan above the step.
std::string NestValues::random_text(const LoopValue& value, bool is_vector) {
    const std::string index = function_.index(value.map, variables_);
    const LoopValue& scan_index = nest_.values[static_cast<std::size_t>(value.operands[2])];
    std::string step = fmt::format("static_cast<nncc::u32>({})", text(value.operands[1]));
    if (scan_index.kind != Kind::kConstant || scan_index.constant != 0) {
        step += fmt::format(" | static_cast<nncc::u64>(static_cast<nncc::u32>({})) << 32", text(value.operands[2]));
    }
    const std::string head = fmt::format("nncc::uniform24(static_cast<nncc::u32>({}), {}, 0x{:08x}U",
                                         text(value.operands[0]), step, value.site);
    const std::string first = index.empty() ? "0" : index;
    std::string result;
    if (!is_vector) {
        result = fmt::format("{}, static_cast<nncc::u32>({}))", head, first);
    } else if (const Dim& stride = value.map.strides[static_cast<std::size_t>(vector_)]; stride.is_constant(1)) {
        result = fmt::format("{}, static_cast<nncc::u32>({}), lanes)", head, first);
    } else {
        result = fmt::format("{}, nncc::iota<nncc::i32>({}, {}, lanes))", head, first, function_.dim(stride, false));
    }
    return value.dtype == DType::kF64 ? fmt::format("nncc::cast<double>({})", result) : result;
}

std::string NestValues::op_text(const LoopValue& value, bool is_vector) {
    const auto* lowering = std::get_if<ElementwiseLowering>(&value.op->lowering);
    NNCC_CHECK(lowering != nullptr);
    const bool is_fast = !function_.strict && !lowering->fast.empty();
    std::string_view expression = is_fast ? lowering->fast : lowering->expression;
    const bool is_infix = expression.find("::") == std::string_view::npos;
    if (!is_vector && is_infix && value.dtype == DType::kI32) {
        // Scalar integers wrap as the lanes do.
        constexpr std::pair<std::string_view, std::string_view> kWrapping[] = {
            {"{0} + {1}", "nncc::add({0}, {1})"},
            {"{0} - {1}", "nncc::subtract({0}, {1})"},
            {"{0} * {1}", "nncc::multiply({0}, {1})"},
            {"{0} / {1}", "nncc::divide({0}, {1})"},
            {"-{0}", "nncc::negate({0})"}};
        for (const auto& [plain, wrapping] : kWrapping) {
            if (expression == plain) expression = wrapping;
        }
    }
    std::string result;
    for (std::size_t at = 0; at < expression.size(); ++at) {
        if (expression[at] != '{') {
            result += expression[at];
            continue;
        }
        const char what = expression[at + 1];
        if (what == 'T') {
            result += cpp_type(value.dtype);
        } else {
            const int operand = value.operands[static_cast<std::size_t>(what - '0')];
            std::string part = is_vector && !is_infix ? as_vector(operand) : text(operand);
            if (at > 0 && expression[at - 1] == '-' && part.front() == '-') part = "(" + part + ")";
            result += part;
        }
        at += 2;
    }
    return result;
}

void NestValues::declare_level(std::size_t level, bool after, Code& code) {
    for (std::size_t index = 0; index < nest_.values.size(); ++index) {
        const int id = static_cast<int>(index);
        const LoopValue& value = nest_.values[index];
        if (uses_[index] == 0 || after_[index] != after || levels_[index] != level) continue;
        if (value.kind == Kind::kAccumulator || (value.kind == Kind::kReduce && after)) continue;
        const bool vector = vector_values_[index];
        std::string expression;
        switch (value.kind) {
            case Kind::kLoad: expression = load_text(value, vector); break;
            case Kind::kIota: expression = iota_text(value, vector); break;
            case Kind::kRandom: expression = random_text(value, vector); break;
            case Kind::kConstant: expression = literal(value.constant, value.dtype); break;
            case Kind::kExtent:
                expression =
                    fmt::format("static_cast<{}>({})", cpp_type(value.dtype), function_.dim(value.extent, false));
                break;
            case Kind::kOp: expression = op_text(value, vector); break;
            case Kind::kReduce: expression = text(value.operands[0]); break;  // over extents of 1
            case Kind::kAccumulator: break;
        }
        const bool is_alias =
            value.kind == Kind::kReduce ||
            (value.kind == Kind::kOp && std::get<ElementwiseLowering>(value.op->lowering).expression == "{0}");
        if (inline_[index] || is_alias) {
            texts_[index] = std::move(expression);
            continue;
        }
        const std::string declared = name(id);
        code.line(vector ? fmt::format("const auto {} = {};", declared, expression)
                         : fmt::format("const {} {} = {};", cpp_type(value.dtype), declared, expression));
    }
}

void NestValues::store(const LoopStore& store, bool in_lanes, Code& code) {
    const Dim stride = in_lanes && vector_ >= 0 ? store.map.strides[static_cast<std::size_t>(vector_)] : Dim(0);
    if (stride.is_constant(0)) {
        const std::string index = function_.index(store.map, variables_);
        code.line(fmt::format("{}[{}] = {};", function_.parameters[static_cast<std::size_t>(store.parameter)],
                              index.empty() ? "0" : index, text(store.value)));
        return;
    }
    const std::string pointer = function_.pointer(store.parameter, store.map, variables_);
    code.line(stride.is_constant(1) ? fmt::format("nncc::store({}, {}, lanes);", pointer, as_vector(store.value))
                                    : fmt::format("nncc::store_strided({}, {}, {}, lanes);", pointer,
                                                  function_.dim(stride, false), as_vector(store.value)));
}

}  // namespace nncc
