// Compiles, loads and links emitted C++ through the Clang module.
#include "clang/compile.h"

#include <dlfcn.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <utility>

#include "base/file.h"
#include "clang/compile_input.h"
#include "clang/diagnostic_kinds.h"
#include "clang/loader.h"
#include "clang/runtime_text.h"

namespace nncc {
namespace {

using Clock = std::chrono::steady_clock;

double milliseconds_since(Clock::time_point start) {
    return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

Error load_error(std::string message) {
    return {&kLoadFailed, std::move(message), "`nncc build` makes a binary instead", {}, ExitCode::kEnvironment};
}

Expected<std::string> link_objects(std::vector<std::string_view> objects, bool executable) {
    Expected<OpenedModule> module = open_clang_module();
    if (!module) return module.error();
    CLibrary library = find_c_library();
    if (executable && (library.interpreter.empty() || library.files.empty())) {
        return Error{&kLinkFailed, "the C library of this process cannot be found", "", {}, ExitCode::kEnvironment};
    }
    clang_module::LinkInput input = {std::move(objects), executable ? std::move(library.interpreter) : std::string(),
                                     std::move(library.files)};
    std::string bytes;
    clang_module::Failure failure;
    if (!module->interface->link(input, bytes, failure)) return module_error(failure, kLinkFailed);
    return bytes;
}

std::vector<std::string_view> views(std::span<const ObjectCode> objects) {
    std::vector<std::string_view> result;
    for (const ObjectCode& object : objects) result.emplace_back(object.bytes);
    return result;
}

bool write_all(int file, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t count = ::write(file, bytes.data(), bytes.size());
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    return true;
}

}  // namespace

clang_module::CompileInput compile_input(std::string_view text, std::string_view file_name,
                                         const CompileOptions& options) {
    clang_module::CompileInput input;
    input.text = text;
    input.file_name = file_name;
    for (const MemoryFile& file : options.files) input.headers.push_back({file.name, file.text});
    for (const RuntimeFile& file : runtime_files()) input.headers.push_back({file.name, file.text});
    input.defines = options.defines;
    input.roots = options.roots;
    input.target_cpu = options.target_cpu;
    input.optimisation_level = options.optimisation_level;
    input.contract = options.contract;
    input.sanitize = options.sanitize;
    return input;
}

Expected<ObjectCode> compile_to_object(std::string_view text, std::string_view file_name,
                                       const CompileOptions& options) {
    const Clock::time_point start = Clock::now();
    NNCC_CHECK(options.optimisation_level >= 0 && options.optimisation_level <= 3, "{}", options.optimisation_level);
    if (options.sanitize && ::dlsym(RTLD_DEFAULT, "__asan_init") == nullptr) {
        return Error{&kTargetUnsupported,
                     "sanitized code needs a sanitized nncc",
                     "build the `asan` preset",
                     {},
                     ExitCode::kUsage};
    }
    Expected<OpenedModule> module = open_clang_module();
    if (!module) return module.error();
    clang_module::CompileOutput output;
    clang_module::Failure failure;
    if (!module->interface->compile(compile_input(text, file_name, options), output, failure)) {
        return module_error(failure, kEmittedTextRejected);
    }
    return ObjectCode{std::move(output.bytes), std::move(output.undefined_symbols), module->milliseconds,
                      output.front_end_milliseconds, milliseconds_since(start)};
}

LoadedModule::LoadedModule(LoadedModule&& other) noexcept
    : handle_(std::exchange(other.handle_, nullptr)),
      file_(std::exchange(other.file_, -1)),
      milliseconds_(other.milliseconds_) {}

LoadedModule& LoadedModule::operator=(LoadedModule&& other) noexcept {
    std::swap(handle_, other.handle_);
    std::swap(file_, other.file_);
    std::swap(milliseconds_, other.milliseconds_);
    return *this;
}

LoadedModule::~LoadedModule() {
    if (handle_ != nullptr) ::dlclose(handle_);
    if (file_ >= 0) ::close(file_);
}

void* LoadedModule::symbol(const std::string& name) const { return ::dlsym(handle_, name.c_str()); }

Expected<LoadedModule> load(std::span<const ObjectCode> objects) {
    const Clock::time_point start = Clock::now();
    Expected<std::string> bytes = link_objects(views(objects), /*executable=*/false);
    if (!bytes) return bytes.error();
    const int file = ::memfd_create("nncc model", MFD_CLOEXEC);
    LoadedModule module(nullptr, file, 0);
    if (file < 0 || !write_all(file, *bytes)) {
        return load_error(fmt::format("a file in memory cannot be written: {}", std::strerror(errno)));
    }
    // The name must differ from that of every module that is still loaded, or the dynamic linker returns the other one.
    module.handle_ = ::dlopen(fmt::format("/proc/self/fd/{}", file).c_str(), RTLD_NOW | RTLD_LOCAL);
    if (module.handle_ == nullptr) return load_error(fmt::format("the dynamic linker says: {}", ::dlerror()));
    module.milliseconds_ = milliseconds_since(start);
    return module;
}

Expected<LoadedModule> load(const ObjectCode& object) { return load(std::span(&object, 1)); }

Expected<LinkedExecutable> link_executable(std::span<const ObjectCode> objects, const std::string& output_path) {
    const Clock::time_point start = Clock::now();
    for (const ObjectCode& object : objects) {
        for (const std::string& symbol : object.undefined_symbols) {
            if (!symbol.starts_with("__asan_")) continue;
            return Error{&kTargetUnsupported, "sanitized code is not linked into binaries", "", {}, ExitCode::kUsage};
        }
    }
    CompileOptions start_options;
    start_options.optimisation_level = 1;
    Expected<ObjectCode> start_code = compile_to_object(runtime_text("program/start.cpp"), "start.cpp", start_options);
    if (!start_code) return start_code.error();
    std::vector<std::string_view> all = views(objects);
    all.emplace_back(start_code->bytes);
    Expected<std::string> bytes = link_objects(std::move(all), /*executable=*/true);
    if (!bytes) return bytes.error();
    Expected<> written = write_file_atomically(output_path, *bytes);
    if (!written) return written.error();
    // Whoever may read it may run it.
    struct stat status = {};
    if (::stat(output_path.c_str(), &status) == 0 && S_ISREG(status.st_mode)) {
        const mode_t mode = (status.st_mode & 07777) | ((status.st_mode & 0444) >> 2);
        if (::chmod(output_path.c_str(), mode) != 0) {
            return Error{&kFileUnwritable,
                         fmt::format("`{}` cannot be made executable: {}", output_path, std::strerror(errno)),
                         "",
                         {},
                         ExitCode::kEnvironment};
        }
    }
    return LinkedExecutable{bytes->size(), milliseconds_since(start)};
}

std::string describe_times(const ObjectCode& object) {
    return fmt::format("compiled in {:.0f} ms (module {:.0f}, front end {:.0f})", object.milliseconds,
                       object.module_milliseconds, object.front_end_milliseconds);
}

}  // namespace nncc
