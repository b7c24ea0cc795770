// Arguments, counts and checks that several of a model's files share.
#include "emit/model_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "passes/derive_fit.h"

namespace nncc {

namespace {

bool is_fixed(const Type& type) { return is_constant(type.shape); }

}  // namespace

std::string packed_pointer(const std::string& bytes, std::int64_t offset, DType dtype, bool constant) {
    const std::string at = offset == 0 ? bytes : fmt::format("{} + {}", bytes, offset);
    return fmt::format("reinterpret_cast<{}{}*>({})", constant ? "const " : "", cpp_type(dtype), at);
}

std::string argument_text(const Argument& argument, bool is_output, bool is_row) {
    std::string text = fmt::format("nncc::{}<{}", is_output ? "Out" : "In", cpp_type(argument.type.dtype));
    if (is_fixed(argument.type)) {
        const Shape& shape = argument.type.shape;
        const std::size_t first = is_row && shape.size() > 1 && shape[0].is_constant(1) ? 1 : 0;
        for (std::size_t axis = first; axis < shape.size(); ++axis) text += fmt::format(", {}", shape[axis].constant());
        if (shape.empty()) text += ", 1";
    }
    return fmt::format("{}> {}", text, argument.name);
}

std::vector<std::string> forward_parameters(const ForwardText& forward) {
    std::vector<std::string> items;
    for (const std::string& extent : forward.extents) items.push_back("int " + extent);
    for (const Argument& input : forward.inputs) items.push_back(argument_text(input, false, forward.batch == 1));
    for (const Argument& output : forward.outputs) items.push_back(argument_text(output, true, forward.batch == 1));
    return items;
}

std::vector<std::string> backward_parameters(const ForwardText& forward) {
    std::vector<std::string> items;
    for (const std::string& extent : forward.extents) items.push_back("int " + extent);
    for (const Argument& input : forward.backward->inputs)
        items.push_back(argument_text(input, false, forward.batch == 1));
    items.emplace_back("Weights& gradient");
    return items;
}

std::vector<std::string> trainer_parameters(const TrainerText& trainer) {
    std::vector<std::string> items;
    for (const std::string& extent : trainer.extents) items.push_back("int " + extent);
    for (const Argument& input : trainer.inputs) items.push_back(argument_text(input, false, false));
    return items;
}

std::vector<std::string> fit_parameters(const TrainerText& trainer) {
    std::vector<std::string> items;
    for (const std::string& extent : trainer.extents) items.push_back("int " + extent);
    for (std::size_t k = 0; k < trainer.model_inputs; ++k)
        items.push_back(argument_text(trainer.inputs[k], false, false));
    items.insert(items.end(), {"int rows", "bool last"});
    return items;
}

std::optional<std::string> fit_obstacle_text(const ModelText& model) {
    const auto fit = model.request.program.entries.find("fit");
    return fit == model.request.program.entries.end() ? std::nullopt : fit_obstacle(fit->second);
}

std::string count_text(const ModelText& model) {
    std::int64_t parameters = 0, states = 0, fitted = 0;
    for (const StructMember& member : model.weights.members()) {
        switch (member.storage->kind) {
            case StorageKind::kParam: parameters += member.elements; break;
            case StorageKind::kState: states += member.elements; break;
            case StorageKind::kFit: fitted += member.elements; break;
            case StorageKind::kStream:
            case StorageKind::kSlot:
            case StorageKind::kCounter:
            case StorageKind::kPacked: break;
        }
    }
    const auto counted = [](std::int64_t count, std::string_view what) {
        return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
    };
    std::string text = counted(parameters, "parameter");
    if (states > 0) text += ", " + counted(states, "state value");
    if (fitted > 0) text += ", " + counted(fitted, "fitted value");
    return text + ".";
}

void print_extent_checks(const std::vector<std::string>& extents, const std::vector<std::int64_t>& bounds,
                         const std::set<Dim>& differences, const std::vector<Argument>& inputs,
                         const std::vector<Argument>& outputs, std::string_view failure, Code& code) {
    if (extents.empty()) return;
    for (std::size_t k = 0; k < extents.size(); ++k)
        code.line(fmt::format("if ({0} < 0 || {0} > {1}) {2}", extents[k], bounds[k], failure));
    for (const Dim& difference : differences) {  // "time < 64" for time - 64
        const auto terms = difference.terms();
        const Dim least = terms.front().names.empty() ? Dim(-terms.front().coefficient) : Dim(0);
        const Dim rest = Dim::add(difference, least).value_or(difference);
        code.line(fmt::format("if ({} < {}) {}", dim_text(rest, false), dim_text(least, false), failure));
    }
    const auto check = [&](const Argument& argument) {
        if (is_fixed(argument.type)) return;
        const auto count = element_count(argument.type.shape);
        if (count) code.line(fmt::format("if ({}.size() != {}) {}", argument.name, dim_text(*count, true), failure));
    };
    for (const Argument& input : inputs) check(input);
    for (const Argument& output : outputs) check(output);
}

}  // namespace nncc
