// A multi-layer perceptron as a Program, and random values for its entries.
#include "mlp.h"

#include <fmt/format.h>

#include <cmath>
#include <limits>

#include "ops/build.h"
#include "ops/record.h"

namespace nncc::testing {
namespace {

Value storage(GraphBuilder& b, const Storage& s) {
    return b.add("storage", {},
                 {{"name", s.name}, {"storage_kind", std::string(storage_kind_name(s.kind))}, {"type", s.type}});
}

struct Layer {
    Storage w, b;
};

Value forward(GraphBuilder& b, Value x, const std::vector<Layer>& layers) {
    for (std::size_t k = 0; k < layers.size(); ++k) {
        const Shape shape = {Dim::named("batch"), layers[k].b.type.shape[0]};
        b.set_origin({fmt::format("dense_{}", k + 1), fmt::format("mlp.nn:{}", k + 4), "dense"});
        Value z = einsum(b, "ab,bc->ac", {x, storage(b, layers[k].w)});
        z = add(b, z, broadcast_to(b, storage(b, layers[k].b), shape, {1}));
        if (k + 1 == layers.size()) return unary(b, "sigmoid", z);
        b.set_origin({fmt::format("relu_{}", k + 1), fmt::format("mlp.nn:{}", k + 4), "relu"});
        const Value zero = like(b, z, 0.0);
        x = select(b, b.add("less_equal", {z, zero}), zero, z);
    }
    return x;
}

Value spread(GraphBuilder& b, Value scalar, const Shape& shape) { return broadcast_scalar(b, scalar, shape); }

void adam(GraphBuilder& b, const Storage& p, const Storage& m_slot, const Storage& v_slot, Value step) {
    const Shape& shape = p.type.shape;
    const Value gradient = b.add("input", {}, {{"name", "d " + p.name}, {"type", p.type}});
    const Value m = add(b, multiply(b, storage(b, m_slot), 0.9), multiply(b, gradient, 0.1));
    const Value v =
        add(b, multiply(b, storage(b, v_slot), 0.999), multiply(b, power(b, gradient, like(b, gradient, 2.0)), 0.001));
    const auto correction = [&](double beta) {
        const Value one = scalar(b, 1.0, DType::kF64);
        return subtract(b, one, power(b, scalar(b, beta, DType::kF64), cast(b, step, DType::kF64)));
    };
    const Value rate = cast(b, divide(b, scalar(b, 0.001, DType::kF64), correction(0.9)), p.type.dtype);
    const Value scale =
        cast(b, divide(b, scalar(b, 1.0, DType::kF64), unary(b, "sqrt", correction(0.999))), p.type.dtype);
    const Value divisor = add(b, multiply(b, unary(b, "sqrt", v), spread(b, scale, shape)), 1e-8);
    const Value change = divide(b, multiply(b, spread(b, rate, shape), m), divisor);
    b.add("store", {m}, {{"name", m_slot.name}});
    b.add("store", {v}, {{"name", v_slot.name}});
    b.add("store", {subtract(b, storage(b, p), change)}, {{"name", p.name}});
}

}  // namespace

Program mlp_program(const MlpOptions& options) {
    Program program;
    program.name = "mlp";
    program.inputs = {"x"};
    program.data = {"y"};
    std::vector<Layer> layers;
    for (std::size_t k = 1; k < options.sizes.size(); ++k) {
        const std::int64_t from = options.sizes[k - 1];
        const std::int64_t to = options.sizes[k];
        layers.push_back({{fmt::format("dense_{}.w", k), StorageKind::kParam, {options.floating, {from, to}}},
                          {fmt::format("dense_{}.b", k), StorageKind::kParam, {options.floating, {to}}}});
        program.storages.push_back(layers.back().w);
        program.storages.push_back(layers.back().b);
    }
    const Dim batch = Dim::named("batch");
    const Type x_type{options.floating, {batch, options.sizes.front()}};
    const Type y_type{options.floating, {batch, options.sizes.back()}};
    {
        GraphBuilder b("forward");
        const Value x = b.add("input", {}, {{"name", std::string("x")}, {"type", x_type}});
        b.output("output", forward(b, x, layers));
        program.entries.insert({"forward", std::move(b).finish()});
    }
    {
        GraphBuilder b("loss");
        const Value x = b.add("input", {}, {{"name", std::string("x")}, {"type", x_type}});
        const Value y = b.add("input", {}, {{"name", std::string("y")}, {"type", y_type}});
        const Value p = forward(b, x, layers);
        b.set_origin({"loss", "mlp.nn:12", "binary_cross_entropy(output, y)"});
        const Value one = like(b, p, 1.0);
        const Value floor = like(b, p, -100.0);
        const Value positive = maximum(b, unary(b, "log", p), floor);
        const Value negative = maximum(b, unary(b, "log", subtract(b, one, p)), floor);
        const Value terms = add(b, multiply(b, y, positive), multiply(b, subtract(b, one, y), negative));
        const Value count = extent_value(b, *element_count(y_type.shape), options.floating);
        b.output("loss", unary(b, "negate", divide(b, reduce_sum(b, terms, {0, 1}), count)));
        program.entries.insert({"loss", std::move(b).finish()});
    }
    if (options.adam) {
        const Storage step{"step", StorageKind::kCounter, {DType::kI32, {}}};
        GraphBuilder b("update");
        const Value now = add(b, storage(b, step), 1.0);
        for (const Layer& layer : layers) {
            for (const Storage& p : {layer.w, layer.b}) {
                const Storage m{"adam.m/" + p.name, StorageKind::kSlot, p.type};
                const Storage v{"adam.v/" + p.name, StorageKind::kSlot, p.type};
                program.storages.push_back(m);
                program.storages.push_back(v);
                adam(b, p, m, v, now);
            }
        }
        b.add("store", {now}, {{"name", step.name}});
        program.storages.push_back(step);
        program.entries.insert({"update", std::move(b).finish()});
    }
    return program;
}

Bindings<double> random_bindings(const Graph& graph, std::uint64_t seed) {
    Bindings<double> bindings;
    std::uint64_t state = seed * 0x9E3779B97F4A7C15ULL + 1;
    const auto uniform = [&] {
        state = state * 6364136223846793005ULL + 1442695040888963407ULL;
        return static_cast<double>(state >> 11) / 9007199254740992.0;
    };
    for (const Node& node : graph.nodes()) {
        const bool is_input = node.op->name == "input";
        if (!is_input && node.op->name != "storage") continue;
        const std::string& name = node.attributes.text("name");
        Tensor<double> tensor;
        tensor.dtype = node.type().dtype;
        std::int64_t count = 1;
        for (const Dim& dim : node.type().shape) {
            tensor.extents.push_back(dim.constant());
            count *= dim.constant();
        }
        tensor.elements.resize(count);
        for (double& element : tensor.elements) {
            if (!is_floating(tensor.dtype)) element = std::floor(uniform() * (tensor.dtype == DType::kBool ? 2 : 3));
            else if (name == "y") element = uniform() < 0.5 ? 0 : 1;
            else if (name.starts_with("adam.v")) element = uniform();
            else element = uniform() * 2 - 1;
            if (tensor.dtype == DType::kF32) element = static_cast<double>(static_cast<float>(element));
        }
        (is_input ? bindings.inputs : bindings.storages)[name] = tensor;
    }
    return bindings;
}

namespace {

double difference(const std::map<std::string, Tensor<double>>& a, const std::map<std::string, Tensor<double>>& b) {
    if (a.size() != b.size()) return std::numeric_limits<double>::infinity();
    double largest = 0;
    for (const auto& [name, x] : a) {
        auto found = b.find(name);
        if (found == b.end() || found->second.extents != x.extents || found->second.dtype != x.dtype) {
            return std::numeric_limits<double>::infinity();
        }
        for (Eigen::Index i = 0; i < x.size(); ++i) {
            const double p = x.elements[i];
            const double q = found->second.elements[i];
            if (p == q || (std::isnan(p) && std::isnan(q))) continue;
            const double error = std::abs(p - q) / (1 + std::abs(p));
            largest = std::isnan(error) ? std::numeric_limits<double>::infinity() : std::max(largest, error);
        }
    }
    return largest;
}

}  // namespace

double largest_difference(const Evaluation<double>& a, const Evaluation<double>& b) {
    return std::max(difference(a.outputs, b.outputs), difference(a.stores, b.stores));
}

}  // namespace nncc::testing
