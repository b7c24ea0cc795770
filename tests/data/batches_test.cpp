// Splits and batches: every row where it belongs, the same on every host.
#include "data/batches.h"

#include <algorithm>
#include <numeric>

#include "data/permutation.h"
#include "data/split.h"
#include "scratch.h"

namespace nncc {
namespace {

using Rows = std::vector<std::int64_t>;

Rows ascending(std::int64_t begin, std::int64_t end) {
    Rows rows(static_cast<std::size_t>(end - begin));
    std::iota(rows.begin(), rows.end(), begin);
    return rows;
}

// Pinned: computed apart from this code, by the definition in the header (permutation.py beside this file).
TEST(Permutation, IsTheSameEverywhere) {
    EXPECT_EQ(seeded_permutation(10, 7, 0), (Rows{7, 6, 9, 2, 8, 4, 0, 3, 5, 1}));
    EXPECT_EQ(seeded_permutation(10, 7, 1), (Rows{6, 5, 0, 2, 8, 7, 1, 3, 9, 4}));
    EXPECT_EQ(seeded_permutation(10, 8, 0), (Rows{9, 3, 0, 1, 2, 5, 8, 7, 4, 6}));
    EXPECT_EQ(seeded_permutation(1, 7, 0), Rows{0});
    EXPECT_EQ(seeded_permutation(0, 7, 0), Rows{});
}

TEST(Permutation, EveryPlaceIsEquallyLikely) {
    // 24 orders of 4 rows over 24,000 seeds: 1000 each, standard deviation 31; 6 deviations.
    std::vector<Rows> orders;
    std::vector<int> counts;
    for (std::uint64_t seed = 0; seed < 24000; ++seed) {
        Rows order = seeded_permutation(4, seed, 0);
        auto found = std::find(orders.begin(), orders.end(), order);
        if (found == orders.end()) {
            orders.push_back(order);
            counts.push_back(1);
        } else {
            ++counts[static_cast<std::size_t>(found - orders.begin())];
        }
    }
    ASSERT_EQ(orders.size(), 24U);
    for (int count : counts) EXPECT_NEAR(count, 1000, 186);
}

TEST(Split, FractionIsASeededChoice) {
    ValidationSplit split = {.kind = SplitKind::kFraction, .fraction = 0.2};
    SplitRows rows = *split_rows(768, split, 7);
    EXPECT_EQ(rows.validation.size(), 154U);  // floor(153.6 + 0.5)
    EXPECT_TRUE(std::is_sorted(rows.training.begin(), rows.training.end()));
    EXPECT_TRUE(std::is_sorted(rows.validation.begin(), rows.validation.end()));
    Rows all;
    std::merge(rows.training.begin(), rows.training.end(), rows.validation.begin(), rows.validation.end(),
               std::back_inserter(all));
    EXPECT_EQ(all, ascending(0, 768));
    EXPECT_EQ(split_rows(768, split, 7)->validation, rows.validation);
    EXPECT_NE(split_rows(768, split, 8)->validation, rows.validation);
    EXPECT_EQ(split_text(768, split, 7), "20% of the rows, chosen with seed 7: 154 of 768");
}

TEST(Split, LastRowsKeepTheirOrder) {
    ValidationSplit quarter = {.kind = SplitKind::kLastFraction, .fraction = 0.25};
    EXPECT_EQ(split_rows(8, quarter, 1)->training, ascending(0, 6));
    EXPECT_EQ(split_rows(8, quarter, 1)->validation, ascending(6, 8));
    EXPECT_EQ(split_text(8, quarter, 1), "the last 25% of the rows: 2 of 8");
    ValidationSplit three = {.kind = SplitKind::kLastCount, .count = 3};
    EXPECT_EQ(split_rows(8, three, 1)->validation, ascending(5, 8));
    EXPECT_EQ(split_text(8, three, 1), "the last 3 of 8 rows");
    EXPECT_EQ(split_rows(8, {}, 1)->training, ascending(0, 8));
    EXPECT_EQ(split_text(8, {}, 1), "none");
    EXPECT_EQ(split_text(100, {.kind = SplitKind::kFraction, .fraction = 0.07}, 1),
              "7% of the rows, chosen with seed 1: 7 of 100");
}

TEST(Split, FoldsCoverEachRowOnce) {
    Rows all;
    for (std::int64_t fold = 0; fold < 5; ++fold) {
        ValidationSplit split = {.kind = SplitKind::kFold, .count = 5, .fold = fold};
        SplitRows rows = *split_rows(13, split, 7);
        EXPECT_EQ(rows.training.size() + rows.validation.size(), 13U);
        EXPECT_GE(rows.validation.size(), 2U);
        all.insert(all.end(), rows.validation.begin(), rows.validation.end());
    }
    std::sort(all.begin(), all.end());
    EXPECT_EQ(all, ascending(0, 13));
    EXPECT_EQ(split_text(13, {.kind = SplitKind::kFold, .count = 5, .fold = 0}, 7),
              "fold 1 of 5, chosen with seed 7: 2 of 13 rows");
}

TEST(Split, NoSideMayBeEmpty) {
    auto why = [](std::int64_t rows, const ValidationSplit& split) { return outcome(split_rows(rows, split, 1)); };
    EXPECT_EQ(why(2, {.kind = SplitKind::kFraction, .fraction = 0.1}),
              "NN0323: validation would hold back 0 of 2 rows / hold back a larger part, or leave `validation` out");
    EXPECT_EQ(why(2, {.kind = SplitKind::kFraction, .fraction = 0.9}),
              "NN0323: validation would hold back 2 of 2 rows, so that none is left to train on");
    EXPECT_EQ(why(8, {.kind = SplitKind::kLastCount, .count = 8}),
              "NN0323: validation would hold back 8 of 8 rows, so that none is left to train on");
    EXPECT_EQ(why(8, {.kind = SplitKind::kLastCount, .count = -1}),
              "NN0323: validation would hold back -1 of 8 rows / hold back a larger part, or leave `validation` out");
    EXPECT_EQ(why(8, {.kind = SplitKind::kFraction, .fraction = 1}),
              "NN0323: a validation fraction of 1 is not between 0 and 1");
    EXPECT_EQ(why(8, {.kind = SplitKind::kLastFraction, .fraction = -0.5}),
              "NN0323: a validation fraction of -0.5 is not between 0 and 1");
    EXPECT_EQ(why(3, {.kind = SplitKind::kFold, .count = 4}),
              "NN0323: 3 rows cannot be split into 4 folds / between 2 and 3 folds");
    EXPECT_EQ(why(8, {.kind = SplitKind::kFold, .count = 4, .fold = 4}), "NN0323: there is no fold 4 of 4");
}

Rows step_rows(BatchOrder& order, std::int64_t step) {
    Rows rows(static_cast<std::size_t>(order.batch()));
    order.rows_of_step(step, rows);
    return rows;
}

TEST(Batches, SequentialOnesWrapRoundTheEnd) {
    BatchOrder order = BatchOrder::sequential(768, 10);
    for (std::int64_t step : {0, 1, 76, 77, 769, 1000000007}) {
        Rows rows = step_rows(order, step);
        for (std::int64_t i = 0; i < 10; ++i) EXPECT_EQ(rows[static_cast<std::size_t>(i)], (step * 10 + i) % 768);
    }
    EXPECT_EQ(order.steps_per_epoch(), 77);
    EXPECT_FALSE(order.ends_epoch(75));
    EXPECT_TRUE(order.ends_epoch(76));
    EXPECT_EQ(order.epoch_of_step(76), 0);
    EXPECT_EQ(order.epoch_of_step(77), 1);
}

TEST(Batches, ABatchLargerThanTheDataWrapsMoreThanOnce) {
    BatchOrder order = BatchOrder::sequential(3, 8);
    EXPECT_EQ(step_rows(order, 0), (Rows{0, 1, 2, 0, 1, 2, 0, 1}));
    EXPECT_EQ(step_rows(order, 1), (Rows{2, 0, 1, 2, 0, 1, 2, 0}));
    BatchOrder shuffled = BatchOrder::shuffled(3, 8, 1);
    Rows rows = step_rows(shuffled, 0);
    for (std::size_t pass = 0; pass < 2; ++pass) {
        Rows third(rows.begin() + static_cast<std::ptrdiff_t>(3 * pass),
                   rows.begin() + static_cast<std::ptrdiff_t>(3 * pass + 3));
        EXPECT_EQ(third, seeded_permutation(3, 1, pass));
    }
}

TEST(Batches, ShuffledOnesGoThroughEachPermutationInTurn) {
    constexpr std::int64_t kRows = 13, kBatch = 5;
    BatchOrder order = BatchOrder::shuffled(kRows, kBatch, 7);
    Rows sequence;
    for (std::int64_t step = 0; step < 26; ++step) {
        Rows rows = step_rows(order, step);
        sequence.insert(sequence.end(), rows.begin(), rows.end());
    }
    Rows expected;
    for (std::uint64_t pass = 0; pass < 10; ++pass) {
        Rows permutation = seeded_permutation(kRows, 7, pass);
        expected.insert(expected.end(), permutation.begin(), permutation.end());
    }
    EXPECT_EQ(sequence, expected);
    // Any step, at once and in any order: a resumed run sees what the undisturbed one saw.
    BatchOrder resumed = BatchOrder::shuffled(kRows, kBatch, 7);
    for (std::int64_t step : {25, 3, 17, 0}) {
        EXPECT_EQ(step_rows(resumed, step),
                  Rows(expected.begin() + step * kBatch, expected.begin() + (step + 1) * kBatch));
    }
}

TEST(Batches, ColumnsAreGatheredSideBySide) {
    Dataset dataset;
    dataset.rows = 3;
    dataset.columns = {{"x", {2}, {1, 2, 3, 4, 5, 6}}, {"y", {}, {7, 8, 9}}};
    std::vector<float> out(6);
    gather_rows(dataset, std::vector<int>{1, 0}, Rows{2, 0}, std::span<float>(out));
    EXPECT_EQ(out, (std::vector<float>{9, 5, 6, 7, 1, 2}));
    std::vector<std::int32_t> integers(1);
    gather_rows(dataset, std::vector<int>{1}, Rows{1}, std::span<std::int32_t>(integers));
    EXPECT_EQ(integers[0], 8);
}

}  // namespace
}  // namespace nncc
