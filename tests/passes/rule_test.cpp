// Every rewrite rule has a file rules/<name>.txt: a graph, a line `----`, and what simplify makes of it.
// NNCC_UPDATE=1 rewrites the second half.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "mlp.h"
#include "ops/record.h"
#include "passes/pass.h"
#include "passes/rules.h"

namespace nncc::testing {
namespace {

const std::string kFolder = std::string(NNCC_SOURCE_DIR) + "/tests/passes/rules/";
const std::string kSeparator = "----\n";

std::vector<std::string> rule_names() {
    std::vector<std::string> names;
    for (std::span<const Rule> rules : {stable_rules(), algebra_rules(), view_rules(), window_rules()}) {
        for (const Rule& rule : rules) names.emplace_back(rule.name);
    }
    return names;
}

std::string text_of(const std::string& path) {
    std::ifstream file(path);
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
}

class RuleTest : public ::testing::TestWithParam<std::string> {};

TEST_P(RuleTest, TurnsBeforeIntoAfter) {
    const std::string path = kFolder + GetParam() + ".txt";
    const std::string text = text_of(path);
    const std::size_t split = text.find(kSeparator);
    ASSERT_NE(split, std::string::npos) << path;
    Expected<Graph> before = parse_graph(text.substr(0, split));
    ASSERT_TRUE(before) << before.error().message;
    const Graph after = simplify(*before);
    ASSERT_EQ(verify(after), std::nullopt);
    const std::string printed = print_graph(after);
    if (std::getenv("NNCC_UPDATE") != nullptr) {
        std::ofstream(path) << text.substr(0, split) << kSeparator << printed;
    } else {
        EXPECT_EQ(printed, text.substr(split + kSeparator.size()));
    }
    EXPECT_NE(printed, text.substr(0, split)) << "the rule does nothing";
    // A rule keeps the meaning, but for a few roundings; where the old form overflows or has no value, it may not.
    const Bindings<double> bindings = random_bindings(*before, 11);
    EXPECT_LT(largest_difference(evaluate(*before, bindings), evaluate(after, bindings)), 1e-13);
}

INSTANTIATE_TEST_SUITE_P(Table, RuleTest, ::testing::ValuesIn(rule_names()),
                         [](const auto& test) { return test.param; });

TEST(Rules, EveryFileHasARuleAndEveryRuleAReason) {
    std::set<std::string> names;
    for (const std::string& name : rule_names()) EXPECT_TRUE(names.insert(name).second) << name << " twice";
    for (const auto& entry : std::filesystem::directory_iterator(kFolder)) {
        EXPECT_TRUE(names.contains(entry.path().stem().string())) << entry.path();
    }
    for (std::span<const Rule> rules : {stable_rules(), algebra_rules(), view_rules(), window_rules()}) {
        for (const Rule& rule : rules) EXPECT_FALSE(rule.reason.empty()) << rule.name;
    }
}

// What must not be rewritten.
std::string simplified(const std::string& body) {
    Expected<Graph> graph = parse_graph("graph g {\n" + body + "}\n");
    EXPECT_TRUE(graph) << (graph ? "" : graph.error().message);
    return print_graph(simplify(*graph));
}

TEST(Fold, PartsThatDifferStayDifferent) {
    const Expected<Graph> graph = parse_graph(
        "graph g {\n%0 = constant() {type = f32[2], value = 1} : f32[2]\n"
        "%1 = constant() {type = f32[2], value = 5} : f32[2]\n"
        "%2 = concatenate(%0, %1) {axis = 0} : f32[4]\nreturn out = %2\n}\n");
    ASSERT_TRUE(graph) << graph.error().message;
    EXPECT_EQ(largest_difference(evaluate(*graph, Bindings<double>{}), evaluate(fold(*graph), Bindings<double>{})), 0);
}

TEST(Rules, FloatTimesZeroStays) {
    EXPECT_NE(simplified("%0 = input() {name = \"x\", type = f32[2]} : f32[2]\n"
                         "%1 = constant() {type = f32[2], value = 0} : f32[2]\n"
                         "%2 = multiply(%0, %1) : f32[2]\nreturn out = %2\n")
                  .find("multiply"),
              std::string::npos);
}

TEST(Rules, FloorAboveTheRangeOfExpStays) {
    EXPECT_NE(simplified("%0 = input() {name = \"x\", type = f32[2]} : f32[2]\n%1 = sigmoid(%0) : f32[2]\n"
                         "%2 = log(%1) : f32[2]\n%3 = constant() {type = f32[2], value = -15} : f32[2]\n"
                         "%4 = maximum(%2, %3) : f32[2]\nreturn out = %4\n")
                  .find("maximum"),
              std::string::npos);
}

TEST(Rules, StopGradientStaysUntilExpansion) {
    const std::string body =
        "%0 = input() {name = \"x\", type = f32[2]} : f32[2]\n%1 = stop_gradient(%0) : f32[2]\nreturn out = %1\n";
    EXPECT_NE(simplified(body).find("stop_gradient"), std::string::npos);
    EXPECT_EQ(print_graph(expand(*parse_graph("graph g {\n" + body + "}\n"))).find("stop_gradient"), std::string::npos);
}

}  // namespace
}  // namespace nncc::testing
