// Derived entries: turns loss and update into gradients and step, and forward into pack and the rest of it.
#include "passes/derive_entries.h"

#include <fmt/format.h>

#include <map>
#include <numeric>
#include <set>

#include "ops/build.h"
#include "ops/record.h"
#include "passes/diagnostic_kinds.h"
#include "passes/differentiate.h"

namespace nncc {
namespace {

constexpr std::string_view kGradientPrefix = "d ";

const Output* find_output(const Graph& graph, std::string_view name) {
    for (const Output& output : graph.outputs()) {
        if (output.name == name) return &output;
    }
    return nullptr;
}

Value mapped(const std::vector<std::vector<Value>>& map, Value value) {
    return map[static_cast<std::size_t>(value.node)][static_cast<std::size_t>(value.result)];
}

// ---- pack ----

bool is_weight(const Program& program, const Node& node, const std::set<std::string>& stored) {
    if (node.op->name != "storage") return false;
    const std::string& name = node.attributes.text("name");
    const Storage* storage = program.find_storage(name);
    NNCC_CHECK(storage != nullptr, "storage {} is in no table", name);
    const bool constant_kind = storage->kind == StorageKind::kParam || storage->kind == StorageKind::kFit ||
                               storage->kind == StorageKind::kState;
    return constant_kind && !stored.contains(name);
}

// Elements times bytes; nullopt for a symbolic shape.
std::optional<std::int64_t> bytes_of(const Type& type) {
    const std::optional<Dim> count = element_count(type.shape);
    if (!count || !count->is_constant()) return std::nullopt;
    return count->constant() * dtype_bytes(type.dtype);
}

// For each node of forward whether `pack` may compute it.
std::vector<bool> packable(const Program& program, const Graph& graph) {
    std::set<std::string> stored;
    for (int store : graph.stores()) stored.insert(graph.node(store).attributes.text("name"));
    std::vector<bool> result(static_cast<std::size_t>(graph.size()), false);
    for (int index = 0; index < graph.size(); ++index) {
        const Node& node = graph.node(index);
        if (is_weight(program, node, stored)) result[static_cast<std::size_t>(index)] = true;
        const bool plain = !node.operands.empty() && node.types.size() == 1 && node.body == nullptr &&
                           !node.op->facts.random && lowering_of<EffectLowering>(node) == nullptr;
        if (!plain) continue;
        bool any_weight = false;
        bool all = true;
        std::int64_t operand_bytes = 0;
        for (Value operand : node.operands) {
            const bool weight = result[static_cast<std::size_t>(operand.node)];
            any_weight = any_weight || weight;
            all = all && (weight || graph.node(operand).op->name == "constant");
            const std::optional<std::int64_t> bytes = bytes_of(graph.type(operand));
            all = all && bytes.has_value();
            operand_bytes += bytes.value_or(0);
        }
        const std::optional<std::int64_t> bytes = bytes_of(node.type());
        result[static_cast<std::size_t>(index)] = any_weight && all && bytes && *bytes <= operand_bytes;
    }
    return result;
}

// Whether a node has the elements of its operand in their order, only shaped otherwise.
bool reshapes(const Graph& graph, const Node& node) {
    const auto* view = lowering_of<ViewLowering>(node);
    if (view == nullptr) return false;
    if (view->kind == ViewKind::kReshape) return true;
    return view->kind == ViewKind::kBroadcast &&
           element_count(node.type().shape) == element_count(graph.type(node.operands[0]).shape);
}

// The storage that a value is a view of, or has the elements of; empty when there is more to it.
std::string viewed_storage(const Graph& graph, Value value) {
    const Node* node = &graph.node(value);
    while (node->operands.size() == 1 && (lowering_of<ViewLowering>(*node) != nullptr || node->op->name == "cast"))
        node = &graph.node(node->operands[0]);
    return node->op->name == "storage" ? node->attributes.text("name") : "";
}

// x / w → x * (1 / w) for weights w, so that `pack` divides once and not every call. Two roundings instead of one; what
// overflows in 1 / w, 2^-128 and below, is no spread or variance of f32 data.
Graph multiply_by_reciprocals(const Program& program, const Graph& graph) {
    const std::vector<bool> weights = packable(program, graph);
    const auto is_weight_only = [&](Value value) { return weights[static_cast<std::size_t>(value.node)]; };
    return rewrite(graph,
                   [&](GraphBuilder& builder, const Node& node,
                       const std::vector<Value>& operands) -> std::optional<std::vector<Value>> {
                       if (node.op->name != "divide" || !is_floating(node.type().dtype)) return std::nullopt;
                       const Node& spread = graph.node(node.operands[1]);
                       const bool is_spread = spread.op->name == "broadcast" && is_weight_only(spread.operands[0]);
                       const bool pays = is_weight_only(node.operands[1]) || is_spread;
                       if (!pays || is_weight_only(node.operands[0])) return std::nullopt;
                       const Value divisor = is_spread ? builder.node(operands[1]).operands[0] : operands[1];
                       const Value one = splat(builder, 1, builder.type(divisor));
                       Origin origin = node.origin;
                       const std::string name =
                           viewed_storage(graph, is_spread ? spread.operands[0] : node.operands[1]);
                       if (!name.empty()) origin.name = name + ".reciprocal";
                       Value factor = builder.add("divide", {one, divisor}, {}, origin);
                       if (is_spread) factor = builder.add("broadcast", {factor}, spread.attributes, spread.origin);
                       return std::vector<Value>{builder.add("multiply", {operands[0], factor}, {}, node.origin)};
                   });
}

std::string packed_name(const Graph& graph, int index, const std::set<std::string>& taken) {
    const Node& node = graph.node(index);
    std::string base = viewed_storage(graph, {index, 0});
    if (base.empty()) base = node.origin.name;
    if (base.empty()) base = std::string(node.op->name);
    std::string name = fmt::format("packed/{}", base);
    for (int k = 2; taken.contains(name); ++k) name = fmt::format("packed/{}_{}", base, k);
    return name;
}

}  // namespace

std::vector<std::string> trained_parameters(const Program& program) {
    std::set<std::string> wanted;
    auto update = program.entries.find("update");
    if (update != program.entries.end()) {
        for (const Node& node : update->second.nodes()) {
            if (node.op->name != "input") continue;
            const std::string& name = node.attributes.text("name");
            if (name.starts_with(kGradientPrefix)) wanted.insert(name.substr(kGradientPrefix.size()));
        }
    }
    std::vector<std::string> names;
    for (const Storage& storage : program.storages) {
        if (storage.kind != StorageKind::kParam) continue;
        if (update == program.entries.end() || wanted.contains(storage.name)) names.push_back(storage.name);
    }
    return names;
}

namespace {

// Outputs "d <param>" of a scalar. Storages that it does not read come after it; differentiate gives zeros for them.
Expected<> add_gradients(GraphBuilder& builder, const Program& program, const std::vector<std::string>& names,
                         Value scalar) {
    std::vector<Value> parameters;
    for (const std::string& name : names) {
        const Storage* storage = program.find_storage(name);
        parameters.push_back(builder.add("storage", {},
                                         {{"name", name},
                                          {"storage_kind", std::string(storage_kind_name(storage->kind))},
                                          {"type", storage->type}}));
    }
    Expected<std::vector<Value>> gradients = differentiate(builder, scalar, parameters);
    if (!gradients) return gradients.error();
    for (std::size_t k = 0; k < names.size(); ++k)
        builder.output(std::string(kGradientPrefix) + names[k], (*gradients)[k]);
    return Nothing{};
}

Error no_backward(const Program& program, const std::string& reason) {
    return Error{
        &kNoBackward, fmt::format("`{}` has no `backward`: {}", program.name, reason), "", {}, ExitCode::kWrongInput};
}

}  // namespace

Expected<Program> derive_backward(const Program& program) {
    const auto found = program.entries.find("forward");
    if (found == program.entries.end()) return program;
    const Graph& forward = found->second;
    for (int store : forward.stores()) {
        const std::string& name = forward.node(store).attributes.text("name");
        const Storage* storage = program.find_storage(name);
        return no_backward(program, storage != nullptr && storage->kind == StorageKind::kCounter
                                        ? std::string("`forward` draws other random bits at each call")
                                        : fmt::format("`forward` changes the state `{}`", name));
    }
    GraphBuilder builder("backward");
    const auto map = inline_graph(builder, forward, nullptr, false);
    // The sum of outputs times adjoints, whose gradient is what the adjoints say of the parameters.
    std::optional<Value> scalar;
    for (const Output& output : forward.outputs()) {
        const Value value = mapped(map, output.value);
        const Type type = builder.type(value);
        if (!is_floating(type.dtype)) continue;
        const Value adjoint =
            builder.add("input", {}, {{"name", fmt::format("{}{}", kGradientPrefix, output.name)}, {"type", type}}, {});
        Axes axes(type.shape.size());
        std::iota(axes.begin(), axes.end(), 0);
        const Value product = reduce_sum(builder, multiply(builder, value, adjoint), axes);
        scalar = scalar ? add(builder, *scalar, cast(builder, product, builder.type(*scalar).dtype)) : product;
    }
    if (!scalar) return no_backward(program, "no result of it is a floating-point number");
    std::vector<std::string> parameters;
    for (const Storage& storage : program.storages) {
        if (storage.kind == StorageKind::kParam) parameters.push_back(storage.name);
    }
    if (Expected<> added = add_gradients(builder, program, parameters, *scalar); !added) return added.error();
    Program result = program;
    result.entries.insert_or_assign("backward", std::move(builder).finish());
    return result;
}

Expected<Program> derive_gradients(const Program& program) {
    auto found = program.entries.find("loss");
    if (found == program.entries.end()) return program;
    const Graph& loss_graph = found->second;
    const Output* loss = find_output(loss_graph, "loss");
    NNCC_CHECK(loss != nullptr, "entry loss has no output of that name");

    GraphBuilder builder("gradients");
    const auto map = inline_graph(builder, loss_graph, nullptr, true);
    builder.output("loss", mapped(map, loss->value));
    Expected<> added = add_gradients(builder, program, trained_parameters(program), mapped(map, loss->value));
    if (!added) return added.error();
    Program result = program;
    result.entries.insert_or_assign("gradients", std::move(builder).finish());
    return result;
}

Expected<Program> derive_step(const Program& program) {
    auto gradients = program.entries.find("gradients");
    auto update = program.entries.find("update");
    if (gradients == program.entries.end() || update == program.entries.end()) return program;
    GraphBuilder builder("step");
    const auto map = inline_graph(builder, gradients->second, nullptr, true);
    std::map<std::string, Value> by_name;
    for (const Output& output : gradients->second.outputs()) by_name[output.name] = mapped(map, output.value);
    NNCC_CHECK(by_name.contains("loss"));
    inline_graph(
        builder, update->second,
        [&](const Node& node) -> std::optional<std::vector<Value>> {
            if (node.op->name != "input") return std::nullopt;
            auto gradient = by_name.find(node.attributes.text("name"));
            if (gradient == by_name.end()) return std::nullopt;
            return std::vector<Value>{gradient->second};
        },
        true);
    builder.output("loss", by_name.at("loss"));
    Program result = program;
    result.entries.insert_or_assign("step", std::move(builder).finish());
    return result;
}

Expected<Program> derive_rate_scale(const Program& program) {
    const auto found = program.entries.find("update");
    if (found == program.entries.end()) return program;
    const Graph& update = found->second;
    GraphBuilder builder("update");
    const auto map = inline_graph(builder, update, nullptr, false);
    const Value scale = builder.add("input", {}, {{"name", std::string(kRateScale)}, {"type", Type{DType::kF32, {}}}});
    for (int index : update.stores()) {
        const Node& store = update.node(index);
        const std::string& name = store.attributes.text("name");
        const Storage* storage = program.find_storage(name);
        NNCC_CHECK(storage != nullptr, "storage {} is in no table", name);
        Value after = mapped(map, store.operands[0]);
        if (storage->kind == StorageKind::kParam) {
            const Value before = builder.add("storage", {},
                                             {{"name", name},
                                              {"storage_kind", std::string(storage_kind_name(storage->kind))},
                                              {"type", storage->type}});
            const Shape& shape = storage->type.shape;
            const Value is_one = equal(builder, scale, like(builder, scale, 1));
            const Value factor = broadcast_scalar(builder, cast(builder, scale, storage->type.dtype), shape);
            const Value part = multiply(builder, factor, subtract(builder, after, before));
            after = select(builder, broadcast_scalar(builder, is_one, shape), after, add(builder, before, part));
        }
        builder.add("store", {after}, store.attributes, store.origin);
    }
    for (const Output& output : update.outputs()) builder.output(output.name, mapped(map, output.value));
    Program result = program;
    result.entries.insert_or_assign("update", std::move(builder).finish());
    return result;
}

namespace {

// Splits entries into what `pack` computes once and what is left. Equal packed values of several entries share a
// storage.
class Packer {
  public:
    explicit Packer(const Program& program) : program_(program), result_(program) {
        for (const Storage& storage : program.storages) taken_.insert(storage.name);
    }

    void split(const std::string& entry) {
        const Graph graph = multiply_by_reciprocals(program_, program_.entries.at(entry));
        const std::vector<bool> move = packable(program_, graph);
        const std::vector<bool> live = live_nodes(graph);
        const auto [frontier, again] = frontier_of(graph, move, live);
        GraphBuilder rest(graph.name());
        std::vector<Value> in_pack(static_cast<std::size_t>(graph.size()));
        std::vector<Value> in_rest(static_cast<std::size_t>(graph.size()));
        const auto copy = [&](GraphBuilder& builder, const std::vector<Value>& map, const Node& node) {
            std::vector<Value> operands;
            for (Value operand : node.operands)
                operands.push_back({map[static_cast<std::size_t>(operand.node)].node, operand.result});
            return builder.add(*node.op, operands, node.attributes, node.origin, node.body);
        };
        for (int index = 0; index < graph.size(); ++index) {
            const Node& node = graph.node(index);
            const std::size_t at = static_cast<std::size_t>(index);
            if (!live[at]) continue;
            if (move[at] || node.op->name == "constant") in_pack[at] = copy(pack_, in_pack, node);
            if (!move[at] || again[at]) in_rest[at] = copy(rest, in_rest, node);
            if (!frontier[at]) continue;
            in_rest[at] = rest.add("storage", {},
                                   {{"name", storage_of(graph, index, in_pack[at])},
                                    {"storage_kind", std::string(storage_kind_name(StorageKind::kPacked))},
                                    {"type", node.type()}},
                                   node.origin);
        }
        for (const Output& output : graph.outputs()) {
            rest.output(output.name, {in_rest[static_cast<std::size_t>(output.value.node)].node, output.value.result});
        }
        result_.entries.insert_or_assign(entry, std::move(rest).finish());
    }

    Program finish() && {
        result_.entries.insert_or_assign("pack", std::move(pack_).finish());
        return std::move(result_);
    }

  private:
    // What the rest reads of the moved part, and what of the moved part the rest does again: a reshape costs nothing
    // there, and what is packed then does not depend on the batch, of which a broadcast of one row may be a reshape.
    struct Frontier {
        std::vector<bool> read;
        std::vector<bool> again;
    };
    static Frontier frontier_of(const Graph& graph, const std::vector<bool>& move, const std::vector<bool>& live) {
        Frontier frontier{std::vector<bool>(move.size(), false), std::vector<bool>(move.size(), false)};
        const auto mark = [&](Value value) {
            if (move[static_cast<std::size_t>(value.node)]) frontier.read[static_cast<std::size_t>(value.node)] = true;
        };
        for (const Output& output : graph.outputs()) mark(output.value);
        for (int index = graph.size() - 1; index >= 0; --index) {
            const auto at = static_cast<std::size_t>(index);
            if (!live[at]) continue;
            const Node& node = graph.node(index);
            frontier.again[at] =
                frontier.read[at] && reshapes(graph, node) && move[static_cast<std::size_t>(node.operands[0].node)];
            if (frontier.again[at]) frontier.read[at] = false;
            if (move[at] && !frontier.again[at]) continue;
            for (Value operand : node.operands) mark(operand);
        }
        return frontier;
    }

    std::string storage_of(const Graph& graph, int index, Value packed) {
        if (auto known = names_.find(packed); known != names_.end()) return known->second;
        const Storage storage{packed_name(graph, index, taken_), StorageKind::kPacked, graph.node(index).type()};
        taken_.insert(storage.name);
        result_.storages.push_back(storage);
        pack_.add("store", {packed}, {{"name", storage.name}}, graph.node(index).origin);
        names_[packed] = storage.name;
        return storage.name;
    }

    const Program& program_;
    Program result_;
    GraphBuilder pack_{"pack"};
    std::set<std::string> taken_;
    std::map<Value, std::string> names_;  // of storages, by what `pack` stores in them
};

}  // namespace

Expected<Program> derive_pack(const Program& program) {
    if (!program.entries.contains("forward")) return program;
    Packer packer(program);
    for (const char* entry : {"forward", "process", "backward"}) {
        if (program.entries.contains(entry)) packer.split(entry);
    }
    return std::move(packer).finish();
}

}  // namespace nncc
