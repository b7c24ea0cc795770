// Emitted functions, whole.
#include <gtest/gtest.h>

#include "emit/kernel_library.h"
#include "lowering/lower.h"
#include "ops/build.h"
#include "passes/fuse.h"
#include "passes/plan_memory.h"

namespace nncc {
namespace {

Value input(GraphBuilder& b, std::string name, Shape shape) {
    return b.add("input", {}, {{"name", std::move(name)}, {"type", Type{DType::kF32, std::move(shape)}}});
}

// Every function of a graph with one result.
std::string functions_of(GraphBuilder b, Value result) {
    b.output("output", result);
    auto plan = plan_memory(fuse(std::move(b).finish(), FuseLevel::kFull), {});
    EXPECT_TRUE(plan);
    NameScope scope;
    KernelLibrary library(scope);
    for (int group : plan->launches) {
        auto kernel = lower_group(*plan, group);
        EXPECT_TRUE(kernel) << kernel.error().message;
        library.add(*kernel);
    }
    Code code;
    library.print(code);
    return code.text();
}

TEST(Golden, DenseWithRelu) {
    GraphBuilder b;
    b.set_origin({"dense_1", "pima.nn:4", "dense(10)"});
    const Value x = input(b, "x", {32, 8}), w = input(b, "dense_1.w", {8, 10}), bias = input(b, "dense_1.b", {10});
    Value z = add(b, einsum(b, "bi,io->bo", {x, w}), broadcast_to(b, bias, {32, 10}, {1}));
    b.set_origin({"relu_1", "pima.nn:4", "relu"});
    z = maximum(b, z, like(b, z, 0.0));
    EXPECT_EQ(functions_of(std::move(b), z), R"(// pima.nn:4  dense(10) |> relu
void dense_1_relu_1(const float* x, const float* dense_1_w, const float* dense_1_b, float* output) noexcept {
    constexpr int kRows = 32, kColumns = 10, kDepth = 8;
    const nncc::Matrix<float, kDepth, 1> left{x};
    const nncc::Matrix<float, kColumns, 1> right{dense_1_w};
    nncc::gemm<kRows, kColumns, kDepth>(left, right, [&](int i, int j, auto lanes, auto product) {
        const auto dense_1 = product + nncc::load(dense_1_b + j, lanes);
        nncc::store(output + kColumns * i + j, nncc::maximum(dense_1, nncc::splat(0.0F, lanes)), lanes);
    });
}

)");
}

TEST(Golden, RowSums) {
    GraphBuilder b;
    const Value result = reduce_sum(b, unary(b, "exp", input(b, "x", {32, 10})), {1});
    EXPECT_EQ(functions_of(std::move(b), result), R"(void exp_reduce_sum(const float* x, float* output) noexcept {
    constexpr int kRows = 32, kColumns = 10;
    for (int i = 0; i < kRows; ++i) {
        const float sum = nncc::reduce<nncc::Sum, kColumns, nncc::kLanes<float>>([&](int j, auto lanes) {
            return nncc::fast::exp(nncc::load(x + kColumns * i + j, lanes));
        });
        output[i] = sum;
    }
}

)");
}

TEST(Golden, AHostilePlaceStaysAComment) {
    GraphBuilder b;
    b.set_origin({"a*/b", "x\n#include <stdio.h>", "*/ int main() {} \\"});
    const Value result = unary(b, "negate", input(b, "int", {8}));
    EXPECT_EQ(functions_of(std::move(b), result), R"(// x #include <stdio.h>  * / int main() {} /
void a_b(const float* int_v, float* output) noexcept {
    constexpr int kCount = 8;
    nncc::each_vector<kCount, nncc::kLanes<float>>([&](int i, auto lanes) {
        nncc::store(output + i, -nncc::load(int_v + i, lanes), lanes);
    });
}

)");
}

}  // namespace
}  // namespace nncc
