// The property test over the table: types against evaluated extents, gradients against dual numbers, text round trips.
#include <gtest/gtest.h>

#include "ops/build.h"
#include "ops/record.h"
#include "random_graph.h"

namespace nncc::testing {
namespace {

constexpr int kApplications = 60;  // of each op

struct Case {
    Graph graph;  // inputs "o0" ..., outputs "r0" ...
    Bindings<double> bindings;
    Application application;
};

Case random_case(const OpRecord& op, Random& random, DType floating) {
    std::optional<Application> application;
    while (!application) application = random_application(op, random, floating);
    GraphBuilder builder("one");
    std::vector<Value> operands;
    Bindings<double> bindings;
    bindings.dims["time"] = 5;
    const bool has_ties = random.chance(0.3);
    for (std::size_t k = 0; k < application->operands.size(); ++k) {
        const std::string name = fmt::format("o{}", k);
        operands.push_back(builder.add("input", {}, {{"name", name}, {"type", application->operands[k]}}));
        Tensor<double> tensor = random_operand(op, *application, k, random);
        if (has_ties && is_floating(tensor.dtype)) {
            for (double& x : tensor.elements) x = std::max(op.domain.low, std::round(2 * x) / 2);
        }
        bindings.inputs[name] = tensor;
    }
    Value value = builder.add(op, operands, application->attributes, {}, application->body);
    const int count = static_cast<int>(builder.node(value).types.size());
    for (int k = 0; k < count; ++k) builder.output(fmt::format("r{}", k), Value{value.node, k});
    // Leaves are bound to something of their own type.
    if (op.name == "input") bindings.inputs["x"] = random_tensor(application->attributes.type("type"), random);
    if (op.name == "storage") bindings.storages["x"] = random_tensor(application->attributes.type("type"), random);
    return Case{std::move(builder).finish(), std::move(bindings), std::move(*application)};
}

class EachOp : public ::testing::TestWithParam<const OpRecord*> {};

TEST_P(EachOp, HasAGenerator) { EXPECT_TRUE(has_generator(*GetParam())) << GetParam()->name; }

TEST_P(EachOp, PrintsAndParses) {
    Random random(11);
    for (int i = 0; i < kApplications; ++i) {
        Case c = random_case(*GetParam(), random, i % 2 ? DType::kF32 : DType::kF64);
        if (GetParam()->name == "argument") return;  // of bodies only: printed within scan and group
        const std::string text = print_graph(c.graph);
        Expected<Graph> read = parse_graph(text);
        ASSERT_TRUE(read) << read.error().message << "\n" << text;
        EXPECT_TRUE(*read == c.graph) << text;
        EXPECT_EQ(print_graph(*read), text);
        EXPECT_EQ(verify(c.graph), std::nullopt) << text;
    }
}

TEST_P(EachOp, EvaluatesToItsType) {
    if (GetParam()->name == "argument") return;
    Random random(12);
    for (int i = 0; i < kApplications; ++i) {
        Case c = random_case(*GetParam(), random, DType::kF64);
        Evaluation<double> evaluation = evaluate(c.graph, c.bindings);
        for (const Output& output : c.graph.outputs()) {
            const Type& type = c.graph.type(output.value);
            const Tensor<double>& tensor = evaluation.outputs.at(output.name);
            EXPECT_EQ(tensor.dtype, type.dtype);
            Shape shape(tensor.extents.begin(), tensor.extents.end());
            EXPECT_EQ(shape_text(shape), shape_text(type.shape)) << print_graph(c.graph);
            EXPECT_EQ(element_count(shape)->constant(), tensor.size());
            for (double x : tensor.elements) {
                const Facts& facts = GetParam()->facts;
                ASSERT_TRUE(type.dtype != DType::kBool || x == 0 || x == 1) << x;
                ASSERT_TRUE(type.dtype != DType::kI32 || x == std::trunc(x)) << x;
                ASSERT_FALSE(facts.lower && x < *facts.lower) << x;
                ASSERT_FALSE(facts.upper && x > *facts.upper) << x;
            }
        }
    }
}

// The rule applied to random adjoints w, against the derivative of sum(w * result) along random directions.
TEST_P(EachOp, GradientAgreesWithDualNumbers) {
    const OpRecord& op = *GetParam();
    const GradientRule* rule = std::get_if<GradientRule>(&op.gradient);
    if (rule == nullptr) return;
    Random random(13);
    int compared = 0;
    for (int i = 0; i < 2 * kApplications; ++i) {
        Case c = random_case(op, random, DType::kF64);
        const Node node = c.graph.node(c.graph.outputs()[0].value);
        if (!is_floating(node.type().dtype)) continue;
        // Reverse.
        GraphBuilder builder("reverse");
        std::vector<std::vector<Value>> copies = inline_graph(builder, c.graph, nullptr, false);
        auto copied = [&](Value v) {
            return copies[static_cast<std::size_t>(v.node)][static_cast<std::size_t>(v.result)];
        };
        Value self = copied(c.graph.outputs()[0].value);
        Value weight = builder.add("input", {}, {{"name", std::string("weight")}, {"type", node.type()}});
        const Node copy = builder.node(self);
        std::vector<Value> adjoints = (*rule)(GradientContext{builder, self, copy, copy.operands, {weight}});
        ASSERT_EQ(adjoints.size(), copy.operands.size());
        std::vector<std::size_t> active;
        for (std::size_t k = 0; k < adjoints.size(); ++k) {
            if (!adjoints[k] || !is_floating(node.op ? builder.type(copy.operands[k]).dtype : DType::kBool)) continue;
            ASSERT_EQ(type_text(builder.type(adjoints[k])), type_text(builder.type(copy.operands[k])));
            builder.output(fmt::format("d{}", k), adjoints[k]);
            active.push_back(k);
        }
        Bindings<double> bindings = c.bindings;
        bindings.inputs["weight"] = random_tensor(node.type(), random);
        const Graph reverse = std::move(builder).finish();
        ASSERT_EQ(verify(reverse), std::nullopt) << print_graph(reverse);
        Evaluation<double> gradients = evaluate(reverse, bindings);
        // Forward: one operand at a time, and it must be 0 for those without a rule's result.
        for (std::size_t k = 0; k < copy.operands.size(); ++k) {
            if (!is_floating(c.application.operands[k].dtype)) continue;
            const std::string name = fmt::format("o{}", k);
            Bindings<Dual> dual;
            double reversed = 0, scale = 1e-30;
            Tensor<double> direction = random_tensor(c.application.operands[k], random, -1, 1);
            for (const auto& [input, tensor] : c.bindings.inputs) {
                Tensor<Dual> t{tensor.dtype, tensor.extents, {}};
                t.elements.resize(tensor.size());
                for (Eigen::Index e = 0; e < tensor.size(); ++e) {
                    t.elements[e] = Dual(tensor.elements[e], input == name ? direction.elements[e] : 0.0);
                }
                dual.inputs[input] = std::move(t);
            }
            if (std::find(active.begin(), active.end(), k) != active.end()) {
                const Tensor<double>& d = gradients.outputs.at(fmt::format("d{}", k));
                for (Eigen::Index e = 0; e < direction.size(); ++e) {
                    reversed += d.elements[e] * direction.elements[e];
                    scale += std::abs(d.elements[e] * direction.elements[e]);
                }
            }
            Evaluation<Dual> forward = evaluate(c.graph, dual);
            const Tensor<Dual>& result = forward.outputs.at("r0");
            double expected = 0;
            for (Eigen::Index e = 0; e < result.size(); ++e) {
                const double term = bindings.inputs["weight"].elements[e] * result.elements[e].tangent;
                expected += term;
                scale += std::abs(term);
            }
            // Sums of at most 1000 terms, each rounded a few times: 1e-12 of their magnitude.
            ASSERT_NEAR(reversed, expected, 1e-12 * scale) << "operand " << k << "\n" << print_graph(reverse);
            ++compared;
        }
    }
    EXPECT_GT(compared, kApplications / 2);
}

INSTANTIATE_TEST_SUITE_P(Ops, EachOp, ::testing::ValuesIn(all_ops().begin(), all_ops().end()),
                         [](const auto& test) { return std::string(test.param->name); });

TEST(Table, RecordsAreComplete) {
    for (const OpRecord* op : all_ops()) {
        EXPECT_FALSE(op->summary.empty()) << op->name;
        EXPECT_EQ(find_op(op->name), op);
        const bool composite = std::holds_alternative<ExpandLowering>(op->lowering);
        EXPECT_TRUE(!composite || op->expand != nullptr) << op->name;
        for (std::size_t i = 1; i < op->attributes.size(); ++i)
            EXPECT_NE(op->attributes[i - 1].name, op->attributes[i].name);
    }
    EXPECT_EQ(find_op("no_such_op"), nullptr);
}

}  // namespace
}  // namespace nncc::testing
