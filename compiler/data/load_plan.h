// Reads a CSV file once to know its columns' types before any of it is written.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/expected.h"
#include "data/csv.h"
#include "data/load.h"

namespace nncc {

struct LoadPlan {
    CsvFile file;
    LoadReport report;
    std::vector<std::int64_t> text_lines;  // per column: the first line whose cell is no number; 0: none
};

// Errors: those of open_csv, NN0316, and NN0318 for names that are missing or given twice.
Expected<LoadPlan> plan_load(const LoadRequest& request);

}  // namespace nncc
