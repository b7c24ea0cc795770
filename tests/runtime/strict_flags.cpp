// Instantiates the runtime as emitted code does, under the warning flags that emitted code is promised to be clean
// under.
#include <nncc/exchange.h>
#include <nncc/files.h>
#include <nncc/kernels.h>

namespace nncc::strict_flags {

void elementwise_f32(const float* x, const bool* mask, float* out, bool* positive);
void elementwise_f32(const float* x, const bool* mask, float* out, bool* positive) {
    each_vector<21, 8>([&](int i, auto lanes) {
        const auto v = load(x + i, lanes);
        const auto a = exp(v) + expm1(v) + log(v) + log1p(v) + power(v, v) + sin(v) + cos(v) + atan(v) + tanh(v) +
                       sigmoid(v) + erf(v) + fast::exp(v) + fast::tanh(v) + fast::sigmoid(v) + fast::erf(v);
        const auto b = minimum(maximum(softplus(v), -v), absolute(v)) + floor(v) / round(v) - sqrt(v) * rsqrt(v);
        store(out + i, select(load(mask + i, lanes), a, multiply_add(b, v, splat(2.0F, lanes))), lanes);
        store(positive + i, less(splat(0.0F, lanes), v) & !equal(v, v), lanes);
    });
}

void mixed(const double* x, const int* index, float* out, int count);
void mixed(const double* x, const int* index, float* out, int count) {
    each_vector<4>(count, [&](int i, auto lanes) {
        const auto k = load(index + i, lanes) * 3 / 2 + iota<i32>(i, 1, lanes);
        const auto v = power(load_indexed(x, 100, 1, k, lanes), cast<double>(k)) + sin(load_strided(x + i, 2, lanes));
        store_strided(out + i, 3, cast<float>(v) + uniform24(1, 2, 3, k), lanes);
    });
    out[0] = reduce<Max, 8>(count, [&](int i, auto lanes) { return load(out + i, lanes); });
    out[1] = static_cast<float>(reduce<Sum, 40, 4>([&](int i, auto lanes) { return load(x + i, lanes); }));
    out[2] = reduce_outer<Product>(count, [&](int i) { return out[i]; });
    out[3] = add(tanh(out[3]), cast<float>(multiply(index[0], index[1])));
}

void convolutions(const float* x, const float* w, float* out);
void convolutions(const float* x, const float* w, float* out) {
    using Rows = Axis<7, 7, 3, 1, 1>;
    const auto epilogue = [&](int row, int j, auto lanes, auto v) { store(out + 17 * row + j, v, lanes); };
    convolve<2, NoAxis, Rows, Axis<9, 5, 3, 2, 1>, 5, 5, 17>(x, Matrix<float, 17, 1>{w}, epilogue);
    convolve<1, Rows, Rows, Rows, 65, 130, 17>(x, Panels<float>{w}, epilogue);
    convolve<1, NoAxis, NoAxis, Axis<9, 18, 3, 1, 1, 2>, 4, 4, 17>(x, Panels<float>{w}, epilogue);
    convolve_depthwise<1, NoAxis, Rows, Rows, 17>(x, w, epilogue);
}

void products(const float* x, const float* w, const float* bias, float* out, int rows);
void products(const float* x, const float* w, const float* bias, float* out, int rows) {
    const auto epilogue = [&](int i, int j, auto lanes, auto v) {
        store(out + 10 * i + j, maximum(v + load(bias + j, lanes), splat(0.0F, lanes)), lanes);
    };
    gemm<32, 10, 8>(Matrix<float, 8, 1>{x}, Matrix<float, 10, 1>{w}, epilogue);
    gemm<32, 10, 13>(Matrix<float, 1, 32>{x}, Matrix<float, 1, 13>{w}, epilogue);
    gemm<1, 10, 2000>(Matrix<float, 2000, 1>{x}, Panels<float>{w}, epilogue);
    gemm<7, 10, 2000>(Matrix<float, 2000, 1>{x}, Matrix<float, 1, 2000>{w}, epilogue);
    gemm_rows<10, 8>(rows, Matrix<float, 8, 1>{x}, Matrix<float, 10, 1>{w}, epilogue);
    gemm_dynamic(rows, 10, rows, StridedMatrix<float>{x, rows, 1}, StridedMatrix<float>{w, 10, 1}, epilogue);
}

void ordered(const float* x, int* order, int* scratch, float* out);
void ordered(const float* x, int* order, int* scratch, float* out) {
    argsort(x, 100, order, scratch);
    cumulative<Sum>(x, 1, out, 1, 100, true);
    gather(x, 10, order, 10, 4, out);
    scatter_add(order, 10, x, 4, out, argmax(x, 1, 10));
    copy_strided(x, out, CopyAxis{10, 1, 100}, CopyAxis{10, 10, 10}, CopyAxis{10, 100, 1});
}

}  // namespace nncc::strict_flags
