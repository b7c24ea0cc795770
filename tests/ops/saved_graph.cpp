// The text form: comment lines for what a graph does not hold, then the graph's own text.
#include "saved_graph.h"

#include <cstdlib>
#include <sstream>

namespace nncc::testing {

std::string saved_text(const RandomGraph& random) {
    std::string text = fmt::format("# seed {}\n", random.seed);
    for (const auto& [name, tensor] : random.bindings.inputs) {
        text += fmt::format("# input {} {} {}", name, dtype_name(tensor.dtype), tensor.extents.size());
        for (const std::int64_t extent : tensor.extents) text += fmt::format(" {}", extent);
        for (const double element : tensor.elements) text += fmt::format(" {:a}", element);
        text += "\n";
    }
    return text + print_graph(random.graph);
}

Expected<RandomGraph> read_saved(std::string_view text) {
    Bindings<double> bindings;
    std::uint64_t seed = 0;
    std::string graph_text, line, word;
    std::istringstream lines{std::string(text)};
    while (std::getline(lines, line)) {
        if (!line.starts_with("# ")) {
            graph_text += line + "\n";
            continue;
        }
        std::istringstream words(line.substr(2));
        words >> word;
        if (word == "seed") words >> seed;
        if (word != "input") continue;
        std::string name, dtype;
        std::size_t rank = 0;
        words >> name >> dtype >> rank;
        Tensor<double> tensor;
        tensor.dtype = dtype_from_name(dtype).value_or(DType::kF64);
        std::int64_t count = 1;
        for (std::size_t axis = 0; axis < rank; ++axis) {
            words >> tensor.extents.emplace_back();
            count *= tensor.extents.back();
        }
        tensor.elements.resize(count);
        for (double& element : tensor.elements) {
            words >> word;
            element = std::strtod(word.c_str(), nullptr);
        }
        bindings.inputs[name] = std::move(tensor);
    }
    Expected<Graph> graph = parse_graph(graph_text);
    if (!graph) return graph.error();
    return RandomGraph{std::move(*graph), std::move(bindings), seed};
}

}  // namespace nncc::testing
