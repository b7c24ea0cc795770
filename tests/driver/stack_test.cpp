// `kStackBytes` bounds what a call really takes: it runs on a painted stack of its own, and what lost its paint is
// counted.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "run_nncc.h"

namespace nncc::testing {
namespace {

struct StackCase {
    std::string model;
    std::vector<std::string> options;
    std::string forward, step;  // arguments; "" where there is no trainer
};

std::vector<std::string> words(const std::string& text) {
    std::vector<std::string> result;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = std::min(text.find(' ', at), text.size());
        if (end > at) result.push_back(text.substr(at, end - at));
        at = end + 1;
    }
    return result;
}

std::string program_of(const StackCase& c) {
    std::string text = fmt::format("#include \"{0}.h\"\nnamespace m = {0};\n", c.model);
    text += R"(#include <ucontext.h>
#include <cstdio>
static constexpr int kPainted = 4 << 20;
alignas(64) static unsigned char stack[kPainted];
alignas(64) static float zeros[1 << 22], results[1 << 20];
static int tokens[1 << 12];
static m::Weights weights;
static m::Packed packed;
static ucontext_t outside, inside;

template <class Call>
static int bytes_of(void (*entry)(), Call) {
    for (unsigned char& byte : stack) byte = 0xA5;
    getcontext(&inside);
    inside.uc_stack.ss_sp = stack;
    inside.uc_stack.ss_size = kPainted;
    inside.uc_link = &outside;
    makecontext(&inside, entry, 0);
    swapcontext(&outside, &inside);
    int clean = 0;
    while (clean < kPainted && stack[clean] == 0xA5) ++clean;
    return kPainted - clean;
}
)";
    text += fmt::format("static m::Model<1> model(packed);\nstatic void forward() {{ (void)model.forward({}); }}\n",
                        c.forward);
    if (!c.step.empty())
        text += fmt::format(
            "static m::Trainer trainer(weights, 1);\nstatic void step() {{ (void)trainer.step({}); }}\n", c.step);
    text += R"(static void nothing() {}
int main() {
    m::initialize(weights, 1);
    m::pack(weights, packed);
    const int base = bytes_of(nothing, 0);
    std::printf("%d %d\n", bytes_of(forward, 0) - base, m::Model<1>::kStackBytes);
)";
    if (!c.step.empty())
        text +=
            "    trainer.restart(weights, 1);\n    std::printf(\"%d %d\\n\", bytes_of(step, 0) - base, "
            "m::Trainer::kStackBytes);\n";
    return text + "}\n";
}

class Stack : public ::testing::TestWithParam<StackCase> {};

TEST_P(Stack, IsWithinWhatTheHeaderSays) {
#if defined(NNCC_SANITISED)
    GTEST_SKIP() << "what is measured is compiled without sanitizers, and was in the other build";
#endif
    const ScratchFolder folder;
    const StackCase& c = GetParam();
    std::vector<std::string> arguments = c.options;
    arguments.insert(arguments.end(),
                     {source_path("models/" + c.model + ".nn"), "-q", "-o", folder.file(c.model + ".cpp")});
    const RunResult emitted = run_nncc(arguments);
    ASSERT_EQ(emitted.exit_code, 0) << emitted.errors;
    const std::string main_file = folder.write("stack.cpp", program_of(c));
    for (const char* compiler : {"g++", "clang++-19"}) {
        // -z now: a first call through the loader would be counted.
        std::vector<std::string> command = {compiler, "-std=c++20",          "-O3", "-march=native", "-Wl,-z,now",
                                            "-I",     source_path("runtime")};
        command.insert(command.end(), {folder.file(c.model + ".cpp"), main_file, "-o", folder.file("stack")});
        const RunResult compiled = run_program(command);
        ASSERT_EQ(compiled.exit_code, 0) << compiled.errors;
        const RunResult run = run_program({folder.file("stack")});
        ASSERT_EQ(run.exit_code, 0) << run.errors;
        const std::vector<std::string> lines = split_lines(run.output);
        ASSERT_EQ(lines.size(), c.step.empty() ? 1U : 2U);
        for (const std::string& line : lines) {
            const std::vector<std::string> numbers = words(line);
            ASSERT_EQ(numbers.size(), 2U);
            const int used = std::stoi(numbers[0]), said = std::stoi(numbers[1]);
            EXPECT_GE(used, 0);
            EXPECT_LE(used, said) << compiler;
            std::printf("%s %s: %d of %d bytes\n", c.model.c_str(), compiler, used, said);
        }
    }
}

INSTANTIATE_TEST_SUITE_P(OfModels, Stack,
                         ::testing::Values(StackCase{"pima", {}, "zeros, results", "zeros, zeros"},
                                           StackCase{"siamese", {}, "zeros, zeros, results", "zeros, zeros, zeros"},
                                           StackCase{"airline_gru", {}, "zeros, results", "zeros, zeros"},
                                           StackCase{"amp_gru",
                                                     {"-D", "time<=64"},
                                                     "64, {zeros, 64}, {results, 64}",
                                                     "64, {zeros, 1024}, {zeros, 1024}"},
                                           StackCase{"mnist_cnn", {}, "zeros, results", ""},
                                           StackCase{"char_gpt", {"-D", "time=64"}, "tokens, results", ""}),
                         [](const auto& of) { return of.param.model; });

}  // namespace
}  // namespace nncc::testing
