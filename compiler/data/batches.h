// Turns a step's number into the rows of its batch, always full; any step at once, so that training resumes anywhere.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "data/dataset.h"

namespace nncc {

// The batch of step s holds the positions s*batch .. s*batch + batch-1 of an endless sequence of passes over n rows.
// Position p is row p mod n in order, or entry p mod n of seeded_permutation(n, seed, p / n) when shuffled: a batch
// wraps round the end of the data into the next pass. An epoch is ceil(n / batch) steps: it ends with the first step
// that completes n rows; the next one goes on where it stopped.
class BatchOrder {
  public:
    // rows, batch >= 1.
    static BatchOrder sequential(std::int64_t rows, std::int64_t batch);
    static BatchOrder shuffled(std::int64_t rows, std::int64_t batch, std::uint64_t seed);

    // `out` has `batch` elements; they index the training rows, 0 .. rows-1.
    void rows_of_step(std::int64_t step, std::span<std::int64_t> out);
    std::int64_t steps_per_epoch() const { return (rows_ + batch_ - 1) / batch_; }
    std::int64_t epoch_of_step(std::int64_t step) const { return step / steps_per_epoch(); }
    bool ends_epoch(std::int64_t step) const { return (step + 1) % steps_per_epoch() == 0; }
    std::int64_t rows() const { return rows_; }
    std::int64_t batch() const { return batch_; }

  private:
    BatchOrder(std::int64_t rows, std::int64_t batch, bool shuffle, std::uint64_t seed)
        : rows_(rows), batch_(batch), shuffle_(shuffle), seed_(seed) {}
    const std::vector<std::int64_t>& permutation(std::int64_t pass);

    struct Pass {
        std::int64_t number = -1;
        std::vector<std::int64_t> order;
    };
    std::int64_t rows_;
    std::int64_t batch_;
    bool shuffle_;
    std::uint64_t seed_;
    std::array<Pass, 2> passes_;  // a batch that wraps needs two; pass k is kept at k mod 2
};

// Row after row, the values of the columns side by side as f32, or as i32 after check_integers: what one input tensor
// holds. `out` has rows.size() * (sum of values_per_row of the columns) elements. `columns` index dataset.columns.
void gather_rows(const Dataset& dataset, std::span<const int> columns, std::span<const std::int64_t> rows,
                 std::span<float> out);
void gather_rows(const Dataset& dataset, std::span<const int> columns, std::span<const std::int64_t> rows,
                 std::span<std::int32_t> out);

}  // namespace nncc
