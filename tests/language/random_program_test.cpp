// Random programs of the library's layers: valid, and by evaluation, passes, plans and emitted code the same.
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "failing_case.h"
#include "program_property.h"
#include "program_text.h"
#include "random_call.h"
#include "shrink_program.h"

namespace nncc::testing {
namespace {

// A test process of its own for each batch, so that ctest runs two at a time.
#if defined(NNCC_SANITISED)
constexpr int kBatches = 2, kProgramsPerBatch = 10, kEmittedPerBatch = 2;
#else
constexpr int kBatches = 5, kProgramsPerBatch = 40, kEmittedPerBatch = 3;
#endif
constexpr std::uint64_t kFirstSeed = 100;

CompileOptions options() {
    CompileOptions options;
#if defined(NNCC_SANITISED)
    options.compiler = "clang++-19";  // whose runtime this program has
    options.flags = {"-O0", "-march=native", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"};
#endif
    return options;
}

// By itself: what a failing one is shrunk by.
std::string emitted_problem(const RandomProgram& program) {
    if (!AnalysedText(program.text, true).model()) return "";
    EmittedPrograms emitted;
    if (std::string what = emitted.add(program); !what.empty()) return what;
    if (Expected<> compiled = emitted.compile(options()); !compiled) return compiled.error().message.substr(0, 2000);
    return emitted.problem(0);
}

using ProgramProperty = std::string (*)(const RandomProgram&);

void report(const RandomProgram& program, ProgramProperty property) {
    const auto problem = [property](const RandomProgram& candidate) {
        return problem_in_child([&] { return property(candidate); });
    };
    const RandomProgram small =
        shrink(program, [&](const RandomProgram& candidate) { return !problem(candidate).empty(); });
    report_case(small.seed, problem(small), small.text, ".nn");
}

class RandomPrograms : public ::testing::TestWithParam<int> {};

TEST_P(RandomPrograms, AreTheSameHoweverTheyAreRun) {
    if (const auto saved = saved_case()) {
        const RandomProgram program{*saved, seed_of_case(*saved)};
        EXPECT_EQ(program_problem(program), "");
        EXPECT_EQ(emitted_problem(program), "");
        return;
    }
    const RandomCalls calls;
    const SeedRange all = seeds(kFirstSeed, static_cast<std::uint64_t>(kBatches * kProgramsPerBatch));
    const std::uint64_t per_batch = all.count / kBatches;
    const std::uint64_t first = all.first + static_cast<std::uint64_t>(GetParam()) * per_batch;
    // By evaluation, in a child process: what ends the program is a failure like others.
    check_seeds(
        {first, per_batch}, [&](std::uint64_t seed) { return program_problem(random_program(calls, seed)); },
        [&](std::uint64_t seed) { report(random_program(calls, seed), program_problem); });
    // And a part of them emitted, in one translation unit.
    EmittedPrograms emitted;
    std::vector<RandomProgram> programs;
    for (std::uint64_t seed = first; seed < first + kEmittedPerBatch; ++seed) {
        RandomProgram program = random_program(calls, seed);
        const std::string what = emitted.add(program);
        EXPECT_EQ(what, "") << "seed " << seed << "\n" << program.text;
        if (what.empty()) programs.push_back(std::move(program));
    }
    const Expected<> compiled = emitted.compile(options());
    ASSERT_TRUE(compiled) << compiled.error().message.substr(0, 6000);
    for (std::size_t k = 0; k < programs.size(); ++k) {
        const std::string what = emitted.problem(k);
        if (what.empty()) continue;
        ADD_FAILURE() << "seed " << programs[k].seed << ": " << what;
        report(programs[k], emitted_problem);
    }
}

INSTANTIATE_TEST_SUITE_P(Batches, RandomPrograms, ::testing::Range(0, kBatches));

// What the programs are made of: they are valid, nearly all of the library occurs, and so does every construct.
TEST(RandomProgramCoverage, IsOfTheLibraryAndTheLanguage) {
#if defined(NNCC_SANITISED)
    GTEST_SKIP() << "what programs are drawn is the same";
#endif
    const RandomCalls calls;
    std::map<std::string, int> seen;
    constexpr int kPrograms = 40;
    for (std::uint64_t seed = kFirstSeed; seed < kFirstSeed + kPrograms; ++seed) {
        const RandomProgram program = random_program(calls, seed);
        const AnalysedText analysed(program.text, true);
        ASSERT_TRUE(analysed.model()) << program.text;
        EXPECT_TRUE(analysed.model()->train) << program.text;
        std::string word;
        std::set<std::string> words;
        for (const char letter : program.text) {
            if (std::isalnum(static_cast<unsigned char>(letter)) || letter == '_') {
                word += letter;
                continue;
            }
            words.insert(word);
            word.clear();
            words.insert(std::string(1, letter));
        }
        for (const std::string& one : words) ++seen[one];
    }
    for (const char* construct : {"for", "if", "else", "scan", "carry", "yield", "new", "derivative", "split", "fn",
                                  "|", "einsum", "gather", "[", "first", "gradient", "metrics", "i32", "training"})
        EXPECT_GT(seen[construct], 0) << construct;
    int layers = 0;
    const std::vector<std::string> names = calls.layer_names();
    for (const std::string& name : names) layers += seen[name] > 0 ? 1 : 0;
    std::printf("%d programs: %d of %zu functions\n", kPrograms, layers, names.size());
    EXPECT_GT(layers, static_cast<int>(names.size()) / 2);
}

// As if every program with a layer_norm were wrong.
TEST(ShrinkProgram, LeavesThePlantedMistakeAlone) {
#if defined(NNCC_SANITISED)
    GTEST_SKIP() << "hundreds of analyses";
#endif
    const auto fails = [](const RandomProgram& program) {
        return program.text.find("layer_norm") != std::string::npos && AnalysedText(program.text, true).model();
    };
    const RandomCalls calls;
    RandomProgram program = random_program(calls, 0);
    for (std::uint64_t seed = 1; !fails(program); ++seed) program = random_program(calls, seed);
    const RandomProgram small = shrink(program, fails);
    EXPECT_TRUE(fails(small));
    EXPECT_LE(std::count(small.text.begin(), small.text.end(), '\n'), 6) << small.text;
    EXPECT_LE(small.text.size(), 220U) << small.text;
}

}  // namespace
}  // namespace nncc::testing
