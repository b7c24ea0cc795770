// The progress of training: one changing line on a terminal, one line an epoch otherwise.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "driver/console.h"

namespace nncc {

using NamedValues = std::vector<std::pair<std::string, double>>;

class Progress {
  public:
    Progress(const Console& console, std::int64_t total_steps, std::int64_t epochs, std::int64_t batch, bool quiet);

    // After a step; draws at most ten times a second.
    void step(std::int64_t steps_done, std::int64_t epoch, double loss);
    // After an epoch, with its mean loss and the validation metrics.
    void epoch(std::int64_t steps_done, std::int64_t epoch, double loss, const NamedValues& metrics);
    // Clears the changing line.
    void finish();

    double seconds() const;  // since it was made

  private:
    std::string line(std::int64_t steps_done, std::int64_t epoch, double loss) const;

    const Console& console_;
    std::int64_t total_steps_;
    std::int64_t epochs_;
    std::int64_t batch_;
    bool quiet_;
    std::string metrics_text_;
    std::chrono::steady_clock::time_point start_;
    std::chrono::steady_clock::time_point drawn_;
};

// "12 s", "3 min 20 s", "1 h 2 min".
std::string duration_text(double seconds);

}  // namespace nncc
