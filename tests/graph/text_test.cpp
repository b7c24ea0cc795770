// The text form: what is printed is read back; what is wrong is refused with its line; nothing crashes the parser.
#include <gtest/gtest.h>

#include <cmath>

#include "graph/diagnostic_kinds.h"
#include "graph/print.h"
#include "graph/program.h"
#include "ops/build.h"
#include "ops/record.h"

namespace nncc {
namespace {

// Graphs as people write them: types and numbers may be left to the reader.
TEST(Text, ReadsWhatItPrints) {
    const std::string text = R"ir(graph forward {
    %0 = input() {name = "x", type = f32[batch, 8]} : f32[batch, 8]
    %1 = storage() {name = "dense_1.w", storage_kind = "param", type = f32[8, 4*units]} : f32[8, 4*units]
    %2 = einsum(%0, %1) {equation = "ab,bc->ac"} : f32[batch, 4*units]  @ "dense_1" "pima.nn:4" "dense(\"10\")"
    %3 = group(%2) {kind = "loop"} : f32[batch, 4*units], f32[batch, 4*units] graph body {
        %0 = argument() {index = 0, type = f32[batch, 4*units]} : f32[batch, 4*units]
        %1 = tanh(%0) : f32[batch, 4*units]
        %2 = constant() {type = f32[batch, 4*units], value = -inf} : f32[batch, 4*units]
        return %1, "a name" = %2
    }  @ "tanh_1" "" ""
    %4 = slice(%3.1) {start = [0, end], step = [1, -1], stop = [end, -1]} : f32[batch, 4*units]
    %5 = constant() {type = f64[3], value = [0.1, nan, -0]} : f64[3]
    %6 = store(%3) {name = "state"}
    return output = %4, "d dense_1.w" = %5
}
)ir";
    Expected<Graph> graph = parse_graph(text);
    ASSERT_TRUE(graph) << graph.error().message;
    EXPECT_EQ(print_graph(*graph), text);
    EXPECT_EQ(graph->outputs()[1].name, "d dense_1.w");
    EXPECT_EQ(graph->node(2).origin.expression, "dense(\"10\")");
}

TEST(Text, TypesMayBeLeftOutAndCommentsWritten) {
    Expected<Graph> graph =
        parse_graph("graph g { # a comment\n %7 = iota() {axis = 0, type = i32[3]}\n %9 = negate(%7) return y = %9 }");
    ASSERT_TRUE(graph) << graph.error().message;
    EXPECT_EQ(type_text(graph->type(graph->outputs()[0].value)), "i32[3]");
}

struct Wrong {
    const char* text;
    const char* message;
};

TEST(Text, RefusesWithTheLine) {
    const Wrong cases[] = {
        {"", "ir:1: `graph` expected, not the end"},
        {"graph g {\n%0 = nothing() }", "ir:2: there is no op `nothing`"},
        {"graph g {\n\n%0 = exp(%1) }", "ir:3: %1 is not defined before"},
        {"graph g {\n%0 = extent() {dimension = \"n\"}\n%1 = exp(%0) }",
         "ir:3: exp: this op needs floating-point numbers, not i32[]"},
        {"graph g {\n%0 = extent() {dimension = \"n\"} : f32[] }",
         "ir:2: extent gives i32[], which is not what is declared"},
        {"graph g {\n%0 = extent() {axis = 3} }", "ir:2: `extent` has no attribute `axis`"},
        {"graph g {\n%0 = extent() {dimension = 3} }", "ir:2: `\"` expected, not `3} }`"},
        {"graph g {\n%0 = extent() }", "ir:2: extent: `extent` needs the attribute `dimension`"},
        {"graph g {\n%0 = extent() {dimension = \"n\"}\n%1 = negate(%0.1) }", "ir:3: %0 has no result 1"},
        {"graph g {\n%0 = extent() {dimension = \"n\"}\n%0 = negate(%0) }",
         "ir:3: a node's number is taken, or names a result"},
        {"graph g {\n%0 = input() {name = \"x\", type = f32[-1]} }", "ir:2: input: f32[-1] has a negative extent"},
        {"graph g {\n%0 = input() {name = \"x\", type = f33[]} }", "ir:2: `f33` is no element type"},
        {"graph g {\n%0 = input() {name = \"x\", type = f32[99999999999, 99999999999]} }",
         "ir:2: input: f32[99999999999, 99999999999] does not fit in memory"},
        {"graph g {\n%0 = iota() {axis = 1, type = i32[3]} }",
         "ir:2: iota: axis 1 does not exist in a tensor of rank 1"},
        {"graph g {\n%0 = iota() {axis = 99999999999999999999, type = i32[3]} }",
         "ir:2: an integer expected, not `99999999999999999999`"},
        {"graph g {\n%0 = extent() {dimension = \"n\"} return a = %0, a = %0 }", "ir: two outputs are named `a`"},
        {"graph g {\n%0 = argument() {index = 0, type = f32[]} return a = %0 }",
         "ir: %0 = argument: `argument` outside a body"},
        {"graph g {\n%0 = extent() {dimension = \"n\"}\n%1 = group(%0) {kind = \"loop\"} graph b {\n%0 = argument() "
         "{index = 0, type = "
         "f32[]}\nreturn %0 } }",
         "ir:5: group: argument 0 of the body is f32[], the operand i32[]"},
        {"graph g {} x", "ir:1: something follows the graph"},
        {"graph g {\n%0 = input() {name = \"x\n", "ir:2: a text does not end on its line"},
    };
    for (const Wrong& wrong : cases) {
        Expected<Graph> graph = parse_graph(wrong.text);
        ASSERT_FALSE(graph) << wrong.text;
        EXPECT_EQ(graph.error().message, wrong.message) << wrong.text;
        EXPECT_TRUE(std::string_view(graph.error().kind->code).starts_with("NN02"));
    }
}

// What can be read node by node, but is no valid graph as a whole.
TEST(Verify, RefusesBrokenInvariants) {
    const std::string x = "%0 = input() {name = \"x\", type = f32[2]}\n";
    const Wrong cases[] = {
        {"%1 = input() {name = \"x\", type = f32[3]}", "ir: %1 = input: a second input named `x`"},
        {"%1 = store(%0) {name = \"w\"}\n%2 = store(%0) {name = \"w\"}", "ir: %2 = store: a second store named `w`"},
        {"%1 = group(%0) {kind = \"loop\"} graph b { %0 = input() {name = \"y\", type = f32[2]} return %0 }",
         "ir: %1 = group: %0 = input: `input` inside a body"},
        {"%1 = group(%0) {kind = \"loop\"} graph b { %0 = argument() {index = 0, type = f32[2]} "
         "%1 = store(%0) {name = \"w\"} return %0 }",
         "ir: %1 = group: %1 = store: `store` inside a body"},
        {"return a = %0, b = %0, a = %0", "ir: two outputs are named `a`"},
    };
    for (const Wrong& wrong : cases) {
        Expected<Graph> graph = parse_graph("graph g {\n" + x + wrong.text + "}");
        ASSERT_FALSE(graph) << wrong.text;
        EXPECT_EQ(graph.error().message, wrong.message);
        EXPECT_EQ(graph.error().kind, &kGraphInvalid);
    }
}

// Rules of bodies: what a scan sees and returns.
TEST(Verify, ScansFitTheirBodies) {
    auto error = [](const std::string& attributes, const std::string& body) {
        Expected<Graph> graph = parse_graph(
            "graph g { %0 = input() {name = \"x\", type = f32[time, 2]}\n%1 = input() {name = \"h\", "
            "type = f32[2]}\n%2 = scan(%0, %1) {" +
            attributes + "} graph b {" + body + "} return y = %2 }");
        return graph ? std::string() : graph.error().message;
    };
    const std::string fits = "%0 = argument() {index = 0, type = f32[2]} return y = %0, h = %0";
    EXPECT_EQ(error("axis = 0, carries = 1, reverse = false, sequences = 1", fits), "");
    EXPECT_EQ(error("axis = 2, carries = 1, reverse = false, sequences = 1", fits),
              "ir:3: scan: axis 2 does not exist in a tensor of rank 2");
    EXPECT_EQ(error("axis = 0, carries = 2, reverse = false, sequences = 1", fits),
              "ir:3: scan: 1 sequences and 2 carries do not fit 2 operands and a body of 2 results");
    EXPECT_EQ(error("axis = 0, carries = 1, reverse = false, sequences = 1",
                    "%0 = argument() {index = 0, type = f32[time, 2]} return y = %0, h = %0"),
              "ir:3: scan: argument 0 of the body is f32[time, 2], the operand f32[2]");
    EXPECT_EQ(
        error("axis = 0, carries = 1, reverse = false, sequences = 1",
              "%0 = argument() {index = 0, type = f32[2]} %1 = reduce_sum(%0) {axes = [0]} return y = %0, h = %1"),
        "ir:3: scan: a carry comes in as f32[2] and leaves as f32[]");
}

TEST(Text, DepthIsLimited) {
    std::string text = "graph g {";
    for (int i = 0; i < 5000; ++i) text += " %0 = group() {kind = \"\"} graph g {";
    Expected<Graph> graph = parse_graph(text);
    ASSERT_FALSE(graph);
    EXPECT_EQ(graph.error().message, "ir:1: bodies nest deeper than 16");
}

// Every single-byte edit of a valid text is read as a valid graph or refused.
TEST(Text, EditsNeverCrash) {
    const std::string text = R"(graph g {
    %0 = input() {name = "x", type = f32[batch, 2*n+8]} : f32[batch, 2*n+8]  @ "a\x01" "m.nn:1" ""
    %1 = constant() {type = i32[2], value = [3, -4]}
    %5 = constant() {type = f32[], value = 2.5e-1}
    %2 = iota() {axis = 0, type = f32[4, 3]}
    %3 = slice(%2) {start = [0, end], step = [1, -2], stop = [end, -1]}
    %4 = pad(%2, %5) {low = [1, 0], high = [0, 9], interior = [2, 0]}
    return output = %3
})";
    int accepted = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        for (char c : std::string_view("\0 9-%\"[]{}(),=.#ax\n\xff", 20)) {
            std::string edited = text;
            edited[i] = c;
            Expected<Graph> graph = parse_graph(edited);
            if (graph) {
                ++accepted;
                Expected<Graph> again = parse_graph(print_graph(*graph));
                ASSERT_TRUE(again) << again.error().message << "\n" << print_graph(*graph);
            } else {
                EXPECT_TRUE(graph.error().message.starts_with("ir:"));
            }
        }
        (void)parse_graph(text.substr(0, i));
        (void)parse_program(text.substr(i));
    }
    EXPECT_GT(accepted, 100);  // edits of numbers and names
}

TEST(Text, NumbersReadBackAsTheSameBits) {
    for (double x : {0.1, -0.0, 1e-310, 1.7976931348623157e308, 3.0, -2.5e-7}) {
        GraphBuilder b("g");
        b.output("x", scalar(b, x, DType::kF64));
        Graph graph = std::move(b).finish();
        Expected<Graph> read = parse_graph(print_graph(graph));
        ASSERT_TRUE(read);
        EXPECT_TRUE(*read == graph) << x;
    }
    EXPECT_EQ(number_text(0.1), "0.1");
    EXPECT_EQ(number_text(-0.0), "-0");
}

TEST(Text, NamesAreQuotedWhereTheyMustBe) {
    EXPECT_EQ(name_text("dense_1.w"), "dense_1.w");
    EXPECT_EQ(name_text("d w"), "\"d w\"");
    EXPECT_EQ(name_text("a\"\\\n\x01"), "\"a\\\"\\\\\\n\\x01\"");
    EXPECT_EQ(name_text(""), "\"\"");
    GraphBuilder b("*/ \"quoted\" \\ \n");
    b.output("#include", scalar(b, 1, DType::kF32));
    Graph graph = std::move(b).finish();
    Expected<Graph> read = parse_graph(print_graph(graph));
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_TRUE(*read == graph);
}

}  // namespace
}  // namespace nncc
