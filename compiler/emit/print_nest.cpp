// Loop nests to C++: outer axes as loops, the innermost as lanes, reductions through the runtime's combinators.
#include <fmt/format.h>

#include <algorithm>

#include "emit/nest_printer.h"
#include "lowering/lower.h"

namespace nncc {

namespace {

std::string_view reducer_type(Reducer reducer) {
    switch (reducer) {
        case Reducer::kSum: return "nncc::Sum";
        case Reducer::kMax: return "nncc::Max";
        case Reducer::kProduct: return "nncc::Product";
    }
    return "nncc::Sum";
}

std::vector<std::string> size_names(std::size_t count) {
    if (count == 1) return {"kCount"};
    if (count == 2) return {"kRows", "kColumns"};
    std::vector<std::string> names;
    for (std::size_t k = 0; k + 2 < count; ++k)
        names.push_back(count == 3 ? "kPlanes" : fmt::format("kPlanes{}", k + 1));
    names.push_back("kRows");
    names.push_back("kColumns");
    return names;
}

class NestLoops {
  public:
    NestLoops(FunctionText& function, const LoopNest& nest, Code& code)
        : function_(function), nest_(nest), code_(code), values_(function, nest) {
        vector_ = vector_axis(nest);
        for (std::size_t axis = 0; axis < nest.axes.size(); ++axis) {
            if (!nest.axes[axis].reduced) order_.push_back(static_cast<int>(axis));
        }
        kept_ = order_.size();
        for (std::size_t axis = 0; axis < nest.axes.size(); ++axis) {
            if (nest.axes[axis].reduced) order_.push_back(static_cast<int>(axis));
        }
        vector_is_reduced_ = vector_ >= 0 && nest.axes[static_cast<std::size_t>(vector_)].reduced;
        values_.prepare(order_, kept_, vector_);
        for (int id = 0; id < static_cast<int>(nest.values.size()); ++id) {
            if (nest.values[static_cast<std::size_t>(id)].kind == LoopValue::Kind::kReduce && values_.use_count(id) > 0)
                reductions_.push_back(id);
        }
        has_reductions_ = kept_ < order_.size() && !reductions_.empty();
        if (reads_whole_lines()) values_.double_lanes();
    }

    void print() {
        values_.declare_level(0, false, code_);
        kept_loop(0);
    }

  private:
    // Columns summed over many rows, 32 bytes at a time, would bring every line of memory in twice: two vectors are
    // one line. Of few rows the second sweep finds them in the nearest cache.
    bool reads_whole_lines() const {
        constexpr std::int64_t kLineBytes = 64, kManyRows = 256;
        if (!has_reductions_ || vector_ < 0 || vector_is_reduced_ || !extent(vector_).is_constant()) return false;
        if (extent(vector_).constant() * values_.lane_bytes() % kLineBytes != 0) return false;
        std::int64_t rows = 1;
        for (std::size_t position = kept_; position < order_.size(); ++position) {
            if (!extent(order_[position]).is_constant()) return false;
            rows *= extent(order_[position]).constant();
        }
        return rows >= kManyRows;
    }

    const Dim& extent(int axis) const { return nest_.axes[static_cast<std::size_t>(axis)].extent; }
    std::string variable(int axis) const { return index_variable(static_cast<std::size_t>(axis)); }

    void plain_loop(int axis) {
        code_.open(
            fmt::format("for (int {0} = 0; {0} < {1}; ++{0}) {{", variable(axis), function_.dim(extent(axis), false)));
    }
    void open_vector_loop(int axis) {
        lambdas_.push_back(code_.mark());
        const std::string lanes = values_.lane_count_text();
        const std::string size = function_.dim(extent(axis), false);
        code_.open(
            extent(axis).is_constant()
                ? fmt::format("nncc::each_vector<{}, {}>([&](int {}, auto lanes) {{", size, lanes, variable(axis))
                : fmt::format("nncc::each_vector<{}>({}, [&](int {}, auto lanes) {{", lanes, size, variable(axis)));
    }

    // Closes what opened a lambda; index and lanes that it does not use lose their names.
    void close_lambda(int axis) {
        code_.unname_unused(lambdas_.back(), "int", variable(axis));
        code_.unname_unused(lambdas_.back(), "auto", "lanes");
        lambdas_.pop_back();
        code_.close("});");
    }
    void close_loop(int axis) {
        if (axis == vector_) close_lambda(axis);
        else code_.close();
    }

    void kept_loop(std::size_t position) {
        if (position == kept_) return innermost();
        const int axis = order_[position];
        const bool is_vector = axis == vector_;
        if (is_vector) open_vector_loop(axis);
        else plain_loop(axis);
        values_.enter(axis);
        values_.declare_level(position + 1, false, code_);
        kept_loop(position + 1);
        close_loop(axis);
    }

    bool is_inner_store(const LoopStore& store) const {
        for (std::size_t position = kept_; position < order_.size(); ++position) {
            if (!store.map.strides[static_cast<std::size_t>(order_[position])].is_constant(0)) return true;
        }
        return false;
    }

    void innermost() {
        if (has_reductions_ || kept_ < order_.size()) reduce();
        values_.declare_level(kept_, true, code_);
        for (const LoopStore& store : nest_.stores) {
            if (kept_ == order_.size() || !is_inner_store(store))
                values_.store(store, !vector_is_reduced_ && vector_ >= 0, code_);
        }
    }

    void reduce() {
        const bool stores_inside = std::any_of(nest_.stores.begin(), nest_.stores.end(),
                                               [&](const LoopStore& store) { return is_inner_store(store); });
        if (reductions_.empty() && !stores_inside) return;
        if (reductions_.size() != 1 || stores_inside || (vector_is_reduced_ && order_.size() - kept_ > 1))
            return reduce_together(stores_inside);
        if (vector_is_reduced_) return reduce_lanes();
        reduce_outer();
    }

    // const float sum = nncc::reduce<nncc::Sum, 10, 8>([&](int j, auto lanes) { ... });
    void reduce_lanes() {
        const int id = reductions_[0];
        const LoopValue& value = nest_.values[static_cast<std::size_t>(id)];
        const std::string name = values_.name(id);
        const std::string size = function_.dim(extent(vector_), false), lanes = values_.lane_count_text();
        const std::string_view op = reducer_type(value.reducer);
        lambdas_.push_back(code_.mark());
        code_.open(extent(vector_).is_constant()
                       ? fmt::format("const {} {} = nncc::reduce<{}, {}, {}>([&](int {}, auto lanes) {{",
                                     cpp_type(value.dtype), name, op, size, lanes, variable(vector_))
                       : fmt::format("const {} {} = nncc::reduce<{}, {}>({}, [&](int {}, auto lanes) {{",
                                     cpp_type(value.dtype), name, op, lanes, size, variable(vector_)));
        values_.enter(vector_);
        values_.declare_level(kept_ + 1, false, code_);
        code_.line(fmt::format("return {};", values_.as_vector(value.operands[0])));
        close_lambda(vector_);
        values_.set_scalar(id);
    }

    // const auto sum = nncc::reduce_outer<nncc::Sum, 32>([&](int i) { ... }); nested for several axes
    void reduce_outer() {
        const int id = reductions_[0];
        const LoopValue& value = nest_.values[static_cast<std::size_t>(id)];
        const std::string name = values_.name(id);
        for (std::size_t position = kept_; position < order_.size(); ++position) {
            const int axis = order_[position];
            const std::string size = function_.dim(extent(axis), false);
            lambdas_.push_back(code_.mark());
            const std::string head = position == kept_ ? fmt::format("const auto {} =", name) : "return";
            code_.open(extent(axis).is_constant() ? fmt::format("{} nncc::reduce_outer<{}, {}>([&](int {}) {{", head,
                                                                reducer_type(value.reducer), size, variable(axis))
                                                  : fmt::format("{} nncc::reduce_outer<{}>({}, [&](int {}) {{", head,
                                                                reducer_type(value.reducer), size, variable(axis)));
            values_.enter(axis);
            values_.declare_level(position + 1, false, code_);
        }
        code_.line(fmt::format("return {};", values_.text(value.operands[0])));
        for (std::size_t position = order_.size(); position-- > kept_;) close_lambda(order_[position]);
    }

    // Several reductions, or stores beside them: one set of loops with a running value each.
    void reduce_together(bool stores_inside) {
        std::vector<std::string> running;
        for (int id : reductions_) {
            const LoopValue& value = nest_.values[static_cast<std::size_t>(id)];
            const std::string_view op = reducer_type(value.reducer), type = cpp_type(value.dtype);
            if (vector_is_reduced_) {
                running.push_back(function_.scope.unique(values_.name(id) + "_parts"));
                code_.line(fmt::format("nncc::Accumulator<{}, {}, {}> {};", op, type, values_.lane_count_text(),
                                       running.back()));
            } else if (values_.is_vector(id)) {
                running.push_back(values_.name(id));
                code_.line(fmt::format("auto {} = nncc::splat({}::identity<{}>(), lanes);", running.back(), op, type));
            } else {
                running.push_back(values_.name(id));
                code_.line(fmt::format("{} {} = {}::identity<{}>();", type, running.back(), op, type));
            }
        }
        for (std::size_t position = kept_; position < order_.size(); ++position) {
            const int axis = order_[position];
            if (axis == vector_) open_vector_loop(axis);
            else plain_loop(axis);
            values_.enter(axis);
            values_.declare_level(position + 1, false, code_);
        }
        for (std::size_t k = 0; k < reductions_.size(); ++k) {
            const LoopValue& value = nest_.values[static_cast<std::size_t>(reductions_[k])];
            const int operand = value.operands[0];
            if (vector_is_reduced_) {
                code_.line(fmt::format("{}.add({}, lanes);", running[k], values_.as_vector(operand)));
            } else {
                code_.line(fmt::format(
                    "{0} = {1}::combine({0}, {2});", running[k], reducer_type(value.reducer),
                    values_.is_vector(reductions_[k]) ? values_.as_vector(operand) : values_.text(operand)));
            }
        }
        if (stores_inside) {
            for (const LoopStore& store : nest_.stores) {
                if (is_inner_store(store)) values_.store(store, true, code_);
            }
        }
        for (std::size_t position = order_.size(); position-- > kept_;) close_loop(order_[position]);
        if (!vector_is_reduced_) return;
        for (std::size_t k = 0; k < reductions_.size(); ++k) {
            const LoopValue& value = nest_.values[static_cast<std::size_t>(reductions_[k])];
            code_.line(fmt::format("const {} {} = {}.result();", cpp_type(value.dtype), values_.name(reductions_[k]),
                                   running[k]));
        }
    }

    FunctionText& function_;
    const LoopNest& nest_;
    Code& code_;
    NestValues values_;
    std::vector<int> order_;  // axes, outermost loop first: the kept ones, then the reduced
    std::size_t kept_ = 0;
    int vector_ = -1;
    bool vector_is_reduced_ = false, has_reductions_ = false;
    std::vector<int> reductions_;
    std::vector<std::size_t> lambdas_;  // where the lambdas at hand open
};

}  // namespace

void print_nest(FunctionText& function, const LoopNest& nest, Code& code) {
    std::vector<Dim> extents;
    for (const LoopAxis& axis : nest.axes) extents.push_back(axis.extent);
    for (const LoopAxis& axis : nest.axes) {
        if (!axis.reduced && axis.extent.is_constant(0)) return;  // no element to compute
    }
    function.name_sizes(extents, size_names(extents.size()));
    Code body = code.at_same_depth();
    NestLoops(function, nest, body).print();
    if (const std::string sizes = function.size_line(body.text()); !sizes.empty()) code.line(sizes);
    code.append(body);
}

}  // namespace nncc
