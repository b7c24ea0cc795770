// A guitar pedal's clipping stage on a live signal, block by block, by a gated recurrent unit beside the signal.
// Emitted by nncc 0.1.0 from amp_gru.nn (sha256 3f0d2014).
// 929 parameters.
#pragma once

#include <nncc/api.h>  // In, Out, Tensor, u64: no standard header

namespace amp_gru {

struct alignas(64) Weights {  // what a weight file holds, member path = tensor name; plain memory, yours to copy
    struct { float w[1][48], u[16][48], b[48], b_recurrent[48]; } gru_1;
    struct { float w[16][1], b[1]; } dense_1;
};
extern const nncc::Tensor kTensors[6];  // name, kind, extents, offset in Weights: for files, freezing, tools
void initialize(Weights& weights, nncc::u64 seed) noexcept;

struct alignas(64) Packed {  // Weights as the kernels read them
    unsigned char bytes[3776];
};
void pack(const Weights& weights, Packed& packed) noexcept;
// 0, or how many of the embedded vectors differ from what the compiler computed in f64. One thread at a time.
int selftest() noexcept;

template <int batch>
class Model;

template <>
class Model<1> {  // one per thread: its arena is inside it
  public:
    static constexpr int kArenaBytes = 4608, kStackBytes = 30720;  // the stack is an estimate
    explicit Model(const Packed& packed) noexcept : packed_(&packed) { reset(); }
    void use(const Packed& packed) noexcept { packed_ = &packed; }  // same thread as forward; see nncc::Exchange
    // False, and nothing written, when an extent exceeds its bound, is too short, or a size does not fit.
    [[nodiscard]] bool forward(int time, nncc::In<float> audio, nncc::Out<float> output) noexcept;
    // Goes on where the last call ended, until reset().
    [[nodiscard]] bool process(int time, nncc::In<float> audio, nncc::Out<float> output) noexcept;
    void reset() noexcept;
    static constexpr int kLatency = 0;  // steps that process is late by

  private:
    const Packed* packed_;
    struct {
        struct { struct { float h[1][16]; } recurrence_1; } gru_1;
    } streams_;
    alignas(64) unsigned char arena_[kArenaBytes];
};

class Trainer {  // batch 16; arguments: the model's inputs, then the data of the loss
  public:
    static constexpr int kBatch = 16, kArenaBytes = 601856, kStackBytes = 64000;  // the stack is an estimate
    Trainer(const Weights& start, nncc::u64 seed) noexcept { restart(start, seed); }
    void restart(const Weights& start, nncc::u64 seed) noexcept;
    // NaN, and nothing written, when an extent exceeds its bound, is too short, or a size does not fit.
    // Forward, backward, update: the loss.
    float step(int time, nncc::In<float> audio, nncc::In<float> wet) noexcept;
    float gradients(int time, nncc::In<float> audio, nncc::In<float> wet, Weights& gradient) noexcept;
    // After one's own reduction or clipping; `rate_scale` multiplies the change of every parameter.
    void update(const Weights& gradient, float rate_scale = 1.0F) noexcept;
    const Weights& weights() const noexcept { return weights_; }
    nncc::u64 steps = 0;  // with the weights and the slots: a checkpoint, bit for bit

  private:
    Weights weights_;
    struct {
        struct {
            struct {
                struct { float w[1][48], u[16][48], b[48], b_recurrent[48]; } gru_1;
                struct { float w[16][1], b[1]; } dense_1;
            } m;
            struct {
                struct { float w[1][48], u[16][48], b[48], b_recurrent[48]; } gru_1;
                struct { float w[16][1], b[1]; } dense_1;
            } v;
        } adam;
    } slots_;
    nncc::i32 seed_ = 0;
    alignas(64) unsigned char arena_[kArenaBytes];
};

}  // namespace amp_gru
