// Loops over vectors, and reductions over inner axes (into a scalar) and outer axes (into a vector).
#pragma once

#include "nncc/memory.h"
#include "nncc/scalar.h"

namespace nncc {

// f(i, lanes) for i = 0, n, 2n, ... below count; the last with the lanes that are left.
template <int count, int n, class F>
NNCC_INLINE void each_vector(F&& f) noexcept {
    constexpr int full = count - count % n;
    for (int i = 0; i < full; i += n) f(i, Lanes<n, n>{});
    if constexpr (full < count) f(full, Lanes<count - full, n>{});
}
template <int n, class F>
NNCC_INLINE void each_vector(int count, F&& f) noexcept {
    const int full = count - count % n;
    for (int i = 0; i < full; i += n) f(i, Lanes<n, n>{});
    if (full < count) f(full, SomeLanes<n>{count - full});
}

// ---- reducers: identity, and combine for Vec and for scalars ----
struct Sum {
    template <class T>
    static constexpr T identity() noexcept {
        return T(0);
    }
    template <class V>
    static NNCC_INLINE V combine(V a, V b) noexcept {
        return add(a, b);
    }
};
struct Product {
    template <class T>
    static constexpr T identity() noexcept {
        return T(1);
    }
    template <class V>
    static NNCC_INLINE V combine(V a, V b) noexcept {
        return multiply(a, b);
    }
};
struct Max {  // NaN wins
    template <class T>
    static constexpr T identity() noexcept {
        if constexpr (__is_same(T, i32)) return -2147483647 - 1;
        else return static_cast<T>(-__builtin_inff());
    }
    template <class V>
    static NNCC_INLINE V combine(V a, V b) noexcept {
        return maximum(a, b);
    }
};
struct Min {
    template <class T>
    static constexpr T identity() noexcept {
        if constexpr (__is_same(T, i32)) return 2147483647;
        else return static_cast<T>(__builtin_inff());
    }
    template <class V>
    static NNCC_INLINE V combine(V a, V b) noexcept {
        return minimum(a, b);
    }
};
struct All {
    template <class T>
    static constexpr T identity() noexcept {
        return true;
    }
    template <class V>
    static NNCC_INLINE V combine(V a, V b) noexcept {
        return logical_and(a, b);
    }
};
struct Any {
    template <class T>
    static constexpr T identity() noexcept {
        return false;
    }
    template <class V>
    static NNCC_INLINE V combine(V a, V b) noexcept {
        return logical_or(a, b);
    }
};

template <class Op, class T, int n>
NNCC_INLINE T reduce_lanes(Vec<T, n> v) noexcept {
    if constexpr (__is_same(T, bool)) {
        bool result = Op::template identity<bool>();
        for (int lane = 0; lane < n; ++lane) result = Op::combine(result, v.v[lane] != 0);
        return result;
    } else {
        return lane_tree(v, [](auto a, auto b) { return Op::combine(a, b); });
    }
}

// One running reduction, for loops that feed several at once or that are nested. n = 1: of scalars.
template <class Op, class T, int n>
struct Accumulator {
    Vec<T, n> running = Vec<T, n>(Op::template identity<T>());
    template <class L>
    NNCC_INLINE void add(Vec<T, n> v, L lanes) noexcept {
        running = Op::combine(running, keep(v, lanes, Op::template identity<T>()));
    }
    NNCC_INLINE T result() const noexcept { return reduce_lanes<Op>(running); }
};
template <class Op, class T>
struct Accumulator<Op, T, 1> {
    T running = Op::template identity<T>();
    NNCC_INLINE void add(T value) noexcept { running = Op::combine(running, value); }
    NNCC_INLINE T result() const noexcept { return running; }
};

namespace detail {
template <class V>
struct ElementOf;
template <class T, int n>
struct ElementOf<Vec<T, n>> {
    using Type = T;
};
}  // namespace detail

namespace detail {
// f of elements 4 * quarter on, of `count`; the identity where there are none.
template <class Op, int count, int quarter, class F>
NNCC_INLINE auto reduce_quarter(F&& f) noexcept {
    using V = decltype(f(0, Lanes<4, 4>{}));
    constexpr auto identity = Op::template identity<typename ElementOf<V>::Type>();
    constexpr int left = count - 4 * quarter;
    if constexpr (left <= 0) {
        return V(identity);
    } else {
        constexpr Lanes<(left < 4 ? left : 4), 4> lanes{};
        return keep(f(4 * quarter, lanes), lanes, identity);
    }
}
// Few elements in vectors of half the width: the first step over the lanes is done already, and what a short row of a
// product has just stored is read as it was stored (a wider load would wait for the stores to leave the processor).
template <class Op, int count, class F>
NNCC_INLINE auto reduce_short(F&& f) noexcept {
    auto low = reduce_quarter<Op, count, 0>(f), high = reduce_quarter<Op, count, 1>(f);
    if constexpr (count > 8) low = Op::combine(low, reduce_quarter<Op, count, 2>(f));
    if constexpr (count > 12) high = Op::combine(high, reduce_quarter<Op, count, 3>(f));
    return reduce_lanes<Op>(Op::combine(low, high));
}
template <class Op, int count, int n, class F>
NNCC_INLINE auto reduce_wide(F&& f) noexcept {
    using V = decltype(f(0, Lanes<n, n>{}));
    using T = typename detail::ElementOf<V>::Type;
    constexpr int chains = count / (4 * n) * (4 * n);
    if constexpr (count >= n && count < 2 * n) {  // nothing to add up before the lanes
        V a = f(0, Lanes<n, n>{});
        if constexpr (count > n) {
            constexpr Lanes<count - n, n> left{};
            a = Op::combine(a, keep(f(n, left), left, Op::template identity<T>()));
        }
        return reduce_lanes<Op>(a);
    }
    V a(Op::template identity<T>());
    if constexpr (chains > 0) {
        V b = a, c = a, d = a;
        for (int i = 0; i < chains; i += 4 * n) {
            a = Op::combine(a, f(i, Lanes<n, n>{}));
            b = Op::combine(b, f(i + n, Lanes<n, n>{}));
            c = Op::combine(c, f(i + 2 * n, Lanes<n, n>{}));
            d = Op::combine(d, f(i + 3 * n, Lanes<n, n>{}));
        }
        a = Op::combine(Op::combine(a, b), Op::combine(c, d));
    }
    each_vector<count - chains, n>(
        [&](int i, auto lanes) { a = Op::combine(a, keep(f(chains + i, lanes), lanes, Op::template identity<T>())); });
    return reduce_lanes<Op>(a);
}
}  // namespace detail

// The reduction of f(i, lanes), i = 0 ... count, in four chains (an addition takes 3-4 cycles, two start in each).
template <class Op, int count, int n, class F>
NNCC_INLINE auto reduce(F&& f) noexcept {
    if constexpr (n == 8 && count > 4 && count <= 16) return detail::reduce_short<Op, count>(f);
    else return detail::reduce_wide<Op, count, n>(f);
}
template <class Op, int n, class F>
NNCC_INLINE auto reduce(int count, F&& f) noexcept {
    using V = decltype(f(0, Lanes<n, n>{}));
    using T = typename detail::ElementOf<V>::Type;
    const int pairs = count - count % (2 * n);
    V a(Op::template identity<T>()), b = a;
    for (int i = 0; i < pairs; i += 2 * n) {
        a = Op::combine(a, f(i, Lanes<n, n>{}));
        b = Op::combine(b, f(i + n, Lanes<n, n>{}));
    }
    a = Op::combine(a, b);
    each_vector<n>(count - pairs, [&](int i, auto lanes) {
        a = Op::combine(a, keep(f(pairs + i, lanes), lanes, Op::template identity<T>()));
    });
    return reduce_lanes<Op>(a);
}

namespace detail {
template <class Op, class V>
NNCC_INLINE V identity_of() noexcept {
    if constexpr (Scalar<V>) return Op::template identity<V>();
    else return V(Op::template identity<typename ElementOf<V>::Type>());
}
}  // namespace detail

// The reduction of f(i), each a Vec or a scalar, over i = 0 ... count, in four chains.
template <class Op, int count, class F>
NNCC_INLINE auto reduce_outer(F&& f) noexcept {
    using V = decltype(f(0));
    constexpr int chains = count - count % 4;
    V a = detail::identity_of<Op, V>();
    if constexpr (chains > 0) {
        V b = a, c = a, d = a;
        for (int i = 0; i < chains; i += 4) {
            a = Op::combine(a, f(i));
            b = Op::combine(b, f(i + 1));
            c = Op::combine(c, f(i + 2));
            d = Op::combine(d, f(i + 3));
        }
        a = Op::combine(Op::combine(a, b), Op::combine(c, d));
    }
    if constexpr (chains < count) a = Op::combine(a, f(chains));
    if constexpr (chains + 1 < count) a = Op::combine(a, f(chains + 1));
    if constexpr (chains + 2 < count) a = Op::combine(a, f(chains + 2));
    return a;
}
template <class Op, class F>
NNCC_INLINE auto reduce_outer(int count, F&& f) noexcept {
    using V = decltype(f(0));
    V a = detail::identity_of<Op, V>(), b = a;
    const int pairs = count - count % 2;
    for (int i = 0; i < pairs; i += 2) {
        a = Op::combine(a, f(i));
        b = Op::combine(b, f(i + 1));
    }
    a = Op::combine(a, b);
    return pairs < count ? Op::combine(a, f(pairs)) : a;
}

}  // namespace nncc
