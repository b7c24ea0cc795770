// The plan's verifier catches broken plans; stores, outputs and copies end up where they belong.
#include <gtest/gtest.h>

#include "mlp.h"
#include "passes/diagnostic_kinds.h"
#include "passes/fuse.h"
#include "passes/plan_memory.h"

namespace nncc::testing {
namespace {

Plan planned(const std::string& body, const DimBindings& dims = {}, FuseLevel level = FuseLevel::kFull) {
    Expected<Graph> graph = parse_graph("graph g {\n" + body + "}\n");
    EXPECT_TRUE(graph) << (graph ? "" : graph.error().message);
    Expected<Plan> plan = plan_memory(fuse(*graph, level), dims);
    EXPECT_TRUE(plan) << (plan ? "" : plan.error().message);
    EXPECT_EQ(verify(*plan, dims), std::nullopt) << print_plan(*plan);
    return *plan;
}

// x @ w @ w: three buffers, of which two live at once.
const std::string kChain =
    "%0 = input() {name = \"x\", type = f32[4, 4]} : f32[4, 4]\n"
    "%1 = storage() {name = \"w\", storage_kind = \"param\", type = f32[4, 4]} : f32[4, 4]\n"
    "%2 = einsum(%0, %1) {equation = \"ij,jk->ik\"} : f32[4, 4]\n"
    "%3 = einsum(%2, %1) {equation = \"ij,jk->ik\"} : f32[4, 4]\n"
    "%4 = einsum(%3, %2) {equation = \"ij,jk->ik\"} : f32[4, 4]\n"
    "%5 = subtract(%1, %4) : f32[4, 4]\n"
    "%6 = store(%5) {name = \"w\"}\n"
    "return out = %3\n";

bool mentions(const std::optional<std::string>& problem, std::string_view word) {
    return problem && problem->find(word) != std::string::npos;
}

TEST(PlanVerifier, CatchesOverlap) {
    Plan plan = planned(
        "%0 = input() {name = \"x\", type = f32[64]} : f32[64]\n"
        "%1 = cumulative(%0) {axis = 0, kind = \"sum\", reverse = false} : f32[64]\n"
        "%2 = cumulative(%1) {axis = 0, kind = \"sum\", reverse = false} : f32[64]\n"
        "%3 = cumulative(%2) {axis = 0, kind = \"sum\", reverse = false} : f32[64]\nreturn out = %3\n");
    EXPECT_EQ(plan.arena_bytes, 512);
    for (Buffer& buffer : plan.buffers) buffer.offset = 0;
    EXPECT_TRUE(mentions(verify(plan, {}), "overlap"));
}

// Rows of a storage are written where they are, and what reads them afterwards reads the storage.
TEST(PlanMemory, ChangesAStorageInPlace) {
    const std::string changed =
        "%0 = input() {name = \"x\", type = f32[2, 4]} : f32[2, 4]\n"
        "%1 = input() {name = \"start\", type = i32[]} : i32[]\n"
        "%2 = storage() {name = \"c\", storage_kind = \"stream\", type = f32[64, 4]} : f32[64, 4]\n"
        "%3 = overwrite(%2, %0, %1) {axis = 0} : f32[64, 4]\n"
        "%4 = store(%3) {name = \"c\"}\n"
        "%5 = einsum(%0, %3) {equation = \"ij,kj->ik\"} : f32[2, 64]\n";
    const Plan plan = planned(changed + "return out = %5\n");
    EXPECT_EQ(plan.launches.size(), 2U) << print_plan(plan);
    EXPECT_EQ(plan.arena_bytes, 0) << print_plan(plan);
    // Who reads the old value runs before.
    const Plan both = planned(changed +
                              "%6 = einsum(%0, %2) {equation = \"ij,kj->ik\"} : f32[2, 64]\n"
                              "%7 = subtract(%5, %6) : f32[2, 64]\nreturn out = %7\n");
    EXPECT_LE(both.arena_bytes, 1024) << print_plan(both);
}

TEST(PlanVerifier, CatchesReadBeforeWrite) {
    Plan plan = planned(kChain);
    std::swap(plan.launches[0], plan.launches[1]);
    EXPECT_TRUE(mentions(verify(plan, {}), "before it is written"));
}

TEST(PlanVerifier, CatchesStoreBeforeReader) {
    // The reader of the old w does not depend on what replaces it.
    Plan plan = planned(
        "%0 = input() {name = \"x\", type = f32[4, 4]} : f32[4, 4]\n"
        "%1 = storage() {name = \"w\", storage_kind = \"param\", type = f32[4, 4]} : f32[4, 4]\n"
        "%2 = einsum(%0, %1) {equation = \"ij,jk->ik\"} : f32[4, 4]\n"
        "%3 = einsum(%0, %0) {equation = \"ij,jk->ik\"} : f32[4, 4]\n"
        "%4 = subtract(%1, %3) : f32[4, 4]\n"
        "%5 = store(%4) {name = \"w\"}\nreturn out = %2\n");
    ASSERT_EQ(plan.launches.size(), 2U);
    std::swap(plan.launches[0], plan.launches[1]);
    EXPECT_TRUE(mentions(verify(plan, {}), "after its store"));
}

TEST(PlanVerifier, CatchesWrongPlaceAndMissingLaunch) {
    Plan plan = planned(kChain);
    Plan misplaced = plan;
    for (Buffer& buffer : misplaced.buffers) {
        if (buffer.place == Place::kOutput) buffer.place = Place::kArena;
    }
    EXPECT_TRUE(verify(misplaced, {}).has_value());
    Plan shorter = plan;
    shorter.launches.pop_back();
    EXPECT_TRUE(mentions(verify(shorter, {}), "never launched"));
    Plan small = plan;
    small.arena_bytes = 0;
    EXPECT_TRUE(small.buffers.empty() || verify(small, {}).has_value() || plan.arena_bytes == 0);
    Plan tight = plan;
    for (Buffer& buffer : tight.buffers) buffer.bytes = 4;
    EXPECT_TRUE(mentions(verify(tight, {}), "does not fit"));
}

TEST(PlanVerifier, CatchesLifetimeThatEndsEarly) {
    Plan plan = planned(
        "%0 = input() {name = \"x\", type = f32[64]} : f32[64]\n"
        "%1 = cumulative(%0) {axis = 0, kind = \"sum\", reverse = false} : f32[64]\n"
        "%2 = cumulative(%1) {axis = 0, kind = \"sum\", reverse = false} : f32[64]\nreturn out = %2\n");
    for (Buffer& buffer : plan.buffers) {
        if (buffer.place == Place::kArena) buffer.last = buffer.first;
    }
    EXPECT_TRUE(mentions(verify(plan, {}), "lifetime"));
}

TEST(Plan, UpdateOfTransposedReaderIsACopy) {
    // w ← w + wᵀ reads other elements than it writes.
    const Plan plan = planned(
        "%0 = storage() {name = \"w\", storage_kind = \"state\", type = f32[4, 4]} : f32[4, 4]\n"
        "%1 = transpose(%0) {permutation = [1, 0]} : f32[4, 4]\n"
        "%2 = add(%0, %1) : f32[4, 4]\n%3 = store(%2) {name = \"w\"}\n");
    EXPECT_EQ(plan.launches.size(), 2U);
    EXPECT_EQ(plan.arena_bytes, 64);
}

TEST(Plan, WhatIsAlsoReadBackwardIsNotOverwritten) {
    // %5 adds %1 and its reverse, which it reads through a reshape of the same buffer.
    const Plan plan = planned(
        "%0 = input() {name = \"x\", type = f32[16, 1]} : f32[16, 1]\n"
        "%1 = cumulative(%0) {axis = 0, kind = \"sum\", reverse = false} : f32[16, 1]\n"
        "%2 = reshape(%1) {shape = [16]} : f32[16]\n"
        "%3 = slice(%2) {start = [15], step = [-1], stop = [-1]} : f32[16]\n"
        "%4 = broadcast(%3) {axes = [0], shape = [16, 1]} : f32[16, 1]\n"
        "%5 = add(%1, %4) : f32[16, 1]\n"
        "%6 = cumulative(%5) {axis = 0, kind = \"sum\", reverse = false} : f32[16, 1]\nreturn out = %6\n");
    EXPECT_EQ(plan.arena_bytes, 128);
}

TEST(Plan, UpdateInPlaceIsOneLaunch) {
    const Plan plan = planned(
        "%0 = storage() {name = \"w\", storage_kind = \"state\", type = f32[4, 4]} : f32[4, 4]\n"
        "%1 = exp(%0) : f32[4, 4]\n%2 = store(%1) {name = \"w\"}\n");
    EXPECT_EQ(plan.launches.size(), 1U);
    EXPECT_EQ(plan.arena_bytes, 0);
}

TEST(Plan, SwapOfTwoStoragesKeepsBoth) {
    const std::string body =
        "%0 = storage() {name = \"a\", storage_kind = \"state\", type = f32[4]} : f32[4]\n"
        "%1 = storage() {name = \"b\", storage_kind = \"state\", type = f32[4]} : f32[4]\n"
        "%2 = exp(%0) : f32[4]\n%3 = exp(%1) : f32[4]\n"
        "%4 = store(%3) {name = \"a\"}\n%5 = store(%2) {name = \"b\"}\n";
    for (FuseLevel level : {FuseLevel::kIsolate, FuseLevel::kFull}) planned(body, {}, level);
}

TEST(Plan, PlainSwapOfTwoStorages) {
    // Nothing is computed: both are copies, and the second reads what the first has overwritten.
    const std::string body =
        "%0 = storage() {name = \"a\", storage_kind = \"state\", type = f32[4]} : f32[4]\n"
        "%1 = storage() {name = \"b\", storage_kind = \"state\", type = f32[4]} : f32[4]\n"
        "%2 = store(%1) {name = \"a\"}\n%3 = store(%0) {name = \"b\"}\n";
    for (FuseLevel level : {FuseLevel::kIsolate, FuseLevel::kFull}) planned(body, {}, level);
}

TEST(Plan, EqualConstantsFillTwoStorages) {
    const Plan plan = planned(
        "%0 = constant() {type = f32[4], value = 0} : f32[4]\n%1 = store(%0) {name = \"a\"}\n"
        "%2 = store(%0) {name = \"b\"}\n");
    EXPECT_EQ(plan.launches.size(), 2U);
    EXPECT_EQ(plan.arena_bytes, 0);
}

TEST(Plan, OneValueInTwoPlacesIsCopied) {
    const Plan plan = planned(
        "%0 = input() {name = \"x\", type = f32[4]} : f32[4]\n%1 = exp(%0) : f32[4]\n"
        "%2 = store(%1) {name = \"a\"}\nreturn out = %1, again = %1\n");
    EXPECT_EQ(plan.launches.size(), 3U);
}

TEST(Plan, BoundedDimensionsArePlannedForTheBound) {
    const DimBindings dims = {{"time", {512, true}}};
    const Plan plan = planned(
        "%0 = input() {name = \"x\", type = f32[time, 4]} : f32[time, 4]\n"
        "%1 = cumulative(%0) {axis = 0, kind = \"sum\", reverse = false} : f32[time, 4]\n"
        "%2 = cumulative(%1) {axis = 0, kind = \"sum\", reverse = false} : f32[time, 4]\nreturn out = %2\n",
        dims);
    EXPECT_EQ(plan.arena_bytes, 512 * 4 * 4);
}

TEST(Plan, FreeDimensionIsRefused) {
    Expected<Graph> graph = parse_graph(
        "graph g {\n%0 = input() {name = \"x\", type = f32[batch]} : f32[batch]\n%1 = exp(%0) : f32[batch]\n"
        "return out = %1\n}\n");
    ASSERT_TRUE(graph);
    const Expected<Plan> plan = plan_memory(fuse(*graph, FuseLevel::kFull), {});
    ASSERT_FALSE(plan);
    EXPECT_STREQ(plan.error().kind->code, "NN0742");
}

TEST(Plan, SoftmaxIsFourLaunchesWithoutTheMiddleOne) {
    const Plan plan = planned(
        "%0 = input() {name = \"x\", type = f32[4, 10]} : f32[4, 10]\n"
        "%1 = reduce_max(%0) {axes = [1]} : f32[4]\n"
        "%2 = broadcast(%1) {axes = [0], shape = [4, 10]} : f32[4, 10]\n"
        "%3 = subtract(%0, %2) : f32[4, 10]\n%4 = exp(%3) : f32[4, 10]\n"
        "%5 = reduce_sum(%4) {axes = [1]} : f32[4]\n"
        "%6 = broadcast(%5) {axes = [0], shape = [4, 10]} : f32[4, 10]\n"
        "%7 = divide(%4, %6) : f32[4, 10]\nreturn out = %7\n");
    EXPECT_LE(plan.launches.size(), 4U) << print_plan(plan);
}

// Found by random graphs: the sum over an axis of extent 1 has as many elements as the storage that it replaces, but is
// no element-by-element function of it.
TEST(Plan, AReductionThatReplacesWhatItReadsIsALaunchOfItsOwn) {
    const Plan plan = planned(
        "%0 = storage() {name = \"w\", storage_kind = \"state\", type = f32[8, 1]} : f32[8, 1]\n"
        "%1 = tanh(%0) : f32[8, 1]\n"
        "%2 = reduce_sum(%1) {axes = [1]} : f32[8]\n"
        "%3 = reshape(%2) {shape = [8, 1]} : f32[8, 1]\n"
        "%4 = store(%3) {name = \"w\"}\n"
        "return out = %2\n");
    EXPECT_EQ(plan.launches.size(), 3U) << print_plan(plan);  // tanh, the sum into w, a copy of it into out
}

TEST(Plan, AnArenaBeyondAllMemoryIsRefused) {
    const Expected<Graph> graph = parse_graph(
        "graph g {\n%0 = input() {name = \"x\", type = f64[4194304]}\n"
        "%1 = broadcast(%0) {axes = [0], shape = [4194304, 4194304]}\n"
        "%2 = cumulative(%1) {axis = 1, kind = \"sum\", reverse = false}\n"
        "%3 = cumulative(%2) {axis = 0, kind = \"sum\", reverse = false}\n"
        "%4 = reduce_sum(%3) {axes = [0, 1]}\nreturn out = %4\n}\n");
    ASSERT_TRUE(graph) << graph.error().message;
    const Expected<Plan> plan = plan_memory(fuse(*graph, FuseLevel::kFull), {});
    ASSERT_FALSE(plan);
    EXPECT_EQ(plan.error().kind, &kArenaTooLarge) << plan.error().message;
}

}  // namespace
}  // namespace nncc::testing
