// argsort, argmax, cumulative, gather, scatter_add and strided copies against the obvious loops.
#include <gtest/gtest.h>
#include <nncc/index.h>
#include <nncc/sort.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <random>
#include <vector>

namespace nncc {
namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

TEST(Sort, StableWithNanLast) {
    std::mt19937 random(5);
    for (int count = 0; count < 70; ++count) {
        std::vector<float> x;
        for (int i = 0; i < count; ++i) x.push_back(random() % 7 == 0 ? kNan : static_cast<float>(random() % 9) - 4);
        std::vector<int> expected(x.size()), order(x.size()), scratch(2 * x.size());
        std::iota(expected.begin(), expected.end(), 0);
        std::stable_sort(expected.begin(), expected.end(), [&](int a, int b) {
            const float p = x[static_cast<std::size_t>(a)], q = x[static_cast<std::size_t>(b)];
            return std::isnan(q) ? !std::isnan(p) : p < q;
        });
        argsort(x.data(), count, order.data(), scratch.data());
        EXPECT_EQ(order, expected);
        // every third element, written to every second place
        std::vector<float> spread(3 * x.size());
        for (std::size_t i = 0; i < x.size(); ++i) spread[3 * i] = x[i];
        std::vector<int> wide(2 * x.size(), -1);
        argsort(spread.data(), 3, count, wide.data(), 2, scratch.data());
        for (std::size_t i = 0; i < x.size(); ++i) EXPECT_EQ(wide[2 * i], expected[i]);
    }
}

TEST(Sort, ArgmaxTakesTheFirst) {
    const float x[6] = {1, 3, 2, 3, 3, 0}, y[4] = {1, kNan, 5, kNan};
    const int z[5] = {-5, -7, -5, -2, -2};
    EXPECT_EQ(argmax(x, 1, 6), 1);
    EXPECT_EQ(argmax(x, 2, 3), 2);
    EXPECT_EQ(argmax(y, 1, 4), 1);
    EXPECT_EQ(argmax(z, 1, 5), 3);
}

TEST(Sort, Cumulative) {
    const float x[4] = {1, 3, 2, 4};
    float out[4];
    cumulative<Sum>(x, 1, out, 1, 4, false);
    EXPECT_EQ(std::vector<float>(out, out + 4), (std::vector<float>{1, 4, 6, 10}));
    cumulative<Sum>(x, 1, out, 1, 4, true);
    EXPECT_EQ(std::vector<float>(out, out + 4), (std::vector<float>{10, 9, 6, 4}));
    cumulative<Max>(x, 1, out, 1, 4, false);
    EXPECT_EQ(std::vector<float>(out, out + 4), (std::vector<float>{1, 3, 3, 4}));
    cumulative<Product>(x, 2, out, 2, 2, true);
    EXPECT_EQ(out[0], 2);
    EXPECT_EQ(out[2], 2);
}

TEST(Index, GatherAndScatterAdd) {
    const float table[6] = {1, 2, 3, 4, 5, 6};
    const int indices[5] = {2, 0, -1, 3, 2};
    float rows[10];
    gather(table, 3, indices, 5, 2, rows);
    EXPECT_EQ(rows[0], 5);
    EXPECT_EQ(rows[3], 2);
    EXPECT_TRUE(std::isnan(rows[4]) && std::isnan(rows[5]) && std::isnan(rows[6]) && std::isnan(rows[7]));
    EXPECT_EQ(rows[9], 6);
    const float updates[10] = {1, 2, 3, 4, 100, 100, 100, 100, 5, 6};
    float sums[6] = {};
    scatter_add(indices, 5, updates, 2, sums, 3);
    EXPECT_EQ(std::vector<float>(sums, sums + 6), (std::vector<float>{3, 4, 0, 0, 6, 8}));
    const int numbers[3] = {7, 8, 9};
    int picked[2];
    const int outside[2] = {3, 1};
    gather(numbers, 3, outside, 2, 1, picked);
    EXPECT_EQ(picked[0], 0);
    EXPECT_EQ(picked[1], 8);
}

TEST(Index, StridedCopies) {
    std::vector<int> x(2 * 3 * 4), out(24, -1);
    std::iota(x.begin(), x.end(), 0);
    // [2, 3, 4] transposed to [4, 2, 3]
    copy_strided(x.data(), out.data(), CopyAxis{4, 1, 6}, CopyAxis{2, 12, 3}, CopyAxis{3, 4, 1});
    for (int a = 0; a < 4; ++a) {
        for (int b = 0; b < 2; ++b) {
            for (int c = 0; c < 3; ++c) EXPECT_EQ(out[static_cast<std::size_t>(6 * a + 3 * b + c)], 12 * b + 4 * c + a);
        }
    }
    // a reversed row, broadcast to two rows of a wider buffer
    std::vector<int> placed(2 * 6, -1);
    copy_strided(x.data() + 3, placed.data() + 1, CopyAxis{2, 0, 6}, CopyAxis{4, -1, 1});
    EXPECT_EQ(placed, (std::vector<int>{-1, 3, 2, 1, 0, -1, -1, 3, 2, 1, 0, -1}));
    copy_strided(x.data(), placed.data(), CopyAxis{2, 0, 6}, CopyAxis{0, 1, 1});
    EXPECT_EQ(placed[0], -1);
    copy_strided(x.data(), out.data(), CopyAxis{5, 1, 1});
    EXPECT_EQ(out[4], 4);
}

}  // namespace
}  // namespace nncc
