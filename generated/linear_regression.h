// Progression of diabetes within a year, as a weighted sum of ten standardised measurements.
// Emitted by nncc 0.1.0 from linear_regression.nn (sha256 aa052ef1).
// 11 parameters, 20 fitted values.
#pragma once

#include <nncc/api.h>  // In, Out, Tensor, u64: no standard header

namespace linear_regression {

struct alignas(64) Weights {  // what a weight file holds, member path = tensor name; plain memory, yours to copy
    struct { float center[10], spread[10]; } standardize_1;
    struct { float w[10][1], b[1]; } dense_1;
};
extern const nncc::Tensor kTensors[4];  // name, kind, extents, offset in Weights: for files, freezing, tools
void initialize(Weights& weights, nncc::u64 seed) noexcept;

struct alignas(64) Packed {  // Weights as the kernels read them
    unsigned char bytes[256];
};
void pack(const Weights& weights, Packed& packed) noexcept;
// 0, or how many of the embedded vectors differ from what the compiler computed in f64. One thread at a time.
int selftest() noexcept;

template <int batch>
class Model;

template <>
class Model<1> {  // one per thread
  public:
    static constexpr int kArenaBytes = 0, kStackBytes = 2112;  // the stack is an estimate
    explicit Model(const Packed& packed) noexcept : packed_(&packed) {}
    void use(const Packed& packed) noexcept { packed_ = &packed; }  // same thread as forward; see nncc::Exchange
    void forward(nncc::In<float, 10> x, nncc::Out<float, 1> output) noexcept;

  private:
    const Packed* packed_;
};

class Trainer {  // batch 32; arguments: the model's inputs, then the data of the loss
  public:
    static constexpr int kBatch = 32, kArenaBytes = 1664, kStackBytes = 6144;  // the stack is an estimate
    Trainer(const Weights& start, nncc::u64 seed) noexcept { restart(start, seed); }
    void restart(const Weights& start, nncc::u64 seed) noexcept;
    static constexpr int kFitSweeps = 2;  // over all rows, before the first step
    // A batch of the sweep at hand, of which `rows` exist; `last`: of this sweep, the next call begins the next.
    void fit(nncc::In<float, 32, 10> x, int rows, bool last) noexcept;
    // Forward, backward, update: the loss.
    float step(nncc::In<float, 32, 10> x, nncc::In<float, 32, 1> y) noexcept;
    float gradients(nncc::In<float, 32, 10> x, nncc::In<float, 32, 1> y, Weights& gradient) noexcept;
    // After one's own reduction or clipping; `rate_scale` multiplies the change of every parameter.
    void update(const Weights& gradient, float rate_scale = 1.0F) noexcept;
    const Weights& weights() const noexcept { return weights_; }
    nncc::u64 steps = 0;  // with the weights and the slots: a checkpoint, bit for bit

  private:
    Weights weights_;
    struct {
        struct { struct { struct { float w[10][1], b[1]; } dense_1; } velocity; } sgd;
        struct { double rows_1, rows_2, sum_1[10], sum_10[10]; } fit_v;
    } slots_;
    nncc::i32 seed_ = 0;
    int fit_sweep_ = 0;
    alignas(64) unsigned char arena_[kArenaBytes];
};

}  // namespace linear_regression
