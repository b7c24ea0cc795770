// Loop combinators and reductions against plain sums, for every count up to several vectors.
#include <gtest/gtest.h>
#include <nncc/kernels.h>

#include <cmath>
#include <limits>
#include <utility>
#include <vector>

namespace nncc {
namespace {

std::vector<float> numbers(int count) {
    std::vector<float> result;
    for (int i = 0; i < count; ++i) result.push_back(static_cast<float>((i * 7) % 11) - 4.5F);
    return result;
}

template <int count>
void check_count() {
    const std::vector<float> x = numbers(count);
    double sum = 0, product = 1, high = -1e30, low = 1e30;
    for (float v : x) {
        sum += static_cast<double>(v);
        product *= static_cast<double>(v) / 4;
        high = std::max(high, static_cast<double>(v));
        low = std::min(low, static_cast<double>(v));
    }
    const auto at = [&](int i, auto lanes) { return load(x.data() + i, lanes); };
    EXPECT_EQ((reduce<Sum, count, 8>(at)), static_cast<float>(sum)) << count;  // halves: exact in every order
    EXPECT_EQ((reduce<Max, count, 8>(at)), static_cast<float>(high)) << count;
    EXPECT_EQ((reduce<Min, count, 8>(at)), static_cast<float>(low)) << count;
    EXPECT_EQ((reduce<Sum, 8>(count, at)), static_cast<float>(sum)) << count;
    EXPECT_EQ((reduce<Max, 8>(count, at)), static_cast<float>(high)) << count;
    const double by_lanes =
        reduce<Product, count, 4>([&](int i, auto lanes) { return cast<double>(load(x.data() + i, lanes)) / 4.0; });
    EXPECT_NEAR(by_lanes, product, std::fabs(product) * count * 1.2e-16) << count;
    EXPECT_EQ((reduce_outer<Sum, count>([&](int i) { return x[static_cast<std::size_t>(i)]; })),
              static_cast<float>(sum));
    EXPECT_EQ((reduce_outer<Max>(count, [&](int i) { return x[static_cast<std::size_t>(i)]; })),
              static_cast<float>(high));
    Accumulator<Sum, float, 8> total;
    Accumulator<Max, float, 8> most;
    std::vector<int> seen(static_cast<std::size_t>(count), 0);
    each_vector<count, 8>([&](int i, auto lanes) {
        total.add(at(i, lanes), lanes);
        most.add(at(i, lanes), lanes);
        for (int k = 0; k < lanes.count; ++k) ++seen[static_cast<std::size_t>(i + k)];
    });
    EXPECT_EQ(total.result(), static_cast<float>(sum));
    EXPECT_EQ(most.result(), static_cast<float>(high));
    EXPECT_EQ(seen, std::vector<int>(static_cast<std::size_t>(count), 1));
}

TEST(Reduce, EveryCountUpToFourVectorsAndMore) {
    [&]<int... counts>(std::integer_sequence<int, counts...>) {
        (check_count<counts + 1>(), ...);
    }(std::make_integer_sequence<int, 20>{});
    check_count<31>();
    check_count<32>();
    check_count<33>();
    check_count<71>();
}

TEST(Reduce, EmptyIsTheIdentity) {
    const auto none = [](int, auto lanes) { return splat(1.0F, lanes); };
    EXPECT_EQ((reduce<Sum, 8>(0, none)), 0.0F);
    EXPECT_EQ((reduce<Max, 8>(0, none)), -std::numeric_limits<float>::infinity());
    EXPECT_EQ((reduce<Product, 8>(0, none)), 1.0F);
    EXPECT_EQ(reduce_outer<Max>(0, [](int) { return 1; }), std::numeric_limits<int>::min());
}

TEST(Reduce, NanWinsMaximum) {
    std::vector<float> x = numbers(19);
    x[17] = std::numeric_limits<float>::quiet_NaN();
    EXPECT_TRUE(std::isnan(reduce<Max, 19, 8>([&](int i, auto lanes) { return load(x.data() + i, lanes); })));
    x[3] = x[17];
    x[17] = 0;
    EXPECT_TRUE(std::isnan(reduce<Max, 19, 8>([&](int i, auto lanes) { return load(x.data() + i, lanes); })));
}

TEST(Reduce, ColumnsAndBooleans) {
    const std::vector<float> x = numbers(7 * 10);
    float sums[10];
    each_vector<10, 8>([&](int j, auto lanes) {
        store(sums + j, reduce_outer<Sum, 7>([&](int i) { return load(x.data() + 10 * i + j, lanes); }), lanes);
    });
    for (int j = 0; j < 10; ++j) {
        float expected = 0;
        for (int i = 0; i < 7; ++i) expected += x[static_cast<std::size_t>(10 * i + j)];
        EXPECT_EQ(sums[j], expected);
    }
    const bool flags[11] = {true, true, true, true, true, true, true, true, true, false, true};
    EXPECT_FALSE((reduce<All, 11, 8>([&](int i, auto lanes) { return load(flags + i, lanes); })));
    EXPECT_TRUE((reduce<All, 9, 8>([&](int i, auto lanes) { return load(flags + i, lanes); })));
    EXPECT_TRUE((reduce<Any, 11, 8>([&](int i, auto lanes) { return load(flags + i, lanes); })));
    EXPECT_FALSE((reduce<Any, 1, 8>([&](int i, auto lanes) { return load(flags + 9 + i, lanes); })));
}

}  // namespace
}  // namespace nncc
