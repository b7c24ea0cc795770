// Matrix products of every small number of rows, columns and steps, in all layouts.
#include "runtime/gemm_check.h"

namespace nncc {
namespace {

using gemm_check::check_layouts;

// Sizes 1 to 20; every third where an instantiation takes half a second to compile (sanitised), and of the generic
// form.
#if defined(NNCC_SANITISED) || defined(NNCC_SCALAR)
constexpr int kStep = 3;
#else
constexpr int kStep = 1;
#endif
using Sizes = std::make_integer_sequence<int, (19 / kStep) + 1>;

template <int M>
void check_rows() {
    check_layouts<float, M, 11, 7>();
}
template <int N>
void check_columns() {
    check_layouts<float, 5, N, 9>();
}
template <int N>
void check_one_row() {
    check_layouts<float, 1, N, 6>();
}
template <int K>
void check_depths() {
    check_layouts<float, 7, 10, K>();
}

TEST(GemmSizes, Rows) {
    [&]<int... sizes>(std::integer_sequence<int, sizes...>) { (check_rows<1 + sizes * kStep>(), ...); }(Sizes{});
}
TEST(GemmSizes, Columns) {
    [&]<int... sizes>(std::integer_sequence<int, sizes...>) { (check_columns<1 + sizes * kStep>(), ...); }(Sizes{});
}
TEST(GemmSizes, OneRow) {
    [&]<int... sizes>(std::integer_sequence<int, sizes...>) { (check_one_row<1 + sizes * kStep>(), ...); }(Sizes{});
}
TEST(GemmSizes, Depths) {
    [&]<int... sizes>(std::integer_sequence<int, sizes...>) { (check_depths<1 + sizes * kStep>(), ...); }(Sizes{});
}

// All 8000 triples through the run-time form, which packs and adds up in the same tiles.
TEST(GemmSizes, DynamicTriples) {
    for (int M = 1; M <= 20; ++M) {
        for (int N = 1; N <= 20; ++N) {
            for (int K = 1; K <= 20; ++K) {
                const gemm_check::Problem<float> p(M, N, K);
                p.check("dynamic", [&](auto epilogue) {
                    gemm_dynamic(M, N, K, StridedMatrix<float>{p.a.data(), K, 1},
                                 StridedMatrix<float>{p.b.data(), N, 1}, epilogue);
                });
                p.check("dynamic, transposed", [&](auto epilogue) {
                    gemm_dynamic(M, N, K, StridedMatrix<float>{p.a_transposed.data(), 1, M},
                                 StridedMatrix<float>{p.b_transposed.data(), 1, K}, epilogue);
                });
                if (HasFatalFailure()) return;
            }
        }
    }
}

}  // namespace
}  // namespace nncc
