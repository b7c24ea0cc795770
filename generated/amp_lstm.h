// Emitted by nncc 0.1.0 from amp_lstm.nn (sha256 d7128039).
// 1781 parameters. No train block, so no Trainer.
#pragma once

#include <nncc/api.h>  // In, Out, Tensor, u64: no standard header

namespace amp_lstm {

struct alignas(64) Weights {  // what a weight file holds, member path = tensor name; plain memory, yours to copy
    struct { float w[1][80], u[20][80], b[80]; } lstm_1;
    struct { float w[20][1], b[1]; } dense_1;
};
extern const nncc::Tensor kTensors[5];  // name, kind, extents, offset in Weights: for files, freezing, tools
void initialize(Weights& weights, nncc::u64 seed) noexcept;

struct alignas(64) Packed {  // Weights as the kernels read them
    unsigned char bytes[7232];
};
void pack(const Weights& weights, Packed& packed) noexcept;
// 0, or how many of the embedded vectors differ from what the compiler computed in f64. One thread at a time.
int selftest() noexcept;

template <int batch>
class Model;

template <>
class Model<1> {  // one per thread: its arena is inside it
  public:
    static constexpr int kArenaBytes = 5952, kStackBytes = 30720;  // the stack is an estimate
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
        struct { float c[1][20], h[1][20]; } lstm_1;
    } streams_;
    alignas(64) unsigned char arena_[kArenaBytes];
};

}  // namespace amp_lstm
