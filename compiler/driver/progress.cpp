// Draws the bar, the rate and the time left.
#include "driver/progress.h"

#include <algorithm>
#include <cmath>

namespace nncc {

namespace {

using Clock = std::chrono::steady_clock;
constexpr int kBarCells = 24;
constexpr auto kRedraw = std::chrono::milliseconds(100);

std::string count_text(double value) {
    if (value >= 1e6) return fmt::format("{:.1f} M", value / 1e6);
    if (value >= 1e3) return fmt::format("{:.0f} k", value / 1e3);
    return fmt::format("{:.0f}", value);
}

}  // namespace

std::string duration_text(double seconds) {
    const auto whole = std::int64_t{std::llround(std::max(0.0, seconds))};
    if (whole < 1) return fmt::format("{:.0f} ms", std::max(0.0, seconds) * 1e3);
    if (whole < 60) return fmt::format("{} s", whole);
    if (whole < 3600) return fmt::format("{} min {} s", whole / 60, whole % 60);
    return fmt::format("{} h {} min", whole / 3600, whole % 3600 / 60);
}

Progress::Progress(const Console& console, std::int64_t total_steps, std::int64_t epochs, std::int64_t batch,
                   bool quiet)
    : console_(console),
      total_steps_(total_steps),
      epochs_(epochs),
      batch_(batch),
      quiet_(quiet),
      start_(Clock::now()),
      drawn_(start_ - std::chrono::seconds(1)) {}

double Progress::seconds() const { return std::chrono::duration<double>(Clock::now() - start_).count(); }

std::string Progress::line(std::int64_t steps_done, std::int64_t epoch, double loss) const {
    const double elapsed = std::max(seconds(), 1e-9);
    const double share = static_cast<double>(steps_done) / static_cast<double>(std::max<std::int64_t>(total_steps_, 1));
    const int full = std::clamp(static_cast<int>(share * kBarCells), 0, kBarCells);
    std::string bar;
    for (int cell = 0; cell < kBarCells; ++cell) bar += cell < full ? "█" : "░";
    const double left = elapsed * (1 - share) / std::max(share, 1e-9);
    return fmt::format("epoch {}/{} {} {:3.0f}%  {} rows/s  loss {:.4f}{}  {} left", epoch, epochs_, bar, share * 100,
                       count_text(static_cast<double>(steps_done * batch_) / elapsed), loss, metrics_text_,
                       duration_text(left));
}

void Progress::step(std::int64_t steps_done, std::int64_t epoch, double loss) {
    if (quiet_ || !console_.terminal()) return;
    const auto now = Clock::now();
    if (now - drawn_ < kRedraw) return;
    drawn_ = now;
    console_.progress(line(steps_done, epoch, loss));
}

void Progress::epoch(std::int64_t steps_done, std::int64_t epoch, double loss, const NamedValues& metrics) {
    metrics_text_.clear();
    for (const auto& [name, value] : metrics) metrics_text_ += fmt::format("  {} {:.4f}", name, value);
    if (quiet_) return;
    if (console_.terminal()) {
        step(steps_done, epoch, loss);
        return;
    }
    const double rate = static_cast<double>(steps_done * batch_) / std::max(seconds(), 1e-9);
    console_.note(
        fmt::format("epoch {}/{}  {} rows/s  loss {:.6f}{}", epoch, epochs_, count_text(rate), loss, metrics_text_));
}

void Progress::finish() { console_.progress(""); }

}  // namespace nncc
