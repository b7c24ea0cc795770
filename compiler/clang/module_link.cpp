// Turns objects in memory into the bytes of a shared object or executable with lld, without touching the disk.
//
// lld reads and writes paths. Objects are given as files in memory under /proc/self/fd, and the output goes into a pipe
// that a thread drains: lld then builds it in memory (into a regular file it would map it, and a full disk would be a
// SIGBUS).
#include <fcntl.h>
#include <lld/Common/Driver.h>
#include <llvm/Support/raw_ostream.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

#include "clang/module_frontend.h"

LLD_HAS_DRIVER(elf)

namespace nncc::clang_module {
namespace {

// A descriptor that is closed with its scope.
class Descriptor {
  public:
    explicit Descriptor(int number = -1) : number_(number) {}
    Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
    Descriptor& operator=(Descriptor&&) = delete;
    ~Descriptor() { close(); }
    void close() {
        if (number_ >= 0) ::close(std::exchange(number_, -1));
    }
    int number() const { return number_; }
    std::string path() const { return "/proc/self/fd/" + std::to_string(number_); }

  private:
    int number_;
};

bool write_all(int file, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t count = ::write(file, bytes.data(), bytes.size());
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    return true;
}

void read_to_end(int file, std::string& bytes) {
    char buffer[1 << 16];
    while (true) {
        const ssize_t count = ::read(file, buffer, sizeof buffer);
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return;
        bytes.append(buffer, static_cast<std::size_t>(count));
    }
}

bool fail(Failure& failure, std::string message) {
    failure.message = std::move(message);
    return false;
}

std::vector<std::string> arguments_of(const LinkInput& input, const std::string& output_path,
                                      const std::vector<Descriptor>& objects) {
    std::vector<std::string> arguments = {"ld.lld",
                                          "-m",
                                          "elf_x86_64",
                                          "--threads=1",
                                          "--gc-sections",
                                          "--hash-style=gnu",
                                          "--build-id=sha1",
                                          "--eh-frame-hdr",
                                          "-z",
                                          "relro",
                                          "-z",
                                          "now",
                                          "-z",
                                          "noexecstack",
                                          "-o",
                                          output_path};
    if (input.interpreter.empty()) {
        arguments.insert(arguments.end(), {"-shared", "-Bsymbolic"});
    } else {
        arguments.insert(arguments.end(),
                         {"-pie", "--strip-all", "--dynamic-linker", input.interpreter, "--no-undefined"});
    }
    for (const Descriptor& object : objects) arguments.push_back(object.path());
    arguments.emplace_back("--as-needed");
    arguments.insert(arguments.end(), input.libraries.begin(), input.libraries.end());
    return arguments;
}

void split_lines(llvm::StringRef text, std::vector<std::string>& lines) {
    while (!text.empty()) {
        auto [line, rest] = text.split('\n');
        if (!line.trim().empty()) lines.push_back(line.str());
        text = rest;
    }
}

}  // namespace

bool link(const LinkInput& input, std::string& bytes, Failure& failure) {
    static std::mutex one_at_a_time;  // lld keeps its state in globals
    std::lock_guard lock(one_at_a_time);
    initialise_llvm();

    std::vector<Descriptor> objects;
    for (std::string_view object : input.objects) {
        objects.emplace_back(::memfd_create("nncc object", MFD_CLOEXEC));
        if (objects.back().number() < 0 || !write_all(objects.back().number(), object)) {
            return fail(failure, std::string("a file in memory cannot be written: ") + std::strerror(errno));
        }
    }
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) {
        return fail(failure, std::string("a pipe cannot be opened: ") + std::strerror(errno));
    }
    Descriptor output_end(ends[0]);
    Descriptor input_end(ends[1]);
    std::thread reader;
    try {
        reader = std::thread(read_to_end, output_end.number(), std::ref(bytes));
    } catch (const std::system_error& error) {
        return fail(failure, std::string("a thread cannot be started: ") + error.what());
    }

    const std::vector<std::string> arguments = arguments_of(input, input_end.path(), objects);
    std::vector<const char*> pointers;
    for (const std::string& argument : arguments) pointers.push_back(argument.c_str());
    std::string messages;
    llvm::raw_string_ostream stream(messages);
    const lld::Result result = lld::lldMain(pointers, stream, stream, {{lld::Gnu, &lld::elf::link}});
    input_end.close();
    reader.join();
    stream.flush();
    if (result.retCode == 0 && !bytes.empty()) return true;
    bytes.clear();
    split_lines(messages, failure.notes);
    return fail(failure, "the linker refused the objects");
}

}  // namespace nncc::clang_module
