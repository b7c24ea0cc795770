// parallel_for calls each index once, whatever the count; copies of a Shared stay apart when one is edited.
#include "base/parallel.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/shared.h"

namespace nncc {
namespace {

TEST(Parallel, EachIndexOnce) {
    for (const std::size_t count : {0, 1, 2, 7, 1000}) {
        std::vector<int> calls(count, 0);
        parallel_for(count, [&](std::size_t k) { ++calls[k]; });
        EXPECT_EQ(calls, std::vector<int>(count, 1));
    }
}

TEST(Parallel, MayBeNested) {
    std::vector<std::vector<int>> calls(5, std::vector<int>(9, 0));
    parallel_for(calls.size(), [&](std::size_t i) { parallel_for(9, [&](std::size_t k) { ++calls[i][k]; }); });
    EXPECT_EQ(calls, std::vector<std::vector<int>>(5, std::vector<int>(9, 1)));
}

TEST(Shared, EditsOneCopy) {
    Shared<std::string> first;
    EXPECT_EQ(*first, "");
    first.edit() = "one";
    Shared<std::string> second = first;
    EXPECT_EQ(&*first, &*second);
    second.edit() += " and two";
    EXPECT_EQ(*first, "one");
    EXPECT_EQ(*second, "one and two");
    EXPECT_FALSE(first == second);
    const Shared<std::string> third = std::move(second);
    EXPECT_EQ(*third, "one and two");
}

TEST(Shared, CopiesOnThreadsStayApart) {
    Shared<std::vector<int>> whole;
    whole.edit().assign(100, 1);
    std::vector<Shared<std::vector<int>>> copies(64, whole);
    parallel_for(copies.size(), [&](std::size_t k) { copies[k].edit()[k] = 2; });
    EXPECT_EQ(*whole, std::vector<int>(100, 1));
    for (std::size_t k = 0; k < copies.size(); ++k) {
        std::vector<int> expected(100, 1);
        expected[k] = 2;
        EXPECT_EQ(*copies[k], expected);
    }
}

}  // namespace
}  // namespace nncc
