// Data-dependent kernels to C++: loops over the outer axes around one call of the runtime.
#include <fmt/format.h>

#include "emit/function_text.h"

namespace nncc {

namespace {

class AxisCallPrinter {
  public:
    AxisCallPrinter(FunctionText& function, const AxisCall& call, Code& code)
        : function_(function), call_(call), code_(code) {}

    void print() {
        if (call_.kernel == "gather") return gather();
        if (call_.kernel == "scatter_add") return scatter_add();
        if (call_.kernel == "overwrite") return overwrite();
        along_axis();
    }

  private:
    static Dim times(const Dim& a, const Dim& b) {
        auto product = Dim::multiply(a, b);
        NNCC_CHECK(product.has_value());
        return *product;
    }
    std::string operand(std::size_t k) const {
        return function_.parameters[static_cast<std::size_t>(call_.operands[k])];
    }
    std::string result() const { return function_.parameters[static_cast<std::size_t>(call_.result)]; }
    std::string_view result_type() const {
        return cpp_type(function_.kernel.parameters[static_cast<std::size_t>(call_.result)].type.dtype);
    }

    // Opens the loops; `variables` get the index variable of each, "" where the extent is 1.
    void open_loops(const std::vector<Dim>& extents) {
        for (std::size_t axis = 0; axis < extents.size(); ++axis) {
            const bool single = extents[axis].is_constant(1);
            variables_.push_back(index_variable(axis));
            is_loop_.push_back(!single);
            if (!single)
                code_.open(fmt::format("for (int {0} = 0; {0} < {1}; ++{0}) {{", variables_[axis],
                                       function_.dim(extents[axis], false)));
        }
    }
    void close_loops() {
        for (bool is_loop : is_loop_) {
            if (is_loop) code_.close();
        }
    }
    std::string at(const std::string& base, std::vector<Dim> strides) {
        for (std::size_t axis = 0; axis < strides.size(); ++axis) {
            if (!is_loop_[axis]) strides[axis] = Dim(0);
        }
        const std::string offset = function_.index({.offset = Dim(0), .strides = std::move(strides)}, variables_);
        return offset.empty() ? base : base + " + " + offset;
    }
    std::string size(const Dim& dim) { return function_.dim(dim, false); }

    void gather() {
        open_loops({call_.batch, call_.outer});
        const Dim table = times(call_.length, call_.inner), row = times(call_.index_count, call_.inner);
        code_.line(fmt::format("nncc::gather({}, {}, {}, {}, {}, {});",
                               at(operand(0), {times(call_.outer, table), table}), size(call_.length),
                               at(operand(1), {call_.index_count, Dim(0)}), size(call_.index_count), size(call_.inner),
                               at(result(), {times(call_.outer, row), row})));
        close_loops();
    }

    void scatter_add() {
        const Dim table = times(call_.length, call_.inner), row = times(call_.index_count, call_.inner);
        code_.line(
            fmt::format("nncc::fill({}, {}, {});", result(), size(times(times(call_.batch, call_.outer), table)),
                        literal(0, function_.kernel.parameters[static_cast<std::size_t>(call_.result)].type.dtype)));
        open_loops({call_.batch, call_.outer});
        code_.line(fmt::format("nncc::scatter_add({}, {}, {}, {}, {}, {});",
                               at(operand(0), {call_.index_count, Dim(0)}), size(call_.index_count),
                               at(operand(1), {times(call_.outer, row), row}), size(call_.inner),
                               at(result(), {times(call_.outer, table), table}), size(call_.length)));
        close_loops();
    }

    // The rest of the operand is there already where the result lies in its place.
    void overwrite() {
        const Dim table = times(call_.length, call_.inner), rows = times(call_.index_count, call_.inner);
        code_.line(fmt::format("if ({0} != {1}) nncc::copy({0}, {1}, {2});", operand(0), result(),
                               size(times(call_.outer, table))));
        open_loops({call_.outer});
        code_.line(fmt::format("nncc::overwrite({}, {}, {}, *{}, {}, {});", at(operand(1), {rows}),
                               size(call_.index_count), size(call_.inner), operand(2), at(result(), {table}),
                               size(call_.length)));
        close_loops();
    }

    // argsort, argmax, cumulative: one row for each outer and inner index, its elements `inner` apart.
    void along_axis() {
        const bool sorts = call_.kernel == "argsort";
        std::string scratch;
        if (sorts) {
            scratch = function_.scope.unique("scratch");
            const std::int64_t count = 2 * call_.length.constant();
            code_.line(fmt::format("nncc::i32 {}[{}];", scratch, count > 0 ? count : 1));
            function_.stack_bytes += 4 * count;
        }
        open_loops({call_.outer, call_.inner});
        const Dim row = times(call_.length, call_.inner);
        const std::string from = at(operand(0), {row, Dim(1)}), to = at(result(), {row, Dim(1)});
        const std::string stride = size(call_.inner), length = size(call_.length);
        if (call_.kernel == "argmax") {
            const std::string target = at("", {call_.inner, Dim(1)});
            code_.line(fmt::format("{}[{}] = nncc::argmax({}, {}, {});", result(),
                                   target.empty() ? "0" : target.substr(3), from, stride, length));
        } else if (sorts && call_.inner.is_constant(1)) {
            code_.line(fmt::format("nncc::argsort({}, {}, {}, {});", from, length, to, scratch));
        } else if (sorts) {
            code_.line(
                fmt::format("nncc::argsort({}, {}, {}, {}, {}, {});", from, stride, length, to, stride, scratch));
        } else {
            const std::string& kind = call_.node->attributes.text("kind");
            const std::string_view op = kind == "sum" ? "nncc::Sum" : kind == "max" ? "nncc::Max" : "nncc::Product";
            code_.line(fmt::format("nncc::cumulative<{}>({}, {}, {}, {}, {}, {});", op, from, stride, to, stride,
                                   length, call_.node->attributes.flag("reverse")));
        }
        close_loops();
    }

    FunctionText& function_;
    const AxisCall& call_;
    Code& code_;
    std::vector<std::string> variables_;
    std::vector<bool> is_loop_;
};

}  // namespace

void print_axis_call(FunctionText& function, const AxisCall& call, Code& code) {
    AxisCallPrinter(function, call, code).print();
}

}  // namespace nncc
