// Writes training runs, their metrics and their held-back rows into an SQLite database, and reads them back.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/expected.h"
#include "data/row_keys.h"

namespace nncc {

// A row of `nncc_runs`. Times are UTC, "2026-01-31T23:59:59Z".
struct Run {
    std::int64_t id = 0;  // given by start_run
    std::string model{};
    std::string model_hash{};
    std::string started{};
    std::string finished{};  // empty (NULL): not finished, or interrupted
    std::uint64_t seed = 0;  // stored as a signed integer with the same bits
    std::int64_t epochs = 0;
    std::int64_t batch = 0;
    std::int64_t rows = 0;    // trained on
    std::string options{};    // the settings in force, as the driver words them
    std::string version{};    // of nncc
    std::string held_back{};  // of split_text: "20% of the rows, chosen with seed 7: 154 of 768"
};

// A row of `nncc_metrics`: one name has one value per epoch; writing it again replaces it.
struct Metric {
    std::int64_t epoch = 0;
    std::string name;  // "loss", "validation_loss", "accuracy"
    double value = 0;
};

std::string utc_timestamp();  // now

// Each call opens the database for writing, works in one transaction and closes it: what it wrote is either all there
// or not at all, whenever the process ends. The tables are made on first use. Errors: NN0302 to NN0305, NN0320.

// Inserts the run and the keys of its held-back rows (`held_back_rows` index into `keys`); the new id.
Expected<std::int64_t> start_run(const std::string& database, const Run& run, const RowKeys& keys,
                                 std::span<const std::int64_t> held_back_rows);
Expected<> write_metrics(const std::string& database, std::int64_t run, std::span<const Metric> metrics);
Expected<> finish_run(const std::string& database, std::int64_t run, const std::string& finished);

// The following only read. NN0324 when there is no such run.

// The id that start_run gives next, unless another process starts a run before: for weights that name their run, and
// are written before it is recorded.
Expected<std::int64_t> next_run_id(const std::string& database);
Expected<Run> read_run(const std::string& database, std::int64_t run);
Expected<std::optional<Run>> latest_run(const std::string& database, const std::string& model);
Expected<std::vector<Metric>> read_metrics(const std::string& database, std::int64_t run);  // by epoch, then name
// Those rows of `keys` that the run held back, ascending; keys that are gone from the source are left out.
Expected<std::vector<std::int64_t>> held_back_rows(const std::string& database, std::int64_t run, const RowKeys& keys,
                                                   std::int64_t rows);

}  // namespace nncc
