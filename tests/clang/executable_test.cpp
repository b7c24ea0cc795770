// Links a standalone binary in process, runs it, and looks at what it needs.
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <string>

#include "base/file.h"
#include "clang/compile.h"
#include "clang/diagnostic_kinds.h"

namespace nncc {
namespace {

namespace fs = std::filesystem;

constexpr const char* kProgram = R"(
extern "C" int printf(const char*, ...);
extern "C" int atexit(void (*)());
extern "C" int strcmp(const char*, const char*);
extern "C" int rand();
struct Counter { int value; Counter() : value(rand() >= 0 ? 3 : 4) {} ~Counter() { printf("destroyed\n"); } };
Counter counter;
int main(int count, char** arguments) {
    for (int i = 1; i < count; ++i) printf("%s ", arguments[i]);
    printf("%d\n", counter.value);
    return count > 1 && strcmp(arguments[1], "fail") == 0 ? 9 : 0;
}
)";

struct Outcome {
    std::string output;
    int code = -1;
};

Outcome run(const std::string& command) {
    Outcome outcome;
    std::FILE* pipe = ::popen((command + " 2>&1").c_str(), "r");
    if (pipe == nullptr) return outcome;
    std::array<char, 4096> buffer;
    while (std::size_t count = std::fread(buffer.data(), 1, buffer.size(), pipe))
        outcome.output.append(buffer.data(), count);
    const int status = ::pclose(pipe);
    outcome.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return outcome;
}

class Executable : public testing::Test {
  protected:
    void SetUp() override {
        folder_ = testing::TempDir() + "nncc_link_" + std::to_string(::getpid());
        fs::create_directory(folder_);
        path_ = folder_ + "/program";
    }
    void TearDown() override { fs::remove_all(folder_); }

    Expected<LinkedExecutable> build(const std::string& text) {
        Expected<ObjectCode> object = compile_to_object(text, "program.cpp");
        if (!object) return object.error();
        return link_executable(std::span(&*object, 1), path_);
    }

    std::string folder_;
    std::string path_;
};

TEST_F(Executable, RunsWithArgumentsInitialisersAndExitCode) {
    Expected<LinkedExecutable> linked = build(kProgram);
    ASSERT_TRUE(linked) << linked.error().message;
    EXPECT_EQ(linked->byte_count, fs::file_size(path_));
    EXPECT_LT(linked->byte_count, 20'000u);
    Outcome outcome = run(path_ + " one two");
    EXPECT_EQ(outcome.code, 0);
    EXPECT_EQ(outcome.output, "one two 3\ndestroyed\n");
    EXPECT_EQ(run(path_ + " fail").code, 9);
}

TEST_F(Executable, NeedsOnlyTheCLibrary) {
    ASSERT_TRUE(build(kProgram));
    const Outcome outcome = run("ldd " + path_);
    ASSERT_EQ(outcome.code, 0) << outcome.output;
    std::size_t begin = 0;
    int lines = 0;
    while (begin < outcome.output.size()) {
        const std::size_t end = outcome.output.find('\n', begin);
        const std::string line = outcome.output.substr(begin, end - begin);
        EXPECT_TRUE(line.find("linux-vdso") != std::string::npos || line.find("libc.so.6") != std::string::npos ||
                    line.find("ld-linux") != std::string::npos)
            << line;
        begin = end + 1;
        ++lines;
    }
    EXPECT_EQ(lines, 3) << outcome.output;
}

TEST_F(Executable, UsesLibmOnlyWhenItIsCalled) {
    ASSERT_TRUE(build("extern \"C\" double cbrt(double); int main(int n, char**) { return (int)cbrt(n * 27.0); }"));
    EXPECT_EQ(run(path_).code, 3);
    EXPECT_NE(run("ldd " + path_).output.find("libm.so.6"), std::string::npos);
}

TEST_F(Executable, RunsWhereThereIsNothingButTheCLibrary) {
    ASSERT_TRUE(build(kProgram));
    if (::geteuid() != 0) GTEST_SKIP() << "chroot needs root";
    const std::string root = folder_ + "/root";
    const std::string script = "set -e; mkdir -p " + root + "; cp " + path_ + " " + root + "/; for f in $(ldd " +
                               path_ + " | grep -o '/[^ ]*'); do mkdir -p " + root + "$(dirname $f); cp $f " + root +
                               "$f; done; "
                               "chroot " +
                               root + " /program in chroot";
    const Outcome outcome = run(script);
    EXPECT_EQ(outcome.output, "in chroot 3\ndestroyed\n");
}

TEST_F(Executable, UndefinedSymbolIsALinkError) {
    Expected<LinkedExecutable> linked = build("extern \"C\" int absent(); int main(int, char**) { return absent(); }");
    ASSERT_FALSE(linked);
    EXPECT_EQ(linked.error().kind, &kLinkFailed);
    ASSERT_FALSE(linked.error().notes.empty());
    EXPECT_NE(linked.error().notes[0].find("undefined symbol: absent"), std::string::npos) << linked.error().notes[0];
    EXPECT_FALSE(fs::exists(path_));
    // lld failed once; it must work again.
    EXPECT_TRUE(build(kProgram));
}

TEST_F(Executable, UnwritableTargetIsAnError) {
    Expected<ObjectCode> object = compile_to_object(kProgram, "program.cpp");
    ASSERT_TRUE(object);
    Expected<LinkedExecutable> linked = link_executable(std::span(&*object, 1), folder_ + "/absent/program");
    ASSERT_FALSE(linked);
    EXPECT_EQ(linked.error().kind, &kFileUnwritable);
}

}  // namespace
}  // namespace nncc
