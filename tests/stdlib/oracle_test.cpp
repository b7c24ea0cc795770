// Holds programs of the language against what PyTorch, JAX and Keras say of them: the files of tests/data/oracle.
#include <gtest/gtest.h>

#include "base/file.h"
#include "ops/build.h"
#include "oracle_file.h"
#include "passes/differentiate.h"
#include "program.h"

namespace nncc::testing {

namespace {

Value find_leaf(const GraphBuilder& builder, std::string_view op, const std::string& name) {
    for (int index = 0; index < builder.size(); ++index) {
        const Node& node = builder.node(Value{index, 0});
        if (node.op->name == op && node.attributes.text("name") == name) return {index, 0};
    }
    return {};
}

// The entry's graph with outputs "d NAME": the gradients of sum(output * bar) over its outputs, by each of `names`.
Graph with_gradients(const Graph& graph, const Arrays& bars, const Arrays& names) {
    GraphBuilder builder(graph.name());
    auto copies = inline_graph(builder, graph, nullptr, true);
    auto copy_of = [&](Value value) {
        return copies[static_cast<std::size_t>(value.node)][static_cast<std::size_t>(value.result)];
    };
    Value total;
    for (const Output& output : graph.outputs()) {
        Value value = copy_of(output.value);
        builder.output(output.name, value);
        if (bars.contains(output.name)) {
            Attributes attributes;
            attributes.set("name", "bar." + output.name);
            attributes.set("type", builder.type(value));
            value = multiply(builder, value, builder.add("input", {}, attributes));
        } else if (output.name != "loss") {
            continue;
        }
        Axes axes;
        for (int axis = 0; axis < builder.type(value).rank(); ++axis) axes.push_back(axis);
        Value sum = reduce_sum(builder, value, axes);
        total = total ? add(builder, total, sum) : sum;
    }
    std::vector<std::string> order;
    std::vector<Value> by;
    for (const auto& [name, array] : names) {
        Value leaf = find_leaf(builder, "storage", name);
        if (!leaf) leaf = find_leaf(builder, "input", name);
        if (!leaf) {
            ADD_FAILURE() << "the program reads no " << name;
            continue;
        }
        order.push_back(name);
        by.push_back(leaf);
    }
    Expected<std::vector<Value>> gradients = differentiate(builder, total, by);
    if (!gradients) {
        ADD_FAILURE() << gradients.error().message;
        return std::move(builder).finish();
    }
    for (std::size_t index = 0; index < order.size(); ++index) builder.output("d " + order[index], (*gradients)[index]);
    return std::move(builder).finish();
}

void hold(const std::string& file, bool f64) {
    const double tolerance = f64 ? kOracleTolerance : kOracleToleranceF32;
    Expected<std::string> text = read_file(oracle_path(file + ".nn"));
    ASSERT_TRUE(text);
    std::map<std::string, Arrays> groups = read_oracle(file);
    ASSERT_FALSE(groups.empty());
    TestProgram program(*text, f64);
    ASSERT_TRUE(program.is_valid());
    for (const auto& [name, array] : groups["w"]) {
        ASSERT_NE(program.program().find_storage(name), nullptr) << "the program has no storage " << name;
        EXPECT_EQ(program.storages()[name].extents, array.extents) << name;
        program.storages()[name] = array;
    }
    Arrays inputs = groups["in"];
    for (const auto& [name, array] : groups["bar"]) inputs["bar." + name] = array;
    bool in_training = groups[""].contains("loss");
    Graph graph = program.program().entries.at(in_training ? "loss" : "forward");
    const Arrays& gradients = groups["d"];
    if (!gradients.empty()) {
        for (const Storage& storage : program.program().storages) {
            EXPECT_TRUE(storage.kind != StorageKind::kParam || gradients.contains(storage.name))
                << "no gradient by " << storage.name;
        }
        graph = with_gradients(graph, groups["bar"], gradients);
    }
    Arrays results = program.run(graph, inputs);
    if (in_training) expect_oracle("", results, "loss", groups[""]["loss"], tolerance);
    for (const auto& [name, array] : groups["out"]) expect_oracle("", results, name, array, tolerance);
    for (const auto& [name, array] : gradients) expect_oracle("", results, "d " + name, array, tolerance);
    for (const auto& [name, array] : groups["after"])
        expect_oracle("after: ", program.storages(), name, array, tolerance);
    EXPECT_TRUE(in_training || !groups["out"].empty());
}

class Oracle : public ::testing::TestWithParam<std::string> {};
TEST_P(Oracle, Agrees) { hold(GetParam(), true); }
TEST_P(Oracle, AgreesInF32) { hold(GetParam(), false); }

INSTANTIATE_TEST_SUITE_P(Files, Oracle, ::testing::ValuesIn(oracle_names("", ".npz")),
                         [](const auto& instance) { return instance.param; });

TEST(OracleFiles, EveryProgramHasItsValues) { EXPECT_EQ(oracle_names("", ".nn"), oracle_names("", ".npz")); }

}  // namespace

}  // namespace nncc::testing
