// airline_gru, emitted by nncc 0.1.0 from airline_gru.nn; do not edit.
// sha256 0fc13dd6957d0ac7bf4972bcc100308293ed42ffeaf4424271a4462bc2bae1e4
// nncc airline_gru.nn -o airline_gru.cpp
//
// Weights: byte, member, type
//         0  gru_1.w f32[1, 24]
//        96  gru_1.u f32[8, 24]
//       864  gru_1.b f32[24]
//       960  gru_1.b_recurrent f32[24]
//      1056  dense_1.w f32[8, 1]
//      1088  dense_1.b f32[1]
//
// Arena of Model<1>::forward, 320 bytes on the stack: range, tensor, type
//       128 ..       176  level f32[1, 12, 1]
//         0 ..         4  change f32[1, 1]
//       192 ..       240  gru_1 f32[12, 1, 1]
//       256 ..       288  h f32[1, 8]
//         0 ..        96  gru_1 f32[1, 24], in each step
//
// Arena of Trainer::step, 40512 bytes: range, tensor, type
//     40384 ..     40388  rate f32[]
//     40448 ..     40452  scale f32[]
//      1152 ..      1728  level f32[12, 12, 1]
//         0 ..        48  change f32[12, 1]
//     39168 ..     39744  gru_1 f32[12, 12, 1]
//      1728 ..      2112  h f32[12, 8]
//     13824 ..     18432  h_2 f32[12, 12, 8]
//     18432 ..     23040  gru_1 f32[12, 12, 8]
//     23040 ..     27648  gru_1_2 f32[12, 12, 8]
//     27648 ..     32256  gru_1_3 f32[12, 12, 8]
//     32256 ..     36864  gru_1_4 f32[12, 12, 8]
//         0 ..      1152  gru_1 f32[12, 24], in each step
//        64 ..       112  mean_squared_error_1 f32[12, 1]
//         0 ..        48  d_mean_squared_error_1 f32[12, 1]
//     39744 ..     40128  d_dense_1 f32[12, 8]
//     39744 ..     40128  d_gru_1 f32[12, 8]
//     40256 ..     40352  d_gru_1_w f32[1, 24]
//     40128 ..     40224  d_gru_1_b f32[24]
//         0 ..     13824  d_gru_1_2 f32[12, 12, 24]
//      1152 ..      1536  d_gru_1 f32[12, 8], in each step
//         0 ..       384  d_gru_1 f32[12, 8], in each step
//      1536 ..      1920  d_gru_1 f32[12, 8], in each step
//      1920 ..      2304  d_gru_1 f32[12, 8], in each step
//         0 ..      1152  d_gru_1 f32[12, 24], in each step
//      1152 ..      1248  d_gru_1 f32[24], in each step
#include "airline_gru.h"

#include <nncc/kernels.h>

namespace airline_gru {
namespace {

// The elements of an array of arrays, one after the other.
template <class T, class Array>
T* flat(Array& array) noexcept {
    return reinterpret_cast<T*>(&array);
}

namespace kernels {

// airline_gru.nn:6  gru(8, return_sequences = false)
void initialize_gru_1_w(const nncc::i32* seed_v, float* gru_1_w_next) noexcept {
    constexpr int kCount = 24;
    const nncc::i32 seed_v_2 = seed_v[0];
    nncc::each_vector<kCount, nncc::kLanes<float>>([&](int i, auto lanes) {
        const auto random = nncc::uniform24(static_cast<nncc::u32>(seed_v_2), static_cast<nncc::u32>(0), 0x1a14d7fcU,
                                            static_cast<nncc::u32>(i), lanes);
        const auto multiply = 2.0F * random;
        const auto subtract = multiply - 1.0F;
        nncc::store(gru_1_w_next + i, 0.48989794F * subtract, lanes);
    });
}

// airline_gru.nn:6  dense(1)
void initialize_dense_1_w(const nncc::i32* seed_v, float* dense_1_w_next) noexcept {
    constexpr int kCount = 8;
    const nncc::i32 seed_v_2 = seed_v[0];
    nncc::each_vector<kCount, nncc::kLanes<float>>([&](int i, auto lanes) {
        const auto random = nncc::uniform24(static_cast<nncc::u32>(seed_v_2), static_cast<nncc::u32>(0), 0x0267df8bU,
                                            static_cast<nncc::u32>(i), lanes);
        const auto multiply = 2.0F * random;
        const auto subtract = multiply - 1.0F;
        nncc::store(dense_1_w_next + i, 0.8164966F * subtract, lanes);
    });
}

// airline_gru.nn:6  gru(8, return_sequences = false)
void gru_1_u(const nncc::i32* seed_v, float* gru_1_u, float* gru_1_u_2) noexcept {
    constexpr int kCount = 192;
    const nncc::i32 seed_v_2 = seed_v[0];
    nncc::each_vector<kCount, nncc::kLanes<float>>([&](int i, auto lanes) {
        const auto value = nncc::uniform24(static_cast<nncc::u32>(seed_v_2), static_cast<nncc::u32>(0), 0x7f39baaeU,
                                           static_cast<nncc::u32>(i), lanes);
        const auto negate = -value;
        const auto log1p = nncc::log1p(negate);
        const auto multiply = -2.0F * log1p;
        const auto sqrt = nncc::sqrt(multiply);
        const auto random = nncc::uniform24(static_cast<nncc::u32>(seed_v_2), static_cast<nncc::u32>(0), 0x7e39b91bU,
                                            static_cast<nncc::u32>(i), lanes);
        const auto multiply_2 = 6.2831855F * random;
        const auto cos = nncc::cos(multiply_2);
        const auto multiply_3 = sqrt * cos;
        const auto gru_1_u_3 = multiply_3 * multiply_3;
        nncc::store(gru_1_u + i, multiply_3, lanes);
        nncc::store(gru_1_u_2 + i, gru_1_u_3, lanes);
    });
}

// airline_gru.nn:6  gru(8, return_sequences = false)
void gru_1_u_initialize(const float* gru_1_u, float* gru_1_u_2) noexcept {
    constexpr int kCount = 192;
    const float sum = nncc::reduce<nncc::Sum, kCount, nncc::kLanes<float>>([&](int i, auto lanes) {
        return nncc::load(gru_1_u + i, lanes);
    });
    gru_1_u_2[0] = nncc::rsqrt(sum);
}

// airline_gru.nn:6  gru(8, return_sequences = false)
void gru_1_u_initialize_2(const float* gru_1_u, const float* gru_1_u_2, float* gru_1_u_3) noexcept {
    constexpr int kCount = 192;
    const float gru_1_u_4 = gru_1_u_2[0];
    nncc::each_vector<kCount, nncc::kLanes<float>>([&](int i, auto lanes) {
        nncc::store(gru_1_u_3 + i, nncc::load(gru_1_u + i, lanes) * gru_1_u_4, lanes);
    });
}

// airline_gru.nn:6  gru(8, return_sequences = false)
void gru_1_u_initialize_3(const float* gru_1_u, float* gru_1_u_2, float* gru_1_u_3) noexcept {
    constexpr int kColumns = 8, kDepth = 24;
    const nncc::Matrix<float, 1, kColumns> left{gru_1_u};
    const nncc::Matrix<float, kColumns, 1> right{gru_1_u};
    nncc::gemm<kColumns, kColumns, kDepth>(left, right, [&](int i, int j, auto lanes, auto product) {
        const auto gru_1_u_4 = 2.0315F * product;
        nncc::store(gru_1_u_2 + kColumns * i + j, product, lanes);
        nncc::store(gru_1_u_3 + kColumns * i + j, gru_1_u_4, lanes);
    });
}

// airline_gru.nn:6  gru(8, return_sequences = false)
void gru_1_u_initialize_4(const float* gru_1_u, const float* gru_1_u_2, float* gru_1_u_3) noexcept {
    constexpr int kDepth = 8;
    const nncc::Matrix<float, kDepth, 1> left{gru_1_u};
    const nncc::Matrix<float, kDepth, 1> right{gru_1_u_2};
    nncc::gemm<kDepth, kDepth, kDepth>(left, right, [&](int i, int j, auto lanes, auto product) {
        const auto multiply = 4.775F * nncc::load(gru_1_u_2 + kDepth * i + j, lanes);
        nncc::store(gru_1_u_3 + kDepth * i + j, product - multiply, lanes);
    });
}

// airline_gru.nn:6  gru(8, return_sequences = false)
void gru_1_u_initialize_5(const float* gru_1_u, const float* gru_1_u_2, float* gru_1_u_3) noexcept {
    constexpr int kRows = 24, kDepth = 8;
    const nncc::Matrix<float, kDepth, 1> left{gru_1_u};
    const nncc::Matrix<float, kDepth, 1> right{gru_1_u_2};
    nncc::gemm<kRows, kDepth, kDepth>(left, right, [&](int i, int j, auto lanes, auto product) {
        const auto multiply = 3.4445F * nncc::load(gru_1_u + kDepth * i + j, lanes);
        nncc::store(gru_1_u_3 + kDepth * i + j, multiply + product, lanes);
    });
}

// airline_gru.nn:6  gru(8, return_sequences = false)
void gru_1_u_initialize_6(const float* gru_1_u, float* gru_1_u_2) noexcept {
    constexpr int kColumns = 8, kDepth = 24;
    const nncc::Matrix<float, 1, kColumns> left{gru_1_u};
    const nncc::Matrix<float, kColumns, 1> right{gru_1_u};
    nncc::gemm<kColumns, kColumns, kDepth>(left, right, [&](int i, int j, auto lanes, auto product) {
        nncc::store(gru_1_u_2 + kColumns * i + j, product, lanes);
    });
}

// airline_gru.nn:6  gru(8, return_sequences = false)
void gru_1_u_initialize_7(const float* gru_1_u, const float* gru_1_u_2, float* gru_1_u_3) noexcept {
    constexpr int kRows = 24, kDepth = 8;
    const nncc::Matrix<float, kDepth, 1> left{gru_1_u};
    const nncc::Matrix<float, kDepth, 1> right{gru_1_u_2};
    nncc::gemm<kRows, kDepth, kDepth>(left, right, [&](int i, int j, auto lanes, auto product) {
        const auto multiply = 1.5F * nncc::load(gru_1_u + kDepth * i + j, lanes);
        const auto multiply_2 = 0.5F * product;
        nncc::store(gru_1_u_3 + kDepth * i + j, multiply - multiply_2, lanes);
    });
}

// airline_gru.nn:6  gru(8, return_sequences = false)
void initialize_gru_1_u(const float* gru_1_u, float* gru_1_u_next) noexcept {
    constexpr int kRows = 8, kColumns = 24;
    for (int i = 0; i < kRows; ++i) {
        nncc::each_vector<kColumns, nncc::kLanes<float>>([&](int j, auto lanes) {
            nncc::store(gru_1_u_next + kColumns * i + j, nncc::load_strided(gru_1_u + i + kRows * j, kRows, lanes),
                        lanes);
        });
    }
}

// airline_gru.nn:4  log(months)
void level(const float* months, float* level) noexcept {
    constexpr int kCount = 12;
    nncc::each_vector<kCount, nncc::kLanes<float>>([&](int i, auto lanes) {
        nncc::store(level + i, nncc::log(nncc::load(months + i, lanes)), lanes);
    });
}

// airline_gru.nn:5  mean(level, axis = 1, keep = true)
void change(const float* level, float* change) noexcept {
    constexpr int kCount = 12;
    const float sum = nncc::reduce<nncc::Sum, kCount, nncc::kLanes<float>>([&](int i, auto lanes) {
        return nncc::load(level + i, lanes);
    });
    change[0] = sum / 12.0F;
}

// airline_gru.nn:5  level - mean(level, axis = 1, keep = true)
// airline_gru.nn:6  gru(8, return_sequences = false)
void change_gru_1(const float* level, const float* change, float* gru_1) noexcept {
    constexpr int kCount = 12;
    const float change_2 = change[0];
    nncc::each_vector<kCount, nncc::kLanes<float>>([&](int i, auto lanes) {
        nncc::store(gru_1 + i, nncc::load(level + i, lanes) - change_2, lanes);
    });
}

// airline_gru.nn:6  gru(8, return_sequences = false)
void gru_1(const float* h, const float* gru_1_u, const float* gru_1_b_recurrent, float* gru_1) noexcept {
    constexpr int kColumns = 24, kDepth = 8;
    const nncc::Matrix<float, 0, 1> left{h};
    const nncc::Matrix<float, kColumns, 1> right{gru_1_u};
    nncc::gemm<1, kColumns, kDepth>(left, right, [&](int, int j, auto lanes, auto product) {
        nncc::store(gru_1 + j, product + nncc::load(gru_1_b_recurrent + j, lanes), lanes);
    });
}

// airline_gru.nn:6  gru(8, return_sequences = false)
void gru_1_update_h(const float* gru_1, const float* gru_1_2, const float* gru_1_b, const float* gru_1_3,
                    const float* h, float* h_next) noexcept {
    constexpr int kCount = 8;
    const float gru_1_4 = gru_1[0];
    nncc::each_vector<kCount, nncc::kLanes<float>>([&](int i, auto lanes) {
        const auto multiply = gru_1_4 * nncc::load(gru_1_2 + i, lanes);
        const auto add = multiply + nncc::load(gru_1_b + i, lanes);
        const auto add_2 = add + nncc::load(gru_1_3 + i, lanes);
        const auto sigmoid = nncc::fast::sigmoid(add_2);
        const auto multiply_2 = sigmoid * nncc::load(h + i, lanes);
        const auto subtract = 1.0F - sigmoid;
        const auto multiply_3 = gru_1_4 * nncc::load(gru_1_2 + 16 + i, lanes);
        const auto add_3 = multiply_3 + nncc::load(gru_1_b + 16 + i, lanes);
        const auto multiply_4 = gru_1_4 * nncc::load(gru_1_2 + 8 + i, lanes);
        const auto add_4 = multiply_4 + nncc::load(gru_1_b + 8 + i, lanes);
        const auto add_5 = add_4 + nncc::load(gru_1_3 + 8 + i, lanes);
        const auto sigmoid_2 = nncc::fast::sigmoid(add_5);
        const auto multiply_5 = sigmoid_2 * nncc::load(gru_1_3 + 16 + i, lanes);
        const auto add_6 = add_3 + multiply_5;
        const auto tanh = nncc::fast::tanh(add_6);
        const auto multiply_6 = subtract * tanh;
        nncc::store(h_next + i, multiply_2 + multiply_6, lanes);
    });
}

// airline_gru.nn:6  dense(1) |> level[:, 0] |> level[:, 0] + (change |> gru(8, return_sequences = false)...
void dense_1(const float* gru_1, const float* packed_dense_1_w, const float* packed_dense_1_b, const float* level,
             float* output) noexcept {
    constexpr int kCount = 8;
    const float sum = nncc::reduce<nncc::Sum, kCount, nncc::kLanes<float>>([&](int i, auto lanes) {
        return nncc::load(gru_1 + i, lanes) * nncc::load(packed_dense_1_w + i, lanes);
    });
    const float dense_1 = sum + packed_dense_1_b[0];
    output[0] = level[0] + dense_1;
}

// airline_gru.nn:18  cosine(0.01, over = 900) |> adam(cosine(0.01, over = 900))
void share_next_step_scale(const nncc::i32* step_v, nncc::i32* step_next, float* rate, float* scale) noexcept {
    const nncc::i32 add = nncc::add(step_v[0], 1);
    const double cast = nncc::cast<double>(add);
    const double subtract = cast - 1.0;
    const double divide = subtract / 900.0;
    const double share = nncc::minimum(divide, 1.0);
    const double multiply = 3.141592653589793 * share;
    const double cos = nncc::cos(multiply);
    const double add_2 = 1.0 + cos;
    const double cosine = 0.005 * add_2;
    const double power = nncc::power(0.9, cast);
    const double subtract_2 = 1.0 - power;
    const double rate_2 = cosine / subtract_2;
    const float cast_2 = nncc::cast<float>(rate_2);
    const double power_2 = nncc::power(0.999, cast);
    const double subtract_3 = 1.0 - power_2;
    const double scale_2 = nncc::rsqrt(subtract_3);
    const float gru_1_w = nncc::cast<float>(scale_2);
    step_next[0] = add;
    rate[0] = cast_2;
    scale[0] = gru_1_w;
}

// airline_gru.nn:4  log(months)
void level_step(const float* months, float* level) noexcept {
    constexpr int kCount = 144;
    nncc::each_vector<kCount, nncc::kLanes<float>>([&](int i, auto lanes) {
        nncc::store(level + i, nncc::log(nncc::load(months + i, lanes)), lanes);
    });
}

// airline_gru.nn:5  mean(level, axis = 1, keep = true)
void change_step(const float* level, float* change) noexcept {
    constexpr int kColumns = 12;
    for (int i = 0; i < kColumns; ++i) {
        const float sum = nncc::reduce<nncc::Sum, kColumns, nncc::kLanes<float>>([&](int j, auto lanes) {
            return nncc::load(level + kColumns * i + j, lanes);
        });
        change[i] = sum / 12.0F;
    }
}

// airline_gru.nn:5  level - mean(level, axis = 1, keep = true)
// airline_gru.nn:6  gru(8, return_sequences = false)
void change_gru_1_step(const float* level, const float* change, float* gru_1) noexcept {
    constexpr int kColumns = 12;
    for (int i = 0; i < kColumns; ++i) {
        nncc::each_vector<kColumns, nncc::kLanes<float>>([&](int j, auto lanes) {
            nncc::store(gru_1 + kColumns * i + j, nncc::load_strided(level + i + kColumns * j, kColumns, lanes) -
                        nncc::load(change + j, lanes), lanes);
        });
    }
}

// airline_gru.nn:6  gru(8, return_sequences = false)
void gru_1_step(const float* h, const float* gru_1_u, const float* gru_1_b_recurrent, float* gru_1) noexcept {
    constexpr int kRows = 12, kColumns = 24, kDepth = 8;
    const nncc::Matrix<float, kDepth, 1> left{h};
    const nncc::Matrix<float, kColumns, 1> right{gru_1_u};
    nncc::gemm<kRows, kColumns, kDepth>(left, right, [&](int i, int j, auto lanes, auto product) {
        nncc::store(gru_1 + kColumns * i + j, product + nncc::load(gru_1_b_recurrent + j, lanes), lanes);
    });
}

// airline_gru.nn:6  gru(8, return_sequences = false)
void gru_1_update_h_step(const float* gru_1, const float* gru_1_2, const float* gru_1_3, const float* gru_1_b,
                         const float* h, float* gru_1_4, float* gru_1_2_2, float* gru_1_3_2, float* gru_1_4_2,
                         float* h_next) noexcept {
    constexpr int kRows = 12, kColumns = 8;
    for (int i = 0; i < kRows; ++i) {
        const float gru_1_5 = gru_1_2[i];
        nncc::each_vector<kColumns, nncc::kLanes<float>>([&](int j, auto lanes) {
            const auto gru_1_6 = nncc::load(gru_1 + 16 + 24 * i + j, lanes);
            const auto multiply = gru_1_5 * nncc::load(gru_1_3 + j, lanes);
            const auto add = multiply + nncc::load(gru_1_b + j, lanes);
            const auto add_2 = add + nncc::load(gru_1 + 24 * i + j, lanes);
            const auto sigmoid = nncc::fast::sigmoid(add_2);
            const auto multiply_2 = gru_1_5 * nncc::load(gru_1_3 + 8 + j, lanes);
            const auto add_3 = multiply_2 + nncc::load(gru_1_b + 8 + j, lanes);
            const auto add_4 = add_3 + nncc::load(gru_1 + 8 + 24 * i + j, lanes);
            const auto sigmoid_2 = nncc::fast::sigmoid(add_4);
            const auto multiply_3 = gru_1_5 * nncc::load(gru_1_3 + 16 + j, lanes);
            const auto add_5 = multiply_3 + nncc::load(gru_1_b + 16 + j, lanes);
            const auto multiply_4 = sigmoid_2 * gru_1_6;
            const auto add_6 = add_5 + multiply_4;
            const auto tanh = nncc::fast::tanh(add_6);
            const auto multiply_5 = sigmoid * nncc::load(h + kColumns * i + j, lanes);
            const auto subtract = 1.0F - sigmoid;
            const auto multiply_6 = subtract * tanh;
            const auto gru_1_7 = multiply_5 + multiply_6;
            nncc::store(gru_1_4 + kColumns * i + j, gru_1_6, lanes);
            nncc::store(gru_1_2_2 + kColumns * i + j, sigmoid, lanes);
            nncc::store(gru_1_3_2 + kColumns * i + j, sigmoid_2, lanes);
            nncc::store(gru_1_4_2 + kColumns * i + j, tanh, lanes);
            nncc::store(h_next + kColumns * i + j, gru_1_7, lanes);
        });
    }
}

// airline_gru.nn:6  dense(1) |> level[:, 0] |> level[:, 0] + (change |> gru(8, return_sequences = false)...
// airline_gru.nn:16  log(next) |> mean_squared_error(output, log(next))
void dense_1_mean_squared_error_1_d_mean_squared_error_1(const float* gru_1, const float* dense_1_w,
                                                         const float* dense_1_b, const float* level, const float* next,
                                                         float* mean_squared_error_1,
                                                         float* d_mean_squared_error_1) noexcept {
    constexpr int kColumns = 12, kDepth = 8;
    const float dense_1_b_2 = dense_1_b[0];
    const nncc::Matrix<float, 0, 1> left{dense_1_w};
    const nncc::Matrix<float, 1, kDepth> right{gru_1};
    nncc::gemm<1, kColumns, kDepth>(left, right, [&](int, int j, auto lanes, auto product) {
        const auto dense_1 = product + dense_1_b_2;
        const auto add = nncc::load_strided(level + kColumns * j, kColumns, lanes) + dense_1;
        const auto log_1 = nncc::log(nncc::load(next + j, lanes));
        const auto subtract = add - log_1;
        const auto mean_squared_error_1_2 = subtract * subtract;
        const auto multiply = 0.083333336F * subtract;
        const auto d_mean_squared_error_1_2 = multiply * 2.0F;
        nncc::store(mean_squared_error_1 + j, mean_squared_error_1_2, lanes);
        nncc::store(d_mean_squared_error_1 + j, d_mean_squared_error_1_2, lanes);
    });
}

// airline_gru.nn:16  mean_squared_error(output, log(next))
void mean_squared_error_1(const float* mean_squared_error_1, float* loss) noexcept {
    constexpr int kCount = 12;
    const float sum = nncc::reduce<nncc::Sum, kCount, nncc::kLanes<float>>([&](int i, auto lanes) {
        return nncc::load(mean_squared_error_1 + i, lanes);
    });
    loss[0] = sum / 12.0F;
}

// airline_gru.nn:6  dense(1)
// airline_gru.nn:18  adam(cosine(0.01, over = 900))
void d_dense_1_update_dense_1_b(const float* d_mean_squared_error_1, const float* adam_m_dense_1_b,
                                const float* adam_v_dense_1_b, const float* scale, const float* rate,
                                const float* dense_1_b, float* adam_m_dense_1_b_next, float* adam_v_dense_1_b_next,
                                float* dense_1_b_next) noexcept {
    constexpr int kCount = 12;
    const float multiply = 0.9F * adam_m_dense_1_b[0];
    const float multiply_2 = 0.999F * adam_v_dense_1_b[0];
    const float d_dense_1 = nncc::reduce<nncc::Sum, kCount, nncc::kLanes<float>>([&](int i, auto lanes) {
        return nncc::load(d_mean_squared_error_1 + i, lanes);
    });
    const float multiply_3 = 0.1F * d_dense_1;
    const float m = multiply + multiply_3;
    const float multiply_4 = d_dense_1 * d_dense_1;
    const float multiply_5 = 0.001F * multiply_4;
    const float v = multiply_2 + multiply_5;
    const float multiply_6 = rate[0] * m;
    const float sqrt = nncc::sqrt(v);
    const float multiply_7 = sqrt * scale[0];
    const float add = multiply_7 + 1e-08F;
    const float divide = multiply_6 / add;
    const float dense_1_b_2 = dense_1_b[0] - divide;
    adam_m_dense_1_b_next[0] = m;
    adam_v_dense_1_b_next[0] = v;
    dense_1_b_next[0] = dense_1_b_2;
}

// airline_gru.nn:6  dense(1)
void d_dense_1(const float* d_dense_1, const float* d_dense_1_2, float* d_dense_1_3) noexcept {
    constexpr int kRows = 12, kColumns = 8;
    for (int i = 0; i < kRows; ++i) {
        const float d_dense_1_4 = d_dense_1[i];
        nncc::each_vector<kColumns, nncc::kLanes<float>>([&](int j, auto lanes) {
            nncc::store(d_dense_1_3 + kColumns * i + j, d_dense_1_4 * nncc::load(d_dense_1_2 + j, lanes), lanes);
        });
    }
}

// airline_gru.nn:6  dense(1)
// airline_gru.nn:18  adam(cosine(0.01, over = 900))
void d_dense_1_update_dense_1_w(const float* d_mean_squared_error_1, const float* gru_1, const float* adam_m_dense_1_w,
                                const float* adam_v_dense_1_w, const float* scale, const float* rate,
                                const float* dense_1_w, float* adam_m_dense_1_w_next, float* adam_v_dense_1_w_next,
                                float* dense_1_w_next) noexcept {
    constexpr int kColumns = 8, kDepth = 12;
    const float rate_2 = rate[0];
    const float scale_2 = scale[0];
    const nncc::Matrix<float, 0, 1> left{d_mean_squared_error_1};
    const nncc::Matrix<float, kColumns, 1> right{gru_1};
    nncc::gemm<1, kColumns, kDepth>(left, right, [&](int, int j, auto lanes, auto product) {
        const auto multiply = 0.9F * nncc::load(adam_m_dense_1_w + j, lanes);
        const auto multiply_2 = 0.1F * product;
        const auto m = multiply + multiply_2;
        const auto multiply_3 = 0.999F * nncc::load(adam_v_dense_1_w + j, lanes);
        const auto multiply_4 = product * product;
        const auto multiply_5 = 0.001F * multiply_4;
        const auto v = multiply_3 + multiply_5;
        const auto multiply_6 = rate_2 * m;
        const auto sqrt = nncc::sqrt(v);
        const auto multiply_7 = sqrt * scale_2;
        const auto add = multiply_7 + 1e-08F;
        const auto divide = multiply_6 / add;
        const auto dense_1_w_2 = nncc::load(dense_1_w + j, lanes) - divide;
        nncc::store(adam_m_dense_1_w_next + j, m, lanes);
        nncc::store(adam_v_dense_1_w_next + j, v, lanes);
        nncc::store(dense_1_w_next + j, dense_1_w_2, lanes);
    });
}

// airline_gru.nn:6  gru(8, return_sequences = false)
void gru_1_d_gru_1(const float* d_gru_1, const float* gru_1_2, const float* gru_1_4, const float* gru_1_3,
                   const float* gru_1, const float* h, float* d_gru_1_2, float* d_gru_1_3, float* d_gru_1_4,
                   float* d_gru_1_5) noexcept {
    constexpr int kCount = 96;
    nncc::each_vector<kCount, nncc::kLanes<float>>([&](int i, auto lanes) {
        const auto d_gru_1_6 = nncc::load(d_gru_1 + i, lanes);
        const auto gru_1_2_2 = nncc::load(gru_1_2 + i, lanes);
        const auto subtract = 1.0F - gru_1_2_2;
        const auto multiply = d_gru_1_6 * subtract;
        const auto gru_1_4_2 = nncc::load(gru_1_4 + i, lanes);
        const auto multiply_2 = gru_1_4_2 * gru_1_4_2;
        const auto subtract_2 = 1.0F - multiply_2;
        const auto multiply_3 = multiply * subtract_2;
        const auto gru_1_3_2 = nncc::load(gru_1_3 + i, lanes);
        const auto multiply_4 = multiply_3 * gru_1_3_2;
        const auto multiply_5 = multiply_3 * nncc::load(gru_1 + i, lanes);
        const auto subtract_3 = 1.0F - gru_1_3_2;
        const auto multiply_6 = gru_1_3_2 * subtract_3;
        const auto multiply_7 = multiply_5 * multiply_6;
        const auto multiply_8 = d_gru_1_6 * nncc::load(h + i, lanes);
        const auto multiply_9 = d_gru_1_6 * gru_1_4_2;
        const auto subtract_4 = multiply_8 - multiply_9;
        const auto multiply_10 = gru_1_2_2 * subtract;
        const auto d_gru_1_7 = subtract_4 * multiply_10;
        nncc::store(d_gru_1_2 + i, multiply_3, lanes);
        nncc::store(d_gru_1_3 + i, multiply_4, lanes);
        nncc::store(d_gru_1_4 + i, multiply_7, lanes);
        nncc::store(d_gru_1_5 + i, d_gru_1_7, lanes);
    });
}

// airline_gru.nn:6  gru(8, return_sequences = false)
void d_gru_1(const float* d_gru_1, const float* d_gru_1_2, const float* d_gru_1_3, float* d_gru_1_2_2) noexcept {
    {
        constexpr int kRows = 12, kColumns = 8;
        for (int i = 0; i < kRows; ++i) {
            nncc::each_vector<kColumns, nncc::kLanes<float>>([&](int j, auto lanes) {
                nncc::store(d_gru_1_2_2 + 24 * i + j, nncc::load(d_gru_1 + kColumns * i + j, lanes), lanes);
            });
        }
    }
    {
        constexpr int kRows = 12, kColumns = 8;
        for (int i = 0; i < kRows; ++i) {
            nncc::each_vector<kColumns, nncc::kLanes<float>>([&](int j, auto lanes) {
                nncc::store(d_gru_1_2_2 + 8 + 24 * i + j, nncc::load(d_gru_1_2 + kColumns * i + j, lanes), lanes);
            });
        }
    }
    {
        constexpr int kRows = 12, kColumns = 8;
        for (int i = 0; i < kRows; ++i) {
            nncc::each_vector<kColumns, nncc::kLanes<float>>([&](int j, auto lanes) {
                nncc::store(d_gru_1_2_2 + 16 + 24 * i + j, nncc::load(d_gru_1_3 + kColumns * i + j, lanes), lanes);
            });
        }
    }
}

// airline_gru.nn:6  gru(8, return_sequences = false)
void d_gru_1_step(const float* d_gru_1, const float* d_gru_1_2, const float* d_gru_1_3, float* d_gru_1_4) noexcept {
    {
        constexpr int kRows = 12, kColumns = 8;
        for (int i = 0; i < kRows; ++i) {
            nncc::each_vector<kColumns, nncc::kLanes<float>>([&](int j, auto lanes) {
                nncc::store(d_gru_1_4 + 24 * i + j, nncc::load(d_gru_1 + kColumns * i + j, lanes), lanes);
            });
        }
    }
    {
        constexpr int kRows = 12, kColumns = 8;
        for (int i = 0; i < kRows; ++i) {
            nncc::each_vector<kColumns, nncc::kLanes<float>>([&](int j, auto lanes) {
                nncc::store(d_gru_1_4 + 8 + 24 * i + j, nncc::load(d_gru_1_2 + kColumns * i + j, lanes), lanes);
            });
        }
    }
    {
        constexpr int kRows = 12, kColumns = 8;
        for (int i = 0; i < kRows; ++i) {
            nncc::each_vector<kColumns, nncc::kLanes<float>>([&](int j, auto lanes) {
                nncc::store(d_gru_1_4 + 16 + 24 * i + j, nncc::load(d_gru_1_3 + kColumns * i + j, lanes), lanes);
            });
        }
    }
}

// airline_gru.nn:6  gru(8, return_sequences = false)
void d_gru_1_update_d_gru_1_b(const float* d_gru_1, const float* gru_1, const float* d_gru_1_b, float* d_gru_1_2,
                              float* d_gru_1_b_next) noexcept {
    constexpr int kRows = 12, kColumns = 24;
    nncc::each_vector<kColumns, nncc::kLanes<float>>([&](int j, auto lanes) {
        auto sum = nncc::splat(nncc::Sum::identity<float>(), lanes);
        auto d_gru_1_3 = nncc::splat(nncc::Sum::identity<float>(), lanes);
        for (int i = 0; i < kRows; ++i) {
            const auto d_gru_1_4 = nncc::load(d_gru_1 + kColumns * i + j, lanes);
            sum = nncc::Sum::combine(sum, d_gru_1_4);
            d_gru_1_3 = nncc::Sum::combine(d_gru_1_3, d_gru_1_4 * gru_1[i]);
        }
        const auto add = nncc::load(d_gru_1_b + j, lanes) + sum;
        nncc::store(d_gru_1_2 + j, d_gru_1_3, lanes);
        nncc::store(d_gru_1_b_next + j, add, lanes);
    });
}

// airline_gru.nn:6  gru(8, return_sequences = false)
void d_gru_1_update_d_gru_1(const float* d_gru_1, const float* gru_1_u, const float* d_gru_1_2, const float* gru_1_2,
                            float* d_gru_1_next) noexcept {
    constexpr int kRows = 12, kColumns = 8, kDepth = 24;
    const nncc::Matrix<float, kDepth, 1> left{d_gru_1};
    const nncc::Matrix<float, 1, kDepth> right{gru_1_u};
    nncc::gemm<kRows, kColumns, kDepth>(left, right, [&](int i, int j, auto lanes, auto product) {
        const auto multiply = nncc::load(d_gru_1_2 + kColumns * i + j, lanes) *
            nncc::load(gru_1_2 + kColumns * i + j, lanes);
        nncc::store(d_gru_1_next + kColumns * i + j, multiply + product, lanes);
    });
}

void update_d_gru_1_w(const float* d_gru_1_w, const float* d_gru_1, float* d_gru_1_w_next) noexcept {
    constexpr int kCount = 24;
    nncc::each_vector<kCount, nncc::kLanes<float>>([&](int i, auto lanes) {
        nncc::store(d_gru_1_w_next + i, nncc::load(d_gru_1_w + i, lanes) + nncc::load(d_gru_1 + i, lanes), lanes);
    });
}

// airline_gru.nn:6  gru(8, return_sequences = false)
// airline_gru.nn:18  adam(cosine(0.01, over = 900))
void d_gru_1_update_gru_1_u(const float* d_gru_1, const float* gru_1, const float* adam_m_gru_1_u,
                            const float* adam_v_gru_1_u, const float* scale, const float* rate, const float* gru_1_u,
                            float* adam_m_gru_1_u_next, float* adam_v_gru_1_u_next, float* gru_1_u_next) noexcept {
    constexpr int kRows = 8, kColumns = 24, kDepth = 144;
    const float rate_2 = rate[0];
    const float scale_2 = scale[0];
    const nncc::Matrix<float, 1, kRows> left{gru_1};
    const nncc::Matrix<float, kColumns, 1> right{d_gru_1};
    nncc::gemm<kRows, kColumns, kDepth>(left, right, [&](int i, int j, auto lanes, auto product) {
        const auto multiply = 0.9F * nncc::load(adam_m_gru_1_u + kColumns * i + j, lanes);
        const auto multiply_2 = 0.1F * product;
        const auto m = multiply + multiply_2;
        const auto multiply_3 = 0.999F * nncc::load(adam_v_gru_1_u + kColumns * i + j, lanes);
        const auto multiply_4 = product * product;
        const auto multiply_5 = 0.001F * multiply_4;
        const auto v = multiply_3 + multiply_5;
        const auto multiply_6 = rate_2 * m;
        const auto sqrt = nncc::sqrt(v);
        const auto multiply_7 = sqrt * scale_2;
        const auto add = multiply_7 + 1e-08F;
        const auto divide = multiply_6 / add;
        const auto gru_1_u_2 = nncc::load(gru_1_u + kColumns * i + j, lanes) - divide;
        nncc::store(adam_m_gru_1_u_next + kColumns * i + j, m, lanes);
        nncc::store(adam_v_gru_1_u_next + kColumns * i + j, v, lanes);
        nncc::store(gru_1_u_next + kColumns * i + j, gru_1_u_2, lanes);
    });
}

// airline_gru.nn:18  adam(cosine(0.01, over = 900))
void m_update_gru_1_w(const float* adam_m_gru_1_w, const float* d_gru_1, const float* adam_v_gru_1_w,
                      const float* scale, const float* rate, const float* gru_1_w, float* adam_m_gru_1_w_next,
                      float* adam_v_gru_1_w_next, float* gru_1_w_next) noexcept {
    constexpr int kCount = 24;
    const float rate_2 = rate[0];
    const float scale_2 = scale[0];
    nncc::each_vector<kCount, nncc::kLanes<float>>([&](int i, auto lanes) {
        const auto multiply = 0.9F * nncc::load(adam_m_gru_1_w + i, lanes);
        const auto d_gru_1_2 = nncc::load(d_gru_1 + i, lanes);
        const auto multiply_2 = 0.1F * d_gru_1_2;
        const auto m = multiply + multiply_2;
        const auto multiply_3 = 0.999F * nncc::load(adam_v_gru_1_w + i, lanes);
        const auto multiply_4 = d_gru_1_2 * d_gru_1_2;
        const auto multiply_5 = 0.001F * multiply_4;
        const auto v = multiply_3 + multiply_5;
        const auto multiply_6 = rate_2 * m;
        const auto sqrt = nncc::sqrt(v);
        const auto multiply_7 = sqrt * scale_2;
        const auto add = multiply_7 + 1e-08F;
        const auto divide = multiply_6 / add;
        const auto gru_1_w_2 = nncc::load(gru_1_w + i, lanes) - divide;
        nncc::store(adam_m_gru_1_w_next + i, m, lanes);
        nncc::store(adam_v_gru_1_w_next + i, v, lanes);
        nncc::store(gru_1_w_next + i, gru_1_w_2, lanes);
    });
}

// airline_gru.nn:18  adam(cosine(0.01, over = 900))
void m_update_gru_1_b(const float* adam_m_gru_1_b, const float* d_gru_1, const float* adam_v_gru_1_b,
                      const float* scale, const float* rate, const float* gru_1_b, float* adam_m_gru_1_b_next,
                      float* adam_v_gru_1_b_next, float* gru_1_b_next) noexcept {
    constexpr int kCount = 24;
    const float rate_2 = rate[0];
    const float scale_2 = scale[0];
    nncc::each_vector<kCount, nncc::kLanes<float>>([&](int i, auto lanes) {
        const auto multiply = 0.9F * nncc::load(adam_m_gru_1_b + i, lanes);
        const auto d_gru_1_2 = nncc::load(d_gru_1 + i, lanes);
        const auto multiply_2 = 0.1F * d_gru_1_2;
        const auto m = multiply + multiply_2;
        const auto multiply_3 = 0.999F * nncc::load(adam_v_gru_1_b + i, lanes);
        const auto multiply_4 = d_gru_1_2 * d_gru_1_2;
        const auto multiply_5 = 0.001F * multiply_4;
        const auto v = multiply_3 + multiply_5;
        const auto multiply_6 = rate_2 * m;
        const auto sqrt = nncc::sqrt(v);
        const auto multiply_7 = sqrt * scale_2;
        const auto add = multiply_7 + 1e-08F;
        const auto divide = multiply_6 / add;
        const auto gru_1_b_2 = nncc::load(gru_1_b + i, lanes) - divide;
        nncc::store(adam_m_gru_1_b_next + i, m, lanes);
        nncc::store(adam_v_gru_1_b_next + i, v, lanes);
        nncc::store(gru_1_b_next + i, gru_1_b_2, lanes);
    });
}

// airline_gru.nn:6  gru(8, return_sequences = false)
// airline_gru.nn:18  adam(cosine(0.01, over = 900))
void d_gru_1_update_gru_1_b_recurrent(const float* d_gru_1, const float* adam_m_gru_1_b_recurrent,
                                      const float* adam_v_gru_1_b_recurrent, const float* scale, const float* rate,
                                      const float* gru_1_b_recurrent, float* adam_m_gru_1_b_recurrent_next,
                                      float* adam_v_gru_1_b_recurrent_next, float* gru_1_b_recurrent_next) noexcept {
    constexpr int kRows = 144, kColumns = 24;
    const float rate_2 = rate[0];
    const float scale_2 = scale[0];
    nncc::each_vector<kColumns, nncc::kLanes<float>>([&](int j, auto lanes) {
        const auto multiply = 0.9F * nncc::load(adam_m_gru_1_b_recurrent + j, lanes);
        const auto multiply_2 = 0.999F * nncc::load(adam_v_gru_1_b_recurrent + j, lanes);
        const auto d_gru_1_2 = nncc::reduce_outer<nncc::Sum, kRows>([&](int i) {
            return nncc::load(d_gru_1 + kColumns * i + j, lanes);
        });
        const auto multiply_3 = 0.1F * d_gru_1_2;
        const auto m = multiply + multiply_3;
        const auto multiply_4 = d_gru_1_2 * d_gru_1_2;
        const auto multiply_5 = 0.001F * multiply_4;
        const auto v = multiply_2 + multiply_5;
        const auto multiply_6 = rate_2 * m;
        const auto sqrt = nncc::sqrt(v);
        const auto multiply_7 = sqrt * scale_2;
        const auto add = multiply_7 + 1e-08F;
        const auto divide = multiply_6 / add;
        const auto gru_1_b_recurrent_2 = nncc::load(gru_1_b_recurrent + j, lanes) - divide;
        nncc::store(adam_m_gru_1_b_recurrent_next + j, m, lanes);
        nncc::store(adam_v_gru_1_b_recurrent_next + j, v, lanes);
        nncc::store(gru_1_b_recurrent_next + j, gru_1_b_recurrent_2, lanes);
    });
}

// airline_gru.nn:6  dense(1)
void d_dense_1_gradients(const float* d_mean_squared_error_1, float* d_dense_1_b) noexcept {
    constexpr int kCount = 12;
    const float d_dense_1 = nncc::reduce<nncc::Sum, kCount, nncc::kLanes<float>>([&](int i, auto lanes) {
        return nncc::load(d_mean_squared_error_1 + i, lanes);
    });
    d_dense_1_b[0] = d_dense_1;
}

// airline_gru.nn:6  dense(1)
void d_dense_1_gradients_2(const float* d_mean_squared_error_1, const float* gru_1, float* d_dense_1_w) noexcept {
    constexpr int kColumns = 8, kDepth = 12;
    const nncc::Matrix<float, 0, 1> left{d_mean_squared_error_1};
    const nncc::Matrix<float, kColumns, 1> right{gru_1};
    nncc::gemm<1, kColumns, kDepth>(left, right, [&](int, int j, auto lanes, auto product) {
        nncc::store(d_dense_1_w + j, product, lanes);
    });
}

// airline_gru.nn:6  gru(8, return_sequences = false)
void d_gru_1_gradients(const float* d_gru_1, const float* gru_1, float* d_gru_1_u) noexcept {
    constexpr int kRows = 8, kColumns = 24, kDepth = 144;
    const nncc::Matrix<float, 1, kRows> left{gru_1};
    const nncc::Matrix<float, kColumns, 1> right{d_gru_1};
    nncc::gemm<kRows, kColumns, kDepth>(left, right, [&](int i, int j, auto lanes, auto product) {
        nncc::store(d_gru_1_u + kColumns * i + j, product, lanes);
    });
}

// airline_gru.nn:6  gru(8, return_sequences = false)
void d_gru_1_gradients_2(const float* d_gru_1, float* d_gru_1_b_recurrent) noexcept {
    constexpr int kRows = 144, kColumns = 24;
    nncc::each_vector<kColumns, nncc::kLanes<float>>([&](int j, auto lanes) {
        const auto d_gru_1_2 = nncc::reduce_outer<nncc::Sum, kRows>([&](int i) {
            return nncc::load(d_gru_1 + kColumns * i + j, lanes);
        });
        nncc::store(d_gru_1_b_recurrent + j, d_gru_1_2, lanes);
    });
}

// airline_gru.nn:18  cosine(0.01, over = 900) |> adam(cosine(0.01, over = 900))
void share_next_step_scale_update(const nncc::i32* step_v, const float* rate_scale_v, nncc::i32* step_next, float* rate,
                                  float* scale, bool* equal) noexcept {
    const nncc::i32 add = nncc::add(step_v[0], 1);
    const double cast = nncc::cast<double>(add);
    const double subtract = cast - 1.0;
    const double divide = subtract / 900.0;
    const double share = nncc::minimum(divide, 1.0);
    const double multiply = 3.141592653589793 * share;
    const double cos = nncc::cos(multiply);
    const double add_2 = 1.0 + cos;
    const double cosine = 0.005 * add_2;
    const double power = nncc::power(0.9, cast);
    const double subtract_2 = 1.0 - power;
    const double rate_2 = cosine / subtract_2;
    const float cast_2 = nncc::cast<float>(rate_2);
    const double power_2 = nncc::power(0.999, cast);
    const double subtract_3 = 1.0 - power_2;
    const double scale_2 = nncc::rsqrt(subtract_3);
    const float gru_1_w = nncc::cast<float>(scale_2);
    const bool equal_2 = nncc::equal(rate_scale_v[0], 1.0F);
    step_next[0] = add;
    rate[0] = cast_2;
    scale[0] = gru_1_w;
    equal[0] = equal_2;
}

// airline_gru.nn:18  adam(cosine(0.01, over = 900))
void m_update_gru_1_w_update(const float* adam_m_gru_1_w, const float* d_gru_1_w, const float* adam_v_gru_1_w,
                             const float* scale, const float* rate, const float* gru_1_w, const float* rate_scale_v,
                             const bool* value, float* adam_m_gru_1_w_next, float* adam_v_gru_1_w_next,
                             float* gru_1_w_next) noexcept {
    constexpr int kCount = 24;
    const bool value_2 = value[0];
    const float rate_2 = rate[0];
    const float scale_2 = scale[0];
    const float rate_scale_v_2 = rate_scale_v[0];
    nncc::each_vector<kCount, nncc::kLanes<float>>([&](int i, auto lanes) {
        const auto multiply = 0.9F * nncc::load(adam_m_gru_1_w + i, lanes);
        const auto d_gru_1_w_2 = nncc::load(d_gru_1_w + i, lanes);
        const auto multiply_2 = 0.1F * d_gru_1_w_2;
        const auto m = multiply + multiply_2;
        const auto multiply_3 = 0.999F * nncc::load(adam_v_gru_1_w + i, lanes);
        const auto multiply_4 = d_gru_1_w_2 * d_gru_1_w_2;
        const auto multiply_5 = 0.001F * multiply_4;
        const auto v = multiply_3 + multiply_5;
        const auto gru_1_w_2 = nncc::load(gru_1_w + i, lanes);
        const auto multiply_6 = rate_2 * m;
        const auto sqrt = nncc::sqrt(v);
        const auto multiply_7 = sqrt * scale_2;
        const auto add = multiply_7 + 1e-08F;
        const auto divide = multiply_6 / add;
        const auto gru_1_w_3 = gru_1_w_2 - divide;
        const auto subtract = gru_1_w_3 - gru_1_w_2;
        const auto multiply_8 = rate_scale_v_2 * subtract;
        const auto add_2 = gru_1_w_2 + multiply_8;
        const auto select = nncc::select(nncc::splat(value_2, lanes), gru_1_w_3, add_2);
        nncc::store(adam_m_gru_1_w_next + i, m, lanes);
        nncc::store(adam_v_gru_1_w_next + i, v, lanes);
        nncc::store(gru_1_w_next + i, select, lanes);
    });
}

// airline_gru.nn:18  adam(cosine(0.01, over = 900))
void m_update_gru_1_u(const float* adam_m_gru_1_u, const float* d_gru_1_u, const float* adam_v_gru_1_u,
                      const float* scale, const float* rate, const float* gru_1_u, const float* rate_scale_v,
                      const bool* value, float* adam_m_gru_1_u_next, float* adam_v_gru_1_u_next,
                      float* gru_1_u_next) noexcept {
    constexpr int kCount = 192;
    const bool value_2 = value[0];
    const float rate_2 = rate[0];
    const float scale_2 = scale[0];
    const float rate_scale_v_2 = rate_scale_v[0];
    nncc::each_vector<kCount, nncc::kLanes<float>>([&](int i, auto lanes) {
        const auto multiply = 0.9F * nncc::load(adam_m_gru_1_u + i, lanes);
        const auto d_gru_1_u_2 = nncc::load(d_gru_1_u + i, lanes);
        const auto multiply_2 = 0.1F * d_gru_1_u_2;
        const auto m = multiply + multiply_2;
        const auto multiply_3 = 0.999F * nncc::load(adam_v_gru_1_u + i, lanes);
        const auto multiply_4 = d_gru_1_u_2 * d_gru_1_u_2;
        const auto multiply_5 = 0.001F * multiply_4;
        const auto v = multiply_3 + multiply_5;
        const auto gru_1_u_2 = nncc::load(gru_1_u + i, lanes);
        const auto multiply_6 = rate_2 * m;
        const auto sqrt = nncc::sqrt(v);
        const auto multiply_7 = sqrt * scale_2;
        const auto add = multiply_7 + 1e-08F;
        const auto divide = multiply_6 / add;
        const auto gru_1_u_3 = gru_1_u_2 - divide;
        const auto subtract = gru_1_u_3 - gru_1_u_2;
        const auto multiply_8 = rate_scale_v_2 * subtract;
        const auto add_2 = gru_1_u_2 + multiply_8;
        const auto select = nncc::select(nncc::splat(value_2, lanes), gru_1_u_3, add_2);
        nncc::store(adam_m_gru_1_u_next + i, m, lanes);
        nncc::store(adam_v_gru_1_u_next + i, v, lanes);
        nncc::store(gru_1_u_next + i, select, lanes);
    });
}

// airline_gru.nn:18  adam(cosine(0.01, over = 900))
void m_update_gru_1_b_update_gru_1_b_recurrent(const float* adam_m_gru_1_b, const float* d_gru_1_b,
                                               const float* adam_v_gru_1_b, const float* scale, const float* rate,
                                               const float* gru_1_b, const float* adam_m_gru_1_b_recurrent,
                                               const float* d_gru_1_b_recurrent, const float* adam_v_gru_1_b_recurrent,
                                               const float* gru_1_b_recurrent, const float* rate_scale_v,
                                               const bool* value, float* adam_m_gru_1_b_next,
                                               float* adam_v_gru_1_b_next, float* adam_m_gru_1_b_recurrent_next,
                                               float* adam_v_gru_1_b_recurrent_next, float* gru_1_b_next,
                                               float* gru_1_b_recurrent_next) noexcept {
    constexpr int kCount = 24;
    const bool value_2 = value[0];
    const float rate_2 = rate[0];
    const float scale_2 = scale[0];
    const float rate_scale_v_2 = rate_scale_v[0];
    nncc::each_vector<kCount, nncc::kLanes<float>>([&](int i, auto lanes) {
        const auto multiply = 0.9F * nncc::load(adam_m_gru_1_b + i, lanes);
        const auto d_gru_1_b_2 = nncc::load(d_gru_1_b + i, lanes);
        const auto multiply_2 = 0.1F * d_gru_1_b_2;
        const auto add = multiply + multiply_2;
        const auto multiply_3 = 0.999F * nncc::load(adam_v_gru_1_b + i, lanes);
        const auto multiply_4 = d_gru_1_b_2 * d_gru_1_b_2;
        const auto multiply_5 = 0.001F * multiply_4;
        const auto add_2 = multiply_3 + multiply_5;
        const auto multiply_6 = 0.9F * nncc::load(adam_m_gru_1_b_recurrent + i, lanes);
        const auto d_gru_1_b_recurrent_2 = nncc::load(d_gru_1_b_recurrent + i, lanes);
        const auto multiply_7 = 0.1F * d_gru_1_b_recurrent_2;
        const auto m = multiply_6 + multiply_7;
        const auto multiply_8 = 0.999F * nncc::load(adam_v_gru_1_b_recurrent + i, lanes);
        const auto multiply_9 = d_gru_1_b_recurrent_2 * d_gru_1_b_recurrent_2;
        const auto multiply_10 = 0.001F * multiply_9;
        const auto v = multiply_8 + multiply_10;
        const auto gru_1_b_2 = nncc::load(gru_1_b + i, lanes);
        const auto multiply_11 = rate_2 * add;
        const auto sqrt = nncc::sqrt(add_2);
        const auto multiply_12 = sqrt * scale_2;
        const auto add_3 = multiply_12 + 1e-08F;
        const auto divide = multiply_11 / add_3;
        const auto gru_1_b_3 = gru_1_b_2 - divide;
        const auto subtract = gru_1_b_3 - gru_1_b_2;
        const auto multiply_13 = rate_scale_v_2 * subtract;
        const auto add_4 = gru_1_b_2 + multiply_13;
        const auto select = nncc::select(nncc::splat(value_2, lanes), gru_1_b_3, add_4);
        const auto gru_1_b_recurrent_2 = nncc::load(gru_1_b_recurrent + i, lanes);
        const auto multiply_14 = rate_2 * m;
        const auto sqrt_2 = nncc::sqrt(v);
        const auto multiply_15 = sqrt_2 * scale_2;
        const auto add_5 = multiply_15 + 1e-08F;
        const auto divide_2 = multiply_14 / add_5;
        const auto gru_1_b_recurrent_3 = gru_1_b_recurrent_2 - divide_2;
        const auto subtract_2 = gru_1_b_recurrent_3 - gru_1_b_recurrent_2;
        const auto multiply_16 = rate_scale_v_2 * subtract_2;
        const auto add_6 = gru_1_b_recurrent_2 + multiply_16;
        const auto select_2 = nncc::select(nncc::splat(value_2, lanes), gru_1_b_recurrent_3, add_6);
        nncc::store(adam_m_gru_1_b_next + i, add, lanes);
        nncc::store(adam_v_gru_1_b_next + i, add_2, lanes);
        nncc::store(adam_m_gru_1_b_recurrent_next + i, m, lanes);
        nncc::store(adam_v_gru_1_b_recurrent_next + i, v, lanes);
        nncc::store(gru_1_b_next + i, select, lanes);
        nncc::store(gru_1_b_recurrent_next + i, select_2, lanes);
    });
}

// airline_gru.nn:18  adam(cosine(0.01, over = 900))
void m_update_dense_1_w(const float* adam_m_dense_1_w, const float* d_dense_1_w, const float* adam_v_dense_1_w,
                        const float* scale, const float* rate, const float* dense_1_w, const float* rate_scale_v,
                        const bool* value, float* adam_m_dense_1_w_next, float* adam_v_dense_1_w_next,
                        float* dense_1_w_next) noexcept {
    constexpr int kCount = 8;
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

// airline_gru.nn:18  adam(cosine(0.01, over = 900))
void m_update_dense_1_b(const float* adam_m_dense_1_b, const float* d_dense_1_b, const float* adam_v_dense_1_b,
                        const float* scale, const float* rate, const float* dense_1_b, const float* rate_scale_v,
                        const bool* value, float* adam_m_dense_1_b_next, float* adam_v_dense_1_b_next,
                        float* dense_1_b_next) noexcept {
    const float multiply = 0.9F * adam_m_dense_1_b[0];
    const float d_dense_1_b_2 = d_dense_1_b[0];
    const float multiply_2 = 0.1F * d_dense_1_b_2;
    const float m = multiply + multiply_2;
    const float multiply_3 = 0.999F * adam_v_dense_1_b[0];
    const float multiply_4 = d_dense_1_b_2 * d_dense_1_b_2;
    const float multiply_5 = 0.001F * multiply_4;
    const float v = multiply_3 + multiply_5;
    const float dense_1_b_2 = dense_1_b[0];
    const float multiply_6 = rate[0] * m;
    const float sqrt = nncc::sqrt(v);
    const float multiply_7 = sqrt * scale[0];
    const float add = multiply_7 + 1e-08F;
    const float divide = multiply_6 / add;
    const float dense_1_b_3 = dense_1_b_2 - divide;
    const float subtract = dense_1_b_3 - dense_1_b_2;
    const float multiply_8 = rate_scale_v[0] * subtract;
    const float add_2 = dense_1_b_2 + multiply_8;
    const float select = nncc::select(value[0], dense_1_b_3, add_2);
    adam_m_dense_1_b_next[0] = m;
    adam_v_dense_1_b_next[0] = v;
    dense_1_b_next[0] = select;
}

}  // namespace kernels

}  // namespace

const nncc::Tensor kTensors[6] = {
    {"gru_1.w", nncc::TensorKind::kParam, nncc::ElementType::kF32, 2, {1, 24}, __builtin_offsetof(Weights, gru_1.w)},
    {"gru_1.u", nncc::TensorKind::kParam, nncc::ElementType::kF32, 2, {8, 24}, __builtin_offsetof(Weights, gru_1.u)},
    {"gru_1.b", nncc::TensorKind::kParam, nncc::ElementType::kF32, 1, {24}, __builtin_offsetof(Weights, gru_1.b)},
    {"gru_1.b_recurrent", nncc::TensorKind::kParam, nncc::ElementType::kF32, 1, {24}, __builtin_offsetof(Weights, gru_1.b_recurrent)},
    {"dense_1.w", nncc::TensorKind::kParam, nncc::ElementType::kF32, 2, {8, 1}, __builtin_offsetof(Weights, dense_1.w)},
    {"dense_1.b", nncc::TensorKind::kParam, nncc::ElementType::kF32, 1, {1}, __builtin_offsetof(Weights, dense_1.b)},
};

void initialize(Weights& weights, nncc::u64 seed) noexcept {
    const nncc::i32 seed_word = static_cast<nncc::i32>(static_cast<nncc::u32>(seed));
    alignas(64) unsigned char arena[1792];
    float* const gru_1_w = flat<float>(weights.gru_1.w);
    float* const dense_1_w = flat<float>(weights.dense_1.w);
    float* const gru_1_b = flat<float>(weights.gru_1.b);
    float* const gru_1_b_recurrent = flat<float>(weights.gru_1.b_recurrent);
    float* const dense_1_b = flat<float>(weights.dense_1.b);
    float* const gru_1_u = reinterpret_cast<float*>(arena);  // [24, 8]
    float* const gru_1_u_2 = reinterpret_cast<float*>(arena + 768);  // [24, 8]
    float* const gru_1_u_3 = reinterpret_cast<float*>(arena + 1536);  // []
    float* const gru_1_u_4 = reinterpret_cast<float*>(arena);  // [24, 8]
    float* const gru_1_u_5 = reinterpret_cast<float*>(arena + 768);  // [8, 8]
    float* const gru_1_u_6 = reinterpret_cast<float*>(arena + 1024);  // [8, 8]
    float* const gru_1_u_7 = reinterpret_cast<float*>(arena + 1536);  // [8, 8]
    float* const gru_1_u_8 = reinterpret_cast<float*>(arena + 768);  // [24, 8]
    float* const gru_1_u_9 = reinterpret_cast<float*>(arena);  // [8, 8]
    float* const gru_1_u_10 = reinterpret_cast<float*>(arena + 256);  // [8, 8]
    float* const gru_1_u_11 = reinterpret_cast<float*>(arena + 1536);  // [8, 8]
    float* const gru_1_u_12 = reinterpret_cast<float*>(arena);  // [24, 8]
    float* const gru_1_u_13 = reinterpret_cast<float*>(arena + 768);  // [8, 8]
    float* const gru_1_u_14 = reinterpret_cast<float*>(arena + 1024);  // [8, 8]
    float* const gru_1_u_15 = reinterpret_cast<float*>(arena + 1536);  // [8, 8]
    float* const gru_1_u_16 = reinterpret_cast<float*>(arena + 768);  // [24, 8]
    float* const gru_1_u_17 = reinterpret_cast<float*>(arena);  // [8, 8]
    float* const gru_1_u_18 = reinterpret_cast<float*>(arena + 256);  // [8, 8]
    float* const gru_1_u_19 = reinterpret_cast<float*>(arena + 1536);  // [8, 8]
    float* const gru_1_u_20 = reinterpret_cast<float*>(arena);  // [24, 8]
    float* const gru_1_u_21 = reinterpret_cast<float*>(arena + 768);  // [8, 8]
    float* const gru_1_u_22 = reinterpret_cast<float*>(arena + 1024);  // [8, 8]
    float* const gru_1_u_23 = reinterpret_cast<float*>(arena + 1536);  // [8, 8]
    float* const gru_1_u_24 = reinterpret_cast<float*>(arena + 768);  // [24, 8]
    float* const gru_1_u_25 = reinterpret_cast<float*>(arena);  // [8, 8]
    float* const gru_1_u_26 = reinterpret_cast<float*>(arena + 256);  // [8, 8]
    float* const gru_1_u_27 = reinterpret_cast<float*>(arena + 1536);  // [8, 8]
    float* const gru_1_u_28 = reinterpret_cast<float*>(arena);  // [24, 8]
    float* const gru_1_u_29 = reinterpret_cast<float*>(arena + 768);  // [8, 8]
    float* const gru_1_u_30 = reinterpret_cast<float*>(arena + 1024);  // [8, 8]
    float* const gru_1_u_31 = reinterpret_cast<float*>(arena + 1536);  // [8, 8]
    float* const gru_1_u_32 = reinterpret_cast<float*>(arena + 768);  // [24, 8]
    float* const gru_1_u_33 = reinterpret_cast<float*>(arena);  // [8, 8]
    float* const gru_1_u_34 = reinterpret_cast<float*>(arena + 256);  // [8, 8]
    float* const gru_1_u_35 = reinterpret_cast<float*>(arena + 1536);  // [8, 8]
    float* const gru_1_u_36 = reinterpret_cast<float*>(arena);  // [24, 8]
    float* const gru_1_u_37 = reinterpret_cast<float*>(arena + 768);  // [8, 8]
    float* const gru_1_u_38 = reinterpret_cast<float*>(arena + 1024);  // [8, 8]
    float* const gru_1_u_39 = reinterpret_cast<float*>(arena + 1536);  // [8, 8]
    float* const gru_1_u_40 = reinterpret_cast<float*>(arena + 768);  // [24, 8]
    float* const gru_1_u_41 = reinterpret_cast<float*>(arena);  // [8, 8]
    float* const gru_1_u_42 = reinterpret_cast<float*>(arena + 256);  // [8, 8]
    float* const gru_1_u_43 = reinterpret_cast<float*>(arena + 1536);  // [8, 8]
    float* const gru_1_u_44 = reinterpret_cast<float*>(arena);  // [24, 8]
    float* const gru_1_u_45 = reinterpret_cast<float*>(arena + 768);  // [8, 8]
    float* const gru_1_u_46 = reinterpret_cast<float*>(arena + 1024);  // [8, 8]
    float* const gru_1_u_47 = reinterpret_cast<float*>(arena + 1536);  // [8, 8]
    float* const gru_1_u_48 = reinterpret_cast<float*>(arena + 768);  // [24, 8]
    float* const gru_1_u_49 = reinterpret_cast<float*>(arena);  // [8, 8]
    float* const gru_1_u_50 = reinterpret_cast<float*>(arena + 256);  // [8, 8]
    float* const gru_1_u_51 = reinterpret_cast<float*>(arena + 1536);  // [8, 8]
    float* const gru_1_u_52 = reinterpret_cast<float*>(arena);  // [24, 8]
    float* const gru_1_u_53 = reinterpret_cast<float*>(arena + 768);  // [8, 8]
    float* const gru_1_u_54 = reinterpret_cast<float*>(arena + 1024);  // [8, 8]
    float* const gru_1_u_55 = reinterpret_cast<float*>(arena + 1536);  // [8, 8]
    float* const gru_1_u_56 = reinterpret_cast<float*>(arena + 768);  // [24, 8]
    float* const gru_1_u_57 = reinterpret_cast<float*>(arena);  // [8, 8]
    float* const gru_1_u_58 = reinterpret_cast<float*>(arena + 256);  // [8, 8]
    float* const gru_1_u_59 = reinterpret_cast<float*>(arena + 1536);  // [8, 8]
    float* const gru_1_u_60 = reinterpret_cast<float*>(arena);  // [24, 8]
    float* const gru_1_u_61 = reinterpret_cast<float*>(arena + 1536);  // [8, 8]
    float* const gru_1_u_62 = reinterpret_cast<float*>(arena + 768);  // [24, 8]
    float* const gru_1_u_63 = reinterpret_cast<float*>(arena + 1536);  // [8, 8]
    float* const gru_1_u_64 = reinterpret_cast<float*>(arena);  // [24, 8]
    float* const gru_1_u_65 = reinterpret_cast<float*>(arena + 1536);  // [8, 8]
    float* const gru_1_u_66 = reinterpret_cast<float*>(arena + 768);  // [24, 8]
    float* const gru_1_u_67 = reinterpret_cast<float*>(arena + 1536);  // [8, 8]
    float* const gru_1_u_68 = reinterpret_cast<float*>(arena);  // [24, 8]
    float* const gru_1_u_69 = reinterpret_cast<float*>(arena + 1536);  // [8, 8]
    float* const gru_1_u_70 = reinterpret_cast<float*>(arena + 768);  // [24, 8]
    float* const gru_1_u_71 = reinterpret_cast<float*>(arena + 1536);  // [8, 8]
    float* const gru_1_u_72 = reinterpret_cast<float*>(arena);  // [24, 8]
    float* const gru_1_u_73 = flat<float>(weights.gru_1.u);

    kernels::initialize_gru_1_w(&seed_word, gru_1_w);
    kernels::initialize_dense_1_w(&seed_word, dense_1_w);
    nncc::fill(gru_1_b, 24, 0.0F);
    nncc::fill(gru_1_b_recurrent, 24, 0.0F);
    nncc::fill(dense_1_b, 1, 0.0F);
    kernels::gru_1_u(&seed_word, gru_1_u, gru_1_u_2);
    kernels::gru_1_u_initialize(gru_1_u_2, gru_1_u_3);
    kernels::gru_1_u_initialize_2(gru_1_u, gru_1_u_3, gru_1_u_4);
    kernels::gru_1_u_initialize_3(gru_1_u_4, gru_1_u_5, gru_1_u_6);
    kernels::gru_1_u_initialize_4(gru_1_u_6, gru_1_u_5, gru_1_u_7);
    kernels::gru_1_u_initialize_5(gru_1_u_4, gru_1_u_7, gru_1_u_8);
    kernels::gru_1_u_initialize_3(gru_1_u_8, gru_1_u_9, gru_1_u_10);
    kernels::gru_1_u_initialize_4(gru_1_u_10, gru_1_u_9, gru_1_u_11);
    kernels::gru_1_u_initialize_5(gru_1_u_8, gru_1_u_11, gru_1_u_12);
    kernels::gru_1_u_initialize_3(gru_1_u_12, gru_1_u_13, gru_1_u_14);
    kernels::gru_1_u_initialize_4(gru_1_u_14, gru_1_u_13, gru_1_u_15);
    kernels::gru_1_u_initialize_5(gru_1_u_12, gru_1_u_15, gru_1_u_16);
    kernels::gru_1_u_initialize_3(gru_1_u_16, gru_1_u_17, gru_1_u_18);
    kernels::gru_1_u_initialize_4(gru_1_u_18, gru_1_u_17, gru_1_u_19);
    kernels::gru_1_u_initialize_5(gru_1_u_16, gru_1_u_19, gru_1_u_20);
    kernels::gru_1_u_initialize_3(gru_1_u_20, gru_1_u_21, gru_1_u_22);
    kernels::gru_1_u_initialize_4(gru_1_u_22, gru_1_u_21, gru_1_u_23);
    kernels::gru_1_u_initialize_5(gru_1_u_20, gru_1_u_23, gru_1_u_24);
    kernels::gru_1_u_initialize_3(gru_1_u_24, gru_1_u_25, gru_1_u_26);
    kernels::gru_1_u_initialize_4(gru_1_u_26, gru_1_u_25, gru_1_u_27);
    kernels::gru_1_u_initialize_5(gru_1_u_24, gru_1_u_27, gru_1_u_28);
    kernels::gru_1_u_initialize_3(gru_1_u_28, gru_1_u_29, gru_1_u_30);
    kernels::gru_1_u_initialize_4(gru_1_u_30, gru_1_u_29, gru_1_u_31);
    kernels::gru_1_u_initialize_5(gru_1_u_28, gru_1_u_31, gru_1_u_32);
    kernels::gru_1_u_initialize_3(gru_1_u_32, gru_1_u_33, gru_1_u_34);
    kernels::gru_1_u_initialize_4(gru_1_u_34, gru_1_u_33, gru_1_u_35);
    kernels::gru_1_u_initialize_5(gru_1_u_32, gru_1_u_35, gru_1_u_36);
    kernels::gru_1_u_initialize_3(gru_1_u_36, gru_1_u_37, gru_1_u_38);
    kernels::gru_1_u_initialize_4(gru_1_u_38, gru_1_u_37, gru_1_u_39);
    kernels::gru_1_u_initialize_5(gru_1_u_36, gru_1_u_39, gru_1_u_40);
    kernels::gru_1_u_initialize_3(gru_1_u_40, gru_1_u_41, gru_1_u_42);
    kernels::gru_1_u_initialize_4(gru_1_u_42, gru_1_u_41, gru_1_u_43);
    kernels::gru_1_u_initialize_5(gru_1_u_40, gru_1_u_43, gru_1_u_44);
    kernels::gru_1_u_initialize_3(gru_1_u_44, gru_1_u_45, gru_1_u_46);
    kernels::gru_1_u_initialize_4(gru_1_u_46, gru_1_u_45, gru_1_u_47);
    kernels::gru_1_u_initialize_5(gru_1_u_44, gru_1_u_47, gru_1_u_48);
    kernels::gru_1_u_initialize_3(gru_1_u_48, gru_1_u_49, gru_1_u_50);
    kernels::gru_1_u_initialize_4(gru_1_u_50, gru_1_u_49, gru_1_u_51);
    kernels::gru_1_u_initialize_5(gru_1_u_48, gru_1_u_51, gru_1_u_52);
    kernels::gru_1_u_initialize_3(gru_1_u_52, gru_1_u_53, gru_1_u_54);
    kernels::gru_1_u_initialize_4(gru_1_u_54, gru_1_u_53, gru_1_u_55);
    kernels::gru_1_u_initialize_5(gru_1_u_52, gru_1_u_55, gru_1_u_56);
    kernels::gru_1_u_initialize_3(gru_1_u_56, gru_1_u_57, gru_1_u_58);
    kernels::gru_1_u_initialize_4(gru_1_u_58, gru_1_u_57, gru_1_u_59);
    kernels::gru_1_u_initialize_5(gru_1_u_56, gru_1_u_59, gru_1_u_60);
    kernels::gru_1_u_initialize_6(gru_1_u_60, gru_1_u_61);
    kernels::gru_1_u_initialize_7(gru_1_u_60, gru_1_u_61, gru_1_u_62);
    kernels::gru_1_u_initialize_6(gru_1_u_62, gru_1_u_63);
    kernels::gru_1_u_initialize_7(gru_1_u_62, gru_1_u_63, gru_1_u_64);
    kernels::gru_1_u_initialize_6(gru_1_u_64, gru_1_u_65);
    kernels::gru_1_u_initialize_7(gru_1_u_64, gru_1_u_65, gru_1_u_66);
    kernels::gru_1_u_initialize_6(gru_1_u_66, gru_1_u_67);
    kernels::gru_1_u_initialize_7(gru_1_u_66, gru_1_u_67, gru_1_u_68);
    kernels::gru_1_u_initialize_6(gru_1_u_68, gru_1_u_69);
    kernels::gru_1_u_initialize_7(gru_1_u_68, gru_1_u_69, gru_1_u_70);
    kernels::gru_1_u_initialize_6(gru_1_u_70, gru_1_u_71);
    kernels::gru_1_u_initialize_7(gru_1_u_70, gru_1_u_71, gru_1_u_72);
    kernels::initialize_gru_1_u(gru_1_u_72, gru_1_u_73);
}

void pack(const Weights& weights, Packed& packed) noexcept {
    float* const packed_gru_1_w = reinterpret_cast<float*>(packed.bytes + 1152);
    const float* const gru_1_w = flat<const float>(weights.gru_1.w);
    float* const packed_gru_1_u = reinterpret_cast<float*>(packed.bytes + 384);
    const float* const gru_1_u = flat<const float>(weights.gru_1.u);
    float* const packed_gru_1_b = reinterpret_cast<float*>(packed.bytes + 128);
    const float* const gru_1_b = flat<const float>(weights.gru_1.b);
    float* const packed_gru_1_b_recurrent = reinterpret_cast<float*>(packed.bytes + 256);
    const float* const gru_1_b_recurrent = flat<const float>(weights.gru_1.b_recurrent);
    float* const packed_dense_1_w = reinterpret_cast<float*>(packed.bytes + 64);
    const float* const dense_1_w = flat<const float>(weights.dense_1.w);
    float* const packed_dense_1_b = reinterpret_cast<float*>(packed.bytes);
    const float* const dense_1_b = flat<const float>(weights.dense_1.b);

    nncc::copy(gru_1_w, packed_gru_1_w, 24);
    nncc::copy(gru_1_u, packed_gru_1_u, 192);
    nncc::copy(gru_1_b, packed_gru_1_b, 24);
    nncc::copy(gru_1_b_recurrent, packed_gru_1_b_recurrent, 24);
    nncc::copy(dense_1_w, packed_dense_1_w, 8);
    nncc::copy(dense_1_b, packed_dense_1_b, 1);
}

void Model<1>::forward(nncc::In<float, 12, 1> months, nncc::Out<float, 1> output) noexcept {
    alignas(64) unsigned char arena[320];
    float* const level = reinterpret_cast<float*>(arena + 128);  // [1, 12, 1]
    float* const change = reinterpret_cast<float*>(arena);  // [1, 1]
    float* const gru_1 = reinterpret_cast<float*>(arena + 192);  // [12, 1, 1]
    float* const h = reinterpret_cast<float*>(arena + 256);  // [1, 8]
    const float* const packed_gru_1_w = reinterpret_cast<const float*>(packed_->bytes + 1152);
    const float* const packed_gru_1_b = reinterpret_cast<const float*>(packed_->bytes + 128);
    const float* const packed_gru_1_u = reinterpret_cast<const float*>(packed_->bytes + 384);
    const float* const packed_gru_1_b_recurrent = reinterpret_cast<const float*>(packed_->bytes + 256);
    float* const gru_1_2 = reinterpret_cast<float*>(arena);  // [1, 24]
    const float* const packed_dense_1_w = reinterpret_cast<const float*>(packed_->bytes + 64);
    const float* const packed_dense_1_b = reinterpret_cast<const float*>(packed_->bytes);

    kernels::level(months.data(), level);
    kernels::change(level, change);
    kernels::change_gru_1(level, change, gru_1);
    nncc::fill(h, 8, 0.0F);
    // airline_gru.nn:6  gru(8, return_sequences = false)
    for (int t = 0; t < 12; ++t) {
        kernels::gru_1(h, packed_gru_1_u, packed_gru_1_b_recurrent, gru_1_2);
        kernels::gru_1_update_h(gru_1 + t, packed_gru_1_w, packed_gru_1_b, gru_1_2, h, h);
    }
    kernels::dense_1(h, packed_dense_1_w, packed_dense_1_b, level, output.data());
}

void Trainer::restart(const Weights& start, nncc::u64 seed) noexcept {
    seed_ = static_cast<nncc::i32>(static_cast<nncc::u32>(seed));
    steps = 0;
    float* const adam_m_gru_1_w = flat<float>(slots_.adam.m.gru_1.w);
    float* const adam_v_gru_1_w = flat<float>(slots_.adam.v.gru_1.w);
    float* const adam_m_gru_1_u = flat<float>(slots_.adam.m.gru_1.u);
    float* const adam_v_gru_1_u = flat<float>(slots_.adam.v.gru_1.u);
    float* const adam_m_gru_1_b = flat<float>(slots_.adam.m.gru_1.b);
    float* const adam_v_gru_1_b = flat<float>(slots_.adam.v.gru_1.b);
    float* const adam_m_gru_1_b_recurrent = flat<float>(slots_.adam.m.gru_1.b_recurrent);
    float* const adam_v_gru_1_b_recurrent = flat<float>(slots_.adam.v.gru_1.b_recurrent);
    float* const adam_m_dense_1_w = flat<float>(slots_.adam.m.dense_1.w);
    float* const adam_v_dense_1_w = flat<float>(slots_.adam.v.dense_1.w);
    float* const adam_m_dense_1_b = flat<float>(slots_.adam.m.dense_1.b);
    float* const adam_v_dense_1_b = flat<float>(slots_.adam.v.dense_1.b);

    nncc::fill(adam_m_gru_1_w, 24, 0.0F);
    nncc::fill(adam_v_gru_1_w, 24, 0.0F);
    nncc::fill(adam_m_gru_1_u, 192, 0.0F);
    nncc::fill(adam_v_gru_1_u, 192, 0.0F);
    nncc::fill(adam_m_gru_1_b, 24, 0.0F);
    nncc::fill(adam_v_gru_1_b, 24, 0.0F);
    nncc::fill(adam_m_gru_1_b_recurrent, 24, 0.0F);
    nncc::fill(adam_v_gru_1_b_recurrent, 24, 0.0F);
    nncc::fill(adam_m_dense_1_w, 8, 0.0F);
    nncc::fill(adam_v_dense_1_w, 8, 0.0F);
    nncc::fill(adam_m_dense_1_b, 1, 0.0F);
    nncc::fill(adam_v_dense_1_b, 1, 0.0F);
    weights_ = start;
}

float Trainer::step(nncc::In<float, 12, 12, 1> months, nncc::In<float, 12, 1> next) noexcept {
    float loss_value = 0.0F;
    nncc::i32 step_word = static_cast<nncc::i32>(static_cast<nncc::u32>(steps));
    nncc::i32* const step_v = &step_word;
    float* const rate = reinterpret_cast<float*>(arena_ + 40384);  // []
    float* const scale = reinterpret_cast<float*>(arena_ + 40448);  // []
    float* const level = reinterpret_cast<float*>(arena_ + 1152);  // [12, 12, 1]
    float* const change = reinterpret_cast<float*>(arena_);  // [12, 1]
    float* const gru_1 = reinterpret_cast<float*>(arena_ + 39168);  // [12, 12, 1]
    float* const h = reinterpret_cast<float*>(arena_ + 1728);  // [12, 8]
    float* const gru_1_w = flat<float>(weights_.gru_1.w);
    float* const gru_1_b = flat<float>(weights_.gru_1.b);
    float* const gru_1_u = flat<float>(weights_.gru_1.u);
    float* const gru_1_b_recurrent = flat<float>(weights_.gru_1.b_recurrent);
    float* const h_2 = reinterpret_cast<float*>(arena_ + 13824);  // [12, 12, 8]
    float* const gru_1_2 = reinterpret_cast<float*>(arena_ + 18432);  // [12, 12, 8]
    float* const gru_1_2_2 = reinterpret_cast<float*>(arena_ + 23040);  // [12, 12, 8]
    float* const gru_1_3 = reinterpret_cast<float*>(arena_ + 27648);  // [12, 12, 8]
    float* const gru_1_4 = reinterpret_cast<float*>(arena_ + 32256);  // [12, 12, 8]
    float* const gru_1_5 = reinterpret_cast<float*>(arena_);  // [12, 24]
    float* const dense_1_w = flat<float>(weights_.dense_1.w);
    float* const dense_1_b = flat<float>(weights_.dense_1.b);
    float* const mean_squared_error_1 = reinterpret_cast<float*>(arena_ + 64);  // [12, 1]
    float* const d_mean_squared_error_1 = reinterpret_cast<float*>(arena_);  // [12, 1]
    float* const adam_m_dense_1_b = flat<float>(slots_.adam.m.dense_1.b);
    float* const adam_v_dense_1_b = flat<float>(slots_.adam.v.dense_1.b);
    float* const d_dense_1 = reinterpret_cast<float*>(arena_ + 39744);  // [12, 8]
    float* const adam_m_dense_1_w = flat<float>(slots_.adam.m.dense_1.w);
    float* const adam_v_dense_1_w = flat<float>(slots_.adam.v.dense_1.w);
    float* const d_gru_1 = reinterpret_cast<float*>(arena_ + 39744);  // [12, 8]
    float* const d_gru_1_w = reinterpret_cast<float*>(arena_ + 40256);  // [1, 24]
    float* const d_gru_1_b = reinterpret_cast<float*>(arena_ + 40128);  // [24]
    float* const d_gru_1_2 = reinterpret_cast<float*>(arena_);  // [12, 12, 24]
    float* const d_gru_1_3 = reinterpret_cast<float*>(arena_ + 36864 + 1152);  // [12, 8]
    float* const d_gru_1_4 = reinterpret_cast<float*>(arena_ + 36864);  // [12, 8]
    float* const d_gru_1_5 = reinterpret_cast<float*>(arena_ + 36864 + 1536);  // [12, 8]
    float* const d_gru_1_6 = reinterpret_cast<float*>(arena_ + 36864 + 1920);  // [12, 8]
    float* const d_gru_1_7 = reinterpret_cast<float*>(arena_ + 36864);  // [12, 24]
    float* const d_gru_1_8 = reinterpret_cast<float*>(arena_ + 36864 + 1152);  // [24]
    float* const adam_m_gru_1_u = flat<float>(slots_.adam.m.gru_1.u);
    float* const adam_v_gru_1_u = flat<float>(slots_.adam.v.gru_1.u);
    float* const adam_m_gru_1_w = flat<float>(slots_.adam.m.gru_1.w);
    float* const adam_v_gru_1_w = flat<float>(slots_.adam.v.gru_1.w);
    float* const adam_m_gru_1_b = flat<float>(slots_.adam.m.gru_1.b);
    float* const adam_v_gru_1_b = flat<float>(slots_.adam.v.gru_1.b);
    float* const adam_m_gru_1_b_recurrent = flat<float>(slots_.adam.m.gru_1.b_recurrent);
    float* const adam_v_gru_1_b_recurrent = flat<float>(slots_.adam.v.gru_1.b_recurrent);

    kernels::share_next_step_scale(step_v, step_v, rate, scale);
    kernels::level_step(months.data(), level);
    kernels::change_step(level, change);
    kernels::change_gru_1_step(level, change, gru_1);
    nncc::fill(h, 96, 0.0F);
    // airline_gru.nn:6  gru(8, return_sequences = false)
    for (int t = 0; t < 12; ++t) {
        nncc::copy(h, h_2 + 96 * t, 96);
        kernels::gru_1_step(h, gru_1_u, gru_1_b_recurrent, gru_1_5);
        kernels::gru_1_update_h_step(gru_1_5, gru_1 + 12 * t, gru_1_w, gru_1_b, h, gru_1_2 + 96 * t, gru_1_2_2 + 96 * t,
                                     gru_1_3 + 96 * t, gru_1_4 + 96 * t, h);
    }
    kernels::dense_1_mean_squared_error_1_d_mean_squared_error_1(h, dense_1_w, dense_1_b, level, next.data(),
                                                                 mean_squared_error_1, d_mean_squared_error_1);
    kernels::mean_squared_error_1(mean_squared_error_1, &loss_value);
    kernels::d_dense_1_update_dense_1_b(d_mean_squared_error_1, adam_m_dense_1_b, adam_v_dense_1_b, scale, rate,
                                        dense_1_b, adam_m_dense_1_b, adam_v_dense_1_b, dense_1_b);
    kernels::d_dense_1(d_mean_squared_error_1, dense_1_w, d_dense_1);
    kernels::d_dense_1_update_dense_1_w(d_mean_squared_error_1, h, adam_m_dense_1_w, adam_v_dense_1_w, scale, rate,
                                        dense_1_w, adam_m_dense_1_w, adam_v_dense_1_w, dense_1_w);
    nncc::fill(d_gru_1_w, 24, 0.0F);
    nncc::fill(d_gru_1_b, 24, 0.0F);
    // airline_gru.nn:6  gru(8, return_sequences = false)
    for (int t_2 = 11; t_2 >= 0; --t_2) {
        kernels::gru_1_d_gru_1(d_gru_1, gru_1_2_2 + 96 * t_2, gru_1_4 + 96 * t_2, gru_1_3 + 96 * t_2,
                               gru_1_2 + 96 * t_2, h_2 + 96 * t_2, d_gru_1_3, d_gru_1_4, d_gru_1_5, d_gru_1_6);
        kernels::d_gru_1(d_gru_1_6, d_gru_1_5, d_gru_1_4, d_gru_1_2 + 288 * t_2);
        kernels::d_gru_1_step(d_gru_1_6, d_gru_1_5, d_gru_1_3, d_gru_1_7);
        kernels::d_gru_1_update_d_gru_1_b(d_gru_1_7, gru_1 + 12 * t_2, d_gru_1_b, d_gru_1_8, d_gru_1_b);
        kernels::d_gru_1_update_d_gru_1(d_gru_1_2 + 288 * t_2, gru_1_u, d_gru_1, gru_1_2_2 + 96 * t_2, d_gru_1);
        kernels::update_d_gru_1_w(d_gru_1_w, d_gru_1_8, d_gru_1_w);
    }
    kernels::d_gru_1_update_gru_1_u(d_gru_1_2, h_2, adam_m_gru_1_u, adam_v_gru_1_u, scale, rate, gru_1_u,
                                    adam_m_gru_1_u, adam_v_gru_1_u, gru_1_u);
    kernels::m_update_gru_1_w(adam_m_gru_1_w, d_gru_1_w, adam_v_gru_1_w, scale, rate, gru_1_w, adam_m_gru_1_w,
                              adam_v_gru_1_w, gru_1_w);
    kernels::m_update_gru_1_b(adam_m_gru_1_b, d_gru_1_b, adam_v_gru_1_b, scale, rate, gru_1_b, adam_m_gru_1_b,
                              adam_v_gru_1_b, gru_1_b);
    kernels::d_gru_1_update_gru_1_b_recurrent(d_gru_1_2, adam_m_gru_1_b_recurrent, adam_v_gru_1_b_recurrent, scale,
                                              rate, gru_1_b_recurrent, adam_m_gru_1_b_recurrent,
                                              adam_v_gru_1_b_recurrent, gru_1_b_recurrent);
    steps = static_cast<nncc::u64>(static_cast<nncc::u32>(step_word));
    return loss_value;
}

float Trainer::gradients(nncc::In<float, 12, 12, 1> months, nncc::In<float, 12, 1> next, Weights& gradient) noexcept {
    float loss_value = 0.0F;
    float* const level = reinterpret_cast<float*>(arena_ + 1152);  // [12, 12, 1]
    float* const change = reinterpret_cast<float*>(arena_);  // [12, 1]
    float* const gru_1 = reinterpret_cast<float*>(arena_ + 39168);  // [12, 12, 1]
    float* const h = reinterpret_cast<float*>(arena_ + 1728);  // [12, 8]
    const float* const gru_1_w = flat<const float>(weights_.gru_1.w);
    const float* const gru_1_b = flat<const float>(weights_.gru_1.b);
    const float* const gru_1_u = flat<const float>(weights_.gru_1.u);
    const float* const gru_1_b_recurrent = flat<const float>(weights_.gru_1.b_recurrent);
    float* const h_2 = reinterpret_cast<float*>(arena_ + 13824);  // [12, 12, 8]
    float* const gru_1_2 = reinterpret_cast<float*>(arena_ + 18432);  // [12, 12, 8]
    float* const gru_1_2_2 = reinterpret_cast<float*>(arena_ + 23040);  // [12, 12, 8]
    float* const gru_1_3 = reinterpret_cast<float*>(arena_ + 27648);  // [12, 12, 8]
    float* const gru_1_4 = reinterpret_cast<float*>(arena_ + 32256);  // [12, 12, 8]
    float* const gru_1_5 = reinterpret_cast<float*>(arena_);  // [12, 24]
    const float* const dense_1_w = flat<const float>(weights_.dense_1.w);
    const float* const dense_1_b = flat<const float>(weights_.dense_1.b);
    float* const mean_squared_error_1 = reinterpret_cast<float*>(arena_ + 64);  // [12, 1]
    float* const d_mean_squared_error_1 = reinterpret_cast<float*>(arena_);  // [12, 1]
    float* const d_dense_1 = reinterpret_cast<float*>(arena_ + 39744);  // [12, 8]
    float* const d_gru_1 = reinterpret_cast<float*>(arena_ + 39744);  // [12, 8]
    float* const d_gru_1_2 = reinterpret_cast<float*>(arena_);  // [12, 12, 24]
    float* const d_gru_1_3 = reinterpret_cast<float*>(arena_ + 36864 + 1152);  // [12, 8]
    float* const d_gru_1_4 = reinterpret_cast<float*>(arena_ + 36864);  // [12, 8]
    float* const d_gru_1_5 = reinterpret_cast<float*>(arena_ + 36864 + 1536);  // [12, 8]
    float* const d_gru_1_6 = reinterpret_cast<float*>(arena_ + 36864 + 1920);  // [12, 8]
    float* const d_gru_1_7 = reinterpret_cast<float*>(arena_ + 36864);  // [12, 24]
    float* const d_gru_1_8 = reinterpret_cast<float*>(arena_ + 36864 + 1152);  // [24]

    kernels::level_step(months.data(), level);
    kernels::change_step(level, change);
    kernels::change_gru_1_step(level, change, gru_1);
    nncc::fill(h, 96, 0.0F);
    // airline_gru.nn:6  gru(8, return_sequences = false)
    for (int t = 0; t < 12; ++t) {
        nncc::copy(h, h_2 + 96 * t, 96);
        kernels::gru_1_step(h, gru_1_u, gru_1_b_recurrent, gru_1_5);
        kernels::gru_1_update_h_step(gru_1_5, gru_1 + 12 * t, gru_1_w, gru_1_b, h, gru_1_2 + 96 * t, gru_1_2_2 + 96 * t,
                                     gru_1_3 + 96 * t, gru_1_4 + 96 * t, h);
    }
    kernels::dense_1_mean_squared_error_1_d_mean_squared_error_1(h, dense_1_w, dense_1_b, level, next.data(),
                                                                 mean_squared_error_1, d_mean_squared_error_1);
    kernels::mean_squared_error_1(mean_squared_error_1, &loss_value);
    kernels::d_dense_1_gradients(d_mean_squared_error_1, flat<float>(gradient.dense_1.b));
    kernels::d_dense_1_gradients_2(d_mean_squared_error_1, h, flat<float>(gradient.dense_1.w));
    kernels::d_dense_1(d_mean_squared_error_1, dense_1_w, d_dense_1);
    nncc::fill(flat<float>(gradient.gru_1.w), 24, 0.0F);
    nncc::fill(flat<float>(gradient.gru_1.b), 24, 0.0F);
    // airline_gru.nn:6  gru(8, return_sequences = false)
    for (int t_2 = 11; t_2 >= 0; --t_2) {
        kernels::gru_1_d_gru_1(d_gru_1, gru_1_2_2 + 96 * t_2, gru_1_4 + 96 * t_2, gru_1_3 + 96 * t_2,
                               gru_1_2 + 96 * t_2, h_2 + 96 * t_2, d_gru_1_3, d_gru_1_4, d_gru_1_5, d_gru_1_6);
        kernels::d_gru_1(d_gru_1_6, d_gru_1_5, d_gru_1_4, d_gru_1_2 + 288 * t_2);
        kernels::d_gru_1_step(d_gru_1_6, d_gru_1_5, d_gru_1_3, d_gru_1_7);
        kernels::d_gru_1_update_d_gru_1_b(d_gru_1_7, gru_1 + 12 * t_2, flat<float>(gradient.gru_1.b), d_gru_1_8,
                                          flat<float>(gradient.gru_1.b));
        kernels::d_gru_1_update_d_gru_1(d_gru_1_2 + 288 * t_2, gru_1_u, d_gru_1, gru_1_2_2 + 96 * t_2, d_gru_1);
        kernels::update_d_gru_1_w(flat<float>(gradient.gru_1.w), d_gru_1_8, flat<float>(gradient.gru_1.w));
    }
    kernels::d_gru_1_gradients(d_gru_1_2, h_2, flat<float>(gradient.gru_1.u));
    kernels::d_gru_1_gradients_2(d_gru_1_2, flat<float>(gradient.gru_1.b_recurrent));
    return loss_value;
}

void Trainer::update(const Weights& gradient, float rate_scale) noexcept {
    nncc::i32 step_word = static_cast<nncc::i32>(static_cast<nncc::u32>(steps));
    nncc::i32* const step_v = &step_word;
    float* const rate = reinterpret_cast<float*>(arena_);  // []
    float* const scale = reinterpret_cast<float*>(arena_ + 64);  // []
    bool* const equal = reinterpret_cast<bool*>(arena_ + 128);  // []
    float* const adam_m_gru_1_w = flat<float>(slots_.adam.m.gru_1.w);
    float* const adam_v_gru_1_w = flat<float>(slots_.adam.v.gru_1.w);
    float* const gru_1_w = flat<float>(weights_.gru_1.w);
    float* const adam_m_gru_1_u = flat<float>(slots_.adam.m.gru_1.u);
    float* const adam_v_gru_1_u = flat<float>(slots_.adam.v.gru_1.u);
    float* const gru_1_u = flat<float>(weights_.gru_1.u);
    float* const adam_m_gru_1_b = flat<float>(slots_.adam.m.gru_1.b);
    float* const adam_v_gru_1_b = flat<float>(slots_.adam.v.gru_1.b);
    float* const gru_1_b = flat<float>(weights_.gru_1.b);
    float* const adam_m_gru_1_b_recurrent = flat<float>(slots_.adam.m.gru_1.b_recurrent);
    float* const adam_v_gru_1_b_recurrent = flat<float>(slots_.adam.v.gru_1.b_recurrent);
    float* const gru_1_b_recurrent = flat<float>(weights_.gru_1.b_recurrent);
    float* const adam_m_dense_1_w = flat<float>(slots_.adam.m.dense_1.w);
    float* const adam_v_dense_1_w = flat<float>(slots_.adam.v.dense_1.w);
    float* const dense_1_w = flat<float>(weights_.dense_1.w);
    float* const adam_m_dense_1_b = flat<float>(slots_.adam.m.dense_1.b);
    float* const adam_v_dense_1_b = flat<float>(slots_.adam.v.dense_1.b);
    float* const dense_1_b = flat<float>(weights_.dense_1.b);

    kernels::share_next_step_scale_update(step_v, &rate_scale, step_v, rate, scale, equal);
    kernels::m_update_gru_1_w_update(adam_m_gru_1_w, flat<const float>(gradient.gru_1.w), adam_v_gru_1_w, scale, rate,
                                     gru_1_w, &rate_scale, equal, adam_m_gru_1_w, adam_v_gru_1_w, gru_1_w);
    kernels::m_update_gru_1_u(adam_m_gru_1_u, flat<const float>(gradient.gru_1.u), adam_v_gru_1_u, scale, rate, gru_1_u,
                              &rate_scale, equal, adam_m_gru_1_u, adam_v_gru_1_u, gru_1_u);
    kernels::m_update_gru_1_b_update_gru_1_b_recurrent(adam_m_gru_1_b, flat<const float>(gradient.gru_1.b),
                                                       adam_v_gru_1_b, scale, rate, gru_1_b, adam_m_gru_1_b_recurrent,
                                                       flat<const float>(gradient.gru_1.b_recurrent),
                                                       adam_v_gru_1_b_recurrent, gru_1_b_recurrent, &rate_scale, equal,
                                                       adam_m_gru_1_b, adam_v_gru_1_b, adam_m_gru_1_b_recurrent,
                                                       adam_v_gru_1_b_recurrent, gru_1_b, gru_1_b_recurrent);
    kernels::m_update_dense_1_w(adam_m_dense_1_w, flat<const float>(gradient.dense_1.w), adam_v_dense_1_w, scale, rate,
                                dense_1_w, &rate_scale, equal, adam_m_dense_1_w, adam_v_dense_1_w, dense_1_w);
    kernels::m_update_dense_1_b(adam_m_dense_1_b, flat<const float>(gradient.dense_1.b), adam_v_dense_1_b, scale, rate,
                                dense_1_b, &rate_scale, equal, adam_m_dense_1_b, adam_v_dense_1_b, dense_1_b);
    steps = static_cast<nncc::u64>(static_cast<nncc::u32>(step_word));
}

}  // namespace airline_gru

extern "C" {  // airline_gru_c.h

__SIZE_TYPE__ airline_gru_weights_bytes() noexcept {
    return sizeof(airline_gru::Weights);
}

const void* airline_gru_tensors() noexcept {
    return airline_gru::kTensors;
}

int airline_gru_tensor_count() noexcept {
    return 6;
}

void airline_gru_initialize(void* weights, unsigned long long seed) noexcept {
    airline_gru::initialize(*static_cast<airline_gru::Weights*>(weights), seed);
}

__SIZE_TYPE__ airline_gru_packed_bytes() noexcept {
    return sizeof(airline_gru::Packed);
}

void airline_gru_pack(const void* weights, void* packed) noexcept {
    airline_gru::pack(*static_cast<const airline_gru::Weights*>(weights), *static_cast<airline_gru::Packed*>(packed));
}

__SIZE_TYPE__ airline_gru_model_bytes() noexcept {
    return sizeof(airline_gru::Model<1>);
}

void airline_gru_model_init(void* memory, const void* packed) noexcept {
    static_cast<airline_gru::Model<1>*>(memory)->use(*static_cast<const airline_gru::Packed*>(packed));
}

void airline_gru_forward(void* memory, const float* months, float* output) noexcept {
    static_cast<airline_gru::Model<1>*>(memory)->forward(months, output);
}

__SIZE_TYPE__ airline_gru_trainer_bytes() noexcept {
    return sizeof(airline_gru::Trainer);
}

void airline_gru_trainer_init(void* memory, const void* weights, unsigned long long seed) noexcept {
    static_cast<airline_gru::Trainer*>(memory)->restart(*static_cast<const airline_gru::Weights*>(weights), seed);
}

double airline_gru_trainer_step(void* memory, const float* months, const float* next) noexcept {
    return static_cast<double>(static_cast<airline_gru::Trainer*>(memory)->step(months, next));
}

double airline_gru_trainer_gradients(void* memory, const float* months, const float* next, void* gradient) noexcept {
    return static_cast<double>(static_cast<airline_gru::Trainer*>(memory)->gradients(months, next,
                                                                                     *static_cast<airline_gru::Weights*>(gradient)));
}

void airline_gru_trainer_update(void* memory, const void* gradient) noexcept {
    static_cast<airline_gru::Trainer*>(memory)->update(*static_cast<const airline_gru::Weights*>(gradient));
}

void airline_gru_trainer_update_scaled(void* memory, const void* gradient, float rate_scale) noexcept {
    static_cast<airline_gru::Trainer*>(memory)->update(*static_cast<const airline_gru::Weights*>(gradient), rate_scale);
}

const void* airline_gru_trainer_weights(const void* memory) noexcept {
    return &static_cast<const airline_gru::Trainer*>(memory)->weights();
}

unsigned long long airline_gru_trainer_steps(const void* memory) noexcept {
    return static_cast<const airline_gru::Trainer*>(memory)->steps;
}

}  // extern "C"
