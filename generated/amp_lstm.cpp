// amp_lstm, emitted by nncc 0.1.0 from amp_lstm.nn; do not edit.
// sha256 d7128039890ca007fac56f8b67f7c37ac908b78721d183d768ef0f3a4a5d32ea
// nncc amp_lstm.nn -D time<=64 -o amp_lstm.cpp
//
// Weights: byte, member, type
//         0  lstm_1.w f32[1, 80]
//       320  lstm_1.u f32[20, 80]
//      6720  lstm_1.b f32[80]
//      7040  dense_1.w f32[20, 1]
//      7120  dense_1.b f32[1]
//
// Arena of Model<1>::forward, 5952 bytes: range, tensor, type
//      5440 ..      5696  lstm_1 f32[time, 1, 1]
//      5696 ..      5776  h f32[1, 20]
//      5824 ..      5904  c f32[1, 20]
//         0 ..      5120  lstm_1 f32[time, 1, 20]
//         0 ..       320  lstm_1 f32[1, 80], in each step
#include "amp_lstm.h"

#include <nncc/kernels.h>
#include <nncc/selftest.h>

namespace amp_lstm {
namespace {

// The elements of an array of arrays, one after the other.
template <class T, class Array>
T* flat(Array& array) noexcept {
    return reinterpret_cast<T*>(&array);
}

namespace kernels {

// amp_lstm.nn:17  lstm(20)
void initialize_lstm_1_w(const nncc::i32* seed_v, float* lstm_1_w_next) noexcept {
    constexpr int kCount = 80;
    const nncc::i32 seed_v_2 = seed_v[0];
    nncc::each_vector<kCount, nncc::kLanes<float>>([&](int i, auto lanes) {
        const auto random = nncc::uniform24(static_cast<nncc::u32>(seed_v_2), static_cast<nncc::u32>(0), 0xab7dad6cU,
                                            static_cast<nncc::u32>(i), lanes);
        const auto multiply = 2.0F * random;
        const auto subtract = multiply - 1.0F;
        nncc::store(lstm_1_w_next + i, 0.27216554F * subtract, lanes);
    });
}

// amp_lstm.nn:17  dense(1)
void initialize_dense_1_w(const nncc::i32* seed_v, float* dense_1_w_next) noexcept {
    constexpr int kCount = 20;
    const nncc::i32 seed_v_2 = seed_v[0];
    nncc::each_vector<kCount, nncc::kLanes<float>>([&](int i, auto lanes) {
        const auto random = nncc::uniform24(static_cast<nncc::u32>(seed_v_2), static_cast<nncc::u32>(0), 0x0267df8bU,
                                            static_cast<nncc::u32>(i), lanes);
        const auto multiply = 2.0F * random;
        const auto subtract = multiply - 1.0F;
        nncc::store(dense_1_w_next + i, 0.5345225F * subtract, lanes);
    });
}

// amp_lstm.nn:17  lstm(20)
void lstm_1_u(const nncc::i32* seed_v, float* lstm_1_u, float* lstm_1_u_2) noexcept {
    constexpr int kCount = 1600;
    const nncc::i32 seed_v_2 = seed_v[0];
    nncc::each_vector<kCount, nncc::kLanes<float>>([&](int i, auto lanes) {
        const auto value = nncc::uniform24(static_cast<nncc::u32>(seed_v_2), static_cast<nncc::u32>(0), 0x10a2901eU,
                                           static_cast<nncc::u32>(i), lanes);
        const auto negate = -value;
        const auto log1p = nncc::log1p(negate);
        const auto multiply = -2.0F * log1p;
        const auto sqrt = nncc::sqrt(multiply);
        const auto random = nncc::uniform24(static_cast<nncc::u32>(seed_v_2), static_cast<nncc::u32>(0), 0x0fa28e8bU,
                                            static_cast<nncc::u32>(i), lanes);
        const auto multiply_2 = 6.2831855F * random;
        const auto cos = nncc::cos(multiply_2);
        const auto multiply_3 = sqrt * cos;
        const auto lstm_1_u_3 = multiply_3 * multiply_3;
        nncc::store(lstm_1_u + i, multiply_3, lanes);
        nncc::store(lstm_1_u_2 + i, lstm_1_u_3, lanes);
    });
}

// amp_lstm.nn:17  lstm(20)
void lstm_1_u_initialize(const float* lstm_1_u, float* lstm_1_u_2) noexcept {
    constexpr int kCount = 1600;
    const float sum = nncc::reduce<nncc::Sum, kCount, nncc::kLanes<float>>([&](int i, auto lanes) {
        return nncc::load(lstm_1_u + i, lanes);
    });
    lstm_1_u_2[0] = nncc::rsqrt(sum);
}

// amp_lstm.nn:17  lstm(20)
void lstm_1_u_initialize_2(const float* lstm_1_u, const float* lstm_1_u_2, float* lstm_1_u_3) noexcept {
    constexpr int kCount = 1600;
    const float lstm_1_u_4 = lstm_1_u_2[0];
    nncc::each_vector<kCount, nncc::kLanes<float>>([&](int i, auto lanes) {
        nncc::store(lstm_1_u_3 + i, nncc::load(lstm_1_u + i, lanes) * lstm_1_u_4, lanes);
    });
}

// amp_lstm.nn:17  lstm(20)
void lstm_1_u_initialize_3(const float* lstm_1_u, float* lstm_1_u_2, float* lstm_1_u_3) noexcept {
    constexpr int kColumns = 20, kDepth = 80;
    const nncc::Matrix<float, 1, kColumns> left{lstm_1_u};
    const nncc::Matrix<float, kColumns, 1> right{lstm_1_u};
    nncc::gemm<kColumns, kColumns, kDepth>(left, right, [&](int i, int j, auto lanes, auto product) {
        const auto lstm_1_u_4 = 2.0315F * product;
        nncc::store(lstm_1_u_2 + kColumns * i + j, product, lanes);
        nncc::store(lstm_1_u_3 + kColumns * i + j, lstm_1_u_4, lanes);
    });
}

// amp_lstm.nn:17  lstm(20)
void lstm_1_u_initialize_4(const float* lstm_1_u, const float* lstm_1_u_2, float* lstm_1_u_3) noexcept {
    constexpr int kDepth = 20;
    const nncc::Matrix<float, kDepth, 1> left{lstm_1_u};
    const nncc::Matrix<float, kDepth, 1> right{lstm_1_u_2};
    nncc::gemm<kDepth, kDepth, kDepth>(left, right, [&](int i, int j, auto lanes, auto product) {
        const auto multiply = 4.775F * nncc::load(lstm_1_u_2 + kDepth * i + j, lanes);
        nncc::store(lstm_1_u_3 + kDepth * i + j, product - multiply, lanes);
    });
}

// amp_lstm.nn:17  lstm(20)
void lstm_1_u_initialize_5(const float* lstm_1_u, const float* lstm_1_u_2, float* lstm_1_u_3) noexcept {
    constexpr int kRows = 80, kDepth = 20;
    const nncc::Matrix<float, kDepth, 1> left{lstm_1_u};
    const nncc::Matrix<float, kDepth, 1> right{lstm_1_u_2};
    nncc::gemm<kRows, kDepth, kDepth>(left, right, [&](int i, int j, auto lanes, auto product) {
        const auto multiply = 3.4445F * nncc::load(lstm_1_u + kDepth * i + j, lanes);
        nncc::store(lstm_1_u_3 + kDepth * i + j, multiply + product, lanes);
    });
}

// amp_lstm.nn:17  lstm(20)
void lstm_1_u_initialize_6(const float* lstm_1_u, float* lstm_1_u_2) noexcept {
    constexpr int kColumns = 20, kDepth = 80;
    const nncc::Matrix<float, 1, kColumns> left{lstm_1_u};
    const nncc::Matrix<float, kColumns, 1> right{lstm_1_u};
    nncc::gemm<kColumns, kColumns, kDepth>(left, right, [&](int i, int j, auto lanes, auto product) {
        nncc::store(lstm_1_u_2 + kColumns * i + j, product, lanes);
    });
}

// amp_lstm.nn:17  lstm(20)
void lstm_1_u_initialize_7(const float* lstm_1_u, const float* lstm_1_u_2, float* lstm_1_u_3) noexcept {
    constexpr int kRows = 80, kDepth = 20;
    const nncc::Matrix<float, kDepth, 1> left{lstm_1_u};
    const nncc::Matrix<float, kDepth, 1> right{lstm_1_u_2};
    nncc::gemm<kRows, kDepth, kDepth>(left, right, [&](int i, int j, auto lanes, auto product) {
        const auto multiply = 1.5F * nncc::load(lstm_1_u + kDepth * i + j, lanes);
        const auto multiply_2 = 0.5F * product;
        nncc::store(lstm_1_u_3 + kDepth * i + j, multiply - multiply_2, lanes);
    });
}

// amp_lstm.nn:17  lstm(20)
void initialize_lstm_1_u(const float* lstm_1_u, float* lstm_1_u_next) noexcept {
    constexpr int kRows = 20, kColumns = 80;
    for (int i = 0; i < kRows; ++i) {
        nncc::each_vector<kColumns, nncc::kLanes<float>>([&](int j, auto lanes) {
            nncc::store(lstm_1_u_next + kColumns * i + j, nncc::load_strided(lstm_1_u + i + kRows * j, kRows, lanes),
                        lanes);
        });
    }
}

// amp_lstm.nn:9  h @ u |> xt @ w |> xt @ w + h @ u |> xt @ w + h @ u + b
void lstm_1(const float* h, const float* lstm_1_u, const float* lstm_1, const float* lstm_1_2, const float* lstm_1_b,
            float* lstm_1_3) noexcept {
    constexpr int kColumns = 80, kDepth = 20;
    const float lstm_1_4 = lstm_1[0];
    const nncc::Matrix<float, 0, 1> left{h};
    const nncc::Matrix<float, kColumns, 1> right{lstm_1_u};
    nncc::gemm<1, kColumns, kDepth>(left, right, [&](int, int j, auto lanes, auto product) {
        const auto multiply = lstm_1_4 * nncc::load(lstm_1_2 + j, lanes);
        const auto add = multiply + product;
        nncc::store(lstm_1_3 + j, add + nncc::load(lstm_1_b + j, lanes), lanes);
    });
}

// amp_lstm.nn:9  split(xt @ w + h @ u + b, 4)
// amp_lstm.nn:10  sigmoid(f) |> sigmoid(f) * c |> sigmoid(i) |> tanh(g) |> sigmoid(i) * tanh(g) |> sigmoid(f) *
// amp_lstm.nn:11  sigmoid(o) |> tanh(c) |> sigmoid(o) * tanh(c)
void lstm_1_split_1_update_c_lstm_1(const float* lstm_1, const float* c, float* c_next, float* h_next,
                                    float* lstm_1_2) noexcept {
    constexpr int kCount = 20;
    nncc::each_vector<kCount, nncc::kLanes<float>>([&](int i, auto lanes) {
        const auto lstm_1_sigmoid_1 = nncc::fast::sigmoid(nncc::load(lstm_1 + 20 + i, lanes));
        const auto multiply = lstm_1_sigmoid_1 * nncc::load(c + i, lanes);
        const auto lstm_1_sigmoid_2 = nncc::fast::sigmoid(nncc::load(lstm_1 + i, lanes));
        const auto lstm_1_tanh_1 = nncc::fast::tanh(nncc::load(lstm_1 + 40 + i, lanes));
        const auto multiply_2 = lstm_1_sigmoid_2 * lstm_1_tanh_1;
        const auto add = multiply + multiply_2;
        const auto lstm_1_sigmoid_3 = nncc::fast::sigmoid(nncc::load(lstm_1 + 60 + i, lanes));
        const auto lstm_1_tanh_2 = nncc::fast::tanh(add);
        const auto multiply_3 = lstm_1_sigmoid_3 * lstm_1_tanh_2;
        const auto lstm_1_3 = nncc::cast<float>(multiply_3);
        nncc::store(c_next + i, add, lanes);
        nncc::store(h_next + i, multiply_3, lanes);
        nncc::store(lstm_1_2 + i, lstm_1_3, lanes);
    });
}

// amp_lstm.nn:17  dense(1) |> audio + (audio |> lstm(20) |> dense(1))
void dense_1(int time, const float* lstm_1, const float* packed_dense_1_w, const float* packed_dense_1_b,
             const float* audio, float* output) noexcept {
    constexpr int kDepth = 20;
    const float packed_dense_1_b_2 = packed_dense_1_b[0];
    const nncc::StridedMatrix<float> left{packed_dense_1_w, 0, 1};
    const nncc::StridedMatrix<float> right{lstm_1, 1, kDepth};
    nncc::gemm_dynamic(1, time, kDepth, left, right, [&](int, int j, auto lanes, auto product) {
        const auto dense_1 = product + packed_dense_1_b_2;
        nncc::store(output + j, nncc::load(audio + j, lanes) + dense_1, lanes);
    });
}

}  // namespace kernels

}  // namespace

const nncc::Tensor kTensors[5] = {
    {"lstm_1.w", nncc::TensorKind::kParam, nncc::ElementType::kF32, 2, {1, 80}, __builtin_offsetof(Weights, lstm_1.w)},
    {"lstm_1.u", nncc::TensorKind::kParam, nncc::ElementType::kF32, 2, {20, 80}, __builtin_offsetof(Weights, lstm_1.u)},
    {"lstm_1.b", nncc::TensorKind::kParam, nncc::ElementType::kF32, 1, {80}, __builtin_offsetof(Weights, lstm_1.b)},
    {"dense_1.w", nncc::TensorKind::kParam, nncc::ElementType::kF32, 2, {20, 1}, __builtin_offsetof(Weights, dense_1.w)},
    {"dense_1.b", nncc::TensorKind::kParam, nncc::ElementType::kF32, 1, {1}, __builtin_offsetof(Weights, dense_1.b)},
};

void initialize(Weights& weights, nncc::u64 seed) noexcept {
    const nncc::i32 seed_word = static_cast<nncc::i32>(static_cast<nncc::u32>(seed));
    alignas(64) unsigned char arena[14400];
    float* const lstm_1_w = flat<float>(weights.lstm_1.w);
    float* const dense_1_w = flat<float>(weights.dense_1.w);
    float* const lstm_1_b = flat<float>(weights.lstm_1.b);
    float* const dense_1_b = flat<float>(weights.dense_1.b);
    float* const lstm_1_u = reinterpret_cast<float*>(arena);  // [80, 20]
    float* const lstm_1_u_2 = reinterpret_cast<float*>(arena + 6400);  // [80, 20]
    float* const lstm_1_u_3 = reinterpret_cast<float*>(arena + 12800);  // []
    float* const lstm_1_u_4 = reinterpret_cast<float*>(arena);  // [80, 20]
    float* const lstm_1_u_5 = reinterpret_cast<float*>(arena + 6400);  // [20, 20]
    float* const lstm_1_u_6 = reinterpret_cast<float*>(arena + 8000);  // [20, 20]
    float* const lstm_1_u_7 = reinterpret_cast<float*>(arena + 12800);  // [20, 20]
    float* const lstm_1_u_8 = reinterpret_cast<float*>(arena + 6400);  // [80, 20]
    float* const lstm_1_u_9 = reinterpret_cast<float*>(arena);  // [20, 20]
    float* const lstm_1_u_10 = reinterpret_cast<float*>(arena + 1600);  // [20, 20]
    float* const lstm_1_u_11 = reinterpret_cast<float*>(arena + 12800);  // [20, 20]
    float* const lstm_1_u_12 = reinterpret_cast<float*>(arena);  // [80, 20]
    float* const lstm_1_u_13 = reinterpret_cast<float*>(arena + 6400);  // [20, 20]
    float* const lstm_1_u_14 = reinterpret_cast<float*>(arena + 8000);  // [20, 20]
    float* const lstm_1_u_15 = reinterpret_cast<float*>(arena + 12800);  // [20, 20]
    float* const lstm_1_u_16 = reinterpret_cast<float*>(arena + 6400);  // [80, 20]
    float* const lstm_1_u_17 = reinterpret_cast<float*>(arena);  // [20, 20]
    float* const lstm_1_u_18 = reinterpret_cast<float*>(arena + 1600);  // [20, 20]
    float* const lstm_1_u_19 = reinterpret_cast<float*>(arena + 12800);  // [20, 20]
    float* const lstm_1_u_20 = reinterpret_cast<float*>(arena);  // [80, 20]
    float* const lstm_1_u_21 = reinterpret_cast<float*>(arena + 6400);  // [20, 20]
    float* const lstm_1_u_22 = reinterpret_cast<float*>(arena + 8000);  // [20, 20]
    float* const lstm_1_u_23 = reinterpret_cast<float*>(arena + 12800);  // [20, 20]
    float* const lstm_1_u_24 = reinterpret_cast<float*>(arena + 6400);  // [80, 20]
    float* const lstm_1_u_25 = reinterpret_cast<float*>(arena);  // [20, 20]
    float* const lstm_1_u_26 = reinterpret_cast<float*>(arena + 1600);  // [20, 20]
    float* const lstm_1_u_27 = reinterpret_cast<float*>(arena + 12800);  // [20, 20]
    float* const lstm_1_u_28 = reinterpret_cast<float*>(arena);  // [80, 20]
    float* const lstm_1_u_29 = reinterpret_cast<float*>(arena + 6400);  // [20, 20]
    float* const lstm_1_u_30 = reinterpret_cast<float*>(arena + 8000);  // [20, 20]
    float* const lstm_1_u_31 = reinterpret_cast<float*>(arena + 12800);  // [20, 20]
    float* const lstm_1_u_32 = reinterpret_cast<float*>(arena + 6400);  // [80, 20]
    float* const lstm_1_u_33 = reinterpret_cast<float*>(arena);  // [20, 20]
    float* const lstm_1_u_34 = reinterpret_cast<float*>(arena + 1600);  // [20, 20]
    float* const lstm_1_u_35 = reinterpret_cast<float*>(arena + 12800);  // [20, 20]
    float* const lstm_1_u_36 = reinterpret_cast<float*>(arena);  // [80, 20]
    float* const lstm_1_u_37 = reinterpret_cast<float*>(arena + 6400);  // [20, 20]
    float* const lstm_1_u_38 = reinterpret_cast<float*>(arena + 8000);  // [20, 20]
    float* const lstm_1_u_39 = reinterpret_cast<float*>(arena + 12800);  // [20, 20]
    float* const lstm_1_u_40 = reinterpret_cast<float*>(arena + 6400);  // [80, 20]
    float* const lstm_1_u_41 = reinterpret_cast<float*>(arena);  // [20, 20]
    float* const lstm_1_u_42 = reinterpret_cast<float*>(arena + 1600);  // [20, 20]
    float* const lstm_1_u_43 = reinterpret_cast<float*>(arena + 12800);  // [20, 20]
    float* const lstm_1_u_44 = reinterpret_cast<float*>(arena);  // [80, 20]
    float* const lstm_1_u_45 = reinterpret_cast<float*>(arena + 6400);  // [20, 20]
    float* const lstm_1_u_46 = reinterpret_cast<float*>(arena + 8000);  // [20, 20]
    float* const lstm_1_u_47 = reinterpret_cast<float*>(arena + 12800);  // [20, 20]
    float* const lstm_1_u_48 = reinterpret_cast<float*>(arena + 6400);  // [80, 20]
    float* const lstm_1_u_49 = reinterpret_cast<float*>(arena);  // [20, 20]
    float* const lstm_1_u_50 = reinterpret_cast<float*>(arena + 1600);  // [20, 20]
    float* const lstm_1_u_51 = reinterpret_cast<float*>(arena + 12800);  // [20, 20]
    float* const lstm_1_u_52 = reinterpret_cast<float*>(arena);  // [80, 20]
    float* const lstm_1_u_53 = reinterpret_cast<float*>(arena + 6400);  // [20, 20]
    float* const lstm_1_u_54 = reinterpret_cast<float*>(arena + 8000);  // [20, 20]
    float* const lstm_1_u_55 = reinterpret_cast<float*>(arena + 12800);  // [20, 20]
    float* const lstm_1_u_56 = reinterpret_cast<float*>(arena + 6400);  // [80, 20]
    float* const lstm_1_u_57 = reinterpret_cast<float*>(arena);  // [20, 20]
    float* const lstm_1_u_58 = reinterpret_cast<float*>(arena + 1600);  // [20, 20]
    float* const lstm_1_u_59 = reinterpret_cast<float*>(arena + 12800);  // [20, 20]
    float* const lstm_1_u_60 = reinterpret_cast<float*>(arena);  // [80, 20]
    float* const lstm_1_u_61 = reinterpret_cast<float*>(arena + 12800);  // [20, 20]
    float* const lstm_1_u_62 = reinterpret_cast<float*>(arena + 6400);  // [80, 20]
    float* const lstm_1_u_63 = reinterpret_cast<float*>(arena + 12800);  // [20, 20]
    float* const lstm_1_u_64 = reinterpret_cast<float*>(arena);  // [80, 20]
    float* const lstm_1_u_65 = reinterpret_cast<float*>(arena + 12800);  // [20, 20]
    float* const lstm_1_u_66 = reinterpret_cast<float*>(arena + 6400);  // [80, 20]
    float* const lstm_1_u_67 = reinterpret_cast<float*>(arena + 12800);  // [20, 20]
    float* const lstm_1_u_68 = reinterpret_cast<float*>(arena);  // [80, 20]
    float* const lstm_1_u_69 = reinterpret_cast<float*>(arena + 12800);  // [20, 20]
    float* const lstm_1_u_70 = reinterpret_cast<float*>(arena + 6400);  // [80, 20]
    float* const lstm_1_u_71 = reinterpret_cast<float*>(arena + 12800);  // [20, 20]
    float* const lstm_1_u_72 = reinterpret_cast<float*>(arena);  // [80, 20]
    float* const lstm_1_u_73 = flat<float>(weights.lstm_1.u);

    kernels::initialize_lstm_1_w(&seed_word, lstm_1_w);
    kernels::initialize_dense_1_w(&seed_word, dense_1_w);
    nncc::fill(lstm_1_b, 80, 0.0F);
    nncc::fill(dense_1_b, 1, 0.0F);
    kernels::lstm_1_u(&seed_word, lstm_1_u, lstm_1_u_2);
    kernels::lstm_1_u_initialize(lstm_1_u_2, lstm_1_u_3);
    kernels::lstm_1_u_initialize_2(lstm_1_u, lstm_1_u_3, lstm_1_u_4);
    kernels::lstm_1_u_initialize_3(lstm_1_u_4, lstm_1_u_5, lstm_1_u_6);
    kernels::lstm_1_u_initialize_4(lstm_1_u_6, lstm_1_u_5, lstm_1_u_7);
    kernels::lstm_1_u_initialize_5(lstm_1_u_4, lstm_1_u_7, lstm_1_u_8);
    kernels::lstm_1_u_initialize_3(lstm_1_u_8, lstm_1_u_9, lstm_1_u_10);
    kernels::lstm_1_u_initialize_4(lstm_1_u_10, lstm_1_u_9, lstm_1_u_11);
    kernels::lstm_1_u_initialize_5(lstm_1_u_8, lstm_1_u_11, lstm_1_u_12);
    kernels::lstm_1_u_initialize_3(lstm_1_u_12, lstm_1_u_13, lstm_1_u_14);
    kernels::lstm_1_u_initialize_4(lstm_1_u_14, lstm_1_u_13, lstm_1_u_15);
    kernels::lstm_1_u_initialize_5(lstm_1_u_12, lstm_1_u_15, lstm_1_u_16);
    kernels::lstm_1_u_initialize_3(lstm_1_u_16, lstm_1_u_17, lstm_1_u_18);
    kernels::lstm_1_u_initialize_4(lstm_1_u_18, lstm_1_u_17, lstm_1_u_19);
    kernels::lstm_1_u_initialize_5(lstm_1_u_16, lstm_1_u_19, lstm_1_u_20);
    kernels::lstm_1_u_initialize_3(lstm_1_u_20, lstm_1_u_21, lstm_1_u_22);
    kernels::lstm_1_u_initialize_4(lstm_1_u_22, lstm_1_u_21, lstm_1_u_23);
    kernels::lstm_1_u_initialize_5(lstm_1_u_20, lstm_1_u_23, lstm_1_u_24);
    kernels::lstm_1_u_initialize_3(lstm_1_u_24, lstm_1_u_25, lstm_1_u_26);
    kernels::lstm_1_u_initialize_4(lstm_1_u_26, lstm_1_u_25, lstm_1_u_27);
    kernels::lstm_1_u_initialize_5(lstm_1_u_24, lstm_1_u_27, lstm_1_u_28);
    kernels::lstm_1_u_initialize_3(lstm_1_u_28, lstm_1_u_29, lstm_1_u_30);
    kernels::lstm_1_u_initialize_4(lstm_1_u_30, lstm_1_u_29, lstm_1_u_31);
    kernels::lstm_1_u_initialize_5(lstm_1_u_28, lstm_1_u_31, lstm_1_u_32);
    kernels::lstm_1_u_initialize_3(lstm_1_u_32, lstm_1_u_33, lstm_1_u_34);
    kernels::lstm_1_u_initialize_4(lstm_1_u_34, lstm_1_u_33, lstm_1_u_35);
    kernels::lstm_1_u_initialize_5(lstm_1_u_32, lstm_1_u_35, lstm_1_u_36);
    kernels::lstm_1_u_initialize_3(lstm_1_u_36, lstm_1_u_37, lstm_1_u_38);
    kernels::lstm_1_u_initialize_4(lstm_1_u_38, lstm_1_u_37, lstm_1_u_39);
    kernels::lstm_1_u_initialize_5(lstm_1_u_36, lstm_1_u_39, lstm_1_u_40);
    kernels::lstm_1_u_initialize_3(lstm_1_u_40, lstm_1_u_41, lstm_1_u_42);
    kernels::lstm_1_u_initialize_4(lstm_1_u_42, lstm_1_u_41, lstm_1_u_43);
    kernels::lstm_1_u_initialize_5(lstm_1_u_40, lstm_1_u_43, lstm_1_u_44);
    kernels::lstm_1_u_initialize_3(lstm_1_u_44, lstm_1_u_45, lstm_1_u_46);
    kernels::lstm_1_u_initialize_4(lstm_1_u_46, lstm_1_u_45, lstm_1_u_47);
    kernels::lstm_1_u_initialize_5(lstm_1_u_44, lstm_1_u_47, lstm_1_u_48);
    kernels::lstm_1_u_initialize_3(lstm_1_u_48, lstm_1_u_49, lstm_1_u_50);
    kernels::lstm_1_u_initialize_4(lstm_1_u_50, lstm_1_u_49, lstm_1_u_51);
    kernels::lstm_1_u_initialize_5(lstm_1_u_48, lstm_1_u_51, lstm_1_u_52);
    kernels::lstm_1_u_initialize_3(lstm_1_u_52, lstm_1_u_53, lstm_1_u_54);
    kernels::lstm_1_u_initialize_4(lstm_1_u_54, lstm_1_u_53, lstm_1_u_55);
    kernels::lstm_1_u_initialize_5(lstm_1_u_52, lstm_1_u_55, lstm_1_u_56);
    kernels::lstm_1_u_initialize_3(lstm_1_u_56, lstm_1_u_57, lstm_1_u_58);
    kernels::lstm_1_u_initialize_4(lstm_1_u_58, lstm_1_u_57, lstm_1_u_59);
    kernels::lstm_1_u_initialize_5(lstm_1_u_56, lstm_1_u_59, lstm_1_u_60);
    kernels::lstm_1_u_initialize_6(lstm_1_u_60, lstm_1_u_61);
    kernels::lstm_1_u_initialize_7(lstm_1_u_60, lstm_1_u_61, lstm_1_u_62);
    kernels::lstm_1_u_initialize_6(lstm_1_u_62, lstm_1_u_63);
    kernels::lstm_1_u_initialize_7(lstm_1_u_62, lstm_1_u_63, lstm_1_u_64);
    kernels::lstm_1_u_initialize_6(lstm_1_u_64, lstm_1_u_65);
    kernels::lstm_1_u_initialize_7(lstm_1_u_64, lstm_1_u_65, lstm_1_u_66);
    kernels::lstm_1_u_initialize_6(lstm_1_u_66, lstm_1_u_67);
    kernels::lstm_1_u_initialize_7(lstm_1_u_66, lstm_1_u_67, lstm_1_u_68);
    kernels::lstm_1_u_initialize_6(lstm_1_u_68, lstm_1_u_69);
    kernels::lstm_1_u_initialize_7(lstm_1_u_68, lstm_1_u_69, lstm_1_u_70);
    kernels::lstm_1_u_initialize_6(lstm_1_u_70, lstm_1_u_71);
    kernels::lstm_1_u_initialize_7(lstm_1_u_70, lstm_1_u_71, lstm_1_u_72);
    kernels::initialize_lstm_1_u(lstm_1_u_72, lstm_1_u_73);
}

void pack(const Weights& weights, Packed& packed) noexcept {
    float* const packed_lstm_1_w = reinterpret_cast<float*>(packed.bytes + 6912);
    const float* const lstm_1_w = flat<const float>(weights.lstm_1.w);
    float* const packed_lstm_1_u = reinterpret_cast<float*>(packed.bytes + 512);
    const float* const lstm_1_u = flat<const float>(weights.lstm_1.u);
    float* const packed_lstm_1_b = reinterpret_cast<float*>(packed.bytes + 192);
    const float* const lstm_1_b = flat<const float>(weights.lstm_1.b);
    float* const packed_dense_1_w = reinterpret_cast<float*>(packed.bytes + 64);
    const float* const dense_1_w = flat<const float>(weights.dense_1.w);
    float* const packed_dense_1_b = reinterpret_cast<float*>(packed.bytes);
    const float* const dense_1_b = flat<const float>(weights.dense_1.b);

    nncc::copy(lstm_1_w, packed_lstm_1_w, 80);
    nncc::copy(lstm_1_u, packed_lstm_1_u, 1600);
    nncc::copy(lstm_1_b, packed_lstm_1_b, 80);
    nncc::copy(dense_1_w, packed_dense_1_w, 20);
    nncc::copy(dense_1_b, packed_dense_1_b, 1);
}

bool Model<1>::forward(int time, nncc::In<float> audio, nncc::Out<float> output) noexcept {
    if (time < 0 || time > 64) return false;
    if (audio.size() != time) return false;
    if (output.size() != time) return false;
    float* const lstm_1 = reinterpret_cast<float*>(arena_ + 5440);  // [time, 1, 1]
    float* const h = reinterpret_cast<float*>(arena_ + 5696);  // [1, 20]
    float* const c = reinterpret_cast<float*>(arena_ + 5824);  // [1, 20]
    const float* const packed_lstm_1_w = reinterpret_cast<const float*>(packed_->bytes + 6912);
    const float* const packed_lstm_1_u = reinterpret_cast<const float*>(packed_->bytes + 512);
    const float* const packed_lstm_1_b = reinterpret_cast<const float*>(packed_->bytes + 192);
    float* const lstm_1_2 = reinterpret_cast<float*>(arena_);  // [time, 1, 20]
    float* const lstm_1_3 = reinterpret_cast<float*>(arena_ + 5120);  // [1, 80]
    const float* const packed_dense_1_w = reinterpret_cast<const float*>(packed_->bytes + 64);
    const float* const packed_dense_1_b = reinterpret_cast<const float*>(packed_->bytes);

    nncc::copy(audio.data(), lstm_1, time);
    nncc::fill(h, 20, 0.0F);
    nncc::fill(c, 20, 0.0F);
    // amp_lstm.nn:8  scan xt in x along time { let [i, f, g, o] = split(xt @ w...
    for (int t = 0; t < time; ++t) {
        kernels::lstm_1(h, packed_lstm_1_u, lstm_1 + t, packed_lstm_1_w, packed_lstm_1_b, lstm_1_3);
        kernels::lstm_1_split_1_update_c_lstm_1(lstm_1_3, c, c, h, lstm_1_2 + 20 * t);
    }
    kernels::dense_1(time, lstm_1_2, packed_dense_1_w, packed_dense_1_b, audio.data(), output.data());
    return true;
}

bool Model<1>::process(int time, nncc::In<float> audio, nncc::Out<float> output) noexcept {
    if (time < 0 || time > 64) return false;
    if (audio.size() != time) return false;
    if (output.size() != time) return false;
    float* const lstm_1 = reinterpret_cast<float*>(arena_ + 5440);  // [time, 1, 1]
    float* const lstm_1_h = flat<float>(streams_.lstm_1.h);
    float* const lstm_1_c = flat<float>(streams_.lstm_1.c);
    const float* const packed_lstm_1_w = reinterpret_cast<const float*>(packed_->bytes + 6912);
    const float* const packed_lstm_1_u = reinterpret_cast<const float*>(packed_->bytes + 512);
    const float* const packed_lstm_1_b = reinterpret_cast<const float*>(packed_->bytes + 192);
    float* const lstm_1_2 = reinterpret_cast<float*>(arena_);  // [time, 1, 20]
    float* const lstm_1_3 = reinterpret_cast<float*>(arena_ + 5120);  // [1, 80]
    const float* const packed_dense_1_w = reinterpret_cast<const float*>(packed_->bytes + 64);
    const float* const packed_dense_1_b = reinterpret_cast<const float*>(packed_->bytes);

    nncc::copy(audio.data(), lstm_1, time);
    // amp_lstm.nn:8  scan xt in x along time { let [i, f, g, o] = split(xt @ w...
    for (int t = 0; t < time; ++t) {
        kernels::lstm_1(lstm_1_h, packed_lstm_1_u, lstm_1 + t, packed_lstm_1_w, packed_lstm_1_b, lstm_1_3);
        kernels::lstm_1_split_1_update_c_lstm_1(lstm_1_3, lstm_1_c, lstm_1_c, lstm_1_h, lstm_1_2 + 20 * t);
    }
    kernels::dense_1(time, lstm_1_2, packed_dense_1_w, packed_dense_1_b, audio.data(), output.data());
    return true;
}

void Model<1>::reset() noexcept {
    float* const lstm_1_h = flat<float>(streams_.lstm_1.h);
    float* const lstm_1_c = flat<float>(streams_.lstm_1.c);

    nncc::fill(lstm_1_h, 20, 0.0F);
    nncc::fill(lstm_1_c, 20, 0.0F);
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
            {-0.212671157, 0.984744622, -0.995691872},
            {0.81768348, 0.376576701, -0.519078577},
        };
        for (int vector = 0; vector < 2; ++vector) {
            nncc::selftest::fill(input_0, 3, vector, 0);
            bool agrees = model.forward(3, {input_0, 3}, {output_0, 3});
            agrees = agrees && nncc::selftest::agrees(output_0, expected_0[vector], 3, 1, 0.0002);
            if (!agrees) ++failures;
        }
    }
    return failures;
}

}  // namespace amp_lstm

extern "C" {  // amp_lstm_c.h

__SIZE_TYPE__ amp_lstm_weights_bytes() noexcept {
    return sizeof(amp_lstm::Weights);
}

const void* amp_lstm_tensors() noexcept {
    return amp_lstm::kTensors;
}

int amp_lstm_tensor_count() noexcept {
    return 5;
}

void amp_lstm_initialize(void* weights, unsigned long long seed) noexcept {
    amp_lstm::initialize(*static_cast<amp_lstm::Weights*>(weights), seed);
}

__SIZE_TYPE__ amp_lstm_packed_bytes() noexcept {
    return sizeof(amp_lstm::Packed);
}

void amp_lstm_pack(const void* weights, void* packed) noexcept {
    amp_lstm::pack(*static_cast<const amp_lstm::Weights*>(weights), *static_cast<amp_lstm::Packed*>(packed));
}

int amp_lstm_selftest() noexcept {
    return amp_lstm::selftest();
}

__SIZE_TYPE__ amp_lstm_model_bytes() noexcept {
    return sizeof(amp_lstm::Model<1>);
}

void amp_lstm_model_init(void* memory, const void* packed) noexcept {
    static_cast<amp_lstm::Model<1>*>(memory)->use(*static_cast<const amp_lstm::Packed*>(packed));
    static_cast<amp_lstm::Model<1>*>(memory)->reset();
}

int amp_lstm_forward(void* memory, int time, const float* audio, float* output) noexcept {
    return static_cast<amp_lstm::Model<1>*>(memory)->forward(time, nncc::In<float>(audio, time),
                                                             nncc::Out<float>(output, time)) ? 1 : 0;
}

int amp_lstm_process(void* memory, int time, const float* audio, float* output) noexcept {
    return static_cast<amp_lstm::Model<1>*>(memory)->process(time, nncc::In<float>(audio, time),
                                                             nncc::Out<float>(output, time)) ? 1 : 0;
}

int amp_lstm_latency() noexcept {
    return amp_lstm::Model<1>::kLatency;
}

void amp_lstm_reset(void* memory) noexcept {
    static_cast<amp_lstm::Model<1>*>(memory)->reset();
}

}  // extern "C"
