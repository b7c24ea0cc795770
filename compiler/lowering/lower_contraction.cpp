// Group "contraction": an einsum to a matrix product with an epilogue, or to a loop nest where its letters do not fit.
#include <algorithm>

#include "lowering/body_reader.h"
#include "lowering/lower.h"

namespace nncc {

namespace {

struct Equation {
    std::vector<std::string> operands;  // letters of each
    std::string output;
    std::string sums;  // letters of operands that the output has not, in order of first appearance
};

Equation parse_equation(std::string_view text) {
    Equation equation;
    equation.operands.emplace_back();
    bool in_output = false;
    for (char c : text) {
        if (c == ' ') continue;
        if (c == ',') {
            equation.operands.emplace_back();
        } else if (c == '-') {
            in_output = true;
        } else if (c != '>') {
            (in_output ? equation.output : equation.operands.back()) += c;
        }
    }
    for (const std::string& letters : equation.operands) {
        for (char c : letters) {
            if (equation.output.find(c) == std::string::npos && equation.sums.find(c) == std::string::npos)
                equation.sums += c;
        }
    }
    return equation;
}

// One letter that is not of extent 1, with its stride in A and in B.
struct Letter {
    char name = 0;
    Dim extent = {};
    bool in_a = false, in_b = false, in_output = false;
    Dim a = {}, b = {};
    int axis = -1;  // of the output
};

struct Operands {
    Reading a, b;
    std::string a_letters, b_letters;
};

bool is_unit(const Dim& extent) { return extent.is_constant(1); }

// nullopt when a letter occurs twice in one operand.
std::optional<std::vector<Letter>> letters_of(const Equation& equation, const Operands& operands) {
    std::vector<Letter> letters;
    const std::string all = equation.output + equation.sums;
    for (char c : all) {
        Letter letter{.name = c};
        const auto read = [&](const std::string& names, const Reading& reading, Dim& stride, bool& present) {
            for (std::size_t k = 0; k < names.size(); ++k) {
                if (names[k] != c) continue;
                if (present && !is_unit(reading.shape[k])) return false;
                present = true;
                letter.extent = reading.shape[k];
                stride = reading.leaf.map.strides[k];
            }
            return true;
        };
        if (!read(operands.a_letters, operands.a, letter.a, letter.in_a)) return std::nullopt;
        if (!read(operands.b_letters, operands.b, letter.b, letter.in_b)) return std::nullopt;
        const std::size_t axis = equation.output.find(c);
        letter.in_output = axis != std::string::npos;
        if (letter.in_output) letter.axis = static_cast<int>(axis);
        if (!is_unit(letter.extent)) letters.push_back(letter);
    }
    return letters;
}

// Whether `outer` and `inner` act as one axis in `stride`.
bool joins(const Dim& outer, const Dim& inner, const Dim& inner_extent) {
    auto product = Dim::multiply(inner, inner_extent);
    return product && *product == outer;
}

// The letters of the depth, outermost first, such that each joins the next in A and in B; nullopt when they do not.
std::optional<std::vector<Letter>> join_depth(std::vector<Letter> depth, const std::string& order) {
    std::sort(depth.begin(), depth.end(),
              [&](const Letter& x, const Letter& y) { return order.find(x.name) < order.find(y.name); });
    for (std::size_t k = 0; k + 1 < depth.size(); ++k) {
        if (!joins(depth[k].a, depth[k + 1].a, depth[k + 1].extent) ||
            !joins(depth[k].b, depth[k + 1].b, depth[k + 1].extent))
            return std::nullopt;
    }
    return depth;
}

Dim product_of(const std::vector<Letter>& letters) {
    Dim product(1);
    for (const Letter& letter : letters) {
        auto next = Dim::multiply(product, letter.extent);
        NNCC_CHECK(next.has_value());
        product = *next;
    }
    return product;
}

// Turns an epilogue nest over the output's axes into one over [batch..., m, n]; false when it does not fit.
class ProductShaper {
  public:
    ProductShaper(LoopNest& epilogue, Contraction& product) : epilogue_(epilogue), product_(product) {}

    bool shape(const std::vector<Letter>& letters, const Operands& operands) {
        std::vector<Letter> rows, columns, depth;
        for (const Letter& letter : letters) {
            if (!letter.in_output) {
                if (!letter.in_a || !letter.in_b) return false;
                depth.push_back(letter);
            } else if (letter.in_a && letter.in_b) {
                batch_.push_back(letter);
            } else {
                (letter.in_a ? rows : columns).push_back(letter);
            }
        }
        if (depth.empty() || columns.empty()) return false;
        for (const Letter& letter : letters) {
            if (letter.extent.is_constant(0)) return false;
        }
        auto joined = join_depth(depth, operands.a_letters);
        if (!joined) joined = join_depth(depth, operands.b_letters);
        if (!joined) return false;
        const std::vector<Letter> m = take_joined(rows, &Letter::a), n = take_joined(columns, &Letter::b);
        std::sort(batch_.begin(), batch_.end(), [](const Letter& x, const Letter& y) { return x.axis < y.axis; });
        for (const Letter& letter : batch_) {
            product_.batch.push_back(letter.extent);
            product_.a_batch.push_back(letter.a);
            product_.b_batch.push_back(letter.b);
        }
        product_.m = product_of(m);
        product_.n = product_of(n);
        product_.k = product_of(*joined);
        product_.a_row = m.empty() ? Dim(0) : m.back().a;
        product_.a_column = joined->back().a;
        product_.b_row = joined->back().b;
        product_.b_column = n.back().b;
        reshape_epilogue(m, n);
        return true;
    }

  private:
    // The longest run of last letters that join in the operand and in every access of the epilogue; the rest become
    // batch axes.
    std::vector<Letter> take_joined(std::vector<Letter> letters, Dim Letter::* stride) {
        std::vector<Letter> run;
        while (!letters.empty()) {
            const Letter& next = letters.back();
            if (!run.empty() && !joins_everywhere(next, run.front(), stride)) break;
            run.insert(run.begin(), next);
            letters.pop_back();
        }
        batch_.insert(batch_.end(), letters.begin(), letters.end());
        return run;
    }

    bool joins_everywhere(const Letter& outer, const Letter& inner, Dim Letter::* stride) const {
        bool result = joins(outer.*stride, inner.*stride, inner.extent);
        const auto check = [&](const IndexMap& map) {
            const auto at = [&](const Letter& letter) { return map.strides[static_cast<std::size_t>(letter.axis)]; };
            if (map.strides.size() == epilogue_.axes.size())
                result = result && joins(at(outer), at(inner), inner.extent);
        };
        for (const LoopValue& value : epilogue_.values) check(value.map);
        for (const LoopStore& store : epilogue_.stores) check(store.map);
        return result;
    }

    void reshape_epilogue(const std::vector<Letter>& m, const std::vector<Letter>& n) {
        const std::size_t rank = epilogue_.axes.size();
        const auto convert = [&](IndexMap& map) {
            if (map.strides.size() != rank) return;
            std::vector<Dim> strides;
            for (const Letter& letter : batch_) strides.push_back(map.strides[static_cast<std::size_t>(letter.axis)]);
            strides.push_back(m.empty() ? Dim(0) : map.strides[static_cast<std::size_t>(m.back().axis)]);
            strides.push_back(map.strides[static_cast<std::size_t>(n.back().axis)]);
            map.strides = std::move(strides);
        };
        for (LoopValue& value : epilogue_.values) {
            if (value.kind == LoopValue::Kind::kLoad || value.kind == LoopValue::Kind::kIota ||
                value.kind == LoopValue::Kind::kRandom)
                convert(value.map);
        }
        for (LoopStore& store : epilogue_.stores) convert(store.map);
        epilogue_.axes.clear();
        for (const Letter& letter : batch_) epilogue_.axes.push_back({letter.extent, false});
        epilogue_.axes.push_back({product_of(m), false});
        epilogue_.axes.push_back({product_of(n), false});
    }

    LoopNest& epilogue_;
    Contraction& product_;
    std::vector<Letter> batch_;
};

// Where the epilogue's nodes, all of the output's shape, point: at the first axes of the nest.
Position output_position(std::size_t rank, int axis_count) {
    std::vector<int> axes;
    for (std::size_t k = 0; k < rank; ++k) axes.push_back(static_cast<int>(k));
    return identity_position(axes, axis_count);
}

Expected<LoopNest> read_epilogue(BodyReader& reader, const Graph& body, std::vector<LoopAxis> loop_axes,
                                 const Position& position) {
    std::vector<int> values;
    for (const Output& output : body.outputs()) {
        auto value = reader.value_of(output.value, position);
        if (!value) return value.error();
        values.push_back(*value);
    }
    for (std::size_t k = 0; k < values.size(); ++k) {
        if (auto stored = reader.store(static_cast<int>(k), values[k], position); !stored) return stored.error();
    }
    return reader.take(std::move(loop_axes));
}

// The general form: products over the output's letters and the summed ones, summed where there are any.
Expected<LoopNest> read_nest(BodyReader& reader, int einsum, const Equation& equation) {
    const Graph& body = reader.body();
    const Node& node = body.node(einsum);
    const std::string letters = equation.output + equation.sums;
    reader.axis_count = static_cast<int>(letters.size());
    std::vector<LoopAxis> loop_axes(letters.size());
    for (std::size_t k = equation.output.size(); k < letters.size(); ++k) loop_axes[k].reduced = true;
    int product = -1;
    for (std::size_t operand = 0; operand < node.operands.size(); ++operand) {
        std::vector<int> axes;
        const Shape& shape = body.type(node.operands[operand]).shape;
        for (std::size_t k = 0; k < shape.size(); ++k) {
            const std::size_t axis = letters.find(equation.operands[operand][k]);
            axes.push_back(static_cast<int>(axis));
            loop_axes[axis].extent = shape[k];
        }
        auto value = reader.value_of(node.operands[operand], identity_position(axes, reader.axis_count));
        if (!value) return value.error();
        if (product < 0) {
            product = *value;
            continue;
        }
        LoopValue times{
            .kind = LoopValue::Kind::kOp, .dtype = node.type().dtype, .name = "product", .operands = {product, *value}};
        times.op = &op_named("multiply");
        reader.values().push_back(std::move(times));
        product = static_cast<int>(reader.values().size()) - 1;
    }
    if (!equation.sums.empty()) {
        LoopValue sum{.kind = LoopValue::Kind::kReduce,
                      .dtype = node.type().dtype,
                      .name = node.origin.name,
                      .operands = {product}};
        sum.reducer = Reducer::kSum;
        reader.values().push_back(std::move(sum));
        product = static_cast<int>(reader.values().size()) - 1;
    }
    reader.set({einsum, 0}, product);
    return read_epilogue(reader, body, std::move(loop_axes),
                         output_position(equation.output.size(), reader.axis_count));
}

// A matrix product when two loads meet in letters that make one.
Expected<bool> try_product(const Plan& plan, int group, Kernel& kernel, int einsum, const Equation& equation) {
    Kernel attempt = kernel;
    BodyReader reader(plan, group, attempt);
    const Graph& body = reader.body();
    const Node& node = body.node(einsum);
    if (node.operands.size() != 2 || node.type().dtype == DType::kBool) return false;
    Operands operands{.a = {}, .b = {}, .a_letters = equation.operands[0], .b_letters = equation.operands[1]};
    for (int k = 0; k < 2; ++k) {
        auto reading = reader.reading_of(node.operands[static_cast<std::size_t>(k)]);
        if (!reading) return reading.error();
        if (!reading->has_value() || (*reading)->leaf.kind != LoopValue::Kind::kLoad) return false;
        (k == 0 ? operands.a : operands.b) = std::move(**reading);
    }
    // The result's innermost letter runs along the lanes, so it must be B's.
    for (auto c = equation.output.rbegin(); c != equation.output.rend(); ++c) {
        const std::size_t in_a = operands.a_letters.find(*c);
        const Dim& extent =
            in_a != std::string::npos ? operands.a.shape[in_a] : operands.b.shape[operands.b_letters.find(*c)];
        if (is_unit(extent)) continue;
        if (operands.b_letters.find(*c) == std::string::npos) {
            std::swap(operands.a, operands.b);
            std::swap(operands.a_letters, operands.b_letters);
        } else if (in_a != std::string::npos) {
            return false;
        }
        break;
    }
    auto letters = letters_of(equation, operands);
    if (!letters) return false;
    reader.axis_count = static_cast<int>(equation.output.size());
    Contraction product;
    product.dtype = node.type().dtype;
    product.a = operands.a.leaf.parameter;
    product.b = operands.b.leaf.parameter;
    product.a_offset = operands.a.leaf.map.offset;
    product.b_offset = operands.b.leaf.map.offset;
    reader.values().push_back(
        {.kind = LoopValue::Kind::kAccumulator, .dtype = node.type().dtype, .name = node.origin.name});
    reader.set({einsum, 0}, 0);
    std::vector<LoopAxis> axes;
    for (const Dim& extent : node.type().shape) axes.push_back({extent, false});
    auto epilogue =
        read_epilogue(reader, body, std::move(axes), output_position(equation.output.size(), reader.axis_count));
    if (!epilogue) return epilogue.error();
    if (!ProductShaper(*epilogue, product).shape(*letters, operands)) return false;
    product.epilogue = std::move(*epilogue);
    attempt.body = std::move(product);
    kernel = std::move(attempt);
    return true;
}

}  // namespace

Expected<> lower_contraction(const Plan& plan, int group, Kernel& kernel) {
    const Graph& body = *plan.graph.node(group).body;
    int einsum = -1;
    for (int k = 0; k < body.size(); ++k) {
        if (lowering_of<ContractionLowering>(body.node(k)) != nullptr) einsum = k;
    }
    NNCC_CHECK(einsum >= 0, "contraction group without a contraction");
    if (lowering_of<ContractionLowering>(body.node(einsum))->kind == ContractionKind::kConvolution)
        return lower_convolution(plan, group, kernel, einsum);
    const Equation equation = parse_equation(body.node(einsum).attributes.text("equation"));
    auto is_product = try_product(plan, group, kernel, einsum, equation);
    if (!is_product) return is_product.error();
    if (*is_product) return Nothing{};
    BodyReader reader(plan, group, kernel);
    auto nest = read_nest(reader, einsum, equation);
    if (!nest) return nest.error();
    collapse(*nest);
    kernel.body = std::vector<LoopNest>{std::move(*nest)};
    return Nothing{};
}

}  // namespace nncc
