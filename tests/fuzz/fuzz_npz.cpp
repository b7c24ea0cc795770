// libFuzzer: bytes as one .npy array, and as an .npz archive in a file of memory.
#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <string>

#include "interop/npz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    constexpr nncc::NumpyLimits kLimits{.value_bytes = 1 << 20};
    const std::string_view text(reinterpret_cast<const char*>(bytes), size);
    if (const nncc::Expected<nncc::NumpyArray> array = nncc::parse_npy(text, "fuzz", kLimits)) {
        std::int64_t count = 1;
        for (const std::int64_t extent : array->shape) count *= extent;
        if (static_cast<std::int64_t>(array->values.size()) != count) std::abort();
    }
    const int file = memfd_create("fuzz.npz", MFD_CLOEXEC);
    if (file < 0 || write(file, bytes, size) != static_cast<ssize_t>(size)) std::abort();
    const std::string path = "/proc/self/fd/" + std::to_string(file);
    const nncc::Expected<std::vector<std::string>> names = nncc::list_npz(path);
    const auto arrays = nncc::read_npz(path, kLimits);
    close(file);
    if (!arrays && arrays.error().message.empty()) std::abort();
    if (arrays && !names) std::abort();
    return 0;
}
