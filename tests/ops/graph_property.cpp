// Checks random graphs; shrinks and saves what fails.
#include "graph_property.h"

#include <gtest/gtest.h>

#include "saved_graph.h"
#include "shrink_graph.h"

namespace nncc::testing {

std::optional<RandomGraph> saved_graph() {
    const std::optional<std::string> text = saved_case();
    if (!text) return std::nullopt;
    Expected<RandomGraph> read = read_saved(*text);
    if (!read) ADD_FAILURE() << read.error().message;
    return read ? std::optional(std::move(*read)) : std::nullopt;
}

void report_failing(const RandomGraph& failing, const GraphProperty& property) {
    const auto problem = [&](const RandomGraph& random) { return problem_in_child([&] { return property(random); }); };
    const RandomGraph small = shrink(failing, [&](const RandomGraph& random) { return !problem(random).empty(); });
    report_case(failing.seed, problem(small), saved_text(small), ".graph");
}

void expect_of_graphs(const SeedRange& range, const std::function<RandomGraph(std::uint64_t)>& make,
                      const GraphProperty& property) {
    if (const std::optional<RandomGraph> saved = saved_graph()) {
        EXPECT_EQ(property(*saved), "");
        return;
    }
    check_seeds(
        range, [&](std::uint64_t seed) { return property(make(seed)); },
        [&](std::uint64_t seed) { report_failing(make(seed), property); });
}

}  // namespace nncc::testing
