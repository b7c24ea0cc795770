// Opens the module that holds Clang on first need and says where the C library of this process is.
#include "clang/loader.h"

#include <dlfcn.h>
#include <link.h>

#include <array>
#include <chrono>
#include <filesystem>
#include <system_error>

#include "clang/diagnostic_kinds.h"

namespace nncc {
namespace {

namespace fs = std::filesystem;

struct Opening {
    const clang_module::Interface* interface = nullptr;
    std::vector<std::string> reasons;
};

Opening open_first_candidate() {
    Opening opening;
    std::vector<fs::path> candidates;
    std::error_code error;
    const fs::path binary = fs::read_symlink("/proc/self/exe", error);
    if (!error) {
        candidates.push_back(binary.parent_path() / NNCC_CLANG_MODULE_NAME);
        candidates.push_back(binary.parent_path().parent_path() / "lib" / "nncc" / NNCC_CLANG_MODULE_NAME);
    }
    candidates.push_back(fs::path(NNCC_CLANG_MODULE_FOLDER) / NNCC_CLANG_MODULE_NAME);
    for (const fs::path& candidate : candidates) {
        if (!fs::exists(candidate, error)) {
            opening.reasons.push_back(fmt::format("{}: no such file", candidate.string()));
            continue;
        }
        void* handle = ::dlopen(candidate.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
        if (handle == nullptr) {
            opening.reasons.emplace_back(::dlerror());
            continue;
        }
        using Entry = const clang_module::Interface* (*)();
        const auto entry = reinterpret_cast<Entry>(::dlsym(handle, "nncc_clang_module"));
        if (entry != nullptr && entry()->version >= clang_module::kOldestInterfaceVersion) {
            opening.interface = entry();
            return opening;
        }
        opening.reasons.push_back(fmt::format("{}: made by another version of nncc", candidate.string()));
        ::dlclose(handle);
    }
    return opening;
}

int note_library(dl_phdr_info* info, std::size_t, void* data) {
    CLibrary& library = *static_cast<CLibrary*>(data);
    const std::string path = info->dlpi_name == nullptr ? "" : info->dlpi_name;
    if (path.empty()) {  // the program itself
        for (int i = 0; i < info->dlpi_phnum; ++i) {
            if (info->dlpi_phdr[i].p_type != PT_INTERP || !library.interpreter.empty()) continue;
            library.interpreter = reinterpret_cast<const char*>(info->dlpi_addr + info->dlpi_phdr[i].p_vaddr);
        }
        return 0;
    }
    const std::string name = fs::path(path).filename().string();
    if (name == "libc.so.6" || name == "libm.so.6") library.files.push_back(path);
    return 0;
}

}  // namespace

Expected<OpenedModule> open_clang_module() {
    const auto start = std::chrono::steady_clock::now();
    bool opened_now = false;
    static const Opening opening = [&] {
        opened_now = true;
        return open_first_candidate();
    }();
    if (opening.interface == nullptr) {
        return Error{.kind = &kClangModuleMissing,
                     .message = "the module that compiles in process cannot be opened",
                     .hint = fmt::format("put `{}` beside the nncc binary", NNCC_CLANG_MODULE_NAME),
                     .notes = opening.reasons,
                     .exit_code = ExitCode::kEnvironment};
    }
    const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - start;
    return OpenedModule{opening.interface, opened_now ? took.count() : 0.0};
}

CLibrary find_c_library() {
    CLibrary library;
    ::dl_iterate_phdr(note_library, &library);
    return library;
}

Error module_error(const clang_module::Failure& failure, const DiagnosticKind& kind) {
    switch (failure.kind) {
        case clang_module::FailureKind::kRejected:
            return {&kind, failure.message, "", failure.notes, ExitCode::kInternal};
        case clang_module::FailureKind::kTargetUnknown:
            return {&kTargetUnsupported, failure.message, "use a name of LLVM's, such as `x86-64-v3`", failure.notes,
                    ExitCode::kUsage};
        case clang_module::FailureKind::kEntryPointMissing:
            return {&kEntryPointMissing, failure.message, "", failure.notes, ExitCode::kInternal};
    }
    return {};
}

}  // namespace nncc
