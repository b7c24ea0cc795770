// Evaluates initialize, pack and forward in f64, on inputs that the runtime's selftest.h makes again.
#include "emit/selftest.h"

#include <algorithm>
#include <cmath>

#include "nncc/random.h"
#include "ops/einsum.h"
#include "ops/evaluate.h"
#include "ops/record.h"

namespace nncc {

namespace {

constexpr double kMostWork = 1e7;         // multiplications and elements: well under a second in the evaluator
constexpr double kMostWeights = 200'000;  // elements: their random bits are the slow part
constexpr std::int64_t kSampled = 16;     // elements of one output that are embedded
constexpr std::int64_t kTestedExtent = 3;

std::optional<std::int64_t> elements_at(const Type& type, const std::map<std::string, std::int64_t>& dims) {
    const auto count = element_count(type.shape);
    return count ? count->value(dims) : std::nullopt;
}

// Whether all values have a size, which those with `time - 4` elements have from 4 steps on.
bool has_room(const Graph& graph, const std::map<std::string, std::int64_t>& dims) {
    const auto fits = [&](const Type& type) {
        return std::all_of(type.shape.begin(), type.shape.end(),
                           [&](const Dim& extent) { return extent.value(dims).value_or(0) >= 0; });
    };
    return std::all_of(graph.nodes().begin(), graph.nodes().end(), [&](const Node& node) {
        return std::all_of(node.types.begin(), node.types.end(), fits) &&
               (node.body == nullptr || has_room(*node.body, dims));
    });
}

// Few of each bounded dimension; nothing where not even all of them are enough.
std::optional<std::map<std::string, std::int64_t>> tested_extents(const EmitEntry& forward) {
    std::map<std::string, std::int64_t> dims;
    for (std::int64_t extent = kTestedExtent;; extent *= 2) {
        bool is_largest = true;
        for (const auto& [name, binding] : forward.dims) {
            if (!binding.bounded) continue;
            dims[name] = std::min(binding.value, extent);
            is_largest = is_largest && extent >= binding.value;
        }
        if (has_room(forward.plan.graph, dims)) return dims;
        if (is_largest) return std::nullopt;
    }
}

// Rough number of operations; infinite where it is not known.
double work_of(const Graph& graph, const std::map<std::string, std::int64_t>& dims) {
    double work = 0;
    for (const Node& node : graph.nodes()) {
        double own = 0;
        for (const Type& type : node.types) {
            const auto count = elements_at(type, dims);
            if (!count) return INFINITY;
            own += static_cast<double>(*count);
        }
        if (lowering_of<ContractionLowering>(node) != nullptr) {
            double product = 1;
            for (Value operand : node.operands) {
                const auto count = elements_at(graph.type(operand), dims);
                if (!count) return INFINITY;
                product *= static_cast<double>(*count);
            }
            // Each element of a product of two is summed over what the operands share: sqrt(|a| |b| |c|) for matrices.
            own = node.operands.size() == 2 ? std::sqrt(product * own) : product;
        }
        if (node.body != nullptr) own += work_of(*node.body, dims) * (node.op->name == "group" ? 1 : 1000);
        work += own;
    }
    return work;
}

Tensor<double> seeded(const Type& type, std::int64_t count, int vector, int input) {
    Tensor<double> tensor;
    tensor.dtype = type.dtype;
    tensor.elements.resize(count);
    for (std::int64_t i = 0; i < count; ++i) {
        const double u = uniform24(static_cast<u64>(vector), 0, static_cast<u32>(input), static_cast<u32>(i));
        double& element = tensor.elements[i];
        switch (type.dtype) {
            case DType::kF32:
            case DType::kF64: element = 2 * u - 1; break;
            case DType::kI32: element = u < 0.5 ? 0 : 1; break;
            case DType::kBool: element = u < 0.5 ? 1 : 0; break;
        }
    }
    return tensor;
}

const EmitEntry* entry_named(const EmitRequest& request, std::string_view name) {
    const auto found = std::find_if(request.entries.begin(), request.entries.end(),
                                    [&](const EmitEntry& entry) { return entry.name == name; });
    return found == request.entries.end() ? nullptr : &*found;
}

// Every storage that the weight file or `pack` gives, at the seed; nothing when that is too much work.
std::optional<std::map<std::string, Tensor<double>>> weights_at_seed(const EmitRequest& request,
                                                                     const std::map<std::string, std::int64_t>& dims) {
    std::map<std::string, Tensor<double>> storages;
    if (const EmitEntry* initialize = entry_named(request, "initialize")) {
        double elements = 0;
        for (int store : initialize->plan.graph.stores()) {
            const auto count =
                elements_at(initialize->plan.graph.type(initialize->plan.graph.node(store).operands[0]), dims);
            elements += count ? static_cast<double>(*count) : INFINITY;
        }
        if (elements > kMostWeights || work_of(initialize->plan.graph, dims) > kMostWork) return std::nullopt;
        Bindings<double> bindings;
        bindings.dims = dims;
        bindings.inputs["seed"] = {DType::kI32, {}, Eigen::ArrayXd::Constant(1, Selftest::kSeed)};
        storages = evaluate(initialize->plan.graph, bindings).stores;
    }
    if (const EmitEntry* pack = entry_named(request, "pack")) {
        if (work_of(pack->plan.graph, dims) > kMostWork) return std::nullopt;
        Bindings<double> bindings;
        bindings.dims = dims;
        bindings.storages = storages;
        for (auto& [name, tensor] : evaluate(pack->plan.graph, bindings).stores)
            storages.insert_or_assign(name, std::move(tensor));
    }
    return storages;
}

bool reads_only(const Graph& graph, const std::map<std::string, Tensor<double>>& storages) {
    return std::all_of(graph.nodes().begin(), graph.nodes().end(), [&](const Node& node) {
        return node.op->name != "storage" || storages.contains(node.attributes.text("name"));
    });
}

bool add_expected(const Type& type, const Tensor<double>& result, SelftestOutput& output) {
    output.apart = std::max<std::int64_t>(1, result.size() / kSampled);
    std::vector<double> expected;
    for (std::int64_t k = 0; k * output.apart < result.size() && k < kSampled; ++k)
        expected.push_back(result.elements[k * output.apart]);
    double largest = 0;
    for (const double value : expected) {
        if (!std::isfinite(value)) return false;
        largest = std::max(largest, std::abs(value));
    }
    // Rounding errors of a deep f32 network stay below 1e-5 of the largest element; a wrong kernel does not.
    const double bound = !is_floating(type.dtype)    ? 0.5
                         : type.dtype == DType::kF32 ? 2e-4 * largest + 1e-6
                                                     : 1e-9 * largest + 1e-12;
    output.bound = std::max(output.bound, bound);
    output.expected.push_back(std::move(expected));
    return true;
}

}  // namespace

std::optional<Selftest> make_selftest(const EmitRequest& request, const EmitEntry& forward) {
    const Graph& graph = forward.plan.graph;
    Selftest test;
    const auto extents = tested_extents(forward);
    if (!extents) return std::nullopt;
    test.dims = *extents;
    if (work_of(graph, test.dims) > kMostWork) return std::nullopt;
    auto storages = weights_at_seed(request, test.dims);
    if (!storages) return std::nullopt;
    for (const Storage& storage : request.program.storages) {
        if (storage.kind == StorageKind::kCounter)
            (*storages)[storage.name] = {storage.type.dtype, {}, Eigen::ArrayXd::Zero(1)};
    }
    if (!reads_only(graph, *storages)) return std::nullopt;
    Bindings<double> bindings;
    bindings.dims = test.dims;
    bindings.storages = std::move(*storages);
    test.outputs.resize(graph.outputs().size());
    for (int vector = 0; vector < Selftest::kVectors; ++vector) {
        test.input_elements.clear();
        test.output_elements.clear();
        for (std::size_t k = 0; k < request.program.inputs.size(); ++k) {
            const std::string& name = request.program.inputs[k];
            const auto node = std::find_if(graph.nodes().begin(), graph.nodes().end(), [&](const Node& candidate) {
                return candidate.op->name == "input" && candidate.attributes.text("name") == name;
            });
            if (node == graph.nodes().end()) return std::nullopt;  // an input that nothing reads has no size here
            const Type& type = node->type();
            const auto count = elements_at(type, test.dims);
            if (!count) return std::nullopt;
            Tensor<double> tensor = seeded(type, *count, vector, static_cast<int>(k));
            for (const Dim& extent : type.shape) tensor.extents.push_back(extent.value(test.dims).value_or(1));
            bindings.inputs[name] = std::move(tensor);
            test.input_elements.push_back(*count);
        }
        Evaluation<double> result = evaluate(graph, bindings);
        // The next vector finds what this one has left.
        for (const auto& [name, tensor] : result.stores) {
            const auto kept = bindings.storages.find(name);
            if (kept != bindings.storages.end()) kept->second.elements = tensor.elements;
        }
        for (std::size_t k = 0; k < graph.outputs().size(); ++k) {
            const Output& output = graph.outputs()[k];
            const Tensor<double>& tensor = result.outputs.at(output.name);
            if (!add_expected(graph.type(output.value), tensor, test.outputs[k])) return std::nullopt;
            test.output_elements.push_back(tensor.size());
        }
    }
    return test;
}

}  // namespace nncc
