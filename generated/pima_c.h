// pima for C: the same functions as in pima.h, over memory that the caller owns, aligned to 64 bytes.
#pragma once

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

size_t pima_weights_bytes(void);
// an array of nncc::Tensor
const void* pima_tensors(void);
int pima_tensor_count(void);
// memory aligned to 64 bytes, as all of it here
void pima_initialize(void* weights, unsigned long long seed);
size_t pima_packed_bytes(void);
void pima_pack(const void* weights, void* packed);
// 0, or how many of the embedded vectors differ
int pima_selftest(void);
// a model for batch 1
size_t pima_model_bytes(void);
// memory aligned to 64 bytes; packed is read by every forward
void pima_model_init(void* memory, const void* packed);
void pima_forward(void* memory, const float* x, float* output);
// a trainer for batch 32: plain memory, without pointers
size_t pima_trainer_bytes(void);
// memory aligned to 64 bytes
void pima_trainer_init(void* memory, const void* weights, unsigned long long seed);
// forward, backward, update: the loss
double pima_trainer_step(void* memory, const float* x, const float* y);
// the loss; gradient has the layout of the weights
double pima_trainer_gradients(void* memory, const float* x, const float* y, void* gradient);
void pima_trainer_update(void* memory, const void* gradient);
// every parameter changes by rate_scale times as much
void pima_trainer_update_scaled(void* memory, const void* gradient, float rate_scale);
// over all rows, before the first step
int pima_trainer_fit_sweeps(void);
// a batch of the sweep at hand, of which `rows` exist; last: of this sweep
void pima_trainer_fit(void* memory, const float* x, int rows, int last);
const void* pima_trainer_weights(const void* memory);
unsigned long long pima_trainer_steps(const void* memory);

#ifdef __cplusplus
}
#endif
