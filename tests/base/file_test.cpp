// Reading and writing files: what is refused, what is left behind, and what a failure must not touch.
#include "base/file.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <thread>

namespace nncc {

namespace {

class FileTest : public ::testing::Test {
  protected:
    void SetUp() override {
        std::string pattern = (std::filesystem::temp_directory_path() / "nncc-file-test-XXXXXX").string();
        ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
        folder_ = pattern;
    }
    void TearDown() override { std::filesystem::remove_all(folder_); }

    std::string path(const std::string& name) const { return folder_ + "/" + name; }
    std::vector<std::string> names() const {
        std::vector<std::string> found;
        for (const auto& entry : std::filesystem::directory_iterator(folder_)) found.push_back(entry.path().filename());
        std::sort(found.begin(), found.end());
        return found;
    }
    void expect_content(const std::string& name, const std::string& content) const {
        Expected<std::string> bytes = read_file(path(name));
        ASSERT_TRUE(bytes) << bytes.error().message;
        EXPECT_EQ(*bytes, content);
    }
    static void expect_error(const Expected<>& result, const DiagnosticKind& kind, const std::string& part) {
        ASSERT_FALSE(result);
        EXPECT_EQ(result.error().kind, &kind);
        EXPECT_EQ(result.error().exit_code, ExitCode::kEnvironment);
        EXPECT_NE(result.error().message.find(part), std::string::npos) << result.error().message;
    }

    std::string folder_;
};

TEST_F(FileTest, WhatIsWrittenIsRead) {
    std::string bytes;
    for (int i = 0; i < 1 << 18; ++i) bytes += static_cast<char>(i * 7);
    ASSERT_TRUE(write_file_atomically(path("a"), bytes));
    expect_content("a", bytes);
    ASSERT_TRUE(write_file_atomically(path("a"), ""));
    expect_content("a", "");
    EXPECT_EQ(names(), std::vector<std::string>{"a"});
}

TEST_F(FileTest, NewFilesFollowTheUmaskAndOldOnesKeepTheirMode) {
    mode_t before = ::umask(027);
    ASSERT_TRUE(write_file_atomically(path("a"), "1"));
    ::umask(before);
    struct stat status = {};
    ASSERT_EQ(::stat(path("a").c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 07777, 0640U);
    ASSERT_EQ(::chmod(path("a").c_str(), 0755), 0);
    ASSERT_TRUE(write_file_atomically(path("a"), "2"));
    ASSERT_EQ(::stat(path("a").c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 07777, 0755U);
}

TEST_F(FileTest, ASymbolicLinkStaysAndItsTargetIsReplaced) {
    ASSERT_TRUE(write_file_atomically(path("target"), "old"));
    ASSERT_EQ(::symlink("target", path("link").c_str()), 0);
    ASSERT_TRUE(write_file_atomically(path("link"), "new"));
    EXPECT_TRUE(std::filesystem::is_symlink(path("link")));
    expect_content("target", "new");
    ASSERT_EQ(::symlink("nothing", path("dangling").c_str()), 0);
    expect_error(write_file_atomically(path("dangling"), "x"), kFileUnwritable, "symbolic link to nothing");
}

TEST_F(FileTest, RefusesFoldersAndMissingFolders) {
    expect_error(write_file_atomically(folder_, "x"), kFileUnwritable, "it is a folder");
    expect_error(write_file_atomically(path("no/a"), "x"), kFileUnwritable, "there is no folder");
    EXPECT_EQ(read_file(folder_).error().kind, &kFileUnreadable);
    EXPECT_NE(read_file(path("no")).error().message.find("no such file or directory"), std::string::npos);
    EXPECT_TRUE(names().empty());
}

TEST_F(FileTest, RefusesMoreThanTheLimit) {
    ASSERT_TRUE(write_file_atomically(path("a"), "12345"));
    EXPECT_TRUE(read_file(path("a"), 5));
    EXPECT_EQ(read_file(path("a"), 4).error().kind, &kFileTooLarge);
    EXPECT_EQ(read_file("/dev/zero", 100000).error().kind, &kFileTooLarge)
        << "a device has no size, but an end is needed";
}

TEST_F(FileTest, AFullDeviceIsAnError) {
    expect_error(write_file_atomically("/dev/full", "x"), kFileUnwritable, "no space left on device");
    EXPECT_TRUE(write_file_atomically("/dev/null", "x"));
    EXPECT_FALSE(std::filesystem::is_regular_file("/dev/null"));
}

TEST_F(FileTest, APipeIsWrittenToDirectly) {
    ASSERT_EQ(::mkfifo(path("pipe").c_str(), 0600), 0);
    std::string received;
    std::thread reader([&] { received = *read_file(path("pipe")); });
    EXPECT_TRUE(write_file_atomically(path("pipe"), "through"));
    reader.join();
    EXPECT_EQ(received, "through");
    EXPECT_TRUE(std::filesystem::is_fifo(path("pipe")));
}

// Runs in a child what changes the process: limits, standard streams. The child's exit code is 0 when `body` is true.
template <class Body>
bool holds_in_child(Body body) {
    pid_t child = ::fork();
    if (child == 0) ::_exit(body() ? 0 : 1);
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

// The n-th write fails, for every chunk at which a disk may become full.
TEST_F(FileTest, AFullDiskLeavesTheOldFileAndNothingElse) {
    ASSERT_TRUE(write_file_atomically(path("a"), "old"));
    const std::string large(100000, 'x');
    for (rlim_t limit : {0, 1, 4096, 65536, 99999}) {
        EXPECT_TRUE(holds_in_child([&] {
            rlimit full = {limit, limit};
            ::setrlimit(RLIMIT_FSIZE, &full);
            Expected<> result = write_file_atomically(path("a"), large);
            sigset_t pending;
            ::sigpending(&pending);
            return !result && result.error().kind == &kFileUnwritable && sigismember(&pending, SIGXFSZ) == 0;
        })) << "limit "
            << limit;
        expect_content("a", "old");
        EXPECT_EQ(names(), std::vector<std::string>{"a"});
    }
}

TEST_F(FileTest, AClosedPipeIsAnErrorAndNoSignal) {
    EXPECT_TRUE(holds_in_child([] {
        int ends[2];
        if (::pipe(ends) != 0) return false;
        ::close(ends[0]);
        ::dup2(ends[1], STDOUT_FILENO);
        Expected<> result = write_file_atomically("-", "x");
        return !result && result.error().message.find("broken pipe") != std::string::npos;
    }));
}

TEST_F(FileTest, MinusIsStandardInputAndOutput) {
    ASSERT_TRUE(write_file_atomically(path("in"), "given"));
    EXPECT_TRUE(holds_in_child([&] {
        ::dup2(::open(path("in").c_str(), O_RDONLY), STDIN_FILENO);
        ::dup2(::open(path("out").c_str(), O_WRONLY | O_CREAT, 0600), STDOUT_FILENO);
        Expected<std::string> bytes = read_file("-");
        return bytes && *bytes == "given" && write_file_atomically("-", *bytes + " back");
    }));
    expect_content("out", "given back");
}

TEST_F(FileTest, AFolderThatMayNotBeWrittenKeepsTheOldFile) {
    if (::geteuid() == 0) GTEST_SKIP() << "the superuser may write anywhere";
    ASSERT_TRUE(write_file_atomically(path("a"), "old"));
    ASSERT_EQ(::chmod(folder_.c_str(), 0500), 0);
    expect_error(write_file_atomically(path("a"), "new"), kFileUnwritable, "permission denied");
    ASSERT_EQ(::chmod(folder_.c_str(), 0700), 0);
    expect_content("a", "old");
}

// A reader sees the old file or the new one, never a part.
TEST_F(FileTest, ReadersNeverSeeHalfAFile) {
    const std::string first(300000, 'a');
    const std::string second(200000, 'b');
    ASSERT_TRUE(write_file_atomically(path("a"), first));
    std::thread writer([&] {
        for (int i = 0; i < 20; ++i) ASSERT_TRUE(write_file_atomically(path("a"), i % 2 == 0 ? second : first));
    });
    for (int i = 0; i < 200; ++i) {
        Expected<std::string> bytes = read_file(path("a"));
        ASSERT_TRUE(bytes);
        EXPECT_TRUE(*bytes == first || *bytes == second);
    }
    writer.join();
}

}  // namespace

}  // namespace nncc
