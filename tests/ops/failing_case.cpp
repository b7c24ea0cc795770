// Child processes that tell their parent through shared memory, and files of failing cases.
#include "failing_case.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/expected.h"

namespace nncc::testing {
namespace {

std::uint64_t number_from(const char* variable, std::uint64_t otherwise) {
    const char* text = std::getenv(variable);
    return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

// What a child tells its parent, which outlives it.
struct Told {
    std::uint64_t seed = 0;
    char problem[8000] = "";
};

class Shared {
  public:
    Shared() {
        void* page = mmap(nullptr, sizeof(Told), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        NNCC_CHECK(page != MAP_FAILED, "no shared memory");
        told_ = new (page) Told;
    }
    ~Shared() { munmap(told_, sizeof(Told)); }
    Shared(const Shared&) = delete;
    Shared& operator=(const Shared&) = delete;

    Told* operator->() { return told_; }
    void tell(const std::string& problem) {
        const std::size_t length = std::min(problem.size(), sizeof(told_->problem) - 1);
        std::memcpy(told_->problem, problem.data(), length);
        told_->problem[length] = '\0';
    }
    // Runs `work` in a child. It may not report to the test.
    void run(const std::function<void()>& work) {
        std::fflush(nullptr);
        tell("");
        const pid_t child = fork();
        if (child == 0) {
            work();
            std::fflush(nullptr);
            _exit(0);
        }
        int status = 0;
        while (waitpid(child, &status, 0) != child) {
        }
        if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) tell("it ends the program");
    }

  private:
    Told* told_;
};

}  // namespace

SeedRange seeds(std::uint64_t first, std::uint64_t count) {
    return {number_from("NNCC_RANDOM_FIRST", first), number_from("NNCC_RANDOM_COUNT", count)};
}

std::string problem_in_child(const std::function<std::string()>& check) {
    Shared told;
    told.run([&] {
        // What smaller cases that end it would print is not what is looked for.
        if (std::freopen("/dev/null", "w", stderr) != nullptr) told.tell(check());
    });
    return told->problem;
}

void check_seeds(const SeedRange& range, const std::function<std::string(std::uint64_t)>& check,
                 const std::function<void(std::uint64_t)>& report) {
    constexpr int kReported = 3;
    Shared told;
    int reported = 0;
    const std::uint64_t end = range.first + range.count;
    for (std::uint64_t next = range.first; next < end && reported < kReported; next = told->seed + 1) {
        told.run([&] {
            for (told->seed = next; told->seed < end; ++told->seed) {
                const std::string problem = check(told->seed);
                if (problem.empty()) continue;
                told.tell(problem);
                return;
            }
        });
        if (told->problem[0] == '\0') return;
        ++reported;
        const std::uint64_t seed = told->seed;
        report(seed);
        told->seed = seed;
    }
}

void report_case(std::uint64_t seed, const std::string& problem, const std::string& text,
                 const std::string& extension) {
    const auto* info = ::testing::UnitTest::GetInstance()->current_test_info();
    const std::string test = std::string(info->test_suite_name()) + "." + info->name();
    std::string file = fmt::format("{}_{}{}", test, seed, extension);
    std::replace(file.begin(), file.end(), '/', '_');
    const std::filesystem::path folder = std::filesystem::path(NNCC_BINARY_DIR) / "failing";
    std::filesystem::create_directories(folder);
    const std::string path = (folder / file).string();
    std::string line = problem;
    std::replace(line.begin(), line.end(), '\n', ' ');
    std::ofstream(path) << "# " << line << "\n# seed " << seed << "\n" << text;
    ADD_FAILURE() << "seed " << seed << ": " << problem << "\n"
                  << text << "to check it alone: NNCC_SAVED_CASE=" << path << " "
                  << std::filesystem::read_symlink("/proc/self/exe").string() << " --gtest_filter=" << test;
}

std::optional<std::string> saved_case() {
    const char* path = std::getenv("NNCC_SAVED_CASE");
    if (path == nullptr) return std::nullopt;
    std::ifstream file(path);
    std::stringstream text;
    text << file.rdbuf();
    if (!file.good()) ADD_FAILURE() << "cannot read " << path;
    return text.str();
}

std::uint64_t seed_of_case(const std::string& text) {
    const std::string before = "\n# seed ";
    const std::size_t at = text.find(before);
    return at == std::string::npos ? 0 : std::strtoull(text.c_str() + at + before.size(), nullptr, 10);
}

}  // namespace nncc::testing
