// Groups to kernels: the dispatch on a group's kind, its comment, and copies.
#include "lowering/lower.h"

#include <algorithm>

#include "lowering/body_reader.h"
#include "lowering/diagnostic_kinds.h"

namespace nncc {

namespace {

// "pima.nn:4  dense(10) |> relu": the expressions of one place in order, one line a place, at most three lines.
std::vector<std::string> comments_of(const Node& group) {
    std::vector<std::pair<std::string, std::vector<std::string>>> places;
    for (const Node& node : group.body->nodes()) {
        if (node.op->name == "argument" || node.origin.place.empty()) continue;
        auto found = std::find_if(places.begin(), places.end(),
                                  [&](const auto& place) { return place.first == node.origin.place; });
        if (found == places.end()) found = places.insert(places.end(), {node.origin.place, {}});
        auto& expressions = found->second;
        if (!node.origin.expression.empty() &&
            std::find(expressions.begin(), expressions.end(), node.origin.expression) == expressions.end()) {
            expressions.push_back(node.origin.expression);
        }
    }
    if (places.empty() && !group.origin.place.empty())
        places.push_back({group.origin.place, {group.origin.expression}});
    std::vector<std::string> lines;
    for (const auto& [place, expressions] : places) {
        if (lines.size() == 3) break;
        lines.push_back(expressions.empty() ? place : fmt::format("{}  {}", place, fmt::join(expressions, " |> ")));
    }
    return lines;
}

bool is_work(const Node& node) { return node.op->name != "argument" && lowering_of<LeafLowering>(node) == nullptr; }

// What sets the group's loops: the product, reduction or call; else the first node that has a name.
std::string main_name(const Graph& body) {
    const auto names = [&](auto&& wanted) -> std::string {
        for (const Node& node : body.nodes()) {
            if (is_work(node) && node.op->name != "cast" && !node.origin.name.empty() && wanted(node))
                return node.origin.name;
        }
        return "";
    };
    const std::string name = names([](const Node& node) {
        return lowering_of<ElementwiseLowering>(node) == nullptr && lowering_of<ViewLowering>(node) == nullptr;
    });
    return name.empty() ? names([](const Node&) { return true; }) : name;
}

// What is done to a storage by the entry: "initialize_dense_1.w", "pack_dense_1.w", "update_dense_1.w".
std::string stored_name(const Plan& plan, std::string storage) {
    const std::string& entry = plan.graph.name();
    if (storage.starts_with("packed/")) storage.erase(0, 7);
    if (entry == "initialize" || entry == "pack") return entry + "_" + storage;
    return "update_" + storage;
}

// "dense_1_relu_1": what sets the loops, then the results by their names; the ops where nothing has one. Beside others
// a result that goes into a slot of the optimiser is not worth a word.
std::string name_of(const Plan& plan, int group) {
    const Node& node = plan.graph.node(group);
    const Graph& body = *node.body;
    std::vector<std::string> parts, slots;
    const auto add = [&](const std::string& part) {
        if (!part.empty() && std::find(parts.begin(), parts.end(), part) == parts.end()) parts.push_back(part);
    };
    bool is_stored = false;
    for (std::size_t k = 0; k < body.outputs().size(); ++k) {
        const int buffer = plan.buffer_of[static_cast<std::size_t>(group)][k];
        if (buffer < 0 || plan.buffers[static_cast<std::size_t>(buffer)].place != Place::kStorage) {
            add(value_name(body, body.outputs()[k].value));
            continue;
        }
        const std::string& storage = plan.buffers[static_cast<std::size_t>(buffer)].name;
        is_stored = true;
        if (storage.find('/') != std::string::npos && !storage.starts_with("packed/")) slots.push_back(storage);
        else if (storage == "step") add("next_step");
        else add(stored_name(plan, storage));
    }
    if (parts.empty()) {
        for (const std::string& slot : slots) add(stored_name(plan, slot));
    }
    const bool is_fill = is_stored && (plan.graph.name() == "initialize" || plan.graph.name() == "pack");
    if (!is_fill) {
        const std::string first = main_name(body);
        if (std::find(parts.begin(), parts.end(), first) == parts.end() && !first.empty())
            parts.insert(parts.begin(), first);
    }
    if (parts.empty()) {
        for (const Node& work : body.nodes()) {
            if (is_work(work)) add(std::string(work.op->name));
        }
    }
    if (parts.size() > 3) parts = {parts.front(), parts[1], parts.back()};
    if (parts.empty() && !node.origin.name.empty()) return node.origin.name;
    return parts.empty() ? "copy" : fmt::format("{}", fmt::join(parts, "_"));
}

}  // namespace

Expected<Kernel> lower_group(const Plan& plan, int group) {
    const Node& node = plan.graph.node(group);
    NNCC_CHECK(node.op->name == "group" && node.body != nullptr, "{} is no group", node.op->name);
    Kernel kernel{.name = name_of(plan, group), .comments = comments_of(node), .parameters = {}, .body = {}};
    const std::string& kind = node.attributes.text("kind");
    Expected<> lowered = Nothing{};
    if (kind == "loop") {
        lowered = lower_loop(plan, group, kernel);
    } else if (kind == "reduction") {
        lowered = lower_reduction(plan, group, kernel);
    } else if (kind == "contraction") {
        lowered = lower_contraction(plan, group, kernel);
    } else {
        NNCC_CHECK(kind == "single", "unknown kind of group {}", kind);
        lowered = lower_single(plan, group, kernel);
    }
    if (!lowered) return lowered.error();
    return kernel;
}

Kernel copy_kernel(const Type& type, std::string name) {
    Kernel kernel{.name = std::move(name), .comments = {}, .parameters = {}, .body = {}};
    kernel.parameters.push_back({.role = "from", .type = type, .written = false, .value = {}, .table = {}});
    kernel.parameters.push_back({.role = "to", .type = type, .written = true, .value = {}, .table = {}});
    auto rows = contiguous_map(type.shape);
    NNCC_CHECK(rows.has_value());
    LoopNest nest;
    for (const Dim& extent : type.shape) nest.axes.push_back({extent, false});
    nest.values.push_back({.kind = LoopValue::Kind::kLoad,
                           .dtype = type.dtype,
                           .name = "element",
                           .operands = {},
                           .parameter = 0,
                           .map = *rows});
    nest.stores.push_back({.value = 0, .parameter = 1, .map = *rows});
    collapse(nest);
    kernel.body = std::vector<LoopNest>{std::move(nest)};
    return kernel;
}

}  // namespace nncc
