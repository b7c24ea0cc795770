// Times nncc as a user starts it: emitting a model, and training up to the first step.
#include <benchmark/benchmark.h>
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

extern char** environ;

namespace {

// Runs a program, its output dropped; true when it ended with 0.
bool run(std::vector<std::string> arguments) {
    std::vector<char*> pointers;
    for (std::string& argument : arguments) pointers.push_back(argument.data());
    pointers.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    pid_t child = 0;
    const bool started = posix_spawn(&child, pointers[0], &actions, nullptr, pointers.data(), environ) == 0;
    posix_spawn_file_actions_destroy(&actions);
    int status = 1;
    return started && waitpid(child, &status, 0) == child && status == 0;
}

const std::string kNncc = NNCC_BINARY_DIR "/nncc";
const std::string kModel = NNCC_SOURCE_DIR "/models/pima.nn";

std::string scratch_folder() {
    std::string folder = (std::filesystem::temp_directory_path() / "nncc_benchmark_XXXXXX").string();
    return mkdtemp(folder.data()) == nullptr ? std::string(".") : folder;
}

void emit_pima(benchmark::State& state) {
    const std::string folder = scratch_folder();
    for (auto iteration : state) {
        if (!run({kNncc, kModel, "-o", folder + "/pima.cpp", "-q"})) state.SkipWithError("nncc failed");
    }
    std::filesystem::remove_all(folder);
}
BENCHMARK(emit_pima)
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime()
    ->Iterations(10)
    ->Repetitions(5)
    ->ReportAggregatesOnly(true);

void train_up_to_the_first_step(benchmark::State& state) {
    const std::string folder = scratch_folder();
    const std::string csv = NNCC_SOURCE_DIR "/models/data/pima/pima-indians-diabetes.csv";
    if (!run({kNncc, "data", "load", csv, "--into", folder + "/pima.db", "--table", "patients", "--model", kModel})) {
        state.SkipWithError("data load failed");
    }
    for (auto iteration : state) {
        if (!run({kNncc, "train", kModel, "--data", "sqlite:" + folder + "/pima.db?table=patients", "--steps", "1",
                  "--no-record", "-q", "-o", folder + "/pima.safetensors"})) {
            state.SkipWithError("nncc train failed");
        }
    }
    std::filesystem::remove_all(folder);
}
BENCHMARK(train_up_to_the_first_step)
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime()
    ->Iterations(2)
    ->Repetitions(5)
    ->ReportAggregatesOnly(true);

}  // namespace
