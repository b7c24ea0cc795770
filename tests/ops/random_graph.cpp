// Grows random graphs node by node; every node is evaluated as it is added, and kept only when its result is tame.
#include "random_graph.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "ops/build.h"
#include "ops/type_rules.h"

namespace nncc::testing {
namespace {

class Growth {
  public:
    Growth(std::uint64_t seed, const RandomGraphOptions& options)
        : options_(options), seed_(seed), random_(seed), builder_("random") {
        for (const OpRecord* op : all_ops()) {
            const bool is_region = std::holds_alternative<RegionLowering>(op->lowering);
            const bool is_effect = std::holds_alternative<EffectLowering>(op->lowering);
            if (op->name == "group" || is_effect || (is_region && !options.with_regions)) continue;
            if (std::holds_alternative<LeafLowering>(op->lowering) && op->name != "constant" && op->name != "iota")
                continue;
            if (!has_generator(*op)) continue;
            ops_.push_back(op);
            if (op->attributes.empty() && lowering(*op) != nullptr) elementwise_.push_back(op);
        }
    }

    RandomGraph grow() {
        leaf(Type{options_.floating, random_shape(random_)});
        const std::int64_t wanted = random_.integer(options_.minimum_nodes, options_.maximum_nodes);
        for (int attempts = 0; builder_.size() < wanted && attempts < 400; ++attempts) try_one();
        return finish();
    }

  private:
    static const ElementwiseLowering* lowering(const OpRecord& op) {
        return std::get_if<ElementwiseLowering>(&op.lowering);
    }

    Value leaf(const Type& type) {
        if (is_floating(type.dtype) && random_.chance(0.15)) {
            return keep(splat(builder_, random_.uniform(-2, 2), type));
        }
        const std::string name = fmt::format("x{}", inputs_++);
        Value value = builder_.add("input", {}, {{"name", name}, {"type", type}});
        bindings_.inputs[name] = random_tensor(type, random_);
        tensors_[value] = {bindings_.inputs[name]};
        pool_.push_back(value);
        return value;
    }

    // A value that is there, of that type; or a new leaf.
    Value some(const Type& type) {
        std::vector<Value> fitting;
        for (const Value& value : pool_) {
            if (builder_.type(value) == type) fitting.push_back(value);
        }
        return fitting.empty() || random_.chance(0.15) ? leaf(type) : random_.of(fitting);
    }

    void try_one() {
        const bool chains = options_.fusable_chain && random_.chance(0.6);
        const bool scans = options_.with_regions && random_.chance(0.15);
        const OpRecord& op = scans ? op_named("scan") : *random_.of(chains ? elementwise_ : ops_);
        const bool takes_any = arity_of(op).count == 0 && !arity_of(op).variadic;
        Value first = random_.chance(chains ? 0.8 : 0.5) ? pool_.back() : random_.of(pool_);
        const Type first_type = builder_.type(first);
        std::optional<Application> application =
            random_application(op, random_, options_.floating, takes_any ? nullptr : &first_type);
        if (!application && (op.name == "scatter_add" || op.name == "convolution" || op.name == "overlap_add"))
            application = random_application(op, random_, options_.floating);
        if (!application) return;
        std::vector<Value> operands;
        for (std::size_t k = 0; k < application->operands.size(); ++k) {
            const Type& type = application->operands[k];
            Value operand = k == 0 && type == first_type ? first : some(type);
            if (is_floating(type.dtype)) operand = into_domain(operand, op.domain);
            operands.push_back(operand);
        }
        Value value = keep_if_tame(op, operands, *application);
        if (!value) return;
        const auto count = static_cast<int>(builder_.node(value).types.size());
        for (int k = 0; k < count; ++k) pool_.push_back({value.node, k});
    }

    Value into_domain(Value value, const Domain& domain) {
        if (domain.low <= -2 && domain.high >= 2) return value;
        const auto& x = tensors_.at(value)[0].elements;
        if (x.size() == 0 || (x.minCoeff() >= domain.low && x.maxCoeff() <= domain.high)) return value;
        Value part = keep(unary(builder_, "sigmoid", value));
        Value range = keep(like(builder_, value, domain.high - domain.low));
        Value low = keep(like(builder_, value, domain.low));
        return keep(add(builder_, keep(multiply(builder_, part, range)), low));
    }

    Value keep(Value value) {
        if (tensors_.contains(value)) return value;
        const Node& node = builder_.node(value);
        std::vector<Tensor<double>> operands;
        for (const Value& operand : node.operands) operands.push_back(tensors_.at(operand)[0]);
        tensors_[value] = results_of(*node.op, operands, node.attributes, node.body);
        pool_.push_back(value);
        return value;
    }

    static std::vector<Tensor<double>> results_of(const OpRecord& op, const std::vector<Tensor<double>>& operands,
                                                  const Attributes& attributes,
                                                  const std::shared_ptr<const Graph>& body) {
        GraphBuilder builder("one");
        Bindings<double> bindings;
        std::vector<Value> values;
        for (std::size_t k = 0; k < operands.size(); ++k) {
            const std::string name = fmt::format("o{}", k);
            Shape shape(operands[k].extents.begin(), operands[k].extents.end());
            values.push_back(builder.add("input", {}, {{"name", name}, {"type", Type{operands[k].dtype, shape}}}));
            bindings.inputs[name] = operands[k];
        }
        Value value = builder.add(op, values, attributes, {}, body);
        const auto count = static_cast<int>(builder.node(value).types.size());
        for (int k = 0; k < count; ++k) builder.output(fmt::format("r{}", k), Value{value.node, k});
        Evaluation<double> evaluation = evaluate(std::move(builder).finish(), bindings);
        std::vector<Tensor<double>> results;
        for (int k = 0; k < count; ++k) results.push_back(evaluation.outputs.at(fmt::format("r{}", k)));
        return results;
    }

    bool tame(const std::vector<Tensor<double>>& results) const {
        for (const Tensor<double>& result : results) {
            for (double x : result.elements) {
                if (!(std::abs(x) <= (result.dtype == DType::kI32 ? 1e6 : options_.largest))) return false;
            }
        }
        return true;
    }

    Value keep_if_tame(const OpRecord& op, const std::vector<Value>& operands, const Application& application) {
        std::vector<Tensor<double>> tensors, moved;
        for (const Value& operand : operands) {
            tensors.push_back(tensors_.at(operand)[0]);
            moved.push_back(tensors.back());
            if (!is_floating(moved.back().dtype)) continue;
            for (double& x : moved.back().elements) x += (std::abs(x) + 0.1) * random_.uniform(-1e-4, 1e-4);
        }
        std::vector<Tensor<double>> results = results_of(op, tensors, application.attributes, application.body);
        std::vector<Tensor<double>> nearby = results_of(op, moved, application.attributes, application.body);
        if (!tame(results)) return Value{};
        for (std::size_t k = 0; k < results.size(); ++k) {
            for (Eigen::Index i = 0; i < results[k].elements.size(); ++i) {
                const double x = results[k].elements[i];
                if (!(std::abs(x - nearby[k].elements[i]) <= 0.02 * (1 + std::abs(x)))) return Value{};
            }
        }
        Value value = builder_.add(op, operands, application.attributes, {}, application.body);
        if (tensors_.contains(value)) return Value{};
        for (int k = 0; k < static_cast<int>(results.size()); ++k)
            tensors_[{value.node, k}] = {results[static_cast<std::size_t>(k)]};
        return value;
    }

    RandomGraph finish() {
        std::vector<bool> used(static_cast<std::size_t>(builder_.size()), false);
        for (int i = 0; i < builder_.size(); ++i) {
            for (const Value& operand : builder_.node({i, 0}).operands)
                used[static_cast<std::size_t>(operand.node)] = true;
        }
        Value loss;
        int outputs = 0;
        const int size = builder_.size();
        for (int i = 0; i < size; ++i) {
            if (used[static_cast<std::size_t>(i)]) continue;
            const auto results = static_cast<int>(builder_.node({i, 0}).types.size());
            for (int k = 0; k < results; ++k) {
                const Value value{i, k};
                builder_.output(fmt::format("output_{}", outputs++), value);
                const Type type = builder_.type(value);
                if (type.dtype != options_.floating) continue;
                Axes all;
                for (std::int64_t axis = 0; axis < type.rank(); ++axis) all.push_back(axis);
                Value sum = reduce_sum(builder_, multiply(builder_, value, random_.uniform(0.5, 1.5)), all);
                loss = loss ? add(builder_, loss, sum) : sum;
            }
        }
        if (!loss) loss = scalar(builder_, 0.0, options_.floating);
        builder_.output("loss", loss);
        return RandomGraph{std::move(builder_).finish(), std::move(bindings_), seed_};
    }

    RandomGraphOptions options_;
    std::uint64_t seed_;
    Random random_;
    GraphBuilder builder_;
    std::vector<const OpRecord*> ops_, elementwise_;
    std::vector<Value> pool_;
    std::map<Value, std::vector<Tensor<double>>> tensors_;
    Bindings<double> bindings_;
    int inputs_ = 0;
};

}  // namespace

RandomGraph random_graph(std::uint64_t seed, const RandomGraphOptions& options) { return Growth(seed, options).grow(); }

}  // namespace nncc::testing
