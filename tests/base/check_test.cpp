// Internal errors and values that are not there: a message with the place, and exit code 70.
#include <gtest/gtest.h>

#include "base/checked.h"
#include "base/expected.h"

namespace nncc {

namespace {

TEST(CheckDeathTest, NamesPlaceConditionAndDetail) {
    EXPECT_EXIT(NNCC_CHECK(1 + 1 == 3, "sum is {}", 2), ::testing::ExitedWithCode(70),
                "internal error at .*check_test.cpp:[0-9]+: `1 \\+ 1 == 3` does not hold: sum is 2");
}

TEST(CheckDeathTest, DoesNothingWhenItHolds) {
    NNCC_CHECK(true);
    NNCC_CHECK(true, "never printed {}", 1);
}

TEST(Expected, HoldsAValueOrAnError) {
    Expected<int> value = 3;
    EXPECT_TRUE(value);
    EXPECT_EQ(*value, 3);
    Expected<int> error = Error{.message = "no such row"};
    EXPECT_FALSE(error);
    EXPECT_EQ(error.error().message, "no such row");
    EXPECT_EQ(error.error().exit_code, ExitCode::kEnvironment);
}

TEST(ExpectedDeathTest, ReadingTheWrongAlternativeIsInternal) {
    Expected<int> error = Error{.message = "no such row"};
    EXPECT_EXIT(static_cast<void>(*error), ::testing::ExitedWithCode(70), "no such row");
    Expected<int> value = 3;
    EXPECT_EXIT(static_cast<void>(value.error()), ::testing::ExitedWithCode(70), "internal error");
}

TEST(Checked, ProductsAndSumsDoNotOverflow) {
    constexpr std::int64_t kLargest = INT64_MAX;
    EXPECT_EQ(checked_multiply(1 << 20, 1 << 20), std::int64_t{1} << 40);
    EXPECT_EQ(checked_multiply(kLargest, 2), std::nullopt);
    EXPECT_EQ(checked_multiply(INT64_MIN, -1), std::nullopt);
    EXPECT_EQ(checked_add(kLargest, 1), std::nullopt);
    EXPECT_EQ(checked_add(kLargest, -1), kLargest - 1);
    std::vector<std::int64_t> extents = {3, 0, 5};
    EXPECT_EQ(checked_product(extents), 0);
    EXPECT_EQ(checked_product({}), 1);
    extents = {3, -1};
    EXPECT_EQ(checked_product(extents), std::nullopt);
    extents = {std::int64_t{1} << 32, std::int64_t{1} << 31};
    EXPECT_EQ(checked_product(extents), std::nullopt);
}

}  // namespace

}  // namespace nncc
