// Dual numbers: a value and its derivative along one direction, through every elementary function the ops use.
#pragma once

#include <Eigen/Core>
#include <cmath>
#include <concepts>
#include <limits>
#include <type_traits>

namespace nncc {

// Kinks follow the language: |x|' = 0 at 0, floor' = round' = 0, minimum and maximum take half of each at equality.
// A factor whose derivative is exactly 0 contributes nothing, even where the partial derivative is infinite.
template <class S>
struct DualOver {
    S value{};
    S tangent{};

    DualOver() = default;
    template <class T>
        requires std::is_arithmetic_v<T>
    DualOver(T constant) : value(static_cast<double>(constant)), tangent(0.0) {}
    DualOver(S v, S t) : value(v), tangent(t) {}

    DualOver& operator+=(const DualOver& b) { return *this = *this + b; }
    DualOver& operator-=(const DualOver& b) { return *this = *this - b; }
    DualOver& operator*=(const DualOver& b) { return *this = *this * b; }
    DualOver& operator/=(const DualOver& b) { return *this = *this / b; }
    friend DualOver operator+(const DualOver& a, const DualOver& b) {
        return {a.value + b.value, a.tangent + b.tangent};
    }
    friend DualOver operator-(const DualOver& a, const DualOver& b) {
        return {a.value - b.value, a.tangent - b.tangent};
    }
    friend DualOver operator-(const DualOver& a) { return {-a.value, -a.tangent}; }
    friend DualOver operator*(const DualOver& a, const DualOver& b) {
        return {a.value * b.value, a.tangent * b.value + a.value * b.tangent};
    }
    friend DualOver operator/(const DualOver& a, const DualOver& b) {
        const S ratio = a.value / b.value;
        return {ratio, (a.tangent - ratio * b.tangent) / b.value};
    }
};
using Dual = DualOver<double>;

// The number without its derivatives.
inline double primal(double x) { return x; }
template <class S>
double primal(const DualOver<S>& x) {
    return primal(x.value);
}

template <class S>
bool operator<(const DualOver<S>& a, const DualOver<S>& b) {
    return primal(a) < primal(b);
}
template <class S>
bool operator>(const DualOver<S>& a, const DualOver<S>& b) {
    return primal(a) > primal(b);
}
template <class S>
bool operator<=(const DualOver<S>& a, const DualOver<S>& b) {
    return primal(a) <= primal(b);
}
template <class S>
bool operator>=(const DualOver<S>& a, const DualOver<S>& b) {
    return primal(a) >= primal(b);
}
template <class S>
bool operator==(const DualOver<S>& a, const DualOver<S>& b) {
    return primal(a) == primal(b);
}

// ---- elementary functions of double that <cmath> has not ----
inline double rsqrt(double x) { return 1.0 / std::sqrt(x); }
inline double sigmoid(double x) {
    if (x >= 0) return 1.0 / (1.0 + std::exp(-x));
    const double e = std::exp(x);
    return e / (1.0 + e);
}
inline double softplus(double x) {
    return std::log1p(std::exp(-std::fabs(x))) + (x > 0 ? x : 0.0) + (x != x ? x : 0.0);
}
inline double round_even(double x) { return std::nearbyint(x); }
inline double absolute(double x) { return std::fabs(x); }
// NaN of either wins, as in NumPy.
inline double minimum(double a, double b) { return a < b || a != a ? a : b; }
inline double maximum(double a, double b) { return a > b || a != a ? a : b; }

// ---- of dual numbers ----
// The chain rule: zero times an infinite slope is zero.
template <class S>
DualOver<S> chain(const DualOver<S>& x, const S& value, const S& slope) {
    return {value, primal(x.tangent) == 0 ? x.tangent : x.tangent * slope};
}
template <class S>
DualOver<S> exp(const DualOver<S>& x) {
    using std::exp;
    const S e = exp(x.value);
    return chain(x, e, e);
}
template <class S>
DualOver<S> expm1(const DualOver<S>& x) {
    using std::exp, std::expm1;
    return chain(x, S(expm1(x.value)), S(exp(x.value)));
}
template <class S>
DualOver<S> log(const DualOver<S>& x) {
    using std::log;
    return chain(x, S(log(x.value)), S(S(1.0) / x.value));
}
template <class S>
DualOver<S> log1p(const DualOver<S>& x) {
    using std::log1p;
    return chain(x, S(log1p(x.value)), S(S(1.0) / (S(1.0) + x.value)));
}
template <class S>
DualOver<S> sqrt(const DualOver<S>& x) {
    using std::sqrt;
    const S root = sqrt(x.value);
    return chain(x, root, S(S(0.5) / root));
}
template <class S>
DualOver<S> rsqrt(const DualOver<S>& x) {
    const S inverse = rsqrt(x.value);
    return chain(x, inverse, S(S(-0.5) * inverse / x.value));
}
template <class S>
DualOver<S> sin(const DualOver<S>& x) {
    using std::cos, std::sin;
    return chain(x, S(sin(x.value)), S(cos(x.value)));
}
template <class S>
DualOver<S> cos(const DualOver<S>& x) {
    using std::cos, std::sin;
    return chain(x, S(cos(x.value)), S(-sin(x.value)));
}
template <class S>
DualOver<S> atan(const DualOver<S>& x) {
    using std::atan;
    return chain(x, S(atan(x.value)), S(S(1.0) / (S(1.0) + x.value * x.value)));
}
template <class S>
DualOver<S> tanh(const DualOver<S>& x) {
    using std::tanh;
    const S t = tanh(x.value);
    return chain(x, t, S(S(1.0) - t * t));
}
template <class S>
DualOver<S> sigmoid(const DualOver<S>& x) {
    const S s = sigmoid(x.value);
    return chain(x, s, S(s * (S(1.0) - s)));
}
template <class S>
DualOver<S> softplus(const DualOver<S>& x) {
    return chain(x, S(softplus(x.value)), S(sigmoid(x.value)));
}
template <class S>
DualOver<S> erf(const DualOver<S>& x) {
    using std::erf, std::exp;
    constexpr double kTwoOverRootPi = 1.1283791670955125739;
    return chain(x, S(erf(x.value)), S(S(kTwoOverRootPi) * exp(-(x.value * x.value))));
}
template <class S>
DualOver<S> floor(const DualOver<S>& x) {
    return DualOver<S>(std::floor(primal(x)));
}
template <class S>
DualOver<S> round_even(const DualOver<S>& x) {
    return DualOver<S>(std::nearbyint(primal(x)));
}
template <class S>
DualOver<S> absolute(const DualOver<S>& x) {
    const double p = primal(x);
    return chain(x, S(absolute(x.value)), S(p > 0 ? 1.0 : p < 0 ? -1.0 : 0.0));
}
template <class S>
DualOver<S> minimum(const DualOver<S>& a, const DualOver<S>& b) {
    if (a == b) return DualOver<S>(0.5) * (a + b);
    return a < b || primal(a) != primal(a) ? a : b;
}
template <class S>
DualOver<S> maximum(const DualOver<S>& a, const DualOver<S>& b) {
    if (a == b) return DualOver<S>(0.5) * (a + b);
    return a > b || primal(a) != primal(a) ? a : b;
}
// x^0 has slope 0 in x, and 0^y (y >= 0) slope 0 in y.
template <class S>
DualOver<S> pow(const DualOver<S>& x, const DualOver<S>& y) {
    using std::log, std::pow;
    const S power = pow(x.value, y.value);
    S tangent(0.0);
    if (primal(x.tangent) != 0 && primal(y) != 0) {
        tangent = tangent + x.tangent * y.value * pow(x.value, S(y.value - S(1.0)));
    }
    if (primal(y.tangent) != 0 && !(primal(x) == 0 && primal(y) >= 0)) {
        tangent = tangent + y.tangent * power * log(x.value);
    }
    return {power, tangent};
}

}  // namespace nncc

namespace Eigen {

template <class S>
struct NumTraits<nncc::DualOver<S>> : GenericNumTraits<nncc::DualOver<S>> {
    using Real = nncc::DualOver<S>;
    using NonInteger = nncc::DualOver<S>;
    using Nested = nncc::DualOver<S>;
    using Literal = double;
    enum {
        IsComplex = 0,
        IsInteger = 0,
        IsSigned = 1,
        RequireInitialization = 1,
        ReadCost = 2,
        AddCost = 2,
        MulCost = 5
    };
};

}  // namespace Eigen
