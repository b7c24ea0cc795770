// Steps to row indices, and row indices to the values of a tensor.
#include "data/batches.h"

#include "base/check.h"
#include "data/permutation.h"

namespace nncc {

namespace {

template <class T>
void gather(const Dataset& dataset, std::span<const int> columns, std::span<const std::int64_t> rows,
            std::span<T> out) {
    std::size_t row_values = 0;
    for (int index : columns)
        row_values += static_cast<std::size_t>(dataset.columns[static_cast<std::size_t>(index)].values_per_row());
    NNCC_CHECK(out.size() == rows.size() * row_values, "{} values for {} rows of {}", out.size(), rows.size(),
               row_values);
    std::size_t offset = 0;
    for (int index : columns) {
        const DataColumn& column = dataset.columns[static_cast<std::size_t>(index)];
        auto count = static_cast<std::size_t>(column.values_per_row());
        for (std::size_t r = 0; r < rows.size(); ++r) {
            const double* from = column.values.data() + static_cast<std::size_t>(rows[r]) * count;
            T* to = out.data() + r * row_values + offset;
            for (std::size_t i = 0; i < count; ++i) to[i] = static_cast<T>(from[i]);
        }
        offset += count;
    }
}

}  // namespace

BatchOrder BatchOrder::sequential(std::int64_t rows, std::int64_t batch) {
    NNCC_CHECK(rows >= 1 && batch >= 1, "{} rows, batch {}", rows, batch);
    return {rows, batch, false, 0};
}

BatchOrder BatchOrder::shuffled(std::int64_t rows, std::int64_t batch, std::uint64_t seed) {
    NNCC_CHECK(rows >= 1 && batch >= 1, "{} rows, batch {}", rows, batch);
    return {rows, batch, true, seed};
}

const std::vector<std::int64_t>& BatchOrder::permutation(std::int64_t pass) {
    Pass& kept = passes_[static_cast<std::size_t>(pass % 2)];
    if (kept.number != pass) {
        kept.order = seeded_permutation(rows_, seed_, static_cast<std::uint64_t>(pass));
        kept.number = pass;
    }
    return kept.order;
}

void BatchOrder::rows_of_step(std::int64_t step, std::span<std::int64_t> out) {
    NNCC_CHECK(static_cast<std::int64_t>(out.size()) == batch_, "{} places for a batch of {}", out.size(), batch_);
    // Split so that no product overflows before the pass number itself would.
    std::int64_t pass = step / rows_ * batch_ + step % rows_ * batch_ / rows_;
    std::int64_t at = step % rows_ * batch_ % rows_;
    for (std::int64_t& row : out) {
        row = shuffle_ ? permutation(pass)[static_cast<std::size_t>(at)] : at;
        if (++at < rows_) continue;
        at = 0;
        ++pass;
    }
}

void gather_rows(const Dataset& dataset, std::span<const int> columns, std::span<const std::int64_t> rows,
                 std::span<float> out) {
    gather(dataset, columns, rows, out);
}

void gather_rows(const Dataset& dataset, std::span<const int> columns, std::span<const std::int64_t> rows,
                 std::span<std::int32_t> out) {
    gather(dataset, columns, rows, out);
}

}  // namespace nncc
