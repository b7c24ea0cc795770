// linear_regression for C: the same functions as in linear_regression.h, over memory that the caller owns, aligned to
// 64 bytes.
#pragma once

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

size_t linear_regression_weights_bytes(void);
// an array of nncc::Tensor
const void* linear_regression_tensors(void);
int linear_regression_tensor_count(void);
// memory aligned to 64 bytes, as all of it here
void linear_regression_initialize(void* weights, unsigned long long seed);
size_t linear_regression_packed_bytes(void);
void linear_regression_pack(const void* weights, void* packed);
// 0, or how many of the embedded vectors differ
int linear_regression_selftest(void);
// a model for batch 1
size_t linear_regression_model_bytes(void);
// memory aligned to 64 bytes; packed is read by every forward
void linear_regression_model_init(void* memory, const void* packed);
void linear_regression_forward(void* memory, const float* x, float* output);
// a trainer for batch 32: plain memory, without pointers
size_t linear_regression_trainer_bytes(void);
// memory aligned to 64 bytes
void linear_regression_trainer_init(void* memory, const void* weights, unsigned long long seed);
// forward, backward, update: the loss
double linear_regression_trainer_step(void* memory, const float* x, const float* y);
// the loss; gradient has the layout of the weights
double linear_regression_trainer_gradients(void* memory, const float* x, const float* y, void* gradient);
void linear_regression_trainer_update(void* memory, const void* gradient);
// every parameter changes by rate_scale times as much
void linear_regression_trainer_update_scaled(void* memory, const void* gradient, float rate_scale);
// over all rows, before the first step
int linear_regression_trainer_fit_sweeps(void);
// a batch of the sweep at hand, of which `rows` exist; last: of this sweep
void linear_regression_trainer_fit(void* memory, const float* x, int rows, int last);
const void* linear_regression_trainer_weights(const void* memory);
unsigned long long linear_regression_trainer_steps(const void* memory);

#ifdef __cplusplus
}
#endif
