// Looks a file of the runtime up by the name it is included by.
#include "clang/runtime_text.h"

namespace nncc {

std::string_view runtime_text(std::string_view name) {
    for (const RuntimeFile& file : runtime_files()) {
        if (file.name == name) return file.text;
    }
    return {};
}

}  // namespace nncc
