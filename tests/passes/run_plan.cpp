// Runs a Plan as memory, launch by launch.
#include "run_plan.h"

#include <limits>
#include <map>
#include <tuple>

#include "ops/record.h"

namespace nncc::testing {
namespace {

Extents extents_of(const Type& type) {
    Extents extents;
    for (const Dim& dim : type.shape) extents.push_back(dim.constant());
    return extents;
}

class Memory {
  public:
    Memory(const Plan& plan, const Bindings<double>& bindings)
        : plan_(plan), bindings_(bindings), storages_(bindings.storages) {}

    Tensor<double> read(Value value) const {
        const Buffer& buffer = plan_.buffer(value);
        const Type& type = plan_.graph.type(value);
        Tensor<double> tensor = found(value, buffer);
        tensor.extents = extents_of(type);
        tensor.dtype = type.dtype;
        std::int64_t count = 1;
        for (std::int64_t extent : tensor.extents) count *= extent;
        if (tensor.size() != count) {
            tensor.elements.resize(count);
            tensor.elements.setConstant(std::numeric_limits<double>::quiet_NaN());
        }
        return tensor;
    }

    void write(Value value, Tensor<double> tensor) {
        const Buffer& buffer = plan_.buffer(value);
        if (buffer.place == Place::kStorage) {
            storages_[buffer.name] = std::move(tensor);
        } else if (buffer.place == Place::kOutput) {
            outputs_[buffer.name] = std::move(tensor);
        } else if (buffer.bytes > 0) {
            for (auto at = arena_.begin(); at != arena_.end();) {
                const auto [offset, bytes] = at->first;
                const bool overlaps = offset < buffer.offset + buffer.bytes && buffer.offset < offset + bytes;
                at = overlaps ? arena_.erase(at) : std::next(at);
            }
            arena_[{buffer.offset, buffer.bytes}] = std::move(tensor);
        }
    }

    Evaluation<double> result() const {
        Evaluation<double> result;
        for (int store : plan_.graph.stores()) {
            const std::string& name = plan_.graph.node(store).attributes.text("name");
            result.stores[name] = read(plan_.graph.node(store).operands[0]);
        }
        for (const Output& output : plan_.graph.outputs()) result.outputs[output.name] = read(output.value);
        return result;
    }

  private:
    Tensor<double> found(Value value, const Buffer& buffer) const {
        switch (buffer.place) {
            case Place::kInput: return bindings_.inputs.at(buffer.name);
            case Place::kStorage: return lookup(storages_, buffer.name);
            case Place::kOutput: return lookup(outputs_, buffer.name);
            case Place::kArena: {
                auto at = arena_.find({buffer.offset, buffer.bytes});
                return at == arena_.end() ? Tensor<double>{} : at->second;
            }
            case Place::kConstant: break;
        }
        while (plan_.graph.node(value).op->name == "reshape") value = plan_.graph.node(value).operands[0];
        GraphBuilder builder("constant");
        const Node& node = plan_.graph.node(value);
        builder.output("0", builder.add(*node.op, {}, node.attributes));
        return evaluate(std::move(builder).finish(), Bindings<double>{}).outputs.at("0");
    }
    static Tensor<double> lookup(const std::map<std::string, Tensor<double>>& tensors, const std::string& name) {
        auto at = tensors.find(name);
        return at == tensors.end() ? Tensor<double>{} : at->second;
    }

    const Plan& plan_;
    const Bindings<double>& bindings_;
    std::map<std::string, Tensor<double>> storages_, outputs_;
    std::map<std::pair<std::int64_t, std::int64_t>, Tensor<double>> arena_;  // by offset and bytes
};

}  // namespace

Evaluation<double> run_plan(const Plan& plan, const Bindings<double>& bindings) {
    Memory memory(plan, bindings);
    for (int launch : plan.launches) {
        const Node& group = plan.graph.node(launch);
        GraphBuilder builder("launch");
        Bindings<double> arguments;
        std::vector<Value> operands;
        for (std::size_t k = 0; k < group.operands.size(); ++k) {
            const std::string name = std::to_string(k);
            arguments.inputs[name] = memory.read(group.operands[k]);
            operands.push_back(
                builder.add("input", {}, {{"name", name}, {"type", plan.graph.type(group.operands[k])}}));
        }
        const Value first = builder.add(*group.op, operands, group.attributes, {}, group.body);
        for (int k = 0; k < static_cast<int>(group.types.size()); ++k)
            builder.output(std::to_string(k), {first.node, k});
        const Evaluation<double> results = evaluate(std::move(builder).finish(), arguments);
        for (int k = 0; k < static_cast<int>(group.types.size()); ++k) {
            memory.write({launch, k}, results.outputs.at(std::to_string(k)));
        }
    }
    return memory.result();
}

}  // namespace nncc::testing
