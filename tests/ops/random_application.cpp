// Random operands and attributes for every op of the table.
#include <algorithm>
#include <functional>
#include <map>
#include <numeric>

#include "ops/build.h"
#include "ops/type_rules.h"
#include "ops/views.h"
#include "ops/windows.h"
#include "random_graph.h"

namespace nncc::testing {

std::uint64_t Random::bits() {
    std::uint64_t z = (state_ += 0x9E3779B97F4A7C15ULL);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
    return z ^ (z >> 31);
}
std::int64_t Random::integer(std::int64_t low, std::int64_t high) {
    return low + static_cast<std::int64_t>(bits() % static_cast<std::uint64_t>(high - low + 1));
}
double Random::uniform(double low, double high) {
    return low + (high - low) * static_cast<double>(bits() >> 11) * 0x1p-53;
}

namespace {

struct Draw {
    const OpRecord& op;
    Random& random;
    DType floating;
    const Type* first;

    Type type(DType dtype, int minimum_rank = 0) const {
        if (first != nullptr) return *first;
        Shape shape = random_shape(random);
        while (static_cast<int>(shape.size()) < minimum_rank) shape.push_back(random.integer(1, 5));
        return Type{dtype, shape};
    }
    Type number(int minimum_rank = 0) const { return type(random.chance(0.8) ? floating : DType::kI32, minimum_rank); }
    std::int64_t axis(const Type& t) const { return random.integer(0, t.rank() - 1); }
};
using Generator = std::optional<Application> (*)(const Draw&);

Application apply(std::vector<Type> operands, Attributes attributes = {}) {
    return Application{std::move(operands), std::move(attributes), nullptr};
}

std::int64_t extent(const Type& type, std::int64_t axis) {
    return type.shape[static_cast<std::size_t>(axis)].constant();
}

std::int64_t elements(const Shape& shape) {
    std::int64_t count = 1;
    for (const Dim& dim : shape) count *= dim.constant();
    return count;
}

// All operands of one type: what elementwise ops take. The dtype is the first that the rule accepts.
std::optional<Application> alike(const Draw& d) {
    Type type = d.type(d.floating);
    const auto count = static_cast<std::size_t>(arity_of(d.op).count);
    std::vector<DType> dtypes = {d.floating, DType::kI32, DType::kBool};
    if (d.first != nullptr) dtypes = {type.dtype};
    else if (d.random.chance(0.2)) std::rotate(dtypes.begin(), dtypes.begin() + 1, dtypes.end());
    for (DType dtype : dtypes) {
        type.dtype = dtype;
        Application application = apply(std::vector<Type>(count, type));
        TypeResult result = infer_types(d.op, TypeContext{application.operands, application.attributes});
        if (std::holds_alternative<std::vector<Type>>(result)) return application;
    }
    return std::nullopt;
}

std::optional<Application> reduction(const Draw& d) {
    Type type = d.number();
    Axes axes;
    for (std::int64_t axis = 0; axis < type.rank(); ++axis) {
        if (d.random.chance(0.5)) axes.push_back(axis);
    }
    return apply({type}, {{"axes", axes}});
}

std::optional<Application> along_axis(const Draw& d) {
    Type type = d.op.name == "argmax" || d.op.name == "argsort" ? d.number(1) : d.type(d.floating, 1);
    if (type.rank() == 0) return std::nullopt;
    return apply({type}, {{"axis", d.axis(type)}});
}

std::optional<Application> cumulative(const Draw& d) {
    Type type = d.number(1);
    if (type.rank() == 0) return std::nullopt;
    static const std::vector<std::string> kinds = {"sum", "max", "product"};
    return apply({type}, {{"axis", d.axis(type)}, {"kind", d.random.of(kinds)}, {"reverse", d.random.chance(0.5)}});
}

// Up to three operands over up to five letters; a letter may repeat within an operand, and be summed or kept.
std::optional<Application> einsum(const Draw& d) {
    std::map<char, std::int64_t> extents;
    for (char c : std::string("abcde")) extents[c] = d.random.of(std::vector<std::int64_t>{1, 2, 3, 5, 8, 9});
    const DType dtype = d.first ? d.first->dtype : d.random.chance(0.85) ? d.floating : DType::kI32;
    const std::int64_t count = d.random.integer(1, 3);
    std::vector<Type> operands;
    std::string equation, seen;
    for (std::int64_t k = 0; k < count; ++k) {
        std::string letters;
        Type type{dtype, {}};
        if (k == 0 && d.first != nullptr) {
            type = *d.first;
            for (int i = 0; i < type.rank(); ++i) {
                letters += static_cast<char>('a' + i);
                extents[letters.back()] = extent(type, i);
            }
        } else {
            const std::int64_t rank = d.random.integer(k == 0 && !d.first ? 1 : 0, 3);
            for (std::int64_t i = 0; i < rank; ++i) {
                letters += static_cast<char>('a' + d.random.integer(0, 4));
                if (letters.find(letters.back()) + 1 < letters.size() && d.random.chance(0.8)) letters.pop_back();
            }
            for (char c : letters) type.shape.push_back(extents[c]);
        }
        if (k > 0) equation += ",";
        equation += letters;
        for (char c : letters) {
            if (seen.find(c) == std::string::npos) seen += c;
        }
        operands.push_back(type);
    }
    std::int64_t work = 1;
    for (char c : seen) work *= std::max<std::int64_t>(extents[c], 1);
    if (work > 50'000) return std::nullopt;
    std::string output;
    for (char c : seen) {
        if (d.random.chance(0.6))
            output.insert(static_cast<std::size_t>(d.random.integer(0, static_cast<std::int64_t>(output.size()))), 1,
                          c);
    }
    return apply(std::move(operands), {{"equation", equation + "->" + output}});
}

std::optional<Application> reshape(const Draw& d) {
    Type type = d.number();
    std::int64_t count = elements(type.shape);
    Shape shape;
    if (count == 0) {
        shape = {Dim(0), Dim(d.random.integer(1, 3))};
    } else {
        for (std::int64_t factor : {2, 3, 5, 7}) {
            if (count % factor == 0 && d.random.chance(0.4)) {
                shape.push_back(factor);
                count /= factor;
            }
        }
        if (count != 1 || d.random.chance(0.3)) shape.push_back(count);
        if (d.random.chance(0.2)) shape.insert(shape.begin(), Dim(1));
    }
    return apply({type}, {{"shape", shape}});
}

std::optional<Application> transpose(const Draw& d) {
    Type type = d.number();
    Axes permutation(type.shape.size());
    std::iota(permutation.begin(), permutation.end(), 0);
    for (std::size_t i = permutation.size(); i-- > 1;)
        std::swap(permutation[i],
                  permutation[static_cast<std::size_t>(d.random.integer(0, static_cast<std::int64_t>(i)))]);
    return apply({type}, {{"permutation", permutation}});
}

std::optional<Application> broadcast(const Draw& d) {
    Type type = d.number();
    Shape shape;
    Axes axes;
    std::int64_t count = std::max<std::int64_t>(elements(type.shape), 1);
    auto grow = [&](std::int64_t by) { return count * by > 1000 ? 1 : (count *= by, by); };
    for (int i = 0; i < type.rank(); ++i) {
        if (shape.size() < 3 && d.random.chance(0.3)) shape.push_back(grow(d.random.integer(1, 4)));
        axes.push_back(static_cast<std::int64_t>(shape.size()));
        const bool stretches = type.shape[static_cast<std::size_t>(i)].is_constant(1) && d.random.chance(0.6);
        shape.push_back(stretches ? Dim(grow(d.random.integer(1, 9))) : type.shape[static_cast<std::size_t>(i)]);
    }
    if (shape.size() < 4 && d.random.chance(0.6)) shape.push_back(grow(d.random.integer(1, 9)));
    return apply({type}, {{"shape", shape}, {"axes", axes}});
}

std::optional<Application> slice(const Draw& d) {
    Type type = d.number();
    Axes starts, stops, steps;
    for (int i = 0; i < type.rank(); ++i) {
        const std::int64_t n = extent(type, i);
        std::int64_t start = 0, stop = kSliceEnd, step = 1;
        if (n > 0 && d.random.chance(0.6)) {
            start = d.random.integer(0, n - 1);
            stop = d.random.integer(start, n);
            step = d.random.integer(1, 3);
            if (d.random.chance(0.3)) {
                step = -step;
                stop = d.random.integer(-1, start);
            }
        } else if (d.random.chance(0.2)) {
            start = kSliceEnd, stop = -1, step = -1;
        }
        starts.push_back(start), stops.push_back(stop), steps.push_back(step);
    }
    return apply({type}, {{"start", starts}, {"stop", stops}, {"step", steps}});
}

std::optional<Application> pad(const Draw& d) {
    Type type = d.number();
    Axes low, high, interior;
    for (int i = 0; i < type.rank(); ++i) {
        const std::int64_t n = extent(type, i);
        const bool crops = n >= 2 && d.random.chance(0.15);
        low.push_back(crops ? -1 : d.random.integer(0, 2));
        high.push_back(d.random.integer(crops ? 0 : n >= 1 && d.random.chance(0.1) ? -1 : 0, 2));
        interior.push_back(d.random.chance(0.25) ? d.random.integer(1, 2) : 0);
    }
    return apply({type, Type{type.dtype, {}}}, {{"low", low}, {"high", high}, {"interior", interior}});
}

struct RandomWindows {
    Axes axes, kernel, stride, dilation;
    Shape extents;  // of the axes
};

// Over up to two axes of `type`, such that they fit; overlapping, apart, dilated.
RandomWindows random_windows(const Draw& d, const Type& type) {
    RandomWindows windows;
    std::int64_t work = elements(type.shape);
    for (std::int64_t axis = 0; axis < type.rank(); ++axis) {
        const std::int64_t n = extent(type, axis);
        if (n == 0 || windows.axes.size() == 2 || d.random.chance(0.4)) continue;
        const std::int64_t kernel = d.random.integer(1, std::min<std::int64_t>(n, 4));
        if (work * kernel > 4000) continue;
        const std::int64_t room = kernel > 1 ? (n - 1) / (kernel - 1) : 3;
        windows.axes.push_back(axis);
        windows.kernel.push_back(kernel);
        windows.dilation.push_back(d.random.integer(1, std::min<std::int64_t>(room, 3)));
        windows.stride.push_back(d.random.chance(0.4) ? 1 : d.random.integer(1, 4));
        windows.extents.push_back(n);
        work *= kernel;
    }
    return windows;
}

std::optional<Application> window(const Draw& d) {
    Type type = d.number(1);
    const RandomWindows windows = random_windows(d, type);
    if (windows.axes.empty()) return std::nullopt;
    return apply({type}, {{"axes", windows.axes},
                          {"dilation", windows.dilation},
                          {"kernel", windows.kernel},
                          {"stride", windows.stride}});
}

std::optional<Application> overlap_add(const Draw& d) {
    if (d.first != nullptr) return std::nullopt;
    std::optional<Application> forward = window(d);
    if (!forward) return std::nullopt;
    const Attributes& attributes = forward->attributes;
    TypeResult windows = infer_types(op_named("window"), TypeContext{forward->operands, attributes});
    if (std::holds_alternative<TypeError>(windows)) return std::nullopt;
    Shape extents;
    for (std::int64_t axis : attributes.integers("axes")) extents.push_back(extent(forward->operands[0], axis));
    return apply({std::get<0>(windows)[0]}, {{"axes", attributes.integers("axes")},
                                             {"dilation", attributes.integers("dilation")},
                                             {"extents", extents},
                                             {"stride", attributes.integers("stride")}});
}

// One to three axes of space; groups of channels or of the batch, or none; paddings down to -1.
std::optional<Application> convolution(const Draw& d) {
    if (d.first != nullptr) return std::nullopt;
    const DType dtype = d.random.chance(0.9) ? d.floating : DType::kI32;
    const std::int64_t rank = d.random.of(std::vector<std::int64_t>{1, 1, 2, 2, 2, 3});
    ConvolutionForm form;
    if (d.random.chance(0.3)) form.groups = d.random.integer(2, 3);
    else if (d.random.chance(0.3)) form.batch_groups = d.random.integer(2, 3);
    const std::int64_t inner = d.random.integer(1, 3), run = d.random.integer(1, 3);
    Type x{dtype, {d.random.integer(1, 2) * form.batch_groups}}, w{dtype, {}};
    for (std::int64_t axis = 0; axis < rank; ++axis) {
        x.shape.push_back(d.random.integer(1, rank == 1 ? 9 : rank == 2 ? 6 : 4));
        w.shape.push_back(d.random.integer(1, rank == 1 ? 5 : 3));
        form.strides.push_back(d.random.integer(1, 3));
        form.x_dilation.push_back(d.random.chance(0.7) ? 1 : d.random.integer(2, 3));
        form.w_dilation.push_back(d.random.chance(0.7) ? 1 : d.random.integer(2, 3));
        form.low.push_back(d.random.integer(-1, 3));
        form.high.push_back(d.random.integer(-1, 3));
    }
    x.shape.push_back(inner * form.groups);
    w.shape.push_back(inner);
    w.shape.push_back(run * form.groups * form.batch_groups);
    return apply({x, w}, attributes_of(form));
}

std::optional<Application> concatenate(const Draw& d) {
    Type type = d.number(1);
    if (type.rank() == 0) return std::nullopt;
    const std::int64_t axis = d.axis(type);
    std::vector<Type> operands = {type};
    for (std::int64_t more = d.random.integer(0, 2); more > 0; --more) {
        Type part = type;
        part.shape[static_cast<std::size_t>(axis)] = d.random.integer(0, 4);
        operands.push_back(part);
    }
    return apply(std::move(operands), {{"axis", axis}});
}

std::optional<Application> gather(const Draw& d) {
    Type type = d.number(1);
    if (type.rank() == 0) return std::nullopt;
    const std::int64_t axis = d.axis(type);
    const std::int64_t batch_axes = d.random.integer(0, axis);
    Type indices{DType::kI32, Shape(type.shape.begin(), type.shape.begin() + batch_axes)};
    for (std::int64_t more = d.random.integer(0, 4 - type.rank() < 0 ? 0 : 1); more > 0; --more)
        indices.shape.push_back(d.random.integer(1, 6));
    return apply({type, indices}, {{"axis", axis}, {"batch_axes", batch_axes}});
}

// The adjoint's view of a gather, applied the other way round.
std::optional<Application> scatter_add(const Draw& d) {
    std::optional<Application> forward = gather(Draw{d.op, d.random, d.floating, nullptr});
    const Type& from = forward->operands[0];
    const auto axis = forward->attributes.integer("axis");
    TypeResult gathered = infer_types(op_named("gather"), TypeContext{forward->operands, forward->attributes});
    if (d.first != nullptr) return std::nullopt;
    return apply({forward->operands[1], std::get<0>(gathered)[0]},
                 {{"axis", axis},
                  {"batch_axes", forward->attributes.integer("batch_axes")},
                  {"extent", Shape{extent(from, axis)}}});
}

// Of more rows than fit, at times.
std::optional<Application> overwrite(const Draw& d) {
    Type type = d.number(1);
    if (type.rank() == 0) return std::nullopt;
    const std::int64_t axis = d.axis(type);
    Type rows = type;
    rows.shape[static_cast<std::size_t>(axis)] = d.random.integer(0, 4);
    return apply({type, rows, Type{DType::kI32, {}}}, {{"axis", axis}});
}

std::optional<Application> cast(const Draw& d) {
    Type type = d.type(d.random.of(std::vector<DType>{d.floating, d.floating, DType::kI32, DType::kBool}));
    std::vector<DType> to = {d.floating, DType::kI32, DType::kBool};
    if (d.first == nullptr) to.push_back(d.floating == DType::kF64 ? DType::kF32 : DType::kF64);
    return apply({type}, {{"dtype", d.random.of(to)}});
}

std::optional<Application> select(const Draw& d) {
    if (d.first != nullptr && d.first->dtype != DType::kBool) return std::nullopt;
    Type type{d.random.chance(0.8) ? d.floating : DType::kI32, d.first ? d.first->shape : random_shape(d.random)};
    return apply({Type{DType::kBool, type.shape}, type, type});
}

std::optional<Application> constant(const Draw& d) {
    Type type = d.number();
    ConstantData data;
    const std::int64_t count = d.random.chance(0.5) ? 1 : elements(type.shape);
    for (std::int64_t i = 0; i < count; ++i) {
        data.elements.push_back(is_floating(type.dtype) ? d.random.uniform(-2, 2)
                                                        : static_cast<double>(d.random.integer(-3, 3)));
    }
    normalise(data, type);
    return apply({}, {{"type", type}, {"value", data}});
}

std::optional<Application> named_leaf(const Draw& d) {
    Attributes attributes{{"name", std::string("x")}, {"type", d.type(d.floating)}};
    if (d.op.name == "storage") attributes.set("storage_kind", std::string("param"));
    return apply({}, std::move(attributes));
}

std::optional<Application> iota(const Draw& d) {
    Type type = d.number(1);
    return type.rank() == 0 ? std::nullopt : std::optional(apply({}, {{"type", type}, {"axis", d.axis(type)}}));
}

std::optional<Application> random_op(const Draw& d) {
    const Type scalar{DType::kI32, {}};
    return apply({scalar, scalar, scalar}, {{"site", std::string("dropout_1")}, {"type", d.type(d.floating)}});
}

// tanh of the operands' sum, twice.
std::optional<Application> group(const Draw& d) {
    Type type = d.type(d.floating);
    if (!is_floating(type.dtype)) return std::nullopt;
    GraphBuilder b("body");
    Value sum = b.add("argument", {}, {{"index", std::int64_t{0}}, {"type", type}});
    Value other = b.add("argument", {}, {{"index", std::int64_t{1}}, {"type", type}});
    sum = add(b, sum, other);
    b.output("first", unary(b, "tanh", sum));
    b.output("", multiply(b, sum, 0.5));
    return Application{
        {type, type}, {{"kind", std::string("loop")}}, std::make_shared<const Graph>(std::move(b).finish())};
}

std::optional<Application> scan(const Draw& d) { return random_scan(d.random, d.floating, d.type(d.floating, 1)); }

Generator generator_of(const OpRecord& op) {
    static const std::map<std::string_view, Generator> special = {
        {"input", named_leaf},
        {"storage", named_leaf},
        {"constant", constant},
        {"iota", iota},
        {"extent", [](const Draw&) { return std::optional(apply({}, {{"dimension", std::string("time")}})); }},
        {"argument",
         [](const Draw& d) {
             return std::optional(apply({}, {{"index", std::int64_t{0}}, {"type", d.type(d.floating)}}));
         }},
        {"random", random_op},
        {"select", select},
        {"cast", cast},
        {"reduce_sum", reduction},
        {"reduce_max", reduction},
        {"reduce_product", reduction},
        {"argmax", along_axis},
        {"argsort", along_axis},
        {"softmax", along_axis},
        {"log_softmax", along_axis},
        {"cumulative", cumulative},
        {"einsum", einsum},
        {"reshape", reshape},
        {"transpose", transpose},
        {"broadcast", broadcast},
        {"slice", slice},
        {"pad", pad},
        {"concatenate", concatenate},
        {"convolution", convolution},
        {"overlap_add", overlap_add},
        {"window", window},
        {"gather", gather},
        {"scatter_add", scatter_add},
        {"overwrite", overwrite},
        {"group", group},
        {"scan", scan},
        {"store",
         [](const Draw& d) { return std::optional(apply({d.type(d.floating)}, {{"name", std::string("w")}})); }},
    };
    if (auto found = special.find(op.name); found != special.end()) return found->second;
    // Whatever takes operands of one type and no attributes needs no generator of its own.
    return op.attributes.empty() && arity_of(op).count > 0 ? alike : nullptr;
}

}  // namespace

bool has_generator(const OpRecord& op) { return generator_of(op) != nullptr; }

std::optional<Application> random_application(const OpRecord& op, Random& random, DType floating, const Type* first) {
    std::optional<Application> application = generator_of(op)(Draw{op, random, floating, first});
    if (!application) return std::nullopt;
    TypeResult result =
        infer_types(op, TypeContext{application->operands, application->attributes, application->body.get()});
    if (std::holds_alternative<TypeError>(result)) return std::nullopt;
    return application;
}

Shape random_shape(Random& random, int maximum_rank, std::int64_t maximum_elements) {
    static const std::vector<std::int64_t> extents = {1, 1, 2, 3, 4, 5, 7, 8, 9, 13, 16, 17, 33};
    Shape shape;
    std::int64_t count = 1;
    for (std::int64_t rank = random.integer(0, maximum_rank); rank > 0; --rank) {
        std::int64_t extent = random.chance(0.02) ? 0 : random.of(extents);
        if (count * extent > maximum_elements) extent = 1;
        count *= std::max<std::int64_t>(extent, 1);
        shape.push_back(extent);
    }
    return shape;
}

Tensor<double> random_tensor(const Type& type, Random& random, double low, double high) {
    Tensor<double> tensor;
    tensor.dtype = type.dtype;
    for (const Dim& dim : type.shape) tensor.extents.push_back(dim.constant());
    tensor.elements.resize(elements(type.shape));
    for (double& x : tensor.elements) {
        if (type.dtype == DType::kBool) x = random.chance(0.5) ? 1 : 0;
        else if (type.dtype == DType::kI32) x = static_cast<double>(random.integer(-4, 9));
        else x = static_cast<double>(static_cast<float>(random.uniform(low, high)));
    }
    return tensor;
}

Tensor<double> random_operand(const OpRecord& op, const Application& application, std::size_t operand, Random& random) {
    Tensor<double> tensor = random_tensor(application.operands[operand], random, op.domain.low, op.domain.high);
    if (!is_floating(tensor.dtype)) return tensor;
    for (double& x : tensor.elements) {
        for (double kink : op.domain.kinks) {
            if (std::abs(x - kink) < 1e-3) x = kink + 0.5;
        }
    }
    return tensor;
}

}  // namespace nncc::testing
