// A convolution to padding, windows and a contraction over letters, where it runs better as a matrix product.
#include "ops/expand_convolution.h"

#include <algorithm>

#include "ops/build.h"
#include "ops/record.h"

namespace nncc {
namespace {

// A tensor whose axes have letters: n batch, g group, c channels, o filters, A.. places, K.. kernel.
struct Lettered {
    Value value;
    std::string letters;
};

char place_letter(std::size_t axis) { return static_cast<char>('A' + axis); }
char kernel_letter(std::size_t axis) { return static_cast<char>('K' + axis); }

Axes axes_of(const std::string& letters, const std::string& order) {
    Axes axes;
    for (char letter : order) axes.push_back(static_cast<std::int64_t>(letters.find(letter)));
    return axes;
}

class Expansion {
  public:
    Expansion(GraphBuilder& b, const Node& node, Value x, Value w)
        : b_(b),
          form_(convolution_form(node.attributes)),
          result_(node.type()),
          parts_(form_.groups * form_.batch_groups) {
        for (std::size_t i = 0; i < form_.rank(); ++i) kernel_.push_back(b.type(w).shape[i]);
        w_ = {w, ""};
        for (std::size_t i = 0; i < form_.rank(); ++i) w_.letters += kernel_letter(i);
        w_.letters += "co";
        read_through_transposes(x);
    }

    // nullopt when both a kernel and its places have run-time extents.
    std::optional<Value> run() {
        if (!choose_minor()) return std::nullopt;
        if (parts_ > 1) split_groups();
        pad_places();
        make_windows();
        const std::string natural = result_letters();
        const Value product = is_depthwise() ? multiply_and_add(natural) : contract(natural);
        return in_order(product, natural);
    }

  private:
    Dim extent(const Lettered& t, char letter) const { return b_.type(t.value).shape[t.letters.find(letter)]; }

    // The gradient by w convolves a transposed x; reading x itself makes its windows those of the forward pass.
    void read_through_transposes(Value x) {
        std::string letters = "n";
        for (std::size_t i = 0; i < form_.rank(); ++i) letters += place_letter(i);
        letters += 'c';
        while (b_.node(x).op->name == "transpose") {
            const Axes permutation = b_.node(x).attributes.integers("permutation");
            std::string before(letters.size(), ' ');
            for (std::size_t i = 0; i < letters.size(); ++i)
                before[static_cast<std::size_t>(permutation[i])] = letters[i];
            letters = before;
            x = b_.node(x).operands[0];
        }
        x_ = {x, letters};
    }

    // Windows are the same with kernel and places exchanged; the smaller ones become the new axes.
    bool choose_minor() {
        for (std::size_t i = 0; i < form_.rank(); ++i) {
            const Dim& places = result_.shape[i + 1];
            const bool by_kernel =
                kernel_[i].is_constant() && (!places.is_constant() || kernel_[i].constant() <= places.constant());
            if (!by_kernel && !places.is_constant()) return false;
            by_kernel_.push_back(by_kernel);
        }
        return true;
    }

    // In x the axis that the groups cut is the batch for groups of the batch, else the channels.
    void split_groups() {
        const char cut = form_.groups > 1 ? 'c' : 'n';
        const std::size_t axis = x_.letters.find(cut);
        Shape shape = b_.type(x_.value).shape;
        group_rest_ = *Dim::divide(shape[axis], parts_);
        shape[axis] = parts_;
        shape.insert(shape.begin() + static_cast<std::ptrdiff_t>(axis) + 1, group_rest_);
        x_.letters.insert(axis, 1, 'g');
        x_.value = reshape(b_, x_.value, shape);
        if (!is_depthwise()) {  // one matrix product for each group: the group outermost
            std::string order = x_.letters;
            order.erase(axis, 1);
            order.insert(0, 1, 'g');
            x_.value = transpose(b_, x_.value, axes_of(x_.letters, order));
            x_.letters = order;
        }
        Shape weights = b_.type(w_.value).shape;
        const Dim run = *Dim::divide(weights.back(), parts_);
        weights.back() = parts_;
        weights.push_back(run);
        w_.value = reshape(b_, w_.value, weights);
        w_.letters.insert(w_.letters.size() - 1, 1, 'g');
    }
    bool is_depthwise() const { return parts_ > 1 && group_rest_.is_constant(1); }

    // Only as far as windows reach, so that a pass over the same windows pads alike whatever its strides leave over.
    void pad_places() {
        const std::size_t rank = x_.letters.size();
        Axes low(rank, 0), high(rank, 0), interior(rank, 0);
        bool plain = true;
        for (std::size_t i = 0; i < form_.rank(); ++i) {
            const std::size_t axis = x_.letters.find(place_letter(i));
            const Dim inside = *dilated_extent(extent(x_, place_letter(i)), form_.x_dilation[i]);
            const Dim reached = *Dim::subtract(*Dim::add(*dilated_extent(result_.shape[i + 1], form_.strides[i]),
                                                         *dilated_extent(kernel_[i], form_.w_dilation[i])),
                                               1);
            low[axis] = form_.low[i];
            high[axis] = Dim::subtract(*Dim::subtract(reached, inside), form_.low[i])->constant();
            interior[axis] = form_.x_dilation[i] - 1;
            plain = plain && low[axis] == 0 && high[axis] == 0 && interior[axis] == 0;
        }
        if (!plain) x_.value = pad(b_, x_.value, scalar(b_, 0.0, result_.dtype), low, high, interior);
    }

    void make_windows() {
        Axes axes, kernel, stride, dilation;
        std::string minor;
        std::string letters = x_.letters;
        for (std::size_t axis = 0; axis < letters.size(); ++axis) {
            if (letters[axis] < 'A' || letters[axis] > 'J') continue;
            const auto i = static_cast<std::size_t>(letters[axis] - 'A');
            axes.push_back(static_cast<std::int64_t>(axis));
            kernel.push_back(by_kernel_[i] ? kernel_[i].constant() : result_.shape[i + 1].constant());
            stride.push_back(by_kernel_[i] ? form_.strides[i] : form_.w_dilation[i]);
            dilation.push_back(by_kernel_[i] ? form_.w_dilation[i] : form_.strides[i]);
            minor += by_kernel_[i] ? kernel_letter(i) : place_letter(i);
            if (!by_kernel_[i]) letters[axis] = kernel_letter(i);
        }
        letters.insert(static_cast<std::size_t>(axes.back()) + 1, minor);
        x_ = {window(b_, x_.value, axes, kernel, stride, dilation), letters};
    }

    // Rows in x's order, then the group, then the filters: the order in which a product is stored row by row.
    std::string result_letters() const {
        std::string natural;
        for (char letter : x_.letters) {
            if (letter == 'n' || (letter >= 'A' && letter <= 'J')) natural += letter;
        }
        if (parts_ > 1) natural += 'g';
        return natural + 'o';
    }

    Value contract(const std::string& natural) {
        return einsum(b_, x_.letters + "," + w_.letters + "->" + natural, {x_.value, w_.value});
    }

    // Nothing but the places of the kernel is summed: products, added where they are made, without a table of windows.
    Value multiply_and_add(const std::string& natural) {
        std::string all;
        for (char letter : x_.letters) {
            if (natural.find(letter) == std::string::npos && letter != 'g') all += letter;
        }
        for (char letter : w_.letters) {
            if (natural.find(letter) == std::string::npos && all.find(letter) == std::string::npos) all += letter;
        }
        const auto sum_count = static_cast<std::int64_t>(all.size());
        all += natural;
        Shape shape;
        for (char letter : all) {
            const Lettered& from = x_.letters.find(letter) != std::string::npos ? x_ : w_;
            shape.push_back(extent(from, letter));
        }
        Axes sums;
        for (std::int64_t axis = 0; axis < sum_count; ++axis) sums.push_back(axis);
        return reduce_sum(b_, multiply(b_, spread(x_, all, shape), spread(w_, all, shape)), sums);
    }
    Value spread(const Lettered& t, const std::string& all, const Shape& shape) {
        std::string order;
        for (char letter : all) {
            if (t.letters.find(letter) != std::string::npos) order += letter;
        }
        return broadcast_to(b_, transpose(b_, t.value, axes_of(t.letters, order)), shape, axes_of(all, order));
    }

    // The product's groups and filters as one axis, its axes as the convolution's.
    Value in_order(Value product, std::string letters) {
        Shape shape = b_.type(product).shape;
        if (parts_ > 1) {
            shape.erase(shape.end() - 2);
            shape.back() = result_.shape.back();
            letters.erase(letters.size() - 2, 1);
        }
        std::string order = "n";
        for (std::size_t i = 0; i < form_.rank(); ++i) order += place_letter(i);
        return transpose(b_, reshape(b_, product, shape), axes_of(letters, order + 'o'));
    }

    GraphBuilder& b_;
    ConvolutionForm form_;
    Type result_;
    std::int64_t parts_;
    Shape kernel_;
    Lettered x_, w_;
    Dim group_rest_;
    std::vector<bool> by_kernel_;  // of each axis: its windows' new axis is the kernel's
};

// Deeper panels of 16 filters do not stay in the second-level cache, nor on a stack.
constexpr std::int64_t kDirectDepth = 8192;

// Whether the kernel that reads x where it lies is the better one: several taps or steps between places, few against
// the places, and extents that are numbers. A 1 x 1 kernel at every place is a matrix product as it is; the gradient by
// w has kernels as large as images, which make small windows; one channel for each filter is no product at all.
bool runs_directly(GraphBuilder& b, const Node& node, Value x, Value w) {
    const ConvolutionForm form = convolution_form(node.attributes);
    const Type& result = node.type();
    const Shape& from = b.type(x).shape;
    const Shape& kernel = b.type(w).shape;
    if (!is_floating(result.dtype) || form.rank() > 3 || form.batch_groups > 1) return false;
    const auto is_number = [](const Dim& dim) { return dim.is_constant(); };
    for (const Shape* shape : {&from, &kernel, &result.shape}) {
        if (!std::all_of(shape->begin(), shape->end(), is_number)) return false;
    }
    if (b.node(x).op->name == "constant" || b.node(w).op->name == "constant" || b.node(x).op->name == "transpose")
        return false;
    const bool depthwise = form.groups > 1 && kernel[form.rank()].is_constant(1);
    if (depthwise && !kernel.back().is_constant(form.groups)) return false;
    std::int64_t depth = kernel[form.rank()].constant();
    bool is_plain = form.groups == 1;
    for (std::size_t i = 0; i < form.rank(); ++i) {
        const std::int64_t taps = kernel[i].constant();
        if (depthwise ? form.x_dilation[i] > 1 : taps > result.shape[i + 1].constant()) return false;
        if (form.strides[i] > 1 && form.x_dilation[i] > 1) return false;
        is_plain = is_plain && taps == 1 && form.strides[i] == 1 && form.x_dilation[i] == 1 && form.low[i] == 0 &&
                   form.high[i] == 0;
        depth *= taps;
    }
    return !is_plain && depth <= kDirectDepth;
}

}  // namespace

std::vector<Value> expand_convolution(GraphBuilder& b, const Node& node, const std::vector<Value>& operands) {
    const Type& type = node.type();
    const std::optional<Dim> count = element_count(type.shape);
    const std::optional<Dim> weights = element_count(b.type(operands[1]).shape);
    if ((count && count->is_constant(0)) || (weights && weights->is_constant(0))) return {splat(b, 0.0, type)};
    std::optional<Value> value;
    if (!runs_directly(b, node, operands[0], operands[1])) value = Expansion(b, node, operands[0], operands[1]).run();
    if (!value) value = b.add(*node.op, operands, node.attributes, node.origin);
    return {*value};
}

}  // namespace nncc
