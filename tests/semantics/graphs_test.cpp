// graphs/*.nn to storages and the entry named in their first line, `# loss`, as text.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <sstream>

#include "case_file.h"
#include "text_file.h"

namespace nncc::testing {

namespace {

class SemanticsGraph : public ::testing::TestWithParam<std::string> {};

TEST_P(SemanticsGraph, IsThis) {
    Analysed analysed = analyse_case("graphs", GetParam() + ".nn");
    std::string text;
    for (const Diagnostic& diagnostic : analysed.diagnostics.all()) text += render_text(diagnostic, false);
    if (analysed.model) {
        for (const Storage& storage : analysed.model->program.storages) {
            text += fmt::format("{} {}: {}\n", storage_kind_name(storage.kind), storage.name, type_text(storage.type));
        }
        const std::int64_t latency = analysed.model->program.latency;
        if (latency > 0) text += fmt::format("latency {}\n", latency);
        std::string entry;
        std::istringstream(analysed.directive) >> entry;
        ASSERT_TRUE(analysed.model->program.entries.contains(entry)) << entry;
        text += print_graph(analysed.model->program.entries.at(entry));
    }
    expect_text("semantics/graphs", GetParam() + ".expected", text);
}

INSTANTIATE_TEST_SUITE_P(Graphs, SemanticsGraph, ::testing::ValuesIn(case_names("semantics/graphs", ".nn")),
                         [](const auto& instance) { return instance.param; });

}  // namespace

}  // namespace nncc::testing
