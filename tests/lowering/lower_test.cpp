// What groups become: which einsums are matrix products, which loops collapse, what is refused.
#include "lowering/lower.h"

#include <gtest/gtest.h>

#include <set>

#include "lowering/diagnostic_kinds.h"
#include "ops/build.h"
#include "ops/windows.h"
#include "passes/fuse.h"
#include "passes/plan_memory.h"

namespace nncc {
namespace {

Value input(GraphBuilder& b, std::string name, Shape shape, DType dtype = DType::kF32) {
    return b.add("input", {}, {{"name", std::move(name)}, {"type", Type{dtype, std::move(shape)}}});
}

// The only kernel of a graph with one result.
Kernel only_kernel(GraphBuilder b, Value result) {
    b.output("output", result);
    auto plan = plan_memory(fuse(std::move(b).finish(), FuseLevel::kFull), {});
    EXPECT_TRUE(plan);
    EXPECT_EQ(plan->launches.size(), 1U);
    auto kernel = lower_group(*plan, plan->launches.front());
    EXPECT_TRUE(kernel) << kernel.error().message;
    return *kernel;
}

Kernel einsum_kernel(const std::string& equation, const Shape& a, const Shape& b_shape) {
    GraphBuilder b;
    const Value result = einsum(b, equation, {input(b, "a", a), input(b, "b", b_shape)});
    return only_kernel(std::move(b), result);
}

std::string product_text(const Kernel& kernel) {
    const auto* product = std::get_if<Contraction>(&kernel.body);
    if (product == nullptr) return "nest";
    std::string batch;
    for (const Dim& extent : product->batch) batch += extent.text() + " ";
    return fmt::format("{}[{}]{} x {} x {}, a {} {}, b {} {}",
                       kernel.parameters[static_cast<std::size_t>(product->a)].role, batch, product->m.text(),
                       product->n.text(), product->k.text(), product->a_row.text(), product->a_column.text(),
                       product->b_row.text(), product->b_column.text());
}

TEST(Contraction, DenseIsOneProduct) {
    EXPECT_EQ(product_text(einsum_kernel("bi,io->bo", {32, 8}, {8, 10})), "a[]32 x 10 x 8, a 8 1, b 10 1");
}

TEST(Contraction, AWeightGradientReadsItsLeftOperandTransposed) {
    EXPECT_EQ(product_text(einsum_kernel("bi,bo->io", {32, 8}, {32, 10})), "a[]8 x 10 x 32, a 1 8, b 10 1");
}

TEST(Contraction, NeighbouringLettersJoin) {
    EXPECT_EQ(product_text(einsum_kernel("bti,io->bto", {4, 16, 8}, {8, 10})), "a[]64 x 10 x 8, a 8 1, b 10 1");
    EXPECT_EQ(product_text(einsum_kernel("bti,bto->io", {4, 16, 8}, {4, 16, 10})), "a[]8 x 10 x 64, a 1 8, b 10 1");
}

TEST(Contraction, HeadsOfAttentionAreBatches) {
    EXPECT_EQ(product_text(einsum_kernel("bthd,bshd->bhts", {2, 16, 4, 8}, {2, 16, 4, 8})),
              "a[2 4 ]16 x 16 x 8, a 32 1, b 1 32");
}

TEST(Contraction, TheLanesRunAlongTheResult) {
    EXPECT_EQ(product_text(einsum_kernel("bi,oi->ob", {32, 8}, {10, 8})), "b[]10 x 32 x 8, a 8 1, b 1 8");
}

TEST(Contraction, WhatIsNoProductIsANest) {
    EXPECT_EQ(product_text(einsum_kernel("bi,bi->b", {32, 8}, {32, 8})), "nest");
    EXPECT_EQ(product_text(einsum_kernel("ii,ij->j", {8, 8}, {8, 4})), "nest");
    EXPECT_EQ(product_text(einsum_kernel("i,j->ij", {8}, {4})), "nest");
}

// A convolution of [2, 6, 7, 4 * groups] by 3 x 3 kernels to 10 filters, and what the epilogue adds to it.
Kernel convolution_kernel(std::int64_t groups, bool adds_transposed) {
    GraphBuilder b;
    const Value x = input(b, "x", {2, 6, 7, Dim(4 * groups)}), w = input(b, "w", {3, 3, 4, 10});
    Value result = convolution(b, x, w, {{1, 1}, {1, 1}, {1, 1}, {1, 1}, {1, 1}, groups, 1});
    if (adds_transposed) result = add(b, result, transpose(b, input(b, "z", {7, 6, 2, 10}), {2, 1, 0, 3}));
    return only_kernel(std::move(b), result);
}
std::string epilogue_text(const Kernel& kernel) {
    std::string text;
    for (const LoopAxis& axis : std::get<Contraction>(kernel.body).epilogue.axes) text += axis.extent.text() + " ";
    return text;
}

TEST(Convolution, ItsRowsAreThePlacesOfAllImages) {
    const Kernel kernel = convolution_kernel(1, false);
    EXPECT_EQ(product_text(kernel), "x[]84 x 10 x 36, a 0 0, b 10 1");
    EXPECT_EQ(epilogue_text(kernel), "84 10 ");
    const auto& places = std::get<Contraction>(kernel.body).places;
    ASSERT_TRUE(places);
    EXPECT_EQ(places->batch, 2);
    EXPECT_EQ(places->axes[0].extent, 1);
    EXPECT_EQ(places->axes[2].extent, 7);
    EXPECT_EQ(places->axes[2].low, 1);
    EXPECT_EQ(places->pixel, 4);
}

TEST(Convolution, RowsThatTheEpilogueReadsOtherwiseStayApart) {
    EXPECT_EQ(epilogue_text(convolution_kernel(1, true)), "2 6 7 10 ");
}

TEST(Convolution, GroupsAreBatches) {
    const Kernel kernel = convolution_kernel(2, false);
    EXPECT_EQ(product_text(kernel), "x[2 ]84 x 5 x 36, a 0 0, b 10 1");
    EXPECT_EQ(epilogue_text(kernel), "2 84 5 ");
    EXPECT_EQ(std::get<Contraction>(kernel.body).places->pixel, 8);
}

TEST(Collapse, ContiguousLoopsAreOne) {
    GraphBuilder b;
    const Value result = unary(b, "exp", input(b, "x", {4, 1, 8, 3}));
    const Kernel kernel = only_kernel(std::move(b), result);
    const LoopNest& nest = std::get<std::vector<LoopNest>>(kernel.body).front();
    ASSERT_EQ(nest.axes.size(), 1U);
    EXPECT_EQ(nest.axes[0].extent, Dim(96));
}

TEST(IndexMap, ReshapeOfStridedAxesHasNone) {
    const IndexMap transposed{.offset = Dim(0), .strides = {Dim(1), Dim(4)}};
    EXPECT_FALSE(map_through_reshape({3, 4}, {12}, transposed));
    EXPECT_TRUE(map_through_reshape({3, 4}, {3, 1, 4}, transposed));
    EXPECT_TRUE(map_through_reshape({3, 4}, {12}, {.offset = Dim(0), .strides = {Dim(4), Dim(1)}}));
}

TEST(IndexMap, SliceStepsOverElements) {
    GraphBuilder b;
    const Value view = b.add("slice", {input(b, "a", {6, 9})},
                             {{"start", std::vector<std::int64_t>{5, 1}},
                              {"step", std::vector<std::int64_t>{-2, 3}},
                              {"stop", std::vector<std::int64_t>{-1, 9}}});
    const auto map = map_through_view(b.node(view), {6, 9}, {.offset = Dim(100), .strides = {Dim(9), Dim(1)}});
    ASSERT_TRUE(map);
    EXPECT_EQ(map->offset, Dim(100 + 5 * 9 + 1));
    EXPECT_EQ(map->strides, (std::vector<Dim>{Dim(-18), Dim(3)}));
}

// Groups that `fuse` does not make: why they have no kernel.
TEST(Diagnostics, GroupsWithoutAKernelAreRefused) {
    struct Refused {
        const DiagnosticKind* kind;
        std::string body;  // of a loop over f32[2, 3]
    };
    const Refused cases[] = {
        {&kNotLowered, "%1 = cumulative(%0) {axis = 1, kind = \"sum\", reverse = false}\n%2 = exp(%1)\nreturn a = %2"},
        {&kViewNotAffine,
         "%1 = transpose(%0) {permutation = [1, 0]}\n%2 = reshape(%1) {shape = [6]}\n%3 = exp(%2)\nreturn a = %3"},
    };
    for (const Refused& refused : cases) {
        const auto graph = parse_graph(
            "graph g {\n%0 = input() {name = \"x\", type = f32[2, 3]}\n%1 = group(%0) {kind = \"loop\"} graph b {\n"
            "%0 = argument() {index = 0, type = f32[2, 3]}\n" +
            refused.body + " }\nreturn out = %1\n}\n");
        ASSERT_TRUE(graph) << graph.error().message;
        const auto plan = plan_memory(*graph, {});
        ASSERT_TRUE(plan) << plan.error().message;
        const auto kernel = lower_group(*plan, plan->launches.front());
        ASSERT_FALSE(kernel) << refused.body;
        EXPECT_EQ(kernel.error().kind, refused.kind) << kernel.error().message;
    }
}

TEST(Diagnostics, EachHasACodeOfItsOwn) {
    std::set<std::string> codes;
    for (const DiagnosticKind* kind : lowering_diagnostics()) {
        EXPECT_TRUE(std::string_view(kind->code).starts_with("NN07"));
        EXPECT_TRUE(codes.insert(kind->code).second);
        EXPECT_GT(std::string_view(kind->explanation).size(), 100U);
    }
}

}  // namespace
}  // namespace nncc
