// Lowers the launches of a plan that wanted stores and outputs need.
#include "emit/lowered_entry.h"

#include <fmt/format.h>

#include <algorithm>

#include "lowering/diagnostic_kinds.h"
#include "lowering/lower.h"
#include "passes/scan_body.h"
#include "passes/scan_builder.h"

namespace nncc {

namespace {

// Whether the operand of a store lies in the storage already.
bool lies_in(const Plan& plan, Value value, Place place, const std::string& name) {
    const int buffer = plan.buffer_of[static_cast<std::size_t>(value.node)][static_cast<std::size_t>(value.result)];
    if (buffer < 0) return false;
    const Buffer& found = plan.buffers[static_cast<std::size_t>(buffer)];
    return found.place == place && found.name == name;
}

// A group may also compute what is stored in a storage that this function leaves alone.
void drop_unwanted_stores(const Plan& plan, Kernel& kernel,
                          const std::function<bool(const std::string&)>& wants_store) {
    auto* nests = std::get_if<std::vector<LoopNest>>(&kernel.body);
    if (nests == nullptr) return;
    for (LoopNest& nest : *nests) {
        std::erase_if(nest.stores, [&](const LoopStore& store) {
            const Value value = kernel.parameters[static_cast<std::size_t>(store.parameter)].value;
            const int index =
                plan.buffer_of[static_cast<std::size_t>(value.node)][static_cast<std::size_t>(value.result)];
            if (index < 0) return false;
            const Buffer& buffer = plan.buffers[static_cast<std::size_t>(index)];
            return buffer.place == Place::kStorage && !wants_store(buffer.name);
        });
    }
}

}  // namespace

const std::string& stored_name(const Node& store) { return store.attributes.text("name"); }

Value scan_operand(const Node& group, std::size_t k) {
    const Node& argument = group.body->node(scan_in(group).operands[k]);
    NNCC_CHECK(argument.op->name == "argument", "an operand of a scan is computed in its group");
    return group.operands[static_cast<std::size_t>(argument.attributes.integer("index"))];
}

std::int64_t scratch_bytes_of(const LoweredEntry& entry) {
    std::int64_t most = 0;
    for (const Kernel& kernel : entry.kernels) {
        for (const KernelParameter& parameter : kernel.parameters) most = std::max(most, parameter.scratch_bytes);
    }
    for (const auto& scan : entry.scans) {
        if (scan) most = std::max(most, scratch_bytes_of(*scan));
    }
    return most;
}

Expected<LoweredEntry> lower_entry(const Plan& plan, const std::function<bool(const std::string&)>& wants_store) {
    LoweredEntry entry;
    entry.plan = &plan;
    std::vector<bool> needed(static_cast<std::size_t>(plan.graph.size()), false);
    const auto need = [&](Value value) { needed[static_cast<std::size_t>(value.node)] = true; };
    for (const Output& output : plan.graph.outputs()) need(output.value);
    for (int store : plan.graph.stores()) {
        const Node& node = plan.graph.node(store);
        if (!wants_store(stored_name(node))) continue;
        need(node.operands[0]);
        if (!lies_in(plan, node.operands[0], Place::kStorage, stored_name(node))) entry.stores.push_back(store);
    }
    for (int node = plan.graph.size(); node-- > 0;) {
        if (!needed[static_cast<std::size_t>(node)]) continue;
        for (Value operand : plan.graph.node(node).operands) need(operand);
    }
    for (std::size_t k = 0; k < plan.graph.outputs().size(); ++k) {
        const Output& output = plan.graph.outputs()[k];
        if (!lies_in(plan, output.value, Place::kOutput, output.name)) entry.outputs.push_back(static_cast<int>(k));
    }
    for (int group : plan.launches) {
        if (!needed[static_cast<std::size_t>(group)]) continue;
        for (const Type& type : plan.graph.node(group).types) {
            const auto count = element_count(type.shape);
            if (!count || (count->is_constant() && count->constant() > 2147483647)) {
                return Error{.kind = &kTooLargeToEmit,
                             .message = fmt::format("{}: {} has more than 2147483647 elements",
                                                    plan.graph.node(group).origin.place, type_text(type)),
                             .hint = {},
                             .notes = {},
                             .exit_code = ExitCode::kWrongInput};
            }
        }
        entry.groups.push_back(group);
        entry.scans.push_back(nullptr);
        if (auto scan = plan.scans.find(group); scan != plan.scans.end()) {
            auto steps = lower_entry(scan->second->plan, [](const std::string&) { return true; });
            if (!steps) return steps.error();
            entry.scans.back() = std::make_shared<LoweredEntry>(std::move(*steps));
            entry.kernels.push_back({.name = {}, .comments = {}, .parameters = {}, .body = {}});
            continue;
        }
        auto kernel = lower_group(plan, group);
        if (!kernel) return kernel.error();
        drop_unwanted_stores(plan, *kernel, wants_store);
        entry.kernels.push_back(std::move(*kernel));
    }
    return entry;
}

}  // namespace nncc
