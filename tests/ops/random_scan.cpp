// Random scans: bodies over sequences, carries and captured values, some of them with a scan inside.
#include <algorithm>

#include "graph/constants.h"
#include "ops/build.h"
#include "random_graph.h"

namespace nncc::testing {
namespace {

class Body {
  public:
    Body(Random& random, DType floating, int depth) : random_(random), floating_(floating), depth_(depth) {}

    Application make(const Type& sequence) {
        const std::int64_t axis = random_.integer(0, sequence.rank() - 1);
        step_ = sequence;
        step_.shape.erase(step_.shape.begin() + axis);
        const std::int64_t sequences = random_.integer(1, 2), carries = random_.integer(0, 2);
        for (std::int64_t k = 0; k < sequences; ++k) {
            Type type = sequence;
            if (k > 0 && random_.chance(0.3)) type.dtype = random_.chance(0.5) ? DType::kI32 : DType::kBool;
            operands_.push_back(type);
            pool_.push_back(floating(argument({type.dtype, step_.shape})));
        }
        std::vector<Value> carried;
        for (std::int64_t k = 0; k < carries; ++k) {
            const bool is_scalar = random_.chance(0.2);
            operands_.push_back(is_scalar ? Type{floating_, {}} : step_);
            carried.push_back(argument(operands_.back()));
            pool_.push_back(is_scalar ? broadcast_scalar(b_, carried.back(), step_.shape) : carried.back());
        }
        for (std::int64_t k = random_.integer(0, 2); k > 0; --k) capture();
        for (std::int64_t k = random_.integer(1, 8); k > 0; --k) pool_.push_back(grow());
        for (std::int64_t k = random_.integer(carries > 0 ? 0 : 1, 3); k > 0; --k) yield(axis);
        if (outputs_ == 0 && carries == 0) output(some());
        for (Value carry : carried) output(next_of(carry));
        return Application{
            operands_,
            {{"axis", axis}, {"carries", carries}, {"sequences", sequences}, {"reverse", random_.chance(0.5)}},
            std::make_shared<const Graph>(std::move(b_).finish())};
    }

  private:
    Value argument(const Type& type) {
        const auto index = static_cast<std::int64_t>(arguments_++);
        return b_.add("argument", {}, {{"index", index}, {"type", type}});
    }
    Value floating(Value value) { return cast(b_, value, floating_); }
    // Recent ones more often, so that chains grow. Once per call's arguments, whose order is the compiler's own.
    Value some() { return random_.chance(0.4) ? pool_.back() : random_.of(pool_); }

    void capture() {
        if (step_.rank() > 0 && random_.chance(0.5)) {
            const Dim last = step_.shape.back();
            operands_.push_back({floating_, {last, last}});
            matrices_.push_back(argument(operands_.back()));
        } else {
            operands_.push_back(step_);
            pool_.push_back(argument(step_));
        }
    }

    Value grow() {
        if (!matrices_.empty() && random_.chance(0.3)) {
            const std::string letters = std::string("abcdefg").substr(0, step_.shape.size() - 1);
            const Value product = einsum(b_, letters + "i,ij->" + letters + "j", {some(), random_.of(matrices_)});
            return multiply(b_, product, 0.1);
        }
        if (depth_ < 1 && step_.rank() > 0 && random_.chance(0.1)) return inner_scan();
        const std::int64_t kind = random_.integer(0, 9);
        const Value x = some();
        switch (kind) {
            case 0: return unary(b_, "tanh", x);
            case 1: return unary(b_, "sigmoid", x);
            case 2: return add(b_, x, some());
            case 3: return subtract(b_, x, some());
            case 4: return multiply(b_, unary(b_, "tanh", x), some());
            case 5: return unary(b_, "sin", x);
            case 6: {
                const Value condition = less(b_, x, some());
                const Value chosen = some();
                return select(b_, condition, chosen, some());
            }
            case 7: return multiply(b_, x, 0.5);
            case 8: return multiply(b_, broadcast_scalar(b_, mean(x), step_.shape), some());
            default: return step_.rank() > 0 ? reverse_axis(b_, x, 0) : x;
        }
    }
    Value mean(Value x) {
        Axes all;
        for (std::int64_t axis = 0; axis < step_.rank(); ++axis) all.push_back(axis);
        const double count = std::max<double>(1.0, static_cast<double>(element_count(step_.shape)->constant()));
        return divide(b_, reduce_sum(b_, x, all), count);
    }
    // Results that are not of the step's type go into a mean.
    Value inner_scan() {
        const Application inner = Body(random_, floating_, depth_ + 1).make(step_);
        std::vector<Value> operands;
        for (const Type& type : inner.operands) {
            if (type == step_ && random_.chance(0.8)) operands.push_back(some());
            else operands.push_back(splat(b_, is_floating(type.dtype) ? random_.uniform(-1, 1) : 1.0, type));
        }
        const Value first = b_.add(op_named("scan"), operands, inner.attributes, {}, inner.body);
        const auto count = static_cast<int>(b_.node(first).types.size());
        const Value chosen{first.node, static_cast<int>(random_.integer(0, count - 1))};
        if (b_.type(chosen) == step_) return chosen;
        const Type type = b_.type(chosen);
        Axes all;
        for (std::int64_t axis = 0; axis < type.rank(); ++axis) all.push_back(axis);
        return broadcast_scalar(b_, reduce_sum(b_, floating(chosen), all), step_.shape);
    }

    Value less_of_two() {
        const Value x = some();
        return less(b_, x, some());
    }
    void output(Value value) { b_.output(fmt::format("r{}", outputs_++), value); }
    void yield(std::int64_t axis) {
        if (axis == 0 && random_.chance(0.2)) output(mean(some()));
        else if (random_.chance(0.1)) output(less_of_two());
        else output(some());
    }
    Value next_of(Value carry) {
        if (b_.type(carry).rank() == 0 && step_.rank() > 0) return mean(some());
        switch (random_.integer(0, 4)) {
            case 0: return add(b_, carry, some());  // a sum over the steps
            case 1: return some();
            case 2: return random_.chance(0.3) ? carry : unary(b_, "tanh", some());
            default: return unary(b_, "tanh", add(b_, carry, some()));
        }
    }

    Random& random_;
    DType floating_;
    int depth_;
    GraphBuilder b_{"body"};
    Type step_;
    std::vector<Type> operands_;
    std::vector<Value> pool_, matrices_;  // pool: values of the step's type
    int arguments_ = 0, outputs_ = 0;
};

}  // namespace

std::optional<Application> random_scan(Random& random, DType floating, const Type& sequence) {
    if (!is_floating(sequence.dtype) || sequence.rank() == 0) return std::nullopt;
    return Body(random, floating, 0).make(sequence);
}

}  // namespace nncc::testing
