// Checks graphs in child processes, shrinks and saves what fails.
#include "graph_property.h"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "saved_graph.h"
#include "shrink_graph.h"

namespace nncc::testing {
namespace {

std::uint64_t number_from(const char* variable, std::uint64_t otherwise) {
    const char* text = std::getenv(variable);
    return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

// Runs `work` in a child; false when it did not come to its end. It may not report to the test.
bool in_child(const std::function<void()>& work) {
    std::fflush(nullptr);
    const pid_t child = fork();
    if (child == 0) {
        work();
        _exit(0);
    }
    int status = 0;
    while (waitpid(child, &status, 0) != child) {
    }
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

// What a child tells its parent, which outlives it.
struct Told {
    std::uint64_t seed;
    bool failed;
};

bool fails(const RandomGraph& random, const GraphProperty& property, Told* told) {
    told->failed = false;
    const bool ended = in_child([&] {
        // What a smaller graph that crashes would print is not what is looked for.
        if (std::freopen("/dev/null", "w", stderr) == nullptr) return;
        told->failed = !property(random).empty();
    });
    return !ended || told->failed;
}

Told* shared_told() {
    void* page = mmap(nullptr, sizeof(Told), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    NNCC_CHECK(page != MAP_FAILED, "no shared memory");
    return static_cast<Told*>(page);
}

std::string test_name() {
    const auto* info = ::testing::UnitTest::GetInstance()->current_test_info();
    return std::string(info->test_suite_name()) + "." + info->name();
}

}  // namespace

SeedRange seeds(std::uint64_t first, std::uint64_t count) {
    return {number_from("NNCC_RANDOM_FIRST", first), number_from("NNCC_RANDOM_GRAPHS", count)};
}

std::optional<RandomGraph> saved_graph() {
    const char* path = std::getenv("NNCC_SAVED_GRAPH");
    if (path == nullptr) return std::nullopt;
    std::stringstream text;
    text << std::ifstream(path).rdbuf();
    Expected<RandomGraph> read = read_saved(text.str());
    if (!read) ADD_FAILURE() << path << ": " << read.error().message;
    return read ? std::optional(std::move(*read)) : std::nullopt;
}

void report_failing(const RandomGraph& failing, const GraphProperty& property) {
    Told* told = shared_told();
    const RandomGraph small =
        shrink(failing, [&](const RandomGraph& candidate) { return fails(candidate, property, told); });
    std::string what = "it ends the program";
    if (in_child([&] { static_cast<void>(property(small)); })) what = property(small);
    munmap(told, sizeof(Told));
    const std::filesystem::path folder = std::filesystem::path(NNCC_BINARY_DIR) / "failing";
    std::filesystem::create_directories(folder);
    std::string file = test_name();
    for (char& letter : file) {
        if (letter == '/') letter = '_';
    }
    const std::string path = (folder / fmt::format("{}_{}.graph", file, failing.seed)).string();
    std::ofstream(path) << saved_text(small, what);
    ADD_FAILURE() << "seed " << failing.seed << ": " << what << "\n"
                  << print_graph(small.graph) << "to check it alone: NNCC_SAVED_GRAPH=" << path << " "
                  << std::filesystem::read_symlink("/proc/self/exe").string() << " --gtest_filter=" << test_name();
}

void expect_of_graphs(const SeedRange& range, const std::function<RandomGraph(std::uint64_t)>& make,
                      const GraphProperty& property) {
    if (std::getenv("NNCC_SAVED_GRAPH") != nullptr) {
        const std::optional<RandomGraph> saved = saved_graph();
        EXPECT_EQ(saved ? property(*saved) : "not read", "");
        return;
    }
    constexpr int kReported = 3;
    int reported = 0;
    Told* told = shared_told();
    for (std::uint64_t next = range.first; next < range.first + range.count && reported < kReported;) {
        *told = {next, false};
        const bool ended = in_child([&] {
            for (std::uint64_t seed = next; seed < range.first + range.count; ++seed) {
                told->seed = seed;
                const std::string what = property(make(seed));
                if (what.empty()) continue;
                told->failed = true;
                return;
            }
            told->seed = range.first + range.count;
        });
        if (!ended || told->failed) {
            const std::uint64_t seed = told->seed;
            ++reported;
            report_failing(make(seed), property);
        }
        next = told->seed + 1;
    }
    munmap(told, sizeof(Told));
}

}  // namespace nncc::testing
