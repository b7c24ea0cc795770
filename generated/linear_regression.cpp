// linear_regression, emitted by nncc 0.1.0 from linear_regression.nn; do not edit.
// sha256 aa052ef12334b810db5e8c80f3fd1c696bf6143c450da16bfd163e7aa875e258
// nncc linear_regression.nn -o linear_regression.cpp
//
// Weights: byte, member, type
//         0  standardize_1.center f32[10]
//        40  standardize_1.spread f32[10]
//        80  dense_1.w f32[10, 1]
//       120  dense_1.b f32[1]
//
// Arena of Model<1>::forward, 64 bytes on the stack: range, tensor, type
//         0 ..        40  standardize_1 f32[1, 10]
//
// Arena of Trainer::step, 1664 bytes: range, tensor, type
//      1536 ..      1540  cosine f32[]
//         0 ..      1280  standardize_1 f32[32, 10]
//      1408 ..      1536  mean_squared_error_1 f32[32, 1]
//      1280 ..      1408  d_mean_squared_error_1 f32[32, 1]
//      1600 ..      1604  mean_squared_error_1 f32[]
#include "linear_regression.h"

#include <nncc/kernels.h>
#include <nncc/selftest.h>

namespace linear_regression {
namespace {

// The elements of an array of arrays, one after the other.
template <class T, class Array>
T* flat(Array& array) noexcept {
    return reinterpret_cast<T*>(&array);
}

namespace kernels {

// linear_regression.nn:3  dense(1)
void initialize_dense_1_w(const nncc::i32* seed_v, float* dense_1_w_next) noexcept {
    constexpr int kCount = 10;
    const nncc::i32 seed_v_2 = seed_v[0];
    nncc::each_vector<kCount, nncc::kLanes<float>>([&](int i, auto lanes) {
        const auto random = nncc::uniform24(static_cast<nncc::u32>(seed_v_2), static_cast<nncc::u32>(0), 0x0267df8bU,
                                            static_cast<nncc::u32>(i), lanes);
        const auto multiply = 2.0F * random;
        const auto subtract = multiply - 1.0F;
        nncc::store(dense_1_w_next + i, 0.73854893F * subtract, lanes);
    });
}

// linear_regression.nn:3  standardize
void pack_standardize_1_spread_reciprocal(const float* standardize_1_spread,
                                          float* packed_standardize_1_spread_reciprocal_next) noexcept {
    constexpr int kCount = 10;
    nncc::each_vector<kCount, nncc::kLanes<float>>([&](int i, auto lanes) {
        nncc::store(packed_standardize_1_spread_reciprocal_next + i, 1.0F / nncc::load(standardize_1_spread + i, lanes),
                    lanes);
    });
}

// linear_regression.nn:3  standardize
void standardize_1(const float* x, const float* packed_standardize_1_center,
                   const float* packed_standardize_1_spread_reciprocal, float* standardize_1) noexcept {
    constexpr int kCount = 10;
    nncc::each_vector<kCount, nncc::kLanes<float>>([&](int i, auto lanes) {
        const auto subtract = nncc::load(x + i, lanes) - nncc::load(packed_standardize_1_center + i, lanes);
        nncc::store(standardize_1 + i, subtract * nncc::load(packed_standardize_1_spread_reciprocal + i, lanes), lanes);
    });
}

// linear_regression.nn:3  dense(1)
void dense_1(const float* standardize_1, const float* packed_dense_1_w, const float* packed_dense_1_b,
             float* output) noexcept {
    constexpr int kCount = 10;
    const float sum = nncc::reduce<nncc::Sum, kCount, nncc::kLanes<float>>([&](int i, auto lanes) {
        return nncc::load(standardize_1 + i, lanes) * nncc::load(packed_dense_1_w + i, lanes);
    });
    output[0] = sum + packed_dense_1_b[0];
}

// linear_regression.nn:12  cosine(0.05, over = 800) |> sgd(cosine(0.05, over = 800), momentum = 0.9)
void share_next_step_cosine(const nncc::i32* step_v, nncc::i32* step_next, float* cosine) noexcept {
    const nncc::i32 add = nncc::add(step_v[0], 1);
    const double cast = nncc::cast<double>(add);
    const double subtract = cast - 1.0;
    const double divide = subtract / 800.0;
    const double share = nncc::minimum(divide, 1.0);
    const double multiply = 3.141592653589793 * share;
    const double cos = nncc::cos(multiply);
    const double add_2 = 1.0 + cos;
    const double cosine_2 = 0.025 * add_2;
    const float p_2 = nncc::cast<float>(cosine_2);
    step_next[0] = add;
    cosine[0] = p_2;
}

// linear_regression.nn:3  standardize
void standardize_1_step(const float* x, const float* standardize_1_center, const float* standardize_1_spread,
                        float* standardize_1) noexcept {
    constexpr int kRows = 32, kColumns = 10;
    for (int i = 0; i < kRows; ++i) {
        nncc::each_vector<kColumns, nncc::kLanes<float>>([&](int j, auto lanes) {
            const auto subtract = nncc::load(x + kColumns * i + j, lanes) - nncc::load(standardize_1_center + j, lanes);
            nncc::store(standardize_1 + kColumns * i + j, subtract / nncc::load(standardize_1_spread + j, lanes),
                        lanes);
        });
    }
}

// linear_regression.nn:3  dense(1)
// linear_regression.nn:10  mean_squared_error(output, y)
void dense_1_mean_squared_error_1_d_mean_squared_error_1(const float* standardize_1, const float* dense_1_w,
                                                         const float* dense_1_b, const float* y,
                                                         float* mean_squared_error_1,
                                                         float* d_mean_squared_error_1) noexcept {
    constexpr int kColumns = 32, kDepth = 10;
    const float dense_1_b_2 = dense_1_b[0];
    const nncc::Matrix<float, 0, 1> left{dense_1_w};
    const nncc::Matrix<float, 1, kDepth> right{standardize_1};
    nncc::gemm<1, kColumns, kDepth>(left, right, [&](int, int j, auto lanes, auto product) {
        const auto dense_1 = product + dense_1_b_2;
        const auto subtract = dense_1 - nncc::load(y + j, lanes);
        const auto mean_squared_error_1_2 = subtract * subtract;
        const auto multiply = 0.03125F * subtract;
        const auto d_mean_squared_error_1_2 = multiply * 2.0F;
        nncc::store(mean_squared_error_1 + j, mean_squared_error_1_2, lanes);
        nncc::store(d_mean_squared_error_1 + j, d_mean_squared_error_1_2, lanes);
    });
}

// linear_regression.nn:3  dense(1)
// linear_regression.nn:12  sgd(cosine(0.05, over = 800), momentum = 0.9)
void d_dense_1_update_dense_1_b(const float* d_mean_squared_error_1, const float* sgd_velocity_dense_1_b,
                                const float* dense_1_b, const float* cosine, float* sgd_velocity_dense_1_b_next,
                                float* dense_1_b_next) noexcept {
    constexpr int kCount = 32;
    const float multiply = 0.9F * sgd_velocity_dense_1_b[0];
    const float d_dense_1 = nncc::reduce<nncc::Sum, kCount, nncc::kLanes<float>>([&](int i, auto lanes) {
        return nncc::load(d_mean_squared_error_1 + i, lanes);
    });
    const float velocity = multiply + d_dense_1;
    const float multiply_2 = cosine[0] * velocity;
    const float dense_1_b_2 = dense_1_b[0] - multiply_2;
    sgd_velocity_dense_1_b_next[0] = velocity;
    dense_1_b_next[0] = dense_1_b_2;
}

// linear_regression.nn:10  mean_squared_error(output, y)
void mean_squared_error_1(const float* mean_squared_error_1, float* mean_squared_error_1_2) noexcept {
    constexpr int kCount = 32;
    const float sum = nncc::reduce<nncc::Sum, kCount, nncc::kLanes<float>>([&](int i, auto lanes) {
        return nncc::load(mean_squared_error_1 + i, lanes);
    });
    mean_squared_error_1_2[0] = sum * 0.03125F;
}

// linear_regression.nn:10  l2_penalty(params("*.w"), 0.01) |> mean_squared_error(output, y) + l2_penalty(params(
void l2_penalty_1(const float* dense_1_w, const float* mean_squared_error_1, float* loss) noexcept {
    constexpr int kCount = 10;
    const float sum = nncc::reduce<nncc::Sum, kCount, nncc::kLanes<float>>([&](int i, auto lanes) {
        const auto dense_1_w_2 = nncc::load(dense_1_w + i, lanes);
        return dense_1_w_2 * dense_1_w_2;
    });
    const float l2_penalty_1 = 0.01F * sum;
    loss[0] = mean_squared_error_1[0] + l2_penalty_1;
}

// linear_regression.nn:3  dense(1)
// linear_regression.nn:10  l2_penalty(params("*.w"), 0.01)
// linear_regression.nn:12  sgd(cosine(0.05, over = 800), momentum = 0.9)
void d_dense_1_update_dense_1_w(const float* d_mean_squared_error_1, const float* standardize_1, const float* dense_1_w,
                                const float* sgd_velocity_dense_1_w, const float* cosine,
                                float* sgd_velocity_dense_1_w_next, float* dense_1_w_next) noexcept {
    constexpr int kColumns = 10, kDepth = 32;
    const float cosine_2 = cosine[0];
    const nncc::Matrix<float, 0, 1> left{d_mean_squared_error_1};
    const nncc::Matrix<float, kColumns, 1> right{standardize_1};
    nncc::gemm<1, kColumns, kDepth>(left, right, [&](int, int j, auto lanes, auto product) {
        const auto multiply = 0.9F * nncc::load(sgd_velocity_dense_1_w + j, lanes);
        const auto dense_1_w_2 = nncc::load(dense_1_w + j, lanes);
        const auto multiply_2 = 0.01F * dense_1_w_2;
        const auto d_l2_penalty_1 = multiply_2 * 2.0F;
        const auto d_dense_1 = d_l2_penalty_1 + product;
        const auto velocity = multiply + d_dense_1;
        const auto multiply_3 = cosine_2 * velocity;
        const auto dense_1_w_3 = dense_1_w_2 - multiply_3;
        nncc::store(sgd_velocity_dense_1_w_next + j, velocity, lanes);
        nncc::store(dense_1_w_next + j, dense_1_w_3, lanes);
    });
}

// linear_regression.nn:3  dense(1)
// linear_regression.nn:10  l2_penalty(params("*.w"), 0.01)
void d_dense_1(const float* d_mean_squared_error_1, const float* standardize_1, const float* dense_1_w,
               float* d_dense_1_w) noexcept {
    constexpr int kColumns = 10, kDepth = 32;
    const nncc::Matrix<float, 0, 1> left{d_mean_squared_error_1};
    const nncc::Matrix<float, kColumns, 1> right{standardize_1};
    nncc::gemm<1, kColumns, kDepth>(left, right, [&](int, int j, auto lanes, auto product) {
        const auto multiply = 0.01F * nncc::load(dense_1_w + j, lanes);
        const auto d_l2_penalty_1 = multiply * 2.0F;
        nncc::store(d_dense_1_w + j, d_l2_penalty_1 + product, lanes);
    });
}

// linear_regression.nn:3  dense(1)
void d_dense_1_gradients(const float* d_mean_squared_error_1, float* d_dense_1_b) noexcept {
    constexpr int kCount = 32;
    const float d_dense_1 = nncc::reduce<nncc::Sum, kCount, nncc::kLanes<float>>([&](int i, auto lanes) {
        return nncc::load(d_mean_squared_error_1 + i, lanes);
    });
    d_dense_1_b[0] = d_dense_1;
}

// linear_regression.nn:12  cosine(0.05, over = 800) |> sgd(cosine(0.05, over = 800), momentum = 0.9)
void share_next_step_cosine_update(const nncc::i32* step_v, const float* rate_scale_v, nncc::i32* step_next,
                                   float* cosine, bool* equal) noexcept {
    const nncc::i32 add = nncc::add(step_v[0], 1);
    const double cast = nncc::cast<double>(add);
    const double subtract = cast - 1.0;
    const double divide = subtract / 800.0;
    const double share = nncc::minimum(divide, 1.0);
    const double multiply = 3.141592653589793 * share;
    const double cos = nncc::cos(multiply);
    const double add_2 = 1.0 + cos;
    const double cosine_2 = 0.025 * add_2;
    const float p_2 = nncc::cast<float>(cosine_2);
    const bool equal_2 = nncc::equal(rate_scale_v[0], 1.0F);
    step_next[0] = add;
    cosine[0] = p_2;
    equal[0] = equal_2;
}

// linear_regression.nn:12  sgd(cosine(0.05, over = 800), momentum = 0.9)
void velocity_update_dense_1_w(const float* sgd_velocity_dense_1_w, const float* d_dense_1_w, const float* dense_1_w,
                               const float* cosine, const float* rate_scale_v, const bool* value,
                               float* sgd_velocity_dense_1_w_next, float* dense_1_w_next) noexcept {
    constexpr int kCount = 10;
    const bool value_2 = value[0];
    const float cosine_2 = cosine[0];
    const float rate_scale_v_2 = rate_scale_v[0];
    nncc::each_vector<kCount, nncc::kLanes<float>>([&](int i, auto lanes) {
        const auto multiply = 0.9F * nncc::load(sgd_velocity_dense_1_w + i, lanes);
        const auto velocity = multiply + nncc::load(d_dense_1_w + i, lanes);
        const auto dense_1_w_2 = nncc::load(dense_1_w + i, lanes);
        const auto multiply_2 = cosine_2 * velocity;
        const auto dense_1_w_3 = dense_1_w_2 - multiply_2;
        const auto subtract = dense_1_w_3 - dense_1_w_2;
        const auto multiply_3 = rate_scale_v_2 * subtract;
        const auto add = dense_1_w_2 + multiply_3;
        const auto select = nncc::select(nncc::splat(value_2, lanes), dense_1_w_3, add);
        nncc::store(sgd_velocity_dense_1_w_next + i, velocity, lanes);
        nncc::store(dense_1_w_next + i, select, lanes);
    });
}

// linear_regression.nn:12  sgd(cosine(0.05, over = 800), momentum = 0.9)
void velocity_update_dense_1_b(const float* sgd_velocity_dense_1_b, const float* d_dense_1_b, const float* dense_1_b,
                               const float* cosine, const float* rate_scale_v, const bool* value,
                               float* sgd_velocity_dense_1_b_next, float* dense_1_b_next) noexcept {
    const float multiply = 0.9F * sgd_velocity_dense_1_b[0];
    const float velocity = multiply + d_dense_1_b[0];
    const float dense_1_b_2 = dense_1_b[0];
    const float multiply_2 = cosine[0] * velocity;
    const float dense_1_b_3 = dense_1_b_2 - multiply_2;
    const float subtract = dense_1_b_3 - dense_1_b_2;
    const float multiply_3 = rate_scale_v[0] * subtract;
    const float add = dense_1_b_2 + multiply_3;
    const float select = nncc::select(value[0], dense_1_b_3, add);
    sgd_velocity_dense_1_b_next[0] = velocity;
    dense_1_b_next[0] = select;
}

void update_fit_rows_1(const double* fit_rows_1, const nncc::i32* fit_rows_v, bool* equal,
                       double* fit_rows_1_next) noexcept {
    const double fit_rows_1_2 = fit_rows_1[0];
    const bool equal_2 = nncc::equal(fit_rows_1_2, 0.0);
    const double cast = nncc::cast<double>(fit_rows_v[0]);
    const double add = fit_rows_1_2 + cast;
    equal[0] = equal_2;
    fit_rows_1_next[0] = add;
}

// linear_regression.nn:3  standardize
void standardize_1_update_fit_sum_1(const nncc::i32* fit_rows_v, const float* x, const double* fit_sum_1,
                                    const bool* value, double* fit_sum_1_next) noexcept {
    constexpr int kRows = 32, kColumns = 10;
    const nncc::i32 fit_rows_v_2 = fit_rows_v[0];
    const bool value_2 = value[0];
    nncc::each_vector<kColumns, nncc::kLanes<double>>([&](int j, auto lanes) {
        const auto sum = nncc::reduce_outer<nncc::Sum, kRows>([&](int i) {
            const nncc::i32 index = i;
            const bool less = nncc::less(index, fit_rows_v_2);
            const auto cast = nncc::cast<double>(nncc::load(x + kColumns * i + j, lanes));
            return nncc::select(nncc::splat(less, lanes), cast, nncc::splat(0.0, lanes));
        });
        const auto standardize_1 = nncc::load(fit_sum_1 + j, lanes) + sum;
        nncc::store(fit_sum_1_next + j, nncc::select(nncc::splat(value_2, lanes), sum, standardize_1), lanes);
    });
}

// linear_regression.nn:3  standardize
void standardize_1_update_fit_rows_2(const double* fit_rows_2, const double* fit_rows_1, const nncc::i32* fit_rows_v,
                                     bool* equal, double* standardize_1, double* fit_rows_2_next) noexcept {
    const double fit_rows_2_2 = fit_rows_2[0];
    const bool equal_2 = nncc::equal(fit_rows_2_2, 0.0);
    const nncc::i32 cast = nncc::cast<nncc::i32>(fit_rows_1[0]);
    const double standardize_1_2 = nncc::cast<double>(cast);
    const double cast_2 = nncc::cast<double>(fit_rows_v[0]);
    const double add = fit_rows_2_2 + cast_2;
    equal[0] = equal_2;
    standardize_1[0] = standardize_1_2;
    fit_rows_2_next[0] = add;
}

// linear_regression.nn:3  standardize
void standardize_1_update_fit_sum_10(const float* x, const double* fit_sum_1, const double* standardize_1,
                                     const nncc::i32* fit_rows_v, const double* fit_sum_10, const bool* value,
                                     double* fit_sum_10_next) noexcept {
    constexpr int kRows = 32, kColumns = 10;
    const nncc::i32 fit_rows_v_2 = fit_rows_v[0];
    const double standardize_1_2 = standardize_1[0];
    const bool value_2 = value[0];
    nncc::each_vector<kColumns, nncc::kLanes<double>>([&](int j, auto lanes) {
        const auto divide = nncc::load(fit_sum_1 + j, lanes) / standardize_1_2;
        const auto sum = nncc::reduce_outer<nncc::Sum, kRows>([&](int i) {
            const nncc::i32 index = i;
            const bool less = nncc::less(index, fit_rows_v_2);
            const auto cast = nncc::cast<double>(nncc::load(x + kColumns * i + j, lanes));
            const auto subtract = cast - divide;
            const auto multiply = subtract * subtract;
            return nncc::select(nncc::splat(less, lanes), multiply, nncc::splat(0.0, lanes));
        });
        const auto standardize_1_3 = nncc::load(fit_sum_10 + j, lanes) + sum;
        nncc::store(fit_sum_10_next + j, nncc::select(nncc::splat(value_2, lanes), sum, standardize_1_3), lanes);
    });
}

// linear_regression.nn:3  standardize
void standardize_1_fit_end(const double* fit_rows_1, double* standardize_1) noexcept {
    const nncc::i32 cast = nncc::cast<nncc::i32>(fit_rows_1[0]);
    standardize_1[0] = nncc::cast<double>(cast);
}

// linear_regression.nn:3  standardize
void standardize_1_update_standardize_1_center(const double* fit_sum_1, const double* standardize_1,
                                               float* standardize_1_center_next) noexcept {
    constexpr int kCount = 10;
    const double standardize_1_2 = standardize_1[0];
    nncc::each_vector<kCount, nncc::kLanes<double>>([&](int i, auto lanes) {
        const auto standardize_1_3 = nncc::load(fit_sum_1 + i, lanes) / standardize_1_2;
        nncc::store(standardize_1_center_next + i, nncc::cast<float>(standardize_1_3), lanes);
    });
}

// linear_regression.nn:3  standardize
void standardize_1_update_standardize_1_spread(const double* fit_sum_10, const double* standardize_1,
                                               float* standardize_1_spread_next) noexcept {
    constexpr int kCount = 10;
    const double standardize_1_2 = standardize_1[0];
    nncc::each_vector<kCount, nncc::kLanes<double>>([&](int i, auto lanes) {
        const auto divide = nncc::load(fit_sum_10 + i, lanes) / standardize_1_2;
        const auto sqrt = nncc::sqrt(divide);
        const auto equal = nncc::equal(sqrt, nncc::splat(0.0, lanes));
        const auto standardize_1_3 = nncc::select(equal, nncc::splat(1.0, lanes), sqrt);
        nncc::store(standardize_1_spread_next + i, nncc::cast<float>(standardize_1_3), lanes);
    });
}

}  // namespace kernels

}  // namespace

const nncc::Tensor kTensors[4] = {
    {"standardize_1.center", nncc::TensorKind::kFit, nncc::ElementType::kF32, 1, {10}, __builtin_offsetof(Weights, standardize_1.center)},
    {"standardize_1.spread", nncc::TensorKind::kFit, nncc::ElementType::kF32, 1, {10}, __builtin_offsetof(Weights, standardize_1.spread)},
    {"dense_1.w", nncc::TensorKind::kParam, nncc::ElementType::kF32, 2, {10, 1}, __builtin_offsetof(Weights, dense_1.w)},
    {"dense_1.b", nncc::TensorKind::kParam, nncc::ElementType::kF32, 1, {1}, __builtin_offsetof(Weights, dense_1.b)},
};

void initialize(Weights& weights, nncc::u64 seed) noexcept {
    const nncc::i32 seed_word = static_cast<nncc::i32>(static_cast<nncc::u32>(seed));
    float* const dense_1_w = flat<float>(weights.dense_1.w);
    float* const standardize_1_center = flat<float>(weights.standardize_1.center);
    float* const standardize_1_spread = flat<float>(weights.standardize_1.spread);
    float* const dense_1_b = flat<float>(weights.dense_1.b);

    kernels::initialize_dense_1_w(&seed_word, dense_1_w);
    nncc::fill(standardize_1_center, 10, 0.0F);
    nncc::fill(standardize_1_spread, 10, 1.0F);
    nncc::fill(dense_1_b, 1, 0.0F);
}

void pack(const Weights& weights, Packed& packed) noexcept {
    const float* const standardize_1_spread = flat<const float>(weights.standardize_1.spread);
    float* const packed_standardize_1_spread_reciprocal = reinterpret_cast<float*>(packed.bytes + 192);
    float* const packed_standardize_1_center = reinterpret_cast<float*>(packed.bytes + 128);
    const float* const standardize_1_center = flat<const float>(weights.standardize_1.center);
    float* const packed_dense_1_w = reinterpret_cast<float*>(packed.bytes + 64);
    const float* const dense_1_w = flat<const float>(weights.dense_1.w);
    float* const packed_dense_1_b = reinterpret_cast<float*>(packed.bytes);
    const float* const dense_1_b = flat<const float>(weights.dense_1.b);

    kernels::pack_standardize_1_spread_reciprocal(standardize_1_spread, packed_standardize_1_spread_reciprocal);
    nncc::copy(standardize_1_center, packed_standardize_1_center, 10);
    nncc::copy(dense_1_w, packed_dense_1_w, 10);
    nncc::copy(dense_1_b, packed_dense_1_b, 1);
}

void Model<1>::forward(nncc::In<float, 10> x, nncc::Out<float, 1> output) noexcept {
    alignas(64) unsigned char arena[64];
    const float* const packed_standardize_1_center = reinterpret_cast<const float*>(packed_->bytes + 128);
    const float* const packed_standardize_1_spread_reciprocal = reinterpret_cast<const float*>(packed_->bytes + 192);
    float* const standardize_1 = reinterpret_cast<float*>(arena);  // [1, 10]
    const float* const packed_dense_1_w = reinterpret_cast<const float*>(packed_->bytes + 64);
    const float* const packed_dense_1_b = reinterpret_cast<const float*>(packed_->bytes);

    kernels::standardize_1(x.data(), packed_standardize_1_center, packed_standardize_1_spread_reciprocal,
                           standardize_1);
    kernels::dense_1(standardize_1, packed_dense_1_w, packed_dense_1_b, output.data());
}

void Trainer::restart(const Weights& start, nncc::u64 seed) noexcept {
    seed_ = static_cast<nncc::i32>(static_cast<nncc::u32>(seed));
    steps = 0;
    fit_sweep_ = 0;
    float* const sgd_velocity_dense_1_w = flat<float>(slots_.sgd.velocity.dense_1.w);
    float* const sgd_velocity_dense_1_b = flat<float>(slots_.sgd.velocity.dense_1.b);

    nncc::fill(sgd_velocity_dense_1_w, 10, 0.0F);
    nncc::fill(sgd_velocity_dense_1_b, 1, 0.0F);
    nncc::fill(flat<double>(slots_.fit_v.rows_1), 1, 0.0);
    nncc::fill(flat<double>(slots_.fit_v.rows_2), 1, 0.0);
    nncc::fill(flat<double>(slots_.fit_v.sum_1), 10, 0.0);
    nncc::fill(flat<double>(slots_.fit_v.sum_10), 10, 0.0);
    weights_ = start;
}

float Trainer::step(nncc::In<float, 32, 10> x, nncc::In<float, 32, 1> y) noexcept {
    float loss_value = 0.0F;
    nncc::i32 step_word = static_cast<nncc::i32>(static_cast<nncc::u32>(steps));
    nncc::i32* const step_v = &step_word;
    float* const cosine = reinterpret_cast<float*>(arena_ + 1536);  // []
    const float* const standardize_1_center = flat<const float>(weights_.standardize_1.center);
    const float* const standardize_1_spread = flat<const float>(weights_.standardize_1.spread);
    float* const standardize_1 = reinterpret_cast<float*>(arena_);  // [32, 10]
    float* const dense_1_w = flat<float>(weights_.dense_1.w);
    float* const dense_1_b = flat<float>(weights_.dense_1.b);
    float* const mean_squared_error_1 = reinterpret_cast<float*>(arena_ + 1408);  // [32, 1]
    float* const d_mean_squared_error_1 = reinterpret_cast<float*>(arena_ + 1280);  // [32, 1]
    float* const sgd_velocity_dense_1_b = flat<float>(slots_.sgd.velocity.dense_1.b);
    float* const mean_squared_error_1_2 = reinterpret_cast<float*>(arena_ + 1600);  // []
    float* const sgd_velocity_dense_1_w = flat<float>(slots_.sgd.velocity.dense_1.w);

    kernels::share_next_step_cosine(step_v, step_v, cosine);
    kernels::standardize_1_step(x.data(), standardize_1_center, standardize_1_spread, standardize_1);
    kernels::dense_1_mean_squared_error_1_d_mean_squared_error_1(standardize_1, dense_1_w, dense_1_b, y.data(),
                                                                 mean_squared_error_1, d_mean_squared_error_1);
    kernels::d_dense_1_update_dense_1_b(d_mean_squared_error_1, sgd_velocity_dense_1_b, dense_1_b, cosine,
                                        sgd_velocity_dense_1_b, dense_1_b);
    kernels::mean_squared_error_1(mean_squared_error_1, mean_squared_error_1_2);
    kernels::l2_penalty_1(dense_1_w, mean_squared_error_1_2, &loss_value);
    kernels::d_dense_1_update_dense_1_w(d_mean_squared_error_1, standardize_1, dense_1_w, sgd_velocity_dense_1_w,
                                        cosine, sgd_velocity_dense_1_w, dense_1_w);
    steps = static_cast<nncc::u64>(static_cast<nncc::u32>(step_word));
    return loss_value;
}

float Trainer::gradients(nncc::In<float, 32, 10> x, nncc::In<float, 32, 1> y, Weights& gradient) noexcept {
    float loss_value = 0.0F;
    const float* const standardize_1_center = flat<const float>(weights_.standardize_1.center);
    const float* const standardize_1_spread = flat<const float>(weights_.standardize_1.spread);
    float* const standardize_1 = reinterpret_cast<float*>(arena_);  // [32, 10]
    const float* const dense_1_w = flat<const float>(weights_.dense_1.w);
    const float* const dense_1_b = flat<const float>(weights_.dense_1.b);
    float* const mean_squared_error_1 = reinterpret_cast<float*>(arena_ + 1280);  // [32, 1]
    float* const d_mean_squared_error_1 = reinterpret_cast<float*>(arena_ + 1408);  // [32, 1]
    float* const mean_squared_error_1_2 = reinterpret_cast<float*>(arena_);  // []

    kernels::standardize_1_step(x.data(), standardize_1_center, standardize_1_spread, standardize_1);
    kernels::dense_1_mean_squared_error_1_d_mean_squared_error_1(standardize_1, dense_1_w, dense_1_b, y.data(),
                                                                 mean_squared_error_1, d_mean_squared_error_1);
    kernels::d_dense_1(d_mean_squared_error_1, standardize_1, dense_1_w, flat<float>(gradient.dense_1.w));
    kernels::d_dense_1_gradients(d_mean_squared_error_1, flat<float>(gradient.dense_1.b));
    kernels::mean_squared_error_1(mean_squared_error_1, mean_squared_error_1_2);
    kernels::l2_penalty_1(dense_1_w, mean_squared_error_1_2, &loss_value);
    nncc::fill(flat<float>(gradient.standardize_1.center), 10, 0.0F);
    nncc::fill(flat<float>(gradient.standardize_1.spread), 10, 0.0F);
    return loss_value;
}

void Trainer::update(const Weights& gradient, float rate_scale) noexcept {
    nncc::i32 step_word = static_cast<nncc::i32>(static_cast<nncc::u32>(steps));
    nncc::i32* const step_v = &step_word;
    float* const cosine = reinterpret_cast<float*>(arena_);  // []
    bool* const equal = reinterpret_cast<bool*>(arena_ + 64);  // []
    float* const sgd_velocity_dense_1_w = flat<float>(slots_.sgd.velocity.dense_1.w);
    float* const dense_1_w = flat<float>(weights_.dense_1.w);
    float* const sgd_velocity_dense_1_b = flat<float>(slots_.sgd.velocity.dense_1.b);
    float* const dense_1_b = flat<float>(weights_.dense_1.b);

    kernels::share_next_step_cosine_update(step_v, &rate_scale, step_v, cosine, equal);
    kernels::velocity_update_dense_1_w(sgd_velocity_dense_1_w, flat<const float>(gradient.dense_1.w), dense_1_w, cosine,
                                       &rate_scale, equal, sgd_velocity_dense_1_w, dense_1_w);
    kernels::velocity_update_dense_1_b(sgd_velocity_dense_1_b, flat<const float>(gradient.dense_1.b), dense_1_b, cosine,
                                       &rate_scale, equal, sgd_velocity_dense_1_b, dense_1_b);
    steps = static_cast<nncc::u64>(static_cast<nncc::u32>(step_word));
}

void Trainer::fit(nncc::In<float, 32, 10> x, int rows, bool last) noexcept {
    const nncc::i32 fit_rows = rows < 0 ? 0 : rows < kBatch ? rows : kBatch;
    if (fit_sweep_ == 0) {
        double* const fit_rows_1 = flat<double>(slots_.fit_v.rows_1);
        bool* const equal = reinterpret_cast<bool*>(arena_);  // []
        double* const fit_sum_1 = flat<double>(slots_.fit_v.sum_1);

        kernels::update_fit_rows_1(fit_rows_1, &fit_rows, equal, fit_rows_1);
        kernels::standardize_1_update_fit_sum_1(&fit_rows, x.data(), fit_sum_1, equal, fit_sum_1);
    } else {
        double* const fit_rows_2 = flat<double>(slots_.fit_v.rows_2);
        const double* const fit_rows_1 = flat<const double>(slots_.fit_v.rows_1);
        bool* const equal = reinterpret_cast<bool*>(arena_);  // []
        double* const standardize_1 = reinterpret_cast<double*>(arena_ + 64);  // []
        const double* const fit_sum_1 = flat<const double>(slots_.fit_v.sum_1);
        double* const fit_sum_10 = flat<double>(slots_.fit_v.sum_10);

        kernels::standardize_1_update_fit_rows_2(fit_rows_2, fit_rows_1, &fit_rows, equal, standardize_1, fit_rows_2);
        kernels::standardize_1_update_fit_sum_10(x.data(), fit_sum_1, standardize_1, &fit_rows, fit_sum_10, equal,
                                                 fit_sum_10);
    }
    if (!last || ++fit_sweep_ < kFitSweeps) return;
    fit_sweep_ = 0;
    double* const fit_rows_2 = flat<double>(slots_.fit_v.rows_2);
    double* const fit_rows_1 = flat<double>(slots_.fit_v.rows_1);
    double* const standardize_1 = reinterpret_cast<double*>(arena_);  // []
    const double* const fit_sum_1 = flat<const double>(slots_.fit_v.sum_1);
    float* const standardize_1_center = flat<float>(weights_.standardize_1.center);
    const double* const fit_sum_10 = flat<const double>(slots_.fit_v.sum_10);
    float* const standardize_1_spread = flat<float>(weights_.standardize_1.spread);

    nncc::fill(fit_rows_2, 1, 0.0);
    kernels::standardize_1_fit_end(fit_rows_1, standardize_1);
    kernels::standardize_1_update_standardize_1_center(fit_sum_1, standardize_1, standardize_1_center);
    kernels::standardize_1_update_standardize_1_spread(fit_sum_10, standardize_1, standardize_1_spread);
    nncc::fill(fit_rows_1, 1, 0.0);
}

int selftest() noexcept {
    alignas(64) static Weights weights;
    alignas(64) static Packed packed;
    initialize(weights, 1);
    pack(weights, packed);
    int failures = 0;
    {
        alignas(64) static unsigned char memory[sizeof(Model<1>)];
        Model<1>& model = *reinterpret_cast<Model<1>*>(memory);
        model.use(packed);
        alignas(64) static float input_0[10];
        alignas(64) static float output_0[1];
        constexpr double expected_0[2][1] = {
            {1.02849752},
            {0.50245216},
        };
        for (int vector = 0; vector < 2; ++vector) {
            nncc::selftest::fill(input_0, 10, vector, 0);
            model.forward(input_0, output_0);
            bool agrees = nncc::selftest::agrees(output_0, expected_0[vector], 1, 1, 0.000207);
            if (!agrees) ++failures;
        }
    }
    return failures;
}

}  // namespace linear_regression

extern "C" {  // linear_regression_c.h

__SIZE_TYPE__ linear_regression_weights_bytes() noexcept {
    return sizeof(linear_regression::Weights);
}

const void* linear_regression_tensors() noexcept {
    return linear_regression::kTensors;
}

int linear_regression_tensor_count() noexcept {
    return 4;
}

void linear_regression_initialize(void* weights, unsigned long long seed) noexcept {
    linear_regression::initialize(*static_cast<linear_regression::Weights*>(weights), seed);
}

__SIZE_TYPE__ linear_regression_packed_bytes() noexcept {
    return sizeof(linear_regression::Packed);
}

void linear_regression_pack(const void* weights, void* packed) noexcept {
    linear_regression::pack(*static_cast<const linear_regression::Weights*>(weights),
                            *static_cast<linear_regression::Packed*>(packed));
}

int linear_regression_selftest() noexcept {
    return linear_regression::selftest();
}

__SIZE_TYPE__ linear_regression_model_bytes() noexcept {
    return sizeof(linear_regression::Model<1>);
}

void linear_regression_model_init(void* memory, const void* packed) noexcept {
    static_cast<linear_regression::Model<1>*>(memory)->use(*static_cast<const linear_regression::Packed*>(packed));
}

void linear_regression_forward(void* memory, const float* x, float* output) noexcept {
    static_cast<linear_regression::Model<1>*>(memory)->forward(x, output);
}

__SIZE_TYPE__ linear_regression_trainer_bytes() noexcept {
    return sizeof(linear_regression::Trainer);
}

void linear_regression_trainer_init(void* memory, const void* weights, unsigned long long seed) noexcept {
    static_cast<linear_regression::Trainer*>(memory)->restart(*static_cast<const linear_regression::Weights*>(weights),
                                                              seed);
}

double linear_regression_trainer_step(void* memory, const float* x, const float* y) noexcept {
    return static_cast<double>(static_cast<linear_regression::Trainer*>(memory)->step(x, y));
}

double linear_regression_trainer_gradients(void* memory, const float* x, const float* y, void* gradient) noexcept {
    return static_cast<double>(static_cast<linear_regression::Trainer*>(memory)->gradients(x, y,
                                                                                           *static_cast<linear_regression::Weights*>(gradient)));
}

void linear_regression_trainer_update(void* memory, const void* gradient) noexcept {
    static_cast<linear_regression::Trainer*>(memory)->update(*static_cast<const linear_regression::Weights*>(gradient));
}

void linear_regression_trainer_update_scaled(void* memory, const void* gradient, float rate_scale) noexcept {
    static_cast<linear_regression::Trainer*>(memory)->update(*static_cast<const linear_regression::Weights*>(gradient),
                                                             rate_scale);
}

int linear_regression_trainer_fit_sweeps() noexcept {
    return linear_regression::Trainer::kFitSweeps;
}

void linear_regression_trainer_fit(void* memory, const float* x, int rows, int last) noexcept {
    static_cast<linear_regression::Trainer*>(memory)->fit(x, rows, last != 0);
}

const void* linear_regression_trainer_weights(const void* memory) noexcept {
    return &static_cast<const linear_regression::Trainer*>(memory)->weights();
}

unsigned long long linear_regression_trainer_steps(const void* memory) noexcept {
    return static_cast<const linear_regression::Trainer*>(memory)->steps;
}

}  // extern "C"
