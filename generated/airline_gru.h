// Next month's airline passengers from the twelve months before it, by a gated recurrent unit. It works on logar
// Emitted by nncc 0.1.0 from airline_gru.nn (sha256 0fc13dd6).
// 273 parameters.
#pragma once

#include <nncc/api.h>  // In, Out, Tensor, u64: no standard header

namespace airline_gru {

struct alignas(64) Weights {  // what a weight file holds, member path = tensor name; plain memory, yours to copy
    struct { float w[1][24], u[8][24], b[24], b_recurrent[24]; } gru_1;
    struct { float w[8][1], b[1]; } dense_1;
};
extern const nncc::Tensor kTensors[6];  // name, kind, extents, offset in Weights: for files, freezing, tools
void initialize(Weights& weights, nncc::u64 seed) noexcept;

struct alignas(64) Packed {  // Weights as the kernels read them
    unsigned char bytes[1280];
};
void pack(const Weights& weights, Packed& packed) noexcept;

template <int batch>
class Model;

template <>
class Model<1> {  // one per thread
  public:
    static constexpr int kArenaBytes = 0, kStackBytes = 2368;  // the stack is an estimate
    explicit Model(const Packed& packed) noexcept : packed_(&packed) {}
    void use(const Packed& packed) noexcept { packed_ = &packed; }  // same thread as forward; see nncc::Exchange
    void forward(nncc::In<float, 12, 1> months, nncc::Out<float, 1> output) noexcept;

  private:
    const Packed* packed_;
};

class Trainer {  // batch 12; arguments: the model's inputs, then the data of the loss
  public:
    static constexpr int kBatch = 12, kArenaBytes = 40512, kStackBytes = 5632;  // the stack is an estimate
    Trainer(const Weights& start, nncc::u64 seed) noexcept { restart(start, seed); }
    void restart(const Weights& start, nncc::u64 seed) noexcept;
    // Forward, backward, update: the loss.
    float step(nncc::In<float, 12, 12, 1> months, nncc::In<float, 12, 1> next) noexcept;
    float gradients(nncc::In<float, 12, 12, 1> months, nncc::In<float, 12, 1> next, Weights& gradient) noexcept;
    // After one's own reduction or clipping; `rate_scale` multiplies the change of every parameter.
    void update(const Weights& gradient, float rate_scale = 1.0F) noexcept;
    const Weights& weights() const noexcept { return weights_; }
    nncc::u64 steps = 0;  // with the weights and the slots: a checkpoint, bit for bit

  private:
    Weights weights_;
    struct {
        struct {
            struct {
                struct { float w[1][24], u[8][24], b[24], b_recurrent[24]; } gru_1;
                struct { float w[8][1], b[1]; } dense_1;
            } m;
            struct {
                struct { float w[1][24], u[8][24], b[24], b_recurrent[24]; } gru_1;
                struct { float w[8][1], b[1]; } dense_1;
            } v;
        } adam;
    } slots_;
    nncc::i32 seed_ = 0;
    alignas(64) unsigned char arena_[kArenaBytes];
};

}  // namespace airline_gru
