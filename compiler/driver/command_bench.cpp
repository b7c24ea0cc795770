// nncc bench and nncc profile: what is emitted, timed in process on random rows.
#include <algorithm>
#include <chrono>
#include <cstring>
#include <functional>
#include <random>

#include "driver/commands.h"
#include "driver/compile_model.h"
#include "driver/model_source.h"
#include "driver/native_model.h"

namespace nncc {

namespace {

using Clock = std::chrono::steady_clock;

constexpr double kRoundNanoseconds = 2e5;  // a round has as many calls as take so long
constexpr int kRounds = 7;                 // at least

double nanoseconds_since(Clock::time_point start) {
    return std::chrono::duration<double, std::nano>(Clock::now() - start).count();
}

std::string time_text(double nanoseconds) {
    if (nanoseconds < 1e4) return fmt::format("{:.1f} ns", nanoseconds);
    if (nanoseconds < 1e7) return fmt::format("{:.1f} us", nanoseconds / 1e3);
    return fmt::format("{:.1f} ms", nanoseconds / 1e6);
}

std::string rate_text(double per_second) {
    if (per_second >= 1e9) return fmt::format("{:.1f} G", per_second / 1e9);
    if (per_second >= 1e6) return fmt::format("{:.1f} M", per_second / 1e6);
    if (per_second >= 1e3) return fmt::format("{:.1f} k", per_second / 1e3);
    return fmt::format("{:.1f}", per_second);
}

// Tensors of a function's arguments: uniform in [0, 1), whole numbers 0 and 1; outputs as they come.
class Arguments {
  public:
    void add(const Type& type, const DimBindings& dims) {
        std::int64_t count = 1;
        for (const Dim& extent : type.shape) count *= extent.bind(dims).bound(dims).value_or(1);
        memory_.emplace_back(static_cast<std::size_t>(count * dtype_bytes(type.dtype)));
        std::byte* const bytes = memory_.back().data();
        for (std::int64_t k = 0; k < count; ++k) {
            const double value = std::uniform_real_distribution<double>(0, 1)(random_);
            switch (type.dtype) {
                case DType::kF32: reinterpret_cast<float*>(bytes)[k] = static_cast<float>(value); break;
                case DType::kF64: reinterpret_cast<double*>(bytes)[k] = value; break;
                case DType::kI32: reinterpret_cast<std::int32_t*>(bytes)[k] = value < 0.5 ? 0 : 1; break;
                case DType::kBool: reinterpret_cast<bool*>(bytes)[k] = value < 0.5; break;
            }
        }
        pointers_.push_back(bytes);
    }
    std::span<void* const> pointers() const { return pointers_; }
    std::span<const void* const> inputs() const { return {pointers_.data(), pointers_.size()}; }

  private:
    std::mt19937_64 random_{1};
    std::vector<AlignedBytes> memory_;
    std::vector<void*> pointers_;
};

// One emitted function that is timed.
struct Timed {
    std::string entry;
    std::int64_t batch = 1;
    std::function<void()> call;
    std::function<void()> restart;  // before each round, not timed
};

struct Times {
    double minimum = 0, median = 0;  // nanoseconds a call
};

class Bench {
  public:
    Bench(const BenchOptions& options, const Console& console, const ModelSource& source, bool by_launch)
        : options_(options), console_(console), model_(source.model), source_(source), by_launch_(by_launch) {}

    Expected<ExitCode> run() {
        if (Expected<> done = compile(); !done) return done.error();
        for (const Timed& timed : functions()) {
            if (by_launch_) print_profile(timed);
            else print_times(timed);
        }
        return ExitCode::kDone;
    }

  private:
    Expected<> compile() {
        CompileRequest request;
        request.source_name = source_.file->path;
        request.source_text = source_.file->text;
        request.strict = options_.model.strict;
        request.with_trainer = trains();
        if (trains()) request.train_batch = model_.train->batch;
        const auto bound = model_.program.dims.find("batch");
        if (bound != model_.program.dims.end()) batch_ = bound->second.value;
        request.forward_batches = {batch_};
        request.time_launches = by_launch_;
        Expected<Compilation> compilation = compile_model(model_, request);
        if (!compilation) return compilation.error();
        files_ = std::move(compilation->files);
        dims_ = compilation->programs.front().program.dims;
        Expected<NativeModel> native = NativeModel::compile(
            files_, model_, trains() ? NativeUse::kStep : NativeUse::kForward, {.peak = true, .launches = by_launch_});
        if (!native) return native.error();
        native_.emplace(std::move(*native));
        console_.note(fmt::format("{}: {} kernels, {}", model_.program.name, files_.kernel_count, native_->times()));
        weights_ = native_->new_weights();
        native_->initialize(weights_, 1);
        native_->use(weights_);
        measure_machine();
        fmt::print("{}: multiply-adds of f32 at {:.1f} GFLOP/s at most\n", model_.program.name, peak_);
        return Nothing{};
    }

    bool trains() const { return model_.train.has_value() && !options_.no_step; }

    // Operations a nanosecond; nanoseconds a tick; nanoseconds that reading the clock takes.
    void measure_machine() {
        constexpr int kChains = 20000;
        for (int round = 0; round < 50; ++round) {
            const Clock::time_point start = Clock::now();
            const double operations = native_->multiply_adds(kChains);
            peak_ = std::max(peak_, operations / nanoseconds_since(start));
        }
        const Clock::time_point start = Clock::now();
        const std::uint64_t first = NativeModel::tick();
        std::uint64_t last = first, least = ~std::uint64_t{0};
        while (nanoseconds_since(start) < 2e7) {
            const std::uint64_t before = NativeModel::tick();
            last = NativeModel::tick();
            least = std::min(least, last - before);
        }
        tick_ = last > first ? nanoseconds_since(start) / static_cast<double>(last - first) : 0;
        reading_ = static_cast<double>(least) * tick_;
    }

    std::vector<Timed> functions() {
        std::vector<Timed> functions;
        for (const auto& [name, type] : model_.inputs) inputs_.add(type, dims_);
        for (const auto& [name, type] : model_.outputs) outputs_.add(type, dims_);
        functions.push_back(
            {"forward", batch_, [this] { native_->forward(inputs_.inputs(), outputs_.pointers()); }, [] {}});
        if (!trains()) return functions;
        DimBindings dims = dims_;
        dims["batch"] = {model_.train->batch, false};
        for (const auto& [name, type] : model_.inputs) data_.add(type, dims);
        for (const std::string& name : model_.program.data) {
            for (const Feed& feed : model_.train->feeds) {
                if (feed.name == name) data_.add(feed.type, dims);
            }
        }
        // Training on noise may go anywhere, so it begins anew in each round.
        functions.push_back({"step", model_.train->batch, [this] { native_->step(data_.inputs()); },
                             [this] { native_->start(weights_, 1); }});
        return functions;
    }

    // `after_round` gets the number of calls.
    Times time(const Timed& timed, const std::function<void(double calls)>& after_round) const {
        timed.restart();
        timed.call();
        Clock::time_point start = Clock::now();
        timed.call();
        double calls = std::clamp(kRoundNanoseconds / std::max(1.0, nanoseconds_since(start)), 1.0, 1e6);
        std::vector<double> rounds;
        const Clock::time_point begin = Clock::now();
        while (rounds.size() < kRounds || nanoseconds_since(begin) < options_.seconds * 1e9) {
            timed.restart();
            start = Clock::now();
            const auto count = static_cast<std::int64_t>(calls);
            for (std::int64_t call = 0; call < count; ++call) timed.call();
            rounds.push_back(nanoseconds_since(start) / static_cast<double>(count));
            after_round(static_cast<double>(count));
            // The first call of all says little about the others.
            if (rounds.size() == 1) calls = std::clamp(kRoundNanoseconds / rounds[0], 1.0, 1e6);
        }
        std::sort(rounds.begin(), rounds.end());
        return {rounds.front(), rounds[rounds.size() / 2]};
    }

    bool is_of(const Launch& launch, const Timed& timed) const {
        return launch.entry == timed.entry && launch.batch == timed.batch;
    }

    std::string rates(double operations, double nanoseconds) const {
        const double rate = operations / nanoseconds;
        return fmt::format("{:7.1f} GFLOP/s {:5.1f} % of that", rate, peak_ > 0 ? 100 * rate / peak_ : 0.0);
    }

    void print_times(const Timed& timed) const {
        const Times times = time(timed, [](double) {});
        double operations = 0;
        for (const Launch& launch : files_.launches) operations += is_of(launch, timed) ? launch.operations : 0;
        fmt::print("  {:<8} batch {:<5} min {:>9}  median {:>9}  {:>8} rows/s  {}\n", timed.entry, timed.batch,
                   time_text(times.minimum), time_text(times.median),
                   rate_text(static_cast<double>(timed.batch) * 1e9 / times.minimum), rates(operations, times.minimum));
    }

    // Of each launch the round in which it was fastest.
    void print_profile(const Timed& timed) const {
        const std::vector<Launch>& launches = files_.launches;
        const std::span<std::uint64_t> ticks = native_->launch_ticks(launches.size());
        std::vector<double> fastest(ticks.size(), 1e300);
        std::fill(ticks.begin(), ticks.end(), 0);
        const Times times = time(timed, [&](double calls) {
            for (std::size_t k = 0; k < ticks.size(); ++k) {
                const double one = static_cast<double>(ticks[k]) * tick_ / calls - reading_ * launches[k].runs;
                fastest[k] = std::min(fastest[k], std::max(one, 0.0));
                ticks[k] = 0;
            }
        });
        std::vector<std::size_t> order;
        double sum = 0;
        for (std::size_t k = 0; k < ticks.size(); ++k) {
            if (!is_of(launches[k], timed)) continue;
            order.push_back(k);
            sum += fastest[k];
        }
        std::stable_sort(order.begin(), order.end(),
                         [&](auto one, auto other) { return fastest[one] > fastest[other]; });
        fmt::print("\n{}, batch {}: {} in {} launches ({} a call with the clock read behind each)\n", timed.entry,
                   timed.batch, time_text(sum), order.size(), time_text(times.minimum));
        fmt::print("   share       time  GFLOP/s  % of peak     GB/s  launch\n");
        for (const std::size_t k : order) {
            const Launch& launch = launches[k];
            const double nanoseconds = std::max(fastest[k], 1e-3);
            const double rate = launch.operations / nanoseconds;
            fmt::print(" {:6.1f}% {:>10} {:8.1f}  {:8.1f}% {:8.1f}  {}{}\n", sum > 0 ? 100 * fastest[k] / sum : 0.0,
                       time_text(fastest[k]), rate, peak_ > 0 ? 100 * rate / peak_ : 0.0, launch.bytes / nanoseconds,
                       launch.name, launch.origin.empty() ? "" : "  # " + launch.origin);
        }
    }

    const BenchOptions& options_;
    const Console& console_;
    const CompiledModel& model_;
    const ModelSource& source_;
    bool by_launch_;
    EmittedFiles files_;
    DimBindings dims_;
    std::optional<NativeModel> native_;
    AlignedBytes weights_;
    std::int64_t batch_ = 1;
    Arguments inputs_, outputs_, data_;
    double peak_ = 0, tick_ = 0, reading_ = 0;
};

ExitCode run(const BenchOptions& options, const Console& console, bool by_launch) {
    std::variant<ModelSource, ExitCode> loaded = load_model(options.model, console);
    if (const ExitCode* failed = std::get_if<ExitCode>(&loaded)) return *failed;
    Bench bench(options, console, std::get<ModelSource>(loaded), by_launch);
    Expected<ExitCode> code = bench.run();
    return code ? *code : console.report(code.error());
}

}  // namespace

ExitCode run_bench(const BenchOptions& options, const Console& console) { return run(options, console, false); }

ExitCode run_profile(const BenchOptions& options, const Console& console) { return run(options, console, true); }

}  // namespace nncc
