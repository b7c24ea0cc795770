// Convolutions, pools, windows and paddings against plain loops over every index.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "program.h"

namespace nncc::testing {

namespace {

using Ints = std::vector<std::int64_t>;

double at(const Array& array, const Ints& index) {
    std::int64_t offset = 0;
    for (std::size_t axis = 0; axis < index.size(); ++axis) {
        if (index[axis] < 0 || index[axis] >= array.extents[axis]) return 0;
        offset = offset * array.extents[axis] + index[axis];
    }
    return array.elements[static_cast<std::size_t>(offset)];
}

// An array of those extents, each element by its index, in row-major order.
Array made(Ints extents, const std::function<double(const Ints&)>& element) {
    Array array{extents, {}};
    std::int64_t count = 1;
    for (std::int64_t extent : extents) count *= extent;
    for (std::int64_t k = 0; k < count; ++k) {
        Ints index(extents.size());
        std::int64_t rest = k;
        for (std::size_t axis = extents.size(); axis-- > 0;) {
            index[axis] = rest % extents[axis];
            rest /= extents[axis];
        }
        array.elements.push_back(element(index));
    }
    return array;
}

struct Plane {  // one of two axes
    std::int64_t stride = 1, low = 0, high = 0, dilation = 1, spread = 1;
    std::int64_t places(std::int64_t extent, std::int64_t kernel) const {
        return ((extent - 1) * spread + 1 + low + high - (kernel - 1) * dilation - 1) / stride + 1;
    }
    // Where in x element k of place p lies; -1 between and beside its elements.
    std::int64_t source(std::int64_t p, std::int64_t k) const {
        const std::int64_t q = p * stride + k * dilation - low;
        return q >= 0 && q % spread == 0 ? q / spread : -1;
    }
};

// Six nested loops.
Array convolved(const Array& x, const Array& w, const Plane& rows, const Plane& columns, std::int64_t groups) {
    const std::int64_t inner = w.extents[2], run = w.extents[3] / groups;
    return made(
        {x.extents[0], rows.places(x.extents[1], w.extents[0]), columns.places(x.extents[2], w.extents[1]),
         w.extents[3]},
        [&](const Ints& i) {
            double sum = 0;
            for (std::int64_t k = 0; k < w.extents[0]; ++k) {
                for (std::int64_t l = 0; l < w.extents[1]; ++l) {
                    for (std::int64_t c = 0; c < inner; ++c) {
                        sum += at(x, {i[0], rows.source(i[1], k), columns.source(i[2], l), i[3] / run * inner + c}) *
                               at(w, {k, l, c, i[3]});
                    }
                }
            }
            return sum;
        });
}

TEST(Convolution, IsASumOverKernelAndChannels) {
    struct Case {
        Plane rows, columns;
        std::int64_t groups;
        std::string arguments;
    };
    const std::vector<Case> cases = {
        {{}, {}, 1, ""},
        {{2, 1, 2}, {1, 0, 1}, 1, ", stride = [2, 1], padding = [[1, 2], [0, 1]]"},
        {{1, -1, 2, 2}, {3, 2, -2}, 1, ", stride = [1, 3], padding = [[-1, 2], [2, -2]], dilation = [2, 1]"},
        {{1, 2, 2, 1, 2}, {1, 1, 1, 1, 3}, 1, ", padding = [2, 1], x_dilation = [2, 3]"},
        {{2, 1, 1}, {2, 1, 1}, 2, ", stride = 2, padding = 1, groups = 2"},
        {{1, 1, 1}, {1, 1, 1}, 4, ", padding = 1, groups = 4"},
    };
    const Array x = random_array({2, 6, 5, 4}, -1, 1, 1);
    for (const Case& c : cases) {
        const Array w = random_array({3, 2, 4 / c.groups, 8}, -1, 1, 2);
        const std::string text =
            fmt::format("model m(x: f32[batch, 6, 5, 4], w: f32[3, 2, {}, 8]) {{ convolution(x, w{}) }}", 4 / c.groups,
                        c.arguments);
        TestProgram program(text);
        ASSERT_TRUE(program.is_valid()) << text;
        const Array result = program.run("forward", {{"x", x}, {"w", w}})["output"];
        const Array expected = convolved(x, w, c.rows, c.columns, c.groups);
        EXPECT_EQ(result.extents, expected.extents) << text;
        expect_near(result.elements, expected.elements);
    }
}

// Scattered: each element of x adds a kernel to the places it reaches.
TEST(Convolution, TransposedOnesAddKernels) {
    TestProgram program(
        "model m(x: f32[batch, 3, 2, 2]) { conv_transpose2d(x, 3, kernel = [3, 2], stride = 2, bias = false) }");
    ASSERT_TRUE(program.is_valid());
    const Array x = random_array({2, 3, 2, 2}, -1, 1, 1), w = random_array({3, 2, 2, 3}, -1, 1, 2);
    program.storages()["conv_transpose2d_1.w"] = w;
    const Array expected = made({2, 7, 4, 3}, [&](const Ints& i) {
        double sum = 0;
        for (std::int64_t p = 0; p < 3; ++p) {
            for (std::int64_t q = 0; q < 2; ++q) {
                for (std::int64_t c = 0; c < 2; ++c) {
                    const std::int64_t k = i[1] - 2 * p, l = i[2] - 2 * q;
                    if (k >= 0 && l >= 0) sum += at(x, {i[0], p, q, c}) * at(w, {k, l, c, i[3]});
                }
            }
        }
        return sum;
    });
    const Array result = program.run("forward", {{"x", x}})["output"];
    EXPECT_EQ(result.extents, expected.extents);
    expect_near(result.elements, expected.elements);
}

// Keras' formulas for the places of a transposed convolution, by the padding that makes them.
TEST(Convolution, TransposedPaddingMakesTheirPlaces) {
    for (std::int64_t span : {1, 2, 3, 4, 5}) {
        for (std::int64_t stride : {1, 2, 3}) {
            for (const std::string padding : {"valid", "same"}) {
                const std::vector<double> widths = forward(
                    fmt::format("model m(x: f32[batch, 1]) {{ let [a, b] = transposed_widths({0}, {1}, \"{2}\")\n"
                                "let [c] = transposed_padding([{0}], [{1}], [1], \"{2}\", 1)\n"
                                "[a + 0.0, b + 0.0, c[0] + 0.0, c[1] + 0.0] * sum(x) }}",
                                span, stride, padding),
                    {{"x", {{1, 1}, {1}}}});
                ASSERT_EQ(widths.size(), 4U);
                EXPECT_EQ(widths[0], widths[2]);
                EXPECT_EQ(widths[1], widths[3]);
                const auto padded = static_cast<std::int64_t>(widths[0] + widths[1]);
                const std::int64_t places = 4 * stride + 1 + padded - span + 1;  // of five elements
                EXPECT_EQ(places, padding == "same" ? 5 * stride : 4 * stride + std::max(span, stride));
            }
        }
    }
}

TEST(Window, HoldsTheElementsOfEachPlace) {
    const Array x = random_array({2, 7, 5, 3}, -1, 1, 1);
    TestProgram program(
        "model m(x: f32[batch, 7, 5, 3]) { window(x, [3, 2], stride = [2, 1], dilation = [1, 3], padding = [[1, 0], "
        "[0, 2]], value = 9) }");
    const Array result = program.run("forward", {{"x", x}})["output"];
    const Array expected = made({2, 3, 4, 3, 2, 3}, [&](const Ints& i) {
        const std::int64_t row = i[1] * 2 + i[3] - 1, column = i[2] + i[4] * 3;
        return row < 0 || column > 4 ? 9 : at(x, {i[0], row, column, i[5]});
    });
    EXPECT_EQ(result.extents, expected.extents);
    expect_near(result.elements, expected.elements);
}

TEST(Window, OverlapAddPutsThemBack) {
    const Array x = random_array({2, 4, 3, 2}, -1, 1, 1);  // four places of three elements
    TestProgram program("model m(x: f32[batch, 4, 3, 2]) -> f32[batch, 10, 2] { overlap_add(x, [10], stride = 2) }");
    const Array expected = made({2, 10, 2}, [&](const Ints& i) {
        double sum = 0;
        for (std::int64_t p = 0; p < 4; ++p) sum += i[1] - 2 * p < 3 ? at(x, {i[0], p, i[1] - 2 * p, i[2]}) : 0;
        return sum;
    });
    expect_near(program.run("forward", {{"x", x}})["output"].elements, expected.elements);
}

TEST(Pool, TakesTheLargestOrTheMeanOfEachWindow) {
    const Array x = random_array({2, 5, 4, 3}, -1, 1, 1);
    for (const bool largest : {true, false}) {
        TestProgram program(
            fmt::format("model m(x: f32[batch, 5, 4, 3]) {{ {}(x, 2, stride = [1, 2], padding = \"same\") }}",
                        largest ? "max_pool" : "average_pool"));
        const Array expected = made({2, 5, 2, 3}, [&](const Ints& i) {
            double best = -1e30, sum = 0, count = 0;
            for (std::int64_t row = i[1]; row < std::min<std::int64_t>(i[1] + 2, 5); ++row) {
                for (std::int64_t column = 2 * i[2]; column < 2 * i[2] + 2; ++column) {
                    best = std::max(best, at(x, {i[0], row, column, i[3]}));
                    sum += at(x, {i[0], row, column, i[3]});
                    ++count;
                }
            }
            return largest ? best : sum / count;
        });
        expect_near(program.run("forward", {{"x", x}})["output"].elements, expected.elements);
    }
    EXPECT_EQ(forward("model m(x: f32[batch, 2, 1]) { global_max_pool(x) - global_average_pool(x) }",
                      {{"x", {{1, 2, 1}, {1, 5}}}}),
              std::vector<double>{2});
    expect_near(forward("model m(x: f32[batch, 4, 1]) { let s = pool_stride([2], 0, 1)\nlet a = "
                        "pool_axes(rank(x))\nmean(window(x, 2, s), axis = a) }",
                        {{"x", {{1, 4, 1}, {1, 2, 3, 5}}}}),
                {1.5, 4});
}

TEST(Pad, ByModesOfItsOwnElements) {
    const Array x{{1, 4}, {1, 2, 3, 4}};
    const std::vector<std::pair<std::string, std::vector<double>>> modes = {{"reflect", {3, 2, 1, 2, 3, 4, 3, 2, 1}},
                                                                            {"symmetric", {2, 1, 1, 2, 3, 4, 4, 3, 2}},
                                                                            {"edge", {1, 1, 1, 2, 3, 4, 4, 4, 4}},
                                                                            {"wrap", {3, 4, 1, 2, 3, 4, 1, 2, 3}}};
    for (const auto& [mode, expected] : modes)
        expect_near(forward(fmt::format("model m(x: f32[1, 4]) {{ pad(x, [[0, 0], [2, 3]], mode = \"{}\") }}", mode),
                            {{"x", x}}),
                    expected);
}

TEST(PerAxis, RepeatsOneNumber) {
    expect_near(forward("model m(x: f32[batch, 1]) { let [a, b] = per_axis(3, 2)\nlet [c, d] = per_axis([4, 5], 2)\n[a "
                        "+ 0.0, b, c, d] * sum(x) }",
                        {{"x", {{1, 1}, {1}}}}),
                {3, 3, 4, 5});
}

}  // namespace

}  // namespace nncc::testing
