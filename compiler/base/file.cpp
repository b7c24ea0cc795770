// Paths to bytes, and bytes to files that appear whole or not at all.
#include "base/file.h"

#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <optional>

namespace nncc {

namespace {

// An open file; the destructor closes it.
class Descriptor {
  public:
    explicit Descriptor(int number) : number_(number) {}
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() { close(); }
    int number() const { return number_; }
    bool is_open() const { return number_ >= 0; }
    // The error number of a failed close (some file systems report a full disk only here); 0 when fine.
    int close() {
        if (number_ < 0) return 0;
        int result = ::close(number_);
        number_ = -1;
        return result == 0 || errno == EINTR ? 0 : errno;
    }

  private:
    int number_;
};

// While it lives, a write to a closed pipe or beyond the limit of file sizes is an error number and not a signal that
// ends the process half way. Both signals are sent to the writing thread, so blocking them here suffices.
class WriteSignalsBlocked {
  public:
    WriteSignalsBlocked() {
        sigemptyset(&signals_);
        sigaddset(&signals_, SIGPIPE);
        sigaddset(&signals_, SIGXFSZ);
        pthread_sigmask(SIG_BLOCK, &signals_, &before_);
    }
    WriteSignalsBlocked(const WriteSignalsBlocked&) = delete;
    WriteSignalsBlocked& operator=(const WriteSignalsBlocked&) = delete;
    ~WriteSignalsBlocked() {
        int reason = errno;
        timespec now = {};
        while (sigtimedwait(&signals_, nullptr, &now) > 0) {
        }
        pthread_sigmask(SIG_SETMASK, &before_, nullptr);
        errno = reason;
    }

  private:
    sigset_t signals_;
    sigset_t before_;
};

Error unreadable(const std::string& path, const std::string& reason, std::string hint = "") {
    return {.kind = &kFileUnreadable,
            .message = fmt::format("cannot read `{}`: {}", path, reason),
            .hint = std::move(hint)};
}

Error unwritable(const std::string& path, const std::string& reason, std::string hint = "") {
    return {.kind = &kFileUnwritable,
            .message = fmt::format("cannot write `{}`: {}", path, reason),
            .hint = std::move(hint)};
}

// What the operating system says, in the style of our messages; independent of the locale.
std::string reason_text(int number) {
    const char* text = ::strerrordesc_np(number);
    if (text == nullptr) return fmt::format("error {}", number);
    std::string reason = text;
    if (reason.size() > 1 && reason[1] >= 'a' && reason[1] <= 'z' && reason[0] >= 'A' && reason[0] <= 'Z') {
        reason[0] = static_cast<char>(reason[0] - 'A' + 'a');
    }
    return reason;
}

std::string folder_of(const std::string& path) {
    std::size_t slash = path.rfind('/');
    if (slash == std::string::npos) return ".";
    return slash == 0 ? "/" : path.substr(0, slash);
}

// 0, or the error number of the write that failed.
int write_all(int descriptor, std::string_view bytes) {
    constexpr std::size_t kChunkBytes = std::size_t{1} << 24;
    while (!bytes.empty()) {
        ssize_t count = ::write(descriptor, bytes.data(), std::min(bytes.size(), kChunkBytes));
        if (count < 0) {
            if (errno == EINTR) continue;
            return errno;
        }
        bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    return 0;
}

// fsync, but a file system that has no such thing is no failure.
int sync(int descriptor) {
    if (::fsync(descriptor) == 0 || errno == EINVAL || errno == ENOTSUP || errno == EROFS) return 0;
    return errno;
}

// Creates a file of its own beside the target; the name is short, so that any target's folder accepts it.
int create_temporary(const std::string& folder, std::string& path) {
    for (int attempt = 0; attempt < 100; ++attempt) {
        std::uint64_t number = 0;
        if (::getrandom(&number, sizeof number, 0) != static_cast<ssize_t>(sizeof number)) return -1;
        path = fmt::format("{}/.nncc-{:016x}", folder, number);
        int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (descriptor >= 0 || errno != EEXIST) return descriptor;
    }
    return -1;
}

Expected<> write_directly(const std::string& path, std::string_view bytes) {
    Descriptor file(::open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NOCTTY));
    if (!file.is_open()) return unwritable(path, reason_text(errno));
    if (int number = write_all(file.number(), bytes); number != 0) return unwritable(path, reason_text(number));
    if (int number = file.close(); number != 0) return unwritable(path, reason_text(number));
    return Nothing{};
}

Expected<> replace(const std::string& path, std::string_view bytes, std::optional<mode_t> mode) {
    std::string folder = folder_of(path);
    std::string temporary;
    Descriptor file(create_temporary(folder, temporary));
    if (!file.is_open()) {
        int number = errno;
        if (number == ENOENT || number == ENOTDIR) {
            return unwritable(path, fmt::format("there is no folder `{}`", folder), "create the folder first");
        }
        return unwritable(path, reason_text(number));
    }
    int number = write_all(file.number(), bytes);
    if (number == 0 && mode && ::fchmod(file.number(), *mode) != 0) number = errno;
    if (number == 0) number = sync(file.number());
    if (int closed = file.close(); number == 0) number = closed;
    if (number == 0 && ::rename(temporary.c_str(), path.c_str()) != 0) number = errno;
    if (number != 0) {
        ::unlink(temporary.c_str());
        return unwritable(path, reason_text(number));
    }
    // The new name itself reaches the disk with the folder. A folder that cannot be opened for reading is left to it.
    Descriptor directory(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (directory.is_open() && sync(directory.number()) != 0) {
        return unwritable(path, "the file was replaced, but its folder could not be synced to the disk");
    }
    return Nothing{};
}

}  // namespace

Expected<std::string> read_file(const std::string& path, std::int64_t limit_bytes) {
    bool is_standard_input = path == "-";
    Descriptor opened(is_standard_input ? -1 : ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
    if (!is_standard_input && !opened.is_open()) return unreadable(path, reason_text(errno));
    int descriptor = is_standard_input ? STDIN_FILENO : opened.number();

    struct stat status = {};
    if (::fstat(descriptor, &status) != 0) return unreadable(path, reason_text(errno));
    if (S_ISDIR(status.st_mode)) return unreadable(path, "it is a folder", "name a file in it");

    Error too_large = {
        .kind = &kFileTooLarge,
        .message = fmt::format("`{}` is larger than {} bytes, the most that is accepted", path, limit_bytes)};
    if (S_ISREG(status.st_mode) && status.st_size > limit_bytes) return too_large;

    // The size is only a first guess: pipes have none, and a file may grow while it is read.
    constexpr std::size_t kChunkBytes = std::size_t{1} << 16;
    std::string bytes;
    std::size_t size = 0;
    bytes.resize(S_ISREG(status.st_mode) ? static_cast<std::size_t>(status.st_size) + 1 : kChunkBytes);
    while (true) {
        if (size == bytes.size()) bytes.resize(size + std::max(size / 2, kChunkBytes));
        ssize_t count = ::read(descriptor, bytes.data() + size, bytes.size() - size);
        if (count < 0) {
            if (errno == EINTR) continue;
            return unreadable(path, reason_text(errno));
        }
        if (count == 0) break;
        size += static_cast<std::size_t>(count);
        if (static_cast<std::int64_t>(size) > limit_bytes) return too_large;
    }
    bytes.resize(size);
    return bytes;
}

Expected<> write_file_atomically(const std::string& path, std::string_view bytes) {
    WriteSignalsBlocked blocked;
    if (path == "-") {
        int number = write_all(STDOUT_FILENO, bytes);
        if (number != 0) return unwritable("standard output", reason_text(number));
        return Nothing{};
    }
    struct stat status = {};
    if (::stat(path.c_str(), &status) != 0) {
        int number = errno;
        struct stat link = {};
        if (number == ENOENT && ::lstat(path.c_str(), &link) == 0) {
            return unwritable(path, "it is a symbolic link to nothing", "remove the link, or create what it points to");
        }
        if (number == ENOENT || number == ENOTDIR) return replace(path, bytes, std::nullopt);
        return unwritable(path, reason_text(number));
    }
    if (S_ISDIR(status.st_mode)) return unwritable(path, "it is a folder", "name a file in it");
    if (!S_ISREG(status.st_mode)) return write_directly(path, bytes);
    // Through a symbolic link, the file it points to is replaced, and the link stays.
    std::unique_ptr<char, decltype(&::free)> resolved(::realpath(path.c_str(), nullptr), &::free);
    if (resolved == nullptr) return unwritable(path, reason_text(errno));
    return replace(resolved.get(), bytes, status.st_mode & 07777);
}

}  // namespace nncc
