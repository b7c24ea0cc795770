// Builds each function of <cmath> from ops of the graph, to within a few units in the last place of the C library's.
#include "clang/module_scalar_functions.h"

#include <limits>
#include <numbers>

namespace nncc::clang_module {
namespace {

using Node = ScalarProgram::Node;
using Nodes = std::vector<Node>;

// Formulas over nodes, written as arithmetic.
struct Builder {
    ScalarProgram& program;
    ScalarType type;

    Builder(ScalarProgram& given, const Nodes& operands) : program(given), type(given.type(operands[0])) {}

    Node number(double value) const { return program.constant(type, value); }
    Node add(Node a, Node b) const { return program.apply("add", a, b); }
    Node subtract(Node a, Node b) const { return program.apply("subtract", a, b); }
    Node multiply(Node a, Node b) const { return program.apply("multiply", a, b); }
    Node divide(Node a, Node b) const { return program.apply("divide", a, b); }
    Node of(std::string_view op, Node a) const { return program.apply(op, a); }
    Node less(Node a, Node b) const { return program.apply("less", a, b); }
    Node equal(Node a, Node b) const { return program.apply("equal", a, b); }
    Node negative(Node a) const { return less(a, number(0)); }
    Node select(Node mask, Node a, Node b) const { return program.select(mask, a, b); }
    Node is_nan(Node a) const { return program.logical_not(equal(a, a)); }
    Node absolute(Node a) const { return of("absolute", a); }
    // f of |a|, with a's sign.
    Node odd(Node a, Node of_absolute) const { return select(negative(a), of("negate", of_absolute), of_absolute); }

    // Makes what `make` makes where `mask` holds, `otherwise` elsewhere, and keeps poles of the part that is not taken
    // out of the gradient.
    template <class Make>
    Node where(Node mask, Make make, Node otherwise) const {
        if (program.is_flag(mask, false)) return otherwise;
        if (program.is_flag(mask, true)) return make();
        program.enter(mask);
        const Node made = make();
        program.leave();
        return select(mask, made, otherwise);
    }
};

template <const char* op>
Node one_op(ScalarProgram& program, const Nodes& x) {
    return program.apply(op, x[0]);
}
constexpr char kAbsolute[] = "absolute", kAtan[] = "atan", kCos[] = "cos", kErf[] = "erf", kExp[] = "exp",
               kExpm1[] = "expm1", kFloor[] = "floor", kLog[] = "log", kLog1p[] = "log1p", kRound[] = "round",
               kSin[] = "sin", kSqrt[] = "sqrt", kTanh[] = "tanh";

Node tangent(ScalarProgram& program, const Nodes& x) {
    const Builder b(program, x);
    return b.divide(b.of("sin", x[0]), b.of("cos", x[0]));
}

// e^|x| / 2 - e^-|x| / 2, in halves of the exponent so that it overflows where sinh does; near 0 from expm1.
Node hyperbolic_sine(ScalarProgram& program, const Nodes& x) {
    const Builder b(program, x);
    const Node a = b.absolute(x[0]);
    const Node half = b.of("exp", b.multiply(a, b.number(0.5)));
    const Node large =
        b.subtract(b.multiply(b.multiply(half, b.number(0.5)), half), b.divide(b.divide(b.number(0.5), half), half));
    const auto small = [&] {
        const Node m = b.of("expm1", a);
        return b.multiply(b.add(m, b.divide(m, b.add(m, b.number(1)))), b.number(0.5));
    };
    return b.odd(x[0], b.where(b.less(a, b.number(1)), small, large));
}

Node hyperbolic_cosine(ScalarProgram& program, const Nodes& x) {
    const Builder b(program, x);
    const Node half = b.of("exp", b.multiply(b.absolute(x[0]), b.number(0.5)));
    return b.add(b.multiply(b.multiply(half, b.number(0.5)), half), b.divide(b.divide(b.number(0.5), half), half));
}

Node inverse_hyperbolic_tangent(ScalarProgram& program, const Nodes& x) {
    const Builder b(program, x);
    const Node a = b.absolute(x[0]);
    const Node ratio = b.divide(b.add(a, a), b.subtract(b.number(1), a));
    return b.odd(x[0], b.multiply(b.of("log1p", ratio), b.number(0.5)));
}

Node inverse_sine(ScalarProgram& program, const Nodes& x) {
    const Builder b(program, x);
    const Node one = b.number(1);
    const Node root = b.of("sqrt", b.multiply(b.subtract(one, x[0]), b.add(one, x[0])));
    return b.of("atan", b.divide(x[0], root));
}

Node inverse_cosine(ScalarProgram& program, const Nodes& x) {
    const Builder b(program, x);
    const Node one = b.number(1);
    const Node root = b.of("sqrt", b.divide(b.subtract(one, x[0]), b.add(one, x[0])));
    return b.multiply(b.of("atan", root), b.number(2));
}

// The angle from the axis that is nearer, so that the quotient is at most 1.
Node inverse_tangent_of_two(ScalarProgram& program, const Nodes& yx) {
    const Builder b(program, yx);
    const Node y = yx[0];
    const Node x = yx[1];
    const Node zero = b.number(0);
    const Node steep = b.less(b.absolute(x), b.absolute(y));
    const Node below = b.select(steep, y, x);
    const Node is_origin = b.equal(below, zero);
    const auto angle = [&] { return b.of("atan", b.divide(b.select(steep, x, y), below)); };
    const Node a = b.where(program.logical_not(is_origin), angle, zero);
    const auto turn = [&](double size) { return b.select(b.negative(y), b.number(-size), b.number(size)); };
    const Node from_y = b.subtract(turn(std::numbers::pi / 2), a);
    const Node from_x = b.add(a, b.select(b.negative(x), turn(std::numbers::pi), zero));
    return b.select(steep, from_y, from_x);
}

Node power(ScalarProgram& program, const Nodes& x) {
    const std::optional<double> exponent = program.constant_value(x[1]);
    if (exponent == 2.0) return program.apply("multiply", x[0], x[0]);
    if (exponent == 1.0) return x[0];
    return program.apply("power", x[0], x[1]);
}

Node power_of_two(ScalarProgram& program, const Nodes& x) {
    return program.apply("power", Builder(program, x).number(2), x[0]);
}

Node logarithm_to(ScalarProgram& program, Node x, double scale) {
    return program.apply("multiply", program.apply("log", x), program.constant(program.type(x), scale));
}
Node logarithm_to_two(ScalarProgram& program, const Nodes& x) {
    return logarithm_to(program, x[0], std::numbers::log2e);
}
Node logarithm_to_ten(ScalarProgram& program, const Nodes& x) {
    return logarithm_to(program, x[0], std::numbers::log10e);
}

// The larger of both, scaled, so that squares do not overflow.
Node hypotenuse(ScalarProgram& program, const Nodes& x) {
    const Builder b(program, x);
    const Node p = b.absolute(x[0]);
    const Node q = b.absolute(x[1]);
    const Node first = b.less(q, p);
    const Node large = b.select(first, p, q);
    const auto length = [&] {
        const Node ratio = b.divide(b.select(first, q, p), large);
        return b.multiply(large, b.of("sqrt", b.add(b.multiply(ratio, ratio), b.number(1))));
    };
    return b.where(program.logical_not(b.equal(large, b.number(0))), length, b.number(0));
}

// C's: a NaN gives way to the other.
Node minimum(ScalarProgram& program, const Nodes& x) {
    const Builder b(program, x);
    return b.select(program.logical_or(b.less(x[1], x[0]), b.is_nan(x[0])), x[1], x[0]);
}
Node maximum(ScalarProgram& program, const Nodes& x) {
    const Builder b(program, x);
    return b.select(program.logical_or(b.less(x[0], x[1]), b.is_nan(x[0])), x[1], x[0]);
}
Node positive_difference(ScalarProgram& program, const Nodes& x) {
    const Builder b(program, x);
    const Node none = b.select(program.logical_or(b.is_nan(x[0]), b.is_nan(x[1])), b.subtract(x[0], x[1]), b.number(0));
    return b.select(b.less(x[1], x[0]), b.subtract(x[0], x[1]), none);
}

// As <algorithm> defines them.
Node lesser(ScalarProgram& program, const Nodes& x) {
    return program.select(program.apply("less", x[1], x[0]), x[1], x[0]);
}
Node greater(ScalarProgram& program, const Nodes& x) {
    return program.select(program.apply("less", x[0], x[1]), x[1], x[0]);
}
Node clamped(ScalarProgram& program, const Nodes& x) {
    const Node below = program.select(program.apply("less", x[2], x[0]), x[2], x[0]);
    return program.select(program.apply("less", x[0], x[1]), x[1], below);
}

Node ceiling(ScalarProgram& program, const Nodes& x) {
    const Builder b(program, x);
    return b.of("negate", b.of("floor", b.of("negate", x[0])));
}
Node truncated(ScalarProgram& program, const Nodes& x) {
    const Builder b(program, x);
    return b.odd(x[0], b.of("floor", b.absolute(x[0])));
}
// Halves away from 0.
Node rounded(ScalarProgram& program, const Nodes& x) {
    const Builder b(program, x);
    const Node a = b.absolute(x[0]);
    const Node whole = b.of("floor", a);
    const Node up = program.logical_not(b.less(b.subtract(a, whole), b.number(0.5)));
    return b.odd(x[0], b.add(whole, b.select(up, b.number(1), b.number(0))));
}
Node with_sign(ScalarProgram& program, const Nodes& x) {
    const Builder b(program, x);
    const Node a = b.absolute(x[0]);
    return b.select(b.negative(x[1]), b.of("negate", a), a);
}

Node is_nan(ScalarProgram& program, const Nodes& x) { return Builder(program, x).is_nan(x[0]); }
Node is_infinite(ScalarProgram& program, const Nodes& x) {
    const Builder b(program, x);
    return b.equal(b.absolute(x[0]), b.number(std::numeric_limits<double>::infinity()));
}
Node is_finite(ScalarProgram& program, const Nodes& x) {
    const Builder b(program, x);
    return b.less(b.absolute(x[0]), b.number(std::numeric_limits<double>::infinity()));
}

using Typing = FunctionTyping;
constexpr ScalarFunction kFunctions[] = {
    {"abs", 1, Typing::kAny, one_op<kAbsolute>},
    {"acos", 1, Typing::kReal, inverse_cosine},
    {"asin", 1, Typing::kReal, inverse_sine},
    {"atan", 1, Typing::kReal, one_op<kAtan>},
    {"atan2", 2, Typing::kReal, inverse_tangent_of_two},
    {"atanh", 1, Typing::kReal, inverse_hyperbolic_tangent},
    {"ceil", 1, Typing::kReal, ceiling},
    {"clamp", 3, Typing::kAny, clamped},
    {"copysign", 2, Typing::kReal, with_sign},
    {"cos", 1, Typing::kReal, one_op<kCos>},
    {"cosh", 1, Typing::kReal, hyperbolic_cosine},
    {"erf", 1, Typing::kReal, one_op<kErf>},
    {"exp", 1, Typing::kReal, one_op<kExp>},
    {"exp2", 1, Typing::kReal, power_of_two},
    {"expm1", 1, Typing::kReal, one_op<kExpm1>},
    {"fabs", 1, Typing::kReal, one_op<kAbsolute>},
    {"fdim", 2, Typing::kReal, positive_difference},
    {"floor", 1, Typing::kReal, one_op<kFloor>},
    {"fmax", 2, Typing::kReal, maximum},
    {"fmin", 2, Typing::kReal, minimum},
    {"hypot", 2, Typing::kReal, hypotenuse},
    {"isfinite", 1, Typing::kPredicate, is_finite},
    {"isinf", 1, Typing::kPredicate, is_infinite},
    {"isnan", 1, Typing::kPredicate, is_nan},
    {"log", 1, Typing::kReal, one_op<kLog>},
    {"log10", 1, Typing::kReal, logarithm_to_ten},
    {"log1p", 1, Typing::kReal, one_op<kLog1p>},
    {"log2", 1, Typing::kReal, logarithm_to_two},
    {"max", 2, Typing::kAny, greater},
    {"min", 2, Typing::kAny, lesser},
    {"nearbyint", 1, Typing::kReal, one_op<kRound>},
    {"pow", 2, Typing::kReal, power},
    {"rint", 1, Typing::kReal, one_op<kRound>},
    {"round", 1, Typing::kReal, rounded},
    {"sin", 1, Typing::kReal, one_op<kSin>},
    {"sinh", 1, Typing::kReal, hyperbolic_sine},
    {"sqrt", 1, Typing::kReal, one_op<kSqrt>},
    {"tan", 1, Typing::kReal, tangent},
    {"tanh", 1, Typing::kReal, one_op<kTanh>},
    {"trunc", 1, Typing::kReal, truncated},
};

std::string_view without_builtin(std::string_view name) {
    return name.starts_with("__builtin_") ? name.substr(10) : name;
}

const ScalarFunction* find_exactly(std::string_view name) {
    for (const ScalarFunction& function : kFunctions) {
        if (function.name == name) return &function;
    }
    return nullptr;
}

}  // namespace

const ScalarFunction* find_scalar_function(std::string_view name) {
    name = without_builtin(name);
    if (const ScalarFunction* function = find_exactly(name)) return function;
    if (!name.ends_with("f")) return nullptr;
    const ScalarFunction* function = find_exactly(name.substr(0, name.size() - 1));
    // `absf` and `minf` are no functions of C.
    return function != nullptr && function->typing == Typing::kReal ? function : nullptr;
}

std::string_view scalar_function_remedy(std::string_view name) {
    name = without_builtin(name);
    if (name == "fmod" || name == "fmodf") return "write `x - y * std::trunc(x / y)`";
    if (name == "remainder" || name == "remainderf") return "write `x - y * std::nearbyint(x / y)`";
    if (name == "fma" || name == "fmaf")
        return "write `a * b + c`, which is compiled to the same instruction where there is one";
    if (name == "cbrt" || name == "cbrtf") return "write `std::pow(x, 1.0f / 3)` where `x` is positive";
    if (name == "asinh" || name == "asinhf") return "write `std::log(x + std::sqrt(x * x + 1))`";
    if (name == "acosh" || name == "acoshf") return "write `std::log(x + std::sqrt(x * x - 1))`";
    if (name == "erfc" || name == "erfcf") return "write `1 - std::erf(x)`";
    return "";
}

}  // namespace nncc::clang_module
