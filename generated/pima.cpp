// pima, emitted by nncc 0.1.0 from pima.nn; do not edit.
// sha256 c2ea41a5a7e1f331d2c36a6030769cbc867cf240d5863646f4a36da9faa6e82f
// nncc pima.nn -o pima.cpp
//
// Weights: byte, member, type
//         0  standardize_1.center f32[8]
//        32  standardize_1.spread f32[8]
//        64  dense_1.w f32[8, 10]
//       384  dense_1.b f32[10]
//       424  dense_2.w f32[10, 8]
//       744  dense_2.b f32[8]
//       776  dense_3.w f32[8, 1]
//       808  dense_3.b f32[1]
//
// Arena of Model<1>::forward, 128 bytes on the stack: range, tensor, type
//         0 ..        32  standardize_1 f32[1, 8]
//        64 ..       104  relu_1 f32[1, 10]
//         0 ..        32  relu_2 f32[1, 8]
//
// Arena of Trainer::step, 4736 bytes: range, tensor, type
//      4608 ..      4612  rate f32[]
//      4672 ..      4676  scale f32[]
//      2560 ..      3584  standardize_1 f32[32, 8]
//         0 ..      1280  relu_1 f32[32, 10]
//      1280 ..      2304  relu_2 f32[32, 8]
//      2432 ..      2560  binary_cross_entropy_1 f32[32, 1]
//      2304 ..      2432  d_binary_cross_entropy_1 f32[32, 1]
//      3584 ..      4608  d_relu_2 f32[32, 8]
//      1280 ..      2560  d_relu_1 f32[32, 10]
#include "pima.h"

#include <nncc/kernels.h>
#include <nncc/selftest.h>

namespace pima {
namespace {

// The elements of an array of arrays, one after the other.
template <class T, class Array>
T* flat(Array& array) noexcept {
    return reinterpret_cast<T*>(&array);
}

namespace kernels {

// pima.nn:4  dense(10)
void initialize_dense_1_w(const nncc::i32* seed_v, float* dense_1_w_next) noexcept {
    constexpr int kCount = 80;
    const nncc::i32 seed_v_2 = seed_v[0];
    nncc::each_vector<kCount, nncc::kLanes<float>>([&](int i, auto lanes) {
        const auto random = nncc::uniform24(static_cast<nncc::u32>(seed_v_2), static_cast<nncc::u32>(0), 0x0267df8bU,
                                            static_cast<nncc::u32>(i), lanes);
        const auto multiply = 2.0F * random;
        const auto subtract = multiply - 1.0F;
        nncc::store(dense_1_w_next + i, 0.57735026F * subtract, lanes);
    });
}

// pima.nn:5  dense(8)
void initialize_dense_2_w(const nncc::i32* seed_v, float* dense_2_w_next) noexcept {
    constexpr int kCount = 80;
    const nncc::i32 seed_v_2 = seed_v[0];
    nncc::each_vector<kCount, nncc::kLanes<float>>([&](int i, auto lanes) {
        const auto random = nncc::uniform24(static_cast<nncc::u32>(seed_v_2), static_cast<nncc::u32>(0), 0x74d2ee3eU,
                                            static_cast<nncc::u32>(i), lanes);
        const auto multiply = 2.0F * random;
        const auto subtract = multiply - 1.0F;
        nncc::store(dense_2_w_next + i, 0.57735026F * subtract, lanes);
    });
}

// pima.nn:6  dense(1)
void initialize_dense_3_w(const nncc::i32* seed_v, float* dense_3_w_next) noexcept {
    constexpr int kCount = 8;
    const nncc::i32 seed_v_2 = seed_v[0];
    nncc::each_vector<kCount, nncc::kLanes<float>>([&](int i, auto lanes) {
        const auto random = nncc::uniform24(static_cast<nncc::u32>(seed_v_2), static_cast<nncc::u32>(0), 0x5d26d0d5U,
                                            static_cast<nncc::u32>(i), lanes);
        const auto multiply = 2.0F * random;
        const auto subtract = multiply - 1.0F;
        nncc::store(dense_3_w_next + i, 0.8164966F * subtract, lanes);
    });
}

// pima.nn:3  standardize
void pack_standardize_1_spread_reciprocal(const float* standardize_1_spread,
                                          float* packed_standardize_1_spread_reciprocal_next) noexcept {
    constexpr int kCount = 8;
    nncc::each_vector<kCount, nncc::kLanes<float>>([&](int i, auto lanes) {
        nncc::store(packed_standardize_1_spread_reciprocal_next + i, 1.0F / nncc::load(standardize_1_spread + i, lanes),
                    lanes);
    });
}

// pima.nn:3  standardize
void standardize_1(const float* x, const float* packed_standardize_1_center,
                   const float* packed_standardize_1_spread_reciprocal, float* standardize_1) noexcept {
    constexpr int kCount = 8;
    nncc::each_vector<kCount, nncc::kLanes<float>>([&](int i, auto lanes) {
        const auto subtract = nncc::load(x + i, lanes) - nncc::load(packed_standardize_1_center + i, lanes);
        nncc::store(standardize_1 + i, subtract * nncc::load(packed_standardize_1_spread_reciprocal + i, lanes), lanes);
    });
}

// pima.nn:4  dense(10) |> relu
void dense_1_relu_1(const float* standardize_1, const float* packed_dense_1_w, const float* packed_dense_1_b,
                    float* relu_1) noexcept {
    constexpr int kColumns = 10, kDepth = 8;
    const nncc::Matrix<float, 0, 1> left{standardize_1};
    const nncc::Matrix<float, kColumns, 1> right{packed_dense_1_w};
    nncc::gemm<1, kColumns, kDepth>(left, right, [&](int, int j, auto lanes, auto product) {
        const auto dense_1 = product + nncc::load(packed_dense_1_b + j, lanes);
        nncc::store(relu_1 + j, nncc::maximum(dense_1, nncc::splat(0.0F, lanes)), lanes);
    });
}

// pima.nn:5  dense(8) |> relu
void dense_2_relu_2(const float* relu_1, const float* packed_dense_2_w, const float* packed_dense_2_b,
                    float* relu_2) noexcept {
    constexpr int kColumns = 8, kDepth = 10;
    const nncc::Matrix<float, 0, 1> left{relu_1};
    const nncc::Matrix<float, kColumns, 1> right{packed_dense_2_w};
    nncc::gemm<1, kColumns, kDepth>(left, right, [&](int, int j, auto lanes, auto product) {
        const auto dense_2 = product + nncc::load(packed_dense_2_b + j, lanes);
        nncc::store(relu_2 + j, nncc::maximum(dense_2, nncc::splat(0.0F, lanes)), lanes);
    });
}

// pima.nn:6  dense(1) |> sigmoid
void dense_3_sigmoid_1(const float* relu_2, const float* packed_dense_3_w, const float* packed_dense_3_b,
                       float* output) noexcept {
    constexpr int kCount = 8;
    const float sum = nncc::reduce<nncc::Sum, kCount, nncc::kLanes<float>>([&](int i, auto lanes) {
        return nncc::load(relu_2 + i, lanes) * nncc::load(packed_dense_3_w + i, lanes);
    });
    const float dense_3 = sum + packed_dense_3_b[0];
    output[0] = nncc::fast::sigmoid(dense_3);
}

// pima.nn:15  adam(learning_rate = 0.001)
void next_step_rate_scale(const nncc::i32* step_v, nncc::i32* step_next, float* rate, float* scale) noexcept {
    const nncc::i32 add = nncc::add(step_v[0], 1);
    const double cast = nncc::cast<double>(add);
    const double power = nncc::power(0.9, cast);
    const double subtract = 1.0 - power;
    const double rate_2 = 0.001 / subtract;
    const float cast_2 = nncc::cast<float>(rate_2);
    const double power_2 = nncc::power(0.999, cast);
    const double subtract_2 = 1.0 - power_2;
    const double scale_2 = nncc::rsqrt(subtract_2);
    const float dense_1_w = nncc::cast<float>(scale_2);
    step_next[0] = add;
    rate[0] = cast_2;
    scale[0] = dense_1_w;
}

// pima.nn:3  standardize
void standardize_1_step(const float* x, const float* standardize_1_center, const float* standardize_1_spread,
                        float* standardize_1) noexcept {
    constexpr int kRows = 32, kColumns = 8;
    for (int i = 0; i < kRows; ++i) {
        nncc::each_vector<kColumns, nncc::kLanes<float>>([&](int j, auto lanes) {
            const auto subtract = nncc::load(x + kColumns * i + j, lanes) - nncc::load(standardize_1_center + j, lanes);
            nncc::store(standardize_1 + kColumns * i + j, subtract / nncc::load(standardize_1_spread + j, lanes),
                        lanes);
        });
    }
}

// pima.nn:4  dense(10) |> relu
void dense_1_relu_1_step(const float* standardize_1, const float* dense_1_w, const float* dense_1_b,
                         float* relu_1) noexcept {
    constexpr int kRows = 32, kColumns = 10, kDepth = 8;
    const nncc::Matrix<float, kDepth, 1> left{standardize_1};
    const nncc::Matrix<float, kColumns, 1> right{dense_1_w};
    nncc::gemm<kRows, kColumns, kDepth>(left, right, [&](int i, int j, auto lanes, auto product) {
        const auto dense_1 = product + nncc::load(dense_1_b + j, lanes);
        nncc::store(relu_1 + kColumns * i + j, nncc::maximum(dense_1, nncc::splat(0.0F, lanes)), lanes);
    });
}

// pima.nn:5  dense(8) |> relu
void dense_2_relu_2_step(const float* relu_1, const float* dense_2_w, const float* dense_2_b, float* relu_2) noexcept {
    constexpr int kRows = 32, kColumns = 8, kDepth = 10;
    const nncc::Matrix<float, kDepth, 1> left{relu_1};
    const nncc::Matrix<float, kColumns, 1> right{dense_2_w};
    nncc::gemm<kRows, kColumns, kDepth>(left, right, [&](int i, int j, auto lanes, auto product) {
        const auto dense_2 = product + nncc::load(dense_2_b + j, lanes);
        nncc::store(relu_2 + kColumns * i + j, nncc::maximum(dense_2, nncc::splat(0.0F, lanes)), lanes);
    });
}

// pima.nn:6  dense(1)
// pima.nn:13  binary_cross_entropy(output, y)
void dense_3_binary_cross_entropy_1_d_binary_cross_entropy_1(const float* relu_2, const float* dense_3_w,
                                                             const float* dense_3_b, const float* y,
                                                             float* binary_cross_entropy_1,
                                                             float* d_binary_cross_entropy_1) noexcept {
    constexpr int kColumns = 32, kDepth = 8;
    const float dense_3_b_2 = dense_3_b[0];
    const nncc::Matrix<float, 0, 1> left{dense_3_w};
    const nncc::Matrix<float, 1, kDepth> right{relu_2};
    nncc::gemm<1, kColumns, kDepth>(left, right, [&](int, int j, auto lanes, auto product) {
        const auto dense_3 = product + dense_3_b_2;
        const auto softplus = nncc::softplus(dense_3);
        const auto y_2 = nncc::load(y + j, lanes);
        const auto multiply = y_2 * dense_3;
        const auto binary_cross_entropy_1_2 = softplus - multiply;
        const auto sigmoid = nncc::fast::sigmoid(dense_3);
        const auto subtract = sigmoid - y_2;
        const auto d_binary_cross_entropy_1_2 = subtract * 0.03125F;
        nncc::store(binary_cross_entropy_1 + j, binary_cross_entropy_1_2, lanes);
        nncc::store(d_binary_cross_entropy_1 + j, d_binary_cross_entropy_1_2, lanes);
    });
}

// pima.nn:13  binary_cross_entropy(output, y)
void binary_cross_entropy_1(const float* binary_cross_entropy_1, float* loss) noexcept {
    constexpr int kCount = 32;
    const float sum = nncc::reduce<nncc::Sum, kCount, nncc::kLanes<float>>([&](int i, auto lanes) {
        return nncc::load(binary_cross_entropy_1 + i, lanes);
    });
    loss[0] = sum * 0.03125F;
}

// pima.nn:6  dense(1)
// pima.nn:15  adam(learning_rate = 0.001)
void d_dense_3_update_dense_3_b(const float* d_binary_cross_entropy_1, const float* adam_m_dense_3_b,
                                const float* adam_v_dense_3_b, const float* scale, const float* rate,
                                const float* dense_3_b, float* adam_m_dense_3_b_next, float* adam_v_dense_3_b_next,
                                float* dense_3_b_next) noexcept {
    constexpr int kCount = 32;
    const float multiply = 0.9F * adam_m_dense_3_b[0];
    const float multiply_2 = 0.999F * adam_v_dense_3_b[0];
    const float d_dense_3 = nncc::reduce<nncc::Sum, kCount, nncc::kLanes<float>>([&](int i, auto lanes) {
        return nncc::load(d_binary_cross_entropy_1 + i, lanes);
    });
    const float multiply_3 = 0.1F * d_dense_3;
    const float m = multiply + multiply_3;
    const float multiply_4 = d_dense_3 * d_dense_3;
    const float multiply_5 = 0.001F * multiply_4;
    const float v = multiply_2 + multiply_5;
    const float multiply_6 = rate[0] * m;
    const float sqrt = nncc::sqrt(v);
    const float multiply_7 = sqrt * scale[0];
    const float add = multiply_7 + 1e-08F;
    const float divide = multiply_6 / add;
    const float dense_3_b_2 = dense_3_b[0] - divide;
    adam_m_dense_3_b_next[0] = m;
    adam_v_dense_3_b_next[0] = v;
    dense_3_b_next[0] = dense_3_b_2;
}

// pima.nn:5  relu
// pima.nn:6  dense(1)
void d_relu_2(const float* relu_2, const float* d_dense_3, const float* d_dense_3_2, float* d_relu_2) noexcept {
    constexpr int kRows = 32, kColumns = 8;
    for (int i = 0; i < kRows; ++i) {
        const float d_dense_3_3 = d_dense_3[i];
        nncc::each_vector<kColumns, nncc::kLanes<float>>([&](int j, auto lanes) {
            const auto less_equal = nncc::less_equal(nncc::load(relu_2 + kColumns * i + j, lanes),
                                                     nncc::splat(0.0F, lanes));
            const auto d_dense_3_4 = d_dense_3_3 * nncc::load(d_dense_3_2 + j, lanes);
            nncc::store(d_relu_2 + kColumns * i + j, nncc::select(less_equal, nncc::splat(0.0F, lanes), d_dense_3_4),
                        lanes);
        });
    }
}

// pima.nn:6  dense(1)
// pima.nn:15  adam(learning_rate = 0.001)
void d_dense_3_update_dense_3_w(const float* d_binary_cross_entropy_1, const float* relu_2,
                                const float* adam_m_dense_3_w, const float* adam_v_dense_3_w, const float* scale,
                                const float* rate, const float* dense_3_w, float* adam_m_dense_3_w_next,
                                float* adam_v_dense_3_w_next, float* dense_3_w_next) noexcept {
    constexpr int kColumns = 8, kDepth = 32;
    const float rate_2 = rate[0];
    const float scale_2 = scale[0];
    const nncc::Matrix<float, 0, 1> left{d_binary_cross_entropy_1};
    const nncc::Matrix<float, kColumns, 1> right{relu_2};
    nncc::gemm<1, kColumns, kDepth>(left, right, [&](int, int j, auto lanes, auto product) {
        const auto multiply = 0.9F * nncc::load(adam_m_dense_3_w + j, lanes);
        const auto multiply_2 = 0.1F * product;
        const auto m = multiply + multiply_2;
        const auto multiply_3 = 0.999F * nncc::load(adam_v_dense_3_w + j, lanes);
        const auto multiply_4 = product * product;
        const auto multiply_5 = 0.001F * multiply_4;
        const auto v = multiply_3 + multiply_5;
        const auto multiply_6 = rate_2 * m;
        const auto sqrt = nncc::sqrt(v);
        const auto multiply_7 = sqrt * scale_2;
        const auto add = multiply_7 + 1e-08F;
        const auto divide = multiply_6 / add;
        const auto dense_3_w_2 = nncc::load(dense_3_w + j, lanes) - divide;
        nncc::store(adam_m_dense_3_w_next + j, m, lanes);
        nncc::store(adam_v_dense_3_w_next + j, v, lanes);
        nncc::store(dense_3_w_next + j, dense_3_w_2, lanes);
    });
}

// pima.nn:5  dense(8)
// pima.nn:15  adam(learning_rate = 0.001)
void d_dense_2_update_dense_2_b(const float* d_relu_2, const float* adam_m_dense_2_b, const float* adam_v_dense_2_b,
                                const float* scale, const float* rate, const float* dense_2_b,
                                float* adam_m_dense_2_b_next, float* adam_v_dense_2_b_next,
                                float* dense_2_b_next) noexcept {
    constexpr int kRows = 32, kColumns = 8;
    const float rate_2 = rate[0];
    const float scale_2 = scale[0];
    nncc::each_vector<kColumns, nncc::kLanes<float>>([&](int j, auto lanes) {
        const auto multiply = 0.9F * nncc::load(adam_m_dense_2_b + j, lanes);
        const auto multiply_2 = 0.999F * nncc::load(adam_v_dense_2_b + j, lanes);
        const auto d_dense_2 = nncc::reduce_outer<nncc::Sum, kRows>([&](int i) {
            return nncc::load(d_relu_2 + kColumns * i + j, lanes);
        });
        const auto multiply_3 = 0.1F * d_dense_2;
        const auto m = multiply + multiply_3;
        const auto multiply_4 = d_dense_2 * d_dense_2;
        const auto multiply_5 = 0.001F * multiply_4;
        const auto v = multiply_2 + multiply_5;
        const auto multiply_6 = rate_2 * m;
        const auto sqrt = nncc::sqrt(v);
        const auto multiply_7 = sqrt * scale_2;
        const auto add = multiply_7 + 1e-08F;
        const auto divide = multiply_6 / add;
        const auto dense_2_b_2 = nncc::load(dense_2_b + j, lanes) - divide;
        nncc::store(adam_m_dense_2_b_next + j, m, lanes);
        nncc::store(adam_v_dense_2_b_next + j, v, lanes);
        nncc::store(dense_2_b_next + j, dense_2_b_2, lanes);
    });
}

// pima.nn:5  dense(8)
// pima.nn:4  relu
void d_dense_2_d_relu_1(const float* d_relu_2, const float* dense_2_w, const float* relu_1, float* d_relu_1) noexcept {
    constexpr int kRows = 32, kColumns = 10, kDepth = 8;
    const nncc::Matrix<float, kDepth, 1> left{d_relu_2};
    const nncc::Matrix<float, 1, kDepth> right{dense_2_w};
    nncc::gemm<kRows, kColumns, kDepth>(left, right, [&](int i, int j, auto lanes, auto product) {
        const auto less_equal = nncc::less_equal(nncc::load(relu_1 + kColumns * i + j, lanes),
                                                 nncc::splat(0.0F, lanes));
        nncc::store(d_relu_1 + kColumns * i + j, nncc::select(less_equal, nncc::splat(0.0F, lanes), product), lanes);
    });
}

// pima.nn:5  dense(8)
// pima.nn:15  adam(learning_rate = 0.001)
void d_dense_2_update_dense_2_w(const float* d_relu_2, const float* relu_1, const float* adam_m_dense_2_w,
                                const float* adam_v_dense_2_w, const float* scale, const float* rate,
                                const float* dense_2_w, float* adam_m_dense_2_w_next, float* adam_v_dense_2_w_next,
                                float* dense_2_w_next) noexcept {
    constexpr int kRows = 10, kColumns = 8, kDepth = 32;
    const float rate_2 = rate[0];
    const float scale_2 = scale[0];
    const nncc::Matrix<float, 1, kRows> left{relu_1};
    const nncc::Matrix<float, kColumns, 1> right{d_relu_2};
    nncc::gemm<kRows, kColumns, kDepth>(left, right, [&](int i, int j, auto lanes, auto product) {
        const auto multiply = 0.9F * nncc::load(adam_m_dense_2_w + kColumns * i + j, lanes);
        const auto multiply_2 = 0.1F * product;
        const auto m = multiply + multiply_2;
        const auto multiply_3 = 0.999F * nncc::load(adam_v_dense_2_w + kColumns * i + j, lanes);
        const auto multiply_4 = product * product;
        const auto multiply_5 = 0.001F * multiply_4;
        const auto v = multiply_3 + multiply_5;
        const auto multiply_6 = rate_2 * m;
        const auto sqrt = nncc::sqrt(v);
        const auto multiply_7 = sqrt * scale_2;
        const auto add = multiply_7 + 1e-08F;
        const auto divide = multiply_6 / add;
        const auto dense_2_w_2 = nncc::load(dense_2_w + kColumns * i + j, lanes) - divide;
        nncc::store(adam_m_dense_2_w_next + kColumns * i + j, m, lanes);
        nncc::store(adam_v_dense_2_w_next + kColumns * i + j, v, lanes);
        nncc::store(dense_2_w_next + kColumns * i + j, dense_2_w_2, lanes);
    });
}

// pima.nn:4  dense(10)
// pima.nn:15  adam(learning_rate = 0.001)
void d_dense_1_update_dense_1_w(const float* d_relu_1, const float* standardize_1, const float* adam_m_dense_1_w,
                                const float* adam_v_dense_1_w, const float* scale, const float* rate,
                                const float* dense_1_w, float* adam_m_dense_1_w_next, float* adam_v_dense_1_w_next,
                                float* dense_1_w_next) noexcept {
    constexpr int kRows = 8, kColumns = 10, kDepth = 32;
    const float rate_2 = rate[0];
    const float scale_2 = scale[0];
    const nncc::Matrix<float, 1, kRows> left{standardize_1};
    const nncc::Matrix<float, kColumns, 1> right{d_relu_1};
    nncc::gemm<kRows, kColumns, kDepth>(left, right, [&](int i, int j, auto lanes, auto product) {
        const auto multiply = 0.9F * nncc::load(adam_m_dense_1_w + kColumns * i + j, lanes);
        const auto multiply_2 = 0.1F * product;
        const auto m = multiply + multiply_2;
        const auto multiply_3 = 0.999F * nncc::load(adam_v_dense_1_w + kColumns * i + j, lanes);
        const auto multiply_4 = product * product;
        const auto multiply_5 = 0.001F * multiply_4;
        const auto v = multiply_3 + multiply_5;
        const auto multiply_6 = rate_2 * m;
        const auto sqrt = nncc::sqrt(v);
        const auto multiply_7 = sqrt * scale_2;
        const auto add = multiply_7 + 1e-08F;
        const auto divide = multiply_6 / add;
        const auto dense_1_w_2 = nncc::load(dense_1_w + kColumns * i + j, lanes) - divide;
        nncc::store(adam_m_dense_1_w_next + kColumns * i + j, m, lanes);
        nncc::store(adam_v_dense_1_w_next + kColumns * i + j, v, lanes);
        nncc::store(dense_1_w_next + kColumns * i + j, dense_1_w_2, lanes);
    });
}

// pima.nn:4  dense(10)
// pima.nn:15  adam(learning_rate = 0.001)
void d_dense_1_update_dense_1_b(const float* d_relu_1, const float* adam_m_dense_1_b, const float* adam_v_dense_1_b,
                                const float* scale, const float* rate, const float* dense_1_b,
                                float* adam_m_dense_1_b_next, float* adam_v_dense_1_b_next,
                                float* dense_1_b_next) noexcept {
    constexpr int kRows = 32, kColumns = 10;
    const float rate_2 = rate[0];
    const float scale_2 = scale[0];
    nncc::each_vector<kColumns, nncc::kLanes<float>>([&](int j, auto lanes) {
        const auto multiply = 0.9F * nncc::load(adam_m_dense_1_b + j, lanes);
        const auto multiply_2 = 0.999F * nncc::load(adam_v_dense_1_b + j, lanes);
        const auto d_dense_1 = nncc::reduce_outer<nncc::Sum, kRows>([&](int i) {
            return nncc::load(d_relu_1 + kColumns * i + j, lanes);
        });
        const auto multiply_3 = 0.1F * d_dense_1;
        const auto m = multiply + multiply_3;
        const auto multiply_4 = d_dense_1 * d_dense_1;
        const auto multiply_5 = 0.001F * multiply_4;
        const auto v = multiply_2 + multiply_5;
        const auto multiply_6 = rate_2 * m;
        const auto sqrt = nncc::sqrt(v);
        const auto multiply_7 = sqrt * scale_2;
        const auto add = multiply_7 + 1e-08F;
        const auto divide = multiply_6 / add;
        const auto dense_1_b_2 = nncc::load(dense_1_b + j, lanes) - divide;
        nncc::store(adam_m_dense_1_b_next + j, m, lanes);
        nncc::store(adam_v_dense_1_b_next + j, v, lanes);
        nncc::store(dense_1_b_next + j, dense_1_b_2, lanes);
    });
}

// pima.nn:6  dense(1)
void d_dense_3(const float* d_binary_cross_entropy_1, float* d_dense_3_b) noexcept {
    constexpr int kCount = 32;
    const float d_dense_3 = nncc::reduce<nncc::Sum, kCount, nncc::kLanes<float>>([&](int i, auto lanes) {
        return nncc::load(d_binary_cross_entropy_1 + i, lanes);
    });
    d_dense_3_b[0] = d_dense_3;
}

// pima.nn:6  dense(1)
void d_dense_3_gradients(const float* d_binary_cross_entropy_1, const float* relu_2, float* d_dense_3_w) noexcept {
    constexpr int kColumns = 8, kDepth = 32;
    const nncc::Matrix<float, 0, 1> left{d_binary_cross_entropy_1};
    const nncc::Matrix<float, kColumns, 1> right{relu_2};
    nncc::gemm<1, kColumns, kDepth>(left, right, [&](int, int j, auto lanes, auto product) {
        nncc::store(d_dense_3_w + j, product, lanes);
    });
}

// pima.nn:5  dense(8)
void d_dense_2(const float* d_relu_2, float* d_dense_2_b) noexcept {
    constexpr int kRows = 32, kColumns = 8;
    nncc::each_vector<kColumns, nncc::kLanes<float>>([&](int j, auto lanes) {
        const auto d_dense_2 = nncc::reduce_outer<nncc::Sum, kRows>([&](int i) {
            return nncc::load(d_relu_2 + kColumns * i + j, lanes);
        });
        nncc::store(d_dense_2_b + j, d_dense_2, lanes);
    });
}

// pima.nn:5  dense(8)
void d_dense_2_gradients(const float* d_relu_2, const float* relu_1, float* d_dense_2_w) noexcept {
    constexpr int kRows = 10, kColumns = 8, kDepth = 32;
    const nncc::Matrix<float, 1, kRows> left{relu_1};
    const nncc::Matrix<float, kColumns, 1> right{d_relu_2};
    nncc::gemm<kRows, kColumns, kDepth>(left, right, [&](int i, int j, auto lanes, auto product) {
        nncc::store(d_dense_2_w + kColumns * i + j, product, lanes);
    });
}

// pima.nn:4  dense(10)
void d_dense_1(const float* d_relu_1, const float* standardize_1, float* d_dense_1_w) noexcept {
    constexpr int kRows = 8, kColumns = 10, kDepth = 32;
    const nncc::Matrix<float, 1, kRows> left{standardize_1};
    const nncc::Matrix<float, kColumns, 1> right{d_relu_1};
    nncc::gemm<kRows, kColumns, kDepth>(left, right, [&](int i, int j, auto lanes, auto product) {
        nncc::store(d_dense_1_w + kColumns * i + j, product, lanes);
    });
}

// pima.nn:4  dense(10)
void d_dense_1_gradients(const float* d_relu_1, float* d_dense_1_b) noexcept {
    constexpr int kRows = 32, kColumns = 10;
    nncc::each_vector<kColumns, nncc::kLanes<float>>([&](int j, auto lanes) {
        const auto d_dense_1 = nncc::reduce_outer<nncc::Sum, kRows>([&](int i) {
            return nncc::load(d_relu_1 + kColumns * i + j, lanes);
        });
        nncc::store(d_dense_1_b + j, d_dense_1, lanes);
    });
}

// pima.nn:15  adam(learning_rate = 0.001)
void next_step_rate_scale_update(const nncc::i32* step_v, const float* rate_scale_v, nncc::i32* step_next, float* rate,
                                 float* scale, bool* equal) noexcept {
    const nncc::i32 add = nncc::add(step_v[0], 1);
    const double cast = nncc::cast<double>(add);
    const double power = nncc::power(0.9, cast);
    const double subtract = 1.0 - power;
    const double rate_2 = 0.001 / subtract;
    const float cast_2 = nncc::cast<float>(rate_2);
    const double power_2 = nncc::power(0.999, cast);
    const double subtract_2 = 1.0 - power_2;
    const double scale_2 = nncc::rsqrt(subtract_2);
    const float dense_1_w = nncc::cast<float>(scale_2);
    const bool equal_2 = nncc::equal(rate_scale_v[0], 1.0F);
    step_next[0] = add;
    rate[0] = cast_2;
    scale[0] = dense_1_w;
    equal[0] = equal_2;
}

// pima.nn:15  adam(learning_rate = 0.001)
void m_update_dense_1_w(const float* adam_m_dense_1_w, const float* d_dense_1_w, const float* adam_v_dense_1_w,
                        const float* scale, const float* rate, const float* dense_1_w, const float* rate_scale_v,
                        const bool* value, float* adam_m_dense_1_w_next, float* adam_v_dense_1_w_next,
                        float* dense_1_w_next) noexcept {
    constexpr int kCount = 80;
    const bool value_2 = value[0];
    const float rate_2 = rate[0];
    const float scale_2 = scale[0];
    const float rate_scale_v_2 = rate_scale_v[0];
    nncc::each_vector<kCount, nncc::kLanes<float>>([&](int i, auto lanes) {
        const auto multiply = 0.9F * nncc::load(adam_m_dense_1_w + i, lanes);
        const auto d_dense_1_w_2 = nncc::load(d_dense_1_w + i, lanes);
        const auto multiply_2 = 0.1F * d_dense_1_w_2;
        const auto m = multiply + multiply_2;
        const auto multiply_3 = 0.999F * nncc::load(adam_v_dense_1_w + i, lanes);
        const auto multiply_4 = d_dense_1_w_2 * d_dense_1_w_2;
        const auto multiply_5 = 0.001F * multiply_4;
        const auto v = multiply_3 + multiply_5;
        const auto dense_1_w_2 = nncc::load(dense_1_w + i, lanes);
        const auto multiply_6 = rate_2 * m;
        const auto sqrt = nncc::sqrt(v);
        const auto multiply_7 = sqrt * scale_2;
        const auto add = multiply_7 + 1e-08F;
        const auto divide = multiply_6 / add;
        const auto dense_1_w_3 = dense_1_w_2 - divide;
        const auto subtract = dense_1_w_3 - dense_1_w_2;
        const auto multiply_8 = rate_scale_v_2 * subtract;
        const auto add_2 = dense_1_w_2 + multiply_8;
        const auto select = nncc::select(nncc::splat(value_2, lanes), dense_1_w_3, add_2);
        nncc::store(adam_m_dense_1_w_next + i, m, lanes);
        nncc::store(adam_v_dense_1_w_next + i, v, lanes);
        nncc::store(dense_1_w_next + i, select, lanes);
    });
}

// pima.nn:15  adam(learning_rate = 0.001)
void m_update_dense_1_b(const float* adam_m_dense_1_b, const float* d_dense_1_b, const float* adam_v_dense_1_b,
                        const float* scale, const float* rate, const float* dense_1_b, const float* rate_scale_v,
                        const bool* value, float* adam_m_dense_1_b_next, float* adam_v_dense_1_b_next,
                        float* dense_1_b_next) noexcept {
    constexpr int kCount = 10;
    const bool value_2 = value[0];
    const float rate_2 = rate[0];
    const float scale_2 = scale[0];
    const float rate_scale_v_2 = rate_scale_v[0];
    nncc::each_vector<kCount, nncc::kLanes<float>>([&](int i, auto lanes) {
        const auto multiply = 0.9F * nncc::load(adam_m_dense_1_b + i, lanes);
        const auto d_dense_1_b_2 = nncc::load(d_dense_1_b + i, lanes);
        const auto multiply_2 = 0.1F * d_dense_1_b_2;
        const auto m = multiply + multiply_2;
        const auto multiply_3 = 0.999F * nncc::load(adam_v_dense_1_b + i, lanes);
        const auto multiply_4 = d_dense_1_b_2 * d_dense_1_b_2;
        const auto multiply_5 = 0.001F * multiply_4;
        const auto v = multiply_3 + multiply_5;
        const auto dense_1_b_2 = nncc::load(dense_1_b + i, lanes);
        const auto multiply_6 = rate_2 * m;
        const auto sqrt = nncc::sqrt(v);
        const auto multiply_7 = sqrt * scale_2;
        const auto add = multiply_7 + 1e-08F;
        const auto divide = multiply_6 / add;
        const auto dense_1_b_3 = dense_1_b_2 - divide;
        const auto subtract = dense_1_b_3 - dense_1_b_2;
        const auto multiply_8 = rate_scale_v_2 * subtract;
        const auto add_2 = dense_1_b_2 + multiply_8;
        const auto select = nncc::select(nncc::splat(value_2, lanes), dense_1_b_3, add_2);
        nncc::store(adam_m_dense_1_b_next + i, m, lanes);
        nncc::store(adam_v_dense_1_b_next + i, v, lanes);
        nncc::store(dense_1_b_next + i, select, lanes);
    });
}

// pima.nn:15  adam(learning_rate = 0.001)
void m_update_dense_2_w(const float* adam_m_dense_2_w, const float* d_dense_2_w, const float* adam_v_dense_2_w,
                        const float* scale, const float* rate, const float* dense_2_w, const float* rate_scale_v,
                        const bool* value, float* adam_m_dense_2_w_next, float* adam_v_dense_2_w_next,
                        float* dense_2_w_next) noexcept {
    constexpr int kCount = 80;
    const bool value_2 = value[0];
    const float rate_2 = rate[0];
    const float scale_2 = scale[0];
    const float rate_scale_v_2 = rate_scale_v[0];
    nncc::each_vector<kCount, nncc::kLanes<float>>([&](int i, auto lanes) {
        const auto multiply = 0.9F * nncc::load(adam_m_dense_2_w + i, lanes);
        const auto d_dense_2_w_2 = nncc::load(d_dense_2_w + i, lanes);
        const auto multiply_2 = 0.1F * d_dense_2_w_2;
        const auto m = multiply + multiply_2;
        const auto multiply_3 = 0.999F * nncc::load(adam_v_dense_2_w + i, lanes);
        const auto multiply_4 = d_dense_2_w_2 * d_dense_2_w_2;
        const auto multiply_5 = 0.001F * multiply_4;
        const auto v = multiply_3 + multiply_5;
        const auto dense_2_w_2 = nncc::load(dense_2_w + i, lanes);
        const auto multiply_6 = rate_2 * m;
        const auto sqrt = nncc::sqrt(v);
        const auto multiply_7 = sqrt * scale_2;
        const auto add = multiply_7 + 1e-08F;
        const auto divide = multiply_6 / add;
        const auto dense_2_w_3 = dense_2_w_2 - divide;
        const auto subtract = dense_2_w_3 - dense_2_w_2;
        const auto multiply_8 = rate_scale_v_2 * subtract;
        const auto add_2 = dense_2_w_2 + multiply_8;
        const auto select = nncc::select(nncc::splat(value_2, lanes), dense_2_w_3, add_2);
        nncc::store(adam_m_dense_2_w_next + i, m, lanes);
        nncc::store(adam_v_dense_2_w_next + i, v, lanes);
        nncc::store(dense_2_w_next + i, select, lanes);
    });
}

// pima.nn:15  adam(learning_rate = 0.001)
void m_update_dense_2_b(const float* adam_m_dense_2_b, const float* d_dense_2_b, const float* adam_v_dense_2_b,
                        const float* scale, const float* rate, const float* dense_2_b, const float* rate_scale_v,
                        const bool* value, float* adam_m_dense_2_b_next, float* adam_v_dense_2_b_next,
                        float* dense_2_b_next) noexcept {
    constexpr int kCount = 8;
    const bool value_2 = value[0];
    const float rate_2 = rate[0];
    const float scale_2 = scale[0];
    const float rate_scale_v_2 = rate_scale_v[0];
    nncc::each_vector<kCount, nncc::kLanes<float>>([&](int i, auto lanes) {
        const auto multiply = 0.9F * nncc::load(adam_m_dense_2_b + i, lanes);
        const auto d_dense_2_b_2 = nncc::load(d_dense_2_b + i, lanes);
        const auto multiply_2 = 0.1F * d_dense_2_b_2;
        const auto m = multiply + multiply_2;
        const auto multiply_3 = 0.999F * nncc::load(adam_v_dense_2_b + i, lanes);
        const auto multiply_4 = d_dense_2_b_2 * d_dense_2_b_2;
        const auto multiply_5 = 0.001F * multiply_4;
        const auto v = multiply_3 + multiply_5;
        const auto dense_2_b_2 = nncc::load(dense_2_b + i, lanes);
        const auto multiply_6 = rate_2 * m;
        const auto sqrt = nncc::sqrt(v);
        const auto multiply_7 = sqrt * scale_2;
        const auto add = multiply_7 + 1e-08F;
        const auto divide = multiply_6 / add;
        const auto dense_2_b_3 = dense_2_b_2 - divide;
        const auto subtract = dense_2_b_3 - dense_2_b_2;
        const auto multiply_8 = rate_scale_v_2 * subtract;
        const auto add_2 = dense_2_b_2 + multiply_8;
        const auto select = nncc::select(nncc::splat(value_2, lanes), dense_2_b_3, add_2);
        nncc::store(adam_m_dense_2_b_next + i, m, lanes);
        nncc::store(adam_v_dense_2_b_next + i, v, lanes);
        nncc::store(dense_2_b_next + i, select, lanes);
    });
}

// pima.nn:15  adam(learning_rate = 0.001)
void m_update_dense_3_w(const float* adam_m_dense_3_w, const float* d_dense_3_w, const float* adam_v_dense_3_w,
                        const float* scale, const float* rate, const float* dense_3_w, const float* rate_scale_v,
                        const bool* value, float* adam_m_dense_3_w_next, float* adam_v_dense_3_w_next,
                        float* dense_3_w_next) noexcept {
    constexpr int kCount = 8;
    const bool value_2 = value[0];
    const float rate_2 = rate[0];
    const float scale_2 = scale[0];
    const float rate_scale_v_2 = rate_scale_v[0];
    nncc::each_vector<kCount, nncc::kLanes<float>>([&](int i, auto lanes) {
        const auto multiply = 0.9F * nncc::load(adam_m_dense_3_w + i, lanes);
        const auto d_dense_3_w_2 = nncc::load(d_dense_3_w + i, lanes);
        const auto multiply_2 = 0.1F * d_dense_3_w_2;
        const auto m = multiply + multiply_2;
        const auto multiply_3 = 0.999F * nncc::load(adam_v_dense_3_w + i, lanes);
        const auto multiply_4 = d_dense_3_w_2 * d_dense_3_w_2;
        const auto multiply_5 = 0.001F * multiply_4;
        const auto v = multiply_3 + multiply_5;
        const auto dense_3_w_2 = nncc::load(dense_3_w + i, lanes);
        const auto multiply_6 = rate_2 * m;
        const auto sqrt = nncc::sqrt(v);
        const auto multiply_7 = sqrt * scale_2;
        const auto add = multiply_7 + 1e-08F;
        const auto divide = multiply_6 / add;
        const auto dense_3_w_3 = dense_3_w_2 - divide;
        const auto subtract = dense_3_w_3 - dense_3_w_2;
        const auto multiply_8 = rate_scale_v_2 * subtract;
        const auto add_2 = dense_3_w_2 + multiply_8;
        const auto select = nncc::select(nncc::splat(value_2, lanes), dense_3_w_3, add_2);
        nncc::store(adam_m_dense_3_w_next + i, m, lanes);
        nncc::store(adam_v_dense_3_w_next + i, v, lanes);
        nncc::store(dense_3_w_next + i, select, lanes);
    });
}

// pima.nn:15  adam(learning_rate = 0.001)
void m_update_dense_3_b(const float* adam_m_dense_3_b, const float* d_dense_3_b, const float* adam_v_dense_3_b,
                        const float* scale, const float* rate, const float* dense_3_b, const float* rate_scale_v,
                        const bool* value, float* adam_m_dense_3_b_next, float* adam_v_dense_3_b_next,
                        float* dense_3_b_next) noexcept {
    const float multiply = 0.9F * adam_m_dense_3_b[0];
    const float d_dense_3_b_2 = d_dense_3_b[0];
    const float multiply_2 = 0.1F * d_dense_3_b_2;
    const float m = multiply + multiply_2;
    const float multiply_3 = 0.999F * adam_v_dense_3_b[0];
    const float multiply_4 = d_dense_3_b_2 * d_dense_3_b_2;
    const float multiply_5 = 0.001F * multiply_4;
    const float v = multiply_3 + multiply_5;
    const float dense_3_b_2 = dense_3_b[0];
    const float multiply_6 = rate[0] * m;
    const float sqrt = nncc::sqrt(v);
    const float multiply_7 = sqrt * scale[0];
    const float add = multiply_7 + 1e-08F;
    const float divide = multiply_6 / add;
    const float dense_3_b_3 = dense_3_b_2 - divide;
    const float subtract = dense_3_b_3 - dense_3_b_2;
    const float multiply_8 = rate_scale_v[0] * subtract;
    const float add_2 = dense_3_b_2 + multiply_8;
    const float select = nncc::select(value[0], dense_3_b_3, add_2);
    adam_m_dense_3_b_next[0] = m;
    adam_v_dense_3_b_next[0] = v;
    dense_3_b_next[0] = select;
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

// pima.nn:3  standardize
void standardize_1_update_fit_sum_1(const nncc::i32* fit_rows_v, const float* x, const double* fit_sum_1,
                                    const bool* value, double* fit_sum_1_next) noexcept {
    constexpr int kRows = 32, kColumns = 8;
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

// pima.nn:3  standardize
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

// pima.nn:3  standardize
void standardize_1_update_fit_sum_10(const float* x, const double* fit_sum_1, const double* standardize_1,
                                     const nncc::i32* fit_rows_v, const double* fit_sum_10, const bool* value,
                                     double* fit_sum_10_next) noexcept {
    constexpr int kRows = 32, kColumns = 8;
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

// pima.nn:3  standardize
void standardize_1_fit_end(const double* fit_rows_1, double* standardize_1) noexcept {
    const nncc::i32 cast = nncc::cast<nncc::i32>(fit_rows_1[0]);
    standardize_1[0] = nncc::cast<double>(cast);
}

// pima.nn:3  standardize
void standardize_1_update_standardize_1_center(const double* fit_sum_1, const double* standardize_1,
                                               float* standardize_1_center_next) noexcept {
    constexpr int kCount = 8;
    const double standardize_1_2 = standardize_1[0];
    nncc::each_vector<kCount, nncc::kLanes<double>>([&](int i, auto lanes) {
        const auto standardize_1_3 = nncc::load(fit_sum_1 + i, lanes) / standardize_1_2;
        nncc::store(standardize_1_center_next + i, nncc::cast<float>(standardize_1_3), lanes);
    });
}

// pima.nn:3  standardize
void standardize_1_update_standardize_1_spread(const double* fit_sum_10, const double* standardize_1,
                                               float* standardize_1_spread_next) noexcept {
    constexpr int kCount = 8;
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

const nncc::Tensor kTensors[8] = {
    {"standardize_1.center", nncc::TensorKind::kFit, nncc::ElementType::kF32, 1, {8}, __builtin_offsetof(Weights, standardize_1.center)},
    {"standardize_1.spread", nncc::TensorKind::kFit, nncc::ElementType::kF32, 1, {8}, __builtin_offsetof(Weights, standardize_1.spread)},
    {"dense_1.w", nncc::TensorKind::kParam, nncc::ElementType::kF32, 2, {8, 10}, __builtin_offsetof(Weights, dense_1.w)},
    {"dense_1.b", nncc::TensorKind::kParam, nncc::ElementType::kF32, 1, {10}, __builtin_offsetof(Weights, dense_1.b)},
    {"dense_2.w", nncc::TensorKind::kParam, nncc::ElementType::kF32, 2, {10, 8}, __builtin_offsetof(Weights, dense_2.w)},
    {"dense_2.b", nncc::TensorKind::kParam, nncc::ElementType::kF32, 1, {8}, __builtin_offsetof(Weights, dense_2.b)},
    {"dense_3.w", nncc::TensorKind::kParam, nncc::ElementType::kF32, 2, {8, 1}, __builtin_offsetof(Weights, dense_3.w)},
    {"dense_3.b", nncc::TensorKind::kParam, nncc::ElementType::kF32, 1, {1}, __builtin_offsetof(Weights, dense_3.b)},
};

void initialize(Weights& weights, nncc::u64 seed) noexcept {
    const nncc::i32 seed_word = static_cast<nncc::i32>(static_cast<nncc::u32>(seed));
    float* const dense_1_w = flat<float>(weights.dense_1.w);
    float* const dense_2_w = flat<float>(weights.dense_2.w);
    float* const dense_3_w = flat<float>(weights.dense_3.w);
    float* const standardize_1_center = flat<float>(weights.standardize_1.center);
    float* const standardize_1_spread = flat<float>(weights.standardize_1.spread);
    float* const dense_1_b = flat<float>(weights.dense_1.b);
    float* const dense_2_b = flat<float>(weights.dense_2.b);
    float* const dense_3_b = flat<float>(weights.dense_3.b);

    kernels::initialize_dense_1_w(&seed_word, dense_1_w);
    kernels::initialize_dense_2_w(&seed_word, dense_2_w);
    kernels::initialize_dense_3_w(&seed_word, dense_3_w);
    nncc::fill(standardize_1_center, 8, 0.0F);
    nncc::fill(standardize_1_spread, 8, 1.0F);
    nncc::fill(dense_1_b, 10, 0.0F);
    nncc::fill(dense_2_b, 8, 0.0F);
    nncc::fill(dense_3_b, 1, 0.0F);
}

void pack(const Weights& weights, Packed& packed) noexcept {
    const float* const standardize_1_spread = flat<const float>(weights.standardize_1.spread);
    float* const packed_standardize_1_spread_reciprocal = reinterpret_cast<float*>(packed.bytes + 960);
    float* const packed_standardize_1_center = reinterpret_cast<float*>(packed.bytes + 896);
    const float* const standardize_1_center = flat<const float>(weights.standardize_1.center);
    float* const packed_dense_1_w = reinterpret_cast<float*>(packed.bytes + 64);
    const float* const dense_1_w = flat<const float>(weights.dense_1.w);
    float* const packed_dense_1_b = reinterpret_cast<float*>(packed.bytes);
    const float* const dense_1_b = flat<const float>(weights.dense_1.b);
    float* const packed_dense_2_w = reinterpret_cast<float*>(packed.bytes + 448);
    const float* const dense_2_w = flat<const float>(weights.dense_2.w);
    float* const packed_dense_2_b = reinterpret_cast<float*>(packed.bytes + 384);
    const float* const dense_2_b = flat<const float>(weights.dense_2.b);
    float* const packed_dense_3_w = reinterpret_cast<float*>(packed.bytes + 832);
    const float* const dense_3_w = flat<const float>(weights.dense_3.w);
    float* const packed_dense_3_b = reinterpret_cast<float*>(packed.bytes + 768);
    const float* const dense_3_b = flat<const float>(weights.dense_3.b);

    kernels::pack_standardize_1_spread_reciprocal(standardize_1_spread, packed_standardize_1_spread_reciprocal);
    nncc::copy(standardize_1_center, packed_standardize_1_center, 8);
    nncc::copy(dense_1_w, packed_dense_1_w, 80);
    nncc::copy(dense_1_b, packed_dense_1_b, 10);
    nncc::copy(dense_2_w, packed_dense_2_w, 80);
    nncc::copy(dense_2_b, packed_dense_2_b, 8);
    nncc::copy(dense_3_w, packed_dense_3_w, 8);
    nncc::copy(dense_3_b, packed_dense_3_b, 1);
}

void Model<1>::forward(nncc::In<float, 8> x, nncc::Out<float, 1> output) noexcept {
    alignas(64) unsigned char arena[128];
    const float* const packed_standardize_1_center = reinterpret_cast<const float*>(packed_->bytes + 896);
    const float* const packed_standardize_1_spread_reciprocal = reinterpret_cast<const float*>(packed_->bytes + 960);
    float* const standardize_1 = reinterpret_cast<float*>(arena);  // [1, 8]
    const float* const packed_dense_1_w = reinterpret_cast<const float*>(packed_->bytes + 64);
    const float* const packed_dense_1_b = reinterpret_cast<const float*>(packed_->bytes);
    float* const relu_1 = reinterpret_cast<float*>(arena + 64);  // [1, 10]
    const float* const packed_dense_2_w = reinterpret_cast<const float*>(packed_->bytes + 448);
    const float* const packed_dense_2_b = reinterpret_cast<const float*>(packed_->bytes + 384);
    float* const relu_2 = reinterpret_cast<float*>(arena);  // [1, 8]
    const float* const packed_dense_3_w = reinterpret_cast<const float*>(packed_->bytes + 832);
    const float* const packed_dense_3_b = reinterpret_cast<const float*>(packed_->bytes + 768);

    kernels::standardize_1(x.data(), packed_standardize_1_center, packed_standardize_1_spread_reciprocal,
                           standardize_1);
    kernels::dense_1_relu_1(standardize_1, packed_dense_1_w, packed_dense_1_b, relu_1);
    kernels::dense_2_relu_2(relu_1, packed_dense_2_w, packed_dense_2_b, relu_2);
    kernels::dense_3_sigmoid_1(relu_2, packed_dense_3_w, packed_dense_3_b, output.data());
}

void Trainer::restart(const Weights& start, nncc::u64 seed) noexcept {
    seed_ = static_cast<nncc::i32>(static_cast<nncc::u32>(seed));
    steps = 0;
    fit_sweep_ = 0;
    float* const adam_m_dense_1_w = flat<float>(slots_.adam.m.dense_1.w);
    float* const adam_v_dense_1_w = flat<float>(slots_.adam.v.dense_1.w);
    float* const adam_m_dense_1_b = flat<float>(slots_.adam.m.dense_1.b);
    float* const adam_v_dense_1_b = flat<float>(slots_.adam.v.dense_1.b);
    float* const adam_m_dense_2_w = flat<float>(slots_.adam.m.dense_2.w);
    float* const adam_v_dense_2_w = flat<float>(slots_.adam.v.dense_2.w);
    float* const adam_m_dense_2_b = flat<float>(slots_.adam.m.dense_2.b);
    float* const adam_v_dense_2_b = flat<float>(slots_.adam.v.dense_2.b);
    float* const adam_m_dense_3_w = flat<float>(slots_.adam.m.dense_3.w);
    float* const adam_v_dense_3_w = flat<float>(slots_.adam.v.dense_3.w);
    float* const adam_m_dense_3_b = flat<float>(slots_.adam.m.dense_3.b);
    float* const adam_v_dense_3_b = flat<float>(slots_.adam.v.dense_3.b);

    nncc::fill(adam_m_dense_1_w, 80, 0.0F);
    nncc::fill(adam_v_dense_1_w, 80, 0.0F);
    nncc::fill(adam_m_dense_1_b, 10, 0.0F);
    nncc::fill(adam_v_dense_1_b, 10, 0.0F);
    nncc::fill(adam_m_dense_2_w, 80, 0.0F);
    nncc::fill(adam_v_dense_2_w, 80, 0.0F);
    nncc::fill(adam_m_dense_2_b, 8, 0.0F);
    nncc::fill(adam_v_dense_2_b, 8, 0.0F);
    nncc::fill(adam_m_dense_3_w, 8, 0.0F);
    nncc::fill(adam_v_dense_3_w, 8, 0.0F);
    nncc::fill(adam_m_dense_3_b, 1, 0.0F);
    nncc::fill(adam_v_dense_3_b, 1, 0.0F);
    nncc::fill(flat<double>(slots_.fit_v.rows_1), 1, 0.0);
    nncc::fill(flat<double>(slots_.fit_v.rows_2), 1, 0.0);
    nncc::fill(flat<double>(slots_.fit_v.sum_1), 8, 0.0);
    nncc::fill(flat<double>(slots_.fit_v.sum_10), 8, 0.0);
    weights_ = start;
}

float Trainer::step(nncc::In<float, 32, 8> x, nncc::In<float, 32, 1> y) noexcept {
    float loss_value = 0.0F;
    nncc::i32 step_word = static_cast<nncc::i32>(static_cast<nncc::u32>(steps));
    nncc::i32* const step_v = &step_word;
    float* const rate = reinterpret_cast<float*>(arena_ + 4608);  // []
    float* const scale = reinterpret_cast<float*>(arena_ + 4672);  // []
    const float* const standardize_1_center = flat<const float>(weights_.standardize_1.center);
    const float* const standardize_1_spread = flat<const float>(weights_.standardize_1.spread);
    float* const standardize_1 = reinterpret_cast<float*>(arena_ + 2560);  // [32, 8]
    float* const dense_1_w = flat<float>(weights_.dense_1.w);
    float* const dense_1_b = flat<float>(weights_.dense_1.b);
    float* const relu_1 = reinterpret_cast<float*>(arena_);  // [32, 10]
    float* const dense_2_w = flat<float>(weights_.dense_2.w);
    float* const dense_2_b = flat<float>(weights_.dense_2.b);
    float* const relu_2 = reinterpret_cast<float*>(arena_ + 1280);  // [32, 8]
    float* const dense_3_w = flat<float>(weights_.dense_3.w);
    float* const dense_3_b = flat<float>(weights_.dense_3.b);
    float* const binary_cross_entropy_1 = reinterpret_cast<float*>(arena_ + 2432);  // [32, 1]
    float* const d_binary_cross_entropy_1 = reinterpret_cast<float*>(arena_ + 2304);  // [32, 1]
    float* const adam_m_dense_3_b = flat<float>(slots_.adam.m.dense_3.b);
    float* const adam_v_dense_3_b = flat<float>(slots_.adam.v.dense_3.b);
    float* const d_relu_2 = reinterpret_cast<float*>(arena_ + 3584);  // [32, 8]
    float* const adam_m_dense_3_w = flat<float>(slots_.adam.m.dense_3.w);
    float* const adam_v_dense_3_w = flat<float>(slots_.adam.v.dense_3.w);
    float* const adam_m_dense_2_b = flat<float>(slots_.adam.m.dense_2.b);
    float* const adam_v_dense_2_b = flat<float>(slots_.adam.v.dense_2.b);
    float* const d_relu_1 = reinterpret_cast<float*>(arena_ + 1280);  // [32, 10]
    float* const adam_m_dense_2_w = flat<float>(slots_.adam.m.dense_2.w);
    float* const adam_v_dense_2_w = flat<float>(slots_.adam.v.dense_2.w);
    float* const adam_m_dense_1_w = flat<float>(slots_.adam.m.dense_1.w);
    float* const adam_v_dense_1_w = flat<float>(slots_.adam.v.dense_1.w);
    float* const adam_m_dense_1_b = flat<float>(slots_.adam.m.dense_1.b);
    float* const adam_v_dense_1_b = flat<float>(slots_.adam.v.dense_1.b);

    kernels::next_step_rate_scale(step_v, step_v, rate, scale);
    kernels::standardize_1_step(x.data(), standardize_1_center, standardize_1_spread, standardize_1);
    kernels::dense_1_relu_1_step(standardize_1, dense_1_w, dense_1_b, relu_1);
    kernels::dense_2_relu_2_step(relu_1, dense_2_w, dense_2_b, relu_2);
    kernels::dense_3_binary_cross_entropy_1_d_binary_cross_entropy_1(relu_2, dense_3_w, dense_3_b, y.data(),
                                                                     binary_cross_entropy_1, d_binary_cross_entropy_1);
    kernels::binary_cross_entropy_1(binary_cross_entropy_1, &loss_value);
    kernels::d_dense_3_update_dense_3_b(d_binary_cross_entropy_1, adam_m_dense_3_b, adam_v_dense_3_b, scale, rate,
                                        dense_3_b, adam_m_dense_3_b, adam_v_dense_3_b, dense_3_b);
    kernels::d_relu_2(relu_2, d_binary_cross_entropy_1, dense_3_w, d_relu_2);
    kernels::d_dense_3_update_dense_3_w(d_binary_cross_entropy_1, relu_2, adam_m_dense_3_w, adam_v_dense_3_w, scale,
                                        rate, dense_3_w, adam_m_dense_3_w, adam_v_dense_3_w, dense_3_w);
    kernels::d_dense_2_update_dense_2_b(d_relu_2, adam_m_dense_2_b, adam_v_dense_2_b, scale, rate, dense_2_b,
                                        adam_m_dense_2_b, adam_v_dense_2_b, dense_2_b);
    kernels::d_dense_2_d_relu_1(d_relu_2, dense_2_w, relu_1, d_relu_1);
    kernels::d_dense_2_update_dense_2_w(d_relu_2, relu_1, adam_m_dense_2_w, adam_v_dense_2_w, scale, rate, dense_2_w,
                                        adam_m_dense_2_w, adam_v_dense_2_w, dense_2_w);
    kernels::d_dense_1_update_dense_1_w(d_relu_1, standardize_1, adam_m_dense_1_w, adam_v_dense_1_w, scale, rate,
                                        dense_1_w, adam_m_dense_1_w, adam_v_dense_1_w, dense_1_w);
    kernels::d_dense_1_update_dense_1_b(d_relu_1, adam_m_dense_1_b, adam_v_dense_1_b, scale, rate, dense_1_b,
                                        adam_m_dense_1_b, adam_v_dense_1_b, dense_1_b);
    steps = static_cast<nncc::u64>(static_cast<nncc::u32>(step_word));
    return loss_value;
}

float Trainer::gradients(nncc::In<float, 32, 8> x, nncc::In<float, 32, 1> y, Weights& gradient) noexcept {
    float loss_value = 0.0F;
    const float* const standardize_1_center = flat<const float>(weights_.standardize_1.center);
    const float* const standardize_1_spread = flat<const float>(weights_.standardize_1.spread);
    float* const standardize_1 = reinterpret_cast<float*>(arena_ + 2560);  // [32, 8]
    const float* const dense_1_w = flat<const float>(weights_.dense_1.w);
    const float* const dense_1_b = flat<const float>(weights_.dense_1.b);
    float* const relu_1 = reinterpret_cast<float*>(arena_);  // [32, 10]
    const float* const dense_2_w = flat<const float>(weights_.dense_2.w);
    const float* const dense_2_b = flat<const float>(weights_.dense_2.b);
    float* const relu_2 = reinterpret_cast<float*>(arena_ + 3584);  // [32, 8]
    const float* const dense_3_w = flat<const float>(weights_.dense_3.w);
    const float* const dense_3_b = flat<const float>(weights_.dense_3.b);
    float* const binary_cross_entropy_1 = reinterpret_cast<float*>(arena_ + 1408);  // [32, 1]
    float* const d_binary_cross_entropy_1 = reinterpret_cast<float*>(arena_ + 1280);  // [32, 1]
    float* const d_relu_2 = reinterpret_cast<float*>(arena_ + 3584);  // [32, 8]
    float* const d_relu_1 = reinterpret_cast<float*>(arena_ + 1280);  // [32, 10]

    kernels::standardize_1_step(x.data(), standardize_1_center, standardize_1_spread, standardize_1);
    kernels::dense_1_relu_1_step(standardize_1, dense_1_w, dense_1_b, relu_1);
    kernels::dense_2_relu_2_step(relu_1, dense_2_w, dense_2_b, relu_2);
    kernels::dense_3_binary_cross_entropy_1_d_binary_cross_entropy_1(relu_2, dense_3_w, dense_3_b, y.data(),
                                                                     binary_cross_entropy_1, d_binary_cross_entropy_1);
    kernels::binary_cross_entropy_1(binary_cross_entropy_1, &loss_value);
    kernels::d_dense_3(d_binary_cross_entropy_1, flat<float>(gradient.dense_3.b));
    kernels::d_dense_3_gradients(d_binary_cross_entropy_1, relu_2, flat<float>(gradient.dense_3.w));
    kernels::d_relu_2(relu_2, d_binary_cross_entropy_1, dense_3_w, d_relu_2);
    kernels::d_dense_2(d_relu_2, flat<float>(gradient.dense_2.b));
    kernels::d_dense_2_gradients(d_relu_2, relu_1, flat<float>(gradient.dense_2.w));
    kernels::d_dense_2_d_relu_1(d_relu_2, dense_2_w, relu_1, d_relu_1);
    kernels::d_dense_1(d_relu_1, standardize_1, flat<float>(gradient.dense_1.w));
    kernels::d_dense_1_gradients(d_relu_1, flat<float>(gradient.dense_1.b));
    nncc::fill(flat<float>(gradient.standardize_1.center), 8, 0.0F);
    nncc::fill(flat<float>(gradient.standardize_1.spread), 8, 0.0F);
    return loss_value;
}

void Trainer::update(const Weights& gradient, float rate_scale) noexcept {
    nncc::i32 step_word = static_cast<nncc::i32>(static_cast<nncc::u32>(steps));
    nncc::i32* const step_v = &step_word;
    float* const rate = reinterpret_cast<float*>(arena_);  // []
    float* const scale = reinterpret_cast<float*>(arena_ + 64);  // []
    bool* const equal = reinterpret_cast<bool*>(arena_ + 128);  // []
    float* const adam_m_dense_1_w = flat<float>(slots_.adam.m.dense_1.w);
    float* const adam_v_dense_1_w = flat<float>(slots_.adam.v.dense_1.w);
    float* const dense_1_w = flat<float>(weights_.dense_1.w);
    float* const adam_m_dense_1_b = flat<float>(slots_.adam.m.dense_1.b);
    float* const adam_v_dense_1_b = flat<float>(slots_.adam.v.dense_1.b);
    float* const dense_1_b = flat<float>(weights_.dense_1.b);
    float* const adam_m_dense_2_w = flat<float>(slots_.adam.m.dense_2.w);
    float* const adam_v_dense_2_w = flat<float>(slots_.adam.v.dense_2.w);
    float* const dense_2_w = flat<float>(weights_.dense_2.w);
    float* const adam_m_dense_2_b = flat<float>(slots_.adam.m.dense_2.b);
    float* const adam_v_dense_2_b = flat<float>(slots_.adam.v.dense_2.b);
    float* const dense_2_b = flat<float>(weights_.dense_2.b);
    float* const adam_m_dense_3_w = flat<float>(slots_.adam.m.dense_3.w);
    float* const adam_v_dense_3_w = flat<float>(slots_.adam.v.dense_3.w);
    float* const dense_3_w = flat<float>(weights_.dense_3.w);
    float* const adam_m_dense_3_b = flat<float>(slots_.adam.m.dense_3.b);
    float* const adam_v_dense_3_b = flat<float>(slots_.adam.v.dense_3.b);
    float* const dense_3_b = flat<float>(weights_.dense_3.b);

    kernels::next_step_rate_scale_update(step_v, &rate_scale, step_v, rate, scale, equal);
    kernels::m_update_dense_1_w(adam_m_dense_1_w, flat<const float>(gradient.dense_1.w), adam_v_dense_1_w, scale, rate,
                                dense_1_w, &rate_scale, equal, adam_m_dense_1_w, adam_v_dense_1_w, dense_1_w);
    kernels::m_update_dense_1_b(adam_m_dense_1_b, flat<const float>(gradient.dense_1.b), adam_v_dense_1_b, scale, rate,
                                dense_1_b, &rate_scale, equal, adam_m_dense_1_b, adam_v_dense_1_b, dense_1_b);
    kernels::m_update_dense_2_w(adam_m_dense_2_w, flat<const float>(gradient.dense_2.w), adam_v_dense_2_w, scale, rate,
                                dense_2_w, &rate_scale, equal, adam_m_dense_2_w, adam_v_dense_2_w, dense_2_w);
    kernels::m_update_dense_2_b(adam_m_dense_2_b, flat<const float>(gradient.dense_2.b), adam_v_dense_2_b, scale, rate,
                                dense_2_b, &rate_scale, equal, adam_m_dense_2_b, adam_v_dense_2_b, dense_2_b);
    kernels::m_update_dense_3_w(adam_m_dense_3_w, flat<const float>(gradient.dense_3.w), adam_v_dense_3_w, scale, rate,
                                dense_3_w, &rate_scale, equal, adam_m_dense_3_w, adam_v_dense_3_w, dense_3_w);
    kernels::m_update_dense_3_b(adam_m_dense_3_b, flat<const float>(gradient.dense_3.b), adam_v_dense_3_b, scale, rate,
                                dense_3_b, &rate_scale, equal, adam_m_dense_3_b, adam_v_dense_3_b, dense_3_b);
    steps = static_cast<nncc::u64>(static_cast<nncc::u32>(step_word));
}

void Trainer::fit(nncc::In<float, 32, 8> x, int rows, bool last) noexcept {
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
        alignas(64) static float input_0[8];
        alignas(64) static float output_0[1];
        constexpr double expected_0[2][1] = {
            {0.568774304},
            {0.657284779},
        };
        for (int vector = 0; vector < 2; ++vector) {
            nncc::selftest::fill(input_0, 8, vector, 0);
            model.forward(input_0, output_0);
            bool agrees = nncc::selftest::agrees(output_0, expected_0[vector], 1, 1, 0.000132);
            if (!agrees) ++failures;
        }
    }
    return failures;
}

}  // namespace pima

extern "C" {  // pima_c.h

__SIZE_TYPE__ pima_weights_bytes() noexcept {
    return sizeof(pima::Weights);
}

const void* pima_tensors() noexcept {
    return pima::kTensors;
}

int pima_tensor_count() noexcept {
    return 8;
}

void pima_initialize(void* weights, unsigned long long seed) noexcept {
    pima::initialize(*static_cast<pima::Weights*>(weights), seed);
}

__SIZE_TYPE__ pima_packed_bytes() noexcept {
    return sizeof(pima::Packed);
}

void pima_pack(const void* weights, void* packed) noexcept {
    pima::pack(*static_cast<const pima::Weights*>(weights), *static_cast<pima::Packed*>(packed));
}

int pima_selftest() noexcept {
    return pima::selftest();
}

__SIZE_TYPE__ pima_model_bytes() noexcept {
    return sizeof(pima::Model<1>);
}

void pima_model_init(void* memory, const void* packed) noexcept {
    static_cast<pima::Model<1>*>(memory)->use(*static_cast<const pima::Packed*>(packed));
}

void pima_forward(void* memory, const float* x, float* output) noexcept {
    static_cast<pima::Model<1>*>(memory)->forward(x, output);
}

__SIZE_TYPE__ pima_trainer_bytes() noexcept {
    return sizeof(pima::Trainer);
}

void pima_trainer_init(void* memory, const void* weights, unsigned long long seed) noexcept {
    static_cast<pima::Trainer*>(memory)->restart(*static_cast<const pima::Weights*>(weights), seed);
}

double pima_trainer_step(void* memory, const float* x, const float* y) noexcept {
    return static_cast<double>(static_cast<pima::Trainer*>(memory)->step(x, y));
}

double pima_trainer_gradients(void* memory, const float* x, const float* y, void* gradient) noexcept {
    return static_cast<double>(static_cast<pima::Trainer*>(memory)->gradients(x, y,
                                                                              *static_cast<pima::Weights*>(gradient)));
}

void pima_trainer_update(void* memory, const void* gradient) noexcept {
    static_cast<pima::Trainer*>(memory)->update(*static_cast<const pima::Weights*>(gradient));
}

void pima_trainer_update_scaled(void* memory, const void* gradient, float rate_scale) noexcept {
    static_cast<pima::Trainer*>(memory)->update(*static_cast<const pima::Weights*>(gradient), rate_scale);
}

int pima_trainer_fit_sweeps() noexcept {
    return pima::Trainer::kFitSweeps;
}

void pima_trainer_fit(void* memory, const float* x, int rows, int last) noexcept {
    static_cast<pima::Trainer*>(memory)->fit(x, rows, last != 0);
}

const void* pima_trainer_weights(const void* memory) noexcept {
    return &static_cast<const pima::Trainer*>(memory)->weights();
}

unsigned long long pima_trainer_steps(const void* memory) noexcept {
    return static_cast<const pima::Trainer*>(memory)->steps;
}

}  // extern "C"
