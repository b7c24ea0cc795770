// Programs: several entries, parameters by path, bodies, bounded dimensions, dtypes as parameters.
#include "graph/program.h"

#include <gtest/gtest.h>

#include "graph/diagnostic_kinds.h"
#include "ops/build.h"
#include "ops/evaluate.h"
#include "ops/record.h"

namespace nncc {
namespace {

Tensor<double> tensor(Extents extents, std::vector<double> elements, DType dtype = DType::kF32) {
    Tensor<double> result{dtype, std::move(extents), {}};
    result.elements = Eigen::Map<Eigen::ArrayXd>(elements.data(), static_cast<Eigen::Index>(elements.size()));
    return result;
}

constexpr const char* kProgram = R"(program pima "Diabetes, \"soon\""
dim batch = 32
dim time <= 512
inputs x
data y
storage param dense_1.w : f32[3]
storage counter step : i32[]
entry forward graph forward {
    %0 = input() {name = "x", type = f32[batch, 3]} : f32[batch, 3]
    %1 = storage() {name = "dense_1.w", storage_kind = "param", type = f32[3]} : f32[3]
    %2 = einsum(%0, %1) {equation = "ab,b->a"} : f32[batch]
    return output = %2
}
entry update graph update {
    %0 = input() {name = "d dense_1.w", type = f32[3]} : f32[3]
    %1 = storage() {name = "dense_1.w", storage_kind = "param", type = f32[3]} : f32[3]
    %2 = subtract(%1, %0) : f32[3]
    %3 = store(%2) {name = "dense_1.w"}
    %4 = storage() {name = "step", storage_kind = "counter", type = i32[]} : i32[]
    %5 = constant() {type = i32[], value = 1} : i32[]
    %6 = add(%4, %5) : i32[]
    %7 = store(%6) {name = "step"}
}
)";

TEST(Program, SeveralEntriesShareStoragesByPath) {
    Expected<Program> program = parse_program(kProgram);
    ASSERT_TRUE(program) << program.error().message;
    EXPECT_EQ(print_program(*program), kProgram);
    Bindings<double> bindings;
    bindings.dims["batch"] = 2;
    bindings.storages["dense_1.w"] = tensor({3}, {1, 2, 3});
    bindings.storages["step"] = tensor({}, {7}, DType::kI32);
    bindings.inputs["d dense_1.w"] = tensor({3}, {0.5, 0, -1});
    bindings.inputs["x"] = tensor({2, 3}, {1, 0, 0, 0, 1, 1});
    Evaluation<double> update = evaluate(program->entries.at("update"), bindings);
    EXPECT_EQ(update.stores.at("step").elements[0], 8);
    bindings.storages["dense_1.w"] = update.stores.at("dense_1.w");
    Evaluation<double> forward = evaluate(program->entries.at("forward"), bindings);
    EXPECT_EQ(forward.outputs.at("output").elements[0], 0.5);
    EXPECT_EQ(forward.outputs.at("output").elements[1], 6);
}

TEST(Program, StoragesMustBeInTheTableWithTheirType) {
    auto refused = [](const std::string& from, const std::string& to) {
        std::string text = kProgram;
        text.replace(text.find(from), from.size(), to);
        Expected<Program> program = parse_program(text);
        EXPECT_FALSE(program);
        return program ? std::string() : program.error().message;
    };
    EXPECT_EQ(refused("storage param dense_1.w : f32[3]\n", ""),
              "ir: entry forward: %1: storage `dense_1.w` is not in the table");
    EXPECT_EQ(refused("storage param dense_1.w : f32[3]", "storage param dense_1.w : f64[3]"),
              "ir: entry forward: %1: storage `dense_1.w` is f64[3], not f32[3]");
    EXPECT_EQ(refused("storage param dense_1.w", "storage state dense_1.w"),
              "ir: entry forward: %1: storage `dense_1.w` is a state");
    EXPECT_EQ(refused("storage counter step", "storage counter dense_1.w"), "ir: two storages are named `dense_1.w`");
    EXPECT_EQ(refused("dim batch = 32", "dim time = 32"), "ir:3: dimension `time` is negative or bound twice");
    EXPECT_EQ(refused("storage counter", "storage tin"), "ir:7: `tin` is no kind of storage");
    EXPECT_EQ(refused("entry update", "entry forward"), "ir:23: two entries are named `forward`");
}

// y_t = y_{t-1} + x_t, over a sequence, backward; the body is a graph of its own.
TEST(Program, NodesWithABodyEvaluateIt) {
    Expected<Graph> graph = parse_graph(R"(graph g {
    %0 = input() {name = "x", type = f64[time, 2]}
    %1 = constant() {type = f64[2], value = [10, 20]}
    %2 = scan(%0, %1) {axis = 0, carries = 1, reverse = true, sequences = 1} : f64[time, 2], f64[2] graph body {
        %0 = argument() {index = 0, type = f64[2]}
        %1 = argument() {index = 1, type = f64[2]}
        %2 = add(%0, %1)
        return yield = %2, carry = %2
    }
    return all = %2, last = %2.1
})");
    ASSERT_TRUE(graph) << graph.error().message;
    Bindings<double> bindings;
    bindings.dims["time"] = 3;
    bindings.inputs["x"] = tensor({3, 2}, {1, 2, 3, 4, 5, 6}, DType::kF64);
    Evaluation<double> result = evaluate(*graph, bindings);
    EXPECT_TRUE((result.outputs.at("all").elements == tensor({6}, {19, 32, 18, 30, 15, 26}).elements).all());
    EXPECT_TRUE((result.outputs.at("last").elements == tensor({2}, {19, 32}).elements).all());
    EXPECT_TRUE(*parse_graph(print_graph(*graph)) == *graph);
}

TEST(Program, BoundedDimensionsEvaluateAtAnyExtent) {
    Expected<Program> program = parse_program(R"(program p ""
dim time <= 512
inputs x
entry forward graph forward {
    %0 = input() {name = "x", type = f32[time, 2]}
    %1 = reduce_sum(%0) {axes = [0]}
    %2 = extent() {dimension = "time"}
    %3 = cast(%2) {dtype = f32}
    %4 = broadcast(%3) {axes = [], shape = [2]}
    %5 = divide(%1, %4)
    %6 = slice(%0) {start = [1, 0], step = [1, 1], stop = [end, end]} : f32[time-1, 2]
    return mean = %5, rest = %6
}
)");
    ASSERT_TRUE(program) << program.error().message;
    for (std::int64_t time : {1, 2, 5, 512}) {
        Bindings<double> bindings;
        bindings.dims["time"] = time;
        std::vector<double> x;
        for (std::int64_t i = 0; i < 2 * time; ++i) x.push_back(static_cast<double>(i));
        bindings.inputs["x"] = tensor({time, 2}, x);
        Evaluation<double> result = evaluate(program->entries.at("forward"), bindings);
        EXPECT_DOUBLE_EQ(result.outputs.at("mean").elements[0], static_cast<double>(time - 1));
        EXPECT_EQ(result.outputs.at("rest").extents, (Extents{time - 1, 2}));
    }
    EXPECT_EQ(program->entries.at("forward").type({6, 0}).shape[0].bound(program->dims), 511);
}

// One builder function makes the same model in f32 and in f64.
TEST(Program, TheElementTypeIsAParameter) {
    for (DType dtype : {DType::kF32, DType::kF64}) {
        GraphBuilder b("g");
        Value x = b.add("input", {}, {{"name", std::string("x")}, {"type", Type{dtype, {3}}}});
        Value y = multiply(b, unary(b, "sigmoid", x), 0.1);
        b.output("y", reduce_sum(b, y, {0}));
        Graph graph = std::move(b).finish();
        EXPECT_EQ(verify(graph), std::nullopt);
        EXPECT_EQ(graph.type(graph.outputs()[0].value).dtype, dtype);
        // Mixing the two is refused.
        GraphBuilder mixed("m");
        Value a = scalar(mixed, 1, DType::kF32);
        Value c = scalar(mixed, 1, DType::kF64);
        auto types = mixed.infer(op_named("add"), {a, c}, {});
        ASSERT_TRUE(std::holds_alternative<TypeError>(types));
        EXPECT_EQ(std::get<TypeError>(types).kind, &kDTypeDiffers);
    }
}

TEST(Diagnostics, EveryKindExplainsItself) {
    std::string last;
    for (const DiagnosticKind* kind : graph_diagnostics()) {
        EXPECT_TRUE(std::string_view(kind->code).starts_with("NN02")) << kind->code;
        EXPECT_LT(last, kind->code);
        last = kind->code;
        EXPECT_GT(std::string_view(kind->explanation).size(), 80U) << kind->code;
    }
}

}  // namespace
}  // namespace nncc
