// Philox: published vectors, vector lanes against single numbers, and simple statistics.
#include <gtest/gtest.h>
#include <nncc/random_vector.h>

#include <cmath>
#include <vector>

namespace nncc {
namespace {

void expect_block(PhiloxBlock counter, u32 key0, u32 key1, PhiloxBlock expected) {
    const PhiloxBlock got = philox4x32(counter, key0, key1);
    for (int i = 0; i < 4; ++i) EXPECT_EQ(got.word[i], expected.word[i]) << i;
}

TEST(Random, KnownAnswersOfPhilox4x32With10Rounds) {
    expect_block({{0, 0, 0, 0}}, 0, 0, {{0x6627e8d5U, 0xe169c58dU, 0xbc57ac4cU, 0x9b00dbd8U}});
    constexpr u32 ones = 0xffffffffU;
    expect_block({{ones, ones, ones, ones}}, ones, ones, {{0x408f276dU, 0x41c83b0eU, 0xa20bc7c6U, 0x6d5451fdU}});
    expect_block({{0x243f6a88U, 0x85a308d3U, 0x13198a2eU, 0x03707344U}}, 0xa4093822U, 0x299f31d0U,
                 {{0xd16cfe09U, 0x94fdccebU, 0x5001e420U, 0x24126ea1U}});
}

TEST(Random, VectorsDrawTheSameNumbers) {
    const u64 seed = 0x123456789abcdef0U, step = 0xfedcba9876U;
    for (u32 first : {0U, 5U, 0x7ffffffcU, 0xfffffffdU}) {
        const auto eight = uniform24(seed, step, 3, first, Lanes<8, 8>{});
        const auto four = uniform24(seed, step, 3, first, Lanes<4, 4>{});
        const auto one = uniform24(seed, step, 3, first, Lanes<1, 1>{});
        for (u32 lane = 0; lane < 8; ++lane) {
            const float expected = uniform24(seed, step, 3, first + lane);
            EXPECT_EQ(eight.v[lane], expected);
            if (lane < 4) {
                EXPECT_EQ(four.v[lane], expected);
            }
            if (lane < 1) {
                EXPECT_EQ(one.v[lane], expected);
            }
        }
    }
}

TEST(Random, IsUniformAndUncorrelated) {
    constexpr int count = 1 << 18, bins = 256;
    const auto statistics = [](auto draw) {
        std::vector<int> histogram(bins, 0);
        double mean = 0, product = 0, previous = 0.5;
        for (u32 i = 0; i < count; ++i) {
            const double x = static_cast<double>(draw(i));
            EXPECT_TRUE(x >= 0 && x < 1);
            ++histogram[static_cast<std::size_t>(x * bins)];
            mean += x;
            product += (x - 0.5) * (previous - 0.5);
            previous = x;
        }
        double chi_square = 0;
        for (int n : histogram)
            chi_square += (n - count / bins) * (n - count / bins) / static_cast<double>(count / bins);
        // 255 degrees of freedom: mean 255, deviation 22.6; means of `count` uniforms and of products, 5 deviations
        // each.
        EXPECT_NEAR(chi_square, 255, 5 * 22.6);
        EXPECT_NEAR(mean / count, 0.5, 5 * 0.2887 / 512);
        EXPECT_NEAR(product / count, 0, 5 * (1.0 / 12) / 512);
    };
    statistics([](u32 i) { return uniform24(7, 1, 0, i); });
    statistics([](u32 i) { return uniform24(7, i, 0, 3); });
    statistics([](u32 i) { return uniform24(7, 1, i, 3); });
    statistics([](u32 i) { return uniform24(i, 1, 0, 3); });
}

}  // namespace
}  // namespace nncc
