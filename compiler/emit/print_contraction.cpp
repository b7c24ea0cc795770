// Matrix products to C++: loops over the batch axes, one call of the runtime's gemm, the epilogue as its lambda.
#include <fmt/format.h>

#include <algorithm>

#include "emit/nest_printer.h"

namespace nncc {

namespace {

// A band of padded lines, or the stretches of one tile; the panels of B where it is not packed.
std::int64_t convolution_stack_bytes(const Contraction& product, std::int64_t element) {
    constexpr std::int64_t kStretchBytes = 80, kBandLimit = 1 << 16;
    const Places& places = *product.places;
    if (product.winograd) {
        // A tile's places, where its elements lie, and its lines half transformed.
        const std::int64_t m = product.winograd->m, side = m + 2;
        return m * m * 64 + side * side * 8 + side * side * 32;
    }
    const auto& [planes, lines, last] = places.axes;
    const std::int64_t span = (last.places - 1) * last.stride + last.taps;
    const std::int64_t band = planes.taps * lines.taps * span * places.channels * element;
    const std::int64_t stretches = planes.taps * lines.taps * last.taps * kStretchBytes;
    const std::int64_t columns = (product.n.constant() + 15) / 16 * 16;
    const std::int64_t packed = product.b_packed ? 0 : product.k.constant() * columns * element;
    const bool steps_by_one = planes.spread * lines.spread * last.spread == 1 && last.dilation == 1;
    const bool by_band = steps_by_one && places.pixel == places.channels && last.taps * places.channels <= 192 &&
                         last.places >= 4 && band + packed <= kBandLimit;
    return by_band ? band + packed : stretches + (product.b_packed ? 0 : product.k.constant() * 64);
}

// What the runtime keeps on the stack: a panel of B where it is not packed and not short, partial sums for a deep one.
std::int64_t gemm_stack_bytes(const Contraction& product) {
    const std::int64_t element = product.dtype == DType::kF64 ? 8 : 4, width = 64 / element;
    if (!product.k.is_constant() || !product.n.is_constant()) return std::int64_t{256 + 192} * 64;
    const std::int64_t depth = product.k.constant();
    if (product.places) return product.places->depthwise ? 0 : convolution_stack_bytes(product, element);
    if (product.b_packed) return 0;
    const bool short_rows = product.b_row.is_constant() && product.m.is_constant() &&
                            (product.m.is_constant(1) || depth * product.b_row.constant() * element <= 16384);
    if (product.b_column.is_constant(1) && short_rows) return 0;
    return std::min<std::int64_t>(depth, 1024) * width * element + (depth > 1024 ? 192 * width * element : 0);
}

class ContractionPrinter {
  public:
    ContractionPrinter(FunctionText& function, const Contraction& product, Code& code)
        : function_(function), product_(product), code_(code), values_(function, product.epilogue) {}

    void print() {
        const LoopNest& epilogue = product_.epilogue;
        std::vector<int> order;
        for (std::size_t axis = 0; axis < epilogue.axes.size(); ++axis) order.push_back(static_cast<int>(axis));
        values_.prepare(order, order.size(), order.back());
        const std::size_t batch = product_.batch.size();
        values_.declare_level(0, false, code_);
        for (std::size_t axis = 0; axis < batch; ++axis) {
            code_.open(fmt::format("for (int {0} = 0; {0} < {1}; ++{0}) {{", index_variable(axis),
                                   function_.dim(product_.batch[axis], false)));
            values_.declare_level(axis + 1, false, code_);
        }
        const bool fixed = is_fixed();
        const std::string left = function_.scope.unique("left"), right = function_.scope.unique("right");
        if (!product_.places) {
            code_.line(matrix(left, product_.a, product_.a_offset, product_.a_batch, product_.a_row, product_.a_column,
                              false, fixed));
        }
        const bool is_depthwise = product_.places && product_.places->depthwise;
        if (!is_depthwise) {
            code_.line(matrix(right, product_.b, product_.b_offset, product_.b_batch, product_.b_row, product_.b_column,
                              product_.b_packed, fixed));
        }
        // A convolution's rows may be several axes of the epilogue: their indices are parts of the row's number.
        const std::size_t row_axes = epilogue.axes.size() - batch - 1;
        const std::string column = index_variable(batch + row_axes);
        const std::string row = row_axes == 1 ? index_variable(batch) : function_.scope.unique("row");
        std::string accumulated = "product";
        Code body = code_.at_same_depth();
        body.indent(1);
        for (std::size_t id = 0; id < epilogue.values.size(); ++id) {
            if (epilogue.values[id].kind == LoopValue::Kind::kAccumulator)
                accumulated = values_.name(static_cast<int>(id));
        }
        for (std::size_t axis = 1; axis <= row_axes + 1; ++axis) values_.declare_level(batch + axis, false, body);
        for (const LoopStore& store : epilogue.stores) values_.store(store, true, body);
        const auto parameter = [&](std::string_view type, const std::string& name) {
            return uses_word(body.text(), name) ? fmt::format("{} {}", type, name) : std::string(type);
        };
        Code parts = code_.at_same_depth();
        parts.indent(1);
        if (row_axes > 1) print_row_axes(row, batch, row_axes, body.text(), parts);
        const bool uses_row = row_axes > 1 ? !parts.text().empty() : uses_word(body.text(), row);
        const std::string scratch = product_.winograd ? function_.pointer(product_.scratch, {}, {}) + ", " : "";
        code_.line(fmt::format("{}{}, {}, {}[&]({}, {}, {}, {}) {{", call(fixed),
                               product_.places ? pointer_to_places() : left,
                               is_depthwise ? function_.pointer(product_.b, {}, {}) : right, scratch,
                               uses_row ? fmt::format("int {}", row) : std::string("int"), parameter("int", column),
                               parameter("auto", "lanes"), parameter("auto", accumulated)));
        code_.append(parts);
        code_.append(body);
        code_.line("});");
        for (std::size_t axis = 0; axis < batch; ++axis) code_.close();
        // Register tiles of several rows go through an array of eight rows of two vectors.
        function_.stack_bytes += gemm_stack_bytes(product_) + (product_.m.is_constant(1) ? 0 : 512);
    }

  private:
    bool is_fixed() const {
        return product_.n.is_constant() && product_.k.is_constant() && product_.a_row.is_constant() &&
               product_.a_column.is_constant() && product_.b_row.is_constant() && product_.b_column.is_constant();
    }

    void print_row_axes(const std::string& row, std::size_t first, std::size_t count, std::string_view used,
                        Code& code) {
        for (std::size_t axis = 0; axis < count; ++axis) {
            const std::string index = index_variable(first + axis);
            if (!uses_word(used, index)) continue;
            std::int64_t below = 1;
            for (std::size_t inner = axis + 1; inner < count; ++inner)
                below *= product_.epilogue.axes[first + inner].extent.constant();
            std::string text = row;
            if (below > 1) text += fmt::format(" / {}", below);
            if (axis > 0)
                text += fmt::format(" % {}", function_.dim(product_.epilogue.axes[first + axis].extent, true));
            code.line(fmt::format("const int {} = {};", index, text));
        }
    }

    std::string pointer_to_places() {
        std::vector<std::string> variables;
        for (std::size_t axis = 0; axis < product_.a_batch.size(); ++axis) variables.push_back(index_variable(axis));
        return function_.pointer(product_.a, {.offset = product_.a_offset, .strides = product_.a_batch}, variables);
    }

    // "nncc::convolve<1, nncc::NoAxis, nncc::Axis<28, 28, 5, 1, 2>, nncc::Axis<28, 28, 5, 1, 2>, 1, 1, kColumns>(": an
    // axis is extent, places, taps, stride, low, spread, dilation.
    // "nncc::convolve_winograd<4, 25, 1, nncc::Axis<56, 56, 3, 1, 1>, nncc::Axis<56, 56, 3, 1, 1>, 64, kColumns>(".
    std::string convolve_call() {
        const Places& places = *product_.places;
        std::string axes;
        for (const Places::Axis& axis : places.axes) {
            if (product_.winograd && &axis == &places.axes.front()) continue;
            std::string text = "nncc::NoAxis";
            if (axis.extent != 1 || axis.places != 1 || axis.taps != 1 || axis.low != 0) {
                text = fmt::format("nncc::Axis<{}, {}, {}, {}, {}", axis.extent, axis.places, axis.taps, axis.stride,
                                   axis.low);
                if (axis.spread != 1 || axis.dilation != 1) text += fmt::format(", {}", axis.spread);
                if (axis.dilation != 1) text += fmt::format(", {}", axis.dilation);
                text += '>';
            }
            axes += text + ", ";
        }
        if (places.depthwise) {
            return fmt::format("nncc::convolve_depthwise<{}, {}{}>(", places.batch, axes,
                               function_.dim(product_.n, false));
        }
        if (product_.winograd) {
            return fmt::format("nncc::convolve_winograd<{}, {}, {}, {}{}, {}>(", product_.winograd->m,
                               product_.winograd->chunk, places.batch, axes, places.channels,
                               function_.dim(product_.n, false));
        }
        return fmt::format("nncc::convolve<{}, {}{}, {}, {}>(", places.batch, axes, places.channels, places.pixel,
                           function_.dim(product_.n, false));
    }

    // "nncc::gemm<kRows, kColumns, kDepth>" up to the extents that are run-time arguments.
    std::string call(bool fixed) {
        if (product_.places) return convolve_call();
        const std::string m = function_.dim(product_.m, false), n = function_.dim(product_.n, false),
                          k = function_.dim(product_.k, false);
        if (!fixed) return fmt::format("nncc::gemm_dynamic({}, {}, {}, ", m, n, k);
        if (product_.m.is_constant()) return fmt::format("nncc::gemm<{}, {}, {}>(", m, n, k);
        return fmt::format("nncc::gemm_rows<{}, {}>({}, ", n, k, m);
    }

    std::string matrix(const std::string& name, int parameter, const Dim& offset, const std::vector<Dim>& batch_strides,
                       const Dim& row, const Dim& column, bool packed, bool fixed) {
        std::vector<std::string> variables;
        for (std::size_t axis = 0; axis < batch_strides.size(); ++axis) variables.push_back(index_variable(axis));
        const std::string pointer =
            function_.pointer(parameter, {.offset = offset, .strides = batch_strides}, variables);
        const std::string_view type = cpp_type(product_.dtype);
        if (packed && product_.winograd) return fmt::format("const nncc::WinogradPanels {}{{{}}};", name, pointer);
        if (packed) return fmt::format("const nncc::Panels<{}> {}{{{}}};", type, name, pointer);
        const std::string rows = function_.dim(row, false), columns = function_.dim(column, false);
        if (!fixed)
            return fmt::format("const nncc::StridedMatrix<{}> {}{{{}, {}, {}}};", type, name, pointer, rows, columns);
        return fmt::format("const nncc::Matrix<{}, {}, {}> {}{{{}}};", type, rows, columns, name, pointer);
    }

    FunctionText& function_;
    const Contraction& product_;
    Code& code_;
    NestValues values_;
};

}  // namespace

void print_contraction(FunctionText& function, const Contraction& contraction, Code& code) {
    function.name_sizes({contraction.m, contraction.n, contraction.k}, {"kRows", "kColumns", "kDepth"});
    Code body = code.at_same_depth();
    ContractionPrinter(function, contraction, body).print();
    if (const std::string sizes = function.size_line(body.text()); !sizes.empty()) code.line(sizes);
    code.append(body);
}

}  // namespace nncc
