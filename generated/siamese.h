// Emitted by nncc 0.1.0 from siamese.nn (sha256 336d6b3d).
// 5200 parameters.
#pragma once

#include <nncc/api.h>  // In, Out, Tensor, u64: no standard header

namespace siamese {

struct alignas(64) Weights {  // what a weight file holds, member path = tensor name; plain memory, yours to copy
    struct {
        struct { float w[64][64], b[64]; } dense_1;
        struct { float w[64][16], b[16]; } dense_2;
    } twin;
};
extern const nncc::Tensor kTensors[4];  // name, kind, extents, offset in Weights: for files, freezing, tools
void initialize(Weights& weights, nncc::u64 seed) noexcept;

struct alignas(64) Packed {  // Weights as the kernels read them
    unsigned char bytes[20800];
};
void pack(const Weights& weights, Packed& packed) noexcept;
// 0, or how many of the embedded vectors differ from what the compiler computed in f64. One thread at a time.
int selftest() noexcept;

template <int batch>
class Model;

template <>
class Model<1> {  // one per thread
  public:
    static constexpr int kArenaBytes = 0, kStackBytes = 2816;  // the stack is an estimate
    explicit Model(const Packed& packed) noexcept : packed_(&packed) {}
    void use(const Packed& packed) noexcept { packed_ = &packed; }  // same thread as forward; see nncc::Exchange
    void forward(nncc::In<float, 64> left, nncc::In<float, 64> right, nncc::Out<float, 1> output) noexcept;

  private:
    const Packed* packed_;
};

class Trainer {  // batch 32; arguments: the model's inputs, then the data of the loss
  public:
    static constexpr int kBatch = 32, kArenaBytes = 55424, kStackBytes = 9216;  // the stack is an estimate
    Trainer(const Weights& start, nncc::u64 seed) noexcept { restart(start, seed); }
    void restart(const Weights& start, nncc::u64 seed) noexcept;
    // Forward, backward, update: the loss.
    float step(nncc::In<float, 32, 64> left, nncc::In<float, 32, 64> right, nncc::In<float, 32, 1> same) noexcept;
    float gradients(nncc::In<float, 32, 64> left, nncc::In<float, 32, 64> right, nncc::In<float, 32, 1> same,
                    Weights& gradient) noexcept;
    // After one's own reduction or clipping; `rate_scale` multiplies the change of every parameter.
    void update(const Weights& gradient, float rate_scale = 1.0F) noexcept;
    const Weights& weights() const noexcept { return weights_; }
    nncc::u64 steps = 0;  // with the weights and the slots: a checkpoint, bit for bit

  private:
    Weights weights_;
    struct {
        struct {
            struct {
                struct {
                    struct { float w[64][64], b[64]; } dense_1;
                    struct { float w[64][16], b[16]; } dense_2;
                } twin;
            } m;
            struct {
                struct {
                    struct { float w[64][64], b[64]; } dense_1;
                    struct { float w[64][16], b[16]; } dense_2;
                } twin;
            } v;
        } adam;
    } slots_;
    nncc::i32 seed_ = 0;
    alignas(64) unsigned char arena_[kArenaBytes];
};

}  // namespace siamese
