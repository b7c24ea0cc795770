// amp_gru, emitted by nncc 0.1.0 from amp_gru.nn; do not edit.
// sha256 3f0d2014ae8ab28db3e85c3fc65fe4bd860b4290fc1c0273c9dd773709239493
// nncc amp_gru.nn -D time<=64 -o amp_gru.cpp
//
// Weights: byte, member, type
//         0  gru_1.w f32[1, 48]
//       192  gru_1.u f32[16, 48]
//      3264  gru_1.b f32[48]
//      3456  gru_1.b_recurrent f32[48]
//      3648  dense_1.w f32[16, 1]
//      3712  dense_1.b f32[1]
//
// Arena of Model<1>::forward, 4608 bytes: range, tensor, type
//      4096 ..      4352  gru_1 f32[time, 1, 1]
//      4544 ..      4608  h f32[1, 16]
//         0 ..      4096  gru_1 f32[time, 1, 16]
//         0 ..       192  gru_1 f32[1, 48], in each step
//
// Arena of Trainer::step, 601856 bytes: range, tensor, type
//    601472 ..    601476  rate f32[]
//    601536 ..    601540  scale f32[]
//    595968 ..    600064  gru_1 f32[time, 16, 1]
//     68608 ..     69632  h f32[16, 16]
//         0 ..     65536  gru_1 f32[time, 16, 16]
//    196608 ..    262144  h_2 f32[time, 16, 16]
//    262144 ..    327680  gru_1_2 f32[time, 16, 16]
//    327680 ..    393216  gru_1_3 f32[time, 16, 16]
//    393216 ..    458752  gru_1_4 f32[time, 16, 16]
//    458752 ..    524288  gru_1_5 f32[time, 16, 16]
//         0 ..      3072  gru_1 f32[16, 48], in each step
//     65536 ..     69632  add f32[16, time, 1]
//         0 ..         0  error_to_signal_1 f32[16, time-64, 1]
//         0 ..         0  error_to_signal_1 f32[16, time-64, 1]
//     65536 ..     65540  error_to_signal_1_sum_1 f32[]
//     65600 ..     65604  d_error_to_signal_1 f32[]
//         0 ..         0  d_error_to_signal_1 f32[16, time-64, 1]
//     65536 ..     69632  d_error_to_signal_1 f32[16, time, 1]
//    601600 ..    601604  d_dense_1 f32[1]
//    601728 ..    601732  gradient_norm f32[1]
//    601664 ..    601728  d_dense_1 f32[16, 1]
//    601792 ..    601856  gradient_norm f32[16, 1]
//    524288 ..    589824  d_dense_1 f32[time, 16, 16]
//    600064 ..    601088  d_gru_1_2 f32[16, 16]
//    601088 ..    601280  d_gru_1_w f32[1, 48]
//    601280 ..    601472  d_gru_1_b f32[48]
//         0 ..    196608  d_gru_1_3 f32[time, 16, 48]
//      3072 ..      4096  d_gru_1 f32[16, 16], in each step
//      1024 ..      2048  d_gru_1 f32[16, 16], in each step
//      4096 ..      5120  d_gru_1 f32[16, 16], in each step
//         0 ..      1024  d_gru_1 f32[16, 16], in each step
//      5120 ..      6144  d_gru_1 f32[16, 16], in each step
//         0 ..      3072  d_gru_1 f32[16, 48], in each step
//      3072 ..      3264  d_gru_1 f32[48], in each step
//    262144 ..    265216  d_gru_1 f32[16, 48]
//    265216 ..    268288  gradient_norm f32[16, 48]
//    196608 ..    196612  gradient_norm f32[]
//    196672 ..    196676  gradient_norm f32[]
//    196992 ..    196996  gradient_norm f32[]
//    196608 ..    196800  d_gru_1 f32[48]
//    196800 ..    196992  gradient_norm f32[48]
//        64 ..        68  gradient_norm f32[]
//         0 ..         4  gru_1_w_clip_norm_1 f32[]
#include "amp_gru.h"

#include <nncc/kernels.h>
#include <nncc/selftest.h>

namespace amp_gru {
namespace {

// The elements of an array of arrays, one after the other.
template <class T, class Array>
T* flat(Array& array) noexcept {
    return reinterpret_cast<T*>(&array);
}

namespace kernels {

// amp_gru.nn:3  gru(units)
void initialize_gru_1_w(const nncc::i32* seed_v, float* gru_1_w_next) noexcept {
    constexpr int kCount = 48;
    const nncc::i32 seed_v_2 = seed_v[0];
    nncc::each_vector<kCount, nncc::kLanes<float>>([&](int i, auto lanes) {
        const auto random = nncc::uniform24(static_cast<nncc::u32>(seed_v_2), static_cast<nncc::u32>(0), 0x1a14d7fcU,
                                            static_cast<nncc::u32>(i), lanes);
        const auto multiply = 2.0F * random;
        const auto subtract = multiply - 1.0F;
        nncc::store(gru_1_w_next + i, 0.3499271F * subtract, lanes);
    });
}

// amp_gru.nn:3  dense(1)
void initialize_dense_1_w(const nncc::i32* seed_v, float* dense_1_w_next) noexcept {
    constexpr int kCount = 16;
    const nncc::i32 seed_v_2 = seed_v[0];
    nncc::each_vector<kCount, nncc::kLanes<float>>([&](int i, auto lanes) {
        const auto random = nncc::uniform24(static_cast<nncc::u32>(seed_v_2), static_cast<nncc::u32>(0), 0x0267df8bU,
                                            static_cast<nncc::u32>(i), lanes);
        const auto multiply = 2.0F * random;
        const auto subtract = multiply - 1.0F;
        nncc::store(dense_1_w_next + i, 0.59408855F * subtract, lanes);
    });
}

// amp_gru.nn:3  gru(units)
void gru_1_u(const nncc::i32* seed_v, float* gru_1_u, float* gru_1_u_2) noexcept {
    constexpr int kCount = 768;
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

// amp_gru.nn:3  gru(units)
void gru_1_u_initialize(const float* gru_1_u, float* gru_1_u_2) noexcept {
    constexpr int kCount = 768;
    const float sum = nncc::reduce<nncc::Sum, kCount, nncc::kLanes<float>>([&](int i, auto lanes) {
        return nncc::load(gru_1_u + i, lanes);
    });
    gru_1_u_2[0] = nncc::rsqrt(sum);
}

// amp_gru.nn:3  gru(units)
void gru_1_u_initialize_2(const float* gru_1_u, const float* gru_1_u_2, float* gru_1_u_3) noexcept {
    constexpr int kCount = 768;
    const float gru_1_u_4 = gru_1_u_2[0];
    nncc::each_vector<kCount, nncc::kLanes<float>>([&](int i, auto lanes) {
        nncc::store(gru_1_u_3 + i, nncc::load(gru_1_u + i, lanes) * gru_1_u_4, lanes);
    });
}

// amp_gru.nn:3  gru(units)
void gru_1_u_initialize_3(const float* gru_1_u, float* gru_1_u_2, float* gru_1_u_3) noexcept {
    constexpr int kColumns = 16, kDepth = 48;
    const nncc::Matrix<float, 1, kColumns> left{gru_1_u};
    const nncc::Matrix<float, kColumns, 1> right{gru_1_u};
    nncc::gemm<kColumns, kColumns, kDepth>(left, right, [&](int i, int j, auto lanes, auto product) {
        const auto gru_1_u_4 = 2.0315F * product;
        nncc::store(gru_1_u_2 + kColumns * i + j, product, lanes);
        nncc::store(gru_1_u_3 + kColumns * i + j, gru_1_u_4, lanes);
    });
}

// amp_gru.nn:3  gru(units)
void gru_1_u_initialize_4(const float* gru_1_u, const float* gru_1_u_2, float* gru_1_u_3) noexcept {
    constexpr int kDepth = 16;
    const nncc::Matrix<float, kDepth, 1> left{gru_1_u};
    const nncc::Matrix<float, kDepth, 1> right{gru_1_u_2};
    nncc::gemm<kDepth, kDepth, kDepth>(left, right, [&](int i, int j, auto lanes, auto product) {
        const auto multiply = 4.775F * nncc::load(gru_1_u_2 + kDepth * i + j, lanes);
        nncc::store(gru_1_u_3 + kDepth * i + j, product - multiply, lanes);
    });
}

// amp_gru.nn:3  gru(units)
void gru_1_u_initialize_5(const float* gru_1_u, const float* gru_1_u_2, float* gru_1_u_3) noexcept {
    constexpr int kRows = 48, kDepth = 16;
    const nncc::Matrix<float, kDepth, 1> left{gru_1_u};
    const nncc::Matrix<float, kDepth, 1> right{gru_1_u_2};
    nncc::gemm<kRows, kDepth, kDepth>(left, right, [&](int i, int j, auto lanes, auto product) {
        const auto multiply = 3.4445F * nncc::load(gru_1_u + kDepth * i + j, lanes);
        nncc::store(gru_1_u_3 + kDepth * i + j, multiply + product, lanes);
    });
}

// amp_gru.nn:3  gru(units)
void gru_1_u_initialize_6(const float* gru_1_u, float* gru_1_u_2) noexcept {
    constexpr int kColumns = 16, kDepth = 48;
    const nncc::Matrix<float, 1, kColumns> left{gru_1_u};
    const nncc::Matrix<float, kColumns, 1> right{gru_1_u};
    nncc::gemm<kColumns, kColumns, kDepth>(left, right, [&](int i, int j, auto lanes, auto product) {
        nncc::store(gru_1_u_2 + kColumns * i + j, product, lanes);
    });
}

// amp_gru.nn:3  gru(units)
void gru_1_u_initialize_7(const float* gru_1_u, const float* gru_1_u_2, float* gru_1_u_3) noexcept {
    constexpr int kRows = 48, kDepth = 16;
    const nncc::Matrix<float, kDepth, 1> left{gru_1_u};
    const nncc::Matrix<float, kDepth, 1> right{gru_1_u_2};
    nncc::gemm<kRows, kDepth, kDepth>(left, right, [&](int i, int j, auto lanes, auto product) {
        const auto multiply = 1.5F * nncc::load(gru_1_u + kDepth * i + j, lanes);
        const auto multiply_2 = 0.5F * product;
        nncc::store(gru_1_u_3 + kDepth * i + j, multiply - multiply_2, lanes);
    });
}

// amp_gru.nn:3  gru(units)
void initialize_gru_1_u(const float* gru_1_u, float* gru_1_u_next) noexcept {
    constexpr int kRows = 16, kColumns = 48;
    for (int i = 0; i < kRows; ++i) {
        nncc::each_vector<kColumns, nncc::kLanes<float>>([&](int j, auto lanes) {
            nncc::store(gru_1_u_next + kColumns * i + j, nncc::load_strided(gru_1_u + i + kRows * j, kRows, lanes),
                        lanes);
        });
    }
}

// amp_gru.nn:3  gru(units)
void gru_1(const float* h, const float* gru_1_u, const float* gru_1_b_recurrent, float* gru_1) noexcept {
    constexpr int kColumns = 48, kDepth = 16;
    const nncc::Matrix<float, 0, 1> left{h};
    const nncc::Matrix<float, kColumns, 1> right{gru_1_u};
    nncc::gemm<1, kColumns, kDepth>(left, right, [&](int, int j, auto lanes, auto product) {
        nncc::store(gru_1 + j, product + nncc::load(gru_1_b_recurrent + j, lanes), lanes);
    });
}

// amp_gru.nn:3  gru(units)
void update_h_gru_1(const float* gru_1, const float* gru_1_2, const float* gru_1_b, const float* gru_1_3,
                    const float* h, float* h_next, float* gru_1_4) noexcept {
    constexpr int kCount = 16;
    const float gru_1_5 = gru_1[0];
    nncc::each_vector<kCount, nncc::kLanes<float>>([&](int i, auto lanes) {
        const auto multiply = gru_1_5 * nncc::load(gru_1_2 + i, lanes);
        const auto add = multiply + nncc::load(gru_1_b + i, lanes);
        const auto add_2 = add + nncc::load(gru_1_3 + i, lanes);
        const auto sigmoid = nncc::fast::sigmoid(add_2);
        const auto multiply_2 = sigmoid * nncc::load(h + i, lanes);
        const auto subtract = 1.0F - sigmoid;
        const auto multiply_3 = gru_1_5 * nncc::load(gru_1_2 + 32 + i, lanes);
        const auto add_3 = multiply_3 + nncc::load(gru_1_b + 32 + i, lanes);
        const auto multiply_4 = gru_1_5 * nncc::load(gru_1_2 + 16 + i, lanes);
        const auto add_4 = multiply_4 + nncc::load(gru_1_b + 16 + i, lanes);
        const auto add_5 = add_4 + nncc::load(gru_1_3 + 16 + i, lanes);
        const auto sigmoid_2 = nncc::fast::sigmoid(add_5);
        const auto multiply_5 = sigmoid_2 * nncc::load(gru_1_3 + 32 + i, lanes);
        const auto add_6 = add_3 + multiply_5;
        const auto tanh = nncc::fast::tanh(add_6);
        const auto multiply_6 = subtract * tanh;
        const auto add_7 = multiply_2 + multiply_6;
        const auto gru_1_6 = nncc::cast<float>(add_7);
        nncc::store(h_next + i, add_7, lanes);
        nncc::store(gru_1_4 + i, gru_1_6, lanes);
    });
}

// amp_gru.nn:3  dense(1) |> audio + (audio |> gru(units) |> dense(1))
void dense_1(int time, const float* gru_1, const float* packed_dense_1_w, const float* packed_dense_1_b,
             const float* audio, float* output) noexcept {
    constexpr int kDepth = 16;
    const float packed_dense_1_b_2 = packed_dense_1_b[0];
    const nncc::StridedMatrix<float> left{packed_dense_1_w, 0, 1};
    const nncc::StridedMatrix<float> right{gru_1, 1, kDepth};
    nncc::gemm_dynamic(1, time, kDepth, left, right, [&](int, int j, auto lanes, auto product) {
        const auto dense_1 = product + packed_dense_1_b_2;
        nncc::store(output + j, nncc::load(audio + j, lanes) + dense_1, lanes);
    });
}

// amp_gru.nn:19  cosine(0.005, over = 1400) |> adam(cosine(0.005, over = 1400))
void share_next_step_scale(const nncc::i32* step_v, nncc::i32* step_next, float* rate, float* scale) noexcept {
    const nncc::i32 add = nncc::add(step_v[0], 1);
    const double cast = nncc::cast<double>(add);
    const double subtract = cast - 1.0;
    const double divide = subtract / 1400.0;
    const double share = nncc::minimum(divide, 1.0);
    const double multiply = 3.141592653589793 * share;
    const double cos = nncc::cos(multiply);
    const double add_2 = 1.0 + cos;
    const double cosine = 0.0025 * add_2;
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

// amp_gru.nn:3  gru(units)
void gru_1_step(int time, const float* audio, float* gru_1) noexcept {
    constexpr int kColumns = 16;
    for (int i = 0; i < time; ++i) {
        nncc::each_vector<kColumns, nncc::kLanes<float>>([&](int j, auto lanes) {
            nncc::store(gru_1 + kColumns * i + j, nncc::load_strided(audio + i + time * j, time, lanes), lanes);
        });
    }
}

// amp_gru.nn:3  gru(units)
void gru_1_step_2(const float* h, const float* gru_1_u, const float* gru_1_b_recurrent, float* gru_1) noexcept {
    constexpr int kColumns = 48, kDepth = 16;
    const nncc::Matrix<float, kDepth, 1> left{h};
    const nncc::Matrix<float, kColumns, 1> right{gru_1_u};
    nncc::gemm<kDepth, kColumns, kDepth>(left, right, [&](int i, int j, auto lanes, auto product) {
        nncc::store(gru_1 + kColumns * i + j, product + nncc::load(gru_1_b_recurrent + j, lanes), lanes);
    });
}

// amp_gru.nn:3  gru(units)
void gru_1_update_h(const float* gru_1, const float* gru_1_2, const float* gru_1_3, const float* gru_1_b,
                    const float* h, float* gru_1_2_2, float* gru_1_3_2, float* gru_1_4, float* gru_1_5, float* h_next,
                    float* gru_1_6) noexcept {
    constexpr int kColumns = 16;
    for (int i = 0; i < kColumns; ++i) {
        const float gru_1_7 = gru_1_2[i];
        nncc::each_vector<kColumns, nncc::kLanes<float>>([&](int j, auto lanes) {
            const auto gru_1_8 = nncc::load(gru_1 + 32 + 48 * i + j, lanes);
            const auto multiply = gru_1_7 * nncc::load(gru_1_3 + j, lanes);
            const auto add = multiply + nncc::load(gru_1_b + j, lanes);
            const auto add_2 = add + nncc::load(gru_1 + 48 * i + j, lanes);
            const auto sigmoid = nncc::fast::sigmoid(add_2);
            const auto multiply_2 = gru_1_7 * nncc::load(gru_1_3 + 16 + j, lanes);
            const auto add_3 = multiply_2 + nncc::load(gru_1_b + 16 + j, lanes);
            const auto add_4 = add_3 + nncc::load(gru_1 + 16 + 48 * i + j, lanes);
            const auto sigmoid_2 = nncc::fast::sigmoid(add_4);
            const auto multiply_3 = gru_1_7 * nncc::load(gru_1_3 + 32 + j, lanes);
            const auto add_5 = multiply_3 + nncc::load(gru_1_b + 32 + j, lanes);
            const auto multiply_4 = sigmoid_2 * gru_1_8;
            const auto add_6 = add_5 + multiply_4;
            const auto tanh = nncc::fast::tanh(add_6);
            const auto multiply_5 = sigmoid * nncc::load(h + kColumns * i + j, lanes);
            const auto subtract = 1.0F - sigmoid;
            const auto multiply_6 = subtract * tanh;
            const auto add_7 = multiply_5 + multiply_6;
            const auto gru_1_9 = nncc::cast<float>(add_7);
            nncc::store(gru_1_2_2 + kColumns * i + j, gru_1_8, lanes);
            nncc::store(gru_1_3_2 + kColumns * i + j, sigmoid, lanes);
            nncc::store(gru_1_4 + kColumns * i + j, sigmoid_2, lanes);
            nncc::store(gru_1_5 + kColumns * i + j, tanh, lanes);
            nncc::store(h_next + kColumns * i + j, add_7, lanes);
            nncc::store(gru_1_6 + kColumns * i + j, gru_1_9, lanes);
        });
    }
}

// amp_gru.nn:3  dense(1) |> audio + (audio |> gru(units) |> dense(1))
void dense_1_step(int time, const float* gru_1, const float* dense_1_w, const float* dense_1_b, const float* audio,
                  float* add) noexcept {
    constexpr int kDepth = 16;
    const float dense_1_b_2 = dense_1_b[0];
    for (int i = 0; i < kDepth; ++i) {
        const nncc::StridedMatrix<float> left{dense_1_w, 0, 1};
        const nncc::StridedMatrix<float> right{gru_1 + kDepth * i, 1, 256};
        nncc::gemm_dynamic(1, time, kDepth, left, right, [&](int, int k, auto lanes, auto product) {
            const auto dense_1 = product + dense_1_b_2;
            nncc::store(add + time * i + k, nncc::load(audio + time * i + k, lanes) + dense_1, lanes);
        });
    }
}

// amp_gru.nn:9  output[:, warm:] |> (output[:, warm:] - wanted) |> (output[:, warm:] - wanted) ** 2
// amp_gru.nn:8  target[:, warm:]
void error_to_signal_1(int time, const float* dense_1, const float* wet, float* error_to_signal_1,
                       float* error_to_signal_1_2) noexcept {
    constexpr int kRows = 16;
    for (int i = 0; i < kRows; ++i) {
        nncc::each_vector<nncc::kLanes<float>>(-64 + time, [&](int j, auto lanes) {
            const auto subtract = nncc::load(dense_1 + 64 + time * i + j, lanes) -
                nncc::load(wet + 64 + time * i + j, lanes);
            const auto error_to_signal_1_3 = subtract * subtract;
            nncc::store(error_to_signal_1 + (-64 + time) * i + j, subtract, lanes);
            nncc::store(error_to_signal_1_2 + (-64 + time) * i + j, error_to_signal_1_3, lanes);
        });
    }
}

// amp_gru.nn:9  sum((output[:, warm:] - wanted) ** 2)
void error_to_signal_1_sum_1(int time, const float* error_to_signal_1, float* error_to_signal_1_sum_1) noexcept {
    const float error_to_signal_1_sum_1_2 = nncc::reduce<nncc::Sum,
        nncc::kLanes<float>>(-1024 + 16 * time, [&](int i, auto lanes) {
        return nncc::load(error_to_signal_1 + i, lanes);
    });
    error_to_signal_1_sum_1[0] = error_to_signal_1_sum_1_2;
}

// amp_gru.nn:8  target[:, warm:]
// amp_gru.nn:9  wanted ** 2 |> sum(wanted ** 2) |> (sum(wanted ** 2) + 1e-5) |> sum((output[:, warm:] - wanted)
void error_to_signal_1_sum_2_error_to_signal_1_d_error_to_signal(int time, const float* wet,
                                                                 const float* error_to_signal_1_sum_1, float* loss,
                                                                 float* d_error_to_signal_1) noexcept {
    constexpr int kRows = 16;
    nncc::Accumulator<nncc::Sum, float, nncc::kLanes<float>> error_to_signal_1_sum_2_parts;
    for (int i = 0; i < kRows; ++i) {
        nncc::each_vector<nncc::kLanes<float>>(-64 + time, [&](int j, auto lanes) {
            const auto wet_2 = nncc::load(wet + 64 + time * i + j, lanes);
            error_to_signal_1_sum_2_parts.add(wet_2 * wet_2, lanes);
        });
    }
    const float error_to_signal_1_sum_2 = error_to_signal_1_sum_2_parts.result();
    const float add = error_to_signal_1_sum_2 + 1e-05F;
    const float error_to_signal_1 = error_to_signal_1_sum_1[0] / add;
    const float d_error_to_signal_1_2 = 1.0F / add;
    loss[0] = error_to_signal_1;
    d_error_to_signal_1[0] = d_error_to_signal_1_2;
}

// amp_gru.nn:9  sum((output[:, warm:] - wanted) ** 2) |> (output[:, warm:] - wanted) ** 2
void d_error_to_signal_1_sum_1_d_error_to_signal_1(int time, const float* d_error_to_signal_1,
                                                   const float* error_to_signal_1,
                                                   float* d_error_to_signal_1_2) noexcept {
    const float d_error_to_signal_1_3 = d_error_to_signal_1[0];
    nncc::each_vector<nncc::kLanes<float>>(-1024 + 16 * time, [&](int i, auto lanes) {
        const auto multiply = d_error_to_signal_1_3 * nncc::load(error_to_signal_1 + i, lanes);
        nncc::store(d_error_to_signal_1_2 + i, multiply * 2.0F, lanes);
    });
}

// amp_gru.nn:9  output[:, warm:]
void d_error_to_signal_1(int time, const float* d_error_to_signal_1, float* d_error_to_signal_1_2) noexcept {
    {
        nncc::each_vector<nncc::kLanes<float>>(16 * time, [&](int i, auto lanes) {
            nncc::store(d_error_to_signal_1_2 + i, nncc::splat(0.0F, lanes), lanes);
        });
    }
    {
        constexpr int kRows = 16;
        for (int i = 0; i < kRows; ++i) {
            nncc::each_vector<nncc::kLanes<float>>(-64 + time, [&](int j, auto lanes) {
                nncc::store(d_error_to_signal_1_2 + 64 + time * i + j,
                            nncc::load(d_error_to_signal_1 + (-64 + time) * i + j, lanes), lanes);
            });
        }
    }
}

// amp_gru.nn:3  dense(1)
// amp_gru.nn:19  adam(cosine(0.005, over = 1400))
void d_dense_1_gradient_norm(int time, const float* d_error_to_signal_1, float* d_dense_1,
                             float* gradient_norm) noexcept {
    const float d_dense_1_2 = nncc::reduce<nncc::Sum, nncc::kLanes<float>>(16 * time, [&](int i, auto lanes) {
        return nncc::load(d_error_to_signal_1 + i, lanes);
    });
    const float gradient_norm_2 = d_dense_1_2 * d_dense_1_2;
    d_dense_1[0] = d_dense_1_2;
    gradient_norm[0] = gradient_norm_2;
}

// amp_gru.nn:3  dense(1)
// amp_gru.nn:19  adam(cosine(0.005, over = 1400))
void d_dense_1_gradient_norm_step(int time, const float* d_error_to_signal_1, const float* gru_1, float* d_dense_1,
                                  float* gradient_norm) noexcept {
    constexpr int kRows = 16;
    nncc::each_vector<kRows, nncc::kLanes<float>>([&](int i, auto lanes) {
        const auto d_dense_1_2 = nncc::reduce_outer<nncc::Sum, kRows>([&](int j) {
            return nncc::reduce_outer<nncc::Sum>(time, [&](int k) {
                return d_error_to_signal_1[time * j + k] * nncc::load(gru_1 + i + kRows * j + 256 * k, lanes);
            });
        });
        const auto gradient_norm_2 = d_dense_1_2 * d_dense_1_2;
        nncc::store(d_dense_1 + i, d_dense_1_2, lanes);
        nncc::store(gradient_norm + i, gradient_norm_2, lanes);
    });
}

// amp_gru.nn:3  dense(1)
void d_dense_1(int time, const float* d_dense_1, const float* d_dense_1_2, float* d_dense_1_3) noexcept {
    constexpr int kColumns = 16;
    for (int i = 0; i < time; ++i) {
        for (int j = 0; j < kColumns; ++j) {
            const float d_dense_1_4 = d_dense_1[i + time * j];
            nncc::each_vector<kColumns, nncc::kLanes<float>>([&](int k, auto lanes) {
                nncc::store(d_dense_1_3 + 256 * i + kColumns * j + k, d_dense_1_4 * nncc::load(d_dense_1_2 + k, lanes),
                            lanes);
            });
        }
    }
}

// amp_gru.nn:3  gru(units)
void d_gru_1(const float* d_gru_1, const float* d_gru_1_2, const float* gru_1_4, const float* gru_1_2,
             const float* gru_1_3, const float* gru_1, const float* h, float* d_gru_1_3, float* d_gru_1_4,
             float* d_gru_1_5, float* d_gru_1_6, float* d_gru_1_7) noexcept {
    constexpr int kCount = 256;
    nncc::each_vector<kCount, nncc::kLanes<float>>([&](int i, auto lanes) {
        const auto add = nncc::load(d_gru_1 + i, lanes) + nncc::load(d_gru_1_2 + i, lanes);
        const auto gru_1_2_2 = nncc::load(gru_1_2 + i, lanes);
        const auto subtract = 1.0F - gru_1_2_2;
        const auto multiply = add * subtract;
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
        const auto multiply_8 = add * gru_1_2_2;
        const auto multiply_9 = add * nncc::load(h + i, lanes);
        const auto multiply_10 = add * gru_1_4_2;
        const auto subtract_4 = multiply_9 - multiply_10;
        const auto multiply_11 = gru_1_2_2 * subtract;
        const auto d_gru_1_8 = subtract_4 * multiply_11;
        nncc::store(d_gru_1_3 + i, multiply_3, lanes);
        nncc::store(d_gru_1_4 + i, multiply_4, lanes);
        nncc::store(d_gru_1_5 + i, multiply_7, lanes);
        nncc::store(d_gru_1_6 + i, multiply_8, lanes);
        nncc::store(d_gru_1_7 + i, d_gru_1_8, lanes);
    });
}

// amp_gru.nn:3  gru(units)
void d_gru_1_step(const float* d_gru_1, const float* d_gru_1_2, const float* d_gru_1_3, float* d_gru_1_3_2) noexcept {
    {
        constexpr int kColumns = 16;
        for (int i = 0; i < kColumns; ++i) {
            nncc::each_vector<kColumns, nncc::kLanes<float>>([&](int j, auto lanes) {
                nncc::store(d_gru_1_3_2 + 48 * i + j, nncc::load(d_gru_1 + kColumns * i + j, lanes), lanes);
            });
        }
    }
    {
        constexpr int kColumns = 16;
        for (int i = 0; i < kColumns; ++i) {
            nncc::each_vector<kColumns, nncc::kLanes<float>>([&](int j, auto lanes) {
                nncc::store(d_gru_1_3_2 + 16 + 48 * i + j, nncc::load(d_gru_1_2 + kColumns * i + j, lanes), lanes);
            });
        }
    }
    {
        constexpr int kColumns = 16;
        for (int i = 0; i < kColumns; ++i) {
            nncc::each_vector<kColumns, nncc::kLanes<float>>([&](int j, auto lanes) {
                nncc::store(d_gru_1_3_2 + 32 + 48 * i + j, nncc::load(d_gru_1_3 + kColumns * i + j, lanes), lanes);
            });
        }
    }
}

// amp_gru.nn:3  gru(units)
void d_gru_1_update_d_gru_1_2(const float* d_gru_1, const float* gru_1_u, const float* d_gru_1_2,
                              float* d_gru_1_2_next) noexcept {
    constexpr int kColumns = 16, kDepth = 48;
    const nncc::Matrix<float, kDepth, 1> left{d_gru_1};
    const nncc::Matrix<float, 1, kDepth> right{gru_1_u};
    nncc::gemm<kColumns, kColumns, kDepth>(left, right, [&](int i, int j, auto lanes, auto product) {
        nncc::store(d_gru_1_2_next + kColumns * i + j, nncc::load(d_gru_1_2 + kColumns * i + j, lanes) + product,
                    lanes);
    });
}

// amp_gru.nn:3  gru(units)
void d_gru_1_step_2(const float* d_gru_1, const float* d_gru_1_2, const float* d_gru_1_3, float* d_gru_1_4) noexcept {
    {
        constexpr int kColumns = 16;
        for (int i = 0; i < kColumns; ++i) {
            nncc::each_vector<kColumns, nncc::kLanes<float>>([&](int j, auto lanes) {
                nncc::store(d_gru_1_4 + 48 * i + j, nncc::load(d_gru_1 + kColumns * i + j, lanes), lanes);
            });
        }
    }
    {
        constexpr int kColumns = 16;
        for (int i = 0; i < kColumns; ++i) {
            nncc::each_vector<kColumns, nncc::kLanes<float>>([&](int j, auto lanes) {
                nncc::store(d_gru_1_4 + 16 + 48 * i + j, nncc::load(d_gru_1_2 + kColumns * i + j, lanes), lanes);
            });
        }
    }
    {
        constexpr int kColumns = 16;
        for (int i = 0; i < kColumns; ++i) {
            nncc::each_vector<kColumns, nncc::kLanes<float>>([&](int j, auto lanes) {
                nncc::store(d_gru_1_4 + 32 + 48 * i + j, nncc::load(d_gru_1_3 + kColumns * i + j, lanes), lanes);
            });
        }
    }
}

// amp_gru.nn:3  gru(units)
void d_gru_1_update_d_gru_1_b(const float* d_gru_1, const float* gru_1, const float* d_gru_1_b, float* d_gru_1_2,
                              float* d_gru_1_b_next) noexcept {
    constexpr int kRows = 16, kColumns = 48;
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

void update_d_gru_1_w(const float* d_gru_1_w, const float* d_gru_1, float* d_gru_1_w_next) noexcept {
    constexpr int kCount = 48;
    nncc::each_vector<kCount, nncc::kLanes<float>>([&](int i, auto lanes) {
        nncc::store(d_gru_1_w_next + i, nncc::load(d_gru_1_w + i, lanes) + nncc::load(d_gru_1 + i, lanes), lanes);
    });
}

// amp_gru.nn:3  gru(units)
// amp_gru.nn:19  adam(cosine(0.005, over = 1400))
void d_gru_1_gradient_norm(int time, const float* d_gru_1, const float* gru_1, float* d_gru_1_2,
                           float* gradient_norm) noexcept {
    constexpr int kRows = 16, kColumns = 48;
    const nncc::StridedMatrix<float> left{gru_1, 1, kRows};
    const nncc::StridedMatrix<float> right{d_gru_1, kColumns, 1};
    nncc::gemm_dynamic(kRows, kColumns, 16 * time, left, right, [&](int i, int j, auto lanes, auto product) {
        const auto gradient_norm_2 = product * product;
        nncc::store(d_gru_1_2 + kColumns * i + j, product, lanes);
        nncc::store(gradient_norm + kColumns * i + j, gradient_norm_2, lanes);
    });
}

// amp_gru.nn:19  adam(cosine(0.005, over = 1400))
void gradient_norm(const float* d_gru_1, float* gradient_norm) noexcept {
    constexpr int kCount = 48;
    const float gradient_norm_2 = nncc::reduce<nncc::Sum, kCount, nncc::kLanes<float>>([&](int i, auto lanes) {
        const auto d_gru_1_2 = nncc::load(d_gru_1 + i, lanes);
        return d_gru_1_2 * d_gru_1_2;
    });
    gradient_norm[0] = gradient_norm_2;
}

// amp_gru.nn:19  adam(cosine(0.005, over = 1400))
void gradient_norm_step(const float* gradient_norm, const float* gradient_norm_2, float* gradient_norm_3) noexcept {
    constexpr int kCount = 768;
    const float sum = nncc::reduce<nncc::Sum, kCount, nncc::kLanes<float>>([&](int i, auto lanes) {
        return nncc::load(gradient_norm + i, lanes);
    });
    gradient_norm_3[0] = gradient_norm_2[0] + sum;
}

// amp_gru.nn:19  adam(cosine(0.005, over = 1400))
void gradient_norm_step_2(const float* d_gru_1, const float* gradient_norm, float* gradient_norm_2) noexcept {
    constexpr int kCount = 48;
    const float sum = nncc::reduce<nncc::Sum, kCount, nncc::kLanes<float>>([&](int i, auto lanes) {
        const auto d_gru_1_2 = nncc::load(d_gru_1 + i, lanes);
        return d_gru_1_2 * d_gru_1_2;
    });
    gradient_norm_2[0] = gradient_norm[0] + sum;
}

// amp_gru.nn:3  gru(units)
// amp_gru.nn:19  adam(cosine(0.005, over = 1400))
void d_gru_1_gradient_norm_step(int time, const float* d_gru_1, float* d_gru_1_2, float* gradient_norm) noexcept {
    constexpr int kColumns = 48;
    nncc::each_vector<kColumns, nncc::kLanes<float>>([&](int j, auto lanes) {
        const auto d_gru_1_3 = nncc::reduce_outer<nncc::Sum>(16 * time, [&](int i) {
            return nncc::load(d_gru_1 + kColumns * i + j, lanes);
        });
        const auto gradient_norm_2 = d_gru_1_3 * d_gru_1_3;
        nncc::store(d_gru_1_2 + j, d_gru_1_3, lanes);
        nncc::store(gradient_norm + j, gradient_norm_2, lanes);
    });
}

// amp_gru.nn:19  adam(cosine(0.005, over = 1400))
void gradient_norm_step_3(const float* gradient_norm, const float* gradient_norm_2, float* gradient_norm_3) noexcept {
    constexpr int kCount = 48;
    const float sum = nncc::reduce<nncc::Sum, kCount, nncc::kLanes<float>>([&](int i, auto lanes) {
        return nncc::load(gradient_norm + i, lanes);
    });
    gradient_norm_3[0] = gradient_norm_2[0] + sum;
}

// amp_gru.nn:19  adam(cosine(0.005, over = 1400))
// amp_gru.nn:20  clip_norm(gradient, gradient_norm, 1.0)
void gradient_norm_gru_1_w_clip_norm_1(const float* gradient_norm, const float* gradient_norm_2,
                                       const float* gradient_norm_3, float* gru_1_w_clip_norm_1) noexcept {
    constexpr int kCount = 16;
    const float sum = nncc::reduce<nncc::Sum, kCount, nncc::kLanes<float>>([&](int i, auto lanes) {
        return nncc::load(gradient_norm + i, lanes);
    });
    const float add = gradient_norm_2[0] + sum;
    const float add_2 = add + gradient_norm_3[0];
    const float gradient_norm_4 = nncc::sqrt(add_2);
    const float add_3 = gradient_norm_4 + 1e-06F;
    const float divide = 1.0F / add_3;
    gru_1_w_clip_norm_1[0] = nncc::minimum(divide, 1.0F);
}

// amp_gru.nn:20  clip_norm(gradient, gradient_norm, 1.0)
// amp_gru.nn:19  adam(cosine(0.005, over = 1400))
void gru_1_u_clip_norm_1_update_gru_1_u(const float* d_gru_1, const float* gru_1_w_clip_norm_1,
                                        const float* adam_m_gru_1_u, const float* adam_v_gru_1_u, const float* scale,
                                        const float* rate, const float* gru_1_u, float* adam_m_gru_1_u_next,
                                        float* adam_v_gru_1_u_next, float* gru_1_u_next) noexcept {
    constexpr int kCount = 768;
    const float gru_1_w_clip_norm_1_2 = gru_1_w_clip_norm_1[0];
    const float rate_2 = rate[0];
    const float scale_2 = scale[0];
    nncc::each_vector<kCount, nncc::kLanes<float>>([&](int i, auto lanes) {
        const auto multiply = 0.9F * nncc::load(adam_m_gru_1_u + i, lanes);
        const auto gru_1_u_clip_norm_1 = nncc::load(d_gru_1 + i, lanes) * gru_1_w_clip_norm_1_2;
        const auto multiply_2 = 0.1F * gru_1_u_clip_norm_1;
        const auto m = multiply + multiply_2;
        const auto multiply_3 = 0.999F * nncc::load(adam_v_gru_1_u + i, lanes);
        const auto multiply_4 = gru_1_u_clip_norm_1 * gru_1_u_clip_norm_1;
        const auto multiply_5 = 0.001F * multiply_4;
        const auto v = multiply_3 + multiply_5;
        const auto multiply_6 = rate_2 * m;
        const auto sqrt = nncc::sqrt(v);
        const auto multiply_7 = sqrt * scale_2;
        const auto add = multiply_7 + 1e-08F;
        const auto divide = multiply_6 / add;
        const auto gru_1_u_2 = nncc::load(gru_1_u + i, lanes) - divide;
        nncc::store(adam_m_gru_1_u_next + i, m, lanes);
        nncc::store(adam_v_gru_1_u_next + i, v, lanes);
        nncc::store(gru_1_u_next + i, gru_1_u_2, lanes);
    });
}

// amp_gru.nn:19  adam(cosine(0.005, over = 1400))
// amp_gru.nn:20  clip_norm(gradient, gradient_norm, 1.0)
void m_update_gru_1_b_update_gru_1_b_recurrent(const float* adam_m_gru_1_b, const float* d_gru_1,
                                               const float* gru_1_w_clip_norm_1, const float* adam_v_gru_1_b,
                                               const float* scale, const float* rate, const float* gru_1_b,
                                               const float* d_gru_1_2, const float* adam_m_gru_1_b_recurrent,
                                               const float* adam_v_gru_1_b_recurrent, const float* gru_1_b_recurrent,
                                               float* adam_m_gru_1_b_next, float* adam_v_gru_1_b_next,
                                               float* gru_1_b_next, float* adam_m_gru_1_b_recurrent_next,
                                               float* adam_v_gru_1_b_recurrent_next,
                                               float* gru_1_b_recurrent_next) noexcept {
    constexpr int kCount = 48;
    const float gru_1_w_clip_norm_1_2 = gru_1_w_clip_norm_1[0];
    const float rate_2 = rate[0];
    const float scale_2 = scale[0];
    nncc::each_vector<kCount, nncc::kLanes<float>>([&](int i, auto lanes) {
        const auto multiply = 0.9F * nncc::load(adam_m_gru_1_b + i, lanes);
        const auto gru_1_b_clip_norm_1 = nncc::load(d_gru_1 + i, lanes) * gru_1_w_clip_norm_1_2;
        const auto multiply_2 = 0.1F * gru_1_b_clip_norm_1;
        const auto add = multiply + multiply_2;
        const auto multiply_3 = 0.999F * nncc::load(adam_v_gru_1_b + i, lanes);
        const auto multiply_4 = gru_1_b_clip_norm_1 * gru_1_b_clip_norm_1;
        const auto multiply_5 = 0.001F * multiply_4;
        const auto add_2 = multiply_3 + multiply_5;
        const auto multiply_6 = rate_2 * add;
        const auto sqrt = nncc::sqrt(add_2);
        const auto multiply_7 = sqrt * scale_2;
        const auto add_3 = multiply_7 + 1e-08F;
        const auto divide = multiply_6 / add_3;
        const auto gru_1_b_2 = nncc::load(gru_1_b + i, lanes) - divide;
        const auto multiply_8 = 0.9F * nncc::load(adam_m_gru_1_b_recurrent + i, lanes);
        const auto gru_1_b_recurrent_clip_norm_1 = nncc::load(d_gru_1_2 + i, lanes) * gru_1_w_clip_norm_1_2;
        const auto multiply_9 = 0.1F * gru_1_b_recurrent_clip_norm_1;
        const auto m = multiply_8 + multiply_9;
        const auto multiply_10 = 0.999F * nncc::load(adam_v_gru_1_b_recurrent + i, lanes);
        const auto multiply_11 = gru_1_b_recurrent_clip_norm_1 * gru_1_b_recurrent_clip_norm_1;
        const auto multiply_12 = 0.001F * multiply_11;
        const auto v = multiply_10 + multiply_12;
        const auto multiply_13 = rate_2 * m;
        const auto sqrt_2 = nncc::sqrt(v);
        const auto multiply_14 = sqrt_2 * scale_2;
        const auto add_4 = multiply_14 + 1e-08F;
        const auto divide_2 = multiply_13 / add_4;
        const auto gru_1_b_recurrent_2 = nncc::load(gru_1_b_recurrent + i, lanes) - divide_2;
        nncc::store(adam_m_gru_1_b_next + i, add, lanes);
        nncc::store(adam_v_gru_1_b_next + i, add_2, lanes);
        nncc::store(gru_1_b_next + i, gru_1_b_2, lanes);
        nncc::store(adam_m_gru_1_b_recurrent_next + i, m, lanes);
        nncc::store(adam_v_gru_1_b_recurrent_next + i, v, lanes);
        nncc::store(gru_1_b_recurrent_next + i, gru_1_b_recurrent_2, lanes);
    });
}

// amp_gru.nn:19  adam(cosine(0.005, over = 1400))
// amp_gru.nn:20  clip_norm(gradient, gradient_norm, 1.0)
void m_update_gru_1_w(const float* adam_m_gru_1_w, const float* d_gru_1, const float* gru_1_w_clip_norm_1,
                      const float* adam_v_gru_1_w, const float* scale, const float* rate, const float* gru_1_w,
                      float* adam_m_gru_1_w_next, float* adam_v_gru_1_w_next, float* gru_1_w_next) noexcept {
    constexpr int kCount = 48;
    const float gru_1_w_clip_norm_1_2 = gru_1_w_clip_norm_1[0];
    const float rate_2 = rate[0];
    const float scale_2 = scale[0];
    nncc::each_vector<kCount, nncc::kLanes<float>>([&](int i, auto lanes) {
        const auto multiply = 0.9F * nncc::load(adam_m_gru_1_w + i, lanes);
        const auto gru_1_w_clip_norm_1_3 = nncc::load(d_gru_1 + i, lanes) * gru_1_w_clip_norm_1_2;
        const auto multiply_2 = 0.1F * gru_1_w_clip_norm_1_3;
        const auto m = multiply + multiply_2;
        const auto multiply_3 = 0.999F * nncc::load(adam_v_gru_1_w + i, lanes);
        const auto multiply_4 = gru_1_w_clip_norm_1_3 * gru_1_w_clip_norm_1_3;
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

// amp_gru.nn:20  clip_norm(gradient, gradient_norm, 1.0)
// amp_gru.nn:19  adam(cosine(0.005, over = 1400))
void dense_1_w_clip_norm_1_update_dense_1_w(const float* d_dense_1, const float* gru_1_w_clip_norm_1,
                                            const float* adam_m_dense_1_w, const float* adam_v_dense_1_w,
                                            const float* scale, const float* rate, const float* dense_1_w,
                                            float* adam_m_dense_1_w_next, float* adam_v_dense_1_w_next,
                                            float* dense_1_w_next) noexcept {
    constexpr int kCount = 16;
    const float gru_1_w_clip_norm_1_2 = gru_1_w_clip_norm_1[0];
    const float rate_2 = rate[0];
    const float scale_2 = scale[0];
    nncc::each_vector<kCount, nncc::kLanes<float>>([&](int i, auto lanes) {
        const auto multiply = 0.9F * nncc::load(adam_m_dense_1_w + i, lanes);
        const auto dense_1_w_clip_norm_1 = nncc::load(d_dense_1 + i, lanes) * gru_1_w_clip_norm_1_2;
        const auto multiply_2 = 0.1F * dense_1_w_clip_norm_1;
        const auto m = multiply + multiply_2;
        const auto multiply_3 = 0.999F * nncc::load(adam_v_dense_1_w + i, lanes);
        const auto multiply_4 = dense_1_w_clip_norm_1 * dense_1_w_clip_norm_1;
        const auto multiply_5 = 0.001F * multiply_4;
        const auto v = multiply_3 + multiply_5;
        const auto multiply_6 = rate_2 * m;
        const auto sqrt = nncc::sqrt(v);
        const auto multiply_7 = sqrt * scale_2;
        const auto add = multiply_7 + 1e-08F;
        const auto divide = multiply_6 / add;
        const auto dense_1_w_2 = nncc::load(dense_1_w + i, lanes) - divide;
        nncc::store(adam_m_dense_1_w_next + i, m, lanes);
        nncc::store(adam_v_dense_1_w_next + i, v, lanes);
        nncc::store(dense_1_w_next + i, dense_1_w_2, lanes);
    });
}

// amp_gru.nn:20  clip_norm(gradient, gradient_norm, 1.0)
// amp_gru.nn:19  adam(cosine(0.005, over = 1400))
void dense_1_b_clip_norm_1_update_dense_1_b(const float* d_dense_1, const float* gru_1_w_clip_norm_1,
                                            const float* adam_m_dense_1_b, const float* adam_v_dense_1_b,
                                            const float* scale, const float* rate, const float* dense_1_b,
                                            float* adam_m_dense_1_b_next, float* adam_v_dense_1_b_next,
                                            float* dense_1_b_next) noexcept {
    const float multiply = 0.9F * adam_m_dense_1_b[0];
    const float dense_1_b_clip_norm_1 = d_dense_1[0] * gru_1_w_clip_norm_1[0];
    const float multiply_2 = 0.1F * dense_1_b_clip_norm_1;
    const float m = multiply + multiply_2;
    const float multiply_3 = 0.999F * adam_v_dense_1_b[0];
    const float multiply_4 = dense_1_b_clip_norm_1 * dense_1_b_clip_norm_1;
    const float multiply_5 = 0.001F * multiply_4;
    const float v = multiply_3 + multiply_5;
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

// amp_gru.nn:3  dense(1)
void d_dense_1_gradients(int time, const float* d_error_to_signal_1, float* d_dense_1_b) noexcept {
    const float d_dense_1 = nncc::reduce<nncc::Sum, nncc::kLanes<float>>(16 * time, [&](int i, auto lanes) {
        return nncc::load(d_error_to_signal_1 + i, lanes);
    });
    d_dense_1_b[0] = d_dense_1;
}

// amp_gru.nn:3  dense(1)
void d_dense_1_gradients_2(int time, const float* d_error_to_signal_1, const float* gru_1,
                           float* d_dense_1_w) noexcept {
    constexpr int kRows = 16;
    nncc::each_vector<kRows, nncc::kLanes<float>>([&](int i, auto lanes) {
        const auto d_dense_1 = nncc::reduce_outer<nncc::Sum, kRows>([&](int j) {
            return nncc::reduce_outer<nncc::Sum>(time, [&](int k) {
                return d_error_to_signal_1[time * j + k] * nncc::load(gru_1 + i + kRows * j + 256 * k, lanes);
            });
        });
        nncc::store(d_dense_1_w + i, d_dense_1, lanes);
    });
}

// amp_gru.nn:3  gru(units)
void d_gru_1_gradients(int time, const float* d_gru_1, const float* gru_1, float* d_gru_1_u) noexcept {
    constexpr int kRows = 16, kColumns = 48;
    const nncc::StridedMatrix<float> left{gru_1, 1, kRows};
    const nncc::StridedMatrix<float> right{d_gru_1, kColumns, 1};
    nncc::gemm_dynamic(kRows, kColumns, 16 * time, left, right, [&](int i, int j, auto lanes, auto product) {
        nncc::store(d_gru_1_u + kColumns * i + j, product, lanes);
    });
}

// amp_gru.nn:3  gru(units)
void d_gru_1_gradients_2(int time, const float* d_gru_1, float* d_gru_1_b_recurrent) noexcept {
    constexpr int kColumns = 48;
    nncc::each_vector<kColumns, nncc::kLanes<float>>([&](int j, auto lanes) {
        const auto d_gru_1_2 = nncc::reduce_outer<nncc::Sum>(16 * time, [&](int i) {
            return nncc::load(d_gru_1 + kColumns * i + j, lanes);
        });
        nncc::store(d_gru_1_b_recurrent + j, d_gru_1_2, lanes);
    });
}

// amp_gru.nn:19  cosine(0.005, over = 1400) |> adam(cosine(0.005, over = 1400))
// amp_gru.nn:20  clip_norm(gradient, gradient_norm, 1.0)
void share_next_step_scale_update(const nncc::i32* step_v, const float* rate_scale_v, nncc::i32* step_next, float* rate,
                                  float* scale, bool* equal) noexcept {
    const nncc::i32 add = nncc::add(step_v[0], 1);
    const double cast = nncc::cast<double>(add);
    const double subtract = cast - 1.0;
    const double divide = subtract / 1400.0;
    const double share = nncc::minimum(divide, 1.0);
    const double multiply = 3.141592653589793 * share;
    const double cos = nncc::cos(multiply);
    const double add_2 = 1.0 + cos;
    const double cosine = 0.0025 * add_2;
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

// amp_gru.nn:19  adam(cosine(0.005, over = 1400))
void gradient_norm_update(const float* d_gru_1_w, float* gradient_norm) noexcept {
    constexpr int kCount = 48;
    const float gradient_norm_2 = nncc::reduce<nncc::Sum, kCount, nncc::kLanes<float>>([&](int i, auto lanes) {
        const auto d_gru_1_w_2 = nncc::load(d_gru_1_w + i, lanes);
        return d_gru_1_w_2 * d_gru_1_w_2;
    });
    gradient_norm[0] = gradient_norm_2;
}

// amp_gru.nn:19  adam(cosine(0.005, over = 1400))
void gradient_norm_update_2(const float* d_gru_1_u, const float* gradient_norm, float* gradient_norm_2) noexcept {
    constexpr int kCount = 768;
    const float sum = nncc::reduce<nncc::Sum, kCount, nncc::kLanes<float>>([&](int i, auto lanes) {
        const auto d_gru_1_u_2 = nncc::load(d_gru_1_u + i, lanes);
        return d_gru_1_u_2 * d_gru_1_u_2;
    });
    gradient_norm_2[0] = gradient_norm[0] + sum;
}

// amp_gru.nn:19  adam(cosine(0.005, over = 1400))
void gradient_norm_update_3(const float* d_gru_1_b, const float* gradient_norm, float* gradient_norm_2) noexcept {
    constexpr int kCount = 48;
    const float sum = nncc::reduce<nncc::Sum, kCount, nncc::kLanes<float>>([&](int i, auto lanes) {
        const auto d_gru_1_b_2 = nncc::load(d_gru_1_b + i, lanes);
        return d_gru_1_b_2 * d_gru_1_b_2;
    });
    gradient_norm_2[0] = gradient_norm[0] + sum;
}

// amp_gru.nn:19  adam(cosine(0.005, over = 1400))
void gradient_norm_update_4(const float* d_gru_1_b_recurrent, const float* gradient_norm,
                            float* gradient_norm_2) noexcept {
    constexpr int kCount = 48;
    const float sum = nncc::reduce<nncc::Sum, kCount, nncc::kLanes<float>>([&](int i, auto lanes) {
        const auto d_gru_1_b_recurrent_2 = nncc::load(d_gru_1_b_recurrent + i, lanes);
        return d_gru_1_b_recurrent_2 * d_gru_1_b_recurrent_2;
    });
    gradient_norm_2[0] = gradient_norm[0] + sum;
}

// amp_gru.nn:19  adam(cosine(0.005, over = 1400))
void gradient_norm_update_5(const float* d_dense_1_b, float* gradient_norm) noexcept {
    const float d_dense_1_b_2 = d_dense_1_b[0];
    gradient_norm[0] = d_dense_1_b_2 * d_dense_1_b_2;
}

// amp_gru.nn:19  adam(cosine(0.005, over = 1400))
// amp_gru.nn:20  clip_norm(gradient, gradient_norm, 1.0)
void gradient_norm_gru_1_w_clip_norm_1_update(const float* d_dense_1_w, const float* gradient_norm,
                                              const float* gradient_norm_2, float* gru_1_w_clip_norm_1) noexcept {
    constexpr int kCount = 16;
    const float sum = nncc::reduce<nncc::Sum, kCount, nncc::kLanes<float>>([&](int i, auto lanes) {
        const auto d_dense_1_w_2 = nncc::load(d_dense_1_w + i, lanes);
        return d_dense_1_w_2 * d_dense_1_w_2;
    });
    const float add = gradient_norm[0] + sum;
    const float add_2 = add + gradient_norm_2[0];
    const float gradient_norm_3 = nncc::sqrt(add_2);
    const float add_3 = gradient_norm_3 + 1e-06F;
    const float divide = 1.0F / add_3;
    gru_1_w_clip_norm_1[0] = nncc::minimum(divide, 1.0F);
}

// amp_gru.nn:19  adam(cosine(0.005, over = 1400))
// amp_gru.nn:20  clip_norm(gradient, gradient_norm, 1.0)
void m_update_gru_1_w_update(const float* adam_m_gru_1_w, const float* d_gru_1_w, const float* gru_1_w_clip_norm_1,
                             const float* adam_v_gru_1_w, const float* scale, const float* rate, const float* gru_1_w,
                             const float* rate_scale_v, const bool* value, float* adam_m_gru_1_w_next,
                             float* adam_v_gru_1_w_next, float* gru_1_w_next) noexcept {
    constexpr int kCount = 48;
    const float gru_1_w_clip_norm_1_2 = gru_1_w_clip_norm_1[0];
    const bool value_2 = value[0];
    const float rate_2 = rate[0];
    const float scale_2 = scale[0];
    const float rate_scale_v_2 = rate_scale_v[0];
    nncc::each_vector<kCount, nncc::kLanes<float>>([&](int i, auto lanes) {
        const auto multiply = 0.9F * nncc::load(adam_m_gru_1_w + i, lanes);
        const auto gru_1_w_clip_norm_1_3 = nncc::load(d_gru_1_w + i, lanes) * gru_1_w_clip_norm_1_2;
        const auto multiply_2 = 0.1F * gru_1_w_clip_norm_1_3;
        const auto m = multiply + multiply_2;
        const auto multiply_3 = 0.999F * nncc::load(adam_v_gru_1_w + i, lanes);
        const auto multiply_4 = gru_1_w_clip_norm_1_3 * gru_1_w_clip_norm_1_3;
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

// amp_gru.nn:19  adam(cosine(0.005, over = 1400))
// amp_gru.nn:20  clip_norm(gradient, gradient_norm, 1.0)
void m_update_gru_1_u(const float* adam_m_gru_1_u, const float* d_gru_1_u, const float* gru_1_w_clip_norm_1,
                      const float* adam_v_gru_1_u, const float* scale, const float* rate, const float* gru_1_u,
                      const float* rate_scale_v, const bool* value, float* adam_m_gru_1_u_next,
                      float* adam_v_gru_1_u_next, float* gru_1_u_next) noexcept {
    constexpr int kCount = 768;
    const float gru_1_w_clip_norm_1_2 = gru_1_w_clip_norm_1[0];
    const bool value_2 = value[0];
    const float rate_2 = rate[0];
    const float scale_2 = scale[0];
    const float rate_scale_v_2 = rate_scale_v[0];
    nncc::each_vector<kCount, nncc::kLanes<float>>([&](int i, auto lanes) {
        const auto multiply = 0.9F * nncc::load(adam_m_gru_1_u + i, lanes);
        const auto gru_1_u_clip_norm_1 = nncc::load(d_gru_1_u + i, lanes) * gru_1_w_clip_norm_1_2;
        const auto multiply_2 = 0.1F * gru_1_u_clip_norm_1;
        const auto m = multiply + multiply_2;
        const auto multiply_3 = 0.999F * nncc::load(adam_v_gru_1_u + i, lanes);
        const auto multiply_4 = gru_1_u_clip_norm_1 * gru_1_u_clip_norm_1;
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

// amp_gru.nn:19  adam(cosine(0.005, over = 1400))
// amp_gru.nn:20  clip_norm(gradient, gradient_norm, 1.0)
void m_update_gru_1_b_update_gru_1_b_recurrent_update(const float* adam_m_gru_1_b, const float* d_gru_1_b,
                                                      const float* gru_1_w_clip_norm_1, const float* adam_v_gru_1_b,
                                                      const float* scale, const float* rate, const float* gru_1_b,
                                                      const float* adam_m_gru_1_b_recurrent,
                                                      const float* d_gru_1_b_recurrent,
                                                      const float* adam_v_gru_1_b_recurrent,
                                                      const float* gru_1_b_recurrent, const float* rate_scale_v,
                                                      const bool* value, float* adam_m_gru_1_b_next,
                                                      float* adam_v_gru_1_b_next, float* adam_m_gru_1_b_recurrent_next,
                                                      float* adam_v_gru_1_b_recurrent_next, float* gru_1_b_next,
                                                      float* gru_1_b_recurrent_next) noexcept {
    constexpr int kCount = 48;
    const float gru_1_w_clip_norm_1_2 = gru_1_w_clip_norm_1[0];
    const bool value_2 = value[0];
    const float rate_2 = rate[0];
    const float scale_2 = scale[0];
    const float rate_scale_v_2 = rate_scale_v[0];
    nncc::each_vector<kCount, nncc::kLanes<float>>([&](int i, auto lanes) {
        const auto multiply = 0.9F * nncc::load(adam_m_gru_1_b + i, lanes);
        const auto gru_1_b_clip_norm_1 = nncc::load(d_gru_1_b + i, lanes) * gru_1_w_clip_norm_1_2;
        const auto multiply_2 = 0.1F * gru_1_b_clip_norm_1;
        const auto add = multiply + multiply_2;
        const auto multiply_3 = 0.999F * nncc::load(adam_v_gru_1_b + i, lanes);
        const auto multiply_4 = gru_1_b_clip_norm_1 * gru_1_b_clip_norm_1;
        const auto multiply_5 = 0.001F * multiply_4;
        const auto add_2 = multiply_3 + multiply_5;
        const auto multiply_6 = 0.9F * nncc::load(adam_m_gru_1_b_recurrent + i, lanes);
        const auto gru_1_b_recurrent_clip_norm_1 = nncc::load(d_gru_1_b_recurrent + i, lanes) * gru_1_w_clip_norm_1_2;
        const auto multiply_7 = 0.1F * gru_1_b_recurrent_clip_norm_1;
        const auto m = multiply_6 + multiply_7;
        const auto multiply_8 = 0.999F * nncc::load(adam_v_gru_1_b_recurrent + i, lanes);
        const auto multiply_9 = gru_1_b_recurrent_clip_norm_1 * gru_1_b_recurrent_clip_norm_1;
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

// amp_gru.nn:19  adam(cosine(0.005, over = 1400))
// amp_gru.nn:20  clip_norm(gradient, gradient_norm, 1.0)
void m_update_dense_1_w(const float* adam_m_dense_1_w, const float* d_dense_1_w, const float* gru_1_w_clip_norm_1,
                        const float* adam_v_dense_1_w, const float* scale, const float* rate, const float* dense_1_w,
                        const float* rate_scale_v, const bool* value, float* adam_m_dense_1_w_next,
                        float* adam_v_dense_1_w_next, float* dense_1_w_next) noexcept {
    constexpr int kCount = 16;
    const float gru_1_w_clip_norm_1_2 = gru_1_w_clip_norm_1[0];
    const bool value_2 = value[0];
    const float rate_2 = rate[0];
    const float scale_2 = scale[0];
    const float rate_scale_v_2 = rate_scale_v[0];
    nncc::each_vector<kCount, nncc::kLanes<float>>([&](int i, auto lanes) {
        const auto multiply = 0.9F * nncc::load(adam_m_dense_1_w + i, lanes);
        const auto dense_1_w_clip_norm_1 = nncc::load(d_dense_1_w + i, lanes) * gru_1_w_clip_norm_1_2;
        const auto multiply_2 = 0.1F * dense_1_w_clip_norm_1;
        const auto m = multiply + multiply_2;
        const auto multiply_3 = 0.999F * nncc::load(adam_v_dense_1_w + i, lanes);
        const auto multiply_4 = dense_1_w_clip_norm_1 * dense_1_w_clip_norm_1;
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

// amp_gru.nn:19  adam(cosine(0.005, over = 1400))
// amp_gru.nn:20  clip_norm(gradient, gradient_norm, 1.0)
void m_update_dense_1_b(const float* adam_m_dense_1_b, const float* d_dense_1_b, const float* gru_1_w_clip_norm_1,
                        const float* adam_v_dense_1_b, const float* scale, const float* rate, const float* dense_1_b,
                        const float* rate_scale_v, const bool* value, float* adam_m_dense_1_b_next,
                        float* adam_v_dense_1_b_next, float* dense_1_b_next) noexcept {
    const float multiply = 0.9F * adam_m_dense_1_b[0];
    const float dense_1_b_clip_norm_1 = d_dense_1_b[0] * gru_1_w_clip_norm_1[0];
    const float multiply_2 = 0.1F * dense_1_b_clip_norm_1;
    const float m = multiply + multiply_2;
    const float multiply_3 = 0.999F * adam_v_dense_1_b[0];
    const float multiply_4 = dense_1_b_clip_norm_1 * dense_1_b_clip_norm_1;
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
    {"gru_1.w", nncc::TensorKind::kParam, nncc::ElementType::kF32, 2, {1, 48}, __builtin_offsetof(Weights, gru_1.w)},
    {"gru_1.u", nncc::TensorKind::kParam, nncc::ElementType::kF32, 2, {16, 48}, __builtin_offsetof(Weights, gru_1.u)},
    {"gru_1.b", nncc::TensorKind::kParam, nncc::ElementType::kF32, 1, {48}, __builtin_offsetof(Weights, gru_1.b)},
    {"gru_1.b_recurrent", nncc::TensorKind::kParam, nncc::ElementType::kF32, 1, {48}, __builtin_offsetof(Weights, gru_1.b_recurrent)},
    {"dense_1.w", nncc::TensorKind::kParam, nncc::ElementType::kF32, 2, {16, 1}, __builtin_offsetof(Weights, dense_1.w)},
    {"dense_1.b", nncc::TensorKind::kParam, nncc::ElementType::kF32, 1, {1}, __builtin_offsetof(Weights, dense_1.b)},
};

void initialize(Weights& weights, nncc::u64 seed) noexcept {
    const nncc::i32 seed_word = static_cast<nncc::i32>(static_cast<nncc::u32>(seed));
    alignas(64) unsigned char arena[7168];
    float* const gru_1_w = flat<float>(weights.gru_1.w);
    float* const dense_1_w = flat<float>(weights.dense_1.w);
    float* const gru_1_b = flat<float>(weights.gru_1.b);
    float* const gru_1_b_recurrent = flat<float>(weights.gru_1.b_recurrent);
    float* const dense_1_b = flat<float>(weights.dense_1.b);
    float* const gru_1_u = reinterpret_cast<float*>(arena);  // [48, 16]
    float* const gru_1_u_2 = reinterpret_cast<float*>(arena + 3072);  // [48, 16]
    float* const gru_1_u_3 = reinterpret_cast<float*>(arena + 6144);  // []
    float* const gru_1_u_4 = reinterpret_cast<float*>(arena);  // [48, 16]
    float* const gru_1_u_5 = reinterpret_cast<float*>(arena + 3072);  // [16, 16]
    float* const gru_1_u_6 = reinterpret_cast<float*>(arena + 4096);  // [16, 16]
    float* const gru_1_u_7 = reinterpret_cast<float*>(arena + 6144);  // [16, 16]
    float* const gru_1_u_8 = reinterpret_cast<float*>(arena + 3072);  // [48, 16]
    float* const gru_1_u_9 = reinterpret_cast<float*>(arena);  // [16, 16]
    float* const gru_1_u_10 = reinterpret_cast<float*>(arena + 1024);  // [16, 16]
    float* const gru_1_u_11 = reinterpret_cast<float*>(arena + 6144);  // [16, 16]
    float* const gru_1_u_12 = reinterpret_cast<float*>(arena);  // [48, 16]
    float* const gru_1_u_13 = reinterpret_cast<float*>(arena + 3072);  // [16, 16]
    float* const gru_1_u_14 = reinterpret_cast<float*>(arena + 4096);  // [16, 16]
    float* const gru_1_u_15 = reinterpret_cast<float*>(arena + 6144);  // [16, 16]
    float* const gru_1_u_16 = reinterpret_cast<float*>(arena + 3072);  // [48, 16]
    float* const gru_1_u_17 = reinterpret_cast<float*>(arena);  // [16, 16]
    float* const gru_1_u_18 = reinterpret_cast<float*>(arena + 1024);  // [16, 16]
    float* const gru_1_u_19 = reinterpret_cast<float*>(arena + 6144);  // [16, 16]
    float* const gru_1_u_20 = reinterpret_cast<float*>(arena);  // [48, 16]
    float* const gru_1_u_21 = reinterpret_cast<float*>(arena + 3072);  // [16, 16]
    float* const gru_1_u_22 = reinterpret_cast<float*>(arena + 4096);  // [16, 16]
    float* const gru_1_u_23 = reinterpret_cast<float*>(arena + 6144);  // [16, 16]
    float* const gru_1_u_24 = reinterpret_cast<float*>(arena + 3072);  // [48, 16]
    float* const gru_1_u_25 = reinterpret_cast<float*>(arena);  // [16, 16]
    float* const gru_1_u_26 = reinterpret_cast<float*>(arena + 1024);  // [16, 16]
    float* const gru_1_u_27 = reinterpret_cast<float*>(arena + 6144);  // [16, 16]
    float* const gru_1_u_28 = reinterpret_cast<float*>(arena);  // [48, 16]
    float* const gru_1_u_29 = reinterpret_cast<float*>(arena + 3072);  // [16, 16]
    float* const gru_1_u_30 = reinterpret_cast<float*>(arena + 4096);  // [16, 16]
    float* const gru_1_u_31 = reinterpret_cast<float*>(arena + 6144);  // [16, 16]
    float* const gru_1_u_32 = reinterpret_cast<float*>(arena + 3072);  // [48, 16]
    float* const gru_1_u_33 = reinterpret_cast<float*>(arena);  // [16, 16]
    float* const gru_1_u_34 = reinterpret_cast<float*>(arena + 1024);  // [16, 16]
    float* const gru_1_u_35 = reinterpret_cast<float*>(arena + 6144);  // [16, 16]
    float* const gru_1_u_36 = reinterpret_cast<float*>(arena);  // [48, 16]
    float* const gru_1_u_37 = reinterpret_cast<float*>(arena + 3072);  // [16, 16]
    float* const gru_1_u_38 = reinterpret_cast<float*>(arena + 4096);  // [16, 16]
    float* const gru_1_u_39 = reinterpret_cast<float*>(arena + 6144);  // [16, 16]
    float* const gru_1_u_40 = reinterpret_cast<float*>(arena + 3072);  // [48, 16]
    float* const gru_1_u_41 = reinterpret_cast<float*>(arena);  // [16, 16]
    float* const gru_1_u_42 = reinterpret_cast<float*>(arena + 1024);  // [16, 16]
    float* const gru_1_u_43 = reinterpret_cast<float*>(arena + 6144);  // [16, 16]
    float* const gru_1_u_44 = reinterpret_cast<float*>(arena);  // [48, 16]
    float* const gru_1_u_45 = reinterpret_cast<float*>(arena + 3072);  // [16, 16]
    float* const gru_1_u_46 = reinterpret_cast<float*>(arena + 4096);  // [16, 16]
    float* const gru_1_u_47 = reinterpret_cast<float*>(arena + 6144);  // [16, 16]
    float* const gru_1_u_48 = reinterpret_cast<float*>(arena + 3072);  // [48, 16]
    float* const gru_1_u_49 = reinterpret_cast<float*>(arena);  // [16, 16]
    float* const gru_1_u_50 = reinterpret_cast<float*>(arena + 1024);  // [16, 16]
    float* const gru_1_u_51 = reinterpret_cast<float*>(arena + 6144);  // [16, 16]
    float* const gru_1_u_52 = reinterpret_cast<float*>(arena);  // [48, 16]
    float* const gru_1_u_53 = reinterpret_cast<float*>(arena + 3072);  // [16, 16]
    float* const gru_1_u_54 = reinterpret_cast<float*>(arena + 4096);  // [16, 16]
    float* const gru_1_u_55 = reinterpret_cast<float*>(arena + 6144);  // [16, 16]
    float* const gru_1_u_56 = reinterpret_cast<float*>(arena + 3072);  // [48, 16]
    float* const gru_1_u_57 = reinterpret_cast<float*>(arena);  // [16, 16]
    float* const gru_1_u_58 = reinterpret_cast<float*>(arena + 1024);  // [16, 16]
    float* const gru_1_u_59 = reinterpret_cast<float*>(arena + 6144);  // [16, 16]
    float* const gru_1_u_60 = reinterpret_cast<float*>(arena);  // [48, 16]
    float* const gru_1_u_61 = reinterpret_cast<float*>(arena + 6144);  // [16, 16]
    float* const gru_1_u_62 = reinterpret_cast<float*>(arena + 3072);  // [48, 16]
    float* const gru_1_u_63 = reinterpret_cast<float*>(arena + 6144);  // [16, 16]
    float* const gru_1_u_64 = reinterpret_cast<float*>(arena);  // [48, 16]
    float* const gru_1_u_65 = reinterpret_cast<float*>(arena + 6144);  // [16, 16]
    float* const gru_1_u_66 = reinterpret_cast<float*>(arena + 3072);  // [48, 16]
    float* const gru_1_u_67 = reinterpret_cast<float*>(arena + 6144);  // [16, 16]
    float* const gru_1_u_68 = reinterpret_cast<float*>(arena);  // [48, 16]
    float* const gru_1_u_69 = reinterpret_cast<float*>(arena + 6144);  // [16, 16]
    float* const gru_1_u_70 = reinterpret_cast<float*>(arena + 3072);  // [48, 16]
    float* const gru_1_u_71 = reinterpret_cast<float*>(arena + 6144);  // [16, 16]
    float* const gru_1_u_72 = reinterpret_cast<float*>(arena);  // [48, 16]
    float* const gru_1_u_73 = flat<float>(weights.gru_1.u);

    kernels::initialize_gru_1_w(&seed_word, gru_1_w);
    kernels::initialize_dense_1_w(&seed_word, dense_1_w);
    nncc::fill(gru_1_b, 48, 0.0F);
    nncc::fill(gru_1_b_recurrent, 48, 0.0F);
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
    float* const packed_gru_1_w = reinterpret_cast<float*>(packed.bytes + 3584);
    const float* const gru_1_w = flat<const float>(weights.gru_1.w);
    float* const packed_gru_1_u = reinterpret_cast<float*>(packed.bytes + 512);
    const float* const gru_1_u = flat<const float>(weights.gru_1.u);
    float* const packed_gru_1_b = reinterpret_cast<float*>(packed.bytes + 128);
    const float* const gru_1_b = flat<const float>(weights.gru_1.b);
    float* const packed_gru_1_b_recurrent = reinterpret_cast<float*>(packed.bytes + 320);
    const float* const gru_1_b_recurrent = flat<const float>(weights.gru_1.b_recurrent);
    float* const packed_dense_1_w = reinterpret_cast<float*>(packed.bytes + 64);
    const float* const dense_1_w = flat<const float>(weights.dense_1.w);
    float* const packed_dense_1_b = reinterpret_cast<float*>(packed.bytes);
    const float* const dense_1_b = flat<const float>(weights.dense_1.b);

    nncc::copy(gru_1_w, packed_gru_1_w, 48);
    nncc::copy(gru_1_u, packed_gru_1_u, 768);
    nncc::copy(gru_1_b, packed_gru_1_b, 48);
    nncc::copy(gru_1_b_recurrent, packed_gru_1_b_recurrent, 48);
    nncc::copy(dense_1_w, packed_dense_1_w, 16);
    nncc::copy(dense_1_b, packed_dense_1_b, 1);
}

bool Model<1>::forward(int time, nncc::In<float> audio, nncc::Out<float> output) noexcept {
    if (time < 0 || time > 64) return false;
    if (audio.size() != time) return false;
    if (output.size() != time) return false;
    float* const gru_1 = reinterpret_cast<float*>(arena_ + 4096);  // [time, 1, 1]
    float* const h = reinterpret_cast<float*>(arena_ + 4544);  // [1, 16]
    const float* const packed_gru_1_w = reinterpret_cast<const float*>(packed_->bytes + 3584);
    const float* const packed_gru_1_b = reinterpret_cast<const float*>(packed_->bytes + 128);
    const float* const packed_gru_1_u = reinterpret_cast<const float*>(packed_->bytes + 512);
    const float* const packed_gru_1_b_recurrent = reinterpret_cast<const float*>(packed_->bytes + 320);
    float* const gru_1_2 = reinterpret_cast<float*>(arena_);  // [time, 1, 16]
    float* const gru_1_3 = reinterpret_cast<float*>(arena_ + 4352);  // [1, 48]
    const float* const packed_dense_1_w = reinterpret_cast<const float*>(packed_->bytes + 64);
    const float* const packed_dense_1_b = reinterpret_cast<const float*>(packed_->bytes);

    nncc::copy(audio.data(), gru_1, time);
    nncc::fill(h, 16, 0.0F);
    // amp_gru.nn:3  gru(units)
    for (int t = 0; t < time; ++t) {
        kernels::gru_1(h, packed_gru_1_u, packed_gru_1_b_recurrent, gru_1_3);
        kernels::update_h_gru_1(gru_1 + t, packed_gru_1_w, packed_gru_1_b, gru_1_3, h, h, gru_1_2 + 16 * t);
    }
    kernels::dense_1(time, gru_1_2, packed_dense_1_w, packed_dense_1_b, audio.data(), output.data());
    return true;
}

bool Model<1>::process(int time, nncc::In<float> audio, nncc::Out<float> output) noexcept {
    if (time < 0 || time > 64) return false;
    if (audio.size() != time) return false;
    if (output.size() != time) return false;
    float* const gru_1 = reinterpret_cast<float*>(arena_ + 4096);  // [time, 1, 1]
    float* const gru_1_recurrence_1_h = flat<float>(streams_.gru_1.recurrence_1.h);
    const float* const packed_gru_1_w = reinterpret_cast<const float*>(packed_->bytes + 3584);
    const float* const packed_gru_1_b = reinterpret_cast<const float*>(packed_->bytes + 128);
    const float* const packed_gru_1_u = reinterpret_cast<const float*>(packed_->bytes + 512);
    const float* const packed_gru_1_b_recurrent = reinterpret_cast<const float*>(packed_->bytes + 320);
    float* const gru_1_2 = reinterpret_cast<float*>(arena_);  // [time, 1, 16]
    float* const gru_1_3 = reinterpret_cast<float*>(arena_ + 4352);  // [1, 48]
    const float* const packed_dense_1_w = reinterpret_cast<const float*>(packed_->bytes + 64);
    const float* const packed_dense_1_b = reinterpret_cast<const float*>(packed_->bytes);

    nncc::copy(audio.data(), gru_1, time);
    // amp_gru.nn:3  gru(units)
    for (int t = 0; t < time; ++t) {
        kernels::gru_1(gru_1_recurrence_1_h, packed_gru_1_u, packed_gru_1_b_recurrent, gru_1_3);
        kernels::update_h_gru_1(gru_1 + t, packed_gru_1_w, packed_gru_1_b, gru_1_3, gru_1_recurrence_1_h,
                                gru_1_recurrence_1_h, gru_1_2 + 16 * t);
    }
    kernels::dense_1(time, gru_1_2, packed_dense_1_w, packed_dense_1_b, audio.data(), output.data());
    return true;
}

void Model<1>::reset() noexcept {
    float* const gru_1_recurrence_1_h = flat<float>(streams_.gru_1.recurrence_1.h);

    nncc::fill(gru_1_recurrence_1_h, 16, 0.0F);
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

    nncc::fill(adam_m_gru_1_w, 48, 0.0F);
    nncc::fill(adam_v_gru_1_w, 48, 0.0F);
    nncc::fill(adam_m_gru_1_u, 768, 0.0F);
    nncc::fill(adam_v_gru_1_u, 768, 0.0F);
    nncc::fill(adam_m_gru_1_b, 48, 0.0F);
    nncc::fill(adam_v_gru_1_b, 48, 0.0F);
    nncc::fill(adam_m_gru_1_b_recurrent, 48, 0.0F);
    nncc::fill(adam_v_gru_1_b_recurrent, 48, 0.0F);
    nncc::fill(adam_m_dense_1_w, 16, 0.0F);
    nncc::fill(adam_v_dense_1_w, 16, 0.0F);
    nncc::fill(adam_m_dense_1_b, 1, 0.0F);
    nncc::fill(adam_v_dense_1_b, 1, 0.0F);
    weights_ = start;
}

float Trainer::step(int time, nncc::In<float> audio, nncc::In<float> wet) noexcept {
    if (time < 0 || time > 64) return __builtin_nanf("");
    if (time < 64) return __builtin_nanf("");
    if (audio.size() != 16 * time) return __builtin_nanf("");
    if (wet.size() != 16 * time) return __builtin_nanf("");
    float loss_value = 0.0F;
    nncc::i32 step_word = static_cast<nncc::i32>(static_cast<nncc::u32>(steps));
    nncc::i32* const step_v = &step_word;
    float* const rate = reinterpret_cast<float*>(arena_ + 601472);  // []
    float* const scale = reinterpret_cast<float*>(arena_ + 601536);  // []
    float* const gru_1 = reinterpret_cast<float*>(arena_ + 595968);  // [time, 16, 1]
    float* const h = reinterpret_cast<float*>(arena_ + 68608);  // [16, 16]
    float* const gru_1_w = flat<float>(weights_.gru_1.w);
    float* const gru_1_b = flat<float>(weights_.gru_1.b);
    float* const gru_1_u = flat<float>(weights_.gru_1.u);
    float* const gru_1_b_recurrent = flat<float>(weights_.gru_1.b_recurrent);
    float* const gru_1_2 = reinterpret_cast<float*>(arena_);  // [time, 16, 16]
    float* const h_2 = reinterpret_cast<float*>(arena_ + 196608);  // [time, 16, 16]
    float* const gru_1_2_2 = reinterpret_cast<float*>(arena_ + 262144);  // [time, 16, 16]
    float* const gru_1_3 = reinterpret_cast<float*>(arena_ + 327680);  // [time, 16, 16]
    float* const gru_1_4 = reinterpret_cast<float*>(arena_ + 393216);  // [time, 16, 16]
    float* const gru_1_5 = reinterpret_cast<float*>(arena_ + 458752);  // [time, 16, 16]
    float* const gru_1_6 = reinterpret_cast<float*>(arena_ + 65536);  // [16, 48]
    float* const dense_1_w = flat<float>(weights_.dense_1.w);
    float* const dense_1_b = flat<float>(weights_.dense_1.b);
    float* const add = reinterpret_cast<float*>(arena_ + 65536);  // [16, time, 1]
    float* const error_to_signal_1 = reinterpret_cast<float*>(arena_);  // [16, time-64, 1]
    float* const error_to_signal_1_2 = reinterpret_cast<float*>(arena_);  // [16, time-64, 1]
    float* const error_to_signal_1_sum_1 = reinterpret_cast<float*>(arena_ + 65536);  // []
    float* const d_error_to_signal_1 = reinterpret_cast<float*>(arena_ + 65600);  // []
    float* const d_error_to_signal_1_2 = reinterpret_cast<float*>(arena_);  // [16, time-64, 1]
    float* const d_error_to_signal_1_3 = reinterpret_cast<float*>(arena_ + 65536);  // [16, time, 1]
    float* const d_dense_1 = reinterpret_cast<float*>(arena_ + 601600);  // [1]
    float* const gradient_norm = reinterpret_cast<float*>(arena_ + 601728);  // [1]
    float* const d_dense_1_2 = reinterpret_cast<float*>(arena_ + 601664);  // [16, 1]
    float* const gradient_norm_2 = reinterpret_cast<float*>(arena_ + 601792);  // [16, 1]
    float* const d_dense_1_3 = reinterpret_cast<float*>(arena_ + 524288);  // [time, 16, 16]
    float* const d_gru_1_2 = reinterpret_cast<float*>(arena_ + 600064);  // [16, 16]
    float* const d_gru_1_w = reinterpret_cast<float*>(arena_ + 601088);  // [1, 48]
    float* const d_gru_1_b = reinterpret_cast<float*>(arena_ + 601280);  // [48]
    float* const d_gru_1_3 = reinterpret_cast<float*>(arena_);  // [time, 16, 48]
    float* const d_gru_1 = reinterpret_cast<float*>(arena_ + 589824 + 3072);  // [16, 16]
    float* const d_gru_1_4 = reinterpret_cast<float*>(arena_ + 589824 + 1024);  // [16, 16]
    float* const d_gru_1_5 = reinterpret_cast<float*>(arena_ + 589824 + 4096);  // [16, 16]
    float* const d_gru_1_6 = reinterpret_cast<float*>(arena_ + 589824);  // [16, 16]
    float* const d_gru_1_7 = reinterpret_cast<float*>(arena_ + 589824 + 5120);  // [16, 16]
    float* const d_gru_1_8 = reinterpret_cast<float*>(arena_ + 589824);  // [16, 48]
    float* const d_gru_1_9 = reinterpret_cast<float*>(arena_ + 589824 + 3072);  // [48]
    float* const d_gru_1_10 = reinterpret_cast<float*>(arena_ + 262144);  // [16, 48]
    float* const gradient_norm_3 = reinterpret_cast<float*>(arena_ + 265216);  // [16, 48]
    float* const gradient_norm_4 = reinterpret_cast<float*>(arena_ + 196608);  // []
    float* const gradient_norm_5 = reinterpret_cast<float*>(arena_ + 196672);  // []
    float* const gradient_norm_6 = reinterpret_cast<float*>(arena_ + 196992);  // []
    float* const d_gru_1_11 = reinterpret_cast<float*>(arena_ + 196608);  // [48]
    float* const gradient_norm_7 = reinterpret_cast<float*>(arena_ + 196800);  // [48]
    float* const gradient_norm_8 = reinterpret_cast<float*>(arena_ + 64);  // []
    float* const gru_1_w_clip_norm_1 = reinterpret_cast<float*>(arena_);  // []
    float* const adam_m_gru_1_u = flat<float>(slots_.adam.m.gru_1.u);
    float* const adam_v_gru_1_u = flat<float>(slots_.adam.v.gru_1.u);
    float* const adam_m_gru_1_b = flat<float>(slots_.adam.m.gru_1.b);
    float* const adam_v_gru_1_b = flat<float>(slots_.adam.v.gru_1.b);
    float* const adam_m_gru_1_b_recurrent = flat<float>(slots_.adam.m.gru_1.b_recurrent);
    float* const adam_v_gru_1_b_recurrent = flat<float>(slots_.adam.v.gru_1.b_recurrent);
    float* const adam_m_gru_1_w = flat<float>(slots_.adam.m.gru_1.w);
    float* const adam_v_gru_1_w = flat<float>(slots_.adam.v.gru_1.w);
    float* const adam_m_dense_1_w = flat<float>(slots_.adam.m.dense_1.w);
    float* const adam_v_dense_1_w = flat<float>(slots_.adam.v.dense_1.w);
    float* const adam_m_dense_1_b = flat<float>(slots_.adam.m.dense_1.b);
    float* const adam_v_dense_1_b = flat<float>(slots_.adam.v.dense_1.b);

    kernels::share_next_step_scale(step_v, step_v, rate, scale);
    kernels::gru_1_step(time, audio.data(), gru_1);
    nncc::fill(h, 256, 0.0F);
    // amp_gru.nn:3  gru(units)
    for (int t = 0; t < time; ++t) {
        nncc::copy(h, h_2 + 256 * t, 256);
        kernels::gru_1_step_2(h, gru_1_u, gru_1_b_recurrent, gru_1_6);
        kernels::gru_1_update_h(gru_1_6, gru_1 + 16 * t, gru_1_w, gru_1_b, h, gru_1_2_2 + 256 * t, gru_1_3 + 256 * t,
                                gru_1_4 + 256 * t, gru_1_5 + 256 * t, h, gru_1_2 + 256 * t);
    }
    kernels::dense_1_step(time, gru_1_2, dense_1_w, dense_1_b, audio.data(), add);
    kernels::error_to_signal_1(time, add, wet.data(), error_to_signal_1, error_to_signal_1_2);
    kernels::error_to_signal_1_sum_1(time, error_to_signal_1_2, error_to_signal_1_sum_1);
    kernels::error_to_signal_1_sum_2_error_to_signal_1_d_error_to_signal(time, wet.data(), error_to_signal_1_sum_1,
                                                                         &loss_value, d_error_to_signal_1);
    kernels::d_error_to_signal_1_sum_1_d_error_to_signal_1(time, d_error_to_signal_1, error_to_signal_1,
                                                           d_error_to_signal_1_2);
    kernels::d_error_to_signal_1(time, d_error_to_signal_1_2, d_error_to_signal_1_3);
    kernels::d_dense_1_gradient_norm(time, d_error_to_signal_1_3, d_dense_1, gradient_norm);
    kernels::d_dense_1_gradient_norm_step(time, d_error_to_signal_1_3, gru_1_2, d_dense_1_2, gradient_norm_2);
    kernels::d_dense_1(time, d_error_to_signal_1_3, dense_1_w, d_dense_1_3);
    nncc::fill(d_gru_1_2, 256, 0.0F);
    nncc::fill(d_gru_1_w, 48, 0.0F);
    nncc::fill(d_gru_1_b, 48, 0.0F);
    // amp_gru.nn:3  gru(units)
    for (int t_2 = time - 1; t_2 >= 0; --t_2) {
        kernels::d_gru_1(d_dense_1_3 + 256 * t_2, d_gru_1_2, gru_1_5 + 256 * t_2, gru_1_3 + 256 * t_2,
                         gru_1_4 + 256 * t_2, gru_1_2_2 + 256 * t_2, h_2 + 256 * t_2, d_gru_1, d_gru_1_4, d_gru_1_5,
                         d_gru_1_6, d_gru_1_7);
        kernels::d_gru_1_step(d_gru_1_7, d_gru_1_5, d_gru_1_4, d_gru_1_3 + 768 * t_2);
        kernels::d_gru_1_update_d_gru_1_2(d_gru_1_3 + 768 * t_2, gru_1_u, d_gru_1_6, d_gru_1_2);
        kernels::d_gru_1_step_2(d_gru_1_7, d_gru_1_5, d_gru_1, d_gru_1_8);
        kernels::d_gru_1_update_d_gru_1_b(d_gru_1_8, gru_1 + 16 * t_2, d_gru_1_b, d_gru_1_9, d_gru_1_b);
        kernels::update_d_gru_1_w(d_gru_1_w, d_gru_1_9, d_gru_1_w);
    }
    kernels::d_gru_1_gradient_norm(time, d_gru_1_3, h_2, d_gru_1_10, gradient_norm_3);
    kernels::gradient_norm(d_gru_1_w, gradient_norm_4);
    kernels::gradient_norm_step(gradient_norm_3, gradient_norm_4, gradient_norm_5);
    kernels::gradient_norm_step_2(d_gru_1_b, gradient_norm_5, gradient_norm_6);
    kernels::d_gru_1_gradient_norm_step(time, d_gru_1_3, d_gru_1_11, gradient_norm_7);
    kernels::gradient_norm_step_3(gradient_norm_7, gradient_norm_6, gradient_norm_8);
    kernels::gradient_norm_gru_1_w_clip_norm_1(gradient_norm_2, gradient_norm_8, gradient_norm, gru_1_w_clip_norm_1);
    kernels::gru_1_u_clip_norm_1_update_gru_1_u(d_gru_1_10, gru_1_w_clip_norm_1, adam_m_gru_1_u, adam_v_gru_1_u, scale,
                                                rate, gru_1_u, adam_m_gru_1_u, adam_v_gru_1_u, gru_1_u);
    kernels::m_update_gru_1_b_update_gru_1_b_recurrent(adam_m_gru_1_b, d_gru_1_b, gru_1_w_clip_norm_1, adam_v_gru_1_b,
                                                       scale, rate, gru_1_b, d_gru_1_11, adam_m_gru_1_b_recurrent,
                                                       adam_v_gru_1_b_recurrent, gru_1_b_recurrent, adam_m_gru_1_b,
                                                       adam_v_gru_1_b, gru_1_b, adam_m_gru_1_b_recurrent,
                                                       adam_v_gru_1_b_recurrent, gru_1_b_recurrent);
    kernels::m_update_gru_1_w(adam_m_gru_1_w, d_gru_1_w, gru_1_w_clip_norm_1, adam_v_gru_1_w, scale, rate, gru_1_w,
                              adam_m_gru_1_w, adam_v_gru_1_w, gru_1_w);
    kernels::dense_1_w_clip_norm_1_update_dense_1_w(d_dense_1_2, gru_1_w_clip_norm_1, adam_m_dense_1_w,
                                                    adam_v_dense_1_w, scale, rate, dense_1_w, adam_m_dense_1_w,
                                                    adam_v_dense_1_w, dense_1_w);
    kernels::dense_1_b_clip_norm_1_update_dense_1_b(d_dense_1, gru_1_w_clip_norm_1, adam_m_dense_1_b, adam_v_dense_1_b,
                                                    scale, rate, dense_1_b, adam_m_dense_1_b, adam_v_dense_1_b,
                                                    dense_1_b);
    steps = static_cast<nncc::u64>(static_cast<nncc::u32>(step_word));
    return loss_value;
}

float Trainer::gradients(int time, nncc::In<float> audio, nncc::In<float> wet, Weights& gradient) noexcept {
    if (time < 0 || time > 64) return __builtin_nanf("");
    if (time < 64) return __builtin_nanf("");
    if (audio.size() != 16 * time) return __builtin_nanf("");
    if (wet.size() != 16 * time) return __builtin_nanf("");
    float loss_value = 0.0F;
    float* const gru_1 = reinterpret_cast<float*>(arena_ + 595968);  // [time, 16, 1]
    float* const h = reinterpret_cast<float*>(arena_ + 68608);  // [16, 16]
    const float* const gru_1_w = flat<const float>(weights_.gru_1.w);
    const float* const gru_1_b = flat<const float>(weights_.gru_1.b);
    const float* const gru_1_u = flat<const float>(weights_.gru_1.u);
    const float* const gru_1_b_recurrent = flat<const float>(weights_.gru_1.b_recurrent);
    float* const gru_1_2 = reinterpret_cast<float*>(arena_);  // [time, 16, 16]
    float* const h_2 = reinterpret_cast<float*>(arena_ + 196608);  // [time, 16, 16]
    float* const gru_1_2_2 = reinterpret_cast<float*>(arena_ + 262144);  // [time, 16, 16]
    float* const gru_1_3 = reinterpret_cast<float*>(arena_ + 327680);  // [time, 16, 16]
    float* const gru_1_4 = reinterpret_cast<float*>(arena_ + 393216);  // [time, 16, 16]
    float* const gru_1_5 = reinterpret_cast<float*>(arena_ + 458752);  // [time, 16, 16]
    float* const gru_1_6 = reinterpret_cast<float*>(arena_ + 65536);  // [16, 48]
    const float* const dense_1_w = flat<const float>(weights_.dense_1.w);
    const float* const dense_1_b = flat<const float>(weights_.dense_1.b);
    float* const add = reinterpret_cast<float*>(arena_ + 65536);  // [16, time, 1]
    float* const error_to_signal_1 = reinterpret_cast<float*>(arena_);  // [16, time-64, 1]
    float* const error_to_signal_1_2 = reinterpret_cast<float*>(arena_);  // [16, time-64, 1]
    float* const error_to_signal_1_sum_1 = reinterpret_cast<float*>(arena_ + 65536);  // []
    float* const d_error_to_signal_1 = reinterpret_cast<float*>(arena_ + 65600);  // []
    float* const d_error_to_signal_1_2 = reinterpret_cast<float*>(arena_);  // [16, time-64, 1]
    float* const d_error_to_signal_1_3 = reinterpret_cast<float*>(arena_ + 65536);  // [16, time, 1]
    float* const d_dense_1 = reinterpret_cast<float*>(arena_ + 524288);  // [time, 16, 16]
    float* const d_gru_1_2 = reinterpret_cast<float*>(arena_ + 600064);  // [16, 16]
    float* const d_gru_1_3 = reinterpret_cast<float*>(arena_);  // [time, 16, 48]
    float* const d_gru_1 = reinterpret_cast<float*>(arena_ + 589824 + 3072);  // [16, 16]
    float* const d_gru_1_4 = reinterpret_cast<float*>(arena_ + 589824 + 1024);  // [16, 16]
    float* const d_gru_1_5 = reinterpret_cast<float*>(arena_ + 589824 + 4096);  // [16, 16]
    float* const d_gru_1_6 = reinterpret_cast<float*>(arena_ + 589824);  // [16, 16]
    float* const d_gru_1_7 = reinterpret_cast<float*>(arena_ + 589824 + 5120);  // [16, 16]
    float* const d_gru_1_8 = reinterpret_cast<float*>(arena_ + 589824);  // [16, 48]
    float* const d_gru_1_9 = reinterpret_cast<float*>(arena_ + 589824 + 3072);  // [48]

    kernels::gru_1_step(time, audio.data(), gru_1);
    nncc::fill(h, 256, 0.0F);
    // amp_gru.nn:3  gru(units)
    for (int t = 0; t < time; ++t) {
        nncc::copy(h, h_2 + 256 * t, 256);
        kernels::gru_1_step_2(h, gru_1_u, gru_1_b_recurrent, gru_1_6);
        kernels::gru_1_update_h(gru_1_6, gru_1 + 16 * t, gru_1_w, gru_1_b, h, gru_1_2_2 + 256 * t, gru_1_3 + 256 * t,
                                gru_1_4 + 256 * t, gru_1_5 + 256 * t, h, gru_1_2 + 256 * t);
    }
    kernels::dense_1_step(time, gru_1_2, dense_1_w, dense_1_b, audio.data(), add);
    kernels::error_to_signal_1(time, add, wet.data(), error_to_signal_1, error_to_signal_1_2);
    kernels::error_to_signal_1_sum_1(time, error_to_signal_1_2, error_to_signal_1_sum_1);
    kernels::error_to_signal_1_sum_2_error_to_signal_1_d_error_to_signal(time, wet.data(), error_to_signal_1_sum_1,
                                                                         &loss_value, d_error_to_signal_1);
    kernels::d_error_to_signal_1_sum_1_d_error_to_signal_1(time, d_error_to_signal_1, error_to_signal_1,
                                                           d_error_to_signal_1_2);
    kernels::d_error_to_signal_1(time, d_error_to_signal_1_2, d_error_to_signal_1_3);
    kernels::d_dense_1_gradients(time, d_error_to_signal_1_3, flat<float>(gradient.dense_1.b));
    kernels::d_dense_1_gradients_2(time, d_error_to_signal_1_3, gru_1_2, flat<float>(gradient.dense_1.w));
    kernels::d_dense_1(time, d_error_to_signal_1_3, dense_1_w, d_dense_1);
    nncc::fill(d_gru_1_2, 256, 0.0F);
    nncc::fill(flat<float>(gradient.gru_1.w), 48, 0.0F);
    nncc::fill(flat<float>(gradient.gru_1.b), 48, 0.0F);
    // amp_gru.nn:3  gru(units)
    for (int t_2 = time - 1; t_2 >= 0; --t_2) {
        kernels::d_gru_1(d_dense_1 + 256 * t_2, d_gru_1_2, gru_1_5 + 256 * t_2, gru_1_3 + 256 * t_2,
                         gru_1_4 + 256 * t_2, gru_1_2_2 + 256 * t_2, h_2 + 256 * t_2, d_gru_1, d_gru_1_4, d_gru_1_5,
                         d_gru_1_6, d_gru_1_7);
        kernels::d_gru_1_step(d_gru_1_7, d_gru_1_5, d_gru_1_4, d_gru_1_3 + 768 * t_2);
        kernels::d_gru_1_update_d_gru_1_2(d_gru_1_3 + 768 * t_2, gru_1_u, d_gru_1_6, d_gru_1_2);
        kernels::d_gru_1_step_2(d_gru_1_7, d_gru_1_5, d_gru_1, d_gru_1_8);
        kernels::d_gru_1_update_d_gru_1_b(d_gru_1_8, gru_1 + 16 * t_2, flat<float>(gradient.gru_1.b), d_gru_1_9,
                                          flat<float>(gradient.gru_1.b));
        kernels::update_d_gru_1_w(flat<float>(gradient.gru_1.w), d_gru_1_9, flat<float>(gradient.gru_1.w));
    }
    kernels::d_gru_1_gradients(time, d_gru_1_3, h_2, flat<float>(gradient.gru_1.u));
    kernels::d_gru_1_gradients_2(time, d_gru_1_3, flat<float>(gradient.gru_1.b_recurrent));
    return loss_value;
}

void Trainer::update(const Weights& gradient, float rate_scale) noexcept {
    nncc::i32 step_word = static_cast<nncc::i32>(static_cast<nncc::u32>(steps));
    nncc::i32* const step_v = &step_word;
    float* const rate = reinterpret_cast<float*>(arena_);  // []
    float* const scale = reinterpret_cast<float*>(arena_ + 64);  // []
    bool* const equal = reinterpret_cast<bool*>(arena_ + 128);  // []
    float* const gradient_norm = reinterpret_cast<float*>(arena_ + 192);  // []
    float* const gradient_norm_2 = reinterpret_cast<float*>(arena_ + 256);  // []
    float* const gradient_norm_3 = reinterpret_cast<float*>(arena_ + 192);  // []
    float* const gradient_norm_4 = reinterpret_cast<float*>(arena_ + 256);  // []
    float* const gradient_norm_5 = reinterpret_cast<float*>(arena_ + 320);  // [1]
    float* const gru_1_w_clip_norm_1 = reinterpret_cast<float*>(arena_ + 192);  // []
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
    kernels::gradient_norm_update(flat<const float>(gradient.gru_1.w), gradient_norm);
    kernels::gradient_norm_update_2(flat<const float>(gradient.gru_1.u), gradient_norm, gradient_norm_2);
    kernels::gradient_norm_update_3(flat<const float>(gradient.gru_1.b), gradient_norm_2, gradient_norm_3);
    kernels::gradient_norm_update_4(flat<const float>(gradient.gru_1.b_recurrent), gradient_norm_3, gradient_norm_4);
    kernels::gradient_norm_update_5(flat<const float>(gradient.dense_1.b), gradient_norm_5);
    kernels::gradient_norm_gru_1_w_clip_norm_1_update(flat<const float>(gradient.dense_1.w), gradient_norm_4,
                                                      gradient_norm_5, gru_1_w_clip_norm_1);
    kernels::m_update_gru_1_w_update(adam_m_gru_1_w, flat<const float>(gradient.gru_1.w), gru_1_w_clip_norm_1,
                                     adam_v_gru_1_w, scale, rate, gru_1_w, &rate_scale, equal, adam_m_gru_1_w,
                                     adam_v_gru_1_w, gru_1_w);
    kernels::m_update_gru_1_u(adam_m_gru_1_u, flat<const float>(gradient.gru_1.u), gru_1_w_clip_norm_1, adam_v_gru_1_u,
                              scale, rate, gru_1_u, &rate_scale, equal, adam_m_gru_1_u, adam_v_gru_1_u, gru_1_u);
    kernels::m_update_gru_1_b_update_gru_1_b_recurrent_update(adam_m_gru_1_b, flat<const float>(gradient.gru_1.b),
                                                              gru_1_w_clip_norm_1, adam_v_gru_1_b, scale, rate, gru_1_b,
                                                              adam_m_gru_1_b_recurrent,
                                                              flat<const float>(gradient.gru_1.b_recurrent),
                                                              adam_v_gru_1_b_recurrent, gru_1_b_recurrent, &rate_scale,
                                                              equal, adam_m_gru_1_b, adam_v_gru_1_b,
                                                              adam_m_gru_1_b_recurrent, adam_v_gru_1_b_recurrent,
                                                              gru_1_b, gru_1_b_recurrent);
    kernels::m_update_dense_1_w(adam_m_dense_1_w, flat<const float>(gradient.dense_1.w), gru_1_w_clip_norm_1,
                                adam_v_dense_1_w, scale, rate, dense_1_w, &rate_scale, equal, adam_m_dense_1_w,
                                adam_v_dense_1_w, dense_1_w);
    kernels::m_update_dense_1_b(adam_m_dense_1_b, flat<const float>(gradient.dense_1.b), gru_1_w_clip_norm_1,
                                adam_v_dense_1_b, scale, rate, dense_1_b, &rate_scale, equal, adam_m_dense_1_b,
                                adam_v_dense_1_b, dense_1_b);
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
        alignas(64) static float input_0[3];
        alignas(64) static float output_0[3];
        constexpr double expected_0[2][3] = {
            {-0.220441272, 1.00996497, -1.00601121},
            {0.846878845, 0.422877952, -0.498084321},
        };
        for (int vector = 0; vector < 2; ++vector) {
            nncc::selftest::fill(input_0, 3, vector, 0);
            bool agrees = model.forward(3, {input_0, 3}, {output_0, 3});
            agrees = agrees && nncc::selftest::agrees(output_0, expected_0[vector], 3, 1, 0.000203);
            if (!agrees) ++failures;
        }
    }
    return failures;
}

}  // namespace amp_gru

extern "C" {  // amp_gru_c.h

__SIZE_TYPE__ amp_gru_weights_bytes() noexcept {
    return sizeof(amp_gru::Weights);
}

const void* amp_gru_tensors() noexcept {
    return amp_gru::kTensors;
}

int amp_gru_tensor_count() noexcept {
    return 6;
}

void amp_gru_initialize(void* weights, unsigned long long seed) noexcept {
    amp_gru::initialize(*static_cast<amp_gru::Weights*>(weights), seed);
}

__SIZE_TYPE__ amp_gru_packed_bytes() noexcept {
    return sizeof(amp_gru::Packed);
}

void amp_gru_pack(const void* weights, void* packed) noexcept {
    amp_gru::pack(*static_cast<const amp_gru::Weights*>(weights), *static_cast<amp_gru::Packed*>(packed));
}

int amp_gru_selftest() noexcept {
    return amp_gru::selftest();
}

__SIZE_TYPE__ amp_gru_model_bytes() noexcept {
    return sizeof(amp_gru::Model<1>);
}

void amp_gru_model_init(void* memory, const void* packed) noexcept {
    static_cast<amp_gru::Model<1>*>(memory)->use(*static_cast<const amp_gru::Packed*>(packed));
    static_cast<amp_gru::Model<1>*>(memory)->reset();
}

int amp_gru_forward(void* memory, int time, const float* audio, float* output) noexcept {
    return static_cast<amp_gru::Model<1>*>(memory)->forward(time, nncc::In<float>(audio, time),
                                                            nncc::Out<float>(output, time)) ? 1 : 0;
}

int amp_gru_process(void* memory, int time, const float* audio, float* output) noexcept {
    return static_cast<amp_gru::Model<1>*>(memory)->process(time, nncc::In<float>(audio, time),
                                                            nncc::Out<float>(output, time)) ? 1 : 0;
}

int amp_gru_latency() noexcept {
    return amp_gru::Model<1>::kLatency;
}

void amp_gru_reset(void* memory) noexcept {
    static_cast<amp_gru::Model<1>*>(memory)->reset();
}

__SIZE_TYPE__ amp_gru_trainer_bytes() noexcept {
    return sizeof(amp_gru::Trainer);
}

void amp_gru_trainer_init(void* memory, const void* weights, unsigned long long seed) noexcept {
    static_cast<amp_gru::Trainer*>(memory)->restart(*static_cast<const amp_gru::Weights*>(weights), seed);
}

double amp_gru_trainer_step(void* memory, int time, const float* audio, const float* wet) noexcept {
    return static_cast<double>(static_cast<amp_gru::Trainer*>(memory)->step(time, nncc::In<float>(audio, 16 * time),
                                                                            nncc::In<float>(wet, 16 * time)));
}

double amp_gru_trainer_gradients(void* memory, int time, const float* audio, const float* wet,
                                 void* gradient) noexcept {
    return static_cast<double>(static_cast<amp_gru::Trainer*>(memory)->gradients(time,
                                                                                 nncc::In<float>(audio, 16 * time),
                                                                                 nncc::In<float>(wet, 16 * time),
                                                                                 *static_cast<amp_gru::Weights*>(gradient)));
}

void amp_gru_trainer_update(void* memory, const void* gradient) noexcept {
    static_cast<amp_gru::Trainer*>(memory)->update(*static_cast<const amp_gru::Weights*>(gradient));
}

void amp_gru_trainer_update_scaled(void* memory, const void* gradient, float rate_scale) noexcept {
    static_cast<amp_gru::Trainer*>(memory)->update(*static_cast<const amp_gru::Weights*>(gradient), rate_scale);
}

const void* amp_gru_trainer_weights(const void* memory) noexcept {
    return &static_cast<const amp_gru::Trainer*>(memory)->weights();
}

unsigned long long amp_gru_trainer_steps(const void* memory) noexcept {
    return static_cast<const amp_gru::Trainer*>(memory)->steps;
}

}  // extern "C"
