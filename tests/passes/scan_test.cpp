// Scans: what moves in front of them and behind them, what is joined, cut and overwritten.
#include <gtest/gtest.h>

#include "mlp.h"
#include "ops/build.h"
#include "ops/record.h"
#include "passes/differentiate.h"
#include "passes/fuse.h"
#include "passes/pass.h"
#include "passes/plan_memory.h"
#include "passes/scan_builder.h"
#include "passes/truncate.h"
#include "random_graph.h"

namespace nncc::testing {
namespace {

constexpr std::int64_t kSteps = 6, kBatch = 3, kInputs = 4, kUnits = 5;

Value input(GraphBuilder& b, const std::string& name, Shape shape) {
    return b.add("input", {}, {{"name", name}, {"type", Type{DType::kF64, std::move(shape)}}});
}

// h <- tanh(x w + h u + b), the loss the mean square of all h; with its gradients by w, u, b and the first h.
struct Recurrence {
    explicit Recurrence(std::int64_t length = 0) {
        GraphBuilder b("recurrence");
        const std::vector<Value> by{input(b, "w", {kInputs, kUnits}), input(b, "u", {kUnits, kUnits}),
                                    input(b, "b", {kUnits}), input(b, "h", {kBatch, kUnits})};
        const Value x = input(b, "x", {kBatch, kSteps, kInputs});
        ScanBuilder scan(b, Dim(kSteps), false);
        const Value xt = scan.sequence(transpose(b, x, {1, 0, 2}));
        const Value h = scan.carry(by[3]);
        GraphBuilder& body = scan.body();
        const Value z = add(body, einsum(body, "bi,ij->bj", {xt, scan.captured(by[0])}),
                            einsum(body, "bi,ij->bj", {h, scan.captured(by[1])}));
        const Value bias = broadcast_to(body, scan.captured(by[2]), {kBatch, kUnits}, {1});
        const Value next = unary(body, "tanh", add(body, z, bias));
        scan.update(h, next);
        scan.yield(next);
        const ScanBuilder::Results results = scan.finish({}, {true});
        const Value all = results.yields[0];
        b.output("loss",
                 add(b, reduce_sum(b, multiply(b, all, all), {0, 1, 2}), reduce_sum(b, results.last[0], {0, 1})));
        forward = std::move(b).finish();
        if (length > 0) forward = *truncate(forward, length);
        GraphBuilder builder("gradients");
        const auto copies = inline_graph(builder, forward, nullptr, false);
        std::vector<Value> parameters;
        for (const char* name : {"w", "u", "b", "h"}) {
            for (int k = 0; k < forward.size(); ++k) {
                const Node& node = forward.node(k);
                if (node.op->name == "input" && node.attributes.text("name") == name)
                    parameters.push_back(copies[static_cast<std::size_t>(k)][0]);
            }
        }
        const Value loss = forward.outputs()[0].value;
        const Value copied = copies[static_cast<std::size_t>(loss.node)][static_cast<std::size_t>(loss.result)];
        const auto adjoints = *differentiate(builder, copied, parameters);
        builder.output("loss", copied);
        for (std::size_t k = 0; k < adjoints.size(); ++k)
            builder.output(std::string("d ") + std::string("wubh")[k], adjoints[k]);
        gradients = std::move(builder).finish();
        Random random(7);
        for (const Node& node : gradients.nodes()) {
            if (node.op->name == "input")
                bindings.inputs[node.attributes.text("name")] = random_tensor(node.type(), random, -1, 1);
        }
    }
    Graph forward, gradients;
    Bindings<double> bindings;
};

int count_of(const Graph& graph, std::string_view op) {
    int count = 0;
    for (const Node& node : graph.nodes()) count += node.op->name == op ? 1 : 0;
    return count;
}
const Node& scan_of_direction(const Graph& graph, bool reverse) {
    for (const Node& node : graph.nodes()) {
        if (is_scan(node) && roles_of(node).reverse == reverse) return node;
    }
    NNCC_CHECK(false, "no such scan");
}

TEST(Scan, ProductsOfSequencesMoveInFrontAndSumsBehind) {
    const Recurrence made;
    const Graph after = simplify(sink(hoist(simplify(merge_scans(made.gradients)))));
    ASSERT_EQ(verify(after), std::nullopt);
    EXPECT_LT(largest_difference(evaluate(made.gradients, made.bindings), evaluate(after, made.bindings)), 1e-12);
    ASSERT_EQ(count_of(after, "scan"), 2) << print_graph(after);
    // In the loops only what depends on h is left: one product each.
    EXPECT_EQ(count_of(*scan_of_direction(after, false).body, "einsum"), 1) << print_graph(after);
    EXPECT_EQ(count_of(*scan_of_direction(after, true).body, "einsum"), 1) << print_graph(after);
    EXPECT_EQ(roles_of(scan_of_direction(after, true)).carries, 1U)
        << print_graph(after);  // sums of dW, dU, db are gone
    // x w in front, dW and dU behind.
    EXPECT_EQ(count_of(after, "einsum"), 3) << print_graph(after);
}

TEST(Scan, ForwardScanAndItsCopyWithResidualsAreOne) {
    const Recurrence made;
    EXPECT_EQ(count_of(made.gradients, "scan"), 3);
    const Graph joined = merge_scans(made.gradients);
    EXPECT_EQ(count_of(joined, "scan"), 2) << print_graph(joined);
    EXPECT_EQ(largest_difference(evaluate(made.gradients, made.bindings), evaluate(joined, made.bindings)), 0);
}

// The second carry grows beyond all numbers, and nothing reads it: its adjoint is none, not 0 times infinity.
TEST(Scan, CarriesThatNoResultReadsHaveNoAdjoint) {
    const Expected<Graph> forward = parse_graph(R"(graph overflow {
    %0 = input() {name = "x", type = f64[20, 2]} : f64[20, 2]
    %1 = input() {name = "kept", type = f64[2]} : f64[2]
    %2 = input() {name = "grows", type = f64[2]} : f64[2]
    %3 = scan(%0, %1, %2) {axis = 0, carries = 2, reverse = false, sequences = 1} : f64[2], f64[2] graph body {
        %0 = argument() {index = 0, type = f64[2]} : f64[2]
        %1 = argument() {index = 1, type = f64[2]} : f64[2]
        %2 = argument() {index = 2, type = f64[2]} : f64[2]
        %3 = multiply(%0, %1) : f64[2]
        %4 = multiply(%2, %2) : f64[2]
        %5 = multiply(%4, %1) : f64[2]
        return r0 = %3, r1 = %5
    }
    %4 = reduce_sum(%3) {axes = [0]} : f64[]
    return loss = %4
}
)");
    ASSERT_TRUE(forward) << forward.error().message;
    GraphBuilder b("gradients");
    const auto copies = inline_graph(b, *forward, nullptr, false);
    const Expected<std::vector<Value>> adjoints =
        differentiate(b, copies.back()[0], {copies[0][0], copies[1][0], copies[2][0]});
    ASSERT_TRUE(adjoints);
    for (std::size_t k = 0; k < 3; ++k) b.output(std::string("d ") + "xkg"[k], (*adjoints)[k]);
    const Graph gradients = std::move(b).finish();
    Bindings<double> bindings;
    Random random(3);
    bindings.inputs["x"] = random_tensor(Type{DType::kF64, {Dim(20), Dim(2)}}, random, 1, 1.5);
    bindings.inputs["kept"] = random_tensor(Type{DType::kF64, {Dim(2)}}, random, 1, 2);
    bindings.inputs["grows"] = random_tensor(Type{DType::kF64, {Dim(2)}}, random, 8, 9);
    const Evaluation<double> result = evaluate(gradients, bindings);
    for (int column = 0; column < 2; ++column) {
        double product = 1;
        for (int step = 0; step < 20; ++step) product *= bindings.inputs["x"].elements[step * 2 + column];
        EXPECT_NEAR(result.outputs.at("d k").elements[column], product, 1e-12 * product);
        EXPECT_EQ(result.outputs.at("d g").elements[column], 0);
    }
    EXPECT_TRUE(result.outputs.at("d x").elements.isFinite().all());
}

TEST(Scan, DeadResultsCarriesAndOperandsGo) {
    const Recurrence made;
    GraphBuilder b("only_loss");
    const auto copies = inline_graph(b, made.gradients, nullptr, false);
    const Value loss = made.gradients.outputs()[0].value;
    b.output("loss", copies[static_cast<std::size_t>(loss.node)][0]);
    const Graph after = remove_dead(std::move(b).finish());
    EXPECT_EQ(count_of(after, "scan"), 1) << print_graph(after);
    EXPECT_EQ(roles_of(scan_of_direction(after, false)).yields, 1U);
}

// The piece's own gradient is exact: the gradient of a recurrence cut after every step is that of single steps whose h
// is constant, computed here one by one.
TEST(Scan, TruncationKeepsValuesAndStopsBetweenPieces) {
    const Recurrence whole, cut(2);
    const Evaluation<double> exact = evaluate(whole.gradients, whole.bindings);
    const Evaluation<double> truncated = evaluate(cut.gradients, cut.bindings);
    EXPECT_NEAR(truncated.outputs.at("loss").elements[0], exact.outputs.at("loss").elements[0], 1e-12);
    // Pieces of 2: each is a recurrence of its own, whose first h is the last of the piece before.
    Eigen::ArrayXd expected = Eigen::ArrayXd::Zero(kUnits * kUnits), first;
    Tensor<double> h = whole.bindings.inputs.at("h");
    for (std::int64_t piece = 0; piece < kSteps / 2; ++piece) {
        GraphBuilder b("piece");
        const Value w = input(b, "w", {kInputs, kUnits}), u = input(b, "u", {kUnits, kUnits}),
                    c = input(b, "b", {kUnits});
        const Value start = input(b, "h", {kBatch, kUnits}), x = input(b, "x", {kBatch, kSteps, kInputs});
        Value state = start, loss = splat(b, 0.0, Type{DType::kF64, {}});
        for (std::int64_t t = 2 * piece; t < 2 * piece + 2; ++t) {
            const Value xt = reshape(b, slice_axis(b, x, 1, t, t + 1), {kBatch, kInputs});
            const Value z = add(b, einsum(b, "bi,ij->bj", {xt, w}), einsum(b, "bi,ij->bj", {state, u}));
            state = unary(b, "tanh", add(b, z, broadcast_to(b, c, {kBatch, kUnits}, {1})));
            loss = add(b, loss, reduce_sum(b, multiply(b, state, state), {0, 1}));
        }
        if (piece == kSteps / 2 - 1) loss = add(b, loss, reduce_sum(b, state, {0, 1}));
        const auto adjoints = *differentiate(b, loss, {u, start});
        b.output("u", adjoints[0]);
        b.output("start", adjoints[1]);
        b.output("state", state);
        Bindings<double> bindings = whole.bindings;
        bindings.inputs["h"] = h;
        const Evaluation<double> result = evaluate(std::move(b).finish(), bindings);
        expected += result.outputs.at("u").elements;
        if (piece == 0) first = result.outputs.at("start").elements;
        h = result.outputs.at("state");
    }
    EXPECT_LT((truncated.outputs.at("d u").elements - expected).abs().maxCoeff(), 1e-12);
    EXPECT_LT((truncated.outputs.at("d h").elements - first).abs().maxCoeff(), 1e-12);
    EXPECT_GT((truncated.outputs.at("d u").elements - exact.outputs.at("d u").elements).abs().maxCoeff(), 1e-6);
}

TEST(Scan, TruncationIsRefusedWhereStepsDoNotDivide) {
    const Expected<Graph> refused = truncate(Recurrence().forward, 4);
    ASSERT_FALSE(refused);
    EXPECT_STREQ(refused.error().kind->code, "NN0740");
    EXPECT_TRUE(truncate(Recurrence().forward, 100));  // there is nothing to cut
}

// A carry lives where its initial value was, and the steps have an arena inside the plan's.
TEST(Scan, PlansOfTheStepsAreVerified) {
    const Recurrence made;
    const Graph prepared = expand(simplify(sink(hoist(simplify(merge_scans(made.gradients))))));
    for (FuseLevel level : {FuseLevel::kIsolate, FuseLevel::kFull}) {
        Expected<Plan> plan = plan_memory(fuse(prepared, level), {});
        ASSERT_TRUE(plan) << plan.error().message;
        ASSERT_EQ(verify(*plan, {}), std::nullopt) << print_plan(*plan);
        ASSERT_EQ(plan->scans.size(), 2U);
        Plan broken = *plan;
        // The forward scan has a value between its two kernels.
        auto& [launched, scan] = *broken.scans.begin();
        ScanPlan changed = *scan;
        ASSERT_GE(changed.arena, 0) << print_plan(*plan);
        broken.buffers[static_cast<std::size_t>(changed.arena)].bytes -= 1;
        EXPECT_NE(verify(broken, {}), std::nullopt);
        broken = *plan;
        changed.plan.launches.pop_back();
        broken.scans[launched] = std::make_shared<const ScanPlan>(changed);
        EXPECT_NE(verify(broken, {}), std::nullopt);
    }
}

}  // namespace
}  // namespace nncc::testing
