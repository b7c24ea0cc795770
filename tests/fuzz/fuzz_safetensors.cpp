// libFuzzer: bytes as a weight file; what is read can be written and read again.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "interop/safetensors.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(bytes), size);
    const nncc::Expected<nncc::WeightFile> file = nncc::parse_safetensors(text, "fuzz.safetensors");
    if (!file) return file.error().message.empty() ? std::abort(), 0 : 0;
    const nncc::Expected<nncc::WeightFile> again = nncc::parse_safetensors(nncc::write_safetensors(*file), "again");
    if (!again || again->tensors.size() != file->tensors.size() || again->metadata != file->metadata) std::abort();
    for (std::size_t k = 0; k < file->tensors.size(); ++k) {
        if (again->tensors[k].bytes != file->tensors[k].bytes || again->tensors[k].shape != file->tensors[k].shape) {
            std::abort();
        }
    }
    return 0;
}
