// siamese, emitted by nncc 0.1.0 from siamese.nn; do not edit.
// sha256 336d6b3dec6d0b4e148346a7ff13958e1b4d0ab44f7152d41453c3676c75abb9
// nncc siamese.nn -o siamese.cpp
//
// Weights: byte, member, type
//         0  twin.dense_1.w f32[64, 64]
//     16384  twin.dense_1.b f32[64]
//     16640  twin.dense_2.w f32[64, 16]
//     20736  twin.dense_2.b f32[16]
//
// Arena of Model<1>::forward, 768 bytes on the stack: range, tensor, type
//       512 ..       768  twin f32[1, 64]
//         0 ..       256  twin f32[1, 64]
//       256 ..       512  twin_relu_1 f32[1, 64]
//       512 ..       768  twin_relu_1 f32[1, 64]
//         0 ..        64  twin_dense_2 f32[1, 16]
//        64 ..       128  distance_of_1 f32[1, 16]
//
// Arena of Trainer::step, 55424 bytes: range, tensor, type
//     55296 ..     55300  rate f32[]
//     55360 ..     55364  scale f32[]
//     36864 ..     36992  multiply f32[32, 1]
//     36992 ..     37120  multiply f32[32, 1]
//     16384 ..     24576  twin f32[32, 64]
//     24576 ..     32768  twin f32[32, 64]
//         0 ..      8192  twin_relu_1 f32[32, 64]
//     32768 ..     34816  twin_dense_2 f32[32, 16]
//      8192 ..     16384  twin_relu_1 f32[32, 64]
//     53248 ..     55296  distance_of_1 f32[32, 16]
//     34816 ..     36864  distance_of_1 f32[32, 16]
//     32768 ..     32896  multiply f32[32]
//     32896 ..     33024  multiply f32[32]
//     37120 ..     37248  d_distance_of_1 f32[32]
//     53248 ..     55296  d_distance_of_1 f32[32, 16]
//     40960 ..     43008  d_distance_of_1 f32[32, 16]
//     32768 ..     34816  d_twin_dense_2 f32[32, 16]
//     49152 ..     53248  d_twin_dense_2 f32[64, 16]
//     32768 ..     40960  d_twin_relu_1 f32[32, 64]
//     40960 ..     49152  d_twin_relu_1 f32[32, 64]
//         0 ..     16384  d_twin_dense_1 f32[64, 64]
#include "siamese.h"

#include <nncc/kernels.h>
#include <nncc/selftest.h>

namespace siamese {
namespace {

// The elements of an array of arrays, one after the other.
template <class T, class Array>
T* flat(Array& array) noexcept {
    return reinterpret_cast<T*>(&array);
}

namespace kernels {

// siamese.nn:3  dense(64)
void initialize_twin_dense_1_w(const nncc::i32* seed_v, float* twin_dense_1_w_next) noexcept {
    constexpr int kCount = 4096;
    const nncc::i32 seed_v_2 = seed_v[0];
    nncc::each_vector<kCount, nncc::kLanes<float>>([&](int i, auto lanes) {
        const auto random = nncc::uniform24(static_cast<nncc::u32>(seed_v_2), static_cast<nncc::u32>(0), 0x084fa0b9U,
                                            static_cast<nncc::u32>(i), lanes);
        const auto multiply = 2.0F * random;
        const auto subtract = multiply - 1.0F;
        nncc::store(twin_dense_1_w_next + i, 0.21650635F * subtract, lanes);
    });
}

// siamese.nn:3  dense(units)
void initialize_twin_dense_2_w(const nncc::i32* seed_v, float* twin_dense_2_w_next) noexcept {
    constexpr int kCount = 1024;
    const nncc::i32 seed_v_2 = seed_v[0];
    nncc::each_vector<kCount, nncc::kLanes<float>>([&](int i, auto lanes) {
        const auto random = nncc::uniform24(static_cast<nncc::u32>(seed_v_2), static_cast<nncc::u32>(0), 0x03636ef0U,
                                            static_cast<nncc::u32>(i), lanes);
        const auto multiply = 2.0F * random;
        const auto subtract = multiply - 1.0F;
        nncc::store(twin_dense_2_w_next + i, 0.2738613F * subtract, lanes);
    });
}

// siamese.nn:3  image / 16
void twin(const float* left, const float* right, float* twin, float* twin_2) noexcept {
    constexpr int kCount = 64;
    nncc::each_vector<kCount, nncc::kLanes<float>>([&](int i, auto lanes) {
        const auto multiply = nncc::load(left + i, lanes) * 0.0625F;
        const auto twin_3 = nncc::load(right + i, lanes) * 0.0625F;
        nncc::store(twin + i, multiply, lanes);
        nncc::store(twin_2 + i, twin_3, lanes);
    });
}

// siamese.nn:3  dense(64) |> relu
void twin_dense_1_twin_relu_1(const float* twin, const float* packed_twin_dense_1_w, const float* packed_twin_dense_1_b,
                              float* twin_relu_1) noexcept {
    constexpr int kDepth = 64;
    const nncc::Matrix<float, 0, 1> left{twin};
    const nncc::Matrix<float, kDepth, 1> right{packed_twin_dense_1_w};
    nncc::gemm<1, kDepth, kDepth>(left, right, [&](int, int j, auto lanes, auto product) {
        const auto twin_dense_1 = product + nncc::load(packed_twin_dense_1_b + j, lanes);
        nncc::store(twin_relu_1 + j, nncc::maximum(twin_dense_1, nncc::splat(0.0F, lanes)), lanes);
    });
}

// siamese.nn:3  dense(units)
void twin_dense_2(const float* twin_relu_1, const float* packed_twin_dense_2_w, const float* packed_twin_dense_2_b,
                  float* twin_dense_2) noexcept {
    constexpr int kColumns = 16, kDepth = 64;
    const nncc::Matrix<float, 0, 1> left{twin_relu_1};
    const nncc::Matrix<float, kColumns, 1> right{packed_twin_dense_2_w};
    nncc::gemm<1, kColumns, kDepth>(left, right, [&](int, int j, auto lanes, auto product) {
        nncc::store(twin_dense_2 + j, product + nncc::load(packed_twin_dense_2_b + j, lanes), lanes);
    });
}

// siamese.nn:3  dense(units)
// siamese.nn:8  distance_of(twin(left), twin(right))
void twin_dense_2_distance_of_1(const float* twin_relu_1, const float* packed_twin_dense_2_w,
                                const float* packed_twin_dense_2_b, const float* twin_dense_2,
                                float* distance_of_1) noexcept {
    constexpr int kColumns = 16, kDepth = 64;
    const nncc::Matrix<float, 0, 1> left{twin_relu_1};
    const nncc::Matrix<float, kColumns, 1> right{packed_twin_dense_2_w};
    nncc::gemm<1, kColumns, kDepth>(left, right, [&](int, int j, auto lanes, auto product) {
        const auto twin_dense_2_2 = product + nncc::load(packed_twin_dense_2_b + j, lanes);
        const auto subtract = nncc::load(twin_dense_2 + j, lanes) - twin_dense_2_2;
        const auto add = subtract + 1e-06F;
        nncc::store(distance_of_1 + j, add * add, lanes);
    });
}

// siamese.nn:8  distance_of(twin(left), twin(right))
void distance_of_1(const float* distance_of_1, float* output) noexcept {
    constexpr int kCount = 16;
    const float sum = nncc::reduce<nncc::Sum, kCount, nncc::kLanes<float>>([&](int i, auto lanes) {
        return nncc::load(distance_of_1 + i, lanes);
    });
    output[0] = nncc::sqrt(sum);
}

// siamese.nn:18  adam(learning_rate = 0.001)
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
    const float twin_dense_1_w = nncc::cast<float>(scale_2);
    step_next[0] = add;
    rate[0] = cast_2;
    scale[0] = twin_dense_1_w;
}

// siamese.nn:16  mean(same * output ** 2 + (1 - same) * relu(1 - output) *... |> (1 - same) |> (1 - same) * relu
void subtract_multiply(const float* same, float* multiply, float* multiply_2) noexcept {
    constexpr int kCount = 32;
    nncc::each_vector<kCount, nncc::kLanes<float>>([&](int i, auto lanes) {
        const auto same_2 = nncc::load(same + i, lanes);
        const auto subtract = 1.0F - same_2;
        const auto multiply_3 = 0.03125F * subtract;
        const auto multiply_4 = 0.03125F * same_2;
        nncc::store(multiply + i, multiply_3, lanes);
        nncc::store(multiply_2 + i, multiply_4, lanes);
    });
}

// siamese.nn:3  image / 16
void twin_step(const float* left, const float* right, float* twin, float* twin_2) noexcept {
    constexpr int kCount = 2048;
    nncc::each_vector<kCount, nncc::kLanes<float>>([&](int i, auto lanes) {
        const auto multiply = nncc::load(left + i, lanes) * 0.0625F;
        const auto twin_3 = nncc::load(right + i, lanes) * 0.0625F;
        nncc::store(twin + i, multiply, lanes);
        nncc::store(twin_2 + i, twin_3, lanes);
    });
}

// siamese.nn:3  dense(64) |> relu
void twin_dense_1_twin_relu_1_step(const float* twin, const float* twin_dense_1_w, const float* twin_dense_1_b,
                                   float* twin_relu_1) noexcept {
    constexpr int kRows = 32, kDepth = 64;
    const nncc::Matrix<float, kDepth, 1> left{twin};
    const nncc::Matrix<float, kDepth, 1> right{twin_dense_1_w};
    nncc::gemm<kRows, kDepth, kDepth>(left, right, [&](int i, int j, auto lanes, auto product) {
        const auto twin_dense_1 = product + nncc::load(twin_dense_1_b + j, lanes);
        nncc::store(twin_relu_1 + kDepth * i + j, nncc::maximum(twin_dense_1, nncc::splat(0.0F, lanes)), lanes);
    });
}

// siamese.nn:3  dense(units)
void twin_dense_2_step(const float* twin_relu_1, const float* twin_dense_2_w, const float* twin_dense_2_b,
                       float* twin_dense_2) noexcept {
    constexpr int kRows = 32, kColumns = 16, kDepth = 64;
    const nncc::Matrix<float, kDepth, 1> left{twin_relu_1};
    const nncc::Matrix<float, kColumns, 1> right{twin_dense_2_w};
    nncc::gemm<kRows, kColumns, kDepth>(left, right, [&](int i, int j, auto lanes, auto product) {
        nncc::store(twin_dense_2 + kColumns * i + j, product + nncc::load(twin_dense_2_b + j, lanes), lanes);
    });
}

// siamese.nn:3  dense(units)
// siamese.nn:8  distance_of(twin(left), twin(right))
void twin_dense_2_distance_of_1_step(const float* twin_relu_1, const float* twin_dense_2_w, const float* twin_dense_2_b,
                                     const float* twin_dense_2, float* distance_of_1, float* distance_of_1_2) noexcept {
    constexpr int kRows = 32, kColumns = 16, kDepth = 64;
    const nncc::Matrix<float, kDepth, 1> left{twin_relu_1};
    const nncc::Matrix<float, kColumns, 1> right{twin_dense_2_w};
    nncc::gemm<kRows, kColumns, kDepth>(left, right, [&](int i, int j, auto lanes, auto product) {
        const auto twin_dense_2_2 = product + nncc::load(twin_dense_2_b + j, lanes);
        const auto subtract = nncc::load(twin_dense_2 + kColumns * i + j, lanes) - twin_dense_2_2;
        const auto add = subtract + 1e-06F;
        const auto distance_of_1_3 = add * add;
        nncc::store(distance_of_1 + kColumns * i + j, add, lanes);
        nncc::store(distance_of_1_2 + kColumns * i + j, distance_of_1_3, lanes);
    });
}

// siamese.nn:8  distance_of(twin(left), twin(right))
// siamese.nn:16  output ** 2 |> 1 - output |> relu(1 - output) |> relu(1 - output) ** 2
void distance_of_1_d_distance_of_1(const float* distance_of_1, const float* value, const float* value_2,
                                   float* multiply, float* multiply_2, float* d_distance_of_1) noexcept {
    constexpr int kRows = 32, kColumns = 16;
    for (int i = 0; i < kRows; ++i) {
        const float sum = nncc::reduce<nncc::Sum, kColumns, nncc::kLanes<float>>([&](int j, auto lanes) {
            return nncc::load(distance_of_1 + kColumns * i + j, lanes);
        });
        const float distance_of_1_2 = nncc::sqrt(sum);
        const float multiply_3 = distance_of_1_2 * distance_of_1_2;
        const float subtract = 1.0F - distance_of_1_2;
        const float relu_1 = nncc::maximum(subtract, 0.0F);
        const float multiply_4 = relu_1 * relu_1;
        const float multiply_5 = value_2[i] * distance_of_1_2;
        const bool less_equal = nncc::less_equal(relu_1, 0.0F);
        const float multiply_6 = value[i] * relu_1;
        const float multiply_7 = multiply_6 * 2.0F;
        const float d_relu_1 = nncc::select(less_equal, 0.0F, multiply_7);
        const float subtract_2 = multiply_5 - d_relu_1;
        const float add = subtract_2 + multiply_5;
        const bool equal = nncc::equal(add, 0.0F);
        const float multiply_8 = add * 0.5F;
        const float divide = multiply_8 / distance_of_1_2;
        const float d_distance_of_1_2 = nncc::select(equal, 0.0F, divide);
        multiply[i] = multiply_3;
        multiply_2[i] = multiply_4;
        d_distance_of_1[i] = d_distance_of_1_2;
    }
}

// siamese.nn:16  same * output ** 2 |> (1 - same) |> (1 - same) * relu(1 - output) ** 2 |> same * output ** 2 +
void mean_1(const float* same, const float* value, const float* value_2, float* loss) noexcept {
    constexpr int kCount = 32;
    const float sum = nncc::reduce<nncc::Sum, kCount, nncc::kLanes<float>>([&](int i, auto lanes) {
        const auto same_2 = nncc::load(same + i, lanes);
        const auto multiply = same_2 * nncc::load(value + i, lanes);
        const auto subtract = 1.0F - same_2;
        const auto multiply_2 = subtract * nncc::load(value_2 + i, lanes);
        return multiply + multiply_2;
    });
    loss[0] = sum * 0.03125F;
}

// siamese.nn:8  distance_of(twin(left), twin(right))
// siamese.nn:3  dense(units)
void d_distance_of_1_d_twin_dense_2(const float* d_distance_of_1, const float* distance_of_1, float* d_distance_of_1_2,
                                    float* d_distance_of_1_3, float* d_twin_dense_2) noexcept {
    constexpr int kRows = 32, kColumns = 16;
    for (int i = 0; i < kRows; ++i) {
        const float d_distance_of_1_4 = d_distance_of_1[i];
        nncc::each_vector<kColumns, nncc::kLanes<float>>([&](int j, auto lanes) {
            const auto multiply = d_distance_of_1_4 * nncc::load(distance_of_1 + kColumns * i + j, lanes);
            const auto multiply_2 = multiply * 2.0F;
            const auto d_distance_of_1_5 = multiply * -2.0F;
            const auto subtract = multiply - multiply;
            const auto d_twin_dense_2_2 = subtract * 2.0F;
            nncc::store(d_distance_of_1_2 + kColumns * i + j, multiply_2, lanes);
            nncc::store(d_distance_of_1_3 + kColumns * i + j, d_distance_of_1_5, lanes);
            nncc::store(d_twin_dense_2 + kColumns * i + j, d_twin_dense_2_2, lanes);
        });
    }
}

// siamese.nn:3  dense(units)
// siamese.nn:18  adam(learning_rate = 0.001)
void d_twin_dense_2_update_twin_dense_2_b(const float* d_twin_dense_2, const float* adam_m_twin_dense_2_b,
                                          const float* adam_v_twin_dense_2_b, const float* scale, const float* rate,
                                          const float* twin_dense_2_b, float* adam_m_twin_dense_2_b_next,
                                          float* adam_v_twin_dense_2_b_next, float* twin_dense_2_b_next) noexcept {
    constexpr int kRows = 32, kColumns = 16;
    const float rate_2 = rate[0];
    const float scale_2 = scale[0];
    nncc::each_vector<kColumns, nncc::kLanes<float>>([&](int j, auto lanes) {
        const auto multiply = 0.9F * nncc::load(adam_m_twin_dense_2_b + j, lanes);
        const auto multiply_2 = 0.999F * nncc::load(adam_v_twin_dense_2_b + j, lanes);
        const auto d_twin_dense_2_2 = nncc::reduce_outer<nncc::Sum, kRows>([&](int i) {
            return nncc::load(d_twin_dense_2 + kColumns * i + j, lanes);
        });
        const auto multiply_3 = 0.1F * d_twin_dense_2_2;
        const auto m = multiply + multiply_3;
        const auto multiply_4 = d_twin_dense_2_2 * d_twin_dense_2_2;
        const auto multiply_5 = 0.001F * multiply_4;
        const auto v = multiply_2 + multiply_5;
        const auto multiply_6 = rate_2 * m;
        const auto sqrt = nncc::sqrt(v);
        const auto multiply_7 = sqrt * scale_2;
        const auto add = multiply_7 + 1e-08F;
        const auto divide = multiply_6 / add;
        const auto twin_dense_2_b_2 = nncc::load(twin_dense_2_b + j, lanes) - divide;
        nncc::store(adam_m_twin_dense_2_b_next + j, m, lanes);
        nncc::store(adam_v_twin_dense_2_b_next + j, v, lanes);
        nncc::store(twin_dense_2_b_next + j, twin_dense_2_b_2, lanes);
    });
}

// siamese.nn:3  dense(units)
void d_twin_dense_2(const float* d_distance_of_1, const float* twin_relu_1, float* d_twin_dense_2) noexcept {
    constexpr int kRows = 64, kColumns = 16, kDepth = 32;
    const nncc::Matrix<float, 1, kRows> left{twin_relu_1};
    const nncc::Matrix<float, kColumns, 1> right{d_distance_of_1};
    nncc::gemm<kRows, kColumns, kDepth>(left, right, [&](int i, int j, auto lanes, auto product) {
        nncc::store(d_twin_dense_2 + kColumns * i + j, product, lanes);
    });
}

// siamese.nn:3  dense(units) |> relu
void d_twin_dense_2_d_twin_relu_1(const float* d_distance_of_1, const float* twin_dense_2_w, const float* twin_relu_1,
                                  float* d_twin_relu_1) noexcept {
    constexpr int kRows = 32, kColumns = 64, kDepth = 16;
    const nncc::Matrix<float, kDepth, 1> left{d_distance_of_1};
    const nncc::Matrix<float, 1, kDepth> right{twin_dense_2_w};
    nncc::gemm<kRows, kColumns, kDepth>(left, right, [&](int i, int j, auto lanes, auto product) {
        const auto less_equal = nncc::less_equal(nncc::load(twin_relu_1 + kColumns * i + j, lanes),
                                                 nncc::splat(0.0F, lanes));
        nncc::store(d_twin_relu_1 + kColumns * i + j, nncc::select(less_equal, nncc::splat(0.0F, lanes), product),
                    lanes);
    });
}

// siamese.nn:3  dense(units)
// siamese.nn:18  adam(learning_rate = 0.001)
void d_twin_dense_2_update_twin_dense_2_w(const float* d_distance_of_1, const float* twin_relu_1,
                                          const float* d_twin_dense_2, const float* adam_m_twin_dense_2_w,
                                          const float* adam_v_twin_dense_2_w, const float* scale, const float* rate,
                                          const float* twin_dense_2_w, float* adam_m_twin_dense_2_w_next,
                                          float* adam_v_twin_dense_2_w_next, float* twin_dense_2_w_next) noexcept {
    constexpr int kRows = 64, kColumns = 16, kDepth = 32;
    const float rate_2 = rate[0];
    const float scale_2 = scale[0];
    const nncc::Matrix<float, 1, kRows> left{twin_relu_1};
    const nncc::Matrix<float, kColumns, 1> right{d_distance_of_1};
    nncc::gemm<kRows, kColumns, kDepth>(left, right, [&](int i, int j, auto lanes, auto product) {
        const auto multiply = 0.9F * nncc::load(adam_m_twin_dense_2_w + kColumns * i + j, lanes);
        const auto d_twin_dense_2_2 = nncc::load(d_twin_dense_2 + kColumns * i + j, lanes) + product;
        const auto multiply_2 = 0.1F * d_twin_dense_2_2;
        const auto m = multiply + multiply_2;
        const auto multiply_3 = 0.999F * nncc::load(adam_v_twin_dense_2_w + kColumns * i + j, lanes);
        const auto multiply_4 = d_twin_dense_2_2 * d_twin_dense_2_2;
        const auto multiply_5 = 0.001F * multiply_4;
        const auto v = multiply_3 + multiply_5;
        const auto multiply_6 = rate_2 * m;
        const auto sqrt = nncc::sqrt(v);
        const auto multiply_7 = sqrt * scale_2;
        const auto add = multiply_7 + 1e-08F;
        const auto divide = multiply_6 / add;
        const auto twin_dense_2_w_2 = nncc::load(twin_dense_2_w + kColumns * i + j, lanes) - divide;
        nncc::store(adam_m_twin_dense_2_w_next + kColumns * i + j, m, lanes);
        nncc::store(adam_v_twin_dense_2_w_next + kColumns * i + j, v, lanes);
        nncc::store(twin_dense_2_w_next + kColumns * i + j, twin_dense_2_w_2, lanes);
    });
}

// siamese.nn:3  dense(64)
// siamese.nn:18  adam(learning_rate = 0.001)
void d_twin_dense_1_update_twin_dense_1_b(const float* d_twin_relu_1, const float* d_twin_relu_1_2,
                                          const float* adam_m_twin_dense_1_b, const float* adam_v_twin_dense_1_b,
                                          const float* scale, const float* rate, const float* twin_dense_1_b,
                                          float* adam_m_twin_dense_1_b_next, float* adam_v_twin_dense_1_b_next,
                                          float* twin_dense_1_b_next) noexcept {
    constexpr int kRows = 32, kColumns = 64;
    const float rate_2 = rate[0];
    const float scale_2 = scale[0];
    nncc::each_vector<kColumns, nncc::kLanes<float>>([&](int j, auto lanes) {
        const auto multiply = 0.9F * nncc::load(adam_m_twin_dense_1_b + j, lanes);
        const auto multiply_2 = 0.999F * nncc::load(adam_v_twin_dense_1_b + j, lanes);
        const auto d_twin_dense_1 = nncc::reduce_outer<nncc::Sum, kRows>([&](int i) {
            return nncc::load(d_twin_relu_1 + kColumns * i + j, lanes) +
                nncc::load(d_twin_relu_1_2 + kColumns * i + j, lanes);
        });
        const auto multiply_3 = 0.1F * d_twin_dense_1;
        const auto m = multiply + multiply_3;
        const auto multiply_4 = d_twin_dense_1 * d_twin_dense_1;
        const auto multiply_5 = 0.001F * multiply_4;
        const auto v = multiply_2 + multiply_5;
        const auto multiply_6 = rate_2 * m;
        const auto sqrt = nncc::sqrt(v);
        const auto multiply_7 = sqrt * scale_2;
        const auto add = multiply_7 + 1e-08F;
        const auto divide = multiply_6 / add;
        const auto twin_dense_1_b_2 = nncc::load(twin_dense_1_b + j, lanes) - divide;
        nncc::store(adam_m_twin_dense_1_b_next + j, m, lanes);
        nncc::store(adam_v_twin_dense_1_b_next + j, v, lanes);
        nncc::store(twin_dense_1_b_next + j, twin_dense_1_b_2, lanes);
    });
}

// siamese.nn:3  dense(64)
void d_twin_dense_1(const float* d_twin_relu_1, const float* twin, float* d_twin_dense_1) noexcept {
    constexpr int kColumns = 64, kDepth = 32;
    const nncc::Matrix<float, 1, kColumns> left{twin};
    const nncc::Matrix<float, kColumns, 1> right{d_twin_relu_1};
    nncc::gemm<kColumns, kColumns, kDepth>(left, right, [&](int i, int j, auto lanes, auto product) {
        nncc::store(d_twin_dense_1 + kColumns * i + j, product, lanes);
    });
}

// siamese.nn:3  dense(64)
// siamese.nn:18  adam(learning_rate = 0.001)
void d_twin_dense_1_update_twin_dense_1_w(const float* d_twin_relu_1, const float* twin, const float* d_twin_dense_1,
                                          const float* adam_m_twin_dense_1_w, const float* adam_v_twin_dense_1_w,
                                          const float* scale, const float* rate, const float* twin_dense_1_w,
                                          float* adam_m_twin_dense_1_w_next, float* adam_v_twin_dense_1_w_next,
                                          float* twin_dense_1_w_next) noexcept {
    constexpr int kColumns = 64, kDepth = 32;
    const float rate_2 = rate[0];
    const float scale_2 = scale[0];
    const nncc::Matrix<float, 1, kColumns> left{twin};
    const nncc::Matrix<float, kColumns, 1> right{d_twin_relu_1};
    nncc::gemm<kColumns, kColumns, kDepth>(left, right, [&](int i, int j, auto lanes, auto product) {
        const auto multiply = 0.9F * nncc::load(adam_m_twin_dense_1_w + kColumns * i + j, lanes);
        const auto d_twin_dense_1_2 = nncc::load(d_twin_dense_1 + kColumns * i + j, lanes) + product;
        const auto multiply_2 = 0.1F * d_twin_dense_1_2;
        const auto m = multiply + multiply_2;
        const auto multiply_3 = 0.999F * nncc::load(adam_v_twin_dense_1_w + kColumns * i + j, lanes);
        const auto multiply_4 = d_twin_dense_1_2 * d_twin_dense_1_2;
        const auto multiply_5 = 0.001F * multiply_4;
        const auto v = multiply_3 + multiply_5;
        const auto multiply_6 = rate_2 * m;
        const auto sqrt = nncc::sqrt(v);
        const auto multiply_7 = sqrt * scale_2;
        const auto add = multiply_7 + 1e-08F;
        const auto divide = multiply_6 / add;
        const auto twin_dense_1_w_2 = nncc::load(twin_dense_1_w + kColumns * i + j, lanes) - divide;
        nncc::store(adam_m_twin_dense_1_w_next + kColumns * i + j, m, lanes);
        nncc::store(adam_v_twin_dense_1_w_next + kColumns * i + j, v, lanes);
        nncc::store(twin_dense_1_w_next + kColumns * i + j, twin_dense_1_w_2, lanes);
    });
}

// siamese.nn:3  dense(units)
void d_twin_dense_2_gradients(const float* d_twin_dense_2, float* d_twin_dense_2_b) noexcept {
    constexpr int kRows = 32, kColumns = 16;
    nncc::each_vector<kColumns, nncc::kLanes<float>>([&](int j, auto lanes) {
        const auto d_twin_dense_2_2 = nncc::reduce_outer<nncc::Sum, kRows>([&](int i) {
            return nncc::load(d_twin_dense_2 + kColumns * i + j, lanes);
        });
        nncc::store(d_twin_dense_2_b + j, d_twin_dense_2_2, lanes);
    });
}

// siamese.nn:3  dense(units)
void d_twin_dense_2_gradients_2(const float* d_distance_of_1, const float* twin_relu_1, const float* d_twin_dense_2,
                                float* d_twin_dense_2_w) noexcept {
    constexpr int kRows = 64, kColumns = 16, kDepth = 32;
    const nncc::Matrix<float, 1, kRows> left{twin_relu_1};
    const nncc::Matrix<float, kColumns, 1> right{d_distance_of_1};
    nncc::gemm<kRows, kColumns, kDepth>(left, right, [&](int i, int j, auto lanes, auto product) {
        nncc::store(d_twin_dense_2_w + kColumns * i + j, nncc::load(d_twin_dense_2 + kColumns * i + j, lanes) + product,
                    lanes);
    });
}

// siamese.nn:3  dense(64)
void d_twin_dense_1_gradients(const float* d_twin_relu_1, const float* d_twin_relu_1_2,
                              float* d_twin_dense_1_b) noexcept {
    constexpr int kRows = 32, kColumns = 64;
    nncc::each_vector<kColumns, nncc::kLanes<float>>([&](int j, auto lanes) {
        const auto d_twin_dense_1 = nncc::reduce_outer<nncc::Sum, kRows>([&](int i) {
            return nncc::load(d_twin_relu_1 + kColumns * i + j, lanes) +
                nncc::load(d_twin_relu_1_2 + kColumns * i + j, lanes);
        });
        nncc::store(d_twin_dense_1_b + j, d_twin_dense_1, lanes);
    });
}

// siamese.nn:3  dense(64)
void d_twin_dense_1_gradients_2(const float* d_twin_relu_1, const float* twin, const float* d_twin_dense_1,
                                float* d_twin_dense_1_w) noexcept {
    constexpr int kColumns = 64, kDepth = 32;
    const nncc::Matrix<float, 1, kColumns> left{twin};
    const nncc::Matrix<float, kColumns, 1> right{d_twin_relu_1};
    nncc::gemm<kColumns, kColumns, kDepth>(left, right, [&](int i, int j, auto lanes, auto product) {
        nncc::store(d_twin_dense_1_w + kColumns * i + j, nncc::load(d_twin_dense_1 + kColumns * i + j, lanes) + product,
                    lanes);
    });
}

// siamese.nn:18  adam(learning_rate = 0.001)
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
    const float twin_dense_1_w = nncc::cast<float>(scale_2);
    const bool equal_2 = nncc::equal(rate_scale_v[0], 1.0F);
    step_next[0] = add;
    rate[0] = cast_2;
    scale[0] = twin_dense_1_w;
    equal[0] = equal_2;
}

// siamese.nn:18  adam(learning_rate = 0.001)
void m_update_twin_dense_1_w(const float* adam_m_twin_dense_1_w, const float* d_twin_dense_1_w,
                             const float* adam_v_twin_dense_1_w, const float* scale, const float* rate,
                             const float* twin_dense_1_w, const float* rate_scale_v, const bool* value,
                             float* adam_m_twin_dense_1_w_next, float* adam_v_twin_dense_1_w_next,
                             float* twin_dense_1_w_next) noexcept {
    constexpr int kCount = 4096;
    const bool value_2 = value[0];
    const float rate_2 = rate[0];
    const float scale_2 = scale[0];
    const float rate_scale_v_2 = rate_scale_v[0];
    nncc::each_vector<kCount, nncc::kLanes<float>>([&](int i, auto lanes) {
        const auto multiply = 0.9F * nncc::load(adam_m_twin_dense_1_w + i, lanes);
        const auto d_twin_dense_1_w_2 = nncc::load(d_twin_dense_1_w + i, lanes);
        const auto multiply_2 = 0.1F * d_twin_dense_1_w_2;
        const auto m = multiply + multiply_2;
        const auto multiply_3 = 0.999F * nncc::load(adam_v_twin_dense_1_w + i, lanes);
        const auto multiply_4 = d_twin_dense_1_w_2 * d_twin_dense_1_w_2;
        const auto multiply_5 = 0.001F * multiply_4;
        const auto v = multiply_3 + multiply_5;
        const auto twin_dense_1_w_2 = nncc::load(twin_dense_1_w + i, lanes);
        const auto multiply_6 = rate_2 * m;
        const auto sqrt = nncc::sqrt(v);
        const auto multiply_7 = sqrt * scale_2;
        const auto add = multiply_7 + 1e-08F;
        const auto divide = multiply_6 / add;
        const auto twin_dense_1_w_3 = twin_dense_1_w_2 - divide;
        const auto subtract = twin_dense_1_w_3 - twin_dense_1_w_2;
        const auto multiply_8 = rate_scale_v_2 * subtract;
        const auto add_2 = twin_dense_1_w_2 + multiply_8;
        const auto select = nncc::select(nncc::splat(value_2, lanes), twin_dense_1_w_3, add_2);
        nncc::store(adam_m_twin_dense_1_w_next + i, m, lanes);
        nncc::store(adam_v_twin_dense_1_w_next + i, v, lanes);
        nncc::store(twin_dense_1_w_next + i, select, lanes);
    });
}

// siamese.nn:18  adam(learning_rate = 0.001)
void m_update_twin_dense_1_b(const float* adam_m_twin_dense_1_b, const float* d_twin_dense_1_b,
                             const float* adam_v_twin_dense_1_b, const float* scale, const float* rate,
                             const float* twin_dense_1_b, const float* rate_scale_v, const bool* value,
                             float* adam_m_twin_dense_1_b_next, float* adam_v_twin_dense_1_b_next,
                             float* twin_dense_1_b_next) noexcept {
    constexpr int kCount = 64;
    const bool value_2 = value[0];
    const float rate_2 = rate[0];
    const float scale_2 = scale[0];
    const float rate_scale_v_2 = rate_scale_v[0];
    nncc::each_vector<kCount, nncc::kLanes<float>>([&](int i, auto lanes) {
        const auto multiply = 0.9F * nncc::load(adam_m_twin_dense_1_b + i, lanes);
        const auto d_twin_dense_1_b_2 = nncc::load(d_twin_dense_1_b + i, lanes);
        const auto multiply_2 = 0.1F * d_twin_dense_1_b_2;
        const auto m = multiply + multiply_2;
        const auto multiply_3 = 0.999F * nncc::load(adam_v_twin_dense_1_b + i, lanes);
        const auto multiply_4 = d_twin_dense_1_b_2 * d_twin_dense_1_b_2;
        const auto multiply_5 = 0.001F * multiply_4;
        const auto v = multiply_3 + multiply_5;
        const auto twin_dense_1_b_2 = nncc::load(twin_dense_1_b + i, lanes);
        const auto multiply_6 = rate_2 * m;
        const auto sqrt = nncc::sqrt(v);
        const auto multiply_7 = sqrt * scale_2;
        const auto add = multiply_7 + 1e-08F;
        const auto divide = multiply_6 / add;
        const auto twin_dense_1_b_3 = twin_dense_1_b_2 - divide;
        const auto subtract = twin_dense_1_b_3 - twin_dense_1_b_2;
        const auto multiply_8 = rate_scale_v_2 * subtract;
        const auto add_2 = twin_dense_1_b_2 + multiply_8;
        const auto select = nncc::select(nncc::splat(value_2, lanes), twin_dense_1_b_3, add_2);
        nncc::store(adam_m_twin_dense_1_b_next + i, m, lanes);
        nncc::store(adam_v_twin_dense_1_b_next + i, v, lanes);
        nncc::store(twin_dense_1_b_next + i, select, lanes);
    });
}

// siamese.nn:18  adam(learning_rate = 0.001)
void m_update_twin_dense_2_w(const float* adam_m_twin_dense_2_w, const float* d_twin_dense_2_w,
                             const float* adam_v_twin_dense_2_w, const float* scale, const float* rate,
                             const float* twin_dense_2_w, const float* rate_scale_v, const bool* value,
                             float* adam_m_twin_dense_2_w_next, float* adam_v_twin_dense_2_w_next,
                             float* twin_dense_2_w_next) noexcept {
    constexpr int kCount = 1024;
    const bool value_2 = value[0];
    const float rate_2 = rate[0];
    const float scale_2 = scale[0];
    const float rate_scale_v_2 = rate_scale_v[0];
    nncc::each_vector<kCount, nncc::kLanes<float>>([&](int i, auto lanes) {
        const auto multiply = 0.9F * nncc::load(adam_m_twin_dense_2_w + i, lanes);
        const auto d_twin_dense_2_w_2 = nncc::load(d_twin_dense_2_w + i, lanes);
        const auto multiply_2 = 0.1F * d_twin_dense_2_w_2;
        const auto m = multiply + multiply_2;
        const auto multiply_3 = 0.999F * nncc::load(adam_v_twin_dense_2_w + i, lanes);
        const auto multiply_4 = d_twin_dense_2_w_2 * d_twin_dense_2_w_2;
        const auto multiply_5 = 0.001F * multiply_4;
        const auto v = multiply_3 + multiply_5;
        const auto twin_dense_2_w_2 = nncc::load(twin_dense_2_w + i, lanes);
        const auto multiply_6 = rate_2 * m;
        const auto sqrt = nncc::sqrt(v);
        const auto multiply_7 = sqrt * scale_2;
        const auto add = multiply_7 + 1e-08F;
        const auto divide = multiply_6 / add;
        const auto twin_dense_2_w_3 = twin_dense_2_w_2 - divide;
        const auto subtract = twin_dense_2_w_3 - twin_dense_2_w_2;
        const auto multiply_8 = rate_scale_v_2 * subtract;
        const auto add_2 = twin_dense_2_w_2 + multiply_8;
        const auto select = nncc::select(nncc::splat(value_2, lanes), twin_dense_2_w_3, add_2);
        nncc::store(adam_m_twin_dense_2_w_next + i, m, lanes);
        nncc::store(adam_v_twin_dense_2_w_next + i, v, lanes);
        nncc::store(twin_dense_2_w_next + i, select, lanes);
    });
}

// siamese.nn:18  adam(learning_rate = 0.001)
void m_update_twin_dense_2_b(const float* adam_m_twin_dense_2_b, const float* d_twin_dense_2_b,
                             const float* adam_v_twin_dense_2_b, const float* scale, const float* rate,
                             const float* twin_dense_2_b, const float* rate_scale_v, const bool* value,
                             float* adam_m_twin_dense_2_b_next, float* adam_v_twin_dense_2_b_next,
                             float* twin_dense_2_b_next) noexcept {
    constexpr int kCount = 16;
    const bool value_2 = value[0];
    const float rate_2 = rate[0];
    const float scale_2 = scale[0];
    const float rate_scale_v_2 = rate_scale_v[0];
    nncc::each_vector<kCount, nncc::kLanes<float>>([&](int i, auto lanes) {
        const auto multiply = 0.9F * nncc::load(adam_m_twin_dense_2_b + i, lanes);
        const auto d_twin_dense_2_b_2 = nncc::load(d_twin_dense_2_b + i, lanes);
        const auto multiply_2 = 0.1F * d_twin_dense_2_b_2;
        const auto m = multiply + multiply_2;
        const auto multiply_3 = 0.999F * nncc::load(adam_v_twin_dense_2_b + i, lanes);
        const auto multiply_4 = d_twin_dense_2_b_2 * d_twin_dense_2_b_2;
        const auto multiply_5 = 0.001F * multiply_4;
        const auto v = multiply_3 + multiply_5;
        const auto twin_dense_2_b_2 = nncc::load(twin_dense_2_b + i, lanes);
        const auto multiply_6 = rate_2 * m;
        const auto sqrt = nncc::sqrt(v);
        const auto multiply_7 = sqrt * scale_2;
        const auto add = multiply_7 + 1e-08F;
        const auto divide = multiply_6 / add;
        const auto twin_dense_2_b_3 = twin_dense_2_b_2 - divide;
        const auto subtract = twin_dense_2_b_3 - twin_dense_2_b_2;
        const auto multiply_8 = rate_scale_v_2 * subtract;
        const auto add_2 = twin_dense_2_b_2 + multiply_8;
        const auto select = nncc::select(nncc::splat(value_2, lanes), twin_dense_2_b_3, add_2);
        nncc::store(adam_m_twin_dense_2_b_next + i, m, lanes);
        nncc::store(adam_v_twin_dense_2_b_next + i, v, lanes);
        nncc::store(twin_dense_2_b_next + i, select, lanes);
    });
}

}  // namespace kernels

}  // namespace

const nncc::Tensor kTensors[4] = {
    {"twin.dense_1.w", nncc::TensorKind::kParam, nncc::ElementType::kF32, 2, {64, 64}, __builtin_offsetof(Weights, twin.dense_1.w)},
    {"twin.dense_1.b", nncc::TensorKind::kParam, nncc::ElementType::kF32, 1, {64}, __builtin_offsetof(Weights, twin.dense_1.b)},
    {"twin.dense_2.w", nncc::TensorKind::kParam, nncc::ElementType::kF32, 2, {64, 16}, __builtin_offsetof(Weights, twin.dense_2.w)},
    {"twin.dense_2.b", nncc::TensorKind::kParam, nncc::ElementType::kF32, 1, {16}, __builtin_offsetof(Weights, twin.dense_2.b)},
};

void initialize(Weights& weights, nncc::u64 seed) noexcept {
    const nncc::i32 seed_word = static_cast<nncc::i32>(static_cast<nncc::u32>(seed));
    float* const twin_dense_1_w = flat<float>(weights.twin.dense_1.w);
    float* const twin_dense_2_w = flat<float>(weights.twin.dense_2.w);
    float* const twin_dense_1_b = flat<float>(weights.twin.dense_1.b);
    float* const twin_dense_2_b = flat<float>(weights.twin.dense_2.b);

    kernels::initialize_twin_dense_1_w(&seed_word, twin_dense_1_w);
    kernels::initialize_twin_dense_2_w(&seed_word, twin_dense_2_w);
    nncc::fill(twin_dense_1_b, 64, 0.0F);
    nncc::fill(twin_dense_2_b, 16, 0.0F);
}

void pack(const Weights& weights, Packed& packed) noexcept {
    float* const packed_twin_dense_1_w = reinterpret_cast<float*>(packed.bytes + 256);
    const float* const twin_dense_1_w = flat<const float>(weights.twin.dense_1.w);
    float* const packed_twin_dense_1_b = reinterpret_cast<float*>(packed.bytes);
    const float* const twin_dense_1_b = flat<const float>(weights.twin.dense_1.b);
    float* const packed_twin_dense_2_w = reinterpret_cast<float*>(packed.bytes + 16704);
    const float* const twin_dense_2_w = flat<const float>(weights.twin.dense_2.w);
    float* const packed_twin_dense_2_b = reinterpret_cast<float*>(packed.bytes + 16640);
    const float* const twin_dense_2_b = flat<const float>(weights.twin.dense_2.b);

    nncc::copy(twin_dense_1_w, packed_twin_dense_1_w, 4096);
    nncc::copy(twin_dense_1_b, packed_twin_dense_1_b, 64);
    nncc::copy(twin_dense_2_w, packed_twin_dense_2_w, 1024);
    nncc::copy(twin_dense_2_b, packed_twin_dense_2_b, 16);
}

void Model<1>::forward(nncc::In<float, 64> left, nncc::In<float, 64> right, nncc::Out<float, 1> output) noexcept {
    alignas(64) unsigned char arena[768];
    float* const twin = reinterpret_cast<float*>(arena + 512);  // [1, 64]
    float* const twin_2 = reinterpret_cast<float*>(arena);  // [1, 64]
    const float* const packed_twin_dense_1_w = reinterpret_cast<const float*>(packed_->bytes + 256);
    const float* const packed_twin_dense_1_b = reinterpret_cast<const float*>(packed_->bytes);
    float* const twin_relu_1 = reinterpret_cast<float*>(arena + 256);  // [1, 64]
    float* const twin_relu_1_2 = reinterpret_cast<float*>(arena + 512);  // [1, 64]
    const float* const packed_twin_dense_2_w = reinterpret_cast<const float*>(packed_->bytes + 16704);
    const float* const packed_twin_dense_2_b = reinterpret_cast<const float*>(packed_->bytes + 16640);
    float* const twin_dense_2 = reinterpret_cast<float*>(arena);  // [1, 16]
    float* const distance_of_1 = reinterpret_cast<float*>(arena + 64);  // [1, 16]

    kernels::twin(left.data(), right.data(), twin, twin_2);
    kernels::twin_dense_1_twin_relu_1(twin, packed_twin_dense_1_w, packed_twin_dense_1_b, twin_relu_1);
    kernels::twin_dense_1_twin_relu_1(twin_2, packed_twin_dense_1_w, packed_twin_dense_1_b, twin_relu_1_2);
    kernels::twin_dense_2(twin_relu_1, packed_twin_dense_2_w, packed_twin_dense_2_b, twin_dense_2);
    kernels::twin_dense_2_distance_of_1(twin_relu_1_2, packed_twin_dense_2_w, packed_twin_dense_2_b, twin_dense_2,
                                        distance_of_1);
    kernels::distance_of_1(distance_of_1, output.data());
}

void Trainer::restart(const Weights& start, nncc::u64 seed) noexcept {
    seed_ = static_cast<nncc::i32>(static_cast<nncc::u32>(seed));
    steps = 0;
    float* const adam_m_twin_dense_1_w = flat<float>(slots_.adam.m.twin.dense_1.w);
    float* const adam_v_twin_dense_1_w = flat<float>(slots_.adam.v.twin.dense_1.w);
    float* const adam_m_twin_dense_1_b = flat<float>(slots_.adam.m.twin.dense_1.b);
    float* const adam_v_twin_dense_1_b = flat<float>(slots_.adam.v.twin.dense_1.b);
    float* const adam_m_twin_dense_2_w = flat<float>(slots_.adam.m.twin.dense_2.w);
    float* const adam_v_twin_dense_2_w = flat<float>(slots_.adam.v.twin.dense_2.w);
    float* const adam_m_twin_dense_2_b = flat<float>(slots_.adam.m.twin.dense_2.b);
    float* const adam_v_twin_dense_2_b = flat<float>(slots_.adam.v.twin.dense_2.b);

    nncc::fill(adam_m_twin_dense_1_w, 4096, 0.0F);
    nncc::fill(adam_v_twin_dense_1_w, 4096, 0.0F);
    nncc::fill(adam_m_twin_dense_1_b, 64, 0.0F);
    nncc::fill(adam_v_twin_dense_1_b, 64, 0.0F);
    nncc::fill(adam_m_twin_dense_2_w, 1024, 0.0F);
    nncc::fill(adam_v_twin_dense_2_w, 1024, 0.0F);
    nncc::fill(adam_m_twin_dense_2_b, 16, 0.0F);
    nncc::fill(adam_v_twin_dense_2_b, 16, 0.0F);
    weights_ = start;
}

float Trainer::step(nncc::In<float, 32, 64> left, nncc::In<float, 32, 64> right, nncc::In<float, 32, 1> same) noexcept {
    float loss_value = 0.0F;
    nncc::i32 step_word = static_cast<nncc::i32>(static_cast<nncc::u32>(steps));
    nncc::i32* const step_v = &step_word;
    float* const rate = reinterpret_cast<float*>(arena_ + 55296);  // []
    float* const scale = reinterpret_cast<float*>(arena_ + 55360);  // []
    float* const multiply = reinterpret_cast<float*>(arena_ + 36864);  // [32, 1]
    float* const multiply_2 = reinterpret_cast<float*>(arena_ + 36992);  // [32, 1]
    float* const twin = reinterpret_cast<float*>(arena_ + 16384);  // [32, 64]
    float* const twin_2 = reinterpret_cast<float*>(arena_ + 24576);  // [32, 64]
    float* const twin_dense_1_w = flat<float>(weights_.twin.dense_1.w);
    float* const twin_dense_1_b = flat<float>(weights_.twin.dense_1.b);
    float* const twin_relu_1 = reinterpret_cast<float*>(arena_);  // [32, 64]
    float* const twin_dense_2_w = flat<float>(weights_.twin.dense_2.w);
    float* const twin_dense_2_b = flat<float>(weights_.twin.dense_2.b);
    float* const twin_dense_2 = reinterpret_cast<float*>(arena_ + 32768);  // [32, 16]
    float* const twin_relu_1_2 = reinterpret_cast<float*>(arena_ + 8192);  // [32, 64]
    float* const distance_of_1 = reinterpret_cast<float*>(arena_ + 53248);  // [32, 16]
    float* const distance_of_1_2 = reinterpret_cast<float*>(arena_ + 34816);  // [32, 16]
    float* const multiply_3 = reinterpret_cast<float*>(arena_ + 32768);  // [32]
    float* const multiply_4 = reinterpret_cast<float*>(arena_ + 32896);  // [32]
    float* const d_distance_of_1 = reinterpret_cast<float*>(arena_ + 37120);  // [32]
    float* const d_distance_of_1_2 = reinterpret_cast<float*>(arena_ + 53248);  // [32, 16]
    float* const d_distance_of_1_3 = reinterpret_cast<float*>(arena_ + 40960);  // [32, 16]
    float* const d_twin_dense_2 = reinterpret_cast<float*>(arena_ + 32768);  // [32, 16]
    float* const adam_m_twin_dense_2_b = flat<float>(slots_.adam.m.twin.dense_2.b);
    float* const adam_v_twin_dense_2_b = flat<float>(slots_.adam.v.twin.dense_2.b);
    float* const d_twin_dense_2_2 = reinterpret_cast<float*>(arena_ + 49152);  // [64, 16]
    float* const d_twin_relu_1 = reinterpret_cast<float*>(arena_ + 32768);  // [32, 64]
    float* const d_twin_relu_1_2 = reinterpret_cast<float*>(arena_ + 40960);  // [32, 64]
    float* const adam_m_twin_dense_2_w = flat<float>(slots_.adam.m.twin.dense_2.w);
    float* const adam_v_twin_dense_2_w = flat<float>(slots_.adam.v.twin.dense_2.w);
    float* const adam_m_twin_dense_1_b = flat<float>(slots_.adam.m.twin.dense_1.b);
    float* const adam_v_twin_dense_1_b = flat<float>(slots_.adam.v.twin.dense_1.b);
    float* const d_twin_dense_1 = reinterpret_cast<float*>(arena_);  // [64, 64]
    float* const adam_m_twin_dense_1_w = flat<float>(slots_.adam.m.twin.dense_1.w);
    float* const adam_v_twin_dense_1_w = flat<float>(slots_.adam.v.twin.dense_1.w);

    kernels::next_step_rate_scale(step_v, step_v, rate, scale);
    kernels::subtract_multiply(same.data(), multiply, multiply_2);
    kernels::twin_step(left.data(), right.data(), twin, twin_2);
    kernels::twin_dense_1_twin_relu_1_step(twin, twin_dense_1_w, twin_dense_1_b, twin_relu_1);
    kernels::twin_dense_2_step(twin_relu_1, twin_dense_2_w, twin_dense_2_b, twin_dense_2);
    kernels::twin_dense_1_twin_relu_1_step(twin_2, twin_dense_1_w, twin_dense_1_b, twin_relu_1_2);
    kernels::twin_dense_2_distance_of_1_step(twin_relu_1_2, twin_dense_2_w, twin_dense_2_b, twin_dense_2, distance_of_1,
                                             distance_of_1_2);
    kernels::distance_of_1_d_distance_of_1(distance_of_1_2, multiply, multiply_2, multiply_3, multiply_4,
                                           d_distance_of_1);
    kernels::mean_1(same.data(), multiply_3, multiply_4, &loss_value);
    kernels::d_distance_of_1_d_twin_dense_2(d_distance_of_1, distance_of_1, d_distance_of_1_2, d_distance_of_1_3,
                                            d_twin_dense_2);
    kernels::d_twin_dense_2_update_twin_dense_2_b(d_twin_dense_2, adam_m_twin_dense_2_b, adam_v_twin_dense_2_b, scale,
                                                  rate, twin_dense_2_b, adam_m_twin_dense_2_b, adam_v_twin_dense_2_b,
                                                  twin_dense_2_b);
    kernels::d_twin_dense_2(d_distance_of_1_3, twin_relu_1_2, d_twin_dense_2_2);
    kernels::d_twin_dense_2_d_twin_relu_1(d_distance_of_1_3, twin_dense_2_w, twin_relu_1_2, d_twin_relu_1);
    kernels::d_twin_dense_2_d_twin_relu_1(d_distance_of_1_2, twin_dense_2_w, twin_relu_1, d_twin_relu_1_2);
    kernels::d_twin_dense_2_update_twin_dense_2_w(d_distance_of_1_2, twin_relu_1, d_twin_dense_2_2,
                                                  adam_m_twin_dense_2_w, adam_v_twin_dense_2_w, scale, rate,
                                                  twin_dense_2_w, adam_m_twin_dense_2_w, adam_v_twin_dense_2_w,
                                                  twin_dense_2_w);
    kernels::d_twin_dense_1_update_twin_dense_1_b(d_twin_relu_1, d_twin_relu_1_2, adam_m_twin_dense_1_b,
                                                  adam_v_twin_dense_1_b, scale, rate, twin_dense_1_b,
                                                  adam_m_twin_dense_1_b, adam_v_twin_dense_1_b, twin_dense_1_b);
    kernels::d_twin_dense_1(d_twin_relu_1, twin_2, d_twin_dense_1);
    kernels::d_twin_dense_1_update_twin_dense_1_w(d_twin_relu_1_2, twin, d_twin_dense_1, adam_m_twin_dense_1_w,
                                                  adam_v_twin_dense_1_w, scale, rate, twin_dense_1_w,
                                                  adam_m_twin_dense_1_w, adam_v_twin_dense_1_w, twin_dense_1_w);
    steps = static_cast<nncc::u64>(static_cast<nncc::u32>(step_word));
    return loss_value;
}

float Trainer::gradients(nncc::In<float, 32, 64> left, nncc::In<float, 32, 64> right, nncc::In<float, 32, 1> same,
                         Weights& gradient) noexcept {
    float loss_value = 0.0F;
    float* const multiply = reinterpret_cast<float*>(arena_ + 36864);  // [32, 1]
    float* const multiply_2 = reinterpret_cast<float*>(arena_ + 36992);  // [32, 1]
    float* const twin = reinterpret_cast<float*>(arena_ + 16384);  // [32, 64]
    float* const twin_2 = reinterpret_cast<float*>(arena_ + 24576);  // [32, 64]
    const float* const twin_dense_1_w = flat<const float>(weights_.twin.dense_1.w);
    const float* const twin_dense_1_b = flat<const float>(weights_.twin.dense_1.b);
    float* const twin_relu_1 = reinterpret_cast<float*>(arena_);  // [32, 64]
    const float* const twin_dense_2_w = flat<const float>(weights_.twin.dense_2.w);
    const float* const twin_dense_2_b = flat<const float>(weights_.twin.dense_2.b);
    float* const twin_dense_2 = reinterpret_cast<float*>(arena_ + 32768);  // [32, 16]
    float* const twin_relu_1_2 = reinterpret_cast<float*>(arena_ + 8192);  // [32, 64]
    float* const distance_of_1 = reinterpret_cast<float*>(arena_ + 49152);  // [32, 16]
    float* const distance_of_1_2 = reinterpret_cast<float*>(arena_ + 34816);  // [32, 16]
    float* const multiply_3 = reinterpret_cast<float*>(arena_ + 32768);  // [32]
    float* const multiply_4 = reinterpret_cast<float*>(arena_ + 32896);  // [32]
    float* const d_distance_of_1 = reinterpret_cast<float*>(arena_ + 37120);  // [32]
    float* const d_distance_of_1_2 = reinterpret_cast<float*>(arena_ + 49152);  // [32, 16]
    float* const d_distance_of_1_3 = reinterpret_cast<float*>(arena_ + 40960);  // [32, 16]
    float* const d_twin_dense_2 = reinterpret_cast<float*>(arena_ + 32768);  // [32, 16]
    float* const d_twin_dense_2_2 = reinterpret_cast<float*>(arena_ + 32768);  // [64, 16]
    float* const d_twin_relu_1 = reinterpret_cast<float*>(arena_ + 32768);  // [32, 64]
    float* const d_twin_relu_1_2 = reinterpret_cast<float*>(arena_ + 40960);  // [32, 64]
    float* const d_twin_dense_1 = reinterpret_cast<float*>(arena_);  // [64, 64]

    kernels::subtract_multiply(same.data(), multiply, multiply_2);
    kernels::twin_step(left.data(), right.data(), twin, twin_2);
    kernels::twin_dense_1_twin_relu_1_step(twin, twin_dense_1_w, twin_dense_1_b, twin_relu_1);
    kernels::twin_dense_2_step(twin_relu_1, twin_dense_2_w, twin_dense_2_b, twin_dense_2);
    kernels::twin_dense_1_twin_relu_1_step(twin_2, twin_dense_1_w, twin_dense_1_b, twin_relu_1_2);
    kernels::twin_dense_2_distance_of_1_step(twin_relu_1_2, twin_dense_2_w, twin_dense_2_b, twin_dense_2, distance_of_1,
                                             distance_of_1_2);
    kernels::distance_of_1_d_distance_of_1(distance_of_1_2, multiply, multiply_2, multiply_3, multiply_4,
                                           d_distance_of_1);
    kernels::mean_1(same.data(), multiply_3, multiply_4, &loss_value);
    kernels::d_distance_of_1_d_twin_dense_2(d_distance_of_1, distance_of_1, d_distance_of_1_2, d_distance_of_1_3,
                                            d_twin_dense_2);
    kernels::d_twin_dense_2_gradients(d_twin_dense_2, flat<float>(gradient.twin.dense_2.b));
    kernels::d_twin_dense_2(d_distance_of_1_3, twin_relu_1_2, d_twin_dense_2_2);
    kernels::d_twin_dense_2_gradients_2(d_distance_of_1_2, twin_relu_1, d_twin_dense_2_2,
                                        flat<float>(gradient.twin.dense_2.w));
    kernels::d_twin_dense_2_d_twin_relu_1(d_distance_of_1_3, twin_dense_2_w, twin_relu_1_2, d_twin_relu_1);
    kernels::d_twin_dense_2_d_twin_relu_1(d_distance_of_1_2, twin_dense_2_w, twin_relu_1, d_twin_relu_1_2);
    kernels::d_twin_dense_1_gradients(d_twin_relu_1, d_twin_relu_1_2, flat<float>(gradient.twin.dense_1.b));
    kernels::d_twin_dense_1(d_twin_relu_1, twin_2, d_twin_dense_1);
    kernels::d_twin_dense_1_gradients_2(d_twin_relu_1_2, twin, d_twin_dense_1, flat<float>(gradient.twin.dense_1.w));
    return loss_value;
}

void Trainer::update(const Weights& gradient, float rate_scale) noexcept {
    nncc::i32 step_word = static_cast<nncc::i32>(static_cast<nncc::u32>(steps));
    nncc::i32* const step_v = &step_word;
    float* const rate = reinterpret_cast<float*>(arena_);  // []
    float* const scale = reinterpret_cast<float*>(arena_ + 64);  // []
    bool* const equal = reinterpret_cast<bool*>(arena_ + 128);  // []
    float* const adam_m_twin_dense_1_w = flat<float>(slots_.adam.m.twin.dense_1.w);
    float* const adam_v_twin_dense_1_w = flat<float>(slots_.adam.v.twin.dense_1.w);
    float* const twin_dense_1_w = flat<float>(weights_.twin.dense_1.w);
    float* const adam_m_twin_dense_1_b = flat<float>(slots_.adam.m.twin.dense_1.b);
    float* const adam_v_twin_dense_1_b = flat<float>(slots_.adam.v.twin.dense_1.b);
    float* const twin_dense_1_b = flat<float>(weights_.twin.dense_1.b);
    float* const adam_m_twin_dense_2_w = flat<float>(slots_.adam.m.twin.dense_2.w);
    float* const adam_v_twin_dense_2_w = flat<float>(slots_.adam.v.twin.dense_2.w);
    float* const twin_dense_2_w = flat<float>(weights_.twin.dense_2.w);
    float* const adam_m_twin_dense_2_b = flat<float>(slots_.adam.m.twin.dense_2.b);
    float* const adam_v_twin_dense_2_b = flat<float>(slots_.adam.v.twin.dense_2.b);
    float* const twin_dense_2_b = flat<float>(weights_.twin.dense_2.b);

    kernels::next_step_rate_scale_update(step_v, &rate_scale, step_v, rate, scale, equal);
    kernels::m_update_twin_dense_1_w(adam_m_twin_dense_1_w, flat<const float>(gradient.twin.dense_1.w),
                                     adam_v_twin_dense_1_w, scale, rate, twin_dense_1_w, &rate_scale, equal,
                                     adam_m_twin_dense_1_w, adam_v_twin_dense_1_w, twin_dense_1_w);
    kernels::m_update_twin_dense_1_b(adam_m_twin_dense_1_b, flat<const float>(gradient.twin.dense_1.b),
                                     adam_v_twin_dense_1_b, scale, rate, twin_dense_1_b, &rate_scale, equal,
                                     adam_m_twin_dense_1_b, adam_v_twin_dense_1_b, twin_dense_1_b);
    kernels::m_update_twin_dense_2_w(adam_m_twin_dense_2_w, flat<const float>(gradient.twin.dense_2.w),
                                     adam_v_twin_dense_2_w, scale, rate, twin_dense_2_w, &rate_scale, equal,
                                     adam_m_twin_dense_2_w, adam_v_twin_dense_2_w, twin_dense_2_w);
    kernels::m_update_twin_dense_2_b(adam_m_twin_dense_2_b, flat<const float>(gradient.twin.dense_2.b),
                                     adam_v_twin_dense_2_b, scale, rate, twin_dense_2_b, &rate_scale, equal,
                                     adam_m_twin_dense_2_b, adam_v_twin_dense_2_b, twin_dense_2_b);
    steps = static_cast<nncc::u64>(static_cast<nncc::u32>(step_word));
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
        alignas(64) static float input_0[64];
        alignas(64) static float input_1[64];
        alignas(64) static float output_0[1];
        constexpr double expected_0[2][1] = {
            {0.086952358},
            {0.122032507},
        };
        for (int vector = 0; vector < 2; ++vector) {
            nncc::selftest::fill(input_0, 64, vector, 0);
            nncc::selftest::fill(input_1, 64, vector, 1);
            model.forward(input_0, input_1, output_0);
            bool agrees = nncc::selftest::agrees(output_0, expected_0[vector], 1, 1, 2.54e-05);
            if (!agrees) ++failures;
        }
    }
    return failures;
}

}  // namespace siamese

extern "C" {  // siamese_c.h

__SIZE_TYPE__ siamese_weights_bytes() noexcept {
    return sizeof(siamese::Weights);
}

const void* siamese_tensors() noexcept {
    return siamese::kTensors;
}

int siamese_tensor_count() noexcept {
    return 4;
}

void siamese_initialize(void* weights, unsigned long long seed) noexcept {
    siamese::initialize(*static_cast<siamese::Weights*>(weights), seed);
}

__SIZE_TYPE__ siamese_packed_bytes() noexcept {
    return sizeof(siamese::Packed);
}

void siamese_pack(const void* weights, void* packed) noexcept {
    siamese::pack(*static_cast<const siamese::Weights*>(weights), *static_cast<siamese::Packed*>(packed));
}

int siamese_selftest() noexcept {
    return siamese::selftest();
}

__SIZE_TYPE__ siamese_model_bytes() noexcept {
    return sizeof(siamese::Model<1>);
}

void siamese_model_init(void* memory, const void* packed) noexcept {
    static_cast<siamese::Model<1>*>(memory)->use(*static_cast<const siamese::Packed*>(packed));
}

void siamese_forward(void* memory, const float* left, const float* right, float* output) noexcept {
    static_cast<siamese::Model<1>*>(memory)->forward(left, right, output);
}

__SIZE_TYPE__ siamese_trainer_bytes() noexcept {
    return sizeof(siamese::Trainer);
}

void siamese_trainer_init(void* memory, const void* weights, unsigned long long seed) noexcept {
    static_cast<siamese::Trainer*>(memory)->restart(*static_cast<const siamese::Weights*>(weights), seed);
}

double siamese_trainer_step(void* memory, const float* left, const float* right, const float* same) noexcept {
    return static_cast<double>(static_cast<siamese::Trainer*>(memory)->step(left, right, same));
}

double siamese_trainer_gradients(void* memory, const float* left, const float* right, const float* same,
                                 void* gradient) noexcept {
    return static_cast<double>(static_cast<siamese::Trainer*>(memory)->gradients(left, right, same,
                                                                                 *static_cast<siamese::Weights*>(gradient)));
}

void siamese_trainer_update(void* memory, const void* gradient) noexcept {
    static_cast<siamese::Trainer*>(memory)->update(*static_cast<const siamese::Weights*>(gradient));
}

void siamese_trainer_update_scaled(void* memory, const void* gradient, float rate_scale) noexcept {
    static_cast<siamese::Trainer*>(memory)->update(*static_cast<const siamese::Weights*>(gradient), rate_scale);
}

const void* siamese_trainer_weights(const void* memory) noexcept {
    return &static_cast<const siamese::Trainer*>(memory)->weights();
}

unsigned long long siamese_trainer_steps(const void* memory) noexcept {
    return static_cast<const siamese::Trainer*>(memory)->steps;
}

}  // extern "C"
