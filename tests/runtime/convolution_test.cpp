// Convolutions against plain loops in double: sizes around every tile, strides, dilation, padding, spread x, 1 to 3
// axes.
#include "runtime/convolution_problem.h"

namespace nncc {
namespace {

template <int batch, class A0, class A1, class A2, int channels, int filters, class T = float>
void check_direct() {
    const Problem<batch, A0, A1, A2, channels, filters, 1, T> p;
    constexpr int depth = decltype(p)::kDepth;
    p.check("as it lies", [&](auto epilogue) {
        convolve<batch, A0, A1, A2, channels, channels, filters>(p.x.data(), Matrix<T, filters, 1>{p.w.data()},
                                                                 epilogue);
    });
    // Lines of 64 bytes, as Packed has them.
    std::vector<T> memory(static_cast<std::size_t>(panel_elements<depth, filters, T>) + 16);
    const auto address = reinterpret_cast<std::uintptr_t>(memory.data());
    T* panels = memory.data() + (64 - address % 64) % 64 / sizeof(T);
    pack_panels<depth, filters>(Matrix<T, filters, 1>{p.w.data()}, panels);
    p.check("packed", [&](auto epilogue) {
        convolve<batch, A0, A1, A2, channels, channels, filters>(p.x.data(), Panels<T>{panels}, epilogue);
    });
}

template <int batch, class A0, class A1, class A2, int channels, class T = float>
void check_depthwise() {
    const Problem<batch, A0, A1, A2, 1, 1, channels, T> p;
    p.check("depthwise",
            [&](auto epilogue) { convolve_depthwise<batch, A0, A1, A2, channels>(p.x.data(), p.w.data(), epilogue); });
}

TEST(Convolution, ChannelsAndFilters) {
    using Rows = Axis<6, 6, 3, 1, 1>;
    using Columns = Axis<7, 7, 3, 1, 1>;
    check_direct<1, NoAxis, Rows, Columns, 1, 1>();
    check_direct<2, NoAxis, Rows, Columns, 3, 8>();
    check_direct<1, NoAxis, Rows, Columns, 16, 9>();
    check_direct<1, NoAxis, Rows, Columns, 17, 33>();
    check_direct<2, NoAxis, Rows, Columns, 65, 16>();  // too many channels for a band
    check_direct<1, NoAxis, Rows, Columns, 70, 5>();
}

TEST(Convolution, StridesAndPadding) {
    check_direct<2, NoAxis, Axis<11, 6, 3, 2, 1>, Axis<13, 7, 3, 2, 1>, 4, 6>();
    check_direct<1, NoAxis, Axis<8, 3, 2, 3, 0>, Axis<9, 3, 4, 3, 2>, 66, 20>();
    check_direct<1, NoAxis, Axis<5, 9, 1, 1, 2>, Axis<6, 8, 1, 1, 1>, 5, 7>();     // a border of nothing but zeros
    check_direct<1, NoAxis, Axis<9, 5, 3, 1, -1>, Axis<9, 4, 3, 1, -2>, 3, 17>();  // part of x is not read
    check_direct<3, NoAxis, Axis<3, 3, 3, 1, 1>, Axis<2, 2, 3, 1, 1>, 33, 16>();   // tiles of several images
    check_direct<1, NoAxis, Axis<14, 7, 1, 2, 0>, Axis<14, 7, 1, 2, 0>, 12, 24>();
}

TEST(Convolution, DilatedKernelsAndSpreadInputs) {
    check_direct<1, NoAxis, Axis<11, 7, 3, 1, 1, 1, 3>, Axis<13, 9, 3, 1, 1, 1, 3>, 4, 33>();
    check_direct<2, NoAxis, Axis<5, 10, 3, 1, 2, 2>, Axis<6, 12, 4, 1, 2, 2>, 7, 20>();
    check_direct<1, NoAxis, Axis<4, 11, 2, 1, 1, 3, 2>, Axis<5, 5, 3, 1, 1>, 6, 10>();
}

TEST(Convolution, OneAndThreeAxes) {
    check_direct<2, NoAxis, NoAxis, Axis<40, 36, 5, 1, 0>, 3, 4>();
    check_direct<1, NoAxis, NoAxis, Axis<30, 30, 3, 1, 4, 1, 2>, 20, 18>();  // causal and dilated
    check_direct<2, Axis<5, 3, 3, 2, 1>, Axis<4, 4, 3, 1, 1>, Axis<6, 4, 3, 1, 0>, 2, 9>();
    check_direct<1, Axis<3, 5, 2, 1, 2, 2>, Axis<4, 4, 3, 1, 1>, Axis<5, 5, 3, 1, 1>, 3, 6>();
}

TEST(Convolution, Doubles) { check_direct<1, NoAxis, Axis<6, 6, 3, 1, 1>, Axis<7, 7, 3, 1, 1>, 5, 11, double>(); }

TEST(Convolution, GroupsReadTheirChannels) {
    using Rows = Axis<5, 5, 3, 1, 1>;
    using Columns = Axis<6, 6, 3, 1, 1>;
    const Problem<2, NoAxis, Rows, Columns, 5, 7, 3, float> p;
    p.check("groups", [&](auto epilogue) {
        for (int g = 0; g < 3; ++g) {
            convolve<2, NoAxis, Rows, Columns, 5, 15, 7>(
                p.x.data() + 5 * g, Matrix<float, 21, 1>{p.w.data() + 7 * g},
                [&](int row, int j, auto lanes, auto sum) { epilogue(row, 7 * g + j, lanes, sum); });
        }
    });
}

TEST(Convolution, Depthwise) {
    check_depthwise<2, NoAxis, Axis<7, 7, 3, 1, 1>, Axis<9, 9, 3, 1, 1>, 5>();
    check_depthwise<1, NoAxis, Axis<7, 7, 3, 1, 1>, Axis<2, 2, 3, 1, 1>, 33>();  // nothing but borders
    check_depthwise<2, NoAxis, Axis<9, 5, 3, 2, 1>, Axis<10, 5, 3, 2, 0>, 17>();
    check_depthwise<1, NoAxis, Axis<11, 7, 3, 1, 1, 1, 3>, Axis<13, 9, 3, 1, 1, 1, 3>, 12>();
    check_depthwise<1, Axis<5, 3, 3, 2, 1>, Axis<4, 4, 3, 1, 1>, Axis<26, 26, 9, 1, 4>, 6>();
    check_depthwise<1, NoAxis, NoAxis, Axis<40, 40, 5, 1, 4>, 24>();
    check_depthwise<1, NoAxis, Axis<4, 8, 2, 1, 3>, Axis<3, 9, 2, 1, 4>, 8>();  // more border than image
    check_depthwise<1, NoAxis, Axis<6, 4, 3, 1, 0>, Axis<6, 3, 2, 1, -1>, 9, double>();
}

}  // namespace
}  // namespace nncc
