// bind: turns graphs over named dimensions into graphs over numbers (bounded dimensions stay named).
#include "passes/bind.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "ops/record.h"
#include "passes/diagnostic_kinds.h"
#include "passes/pass.h"

namespace nncc {
namespace {

Shape bound_shape(const Shape& shape, const DimBindings& dims) {
    Shape result;
    for (const Dim& dim : shape) result.push_back(dim.bind(dims));
    return result;
}

// "To the end" and "from the end" become indices once the extent is a number.
void bind_slice_ends(Attributes& attributes, const Shape& operand) {
    std::vector<std::int64_t> starts = attributes.integers("start");
    std::vector<std::int64_t> stops = attributes.integers("stop");
    if (const Attribute* found = attributes.find("extents")) {
        const Shape extents = std::get<Shape>(*found);
        if (!is_constant(extents)) return;
        for (std::size_t axis = 0; axis < stops.size() && axis < extents.size(); ++axis) {
            if (stops[axis] == kSliceEnd) stops[axis] = starts[axis] + extents[axis].constant();
        }
        attributes.erase("extents");
    }
    for (std::size_t axis = 0; axis < stops.size() && axis < operand.size(); ++axis) {
        if (!operand[axis].is_constant()) continue;
        if (starts[axis] == kSliceEnd) starts[axis] = operand[axis].constant() - 1;
        if (stops[axis] == kSliceEnd) stops[axis] = operand[axis].constant();
    }
    attributes.set("start", starts);
    attributes.set("stop", stops);
}

Attributes bound_attributes(const Attributes& attributes, const DimBindings& dims) {
    Attributes result;
    for (const auto& [name, attribute] : attributes.items()) {
        if (const Shape* shape = std::get_if<Shape>(&attribute)) {
            result.set(name, bound_shape(*shape, dims));
        } else if (const Type* type = std::get_if<Type>(&attribute)) {
            result.set(name, Type{type->dtype, bound_shape(type->shape, dims)});
        } else {
            result.set(name, attribute);
        }
    }
    return result;
}

void collect_names(const Shape& shape, std::set<std::string>& names) {
    for (const Dim& dim : shape) {
        for (const Dim::Term& term : dim.terms()) names.insert(term.names.begin(), term.names.end());
    }
}

void collect_names(const Graph& graph, std::set<std::string>& names) {
    for (const Node& node : graph.nodes()) {
        for (const Type& type : node.types) collect_names(type.shape, names);
        if (node.op->name == "extent") names.insert(node.attributes.text("dimension"));
        if (node.body) collect_names(*node.body, names);
    }
}

// Binds node by node. At the first that its extents no longer fit, the rest becomes a constant that nobody looks at.
class Binder {
  public:
    explicit Binder(const DimBindings& dims) : dims_(dims) {}

    Graph run(const Graph& graph) {
        return rewrite(graph, [this](GraphBuilder& builder, const Node& node, const std::vector<Value>& operands) {
            return visit(builder, node, operands);
        });
    }

    std::optional<Error> fault;

  private:
    std::optional<std::vector<Value>> visit(GraphBuilder& builder, const Node& node,
                                            const std::vector<Value>& operands) {
        if (fault) return nothing(builder, node);
        if (node.op->name == "extent") {
            auto found = dims_.find(node.attributes.text("dimension"));
            if (found != dims_.end() && !found->second.bounded) {
                ConstantData data{{static_cast<double>(found->second.value)}};
                return std::vector<Value>{
                    builder.add("constant", {}, {{"value", data}, {"type", node.type()}}, node.origin)};
            }
        }
        Attributes attributes = bound_attributes(node.attributes, dims_);
        if (node.op->name == "slice") bind_slice_ends(attributes, builder.type(operands[0]).shape);
        std::shared_ptr<const Graph> body;
        if (node.body) body = std::make_shared<const Graph>(run(*node.body));
        if (fault) return nothing(builder, node);
        const auto types = builder.infer(*node.op, operands, attributes, body);
        if (const TypeError* error = std::get_if<TypeError>(&types)) {
            refuse(node, error->message);
            return nothing(builder, node);
        }
        for (const Type& type : std::get<std::vector<Type>>(types)) {
            for (const Dim& extent : type.shape) {
                if (extent.bound(dims_).value_or(0) >= 0) continue;
                refuse(node, fmt::format("an extent {} is negative whatever the length", extent.text()));
                return nothing(builder, node);
            }
        }
        const Value first = builder.add(*node.op, operands, std::move(attributes), node.origin, body);
        std::vector<Value> results;
        for (int k = 0; k < static_cast<int>(node.types.size()); ++k) results.push_back({first.node, k});
        if (node.types.empty()) results.push_back(first);
        return results;
    }

    static std::vector<Value> nothing(GraphBuilder& builder, const Node& node) {
        const Value zero =
            builder.add("constant", {}, {{"value", ConstantData{{0.0}}}, {"type", Type{DType::kF32, {}}}});
        return std::vector<Value>(std::max<std::size_t>(1, node.types.size()), zero);
    }

    void refuse(const Node& node, const std::string& why) {
        std::string values;
        for (const auto& [name, binding] : dims_) {
            if (name == "batch") continue;
            values += fmt::format("{}{} {} {}", values.empty() ? "" : ", ", name, binding.bounded ? "<=" : "=",
                                  binding.value);
        }
        fault = Error{&kExtentDoesNotFit,
                      fmt::format("with {} the model does not fit: {}", values, why),
                      "`-D name=value` gives a dimension another value",
                      {},
                      ExitCode::kWrongInput};
        if (!node.origin.place.empty())
            fault->notes.push_back(fmt::format("{}: {}", node.origin.place, node.origin.expression));
    }

    const DimBindings& dims_;
};

}  // namespace

Graph bind(const Graph& graph, const DimBindings& dims) {
    Binder binder(dims);
    Graph result = binder.run(graph);
    NNCC_CHECK(!binder.fault, "{}", binder.fault->message);
    return result;
}

DimBindings with_defaults(const Program& program, std::vector<std::string>& notes) {
    std::set<std::string> names;
    for (const Storage& storage : program.storages) collect_names(storage.type.shape, names);
    for (const auto& [entry, graph] : program.entries) {
        (void)entry;
        collect_names(graph, names);
    }
    DimBindings dims = program.dims;
    for (const std::string& name : names) {
        if (dims.contains(name)) continue;
        dims[name] = {1, false};
        if (name != "batch") {
            notes.push_back(fmt::format("dimension `{0}` is not bound and becomes 1; bind it with -D {0}=N", name));
        }
    }
    return dims;
}

Expected<Program> bind(const Program& program) {
    Program result = program;
    DimBindings whole_set = program.dims;
    whole_set.erase("batch");
    for (auto& [entry, graph] : result.entries) {
        Binder binder(entry == "metrics" || entry == "fit" ? whole_set : program.dims);
        graph = binder.run(graph);
        if (binder.fault) return *binder.fault;
    }
    for (Storage& storage : result.storages) storage.type.shape = bound_shape(storage.type.shape, program.dims);
    return result;
}

}  // namespace nncc
