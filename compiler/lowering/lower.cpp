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

// "dense_1_relu_1": the distinct origins of the computing nodes, at most three; the ops' names where there are none.
std::string name_of(const Node& group) {
    std::vector<std::string> parts;
    for (const Node& node : group.body->nodes()) {
        if (node.op->name == "argument" || lowering_of<LeafLowering>(node) != nullptr) continue;
        const std::string part = node.origin.name.empty() ? std::string(node.op->name) : node.origin.name;
        if (std::find(parts.begin(), parts.end(), part) == parts.end()) parts.push_back(part);
    }
    if (parts.size() > 3) parts = {parts.front(), parts[parts.size() - 2], parts.back()};
    if (parts.empty() && !group.origin.name.empty()) return group.origin.name;
    return parts.empty() ? "copy" : fmt::format("{}", fmt::join(parts, "_"));
}

}  // namespace

Expected<Kernel> lower_group(const Plan& plan, int group) {
    const Node& node = plan.graph.node(group);
    NNCC_CHECK(node.op->name == "group" && node.body != nullptr, "{} is no group", node.op->name);
    Kernel kernel{.name = name_of(node), .comments = comments_of(node), .parameters = {}, .body = {}};
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
