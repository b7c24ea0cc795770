// libFuzzer: bytes as the text of a graph or a program; what parses is valid and prints as what parses to the same.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "graph/program.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(bytes), size);
    if (const nncc::Expected<nncc::Graph> graph = nncc::parse_graph(text)) {
        if (nncc::verify(*graph)) std::abort();
        const nncc::Expected<nncc::Graph> again = nncc::parse_graph(nncc::print_graph(*graph));
        if (!again || !(*again == *graph)) std::abort();
    }
    if (const nncc::Expected<nncc::Program> program = nncc::parse_program(text)) {
        const nncc::Expected<nncc::Program> again = nncc::parse_program(nncc::print_program(*program));
        if (!again || nncc::print_program(*again) != nncc::print_program(*program)) std::abort();
    }
    return 0;
}
