// Matrix products: other element types, deep and large ones, run-time rows, epilogues that read and write in place.
#include <nncc/math.h>

#include "runtime/gemm_check.h"

namespace nncc {
namespace {

using gemm_check::check_layouts;
using gemm_check::Problem;

TEST(Gemm, OtherElementTypes) {
    check_layouts<double, 1, 5, 9>();
    check_layouts<double, 7, 9, 5>();
    check_layouts<double, 13, 20, 17>();
    check_layouts<int, 1, 10, 9>();
    check_layouts<int, 7, 19, 5>();
}

TEST(Gemm, ShapesOfNetworks) {
    check_layouts<float, 32, 10, 8>();
    check_layouts<float, 8, 10, 32>();
    check_layouts<float, 32, 1, 8>();
    check_layouts<float, 1, 1, 8>();
    check_layouts<float, 1, 3, 300>();
    check_layouts<float, 1, 130, 70>();
    check_layouts<float, 33, 65, 128>();
}

TEST(Gemm, DeeperThanOneChunk) {
    check_layouts<float, 2, 17, 2500>();
    check_layouts<float, 195, 3, 1030>();
}

TEST(Gemm, RowsKnownAtRunTime) {
    for (int rows : {0, 1, 2, 5, 6, 7, 12, 31}) {
        const Problem<float> p(rows, 13, 21);
        p.check("run-time rows", [&](auto epilogue) {
            gemm_rows<13, 21>(rows, Matrix<float, 21, 1>{p.a.data()}, Matrix<float, 13, 1>{p.b.data()}, epilogue);
        });
        p.check("run-time rows, transposed", [&](auto epilogue) {
            gemm_rows<13, 21>(rows, Matrix<float, 21, 1>{p.a.data()}, Matrix<float, 1, 21>{p.b_transposed.data()},
                              epilogue);
        });
    }
}

TEST(Gemm, PartOfALargerMatrix) {
    // Columns 3 ... 7 of a [6, 12] matrix as b; rows of a are 10 apart.
    const std::vector<float> a = gemm_check::elements<float>(4 * 10, 3), b = gemm_check::elements<float>(6 * 12, 4);
    gemm<4, 5, 6>(Matrix<float, 10, 1>{a.data()}, Matrix<float, 12, 1>{b.data() + 3},
                  [&](int i, int j, auto lanes, auto v) {
                      for (int lane = 0; lane < lanes.count; ++lane) {
                          double sum = 0;
                          for (int k = 0; k < 6; ++k) {
                              sum += static_cast<double>(a[static_cast<std::size_t>(10 * i + k)]) *
                                     static_cast<double>(b[static_cast<std::size_t>(12 * k + 3 + j + lane)]);
                          }
                          EXPECT_NEAR(static_cast<double>(v.v[lane]), sum, 6 * 6 * 1.2e-7);
                      }
                  });
}

// The weight gradient with the whole optimiser in its epilogue, against the same arithmetic in double.
TEST(Gemm, AdamInTheEpilogue) {
    constexpr int inputs = 9, units = 11, batch = 32;
    const std::vector<float> x = gemm_check::elements<float>(batch * inputs, 5),
                             dy = gemm_check::elements<float>(batch * units, 6);
    std::vector<float> w = gemm_check::elements<float>(inputs * units, 7), slot_m(w.size(), 0.25F),
                       slot_v(w.size(), 0.5F);
    const std::vector<float> before = w;
    gemm<inputs, units, batch>(
        Matrix<float, 1, inputs>{x.data()}, Matrix<float, units, 1>{dy.data()}, [&](int i, int j, auto lanes, auto g) {
            const int at = units * i + j;
            const auto m = load(slot_m.data() + at, lanes) * 0.9F + g * 0.1F;
            const auto v = load(slot_v.data() + at, lanes) * 0.999F + g * g * 0.001F;
            store(slot_m.data() + at, m, lanes);
            store(slot_v.data() + at, v, lanes);
            store(w.data() + at, load(w.data() + at, lanes) - 0.01F * m / (sqrt(v) + 1e-8F), lanes);
        });
    for (int i = 0; i < inputs; ++i) {
        for (int j = 0; j < units; ++j) {
            double g = 0;
            for (int b = 0; b < batch; ++b) {
                g += static_cast<double>(x[static_cast<std::size_t>(b * inputs + i)]) *
                     static_cast<double>(dy[static_cast<std::size_t>(b * units + j)]);
            }
            const std::size_t at = static_cast<std::size_t>(units * i + j);
            const double m = 0.25 * 0.9 + g * 0.1, v = 0.5 * 0.999 + g * g * 0.001;
            // |g| < 32, so its error is below 32 * 32 * 1.2e-7 and that of m a tenth of it.
            EXPECT_NEAR(static_cast<double>(slot_m[at]), m, 2e-5);
            EXPECT_NEAR(static_cast<double>(slot_v[at]), v, 2e-5);
            EXPECT_NEAR(static_cast<double>(w[at]), static_cast<double>(before[at]) - 0.01 * m / (std::sqrt(v) + 1e-8),
                        2e-6);
        }
    }
}

}  // namespace
}  // namespace nncc
