// Turns one matrix product of the runtime into a comparison with the same product in double, layout by layout.
#pragma once

#include <gtest/gtest.h>
#include <nncc/gemm.h>

#include <cmath>
#include <limits>
#include <vector>

namespace nncc::gemm_check {

template <class T>
std::vector<T> elements(int count, int salt) {
    std::vector<T> result;
    unsigned state = static_cast<unsigned>(salt) * 2654435761U + 12345U;
    for (int i = 0; i < count; ++i) {
        state = state * 1664525U + 1013904223U;
        const int value = static_cast<int>(state >> 16) % 2001 - 1000;
        result.push_back(std::is_same_v<T, int> ? static_cast<T>(value) : static_cast<T>(value) / static_cast<T>(997));
    }
    return result;
}
template <class T>
std::vector<T> transposed(const std::vector<T>& from, int rows, int columns) {
    std::vector<T> result(from.size());
    for (int r = 0; r < rows; ++r) {
        for (int c = 0; c < columns; ++c)
            result[static_cast<std::size_t>(c * rows + r)] = from[static_cast<std::size_t>(r * columns + c)];
    }
    return result;
}

template <class T>
struct Problem {
    int M, N, K;
    std::vector<T> a, b, a_transposed, b_transposed;
    Problem(int m, int n, int k)
        : M(m),
          N(n),
          K(k),
          a(elements<T>(m * k, 1)),
          b(elements<T>(k * n, 2)),
          a_transposed(transposed(a, m, k)),
          b_transposed(transposed(b, k, n)) {}

    __attribute__((noinline)) void record(int i, int j, int count, const T* values, std::vector<T>& c,
                                          std::vector<int>& times) const {
        ASSERT_TRUE(i >= 0 && i < M && j >= 0 && j + count <= N) << i << " " << j << " " << count;
        for (int lane = 0; lane < count; ++lane) {
            const std::size_t at = static_cast<std::size_t>(i * N + j + lane);
            c[at] = values[lane];
            ++times[at];
        }
    }

    // Runs `product(epilogue)` and compares; every element once, no lane beyond the last column.
    template <class F>
    void check(const char* layout, F product) const {
        std::vector<T> c(static_cast<std::size_t>(M * N), T(0));
        std::vector<int> times(static_cast<std::size_t>(M * N), 0);
        product([&](int i, int j, auto lanes, auto v) {
            T values[static_cast<std::size_t>(kLanes<T>)];
            constexpr int n = decltype(lanes)::n;
            store(values, v, Lanes<n, n>{});
            record(i, j, lanes.count, values, c, times);
        });
        compare(layout, c, times);
    }

    __attribute__((noinline)) void compare(const char* layout, const std::vector<T>& c,
                                           const std::vector<int>& times) const {
        for (int i = 0; i < M; ++i) {
            for (int j = 0; j < N; ++j) {
                double sum = 0, magnitude = 0;
                for (int k = 0; k < K; ++k) {
                    const double term = static_cast<double>(a[static_cast<std::size_t>(i * K + k)]) *
                                        static_cast<double>(b[static_cast<std::size_t>(k * N + j)]);
                    sum += term;
                    magnitude += std::fabs(term);
                }
                // K roundings of products and K of sums at most, each half a unit of at most the sum of magnitudes; the
                // double oracle adds as many of its own when T is double.
                const double unit = std::is_same_v<T, int> ? 0 : static_cast<double>(std::numeric_limits<T>::epsilon());
                const double bound = (std::is_same_v<T, double> ? 2 : 1) * K * unit * magnitude;
                const std::size_t at = static_cast<std::size_t>(i * N + j);
                ASSERT_EQ(times[at], 1) << layout << " " << M << "x" << K << "x" << N << " at " << i << ", " << j;
                ASSERT_LE(std::fabs(static_cast<double>(c[at]) - sum), bound)
                    << layout << " " << M << "x" << K << "x" << N << " at " << i << ", " << j;
            }
        }
    }
};

template <class T, int M, int N, int K>
void check_layouts() {
    const Problem<T> p(M, N, K);
    const Matrix<T, K, 1> a{p.a.data()};
    const Matrix<T, 1, M> a_transposed{p.a_transposed.data()};
    const Matrix<T, N, 1> b{p.b.data()};
    const Matrix<T, 1, K> b_transposed{p.b_transposed.data()};
    std::vector<T> packed(static_cast<std::size_t>(panel_elements<K, N, T>));
    pack_panels<K, N>(b_transposed, packed.data());
    const Panels<T> panels{packed.data()};
    p.check("rows", [&](auto epilogue) { gemm<M, N, K>(a, b, epilogue); });
    p.check("A transposed", [&](auto epilogue) { gemm<M, N, K>(a_transposed, b, epilogue); });
    p.check("B transposed", [&](auto epilogue) { gemm<M, N, K>(a, b_transposed, epilogue); });
    p.check("panels", [&](auto epilogue) { gemm<M, N, K>(a, panels, epilogue); });
}

}  // namespace nncc::gemm_check
