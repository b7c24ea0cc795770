// Extents as polynomials: normal form, exact division, binding, bounds, text.
#include "graph/dim.h"

#include <gtest/gtest.h>

namespace nncc {
namespace {

Dim dim(std::string_view text) {
    std::optional<Dim> result = parse_dim(text);
    EXPECT_TRUE(result) << text;
    return result.value_or(Dim());
}

TEST(Dim, TextIsNormalForm) {
    EXPECT_EQ(dim("units*4").text(), "4*units");
    EXPECT_EQ(dim("1 + 2*time").text(), "2*time+1");
    EXPECT_EQ(dim("b*a*a - 3 + a").text(), "a+a*a*b-3");
    EXPECT_EQ(dim("time-time").text(), "0");
    EXPECT_EQ(dim("-n").text(), "-n");
    for (const char* text : {"4*units", "2*time+1", "batch", "0", "-3", "a+a*a*b-3", "layer.n*2-m"}) {
        EXPECT_EQ(dim(dim(text).text()), dim(text)) << text;
    }
}

TEST(Dim, RefusesWhatIsNoExtent) {
    for (const char* text : {"", "+", "4*", "*a", "a b", "a/2", "9223372036854775808", "a--b", "2a", "(a)"}) {
        EXPECT_FALSE(parse_dim(text)) << text;
    }
    EXPECT_FALSE(parse_dim("9223372036854775807+1"));
    EXPECT_FALSE(parse_dim(std::string(100'000, 'a')));
}

TEST(Dim, DividesExactlyOrNotAtAll) {
    EXPECT_EQ(Dim::divide(dim("12*units"), 4), dim("3*units"));
    EXPECT_EQ(Dim::divide(dim("a*b+a"), dim("b+1")), dim("a"));
    EXPECT_EQ(Dim::divide(dim("a*a-b*b"), dim("a-b")), dim("a+b"));
    EXPECT_EQ(Dim::divide(dim("a*a*b+2*a*b*b+b*b*b"), dim("a+b")), dim("a*b+b*b"));
    EXPECT_EQ(Dim::divide(dim("units"), 4), std::nullopt);
    EXPECT_EQ(Dim::divide(dim("a*b+1"), dim("b")), std::nullopt);
    EXPECT_EQ(Dim::divide(dim("units"), 0), std::nullopt);
    EXPECT_EQ(Dim::divide(INT64_MIN, -1), std::nullopt);
}

TEST(Dim, OverflowIsNoValue) {
    const Dim large = INT64_MAX;
    EXPECT_EQ(Dim::add(large, 1), std::nullopt);
    EXPECT_EQ(Dim::multiply(large, 2), std::nullopt);
    EXPECT_EQ(Dim::subtract(0, INT64_MIN), std::nullopt);
    EXPECT_EQ(element_count({large, large}), std::nullopt);
    EXPECT_EQ(element_count({large, Dim(0)}), Dim(0));
}

TEST(Dim, BindsFreeNamesAndKeepsBoundedOnes) {
    const DimBindings bindings = {{"batch", {32, false}}, {"time", {512, true}}};
    EXPECT_EQ(dim("batch*4").bind(bindings), Dim(128));
    EXPECT_EQ(dim("batch*time+batch").bind(bindings), dim("32*time+32"));
    EXPECT_EQ(dim("other").bind(bindings), dim("other"));
    EXPECT_EQ(dim("2*time+1").bound(bindings), 1025);
    EXPECT_EQ(dim("7-time").bound(bindings), 7);
    EXPECT_EQ(dim("other").bound(bindings), std::nullopt);
    EXPECT_EQ(dim("time*batch-3").value({{"time", 5}, {"batch", 2}}), 7);
    EXPECT_EQ(dim("time").value({}), std::nullopt);
}

}  // namespace
}  // namespace nncc
