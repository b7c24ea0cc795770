// print_plan: turns a Plan into its graph's text, with launch number and place of every value behind each node.
#include <fmt/format.h>

#include "graph/print.h"
#include "passes/plan.h"

namespace nncc {
namespace {

std::string place_text(const Buffer& buffer) {
    switch (buffer.place) {
        case Place::kInput: return fmt::format("input {}", name_text(buffer.name));
        case Place::kOutput: return fmt::format("output {}", name_text(buffer.name));
        case Place::kStorage: return fmt::format("storage {}", name_text(buffer.name));
        case Place::kConstant: return "constant";
        case Place::kArena:
            return fmt::format("arena {}..{} live {}..{}", buffer.offset, buffer.offset + buffer.bytes, buffer.first,
                               buffer.last);
    }
    return "";
}

}  // namespace

std::string print_plan(const Plan& plan) {
    std::vector<int> launch_of(static_cast<std::size_t>(plan.graph.size()), -1);
    for (std::size_t k = 0; k < plan.launches.size(); ++k)
        launch_of[static_cast<std::size_t>(plan.launches[k])] = static_cast<int>(k);
    std::string text = fmt::format("# {} launches, arena {} bytes, at most {} live at once\n", plan.launches.size(),
                                   plan.arena_bytes, plan.live_bytes);
    text += print_graph(plan.graph, [&](int index) {
        const int launch = launch_of[static_cast<std::size_t>(index)];
        std::string note = launch >= 0 ? fmt::format("launch {}", launch) : "";
        for (int buffer : plan.buffer_of[static_cast<std::size_t>(index)]) {
            if (buffer < 0) continue;
            if (!note.empty()) note += "; ";
            note += place_text(plan.buffers[static_cast<std::size_t>(buffer)]);
        }
        return note;
    });
    for (const auto& [launched, scan] : plan.scans) {
        text += fmt::format("# the steps of launch {}:\n", launch_of[static_cast<std::size_t>(launched)]);
        text += print_plan(scan->plan);
    }
    return text;
}

}  // namespace nncc
