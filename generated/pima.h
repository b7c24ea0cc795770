// pima.nn: diabetes within five years, from eight clinical measurements.
// Emitted by nncc 0.1.0 from pima.nn (sha256 c2ea41a5).
// 187 parameters, 16 fitted values.
#pragma once

#include <nncc/api.h>  // In, Out, Tensor, u64: no standard header

namespace pima {

struct alignas(64) Weights {  // what a weight file holds, member path = tensor name; plain memory, yours to copy
    struct { float center[8], spread[8]; } standardize_1;
    struct { float w[8][10], b[10]; } dense_1;
    struct { float w[10][8], b[8]; } dense_2;
    struct { float w[8][1], b[1]; } dense_3;
};
extern const nncc::Tensor kTensors[8];  // name, kind, extents, offset in Weights: for files, freezing, tools
void initialize(Weights& weights, nncc::u64 seed) noexcept;

struct alignas(64) Packed {  // Weights as the kernels read them
    unsigned char bytes[1024];
};
void pack(const Weights& weights, Packed& packed) noexcept;

template <int batch>
class Model;

template <>
class Model<1> {  // one per thread: its arena is inside it
  public:
    static constexpr int kArenaBytes = 128, kStackBytes = 512;  // the stack is an estimate
    explicit Model(const Packed& packed) noexcept : packed_(&packed) {}
    void use(const Packed& packed) noexcept { packed_ = &packed; }  // same thread as forward; see nncc::Exchange
    void forward(nncc::In<float, 8> x, nncc::Out<float, 1> output) noexcept;

  private:
    const Packed* packed_;
    alignas(64) unsigned char arena_[kArenaBytes];
};

class Trainer {  // batch 32; arguments: the model's inputs, then the data of the loss
  public:
    static constexpr int kBatch = 32, kArenaBytes = 4736, kStackBytes = 1536;  // the stack is an estimate
    Trainer(const Weights& start, nncc::u64 seed) noexcept { restart(start, seed); }
    void restart(const Weights& start, nncc::u64 seed) noexcept;
    // Forward, backward, update: the loss.
    float step(nncc::In<float, 32, 8> x, nncc::In<float, 32, 1> y) noexcept;
    float gradients(nncc::In<float, 32, 8> x, nncc::In<float, 32, 1> y, Weights& gradient) noexcept;
    void update(const Weights& gradient) noexcept;  // after one's own reduction or clipping
    const Weights& weights() const noexcept { return weights_; }
    nncc::u64 steps = 0;  // with the weights and the slots: a checkpoint, bit for bit

  private:
    Weights weights_;
    struct {
        struct {
            struct {
                struct { float w[8][10], b[10]; } dense_1;
                struct { float w[10][8], b[8]; } dense_2;
                struct { float w[8][1], b[1]; } dense_3;
            } m;
            struct {
                struct { float w[8][10], b[10]; } dense_1;
                struct { float w[10][8], b[8]; } dense_2;
                struct { float w[8][1], b[1]; } dense_3;
            } v;
        } adam;
    } slots_;
    nncc::i32 seed_ = 0;
    alignas(64) unsigned char arena_[kArenaBytes];
};

}  // namespace pima
