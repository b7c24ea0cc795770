// Graphs in text form that a rule about operands, attributes or shapes refuses: one for each kind of diagnostic.
#include <gtest/gtest.h>

#include "graph/diagnostic_kinds.h"
#include "graph/graph.h"

namespace nncc {
namespace {

struct Refused {
    const DiagnosticKind* kind;
    std::string lines;  // after %0, f32[2, 3], and %1, i32[4]
};

TEST(GraphKinds, EachIsReported) {
    const std::vector<Refused> cases = {
        {&kOperandCount, "%2 = add(%0)"},
        {&kAttributeWrong, "%2 = window(%0) {axes = [], dilation = [], kernel = [], stride = []}"},
        {&kDTypeDiffers, "%2 = cast(%0) {dtype = i32}\n%3 = add(%0, %2)"},
        {&kDTypeUnsupported, "%2 = exp(%1)"},
        {&kShapeDiffers, "%2 = transpose(%0) {permutation = [1, 0]}\n%3 = add(%0, %2)"},
        {&kAxisWrong, "%2 = gather(%0, %1) {axis = 2, batch_axes = 0}"},
        {&kExtentWrong, "%2 = window(%0) {axes = [0], dilation = [1], kernel = [3], stride = [1]}"},
        {&kCannotBroadcast, "%2 = broadcast(%0) {axes = [0, 1], shape = [2, 4]}"},
        {&kCannotReshape, "%2 = reshape(%0) {shape = [5]}"},
        {&kCannotContract, "%2 = einsum(%0, %0) {equation = \"ij,jk->ik\"}"},
        {&kConstantWrong, "%2 = constant() {type = f32[3], value = [1, 2]}"},
        {&kBodyWrong,
         "%2 = group(%0) {kind = \"loop\"} graph b {\n%0 = argument() {index = 0, type = f32[]}\nreturn %0 }"},
        {&kTooLarge, "%2 = broadcast(%0) {axes = [1, 2], shape = [9223372036854775807, 2, 3]}"},
        {&kCannotConvolve,
         "%2 = convolution(%0, %0) {batch_groups = 1, groups = 1, high = [0], low = [0], strides = [1], w_dilation = "
         "[1], "
         "x_dilation = [1]}"},
        {&kGraphSyntax, "%2 = add(%0, %0"},
        {&kGraphInvalid, "%2 = input() {name = \"x\", type = f32[3]}"},
    };
    for (const Refused& refused : cases) {
        const Expected<Graph> graph = parse_graph(
            "graph g {\n%0 = input() {name = \"x\", type = f32[2, 3]}\n%1 = input() {name = \"n\", type = i32[4]}\n" +
            refused.lines + "\n}");
        ASSERT_FALSE(graph) << refused.lines;
        EXPECT_EQ(graph.error().kind, refused.kind)
            << refused.lines << ": " << graph.error().kind->code << ", " << graph.error().message;
    }
    EXPECT_EQ(cases.size(), graph_diagnostics().size());
}

}  // namespace
}  // namespace nncc
